"""What students see of exercise 9: its capabilities, hand examples, properties, edges."""

from __future__ import annotations

import numpy as np

import cnnlab

from ..geometry import output_size
from .case import number_text
from .exercise import Exercise, capability
from .simpler import plain
from .visible import equal, holds


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


# What each capability shows: by hand, as a property, at an edge of the contract.


@capability("forward", 2, section="One number for each window", varies=SIZES)
def forward(your):
    by_hand = your.max_pool_forward(PICTURE, 2)
    equal("By hand: the picture of the chapter, in windows of 2 x 2.", by_hand, [[[[4, 5], [6, -1]]]])
    equal("By hand: [1, 3, 2, 4, 0, 5] over a row of -1.", your.max_pool_forward(LINE, 2), [[[[3, 4, 5]]]])
    channels = np.concatenate([BATCH, 2 * BATCH[::-1]], axis=1)
    holds("A picture that is 100 brighter: so is the result.", raised, your, channels, 3, 1)
    over = your.max_pool_forward(PICTURE[..., :3], 2)
    equal("A last column that fills no window.", over, [[[[4], [6]]]])
    below = your.max_pool_forward(np.array([[[[-10.0, -30, -20]]]]), 3, stride=1, padding=1)
    equal("[-10, -30, -20] with a cell on each side, by windows of 3 x 3.", below, [[[[-10, -10, -20]]]])
    whole = your.max_pool_forward(np.array([[[[-10, -30, -20]]]]), 3, stride=1, padding=1)
    equal("The same as whole numbers.", whole, [[[[-10, -10, -20]]]])
    equal("8-bit pixels.", your.max_pool_forward(PIXELS, 2), [[[[255]]]])
    equal("A batch of no pictures.", your.max_pool_forward(BATCH[:0], 2), np.zeros((0, 1, 2, 2)))


@capability("backward", 2, section="The winner takes the gradient", varies=SIZES)
def backward(your):
    by_hand = your.max_pool_backward(OWED, LINE, 2, stride=2)
    equal(
        "By hand: [1, 3, 2, 4, 0, 5] over a row of -1, dy = [1, 10, 100].",
        by_hand,
        over_zeros(0, 1, 0, 10, 0, 100),
    )
    picture = your.max_pool_backward(DY, PICTURE, 2)
    right = [[[[0, 0, 0, 0], [1, 0, 10, 0], [0, 0, 0, 0], [0, 100, 1000, 0]]]]
    equal("By hand: the picture, dy = [[1, 10], [100, 1000]].", picture, right)
    dy = np.concatenate([DY, 3 * DY])
    holds("Two pictures: all that comes in goes out.", all_paid, your, dy, BATCH, 2, 2)
    # Rims of 0, of copies and of -inf, and a crop from the wrong cell, give four results here.
    rim = your.max_pool_backward(DY, np.array([[[[-4.0, -2], [-3, -1]]]]), 2, stride=2, padding=1)
    equal("[[-4, -2], [-3, -1]] with a cell on each side, by windows of 2 x 2.", rim, DY)
    halves = your.max_pool_backward(OWED / 2, LINE.astype(int), 2)
    equal("Whole numbers in x, halves in dy.", halves, over_zeros(0, 0.5, 0, 5, 0, 50))
    equal("A batch of no pictures.", your.max_pool_backward(DY[:0], BATCH[:0], 2), np.zeros((0, 1, 4, 4)))


