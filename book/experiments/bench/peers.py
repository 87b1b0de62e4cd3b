"""The convolutions in libraries that do not compile anything, and in the lines that most people would write.

Each function returns the step as a callable, or None for a row that the library cannot express.
"""

import importlib.util

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

NAMES = {
    "MyGrad": "mygrad",
    "HIPS autograd": "autograd",
    "windows + tensordot": "numpy",
}


def installed():
    """Name the peers that can run here."""
    return [name for name, module in NAMES.items() if importlib.util.find_spec(module)]


def step(peer, row, x, weight, bias, dy):
    """Give a peer's forward and backward on C-contiguous arrays: y, dx, dweight, dbias."""
    x, dy = np.ascontiguousarray(x), np.ascontiguousarray(dy)
    return MAKERS[peer](row, x, weight, bias, dy)


def tensordot_step(row, x, weight, bias, dy):
    """Write the step with windows as a view, and NumPy's tensordot."""
    return lambda: (
        tensordot_forward(row, x, weight, bias),
        *tensordot_backward(row, dy, x, weight),
        dy.sum(axis=(0, *range(2, dy.ndim))),
    )


def windows_of(row, padded):
    """See every window: (N, C, *padded) -> (N, C, *out, *kernel)."""
    axes = tuple(range(2, padded.ndim))
    extents = tuple(row.dilation * (k - 1) + 1 for k in row.kernel_size)
    view = sliding_window_view(padded, extents, axes)
    step, apart = (slice(None, None, s) for s in (row.stride, row.dilation))
    return view[(slice(None), slice(None), *(step,) * len(axes), *(apart,) * len(axes))]


def by_group(row, *arrays):
    """Cut arrays into groups, each along its channel axis: pairs of an array and that axis."""
    return zip(*(np.split(a, row.groups, axis) for a, axis in arrays), strict=True)


def pad(row, x):
    """Surround x with zeros."""
    return np.pad(x, [(0, 0), (0, 0)] + [(row.padding, row.padding)] * len(row.spatial))


def tensordot_forward(row, x, weight, bias):
    """Multiply windows and weights: (N, C_out, *out)."""
    axes = len(row.spatial)
    reads = (1, *range(2 + axes, 2 + 2 * axes)), tuple(range(1, 2 + axes))
    pairs = by_group(row, (windows_of(row, pad(row, x)), 1), (weight, 0))
    y = np.concatenate([np.tensordot(windows, w, reads) for windows, w in pairs], axis=-1)
    return np.moveaxis(y + bias, -1, 1)


def tensordot_backward(row, dy, x, weight):
    """Multiply windows and dy for the weights; add dy times each tap's weights where the tap has read."""
    axes, padded = len(row.spatial), pad(row, x)
    places = (0, *range(2, 2 + axes))
    dweight, dpadded = np.empty_like(weight), np.zeros_like(padded)
    pieces = by_group(row, (windows_of(row, padded), 1), (dy, 1), (weight, 0), (dweight, 0), (dpadded, 1))
    for windows, dy_, weight_, dweight_, dpadded_ in pieces:
        dweight_[...] = np.tensordot(dy_, windows, (places, places))
        for tap in np.ndindex(*row.kernel_size):
            where = tuple(
                slice(k * row.dilation, k * row.dilation + n * row.stride, row.stride)
                for k, n in zip(tap, row.out, strict=True)
            )
            sent = np.tensordot(dy_, weight_[(slice(None), slice(None), *tap)], (1, 0))  # (N, *out, C_in)
            dpadded_[(slice(None), slice(None), *where)] += np.moveaxis(sent, -1, 1)
    inside = (slice(row.padding, row.padding + n) for n in row.spatial)
    return dpadded[(slice(None), slice(None), *inside)], dweight


def mygrad_step(row, x, weight, bias, dy):
    """Write the step in MyGrad, which has no groups, and only strides that divide the sizes."""
    cut = any(
        (n + 2 * row.padding - row.dilation * (k - 1) - 1) % row.stride
        for n, k in zip(row.spatial, row.kernel_size, strict=True)
    )
    if row.groups > 1 or cut:
        return None
    import mygrad
    from mygrad.nnet.layers import conv_nd

    leaves = [mygrad.tensor(a) for a in (x, weight, bias)]
    per_channel = (1, -1, *[1] * len(row.spatial))
    options = dict(stride=row.stride, padding=row.padding, dilation=row.dilation)

    def run():
        x, weight, bias = leaves
        y = conv_nd(x, weight, **options) + bias.reshape(*per_channel)
        y.backward(dy)
        return y.data, x.grad, weight.grad, bias.grad

    return run


def autograd_step(row, x, weight, bias, dy):
    """Write the step in HIPS autograd, which flips the kernel and has no stride, dilation or groups."""
    if (row.stride, row.dilation, row.groups) != (1, 1, 1):
        return None
    import autograd.numpy as anp
    from autograd import make_vjp
    from autograd.scipy.signal import convolve

    spatial = list(range(2, x.ndim))
    rim = [(0, 0), (0, 0)] + [(row.padding, row.padding)] * len(spatial)
    flip = (slice(None), slice(None), *[slice(None, None, -1)] * len(spatial))
    per_channel = (1, -1, *[1] * len(spatial))
    flipped = np.ascontiguousarray(weight[flip])  # what this library would have learnt

    def layer(parameters):
        x, weight, bias = parameters
        padded = anp.pad(x, rim, "constant") if row.padding else x
        y = convolve(padded, weight, axes=(spatial, spatial), dot_axes=([1], [1]), mode="valid")
        return y + bias.reshape(per_channel)

    def run():
        backward, y = make_vjp(layer)((x, flipped, bias))
        dx, dweight, dbias = backward(dy)
        return y, dx, dweight[flip], dbias

    return run


MAKERS = {"MyGrad": mygrad_step, "HIPS autograd": autograd_step, "windows + tensordot": tensordot_step}
