"""Which entry won, and the way back: max pooling remembers places, unpooling fills them."""

import numpy as np

from .geometry import as_float, check_images, count, per_axis
from .pool import pooled
from .windows import batch_first, batch_last, lay_as, pad_batch_last, window_view

__all__ = ["max_pool_winners", "max_unpool", "max_unpool_backward"]


def max_pool_winners(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Say where the largest entry of every window lies in x.

    Of equal entries the first in C order has won, as in `max_pool_backward`.

    Parameters
    ----------
    x, kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool_forward`.

    Returns
    -------
    ndarray of int64, shape (N, C, *out)
        Indices into the spatial axes of x, flattened in C order, without the padding; -1 for a window that
        sees nothing but padding, as dilation allows: nobody has won there.

    Raises
    ------
    ValueError, TypeError
        As `max_pool_forward`.

    Examples
    --------
    >>> max_pool_winners(np.array([[[1, 3, 2, 2]]]), 2)
    array([[[1, 2]]])
    """
    x, geometry = pooled(x, kernel_size, stride, padding, dilation, ceil_mode)
    entries = window_view(pad_batch_last(x.real, geometry), geometry)  # (C, *kernel, *out, N)
    cells = np.arange(count(geometry.spatial)).reshape(1, 1, *geometry.spatial)
    cells = window_view(pad_batch_last(cells, geometry, fill=-1), geometry)  # (1, *kernel, *out, 1)
    best = np.full((x.shape[1], *geometry.out, len(x)), -np.inf, entries.dtype)
    winners = np.full(best.shape, -1, np.int64)
    for tap in np.ndindex(*geometry.kernel_size):
        at = (slice(None), *tap)
        won = (cells[at] >= 0) & ((winners < 0) | (entries[at] > best))
        np.copyto(best, entries[at], where=won)
        np.copyto(winners, cells[at], where=won)
    return lay_as(x, batch_first(winners))


def max_unpool(y, winners, spatial):
    """Put every entry back where the winner was, into zeros: what did not win is forgotten.

    A cell that won several windows receives the sum: this is `max_pool_backward`, told who has won.

    Parameters
    ----------
    y : ndarray, shape (N, C, *out)
    winners : ndarray of int, shape of y
        From `max_pool_winners`; where it is -1, the entry of y goes nowhere.
    spatial : int or tuple of int
        Sizes of the array to return.

    Returns
    -------
    ndarray, shape (N, C, *spatial)

    Raises
    ------
    ValueError
        Where winners does not have the shape of y, or one lies outside the array to return.
    TypeError
        For what is not an array of numbers, or winners that are not integers.

    References
    ----------
    Zeiler and Fergus (2014), Visualizing and understanding convolutional networks.

    Examples
    --------
    >>> max_unpool(np.array([[[3.0, 2]]]), np.array([[[1, 2]]]), 4)
    array([[[0., 3., 2., 0.]]])
    """
    y = as_float("y", y)
    check_images("y", y)
    winners = check_winners(winners)
    if winners.shape != y.shape:
        raise ValueError(f"winners has shape {winners.shape}, but y has shape {y.shape}")
    spatial = per_axis("spatial", spatial, y.ndim - 2, minimum=0)
    cells, somewhere = flattened(winners, spatial)
    x = np.zeros((y.shape[1], *spatial, len(y)), y.dtype)  # (C, *spatial, N)
    np.add.at(x.reshape(-1), cells[somewhere], np.moveaxis(y, 0, -1)[somewhere])
    return lay_as(y, batch_first(x))


def max_unpool_backward(dy, winners):
    """Fetch every entry's gradient from where the entry went.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *spatial)
        Gradient of the loss with respect to the output of `max_unpool`.
    winners : ndarray of int, shape (N, C, *out)
        As they were in `max_unpool`.

    Returns
    -------
    ndarray, shape of winners
        0 where the winner is -1.

    Raises
    ------
    ValueError, TypeError
        As `max_unpool`.

    Examples
    --------
    >>> max_unpool_backward(np.array([[[1, 10, 100, 1000]]]), np.array([[[1, 2]]]))
    array([[[ 10., 100.]]])
    """
    dy = as_float("dy", dy)
    check_images("dy", dy)
    winners = check_winners(winners)
    if winners.ndim != dy.ndim or winners.shape[:2] != dy.shape[:2]:
        raise ValueError(
            f"winners has shape {winners.shape} and dy {dy.shape}, but they must be (N, C, *out) and "
            "(N, C, *spatial), with the same N, C and number of axes"
        )
    cells, somewhere = flattened(winners, dy.shape[2:])
    dx = np.zeros(cells.shape, dy.dtype)  # (C, *out, N)
    dx[somewhere] = batch_last(dy).reshape(-1)[cells[somewhere]]
    return lay_as(dy, batch_first(dx))


def check_winners(winners):
    """Read winners as int64."""
    winners = np.asarray(winners)
    if winners.dtype.kind not in "iu":
        raise TypeError(f"winners must be an array of integers, but its dtype is {winners.dtype}")
    if winners.max(initial=0) > np.iinfo(np.int64).max:
        raise ValueError(f"winners holds {winners.max()}, which is no index of any array")
    return winners.astype(np.int64, copy=False)


def flattened(winners, spatial):
    """Say winners as indices into a flattened (C, *spatial, N), and which of them are somebody.

    (N, C, *out) -> (C, *out, N), twice.
    """
    images, channels = winners.shape[:2]
    size = count(spatial)
    least, most = winners.min(initial=-1), winners.max(initial=-1)
    if least < -1 or most >= size:
        raise ValueError(
            f"winners holds {least if least < -1 else most}, but indices into {spatial} run from 0 to "
            f"{size - 1}, and -1 means nobody"
        )
    channel = np.arange(channels).reshape(-1, *[1] * (winners.ndim - 1))
    within = np.moveaxis(winners, 0, -1)  # (C, *out, N)
    return (channel * size + within) * images + np.arange(images), within >= 0