@capability("ties", 1, section="Ties and overlap", varies="equal entries, and how far windows overlap")
def ties(your):
    tied = line(1, 3, 2, 2, 0, 5)
    by_hand = your.max_pool_backward(OWED, tied, 2, stride=2)
    equal("By hand: of 2 and 2 the first wins.", by_hand, over_zeros(0, 1, 10, 0, 0, 100))
    dy = np.array([[[[1.0, 10, 100, 1000, 10000]]]])
    overlap = your.max_pool_backward(dy, LINE, 2, stride=1)
    equal("By hand: windows of 2, one step apart.", overlap, over_zeros(0, 11, 0, 1100, 0, 10000))
    few, dy = np.where(PICTURE > 1, 2.0, 1), np.arange(1.0, 10).reshape(1, 1, 3, 3)
    holds("As if each entry were a little smaller than the one before.", earlier_wins, your, dy, few, 2, 1)
    near = your.max_pool_backward(OWED[..., :1], line(1, 1.000001), 2)
    equal("1 and 1.000001 are not equal.", near, over_zeros(0, 1))
    flat = your.max_pool_backward(DY, np.zeros((1, 1, 3, 3)), 2, stride=1)
    equal("A picture of zeros.", flat, [[[[1, 10, 0], [100, 1000, 0], [0, 0, 0]]]])
    alone = your.max_pool_backward(DY, np.ones((1, 1, 2, 2)), 2, stride=2, padding=1)
    equal("Ones with a cell on each side: each window has one entry of the picture.", alone, DY)


@capability("average", 2, section="The average pays everyone", varies=SIZES)
def average(your):
    by_hand = your.avg_pool_forward(PICTURE, 2)
    equal("By hand: the picture of the chapter, in windows of 2 x 2.", by_hand, [[[[1.75, 2], [2.25, -2.5]]]])
    by_hand = your.avg_pool_backward(4 * DY, PICTURE, 2, stride=2)
    equal("By hand: dy = [[4, 40], [400, 4000]].", by_hand, DY.repeat(2, axis=2).repeat(2, axis=3))
    holds("The picture: <y, dy> = <x, dx>.", adjoint, your, DY, PICTURE, 2, 2)
    dy = np.array([[[[4.0, 40]]]])
    overlap = your.avg_pool_backward(dy, LINE[..., :3], 2, stride=1)
    equal("Windows of 2 x 2, one step apart.", overlap, [[[[1, 11, 10], [1, 11, 10]]]])
    rim = your.avg_pool_forward(np.array([[[[9.0, 27, 18]]]]), 3, stride=1, padding=1)
    equal("[9, 27, 18] and zeros around it, which count.", rim, [[[[4, 6, 5]]]])
    dy = np.array([[[[9.0, 90, 900]]]])
    rim = your.avg_pool_backward(dy, LINE[:, :, :1, :3], 3, stride=1, padding=1)
    equal("The same windows backwards.", rim, [[[[11, 111, 110]]]])
    equal("8-bit pixels.", your.avg_pool_forward(PIXELS, 2), [[[[151.25]]]])


@capability("lp", 1, label="Lp", section="Between average and maximum: Lp", varies=f"p, {SIZES}")
def lp(your):
    x, cubic = over_zeros(3, -4, 0, 0, 5, 12), np.array([[[[-3.0, 4], [-5, 0]]]])
    by_hand = your.lp_pool_forward(x, 2)
    equal("By hand: [3, -4, 0, 0, 5, 12] over a row of zeros.", by_hand, [[[[5, 0, 13]]]])
    by_hand = your.lp_pool_backward(np.array([[[[10.0, -26]]]]), over_zeros(3, -4, 5, 12), 2)
    equal(
        "By hand: [3, -4, 5, 12] over a row of zeros, dy = [10, -26].", by_hand, over_zeros(6, -8, -10, -24)
    )
    none = your.lp_pool_backward(np.array([[[[10.0, 1]]]]), over_zeros(3, -4, 0, 0), 2)
    equal(
        "[3, -4, 0, 0] over a row of zeros, dy = [10, 1]. A window of zeros gets 0.",
        none,
        over_zeros(6, -8, 0, 0),
    )
    equal("p = 1 adds sizes.", your.lp_pool_forward(x, 2, p=1), [[[[7, 0, 17]]]])
    cube = your.lp_pool_forward(cubic, 2, p=3)
    equal("[[-3, 4], [-5, 0]] with p = 3: 27 + 64 + 125 = 216, the cube of 6.", cube, [[[[6]]]])
    slopes = your.lp_pool_backward(np.array([[[[36.0]]]]), cubic, 2, p=3)
    equal("The same window backwards, dy = [36].", slopes, [[[[-9, 16], [-25, 0]]]])
    rim = your.lp_pool_forward(LENGTHS[:, :, None, :2], 3, stride=1, padding=1)
    equal("[3, -4] and zeros around it, by windows of 3 x 3.", rim, [[[[5, 5]]]])
    overlap = your.lp_pool_backward(
        np.array([[[[10.0, 100]]]]), LENGTHS[:, :, None, :2], 3, stride=1, padding=1
    )
    equal("Both windows see both entries: the same backwards, dy = [10, 100].", overlap, [[[[66, -88]]]])
    holds("Twice the input is twice as long.", doubled, your, PICTURE, 2, 2)
    holds("Twice the input is as steep.", scaled, your, DY, PICTURE, 2, 2)


