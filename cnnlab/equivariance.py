"""Does a shifted picture give a shifted answer? Equivariance, measured."""

import math

import numpy as np

from .geometry import as_float, check_images, per_axis

__all__ = ["equivariance_error"]


def equivariance_error(layer, x, shift, *, halo, stride=1):
    """Shift, then look; or look, then shift: measure how far apart the two answers are.

    Shifts go round: what leaves at one end comes back at the other. A layer whose padding is circular
    commutes with them everywhere; zeros, or a map that the stride does not divide, break it at the rim, as
    far in as the shift carries it: that is what the halo is for.

    Parameters
    ----------
    layer : Layer or callable
        From x, (N, C, *spatial), to (N, C_out, *out), with as many axes.
    x : ndarray, shape (N, C, *spatial)
    shift : int or tuple of int
        By how many cells of the input, per axis; a positive shift moves towards larger indices. A multiple of
        the stride.
    halo : int or tuple of int
        How many cells of the output to leave out on either side of every axis.
    stride : int or tuple of int
        The layer's, or the product of a network's: a shift by so many cells of the input is one of a cell of
        the output.

    Returns
    -------
    float
        The largest absolute difference between layer(shifted x) and shifted layer(x), inside the halo.

    Raises
    ------
    ValueError
        Where the shift is no multiple of the stride, the halo leaves nothing, or a shape does not fit.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), Deep learning, chapter 9.

    Examples
    --------
    To multiply by the position is to care where things are; to square is not to:

    >>> x = np.array([[[0.0, 1, 0, 0, 0]]])
    >>> equivariance_error(lambda x: x * np.arange(5), x, 2, halo=0)
    2.0
    >>> equivariance_error(lambda x: x**2, x, 2, halo=0)
    0.0
    """
    x = as_float("x", x)
    check_images("x", x)
    axes = x.ndim - 2
    shift = per_axis("shift", shift, axes, minimum=-math.inf)
    stride, halo = per_axis("stride", stride, axes, minimum=1), per_axis("halo", halo, axes, minimum=0)
    for cells, step in zip(shift, stride, strict=True):
        if cells % step:
            raise ValueError(
                f"a shift of {cells} cells is no whole number of steps of the stride {step}: "
                f"{cells} = {cells // step} * {step} + {cells % step}"
            )
    look = getattr(layer, "forward", layer)
    spatial = tuple(range(2, x.ndim))
    shifted_first = look(np.roll(x, shift, spatial))
    y = look(x)
    check_answer(y.shape, axes, halo)
    steps = [cells // step for cells, step in zip(shift, stride, strict=True)]
    difference = np.abs(shifted_first - np.roll(y, steps, spatial))  # (N, C_out, *out)
    middle = (slice(h, n - h) for h, n in zip(halo, y.shape[2:], strict=True))
    return float(difference[(Ellipsis, *middle)].max(initial=0))


def check_answer(shape, axes, halo):
    """Hold that an answer has places to compare."""
    if len(shape) - 2 != axes:
        raise ValueError(f"the layer's answer has shape {shape}, but it needs {axes} spatial axes, as x has")
    for axis, (n, cells) in enumerate(zip(shape[2:], halo, strict=True)):
        if n <= 2 * cells:
            raise ValueError(
                f"a halo of {cells} leaves nothing of the {n} cells of the answer's spatial axis {axis}: "
                f"{n} - 2*{cells} = {n - 2 * cells}"
            )
