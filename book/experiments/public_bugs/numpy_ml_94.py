"""numpy-ml: dropout's backward scales as the forward pass did, but does not apply the mask."""

import numpy as np

URL = "https://github.com/ddbourgin/numpy-ml/issues/94"
TRUE = {"x": "unmasked"}
P = 0.25
MASK = np.array([[1, 1, 0, 1, 1], [0, 1, 1, 1, 1], [1, 0, 1, 1, 0]])


def forward(x):
    """Drop what the mask says and scale the rest."""
    return x * MASK / (1 - P)


def backward(dy, x):
    """Scale."""
    return dy / (1 - P)  # times MASK


def inputs(rng):
    """Three samples of five numbers."""
    return {"x": rng.normal(size=(3, 5))}
