"""Pooling to a size: as many bins as are asked for, however large the input; one bin is global pooling.

Bins are boxes, so one axis is pooled after the other, as in pool.py.
"""

import numpy as np

from .geometry import as_float, check_images, check_upstream, per_axis
from .windows import batch_first, batch_last, lay_as

__all__ = [
    "adaptive_avg_pool_backward",
    "adaptive_avg_pool_forward",
    "adaptive_max_pool_backward",
    "adaptive_max_pool_forward",
    "global_avg_pool_backward",
    "global_avg_pool_forward",
    "global_max_pool_backward",
    "global_max_pool_forward",
]


def adaptive_avg_pool_forward(x, output_size):
    """Cut every axis into so many bins, and take the mean of each.

    Bin i of m, on an axis of n entries, reaches from floor(i n / m) up to ceil((i + 1) n / m): neighbours
    share an entry where m does not divide n. An output larger than the input repeats entries.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    output_size : int or tuple of int
        Bins, for all axes or per axis; at least 1.

    Returns
    -------
    ndarray, shape (N, C, *output_size)

    Raises
    ------
    ValueError
        Where output_size breaks its rule, or x has an axis without entries.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    He, Zhang, Ren and Sun (2014), Spatial pyramid pooling in deep convolutional networks for visual
    recognition.

    Examples
    --------
    The bins of 5 entries in 2 are the first three and the last three:

    >>> adaptive_avg_pool_forward(np.array([[[1, 3, 5, 0, 1]]]), 2)
    array([[[3., 2.]]])
    """
    x, bins = binned(x, output_size)
    y = batch_last(x)
    for axis, cuts in enumerate(bins, start=1):
        y = np.stack([at(y, axis, cut).mean(axis=axis) for cut in cuts], axis=axis)
    return lay_as(x, batch_first(y))


def adaptive_avg_pool_backward(dy, x):
    """Share each entry of dy out evenly among the entries of its bin.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *output_size)
    x : ndarray, shape (N, C, *spatial)
        As it was in `adaptive_avg_pool_forward`.

    Returns
    -------
    dx : ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `adaptive_avg_pool_forward`; also where dy is not the gradient of an output.

    Examples
    --------
    >>> adaptive_avg_pool_backward(np.array([[[3, 30]]]), np.zeros((1, 1, 5)))
    array([[[ 1.,  1., 11., 10., 10.]]])
    """
    dy, x, bins = upstream(dy, x)
    owed = batch_last(dy)
    for axis, cuts in enumerate(bins, start=1):
        shape = (*owed.shape[:axis], x.shape[1 + axis], *owed.shape[1 + axis :])
        into = np.zeros(shape, owed.dtype)
        for i, cut in enumerate(cuts):
            at(into, axis, cut)[...] += at(owed, axis, slice(i, i + 1)) / (cut.stop - cut.start)
        owed = into
    return lay_as(x, batch_first(owed))


def adaptive_max_pool_forward(x, output_size):
    """Cut every axis into so many bins, and keep the largest entry of each.

    Parameters
    ----------
    x, output_size
        As in `adaptive_avg_pool_forward`, and so are the bins.

    Returns
    -------
    ndarray, shape (N, C, *output_size)

    Raises
    ------
    ValueError, TypeError
        As `adaptive_avg_pool_forward`.

    Examples
    --------
    >>> adaptive_max_pool_forward(np.array([[[1, 3, 5, 0, 1]]]), 2)
    array([[[5., 5.]]])
    """
    x, bins = binned(x, output_size)
    y = batch_last(x)
    for axis in reversed(range(1, 1 + len(bins))):
        y = largest(y, axis, bins[axis - 1])[0]
    return lay_as(x, batch_first(y))


def adaptive_max_pool_backward(dy, x):
    """Send each entry of dy to the winner of its bin; an entry that won in two bins receives the sum.

    Of equal entries the first in C order has won, as in `max_pool_backward`.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *output_size)
    x : ndarray, shape (N, C, *spatial)
        As it was in `adaptive_max_pool_forward`.

    Returns
    -------
    dx : ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `adaptive_avg_pool_backward`.

    Examples
    --------
    >>> adaptive_max_pool_backward(np.array([[[1, 10]]]), np.array([[[1, 3, 5, 0, 1]]]))
    array([[[ 0.,  0., 11.,  0.,  0.]]])
    """
    dy, x, bins = upstream(dy, x)
    steps, y = [], batch_last(x)
    for axis in reversed(range(1, 1 + len(bins))):
        shape = y.shape
        y, winners = largest(y, axis, bins[axis - 1])
        steps.append((shape, winners))
    owed = batch_last(dy)
    for axis, cuts in enumerate(bins, start=1):
        shape, winners = steps.pop()
        into = np.zeros(shape, owed.dtype)
        for i, cut in enumerate(cuts):
            part = np.zeros_like(at(into, axis, cut))
            np.put_along_axis(part, winners[i], at(owed, axis, slice(i, i + 1)), axis)
            at(into, axis, cut)[...] += part
        owed = into
    return lay_as(x, batch_first(owed))


