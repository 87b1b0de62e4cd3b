"""The equations as loops, for any number of axes: slow, plain, and the yardstick of the fast modules.

Nothing here is used by the rest of the package: the book derives with it, the tests compare with it. The
functions bear the names and keywords of the fast ones. An array's places are visited one at a time; at each,
the batch and the channels are one small matrix product.
"""

import numpy as np

from .geometry import as_float, output_size, resolve_padding

__all__ = ["convolve_1d", "convolve_2d", "correlate_1d", "correlate_2d"]


def correlate_1d(x, w):
    """Slide a kernel along a signal, multiply, and sum: cross-correlation, at every place where it fits.

    Parameters
    ----------
    x : array_like, shape (n,)
    w : array_like, shape (k,)
        At most as long as x.

    Returns
    -------
    ndarray, shape (n - k + 1,)
        Entry i is the sum over a of x[i + a] * w[a].

    Raises
    ------
    ValueError
        Where the kernel is longer than the signal.

    Examples
    --------
    >>> correlate_1d([2, 1, 0, 3, 1, 2], [1, 2, 4])
    array([ 4., 13., 10., 13.])
    """
    x, w = signals(x, w, axes=1)
    y = np.zeros(output_size(x.shape, w.shape), np.result_type(x, w))
    for i in range(len(y)):
        for a in range(len(w)):
            y[i] += x[i + a] * w[a]
    return y


def convolve_1d(x, w, mode="full"):
    """Let every entry of a signal leave a copy of the kernel, and add the copies: true convolution.

    Parameters
    ----------
    x : array_like, shape (n,)
    w : array_like, shape (k,)
    mode : {"full", "same", "valid"}
        All n + k - 1 entries; the n in the middle, as the convention of `resolve_padding` cuts them; or
        those n - k + 1 for which the kernel lies wholly inside the signal.

    Returns
    -------
    ndarray
        Entry t of the full result is the sum over a of x[a] * w[t - a].

    Raises
    ------
    ValueError
        For another mode, or where no entry is valid.

    Examples
    --------
    >>> convolve_1d([2, 1, 0, 3, 1, 2], [1, 2, 4])
    array([ 2.,  5., 10.,  7.,  7., 16.,  8.,  8.])
    >>> convolve_1d([2, 1, 0, 3, 1, 2], [1, 2, 4], mode="valid")
    array([10.,  7.,  7., 16.])
    """
    x, w = signals(x, w, axes=1)
    before, _ = resolve_padding(x.shape, w.shape, str(mode))[0]
    (entries,) = output_size(x.shape, w.shape, padding=mode)
    y = np.zeros(len(x) + len(w) - 1, np.result_type(x, w))
    for a in range(len(x)):
        for b in range(len(w)):
            y[a + b] += x[a] * w[b]
    start = len(w) - 1 - before
    return y[start : start + entries]


def correlate_2d(x, w):
    """Slide a kernel over a picture, multiply, and sum, at every place where it fits.

    Parameters
    ----------
    x : array_like, shape (height, width)
    w : array_like, shape (kernel height, kernel width)

    Returns
    -------
    ndarray, shape (height - kernel height + 1, width - kernel width + 1)
        Entry [i, j] is the sum over a and b of x[i + a, j + b] * w[a, b].

    Raises
    ------
    ValueError
        Where the kernel is larger than the picture.

    Examples
    --------
    >>> correlate_2d([[1, 2, 0], [0, 1, 3], [2, 0, 1]], [[1, 0], [0, -1]])
    array([[ 0., -1.],
           [ 0.,  0.]])
    """
    x, w = signals(x, w, axes=2)
    y = np.zeros(output_size(x.shape, w.shape), np.result_type(x, w))
    for i, j in np.ndindex(*y.shape):
        for a, b in np.ndindex(*w.shape):
            y[i, j] += x[i + a, j + b] * w[a, b]
    return y


def convolve_2d(x, w, mode="full"):
    """Let every pixel leave a copy of the kernel, and add the copies: true convolution of a picture.

    Parameters
    ----------
    x : array_like, shape (height, width)
    w : array_like, shape (kernel height, kernel width)
    mode : {"full", "same", "valid"}
        As in `convolve_1d`, on both axes.

    Returns
    -------
    ndarray
        Entry [s, t] of the full result is the sum over a and b of x[a, b] * w[s - a, t - b].

    Raises
    ------
    ValueError
        For another mode, or where no entry is valid.

    Examples
    --------
    A single bright pixel gives the kernel back as it is:

    >>> convolve_2d([[0, 0], [0, 1]], [[1, 2], [3, 4]])
    array([[0., 0., 0.],
           [0., 1., 2.],
           [0., 3., 4.]])
    """
    x, w = signals(x, w, axes=2)
    rim = resolve_padding(x.shape, w.shape, str(mode))
    entries = output_size(x.shape, w.shape, padding=mode)
    y = np.zeros(np.add(x.shape, w.shape) - 1, np.result_type(x, w))
    for i, j in np.ndindex(*x.shape):
        for a, b in np.ndindex(*w.shape):
            y[i + a, j + b] += x[i, j] * w[a, b]
    starts = (k - 1 - before for k, (before, _) in zip(w.shape, rim, strict=True))
    rows, columns = (slice(start, start + n) for start, n in zip(starts, entries, strict=True))
    return y[rows, columns]


