"""Hidden checks of exercise 9. Instructors only.

A misconception is charged once: the default stride, windows that do not divide and negative winners belong to
the first rung, overlap to that of ties; a case with more in it `needs` the capabilities that it stands on.
"""

import numpy as np

from cnnlab import output_size
from cnnlab.checks import Case
from cnnlab.checks import ch09_pool as public
from cnnlab.checks.draw import digits, distinct, single
from cnnlab.checks.record import recorded

from .mistakes import MISTAKES

WAYS = {"layout": "C", "asks": "values", "needs": ()}


def pooled(kind, x, kernel_size, **options):
    """Ask for a pooled picture."""
    ways, options = _split(options)
    return Case(f"{kind}_pool_forward", {"x": x, "kernel_size": kernel_size}, options, **ways)


def paid(rng, kind, x, kernel_size, *, dtype=float, **options):
    """Ask for dx under a dy without zeros, no two of the same size."""
    ways, options = _split(options)
    dy = distinct(rng, *x.shape[:2], *_out(x, kernel_size, options)).astype(dtype)
    args = {"dy": dy, "x": x, "kernel_size": kernel_size}
    return Case(f"{kind}_pool_backward", args, options, **ways)


def _out(x, kernel_size, options):
    stride = options.get("stride")
    geometry = {"stride": kernel_size if stride is None else stride, "padding": options.get("padding", 0)}
    return output_size(x.shape[2:], kernel_size, **geometry)


def _split(options):
    return {name: options.get(name, WAYS[name]) for name in WAYS}, {
        n: v for n, v in options.items() if n not in WAYS
    }


def above(rng, *shape):
    """Draw a permutation of counting numbers: no ties, and 0 does not win."""
    return rng.permutation(np.arange(1.0, np.prod(shape) + 1)).reshape(shape)


def few(rng, *shape):
    """Draw from three numbers alone: most windows have ties."""
    return rng.integers(1, 4, shape).astype(float)


def forward(rng):
    fixed = np.random.default_rng(9)
    n = int(rng.integers(2, 4))
    return [
        pooled("max", distinct(fixed, 1, 1, 4, 6), 2),
        pooled("max", distinct(rng, n, 3, 5, 7), 2),
        pooled("max", distinct(rng, 2, 2, 6, 9), 3, layout="strided"),
        pooled("max", distinct(rng, 1, 2, 5, int(rng.integers(5, 8))), 3, stride=int(rng.integers(1, 3))),
        pooled("max", -above(rng, 1, 1, 5, 6), 3, stride=2, padding=1),
        pooled("max", -above(rng, 2, 1, 3, 4), 2, stride=1, padding=1),
        pooled("max", single(distinct(rng, 2, 2, 4, 4)), 2, stride=2),
        pooled("max", rng.integers(0, 256, (1, 2, 4, 6)).astype(np.uint8), 2),
        pooled("max", -above(rng, 1, 1, 4, 4).astype(int), 2, stride=2, padding=1),
        pooled("max", -1e30 * above(rng, 1, 1, 4, 4), 2, stride=2, padding=1),
        *recorded(public.raised, distinct(rng, 2, 1, 5, 4), 2, 2),
        pooled("max", distinct(rng, 2, 2, 4, 4), 2, asks="unchanged"),
        pooled("max", distinct(rng, 2, 2, 5, 4), 3, stride=1, padding=1, asks="unchanged"),
    ]


