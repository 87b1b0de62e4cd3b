"""Keep what was learnt: archives of arrays, never half-written, read without running anything they hold."""

import os

import numpy as np

__all__ = []

MODEL = 1  # the format of a model's file: raised when an older cnnlab could not read it


def save_model(model, path):
    """Store what a model has learnt and seen."""
    write_archive(path, "model", MODEL, known(model))


def load_model(model, path):
    """Give a model what another of the same layers has learnt, all of it or nothing."""
    put(model, read_archive(path, "model", MODEL), f"{path} belongs to another model")


def known(model):
    """All arrays of a model: what it has learnt and what it has seen."""
    return {**model.parameters, **model.state}


def put(model, stored, complaint):
    """Replace a model's parameters and its state, all or none; they keep their dtypes."""
    expected = known(model)
    for key in expected | stored:
        if not fits(stored.get(key), expected.get(key)):
            there, here = in_words(stored.get(key)), in_words(expected.get(key))
            raise ValueError(f'{complaint}: "{key}" is {there} there, {here} here')
    for part in (model.parameters, model.state):
        part.update({key: stored[key].astype(old.dtype) for key, old in part.items()})


def write_archive(path, kind, version, arrays):
    """Write arrays under their names: the file appears under its own when it is whole.

    Parameters
    ----------
    path : str or Path
        A NumPy archive (.npz); one of that name is replaced.
    kind : str
    version : int
    arrays : dict of str to ndarray

    Raises
    ------
    OSError
        Where the file cannot be written; the one before is as it was.
    """
    import tempfile  # here and below, for these would take half of what `import cnnlab` takes
    from pathlib import Path

    path = Path(path)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
            whole = Path(folder, path.name)
            with open(whole, "wb") as file:
                np.savez(file, **arrays, **{f"cnnlab {kind}": np.array(version)})
                file.flush()
                os.fsync(file.fileno())  # a name must not outlive a power cut without its bytes
            os.replace(whole, path)
    except OSError as error:
        error.add_note(f"{path} cannot be written: its folder must be there, writable, and have room for it.")
        raise


def sweep(path):
    """Throw away what a kill within `write_archive` has left beside the file."""
    import glob
    import shutil
    from pathlib import Path

    path = Path(path)
    for litter in path.parent.glob(f".{glob.escape(path.name)}-*"):
        shutil.rmtree(litter, ignore_errors=True)


def read_archive(path, kind, version):
    """Read arrays by their names.

    Parameters
    ----------
    path : str or Path
    kind : str
        What it must be an archive of.
    version : int
        The newest format that is understood.

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    ValueError
        Where the file is damaged, of another kind, or newer than this package.
    OSError
        Where it is not there or may not be read.
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
            raise ValueError(f"{path} is not a whole archive ({error}): delete it and train again") from None
    if f"cnnlab {kind}" not in stored:
        held = next((key for key in stored if key.startswith("cnnlab ")), "no mark of cnnlab's")
        raise ValueError(f'{path} is no {kind}: it holds {held}, not "cnnlab {kind}"')
    found = int(stored.pop(f"cnnlab {kind}"))
    if found > version:
        raise ValueError(
            f"{path} was written by a newer cnnlab: its format is {found}, this one reads up to {version}"
        )
    return stored


def fits(new, old):
    """Whether one array can take another's place: same shape, and numbers that lose digits at most."""
    if new is None or old is None:
        return False
    return new.shape == old.shape and np.can_cast(new.dtype, old.dtype, "same_kind")


def in_words(array):
    """What an array is."""
    return "missing" if array is None else f"of shape {array.shape} and {array.dtype}"
