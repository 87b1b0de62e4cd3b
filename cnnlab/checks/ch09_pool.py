"""What students see of exercise 9: its capabilities, hand examples, properties, edges."""

from __future__ import annotations

from functools import partial

import numpy as np

import cnnlab

from ..geometry import output_size
from .case import number_text
from .compare import POOLS
from .exercise import Exercise, capability
from .simpler import plain
from .visible import holds, worked


def line(*numbers):
    """Make a picture of two rows: the numbers, over a row of -1."""
    return np.array([[[numbers, [-1] * len(numbers)]]], float)


def over_zeros(*numbers):
    """Make a picture of two rows: the numbers, over a row of zeros."""
    return np.array([[[numbers, [0] * len(numbers)]]], float)


LINE, OWED = line(1, 3, 2, 4, 0, 5), np.array([[[[1.0, 10, 100]]]])
SIGNAL, LENGTHS = np.array([[[1.0, 3, 2, 4, 0, 5]]]), np.array([[[3.0, -4, 0, 0, 5, 12]]])
PIXELS = np.array([[[[200, 100], [50, 255]]]], np.uint8)
PICTURE = np.array([[[[1.0, 3, 2, 0], [4, -1, 5, 1], [0, 2, -3, -2], [1, 6, -1, -4]]]])
DY = np.array([[[[1.0, 10], [100, 1000]]]])
BATCH = np.concatenate([PICTURE, -PICTURE])
CHANNELS = np.concatenate([BATCH, 2 * BATCH[::-1]], axis=1)

SIZES = (
    "sizes, windows, strides and paddings, batches, channels, the type of numbers; inputs stay as they are"
)


def right_number(case, index):
    """Say what one entry of the result is."""
    value = number_text(getattr(cnnlab, case.function)(*case.arguments(), **case.options)[index])
    kind, _, direction = case.function.split("_")
    if direction == "forward":
        what = {"max": "largest entry", "avg": "mean", "lp": f"length under p = {case.option('p')}"}[kind]
        return f"the {what} of that window is {value}"
    what = {
        "max": "the windows that this entry wins pay it",
        "avg": "its shares of its windows come to",
        "lp": "dy times the slope, summed over its windows, is",
    }
    return f"{what[kind]} {value}"


# Properties. Each call of theirs is held against the truth, in visible checks and in hidden ones.


def raised(your, x, kernel_size, stride):
    """A constant that is added to every entry is added to every maximum."""
    return your.max_pool_forward(x + 100, kernel_size, stride=stride), 100 + your.max_pool_forward(
        x, kernel_size, stride=stride
    )


def all_paid(your, dy, x, kernel_size, stride):
    """What comes in goes out: all of dy arrives somewhere in dx."""
    return np.array([your.max_pool_backward(dy, x, kernel_size, stride=stride).sum()]), [dy.sum()]


def earlier_wins(your, dy, x, kernel_size, stride):
    """Ties are settled as if each entry were a little smaller than the one before it."""
    settled = 1000 * x - np.arange(x.size).reshape(x.shape)
    return (
        your.max_pool_backward(dy, x, kernel_size, stride=stride),
        your.max_pool_backward(dy, settled, kernel_size, stride=stride),
    )


def adjoint(your, dy, x, kernel_size, stride):
    """<y, dy> = <x, dx>, for an average is linear."""
    dx = your.avg_pool_backward(dy, x, kernel_size, stride=stride)
    return np.array([np.vdot(x, dx)]), [np.vdot(cnnlab.avg_pool_forward(x, kernel_size, stride=stride), dy)]


def scaled(your, dy, x, kernel_size, stride):
    """Twice the input is twice as long, and as steep."""
    once = your.lp_pool_backward(dy, x, kernel_size, stride=stride)
    return your.lp_pool_backward(dy, 2 * x, kernel_size, stride=stride), once


def doubled(your, x, kernel_size, stride):
    """Twice the input is twice as long."""
    return your.lp_pool_forward(2 * x, kernel_size, stride=stride), 2 * your.lp_pool_forward(
        x, kernel_size, stride=stride
    )


