"""What students see of exercise 6: its capabilities, the hand examples of the chapter, properties, edges."""

from __future__ import annotations

import numpy as np

import cnnlab

from .case import number_text
from .exercise import Exercise, capability
from .simpler import plain, values
from .visible import equal, holds, refuses

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
    equal("By hand: windows of 3 start at 0, 1, 2 and 3 of 6 entries.", your.output_size(6, 3), (4,))
    padded = your.output_size((6, 5), (3, 2), padding=(1, 2))
    equal("A rim of 1 above and below, of 2 left and right.", padded, (6, 8))
    holds("Two axes, and each of them alone.", alone, your, (6, 4), (3, 2), (1, 0))
    equal("One number for all three axes.", your.output_size((7, 9, 8), 3, padding=1), (7, 9, 8))
    equal("A kernel as long as the signal fits once.", your.output_size((6,), (6,)), (1,))
    equal("A rim makes room: a kernel of 5 in 3 + 2 entries.", your.output_size(3, 5, padding=1), (1,))
    refuses("A kernel of 5 in 2 + 2 entries: nothing to return.", your, "output_size", 2, 5, padding=1)


@capability(
    "stride",
    1,
    label="stride and dilation",
    section="Holes in the kernel, steps of the window",
    varies="unequal strides and dilations, strides that do not divide, and both with a padding",
)
def stride(your):
    by_hand = your.output_size(7, 3, stride=2)
    equal("By hand: windows of 3 start at 0, 2 and 4 of 7 entries.", by_hand, (3,))
    equal("The last of 8 entries is left over.", your.output_size(8, 3, stride=2), (3,))
    equal("By hand: [1, _, 2, _, 4] spans 5 of 6 entries.", your.output_size(6, 3, dilation=2), (2,))
    holds("A stride of 3 keeps every third window.", every, your, 9, 2, 3)
    holds("A kernel with holes reaches as far as a longer one.", holes, your, 12, 4, 3)
    both = your.output_size((11, 14), (3, 2), stride=(2, 3), dilation=(2, 1), padding=(1, 0))
    equal("All at once, another for each axis.", both, (5, 5))
    other = your.output_size((11, 14), (3, 2), stride=(3, 1), dilation=(1, 4))
    equal("A kernel of two taps that lie 4 apart.", other, (3, 10))
    equal("A kernel of one tap has no holes.", your.output_size(6, 1, dilation=3), (6,))
    refuses("[1, _, 2, _, 4] spans 5, and there are 4 entries.", your, "output_size", 4, 3, dilation=2)


@capability(
    "same",
    1,
    label="same and full",
    section="Valid, same and full",
    varies="words with strides and dilations, even kernels, numbers and pairs, and output_size with them",
)
def same(your):
    by_hand = your.resolve_padding(6, 3, "same")
    equal('By hand: "same" for a kernel of 3: one cell on each side.', by_hand, ((1, 1),))
    even = your.resolve_padding((9, 9), (4, 3), "same")
    equal('"same" for an even kernel: the odd cell stands after.', even, ((1, 2), (1, 1)))
    dilated = your.resolve_padding((9, 8), (3, 2), "same", dilation=(2, 3))
    equal('"same" for kernels with holes.', dilated, ((2, 2), (1, 2)))
    holds('"same" with a stride: ceil(n / stride) windows.', least, your, (7, 8, 9), (3, 4, 2), (2, 3, 4))
    steps = your.resolve_padding(8, 2, "same", stride=4)
    equal('"same" where the steps are longer than the kernel: no cells.', steps, ((0, 0),))
    full = your.resolve_padding((6, 5), 3, "full", dilation=(1, 2))
    equal('"full": the first window holds one entry, in its last tap.', full, ((2, 2), (4, 4)))
    equal('"valid": no cells.', your.resolve_padding((6, 5), 3, "valid"), ((0, 0), (0, 0)))
    equal("One number per axis, as pairs.", your.resolve_padding((6, 5), 3, (1, 2)), ((1, 1), (2, 2)))
    equal("Pairs stay what they are.", your.resolve_padding(6, 3, ((1, 2),)), ((1, 2),))
    equal("The size with a word.", your.output_size((7, 8), 4, padding="same"), (7, 8))
    equal("The size with a pair per axis.", your.output_size((7, 8), 3, padding=((1, 2), (0, 1))), (8, 7))


@capability(
    "toeplitz",
    1,
    page="ch05_matrix",
    section="A signal under a Toeplitz matrix",
    varies="kernels, even ones too, lengths, modes, and types of numbers; the kernel stays as it is",
)
def toeplitz(your):
    by_hand = your.toeplitz(KERNEL, 5)
    rows = [[1, 2, 4, 0, 0], [0, 1, 2, 4, 0], [0, 0, 1, 2, 4]]
    equal("By hand: [1, 2, 4] over 5 entries, one row for each window.", by_hand, rows)
    holds("The matrix times [2, 1, 0, 3, 1, 2].", product, your, KERNEL, SIGNAL)
    whole = your.toeplitz(np.array([0.5, 0.25]), 2, mode="full")
    equal('"full": three windows touch two entries.', whole, [[0.25, 0], [0.5, 0.25], [0, 0.5]])
    even = your.toeplitz(np.array([1.0, 2]), 3, mode="same")
    equal('"same" with an even kernel: the odd cell stands after.', even, [[1, 2, 0], [0, 1, 2], [0, 0, 1]])
    wide = your.toeplitz(KERNEL, 3, mode="same")
    equal('"same" with [1, 2, 4].', wide, [[2, 4, 0], [1, 2, 4], [0, 1, 2]])
    long = your.toeplitz(KERNEL, 2, mode="full")
    equal('"full" of a kernel that is longer than the signal.', long, [[4, 0], [2, 4], [1, 2], [0, 1]])
    refuses("A kernel that is longer than the signal.", your, "toeplitz", KERNEL, 2)


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
    closed=("output", "resolve", "rims", "receptive", "padding_pairs", "toeplitz", "conv", "correlate"),
    opens=("as_float",),
)
