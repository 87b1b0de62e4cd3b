"""What bounds a row: its products, the copies of its windows, the rims and biases, memory, and calls.

Each is measured alone, in the plainest way that NumPy has for it: nothing here is the library's, but `calls`.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from . import ours
from .clock import race
from .records import figures

CHUNKS = (256, 512, 1024, 2048, 4096)  # columns of a product
BOX = 2**20  # bytes of windows copied at a time: they stay in the second-level cache


def measure(row, dtype):
    """Seconds of each bound for inference, for the step, and for the step without dx."""
    forward, dx, dweight = products(row, dtype)
    gather, scatter = windows(row, dtype)
    rims, add, total = passes(row, dtype)
    x, y = row.n * row.c_in * math.prod(row.spatial), row.places * row.c_out
    call = calls(row, dtype)

    def bounds(case, products, windows, passes, moved):
        memory = touch(moved * np.dtype(dtype).itemsize)
        return {
            "products": products,
            "windows": windows,
            "passes": passes,
            "memory": memory,
            "calls": call[case],
        }

    both = forward + dweight, 2 * gather, 2 * rims + add + total, 2 * x + 2 * y  # x twice; y and dy
    back = dx, scatter, 0.0, x
    step = (there + again for there, again in zip(both, back, strict=True))
    return {
        "inference": bounds("inference", forward, gather, rims + add, x + y),
        "without dx": bounds("without dx", *both),
        "step": bounds("step", *step),
    }


def least(run, *, budget=0.02, rounds=5):
    """The least time of one thing alone."""
    return race({"": run}, budget=budget, rounds=rounds, warm_up=1)[0][""]


def products(row, dtype):
    """The row's matrix products alone, at the best of several chunks of columns: forward, dx, dweight."""
    m, k, rng = row.c_out // row.groups, row.taps, np.random.default_rng(0)
    W = rng.standard_normal((row.groups, m, k)).astype(dtype)
    WT = np.ascontiguousarray(W.swapaxes(1, 2))
    columns = {"forward": [], "dx": [], "dweight": []}
    for chunk in sorted({min(chunk, row.places) for chunk in CHUNKS}):
        X = rng.standard_normal((row.groups, k, chunk)).astype(dtype)
        Y = rng.standard_normal((row.groups, m, chunk)).astype(dtype)
        target_y, target_x = np.empty_like(Y), np.empty_like(X)
        runs = {
            "forward": lambda X=X, out=target_y: np.matmul(W, X, out=out),
            "dx": lambda Y=Y, out=target_x: np.matmul(WT, Y, out=out),
            "dweight": lambda X=X, Y=Y: np.matmul(X, Y.swapaxes(1, 2)),
        }
        found, _ = race(runs, budget=0.01, rounds=3, warm_up=1)
        for key, seconds in found.items():
            columns[key].append(seconds / chunk)
    return [min(times) * row.places for times in columns.values()]


def windows(row, dtype):
    """Copy all windows into a small array, box by box, and add them back, tap by tap: the time of each."""
    if math.prod(row.kernel_size) == row.stride == 1:  # the input is the matrix already
        return 0.0, 0.0
    padded = np.zeros((row.c_in, *(n + 2 * row.padding for n in row.spatial), row.n), dtype)
    view = window_view(row, padded)
    pieces = [view[(Ellipsis, *box, slice(None))] for box in boxes(row, padded.itemsize)]
    room = np.zeros(max(piece.size for piece in pieces), dtype)

    def gather():
        for piece in pieces:
            np.copyto(room[: piece.size].reshape(piece.shape), piece)

    def scatter():
        for piece in pieces:
            columns = room[: piece.size].reshape(piece.shape)
            for tap in np.ndindex(*row.kernel_size):
                piece[(slice(None), *tap)] += columns[(slice(None), *tap)]

    return least(gather), least(scatter)


