"""One filter for each channel: there is no matrix to multiply by, and every channel is summed for itself."""

import numpy as np

from .geometry import count
from .windows import aligned, window_view


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
    return np.einsum(windows, [0, *taps, *places], dy, [0, *places], [0, *taps])


def lines(padded, geometry):
    """See every window, the last axis and the batch as one line where they lie in one; number the axes."""
    view, axes = window_view(padded, geometry), len(geometry.out)  # (C, *kernel, *out, N)
    if geometry.stride[-1] == 1:
        view = view.reshape(*view.shape[:-2], count(view.shape[-2:]))
    return view, range(1, 1 + axes), range(1 + axes, view.ndim)
