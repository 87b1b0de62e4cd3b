"""What students see of exercise 6: its capabilities, the hand examples of the chapter, properties, edges."""

from __future__ import annotations

from functools import partial

import numpy as np

import cnnlab

from .case import number_text
from .exercise import Exercise, capability
from .simpler import plain, values
from .visible import holds, refuses, worked

KERNEL = np.array([1.0, 2, 4])
SIGNAL = np.array([2.0, 1, 0, 3, 1, 2])


def right_number(case, index):
    """Say what one entry is."""
    right = getattr(cnnlab, case.function)(*case.arguments(), **case.options)
    right = number_text(np.asarray(right)[index])
    if case.function == "output_size":
        return f"the number of windows that fit is {right}"
    if case.function == "resolve_padding":
        return f"the number of cells {('before', 'after')[index[1]]} axis {index[0]} is {right}"
    return f"what cell {index[1]} adds to window {index[0]} is weighted by {right}"


# Properties. Each call of theirs is held against the truth, in visible checks and in hidden ones.


def alone(your, spatial, kernel_size, padding):
    """Each axis counts for itself."""
    by_axis = [
        your.output_size(n, k, padding=p) for n, k, p in zip(spatial, kernel_size, padding, strict=True)
    ]
    return tuple(int(n[0]) for n in by_axis), your.output_size(spatial, kernel_size, padding=padding)


def longer(your, n, k, padding):
    """To pad is to have a longer input."""
    return your.output_size(n, k, padding=padding), your.output_size(n + 2 * padding, k)


def every(your, n, k, stride):
    """A stride of s keeps every s-th of the windows that there are without one."""
    windows = int(your.output_size(n, k)[0])
    return your.output_size(n, k, stride=stride), (len(range(0, windows, stride)),)


def holes(your, n, k, dilation):
    """A dilated kernel reaches as far as a longer one without holes."""
    return your.output_size(n, k, dilation=dilation), your.output_size(n, dilation * (k - 1) + 1)


