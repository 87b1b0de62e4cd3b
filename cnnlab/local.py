"""When not to share: locally connected and tiled layers, which lie between a dense layer and a convolution.

A tile of t kernels repeats along the output: place j uses kernel j % t. With t = 1 that is a convolution,
with a tile as large as the output a locally connected layer. The places of one kernel are the columns of one
matrix product, and the products are stacked, one for each place of the tile:

forward    Y = W @ X            X = windows as (tile, taps, places), W = (tile, C_out, taps)
backward   dW = dY @ X.T        dX = fold(W.T @ dY)
"""

import numpy as np

from .bias import add_bias, bias_backward, check_bias
from .blocks import boxes
from .geometry import as_float, check_upstream, count, resolve
from .windows import CACHE, crop_batch_first, lay_as, pad_batch_last, window_view

__all__ = ["local_backward", "local_forward", "tiled_backward", "tiled_forward"]


def local_forward(x, weight, bias=None, *, stride=1, padding=0):
    """Give every place a kernel of its own: windows as in a convolution, but nothing is shared.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, *spatial)
    weight : ndarray, shape (C_out, *out, C_in, *kernel_size)
    bias : ndarray, shape (C_out,), (C_out, *tile) or (C_out, *out), optional
    stride : int or tuple of int
    padding : int, tuple of int, tuple of pairs, or {"valid", "same", "full"}
        Cells of zeros around x, see `resolve_padding`.

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
    LeCun (1989), Generalization and network design strategies.

    Examples
    --------
    The first place takes the left entry of its window, the second the right one ten times:

    >>> local_forward(np.array([[[1, 2, 3]]]), np.array([[[[1, 0]], [[0, 10]]]]))
    array([[[ 1., 30.]]])
    """
    x, weight = as_float("x", x), as_float("weight", weight)
    check_local(x.shape, weight.shape, stride, padding)
    return tiled_forward(x, weight, bias, stride=stride, padding=padding)


def local_backward(dy, x, weight, *, stride=1, padding=0, bias_shape=None):
    """Say what the loss owes to the input, to every place's kernel and to the bias.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
        Gradient of the loss with respect to the output of `local_forward`.
    x, weight, stride, padding
        As they were in `local_forward`.
    bias_shape : tuple of int, optional
        The bias' shape, (C_out,) if not given: see `bias_backward`.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shapes of x, of weight, and bias_shape.

    Raises
    ------
    ValueError, TypeError
        As `local_forward`; also where dy does not have the output's shape.

    Examples
    --------
    >>> x, weight = np.array([[[1, 2, 3]]]), np.array([[[[1, 0]], [[0, 10]]]])
    >>> dx, dweight, dbias = local_backward(np.array([[[1, 100]]]), x, weight, bias_shape=(1, 2))
    >>> dx, dweight[0, :, 0], dbias
    (array([[[   1.,    0., 1000.]]]), array([[  1.,   2.],
           [200., 300.]]), array([[  1., 100.]]))
    """
    x, weight = as_float("x", x), as_float("weight", weight)
    check_local(x.shape, weight.shape, stride, padding)
    return tiled_backward(dy, x, weight, stride=stride, padding=padding, bias_shape=bias_shape)


