"""Fewer multiplications: Winograd's F(2, 3) makes two outputs of three taps by four products instead of six.

A tile d of four neighbouring inputs and a kernel g give two neighbouring outputs, where * multiplies entry by
entry:

    y = A ((G g) * (B d))       y[0] = d[0] g[0] + d[1] g[1] + d[2] g[2]
                                y[1] = d[1] g[0] + d[2] g[1] + d[3] g[2]

B and A only add and subtract, and G g is the same for all tiles. Along several axes this is done one axis
after the other: a plane takes 16 products instead of 36, a volume 64 instead of 216. At each position of the
tile, the products of all tiles and images, summed over channels, are one product of matrices.
"""

from functools import reduce

import numpy as np

from .blocks import boxes
from .conv import conv_geometry, full_rim, turn_around
from .geometry import as_float, check_images, check_kernel, check_upstream, count, per_axis
from .tiles import as_columns, entries, make_rooms, put_tiles, split_cells
from .windows import CACHE, aligned, batch_first, lay_as

__all__ = ["winograd_1d", "winograd_2d", "winograd_backward_input", "winograd_forward"]

B = (1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1)
G = (1, 0, 0), (1 / 2, 1 / 2, 1 / 2), (1 / 2, -1 / 2, 1 / 2), (0, 0, 1)
A = (1, 1, 1, 0), (0, 1, -1, -1)


