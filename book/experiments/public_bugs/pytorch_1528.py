"""PyTorch's early days: an entry that is indexed twice keeps the gradient of its last copy alone."""

import numpy as np

URL = "https://github.com/pytorch/pytorch/issues/1528"
TRUE = {"x": "overwritten"}
INDEX = np.array([0, 2, 2, 4, 0, 1])


def forward(x):
    """Copy rows."""
    return x[INDEX]


def backward(dy, x):
    """Write the rows of dy back where they were read."""
    dx = np.zeros_like(x)
    dx[INDEX] = dy  # not np.add.at(dx, INDEX, dy)
    return dx


def inputs(rng):
    """Five rows of three numbers."""
    return {"x": rng.normal(size=(5, 3))}
