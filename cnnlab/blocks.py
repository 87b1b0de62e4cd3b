"""The matrix X of all windows, which makes a convolution a matrix product: in blocks that fit the cache.

X holds every entry of the input once for each tap. So the places are cut into blocks: a block's windows are
gathered, multiplied and forgotten while they are still in the cache.

Along the first spatial axis nothing is gathered. A window one row on sees the same rows but one. Lay the
gathered rows one after the other, and the matrix of each output row is a view that begins one row later: the
matrices overlap. An image under a 3x3 kernel is copied 3 times instead of 9, a sound once. On the way back
the output's rows are gathered so, and only along the other axes is anything added up.

Arrays come batch-last and are seen by groups and by rows: (groups, rows, channels, *other axes, N).
"""

import itertools
import math
from functools import lru_cache
from operator import mul

import numpy as np

from .geometry import Geometry, count
from .windows import CACHE, aligned

MULTIPLICATIONS = 10**6  # up to so many, OpenBLAS multiplies without rearranging the factors first
COLUMNS = 32  # OpenBLAS multiplies so many at a time best, or some times as many
LONG = 256  # places of a row from which on it has a product of its own, and terms of a sum that is cut
NARROWEST = 64  # columns of a block, however many taps
SUMMED = 2**15  # numbers of products that are summed at a time: they stay in the cache


def by_rows(geometry, images, *, shortest):
    """Take the first axis for the rows; where they are shorter than so many places, all is one row."""
    if geometry.kernel_size[0] > 1 and count(geometry.out[1:]) * images >= shortest:
        return geometry
    return in_one_row(geometry)


@lru_cache(1024)
def in_one_row(geometry):
    """See a grid as one row, by an axis of one cell before its own."""
    one = (1,), (1,), (1,), ((0, 0),), (1,), (1,)
    return Geometry(*(first + others for first, others in zip(one, geometry, strict=True)))


