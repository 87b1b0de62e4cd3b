"""More examples than one has: every image moved, mirrored or disturbed a little, anew for each batch.

Each step is a function ``(x, targets, rng, **options) -> x, targets``: `functools.partial` sets its options,
and `chain` joins several. Every example gets a draw of its own. Targets that have the spatial axes of x, as
labels of pixels or clean images do, move along; labels of whole images stay.
"""

import functools
import math
import numbers

import numpy as np

from .geometry import as_real, check_images, padding_pairs, per_axis, sizes
from .padding import check_rim

__all__ = ["add_noise", "chain", "random_crop", "random_flip", "random_shift"]

NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def random_shift(x, targets, rng, *, most, mode="zeros", outside=0):
    """Move every image by a few cells: a crop as large as the image, out of the image with a rim.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    targets : ndarray, shape (N, ...)
        Of shape (N, *spatial) or (N, K, *spatial) they move with x; rows, (N,) or (N, K), stay.
    rng : numpy.random.Generator
        Draws a shift for each example and axis: every one from -most to most is as likely.
    most : int or tuple of int
        How many cells at most, for all axes or per axis.
    mode : {"zeros", "reflect", "replicate", "circular"}
        What comes in from outside, as in `pad_forward`.
    outside : number
        The target of cells from outside, where the mode is "zeros" and targets move; one that their dtype
        holds.

    Returns
    -------
    x, targets : ndarray
        Fresh where they moved; dtypes stay.

    Raises
    ------
    ValueError
        Where shapes do not fit together, or an argument breaks its rule.
    TypeError
        For what is not an array of numbers, an outside that is no number, or an rng that is no generator.

    Examples
    --------
    Three examples, three draws, from one cell to the left to one to the right:

    >>> x = np.array([[[1, 2, 3]]] * 3)
    >>> moved, labels = random_shift(x, np.array([7, 8, 9]), np.random.default_rng(0), most=1)
    >>> moved.tolist(), labels.tolist()
    ([[[2, 3, 0]], [[1, 2, 3]], [[1, 2, 3]]], [7, 8, 9])
    """
    x, targets = check_batch(x, targets, rng)
    most = per_axis("most", most, x.ndim - 2, minimum=0)
    return random_crop(x, targets, rng, size=x.shape[2:], padding=most, mode=mode, outside=outside)


def random_crop(x, targets, rng, *, size, padding=0, mode="zeros", outside=0):
    """Cut a window out of every image, each at a place of its own.

    Parameters
    ----------
    x, targets, rng, mode, outside
        As in `random_shift`; every place where the window fits is as likely.
    size : int or tuple of int
        Of the window, for all axes or per axis.
    padding : int, tuple of int or tuple of pairs
        A rim that is put around the image before, as in `pad_forward`.

    Returns
    -------
    x : ndarray, shape (N, C, *size)
    targets : ndarray
        With the same cells, or as they were.

    Raises
    ------
    ValueError, TypeError
        As `random_shift`; also where the window is larger than the image with its rim.

    Examples
    --------
    >>> x = np.array([[[1.0, 2, 3, 4]]] * 2)
    >>> random_crop(x, 10 * x[:, 0], np.random.default_rng(1), size=2)
    (array([[[2., 3.]],
    <BLANKLINE>
           [[2., 3.]]]), array([[20., 30.],
           [20., 30.]]))
    """
    x, targets = check_batch(x, targets, rng)
    spatial = x.shape[2:]
    size, pairs = per_axis("size", size, len(spatial), minimum=1), padding_pairs(padding, len(spatial))
    check_rim(spatial, pairs, mode)
    if mode == "zeros" and are_maps(targets, x):
        check_outside(outside, targets)
    room = [n + sum(pair) - cells for n, pair, cells in zip(spatial, pairs, size, strict=True)]
    for axis, cells in enumerate(room):
        if cells < 0:
            n, (before, after) = spatial[axis], pairs[axis]
            raise ValueError(
                f"a window of {size[axis]} cells does not fit on spatial axis {axis}, which has "
                f"{n} + {before} + {after} = {n + before + after}"
            )
    starts = rng.integers(0, np.add(room, 1), (len(x), len(spatial)))
    options = dict(size=size, pairs=pairs, starts=starts, mode=mode)
    return together(x, targets, lambda array, fill: cut(array, fill=fill, **options), outside)


def random_flip(x, targets, rng, *, axes, p=0.5):
    """Mirror some of the images, drawn one by one and axis by axis.

    Parameters
    ----------
    x, targets, rng
        As in `random_shift`.
    axes : int or tuple of int
        Spatial axes, counted from 0, or from the last one back: -1.
    p : float
        The probability to mirror, for each example and axis.

    Returns
    -------
    x, targets : ndarray

    Raises
    ------
    ValueError, TypeError
        As `random_shift`.

    Examples
    --------
    >>> x = np.array([[[1, 2, 3]]] * 4)
    >>> random_flip(x, np.arange(4), np.random.default_rng(0), axes=0)[0][:, 0].tolist()
    [[1, 2, 3], [3, 2, 1], [3, 2, 1], [3, 2, 1]]
    """
    x, targets = check_batch(x, targets, rng)
    count = x.ndim - 2
    axes = sizes("axes", axes, minimum=-count)
    if max(axes, default=0) >= count or len({axis % count for axis in axes}) < len(axes):
        raise ValueError(f"axes is {axes}, but they must be different ones of the {count} spatial axes")
    if not isinstance(p, numbers.Real) or not 0 <= p <= 1:
        raise ValueError(f"p is {p!r}, but a probability must be from 0 to 1")
    chosen = rng.random((len(axes), len(x))) < p

    def mirror(array, fill):
        array = array.copy()
        for axis, some in zip(axes, chosen, strict=True):
            array[some] = np.flip(array[some], axis % count - count)
        return array

    return together(x, targets, mirror, None)


