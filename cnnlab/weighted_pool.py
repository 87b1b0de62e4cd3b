"""Weighted pooling: a weight for every tap, the same in all channels; fixed by distance, or learned.

It is a convolution in which each channel sees itself alone, and all have one kernel.
"""

import numbers

import numpy as np

from .conv import conv_backward_input, conv_backward_weight, conv_forward
from .geometry import as_float, check_upstream, sizes
from .pool import pooled

__all__ = ["gaussian_weights", "weighted_pool_backward", "weighted_pool_forward"]


def weighted_pool_forward(x, weights, *, stride=None, padding=0, dilation=1):
    """Replace every window by the sum of its entries, each times the weight of its tap.

    Weights that are all 1 / (number of taps) make it average pooling.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    weights : ndarray, shape kernel_size
        One weight per tap, which all channels share.
    stride, dilation
        As in `max_pool_forward`.
    padding : int, tuple of int or tuple of pairs
        Cells of zeros around x, at most half the kernel.

    Returns
    -------
    ndarray, shape (N, C, *out)

    Raises
    ------
    ValueError, TypeError
        For a geometry that does not fit, or what is not an array of numbers.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition: the
    trainable coefficient of its subsampling layers.

    Examples
    --------
    >>> weighted_pool_forward(np.array([[[1, 3, 2, 0]]]), np.array([0.5, 2]))
    array([[[6.5, 1. ]]])
    """
    x, kernel, _, options = depthwise(x, weights, stride, padding, dilation)
    return conv_forward(x, kernel, **options)


def weighted_pool_backward(dy, x, weights, *, stride=None, padding=0, dilation=1):
    """Say what the loss owes to the input and to the weights, which sum over all that they weighed.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *out)
    x, weights, stride, padding, dilation
        As they were in `weighted_pool_forward`.

    Returns
    -------
    dx, dweights : ndarray
        Shapes of x and of weights.

    Raises
    ------
    ValueError, TypeError
        As `weighted_pool_forward`; also where dy does not have the output's shape.

    Examples
    --------
    The first weight saw 1 and 2: 1 * 1 + 10 * 2 = 21.

    >>> x, weights = np.array([[[1.0, 3, 2, 0]]]), np.array([0.5, 2])
    >>> weighted_pool_backward(np.array([[[1.0, 10]]]), x, weights)
    (array([[[ 0.5,  2. ,  5. , 20. ]]]), array([21.,  3.]))
    """
    x, kernel, out, options = depthwise(x, weights, stride, padding, dilation)
    dy = as_float("dy", dy)
    check_upstream(dy, (*x.shape[:2], *out))
    dx = conv_backward_input(dy, kernel, x.shape[2:], **options)
    dkernel = conv_backward_weight(dy, x, kernel.shape[2:], **options)  # (C, 1, *kernel_size)
    return dx, dkernel.sum(axis=(0, 1))


def gaussian_weights(kernel_size, *, sigma):
    """Weigh every tap by its distance from the window's centre: exp(-distance^2 / (2 sigma^2)), sum 1.

    Parameters
    ----------
    kernel_size : int or tuple of int
        An int is a window of one axis.
    sigma : float
        In entries; the larger, the nearer to average pooling.

    Returns
    -------
    ndarray of float64, shape kernel_size

    Raises
    ------
    ValueError
        Where an argument breaks its rule.

    Examples
    --------
    With this sigma one step from the centre halves the weight:

    >>> gaussian_weights(3, sigma=1 / np.sqrt(2 * np.log(2))).round(3)
    array([0.25, 0.5 , 0.25])
    """
    kernel_size = sizes("kernel_size", kernel_size, minimum=1)
    if not isinstance(sigma, numbers.Real) or not 0 < sigma < np.inf:
        raise ValueError(f"sigma is {sigma!r}, but it must be a number above 0")
    offsets = np.ogrid[tuple(map(slice, kernel_size))]
    squares = sum((at - (k - 1) / 2) ** 2 for at, k in zip(offsets, kernel_size, strict=True))
    weights = np.exp((squares.min() - squares) / (2 * sigma**2))  # the nearest taps weigh 1 before scaling
    return weights / weights.sum()


def depthwise(x, weights, stride, padding, dilation):
    """Say a weighted pooling as a convolution: one kernel (C, 1, *kernel_size), and as many groups."""
    weights = as_float("weights", weights)
    x, geometry = pooled(x, weights.shape, stride, padding, dilation, False)
    kernel = np.broadcast_to(weights, (x.shape[1], 1, *weights.shape))
    way = dict(stride=geometry.stride, padding=geometry.padding, dilation=geometry.dilation)
    return x, kernel, geometry.out, dict(way, groups=x.shape[1])
