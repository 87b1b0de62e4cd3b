"""How large should weights be at first? Such that signals neither die out nor blow up on their way."""

import math

import numpy as np

from .geometry import count, sizes

__all__ = ["init_weights"]


def init_weights(shape, scheme, rng):
    """Draw a layer's first weights.

    Each output is a sum of fan-in terms, so its variance is fan-in times that of a weight: the schemes choose
    the weights' variance to undo that.

    Parameters
    ----------
    shape : tuple of int
        (D_out, D_in) or (C_out, C_in / groups, *kernel_size). The fan-in is the number of weights behind one
        output, C_in / groups * taps; the fan-out, C_out * taps, is the number of outputs that one input
        reaches, were there but one group.
    scheme : {"zeros", "normal", "glorot", "he"}
        ``"zeros"``; ``"normal"`` with standard deviation 0.01; ``"glorot"``: uniform of variance
        2 / (fan-in + fan-out), for tanh and sigmoid; ``"he"``: normal of variance 2 / fan-in, for relu, which
        kills half the signal.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of float64

    Raises
    ------
    ValueError
        For an unknown scheme, or a shape without a fan-in where the scheme needs one.
    TypeError
        For an rng that is no generator.

    References
    ----------
    Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks.
    He, Zhang, Ren and Sun (2015), Delving deep into rectifiers.

    Examples
    --------
    Fan-in is 2 * 3 * 3 = 18, so the standard deviation is sqrt(2 / 18) = 1/3:

    >>> weight = init_weights((500, 2, 3, 3), "he", np.random.default_rng(0))
    >>> round(float(weight.std()), 2)
    0.33
    """
    if scheme not in ("zeros", "normal", "glorot", "he"):
        raise ValueError(f'scheme is "{scheme}", but the schemes are "zeros", "normal", "glorot" and "he"')
    shape = sizes("shape", shape, minimum=1)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}, but it must be a generator: numpy.random.default_rng(seed)")
    if scheme in ("glorot", "he") and len(shape) < 2:
        raise ValueError(f'scheme "{scheme}" needs a shape (outputs, inputs, ...), but shape is {shape}')
    if scheme == "zeros":
        return np.zeros(shape)
    if scheme == "normal":
        return rng.normal(0, 0.01, shape)
    fan_in, fan_out = count(shape[1:]), shape[0] * count(shape[2:])
    if scheme == "glorot":
        limit = math.sqrt(6 / (fan_in + fan_out))  # a uniform from -a to a has variance a^2 / 3
        return rng.uniform(-limit, limit, shape)
    return rng.normal(0, math.sqrt(2 / fan_in), shape)
