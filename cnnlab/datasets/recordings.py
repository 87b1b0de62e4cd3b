"""The recordings of the Free Spoken Digit Dataset: where they lie, how they get there, and who says what."""

import re
from pathlib import Path
from typing import NamedTuple

from .archives import content_digest, fetch_archive
from .places import Unavailable, cache_folder, cached_folder, named_folder
from .readers import DataError

FOLDER = "spoken-digits"
ARCHIVE = "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.zip"
WANTED = r"recordings/\d_[^_/]+_\d+\.wav"
DIGEST = "8fed8b0b058a7efa7544bbb3e8e98607ecdcbd47a2f0ea31139cab18a6b679c9"  # of the 3,000 recordings


class Recording(NamedTuple):
    """One file of the Free Spoken Digit Dataset, ``{digit}_{speaker}_{index}.wav``."""

    digit: int
    speaker: str
    index: int
    path: Path

    @property
    def is_test(self):
        """The official split: each speaker's first five recordings of each digit are the test set."""
        return self.index < 5


def list_spoken_digits(folder=None):
    """List the recordings of the Free Spoken Digit Dataset, in order of digit, speaker and index.

    Parameters
    ----------
    folder : Path, optional
        The folder of the WAV files. Without one, ``spoken-digits/recordings`` of CNNLAB_DATA, then of the
        user's cache, into which they are downloaded once.

    Returns
    -------
    list of Recording

    Raises
    ------
    Unavailable
        Where they are on no disk here and cannot be downloaded; says why, and what to do.
    DataError
        Where the folder holds no recording.
    """
    folder = find_spoken_digits() if folder is None else Path(folder)
    names = ((re.fullmatch(r"(\d)_([^_]+)_(\d+)\.wav", path.name), path) for path in folder.glob("*.wav"))
    found = sorted(Recording(int(m[1]), m[2], int(m[3]), path) for m, path in names if m)
    if not found:
        raise DataError(f"{folder} holds no file named like 7_theo_0.wav. Is it the folder of recordings?")
    return found


def find_spoken_digits():
    """Find the folder of the recordings, downloading them where they are not here, or no longer right."""
    folder = named_folder(FOLDER)
    if folder is not None:
        return folder / "recordings"
    try:
        cached = cache_folder() / FOLDER / "recordings"
        if not cached.is_dir() or content_digest(cached) != DIGEST:
            fetch_archive(ARCHIVE, cached, wanted=WANTED, digest=DIGEST)
    except Unavailable as reason:
        raise Unavailable(
            f"the spoken digits are on no disk here and cannot be downloaded: {reason}. Try again later, or "
            f"put the recordings into `{FOLDER}/recordings` in a folder that CNNLAB_DATA names."
        ) from None
    return cached


def where_spoken_digits():
    """Say in which folder the recordings lie, or None, without reading them."""
    folder = named_folder(FOLDER) or cached_folder(FOLDER)
    return folder / "recordings" if folder is not None and (folder / "recordings").is_dir() else None
