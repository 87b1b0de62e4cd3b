"""Digits that move: clips in which a direction can be seen, and in none of whose frames it can."""

from itertools import product

import numpy as np

from .handwriting import made_of_handwriting

STEPS = tuple(sorted(filter(any, product((0, 1, -1), repeat=2)), key=lambda step: sum(map(abs, step))))
NAMES = ("right", "left", "down", "up", "down right", "down left", "up right", "up left")
SPLIT = "clips to learn from show training digits alone, clips for the test show test digits alone"


def moving_digits(images, *, count, frames=8, size=32, directions=8, start_frame=0, seen=None, seed=0):
    """Let digits glide over a torus, a whole pixel a frame, each in a direction of its own.

    What leaves on one side returns on the other. At the start every place is equally likely, and so at all
    times, whatever the direction: a single frame says nothing about it.

    Parameters
    ----------
    images : ndarray, shape (M, 1, h, w)
        Digits, of which each clip shows one.
    count : int
        How many clips.
    frames : int
        How many pictures a clip has.
    size : int or (int, int)
        Rows and columns of the torus.
    directions : int
        1 to 8 of them: right, left, down, up, then the diagonals.
    start_frame : int
        The time at which a clip begins: that many steps are done before its first frame.
    seen : (int, int), optional
        The digit is seen from the first of these frames of the clip up to, not including, the second; the
        others are empty. Without, in all of them.
    seed : int
        The same seed draws the same digits from the same starts, whatever `frames`, `directions`,
        `start_frame` and `seen` are.

    Returns
    -------
    clips : ndarray, shape (count, 1, frames, *size)
    labels : ndarray of int64, shape (count,)
        The direction: each as often as the others, give or take one.

    Raises
    ------
    ValueError
        Where there are no digits, they are larger than the torus, or a number is out of its range.

    Examples
    --------
    A digit of one pixel that moves to the right along a torus of five:

    >>> clips, labels = moving_digits(np.ones((1, 1, 1, 1)), count=1, frames=4, size=(1, 5), directions=1)
    >>> clips[0, 0, :, 0].astype(int)
    array([[0, 0, 0, 0, 1],
           [1, 0, 0, 0, 0],
           [0, 1, 0, 0, 0],
           [0, 0, 1, 0, 0]])
    """
    size = (size, size) if np.ndim(size) == 0 else tuple(size)
    first, stop = (0, frames) if seen is None else seen
    _check(images, count, frames, size, directions, first, stop)
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(images), size=count)
    starts = np.stack([rng.integers(n, size=count) for n in size], axis=1)  # (count, 2)
    labels = rng.permutation(np.arange(count) % directions)
    steps = np.array(STEPS)[labels]
    clips = np.zeros((count, 1, frames, *size), images.dtype)
    everyone = np.arange(count)[:, None, None]
    rows, columns = (np.arange(n) for n in images.shape[2:])
    for frame in range(first, stop):
        top, left = (starts + (start_frame + frame) * steps).T
        r, c = (top[:, None] + rows) % size[0], (left[:, None] + columns) % size[1]
        clips[everyone, 0, frame, r[:, :, None], c[:, None, :]] = images[chosen, 0]
    return clips, labels


def _check(images, count, frames, size, directions, first, stop):
    """Hold that there are digits, that they fit, and that every number is in its range."""
    if np.ndim(images) != 4 or images.shape[1] != 1 or len(images) == 0:
        raise ValueError(
            f"images has shape {np.shape(images)}, but it must be (M, 1, h, w), with M at least 1"
        )
    if len(size) != 2:
        raise ValueError(f"size is {size}, but a torus has two axes, rows and columns")
    if any(k > n for k, n in zip(images.shape[2:], size, strict=True)):
        raise ValueError(f"digits of {images.shape[2:]} pixels do not fit on a torus of {size}")
    if count < 0 or frames < 1:
        raise ValueError(f"count is {count} and frames {frames}, but it takes at least 0 clips of 1 frame")
    if not 1 <= directions <= len(STEPS):
        raise ValueError(f"directions is {directions}, but there are 1 to {len(STEPS)}")
    if not 0 <= first <= stop <= frames:
        raise ValueError(
            f"seen is {(first, stop)}, but it must be two of the numbers 0 to {frames}, in order"
        )


def load_moving_digits(*, train=2000, test=1000, of=None, seed=0, **options):
    """Make clips to learn from out of digits to learn from, and test clips out of test digits.

    Parameters
    ----------
    train, test : int
        How many clips.
    of : Dataset, optional
        Where the digits come from; `handwriting`, MNIST where it is to be had.
    seed : int
        The clips for the test are drawn with the seed after it.
    **options
        As in `moving_digits`.

    Returns
    -------
    Dataset
        Inputs (N, 1, frames, *size).
    """

    def make(images, labels, **how):
        return moving_digits(images, **how, **options)

    told = {"name": "moving digits", "names": NAMES[: options.get("directions", 8)], "split": SPLIT}
    return made_of_handwriting(make, of, train=train, test=test, seed=seed, **told)