def global_avg_pool_forward(x):
    """Say every feature map in one number: its mean.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)

    Returns
    -------
    ndarray, shape (N, C)

    Raises
    ------
    ValueError, TypeError
        As `adaptive_avg_pool_forward`.

    References
    ----------
    Lin, Chen and Yan (2014), Network in network.

    Examples
    --------
    >>> global_avg_pool_forward(np.array([[[1, 3], [10, 30]]]))
    array([[ 2., 20.]])
    """
    y = adaptive_avg_pool_forward(x, 1)
    return y.reshape(y.shape[:2])


def global_avg_pool_backward(dy, x):
    """Share each entry of dy out evenly over its feature map.

    Parameters
    ----------
    dy : ndarray, shape (N, C)
    x : ndarray, shape (N, C, *spatial)
        As it was in `global_avg_pool_forward`.

    Returns
    -------
    dx : ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `global_avg_pool_forward`; also where dy does not have the output's shape.

    Examples
    --------
    >>> global_avg_pool_backward(np.array([[2, 20]]), np.zeros((1, 2, 2)))
    array([[[ 1.,  1.],
            [10., 10.]]])
    """
    return adaptive_avg_pool_backward(*as_one_bin(dy, x))


def global_max_pool_forward(x):
    """Say every feature map in one number: its largest entry.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)

    Returns
    -------
    ndarray, shape (N, C)

    Raises
    ------
    ValueError, TypeError
        As `adaptive_max_pool_forward`.

    References
    ----------
    Oquab, Bottou, Laptev and Sivic (2015), Is object localization for free? Weakly-supervised learning with
    convolutional neural networks.

    Examples
    --------
    >>> global_max_pool_forward(np.array([[[1, 3], [30, 10]]]))
    array([[ 3., 30.]])
    """
    y = adaptive_max_pool_forward(x, 1)
    return y.reshape(y.shape[:2])


def global_max_pool_backward(dy, x):
    """Send each entry of dy to the winner of its feature map: of equals the first in C order.

    Parameters
    ----------
    dy : ndarray, shape (N, C)
    x : ndarray, shape (N, C, *spatial)
        As it was in `global_max_pool_forward`.

    Returns
    -------
    dx : ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `global_max_pool_forward`; also where dy does not have the output's shape.

    Examples
    --------
    >>> global_max_pool_backward(np.array([[2, 20]]), np.array([[[1, 3], [30, 10]]]))
    array([[[ 0.,  2.],
            [20.,  0.]]])
    """
    return adaptive_max_pool_backward(*as_one_bin(dy, x))


def binned(x, output_size):
    """Check an input and cut its axes into bins: for each axis a list of slices."""
    x = as_float("x", x)
    check_images("x", x)
    if 0 in x.shape[2:]:
        raise ValueError(f"x has shape {x.shape}: a spatial axis without entries cannot be cut into bins")
    bins = per_axis("output_size", output_size, x.ndim - 2, minimum=1)
    return x, [
        [slice(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]
        for n, m in zip(x.shape[2:], bins, strict=True)
    ]


def upstream(dy, x):
    """Check an upstream gradient, whose sizes say how many bins there were; give it dx's dtype."""
    dy, x = as_float("dy", dy), as_float("x", x)
    check_images("x", x)
    if dy.ndim != x.ndim or dy.shape[:2] != x.shape[:2]:
        raise ValueError(
            f"dy has shape {dy.shape}, but the output of the forward pass has shape "
            f"({x.shape[0]}, {x.shape[1]}, *output_size), with {x.ndim - 2} spatial axes"
        )
    x, bins = binned(x, dy.shape[2:])
    return dy.astype(np.result_type(dy, x), copy=False), x, bins


def as_one_bin(dy, x):
    """Give the gradient of a global pooling the axes of an adaptive one's: (N, C) -> (N, C, 1, ..., 1)."""
    dy, x = as_float("dy", dy), as_float("x", x)
    check_images("x", x)
    check_upstream(dy, x.shape[:2])
    return dy.reshape(*dy.shape, *[1] * (x.ndim - 2)), x


def at(array, axis, cut):
    """See a cut of one axis."""
    return array[(slice(None),) * axis + (cut,)]


def largest(entries, axis, cuts):
    """Take the largest entry of each bin along one axis, by its real part; also say where in its bin."""
    winners = [at(entries, axis, cut).real.argmax(axis, keepdims=True) for cut in cuts]
    best = [np.take_along_axis(at(entries, axis, c), w, axis) for c, w in zip(cuts, winners, strict=True)]
    return np.concatenate(best, axis), winners