def turned(your, x, kernel_size):
    """A volume and a window whose axes change places give the result with its axes changed."""
    a, b, c = kernel_size
    other = your.max_pool_forward(x.transpose(0, 1, 4, 2, 3), (c, a, b))
    return other, your.max_pool_forward(x, kernel_size).transpose(0, 1, 4, 2, 3)


def all_six(your, dy, x, **options):
    """What all six functions answer in windows of 2 x 3, in a row."""
    arrays = {name: (x,) if name.endswith("forward") else (dy, x) for name in POOLS}
    return np.concatenate([np.ravel(getattr(your, n)(*a, (2, 3), **options)) for n, a in arrays.items()])


def as_pairs(your, dy, x):
    """One number of cells per axis says the same as pairs."""
    numbers, pairs = ({"stride": (2, 3), "padding": rim} for rim in ((1, 0), ((1, 1), (0, 0))))
    return all_six(your, dy, x, **numbers), all_six(your, dy, x, **pairs)


def side_by_side(your, dy, x):
    """Unless told otherwise, a window's step is its own side, on each axis."""
    return all_six(your, dy, x), all_six(your, dy, x, stride=(2, 3))


# What each capability shows: by hand, as a property, at an edge of the contract.


@capability("forward", 2, section="One number for each window", varies=SIZES)
def forward(your):
    largest, rim = partial(worked, your=your, function="max_pool_forward"), {"stride": 1, "padding": 1}
    by_hand = "By hand: keep the largest of each window of 2 x 2 in the chapter's picture."
    largest(by_hand, [[[[4, 5], [6, -1]]]], PICTURE, 2)
    by_hand = "By hand: keep the largest of each two of [1, 3, 2, 4, 0, 5], which stand over a row of -1."
    largest(by_hand, [[[[3, 4, 5]]]], LINE, 2)
    holds("Give a picture that is 100 brighter a result that is.", raised, your, CHANNELS, 3, 1)
    largest("Leave out a last column that fills no window.", [[[[4], [6]]]], PICTURE[..., :3], 2)
    below, right = np.array([[[[-10.0, -30, -20]]]]), np.array([[[[-10.0, -10, -20]]]])
    largest("Let no cell of the rim win over [-10, -30, -20].", right, below, 3, **rim)
    largest("Give floats for whole numbers too.", right, below.astype(int), 3, **rim)
    far = "Let no cell of the rim win, however far below zero the picture lies."
    largest(far, 1e29 * right, 1e29 * below, 3, **rim)
    largest("Keep the largest of 8-bit pixels.", [[[[255]]]], PIXELS, 2)
    largest("Give no maxima for a batch of no pictures.", np.zeros((0, 1, 2, 2)), BATCH[:0], 2)


@capability("backward", 2, section="The winner takes the gradient", varies=SIZES)
def backward(your):
    paid = partial(worked, your=your, function="max_pool_backward")
    by_hand = "By hand: pay dy = [1, 10, 100] to the winners of [1, 3, 2, 4, 0, 5], over a row of -1."
    paid(by_hand, over_zeros(0, 1, 0, 10, 0, 100), OWED, LINE, 2, stride=2)
    by_hand = "By hand: pay dy = [[1, 10], [100, 1000]] to the winners in the chapter's picture."
    right = [[[[0, 0, 0, 0], [1, 0, 10, 0], [0, 0, 0, 0], [0, 100, 1000, 0]]]]
    paid(by_hand, right, DY, PICTURE, 2)
    dy = np.concatenate([DY, 3 * DY])
    dy = np.concatenate([dy, 5 * dy], axis=1)
    holds("Pay all that comes in, in two channels of two pictures.", all_paid, your, dy, CHANNELS, 2, 2)
    # Rims of 0, of copies and of -inf, rims in front alone, and a crop from the wrong cell, all differ here.
    x, dy = np.array([[[[-4.0, -2], [-3, -1]], [[4, 3], [2, 1]]]]), np.concatenate([DY, 5 * DY], axis=1)
    rim = "With a cell on each side, pay the one entry of each window that is no cell of the rim."
    paid(rim, dy, dy, x, 2, stride=2, padding=1)
    unread = "Leave zeros where no window reads: here they stand three steps apart."
    right = [[[[0, 0, 0], [7, 0, 0], [0, 0, 0], [0, 0, 0]]]]
    paid(unread, right, np.array([[[[7.0]]]]), PICTURE[..., :3], 2, stride=3)
    halves = "Pay halves where x holds whole numbers."
    paid(halves, over_zeros(0, 0.5, 0, 5, 0, 50), OWED / 2, LINE.astype(int), 2)
    floats = "Give floats where dy holds whole numbers."
    paid(floats, over_zeros(0, 1, 0, 10, 0, 100), OWED.astype(int), LINE, 2)
    none = "Pay nobody for a batch of no pictures."
    paid(none, np.zeros((0, 1, 4, 4)), DY[:0], BATCH[:0], 2)


