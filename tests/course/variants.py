"""Right answers of many kinds: whatever the way, the marks are full.

Each function stands alone, as a student would write it: NumPy, `output_size` and `resolve_padding`.
"""

import itertools

import numpy as np
from course.answers import gathered

from cnnlab import conv_forward, output_size, resolve_padding


def conv_forward_by_loops(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    axes = x.ndim - 2
    stride = (stride,) * axes if isinstance(stride, int) else stride
    dilation = (dilation,) * axes if isinstance(dilation, int) else dilation
    options = {"stride": stride, "dilation": dilation}
    rim = resolve_padding(x.shape[2:], weight.shape[2:], padding, **options)
    out = output_size(x.shape[2:], weight.shape[2:], padding=padding, **options)
    y = np.zeros((len(x), len(weight), *out))
    for n in range(len(x)):
        for f in range(len(weight)):
            group = f // (len(weight) // groups)
            for o in itertools.product(*map(range, out)):
                total = 0.0 if bias is None else float(bias[f])
                for c in range(weight.shape[1]):
                    for k in itertools.product(*map(range, weight.shape[2:])):
                        i = [o[a] * stride[a] + k[a] * dilation[a] - rim[a][0] for a in range(axes)]
                        if all(0 <= i[a] < x.shape[2 + a] for a in range(axes)):
                            total += float(x[(n, group * weight.shape[1] + c, *i)]) * float(
                                weight[(f, c, *k)]
                            )
                y[(n, f, *o)] = total
    return y


def conv_forward_by_einsum(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    axes = x.ndim - 2
    strides, dilations = np.broadcast_to(stride, axes), np.broadcast_to(dilation, axes)
    rim = resolve_padding(x.shape[2:], weight.shape[2:], padding, stride=stride, dilation=dilation)
    x = np.pad(np.asarray(x, float), ((0, 0), (0, 0), *rim))
    extent = [(k - 1) * d + 1 for k, d in zip(weight.shape[2:], dilations, strict=True)]
    seen = np.lib.stride_tricks.sliding_window_view(x, extent, axis=tuple(range(2, x.ndim)))
    seen = seen[(..., *[slice(None, None, s) for s in strides], *[slice(None, None, d) for d in dilations])]
    seen = seen.reshape(len(x), groups, weight.shape[1], *seen.shape[2:])
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    places, taps = "opqr"[:axes], "klmt"[:axes]
    y = np.einsum(f"ngc{places}{taps},gfc{taps}->ngf{places}", seen, filters)
    y = y.reshape(len(x), len(weight), *seen.shape[3 : 3 + axes])
    return y if bias is None else y + bias.reshape(-1, *[1] * axes)


def conv_forward_by_matrix_product(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    axes = x.ndim - 2
    strides, dilations = np.broadcast_to(stride, axes), np.broadcast_to(dilation, axes)
    out = output_size(x.shape[2:], weight.shape[2:], stride=stride, padding=padding, dilation=dilation)
    rim = resolve_padding(x.shape[2:], weight.shape[2:], padding, stride=stride, dilation=dilation)
    x = np.pad(np.asarray(x, float), ((0, 0), (0, 0), *rim))
    columns = []
    for k in np.ndindex(*weight.shape[2:]):
        starts = np.multiply(k, dilations)
        stops = starts + np.multiply(np.subtract(out, 1), strides) + 1
        columns.append(x[(..., *[slice(a, b, s) for a, b, s in zip(starts, stops, strides, strict=True)])])
    X = np.stack(columns, axis=2).swapaxes(0, 1)  # (C, N, taps, *out)
    y = []
    for W, part in zip(np.split(weight, groups), np.split(X, groups), strict=True):
        part = part.swapaxes(1, 2).reshape(W[0].size, -1)
        y.append((W.reshape(len(W), -1) @ part).reshape(len(W), len(x), *out).swapaxes(0, 1))
    y = np.concatenate(y, axis=1)
    return y if bias is None else y + bias.reshape(-1, *[1] * axes)


def conv_forward_by_fft(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    axes = tuple(range(2, x.ndim))
    strides, dilations = np.broadcast_to(stride, len(axes)), np.broadcast_to(dilation, len(axes))
    rim = resolve_padding(x.shape[2:], weight.shape[2:], padding, stride=stride, dilation=dilation)
    x = np.pad(x, ((0, 0), (0, 0), *rim))
    spread = np.zeros((*weight.shape[:2], *(np.multiply(np.subtract(weight.shape[2:], 1), dilations) + 1)))
    spread[(..., *[slice(None, None, d) for d in dilations])] = weight
    size = x.shape[2:]
    half = (*size[:-1], size[-1] // 2 + 1)
    X = np.fft.rfftn(x, size, axes=axes).reshape(len(x), groups, weight.shape[1], *half)
    W = np.fft.rfftn(spread, size, axes=axes).conj().reshape(groups, -1, weight.shape[1], *half)
    Y = (X[:, :, None] * W).sum(axis=3).reshape(len(x), len(weight), *half)
    y = np.fft.irfftn(Y, size, axes=axes)
    room = [n - e + 1 for n, e in zip(size, spread.shape[2:], strict=True)]
    y = y[(..., *[slice(0, r, s) for r, s in zip(room, strides, strict=True)])]
    return y if bias is None else y + bias.reshape(-1, *[1] * len(axes))


def conv_backward_bias_by_loops(dy):
    dbias = [0.0] * dy.shape[1]
    for image in dy:
        for f, feature_map in enumerate(image):
            for value in feature_map.flat:
                dbias[f] += float(value)
    return np.array(dbias)


def conv_backward_bias_by_einsum(dy):
    places = "opqr"[: dy.ndim - 2]
    return np.einsum(f"nf{places}->f", dy, dtype=float)


def conv_backward_bias_by_matrix_product(dy):
    dY = dy.swapaxes(0, 1).reshape(dy.shape[1], dy.size // dy.shape[1])
    return dY @ np.ones(dY.shape[1])


def conv_backward_weight_by_loops(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    axes = x.ndim - 2
    stride = (stride,) * axes if isinstance(stride, int) else stride
    dilation = (dilation,) * axes if isinstance(dilation, int) else dilation
    rim = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    filters, channels = dy.shape[1], x.shape[1] // groups
    dweight = np.zeros((filters, channels, *kernel_size))
    for f in range(filters):
        for c in range(channels):
            source = f // (filters // groups) * channels + c
            for k in itertools.product(*map(range, kernel_size)):
                for n in range(len(x)):
                    for o in itertools.product(*map(range, dy.shape[2:])):
                        i = [o[a] * stride[a] + k[a] * dilation[a] - rim[a][0] for a in range(axes)]
                        if all(0 <= i[a] < x.shape[2 + a] for a in range(axes)):
                            dweight[(f, c, *k)] += float(dy[(n, f, *o)]) * float(x[(n, source, *i)])
    return dweight


def conv_backward_weight_by_einsum(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    axes = x.ndim - 2
    strides, dilations = np.broadcast_to(stride, axes), np.broadcast_to(dilation, axes)
    rim = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    x = np.pad(x, ((0, 0), (0, 0), *rim))
    extent = [(k - 1) * d + 1 for k, d in zip(kernel_size, dilations, strict=True)]
    seen = np.lib.stride_tricks.sliding_window_view(x, extent, axis=tuple(range(2, x.ndim)))
    seen = seen[(..., *[slice(None, None, s) for s in strides], *[slice(None, None, d) for d in dilations])]
    seen = seen.reshape(len(x), groups, x.shape[1] // groups, *seen.shape[2:])
    owed = dy.reshape(len(dy), groups, dy.shape[1] // groups, *dy.shape[2:])
    places, taps = "opqr"[:axes], "klmt"[:axes]
    dweight = np.einsum(f"ngf{places},ngc{places}{taps}->gfc{taps}", owed, seen)
    return dweight.reshape(dy.shape[1], -1, *kernel_size)


def conv_backward_weight_by_matrix_product(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    axes = x.ndim - 2
    strides, dilations = np.broadcast_to(stride, axes), np.broadcast_to(dilation, axes)
    rim = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    x = np.pad(x, ((0, 0), (0, 0), *rim))
    channels, filters = x.shape[1] // groups, dy.shape[1] // groups
    dweight = np.zeros((dy.shape[1], channels, *kernel_size))
    for g in range(groups):
        dY = dy[:, g * filters : (g + 1) * filters].swapaxes(0, 1).reshape(filters, dy[:, 0].size)
        for k in np.ndindex(*kernel_size):
            starts = np.multiply(k, dilations)
            stops = starts + np.multiply(np.subtract(dy.shape[2:], 1), strides) + 1
            window = tuple(slice(a, b, s) for a, b, s in zip(starts, stops, strides, strict=True))
            seen = x[(slice(None), slice(g * channels, (g + 1) * channels), *window)]
            X = seen.swapaxes(0, 1).reshape(channels, dy[:, 0].size)
            dweight[(slice(g * filters, (g + 1) * filters), slice(None), *k)] = dY @ X.T
    return dweight


def conv_backward_weight_by_fft(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    axes = tuple(range(2, x.ndim))
    strides, dilations = np.broadcast_to(stride, len(axes)), np.broadcast_to(dilation, len(axes))
    rim = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    x = np.pad(x, ((0, 0), (0, 0), *rim))
    size = x.shape[2:]
    spread = np.zeros((*dy.shape[:2], *size))
    spread[(..., *[slice(0, s * n, s) for s, n in zip(strides, dy.shape[2:], strict=True)])] = dy
    half = (*size[:-1], size[-1] // 2 + 1)
    X = np.fft.rfftn(x, axes=axes).reshape(len(x), groups, 1, x.shape[1] // groups, *half)
    dY = np.fft.rfftn(spread, axes=axes).conj().reshape(len(x), groups, dy.shape[1] // groups, 1, *half)
    dW = (X * dY).sum(axis=0).reshape(dy.shape[1], -1, *half)
    dweight = np.fft.irfftn(dW, size, axes=axes)
    return dweight[
        (..., *[slice(0, (k - 1) * d + 1, d) for k, d in zip(kernel_size, dilations, strict=True)])
    ]


def conv_backward_input_by_loops(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    axes = len(spatial)
    stride = (stride,) * axes if isinstance(stride, int) else stride
    dilation = (dilation,) * axes if isinstance(dilation, int) else dilation
    rim = resolve_padding(spatial, weight.shape[2:], padding, stride=stride, dilation=dilation)
    filters, channels = weight.shape[:2]
    dx = np.zeros((len(dy), channels * groups, *spatial))
    for n in range(len(dy)):
        for f in range(filters):
            for o in itertools.product(*map(range, dy.shape[2:])):
                for c in range(channels):
                    for k in itertools.product(*map(range, weight.shape[2:])):
                        i = [o[a] * stride[a] + k[a] * dilation[a] - rim[a][0] for a in range(axes)]
                        if all(0 <= i[a] < spatial[a] for a in range(axes)):
                            target = f // (filters // groups) * channels + c
                            dx[(n, target, *i)] += float(dy[(n, f, *o)]) * float(weight[(f, c, *k)])
    return dx


def conv_backward_input_by_einsum(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    axes = len(spatial)
    strides, dilations = np.broadcast_to(stride, axes), np.broadcast_to(dilation, axes)
    rim = resolve_padding(spatial, weight.shape[2:], padding, stride=stride, dilation=dilation)
    padded = np.zeros((len(dy), groups, weight.shape[1], *(np.add(spatial, np.sum(rim, axis=1)))))
    owed = dy.reshape(len(dy), groups, dy.shape[1] // groups, *dy.shape[2:])
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    for k in np.ndindex(*weight.shape[2:]):
        starts = np.multiply(k, dilations)
        stops = starts + np.multiply(np.subtract(dy.shape[2:], 1), strides) + 1
        window = (..., *[slice(a, b, s) for a, b, s in zip(starts, stops, strides, strict=True)])
        padded[window] += np.einsum("ngf...,gfc->ngc...", owed, filters[(..., *k)])
    padded = padded.reshape(len(dy), groups * weight.shape[1], *padded.shape[3:])
    return padded[(..., *[slice(before, before + n) for n, (before, _) in zip(spatial, rim, strict=True)])]


def conv_backward_input_by_matrix_product(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    axes = len(spatial)
    strides, dilations = np.broadcast_to(stride, axes), np.broadcast_to(dilation, axes)
    rim = resolve_padding(spatial, weight.shape[2:], padding, stride=stride, dilation=dilation)
    channels, filters = weight.shape[1], len(weight) // groups
    padded = np.zeros((channels * groups, len(dy), *(np.add(spatial, np.sum(rim, axis=1)))))
    for g in range(groups):
        W = weight[g * filters : (g + 1) * filters].reshape(filters, -1)
        dY = dy[:, g * filters : (g + 1) * filters].swapaxes(0, 1).reshape(filters, dy[:, 0].size)
        dX = (W.T @ dY).reshape(*weight.shape[1:], len(dy), *dy.shape[2:])
        for k in np.ndindex(*weight.shape[2:]):
            starts = np.multiply(k, dilations)
            stops = starts + np.multiply(np.subtract(dy.shape[2:], 1), strides) + 1
            window = tuple(slice(a, b, s) for a, b, s in zip(starts, stops, strides, strict=True))
            padded[(slice(g * channels, (g + 1) * channels), slice(None), *window)] += dX[(slice(None), *k)]
    inside = tuple(slice(before, before + n) for n, (before, _) in zip(spatial, rim, strict=True))
    return padded.swapaxes(0, 1)[(..., *inside)]


def conv_backward_input_by_fft(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    axes = tuple(range(2, dy.ndim))
    strides, dilations = np.broadcast_to(stride, len(axes)), np.broadcast_to(dilation, len(axes))
    rim = resolve_padding(spatial, weight.shape[2:], padding, stride=stride, dilation=dilation)
    size = tuple(int(n) for n in np.add(spatial, np.sum(rim, axis=1)))
    half = (*size[:-1], size[-1] // 2 + 1)
    spread = np.zeros((*dy.shape[:2], *size))
    spread[(..., *[slice(0, s * n, s) for s, n in zip(strides, dy.shape[2:], strict=True)])] = dy
    kernel = np.zeros((*weight.shape[:2], *size))
    kernel[(..., *[slice(0, d * k, d) for d, k in zip(dilations, weight.shape[2:], strict=True)])] = weight
    dY = np.fft.rfftn(spread, axes=axes).reshape(len(dy), groups, dy.shape[1] // groups, 1, *half)
    W = np.fft.rfftn(kernel, axes=axes).reshape(groups, -1, weight.shape[1], *half)
    dX = (dY * W).sum(axis=2).reshape(len(dy), weight.shape[1] * groups, *half)
    dx = np.fft.irfftn(dX, size, axes=axes)
    return dx[(..., *[slice(before, before + n) for n, (before, _) in zip(spatial, rim, strict=True)])]


def conv_backward_weight_by_conv_forward(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    rim = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    padded = np.pad(np.asarray(x, float), [(0, 0), (0, 0), *rim])
    taps = (..., *[slice(0, k) for k in kernel_size])  # what comes out behind them belongs to none
    parts = [
        conv_forward(seen.swapaxes(0, 1), owed.swapaxes(0, 1), stride=dilation, dilation=stride)[taps]
        for seen, owed in zip(np.split(padded, groups, 1), np.split(dy, groups, 1), strict=True)
    ]
    return np.concatenate([part.swapaxes(0, 1) for part in parts])


def in_single_precision(function):
    """Give float32 results where the inputs are float32, and only there."""

    def single(*args, **options):
        arrays = [a for a in args if isinstance(a, np.ndarray)]
        result = function(*args, **options)
        return result.astype(np.float32) if all(a.dtype == np.float32 for a in arrays) else result

    return single


FORWARD = {
    "loops": {"conv_forward": conv_forward_by_loops},
    "einsum": {"conv_forward": conv_forward_by_einsum},
    "matrix product": {"conv_forward": conv_forward_by_matrix_product},
    "fft": {"conv_forward": conv_forward_by_fft},
    "float32": {"conv_forward": in_single_precision(conv_forward_by_matrix_product)},
}
BACKWARD = {
    "loops": {
        "conv_backward_bias": conv_backward_bias_by_loops,
        "conv_backward_weight": conv_backward_weight_by_loops,
        "conv_backward_input": conv_backward_input_by_loops,
    },
    "einsum": {
        "conv_backward_bias": conv_backward_bias_by_einsum,
        "conv_backward_weight": conv_backward_weight_by_einsum,
        "conv_backward_input": conv_backward_input_by_einsum,
    },
    "matrix product": {
        "conv_backward_bias": conv_backward_bias_by_matrix_product,
        "conv_backward_weight": conv_backward_weight_by_matrix_product,
        "conv_backward_input": conv_backward_input_by_matrix_product,
    },
    "fft": {
        "conv_backward_bias": conv_backward_bias_by_matrix_product,
        "conv_backward_weight": conv_backward_weight_by_fft,
        "conv_backward_input": conv_backward_input_by_fft,
    },
    "conv_forward": {
        "conv_backward_bias": conv_backward_bias_by_einsum,
        "conv_backward_weight": conv_backward_weight_by_conv_forward,
        "conv_backward_input": conv_backward_input_by_einsum,
    },
}
VARIANTS = {"ch07_conv_forward": FORWARD, "ch08_conv_backward": BACKWARD} | gathered("VARIANTS")
