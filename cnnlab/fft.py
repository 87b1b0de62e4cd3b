"""Convolution by the Fourier transform: what slides in space is multiplied, frequency by frequency.

A transform lives on a circle: behind the last cell comes the first. So the input is followed by zeros, as
many as its wider rim of padding has. On a circle they lie before the input as well as behind it, and each tap
is laid where the circle brings it to the cell that it reads.
"""

import numpy as np

from .conv import conv_geometry, read_back
from .geometry import as_float, count, extent
from .windows import batch_first, batch_last, lay_as

__all__ = ["fft_conv", "fft_conv_backward_input"]

ROOM = 2**24  # bytes of kernels' transforms to hold at a time


def fft_conv(x, weight, mode="valid", *, stride=1, dilation=1, groups=1, flip=False):
    """Multiply transforms instead of sliding a kernel: `conv_forward`, but for rounding.

    The cost hardly depends on the kernel's size, which makes large kernels cheap. A stride saves nothing: all
    places are computed, and the others left out.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, *spatial)
    weight : ndarray, shape (C_out, C_in / groups, *kernel_size)
    mode : {"valid", "same", "full"}, int, tuple of int or tuple of pairs
        The padding of `conv_forward`, see `resolve_padding`.
    stride, dilation : int or tuple of int
    groups : int
    flip : bool
        Whether to turn the kernel around: true convolution, of which the convolution theorem speaks.

    Returns
    -------
    ndarray, shape (N, C_out, *out)

    Raises
    ------
    ValueError, TypeError
        As `conv_forward`.
    ModuleNotFoundError
        Without SciPy.

    References
    ----------
    Cooley and Tukey (1965), An algorithm for the machine calculation of complex Fourier series.
    Mathieu, Henaff and LeCun (2014), Fast training of convolutional networks through FFTs.

    Examples
    --------
    1 * 1 + 2 * 2 + 4 * 0 = 5; with the kernel turned around, 4 * 1 + 2 * 2 + 1 * 0 = 8:

    >>> x, weight = np.array([[[1, 2, 0, 3]]]), np.array([[[1, 2, 4]]])
    >>> fft_conv(x, weight).round(9), fft_conv(x, weight, flip=True).round(9)
    (array([[[ 5., 14.]]]), array([[[ 8., 11.]]]))
    """
    x, weight = as_float("x", x), as_float("weight", weight)
    geometry, groups = conv_geometry(x.shape, weight.shape, stride, mode, dilation, groups)
    circle = Circle(geometry, groups, transforms())
    y = by_parts(circle.forward, x, turned(weight, flip))
    return lay_as(x, batch_first(y))


def fft_conv_backward_input(dy, weight, spatial, mode="valid", *, stride=1, dilation=1, groups=1, flip=False):
    """Send every entry of dy back through the kernel: multiply by the conjugates of the same transforms.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
    weight : ndarray, shape (C_out, C_in / groups, *kernel_size)
    spatial : int or tuple of int
        Sizes of the input.
    mode, stride, dilation, groups, flip
        As they were in `fft_conv`.

    Returns
    -------
    dx : ndarray, shape (N, C_in, *spatial)

    Raises
    ------
    ValueError, TypeError, ModuleNotFoundError
        As `fft_conv`; also where dy does not have the output's shape.

    Examples
    --------
    The kernel, once for each entry of dy: [1, 2, 4, 0] + 10 * [0, 1, 2, 4].

    >>> fft_conv_backward_input(np.array([[[1.0, 10]]]), np.array([[[1.0, 2, 4]]]), 4).round(9)
    array([[[ 1., 12., 24., 40.]]])
    """
    dy, weight, geometry, groups = read_back(dy, weight, spatial, stride, mode, dilation, groups)
    circle = Circle(geometry, groups, transforms())
    return lay_as(dy, batch_first(by_parts(circle.backward, dy, turned(weight, flip))))


