"""Pooling in any number of dimensions: a summary of every window, channel by channel. Nothing is learnt.

Max pooling keeps the largest entry and sends the gradient back to it alone; average pooling shares it out.

The largest of a window is the largest of its rows' largest, and its sum the sum of its rows' sums. So one
axis is pooled after the other, and a window of 3 x 3 x 3 costs 3 + 3 + 3 taps instead of 27.
"""

from functools import lru_cache, reduce
from itertools import repeat
from math import gcd

import numpy as np

from .geometry import (
    as_float,
    check_images,
    check_upstream,
    count,
    extent,
    per_axis,
    place,
    resolve_padding,
    spelt_out,
)
from .windows import batch_first, crop_batch_first, lay_as, pad_batch_last, put, take

__all__ = ["avg_pool_backward", "avg_pool_forward", "max_pool_backward", "max_pool_forward"]

ROOM = 2**22  # bytes of arrays at a time, the most that a pass may hold: shorter runs take more calls


def max_pool_forward(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Keep the largest entry of every window.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    kernel_size, dilation : int or tuple of int
    stride : int or tuple of int, optional
        The kernel size if not given: windows side by side.
    padding : int, tuple of int or tuple of pairs
        Cells of minus infinity around x, at most half the kernel. A window that sees nothing else, as
        dilation allows, gives minus infinity.
    ceil_mode : bool
        Whether a last window may reach beyond the padded input, where it sees nothing: the size is rounded
        up. A window that would start behind x is left out all the same.

    Returns
    -------
    ndarray, shape (N, C, *out)

    Raises
    ------
    ValueError, TypeError
        For a geometry that does not fit, or what is not an array of numbers.

    References
    ----------
    Ranzato, Huang, Boureau and LeCun (2007), Unsupervised learning of invariant feature hierarchies.

    Examples
    --------
    >>> max_pool_forward(np.array([[[1, 3, 2, 0, 5]]]), 2)
    array([[[3., 2.]]])
    >>> max_pool_forward(np.array([[[1, 3, 2, 0, 5]]]), 2, ceil_mode=True)
    array([[[3., 2., 5.]]])
    """
    x, geometry = pooled(x, kernel_size, stride, padding, dilation, ceil_mode)
    y = np.empty((x.shape[1], *geometry.out, len(x)), x.dtype)  # (C, *out, N)
    order = -1 if np.iscomplexobj(x) else 1  # only complex numbers show which of equals was taken
    for some, padded in channels(x, geometry, fill=-np.inf):
        y[some] = pool_axes(larger, padded, geometry, range(len(geometry.out))[::order])
    return lay_as(x, batch_first(y))


def max_pool_backward(dy, x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Send each entry of dy to the winner of its window; a cell that won several windows receives the sum.

    Of equal entries the first in C order has won, and takes the whole gradient: it lies in the first of the
    rows whose largest entry is the window's, and is the first such entry of that row. So the gradient goes
    back along one axis after the other, the first axis first.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *out)
    x, kernel_size, stride, padding, dilation, ceil_mode
        As they were in `max_pool_forward`.

    Returns
    -------
    dx : ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `max_pool_forward`; also where dy does not have the output's shape.

    Examples
    --------
    Windows of two, one step apart: 3 won twice.

    >>> x = np.array([[[1.0, 3, 2, 2]]])
    >>> max_pool_backward(np.array([[[1.0, 10, 100]]]), x, 2, stride=1)
    array([[[  0.,  11., 100.,   0.]]])
    """
    x, geometry = pooled(x, kernel_size, stride, padding, dilation, ceil_mode)
    dY, dpadded = upstream(dy, x, geometry)
    for some, padded in channels(x, geometry, fill=-np.inf, arrays=4):
        owed, steps = np.ascontiguousarray(dY[some]), from_the_last(padded, geometry)
        for axis in range(len(geometry.out)):
            y, seen, shape = steps.pop()
            into = np.empty(shape, owed.dtype) if steps else dpadded[some]
            owed = put_back(to_the_first(owed, y, seen), geometry, axis, into)
    return lay_as(x, crop_batch_first(dpadded, geometry))


def avg_pool_forward(
    x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, count_include_pad=True
):
    """Replace every window by its mean.

    Parameters
    ----------
    x, kernel_size, stride, dilation, ceil_mode
        As in `max_pool_forward`.
    padding : int, tuple of int or tuple of pairs
        Cells of zeros around x, at most half the kernel.
    count_include_pad : bool
        Whether the mean divides by all taps that lie inside the padded input (True), or by those inside x
        (a window without any gives 0).

    Returns
    -------
    ndarray, shape (N, C, *out)

    Raises
    ------
    ValueError, TypeError
        For a geometry that does not fit, or what is not an array of numbers.

    Examples
    --------
    >>> avg_pool_forward(np.array([[[1, 3, 2, 0]]]), 2)
    array([[[2., 1.]]])
    """
    x, geometry = pooled(x, kernel_size, stride, padding, dilation, ceil_mode)
    y = np.empty((x.shape[1], *geometry.out, len(x)), x.dtype)  # (C, *out, N)
    number = members(geometry, padding, count_include_pad, y.real.dtype)
    for some, padded in channels(x, geometry):
        sums = pool_axes(np.add, padded, geometry, range(len(geometry.out)))
        np.divide(sums, number, out=y[some])
    return lay_as(x, batch_first(y))


def avg_pool_backward(
    dy, x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, count_include_pad=True
):
    """Share each entry of dy out evenly among the cells of its window.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *out)
    x, kernel_size, stride, padding, dilation, ceil_mode, count_include_pad
        As they were in `avg_pool_forward`.

    Returns
    -------
    dx : ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `avg_pool_forward`; also where dy does not have the output's shape.

    Examples
    --------
    >>> avg_pool_backward(np.array([[[2.0, 20]]]), np.zeros((1, 1, 3)), 2, stride=1)
    array([[[ 1., 11., 10.]]])
    """
    x, geometry = pooled(x, kernel_size, stride, padding, dilation, ceil_mode)
    dY, dpadded = upstream(dy, x, geometry)
    number = members(geometry, padding, count_include_pad, dY.real.dtype)
    for some in blocks(x, geometry):
        spread(np.ascontiguousarray(dY[some]) / number, geometry, dpadded[some])
    return lay_as(x, crop_batch_first(dpadded, geometry))


def pooled(x, kernel_size, stride, padding, dilation, ceil_mode):
    """Check a pooling's input and resolve its geometry: the stride is the kernel size if not given.

    In ceil_mode the rim after x grows by the cells that a last window lacks.
    """
    x = as_float("x", x)
    check_images("x", x)
    spatial, stride = x.shape[2:], kernel_size if stride is None else stride
    rims = pooling_rims(spatial, kernel_size, stride, padding, dilation)
    kernel_size, stride, dilation = spelt_out(len(spatial), kernel_size, stride, dilation)
    if ceil_mode:
        rims = rounded_up(spatial, kernel_size, rims, stride, dilation)
    return x, place(spatial, kernel_size, stride, rims, dilation)


def pooling_rims(spatial, kernel_size, stride, padding, dilation):
    """Spell out a pooling's padding, and hold that it is at most half the kernel."""
    if isinstance(padding, str):
        raise ValueError(
            f'padding is "{padding}", but pooling takes numbers of cells, or (before, after) pairs'
        )
    stride = kernel_size if stride is None else stride
    rims = resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)
    for cells, k in zip(rims, per_axis("kernel_size", kernel_size, len(spatial), minimum=1), strict=True):
        if 2 * max(cells) > k:
            raise ValueError(
                f"padding of {max(cells)} is more than half the pooling kernel of {k}: 2*{max(cells)} > {k}"
            )
    return rims