def backward(rng):
    fixed = np.random.default_rng(9)
    n = int(rng.integers(2, 4))
    whole = above(rng, 2, 1, 4, 6).astype(int)
    halves = paid(rng, "max", whole, 2, stride=2)
    alone = -above(rng, 1, 2, 2, 2)
    alone[0, 0, 0, 0] = -9  # the smallest of all wins, for it has no rival in the picture
    return [
        paid(fixed, "max", above(fixed, 1, 1, 4, 6), 2, stride=2),
        paid(rng, "max", above(rng, n, 3, 4, 8), 2, stride=2, layout="strided"),
        paid(rng, "max", above(rng, 2, 2, 6, 6), 3, stride=3),
        paid(rng, "max", above(rng, 1, 2, 6, 5), 2, stride=3),
        paid(rng, "max", above(rng, 2, 1, 5, 5), 3, stride=3, padding=1),
        halves.changed(dy=halves.args["dy"] / 2),
        paid(rng, "max", above(rng, 1, 2, 4, 4), 2, stride=2, dtype=int),
        paid(rng, "max", single(above(rng, 2, 2, 4, 4)), 2, stride=2, dtype=np.float32),
        *recorded(public.all_paid, distinct(rng, 2, 2, 2, 3), above(rng, 2, 2, 4, 6), 2, 2),
        paid(rng, "max", above(rng, 2, 2, 4, 6), 2, stride=2, asks="unchanged"),
        paid(rng, "max", above(rng, 2, 2, 5, 6), 3, stride=1, padding=1, asks="unchanged"),
        paid(rng, "max", distinct(rng, 2, 2, 5, 7), 2, needs=("forward",)),
        paid(rng, "max", -above(rng, 2, 1, 5, 5), 3, stride=3, padding=1, needs=("forward",)),
        paid(rng, "max", alone, 2, stride=2, padding=1, needs=("forward",)),
    ]


def ties(rng):
    fixed = np.random.default_rng(9)
    near = 1 + above(rng, 1, 2, 4, 4) / 2**40
    return [
        paid(fixed, "max", few(fixed, 1, 1, 4, 6), 2, stride=2),
        paid(rng, "max", few(rng, 2, 2, 6, 6), 3, stride=3),
        paid(rng, "max", above(rng, 2, 1, 5, int(rng.integers(5, 8))), 3, stride=1),
        paid(rng, "max", above(rng, 1, 2, 7, 5), 3, stride=2),
        paid(rng, "max", few(rng, 2, 2, 5, 6), 3, stride=int(rng.integers(1, 3))),
        paid(rng, "max", few(rng, 2, 1, 4, 5), 3, stride=1, padding=1),
        paid(rng, "max", np.full((1, 2, 4, 4), float(rng.integers(1, 9))), 2, stride=1),
        paid(rng, "max", np.full((1, 2, 5, 5), float(rng.integers(1, 9))), 3, stride=2, padding=1),
        paid(rng, "max", near, 2, stride=2),
        *recorded(public.earlier_wins, distinct(rng, 1, 2, 3, 4), few(rng, 1, 2, 4, 5), 2, 1),
        paid(rng, "max", -few(rng, 2, 1, 5, 5), 3, stride=2, padding=1, needs=("forward",)),
    ]


def average(rng):
    fixed = np.random.default_rng(9)
    n = int(rng.integers(2, 4))
    pixels = rng.integers(128, 256, (2, 1, 4, 6)).astype(np.uint8)
    whole = paid(rng, "avg", digits(rng, 1, 2, 4, 4).astype(int), 2, stride=2, dtype=int)
    return [
        pooled("avg", digits(fixed, 1, 1, 4, 6), 2, stride=2),
        paid(fixed, "avg", digits(fixed, 1, 1, 4, 6), 2, stride=2),
        pooled("avg", digits(rng, n, 3, 6, 9), 3, stride=3, layout="strided"),
        pooled("avg", digits(rng, 2, 2, 5, int(rng.integers(5, 8))), 3, stride=1),
        pooled("avg", digits(rng, 1, 2, 5, 6), 3, stride=2, padding=1),
        pooled("avg", pixels, 2, stride=2),
        paid(rng, "avg", digits(rng, n, 3, 4, 8), 2, stride=2, layout="strided"),
        paid(rng, "avg", digits(rng, 2, 1, 6, 5), 2, stride=3),
        paid(rng, "avg", digits(rng, 2, 1, 5, 5), 3, stride=3, padding=1),
        whole,
        *recorded(public.adjoint, distinct(rng, 2, 2, 2, 3), digits(rng, 2, 2, 4, 6), 2, 2),
        pooled("avg", digits(rng, 2, 2, 4, 4), 2, stride=2, asks="unchanged"),
        paid(rng, "avg", digits(rng, 2, 2, 4, 4), 2, stride=2, asks="unchanged"),
        pooled("avg", digits(rng, 2, 2, 5, 7), 2, needs=("forward",)),
        paid(rng, "avg", digits(rng, 2, 2, 5, 7), 2, needs=("forward",)),
        paid(rng, "avg", digits(rng, 2, 1, 5, 6), 3, stride=1, padding=1, needs=("ties",)),
    ]


