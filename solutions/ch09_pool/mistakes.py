"""Named wrong answers to exercise 9: each was really given by somebody. Instructors only."""

import numpy as np

from cnnlab import (
    avg_pool_backward,
    avg_pool_forward,
    lp_pool_backward,
    lp_pool_forward,
    max_pool_backward,
    max_pool_forward,
    output_size,
    resolve_padding,
)
from cnnlab.checks import Mistakes

mistake = MISTAKES = Mistakes()
MAX, AVG, LP = ("max_pool_forward", "avg_pool_forward", "lp_pool_forward")
DMAX, DAVG, DLP = ("max_pool_backward", "avg_pool_backward", "lp_pool_backward")


def per_axis(value, axes):
    return (value,) * axes if np.ndim(value) == 0 else tuple(value)


class Windows:
    """Every window of a padded input, and the way back into the picture."""

    def __init__(self, x, kernel_size, stride=None, padding=0, fill=0.0):
        self.x, spatial = x, x.shape[2:]
        self.kernel_size = per_axis(kernel_size, len(spatial))
        self.stride = per_axis(kernel_size if stride is None else stride, len(spatial))
        self.out = output_size(spatial, self.kernel_size, stride=self.stride, padding=padding)
        self.rim = resolve_padding(spatial, self.kernel_size, padding, stride=self.stride)
        both = ((0, 0), (0, 0), *self.rim)
        self.padded = np.pad(x.astype(np.result_type(x, np.float32)), both, constant_values=fill)
        self.dpadded = np.zeros(self.padded.shape)

    def __iter__(self):
        for o in np.ndindex(*self.out):
            sides = zip(o, self.stride, self.kernel_size, strict=True)
            window = tuple(slice(i * s, i * s + k) for i, s, k in sides)
            for n, c in np.ndindex(*self.x.shape[:2]):
                yield (n, c, *o), (n, c, *window)

    def cropped(self):
        sides = zip(self.rim, self.x.shape[2:], strict=True)
        return self.dpadded[(..., *[slice(before, before + n) for (before, _), n in sides])]


# Which windows, of what?

STRIDE_ONE = (
    "windows that overlap although nobody asked for a stride. What is the stride, if none is given: a "
    "convolution's, or pooling's?"
)


def one(stride):
    return 1 if stride is None else stride


@mistake("pool-stride-defaults-to-one", STRIDE_ONE, of=MAX, breaks="forward")
def max_one_step_apart(x, kernel_size, *, stride=None, padding=0):
    return max_pool_forward(x, kernel_size, stride=one(stride), padding=padding)


@mistake("pool-stride-defaults-to-one", of=DMAX)
def dmax_one_step_apart(dy, x, kernel_size, *, stride=None, padding=0):
    return max_pool_backward(dy, x, kernel_size, stride=one(stride), padding=padding)


@mistake("pool-stride-defaults-to-one", of=AVG)
def avg_one_step_apart(x, kernel_size, *, stride=None, padding=0):
    return avg_pool_forward(x, kernel_size, stride=one(stride), padding=padding)


@mistake("pool-stride-defaults-to-one", of=DAVG)
def davg_one_step_apart(dy, x, kernel_size, *, stride=None, padding=0):
    return avg_pool_backward(dy, x, kernel_size, stride=one(stride), padding=padding)


@mistake("pool-stride-defaults-to-one", of=LP)
def lp_one_step_apart(x, kernel_size, *, stride=None, padding=0, p=2):
    return lp_pool_forward(x, kernel_size, stride=one(stride), padding=padding, p=p)


