"""Every window of an array, and every window put back: the two maps on which convolution and pooling stand.

To everyone an array is (N, C, *spatial). In memory the batch comes last, as C, *spatial, N: then a copy of
windows moves long runs of neighbours, however many spatial axes there are. Nobody who passes or reads arrays
needs to know.
"""

from itertools import product

import numpy as np

from .geometry import as_float, check_images, count, per_axis, resolve

__all__ = ["fold", "unfold"]

LINE = 64  # bytes that a core fetches at a time
SMALL = 2**14  # bytes of an array for which it does not matter where it begins

CACHE = 3 * 2**19  # bytes of windows and output to work on at a time: most of a core's second-level cache


def unfold(x, kernel_size, *, stride=1, padding=0, dilation=1):
    """Lay out every window that a kernel would see.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    kernel_size, stride, dilation : int or tuple of int
    padding : int, tuple of int, tuple of pairs, or {"valid", "same", "full"}
        Zeros around x, see `resolve_padding`.

    Returns
    -------
    ndarray, shape (N, C, *kernel_size, *out)
        Entry [n, c, k, o] is the padded x[n, c, o * stride + k * dilation].

    Raises
    ------
    ValueError, TypeError
        For a geometry that does not fit, or what is not an array of numbers.

    References
    ----------
    Chellapilla, Puri and Simard (2006), High performance convolutional neural networks for document
    processing.

    Examples
    --------
    Taps run down, windows run across:

    >>> unfold(np.array([[[1.0, 2, 3, 4]]]), 2)[0, 0]
    array([[1., 2., 3.],
           [2., 3., 4.]])
    """
    x = as_float("x", x)
    check_images("x", x)
    geometry = resolve(x.shape[2:], kernel_size, stride=stride, padding=padding, dilation=dilation)
    return batch_first(window_view(pad_batch_last(x, geometry), geometry).copy())


def fold(windows, spatial, *, stride=1, padding=0, dilation=1):
    """Add every window back where it came from: the transpose of `unfold`, not its inverse.

    An entry that k windows saw receives the sum of k entries; one that no window saw receives 0.

    Parameters
    ----------
    windows : ndarray, shape (N, C, *kernel_size, *out)
    spatial : int or tuple of int
        Sizes of the array to return: several have the same number of windows.
    stride, padding, dilation
        As they were in `unfold`.

    Returns
    -------
    ndarray, shape (N, C, *spatial)

    Raises
    ------
    ValueError, TypeError
        Where the windows are not those of an array of these sizes.

    Examples
    --------
    The two entries in the middle are in two windows each:

    >>> fold(unfold(np.array([[[1.0, 2, 3, 4]]]), 2), 4)
    array([[[1., 4., 6., 4.]]])
    """
    windows = as_float("windows", windows)
    axes = (windows.ndim - 2) // 2
    if windows.ndim < 4 or windows.ndim % 2:
        raise ValueError(f"windows has shape {windows.shape}, which is not (N, C, *kernel_size, *out)")
    kernel_size = windows.shape[2 : 2 + axes]
    spatial = per_axis("spatial", spatial, axes, minimum=0)
    geometry = resolve(spatial, kernel_size, stride=stride, padding=padding, dilation=dilation)
    if windows.shape[2 + axes :] != geometry.out:
        raise ValueError(
            f"windows has {windows.shape[2 + axes :]} places, but an input of sizes {geometry.spatial} "
            f"has {geometry.out}"
        )
    padded = np.zeros((windows.shape[1], *geometry.padded, windows.shape[0]), windows.dtype)
    add_windows(window_view(padded, geometry), np.moveaxis(windows, 0, -1))
    return crop_batch_first(padded, geometry)


def aligned(shape, dtype, make=np.empty):
    """Make an array that begins where a line of the cache does: products and sums are faster there."""
    size = count(shape) * np.dtype(dtype).itemsize
    if size < SMALL:
        return make(shape, dtype)
    room = make(size + LINE, np.uint8)
    first = -room.__array_interface__["data"][0] % LINE
    return np.ndarray(shape, dtype, room, first)