def least(your, spatial, kernel_size, stride):
    """With "same" there are as many windows as the stride has steps in the input, whatever the kernel."""
    pairs = your.resolve_padding(spatial, kernel_size, "same", stride=stride)
    pairs = tuple(tuple(int(cells) for cells in pair) for pair in pairs)
    steps = tuple(-(-n // s) for n, s in zip(spatial, stride, strict=True))
    return cnnlab.output_size(spatial, kernel_size, stride=stride, padding=pairs), steps


def product(your, w, x):
    """The matrix times a signal is the signal under the kernel."""
    return your.toeplitz(w, len(x)) @ x, cnnlab.correlate_1d(x, w)


# What each capability shows: by hand, as a property, at an edge of the contract.


@capability(
    "size",
    1,
    section="Counting starts",
    varies="the number of axes, paddings of one number and of one per axis, and kernels that do not fit",
)
def size(your):
    windows = partial(worked, your=your, function="output_size")
    windows("By hand: count the windows of 3 that start at 0, 1, 2 and 3 of 6 entries.", (4,), 6, 3)
    rim = "Count with a rim of one cell above and below, and of two left and right."
    windows(rim, (6, 8), (6, 5), (3, 2), padding=(1, 2))
    holds("Count two axes together: each as if it were alone.", alone, your, (6, 4), (3, 2), (1, 0))
    every_axis = "Take one kernel size and one padding for all three axes."
    windows(every_axis, (7, 9, 8), (7, 9, 8), 3, padding=1)
    windows("Count one window where the kernel is as long as the signal.", (1,), (6,), (6,))
    windows("Count the rim as room: a kernel of 5 fits once into 1 + 3 + 1 entries.", (1,), 3, 5, padding=1)
    refused = "Raise a ValueError for a kernel of 5 in 1 + 2 + 1 entries: no window fits."
    refuses(refused, your, "output_size", 2, 5, padding=1)
    refuses("Raise a ValueError where one axis alone is too short.", your, "output_size", (6, 2), 3)


@capability(
    "stride",
    1,
    label="stride and dilation",
    section="Holes in the kernel, steps of the window",
    varies="unequal strides and dilations, strides that do not divide, and both with a padding",
)
def stride(your):
    windows = partial(worked, your=your, function="output_size")
    windows("By hand: count the windows of 3 that start at 0, 2 and 4 of 7 entries.", (3,), 7, 3, stride=2)
    windows("Leave the last of 8 entries over: the steps are the same three.", (3,), 8, 3, stride=2)
    spread = "By hand: count the windows of [1, _, 2, _, 4], which spans 5 of 6 entries."
    windows(spread, (2,), 6, 3, dilation=2)
    holds("With a stride of 3, count every third window.", every, your, 9, 2, 3)
    holds("Count a kernel with holes like a longer one without.", holes, your, 12, 4, 3)
    both = {"stride": (2, 3), "dilation": (2, 1), "padding": (1, 0)}
    windows("Take all options at once, another for each axis.", (5, 5), (11, 14), (3, 2), **both)
    apart = {"stride": (3, 1), "dilation": (1, 4)}
    windows("Count the windows of two taps that lie 4 apart.", (3, 10), (11, 14), (3, 2), **apart)
    windows("Give a kernel of one tap no holes, whatever the dilation.", (6,), 6, 1, dilation=3)
    holes_apart = "Take one kernel size for two axes whose dilations differ."
    windows(holes_apart, (5, 5), (7, 9), 3, dilation=(1, 2))
    refused = "Raise a ValueError for [1, _, 2, _, 4] in 4 entries: it spans 5."
    refuses(refused, your, "output_size", 4, 3, dilation=2)
    refused = "Raise a ValueError for a kernel of 3 in 2 entries, whatever the stride."
    refuses(refused, your, "output_size", 2, 3, stride=2)


@capability(
    "same",
    1,
    label="same and full",
    section="Valid, same and full",
    varies="words with strides and dilations, even kernels, numbers and pairs, and output_size with them",
)
def same(your):
    windows = partial(worked, your=your, function="output_size")
    cells = partial(worked, your=your, function="resolve_padding")
    cells('By hand: let "same" put one cell on each side for a kernel of 3.', ((1, 1),), 6, 3, "same")
    even = 'Let "same" put the odd cell of an even kernel after.'
    cells(even, ((1, 2), (1, 1)), (9, 9), (4, 3), "same")
    spread = 'Let "same" count the holes of a kernel.'
    cells(spread, ((2, 2), (1, 2)), (9, 8), (3, 2), "same", dilation=(2, 3))
    steps = 'With a stride, let "same" give ceil(n / stride) windows.'
    holds(steps, least, your, (7, 8, 9), (3, 4, 2), (2, 3, 4))
    none = 'Let "same" put no cells, never fewer, where the steps are longer than the kernel.'
    cells(none, ((0, 0),), 8, 2, "same", stride=4)
    full = 'Let the first window of "full" hold one entry, in its last tap.'
    cells(full, ((2, 2), (4, 4)), (6, 5), 3, "full", dilation=(1, 2))
    cells('Let "valid" put no cells.', ((0, 0), (0, 0)), (6, 5), 3, "valid")
    cells("Write one number per axis as pairs.", ((1, 1), (2, 2)), (6, 5), 3, (1, 2))
    cells("Leave pairs as they are.", ((3, 0),), 6, 3, ((3, 0),))
    windows("Count the windows of a padding that is a word.", (7, 8), (7, 8), 4, padding="same")
    steps = 'Count the windows of "same" with a stride and with holes.'
    windows(steps, (4,), 7, 3, padding="same", stride=2, dilation=2)
    pairs = "Count the windows of a padding that is a pair per axis."
    windows(pairs, (8, 7), (7, 8), 3, padding=((1, 2), (0, 1)))


@capability(
    "toeplitz",
    1,
    page="ch05_matrix",
    section="A signal under a Toeplitz matrix",
    varies="kernels, even ones too, lengths, modes, and types of numbers; the kernel stays as it is",
)
def toeplitz(your):
    matrix = partial(worked, your=your, function="toeplitz")
    rows = [[1, 2, 4, 0, 0], [0, 1, 2, 4, 0], [0, 0, 1, 2, 4]]
    matrix("By hand: write [1, 2, 4] over 5 entries, one row for each window.", rows, KERNEL, 5)
    holds(
        "Make the matrix that takes [2, 1, 0, 3, 1, 2] to its windows' sums.", product, your, KERNEL, SIGNAL
    )
    cut = 'With "full", write a row for each of the three windows that touch two entries.'
    matrix(cut, [[0.25, 0], [0.5, 0.25], [0, 0.5]], np.array([0.5, 0.25]), 2, mode="full")
    even = 'With "same" and an even kernel, let the odd cell stand after.'
    matrix(even, [[1, 2, 0], [0, 1, 2], [0, 0, 1]], np.array([1.0, 2]), 3, mode="same")
    wide = 'With "same", write [1, 2, 4] into a square matrix, less the taps that fall on zeros.'
    matrix(wide, [[2, 4, 0], [1, 2, 4], [0, 1, 2]], KERNEL, 3, mode="same")
    long = 'With "same" too, take a kernel that is longer than the signal.'
    matrix(long, [[2, 4], [1, 2]], KERNEL, 2, mode="same")
    long = 'With "full", take a kernel that is longer than the signal.'
    matrix(long, [[4, 0], [2, 4], [1, 2], [0, 1]], KERNEL, 2, mode="full")
    bytes_ = np.array([100, 2], np.uint8), np.array([200, 1, 3], np.uint8)
    holds(
        "Multiply 8-bit numbers by the matrix of an 8-bit kernel: nothing overflows.", product, your, *bytes_
    )
    refused = "Raise a ValueError for a kernel that is longer than the signal."
    refuses(refused, your, "toeplitz", KERNEL, 2)


# Steps towards a smaller case.


def one(name):
    """Set an option to its default; then to 2; then to less on one axis."""

    def step(case):
        value = case.option(name)
        if np.all(np.equal(value, 1)):
            return
        yield case.changed(options={name: 1})
        yield from (case.changed(options={name: 2}) for _ in range(int(not np.all(np.equal(value, 2)))))

    return step


def padding(case):
    """No padding; then one cell."""
    given = case.args.get("padding", case.option("padding"))
    for less in (0, 1):
        if case.function == "output_size" and (isinstance(given, (str, tuple)) or less < given):
            yield case.changed(options={"padding": less})
        if case.function == "resolve_padding" and isinstance(given, (int, tuple)) and given not in (0, 1):
            yield case.changed(padding=less)


def axes(case):
    """One axis alone, in numbers without a tuple."""
    spatial = case.args.get("spatial", ())
    if not isinstance(spatial, tuple):
        return
    for axis in range(len(spatial)):
        args = {name: _of_axis(value, axis) for name, value in case.args.items()}
        options = {name: _of_axis(value, axis) for name, value in case.options.items()}
        if isinstance(args.get("padding"), tuple):
            args["padding"] = (args["padding"],)
        if isinstance(options.get("padding"), tuple):
            options["padding"] = (options["padding"],)
        yield case.changed(options=options, **args)


def _of_axis(value, axis):
    return value[axis] if isinstance(value, tuple) else value


def smaller(case):
    """A shorter input; then a shorter kernel."""
    for name in ("spatial", "n", "kernel_size"):
        value = case.args.get(name)
        if isinstance(value, int):
            yield from (case.changed(**{name: less}) for less in range(1, value))
        for axis, size in enumerate(value) if isinstance(value, tuple) else ():
            for less in range(1, size):
                yield case.changed(**{name: (*value[:axis], less, *value[axis + 1 :])})
    if "w" in case.args and len(case.args["w"]) > 1:
        yield from (case.changed(w=case.args["w"][part]) for part in (slice(1), slice(-1), slice(1, None)))


EXERCISE = Exercise(
    slug="ch06_geometry",
    title="How big is the output?",
    functions=("output_size", "resolve_padding", "toeplitz"),
    capabilities=(size, stride, same, toeplitz),
    right_number=right_number,
    simpler=(plain, one("dilation"), one("stride"), axes, padding, smaller, values),
    closed=(
        "output",
        "resolve",
        "place",
        "rims",
        "receptive",
        "padding_pairs",
        "toeplitz",
        "conv",
        "correlate",
        "weigh",
    ),
    opens=("as_float",),
)
