"""neon on a CPU: a 3-D convolution's input gradient is written to the output's plane, not to the input's."""

import numpy as np

from cnnlab import conv_backward_input, conv_backward_weight, conv_forward

URL = "https://github.com/NervanaSystems/neon/issues/111"
TRUE = {"x": ""}


def forward(x, weight):
    """A convolution of volumes."""
    return conv_forward(x, weight)


def backward(dy, x, weight):
    """Go back plane by plane."""
    dx = np.zeros_like(x)
    for m in range(dy.shape[2]):
        for d in range(m, m + weight.shape[2]):  # planes that m has seen
            plane = conv_backward_input(dy[:, :, m], weight[:, :, d - m], x.shape[3:])
            dx[:, :, m] = plane  # not dx[:, :, d] += plane
    return dx, conv_backward_weight(dy, x, weight.shape[2:])


def inputs(rng):
    """Three volumes of two channels, five filters."""
    return {"x": rng.normal(size=(3, 2, 6, 4, 5)), "weight": rng.normal(size=(5, 2, 3, 2, 2))}