def lp(rng):
    fixed = np.random.default_rng(9)
    pixels = rng.integers(64, 256, (1, 1, 4, 4)).astype(np.uint8)
    blank = digits(rng, 2, 1, 4, 6)
    blank[0, 0, :2, 2:4] = 0
    blank[1, 0, 2:, :2] = 0
    p, spotted = float(rng.choice([1.5, 2.5])), digits(rng, 2, 1, 4, 6)
    spotted[..., ::2, ::2] = 0  # a zero in every window
    return [
        pooled("lp", digits(fixed, 1, 1, 4, 6), 2, stride=2),
        paid(fixed, "lp", digits(fixed, 1, 1, 4, 6), 2, stride=2),
        pooled("lp", digits(rng, 2, 2, 6, 6), 3, stride=3, p=3),
        pooled("lp", digits(rng, 2, 3, 4, 5), 2, stride=1, p=1, layout="strided"),
        pooled("lp", digits(rng, 1, 2, 5, 5), 3, stride=2, padding=1, p=p),
        pooled("lp", blank, 2, stride=2, p=3),
        pooled("lp", digits(rng, 1, 2, 4, 4), 2, stride=2, padding=1),
        pooled("lp", pixels, 2, stride=2),
        paid(rng, "lp", blank, 2, stride=2),
        paid(rng, "lp", digits(rng, 2, 3, 4, 6), 2, stride=2, p=3, layout="strided"),
        paid(rng, "lp", digits(rng, 2, 1, 6, 6), 3, stride=3, p=p),
        paid(rng, "lp", digits(rng, 2, 1, 4, 4), 2, stride=2, p=1),
        paid(rng, "lp", spotted, 2, stride=2, p=1),
        paid(rng, "lp", digits(rng, 1, 1, 4, 4), 2, stride=2, p=1, dtype=int),
        paid(rng, "lp", digits(rng, 1, 1, 4, 4).astype(int), 2, stride=2),
        paid(rng, "lp", digits(rng, 2, 1, 5, 5), 3, stride=3, padding=1),
        *recorded(public.doubled, digits(rng, 1, 1, 4, 4), 2, 2),
        *recorded(public.scaled, distinct(rng, 1, 1, 2, 2), digits(rng, 1, 1, 4, 4), 2, 2),
        pooled("lp", digits(rng, 2, 2, 4, 4), 2, stride=2, asks="unchanged"),
        paid(rng, "lp", digits(rng, 2, 2, 4, 4), 2, stride=2, asks="unchanged"),
        pooled("lp", digits(rng, 2, 1, 5, 7), 2, needs=("forward",)),
        paid(rng, "lp", digits(rng, 2, 1, 5, 7), 2, needs=("forward",)),
        paid(rng, "lp", digits(rng, 2, 1, 5, 6), 3, stride=1, padding=1, p=3, needs=("ties",)),
    ]


