"""A convolution is a matrix: sparse, for windows see few cells; tied, for all windows have the same weights.

With zeros around the input it is a Toeplitz matrix of Toeplitz blocks; it is circulant only where cells wrap.
"""

import numpy as np

from .conv import check_groups, conv_geometry
from .geometry import as_float, check_kernel, count, output_size, per_axis, resolve_padding
from .windows import unfold

__all__ = ["conv_matrix", "toeplitz"]


def conv_matrix(weight, spatial, *, stride=1, padding=0, dilation=1, groups=1, boundary="zeros"):
    """Write a convolution out as the matrix that it is: a row for each window, a column for each cell.

    For one image, ``M @ x.ravel()`` is ``conv_forward(x[None], weight, ...)[0].ravel()``, and M.T is
    `conv_backward_input`. Rows and columns count channels first, then places and cells in C order.

    Parameters
    ----------
    weight : ndarray, shape (C_out, C_in / groups, *kernel_size)
    spatial : int or tuple of int
        Sizes of the input.
    stride, padding, dilation, groups
        As in `conv_forward`.
    boundary : {"zeros", "circular"}
        What lies around the input: zeros, of which the matrix holds none, or the input again. Then padding
        counts cells that wrap around, and with ``padding="same"`` and a stride of 1 the matrix of one channel
        is circulant, in two dimensions doubly block circulant: the Fourier transform diagonalises it.

    Returns
    -------
    scipy.sparse.csr_array, shape (C_out * prod(out), C_in * prod(spatial))
        One entry for each tap that reads a cell; where a window wraps onto itself, taps of one cell add.

    Raises
    ------
    ValueError
        Where shapes and geometry do not fit together, or the boundary is none of these.
    TypeError
        For what is not an array of numbers.
    ModuleNotFoundError
        Without SciPy.

    References
    ----------
    Gray (2006), Toeplitz and circulant matrices: a review.

    Examples
    --------
    >>> conv_matrix(np.array([[[1, 2, 4]]]), 4).toarray()
    array([[1., 2., 4., 0.],
           [0., 1., 2., 4.]])
    >>> conv_matrix(np.array([[[1, 2, 4]]]), 4, padding="same", boundary="circular").toarray()
    array([[2., 4., 0., 1.],
           [1., 2., 4., 0.],
           [0., 1., 2., 4.],
           [4., 0., 1., 2.]])
    """
    csr_array = sparse_arrays()
    if not isinstance(boundary, str) or boundary not in ("zeros", "circular"):
        raise ValueError(f'boundary is {boundary!r}, but it must be "zeros" or "circular"')
    weight = as_float("weight", weight)
    check_kernel(weight)
    least = 1 if boundary == "circular" else 0  # of no cell at all, nothing wraps around
    spatial = per_axis("spatial", spatial, weight.ndim - 2, minimum=least)
    c_in = weight.shape[1] * check_groups(groups)
    geometry, groups = conv_geometry((1, c_in, *spatial), weight.shape, stride, padding, dilation, groups)
    shape = (len(weight) * count(geometry.out), c_in * count(spatial))
    cells, rim = np.arange(1, 1 + shape[1]).reshape(1, c_in, *spatial), geometry.padding  # 0 is the rim
    if boundary == "circular":
        cells, rim = np.pad(cells, ((0, 0), (0, 0), *rim), mode="wrap"), 0
    seen = unfold(cells, geometry.kernel_size, stride=stride, padding=rim, dilation=dilation)
    seen = seen.astype(np.int64).reshape(groups, 1, -1, count(geometry.out)).swapaxes(2, 3)
    weights = weight.reshape(groups, len(weight) // groups, 1, -1)
    weights, seen = np.broadcast_arrays(weights, seen)  # (groups, C_out / groups, places, taps)
    inside = seen > 0
    ends = np.cumsum(inside.sum(axis=-1))  # of the rows
    matrix = csr_array((weights[inside], seen[inside] - 1, np.append(0, ends)), shape=shape)
    matrix.sum_duplicates()
    return matrix


def toeplitz(w, n, mode="valid"):
    """Write a kernel into every row, one step further each time: the matrix with T @ x == correlate_1d(x, w).

    Parameters
    ----------
    w : array_like, shape (k,)
    n : int
        Length of the signals that it multiplies.
    mode : {"valid", "same", "full"}
        Zeros around the signal, see `resolve_padding`; `correlate_1d` has none.

    Returns
    -------
    ndarray, shape (out, n)
        Entry [i, j] is w[j - i + before] where w has such a tap, else 0: it depends on j - i alone.

    Raises
    ------
    ValueError
        For another mode, or where the kernel does not fit.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    >>> toeplitz([1, 2, 4], 5)
    array([[1., 2., 4., 0., 0.],
           [0., 1., 2., 4., 0.],
           [0., 0., 1., 2., 4.]])
    """
    w = as_float("w", w)
    if w.ndim != 1:
        raise ValueError(f"w has shape {w.shape}, but a signal's kernel has shape (k,)")
    (n,) = per_axis("n", n, 1, minimum=0)
    ((before, after),) = resolve_padding(n, w.size, str(mode))
    (out,) = output_size(n, w.size, padding=((before, after),))
    tap = np.arange(n) - np.arange(out)[:, None] + before  # (out, n)
    inside = (tap >= 0) & (tap < w.size)
    matrix = np.zeros((out, n), w.dtype)
    matrix[inside] = w[tap[inside]]
    return matrix


def sparse_arrays():
    """Fetch SciPy's sparse arrays, or say what is missing."""
    try:
        from scipy.sparse import csr_array
    except ModuleNotFoundError:
        raise ModuleNotFoundError("conv_matrix needs SciPy: pip install scipy") from None
    return csr_array
