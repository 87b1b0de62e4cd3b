"""Filters that nobody trains: for x (N, C, *spatial) of any number of axes, and noise of known strength."""

from itertools import product

import numpy as np
from scipy import ndimage


def gaussian(x, *, noise, sigma):
    """Take a mean over neighbours, the near ones with more weight."""
    return ndimage.gaussian_filter(x, each(x, sigma, alone=0))


def median(x, *, noise, size):
    """Take the middle one of all neighbours in a box."""
    return ndimage.median_filter(x, each(x, size))


def wiener(x, *, noise, size):
    """Pull every entry to the mean of its box, the more, the less of the box's variance the noise leaves.

    As `scipy.signal.wiener`, but the rim is reflected, not padded with zeros.

    References
    ----------
    Lim (1990), Two-dimensional signal and image processing, section 9.2.
    """
    mean = ndimage.uniform_filter(x, each(x, size))
    variance = ndimage.uniform_filter(x * x, each(x, size)) - mean * mean
    share = np.maximum(variance - noise**2, 0) / np.maximum(variance, noise**2)
    return mean + share * (x - mean)


def non_local_means(x, *, noise, patch, search, h):
    """Take a mean over the places of the search window whose surroundings look alike, near or far.

    A place counts exp(-max(d - 2 noise^2, 0) / (h noise)^2), where d is the mean squared difference of its
    patch from the patch here; 2 noise^2 of that is noise. Rims are reflected.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
    noise : float
        Its standard deviation.
    patch, search : int
        Entries of a patch, and of the search window, on each axis; odd.
    h : float
        How unlike a patch may look, in units of the noise.

    References
    ----------
    Buades, Coll and Morel (2005), A non-local algorithm for image denoising, CVPR;
    (2011), Non-local means denoising, Image Processing On Line 1.
    """
    axes, reach = x.ndim - 2, search // 2
    padded = np.pad(x, [(0, 0), (0, 0)] + [(reach, reach)] * axes, mode="symmetric")
    total, weights = np.zeros_like(x), np.zeros_like(x)
    for start in np.ndindex(*(search,) * axes):
        there = padded[(..., *(slice(i, i + n) for i, n in zip(start, x.shape[2:], strict=True)))]
        unlike = ndimage.uniform_filter((x - there) ** 2, each(x, patch)) - 2 * noise**2
        weight = np.exp(-np.maximum(unlike, 0) / (h * noise) ** 2)
        total += weight * there
        weights += weight
    return total / weights


def each(x, size, alone=1):
    """The filter's size on every axis: examples and channels are left alone."""
    return (alone, alone) + (size,) * (x.ndim - 2)


def combinations(options):
    """List all settings: every value of one option with every value of the others.

    Examples
    --------
    >>> combinations({"patch": (3, 5), "h": (1,)})
    [{'patch': 3, 'h': 1}, {'patch': 5, 'h': 1}]
    """
    return [dict(zip(options, values, strict=True)) for values in product(*options.values())]


BOXES = {"size": (3, 5, 7)}
FOR_MRI = {
    "Gaussian": (gaussian, {"sigma": (0.6, 0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6)}),
    "median": (median, BOXES),
    "Wiener": (wiener, BOXES),
    "non-local": (non_local_means, {"patch": (3, 5, 7), "search": (5, 7, 9), "h": (0.3, 0.5, 0.7, 0.9, 1.1)}),
}
CHOICES = {
    "digits": {
        "Gaussian": (gaussian, {"sigma": (0.6, 0.7, 0.8, 0.9, 1.0, 1.2)}),
        "median": (median, BOXES),
        "Wiener": (wiener, BOXES),
        "non-local": (
            non_local_means,
            {"patch": (1, 3, 5), "search": (7, 11, 15), "h": (0.5, 0.7, 0.9, 1.1)},
        ),
    },
    "speech": {
        "Gaussian": (gaussian, {"sigma": (0.6, 0.8, 1.0, 1.2, 1.4)}),
        "median": (median, BOXES),
        "Wiener": (wiener, {"size": (3, 5, 9, 17, 33)}),
        "non-local": (
            non_local_means,
            {"patch": (17, 33, 65), "search": (201, 401, 801), "h": (0.5, 0.7, 0.9)},
        ),
    },
    "MRI, side": FOR_MRI,
    "MRI, front": FOR_MRI,
}