class Circle:
    """One geometry bent to circles, one for each axis, and both ways through its transforms.

    Transforms are (*frequencies, groups, channels / groups, N): at each frequency, matrices are multiplied.
    """

    def __init__(self, geometry, groups, fft):
        self.geometry, self.groups, self.fft = geometry, groups, fft
        self.axes = tuple(range(len(geometry.out)))
        self.sizes = circle_sizes(geometry, fft.next_fast_len)
        steps = zip(geometry.out, geometry.stride, strict=True)
        self.places = tuple(slice(0, (n - 1) * s + 1, s) for n, s in steps)

    def forward(self, x, weight):
        """Multiply the transforms of all images and kernels: (N, C_in, *spatial) -> (C_out, *out, N)."""
        c_out, (images, c_in, *_) = len(weight), x.shape
        y = np.empty((c_out, *self.geometry.out, images), np.result_type(x, weight))
        by_group = y.reshape(self.groups, c_out // self.groups, *y.shape[1:])
        X = self.transform(x.astype(y.dtype, copy=False), c_in, tuple(map(slice, x.shape[2:])))
        for some, W in self.kernels(weight.astype(y.dtype, copy=False)):
            Y = self.fft.irfftn(product(W, X), self.sizes, self.axes)[self.places]  # (*out, groups, some, N)
            by_group[:, some] = np.moveaxis(Y, (-3, -2), (0, 1))
        return y

    def backward(self, dy, weight):
        """Multiply by the conjugates, which runs backwards: (N, C_out, *out) -> (C_in, *spatial, N)."""
        spatial, c_in = self.geometry.spatial, weight.shape[1] * self.groups
        dx = np.empty((c_in, *spatial, len(dy)), np.result_type(dy, weight))
        dY = self.transform(dy.astype(dx.dtype, copy=False), len(weight), self.places)
        dX = sum(
            product(W.conj().swapaxes(-1, -2), dY[..., some, :])
            for some, W in self.kernels(weight.astype(dx.dtype, copy=False))
        )  # (*frequencies, groups, C_in / groups, N)
        cells = self.fft.irfftn(dX, self.sizes, self.axes)[tuple(map(slice, spatial))]
        dx[...] = np.moveaxis(cells, (-3, -2), (0, 1)).reshape(dx.shape)
        return dx

    def transform(self, x, channels, where):
        """Lay images on the circle, at the cells that are theirs, and transform them."""
        cells = np.zeros((*self.sizes, self.groups, channels // self.groups, len(x)), x.dtype)
        by_group = batch_last(x).reshape(self.groups, channels // self.groups, *x.shape[2:], len(x))
        cells[where] = np.moveaxis(by_group, (0, 1), (-3, -2))
        return self.fft.rfftn(cells, axes=self.axes)

    def kernels(self, weight):
        """Lay some filters after others on the circle, each tap k at `before` - k * dilation; transform them.

        Yields which of each group's filters they are, and (*frequencies, groups, some, C_in / groups).
        """
        g, taps = self.geometry, []
        for k, d, (before, _), size in zip(g.kernel_size, g.dilation, g.padding, self.sizes, strict=True):
            taps.append((before - np.arange(k) * d) % size)
        filters = weight.reshape(self.groups, len(weight) // self.groups, *weight.shape[1:])
        filters = np.moveaxis(filters, (0, 1, 2), (-3, -2, -1))  # (*kernel_size, groups, ., C_in / groups)
        bytes_ = count(self.sizes) * self.groups * weight.shape[1] * weight.itemsize  # of one filter a group
        several = max(1, ROOM // bytes_)
        for first in range(0, filters.shape[-2], several):
            some = filters[..., first : first + several, :]
            cells = np.zeros((*self.sizes, *some.shape[len(taps) :]), weight.dtype)
            cells[np.ix_(*taps)] = some
            yield slice(first, first + several), self.fft.rfftn(cells, axes=self.axes)


def circle_sizes(geometry, next_fast_len):
    """Choose each circle's length, easily factored: for the input and its wider rim, and for all places.

    On one that is shorter than the kernel, taps meet that never read the input at all.
    """
    axes = zip(geometry.spatial, geometry.padding, geometry.kernel_size, geometry.dilation, strict=True)
    return tuple(
        next_fast_len(max(n + max(rim), n + sum(rim) - extent(k, d) + 1), real=True) for n, rim, k, d in axes
    )


def product(a, b):
    """Multiply matrices, of one column and one row entry by entry."""
    return a * b if a.shape[-1] == 1 else a @ b


def by_parts(multiply, a, b):
    """Take complex arrays apart, for the rounding of a complex transform would drown a complex step."""
    if np.iscomplexobj(a):
        return by_parts(multiply, a.real, b) + 1j * by_parts(multiply, a.imag, b)
    if np.iscomplexobj(b):
        return multiply(a, b.real) + 1j * multiply(a, b.imag)
    return multiply(a, b)


def turned(weight, flip):
    """Reverse a kernel on every spatial axis, if so asked."""
    return weight[(..., *[slice(None, None, -1)] * (weight.ndim - 2))] if flip else weight


def transforms():
    """Fetch SciPy's Fourier transforms, or say what is missing."""
    try:
        from scipy import fft
    except ModuleNotFoundError:
        raise ModuleNotFoundError("fft_conv needs SciPy: pip install scipy") from None
    return fft
