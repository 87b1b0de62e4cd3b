"""Keep what a model has learnt: one file, never half-written."""

import os

import numpy as np

__all__ = ["load_parameters", "save_parameters"]


def save_parameters(model, path):
    """Store what a model has learnt and seen: the file appears under its name only when it is whole.

    Parameters
    ----------
    model : Layer
    path : str or Path
        A NumPy archive (.npz); one of that name is replaced.
    """
    import tempfile  # here and below, for these would take half of what `import cnnlab` takes
    from pathlib import Path

    path = Path(path)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        whole = Path(folder, path.name)
        with open(whole, "wb") as file:
            np.savez(file, **model.parameters, **model.state)
        os.replace(whole, path)


def load_parameters(model, path):
    """Give a model what another of the same layers has learnt.

    Parameters
    ----------
    model : Layer
        Its parameters and its state are replaced, all or none, and keep their dtypes.
    path : str or Path

    Raises
    ------
    ValueError
        Where the file is no archive, or belongs to a model of other layers.
    """
    import zipfile
    import zlib

    # What NumPy and zipfile raise for damaged bytes; RuntimeError, where one flipped bit means "encrypted".
    damage = EOFError, KeyError, OSError, RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error
    with open(path, "rb") as file:
        try:
            with np.load(file) as archive:
                stored = dict(archive)
        except damage as error:
            raise ValueError(
                f"{path} is not a whole archive of parameters ({error}): delete it and train again"
            ) from None
    expected = {**model.parameters, **model.state}
    for key in expected | stored:
        if not fits(stored.get(key), expected.get(key)):
            raise ValueError(
                f'{path} belongs to another model: "{key}" is {in_words(stored.get(key))} there, '
                f"{in_words(expected.get(key))} here"
            )
    for part in (model.parameters, model.state):
        part.update({key: stored[key].astype(old.dtype) for key, old in part.items()})


def fits(new, old):
    """Whether one array can take another's place: same shape, and numbers that lose digits at most."""
    if new is None or old is None:
        return False
    return new.shape == old.shape and np.can_cast(new.dtype, old.dtype, "same_kind")


def in_words(array):
    """What an array is."""
    return "missing" if array is None else f"of shape {array.shape} and {array.dtype}"