def add_noise(x, targets, rng, *, scale):
    """Add to every entry of x a normal number of its own; targets stay as they are.

    With clean images as targets, that is the task of denoising.

    Parameters
    ----------
    x : ndarray, shape (N, ...)
        Integers become float64.
    targets : ndarray, shape (N, ...)
    rng : numpy.random.Generator
    scale : float
        The standard deviation.

    Returns
    -------
    x, targets : ndarray

    Raises
    ------
    ValueError
        For a scale that is negative or not finite.
    TypeError
        As `random_shift`.

    Examples
    --------
    >>> x, _ = add_noise(np.full((1, 1, 10_000), 5.0), np.zeros(1), np.random.default_rng(0), scale=2)
    >>> round(float(x.mean()), 1), round(float(x.std()), 1)
    (5.0, 2.0)
    """
    x = as_real("x", x)
    check_generator(rng)
    if not isinstance(scale, numbers.Real) or not 0 <= scale < math.inf:
        raise ValueError(f"scale is {scale!r}, but a standard deviation must be a number from 0 on")
    noise = rng.standard_normal(x.shape, np.float32 if x.dtype.itemsize < 8 else np.float64)
    return (x + scale * noise).astype(x.dtype, copy=False), targets


def chain(*steps):
    """Do one after the other.

    Parameters
    ----------
    *steps : callable
        Each ``(x, targets, rng) -> x, targets``.

    Returns
    -------
    callable
        Of the same kind.

    Raises
    ------
    TypeError
        For a step that cannot be called.

    Examples
    --------
    >>> from functools import partial
    >>> augment = chain(partial(random_shift, most=2), partial(add_noise, scale=0.1))
    >>> x, labels = augment(np.zeros((8, 1, 28, 28)), np.arange(8), np.random.default_rng(0))
    >>> x.shape
    (8, 1, 28, 28)
    """
    for step in steps:
        if not callable(step):
            raise TypeError(f"a step must be a function (x, targets, rng) -> x, targets, but one is {step!r}")

    return functools.partial(in_turn, steps)


def in_turn(steps, x, targets, rng):
    """Do each step with what the one before returned."""
    for step in steps:
        x, targets = step(x, targets, rng)
    return x, targets


def cut(array, *, size, pairs, starts, mode, fill):
    """Cut each example's window out of the array with its rim."""
    rim = ((0, 0),) * (array.ndim - len(size)) + pairs
    options = {"constant_values": fill} if mode == "zeros" else {}
    padded = np.pad(array, rim, NUMPY_MODES[mode], **options)
    axes = tuple(range(array.ndim - len(size), array.ndim))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size, axes)  # (N, [C,] *places, *size)
    channels = (slice(None),) * (axes[0] - 1)
    return windows[(np.arange(len(array)), *channels, *starts.T)]  # (N, [C,] *size)


def together(x, targets, move, outside):
    """Move x, and with it the targets if they have its spatial axes."""
    return move(x, 0), move(targets, outside) if are_maps(targets, x) else targets


def are_maps(targets, x):
    """Whether there is a target, or K of them, for every cell of x."""
    return targets.ndim in (x.ndim - 1, x.ndim) and targets.shape[-(x.ndim - 2) :] == x.shape[2:]


def check_batch(x, targets, rng):
    """Hold that x are images, that each has its target, and that targets are rows or maps as large as x."""
    x, targets = np.asarray(x), np.asarray(targets)
    for name, array in (("x", x), ("targets", targets)):
        if array.dtype.kind not in "biufc":
            raise TypeError(f"{name} must be an array of numbers, but its dtype is {array.dtype}")
    check_images("x", x)
    check_generator(rng)
    if targets.ndim < 1 or len(targets) != len(x):
        raise ValueError(f"x holds {len(x)} examples, but targets has shape {targets.shape}")
    if targets.ndim > 2 and not are_maps(targets, x):
        raise ValueError(
            f"targets has shape {targets.shape}, but they must be rows, or maps (N, *spatial) or "
            f"(N, K, *spatial) with the spatial sizes {x.shape[2:]} of x"
        )
    return x, targets


def check_outside(outside, targets):
    """Hold that a target for cells from outside stays what it is among whole targets: 300 in 8 bits is 44."""
    value = np.asarray(outside)
    if value.ndim or value.dtype.kind not in "biufc":
        raise TypeError(f"outside is {outside!r}, but it must be a number")
    if targets.dtype.kind in "biu":
        with np.errstate(invalid="ignore"):
            held = value.real.astype(targets.dtype)
        if held != value:
            raise ValueError(f"outside is {outside!r}, which targets of dtype {targets.dtype} do not hold")


def check_generator(rng):
    """Hold that rng is a generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}, but it must be a generator: numpy.random.default_rng(seed)")
