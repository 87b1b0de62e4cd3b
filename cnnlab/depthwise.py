"""One filter for each channel: there is no matrix to multiply by, and every channel is summed for itself."""

import numpy as np

from .geometry import count
from .windows import aligned, window_view

SUMS = 2**17  # of lines, of as many channels as stay in the cache


def depthwise_forward(padded, weight, geometry):
    """Sum over the taps: (C, *padded, N) and (C, *kernel) -> (C, *out, N)."""
    windows, taps, places = lines(padded, geometry)
    y = aligned((len(padded), *geometry.out, padded.shape[-1]), padded.dtype)
    line = y.reshape(len(y), *windows.shape[1 + len(taps) :])
    np.einsum(windows, [0, *taps, *places], weight, [0, *taps], [0, *places], out=line)
    return y


def depthwise_backward_weight(dy, padded, geometry):
    """Sum over the places: (C, *out, N) and (C, *padded, N) -> (C, *kernel)."""
    windows, taps, places = lines(padded, geometry)
    dy = dy.reshape(len(dy), *windows.shape[1 + len(taps) :])
    if len(taps) == 1 or geometry.stride[-1] != 1:  # no tap is above another, or lines are short
        return np.einsum(windows, [0, *taps, *places], dy, [0, *places], [0, *taps])
    dweight = np.empty((len(dy), *geometry.kernel_size), dy.dtype)
    part = max(1, SUMS // max(1, count(windows.shape[1:-1])))
    for first in range(0, len(dy), part):
        some = slice(first, first + part)
        dweight[some] = sum_by_lines(windows[some], dy[some], geometry)
    return dweight


def sum_by_lines(windows, dy, geometry):
    """Sum over the places where they lie in lines: (C, *kernel).

    Taps above each other see lines that do not overlap. These are the rows of a matrix, and the line of dy is
    the vector that it is multiplied by.
    """
    above = len(geometry.kernel_size) - 1  # the axis of taps above each other, and how many axes beside
    rows, line = np.moveaxis(windows, above, -2), dy.reshape(len(dy), *[1] * above, *dy.shape[1:], 1)
    sums = np.matmul(rows, line)[..., 0]  # (C, *taps beside each other, *out but the line, taps above)
    sums = sums.sum(axis=tuple(range(1 + above, sums.ndim - 1)))
    return np.moveaxis(sums, -1, above)


def lines(padded, geometry):
    """See every window, the last axis and the batch as one line where they lie in one; number the axes."""
    view, axes = window_view(padded, geometry), len(geometry.out)  # (C, *kernel, *out, N)
    if geometry.stride[-1] == 1:
        view = view.reshape(*view.shape[:-2], count(view.shape[-2:]))
    return view, range(1, 1 + axes), range(1 + axes, view.ndim)