def axes(rng):
    fixed = np.random.default_rng(9)
    n = int(rng.integers(2, 4))
    flat = {"stride": (2, 3), "padding": ((1, 0), (1, 1))}
    deep = {"stride": (1, 2, 1), "padding": ((1, 0), (0, 0), (1, 1))}
    rim = {"stride": (2, 3), "padding": (1, 0)}
    volume = (4, 5, 3)
    return [
        pooled("max", distinct(fixed, 1, 1, 4, 6), (2, 3)),
        pooled("max", distinct(rng, 2, 2, 2 * n + 2), 2, stride=2),
        pooled("max", distinct(rng, 1, 2, 4, 3, 4), (2, 1, 4), stride=(2, 1, 4)),
        *recorded(public.turned, distinct(rng, 1, 2, 4, 3, 6), (2, 1, 3)),
        paid(rng, "max", above(rng, 2, 2, 2 * n + 2), 2, stride=2),
        paid(rng, "max", above(rng, n, 2, 4, 6), (2, 3), stride=(2, 3)),
        paid(rng, "max", above(rng, 1, 2, 4, 3, 4), (2, 3, 1), stride=(2, 3, 1)),
        pooled("avg", digits(rng, n, 2, 4, 6), (2, 3), stride=(2, 3)),
        pooled("avg", digits(rng, 1, 2, 4, 2, 6), 2, stride=2),
        paid(rng, "avg", digits(rng, n, 2, 4, 6), (2, 3), stride=(2, 3)),
        paid(rng, "avg", digits(rng, 2, 1, 9), 3, stride=3),
        pooled("lp", digits(rng, n, 2, 4, 6), (2, 3), stride=(2, 3)),
        pooled("lp", digits(rng, 1, 2, 4, 3, 4), (2, 1, 4), stride=(2, 1, 4)),
        paid(rng, "lp", digits(rng, n, 2, 4, 6), (2, 3), stride=(2, 3)),
        paid(rng, "lp", digits(rng, 1, 2, 4, 2, 6), 2, stride=2),
        pooled("max", distinct(rng, 2, 2, 7, 8), (2, 3), **flat, needs=("forward",)),
        pooled("max", -above(rng, 2, 1, *volume), (2, 3, 2), **deep, needs=("forward",)),
        pooled("avg", digits(rng, 2, 1, *volume), (2, 3, 2), **deep, needs=("average",)),
        pooled("lp", digits(rng, 2, 1, *volume), (2, 3, 2), **deep, needs=("lp",)),
        paid(rng, "max", few(rng, 2, 2, 7, 8), (2, 3), **flat, needs=("backward", "ties")),
        paid(rng, "max", few(rng, 2, 1, *volume), (2, 3, 2), **deep, needs=("backward", "ties")),
        paid(rng, "avg", digits(rng, 2, 1, *volume), (2, 3, 2), **deep, needs=("ties", "average")),
        paid(rng, "lp", digits(rng, 2, 1, *volume), (2, 3, 2), **deep, needs=("ties", "lp")),
        paid(rng, "max", distinct(rng, 2, 1, 7, 8), (2, 3), needs=("forward", "backward")),
        pooled("max", distinct(rng, 1, 1, 4, 6), (2, 3), **rim, needs=("forward",)),
        pooled("avg", digits(rng, 1, 1, 4, 6), (2, 3), **rim, needs=("average",)),
        pooled("lp", digits(rng, 1, 1, 4, 6), (2, 3), **rim, needs=("lp",)),
        paid(rng, "max", above(rng, 1, 1, 4, 6), (2, 3), **rim, needs=("backward",)),
        paid(rng, "avg", digits(rng, 1, 1, 4, 6), (2, 3), **rim, needs=("average",)),
        paid(rng, "lp", digits(rng, 1, 1, 4, 6), (2, 3), **rim, needs=("lp",)),
        pooled("avg", digits(rng, 1, 1, 5, 7), (2, 3), needs=("forward", "average")),
        pooled("lp", digits(rng, 1, 1, 5, 7), (2, 3), needs=("forward", "lp")),
        paid(rng, "avg", digits(rng, 1, 1, 5, 7), (2, 3), needs=("forward", "average")),
        paid(rng, "lp", digits(rng, 1, 1, 5, 7), (2, 3), needs=("forward", "lp")),
    ]


EXERCISE = public.EXERCISE.with_hidden(
    {
        "forward": forward,
        "backward": backward,
        "ties": ties,
        "average": average,
        "lp": lp,
        "axes": axes,
    },
    MISTAKES,
)
