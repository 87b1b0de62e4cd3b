"""Canvases with several digits, and for each pixel whether it is paper or which digit's ink."""

from functools import partial

import numpy as np

from .handwriting import made_of_handwriting

IGNORED = -1
NAMES = ("paper", *"0123456789")
SPLIT = "canvases to learn from have training digits alone, canvases for the test have test digits alone"


def digit_canvases(images, labels, *, count, shape=(64, 64), digits=(2, 5), ink=0.3, ignore=False, seed=0):
    """Scatter digits over empty canvases, and say of each pixel whose ink it is.

    Each digit lies anywhere within the canvas. Where two cross, the brighter ink is seen, and the pixel is
    labelled as that digit's; of two that are equally bright, as the one's that lay there first.

    Parameters
    ----------
    images : ndarray, shape (M, 1, h, w)
        Digits between 0 and 1.
    labels : ndarray of int, shape (M,)
        What they are, 0 to 9.
    count : int
        How many canvases.
    shape : (int, int)
        Rows and columns of a canvas.
    digits : (int, int)
        The fewest and the most on one canvas: each number between is equally likely, and both are.
    ink : float
        From this brightness on, a pixel is ink.
    ignore : bool
        Whether a pixel on which several digits have ink is labelled -1, for ``ignore_index=-1`` of
        `softmax_cross_entropy`.
    seed : int
        The same seed makes the same canvases; the first of them are the same, however many there are.

    Returns
    -------
    canvases : ndarray, shape (count, 1, *shape)
    pixels : ndarray of int64, shape (count, *shape)
        0 for paper, a digit's label + 1 for its ink.

    Raises
    ------
    ValueError
        Where digits do not fit, there are none, not one label each, or a number is out of its range.

    Examples
    --------
    A "digit" 6 of one pixel, on canvases of 1 x 4:

    >>> x, y = digit_canvases(np.ones((1, 1, 1, 1)), np.array([6]), count=2, shape=(1, 4), digits=(1, 1))
    >>> x[:, 0, 0].astype(int).tolist(), y[:, 0].tolist()
    ([[0, 0, 0, 1], [0, 0, 1, 0]], [[0, 0, 0, 7], [0, 0, 7, 0]])
    """
    _check(images, labels, count, shape, digits)
    rng = np.random.default_rng(seed)
    canvases = np.zeros((count, 1, *shape), images.dtype)
    pixels = np.zeros((count, *shape), np.int64)
    for canvas, pixel in zip(canvases[:, 0], pixels, strict=True):
        inks = np.zeros(shape, np.int64)  # how many digits have ink there
        for digit in rng.integers(len(images), size=rng.integers(*digits, endpoint=True)):
            image = images[digit, 0]
            starts = [rng.integers(n - k, endpoint=True) for n, k in zip(shape, image.shape, strict=True)]
            place = tuple(slice(start, start + k) for start, k in zip(starts, image.shape, strict=True))
            brighter = image > canvas[place]
            canvas[place][brighter] = image[brighter]
            pixel[place][brighter & (image >= ink)] = labels[digit] + 1
            inks[place] += image >= ink
        if ignore:
            pixel[inks > 1] = IGNORED
    return canvases, pixels


def _check(images, labels, count, shape, digits):
    """Hold that there are digits with a label each, that they fit, and that every number is in its range."""
    if np.ndim(images) != 4 or images.shape[1] != 1 or len(images) == 0:
        raise ValueError(
            f"images has shape {np.shape(images)}, but it must be (M, 1, h, w), with M at least 1"
        )
    if np.shape(labels) != (len(images),):
        raise ValueError(f"labels has shape {np.shape(labels)}, but there are {len(images)} images")
    if len(shape) != 2 or any(k > n for k, n in zip(images.shape[2:], shape, strict=True)):
        raise ValueError(f"digits of {images.shape[2:]} pixels do not fit on a canvas of {tuple(shape)}")
    if count < 0 or not 0 <= digits[0] <= digits[1]:
        raise ValueError(
            f"count is {count} and digits {tuple(digits)}, but it takes at least 0 canvases, "
            "and a fewest and a most number of digits, in order, of at least 0"
        )


def load_canvases(*, train=2000, test=500, of=None, seed=0, **options):
    """Make canvases to learn from out of digits to learn from, and test canvases out of test digits.

    Parameters
    ----------
    train, test : int
        How many canvases.
    of : Dataset, optional
        Where the digits come from; `handwriting`, MNIST where it is to be had.
    seed : int
        The canvases for the test are drawn with the seed after it.
    **options
        As in `digit_canvases`.

    Returns
    -------
    Dataset
        Inputs (N, 1, *shape), labels (N, *shape).
    """
    make = partial(digit_canvases, **options)
    told = {"name": "canvases", "names": NAMES, "split": SPLIT}
    return made_of_handwriting(make, of, train=train, test=test, seed=seed, **told)
