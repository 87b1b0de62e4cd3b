"""Every window of an array, and every window put back: the two maps on which convolution and pooling stand.

To everyone an array is (N, C, *spatial). In memory the batch comes last, as C, *spatial, N: then a copy of
windows moves long runs of neighbours, however many spatial axes there are. Nobody who passes or reads arrays
needs to know.
"""

import numpy as np

from .geometry import as_float, check_images, count, per_axis, resolve

__all__ = ["fold", "unfold"]

CACHE = 2**20  # bytes of windows and output to work on at a time: about a core's second-level cache


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
    return np.moveaxis(window_view(pad_batch_last(x, geometry), geometry).copy(), -1, 0)


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


def batch_last(x):
    """Let an array lie batch-last, if it does not yet: (N, C, *spatial) -> (C, *spatial, N)."""
    return np.ascontiguousarray(np.moveaxis(x, 0, -1))


def pad_batch_last(x, geometry, fill=0):
    """Surround x with its rim and let it lie batch-last: (N, C, *spatial) -> (C, *padded, N)."""
    if geometry.padded == geometry.spatial:
        return batch_last(x)
    padded = np.full((x.shape[1], *geometry.padded, x.shape[0]), fill, x.dtype)
    padded[(slice(None), *geometry.interior)] = np.moveaxis(x, 0, -1)
    return padded


def crop_batch_first(padded, geometry):
    """Cut the rim off again: (C, *padded, N) -> (N, C, *spatial)."""
    return np.moveaxis(padded[(slice(None), *geometry.interior)], -1, 0)


def window_view(padded, geometry):
    """Look at every window without a copy: stride and dilation are nothing but strides of the view.

    (C, *padded, N) -> (C, *kernel_size, *out, N)
    """
    channel, *steps, image = padded.strides
    taps = (step * d for step, d in zip(steps, geometry.dilation, strict=True))
    places = (step * s for step, s in zip(steps, geometry.stride, strict=True))
    shape = (padded.shape[0], *geometry.kernel_size, *geometry.out, padded.shape[-1])
    return np.lib.stride_tricks.as_strided(padded, shape, (channel, *taps, *places, image))


def add_windows(view, windows):
    """Add windows into the array that they are a view of, one tap at a time: a tap's places never overlap."""
    axes = (view.ndim - 2) // 2
    for tap in np.ndindex(*view.shape[1 : 1 + axes]):
        view[(slice(None), *tap)] += windows[(slice(None), *tap)]


def gather(padded, geometry, groups, *, beside):
    """Copy windows into the columns of a matrix, one cache-sized box of places after the other.

    Yields the box's run of places, and its columns as (groups, taps, places). A kernel of one tap at every
    place needs no copy: the input itself is the matrix.
    """
    if count(geometry.kernel_size) == count(geometry.stride) == 1:
        yield slice(None), as_matrices(padded, groups)
        return
    view = window_view(padded, geometry)
    for box, run, seen in columns(view, groups, beside=beside):
        np.copyto(seen.reshape(view[box].shape), view[box])
        yield run, seen


def columns(view, groups, *, beside):
    """Lend room for the columns of each box in turn, so small that it stays in the cache beside its output.

    Yields the box as an index of the view, its run of places, and an uninitialised (groups, taps, places).
    """
    axes = (view.ndim - 2) // 2
    taps, out, images = count(view.shape[: 1 + axes]), view.shape[1 + axes : -1], view.shape[-1]
    most = max(1, CACHE // (max(1, images) * (taps + beside) * view.itemsize))
    room = None
    for box, run in boxes(out, most):
        places = (run.stop - run.start) * images
        room = np.empty(taps * places, view.dtype) if room is None else room  # the first box is the largest
        owed = room[: taps * places].reshape(groups, taps // groups, places)
        yield (Ellipsis, *box, slice(None)), slice(run.start * images, run.stop * images), owed


def boxes(out, most):
    """Cut the places into boxes of about so many at most, each one run of memory.

    Yields each box as slices of the output's axes, and its run as a slice of all places in order.
    """
    axis, inner = len(out), 1  # the axes from `axis` on are whole in every box
    while axis and inner * out[axis - 1] <= most:
        axis -= 1
        inner *= out[axis]
    if axis == 0:
        yield tuple(slice(0, n) for n in out), slice(0, inner)
        return
    rows, long = max(1, most // inner), out[axis - 1]
    for number, outer in enumerate(np.ndindex(*out[: axis - 1])):
        for first in range(0, long, rows):
            last = min(first + rows, long)
            box = (*(slice(i, i + 1) for i in outer), slice(first, last), *(slice(0, n) for n in out[axis:]))
            yield box, slice((number * long + first) * inner, (number * long + last) * inner)


def as_matrices(a, groups):
    """See an array as one matrix a group: (C, *rest) -> (groups, C / groups, rest)."""
    return a.reshape(groups, len(a) // groups, count(a.shape[1:]))


def matmul(a, b, out):
    """Multiply (groups, m, k) by (groups, k, places), in chunks of places.

    OpenBLAS has a faster kernel for products of at most a million multiplications: that is a chunk's size.
    """
    groups, m, k = a.shape
    chunk = min(max(10**6 // (m * k), 256), 4096)
    whole = b.shape[2] // chunk * chunk

    def chunks(c):
        return c[:, :, :whole].reshape(groups, -1, whole // chunk, chunk).swapaxes(1, 2)

    if whole:
        np.matmul(a[:, None], chunks(b), out=chunks(out))
    np.matmul(a, b[:, :, whole:], out=out[:, :, whole:])