@mistake("pool-stride-defaults-to-one", of=DLP)
def dlp_one_step_apart(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    return lp_pool_backward(dy, x, kernel_size, stride=one(stride), padding=padding, p=p)


@mistake(
    "maxpool-pads-zeros",
    "zeros at the rim of a picture of negative numbers. Can a value that is not in the picture win?",
    of=MAX,
    breaks="forward",
)
def max_with_zeros_around(x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding)
    return max_pool_forward(windows.padded, kernel_size, stride=stride)


@mistake("maxpool-pads-zeros", of=DMAX)
def dmax_with_zeros_around(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding)
    windows.dpadded = max_pool_backward(dy, windows.padded, kernel_size, stride=stride)
    return windows.cropped()


@mistake(
    "maxpool-starts-at-zero",
    "0 for a window of negative numbers alone. With which number may the search for a largest begin?",
    of=MAX,
    breaks="forward",
)
def max_of_the_entries_and_zero(x, kernel_size, *, stride=None, padding=0):
    return np.maximum(max_pool_forward(x, kernel_size, stride=stride, padding=padding), 0)


def side_by_side(x, kernel_size, stride, padding):
    """Whether the trick with reshape is for this call at all."""
    same = stride is None or per_axis(stride, x.ndim - 2) == per_axis(kernel_size, x.ndim - 2)
    return same and not np.any(padding)


@mistake(
    "pool-reshape-wrong-axes",
    "the right shape, but values from scattered places. Which entries does one of your windows really hold?",
    of=MAX,
    breaks="forward",
)
def max_of_scattered_entries(x, kernel_size, *, stride=None, padding=0):
    if not side_by_side(x, kernel_size, stride, padding):
        return max_pool_forward(x, kernel_size, stride=stride, padding=padding)
    axes, taps = x.ndim - 2, per_axis(kernel_size, x.ndim - 2)
    out = [n // k for n, k in zip(x.shape[2:], taps, strict=True)]
    x = x[(..., *[slice(0, o * k) for o, k in zip(out, taps, strict=True)])]
    split = [size for pair in zip(taps, out, strict=True) for size in pair]
    return x.reshape(*x.shape[:2], *split).max(axis=tuple(range(2, 2 + 2 * axes, 2))).astype(float)


TRUNCATES = (
    "an exception where the window does not divide the picture. What does the contract do with a last "
    "window that is not full?"
)


def must_divide(x, kernel_size, stride, padding):
    if side_by_side(x, kernel_size, stride, padding) and np.any(np.mod(x.shape[2:], kernel_size)):
        raise ValueError(f"cannot reshape array of shape {x.shape}")


@mistake("pool-truncates-with-reshape", TRUNCATES, of=MAX, breaks="forward")
def max_of_whole_windows_only(x, kernel_size, *, stride=None, padding=0):
    must_divide(x, kernel_size, stride, padding)
    return max_pool_forward(x, kernel_size, stride=stride, padding=padding)


@mistake("pool-truncates-with-reshape", of=DMAX)
def dmax_of_whole_windows_only(dy, x, kernel_size, *, stride=None, padding=0):
    must_divide(x, kernel_size, stride, padding)
    return max_pool_backward(dy, x, kernel_size, stride=stride, padding=padding)


@mistake("pool-truncates-with-reshape", of=AVG)
def avg_of_whole_windows_only(x, kernel_size, *, stride=None, padding=0):
    must_divide(x, kernel_size, stride, padding)
    return avg_pool_forward(x, kernel_size, stride=stride, padding=padding)


@mistake("pool-truncates-with-reshape", of=DAVG)
def davg_of_whole_windows_only(dy, x, kernel_size, *, stride=None, padding=0):
    must_divide(x, kernel_size, stride, padding)
    return avg_pool_backward(dy, x, kernel_size, stride=stride, padding=padding)


@mistake("pool-truncates-with-reshape", of=LP)
def lp_of_whole_windows_only(x, kernel_size, *, stride=None, padding=0, p=2):
    must_divide(x, kernel_size, stride, padding)
    return lp_pool_forward(x, kernel_size, stride=stride, padding=padding, p=p)


@mistake("pool-truncates-with-reshape", of=DLP)
def dlp_of_whole_windows_only(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    must_divide(x, kernel_size, stride, padding)
    return lp_pool_backward(dy, x, kernel_size, stride=stride, padding=padding, p=p)


@mistake(
    "maxpool-of-absolute",
    "-9 beats 3, as if its sign did not count. Which of the two is larger?",
    of=MAX,
    breaks="forward",
)
def max_of_absolute_values(x, kernel_size, *, stride=None, padding=0):
    return max_pool_forward(np.abs(x), kernel_size, stride=stride, padding=padding)


@mistake("maxpool-of-absolute", of=DMAX)
def dmax_of_absolute_values(dy, x, kernel_size, *, stride=None, padding=0):
    return max_pool_backward(dy, np.abs(x), kernel_size, stride=stride, padding=padding)


ACROSS = "one result for all channels of an image. Does a window reach from one channel to the next?"


@mistake("maxpool-over-channels", ACROSS, of=MAX, breaks="forward")
def max_over_channels_for_each(x, kernel_size, *, stride=None, padding=0):
    return np.repeat(max_over_channels(x, kernel_size, stride, padding), x.shape[1], axis=1)


@mistake("maxpool-over-channels", of=MAX)
def max_over_channels_once(x, kernel_size, *, stride=None, padding=0):
    return max_over_channels(x, kernel_size, stride, padding)


def max_over_channels(x, kernel_size, stride, padding):
    return max_pool_forward(x, kernel_size, stride=stride, padding=padding).max(axis=1, keepdims=True)


# Who is paid?


@mistake(
    "maxgrad-everywhere",
    "the full amount for every cell of the window. Which of them would change the output if nudged?",
    of=DMAX,
    breaks="backward",
)
def dmax_to_everyone(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding)
    for place, window in windows:
        windows.dpadded[window] += dy[place]
    return windows.cropped()


OVERWRITES = (
    "one payment for a cell that several windows share. What should a cell get that three windows owe "
    "something?"
)


@mistake("maxgrad-assigns-overlap", OVERWRITES, of=DMAX, breaks="ties")
def dmax_overwrites(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding, fill=-np.inf)
    for place, window in windows:
        seen = windows.padded[window]
        windows.dpadded[window][np.unravel_index(seen.argmax(), seen.shape)] = dy[place]
    return windows.cropped()


@mistake("maxgrad-assigns-overlap", of=DAVG)
def davg_overwrites(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding)
    for place, window in windows:
        windows.dpadded[window] = dy[place] / windows.padded[window].size
    return windows.cropped()


@mistake("maxgrad-assigns-overlap", of=DLP)
def dlp_overwrites(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    windows = Windows(x, kernel_size, stride, padding)
    for place, window in windows:
        seen = windows.padded[window]
        y = (np.abs(seen) ** p).sum() ** (1 / p)
        windows.dpadded[window] = dy[place] * np.sign(seen) * (np.abs(seen) / (y or 1)) ** (p - 1)
    return windows.cropped()


ALL_PAID = "the full amount for each of several equal entries: more than came in. How many can have won?"


@mistake("maxgrad-ties-all-paid", ALL_PAID, of=DMAX, breaks="ties")
def dmax_to_all_that_equal(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding, fill=-np.inf)
    for place, window in windows:
        seen = windows.padded[window]
        windows.dpadded[window] += dy[place] * (seen == seen.max())
    return windows.cropped()


@mistake("maxgrad-ties-all-paid", of=DMAX)
def dmax_overwrites_all_that_equal(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding, fill=-np.inf)
    for place, window in windows:
        seen = windows.padded[window]
        windows.dpadded[window][seen == seen.max()] = dy[place]
    return windows.cropped()


SPLIT = "a part of the amount for each of several equal entries. Does the contract share, or choose?"


@mistake("maxgrad-ties-split", SPLIT, of=DMAX, breaks="ties")
def dmax_shared_by_all_that_equal(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding, fill=-np.inf)
    for place, window in windows:
        seen = windows.padded[window]
        winners = seen == seen.max()
        windows.dpadded[window] += dy[place] * winners / winners.sum()
    return windows.cropped()


LAST = "of several equal entries the last is paid. Which of them comes first, row by row?"


@mistake("maxgrad-ties-last", LAST, of=DMAX, breaks="ties")
def dmax_to_the_last_that_equals(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding, fill=-np.inf)
    for place, window in windows:
        seen = windows.padded[window]
        last = seen.size - 1 - seen.ravel()[::-1].argmax()
        windows.dpadded[window][np.unravel_index(last, seen.shape)] += dy[place]
    return windows.cropped()


COLUMNS = (
    "of several equal entries the first is paid, but column by column. In which order does the contract go "
    "through a window?"
)


@mistake("maxgrad-ties-column-order", COLUMNS, of=DMAX, breaks="ties")
def dmax_to_the_first_by_columns(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding, fill=-np.inf)
    for place, window in windows:
        seen = windows.padded[window]
        first = np.unravel_index(seen.ravel(order="F").argmax(), seen.shape, order="F")
        windows.dpadded[window][first] += dy[place]
    return windows.cropped()


@mistake(
    "maxgrad-window-offset-lost",
    "all gradient in the first window, the top left corner. From where does your argmax count?",
    of=DMAX,
    breaks="backward",
)
def dmax_into_the_first_window(dy, x, kernel_size, *, stride=None, padding=0):
    windows = Windows(x, kernel_size, stride, padding, fill=-np.inf)
    for place, window in windows:
        seen = windows.padded[window]
        windows.dpadded[(*place[:2], *np.unravel_index(seen.argmax(), seen.shape))] += dy[place]
    return windows.cropped()


CROP = "a gradient that is empty where there is no padding. What does a[0:-0] select?"


def cropped_from_p_to_minus_p(dx, x, kernel_size, padding):
    """Crop once more, where the padding is 0 and a negative end takes all away."""
    rim = resolve_padding(x.shape[2:], kernel_size, padding)
    if any(before != after for before, after in rim):  # no single p to crop with
        return dx
    return dx[(..., *[slice(None) if p else slice(0, 0) for p, _ in rim])]


@mistake("poolgrad-crop-minus-p", CROP, of=DMAX, breaks="backward ties average lp axes", degenerate=True)
def dmax_cropped_from_p_to_minus_p(dy, x, kernel_size, *, stride=None, padding=0):
    dx = max_pool_backward(dy, x, kernel_size, stride=stride, padding=padding)
    return cropped_from_p_to_minus_p(dx, x, kernel_size, padding)


@mistake("poolgrad-crop-minus-p", of=DAVG)
def davg_cropped_from_p_to_minus_p(dy, x, kernel_size, *, stride=None, padding=0):
    dx = avg_pool_backward(dy, x, kernel_size, stride=stride, padding=padding)
    return cropped_from_p_to_minus_p(dx, x, kernel_size, padding)


@mistake("poolgrad-crop-minus-p", of=DLP)
def dlp_cropped_from_p_to_minus_p(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    dx = lp_pool_backward(dy, x, kernel_size, stride=stride, padding=padding, p=p)
    return cropped_from_p_to_minus_p(dx, x, kernel_size, padding)


# By what is it divided?

BY_SIDE = "a mean that is too large by the side of the window. What does a picture of ones become?"


def sides(x, kernel_size, side):
    taps = per_axis(kernel_size, x.ndim - 2)
    return np.prod(taps) / taps[side]


@mistake("avg-divides-by-side", BY_SIDE, of=AVG, breaks="average")
def avg_over_the_first_side(x, kernel_size, *, stride=None, padding=0):
    return avg_pool_forward(x, kernel_size, stride=stride, padding=padding) * sides(x, kernel_size, 0)


@mistake("avg-divides-by-side", of=DAVG)
def davg_over_the_first_side(dy, x, kernel_size, *, stride=None, padding=0):
    return avg_pool_backward(dy, x, kernel_size, stride=stride, padding=padding) * sides(x, kernel_size, 0)


@mistake("avg-divides-by-side", of=AVG)
def avg_over_the_last_side(x, kernel_size, *, stride=None, padding=0):
    return avg_pool_forward(x, kernel_size, stride=stride, padding=padding) * sides(x, kernel_size, -1)


@mistake("avg-divides-by-side", of=DAVG)
def davg_over_the_last_side(dy, x, kernel_size, *, stride=None, padding=0):
    return avg_pool_backward(dy, x, kernel_size, stride=stride, padding=padding) * sides(x, kernel_size, -1)


@mistake(
    "avggrad-not-divided",
    "more gradient handed out than came in. What did the forward pass divide by?",
    of=DAVG,
    breaks="average",
)
def davg_undivided(dy, x, kernel_size, *, stride=None, padding=0):
    taps = np.prod(per_axis(kernel_size, x.ndim - 2))
    return avg_pool_backward(dy, x, kernel_size, stride=stride, padding=padding) * taps


RIM_COUNTS = "a mean of fewer entries where a window reaches into the rim. Do its zeros count, or not?"


@mistake("avg-rim-not-counted", RIM_COUNTS, of=AVG, breaks="average")
def avg_of_the_picture_alone(x, kernel_size, *, stride=None, padding=0):
    return avg_pool_forward(x, kernel_size, stride=stride, padding=padding, count_include_pad=False)


@mistake("avg-rim-not-counted", of=DAVG)
def davg_of_the_picture_alone(dy, x, kernel_size, *, stride=None, padding=0):
    return avg_pool_backward(dy, x, kernel_size, stride=stride, padding=padding, count_include_pad=False)


@mistake(
    "l2-no-root",
    "an output that grows fourfold when the input is doubled. Is that a length?",
    of=LP,
    breaks="lp",
)
def lp_without_the_root(x, kernel_size, *, stride=None, padding=0, p=2):
    return lp_pool_forward(x, kernel_size, stride=stride, padding=padding, p=p) ** p


@mistake(
    "lp-no-abs",
    "squares are right, odd powers are not, and other roots are NaN. Which sign has (-3)**3, and may a "
    "size have it?",
    of=LP,
    breaks="lp",
)
def lp_of_signed_powers(x, kernel_size, *, stride=None, padding=0, p=2):
    windows = Windows(x, kernel_size, stride, padding)
    y = np.zeros((*x.shape[:2], *windows.out))
    with np.errstate(invalid="ignore"):
        for place, window in windows:
            y[place] = (windows.padded[window] ** p).sum() ** (1 / p)
    return y


IS_RMS = (
    "a length that is off by a constant, which the size of the window alone decides. Is it a sum inside, or "
    "a mean?"
)


def shrinking(x, kernel_size, p):
    return np.prod(per_axis(kernel_size, x.ndim - 2)) ** (1 / p)


@mistake("l2-is-rms", IS_RMS, of=LP, breaks="lp")
def lp_of_the_mean(x, kernel_size, *, stride=None, padding=0, p=2):
    y = lp_pool_forward(x, kernel_size, stride=stride, padding=padding, p=p)
    return y / shrinking(x, kernel_size, p)


@mistake("l2-is-rms", of=DLP)
def dlp_of_the_mean(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    dx = lp_pool_backward(dy, x, kernel_size, stride=stride, padding=padding, p=p)
    return dx / shrinking(x, kernel_size, p)


@mistake(
    "l2-zero-window-nan",
    "NaN where a window holds zeros alone. There is no slope: which value does the contract take?",
    of=DLP,
    breaks="lp",
)
def dlp_divides_by_zero(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    windows = Windows(x, kernel_size, stride, padding)
    for place, window in windows:
        seen = windows.padded[window]
        y = (np.abs(seen) ** p).sum() ** (1 / p)
        with np.errstate(invalid="ignore"):
            windows.dpadded[window] += dy[place] * np.sign(seen) * (np.abs(seen) / y) ** (p - 1)
    return windows.cropped()


@mistake(
    "l2grad-forgets-norm",
    "a gradient that grows with the input, where the slope of a length does not. What does the slope of a "
    "root divide by?",
    of=DLP,
    breaks="lp",
)
def dlp_not_over_y(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    windows = Windows(x, kernel_size, stride, padding)
    for place, window in windows:
        seen = windows.padded[window]
        windows.dpadded[window] += dy[place] * np.sign(seen) * np.abs(seen) ** (p - 1)
    return windows.cropped()


@mistake(
    "lpgrad-no-sign",
    "no minus sign where x is negative. Does a length grow or shrink when -4 becomes -3?",
    of=DLP,
    breaks="lp",
)
def dlp_without_the_sign(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    return lp_pool_backward(dy, np.abs(x), kernel_size, stride=stride, padding=padding, p=p)


@mistake("lpgrad-no-sign", of=DLP)
def dlp_without_the_sign_of_zero(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    windows = Windows(x, kernel_size, stride, padding)
    for place, window in windows:
        seen = np.abs(windows.padded[window])
        y = (seen**p).sum() ** (1 / p)
        windows.dpadded[window] += dy[place] * (seen / y) ** (p - 1) if y else 0
    return windows.cropped()