@capability("ties", 1, section="Ties and overlap", varies="equal entries, and how far windows overlap")
def ties(your):
    paid = partial(worked, your=your, function="max_pool_backward")
    by_hand = "By hand: of 2 and 2, pay the first."
    paid(by_hand, over_zeros(0, 1, 10, 0, 0, 100), OWED, line(1, 3, 2, 2, 0, 5), 2, stride=2)
    dy = np.array([[[[1.0, 10, 100, 1000, 10000]]]])
    by_hand = "By hand: pay a winner of two windows of 2, one step apart, for both."
    paid(by_hand, over_zeros(0, 11, 0, 1100, 0, 10000), dy, LINE, 2, stride=1)
    few, dy = np.where(PICTURE > 1, 2.0, 1), np.arange(1.0, 10).reshape(1, 1, 3, 3)
    earlier = "Pay as if each entry were a little smaller than the one before."
    holds(earlier, earlier_wins, your, dy, few, 2, 1)
    near = "Do not take 1 and 1.000001 for equal."
    paid(near, over_zeros(0, 1), OWED[..., :1], line(1, 1.000001), 2)
    flat = "In a picture of zeros, pay the first entry of each window."
    right = [[[[1, 10, 0], [100, 1000, 0], [0, 0, 0]]]]
    paid(flat, right, DY, np.zeros((1, 1, 3, 3)), 2, stride=1)
    alone = "With a cell on each side of ones, pay the one entry of each window that is no cell of the rim."
    paid(alone, DY, DY, np.ones((1, 1, 2, 2)), 2, stride=2, padding=1)


@capability("average", 2, section="The average pays everyone", varies=SIZES)
def average(your):
    mean = partial(worked, your=your, function="avg_pool_forward")
    shared = partial(worked, your=your, function="avg_pool_backward")
    by_hand = "By hand: take the mean of each window of 2 x 2 in the chapter's picture."
    mean(by_hand, [[[[1.75, 2], [2.25, -2.5]]]], PICTURE, 2)
    by_hand = "By hand: share out dy = [[4, 40], [400, 4000]]."
    shared(by_hand, DY.repeat(2, axis=2).repeat(2, axis=3), 4 * DY, PICTURE, 2, stride=2)
    holds("Keep <y, dy> = <x, dx>, in the chapter's picture.", adjoint, your, DY, PICTURE, 2, 2)
    overlap = "Add up the shares of a cell that lies in two windows of 2 x 2."
    dy = np.array([[[[4.0, 40]]]])
    shared(overlap, [[[[1, 11, 10], [1, 11, 10]]]], dy, LINE[..., :3], 2, stride=1)
    rim = "Count the zeros around [9, 27, 18]."
    mean(rim, [[[[4, 6, 5]]]], np.array([[[[9.0, 27, 18]]]]), 3, stride=1, padding=1)
    dy = np.array([[[[9.0, 90, 900]]]])
    rim = "Share out to three cells and the zeros around them, which count."
    shared(rim, [[[[11, 111, 110]]]], dy, LINE[:, :, :1, :3], 3, stride=1, padding=1)
    unread = "Leave zeros where no window reads: here they stand three steps apart."
    shared(unread, [[[[1, 1, 0], [1, 1, 0]]]], np.array([[[[4.0]]]]), LINE[..., :3], 2, stride=3)
    quarters = "Share out quarters of whole numbers."
    shared(quarters, np.full((1, 1, 2, 2), 0.75), np.array([[[[3]]]]), PIXELS, 2)
    mean("Take the mean of 8-bit pixels, beyond 255 in sum.", [[[[151.25]]]], PIXELS, 2)


