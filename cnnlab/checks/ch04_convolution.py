"""What students see of exercise 4: its capabilities, the hand examples of the chapter, properties, edges."""

from __future__ import annotations

from functools import partial

import numpy as np

import cnnlab

from .case import number_text
from .exercise import Exercise, capability
from .simpler import plain, values
from .visible import holds, refuses, worked

SIGNAL = np.array([2.0, 1, 0, 3, 1, 2])
KERNEL = np.array([1.0, 2, 4])
BYTES = np.array([200, 100, 50], np.uint8), np.array([2, 3], np.uint8)
PICTURE = np.array([[1.0, 2, 0], [0, 1, 3], [2, 0, 1]])
CORNERS = np.array([[1.0, 0], [0, -1]])
EDGE = np.array([[0.0, 2], [1, 0], [0, 3]])
TYPES = "types of numbers, how arrays lie in memory, and kernels that do not fit; inputs stay as they are"


def right_number(case, index):
    """Say what one entry of the result is."""
    right = getattr(cnnlab, case.function)(*case.arguments(), **case.options)
    return f"the sum of the products there is {number_text(right[index])}"


# Properties. Each call of theirs is held against the truth, in visible checks and in hidden ones.


def later(your, x, w):
    """A signal that starts one entry later gives a result that starts one entry later."""
    return your.correlate_1d(x[1:], w), your.correlate_1d(x, w)[1:]


def exchanged(your, x, w):
    """Signal and kernel may change places."""
    return your.convolve_1d(x, w), your.convolve_1d(w, x)


def turned(your, x, w):
    """A picture and a kernel turned over their diagonals give the result turned over its diagonal."""
    return your.correlate_2d(x.T, w.T), your.correlate_2d(x, w).T


# What each capability shows: by hand, as a property, at an edge of the contract.


@capability(
    "correlate",
    1,
    section="Does it matter which way round the kernel lies?",
    varies=f"lengths, values, {TYPES}",
)
def correlate(your):
    slide = partial(worked, your=your, function="correlate_1d")
    by_hand = "By hand: lay [1, 2, 4] on each window of [2, 1, 0, 3, 1, 2]."
    slide(by_hand, [4, 13, 10, 13], SIGNAL, KERNEL)
    holds("Start a signal one entry later: the result starts later too.", later, your, SIGNAL, KERNEL)
    halves = "Take half of two neighbours of [1, 2, 4]: whole numbers give halves."
    slide(halves, [1.5, 3], np.array([1, 2, 4]), np.array([0.5, 0.5]))
    slide("Multiply 8-bit numbers: nothing overflows.", [700, 350], *BYTES)
    slide("Let a kernel as long as the signal fit once.", [4], SIGNAL[:3], KERNEL)
    refuses("Refuse a kernel that is longer than the signal.", your, "correlate_1d", SIGNAL[:2], KERNEL)


@capability(
    "convolve",
    1,
    section="What does true convolution look like from the other side?",
    varies=f"lengths, even kernels, the three modes, {TYPES}",
)
def convolve(your):
    stamp = partial(worked, your=your, function="convolve_1d")
    stamp("By hand: add the six stamps of [1, 2, 4].", [2, 5, 10, 7, 7, 16, 8, 8], SIGNAL, KERNEL)
    same = 'By hand, "same": keep the six in the middle.'
    stamp(same, [5, 10, 7, 7, 16, 8], SIGNAL, KERNEL, mode="same")
    valid = 'By hand, "valid": keep the four whose kernel lies wholly inside.'
    stamp(valid, [10, 7, 7, 16], SIGNAL, KERNEL, mode="valid")
    holds("Let signal and kernel change places.", exchanged, your, SIGNAL, np.array([1.0, -1, 3, 2]))
    centre = 'With "same" and a kernel of two taps, leave out the first entry of "full".'
    stamp(centre, [5, 2, 3, 7, 4, 4], SIGNAL, np.array([1.0, 2]), mode="same")
    long = 'With "same" and a longer kernel, keep as many entries as the signal has.'
    stamp(long, [5, 10], SIGNAL[:2], KERNEL, mode="same")
    one = 'With "valid" and a kernel of one tap, keep every entry.'
    stamp(one, 2 * SIGNAL, SIGNAL, KERNEL[1:2], mode="valid")
    halves = "Take halves and quarters of [1, 2]: whole numbers give fractions."
    stamp(halves, [0.5, 1.25, 0.5], np.array([1, 2]), np.array([0.5, 0.25]))
    stamp("Multiply 8-bit numbers: nothing overflows.", [400, 800, 400, 150], *BYTES)
    refuses("Refuse a kernel that never lies inside.", your, "convolve_1d", SIGNAL[:2], KERNEL, mode="valid")


@capability(
    "2d",
    2,
    section="How does it work in two dimensions?",
    varies=f"sizes, oblong pictures and kernels, {TYPES}",
)
def picture(your):
    slide = partial(worked, your=your, function="correlate_2d")
    by_hand = "By hand: lay [[1, 0], [0, -1]] on a picture of 3 x 3."
    slide(by_hand, [[0, -1], [0, 0]], PICTURE, CORNERS)
    both = "Exchange rows and columns of picture and kernel: the result's are exchanged too."
    holds(both, turned, your, PICTURE[:, :2], EDGE.T[:, :2])
    wide = np.arange(12.0).reshape(3, 4) % 7
    slide("Slide a kernel of 3 x 2 over a picture of 3 x 4.", [[12, 18, 24]], wide, EDGE)
    holds("Take a wide picture, and a tall one.", turned, your, wide, np.array([[1.0, 2, -3], [4, 0, 1]]))
    pixels, half = np.array([[200, 100], [50, 255]], np.uint8), np.array([[0.5, 0.5]])
    slide("Take half of two neighbours of 8-bit pixels.", [[150], [152.5]], pixels, half)
    slide("Multiply 8-bit pixels by 8-bit taps: nothing overflows.", [[700], [865]], pixels, BYTES[1][None])
    refuses("Refuse a kernel of three rows on a picture of two.", your, "correlate_2d", PICTURE[:2], EDGE)
    refuses("Refuse a kernel of three columns on two.", your, "correlate_2d", PICTURE[:, :2], EDGE.T)


# Steps towards a smaller case.


def shorter(case):
    """A smaller kernel; then a smaller picture."""
    for name in ("w", "x"):
        array = case.args[name]
        for axis, n in enumerate(array.shape):
            for part in (slice(1), slice(n - 1), slice(1, n)) if n > 1 else ():
                yield case.changed(**{name: array[(slice(None),) * axis + (part,)]})


EXERCISE = Exercise(
    slug="ch04_convolution",
    title="What is a convolution?",
    functions=("correlate_1d", "convolve_1d", "correlate_2d"),
    capabilities=(correlate, convolve, picture),
    right_number=right_number,
    simpler=(plain, shorter, values),
    closed=("conv", "correlate", "toeplitz", "weigh"),
    opens=("as_float",),
)
