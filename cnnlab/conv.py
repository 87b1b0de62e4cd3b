"""Convolution in any number of dimensions: a dense layer over windows, its gradients beneath it.

forward    Y = W @ X            X = windows as (taps, places), W = (C_out, taps)
backward   dW = dY @ X.T        dX = fold(W.T @ dY)             the dense layer's own lines
"""

import math

import numpy as np

from .bias import add_bias, check_bias
from .blocks import (
    COLUMNS,
    LONG,
    add_matmul,
    as_kernel,
    as_matrices,
    as_turned_matrices,
    by_rows,
    flat,
    gather,
    matmul,
    row_windows,
    see,
    turn_rows,
    with_taps,
)
from .depthwise import depthwise_backward_weight, depthwise_forward
from .geometry import (
    as_float,
    check_images,
    check_kernel,
    check_upstream,
    count,
    extent,
    per_axis,
    place,
    resolve,
    sizes,
)
from .windows import add_windows, aligned, batch_first, batch_last, crop_batch_first, lay_as, pad_batch_last

__all__ = [
    "conv_backward",
    "conv_backward_bias",
    "conv_backward_input",
    "conv_backward_weight",
    "conv_forward",
]


def conv_forward(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Weigh every window and sum it: the kernel is not flipped, which is cross-correlation.

    y[n, f, o] = sum over c, k of x[n, c, o * stride + k * dilation - padding] * weight[f, c, k] + bias[f],
    where o and k have one index per spatial axis, and x is 0 outside itself.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, *spatial)
    weight : ndarray, shape (C_out, C_in / groups, *kernel_size)
    bias : ndarray, shape (C_out,), (C_out, *tile) or (C_out, *out), optional
        One number for each filter; or for each place of a tile that repeats; or for each place.
    stride, dilation : int or tuple of int
    padding : int, tuple of int, tuple of pairs, or {"valid", "same", "full"}
        Cells of zeros around x, see `resolve_padding`.
    groups : int
        Channels are cut into so many groups; each sees only its own.

    Returns
    -------
    ndarray, shape (N, C_out, *out)

    Raises
    ------
    ValueError
        Where shapes and geometry do not fit together: said with the arithmetic, before any work.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition.

    Examples
    --------
    1 * 1 + 2 * 2 + 4 * 0 = 5, one step on 1 * 2 + 2 * 0 + 4 * 3 = 14:

    >>> conv_forward(np.array([[[1, 2, 0, 3]]]), np.array([[[1, 2, 4]]]))
    array([[[ 5., 14.]]])
    """
    x, weight = as_float("x", x), as_float("weight", weight)
    geometry, groups = conv_geometry(x.shape, weight.shape, stride, padding, dilation, groups)
    dtype = np.result_type(x, weight)
    if bias is not None:
        bias = as_float("bias", bias)
        check_bias(bias.shape, len(weight), geometry.out)
        dtype = np.result_type(dtype, bias)
    y = weigh(x.astype(dtype, copy=False), weight.astype(dtype, copy=False), geometry, groups)
    if bias is not None:
        add_bias(y, bias)
    return lay_as(x, batch_first(y))


def weigh(x, weight, geometry, groups):
    """Multiply every window by the kernel, x and weight being of one dtype: (C_out, *out, N)."""
    padded = pad_batch_last(x, geometry)  # (C_in, *padded, N)
    if groups == len(weight) == x.shape[1]:
        return depthwise_forward(padded, weight[:, 0], geometry)
    y = aligned((len(weight), *geometry.out, len(x)), x.dtype)
    rows = by_rows(geometry, len(x), shortest=COLUMNS)
    W = as_matrices(weight, rows, groups)  # (groups, 1, C_out / groups, taps)
    Y = see(y, rows.out, groups)  # (groups, rows, C_out / groups, ..., N)
    for block, X in gather(padded, rows, groups, beside=len(weight)):
        matmul(W, X, out=flat(Y[block]))  # X: (groups, rows, taps, places)
    return y


def conv_backward(dy, x, weight, *, stride=1, padding=0, dilation=1, groups=1):
    """Say what the loss owes to the input, to the kernel and to the bias.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
        Gradient of the loss with respect to the output of `conv_forward`.
    x, weight, stride, padding, dilation, groups
        As they were in `conv_forward`.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shapes of x, of weight, and (C_out,).

    Raises
    ------
    ValueError, TypeError
        As `conv_forward`; also where dy does not have the output's shape.

    Examples
    --------
    >>> x, weight = np.array([[[1.0, 2, 0, 3]]]), np.array([[[1.0, 2, 4]]])
    >>> dx, dweight, dbias = conv_backward(np.array([[[1.0, 10]]]), x, weight)
    >>> dx, dweight, dbias
    (array([[[ 1., 12., 24., 40.]]]), array([[[21.,  2., 30.]]]), array([11.]))
    """
    x, weight, dy = as_float("x", x), as_float("weight", weight), as_float("dy", dy)
    geometry, groups = conv_geometry(x.shape, weight.shape, stride, padding, dilation, groups)
    check_upstream(dy, (len(x), len(weight), *geometry.out))
    dy = batch_first(batch_last(dy))  # once for all three
    dx, dweight = weigh_back(dy, weight, geometry, groups), weigh_taps(dy, x, geometry, groups)
    return lay_as(x, dx), dweight, conv_backward_bias(dy)


def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    """Send every entry of dy back through the kernel to the window that made it: the transposed map.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
    weight : ndarray, shape (C_out, C_in / groups, *kernel_size)
    spatial : int or tuple of int
        Sizes of the input: with a stride, several inputs have the same output sizes.
    stride, padding, dilation, groups
        As they were in `conv_forward`.

    Returns
    -------
    dx : ndarray, shape (N, C_in, *spatial)

    Raises
    ------
    ValueError, TypeError
        As `conv_backward`.

    Examples
    --------
    The kernel, once for each entry of dy, added up: [1, 2, 4, 0] + 10 * [0, 1, 2, 4].

    >>> conv_backward_input(np.array([[[1.0, 10]]]), np.array([[[1.0, 2, 4]]]), 4)
    array([[[ 1., 12., 24., 40.]]])
    """
    return weigh_back(*read_back(dy, weight, spatial, stride, padding, dilation, groups))


def weigh_back(dy, weight, geometry, groups):
    """Send dy back through the kernel; the result lies as dy does."""
    c_in, dtype = weight.shape[1] * groups, np.result_type(dy, weight)
    upstream, weight = dy.astype(dtype, copy=False), weight.astype(dtype, copy=False)
    rim = full_rim(geometry)
    smaller = 0 < len(weight) * count(geometry.spatial) <= 2 * c_in * count(geometry.out)
    if smaller and max(geometry.stride) == 1 and min(map(min, rim)) >= 0:
        # Without a stride, the way back is a convolution with the kernel turned around. Where the output is
        # not much larger than the input, to gather from it is cheaper than to scatter.
        way = place(geometry.out, geometry.kernel_size, geometry.stride, rim, geometry.dilation)
        return lay_as(dy, batch_first(weigh(upstream, turn_around(weight, groups), way, groups)))
    # Else dy is gathered along the first axis, with the kernel's rows turned around, and scattered along the
    # others; with a stride, in short rows, or where many filters have few taps, it is scattered along all.
    dpadded = aligned((c_in, *geometry.padded, len(dy)), dtype, np.zeros)  # (C_in, *padded, N)
    few = len(weight) <= 2 * c_in * count(geometry.kernel_size[1:])
    rows = by_rows(geometry, len(dy), shortest=LONG if few and geometry.stride[0] == 1 else math.inf)
    W = as_turned_matrices(weight, rows, groups)  # (groups, 1, taps of a row, rows * C_out / groups)
    windows = row_windows(dpadded, rows, groups)  # (groups, rows, C_in / groups, *kernel[1:], *out[1:], N)
    turned = turn_rows(rows)
    padded = pad_batch_last(upstream, turned)  # (C_out, *padded, N)
    for block, dY in gather(padded, turned, groups, beside=groups * W.shape[2]):
        part = windows[with_taps(block, rows)]
        dX = aligned(part.shape, dtype)
        matmul(W, dY, out=dX.reshape(*dY.shape[:2], W.shape[2], dY.shape[3]))
        add_windows(part, dX, first=3)
    return lay_as(dy, crop_batch_first(dpadded, geometry))


def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    """Correlate what went in with what is owed: each tap sums over all images and places that used it.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
    x : ndarray, shape (N, C_in, *spatial)
    kernel_size : int or tuple of int
    stride, padding, dilation, groups
        As they were in `conv_forward`.

    Returns
    -------
    dweight : ndarray, shape (C_out, C_in / groups, *kernel_size)

    Raises
    ------
    ValueError, TypeError
        As `conv_backward`.

    Examples
    --------
    The first tap saw 1 and 2: 1 * 1 + 10 * 2 = 21.

    >>> conv_backward_weight(np.array([[[1.0, 10]]]), np.array([[[1.0, 2, 0, 3]]]), 3)
    array([[[21.,  2., 30.]]])
    """
    dy, x = as_float("dy", dy), as_float("x", x)
    check_images("dy", dy)
    check_images("x", x)
    taps = per_axis("kernel_size", kernel_size, x.ndim - 2, minimum=1)
    groups = check_groups(groups, x.shape[1], dy.shape[1])
    weight_shape = (dy.shape[1], x.shape[1] // groups, *taps)
    geometry, groups = conv_geometry(x.shape, weight_shape, stride, padding, dilation, groups)
    check_upstream(dy, (len(x), dy.shape[1], *geometry.out))
    return weigh_taps(dy, x, geometry, groups)


def weigh_taps(dy, x, geometry, groups):
    """Sum for each tap, over all images and places, what it saw times what is owed."""
    weight_shape = dy.shape[1], x.shape[1] // groups, *geometry.kernel_size
    dtype = np.result_type(dy, x)
    padded = pad_batch_last(x.astype(dtype, copy=False), geometry)  # (C_in, *padded, N)
    dy = batch_last(dy.astype(dtype, copy=False))  # (C_out, *out, N)
    if groups == len(dy) == x.shape[1]:
        return depthwise_backward_weight(dy, padded, geometry).reshape(weight_shape)
    rows = by_rows(geometry, len(x), shortest=LONG)
    dY = see(dy, rows.out, groups)
    dW = np.zeros((groups, count(weight_shape[1:]), len(dy) // groups), dtype)  # transposed, which is faster
    for block, X in gather(padded, rows, groups, beside=len(dy)):
        add_matmul(X, flat(dY[block]).swapaxes(2, 3), out=dW)  # X: (groups, rows, taps, places)
    return as_kernel(dW.swapaxes(1, 2), weight_shape, rows)


def conv_backward_bias(dy):
    """Sum dy over all images and all places, for at each of them the bias was added once.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)

    Returns
    -------
    dbias : ndarray, shape (C_out,)

    Raises
    ------
    ValueError, TypeError
        Where dy is not an array of numbers of this form.

    Examples
    --------
    >>> conv_backward_bias(np.array([[[1, 10]], [[100, 1000]]]))
    array([1111.])
    """
    dy = as_float("dy", dy)
    check_images("dy", dy)
    return dy.sum(axis=(0, *range(2, dy.ndim)))


def turn_around(weight, groups):
    """Reverse a kernel on every axis, and let it read its outputs: (C_in, C_out / groups, *kernel_size)."""
    c_out, c_in, *kernel_size = weight.shape
    exchanged = weight.reshape(groups, c_out // groups, c_in, *kernel_size).swapaxes(1, 2)
    reversed_ = exchanged[(..., *[slice(None, None, -1)] * len(kernel_size))]
    return reversed_.reshape(groups * c_in, c_out // groups, *kernel_size)


def full_rim(geometry):
    """Say how far windows that touch the input reach beyond it, less the padding that is there already."""
    axes = zip(geometry.kernel_size, geometry.dilation, geometry.padding, strict=True)
    return tuple([(extent(k, d) - 1 - before, extent(k, d) - 1 - after) for k, d, (before, after) in axes])


def read_back(dy, weight, spatial, stride, padding, dilation, groups):
    """Read what the way back to an input takes, and hold that it fits: dy, weight, geometry, groups."""
    dy, weight = as_float("dy", dy), as_float("weight", weight)
    check_images("dy", dy)
    check_kernel(weight)
    c_in = weight.shape[1] * check_groups(groups)
    x_shape = (len(dy), c_in, *per_axis("spatial", spatial, weight.ndim - 2, minimum=0))
    geometry, groups = conv_geometry(x_shape, weight.shape, stride, padding, dilation, groups)
    check_upstream(dy, (len(dy), len(weight), *geometry.out))
    return dy, weight, geometry, groups


def conv_geometry(x_shape, weight_shape, stride, padding, dilation, groups):
    """Hold that an input and a kernel fit together; resolve their geometry and the number of groups."""
    if len(x_shape) < 3 or len(weight_shape) != len(x_shape):
        raise ValueError(
            f"x has shape {x_shape} and weight {weight_shape}, but they must be (N, C_in, *spatial) and "
            "(C_out, C_in / groups, *kernel_size) with the same number of spatial axes, at least one"
        )
    groups = check_groups(groups, x_shape[1], weight_shape[0])
    if weight_shape[1] * groups != x_shape[1]:
        raise ValueError(
            f"weight has shape {weight_shape}: with {groups} group(s) it reads {groups} * {weight_shape[1]} "
            f"= {groups * weight_shape[1]} channels, but x has {x_shape[1]}"
        )
    return resolve(x_shape[2:], weight_shape[2:], stride=stride, padding=padding, dilation=dilation), groups


def check_groups(groups, *channels):
    """Read groups as an int that divides each number of channels, input first, of which there are some."""
    (number, *others) = sizes("groups", groups, minimum=1)
    if others:
        raise ValueError(f"groups is {groups!r}, but it must be one int")
    for name, channels_ in zip(("input", "output"), channels, strict=False):
        if channels_ < 1 or channels_ % number:
            raise ValueError(
                f"{channels_} {name} channels cannot be cut into {number} group(s) of equal size"
            )
    return number
