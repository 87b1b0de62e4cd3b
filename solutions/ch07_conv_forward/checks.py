"""Hidden checks of exercise 7. Instructors only.

A misconception is charged once: option cases have point-symmetric kernels and one channel, so that a flip
shows in the climb alone; a case with more in it `needs` the capabilities that it stands on.
"""

import numpy as np

from cnnlab.checks import Case
from cnnlab.checks import ch07_conv_forward as public
from cnnlab.checks.draw import digits, distinct, mirrored, remainder, single
from cnnlab.checks.record import recorded

from .mistakes import MISTAKES


def forward(x, weight, bias=None, *, layout="C", asks="values", needs=(), **options):
    args = {"x": x, "weight": weight} | ({} if bias is None else {"bias": bias})
    return Case("conv_forward", args, options, layout, asks, needs)


def property_of(statement, *args):
    return recorded(statement, *args)


def picture(rng, *spatial):
    return digits(rng, 1, 1, *spatial)


def even(rng, *kernel_size):
    """Draw one kernel that looks the same upside down."""
    return mirrored(distinct(rng, 1, 1, *kernel_size), len(kernel_size))


def one_axis(rng):
    return [
        forward(np.array([[[3.0, -1, 4, 1, -5, 9, 2]]]), np.array([[[2.0, -3, 1]]])),
        forward(picture(rng, rng.integers(6, 10)), distinct(rng, 1, 1, 3)),
        forward(picture(rng, rng.integers(6, 10)), distinct(rng, 1, 1, rng.choice([2, 4]))),
        *property_of(public.shift, picture(rng, 8), distinct(rng, 1, 1, 3)),
    ]


def two_axes(rng):
    pixels = rng.integers(0, 256, (1, 1, 4, 5))
    counts = rng.integers(20_000_000, 90_000_000, (1, 1, 4, 3)) * 2 + 1  # float32 would round them
    return [
        forward(np.arange(1.0, 21).reshape(1, 1, 5, 4) % 7, np.array([[[[1.0, -2, 3], [0, 4, -1]]]])),
        forward(picture(rng, rng.integers(4, 6), rng.integers(6, 8)), distinct(rng, 1, 1, 2, 3)),
        forward(picture(rng, rng.integers(6, 8), rng.integers(4, 6)), distinct(rng, 1, 1, 4, 1)),
        forward(pixels.astype(np.uint8), distinct(rng, 1, 1, 2, 2) / 2),
        forward(np.maximum(pixels, 128).astype(np.uint8), np.array([[[[3, 1], [2, 5]]]], np.uint8)),
        forward(counts, distinct(rng, 1, 1, 2, 2).astype(int)),
        *property_of(public.transpose, picture(rng, 5, 4), distinct(rng, 1, 1, 3, 2)),
    ]


def channels(rng):
    c = int(rng.integers(2, 4))
    everything = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}
    fixed = np.random.default_rng(7)
    return [
        forward(digits(fixed, 2, 2, 6, 5), distinct(fixed, 3, 2, 3, 2)),
        forward(digits(rng, 2, c, 4, 5), distinct(rng, c, c, 2, 3), layout="strided"),
        forward(single(digits(rng, 3, c + 1, 5, 3)), single(distinct(rng, c, c + 1, 3, 2))),
        *property_of(public.alone, digits(rng, 2, c, 4, 4), distinct(rng, 3, c, 2, 2)),
        forward(digits(rng, 2, 2, 5, 4), distinct(rng, 2, 2, 2, 2), distinct(rng, 2), asks="unchanged"),
        forward(
            digits(rng, 2, 4, 6, 5),
            distinct(rng, 2, 2, 2, 2),
            distinct(rng, 2),
            asks="unchanged",
            **everything,
        ),
    ]


def bias(rng):
    return [
        forward(np.arange(1.0, 13).reshape(1, 1, 4, 3), np.array([[[[1.0, -2], [-2, 1]]]]), np.array([5.0])),
        forward(picture(rng, 4, 5), even(rng, 3, 2), digits(rng, 1)),
        forward(picture(rng, 7), distinct(rng, 1, 1, 3), digits(rng, 1), needs=("1d",)),
        forward(digits(rng, 4, 2, 4, 5), distinct(rng, 3, 2, 2, 3), distinct(rng, 3), needs=("channels",)),
        *property_of(public.bias_added, picture(rng, 5, 4), even(rng, 2, 3), digits(rng, 1)),
    ]


