"""Transposed convolution: back up to where a convolution came from. It is that convolution's own gradient.

Of a convolution from y's sizes down to x's, forward here is `conv_backward_input` and backward is
`conv_forward`: there is nothing new to compute, only a size to choose.
"""

import numpy as np

from .bias import add_bias, check_bias
from .conv import check_groups, conv_backward_bias, conv_backward_input, conv_backward_weight, conv_forward
from .geometry import as_float, check_upstream, extent, padding_pairs, per_axis, sizes, spelt_out

__all__ = ["conv_transpose_backward", "conv_transpose_forward"]


def conv_transpose_forward(
    x, weight, bias=None, *, stride=1, padding=0, output_padding=0, dilation=1, groups=1
):
    """Let every entry of x leave a copy of the kernel, `stride` apart, and add the copies.

    y[n, f, i * stride + k * dilation - padding] is the sum over c, i, k of x[n, c, i] * weight[c, f, k] that
    fall there, plus bias[f]: the transpose of `conv_forward`, not its inverse.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, *spatial)
    weight : ndarray, shape (C_in, C_out / groups, *kernel_size)
        That of the convolution which is transposed: what it reads is y, what it gives is x.
    bias : ndarray, shape (C_out,), (C_out, *tile) or (C_out, *out), optional
        Added once to each entry, however many copies meet there; shared, tiled or untied.
    stride, dilation : int or tuple of int
    padding : int, tuple of int or tuple of pairs
        Cells that are cut off the rim: those that the convolution would have added.
    output_padding : int or tuple of int
        Cells more at the end of each axis, fewer than stride or dilation. A convolution with a stride gives
        inputs of several sizes the same output size: this says to which one to go back.
    groups : int
        Channels are cut into so many groups; each writes only to its own.

    Returns
    -------
    ndarray, shape (N, C_out, *out)
        out = (n - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1 on each axis.

    Raises
    ------
    ValueError
        Where shapes and geometry do not fit together: said with the arithmetic, before any work.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Zeiler, Krishnan, Taylor and Fergus (2010), Deconvolutional networks.

    Examples
    --------
    [1, 2, 4], and two steps on 3 * [1, 2, 4]; one cell more after the end is nobody's:

    >>> x, weight = np.array([[[1, 3]]]), np.array([[[1, 2, 4]]])
    >>> conv_transpose_forward(x, weight, stride=2)
    array([[[ 1.,  2.,  7.,  6., 12.]]])
    >>> conv_transpose_forward(x, weight, stride=2, output_padding=1)
    array([[[ 1.,  2.,  7.,  6., 12.,  0.]]])
    """
    x, weight = as_float("x", x), as_float("weight", weight)
    options = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    out, idle = transposed(x.shape, weight.shape, output_padding=output_padding, **options)
    dtype = np.result_type(x, weight)
    if bias is not None:
        bias = as_float("bias", bias)
        check_bias(bias.shape, weight.shape[1] * check_groups(groups), out)
        dtype = np.result_type(dtype, bias)
    y = conv_backward_input(lengthened(x.astype(dtype, copy=False), idle), weight, out, **options)
    if bias is not None:
        add_bias(np.moveaxis(y, 0, -1), bias)
    return y


def conv_transpose_backward(dy, x, weight, *, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    """Convolve dy down to x's sizes: what the loss owes to the input, to the kernel and to the bias.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
        Gradient of the loss with respect to the output of `conv_transpose_forward`.
    x, weight, stride, padding, output_padding, dilation, groups
        As they were in `conv_transpose_forward`.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shapes of x, of weight, and (C_out,); for a tiled or untied bias see `bias_backward`.

    Raises
    ------
    ValueError, TypeError
        As `conv_transpose_forward`; also where dy does not have the output's shape.

    Examples
    --------
    The first entry of x wrote to the first three of y: dx = 1 * 1 + 0 * 2 + 10 * 4 = 41.

    >>> x, weight, dy = np.array([[[1, 3]]]), np.array([[[1, 2, 4]]]), np.array([[[1, 0, 10, 0, 100]]])
    >>> dx, dweight, dbias = conv_transpose_backward(dy, x, weight, stride=2)
    >>> dx, dweight, dbias
    (array([[[ 41., 410.]]]), array([[[ 31.,   0., 310.]]]), array([111.]))
    """
    dy, x, weight = as_float("dy", dy), as_float("x", x), as_float("weight", weight)
    options = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    out, idle = transposed(x.shape, weight.shape, output_padding=output_padding, **options)
    check_upstream(dy, (len(x), weight.shape[1] * check_groups(groups), *out))
    dx = conv_forward(dy, weight, **options)[(..., *(slice(n) for n in x.shape[2:]))]
    dweight = conv_backward_weight(lengthened(x, idle), dy, weight.shape[2:], **options)
    return dx, dweight, conv_backward_bias(dy)


def transposed(x_shape, weight_shape, *, groups, **geometry):
    """Hold that an input and a kernel fit together; give the output's sizes, and the entries that x lacks.

    With output_padding below the stride, the convolution of y gives x's sizes. Where dilation lets it be
    more, y has room for entries of x beyond the last: zeros, which stamp nothing.
    """
    if len(x_shape) < 3 or len(weight_shape) != len(x_shape):
        raise ValueError(
            f"x has shape {x_shape} and weight {weight_shape}, but they must be (N, C_in, *spatial) and "
            "(C_in, C_out / groups, *kernel_size) with the same number of spatial axes, at least one"
        )
    groups = check_groups(groups, x_shape[1], weight_shape[1] * check_groups(groups))
    if weight_shape[0] != x_shape[1]:
        raise ValueError(
            f"weight has shape {weight_shape}: (C_in, C_out / groups, *kernel_size) reads {weight_shape[0]} "
            f"channels, but x has {x_shape[1]}"
        )
    out = transposed_size(x_shape[2:], weight_shape[2:], **geometry)
    extra, steps = (
        per_axis(name, geometry[name], len(out), minimum=0) for name in ("output_padding", "stride")
    )
    return out, tuple(e // s for e, s in zip(extra, steps, strict=True))


def transposed_size(spatial, kernel_size, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Count where the copies of a kernel end: (n - 1) * stride - padding + extent + output_padding."""
    spatial = sizes("spatial", spatial, minimum=1)
    axes = len(spatial)
    kernel_size, stride, dilation = spelt_out(axes, kernel_size, stride, dilation)
    output_padding = per_axis("output_padding", output_padding, axes, minimum=0)
    out = []
    for a, (n, k, s, (before, after), extra, d) in enumerate(
        zip(spatial, kernel_size, stride, padding_pairs(padding, axes), output_padding, dilation, strict=True)
    ):
        where = f" (spatial axis {a})" if axes > 1 else ""
        if extra >= max(s, d):
            raise ValueError(
                f"output_padding is {extra}, but it must be smaller than either stride or dilation: "
                f"{extra} >= max({s}, {d}){where}"
            )
        out.append((n - 1) * s - before - after + extent(k, d) + extra)
        if out[-1] < 1:
            cells = f"2*{before}" if before == after else f"({before} + {after})"
            raise ValueError(
                f"the output would have ({n} - 1)*{s} - {cells} + {d}*({k} - 1) + {extra} + 1 = {out[-1]} "
                f"entries, but it must have at least 1{where}"
            )
    return tuple(out)


def lengthened(x, entries):
    """Set zeros after x, so many on each spatial axis."""
    return np.pad(x, ((0, 0), (0, 0), *((0, n) for n in entries))) if any(entries) else x
