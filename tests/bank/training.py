"""Chapter 13: what of training is a gradient: that of weight decay, and one never set back to zero."""

import numpy as np

from cnnlab import dense_backward

from .dense import dense
from .wrong import Layer, wrong


def penalty(axes, rng, *, decay=0.1):
    """Half the squared weights, times decay; biases are free."""
    inputs = {"weight": rng.standard_normal((4, 5)), "bias": rng.standard_normal(4)}

    def forward(weight, bias, decay):
        return decay / 2 * np.sum(weight * weight)

    def backward(dy, weight, bias, decay):
        return dy * decay * weight, np.zeros_like(bias)

    return Layer(forward, backward, inputs, dict(decay=decay))


@wrong("decay-on-bias", penalty, axes=(0,), bias="unmasked")
def biases_decay(dy, weight, bias, decay):
    return dy * decay * weight, dy * decay * bias


@wrong("decay-factor-two", penalty, axes=(0,), weight="scale")
def decay_without_the_half(dy, weight, bias, decay):
    return 2 * dy * decay * weight, np.zeros_like(bias)


@wrong("decay-forgets-weights", penalty, axes=(0,), weight="")
def decay_by_a_constant(dy, weight, bias, decay):
    return np.full(weight.shape, dy * decay), np.zeros_like(bias)


@wrong("gradients-never-reset", dense, axes=(0,), weight="upstream", bias="upstream")
def gradients_of_two_batches_before(dy, x, weight, bias):
    dx, dweight, dbias = dense_backward(dy, x, weight)
    rng = np.random.default_rng(13)
    for _ in range(2):
        _, earlier_weight, earlier_bias = dense_backward(
            rng.normal(size=dy.shape), rng.normal(size=x.shape), weight
        )
        dweight, dbias = dweight + earlier_weight, dbias + earlier_bias
    return dx, dweight, dbias