def passes(row, dtype):
    """Surround x with its rim; add the bias to y; sum dy for the bias's gradient: the time of each."""
    x, y = np.ones((row.c_in, *row.spatial, row.n), dtype), np.ones((row.c_out, *row.out, row.n), dtype)
    bias = np.ones((row.c_out, *[1] * (y.ndim - 1)), dtype)
    sizes = row.c_in, *(n + 2 * row.padding for n in row.spatial), row.n
    inside = (slice(None), *(slice(row.padding, row.padding + n) for n in row.spatial))

    def rim():
        padded = np.zeros(sizes, dtype)
        padded[inside] = x

    def total():
        y.sum(axis=tuple(range(1, y.ndim)))

    return least(rim) if row.padding else 0.0, least(lambda: np.add(y, bias, out=y)), least(total)


def window_view(row, padded):
    """See every window: (C, *padded, N) -> (C, *kernel, *out, N)."""
    axes = len(row.spatial)
    extents = tuple(row.dilation * (k - 1) + 1 for k in row.kernel_size)
    view = sliding_window_view(padded, extents, tuple(range(1, 1 + axes)), writeable=True)
    step, apart = (slice(None, None, s) for s in (row.stride, row.dilation))
    view = view[(slice(None), *[step] * axes, slice(None), *[apart] * axes)]  # (C, *out, N, *kernel)
    return view.transpose(0, *range(axes + 2, 2 * axes + 2), *range(1, axes + 1), axes + 1)


def boxes(row, itemsize):
    """Cut the output's places into boxes whose windows take about so many bytes: slices of its axes."""
    axis, size = len(row.out), row.c_in * math.prod(row.kernel_size) * row.n * itemsize
    while axis and size * row.out[axis - 1] <= BOX:
        axis -= 1
        size *= row.out[axis]
    if axis == 0:
        return [tuple(slice(0, n) for n in row.out)]
    rows = max(1, BOX // size)
    return [
        (
            *(slice(i, i + 1) for i in outer),
            slice(start, start + rows),
            *(slice(0, n) for n in row.out[axis:]),
        )
        for outer in np.ndindex(*row.out[: axis - 1])
        for start in range(0, row.out[axis - 1], rows)
    ]


def calls(row, dtype):
    """The time of the same calls on the smallest problem of their kind: one image, one place."""
    extents = tuple(max(1, row.dilation * (k - 1) + 1 - 2 * row.padding) for k in row.kernel_size)
    channels = row.groups * (1 if row.groups == row.c_in else 2)  # one to a group is another way: depthwise
    empty = replace(row, n=1, c_in=channels, c_out=channels, spatial=extents)
    runs = ours.convolution(empty, *empty.arrays(dtype))
    return {case: least(runs[case]) for case in ("inference", "without dx", "step")}


def touch(size, **settings):
    """The time to move so many bytes in all, read and written, from one array to another."""
    source = np.ones(max(1, int(size) // 2), np.uint8)
    target = np.empty_like(source)
    return least(lambda: np.copyto(target, source), **settings)


def peaks(budget):
    """What this core can do at most: matrix products, and copies within its caches and beyond them."""
    found = {}
    for dtype in ("float32", "float64"):
        a, b, c = (np.ones((1024, 1024), dtype) for _ in range(3))
        seconds = least(lambda a=a, b=b, c=c: np.matmul(a, b, out=c), budget=budget, rounds=10)
        found[f"matmul {dtype}, GFLOP/s"] = 2 * 1024**3 / seconds / 1e9
    for where, size in (("256 kB", 2**18), ("16 MB", 2**24), ("256 MB", 2**28)):
        found[f"copy of {where}, GB/s"] = size / touch(size, budget=budget) / 1e9
    return {key: figures(value, 3) for key, value in found.items()}


def torch_peak(budget):
    """PyTorch's matrix product, in the same measure."""
    import torch

    a, b, c = (torch.ones(1024, 1024) for _ in range(3))
    seconds = least(lambda: torch.mm(a, b, out=c), budget=budget, rounds=10)
    return {"PyTorch matmul float32, GFLOP/s": figures(2 * 1024**3 / seconds / 1e9, 3)}
