"""What pooling and whole training steps take in the plainest way: passes and products of NumPy, no more."""

import math
from itertools import product

import numpy as np

from . import limits, ours
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


def network(name, optimiser, batch, dtype="float32"):
    """Seconds of a training step's parts: its layers', the loss's, the update's, and the library's calls."""
    parts = "convolutions", "pooling", "relu", "dense", "loss", "update", "calls"
    spent, learnt = dict.fromkeys(parts, 0.0), []
    shape, first = (1, 28, 28), True
    for kind, *sizes in NETWORKS[name]:
        if kind == "conv":
            c_in, c_out, k, padding = sizes
            row = Convolution("", batch, c_in, c_out, (k, k), shape[1:], padding=padding)
            bounds = limits.measure(row, dtype)["without dx" if first else "step"]
            spent["convolutions"] += sum(bounds.values()) - bounds["calls"]
            shape, first = (c_out, *row.out), False
            learnt += [c_out * c_in * k * k, c_out]
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
            learnt += [d_in * d_out, d_out]
    update = sum(UPDATES[optimiser](size, dtype) for size in learnt)
    return spent | {"loss": loss(*shape, batch, dtype), "update": update, "calls": calls(name, optimiser)}


def relu(shape, dtype):
    """The time of a ReLU's two passes."""
    x, y = np.ones(shape, dtype), np.empty(shape, dtype)
    return limits.least(lambda: np.maximum(x, 0, out=y)) + limits.least(lambda: np.multiply(y, x > 0, out=y))


def dense(batch, d_in, d_out, dtype):
    """The time of a dense layer's three products."""
    x, W, y = (np.ones(shape, dtype) for shape in ((d_in, batch), (d_out, d_in), (d_out, batch)))
    runs = [lambda: W @ x, lambda: W.T @ y, lambda: y @ x.T]
    return sum(map(limits.least, runs))


def loss(classes, batch, dtype):
    """The time of the softmax's passes, and of its gradient's."""
    scores, labels, images = np.ones((classes, batch), dtype), np.zeros(batch, int), np.arange(batch)
    shares, sums = np.empty_like(scores), np.empty(batch, dtype)

    def run():
        np.subtract(scores, np.max(scores, axis=0, out=sums), out=shares)
        np.exp(shares, out=shares)
        np.divide(shares, np.sum(shares, axis=0, out=sums), out=shares)
        mean = -np.log(shares[labels, images]).mean()
        shares[labels, images] -= 1
        np.divide(shares, batch, out=shares)
        return mean

    return limits.least(run)


def sgd(size, dtype):
    """The time of one array's step down its gradient."""
    p, g, step = np.ones((3, size), dtype)

    def run():
        np.subtract(p, np.multiply(g, 1e-3, out=step), out=p)

    return limits.least(run)


def adam(size, dtype):
    """The time of one array's step of Adam: two running means, a root and a quotient."""
    p, g, m, v, step, root = np.ones((6, size), dtype)

    def run():
        np.add(np.multiply(m, 0.9, out=m), np.multiply(g, 0.1, out=step), out=m)
        np.multiply(np.multiply(g, g, out=step), 1e-3, out=step)
        np.add(np.multiply(v, 0.999, out=v), step, out=v)
        np.add(np.sqrt(v, out=root), 1e-8, out=root)
        np.subtract(p, np.divide(np.multiply(m, 1e-3, out=step), root, out=step), out=p)

    return limits.least(run)


UPDATES = {"sgd": sgd, "adam": adam}
# One channel would go another way: depthwise.
SMALLEST = {"conv": (2, 2, 1, 0), "pool": (1,), "dense": (2, 2)}


def calls(name, optimiser, dtype="float32"):
    """The time of the same step on the smallest network of the same layers: one image, one place."""
    model = ours.sequential([(kind, *SMALLEST.get(kind, ())) for kind, *_ in NETWORKS[name]])
    x, labels = np.ones((1, 2, 1, 1), dtype), np.zeros(1, int)
    return limits.least(ours.training_step(model, optimiser, x, labels, 1e-3))