@capability(
    "axes",
    1,
    section="Any number of axes",
    varies="one axis and three, unequal windows, strides and paddings, for all six functions",
)
def axes(your):
    by_hand = your.max_pool_forward(SIGNAL, 2)
    equal("By hand: the signal [1, 3, 2, 4, 0, 5].", by_hand, [[[3, 4, 5]]])
    equal("The means of the signal.", your.avg_pool_forward(SIGNAL, 2), [[[2, 3, 2.5]]])
    shares = your.avg_pool_backward(OWED[:, :, 0], SIGNAL, 2)
    equal("The shares in the signal, dy = [1, 10, 100].", shares, [[[0.5, 0.5, 5, 5, 50, 50]]])
    wide = np.arange(1.0, 25).reshape(1, 1, 4, 6) % 7
    by_hand = your.max_pool_forward(wide, (2, 3))
    equal("By hand: windows of 2 x 3 in a picture of 4 x 6.", by_hand, [[[[3, 6], [6, 4]]]])
    mean = your.avg_pool_forward(np.ones((1, 1, 4, 6)), (2, 3))
    equal("The mean of ones is 1, also in windows of 2 x 3.", mean, [[[[1, 1], [1, 1]]]])
    share = your.avg_pool_backward(6 * DY, wide, (2, 3))
    equal("A sixth for each cell.", share, np.repeat(np.repeat(DY, 2, axis=2), 3, axis=3))
    volume = np.stack([PICTURE, PICTURE[..., ::-1] * 2], axis=2)  # (1, 1, 2, 4, 4)
    holds("The axes of volume and window in another order.", turned, your, volume, (1, 2, 4))
    longest = your.lp_pool_forward(LENGTHS[:, :, None, :, None], (1, 2, 1))
    equal("A volume of one line.", longest, np.array([5.0, 0, 13]).reshape(1, 1, 1, 3, 1))
    winners = your.max_pool_backward(np.full((1, 1, 1, 1, 1), 7.0), volume[..., :2, :2], 2)
    equal("One winner in 2 x 2 x 2.", winners, [[[[[0, 0], [0, 0]], [[0, 0], [0, 7]]]]])
    uneven = your.max_pool_forward(PICTURE, (3, 2), stride=(2, 1), padding=((1, 0), (0, 1)))
    equal("Another window, stride and padding on each axis.", uneven, [[[[4, 5, 5, 1], [6, 6, 5, 1]]]])
    dx = your.lp_pool_backward(np.array([[[-10.0]]]), LENGTHS[..., :2], 2)
    equal("One window of a signal, [3, -4], dy = [-10].", dx, [[[-6, 8]]])


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
    ),
    opens=("output_size", "resolve_padding", "as_float", "pad_forward", "unfold", "fold"),
)
