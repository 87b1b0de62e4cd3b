"""Fast algorithms: when a transform, vectors or Winograd's tiles win, what the model says of it, and errors.

Every way must return what the windows return before anybody is timed.
"""

from dataclasses import replace
from functools import partial, reduce

import numpy as np

from cnnlab import conv_backward_input, conv_forward
from cnnlab.cost import conv_cost
from cnnlab.fft import fft_conv
from cnnlab.separable import separable_conv
from cnnlab.winograd import winograd_backward_input, winograd_forward

from ..results import Table, milliseconds
from .agree import hold
from .clock import race
from .records import figures, record
from .targets import select
from .workloads import Convolution


def winograd_rows():
    """List layers of three taps an axis: those of the 28 rows that are square and wide, a sound, a volume."""
    image = Convolution("winograd", 32, 128, 128, (3, 3), (16, 16), padding=1)
    return [
        image,
        replace(image, c_in=64, c_out=64, spatial=(32, 32)),
        replace(image, n=1, c_in=64, c_out=64, spatial=(32, 32)),
        replace(image, c_in=64, c_out=64, kernel_size=(3,), spatial=(1000,)),
        replace(image, n=4, c_in=32, c_out=32, kernel_size=(3, 3, 3), spatial=(16, 16, 16)),
    ]


