"""What a gradient check costs, beside PyTorch's own: both in float64, with the same arrays."""

import warnings
from functools import partial

import numpy as np

import cnnlab

from .clock import race
from .records import record
from .workloads import Convolution

DIRECTIONS = 10  # over x, weight and bias together


def rows():
    """List the layers to check: those of a LeNet, small images, a volume."""
    return [
        Convolution("check", 2, 1, 6, (5, 5), (14, 14), padding=2),
        Convolution("check", 2, 6, 16, (5, 5), (14, 14)),
        Convolution("check", 2, 3, 8, (3, 3), (8, 8), padding=1),
        Convolution("check", 2, 1, 4, (3, 3, 3), (6, 6, 6), padding=1),
    ]


def checks(settings):
    """List the gradient checks."""
    return [(f"check: {row.name}", partial(check, row, settings)) for row in rows()]


def check(row, settings):
    """Race one layer's check against PyTorch's, in its full and in its fast mode; all must find it right."""
    x, weight, bias, _ = row.arrays("float64")
    runs = {
        "cnnlab": partial(ours, row, x, weight, bias),
        "gradcheck, fast": partial(pytorchs, row, x, weight, bias, fast_mode=True),
        "gradcheck, full": partial(pytorchs, row, x, weight, bias),
    }
    for who, run in runs.items():
        if not run():
            raise RuntimeError(f"{who} finds fault with the convolution {row.name}")
    seconds, rounds = race(runs, **settings | {"warm_up": 0})
    return [record("checks", row, "check", "float64", seconds, rounds)]


def ours(row, x, weight, bias):
    """Check the layer by random directions."""

    def forward(x, weight, bias):
        return cnnlab.conv_forward(x, weight, bias, **row.options)

    def backward(dy, x, weight, bias):
        return cnnlab.conv_backward(dy, x, weight, **row.options)

    rng = np.random.default_rng(0)
    return cnnlab.check_gradient(forward, backward, (x, weight, bias), rng, directions=DIRECTIONS).ok


def pytorchs(row, *arrays, **mode):
    """Check PyTorch's own convolution with its own checker."""
    import torch

    from .pytorch import CONVOLVE, tensor

    def f(*leaves):
        return CONVOLVE[len(row.spatial)](*leaves, **row.options)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.autograd.gradcheck(f, [tensor(a, learns=True) for a in arrays], **mode)
