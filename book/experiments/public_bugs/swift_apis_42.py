"""Swift for TensorFlow's library: the softmax loss is averaged over the batch, its gradient is not."""

import numpy as np

from cnnlab import softmax_forward

from .mate_2 import LABELS, forward, inputs

__all__ = ["backward", "forward", "inputs"]

URL = "https://github.com/tensorflow/swift-apis/pull/42"
TRUE = {"scores": "scale"}


def backward(dy, scores):
    """Pass on the gradient of the sum."""
    off = softmax_forward(scores) - np.eye(scores.shape[1])[LABELS]
    return dy * off  # the loss was a mean
