"""Pooling in any number of dimensions: a summary of every window, channel by channel. Nothing is learnt.

Max pooling keeps the largest entry and sends the gradient back to it alone; average pooling shares it out.
"""

import numpy as np

from .geometry import as_float, check_images, check_upstream, count, resolve
from .windows import batch_last, crop_batch_first, pad_batch_last, window_view

__all__ = ["avg_pool_backward", "avg_pool_forward", "max_pool_backward", "max_pool_forward"]


def max_pool_forward(x, kernel_size, *, stride=None, padding=0, dilation=1):
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
    >>> max_pool_forward(np.array([[[1, 3, 2, 0]]]), 2)
    array([[[3., 2.]]])
    """
    x, geometry = pooled(x, kernel_size, stride, padding, dilation)
    view = window_view(pad_batch_last(x, geometry, fill=-np.inf), geometry)  # (C, *kernel, *out, N)
    return np.moveaxis(largest(view, geometry), -1, 0)


def max_pool_backward(dy, x, kernel_size, *, stride=None, padding=0, dilation=1):
    """Send each entry of dy to the winner of its window; a cell that won several windows receives the sum.

    Of equal entries the first in C order has won, and takes the whole gradient.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *out)
    x, kernel_size, stride, padding, dilation
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
    x, geometry = pooled(x, kernel_size, stride, padding, dilation)
    dy = as_float("dy", dy)
    check_upstream(dy, (*x.shape[:2], *geometry.out))
    padded = pad_batch_last(x, geometry, fill=-np.inf)  # (C, *padded, N)
    view = window_view(padded, geometry)
    y, dY = largest(view, geometry), batch_last(dy)
    dpadded = np.zeros(padded.shape, np.result_type(dy, x))
    dview = window_view(dpadded, geometry)
    open_ = np.ones(y.shape, bool)  # windows whose winner is still to be found
    for tap in np.ndindex(*geometry.kernel_size):
        won = open_ & (view[(slice(None), *tap)].real == y.real)
        dview[(slice(None), *tap)] += dY * won
        open_ &= ~won
    return crop_batch_first(dpadded, geometry)


def avg_pool_forward(x, kernel_size, *, stride=None, padding=0, dilation=1, count_include_pad=True):
    """Replace every window by its mean.

    Parameters
    ----------
    x, kernel_size, stride, dilation
        As in `max_pool_forward`.
    padding : int, tuple of int or tuple of pairs
        Cells of zeros around x, at most half the kernel.
    count_include_pad : bool
        Whether the mean divides by all taps (True), or by those that lie inside x (a window without any
        gives 0).

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
    x, geometry = pooled(x, kernel_size, stride, padding, dilation)
    view = window_view(pad_batch_last(x, geometry), geometry)  # (C, *kernel, *out, N)
    y = np.zeros((view.shape[0], *geometry.out, len(x)), x.dtype)
    for tap in np.ndindex(*geometry.kernel_size):
        y += view[(slice(None), *tap)]
    return np.moveaxis(y / members(geometry, count_include_pad, y.real.dtype), -1, 0)


def avg_pool_backward(dy, x, kernel_size, *, stride=None, padding=0, dilation=1, count_include_pad=True):
    """Share each entry of dy out evenly among the cells of its window.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *out)
    x, kernel_size, stride, padding, dilation, count_include_pad
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
    x, geometry = pooled(x, kernel_size, stride, padding, dilation)
    dy = as_float("dy", dy)
    check_upstream(dy, (*x.shape[:2], *geometry.out))
    share = batch_last(dy) / members(geometry, count_include_pad, dy.real.dtype)
    dpadded = np.zeros((x.shape[1], *geometry.padded, len(x)), np.result_type(dy, x))
    dview = window_view(dpadded, geometry)
    for tap in np.ndindex(*geometry.kernel_size):
        dview[(slice(None), *tap)] += share
    return crop_batch_first(dpadded, geometry)


def pooled(x, kernel_size, stride, padding, dilation):
    """Check a pooling's input and resolve its geometry: the stride is the kernel size if not given."""
    x = as_float("x", x)
    check_images("x", x)
    if isinstance(padding, str):
        raise ValueError(
            f'padding is "{padding}", but pooling takes numbers of cells, or (before, after) pairs'
        )
    stride = kernel_size if stride is None else stride
    geometry = resolve(x.shape[2:], kernel_size, stride=stride, padding=padding, dilation=dilation)
    for cells, k in zip(geometry.padding, geometry.kernel_size, strict=True):
        if 2 * max(cells) > k:
            raise ValueError(
                f"padding of {max(cells)} is more than half the pooling kernel of {k}: 2*{max(cells)} > {k}"
            )
    return x, geometry


def largest(view, geometry):
    """Take the largest entry over the taps, by its real part: (C, *kernel, *out, N) -> (C, *out, N)."""
    first, *others = np.ndindex(*geometry.kernel_size)
    y = view[(slice(None), *first)].copy()
    for tap in others:
        entry = view[(slice(None), *tap)]
        if np.iscomplexobj(y):
            np.copyto(y, entry, where=entry.real > y.real)
        else:
            np.maximum(y, entry, out=y)
    return y


def members(geometry, count_include_pad, dtype):
    """Count the entries over which each window's mean is taken: a number, or (*out, 1)."""
    if count_include_pad:
        return dtype.type(count(geometry.kernel_size))
    inside = np.zeros((1, *geometry.padded, 1), dtype)
    inside[(slice(None), *geometry.interior)] = 1
    axes = tuple(range(1, 1 + len(geometry.out)))
    return np.maximum(window_view(inside, geometry).sum(axis=axes)[0], 1)
