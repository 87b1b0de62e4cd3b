"""Real sounds and volumes from the data folder: spoken digits (WAV) and an MRI of a head (NIfTI)."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .dataset import Dataset, Sample
from .places import Unavailable, data_folder
from .readers import DataError, read_nifti, read_wav
from .synthetic import synthetic_volume, synthetic_wave

SPEECH_LICENCE, SPEECH_SOURCE = "CC BY-SA 4.0", "the Free Spoken Digit Dataset project"


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
        The folder of the WAV files; ``spoken-digits/recordings`` of CNNLAB_DATA.

    Returns
    -------
    list of Recording

    Raises
    ------
    Unavailable
        Where the folder does not exist or CNNLAB_DATA is not set.
    DataError
        Where the folder holds no recording.
    """
    folder = _in_data_folder("spoken-digits", "recordings") if folder is None else Path(folder)
    names = ((re.fullmatch(r"(\d)_([^_]+)_(\d+)\.wav", path.name), path) for path in folder.glob("*.wav"))
    found = sorted(Recording(int(m[1]), m[2], int(m[3]), path) for m, path in names if m)
    if not found:
        raise DataError(f"{folder} holds no file named like 7_theo_0.wav. Is it the folder of recordings?")
    return found


def load_spoken_digits(*, length=8000, folder=None):
    """Load all spoken digits as one array: a recording that is too short is followed by silence.

    Parameters
    ----------
    length : int
        Samples kept of each recording, at 8000 a second: one second holds 99 of 100 recordings whole.
    folder : Path, optional
        As in `list_spoken_digits`.

    Returns
    -------
    Dataset
        Inputs (N, 1, length) between -1 and 1; the official split, 2,700 to learn from and 300 to test on.

    Raises
    ------
    DataError
        Where they are missing or damaged.

    References
    ----------
    Jackson et al. (2018), Free Spoken Digit Dataset.
    """
    recordings = list_spoken_digits(folder)
    x = np.zeros((len(recordings), 1, length), np.float32)
    for row, recording in zip(x, recordings, strict=True):
        wave = read_wav(recording.path)[0][:1, :length]
        row[:, : wave.shape[1]] = wave
    y = np.array([recording.digit for recording in recordings], np.int64)
    test = np.array([recording.is_test for recording in recordings])
    return Dataset("spoken digits", x[~test], y[~test], x[test], y[test], SPEECH_LICENCE, SPEECH_SOURCE)


def load_spoken_digit(digit=7, speaker="jackson", index=0):
    """Load one spoken digit or, where the recordings are not to be had, a synthetic vowel that says so.

    Parameters
    ----------
    digit : int
    speaker : {"george", "jackson", "lucas", "nicolas", "theo", "yweweler"}
    index : int
        0 to 49.

    Returns
    -------
    Sample
        Values (1, samples) between -1 and 1; `synthetic` tells which it is.
    """
    try:
        folder = _in_data_folder("spoken-digits", "recordings")
    except Unavailable:
        return synthetic_wave()
    samples, rate = read_wav(folder / f"{digit}_{speaker}_{index}.wav")
    return Sample(
        f"spoken {digit} ({speaker})", samples, (1 / rate,), "s", False, SPEECH_LICENCE, SPEECH_SOURCE
    )


def load_volume():
    """Load an MRI of a head or, where it is not to be had, a synthetic head that says so.

    Returns
    -------
    Sample
        Values (1, x, y, z) between 0 and 1, the real one 128 x 96 x 24, its first time point, divided by its
        largest value; `synthetic` tells which it is.

    Raises
    ------
    DataError
        Where the file is damaged.
    ModuleNotFoundError
        Where the file is there, but nibabel is not installed.
    """
    try:
        folder = _in_data_folder("mri")
    except Unavailable:
        return synthetic_volume()
    volume, spacing = read_nifti(folder / "example4d.nii.gz")
    values = volume[None, ..., 0] / volume[..., 0].max()
    return Sample("MRI of a head", values, spacing[:3], "mm", False, "MIT", "the nibabel project's test data")


def _in_data_folder(*parts):
    """A folder inside CNNLAB_DATA."""
    folder = data_folder()
    if folder is None:
        raise Unavailable(
            f"{'/'.join(parts)} is looked for in the folder that CNNLAB_DATA names, which is not set"
        )
    if not folder.joinpath(*parts).is_dir():
        raise Unavailable(f"CNNLAB_DATA is {folder}, which has no folder {'/'.join(parts)}")
    return folder.joinpath(*parts)
