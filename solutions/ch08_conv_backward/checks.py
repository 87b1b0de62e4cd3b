"""Hidden checks of exercise 8. Instructors only.

A misconception is charged once: in option cases the right gradients are point-symmetric, so that a turned one
is not seen there; a case with more in it `needs` the capabilities that it stands on.
"""

from dataclasses import replace

import numpy as np

from cnnlab import output_size
from cnnlab.checks import Case
from cnnlab.checks import ch08_conv_backward as public
from cnnlab.checks.draw import digits, distinct, mirrored, remainder, single
from cnnlab.checks.record import recorded

from .mistakes import MISTAKES

WAYS = {"layout": "C", "asks": "values", "needs": ()}


def of_input(rng, spatial, weight, *, images=1, dtype=float, **options):
    """Ask for dx under a dy without zeros."""
    ways, options = _split(options)
    dy = digits(rng, images, len(weight), *_out(spatial, weight.shape[2:], options)).astype(dtype)
    return Case("conv_backward_input", {"dy": dy, "weight": weight, "spatial": spatial}, options, **ways)


def of_weight(rng, x, filters, kernel_size, *, dtype=float, **options):
    """Ask for dweight under a dy without zeros."""
    ways, options = _split(options)
    dy = digits(rng, len(x), filters, *_out(x.shape[2:], kernel_size, options)).astype(dtype)
    return Case("conv_backward_weight", {"dy": dy, "x": x, "kernel_size": kernel_size}, options, **ways)


def symmetric(rng, spatial, kernel_size, *, channels=1, **options):
    """Ask for a dweight that is point-symmetric: so are dy and the part of x that windows read."""
    out = _out(spatial, kernel_size, options)
    dy = mirrored(digits(rng, 1, channels, *out), len(out))
    step, holes, rim = (np.broadcast_to(options.get(o, 1 - (o == "padding")), len(out)) for o in WINDOW)
    read = [
        (o - 1) * s + (k - 1) * d + 1 - 2 * p
        for o, s, k, d, p in zip(out, step, kernel_size, holes, rim, strict=True)
    ]
    x = digits(rng, 1, channels, *spatial)
    inside = (..., *[slice(0, n) for n in read])
    x[inside] = mirrored(x[inside], len(read))
    return Case("conv_backward_weight", {"dy": dy, "x": x, "kernel_size": kernel_size}, options)


WINDOW = ("stride", "dilation", "padding")


def _out(spatial, kernel_size, options):
    return output_size(spatial, kernel_size, **{name: options[name] for name in WINDOW if name in options})


def _split(options):
    return {name: options.get(name, WAYS[name]) for name in WAYS}, {
        n: v for n, v in options.items() if n not in WAYS
    }


def property_of(statement, *args):
    """Record a property's calls; where it is about an option, the call without needs what it stands on."""
    cases = recorded(statement, *args)
    with_options = any(case.options for case in cases)
    return [replace(case, needs=("input",)) if with_options and not case.options else case for case in cases]


def even(rng, *kernel_size):
    """Draw one kernel that looks the same upside down."""
    return mirrored(distinct(rng, 1, 1, *kernel_size), len(kernel_size))


def bias_gradient(rng):
    def of_bias(dy, **ways):
        return Case("conv_backward_bias", {"dy": dy}, **ways)

    fixed = np.arange(1.0, 121).reshape(2, 3, 4, 5)
    return [
        of_bias(fixed),
        of_bias(distinct(rng, 3, 2, int(rng.integers(3, 7)))),
        of_bias(distinct(rng, 2, 3, 2, 3, int(rng.integers(3, 5))), layout="strided"),
        of_bias(distinct(rng, 2, 2, 3, 4).astype(int)),
        *property_of(public.places_shuffled, distinct(rng, 3, 4, 2, 3)),
        of_bias(distinct(rng, 2, 2, 3, 2), asks="unchanged"),
    ]