def growing():
    """List, for each method, families of layers in which one size grows: the name, and (value, row)."""
    sound = Convolution("fft", 4, 4, 4, (3,), (256,))
    image, volume = (
        replace(sound, n=16, c_in=8, c_out=8, kernel_size=(3, 3), spatial=(32, 32)),
        replace(sound, kernel_size=(3, 3, 3), spatial=(16, 16, 16)),
    )
    taps = {
        "fft": [
            (sound, (3, 17, 65, 129, 255)),
            (replace(sound, spatial=(4096,)), (3, 17, 65, 129, 257)),
            (image, (3, 5, 7, 9, 11, 15)),
            (replace(image, spatial=(64, 64)), (3, 5, 7, 9, 11, 15)),
            (replace(image, n=1, c_in=1, c_out=1, spatial=(256, 256)), (3, 5, 9, 15, 31)),
            (volume, (3, 5, 7, 9)),
            (replace(volume, spatial=(32, 32, 32)), (3, 5, 7, 9)),
        ],
        "separable": [
            (replace(sound, n=16, c_in=16, c_out=16, groups=16, spatial=(64, 64)), (3, 5, 7, 11)),
            (replace(sound, n=4, c_in=3, c_out=3, groups=3, spatial=(256, 256)), (3, 5, 7, 11)),
            (replace(sound, n=4, c_in=4, c_out=4, groups=4, spatial=(32,) * 3), (3, 5, 7)),
        ],
    }
    for method, families in taps.items():
        for base, sizes in families:
            rows = [(k, replace(base, kernel_size=(k,) * len(base.spatial), padding=k // 2)) for k in sizes]
            yield method, f"taps of {base.n}; {base.c_in}→{base.c_out} on {at(base)}", rows
    for spatial in ((1024,), (32, 32), (12, 12, 12)):
        base = Convolution("winograd", 32, 1, 1, (3,) * len(spatial), spatial, padding=1)
        rows = [(c, replace(base, c_in=c, c_out=c)) for c in (4, 16, 64, 128)]
        yield "winograd", f"channels of {base.n} on {at(base)}", rows


def at(row):
    """Write a row's spatial sizes."""
    return "×".join(map(str, row.spatial))


def fast(settings):
    """List everything that is measured here."""
    return [
        *((f"winograd: {row.name}", partial(beside_pytorch, row, settings)) for row in winograd_rows()),
        *(
            (f"{method}: {family}, {value}", partial(crossing, method, family, value, row, settings))
            for method, family, rows in growing()
            for value, row in rows
        ),
        *((f"errors: {row.name}", partial(errors, row)) for row in error_rows()),
    ]


def beside_pytorch(row, settings):
    """Race Winograd's tiles, windows and PyTorch, forward and for the input's gradient, in one race."""
    import torch

    from .pytorch import CONVOLVE, tensor

    x, weight, _, dy = row.arrays("float32")
    axes, padding = len(row.spatial), row.padding
    tx, tw, tdy = map(tensor, (x, weight, dy))
    back = getattr(torch.nn.grad, f"conv{axes}d_input")

    def inferred(run):
        with torch.inference_mode():
            return run()

    runs = {
        ("inference", "cnnlab"): lambda: winograd_forward(x, weight, padding=padding),
        ("inference", "windows"): lambda: conv_forward(x, weight, padding=padding),
        ("inference", "pytorch"): lambda: inferred(lambda: CONVOLVE[axes](tx, tw, padding=padding)),
        ("dx", "cnnlab"): lambda: winograd_backward_input(dy, weight, row.spatial, padding=padding),
        ("dx", "windows"): lambda: conv_backward_input(dy, weight, row.spatial, padding=padding),
        ("dx", "pytorch"): lambda: inferred(lambda: back(tx.shape, tw, tdy, padding=padding)),
    }
    for (case, who), run in runs.items():
        hold(row, case, "float32", [runs[case, "pytorch"]()], [run()], who)
    least, rounds = race(runs, **settings)
    for case in ("inference", "dx"):
        seconds = {who: least[case, who] for who in ("cnnlab", "windows", "pytorch")}
        yield record("fast", row, case, "float32", seconds, rounds, flops=row.flops)


def problem(row):
    """Draw x, weight and, where every channel is alone, the vectors that the kernel is made of."""
    x, weight, _, _ = row.arrays("float32")
    if row.groups == 1:
        return x, weight, None
    rng = np.random.default_rng(1)
    vectors = [(rng.standard_normal(k) / k).astype(weight.dtype) for k in row.kernel_size]
    return x, np.broadcast_to(reduce(np.multiply.outer, vectors), weight.shape), vectors


def ways(row, x, weight, vectors):
    """Give the methods that can make a row's convolution; the windows first."""
    found = {"windows": lambda: conv_forward(x, weight, **row.options)}
    if vectors:
        found["separable"] = lambda: separable_conv(x, vectors, padding=row.padding)
    else:
        found["fft"] = lambda: fft_conv(x, weight, row.padding)
    if set(row.kernel_size) == {3} and not vectors:
        found["winograd"] = lambda: winograd_forward(x, weight, padding=row.padding)
    return found


def crossing(method, family, value, row, settings):
    """Race one method against the windows, and note what the model expects."""
    runs = ways(row, *problem(row))
    runs = {name: runs[name] for name in ("windows", method)}
    hold(row, method, "float32", [runs["windows"]()], [runs[method]()], method)
    least, rounds = race(runs, **settings | {"budget": settings["budget"] / 2, "warm_up": 1})
    shapes = (row.n, row.c_in, *row.spatial), (row.c_out, row.c_in // row.groups, *row.kernel_size)
    model = {
        name: figures(conv_cost(*shapes, **row.options, method=as_method).seconds)
        for name, as_method in (("windows", "direct"), (method, method))
    }
    more = {"quantity": family, "value": value, "model": model}
    return [record("fast", row, method, "float32", least, rounds, **more)]


def error_rows():
    """List layers whose errors are measured: few terms in a sum, many, large kernels, vectors, a volume."""
    image = Convolution("errors", 8, 3, 16, (3, 3), (32, 32), padding=1)
    return [
        image,
        replace(image, c_in=128, c_out=32, spatial=(16, 16)),
        replace(image, c_in=8, c_out=8, kernel_size=(15, 15), spatial=(64, 64), padding=7),
        replace(image, c_in=4, c_out=4, groups=4, kernel_size=(9, 9), padding=4),
        replace(image, c_in=16, kernel_size=(3, 3, 3), spatial=(12, 12, 12)),
    ]


def errors(row):
    """Measure each method's errors in float32 against the windows in float64.

    Relative to the root mean square of the outputs: the errors' own root mean square, and the largest.
    """
    x, weight, vectors = problem(row)
    wide = x.astype(np.float64), weight.astype(np.float64)
    if vectors:
        kernel = reduce(np.multiply.outer, [v.astype(np.float64) for v in vectors])
        wide = wide[0], np.broadcast_to(kernel, weight.shape)
    exact = conv_forward(*wide, **row.options)
    scale, found = np.sqrt(np.mean(exact**2)), {}
    for name, run in ways(row, x, weight, vectors).items():
        off = np.abs(run() - exact) / scale
        found[name] = {"rms": figures(np.sqrt(np.mean(off**2)), 3), "max": figures(off.max(), 3)}
    return [record("fast", row, "errors", "float32", {}, 1, errors=found)]


def from_where_on(points):
    """The first of growing sizes from which on a method is the faster one; nothing if it never stays so.

    >>> from_where_on([(3, 2.0), (5, 0.9), (7, 1.1), (9, 0.5), (11, 0.4)])
    9
    """
    first = None
    for size, ratio in reversed(points):
        if ratio >= 1:
            break
        first = size
    return first


def crossovers(result):
    """List from which size on each method beats the windows, measured and by the model, with both ratios."""
    families = {}
    for r in select(result["records"], section="fast", case=("fft", "separable", "winograd")):
        families.setdefault((r["case"], r["quantity"]), []).append(r)
    rows = []
    for (method, family), found in families.items():
        measured, model = (
            [(r["value"], r[part][method] / r[part]["windows"]) for r in found]
            for part in ("seconds", "model")
        )
        ratios = ", ".join(
            f"{size}: {m:.2g} ({e:.2g})" for (size, m), (_, e) in zip(measured, model, strict=True)
        )
        first = (str(from_where_on(points) or "never") for points in (measured, model))
        rows.append([method, family, *first, ratios])
    header = ["method", "what grows", "wins from", "by the model", "time beside the windows (by the model)"]
    return Table(header, rows, text=(0, 1, 4))


def beside(result):
    """List Winograd's times beside PyTorch's and the windows', in milliseconds."""
    rows = []
    for r in select(result["records"], section="fast", case=("inference", "dx")):
        times = [milliseconds(r["seconds"][who]) for who in ("cnnlab", "windows", "pytorch")]
        rows.append([r["row"], r["case"], *times, r["ratio"]])
    return Table(["row", "case", "Winograd, ms", "windows, ms", "PyTorch, ms", "ratio"], rows, text=(0, 1))


def precision(result):
    """List every method's errors in float32, in units of 1e-7 of the outputs' root mean square."""
    methods, rows = ("windows", "fft", "separable", "winograd"), []
    for r in select(result["records"], section="fast", case="errors"):
        cells = [r["errors"].get(method) for method in methods]
        rows.append([r["row"], *(f"{e['rms'] * 1e7:.2g} ({e['max'] * 1e7:.2g})" if e else "" for e in cells)])
    return Table(["row", *(f"{method}, rms (max)" for method in methods)], rows)
