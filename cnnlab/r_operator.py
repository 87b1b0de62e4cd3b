"""How fast does everything change when the parameters move? The R-operator, of layers and their gradients.

Let the parameters move along a direction. R{y} is the speed at which y changes: its derivative along that
direction. R is written r, as d is the gradient: `ry` is the speed of y, `rdx` that of the gradient dx. Where
something stands still, None says so.

What a weight layer computes is a product of what it sees and its weights, and so is its gradient. So the
product rule is all there is: R{w x} = w R{x} + R{w} x.
"""

from functools import partial

import numpy as np

from .conv import conv_backward, conv_forward
from .geometry import as_float

__all__ = ["conv_backward_r", "conv_r", "product_backward_r", "product_r"]


def product_r(forward, x, rx, weight, rweight, rbias=None):
    """Differentiate a product, y = weight * x + bias, along a direction: each factor in turn.

    Parameters
    ----------
    forward : callable
        ``forward(x, weight, bias) -> y``: linear in x and linear in weight; bias is added, None for none.
    x, weight : ndarray
        What forward was given.
    rx : ndarray, shape of x, or None
        The speed of x; None: x stands still.
    rweight : ndarray, shape of weight
    rbias : ndarray, optional
        The speed of the bias.

    Returns
    -------
    ry : ndarray
        The speed of y.

    Raises
    ------
    ValueError, TypeError
        Where a speed has another shape than what moves; also as forward.

    References
    ----------
    Pearlmutter (1994), Fast exact multiplication by the Hessian.

    Examples
    --------
    A dense layer with one weight: 5 * 3 + 2 * 7 + 100 = 129.

    >>> from cnnlab.dense import dense_forward
    >>> product_r(dense_forward, [[2]], [[5]], [[3]], [[7]], [100])
    array([[129.]])
    """
    rx = rx if rx is None else check_speed("rx", rx, "x", x)
    rweight = check_speed("rweight", rweight, "weight", weight)
    ry = forward(x, rweight, rbias)
    return ry if rx is None else forward(rx, weight, None) + ry


def product_backward_r(backward, dy, rdy, x, rx, weight, rweight):
    """Differentiate the gradients of a product: each of them is a product itself, of dy and the other factor.

    Parameters
    ----------
    backward : callable
        ``backward(dy, x, weight) -> dx, dweight, ...``: further gradients, such as dbias, look at dy alone.
    dy, rdy : ndarray, of one shape
        The upstream gradient and its speed.
    x, rx, weight, rweight
        As they were in `product_r`.

    Returns
    -------
    rdx, rdweight, ... : ndarray
        The speeds of what backward returns.

    Raises
    ------
    ValueError, TypeError
        As `product_r` and backward.

    Examples
    --------
    dx = dy * weight and dweight = dy * x: 1 * 3 + 10 * 7 = 73, and 1 * 2 + 10 * 5 = 52.

    >>> from cnnlab.dense import dense_backward
    >>> product_backward_r(dense_backward, [[10]], [[1]], [[2]], [[5]], [[3]], [[7]])
    (array([[73.]]), array([[52.]]), array([1.]))
    """
    rx = rx if rx is None else check_speed("rx", rx, "x", x)
    rweight = check_speed("rweight", rweight, "weight", weight)
    rdy = check_speed("rdy", rdy, "dy", dy)
    rdx, rdweight, *others = backward(rdy, x, weight)
    more_dx, more_dweight, *_ = backward(dy, x if rx is None else rx, rweight)
    return rdx + more_dx, rdweight if rx is None else rdweight + more_dweight, *others


def conv_r(x, rx, weight, rweight, rbias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Differentiate a convolution along a direction: convolve rx with the kernel, and x with its speed.

    Parameters
    ----------
    x, weight, stride, padding, dilation, groups
        As they were in `conv_forward`.
    rx : ndarray, shape of x, or None
        The speed of x; None: x stands still.
    rweight : ndarray, shape of weight
    rbias : ndarray, optional
        The speed of the bias, of a shape that `conv_forward` takes.

    Returns
    -------
    ry : ndarray, shape (N, C_out, *out)

    Raises
    ------
    ValueError, TypeError
        As `conv_forward`; also where a speed has another shape than what moves.

    References
    ----------
    Pearlmutter (1994), Fast exact multiplication by the Hessian.

    Examples
    --------
    [1, 2] . [0, 1] + [2, 3] . [1, 0] = 4, one step on 2 + 3 + 3 = 5 + 0:

    >>> x, rx = np.array([[[2, 3, 0]]]), np.array([[[1, 2, 5]]])
    >>> conv_r(x, rx, np.array([[[0, 1]]]), np.array([[[1, 0]]]))
    array([[[4., 8.]]])
    """
    forward = partial(conv_forward, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return product_r(forward, x, rx, weight, rweight, rbias)


def conv_backward_r(dy, rdy, x, rx, weight, rweight, *, stride=1, padding=0, dilation=1, groups=1):
    """Differentiate the gradients of a convolution along a direction.

    Parameters
    ----------
    dy, rdy : ndarray, shape (N, C_out, *out)
        The upstream gradient and its speed.
    x, rx, weight, rweight, stride, padding, dilation, groups
        As they were in `conv_r`.

    Returns
    -------
    rdx, rdweight, rdbias : ndarray
        The speeds of what `conv_backward` returns.

    Raises
    ------
    ValueError, TypeError
        As `conv_backward`; also where a speed has another shape than what moves.

    References
    ----------
    Pearlmutter (1994), Fast exact multiplication by the Hessian.

    Examples
    --------
    One window, so dx = dy * weight: 1 * [0, 1] + 10 * [1, 0]; and dweight = dy * x: 1 * [2, 3] + 10 * [1, 2].

    >>> dy, rdy, x, rx = np.array([[[10]]]), np.array([[[1]]]), np.array([[[2, 3]]]), np.array([[[1, 2]]])
    >>> conv_backward_r(dy, rdy, x, rx, np.array([[[0, 1]]]), np.array([[[1, 0]]]))
    (array([[[10.,  1.]]]), array([[[12., 23.]]]), array([1.]))
    """
    backward = partial(conv_backward, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return product_backward_r(backward, dy, rdy, x, rx, weight, rweight)


def check_speed(name, speed, what, array):
    """Read a speed as floats, and hold that it has the shape of what moves."""
    speed = as_float(name, speed)
    if speed.shape != np.shape(array):
        raise ValueError(
            f"{name} has shape {speed.shape}, but {what}, whose speed it is, has {np.shape(array)}"
        )
    return speed