def weight_gradient(rng):
    fixed, c = np.random.default_rng(8), int(rng.integers(2, 4))
    pixels = rng.integers(1, 256, (1, 1, 5, 4)).astype(np.uint8)
    everything = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}
    x, w = digits(rng, 2, 2, 5, 4), distinct(rng, 3, 2, 2, 3)
    dy, parts = digits(rng, 2, 3, 4, 2), digits(rng, 1, 1, 4, 4)
    parts[0, 0, 0, 0] += 1 / 64  # so that the first tap's sums are not whole, though dy is
    return [
        of_weight(fixed, digits(fixed, 2, 2, 6, 5), 3, (2, 3)),
        of_weight(rng, digits(rng, 2, c, 4, 5), c, (3, 2), layout="strided"),
        of_weight(rng, single(digits(rng, 3, c + 1, 5, 4)), c, (2, 2), dtype=np.float32),
        of_weight(rng, pixels, 2, (2, 3)),
        of_weight(rng, parts, 2, (2, 2), dtype=int),
        *property_of(public.adjoint_weight, dy, x, w),
        of_weight(rng, digits(rng, 2, 2, 4, 4), 2, (2, 2), asks="unchanged"),
        of_weight(rng, digits(rng, 2, 4, 6, 5), 2, (2, 2), asks="unchanged", **everything),
    ]


def input_gradient(rng):
    fixed, c = np.random.default_rng(8), int(rng.integers(2, 4))
    everything = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}
    x, w = digits(rng, 2, 2, 5, 4), distinct(rng, 3, 2, 2, 3)
    dy, whole = digits(rng, 2, 3, 4, 2), of_input(rng, (4, 5), distinct(rng, 2, 2, 2, 2).astype(int))
    return [
        of_input(fixed, (5, 4), distinct(fixed, 3, 3, 2, 3), images=2),
        of_input(rng, (4, 5), distinct(rng, c, c, 3, 2), images=2, layout="strided"),
        of_input(rng, (5, 4), single(distinct(rng, c, c + 1, 2, 2)), images=3, dtype=np.float32),
        of_input(rng, (4, 4), distinct(rng, 2, 1, 2, 2) / 2, dtype=int),
        replace(whole, args={**whole.args, "dy": whole.args["dy"] / 2}),
        *property_of(public.adjoint_input, dy, x, w),
        of_input(rng, (4, 4), distinct(rng, 2, 2, 2, 2), images=2, asks="unchanged"),
        of_input(rng, (6, 5), distinct(rng, 2, 2, 2, 2), images=2, asks="unchanged", **everything),
    ]


def padding(rng):
    fixed, p = np.random.default_rng(8), int(rng.integers(1, 3))
    larger = distinct(rng, 1, 1, 5, 6)
    return [
        of_input(fixed, (4, 5), np.array([[[[1.0, -2, 4], [4, -2, 1]]]]), padding=(1, 2)),
        symmetric(fixed, (4, 5), (2, 3), padding=(1, 2)),
        of_input(rng, (4, 3), even(rng, 3, 2), padding=((0, p), (2, 1))),
        of_input(rng, (4, 5), even(rng, 2, 4), padding="same"),
        of_input(rng, (2, 3), even(rng, 2, 3), padding="full"),
        symmetric(rng, (3, 4), (3, 2), padding=p),
        *property_of(public.cropped, larger, even(rng, 2, 2), (4, 3), (1, 2)),
        of_input(rng, (4, 4), distinct(rng, 2, 1, 2, 3), padding=p, needs=("input",)),
        of_weight(rng, digits(rng, 1, 1, 4, 3), 2, (3, 2), padding=((0, p), (2, 1)), needs=("weight",)),
        of_weight(rng, digits(rng, 2, 1, 4, 4), 1, (2, 3), padding="same", needs=("weight",)),
    ]


def stride(rng):
    fixed, s = np.random.default_rng(8), int(rng.integers(2, 4))
    uneven = (remainder(rng, 2, s + 1), remainder(rng, 3, s))
    return [
        of_input(fixed, (8, 9), np.array([[[[1.0, -2], [3, 3], [-2, 1]]]]), stride=(2, 3)),
        symmetric(fixed, (8, 9), (3, 2), stride=(2, 3)),
        of_input(rng, uneven, even(rng, 2, 3), stride=(s + 1, s)),
        symmetric(rng, uneven, (2, 3), stride=(s + 1, s)),
        *property_of(public.zeros_between, distinct(rng, 1, 1, 3, 2), even(rng, 2, 2), (7, 5), (2, 3)),
        of_input(rng, uneven, distinct(rng, 2, 1, 2, 3), stride=(s + 1, s), needs=("input",)),
        of_weight(rng, digits(rng, 2, 1, *uneven), 2, (2, 3), stride=(s + 1, s), needs=("weight",)),
    ]


