"""Frequencies gathered as the ear does."""

import numpy as np


def mel_bands(bands, *, rate=8000, window=256):
    """Gather frequencies as the ear does: in triangles, narrow and close below, wide and far apart above.

    Their corners are equally far apart in mel, m = 2595 log10(1 + f / 700), from 0 to half the rate. Each
    triangle rises from the peak of the one below, where it is 0, to its own, where it is 1, and falls again.

    Parameters
    ----------
    bands : int
    rate : int
        Samples per second.
    window : int
        Samples under the window of the spectrogram.

    Returns
    -------
    ndarray, shape (bands, window // 2 + 1)
        One row a band, one column a frequency.

    Raises
    ------
    ValueError
        Where a triangle is so narrow that it stands between two frequencies.

    References
    ----------
    O'Shaughnessy (1987), Speech Communication: the mel scale's formula.

    Examples
    --------
    One band has its peak in the middle, in mel, at 1114 Hz. So 1000 Hz counts as 1000 / 1114 = 0.9:

    >>> mel_bands(1, window=8).round(2)
    array([[0.  , 0.9 , 0.69, 0.35, 0.  ]])
    """
    if bands < 1:
        raise ValueError(f"bands is {bands}, but there must be at least 1")
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)  # in hertz
    frequencies = np.arange(window // 2 + 1) * rate / window
    below, peak, above = (corners[i : i + bands, None] for i in range(3))
    rising, falling = (frequencies - below) / (peak - below), (above - frequencies) / (above - peak)
    triangles = np.clip(np.minimum(rising, falling), 0, None)
    for i in np.flatnonzero(triangles.sum(axis=1) == 0):
        raise ValueError(
            f"band {i} of {bands} lies between {corners[i]:.1f} and {corners[i + 2]:.1f} Hz, where no "
            f"frequency is: they are {rate} / {window} = {rate / window:.1f} Hz apart. Take fewer bands or a "
            "longer window"
        )
    return triangles
