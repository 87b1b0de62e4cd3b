"""Mate: the softmax loss's gradient is divided by the number of all scores instead of the batch's size."""

import numpy as np

from cnnlab import softmax_cross_entropy, softmax_forward

URL = "https://github.com/victorlempitsky/Mate/issues/2"
TRUE = {"scores": "scale"}
LABELS = np.array([2, 0, 4])


def forward(scores):
    """The mean loss of the batch."""
    return softmax_cross_entropy(scores, LABELS)[0]


def backward(dy, scores):
    """Divide by the number of entries."""
    off = softmax_forward(scores) - np.eye(scores.shape[1])[LABELS]
    return dy * off / scores.size  # not len(scores)


def inputs(rng):
    """Three samples, five classes."""
    return {"scores": rng.normal(size=(3, 5))}
