"""Hidden checks of exercise 6. Instructors only.

A misconception is charged once: a case with padding, stride or a word in it `needs` the capabilities that it
stands on.
"""

import numpy as np

from cnnlab.checks import Case
from cnnlab.checks import ch06_geometry as public
from cnnlab.checks.draw import distinct, single
from cnnlab.checks.record import recorded

from .mistakes import MISTAKES


def places(spatial, kernel_size, *, asks="values", needs=(), **options):
    args = {"spatial": spatial, "kernel_size": kernel_size}
    return Case("output_size", args, options, asks=asks, needs=needs)


def cells(spatial, kernel_size, padding, **options):
    args = {"spatial": spatial, "kernel_size": kernel_size, "padding": padding}
    return Case("resolve_padding", args, options)


def matrix(w, n, *, layout="C", asks="values", needs=(), **options):
    return Case("toeplitz", {"w": w, "n": n}, options, layout, asks, needs)


def between(rng, low, high):
    return int(rng.integers(low, high))


def each(rng, low, high, axes):
    return tuple(rng.permutation(np.arange(low, high))[:axes].tolist())


def left_over(rng, extent, stride):
    """Draw a size that the stride does not divide."""
    return extent + stride * between(rng, 1, 4) + between(rng, 1, stride)


def size(rng):
    p = between(rng, 1, 4)
    return [
        places((11, 14, 9), (3, 2, 4), padding=(1, 0, 2)),
        places(each(rng, 7, 13, 3), each(rng, 2, 6, 3)),
        places(each(rng, 7, 13, 2), each(rng, 2, 6, 2), padding=p),
        places(each(rng, 7, 13, 2), between(rng, 2, 5), padding=each(rng, 0, 4, 2)),
        places((between(rng, 8, 14),), (between(rng, 2, 6),), padding=(p,)),
        *recorded(lambda your: public.alone(your, each(rng, 6, 9, 2), (3, 4), (p, 0))),
        *recorded(lambda your: public.longer(your, between(rng, 9, 20), 4, p)),
        places((5, 5), (5, 5)),
        places((9, between(rng, 2, 4)), (2, between(rng, 7, 9)), padding=(0, 1), asks="refusal"),
    ]


def stride(rng):
    s, d = between(rng, 2, 4), between(rng, 2, 4)
    k = between(rng, 3, 5)
    sizes = (left_over(rng, 2, s + 1), left_over(rng, 3, s))
    return [
        places((12, 14, 9), (3, 2, 4), stride=(2, 3, 1), dilation=(2, 1, 2)),
        places(sizes, (2, 3), stride=(s + 1, s)),
        places((between(rng, 14, 19), between(rng, 14, 19)), (k, 3), dilation=(d, d + 1)),
        places((left_over(rng, d * (k - 1) + 1, s),), (k,), stride=s, dilation=d),
        places((6, 8), 2, stride=(9, s)),
        *recorded(lambda your: public.every(your, left_over(rng, k, s), k, s)),
        *recorded(lambda your: public.holes(your, between(rng, 14, 20), k, d)),
        places(each(rng, 12, 17, 2), 3, stride=s, dilation=(1, d), padding=(1, 2), needs=("size",)),
        places((9, between(rng, 5, 8)), (2, 4), dilation=(1, 3), asks="refusal", needs=("size",)),
        places((9, k - 1), (2, k), stride=(1, between(rng, 2, 4)), asks="refusal", needs=("size",)),
    ]


def same(rng):
    s, d, p = between(rng, 2, 4), between(rng, 2, 4), between(rng, 1, 4)
    odd, even = (5, 3) if rng.integers(2) else (3, 5), (4, 2) if rng.integers(2) else (2, 4)
    steps = ("size", "stride")
    return [
        cells((7, 8, 9), (3, 4, 5), "same"),
        cells(each(rng, 7, 12, 2), odd, "same", dilation=(1, d)),
        cells(each(rng, 7, 12, 2), even, "same", dilation=d),
        cells((between(rng, 6, 12), 2 * s), (4, 3), "same", stride=s),
        cells((9, between(rng, 5, 12)), (2, between(rng, 3, 6)), "same", stride=(4, s), dilation=(1, d)),
        cells((8, 4 * s - 1), (2, 3), "same", stride=(4, 2 * s)),
        *recorded(lambda your: public.least(your, each(rng, 7, 12, 2), even, (1, s))),
        cells(each(rng, 5, 9, 3), (2, 3, 4), "full", dilation=(d, 1, 2)),
        cells(between(rng, 5, 9), between(rng, 2, 5), "full"),
        cells(each(rng, 5, 9, 2), 3, "valid", dilation=d),
        cells(each(rng, 5, 9, 3), 3, p, stride=s),
        cells(each(rng, 5, 9, 2), 3, (p, 0)),
        cells((7, 8), (2, 3), ((0, p), (p + 1, 1)), dilation=d),
        places(each(rng, 7, 12, 2), even, padding="same", needs=("size",)),
        places(each(rng, 7, 12, 2), odd, stride=s, padding="same", dilation=(1, d), needs=steps),
        places(each(rng, 7, 12, 2), (3, 2), padding="full", dilation=d, needs=steps),
        places(each(rng, 7, 12, 2), (3, 2), padding=((p, 0), (1, p)), needs=("size",)),
        places(each(rng, 7, 12, 2), (3, 2), padding="valid", needs=("size",)),
    ]


def toeplitz(rng):
    k = between(rng, 2, 5)
    words = ("same",)
    return [
        matrix(np.array([3.0, -1, 4, 2]), 7),
        matrix(distinct(rng, k), between(rng, 6, 9)),
        matrix(single(distinct(rng, 3)), 5),
        matrix(distinct(rng, 4), 4),
        matrix(distinct(rng, 3) / 4, between(rng, 4, 7)),
        matrix(distinct(rng, 3).astype(int), 6, layout="strided"),
        *recorded(lambda your: public.product(your, distinct(rng, 3), distinct(rng, 8))),
        matrix(distinct(rng, 4), 6, asks="unchanged"),
        matrix(distinct(rng, between(rng, 4, 7)), between(rng, 2, 4), asks="refusal"),
        matrix(distinct(rng, 3), between(rng, 3, 6), mode="same", needs=words),
        matrix(distinct(rng, 4), between(rng, 5, 8), mode="same", needs=words),
        matrix(distinct(rng, between(rng, 4, 7)), between(rng, 2, 4), mode="same", needs=words),
        matrix(distinct(rng, k), between(rng, 3, 6), mode="full", needs=words),
        matrix(distinct(rng, 4), 2, mode="full", needs=words),
    ]


EXERCISE = public.EXERCISE.with_hidden(
    {"size": size, "stride": stride, "same": same, "toeplitz": toeplitz}, MISTAKES
)