def winograd_forward(x, weight, *, padding=0):
    """Convolve with kernels of three taps on every axis by fewer products: `conv_forward`, but for rounding.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, *spatial)
    weight : ndarray, shape (C_out, C_in, 3, ..., 3)
    padding : int, tuple of int, tuple of pairs, or {"valid", "same", "full"}
        Zeros around x, see `resolve_padding`.

    Returns
    -------
    ndarray, shape (N, C_out, *out)

    Raises
    ------
    ValueError
        Where a kernel has not three taps on every axis, or shapes do not fit together.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Winograd (1980), Arithmetic complexity of computations.
    Lavin and Gray (2016), Fast algorithms for convolutional neural networks.

    Examples
    --------
    Three outputs are two tiles, of which the last hangs over:

    >>> winograd_forward(np.array([[[1, 2, 0, 3, 1]]]), np.array([[[1, 2, 4]]]))
    array([[[ 5., 14., 10.]]])
    """
    x, weight = as_float("x", x), as_float("weight", weight)
    geometry = winograd_geometry(x.shape, weight.shape, padding)
    dtype = np.result_type(x, weight)
    tiles = tuple(-(-n // 2) for n in geometry.out)
    U = transform_kernel(weight.astype(dtype, copy=False))  # (4, ..., 4, C_out, C_in)
    cells = split_cells(x.astype(dtype, copy=False), geometry, tiles)  # (2, ..., 2, C_in, *tiles + 1, N)
    y = aligned((len(weight), *geometry.out, len(x)), dtype)
    numbers, lent = 2 ** len(tiles) * max(1, len(x)) * sum(weight.shape[:2]), {}
    for box in boxes(tiles, max(1, CACHE // (numbers * y.itemsize))):
        sizes = *[part.stop - part.start for part in box], len(x)
        made, rooms = lent[sizes] = lent.get(sizes) or make_rooms(weight.shape, sizes, dtype)
        around = tuple(slice(part.start, part.stop + 1) for part in box)
        multiply(cells[(..., *around, slice(None))], U, made, rooms)
        put_tiles(made, y, box)
    return lay_as(x, batch_first(y))


def winograd_backward_input(dy, weight, spatial, *, padding=0):
    """Send every entry of dy back through the kernel, which is a convolution again: with it turned around.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
    weight : ndarray, shape (C_out, C_in, 3, ..., 3)
    spatial : int or tuple of int
        Sizes of the input.
    padding
        As it was in `winograd_forward`.

    Returns
    -------
    dx : ndarray, shape (N, C_in, *spatial)

    Raises
    ------
    ValueError, TypeError
        As `winograd_forward`; also where dy does not have the output's shape.

    Examples
    --------
    The kernel, once for each entry of dy: [1, 2, 4, 0] + 10 * [0, 1, 2, 4].

    >>> winograd_backward_input(np.array([[[1.0, 10]]]), np.array([[[1.0, 2, 4]]]), 4)
    array([[[ 1., 12., 24., 40.]]])
    """
    dy, weight = as_float("dy", dy), as_float("weight", weight)
    check_images("dy", dy)
    check_kernel(weight)
    spatial = per_axis("spatial", spatial, weight.ndim - 2, minimum=0)
    geometry = winograd_geometry((len(dy), weight.shape[1], *spatial), weight.shape, padding)
    check_upstream(dy, (len(dy), len(weight), *geometry.out))
    if count(spatial) == 0:
        return np.zeros((len(dy), weight.shape[1], *spatial), np.result_type(dy, weight))
    rim = full_rim(geometry)  # negative: that many windows saw padding alone
    seen = (slice(max(0, -b), n - max(0, -a)) for n, (b, a) in zip(geometry.out, rim, strict=True))
    rim = tuple((max(0, before), max(0, after)) for before, after in rim)
    return winograd_forward(dy[(..., *seen)], turn_around(weight, 1), padding=rim)


def winograd_1d(x, weight, *, padding=0):
    """Convolve signals by F(2, 3): four products for two outputs of three taps.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, n)
    weight : ndarray, shape (C_out, C_in, 3)
    padding
        As in `winograd_forward`.

    Returns
    -------
    ndarray, shape (N, C_out, out)

    Raises
    ------
    ValueError, TypeError
        As `winograd_forward`; also where x has more spatial axes.

    Examples
    --------
    >>> winograd_1d(np.array([[[1, 2, 0, 3]]]), np.array([[[1, 2, 4]]]))
    array([[[ 5., 14.]]])
    """
    check_axes(x, 1)
    return winograd_forward(x, weight, padding=padding)


def winograd_2d(x, weight, *, padding=0):
    """Convolve images by F(2x2, 3x3): 16 products for four outputs of nine taps.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, n, m)
    weight : ndarray, shape (C_out, C_in, 3, 3)
    padding
        As in `winograd_forward`.

    Returns
    -------
    ndarray, shape (N, C_out, *out)

    Raises
    ------
    ValueError, TypeError
        As `winograd_forward`; also where x has another number of spatial axes.

    Examples
    --------
    >>> winograd_2d(np.eye(4).reshape(1, 1, 4, 4), np.ones((1, 1, 3, 3)))[0, 0]
    array([[3., 2.],
           [2., 3.]])
    """
    check_axes(x, 2)
    return winograd_forward(x, weight, padding=padding)


def transform_kernel(weight):
    """Apply G along every axis at once: (C_out, C_in, 3, ..., 3) -> (4, ..., 4, C_out, C_in)."""
    axes = weight.ndim - 2
    every = reduce(np.kron, [np.array(G, weight.dtype)] * axes)  # (4^axes, 3^axes)
    U = aligned((4,) * axes + weight.shape[:2], weight.dtype)
    np.matmul(every, weight.reshape(count(weight.shape[:2]), 3**axes).T, out=U.reshape(len(every), -1))
    return U


def multiply(cells, U, y, rooms):
    """Make the outputs of all tiles, one axis after the other; where no axis is left, multiply matrices.

    Cells and outputs lie apart by their remainders on the axes that are left, for each of which there is room
    for a part and for its product:
    (2, ..., 2, C_in, *tiles + 1, N) -> y (2, ..., 2, C_out, *tiles, N), with one tile more in a line
    """
    if not rooms:
        np.matmul(U, as_columns(cells, U.size), out=as_columns(y, U.size))
        return
    (part, product), *rooms_left = rooms
    *d, into_part = entries(cells, part, len(rooms))
    outputs = tuple(y)
    for row, u, into, column in zip(B, U, (*outputs, product, product), zip(*A, strict=True), strict=True):
        combine(row, d, out=into_part)
        multiply(part, u, into, rooms_left)
        for total, sign in zip(outputs, column, strict=True):
            if sign and total is not into:  # the first two products begin the sums
                (np.add if sign > 0 else np.subtract)(total, into, out=total)


def combine(row, d, out):
    """Add two of a tile's entries or subtract one from another, as a row of B says."""
    plus, *more = (d[i] for i, sign in enumerate(row) if sign > 0)
    return np.add(plus, *more, out=out) if more else np.subtract(plus, d[row.index(-1)], out=out)


def winograd_geometry(x_shape, weight_shape, padding):
    """Hold that a convolution is one that F(2, 3) can make, and resolve its geometry."""
    geometry, _ = conv_geometry(x_shape, weight_shape, 1, padding, 1, 1)
    if set(geometry.kernel_size) != {3}:
        raise ValueError(f"weight has shape {weight_shape}, but F(2, 3) needs three taps on every axis")
    return geometry


def check_axes(x, axes):
    """Hold that an array has so many spatial axes."""
    if np.ndim(x) != axes + 2:
        raise ValueError(
            f"x has shape {np.shape(x)}, but here it must be (N, C, *spatial) with {axes} spatial axis/axes"
        )
