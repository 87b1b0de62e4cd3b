"""Keep what a model has learnt: one file, never half-written."""

import os
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

__all__ = ["load_parameters", "save_parameters"]

# What NumPy and zipfile raise for damaged bytes; RuntimeError, where one flipped bit means "encrypted".
DAMAGE = (EOFError, KeyError, OSError, RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error)


def save_parameters(model, path):
    """Store what a model has learnt: the file appears under its name only when it is whole.

    Parameters
    ----------
    model : Layer
    path : str or Path
        A NumPy archive (.npz); one of that name is replaced.
    """
    path = Path(path)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        whole = Path(folder, path.name)
        with open(whole, "wb") as file:
            np.savez(file, **model.parameters)
        os.replace(whole, path)


def load_parameters(model, path):
    """Give a model what another of the same layers has learnt.

    Parameters
    ----------
    model : Layer
        Its parameters are replaced, all or none, and keep their dtypes.
    path : str or Path

    Raises
    ------
    ValueError
        Where the file is no archive, or belongs to a model of other layers.
    """
    with open(path, "rb") as file:
        try:
            with np.load(file) as archive:
                stored = dict(archive)
        except DAMAGE as error:
            raise ValueError(
                f"{path} is not a whole archive of parameters ({error}): delete it and train again"
            ) from None
    expected = dict(model.parameters)
    for key in expected | stored:
        if not fits(stored.get(key), expected.get(key)):
            raise ValueError(
                f'{path} belongs to another model: "{key}" is {in_words(stored.get(key))} there, '
                f"{in_words(expected.get(key))} here"
            )
    model.parameters.update((key, stored[key].astype(old.dtype)) for key, old in expected.items())


def fits(new, old):
    """Whether one array can take another's place: same shape, and numbers that lose digits at most."""
    if new is None or old is None:
        return False
    return new.shape == old.shape and np.can_cast(new.dtype, old.dtype, "same_kind")


def in_words(array):
    """What an array is."""
    return "missing" if array is None else f"of shape {array.shape} and {array.dtype}"
