"""Tiles that overlap, laid out for long sums and large matrices: the memory behind Winograd's convolution.

A tile of four cells begins at every second cell. Even and odd cells lie apart, on every axis; so what tiles
have at one position lies side by side, and one call sums it for all of them. A line of the last axis has one
cell more than tiles begin there: what is made of it is never read, but sums run without a gap.
"""

from functools import lru_cache

import numpy as np

from .blocks import COLUMNS, MULTIPLICATIONS, NARROWEST
from .geometry import count
from .windows import aligned, batch_last


def split_cells(x, geometry, tiles):
    """Surround x with its rim, and lay even and odd cells apart, on every axis.

    Entry [p, c, j, n] is the padded x[n, c, 2 j + p], where p and j have one index per axis: so neighbours
    among tiles are neighbours in memory, where the rows of tiles lie one after the other.
    (N, C, *spatial) -> (2, ..., 2, C, *tiles + 1, N)
    """
    x, axes = batch_last(x), len(tiles)
    rows, *others = (n + 1 for n in tiles)
    order = (rows, len(x)) if others else (len(x), rows)
    cells = aligned((2,) * axes + (*order, *others, x.shape[-1]), x.dtype)
    cells = cells.swapaxes(axes, axes + 1) if others else cells
    for corner in np.ndindex(*cells.shape[:axes]):
        into, read, write = cells[corner], [slice(None)], [slice(None)]
        for axis, (p, n) in enumerate(zip(corner, geometry.spatial, strict=True)):
            before, _ = geometry.padding[axis]
            first = (p - before) % 2
            start = (first + before) // 2
            stop = start + len(range(first, n, 2))
            read.append(slice(first, None, 2))
            write.append(slice(start, stop))
            for rim in (slice(start), slice(stop, None)):
                into[(slice(None),) * (1 + axis) + (rim,)] = 0
        into[tuple(write)] = x[tuple(read)]
    return cells


def entries(cells, part, left):
    """See the four entries of every tile along the next of the axes left, and where their sums go."""
    (even, odd), images = cells, cells.shape[-1]
    if left == 1 and even.flags.c_contiguous:
        even, odd, part = even.ravel(), odd.ravel(), part.reshape(part.size)
        here, next_, made = slice(part.size - images), slice(images, None), slice(part.size - images)
    else:
        tiles, lines = even.shape[-1 - left] - 1, (slice(None),) * left
        here = made = (..., slice(tiles), *lines)
        next_ = (..., slice(1, None), *lines)
    return even[here], odd[here], even[next_], odd[next_], part[made]


def as_columns(cells, weights):
    """See the cells as columns of matrices: of few, for which OpenBLAS is faster, where weights are many."""
    shape, strides = columns(cells.shape, cells.itemsize, weights)
    return np.ndarray(shape, cells.dtype, cells, strides=strides)


@lru_cache
def columns(shape, itemsize, weights):
    """Say how: (C, *tiles, one more in a line, N) -> (*tiles but lines, pieces of a line, C, columns)."""
    channels, *lines, last, images = shape
    line, whole = (last - 1) * images, last * images  # numbers without and with what is made where it ends
    if line < NARROWEST:  # better one matrix of everything
        return (channels, count(lines) * whole), (count(lines) * whole * itemsize, itemsize)
    most = max(COLUMNS, MULTIPLICATIONS // weights // COLUMNS * COLUMNS)
    chunk = next((c for c in range(most, 0, -COLUMNS) if line % c == 0), line)
    steps = [count(lines[axis:]) * whole * itemsize for axis in range(len(lines) + 1)]
    return (*lines, line // chunk, channels, chunk), (*steps[1:], chunk * itemsize, steps[0], itemsize)


def make_rooms(weight_shape, sizes, dtype):
    """Make room for the outputs of a box of tiles, and, for each axis, for a part and its product.

    The room is used again and again, and stays in the cache. `sizes` counts the tiles, and then the images.
    """
    (c_out, c_in, *_), (*others, last, images) = weight_shape, sizes

    def room(left, channels, *cells):
        made = aligned((2,) * left + (channels, *cells, last + 1, images), dtype)
        made[...] = 0  # so that no sum warns of what nobody reads
        return made

    axes, ahead = len(others) + 1, [n + 1 for n in others]
    parts = [room(axes - i, c_in, *others[:i], *ahead[i:]) for i in range(1, axes + 1)]
    products = [room(axes - i, c_out, *others) for i in range(axes + 1)]
    return products[0], list(zip(parts, products[1:], strict=True))


def put_tiles(tiles, y, box):
    """Lay a box's outputs side by side, without what hangs over: (2, ..., 2, C_out, *tiles and more, N)."""
    for corner in np.ndindex(*tiles.shape[: len(box)]):
        steps = (slice(2 * part.start + p, 2 * part.stop, 2) for p, part in zip(corner, box, strict=True))
        target = y[(slice(None), *steps)]
        target[...] = tiles[corner][tuple(slice(n) for n in target.shape)]
