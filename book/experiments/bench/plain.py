"""What pooling and whole training steps take in the plainest way: passes and products of NumPy, no more."""

import math
from itertools import product

import numpy as np

from . import limits
from .workloads import NETWORKS, Convolution, Pooling

ROOM = 2**19  # bytes of a feature map's channels to work on at a time: they stay in the second-level cache


def pooling(row, dtype):
    """Seconds of a pooling's passes, all axes at once or one after the other, whichever takes less."""
    axes = tuple(range(len(row.spatial)))
    ways = [pool(row, dtype, stages) for stages in ([axes], [(axis,) for axis in axes])]
    forward, backward = map(min, zip(*ways, strict=True))
    x, y = (row.n * row.c * math.prod(sizes) * np.dtype(dtype).itemsize for sizes in (row.spatial, row.out))
    return {
        "inference": {"passes": forward, "memory": limits.touch(x + y)},
        "step": {"passes": forward + backward, "memory": limits.touch(3 * x + 2 * y)},  # x twice and dx
    }


def pool(row, dtype, stages):
    """Pool the axes of each stage at once, a few channels at a time: the time there and back.

    The way back of max pooling finds the largest entries again and gives what is owed to the first of them.
    """
    combine = np.maximum if row.kind == "max" else np.add
    place = math.prod(row.spatial) * row.n * np.dtype(dtype).itemsize
    channels = min(row.c, max(1, ROOM // place))
    steps, x = [], np.ones((channels, *row.spatial, row.n), dtype)
    for axes in stages:
        taps = stage_taps(row, axes, x.ndim)
        steps.append((x, taps, np.empty(x[taps[0]].shape, dtype)))
        x = steps[-1][-1]

    def forward():
        for x, taps, y in steps:
            np.copyto(y, x[taps[0]])
            for tap in taps[1:]:
                combine(y, x[tap], out=y)

    def backward():
        for x, taps, owed in reversed(steps):  # y, of no more use, stands for what is owed to it
            for tap in taps:
                part = owed * (x[tap] == owed) if row.kind == "max" and tap is not taps[-1] else owed
                x[tap] = part
                owed = owed - part if row.kind == "max" and tap is not taps[-1] else owed

    def again():
        forward()
        backward()

    runs = forward, again if row.kind == "max" else backward
    return [limits.least(run) * row.c / channels for run in runs]


def stage_taps(row, axes, ndim):
    """Index what each tap of a window over some axes sees of an array (c, *sizes, N)."""
    k, step = row.kernel_size, row.stride
    runs = [[slice(t, t + step * (n - 1) + 1, step) for t in range(k)] for n in row.out]
    spatial = [runs[axis] if axis in axes else [slice(None)] for axis in range(ndim - 2)]
    return list(product([slice(None)], *spatial, [slice(None)]))


def network(name, batch, dtype="float32"):
    """Seconds of a training step's parts, layer by layer; loss, update and bookkeeping are left out."""
    spent = dict.fromkeys(("convolutions", "pooling", "relu", "dense"), 0.0)
    shape, first = (1, 28, 28), True
    for kind, *sizes in NETWORKS[name]:
        if kind == "conv":
            c_in, c_out, k, padding = sizes
            row = Convolution("", batch, c_in, c_out, (k, k), shape[1:], padding=padding)
            bounds = limits.measure(row, dtype)["without dx" if first else "step"]
            spent["convolutions"] += sum(bounds.values())
            shape, first = (c_out, *row.out), False
        elif kind == "pool":
            (k,) = sizes
            row = Pooling("max", batch, *shape[:1], shape[1:], k, k)
            spent["pooling"] += sum(pooling(row, dtype)["step"].values())
            shape = shape[0], *(n // k for n in shape[1:])
        elif kind == "relu":
            spent["relu"] += relu((*shape, batch), dtype)
        elif kind == "dense":
            d_in, d_out = sizes
            spent["dense"] += dense(batch, d_in, d_out, dtype)
            shape = (d_out,)
    return spent


def relu(shape, dtype):
    """The time of a ReLU's two passes."""
    x, y = np.ones(shape, dtype), np.empty(shape, dtype)
    return limits.least(lambda: np.maximum(x, 0, out=y)) + limits.least(lambda: np.multiply(y, x > 0, out=y))


def dense(batch, d_in, d_out, dtype):
    """The time of a dense layer's three products."""
    x, W, y = (np.ones(shape, dtype) for shape in ((d_in, batch), (d_out, d_in), (d_out, batch)))
    runs = [lambda: W @ x, lambda: W.T @ y, lambda: y @ x.T]
    return sum(map(limits.least, runs))
