"""Knet.jl on a CPU: batch normalisation's input gradient leaves out the scale gamma."""

import numpy as np

from cnnlab import batchnorm_forward

URL = "https://github.com/denizyuret/Knet.jl/issues/288"
TRUE = {"x": "scale channels"}


def forward(x, gamma, beta):
    """Normalise each channel by its batch."""
    return batchnorm_forward(x, gamma, beta, None, train=True)[0]


def backward(dy, x, gamma, beta):
    """Undo the normalisation of dy; it should be that of gamma * dy."""
    over = {"axis": (0, 2, 3), "keepdims": True}
    deviation = np.sqrt(x.var(**over) + 1e-5)
    z = (x - x.mean(**over)) / deviation
    dz = dy  # not gamma * dy
    dx = (dz - dz.mean(**over) - z * (dz * z).mean(**over)) / deviation
    return dx, (dy * z).sum(axis=(0, 2, 3)), dy.sum(axis=(0, 2, 3))


def inputs(rng):
    """Three images of two channels; gamma is not 1."""
    return {"x": rng.normal(size=(3, 2, 6, 5)), "gamma": np.array([0.5, 3]), "beta": rng.normal(size=2)}