@capability("lp", 1, label="Lp", section="Between average and maximum: Lp", varies=f"p, {SIZES}")
def lp(your):
    length = partial(worked, your=your, function="lp_pool_forward")
    shared = partial(worked, your=your, function="lp_pool_backward")
    x, cubic = over_zeros(3, -4, 0, 0, 5, 12), np.array([[[[-3.0, 4], [-5, 0]]]])
    pair, rim = LENGTHS[:, :, None, :2], {"stride": 1, "padding": 1}
    by_hand = "By hand: take the length of each window of [3, -4, 0, 0, 5, 12] over a row of zeros."
    length(by_hand, [[[[5, 0, 13]]]], x, 2)
    by_hand = "By hand: share out dy = [10, -26] by size in [3, -4, 5, 12], over a row of zeros."
    dy = np.array([[[[10.0, -26]]]])
    shared(by_hand, over_zeros(6, -8, -10, -24), dy, over_zeros(3, -4, 5, 12), 2)
    none = "Give a window of zeros 0: here the second of [3, -4, 0, 0] over a row of zeros."
    shared(none, over_zeros(6, -8, 0, 0), np.array([[[[10.0, 1]]]]), over_zeros(3, -4, 0, 0), 2)
    length("With p = 1, add up sizes.", [[[[7, 0, 17]]]], x, 2, p=1)
    signs = "With p = 1, give every entry its sign times dy, and an entry of 0 nothing."
    shared(signs, over_zeros(10, -10), dy[..., :1], over_zeros(3, -4), 2, p=1)
    cube = "With p = 3, take 6 for [[-3, 4], [-5, 0]]: 27 + 64 + 125 = 216 is its cube."
    length(cube, [[[[6]]]], cubic, 2, p=3)
    cube = "With p = 3, share out dy = [36] in the same window."
    shared(cube, [[[[-9, 16], [-25, 0]]]], np.array([[[[36.0]]]]), cubic, 2, p=3)
    length("Read zeros around [3, -4], in windows of 3 x 3.", [[[[5, 5]]]], pair, 3, **rim)
    both = "Add up the shares of entries that both windows see."
    shared(both, [[[[66, -88]]]], np.array([[[[10.0, 100]]]]), pair, 3, **rim)
    floats = "Give floats where dy holds whole numbers."
    shared(floats, over_zeros(6, -8), np.array([[[[10]]]]), over_zeros(3, -4), 2)
    parts = "Share out parts of whole numbers."
    shared(parts, over_zeros(4.2, -5.6), np.array([[[[7.0]]]]), over_zeros(3, -4).astype(int), 2)
    holds("Give twice the input twice the length.", doubled, your, PICTURE, 2, 2)
    holds("Give twice the input the same slopes.", scaled, your, DY, PICTURE, 2, 2)


