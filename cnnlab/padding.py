"""What stands around the picture? Zeros, its mirror image, its edge repeated, or the picture again."""

import numpy as np

from .geometry import as_float, check_images, padding_pairs
from .windows import batch_first, lay_as

__all__ = ["pad_backward", "pad_forward"]

MODES = ("zeros", "reflect", "replicate", "circular")


def pad_forward(x, padding, mode="zeros"):
    """Surround every image with a rim: zeros, or copies of its own cells.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    padding : int, tuple of int or tuple of pairs
        Cells added on both sides, for all axes or per axis, or one ``(before, after)`` pair per axis.
    mode : {"zeros", "reflect", "replicate", "circular"}
        ``"reflect"`` mirrors at the outermost cell, which is not repeated: at most n - 1 cells on an axis of
        n. ``"replicate"`` repeats the outermost cell. ``"circular"`` goes on at the other end: at most n
        cells.

    Returns
    -------
    ndarray, shape (N, C, *padded)

    Raises
    ------
    ValueError
        Where an axis is too short for its rim, or an argument breaks its rule.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    >>> x = np.array([[[1, 2, 3]]])
    >>> for mode in ("zeros", "reflect", "replicate", "circular"):
    ...     print(pad_forward(x, 2, mode)[0, 0])
    [0. 0. 1. 2. 3. 0. 0.]
    [3. 2. 1. 2. 3. 2. 1.]
    [1. 1. 1. 2. 3. 3. 3.]
    [2. 3. 1. 2. 3. 1. 2.]
    """
    x = as_float("x", x)
    check_images("x", x)
    pairs = padding_pairs(padding, x.ndim - 2)
    check_rim(x.shape[2:], pairs, mode)
    padded_sizes = [n + before + after for n, (before, after) in zip(x.shape[2:], pairs, strict=True)]
    padded = np.zeros((x.shape[1], *padded_sizes, len(x)), x.dtype)  # (C, *padded, N)
    padded[interior(padded.shape, pairs)] = np.moveaxis(x, 0, -1)
    for cell, origin in copies(padded.shape, pairs, mode):
        padded[cell] = padded[origin]
    return lay_as(x, batch_first(padded))


def pad_backward(dy, padding, mode="zeros"):
    """Add the rim back to the cells that it was copied from; what fell on zeros is lost.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *padded)
        Gradient of the loss with respect to the output of `pad_forward`.
    padding, mode
        As they were in `pad_forward`.

    Returns
    -------
    dx : ndarray, shape (N, C, *spatial)

    Raises
    ------
    ValueError, TypeError
        As `pad_forward`; also where dy is smaller than its rim.

    Examples
    --------
    The mirror shows 2 twice more and 3 once more:

    >>> pad_backward(np.array([[[100, 10, 1, 1, 1, 10]]]), ((2, 1),), "reflect")
    array([[[  1.,  21., 101.]]])
    """
    dy = as_float("dy", dy)
    check_images("dy", dy)
    pairs = padding_pairs(padding, dy.ndim - 2)
    spatial = [n - before - after for n, (before, after) in zip(dy.shape[2:], pairs, strict=True)]
    for axis, (n, (before, after)) in enumerate(zip(spatial, pairs, strict=True)):
        if n < 0:
            raise ValueError(
                f"dy has {dy.shape[2 + axis]} cells on spatial axis {axis}, but its rim alone has "
                f"{before} + {after} = {before + after}"
            )
    check_rim(spatial, pairs, mode)
    dpadded = np.moveaxis(dy, 0, -1).copy()  # (C, *padded, N)
    for cell, origin in copies(dpadded.shape, pairs, mode):
        dpadded[origin] += dpadded[cell]
    return lay_as(dy, batch_first(dpadded[interior(dpadded.shape, pairs)].copy()))


def copies(shape, pairs, mode):
    """Name each cell of the rim and the cell that it is a copy of, as indices of (C, *padded, N).

    One axis after the other, each across the whole array: later axes copy the rims of earlier ones along, so
    that corners need no thought.
    """
    if mode == "zeros":
        return
    for axis, (before, after) in enumerate(pairs, start=1):
        n = shape[axis] - before - after
        for i in (*range(-before, 0), *range(n, n + after)):
            cell, origin = ((slice(None),) * axis + (before + j,) for j in (i, inside(i, n, mode)))
            yield cell, origin


def inside(i, n, mode):
    """Find the cell of 0 to n - 1 that stands at place i of an endless axis."""
    if mode == "reflect":
        return n - 1 - abs(n - 1 - abs(i))
    return i % n if mode == "circular" else min(max(i, 0), n - 1)


def interior(shape, pairs):
    """The index that cuts the image out of (C, *padded, N)."""
    sizes = shape[1:-1]
    return (slice(None), *(slice(b, n - a) for n, (b, a) in zip(sizes, pairs, strict=True)))


def check_rim(spatial, pairs, mode):
    """Hold that every axis has the cells that its rim copies."""
    check_mode(mode)
    for axis, (n, pair) in enumerate(zip(spatial, pairs, strict=True)):
        rim = max(pair)
        needed = {"zeros": 0, "reflect": rim + 1, "replicate": 1, "circular": rim}[mode]
        if rim and n < needed:
            sum_ = f"{rim} + 1 = {needed}" if mode == "reflect" else needed
            raise ValueError(
                f'a rim of {rim} in mode "{mode}" needs {sum_} cells to copy, but spatial axis {axis} has {n}'
            )


def check_mode(mode):
    """Hold that a mode is one of those there are."""
    if not isinstance(mode, str) or mode not in MODES:
        raise ValueError(
            f'mode is "{mode}", but the modes are "zeros", "reflect", "replicate" and "circular"'
        )
