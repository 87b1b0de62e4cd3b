"""Three things to clean, in two, one and three dimensions, and who learns, chooses and judges."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from cnnlab.datasets import blocks, list_spoken_digits, load_volume, read_wav, split_by_place

from .. import mnist

WINDOW, SNR = 1024, 5  # samples, at 8000 a second; decibels
BLOCK, PIECE, GAP, HEAD = (16, 16, 12), 8, 4, 0.1  # voxels; from which brightness on one is no air


@dataclass(frozen=True)
class Task:
    """Clean arrays (N, 1, *spatial), and the noise that is to be added to them.

    Attributes
    ----------
    learn : ndarray
        What nets learn from.
    tune : ndarray
        Some of the same, on which the filters' settings are chosen.
    choose, test : ndarray
        What the nets' settings are chosen on, and what everybody is judged by.
    noise : float
        Its standard deviation.
    low, high : float
        Between which clean values lie; every answer is cut to that.
    pieces : callable
        Cuts an array into the pieces (M, 1, *spatial) that are counted one by one, given the clean one.
    """

    learn: np.ndarray
    tune: np.ndarray
    choose: np.ndarray
    test: np.ndarray
    noise: float
    low: float = -np.inf
    high: float = np.inf
    pieces: Callable = lambda array, clean: array

    def spoil(self, clean, seed):
        """Add noise."""
        noise = np.random.default_rng(seed).standard_normal(clean.shape, np.float32)
        return clean + np.float32(self.noise) * noise

    def psnr(self, clean, found):
        """Say how near each piece came, in decibels below a peak of 1."""
        error = self.pieces(np.clip(found, self.low, self.high), clean) - self.pieces(clean, clean)
        return -10 * np.log10(np.mean(error**2, axis=tuple(range(1, error.ndim)), dtype=float))


def digits(lab):
    """Handwriting: MNIST, whose images are between 0 and 1."""
    learn, choose, test = (images for images, _ in mnist.parts().values())
    sizes = lab.choose((20_000, 500, 500, 2000), (100, 20, 20, 20))
    learn, tune, choose, test = (x[:n] for x, n in zip((learn, learn, choose, test), sizes, strict=True))
    return Task(learn, tune, choose, test, noise=0.3, low=0, high=1)


def speech(lab):
    """Spoken digits, the official split: windows in which somebody speaks, all as loud as 1."""
    recordings = list_spoken_digits()
    parts = {
        part: np.concatenate([voice(read_wav(r.path)[0]) for r in recordings if r.index in numbers])
        for part, numbers in takes(lab).items()
    }
    parts = {part: windows[: lab.choose(None, 40)] for part, windows in parts.items()}
    return Task(**parts, tune=parts["learn"][:: lab.choose(10, 4)], noise=10 ** (-SNR / 20))


def takes(lab):
    """Divide the fifty takes of each word and speaker: the first five are the official test."""
    return {"test": range(5), "choose": range(5, 10), "learn": range(10, lab.choose(50, 11))}


def voice(wave):
    """Cut a recording (1, samples) into windows, and keep those that are at least half as loud as it is."""
    if wave.shape[1] < WINDOW:
        return np.zeros((0, 1, WINDOW), np.float32)
    windows = blocks(wave, WINDOW)
    loud = np.sqrt(np.mean(windows**2, axis=(1, 2), keepdims=True))
    return (windows / loud)[loud[:, 0, 0] > np.sqrt(np.mean(wave**2)) / 2]


def mri(lab, *, axis, choose, test, brighter=()):
    """A head, along one axis: a slab to learn from, one to choose by, one to judge by, with gaps between.

    It was taken twice, and both times are learnt from; the other slabs are of the first time alone. Where it
    is asked for, the slab to choose by is there once more, brighter.
    """

    def divide(head):
        rest, last = split_by_place(head, held_out=test, gap=GAP, axis=axis)
        return *split_by_place(rest, held_out=choose, gap=GAP, axis=axis), last

    first, second = (divide(load_volume(time=time).values) for time in (0, 1))
    cut = np.concatenate([blocks(slab, BLOCK, step=lab.choose(4, 12)) for slab in (first[0], second[0])])
    cut = cut[np.mean(cut > HEAD, axis=(1, 2, 3, 4)) > 0.5]
    chosen_by = np.stack([factor * first[1] for factor in (1, *brighter)])
    slabs = {"tune": first[0][None], "choose": chosen_by, "test": first[2][None]}
    return Task(cut, **slabs, noise=0.2, low=0, high=1, pieces=of_head)


def of_head(array, clean):
    """Cut slabs (N, 1, x, y, z) into blocks, and keep those of which at least half is head."""
    cut, of_clean = (np.concatenate([blocks(slab, PIECE) for slab in slabs]) for slabs in (array, clean))
    return cut[np.mean(of_clean > HEAD, axis=(1, 2, 3, 4)) > 0.5]


TASKS = {
    "digits": digits,
    "speech": speech,
    "MRI, side": partial(mri, axis=1, choose=8, test=54),
    "MRI, front": partial(mri, axis=2, choose=12, test=28, brighter=(1.35,)),  # the brightest comes near 1
}