@capability(
    "axes",
    1,
    section="Any number of axes",
    varies="one axis and three, unequal windows, strides and paddings, for all six functions",
)
def axes(your):
    largest = partial(worked, your=your, function="max_pool_forward")
    mean = partial(worked, your=your, function="avg_pool_forward")
    shared = partial(worked, your=your, function="avg_pool_backward")
    by_hand = "By hand: keep the largest of each two of [1, 3, 2, 4, 0, 5], a signal."
    largest(by_hand, [[[3, 4, 5]]], SIGNAL, 2)
    mean("Take the means of the signal.", [[[2, 3, 2.5]]], SIGNAL, 2)
    halves = "Share out dy = [1, 10, 100] in the signal."
    shared(halves, [[[0.5, 0.5, 5, 5, 50, 50]]], OWED[:, :, 0], SIGNAL, 2)
    wide = np.arange(1.0, 25).reshape(1, 1, 4, 6) % 7
    by_hand = "By hand: keep the largest of each window of 2 x 3 in a picture of 4 x 6."
    largest(by_hand, [[[[3, 6], [6, 4]]]], wide, (2, 3))
    ones = "Give ones the mean 1, in windows of 2 x 3 too."
    mean(ones, [[[[1, 1], [1, 1]]]], np.ones((1, 1, 4, 6)), (2, 3))
    sixths = "Share out a sixth to each cell of a window of 2 x 3."
    shared(sixths, np.repeat(np.repeat(DY, 2, axis=2), 3, axis=3), 6 * DY, wide, (2, 3))
    volume = np.stack([PICTURE, PICTURE[..., ::-1] * 2], axis=2)  # (1, 1, 2, 4, 4)
    reordered = "Reorder the axes of volume and window: the result's are reordered too."
    holds(reordered, turned, your, volume, (1, 2, 4))
    rim = "Read one padding per axis as the same on both sides, in all six functions."
    holds(rim, as_pairs, your, np.arange(1.0, 7).reshape(1, 1, 3, 2), wide)
    steps = "Without a stride, step by the window's own side on each axis, in all six functions."
    holds(steps, side_by_side, your, DY, wide)
    line_of = "Take the lengths in a volume of one line."
    right, deep = np.array([5.0, 0, 13]).reshape(1, 1, 1, 3, 1), LENGTHS[:, :, None, :, None]
    worked(line_of, right, deep, (1, 2, 1), your=your, function="lp_pool_forward")
    winner = "Pay the one winner of 2 x 2 x 2."
    dy, right = np.full((1, 1, 1, 1, 1), 7.0), [[[[[0, 0], [0, 0]], [[0, 0], [0, 7]]]]]
    worked(winner, right, dy, volume[..., :2, :2], 2, your=your, function="max_pool_backward")
    uneven = "Take another window, stride and padding on each axis: a row above, and a column on each side."
    right = [[[[4, 4, 5, 5, 1], [4, 6, 6, 5, 1]]]]
    options = {"stride": (2, 1), "padding": ((1, 0), (1, 1))}
    largest(uneven, right, PICTURE, (3, 2), **options)
    one = "Share out dy = [-10] in one window of a signal, [3, -4]."
    worked(
        one, [[[-6, 8]]], np.array([[[-10.0]]]), LENGTHS[..., :2], 2, your=your, function="lp_pool_backward"
    )


# Steps towards a smaller case.


def _per_axis(case, name):
    n = case.args["x"].ndim - 2
    value = case.args["kernel_size"] if name == "kernel_size" else case.options.get(name)
    if value is None:
        return _per_axis(case, "kernel_size") if name == "stride" else (0,) * n
    return tuple(value) if isinstance(value, tuple) else (value,) * n


def _short(values):
    """Write one number where all axes agree."""
    return values[0] if len(set(values)) == 1 and isinstance(values[0], int) else tuple(values)


def _fit(case):
    """Cut dy, or fill it up, to the output's shape."""
    if "dy" not in case.args:
        return case
    x, old = case.args["x"], case.args["dy"]
    options = {"stride": _short(_per_axis(case, "stride")), "padding": case.option("padding")}
    try:
        out = output_size(x.shape[2:], _per_axis(case, "kernel_size"), **options)
    except ValueError:  # no such picture: the reference will say so
        return case
    dy = np.ones((*x.shape[:2], *out), old.dtype)
    common = tuple(slice(0, min(a, b)) for a, b in zip(old.shape, dy.shape, strict=True))
    dy[common] = old[common]
    return case.changed(dy=dy)


