"""Who owns a bias? A feature map (shared), each place of a repeated tile (tiled), or every place (untied).

A shared bias is a tile of one place, an untied one a tile as large as the output: one code serves all three.
"""

import numpy as np

from .geometry import as_float, check_images, sizes

__all__ = ["bias_backward", "bias_forward"]


def bias_forward(x, bias):
    """Add to every place of every image the bias that it shares, or owns.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    bias : ndarray, shape (C,), (C, *tile) or (C, *spatial)
        Shared, tiled or untied: see `bias_backward`.

    Returns
    -------
    ndarray, shape of x
        A fresh array of floats.

    Raises
    ------
    ValueError
        Where a bias of this shape cannot be added to x.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    Two channels of three places, and one number for each channel:

    >>> bias_forward(np.array([[[1, 2, 3], [4, 5, 6]]]), np.array([1, 10]))
    array([[[ 2.,  3.,  4.],
            [14., 15., 16.]]])
    """
    x, bias = as_float("x", x), as_float("bias", bias)
    check_images("x", x)
    check_bias(bias.shape, x.shape[1], x.shape[2:])
    y = np.moveaxis(x, 0, -1).astype(np.result_type(x, bias))  # (C, *spatial, N), as add_bias takes it
    add_bias(y, bias)
    return np.ascontiguousarray(np.moveaxis(y, -1, 0))


def bias_backward(dy, bias_shape):
    """Sum dy over all images, and over all places that share a bias.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
        Gradient of the loss with respect to the output that the bias was added to.
    bias_shape : tuple of int
        (C_out,): shared, a bias for each feature map. (C_out, *tile): tiled, place j has bias j % t on each
        axis. (C_out, *out): untied, each place has its own, though every image has the same.

    Returns
    -------
    dbias : ndarray, shape bias_shape

    Raises
    ------
    ValueError
        Where a bias of this shape cannot be added to an output of dy's.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), Deep learning, section 9.5.

    Examples
    --------
    Two images of three places. A tile of two places gives the first bias to places 0 and 2:

    >>> dy = np.array([[[1, 10, 100]], [[2, 20, 200]]])
    >>> bias_backward(dy, (1,)), bias_backward(dy, (1, 2)), bias_backward(dy, (1, 3))
    (array([333.]), array([[303.,  30.]]), array([[  3.,  30., 300.]]))
    """
    dy = as_float("dy", dy)
    check_images("dy", dy)
    bias_shape = sizes("bias_shape", bias_shape, minimum=1)
    out = dy.shape[2:]
    check_bias(bias_shape, dy.shape[1], out)
    tile = bias_shape[1:] or (1,) * len(out)
    undivided = (axis for axis, t in enumerate(tile, start=2) if t == 1)
    dbias = dy.sum(axis=(0, *undivided), keepdims=True)[0]  # (C_out, *out), 1 where all places share
    spare = [
        -n % t for n, t in zip(dbias.shape[1:], tile, strict=True)
    ]  # places of the last tile beyond the rim
    if any(spare):
        dbias = np.pad(dbias, ((0, 0), *((0, cells) for cells in spare)))
    for axis, t in enumerate(tile, start=1):
        repeated = (*dbias.shape[:axis], dbias.shape[axis] // t, t, *dbias.shape[axis + 1 :])
        dbias = dbias.reshape(repeated).sum(axis=axis)
    return dbias.reshape(bias_shape)


def add_bias(y, bias):
    """Add to each place its bias, in place: y (C_out, *out, N), bias shared, tiled or untied."""
    bias = bias.reshape(*bias.shape, *[1] * (y.ndim - bias.ndim))  # (C_out, *tile, 1)
    tile = bias.shape[1:-1]
    if max(tile) > 1:
        owners = (np.arange(n if t > 1 else 1) % t for n, t in zip(y.shape[1:-1], tile, strict=True))
        bias = bias[np.ix_(range(len(bias)), *owners)]  # (C_out, *out, 1)
    y += bias


def check_bias(shape, filters, out):
    """Hold that a bias of this shape can be added to so many feature maps with `out` places."""
    if shape == (filters,) and 0 not in out:  # the common case, soon done
        return
    axes = len(out)
    tile = shape[1:] or (1,) * axes
    fits = len(shape) and shape[0] == filters and len(tile) == axes
    if not fits or any(not 1 <= t <= n for t, n in zip(tile, out, strict=True)):
        raise ValueError(
            f"bias has shape {shape}, but {filters} filters need shape ({filters},), or ({filters}, *tile) "
            f"with a tile of at least one place and at most the output's {out}"
        )
