"""burn: average pooling divides a last window that hangs over the rim by fewer cells, but only forward."""

import numpy as np

from cnnlab import avg_pool_backward, avg_pool_forward

URL = "https://github.com/tracel-ai/burn/issues/5604"
TRUE = {"x": "scale"}


def forward(x):
    """Windows of 2 over 5 cells: the last one holds a single cell, and its mean is that cell."""
    return avg_pool_forward(x, 2, ceil_mode=True)


def backward(dy, x):
    """Share every entry of dy out among two cells."""
    room = np.zeros((*x.shape[:2], 6))
    return avg_pool_backward(dy, room, 2)[:, :, :5]  # the last entry belongs to one cell


def inputs(rng):
    """Three sounds of two channels."""
    return {"x": rng.normal(size=(3, 2, 5))}
