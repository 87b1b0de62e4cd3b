"""Kernels that are outer products: one pass of a vector along each axis instead of one of the whole kernel.

A kernel of k taps on each of d axes costs k^d multiplications a place, its vectors d * k. Smoothing and the
usual derivatives are of this kind; the Laplacian is not.
"""

from functools import reduce

import numpy as np

from .conv import conv_forward
from .geometry import as_float, check_images, resolve
from .windows import batch_first, batch_last, lay_as

__all__ = ["separable_conv", "separate_kernel"]


def separate_kernel(weight, *, tolerance=1e-9):
    """Find one vector for each axis whose outer product is the kernel, or say that there are none.

    If there are, then every fibre of the kernel along an axis is a multiple of that axis' vector: the leading
    singular vector of the matrix that has these fibres as columns. So each axis is asked for its own (the
    higher-order singular value decomposition, cut to rank one), and the product is compared with the kernel.

    Parameters
    ----------
    weight : ndarray, shape (*kernel_size)
        One kernel, without channels.
    tolerance : float
        How large the difference may be, relative to the kernel, both as roots of sums of squares. Four
        roundings of the kernel's dtype are always allowed.

    Returns
    -------
    tuple of ndarray, one a axis, or None
        In each vector but the first the largest entry, of several the first, is 1: the first vector carries
        the kernel's size and sign.

    Raises
    ------
    ValueError
        For a kernel without axes or taps, or a negative tolerance.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    De Lathauwer, De Moor and Vandewalle (2000), A multilinear singular value decomposition.

    Examples
    --------
    A binomial kernel smooths down as it smooths across; the Laplacian's rows are no multiples of each other.

    >>> down, across = separate_kernel([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    >>> down.round(9), across.round(9)
    (array([2., 4., 2.]), array([0.5, 1. , 0.5]))
    >>> separate_kernel([[0, 1, 0], [1, -4, 1], [0, 1, 0]]) is None
    True
    """
    weight = as_float("weight", weight)
    if weight.size == 0 or weight.ndim == 0:
        raise ValueError(
            f"weight has shape {weight.shape}, but a kernel has an axis at least, and taps on it"
        )
    if not tolerance >= 0:
        raise ValueError(f"tolerance is {tolerance!r}, but it must be at least 0")
    kernel = weight.astype(np.result_type(weight, np.float64))
    vectors = [leading_vector(kernel, axis) for axis in range(kernel.ndim)]
    size = kernel
    for vector in vectors:  # the kernel's share of the product of unit vectors
        size = np.tensordot(vector.conj(), size, 1)
    for axis in range(1, kernel.ndim):
        largest = largest_entry(vectors[axis])
        vectors[axis], size = vectors[axis] / largest, size * largest
    vectors[0] = vectors[0] * size
    error = np.linalg.norm(kernel - outer(vectors)) / (np.linalg.norm(kernel) or 1)
    if not error <= max(tolerance, 4 * np.finfo(weight.dtype).eps):
        return None
    return tuple(vector.astype(weight.dtype) for vector in vectors)


def separable_conv(x, vectors, *, stride=1, padding=0, dilation=1):
    """Convolve every channel with an outer product of vectors, one axis after the other.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    vectors : sequence of ndarray
        One for each spatial axis, as `separate_kernel` gives them. All channels have the same kernel.
    stride, padding, dilation
        As in `conv_forward`.

    Returns
    -------
    ndarray, shape (N, C, *out)

    Raises
    ------
    ValueError, TypeError
        Where shapes do not fit together, or for what is not an array of numbers.

    Examples
    --------
    Sums of three, down and across, are sums of nine:

    >>> separable_conv(np.arange(16).reshape(1, 1, 4, 4), (np.ones(3), np.ones(3)))
    array([[[[45., 54.],
             [81., 90.]]]])
    """
    x = as_float("x", x)
    check_images("x", x)
    vectors = check_vectors(vectors, x.ndim - 2)
    sizes = tuple(len(vector) for vector in vectors)
    geometry = resolve(x.shape[2:], sizes, stride=stride, padding=padding, dilation=dilation)
    y = batch_first(batch_last(x))
    for axis, vector in enumerate(vectors):
        y = along_axis(y, vector, axis, geometry)
    return lay_as(x, y)


def along_axis(x, vector, axis, geometry):
    """Convolve every channel with one vector along one spatial axis."""

    def alone(name, neutral):
        values = [neutral] * (x.ndim - 2)
        values[axis] = getattr(geometry, name)[axis]
        return tuple(values)

    weight = np.broadcast_to(
        vector.reshape(alone("kernel_size", 1)), (x.shape[1], 1, *alone("kernel_size", 1))
    )
    options = dict(stride=alone("stride", 1), padding=alone("padding", (0, 0)), dilation=alone("dilation", 1))
    return conv_forward(x, weight, groups=x.shape[1], **options)


def leading_vector(kernel, axis):
    """Take the unit vector that has most in common with a kernel's fibres along an axis."""
    fibres = np.moveaxis(kernel, axis, 0).reshape(kernel.shape[axis], kernel.size // kernel.shape[axis])
    return np.linalg.svd(fibres, full_matrices=False)[0][:, 0]


def largest_entry(vector):
    """Take the largest entry, of several that differ by rounding only the first."""
    sizes = np.abs(vector)
    return vector[np.argmax(sizes >= sizes.max() * (1 - 1e-9))]


def outer(vectors):
    """Multiply every entry of a vector with every entry of the others."""
    return reduce(np.multiply.outer, vectors)


def check_vectors(vectors, axes):
    """Read the vectors of a kernel, one for each spatial axis."""
    if vectors is None:
        raise ValueError(
            "vectors is None: the kernel is no outer product, and conv_forward takes it as it is"
        )
    vectors = [as_float(f"vectors[{axis}]", vector) for axis, vector in enumerate(vectors)]
    for axis, vector in enumerate(vectors):
        if vector.ndim != 1 or len(vector) == 0:
            raise ValueError(f"vectors[{axis}] has shape {vector.shape}, but a vector has shape (k,), k >= 1")
    if len(vectors) != axes:
        raise ValueError(f"{len(vectors)} vectors for {axes} spatial axes: there must be one for each")
    return vectors