def p(case):
    """The usual exponent."""
    if case.option("p") != 2:
        yield case.changed(options={"p": 2})


def padding(case):
    """No padding; then one cell all around."""
    given = case.option("padding")
    yield from (_fit(case.changed(options={"padding": less})) for less in (0, 1) if given not in (0, less))


def stride(case):
    """Windows side by side; then one step apart."""
    given = case.options.get("stride")
    if given is not None:
        yield _fit(case.changed(options={"stride": None}))
        if given != 1:
            yield _fit(case.changed(options={"stride": 1}))


def images_and_channels(case):
    """One image; then one channel."""
    for axis in (0, 1):
        size = case.args["x"].shape[axis]
        for i in range(size if size > 1 else 0):
            parts = {n: a.take([i], axis=axis) for n, a in case.args.items() if n != "kernel_size"}
            yield case.changed(**parts)


def fewer_axes(case):
    """One axis fewer: a slice out of a picture, with a window that is flat there."""
    n = case.args["x"].ndim - 2
    for axis in range(n if n > 1 else 0):
        rest = [a for a in range(n) if a != axis]
        args = {name: a.take(0, axis=2 + axis) for name, a in case.args.items() if name != "kernel_size"}
        args["kernel_size"] = _short([_per_axis(case, "kernel_size")[a] for a in rest])
        options = {
            name: _short([_per_axis(case, name)[a] for a in rest])
            for name in ("stride", "padding")
            if case.options.get(name) is not None
        }
        yield _fit(case.changed(options=options, **args))


def sizes(case):
    """A smaller window; then a smaller picture."""
    taps, sizes = _per_axis(case, "kernel_size"), case.args["x"].shape[2:]
    if len(set(taps)) > 1:
        yield from (_fit(case.changed(kernel_size=k)) for k in sorted(set(taps)))
    for less in (1, 2):
        if less < min(taps):
            yield _fit(case.changed(kernel_size=less))
    for axis, n in enumerate(sizes):
        for size in sorted({1, taps[axis], 2 * taps[axis], n // 2, n - 1}):
            if 0 < size < n:
                yield _fit(case.changed(x=case.args["x"].take(range(size), axis=2 + axis)))


def values(case):
    """Counting numbers, upwards or below zero; flat; a peak, a checkerboard, near ties. And dy of ones."""
    for name, array in case.args.items():
        if isinstance(array, np.ndarray) and array.size:
            n = np.arange(1.0, array.size + 1).reshape(array.shape)
            flat, board = np.ones(array.shape), 0.5 + np.indices(array.shape).sum(axis=0) % 2
            peak = array.size + 0.5 - np.abs(2 * n - array.size - 1)
            for_x = (n, -n, n[..., ::-1], flat, 0 * flat, peak, board, 1 + n / 100_000)
            for pattern in for_x if name == "x" else (flat, n):
                if np.array_equal(pattern, array):
                    break
                if np.array_equal(pattern, pattern.astype(array.dtype)):
                    yield case.changed(**{name: pattern.astype(array.dtype)})


EXERCISE = Exercise(
    slug="ch09_pool",
    title="Pooling, and who is paid for it",
    functions=(
        "max_pool_forward",
        "max_pool_backward",
        "avg_pool_forward",
        "avg_pool_backward",
        "lp_pool_forward",
        "lp_pool_backward",
    ),
    capabilities=(forward, backward, ties, average, lp, axes),
    right_number=right_number,
    simpler=(plain, p, padding, stride, images_and_channels, fewer_axes, sizes, values, sizes),
    closed=(
        "max_pool",
        "max_unpool",
        "avg_pool",
        "lp_pool",
        "weighted_pool",
        "adaptive",
        "global",
        "pool",
        "larger",
        "from_the_last",
        "to_the_first",
        "put_back",
        "spread",
        "lengths",
        "conv",
        "correlate",
        "weigh",
    ),
    opens=("output_size", "resolve_padding", "as_float", "pad_forward", "unfold", "fold"),
)