def rounded_up(spatial, kernel_size, rims, stride, dilation):
    """Add the cells that one more window lacks on each axis, unless it would start behind the input."""
    grown = []
    for n, k, (before, after), s, d in zip(spatial, kernel_size, rims, stride, dilation, strict=True):
        start = n + before + after - extent(k, d)  # of the last window, if it ended with the rim
        more = -start % s
        grown.append((before, after + more if 0 <= start + more < n + before else after))
    return tuple(grown)


def upstream(dy, x, geometry):
    """Check dy and let its batch come last; make room for the padded dx: (C, *out, N), (C, *padded, N)."""
    dy = as_float("dy", dy)
    check_upstream(dy, (*x.shape[:2], *geometry.out))
    dtype = np.result_type(dy, x)
    dpadded = np.empty((x.shape[1], *geometry.padded, len(x)), dtype)
    return dy.astype(dtype, copy=False).transpose(*range(1, dy.ndim), 0), dpadded


def blocks(x, geometry, arrays=2):
    """Cut the channels into runs so short that so many arrays of their size fit into the room."""
    some = max(1, ROOM // max(1, arrays * x.itemsize * len(x) * count(geometry.padded)))
    return [slice(first, first + some) for first in range(0, x.shape[1], some)]


def channels(x, geometry, fill=0, arrays=2):
    """Walk over the channels of x, some at a time: which they are, and (c, *padded, N), not to be written."""
    for some in blocks(x, geometry, arrays):
        yield some, pad_batch_last(x[:, some], geometry, fill)


@lru_cache
def taps(geometry, axis):
    """Index what each tap along one axis sees, place by place, of an array (c, *sizes, N)."""
    k, s, d, n = along(geometry, axis)
    before = (slice(None),) * (1 + axis)
    return tuple((*before, slice(t * d, t * d + s * (n - 1) + 1, s)) for t in range(k))


def along(geometry, axis):
    """Say a geometry along one axis: taps, stride, dilation, places."""
    return [getattr(geometry, name)[axis] for name in ("kernel_size", "stride", "dilation", "out")]


def pool_axes(combine, padded, geometry, axes):
    """Combine the entries of every window, one axis after the other: (c, *padded, N) -> (c, *out, N)."""
    for axis in axes:
        padded = reduce(combine, (take(padded, tap) for tap in taps(geometry, axis)))
    return padded


def larger(a, b):
    """Take the larger of two numbers, by their real parts; of equals the first."""
    return np.where(b.real > a.real, b, a) if np.iscomplexobj(a) else np.maximum(a, b)


def from_the_last(padded, geometry):
    """Take the largest entry of every window, the last axis first; say at each step what made it.

    Returns, axis by axis from the last to the first, the largest entries, what each tap saw, and the shape
    of the array that it saw.
    """
    steps = []
    for axis in reversed(range(len(geometry.out))):
        seen = [np.ascontiguousarray(take(padded, tap)) for tap in taps(geometry, axis)]
        steps.append((reduce(larger, seen), seen, padded.shape))
        padded = steps[-1][0]
    return steps


def to_the_first(owed, y, seen):
    """Give what each y is owed to the first tap whose entry equals it: one part a tap."""
    for entries in seen[:-1]:
        part = owed * (entries.real == y.real)
        yield part
        owed = owed - part
    yield owed


def put_back(parts, geometry, axis, into):
    """Add one part a tap to the entries that the tap saw, along one axis of an uninitialised array."""
    k, s, d, n = along(geometry, axis)
    nobody = slice(s * n if d == 1 and k >= s else 0, None)  # the first s taps fill s * n entries in a row
    into[(slice(None),) * (1 + axis) + (nobody,)] = 0
    for t, (tap, part) in enumerate(zip(taps(geometry, axis), parts, strict=False)):
        put(part, into, tap, add=t >= s // gcd(s, d))  # the taps before that never meet
    return into


def spread(share, geometry, into):
    """Add one number a window to all its entries, in a fresh array: the transpose of summing windows."""
    for axis in reversed(range(len(geometry.out))):
        shape = (len(into), *geometry.out[:axis], *geometry.padded[axis:], into.shape[-1])
        share = put_back(repeat(share), geometry, axis, np.empty(shape, into.dtype) if axis else into)


def members(geometry, padding, count_include_pad, dtype):
    """Count the entries over which each window's mean is taken: a number, or (*out, 1) where they differ."""
    rims = resolve_padding(geometry.spatial, geometry.kernel_size, padding if count_include_pad else 0)
    return taps_inside(geometry, rims, dtype)


@lru_cache
def taps_inside(geometry, rims, dtype):
    """Count the taps of each window that lie inside x and so much of a rim: 1 where there are none."""
    numbers = np.ones((), dtype)
    for axis, (n, (before, after)) in enumerate(zip(geometry.spatial, rims, strict=True)):
        start = np.arange(geometry.out[axis]) * geometry.stride[axis] - geometry.padding[axis][0]
        seen = start + np.arange(geometry.kernel_size[axis])[:, None] * geometry.dilation[axis]
        inside = ((-before <= seen) & (seen < n + after)).sum(axis=0)
        numbers = np.multiply.outer(numbers, np.maximum(inside, 1).astype(dtype))
    return numbers.flat[0] if np.ptp(numbers) == 0 else numbers[..., None]
