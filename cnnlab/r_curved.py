"""The R-operator of what bends: activations and Lp pooling, whose slopes move as x does.

Where each output is a matter of its own input, R{y} is what the backward function makes of rx in place of dy:
one slope serves both ways. What is new is R{dx}: dy meets a slope that changes.
"""

import numpy as np

from .activations import odds, softmax_backward, softmax_forward
from .geometry import as_float, check_upstream
from .lp_pool import check_p, lp_pool_forward, safe
from .pool import pooled
from .r_operator import check_speed
from .windows import (
    add_windows,
    batch_first,
    batch_last,
    crop_batch_first,
    lay_as,
    pad_batch_last,
    window_view,
)

__all__ = [
    "lp_pool_backward_r",
    "lp_pool_r",
    "sigmoid_backward_r",
    "softmax_backward_r",
    "tanh_backward_r",
]


def sigmoid_backward_r(dy, rdy, x, rx):
    """Differentiate the gradient of a sigmoid: the slope y (1 - y) itself changes by 1 - 2 y times the slope.

    Parameters
    ----------
    dy, rdy : ndarray, of one shape
        The upstream gradient and its speed.
    x, rx : ndarray, shape of dy
        The input of `sigmoid_forward` and its speed.

    Returns
    -------
    rdx : ndarray, shape of x
        The speed of what `sigmoid_backward` returns.

    Raises
    ------
    ValueError, TypeError
        As `sigmoid_backward`; also where a speed has another shape than what moves.

    Examples
    --------
    In its middle the slope is a quarter and stays so:

    >>> sigmoid_backward_r([1], [8], [0], [5])
    array([2.])
    """
    dy, rdy, x, rx = read(dy, rdy, x, rx)
    yes, no = odds(x)
    total = yes + no
    return (rdy - (yes - no) / total * dy * rx) * (yes / total) * (no / total)


def tanh_backward_r(dy, rdy, x, rx):
    """Differentiate the gradient of tanh: the slope 1 - y^2 itself changes by -2 y times the slope.

    Parameters
    ----------
    dy, rdy, x, rx
        As in `sigmoid_backward_r`.

    Returns
    -------
    rdx : ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `sigmoid_backward_r`.

    Examples
    --------
    Where y = 1/2, the slope is 3/4 and changes by -3/4:

    >>> tanh_backward_r([1, 1], [0, 4], [np.arctanh(0.5)] * 2, [1, 0]).round(12)
    array([-0.75,  3.  ])
    """
    dy, rdy, x, rx = read(dy, rdy, x, rx)
    y = np.tanh(x)
    return (rdy - 2 * y * dy * rx) * (1 - y * y)


def softmax_backward_r(dy, rdy, x, rx, *, axis=1):
    """Differentiate the gradient of softmax, all of whose entries move when one score does.

    With a' for a less its average, the sum of y * a: dx = y dy', R{y} = y rx', and
    R{dx} = y (rdy + rx' dy')'.

    Parameters
    ----------
    dy, rdy, x, rx
        As in `sigmoid_backward_r`.
    axis : int
        As it was in `softmax_forward`.

    Returns
    -------
    rdx : ndarray, shape of x
        Its sums along the axis are 0, as those of dx.

    Raises
    ------
    ValueError, TypeError
        As `softmax_backward`; also where a speed has another shape than what moves.

    Examples
    --------
    Of two equal scores the first rises, as does its probability p, by 1/2; p (1 - p) is at its top:

    >>> softmax_backward_r([[1, 0]], [[0, 0]], [[0, 0]], [[2, 0]])
    array([[0., 0.]])
    """
    dy, rdy, x, rx = read(dy, rdy, x, rx)
    y = softmax_forward(x, axis=axis)
    rx, dy = (a - (y * a).sum(axis=axis, keepdims=True) for a in (rx, dy))
    return softmax_backward(rdy + rx * dy, x, axis=axis)