def signals(x, w, *, axes):
    """Read a signal or a picture and its kernel as arrays of floats with so many axes."""
    x, w = as_float("x", x), as_float("w", w)
    if x.ndim != axes or w.ndim != axes:
        raise ValueError(f"x has {x.ndim} axes and w has {w.ndim}, but each must have {axes}")
    return x, w


def conv_forward(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Visit every place, and at each place every tap. See `cnnlab.conv_forward`."""
    x, weight = np.asarray(x) * 1.0, np.asarray(weight) * 1.0  # whole numbers become floats
    spatial, kernel_size = x.shape[2:], weight.shape[2:]
    out = output_size(spatial, kernel_size, stride=stride, padding=padding, dilation=dilation)
    rim = resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)
    padded = np.pad(x, ((0, 0), (0, 0), *rim))
    y = np.zeros((len(x), len(weight), *out), np.result_type(x, weight))
    for group in range(groups):
        inputs = slice(group * weight.shape[1], (group + 1) * weight.shape[1])
        filters = slice(group * len(weight) // groups, (group + 1) * len(weight) // groups)
        for place in np.ndindex(*out):
            for tap in np.ndindex(*kernel_size):
                here = np.multiply(place, stride) + np.multiply(tap, dilation)
                y[:, filters, *place] += padded[:, inputs, *here] @ weight[filters, :, *tap].T
    if bias is not None:
        y = y + np.reshape(bias, (-1, *[1] * len(out)))
    return y


def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    """Send each entry of dy through each tap, to where that tap read. See `cnnlab.conv_backward_input`."""
    dy, weight = np.asarray(dy) * 1.0, np.asarray(weight) * 1.0
    out, kernel_size = dy.shape[2:], weight.shape[2:]
    rim = resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)
    sizes = np.add(spatial, np.sum(rim, axis=1))
    dpadded = np.zeros((len(dy), weight.shape[1] * groups, *sizes), np.result_type(dy, weight))
    for group in range(groups):
        inputs = slice(group * weight.shape[1], (group + 1) * weight.shape[1])
        filters = slice(group * len(weight) // groups, (group + 1) * len(weight) // groups)
        for place in np.ndindex(*out):
            for tap in np.ndindex(*kernel_size):
                here = np.multiply(place, stride) + np.multiply(tap, dilation)
                dpadded[:, inputs, *here] += dy[:, filters, *place] @ weight[filters, :, *tap]
    inside = (slice(before, size - after) for (before, after), size in zip(rim, sizes, strict=True))
    return dpadded[:, :, *inside]


def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    """Add up, for each tap, what it read times what is owed there. See `cnnlab.conv_backward_weight`."""
    dy, x = np.asarray(dy) * 1.0, np.asarray(x) * 1.0
    rim = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    kernel_size = np.broadcast_to(kernel_size, len(rim))
    padded = np.pad(x, ((0, 0), (0, 0), *rim))
    channels = x.shape[1] // groups
    dweight = np.zeros((dy.shape[1], channels, *kernel_size), np.result_type(dy, x))
    for group in range(groups):
        inputs = slice(group * channels, (group + 1) * channels)
        filters = slice(group * dy.shape[1] // groups, (group + 1) * dy.shape[1] // groups)
        for place in np.ndindex(*dy.shape[2:]):
            for tap in np.ndindex(*kernel_size):
                here = np.multiply(place, stride) + np.multiply(tap, dilation)
                dweight[filters, :, *tap] += dy[:, filters, *place].T @ padded[:, inputs, *here]
    return dweight


def conv_backward_bias(dy):
    """Visit every image and every place, and add. See `cnnlab.conv_backward_bias`."""
    dy = np.asarray(dy) * 1.0
    dbias = np.zeros(dy.shape[1], dy.dtype)
    for image in range(len(dy)):
        for place in np.ndindex(*dy.shape[2:]):
            dbias += dy[image, :, *place]
    return dbias
