"""Chapter 9: pooling. The wrong backward passes walk from window to window, as the wrong programs do.

At the end stand wrong answers to the exercise, as they are there.
"""

from functools import partial

import numpy as np

from cnnlab import (
    avg_pool_backward,
    avg_pool_forward,
    lp_pool_backward,
    lp_pool_forward,
    max_pool_backward,
    max_pool_forward,
)
from solutions.ch09_pool.mistakes import DAVG, DLP, DMAX, MISTAKES

from .wrong import SPATIAL, Layer, distinct, first, wrong

SIZE = (3, 2, 2)  # of a window


def pool(axes, rng, *, forward, backward, size=SIZE, spatial=SPATIAL, below=0.0, **options):
    """A pooling layer; of numbers all below zero if so much is taken off."""
    spatial, size = first(axes, spatial, size)
    x = distinct(rng, (3, 4, *spatial)) - below
    return Layer(forward, backward, {"x": x}, dict(kernel_size=size, **options))


max_pool = partial(pool, forward=max_pool_forward, backward=max_pool_backward)
avg_pool = partial(pool, forward=avg_pool_forward, backward=avg_pool_backward)
l2_pool = partial(pool, forward=lp_pool_forward, backward=lp_pool_backward)


def windows(dy, x, kernel_size, stride=None):
    """Walk over the windows: the place of each, and the slices of x that it sees."""
    for place in np.ndindex(*dy.shape[2:]):
        steps = np.multiply(place, kernel_size if stride is None else stride)
        seen = tuple(slice(start, start + k) for start, k in zip(steps, kernel_size, strict=True))
        yield (..., *place), (..., *seen)


def to_winner(dy, entries):
    """Lay dy where the largest entry of a window is: (N, C) and (N, C, *window) -> (N, C, *window)."""
    flat = entries.reshape(*dy.shape, -1)
    won = np.arange(flat.shape[-1]) == flat.argmax(axis=-1)[..., None]
    return (dy[..., None] * won).reshape(entries.shape)


def upsampled(dy, x, kernel_size):
    """Give every cell the dy of its window."""
    return avg_pool_backward(dy, x, kernel_size) * np.prod(kernel_size)


@wrong("pool-stride-defaults-to-one", max_pool, x="")
def windows_one_apart(dy, x, kernel_size):
    dx = np.zeros_like(x)
    for place, seen in windows(dy, x, kernel_size, stride=1):
        dx[seen] += to_winner(dy[place], x[seen])
    return dx


@wrong("maxpool-pads-zeros", max_pool, options=dict(below=4.0, padding=1), x="unwritten overwritten")
def zeros_win_at_the_rim(dy, x, kernel_size, padding):
    padded = np.pad(x, ((0, 0), (0, 0), *[(padding, padding)] * (x.ndim - 2)))
    dpadded = np.zeros_like(padded)
    for place, seen in windows(dy, padded, kernel_size):
        dpadded[seen] += to_winner(dy[place], padded[seen])
    return dpadded[(..., *[slice(padding, -padding)] * (x.ndim - 2))]


@wrong("pool-reshape-wrong-axes", max_pool, options=dict(size=(2, 2, 2), spatial=(8, 6, 4)), x="")
def scattered_pixels_for_windows(dy, x, kernel_size):
    parts = [size for n, k in zip(x.shape[2:], kernel_size, strict=True) for size in (k, n // k)]
    cells = x.reshape(*x.shape[:2], *parts)  # and not (n // k, k)
    taps = tuple(range(2, cells.ndim, 2))
    won = cells == cells.max(axis=taps, keepdims=True)
    return (won * np.expand_dims(dy, taps)).reshape(x.shape)


@wrong("maxpool-of-absolute", max_pool, x="")
def to_the_largest_size(dy, x, kernel_size):
    return max_pool_backward(dy, abs(x), kernel_size)


@wrong("maxgrad-everywhere", max_pool, x="unmasked")
def to_the_whole_window(dy, x, kernel_size):
    return upsampled(dy, x, kernel_size)


@wrong("maxgrad-assigns-overlap", max_pool, options=dict(stride=1), x="overwritten")
def assigned_where_windows_overlap(dy, x, kernel_size, stride):
    dx = np.zeros_like(x)
    for place, seen in windows(dy, x, kernel_size, stride):
        owed = to_winner(dy[place], x[seen])
        dx[seen] = np.where(owed, owed, dx[seen])
    return dx


@wrong("maxgrad-window-offset-lost", max_pool, x="")
def all_into_the_first_window(dy, x, kernel_size):
    dx = np.zeros_like(x)
    _, first_window = next(windows(dy, x, kernel_size))
    for place, seen in windows(dy, x, kernel_size):
        dx[first_window] += to_winner(dy[place], x[seen])
    return dx


@wrong("avg-divides-by-side", avg_pool, axes=(2, 3), x="scale")
def divided_by_one_side(dy, x, kernel_size):
    return upsampled(dy, x, kernel_size) / kernel_size[0]


@wrong("avggrad-not-divided", avg_pool, x="scale")
def not_divided(dy, x, kernel_size):
    return upsampled(dy, x, kernel_size)


@wrong("l2-no-root", l2_pool, x="")
def of_the_sum_of_squares(dy, x, kernel_size):
    return 2 * x * upsampled(dy, x, kernel_size)


@wrong("l2-is-rms", l2_pool, x="scale")
def of_the_root_of_the_mean(dy, x, kernel_size):
    return lp_pool_backward(dy, x, kernel_size) / np.sqrt(np.prod(kernel_size))


@wrong("l2grad-forgets-norm", l2_pool, x="")
def not_divided_by_the_length(dy, x, kernel_size):
    return x * upsampled(dy, x, kernel_size)


LAYERS = {DMAX: max_pool, DAVG: avg_pool, DLP: l2_pool}
ANSWERS = {  # what may be called what, and the options that show it
    "maxgrad-assigns-overlap": ("overwritten", dict(stride=1)),
    "poolgrad-crop-minus-p": ("shape", {}),
    "avg-rim-not-counted": ("scale", dict(padding=1)),  # each place has its factor
    "lpgrad-no-sign": ("", {}),
}

for mistake in MISTAKES:
    for way in mistake.functions if mistake.id in ANSWERS else ():
        for of in (name for name in LAYERS if name in way):
            true, options = ANSWERS[mistake.id]
            wrong(mistake.id, LAYERS[of], options=options, x=true)(way[of])
