"""Keep what a model has learnt: one file, never half-written."""

import os
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

__all__ = ["load_parameters", "save_parameters"]


def save_parameters(model, path):
    """Store what a model has learnt: the file appears under its name only when it is whole.

    Parameters
    ----------
    model : Layer
    path : str or Path
        A NumPy archive (.npz); one of that name is replaced.
    """
    path = Path(path)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            np.savez(file, **model.parameters)
        except BaseException:
            file.close()
            os.unlink(file.name)
            raise
    os.replace(file.name, path)


def load_parameters(model, path):
    """Give a model what another of the same layers has learnt.

    Parameters
    ----------
    model : Layer
        Its parameters are replaced, all or none.
    path : str or Path

    Raises
    ------
    ValueError
        Where the file is no archive, or belongs to a model of other layers.
    """
    try:
        with np.load(path) as archive:
            stored = dict(archive)
    except (EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(
            f"{path} is not a whole archive of parameters ({error}): delete it and train again"
        ) from None
    expected = {key: array.shape for key, array in model.parameters.items()}
    for key in expected | stored:
        if key not in stored or key not in expected or stored[key].shape != expected[key]:
            raise ValueError(
                f'{path} belongs to another model: "{key}" is {shape_of(stored.get(key))} there, '
                f"{shape_of(model.parameters.get(key))} here"
            )
    model.parameters.update(stored)


def shape_of(array):
    """An array's shape in words."""
    return "missing" if array is None else f"of shape {array.shape}"
