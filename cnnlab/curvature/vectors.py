"""Many arrays as one vector, laid end to end, and back: linear algebra wants a network's parameters so."""

import numpy as np

from ..geometry import as_float, count

__all__ = ["pack", "unpack"]


def pack(arrays):
    """Lay arrays end to end.

    Parameters
    ----------
    arrays : ndarray, or mapping of str to ndarray

    Returns
    -------
    ndarray, one axis
        A fresh one.

    Raises
    ------
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    >>> pack({"weight": [[1, 2]], "bias": [3]})
    array([1., 2., 3.])
    """
    if not hasattr(arrays, "items"):
        return as_float("arrays", arrays).flatten()
    parts = [as_float(name, array).ravel() for name, array in arrays.items()]
    return np.concatenate(parts) if parts else np.zeros(0)


def unpack(vector, like):
    """Cut a vector into arrays again.

    Parameters
    ----------
    vector : ndarray, one axis
    like : ndarray, or mapping of str to ndarray
        Arrays of the shapes that are asked for.

    Returns
    -------
    ndarray, or dict of str to ndarray
        Fresh ones, with the shapes and keys of like.

    Raises
    ------
    ValueError
        Where the vector does not have as many entries as like.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    >>> unpack([1, 2, 3], {"weight": [[0, 0]], "bias": [0]})
    {'weight': array([[1., 2.]]), 'bias': array([3.])}
    """
    vector = as_float("vector", vector)
    shapes = {name: np.shape(array) for name, array in as_mapping(like).items()}
    entries = sum(map(count, shapes.values()))
    if vector.shape != (entries,):
        raise ValueError(f"vector has shape {vector.shape}, but there are {entries} entries to fill")
    arrays, start = {}, 0
    for name, shape in shapes.items():
        stop = start + count(shape)
        arrays[name], start = vector[start:stop].reshape(shape).copy(), stop
    return arrays if hasattr(like, "items") else arrays[""]


def read(name, arrays, like, kind):
    """Hold that arrays have the keys and shapes of others; return them as floats, in the others' order."""
    given, wanted = as_mapping(arrays), as_mapping(like)
    missing, foreign = ([key for key in a if key not in b] for a, b in ((wanted, given), (given, wanted)))
    if missing or foreign:
        wrong = f'lacks "{missing[0]}"' if missing else f'has "{foreign[0]}"'
        raise ValueError(f"{name} {wrong}, but its keys must be those of {kind}: {', '.join(wanted)}")
    floats = {}
    for key in wanted:
        label = f'{name}["{key}"]' if key else name
        floats[key] = as_float(label, given[key])
        if floats[key].shape != np.shape(wanted[key]):
            raise ValueError(
                f"{label} has shape {floats[key].shape}, but {kind} {'there have' if key else 'have'} shape "
                f"{np.shape(wanted[key])}"
            )
    return floats if hasattr(like, "items") else floats[""]


def as_mapping(arrays):
    """See one array as a mapping of one."""
    return arrays if hasattr(arrays, "items") else {"": arrays}