def see(array, sizes, groups):
    """See an array by groups and rows: (C, *sizes, N) -> (groups, sizes[0], C / groups, *sizes[1:], N)."""
    return array.reshape(groups, len(array) // groups, *sizes, array.shape[-1]).swapaxes(1, 2)


def as_matrices(weight, geometry, groups):
    """See a kernel as matrices, taps by rows: (C_out, C, *kernel) -> (groups, 1, C_out / groups, taps)."""
    by_row = weight.reshape(*weight.shape[:2], *geometry.kernel_size).swapaxes(1, 2)
    matrices = aligned((groups, 1, len(weight) // groups, count(weight.shape[1:])), weight.dtype)
    matrices.reshape(by_row.shape)[...] = by_row
    return matrices


def as_turned_matrices(weight, geometry, groups):
    """See a kernel as matrices for the way back, its rows turned around: (groups, 1, taps, rows * C_out).

    The taps are those of one row, and C_out those of one group.
    """
    c_out, rows = len(weight) // groups, geometry.kernel_size[0]
    by_row = weight.reshape(groups, c_out, weight.shape[1], rows, count(geometry.kernel_size[1:]))
    turned = by_row[:, :, :, ::-1].transpose(0, 2, 4, 3, 1)  # (groups, C, taps, rows, C_out)
    matrices = aligned((groups, 1, count(turned.shape[1:3]), rows * c_out), weight.dtype)
    matrices.reshape(turned.shape)[...] = turned
    return matrices


def as_kernel(matrices, shape, geometry):
    """See matrices as a kernel again: (groups, C_out / groups, taps) -> (C_out, C, *kernel), the shape."""
    rows, *others = geometry.kernel_size
    return matrices.reshape(shape[0], rows, shape[1], *others).swapaxes(1, 2).reshape(shape)


def gather(padded, geometry, groups, *, beside):
    """Copy the windows into matrices, one block after the other.

    Yields where a block's places are in an output seen by rows, and X: (groups, rows, taps, places).
    `beside` counts the numbers that the caller holds for each place.
    """
    view, room = row_windows(padded, geometry, groups), None
    one_to_one = count(geometry.kernel_size) == count(geometry.stride) == 1  # one tap at every place: X is x
    for place, read, rows in blocks(geometry, view.shape, CACHE // view.itemsize, beside):
        seen = view[read]
        if one_to_one:
            yield place, seen.reshape(groups, rows, seen.shape[2], count(seen.shape[3:]))
            continue
        room = aligned((seen.size,), view.dtype) if room is None else room  # the first block is the largest
        gathered = room[: seen.size].reshape(seen.shape)
        np.copyto(gathered, seen)
        yield place, overlapping(gathered, geometry, rows)


@lru_cache(1024)
def turn_rows(geometry):
    """Ask which rows of the output saw each row of the padded input: windows along the first axis."""
    rows, dilation, ones = geometry.kernel_size[0], geometry.dilation[0], (1,) * (len(geometry.out) - 1)
    rim = (rows - 1) * dilation
    padding = (rim, rim), *((0, 0) for _ in ones)
    out = geometry.padded[0], *geometry.out[1:]
    return Geometry(geometry.out, (rows, *ones), (1, *ones), padding, (dilation, *ones), out)


def with_taps(place, geometry):
    """Index in `row_windows` the block that is at a place: all taps of its rows and boxes."""
    return (*place[:3], *[slice(None)] * (len(geometry.out) - 1), *place[3:])


def row_windows(padded, geometry, groups):
    """See every row's windows without a copy: (groups, rows, C / groups, *kernel[1:], *out[1:], N)."""
    sizes, channels, images = geometry.padded, len(padded) // groups, padded.shape[-1]
    channel, row, *steps, image = padded.reshape(len(padded), *sizes, images).strides
    taps, places = map(mul, steps, geometry.dilation[1:]), map(mul, steps, geometry.stride[1:])
    shape = groups, sizes[0], channels, *geometry.kernel_size[1:], *geometry.out[1:], images
    strides = channels * channel, row, channel, *taps, *places, image
    return np.ndarray(shape, padded.dtype, padded, strides=strides)


def overlapping(gathered, geometry, rows):
    """See gathered rows as one matrix an output row: (groups, rows, taps, places), each `step` rows on."""
    axes, kernel, (_, step) = len(geometry.out), geometry.kernel_size[0], row_steps(geometry)
    taps, places = count(gathered.shape[2 : 2 + axes]), count(gathered.shape[2 + axes :])
    group, row = gathered.strides[:2]
    shape, strides = (len(gathered), rows, kernel * taps, places), (group, step * row, row // taps)
    return np.ndarray(shape, gathered.dtype, gathered, strides=(*strides, gathered.itemsize))


def row_steps(geometry):
    """Count the classes that the rows fall into, and the rows of its class that a window goes on each time.

    A kernel of dilation d sees every d-th row: the rows between them belong to other windows.
    """
    stride, dilation = geometry.stride[0], geometry.dilation[0]
    common = math.gcd(stride, dilation)
    return dilation // common, stride // common


@lru_cache
def blocks(geometry, shape, budget, beside):
    """Cut the places into blocks that fill the cache, with their gathered rows and what is beside them.

    The rows' windows have a shape, and the cache a budget of numbers. Returns where each block is in an
    output seen by rows, what it reads of the rows' windows, and how many rows.
    """
    out, *others = geometry.out
    kernel, stride, dilation = geometry.kernel_size[0], geometry.stride[0], geometry.dilation[0]
    classes, _ = row_steps(geometry)
    every = slice(None)
    if classes == 1 and count(shape) + beside * count(geometry.out) * shape[-1] <= budget:
        whole = slice(0, (out - 1) * stride + (kernel - 1) * dilation + 1, dilation)
        return (((every,) * 3, (every, whole), out),)
    rows, cut = block_sizes(geometry, shape, budget, beside)
    found = []
    for first in range(min(classes, out)):
        mine = range(first, out, classes)
        for start in range(0, len(mine), rows):
            made = mine[start : start + rows]
            read = slice(made[0] * stride, made[-1] * stride + (kernel - 1) * dilation + 1, dilation)
            made = slice(made[0], made[-1] + 1, classes)
            for box in cut:
                taps = [every] * (1 + len(others))
                found.append(((every, made, every, *box), (every, read, *taps, *box), len(range(out)[made])))
    return tuple(found)


def block_sizes(geometry, shape, budget, beside):
    """Choose how many rows a block has, and the boxes into which the other axes are cut."""
    out, *others = geometry.out
    classes, step = row_steps(geometry)
    kernel, images, most = geometry.kernel_size[0], max(1, shape[-1]), -(-out // classes)
    tap_row = shape[0] * count(shape[2 : 3 + len(others)])  # numbers of a gathered row at one place

    def numbers(rows):
        return ((rows - 1) * step + kernel) * tap_row + rows * beside

    columns = max(NARROWEST, budget // numbers(min(most, kernel)))
    cut = boxes(others, max(1, columns // images))
    columns = count(part.stop - part.start for part in cut[0]) * images
    rows = max(1, (budget // max(1, columns) - numbers(0)) // (numbers(1) - numbers(0)))
    return -(-most // -(-most // rows)), cut  # as evenly as may be


def boxes(sizes, most):
    """Cut a grid into boxes of so many places at most, each one run of memory; the first is the largest."""
    axis, inner = len(sizes), 1  # the axes from `axis` on are whole in every box
    while axis and inner * sizes[axis - 1] <= most:
        axis -= 1
        inner *= sizes[axis]
    whole = tuple(slice(0, n) for n in sizes[axis:])
    if axis == 0:
        return [whole]
    long = sizes[axis - 1]
    pieces = -(-long // max(1, most // inner))
    ends = [-(-i * long // pieces) for i in range(pieces + 1)]  # as evenly as may be
    parts = [slice(start, stop) for start, stop in itertools.pairwise(ends)]
    lines = ([slice(i, i + 1) for i in line] for line in np.ndindex(*sizes[: axis - 1]))
    return [(*line, part, *whole) for line in lines for part in parts]


def flat(array):
    """See the places of a block as one axis: (groups, rows, m, *box, N) -> (groups, rows, m, places)."""
    return array.reshape(*array.shape[:3], count(array.shape[3:]))


def matmul(a, b, out):
    """Multiply (groups, 1, m, taps) by (groups, rows, taps, places), by chunks of places if faster."""
    places = b.shape[3]
    chunk = chunk_size(a.shape[2] * a.shape[3], places, COLUMNS)
    whole = places // chunk * chunk

    def chunks(c):
        return c[..., :whole].reshape(*c.shape[:3], whole // chunk, chunk).swapaxes(2, 3)

    if whole:
        np.matmul(a[:, :, None], chunks(b), out=chunks(out))
    if whole < places:
        np.matmul(a, b[..., whole:], out=out[..., whole:])


def add_matmul(a, b, out):
    """Add (groups, rows, taps, places) @ (groups, rows, places, m), summed over the rows, to out."""
    rows, _, places = a.shape[1:]
    chunk, several = chunk_size(out[0].size, places, LONG), max(1, SUMMED // out.size)
    for row in range(0, rows, several):
        some = slice(row, row + several)
        for first in range(0, places, chunk):
            part = slice(first, first + chunk)
            products = a[:, some, :, part] @ b[:, some, part]
            out += products[:, 0] if products.shape[1] == 1 else products.sum(axis=1)


def chunk_size(weights, places, fewest):
    """Keep products so small that OpenBLAS takes its faster kernel, where chunks are not too short for it."""
    chunk = MULTIPLICATIONS // weights // COLUMNS * COLUMNS
    return chunk if chunk >= fewest else max(1, places)
