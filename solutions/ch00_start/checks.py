"""Hidden checks of the rehearsal: for no points, and as strict as those of any exercise. Instructors only."""

import numpy as np

from cnnlab.checks import Case
from cnnlab.checks import ch00_start as public
from cnnlab.checks.draw import digits, distinct, single
from cnnlab.checks.record import recorded

from .mistakes import MISTAKES


def asked(x, bias, *, layout="C", asks="values"):
    return Case("bias_forward", {"x": x, "bias": bias}, {}, layout, asks)


def between(rng, low, high):
    return int(rng.integers(low, high))


def add(rng):
    return [
        asked(np.array([[[3.0, -1, 4, 1, -5]]]), np.array([7.0])),
        asked(digits(rng, 1, 1, between(rng, 6, 10)), digits(rng, 1)),
        asked(rng.integers(100, 256, (1, 1, 6)).astype(np.uint8), digits(rng, 1) + 0.5),
        asked(single(digits(rng, 1, 1, 7)), single(digits(rng, 1)), layout="strided"),
        *recorded(public.back, digits(rng, 1, 1, 5), digits(rng, 1)),
        asked(digits(rng, 1, 1, 6), digits(rng, 1), asks="unchanged"),
    ]


def channels(rng):
    few = between(rng, 2, 4)
    return [
        asked(np.array([[[3.0, -1], [4, 1]]]), np.array([10.0, 200])),
        asked(digits(rng, 1, 3, between(rng, 4, 7)), distinct(rng, 3)),
        asked(digits(rng, 1, 5, 5), distinct(rng, 5)),
        asked(digits(rng, 4, 4, 3), distinct(rng, 4)),
        asked(digits(rng, 2, few, few + 1, few), distinct(rng, few)),
        asked(digits(rng, 2, 3, between(rng, 4, 6), 2, 3), distinct(rng, 3)),
        asked(single(digits(rng, 2, 3, 4)), single(distinct(rng, 3)), layout="strided"),
        *recorded(public.apart, digits(rng, 3, 2, 4), distinct(rng, 2)),
    ]


EXERCISE = public.EXERCISE.with_hidden({"add": add, "channels": channels}, MISTAKES)
