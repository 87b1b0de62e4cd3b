"""Give every channel the same mean and spread: batch normalisation, by the batch or by what training saw."""

import numbers

import numpy as np

from .geometry import as_float, check_upstream, count
from .windows import batch_first, batch_last, lay_as

__all__ = ["batchnorm_backward", "batchnorm_forward"]


def batchnorm_forward(x, gamma, beta, running, *, train, momentum=0.1, eps=1e-5):
    """Shift and scale every channel to mean 0 and variance 1, then to whatever mean and spread serve best.

    y = gamma * (x - mean) / sqrt(variance + eps) + beta. In training, mean and variance are those of the
    channel's entries in this batch, at all places of all its images; at test time they are the running ones,
    so that no image's answer depends on its company.

    Parameters
    ----------
    x : ndarray, shape (N, C) or (N, C, *spatial)
    gamma, beta : ndarray, shape (C,)
        The spread and the mean that a channel is given instead; learnt.
    running : (ndarray, ndarray) or None
        Mean and variance of each channel over earlier batches, shape (C,) each; None at first: 0 and 1.
    train : bool
    momentum : float
        The weight of the new value in the running ones, from 0 to 1.
    eps : float
        Added to the variance, inside the root.

    Returns
    -------
    y : ndarray, shape of x
    running : (ndarray, ndarray)
        In training, moved towards this batch's mean and its unbiased variance, sum of squares / (n - 1);
        the variance that normalises is the biased one, sum of squares / n. At test time as it was.

    Raises
    ------
    ValueError
        Where shapes do not fit, or training sees fewer than two values in a channel: they have no spread.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Ioffe and Szegedy (2015), Batch normalization: accelerating deep network training by reducing internal
    covariate shift.

    Examples
    --------
    The values 1 and 5 have mean 3, biased variance 4 and unbiased variance 8:

    >>> x, gamma, beta = np.array([[1.0], [5.0]]), np.array([10.0]), np.array([100.0])
    >>> y, running = batchnorm_forward(x, gamma, beta, None, train=True, momentum=0.5, eps=0)
    >>> y
    array([[ 90.],
           [110.]])
    >>> running  # half way from 0 to 3, and from 1 to 8
    (array([1.5]), array([4.5]))
    """
    x, gamma, beta = as_float("x", x), as_float("gamma", gamma), as_float("beta", beta)
    running = check_channels(x, running, train, eps, gamma=gamma, beta=beta)
    check_momentum(momentum)
    x = x.astype(np.result_type(x, gamma, beta), copy=False)
    X, mean, variance = centred(x, running, train)  # (C, places)
    if train:
        n = X.shape[1]
        news = mean, variance * (n / (n - 1))
        running = tuple(old + float(momentum) * (new - old) for old, new in zip(running, news, strict=True))
    X *= column(gamma / np.sqrt(variance + float(eps)))
    X += column(beta)
    return lay_as(x, by_image(X, x.shape)), tuple(value.copy() for value in running)