def tiled_forward(x, weight, bias=None, *, stride=1, padding=0):
    """Use a tile of kernels in turn: neighbours differ, and those a tile apart share.

    y[n, f, j] = sum over c, k of x[n, c, j * stride + k - padding] * weight[f, j % t, c, k] + bias, where j,
    k and t have one index per spatial axis, and x is 0 outside itself.

    Parameters
    ----------
    x, bias, stride, padding
        As in `local_forward`.
    weight : ndarray, shape (C_out, *tile, C_in, *kernel_size)
        Its tile is at most as large as the output.

    Returns
    -------
    ndarray, shape (N, C_out, *out)

    Raises
    ------
    ValueError, TypeError
        As `local_forward`.

    References
    ----------
    Gregor and LeCun (2010), Emergence of complex-like cells in a temporal product network with local
    receptive fields. Le, Ngiam, Chen, Chia, Koh and Ng (2010), Tiled convolutional neural networks.

    Examples
    --------
    Kernels 1 and 10 take turns:

    >>> tiled_forward(np.array([[[1, 2, 3]]]), np.array([[[[1]], [[10]]]]))
    array([[[ 1., 20.,  3.]]])
    """
    x, weight = as_float("x", x), as_float("weight", weight)
    geometry, rim, tile = tiled_geometry(x.shape, weight.shape, stride, padding)
    axes, dtype = len(tile), np.result_type(x, weight)
    if bias is not None:
        bias = as_float("bias", bias)
        check_bias(bias.shape, len(weight), rim.spatial)
        dtype = np.result_type(dtype, bias)
    W = np.moveaxis(weight.astype(dtype, copy=False), 0, axes)  # (*tile, C_out, C_in, *kernel_size)
    padded = pad_batch_last(x.astype(dtype, copy=False), geometry)  # (C_in, *padded, N)
    y = np.empty((len(weight), *geometry.out, len(x)), dtype)  # (C_out, *whole tiles, N)
    X = by_tile(window_view(padded, geometry), tile)  # (*tile, C_in, *kernel_size, *tiles, N)
    Y = by_tile(y, tile)  # (*tile, C_out, *tiles, N)
    for kernels, places in parts(X, Y, axes):
        some = stack(W[kernels], axes, 1) @ stack(X[places], axes, 1 + axes)
        Y[places] = some.reshape(Y[places].shape)
    y = crop_batch_first(y, rim)
    if bias is not None:
        add_bias(np.moveaxis(y, 0, -1), bias)
    return lay_as(x, y)


def tiled_backward(dy, x, weight, *, stride=1, padding=0, bias_shape=None):
    """Say what the loss owes to the input, to each kernel of the tile and to the bias.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
        Gradient of the loss with respect to the output of `tiled_forward`.
    x, weight, stride, padding
        As they were in `tiled_forward`.
    bias_shape : tuple of int, optional
        The bias' shape, (C_out,) if not given: see `bias_backward`.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shapes of x, of weight, and bias_shape.

    Raises
    ------
    ValueError, TypeError
        As `local_forward`; also where dy does not have the output's shape.

    Examples
    --------
    The first kernel served places 0 and 2: it is owed 1 * 1 + 100 * 3 = 301.

    >>> x, weight = np.array([[[1, 2, 3]]]), np.array([[[[1]], [[10]]]])
    >>> dx, dweight, dbias = tiled_backward(np.array([[[1, 10, 100]]]), x, weight)
    >>> dx, dweight.ravel(), dbias
    (array([[[  1., 100., 100.]]]), array([301.,  20.]), array([111.]))
    """
    dy, x, weight = as_float("dy", dy), as_float("x", x), as_float("weight", weight)
    geometry, rim, tile = tiled_geometry(x.shape, weight.shape, stride, padding)
    check_upstream(dy, (len(x), len(weight), *rim.spatial))
    dbias = bias_backward(dy, len(weight) if bias_shape is None else bias_shape)
    axes = len(tile)
    dpadded = np.zeros((x.shape[1], *geometry.padded, len(x)), np.result_type(dy, weight))
    dweight = np.zeros(weight.shape, np.result_type(dy, x))
    W, dW = np.moveaxis(weight, 0, axes), np.moveaxis(dweight, 0, axes)
    X, dX = (by_tile(window_view(a, geometry), tile) for a in (pad_batch_last(x, geometry), dpadded))
    dY = by_tile(pad_batch_last(dy, rim), tile)  # (*tile, C_out, *tiles, N)
    for kernels, places in parts(X, dY, axes):
        owed, owing = stack(dY[places], axes, 1), dX[places]
        dW[kernels] += (owed @ stack(X[places], axes, 1 + axes).swapaxes(1, 2)).reshape(dW[kernels].shape)
        back = (stack(W[kernels], axes, 1).swapaxes(1, 2) @ owed).reshape(owing.shape)
        for tap in np.ndindex(*geometry.kernel_size):  # the places of one tap never overlap
            here = (*[slice(None)] * (axes + 1), *tap)
            owing[here] += back[here]
    return lay_as(x, crop_batch_first(dpadded, geometry)), dweight, dbias


