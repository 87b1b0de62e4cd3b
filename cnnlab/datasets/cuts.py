"""How one large array becomes many examples: cut into blocks, and divided by place."""

import math

import numpy as np


def blocks(values, size, *, step=None):
    """Cut an array into blocks, in any number of axes; what is left at the far ends is not used.

    Parameters
    ----------
    values : ndarray, shape (C, *spatial)
    size : int or tuple of int
        A block's entries on each spatial axis.
    step : int or tuple of int, optional
        From one block to the next; `size`, which leaves neither gaps nor overlaps.

    Returns
    -------
    ndarray, shape (N, C, *size)
        In the order of their places: a copy.

    Raises
    ------
    ValueError
        Where a block does not fit, or `size` or `step` is not one number an axis.

    Examples
    --------
    >>> blocks(np.arange(7)[None], 3)
    array([[[0, 1, 2]],
    <BLANKLINE>
           [[3, 4, 5]]])
    >>> blocks(np.zeros((1, 128, 96, 24)), (16, 16, 8), step=8).shape
    (495, 1, 16, 16, 8)
    """
    spatial = values.shape[1:]
    size = _each_axis("size", size, len(spatial))
    step = size if step is None else _each_axis("step", step, len(spatial))
    for axis, (n, k) in enumerate(zip(spatial, size, strict=True)):
        if k > n:
            raise ValueError(
                f"a block of size {k} does not fit on spatial axis {axis}, which has {n} entries"
            )
    axes = tuple(range(1, values.ndim))
    windows = np.lib.stride_tricks.sliding_window_view(values, size, axes)  # (C, *places, *size)
    windows = windows[(slice(None), *(slice(None, None, s) for s in step))]
    count = math.prod(windows.shape[1 : values.ndim])
    return np.moveaxis(windows, 0, len(spatial)).copy().reshape(count, len(values), *size)


def split_by_place(values, *, held_out, gap, axis=-1):
    """Hold out the end of one axis, and throw away a gap before it, so that the two parts are not neighbours.

    Neighbouring voxels are alike. A block next to those learnt from would be half known.

    Parameters
    ----------
    values : ndarray, shape (C, *spatial)
    held_out, gap : int
        Entries on that axis.
    axis : int
        As NumPy counts: -1 is the last.

    Returns
    -------
    learn, held_out : ndarray
        Views, as long on that axis as is left, and as `held_out`.

    Raises
    ------
    ValueError
        Where nothing would be left to learn from, or `axis` is that of the channels.

    Examples
    --------
    >>> learn, test = split_by_place(np.arange(10)[None], held_out=3, gap=2)
    >>> learn.tolist(), test.tolist()
    ([[0, 1, 2, 3, 4]], [[7, 8, 9]])
    """
    if axis % values.ndim == 0:
        raise ValueError(f"axis is {axis}, but axis 0 has the channels: it takes a spatial axis")
    n = values.shape[axis]
    if held_out < 1 or gap < 0 or held_out + gap >= n:
        raise ValueError(
            f"{held_out} held out and a gap of {gap} must be at least 1 and 0 and leave something of "
            f"{n} entries: {n} - {held_out} - {gap} = {n - held_out - gap}"
        )
    learn, _, test = np.split(values, [n - held_out - gap, n - held_out], axis=axis)
    return learn, test


def _each_axis(name, number, axes):
    """One positive integer an axis."""
    numbers = (number,) * axes if np.ndim(number) == 0 else tuple(number)
    if len(numbers) != axes:
        raise ValueError(f"{name} has {len(numbers)} numbers, but there are {axes} spatial axes")
    if any(n < 1 for n in numbers):
        raise ValueError(f"{name} is {number}, but it must be at least 1 on each axis")
    return numbers