def batch_last(x):
    """Let an array lie batch-last, if it does not yet: (N, C, *spatial) -> (C, *spatial, N)."""
    return np.ascontiguousarray(x.transpose(*range(1, x.ndim), 0))


def batch_first(x):
    """See an array that lies batch-last as users do: (C, *spatial, N) -> (N, C, *spatial)."""
    return x.transpose(-1, *range(x.ndim - 1))


def take(x, part):
    """Select a part of an array that lies batch-last; copy it together where its numbers lie scattered."""
    return np.ascontiguousarray(as_items(x)[part]).view(x.dtype) if scattered(x, part) else x[part]


def put(values, x, part, *, add=False):
    """Write values into a part of an array that lies batch-last, or add them: the transpose of `take`."""
    if scattered(x, part):
        values = take(x, part) + values if add else values
        as_items(x)[part] = as_items(values.astype(x.dtype, copy=False))
    elif add:
        x[part] += values
    else:
        x[part] = values


def scattered(x, part):
    """Ask whether an index leaves no longer runs of memory than the few images' numbers at one place."""
    return len(part) == x.ndim - 1 and 0 < x.shape[-1] * x.itemsize <= 64 and x.size > 0


def as_items(x):
    """See all images' numbers at one place as one item, which a copy moves at once: (..., N) -> (..., 1)."""
    return x.view(f"V{x.shape[-1] * x.itemsize}")


def lay_as(x, y):
    """Let a result that lies batch-last lie as its input x does: image after image, if so x was passed."""
    if y.flags.c_contiguous or not x.flags.c_contiguous or len(x) < 2:
        return y
    laid = np.empty(y.shape, y.dtype)
    images = laid.reshape(len(y), y[0].size)
    cells = y.transpose(*range(1, y.ndim), 0).reshape(y[0].size, len(y))
    part = max(128, 2**13 // len(y))  # cells that are read and written while they are in the cache
    for first in range(0, len(cells), part):
        images[:, first : first + part] = cells[first : first + part].T
    return laid


def pad_batch_last(x, geometry, fill=0):
    """Surround x with its rim and let it lie batch-last: (N, C, *spatial) -> (C, *padded, N)."""
    sizes = geometry.padded
    if sizes == geometry.spatial:
        return batch_last(x)
    shape = x.shape[1], *sizes, x.shape[0]
    padded = aligned(shape, x.dtype, np.empty if fill else np.zeros)
    if fill:
        padded[...] = fill
    padded[(slice(None), *geometry.interior)] = x.transpose(*range(1, x.ndim), 0)
    return padded


def crop_batch_first(padded, geometry):
    """Cut the rim off again: (C, *padded, N) -> (N, C, *spatial)."""
    return batch_first(padded[(slice(None), *geometry.interior)])


def window_view(padded, geometry):
    """Look at every window without a copy: stride and dilation are nothing but strides of the view.

    (C, *padded, N) -> (C, *kernel_size, *out, N)
    """
    channel, *steps, image = padded.strides
    taps = [step * d for step, d in zip(steps, geometry.dilation, strict=True)]
    places = [step * s for step, s in zip(steps, geometry.stride, strict=True)]
    shape = (padded.shape[0], *geometry.kernel_size, *geometry.out, padded.shape[-1])
    return np.ndarray(shape, padded.dtype, padded, strides=(channel, *taps, *places, image))


def add_windows(view, windows, *, first=1):
    """Add windows into the array that they are a view of, one tap at a time: a tap's places never overlap.

    The taps stand from axis `first` on, followed by as many axes of places, and the batch.
    """
    axes = (view.ndim - first - 1) // 2
    before = (slice(None),) * first
    for tap in product(*map(range, view.shape[first : first + axes])):
        seen = view[(*before, *tap)]
        seen += windows[(*before, *tap)]
