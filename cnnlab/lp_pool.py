"""Lp pooling: the length of every window. p = 1 sums sizes, p = 2 is Euclid's, a large p is nearly the max.

The length of a window is the length of its rows' lengths, so again one axis is pooled after the other.
"""

import numbers
from functools import reduce

import numpy as np

from .pool import channels, pooled, put_back, taps, upstream
from .windows import batch_first, crop_batch_first, lay_as

__all__ = ["lp_pool_backward", "lp_pool_forward"]


def lp_pool_forward(x, kernel_size, *, p=2, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Measure every window: y = (sum of abs(x)^p)^(1/p).

    Each sum is taken of entries divided by the largest, so that no power overflows.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    kernel_size, stride, dilation, ceil_mode
        As in `max_pool_forward`.
    p : float
        At least 1 and finite: the limit of large p is max pooling of abs(x).
    padding : int, tuple of int or tuple of pairs
        Cells of zeros around x, at most half the kernel.

    Returns
    -------
    ndarray, shape (N, C, *out)

    Raises
    ------
    ValueError, TypeError
        For a geometry that does not fit, a p out of range, or what is not an array of numbers.

    References
    ----------
    Sermanet, Chintala and LeCun (2012), Convolutional neural networks applied to house numbers digit
    classification.

    Examples
    --------
    >>> lp_pool_forward(np.array([[[3, -4, 0, 5]]]), 2)
    array([[[5., 5.]]])
    >>> lp_pool_forward(np.array([[[3, -4, 0, 5]]]), 2, p=1)
    array([[[7., 5.]]])
    """
    p = check_p(p)
    x, geometry = pooled(x, kernel_size, stride, padding, dilation, ceil_mode)
    y = np.empty((x.shape[1], *geometry.out, len(x)), x.dtype)  # (C, *out, N)
    for some, padded in channels(x, geometry):
        y[some] = lengths(padded, geometry, p)[-1]
    return lay_as(x, batch_first(y))


def lp_pool_backward(dy, x, kernel_size, *, p=2, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Share each entry of dy out by size: dx = dy * sign(x) * (abs(x) / y)^(p - 1), summed over windows.

    A window of zeros alone has no direction to grow in: its gradient is 0.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *out)
    x, kernel_size, p, stride, padding, dilation, ceil_mode
        As they were in `lp_pool_forward`.

    Returns
    -------
    dx : ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `lp_pool_forward`; also where dy does not have the output's shape.

    Examples
    --------
    >>> lp_pool_backward(np.array([[[10, 10]]]), np.array([[[3, -4, 0, 5]]]), 2)
    array([[[ 6., -8.,  0., 10.]]])
    """
    p = check_p(p)
    x, geometry = pooled(x, kernel_size, stride, padding, dilation, ceil_mode)
    dY, dpadded = upstream(dy, x, geometry)
    for some, padded in channels(x, geometry, arrays=4):
        owed, steps = np.ascontiguousarray(dY[some]), lengths(padded, geometry, p)
        for axis in reversed(range(len(geometry.out))):
            y, entries = steps.pop(), steps[-1]
            parts = (owed * (entries[tap] / safe(y)) ** (p - 1) for tap in taps(geometry, axis))
            owed = put_back(parts, geometry, axis, np.empty(entries.shape, dpadded.dtype))
        np.multiply(owed, np.sign(padded.real), out=dpadded[some])
    return lay_as(x, crop_batch_first(dpadded, geometry))


def lengths(padded, geometry, p):
    """Measure every window, one axis after the other: what each step made, from sizes to (c, *out, N)."""
    steps = [padded * np.sign(padded.real)]  # abs(x), where x may be complex
    for axis in range(len(geometry.out)):
        seen = [steps[-1][tap] for tap in taps(geometry, axis)]
        top = safe(reduce(np.maximum, (entries.real for entries in seen)))
        steps.append(top * sum((entries / top) ** p for entries in seen) ** (1 / p))
    return steps


def safe(divisor):
    """Replace 0 by 1: what it divides is 0 as well."""
    return np.where(divisor.real == 0, divisor.dtype.type(1), divisor)


def check_p(p):
    """Read the exponent as a float."""
    if isinstance(p, numbers.Real) and p == np.inf:
        raise ValueError("p is inf, but it must be finite: for the largest entry alone there is max pooling")
    if not isinstance(p, numbers.Real) or not p >= 1:
        raise ValueError(f"p is {p!r}, but it must be a number of at least 1")
    return float(p)
