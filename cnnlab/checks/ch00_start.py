"""What students see of the rehearsal: two small checks, worth nothing, that fail and pass as others do."""

from __future__ import annotations

from functools import partial

import numpy as np

import cnnlab

from .case import number_text
from .exercise import Exercise, capability
from .simpler import plain, values
from .visible import holds, worked

SIGNAL = np.array([[[2.0, 1, 0, 3, 1, 2]]])
PAIR = np.array([[[1.0, 2, 3], [4, 5, 6]]])


def right_number(case, index):
    """Say what one entry of the result is."""
    x, bias = (number_text(case.args[name][i]) for name, i in (("x", index), ("bias", index[1])))
    right = number_text(cnnlab.bias_forward(*case.arguments())[index])
    return f"{x} and {bias} are {right}"


# Properties. Each call of theirs is held against the truth, in visible checks and in hidden ones.


def back(your, x, bias):
    """What is added can be taken off again."""
    return your.bias_forward(your.bias_forward(x, bias), -bias), x


def apart(your, x, bias):
    """A batch is so many examples, each on its own."""
    alone = [your.bias_forward(x[n : n + 1], bias) for n in range(len(x))]
    return your.bias_forward(x, bias), np.concatenate(alone)


# What each capability shows: by hand, as a property, at an edge of the contract.


@capability(
    "add",
    0,
    section="One number for a whole signal",
    varies="lengths, values, types of numbers, and how arrays lie in memory; inputs stay as they are",
)
def add(your):
    added = partial(worked, your=your, function="bias_forward")
    by_hand = "By hand: add 1 to each number of [2, 1, 0, 3, 1, 2]."
    added(by_hand, [[[3, 2, 1, 4, 2, 3]]], SIGNAL, np.array([1.0]))
    holds("Add 2, then -2: the signal is back.", back, your, SIGNAL, np.array([2.0]))
    added("Add a half to whole numbers.", [[[1.5, 2.5]]], np.array([[[1, 2]]]), np.array([0.5]))


@capability(
    "channels",
    0,
    section="One number for each channel",
    varies="the numbers of examples, channels, places and axes",
)
def channels(your):
    added = partial(worked, your=your, function="bias_forward")
    biases = np.array([10.0, 100])
    by_hand = "By hand: add 10 to the first channel, 100 to the second."
    added(by_hand, [[[11, 12, 13], [104, 105, 106]]], PAIR, biases)
    square = np.array([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]])
    holds("Treat two examples together as if each were alone.", apart, your, square, biases)
    picture = np.arange(8.0).reshape(1, 2, 2, 2)
    sums = [[[[10, 11], [12, 13]], [[104, 105], [106, 107]]]]
    added("Take pictures too: channels with two axes of places.", sums, picture, biases)


# Steps towards a smaller case.


def fewer(case):
    """One example; one channel; one axis; fewer places."""
    x, bias = case.args["x"], case.args["bias"]
    for n in range(len(x)) if len(x) > 1 else ():
        yield case.changed(x=x[n : n + 1])
    for c in range(len(bias)) if len(bias) > 1 else ():
        yield case.changed(x=x[:, c : c + 1], bias=bias[c : c + 1])
    for c in range(len(bias)) if len(bias) > 2 else ():
        yield case.changed(x=np.delete(x, c, axis=1), bias=np.delete(bias, c))
    if x.ndim > 3:
        yield case.changed(x=x[..., 0])
    for size in sorted({1, len(bias), x.shape[-1] - 1}):
        if 0 < size < x.shape[-1]:
            yield case.changed(x=x[..., :size])


EXERCISE = Exercise(
    slug="ch00_start",
    title="How do I read, run and submit?",
    functions=("bias_forward",),
    capabilities=(add, channels),
    right_number=right_number,
    simpler=(plain, fewer, values),
    closed=("bias", "add_bias"),
    opens=("as_float",),
)
