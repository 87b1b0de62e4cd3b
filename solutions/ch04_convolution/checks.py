"""Hidden checks of exercise 4. Instructors only.

The three functions stand alone: no case needs another capability.
"""

import numpy as np

from cnnlab.checks import Case
from cnnlab.checks import ch04_convolution as public
from cnnlab.checks.draw import digits, distinct, single
from cnnlab.checks.record import recorded

from .mistakes import MISTAKES


def asked(function, x, w, *, layout="C", asks="values", **options):
    return Case(function, {"x": x, "w": w}, options, layout, asks)


def between(rng, low, high):
    return int(rng.integers(low, high))


def odd_pixels(rng, *shape):
    """Draw odd 8-bit pixels: under half a kernel with an odd number of odd taps, no sum is whole."""
    return (2 * rng.integers(50, 128, shape) + 1).astype(np.uint8)


def correlate(rng):
    fits = "correlate_1d"
    return [
        asked(fits, np.array([3.0, -1, 4, 1, -5, 9, 2]), np.array([2.0, -3, 1])),
        asked(fits, digits(rng, between(rng, 6, 10)), distinct(rng, 3)),
        asked(fits, digits(rng, between(rng, 6, 10)), distinct(rng, between(rng, 1, 3) * 2)),
        asked(fits, odd_pixels(rng, 6), distinct(rng, 2) / 2),
        asked(fits, odd_pixels(rng, 6), odd_pixels(rng, 3)),
        asked(fits, single(digits(rng, 7)), single(distinct(rng, 3)), layout="strided"),
        asked(fits, digits(rng, 5), distinct(rng, 5)),
        *recorded(public.later, digits(rng, 8), distinct(rng, 3)),
        asked(fits, digits(rng, 6), distinct(rng, 3), asks="unchanged"),
        asked(fits, digits(rng, between(rng, 2, 4)), distinct(rng, between(rng, 4, 7)), asks="refusal"),
        asked(fits, digits(rng, 3), distinct(rng, 4), asks="refusal"),
    ]


def convolve(rng):
    adds = "convolve_1d"
    k = between(rng, 1, 3) * 2
    return [
        asked(adds, np.array([3.0, -1, 4, 1, -5, 9, 2]), np.array([2.0, -3, 1, 5])),
        asked(adds, digits(rng, between(rng, 6, 9)), distinct(rng, 3), mode="full"),
        asked(adds, digits(rng, between(rng, 6, 9)), distinct(rng, k), mode="same"),
        asked(adds, digits(rng, between(rng, 6, 9)), distinct(rng, 5), mode="same"),
        asked(adds, digits(rng, between(rng, 6, 9)), distinct(rng, k + 1), mode="valid"),
        asked(adds, digits(rng, between(rng, 6, 9)), distinct(rng, 4), mode="valid"),
        asked(adds, digits(rng, between(rng, 3, 6)), distinct(rng, 1), mode="valid"),
        asked(adds, odd_pixels(rng, 5), distinct(rng, 2) / 2),
        asked(adds, odd_pixels(rng, 5), odd_pixels(rng, 3)),
        asked(adds, single(digits(rng, 6)), single(distinct(rng, 4)), layout="strided", mode="same"),
        asked(adds, digits(rng, 3), distinct(rng, between(rng, 5, 8))),
        asked(adds, digits(rng, 3), distinct(rng, between(rng, 5, 8)), mode="same"),
        *recorded(public.exchanged, digits(rng, 6), distinct(rng, between(rng, 2, 5))),
        asked(adds, digits(rng, 6), distinct(rng, 3), asks="unchanged"),
        asked(adds, digits(rng, 6), distinct(rng, 3), asks="unchanged", mode="valid"),
        asked(adds, digits(rng, 2), distinct(rng, between(rng, 4, 7)), asks="refusal", mode="valid"),
        asked(adds, digits(rng, 3), distinct(rng, 4), asks="refusal", mode="valid"),
    ]


def picture(rng):
    slides = "correlate_2d"
    return [
        asked(slides, np.arange(1.0, 21).reshape(5, 4) % 7, np.array([[1.0, -2, 3], [0, 4, -1]])),
        asked(slides, digits(rng, 4, 4), distinct(rng, 3, 3)),
        asked(slides, digits(rng, between(rng, 4, 6), between(rng, 6, 9)), distinct(rng, 2, 2)),
        asked(slides, digits(rng, between(rng, 6, 9), between(rng, 4, 6)), distinct(rng, 4, 1)),
        asked(slides, digits(rng, 5, between(rng, 5, 8)), distinct(rng, 2, 4)),
        asked(slides, odd_pixels(rng, 4, 5), distinct(rng, 2, 3) / 2),
        asked(slides, odd_pixels(rng, 4, 5), odd_pixels(rng, 2, 3)),
        asked(slides, single(digits(rng, 5, 4)), single(distinct(rng, 2, 3)), layout="strided"),
        asked(slides, digits(rng, 3, 4), distinct(rng, 3, 4)),
        *recorded(public.turned, digits(rng, 5, 4), distinct(rng, 3, 2)),
        asked(slides, digits(rng, 4, 5), distinct(rng, 2, 3), asks="unchanged"),
        asked(
            slides, digits(rng, 6, between(rng, 2, 4)), distinct(rng, 2, between(rng, 4, 6)), asks="refusal"
        ),
        asked(
            slides, digits(rng, between(rng, 2, 4), 6), distinct(rng, between(rng, 4, 6), 2), asks="refusal"
        ),
        asked(slides, digits(rng, 6, 3), distinct(rng, 2, 4), asks="refusal"),
        asked(slides, digits(rng, 3, 6), distinct(rng, 4, 2), asks="refusal"),
    ]


EXERCISE = public.EXERCISE.with_hidden(
    {"correlate": correlate, "convolve": convolve, "2d": picture}, MISTAKES
)
