"""PyTorch on a GPU: average pooling with channels last looks its windows up without the padding's offset."""

import numpy as np

from cnnlab import avg_pool_backward, avg_pool_forward

URL = "https://github.com/pytorch/pytorch/issues/188344"
TRUE = {"x": "shift"}


def forward(x):
    """Windows of two by two, one apart, with a rim of one cell."""
    return avg_pool_forward(x, 2, stride=1, padding=1)


def backward(dy, x):
    """Read the padded gradient from its first cell on."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    dpadded = avg_pool_backward(dy, padded, 2, stride=1)
    height, width = x.shape[2:]
    return dpadded[:, :, 0:height, 0:width]  # not 1 : 1 + height, 1 : 1 + width


def inputs(rng):
    """Three images of two channels."""
    return {"x": rng.normal(size=(3, 2, 6, 5))}