def batchnorm_backward(dy, x, gamma, running, *, train, eps=1e-5):
    """Take out of dy what normalising takes out of x: its mean, and its share along the normalised x.

    With z = (x - mean) / sqrt(variance + eps): dbeta sums dy, dgamma sums dy * z, and in training
    dx = gamma / sqrt(variance + eps) * (dy - mean(dy) - z * mean(dy * z)), for every entry moves the mean and
    the variance as well. At test time those are constants, and only the factor in front is left.

    Parameters
    ----------
    dy : ndarray, shape of x
        Gradient of the loss with respect to the output of `batchnorm_forward`.
    x, gamma, train, eps
        As they were in `batchnorm_forward`.
    running : (ndarray, ndarray) or None
        As `batchnorm_forward` was given it; training does not look at it.

    Returns
    -------
    dx, dgamma, dbeta : ndarray
        Shapes of x, (C,) and (C,).

    Raises
    ------
    ValueError, TypeError
        As `batchnorm_forward`; also where dy does not have the shape of x.

    Examples
    --------
    Whatever two values are, they become -1 and 1, so that the loss owes them nothing:

    >>> x, gamma = np.array([[1.0], [5.0]]), np.array([10.0])
    >>> batchnorm_backward(np.array([[3.0], [7.0]]), x, gamma, None, train=True, eps=0)
    (array([[0.],
           [0.]]), array([4.]), array([10.]))
    """
    dy, x, gamma = as_float("dy", dy), as_float("x", x), as_float("gamma", gamma)
    running = check_channels(x, running, train, eps, gamma=gamma)
    check_upstream(dy, x.shape)
    x = x.astype(np.result_type(dy, x, gamma), copy=False)
    z, _, variance = centred(x, running, train)  # (C, places)
    scale = 1 / np.sqrt(variance + float(eps))
    z *= column(scale)
    dY = by_channel(dy)
    dgamma, dbeta = (dY * z).sum(axis=1), dY.sum(axis=1)
    if train:
        n = z.shape[1]
        z *= column(dgamma / n)
        dY = dY - z
        dY -= column(dbeta / n)
    return lay_as(x, by_image(dY * column(gamma * scale), x.shape)), dgamma, dbeta


def centred(x, running, train):
    """Take each channel's mean away: the rest as (C, places), the mean, and the variance about it, (C,)."""
    X = by_channel(x)
    mean, variance = (value.astype(np.result_type(value, x), copy=False) for value in running)
    if train:
        mean = X.mean(axis=1)
    X = X - column(mean)
    if train:
        variance = (X * X).mean(axis=1)
    return X, mean, variance


def by_channel(x):
    """Lay out every channel in a row, all images and places: (N, C, *spatial) -> (C, places)."""
    return batch_last(x).reshape(x.shape[1], count((len(x), *x.shape[2:])))


def by_image(rows, shape):
    """Put the rows of `by_channel` back where they came from: (C, places) -> (N, C, *spatial)."""
    return batch_first(rows.reshape(*shape[1:], shape[0]))


def column(a):
    """Let one value a channel meet every entry of its row."""
    return a[:, None]


def check_channels(x, running, train, eps, **learnt):
    """Hold that there is one value a channel of everything; return the running mean and variance."""
    if x.ndim < 2:
        raise ValueError(f"x has shape {x.shape}, but (N, C, *spatial) needs a batch axis and a channel axis")
    channels, places = x.shape[1], (len(x), *x.shape[2:])
    check_eps(eps)
    if running is None:
        running = np.zeros(channels, x.dtype), np.ones(channels, x.dtype)
    entries = len(running) if hasattr(running, "__len__") else 1
    if entries != 2:
        raise ValueError(f"running has {entries} entries, but it must be a pair: mean and variance")
    names = "running mean", "running variance"
    running = tuple(as_float(name, value) for name, value in zip(names, running, strict=True))
    for name, value in [*learnt.items(), *zip(names, running, strict=True)]:
        if value.shape != (channels,):
            raise ValueError(f"{name} has shape {value.shape}, but {channels} channels need ({channels},)")
    if train and count(places) < 2:
        raise ValueError(
            f"in training each channel needs at least 2 values, but x of shape {x.shape} has "
            f"{' * '.join(map(str, places))} = {count(places)}"
        )
    return tuple(value.astype(np.result_type(*running), copy=False) for value in running)


def check_eps(eps):
    """Hold that eps is a number that can be added to a variance."""
    if not isinstance(eps, numbers.Real) or not eps >= 0:
        raise ValueError(f"eps is {eps!r}, but it must be at least 0")


def check_momentum(momentum):
    """Hold that momentum is the share of a mean."""
    if not isinstance(momentum, numbers.Real) or not 0 <= momentum <= 1:
        raise ValueError(
            f"momentum is {momentum!r}, but as the weight of the new value it must be from 0 to 1"
        )
