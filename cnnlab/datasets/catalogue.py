"""The catalogue: what data there is, who may use it, where it lies, and how it is fetched."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import canvases, handwriting, mnist, moving, recordings, speech, volumes
from .places import Unavailable, data_folder

PACKAGE = "in the package"


@dataclass(frozen=True)
class Entry:
    """One data set of the catalogue.

    Attributes
    ----------
    name : str
        By which `cnnlab data` knows it.
    what, shape, split : str
        What it holds, how many arrays of what shape, and how they are divided, in words.
    megabytes : float
        On disk; 0 for what is made on the fly.
    licence, source, citation : str
    load : callable
        Returns the `Dataset`, or the `Sample`.
    where : callable
        Returns its place on this computer, a path or words, or None.
    fetch : callable
        Brings it here if it is not; returns the place.
    """

    name: str
    what: str
    shape: str
    split: str
    megabytes: float
    licence: str
    source: str
    citation: str
    load: Callable
    where: Callable
    fetch: Callable

    def state(self):
        """Say in a word or two where it is now."""
        where, named = self.where(), data_folder()
        if not isinstance(where, Path):
            return where or "not here"
        if named is not None and where.is_relative_to(named):
            return "CNNLAB_DATA"
        return "with nibabel" if "nibabel" in where.parts else "cache"


def catalogue():
    """List all data sets.

    Returns
    -------
    dict of str to Entry

    Examples
    --------
    >>> list(catalogue())
    ['digits', 'mnist', 'spoken-digits', 'mri', 'moving-digits', 'canvases']
    """
    return {entry.name: entry for entry in ENTRIES}


def find_entry(name):
    """Find a data set by its name.

    Parameters
    ----------
    name : str

    Returns
    -------
    Entry

    Raises
    ------
    LookupError
        Where there is none of that name.
    """
    entries = catalogue()
    if name not in entries:
        raise LookupError(f'there is no data set "{name}"; there are {", ".join(entries)}')
    return entries[name]


def _fetch_mnist():
    mnist.load_mnist()
    return mnist.where_mnist()


def _fetch_volume():
    """Nothing is downloaded: the file comes with nibabel."""
    place = volumes.where_volume()
    if place is None:
        raise Unavailable("the MRI comes with nibabel, which is not installed: pip install nibabel")
    return place


def _where_handwriting():
    return "made from mnist" if mnist.where_mnist() else "made from digits"


def _fetch_handwriting():
    handwriting.handwriting()
    return _where_handwriting()


ENTRIES = (
    Entry(
        name="digits",
        what="small written digits",
        shape="1,797 images, 1 x 8 x 8",
        split=handwriting.SPLIT,
        megabytes=0.1,
        licence=handwriting.LICENCE,
        source=handwriting.SOURCE,
        citation="E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine "
        "Learning Repository, doi:10.24432/C50P49",
        load=handwriting.load_digits,
        where=lambda: PACKAGE,
        fetch=lambda: PACKAGE,
    ),
    Entry(
        name="mnist",
        what="handwritten digits",
        shape="60,000 + 10,000 images, 1 x 28 x 28",
        split=mnist.SPLIT,
        megabytes=11.4,
        licence=mnist.LICENCE,
        source=mnist.SOURCE,
        citation="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Gradient-based learning applied to "
        "document recognition, Proceedings of the IEEE 86(11), 2278-2324",
        load=mnist.load_mnist,
        where=mnist.where_mnist,
        fetch=_fetch_mnist,
    ),
    Entry(
        name="spoken-digits",
        what="digits spoken by six",
        shape="2,700 + 300 sounds, 1 x 8000",
        split=f"{speech.OFFICIAL}; or one speaker left out, with load_spoken_digits(left_out=...)",
        megabytes=21.2,
        licence=speech.LICENCE,
        source=speech.SOURCE,
        citation="Z. Jackson and others (2018), Free Spoken Digit Dataset, release 1.0.10, "
        "https://github.com/Jakobovski/free-spoken-digit-dataset",
        load=speech.load_spoken_digits,
        where=recordings.where_spoken_digits,
        fetch=recordings.find_spoken_digits,
    ),
    Entry(
        name="mri",
        what="a head by MRI, twice",
        shape="2 volumes, 1 x 128 x 96 x 24",
        split="none: split_by_place holds out an end of it, with a gap before",
        megabytes=0.3,
        licence=volumes.LICENCE,
        source=volumes.SOURCE,
        citation="M. Brett et al., nibabel, doi:10.5281/zenodo.591597",
        load=volumes.load_volume,
        where=volumes.where_volume,
        fetch=_fetch_volume,
    ),
    Entry(
        name="moving-digits",
        what="clips of a moving digit",
        shape="as many clips as asked for, 1 x frames x rows x columns",
        split=moving.SPLIT,
        megabytes=0,
        licence="of the digits",
        source="computed by cnnlab from mnist, or else from digits",
        citation="of the digits",
        load=moving.load_moving_digits,
        where=_where_handwriting,
        fetch=_fetch_handwriting,
    ),
    Entry(
        name="canvases",
        what="several digits a picture",
        shape="as many canvases as asked for, 1 x rows x columns",
        split=canvases.SPLIT,
        megabytes=0,
        licence="of the digits",
        source="computed by cnnlab from mnist, or else from digits",
        citation="of the digits",
        load=canvases.load_canvases,
        where=_where_handwriting,
        fetch=_fetch_handwriting,
    ),
)