def lp_pool_r(x, rx, kernel_size, *, p=2, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Differentiate Lp pooling along a direction: sum over the window of sign(x) * (abs(x) / y)^(p - 1) * rx.

    Parameters
    ----------
    x, kernel_size, p, stride, padding, dilation, ceil_mode
        As they were in `lp_pool_forward`.
    rx : ndarray, shape of x
        The speed of x.

    Returns
    -------
    ry : ndarray, shape (N, C, *out)
        0 where the window is all zero.

    Raises
    ------
    ValueError, TypeError
        As `lp_pool_forward`; also where rx does not have the shape of x.

    Examples
    --------
    3 / 5 * 10 + 4 / 5 * 5 = 10:

    >>> lp_pool_r(np.array([[[3, 4]]]), np.array([[[10, 5]]]), 2)
    array([[[10.]]])
    """
    options = dict(
        kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode
    )
    *_, ry = lp_speeds(x, rx, p, options)
    return lay_as(as_float("x", x), batch_first(ry))


def lp_pool_backward_r(
    dy, rdy, x, rx, kernel_size, *, p=2, stride=None, padding=0, dilation=1, ceil_mode=False
):
    """Differentiate the gradient of Lp pooling: the shares of a window's entries move as its length does.

    Parameters
    ----------
    dy, rdy : ndarray, shape (N, C, *out)
        The upstream gradient and its speed.
    x, rx, kernel_size, p, stride, padding, dilation, ceil_mode
        As they were in `lp_pool_r`.

    Returns
    -------
    rdx : ndarray, shape of x
        The speed of what `lp_pool_backward` returns; an entry of 0 under p < 2, where the slope is a step,
        counts as one that stays.

    Raises
    ------
    ValueError, TypeError
        As `lp_pool_backward`; also where a speed has another shape than what moves.

    Examples
    --------
    Moving outwards, a window keeps its direction; turning, it changes by what it moves, over its length:

    >>> x, across, one = np.array([[[3, 4]]]), np.array([[[-4, 3]]]), np.array([[[1]]])
    >>> lp_pool_backward_r(one, 0 * one, x, x, 2), lp_pool_backward_r(one, 0 * one, x, across, 2)
    (array([[[0., 0.]]]), array([[[-0.8,  0.6]]]))
    """
    options = dict(
        kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode
    )
    geometry, y, ratio, shares, speeds, ry = lp_speeds(x, rx, p, options)
    x, dy, p = as_float("x", x), as_float("dy", dy), check_p(p)
    check_upstream(dy, (*x.shape[:2], *geometry.out))
    rdy = check_speed("rdy", rdy, "dy", dy)
    size = ratio * np.sign(ratio.real)
    bend = (p - 1) * np.where(size.real == 0, p == 2, safe(size) ** (p - 2))
    bend = bend * (speeds - ratio * over(ry, geometry)) * over((y.real != 0) / safe(y), geometry)
    owed = shares * over(batch_last(rdy), geometry) + bend * over(batch_last(dy), geometry)
    dpadded = np.zeros((x.shape[1], *geometry.padded, len(x)), owed.dtype)
    add_windows(window_view(dpadded, geometry), owed)
    return lay_as(x, crop_batch_first(dpadded, geometry))


def lp_speeds(x, rx, p, options):
    """Measure every window and its speed.

    Returns the geometry; y; x / y, the shares of dy and rx as windows, (C, *kernel_size, *out, N); and ry.
    What is no window's lies as (C, *out, N).
    """
    p = check_p(p)
    x, geometry = pooled(x, *options.values())
    rx = check_speed("rx", rx, "x", x)
    x = x.astype(np.result_type(x, rx), copy=False)
    y = batch_last(lp_pool_forward(x, p=p, **options))
    entries, speeds = (window_view(pad_batch_last(a, geometry), geometry) for a in (x, rx))
    ratio = entries / over(safe(y), geometry)
    sign = np.sign(ratio.real)
    shares = sign * (ratio * sign) ** (p - 1)
    ry = (shares * speeds).sum(axis=tuple(range(1, 1 + len(geometry.out))))
    return geometry, y, ratio, shares, speeds, ry


def over(a, geometry):
    """Let one number a window meet all its taps: (C, *out, N) -> (C, 1, ..., 1, *out, N)."""
    return a.reshape(len(a), *[1] * len(geometry.out), *a.shape[1:])


def read(dy, rdy, x, rx):
    """Hold that gradients and speeds have the shapes of what they belong to."""
    dy, x = as_float("dy", dy), as_float("x", x)
    check_upstream(dy, x.shape)
    return dy, check_speed("rdy", rdy, "dy", dy), x, check_speed("rx", rx, "x", x)
