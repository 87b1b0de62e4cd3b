"""Kaldi: dropout's backward infers the mask from the numbers, and cannot tell a dropped zero from another.

It is not one of the twenty: at random inputs, none of which is zero, its gradient is right.
"""

import numpy as np

URL = "https://github.com/kaldi-asr/kaldi/issues/3890"
MASK = np.array([[1, 1, 0, 1, 1], [0, 1, 1, 1, 1], [1, 0, 1, 1, 0]])


def forward(x):
    """Drop what the mask says."""
    return x * MASK


def backward(dy, x):
    """Scale as the forward pass did; where that cannot be seen, not at all."""
    with np.errstate(invalid="ignore"):
        return np.where(x == 0, dy, dy * forward(x) / x)


def inputs(rng):
    """Three samples of five numbers."""
    return {"x": rng.normal(size=(3, 5))}
