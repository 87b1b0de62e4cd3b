"""The R-operator of batch normalisation: what moves one entry of a channel moves all the others."""

import numpy as np

from .geometry import as_float, check_upstream
from .norm import by_channel, by_image, centred, check_channels, column
from .r_operator import check_speed
from .windows import lay_as

__all__ = ["batchnorm_backward_r", "batchnorm_r"]


def batchnorm_r(x, rx, gamma, rgamma, rbeta, running, *, train, eps=1e-5):
    """Differentiate batch normalisation along a direction: normalising has one slope for both ways.

    Parameters
    ----------
    x, gamma, running, train, eps
        As they were in `batchnorm_forward`.
    rx : ndarray, shape of x, or None
        The speed of x; None: x stands still.
    rgamma, rbeta : ndarray, shape (C,)

    Returns
    -------
    ry : ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `batchnorm_forward`; also where a speed has another shape than what moves.

    Examples
    --------
    The values -1 and 1 stay so, wherever x moves; gamma doubles them:

    >>> x, rx, one = np.array([[1.0], [5.0]]), np.array([[3.0], [7.0]]), np.ones(1)
    >>> batchnorm_r(x, rx, one, 2 * one, 0 * one, None, train=True, eps=0)
    array([[-2.],
           [ 2.]])
    """
    x, rgamma, rbeta = as_float("x", x), as_float("rgamma", rgamma), as_float("rbeta", rbeta)
    learnt = dict(gamma=as_float("gamma", gamma), rgamma=rgamma, rbeta=rbeta)
    z, _, normalised = normaliser(x, running, train, eps, **learnt)
    ry = z * column(rgamma) + column(rbeta)  # (C, places)
    if rx is not None:
        ry = ry + normalised(by_channel(check_speed("rx", rx, "x", x))) * column(learnt["gamma"])
    return lay_as(x, by_image(ry, x.shape))


def batchnorm_backward_r(dy, rdy, x, rx, gamma, rgamma, running, *, train, eps=1e-5):
    """Differentiate the gradients of batch normalisation along a direction.

    Let z be the normalised x, s the root that it was divided by, and a' what `batchnorm_backward`, with
    gamma = 1, makes of a. Then R{z} = rx', and

    R{dx} = gamma rdy' + rgamma dy' - gamma / s * (mean(z rx) dy' + mean(z dy) rx' + mean(dy rx') z),

    the last part in training alone, when the mean and the variance move as well.

    Parameters
    ----------
    dy, rdy : ndarray, shape of x
        The upstream gradient and its speed.
    x, rx, gamma, rgamma, running, train, eps
        As they were in `batchnorm_r`.

    Returns
    -------
    rdx, rdgamma, rdbeta : ndarray
        The speeds of what `batchnorm_backward` returns.

    Raises
    ------
    ValueError, TypeError
        As `batchnorm_backward`; also where a speed has another shape than what moves.

    Examples
    --------
    The loss owes two values nothing, wherever they go:

    >>> x, rx, dy = np.array([[1.0], [5.0]]), np.array([[3.0], [7.0]]), np.array([[1.0], [0.0]])
    >>> one = np.ones(1)
    >>> batchnorm_backward_r(dy, 0 * dy, x, rx, one, one, None, train=True, eps=0)
    (array([[0.],
           [0.]]), array([0.]), array([0.]))
    """
    x, gamma, rgamma = as_float("x", x), as_float("gamma", gamma), as_float("rgamma", rgamma)
    dy, rdy = as_float("dy", dy), check_speed("rdy", rdy, "dy", dy)
    rx = rx if rx is None else check_speed("rx", rx, "x", x)
    check_upstream(dy, x.shape)
    dtype = np.result_type(x, dy, rdy, gamma, rgamma, x if rx is None else rx)
    x, dy, rdy = (a.astype(dtype, copy=False) for a in (x, dy, rdy))
    z, root, normalised = normaliser(x, running, train, eps, gamma=gamma, rgamma=rgamma)
    dY, rdY = by_channel(dy), by_channel(rdy)  # (C, places)
    dz, share = normalised(dY), rgamma
    rdX, rdgamma = normalised(rdY) * column(gamma), dot(rdY, z)
    if rx is not None:
        rX = by_channel(rx.astype(dtype, copy=False))
        rz = normalised(rX)
        rdgamma += dot(dY, rz)
        if train:
            owed = gamma / root / z.shape[1]
            share = share - owed * dot(z, rX)
            rdX -= rz * column(owed * dot(z, dY))
            rdX -= z * column(owed * dot(dY, rz))
    rdX += dz * column(share)
    return lay_as(x, by_image(rdX, x.shape)), rdgamma, rdY.sum(axis=1)


def normaliser(x, running, train, eps, **learnt):
    """Normalise x as (C, places): z, the root that it was divided by, and what does the same to speeds."""
    z, _, variance = centred(x, check_channels(x, running, train, eps, **learnt), train)
    root = np.sqrt(variance + float(eps))
    z = z / column(root)

    def normalised(speed):
        if train:
            speed = speed - column(speed.mean(axis=1))
            speed = speed - z * column(dot(z, speed) / z.shape[1])
        return speed / column(root)

    return z, root, normalised


def dot(a, b):
    """Sum the products of two arrays' entries over each channel: (C, places), twice -> (C,)."""
    return (a[:, None] @ b[..., None])[:, 0, 0]
