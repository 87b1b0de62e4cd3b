"""A volume: an MRI of a head, or what stands in for it."""

from importlib.util import find_spec
from pathlib import Path

from .dataset import Sample
from .places import named_folder
from .readers import read_nifti
from .synthetic import synthetic_volume

FILE = "example4d.nii.gz"
LICENCE, SOURCE = "MIT", "the nibabel project's test data"


def load_volume(*, time=0):
    """Load an MRI of a head or, where it is not to be had, a synthetic head that says so.

    Looked for in the folder ``mri`` of CNNLAB_DATA, then in nibabel itself, which carries it with its tests.

    Parameters
    ----------
    time : int
        The real one was taken twice, 0 and 1.

    Returns
    -------
    Sample
        Values (1, x, y, z) between 0 and 1, the real one 128 x 96 x 24, divided by its largest value;
        `synthetic` tells which it is.

    Raises
    ------
    DataError
        Where the file is damaged, or ``mri`` does not have it.
    ModuleNotFoundError
        Where the file is there, but nibabel is not installed.
    ValueError
        Where there is no such time.
    """
    path = where_volume()
    if path is None:
        return synthetic_volume()
    volume, spacing = read_nifti(path)
    if not 0 <= time < volume.shape[-1]:
        raise ValueError(f"time is {time}, but {path} has the times 0 to {volume.shape[-1] - 1}")
    values = volume[None, ..., time] / volume[..., time].max()
    return Sample("MRI of a head", values, spacing[:3], "mm", False, LICENCE, SOURCE)


def where_volume():
    """Say where the MRI lies, or None, without reading it."""
    folder = named_folder("mri")
    if folder is not None:
        return folder / FILE
    nibabel = find_spec("nibabel")
    path = Path(nibabel.origin).parent / "tests" / "data" / FILE if nibabel else None
    return path if path and path.is_file() else None
