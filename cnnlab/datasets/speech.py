"""Spoken digits, the Free Spoken Digit Dataset: six speakers, ten digits, each said fifty times."""

import numpy as np

from .dataset import Dataset, Sample
from .readers import read_wav
from .recordings import list_spoken_digits, where_spoken_digits
from .synthetic import synthetic_wave

LICENCE, SOURCE = "CC BY-SA 4.0", "the Free Spoken Digit Dataset project"
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
OFFICIAL = "each speaker's recordings 0 to 4 of each digit are for the test, as the project has it"


def load_spoken_digits(*, length=8000, left_out=None, folder=None):
    """Load all spoken digits as one array: a recording that is too short is followed by silence.

    How long each one was is in ``about_train["length"]`` and ``about_test["length"]``, who spoke in
    ``["speaker"]``; `Dataset.mask` tells sound from padding.

    Parameters
    ----------
    length : int
        Samples kept of each recording, at 8000 a second: one second holds 99 of 100 recordings whole.
    left_out : str, optional
        A speaker. All of his recordings are for the test, all of the others' are there to learn from. Without
        one, the official split, in which every voice stands on both sides.
    folder : Path, optional
        As in `list_spoken_digits`.

    Returns
    -------
    Dataset
        Inputs (N, 1, length) between -1 and 1. Officially 2,700 to learn from and 300 to test on; with a
        speaker left out, 2,500 and 500.

    Raises
    ------
    DataError
        Where they are missing or damaged.
    ValueError
        Where nobody is called `left_out`, or nothing would be kept.

    References
    ----------
    Jackson et al. (2018), Free Spoken Digit Dataset.
    """
    if length < 1:
        raise ValueError(f"length is {length}, but at least 1 sample must be kept of each recording")
    recordings = list_spoken_digits(folder)
    speakers = np.array([recording.speaker for recording in recordings])
    if left_out is not None and left_out not in speakers:
        raise ValueError(
            f"left_out is {left_out!r}, but the speakers are {', '.join(sorted(set(speakers.tolist())))}"
        )
    x, lengths = np.zeros((len(recordings), 1, length), np.float32), np.zeros(len(recordings), np.int64)
    for i, recording in enumerate(recordings):
        wave = read_wav(recording.path)[0][0, :length]
        lengths[i] = len(wave)
        x[i, 0, : len(wave)] = wave
    y = np.array([recording.digit for recording in recordings], np.int64)
    official = np.array([recording.is_test for recording in recordings])
    test = official if left_out is None else speakers == left_out
    return Dataset(
        name="spoken digits",
        x_train=x[~test],
        y_train=y[~test],
        x_test=x[test],
        y_test=y[test],
        licence=LICENCE,
        source=SOURCE,
        names=NAMES,
        split=OFFICIAL
        if left_out is None
        else f"{left_out}'s recordings are for the test, all others to learn",
        about_train={"length": lengths[~test], "speaker": speakers[~test]},
        about_test={"length": lengths[test], "speaker": speakers[test]},
    )


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
    folder = where_spoken_digits()
    if folder is None:
        return synthetic_wave()
    samples, rate = read_wav(folder / f"{digit}_{speaker}_{index}.wav")
    return Sample(f"spoken {digit} ({speaker})", samples, (1 / rate,), "s", False, LICENCE, SOURCE)
