"""Who has won, and while they lead: max pooling is a linear map then, and its gradient the transpose.

R{max} asks what the winner of each window does; the gradient goes to it. Both need only know where it is, as
one mask a tap and an axis: for many products on one batch, it is looked up once.
"""

from functools import reduce

import numpy as np

from .geometry import as_float, check_upstream
from .pool import channels, from_the_last, pooled, put_back, taps
from .r_operator import check_speed
from .windows import batch_first, crop_batch_first, lay_as, pad_batch_last, take

__all__ = ["pool_r"]


def pool_r(x, rx, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Differentiate max pooling along a direction: the largest entry of a window moves as its winner does.

    Of equal entries the first in C order has won, as in `max_pool_backward`, which is the gradient's R, given
    rdy: winners do not change while they lead. Average pooling is linear: it is its own R.

    Parameters
    ----------
    x, kernel_size, stride, padding, dilation, ceil_mode
        As they were in `max_pool_forward`.
    rx : ndarray, shape of x
        The speed of x.

    Returns
    -------
    ry : ndarray, shape (N, C, *out)
        0 where a window sees nothing but padding.

    Raises
    ------
    ValueError, TypeError
        As `max_pool_forward`; also where rx does not have the shape of x.

    Examples
    --------
    3 leads and falls, 2 leads and stays:

    >>> pool_r(np.array([[[1, 3, 2, 0]]]), np.array([[[5, -1, 0, 7]]]), 2)
    array([[[-1.,  0.]]])
    """
    return Winners(x, kernel_size, stride, padding, dilation, ceil_mode).fetch(rx)


class Winners:
    """Where the largest entry of every window lies, found along one axis after the other, the last first."""

    def __init__(self, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        self.x, self.geometry = pooled(x, kernel_size, stride, padding, dilation, ceil_mode)
        walk = channels(self.x, self.geometry, fill=-np.inf, arrays=4)
        self.parts = [(some, list(masks_by_axis(padded, self.geometry))) for some, padded in walk]

    def fetch(self, rx):
        """Take each window's entry from where x has won: (N, C, *spatial) -> (N, C, *out)."""
        rx, geometry = check_speed("rx", rx, "x", self.x), self.geometry
        ry = np.empty((rx.shape[1], *geometry.out, len(rx)), np.result_type(self.x, rx))  # (C, *out, N)
        for some, steps in self.parts:
            entries = pad_batch_last(rx[:, some], geometry)
            for axis, masks in zip(reversed(range(len(geometry.out))), steps, strict=True):
                seen = (take(entries, tap) for tap in taps(geometry, axis))
                entries = reduce(np.add, (e * mask for e, mask in zip(seen, masks, strict=True)))
            ry[some] = entries
        return lay_as(rx, batch_first(ry))

    def send(self, dy):
        """Add each entry to where its window's winner is, the first axis first: the transpose."""
        dy, x, geometry = as_float("dy", dy), self.x, self.geometry
        check_upstream(dy, (*x.shape[:2], *geometry.out))
        dpadded = np.empty((x.shape[1], *geometry.padded, len(x)), np.result_type(dy, x))
        for some, steps in self.parts:
            owed = np.ascontiguousarray(np.moveaxis(dy[:, some], 0, -1))
            for axis, masks in enumerate(reversed(steps)):
                shape = len(owed), *geometry.padded[: axis + 1], *geometry.out[axis + 1 :], len(x)
                into = np.empty(shape, dpadded.dtype) if axis + 1 < len(steps) else dpadded[some]
                owed = put_back([owed * mask for mask in masks], geometry, axis, into)
        return lay_as(x, crop_batch_first(dpadded, geometry))


def masks_by_axis(padded, geometry):
    """Say, axis by axis from the last, which tap sees the largest entry: the first, where several do."""
    for y, seen, _ in from_the_last(padded, geometry):
        masks, free = [], np.ones(y.shape, bool)
        for entries in seen[:-1]:
            masks.append(free & (entries.real == y.real))
            free &= ~masks[-1]
        yield [*masks, free]