def by_tile(a, tile):
    """See places by their place in the tile: (*rows, *out, N) -> (*tile, *rows, *tiles, N)."""
    first, last = a.ndim - 1 - len(tile), a.ndim - 1
    cut = (size for n, t in zip(a.shape[first:last], tile, strict=True) for size in (n // t, t))
    a = a.reshape(*a.shape[:first], *cut, a.shape[last])
    return np.moveaxis(a, range(first + 1, a.ndim - 1, 2), range(len(tile)))


def parts(X, Y, axes):
    """Walk over kernels and the places of each, so many at a time as stay in the cache.

    Yields an index of the tile's axes, and one of whatever `by_tile` gave.
    """
    tile, tiles, images = Y.shape[:axes], Y.shape[axes + 1 : -1], Y.shape[-1]
    rows = count(X.shape[axes : 2 * axes + 1]) + Y.shape[axes]
    for box in boxes((*tile, *tiles), max(1, CACHE // (rows * max(1, images) * X.itemsize))):
        yield box[:axes], (*box[:axes], Ellipsis, *box[axes:], slice(None))


def stack(a, axes, rows):
    """Let tile, rows and the rest be one axis each: a matrix for each kernel of the tile."""
    return a.reshape(count(a.shape[:axes]), count(a.shape[axes : axes + rows]), -1)


def tiled_geometry(x_shape, weight_shape, stride, padding):
    """Hold that an input and a tile of kernels fit together, and cut the places into whole tiles.

    Gives the windows' geometry, with zeros after the input until the last tile is whole; the output's, whose
    rim are the places that are too many; and the tile.
    """
    axes = len(x_shape) - 2
    if axes < 1 or len(weight_shape) != 2 * axes + 2:
        raise ValueError(
            f"x has shape {x_shape} and weight {weight_shape}, but they must be (N, C_in, *spatial) and "
            "(C_out, *tile, C_in, *kernel_size) with the same number of spatial axes, at least one"
        )
    filters, tile = weight_shape[0], weight_shape[1 : axes + 1]
    channels, *kernel_size = weight_shape[axes + 1 :]
    if channels != x_shape[1] or not channels or not filters:
        raise ValueError(
            f"weight has shape {weight_shape}: {filters} filter(s) of {channels} channel(s), but x has "
            f"{x_shape[1]} channel(s), and there must be some of each"
        )
    geometry = resolve(x_shape[2:], tuple(kernel_size), stride=stride, padding=padding)
    if any(not 1 <= t <= n for t, n in zip(tile, geometry.out, strict=True)):
        raise ValueError(
            f"weight has shape {weight_shape}: its tile {tile} must have at least one place on each axis, "
            f"and at most the output's {geometry.out}"
        )
    spare = tuple((0, -n % t) for n, t in zip(geometry.out, tile, strict=True))
    rim = resolve(geometry.out, 1, padding=spare)
    longer = (
        (before, max(after, (whole - 1) * s + k - n - before))
        for n, (before, after), whole, s, k in zip(
            geometry.spatial, geometry.padding, rim.padded, geometry.stride, geometry.kernel_size, strict=True
        )
    )
    return geometry._replace(padding=tuple(longer), out=rim.padded), rim, tile


def check_local(x_shape, weight_shape, stride, padding):
    """Hold that there is a kernel for each place of the output."""
    _, rim, tile = tiled_geometry(x_shape, weight_shape, stride, padding)
    if tile != rim.spatial:
        raise ValueError(
            f"weight has shape {weight_shape}: kernels for {tile} places, but the output has {rim.spatial}"
        )