def dilation(rng):
    fixed, d = np.random.default_rng(8), int(rng.integers(2, 4))
    return [
        of_input(fixed, (7, 6), np.array([[[[1.0, -2], [3, 3], [-2, 1]]]]), dilation=(2, 3)),
        symmetric(fixed, (7, 6), (3, 2), dilation=(2, 3)),
        of_input(rng, (7, 6), even(rng, 2, 3), dilation=(d, 2)),
        symmetric(rng, (6, 7), (2, 2), dilation=(2, d)),
        *property_of(public.holes, distinct(rng, 1, 1, 2, 3), even(rng, 2, 2), (3, 6), (1, 3)),
        of_input(rng, (6, 7), distinct(rng, 2, 1, 2, 2), dilation=d, needs=("input",)),
        of_weight(rng, digits(rng, 2, 1, 6, 7), 2, (2, 2), dilation=d, needs=("weight",)),
    ]


def groups(rng):
    fixed = np.random.default_rng(8)
    each = np.array([[[[1.0, -2], [-2, 1]]], [[[3.0, 5], [5, 3]]]])
    three = mirrored(distinct(rng, 3, 1, 2, 3), 2)
    dy, x = distinct(rng, 1, 2, 3, 2), digits(rng, 1, 2, 4, 3)
    return [
        of_input(fixed, (4, 3), each, groups=2),
        symmetric(fixed, (4, 3), (2, 2), channels=2, groups=2),
        of_input(rng, (3, 4), three, groups=3),
        symmetric(rng, (3, 4), (2, 3), channels=3, groups=3),
        *property_of(public.halves, dy, x, mirrored(distinct(rng, 2, 1, 2, 2), 2)),
        of_input(rng, (4, 3), distinct(rng, 6, 2, 2, 2), images=2, groups=2, needs=("input",)),
        of_weight(rng, digits(rng, 2, 4, 4, 3), 6, (2, 2), groups=2, needs=("weight",)),
    ]


def axes(rng):
    fixed = np.random.default_rng(8)
    uneven = {"stride": (2, 3, 1), "padding": ((1, 0), (0, 2), (1, 1)), "dilation": (1, 2, 2), "groups": 2}
    flat = {"stride": (2, 3), "padding": "same", "dilation": (3, 2), "groups": 2}
    line = {"stride": 2, "padding": ((2, 1),), "dilation": 2}
    needs = ("padding", "stride", "dilation", "groups")
    x, w = digits(rng, 1, 1, 3, 4, 3), distinct(rng, 1, 1, 2, 3, 2)
    return [
        of_input(fixed, (7,), distinct(fixed, 1, 1, 3)),
        of_weight(fixed, digits(fixed, 1, 1, 7), 1, (3,)),
        of_input(fixed, (4, 3, 5), distinct(fixed, 1, 1, 2, 1, 3)),
        of_weight(fixed, digits(fixed, 1, 1, 4, 3, 5), 1, (2, 1, 3)),
        of_input(rng, (int(rng.integers(6, 9)),), distinct(rng, 1, 1, 4)),
        of_weight(rng, digits(rng, 1, 1, int(rng.integers(6, 9))), 1, (4,)),
        *property_of(public.adjoint_input, digits(rng, 1, 1, 2, 2, 2), x, w),
        *property_of(public.adjoint_weight, digits(rng, 1, 1, 2, 2, 2), x, w),
        of_input(rng, (4, 5, 4), distinct(rng, 4, 2, 2, 2, 2), images=2, **uneven, needs=("input", *needs)),
        of_weight(rng, digits(rng, 2, 4, 4, 5, 4), 4, (2, 2, 2), **uneven, needs=("weight", *needs)),
        of_input(rng, (5, 6), distinct(rng, 4, 2, 2, 3), images=2, **flat, needs=("input", *needs)),
        of_weight(rng, digits(rng, 2, 4, 5, 6), 4, (2, 3), **flat, needs=("weight", *needs)),
        of_input(rng, (9,), distinct(rng, 2, 3, 3), images=2, **line, needs=("input", *needs)),
        of_weight(rng, digits(rng, 2, 3, 9), 2, (3,), **line, needs=("weight", *needs)),
    ]


EXERCISE = public.EXERCISE.with_hidden(
    {
        "bias": bias_gradient,
        "weight": weight_gradient,
        "input": input_gradient,
        "padding": padding,
        "stride": stride,
        "dilation": dilation,
        "groups": groups,
        "axes": axes,
    },
    MISTAKES,
)
