"""Draw the numbers of hidden cases: whole ones, so that every order of summation gives the same result."""

from __future__ import annotations

import math

import numpy as np


def distinct(rng, *shape):
    """Draw whole numbers, none 0, no two of the same absolute value: no turn or swap goes unseen."""
    size = math.prod(shape)
    return (rng.permutation(np.arange(1.0, size + 1)) * signs(rng, size)).reshape(shape)


def digits(rng, *shape):
    """Draw whole numbers from -9 to 9 without 0."""
    return (rng.integers(1, 10, shape) * signs(rng, shape)).astype(float)


def signs(rng, shape):
    """Draw -1 or 1 for each."""
    return 2 * rng.integers(0, 2, shape) - 1


def single(array):
    """Store numbers as float32: results may then be float32 too."""
    return array.astype(np.float32)


def mirrored(array, axes):
    """Make an array point-symmetric over its last axes, so that a flip goes unseen, and only that.

    Examples
    --------
    >>> mirrored(np.array([[1, 2, 3], [4, 5, 6]]), 2)
    array([[1, 2, 3],
           [3, 2, 1]])
    """
    flat = array.reshape(*array.shape[: array.ndim - axes], -1).copy()
    half = flat.shape[-1] // 2
    flat[..., flat.shape[-1] - half :] = flat[..., :half][..., ::-1]
    return flat.reshape(array.shape)


def remainder(rng, k, stride):
    """Draw a size that the stride does not divide: two to three whole steps, and some entries over."""
    return k + stride * int(rng.integers(1, 3)) + int(rng.integers(1, stride))