def stride(rng):
    fixed = np.random.default_rng(7)
    s = int(rng.integers(2, 4))
    tall = picture(rng, remainder(rng, 2, s + 1), remainder(rng, 3, s))
    return [
        forward(picture(fixed, 8, 9), np.array([[[[1.0, -2], [3, 3], [-2, 1]]]]), stride=(2, 3)),
        forward(tall, even(rng, 2, 3), stride=(s + 1, s)),
        forward(picture(rng, remainder(rng, 3, s)), distinct(rng, 1, 1, 3), stride=s, needs=("1d",)),
        forward(picture(rng, 7, 8), distinct(rng, 1, 1, 2, 2), stride=s, needs=("2d",)),
        *property_of(public.subsample, picture(rng, 6, 7), even(rng, 2, 2), (1, s)),
    ]


def padding(rng):
    fixed = np.random.default_rng(7)
    p = int(rng.integers(1, 3))
    return [
        forward(picture(fixed, 4, 5), np.array([[[[1.0, -2], [3, 3], [-2, 1]]]]), padding=(1, 2)),
        forward(picture(rng, 4, 3), even(rng, 3, 2), padding=((0, p), (2, 1))),
        forward(picture(rng, 4, 5), even(rng, 2, 4), padding="same"),
        forward(picture(rng, 3, 4), even(rng, 2, 3), padding="full"),
        forward(picture(rng, 5), distinct(rng, 1, 1, 4), padding=((p, 3 - p),), needs=("1d",)),
        forward(picture(rng, 4, 4), distinct(rng, 1, 1, 2, 3), padding=p, needs=("2d",)),
        *property_of(public.zeros_around, picture(rng, 4, 5), even(rng, 2, 3), (2, p)),
    ]


def dilation(rng):
    fixed = np.random.default_rng(7)
    d = int(rng.integers(2, 4))
    return [
        forward(picture(fixed, 7, 6), np.array([[[[1.0, -2], [3, 3], [-2, 1]]]]), dilation=(2, 3)),
        forward(picture(rng, 8, 7), even(rng, 2, 3), dilation=(d, 2)),
        forward(picture(rng, 11), distinct(rng, 1, 1, 4), dilation=d, needs=("1d",)),
        forward(picture(rng, 6, 7), distinct(rng, 1, 1, 2, 2), dilation=d, needs=("2d",)),
        *property_of(public.holes, picture(rng, 5, 7), even(rng, 2, 2), (1, d)),
    ]


def groups(rng):
    fixed = np.random.default_rng(7)
    each = np.array([[[[1.0, -2], [-2, 1]]], [[[3.0, 5], [5, 3]]]])
    filters = mirrored(distinct(rng, 6, 1, 2, 3), 2)
    return [
        forward(digits(fixed, 1, 2, 4, 3), each, groups=2),
        forward(digits(rng, 1, 3, 3, 4), filters, groups=3),
        forward(digits(rng, 2, 4, 4, 3), distinct(rng, 6, 2, 2, 2), groups=2, needs=("channels",)),
        forward(digits(rng, 2, 6, 5), distinct(rng, 6, 2, 3), groups=3, needs=("channels", "1d")),
        *property_of(public.halves, digits(rng, 1, 2, 4, 4), mirrored(distinct(rng, 2, 1, 3, 2), 2)),
    ]


def three_axes(rng):
    fixed = np.random.default_rng(7)
    n, c, f = digits(rng, 2, 6, 5, 6, 4), distinct(rng, 4, 3, 2, 2, 2), distinct(rng, 4)
    options = ("channels", "bias", "stride", "padding", "dilation", "groups")
    uneven = {"stride": (2, 3, 1), "padding": ((1, 0), (0, 2), (1, 1)), "dilation": (1, 2, 2), "groups": 2}
    return [
        forward(picture(fixed, 4, 5, 6), distinct(fixed, 1, 1, 2, 3, 2)),
        forward(picture(rng, 3, 5, 4), distinct(rng, 1, 1, 2, 2, 3)),
        forward(picture(rng, 4, 3, 3), distinct(rng, 1, 1, 3, 1, 2)),
        *property_of(public.turn, picture(rng, 3, 4, 5), distinct(rng, 1, 1, 2, 3, 2)),
        forward(n, c, f, **uneven, needs=options),
        forward(
            n[..., 0], c[..., 0], f, stride=(2, 3), padding="same", dilation=(3, 2), groups=2, needs=options
        ),
    ]


EXERCISE = public.EXERCISE.with_hidden(
    {
        "1d": one_axis,
        "2d": two_axes,
        "channels": channels,
        "bias": bias,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "3d": three_axes,
    },
    MISTAKES,
)
