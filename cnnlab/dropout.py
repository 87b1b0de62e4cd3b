"""Train as many networks as there are coins to toss: dropout silences random units, anew for every batch."""

import numbers

import numpy as np

from .geometry import as_float

__all__ = ["dropout_backward", "dropout_forward"]


def dropout_forward(x, p, rng):
    """Silence each entry with probability p, and scale the others so that the mean stays.

    A share of 1 - p survives, so survivors are divided by 1 - p while training; at test time there is nothing
    left to do.

    Parameters
    ----------
    x : ndarray, any shape
    p : float
        The probability to drop, in [0, 1).
    rng : numpy.random.Generator
        Tosses the coins.

    Returns
    -------
    y : ndarray, shape of x
    mask : ndarray of bool, shape of x
        True where x survived: `dropout_backward` needs the same one.

    Raises
    ------
    ValueError
        For a p outside [0, 1).
    TypeError
        For what is not an array of numbers, or an rng that is no generator.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), Dropout: a simple way to prevent
    neural networks from overfitting.

    Examples
    --------
    A quarter is dropped, the rest is multiplied by 4/3:

    >>> y, mask = dropout_forward(np.full(8, 3.0), 0.25, np.random.default_rng(1))
    >>> y
    array([4., 4., 0., 4., 4., 4., 4., 4.])
    >>> np.array_equal(mask, y > 0)
    True
    """
    x = as_float("x", x)
    check_probability(p)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}, but it must be a generator: numpy.random.default_rng(seed)")
    mask = np.empty_like(x, dtype=bool)  # lies in memory as x does, without a say in the coins
    np.greater_equal(rng.random(x.shape), p, out=mask)
    return x * mask / (1 - float(p)), mask


def dropout_backward(dy, mask, p):
    """Let dy through where the input survived, scaled as the input was.

    Parameters
    ----------
    dy : ndarray, any shape
        Gradient of the loss with respect to the output of `dropout_forward`.
    mask : ndarray of bool, shape of dy
        The one that `dropout_forward` returned, not another draw.
    p : float
        As it was in `dropout_forward`.

    Returns
    -------
    dx : ndarray, shape of dy

    Raises
    ------
    ValueError
        For a p outside [0, 1), or a mask of another shape.
    TypeError
        For what is not an array of numbers, or a mask that is not one of booleans.

    Examples
    --------
    >>> dropout_backward(np.array([3, 30, 300]), np.array([True, False, True]), 0.25)
    array([  4.,   0., 400.])
    """
    dy, mask = as_float("dy", dy), np.asarray(mask)
    check_probability(p)
    if mask.dtype != bool:
        raise TypeError(f"mask must be an array of booleans, but its dtype is {mask.dtype}")
    if mask.shape != dy.shape:
        raise ValueError(f"mask has shape {mask.shape}, but dy has shape {dy.shape}")
    return dy * mask / (1 - float(p))


def check_probability(p):
    """Hold that p is a probability to drop that leaves something."""
    if not isinstance(p, numbers.Real) or not 0 <= p < 1:
        raise ValueError(f"p is {p!r}, but the probability to drop must be at least 0 and less than 1")
