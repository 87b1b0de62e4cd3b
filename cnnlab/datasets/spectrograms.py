"""A sound as a picture: how loud each pitch is, at each time."""

from dataclasses import replace

import numpy as np

from .mel import mel_bands


def spectrogram(x, *, rate=8000, window=256, step=128, bands=None, floor=1e-10):
    """Look through a short window that slides along, and measure how strong each frequency is in it.

    A Hann window fades in and out, so that its ends make no sound of their own. The windows are those of a
    convolution with kernel size `window`, stride `step` and no padding. Needs SciPy.

    Parameters
    ----------
    x : ndarray, shape (N, 1, length)
    rate : int
        Samples per second.
    window, step : int
        Samples under the window, and from one window to the next.
    bands : int, optional
        Gather the frequencies in that many bands, as `mel_bands` has them. Without, all are kept.
    floor : float
        What stands for silence: a power below it counts as this much.

    Returns
    -------
    ndarray of float32, shape (N, 1, bands, frames)
        The natural logarithm of the power, low frequencies first. A sine of amplitude a that falls on a
        frequency of its own has the power a^2 / 4. Without `bands` there are window // 2 + 1, rate / window
        hertz apart.

    Raises
    ------
    ModuleNotFoundError
        Where SciPy is not installed.
    ValueError
        Where no window fits, or x is no batch of sounds with one channel.

    References
    ----------
    Davis and Mermelstein (1980), Comparison of parametric representations for monosyllabic word recognition.

    Examples
    --------
    A sine of 1000 Hz is strongest at 1000 / (8000 / 256), which is 32:

    >>> sine = np.sin(2 * np.pi * 1000 * np.arange(1024) / 8000)
    >>> picture = spectrogram(sine[None, None])
    >>> picture.shape, int(picture[0, 0, :, 3].argmax())
    ((1, 1, 129, 7), 32)
    """
    if np.ndim(x) != 3 or x.shape[1] != 1:
        raise ValueError(f"x has shape {np.shape(x)}, but it must be a batch of sounds, (N, 1, length)")
    if step < 1 or not 2 <= window <= x.shape[2]:
        raise ValueError(
            f"a window of {window} samples, {step} apart, must have at least 2 and fit in {x.shape[2]}, "
            "at least 1 apart"
        )
    try:
        from scipy.signal import stft
    except ModuleNotFoundError:
        raise ModuleNotFoundError("spectrogram needs SciPy: install it with  pip install scipy") from None
    waves = np.asarray(x[:, 0], np.float32)
    _, _, amplitudes = stft(waves, nperseg=window, noverlap=window - step, boundary=None, padded=False)
    power = np.abs(amplitudes) ** 2  # (N, frequencies, frames)
    if bands is not None:
        power = mel_bands(bands, rate=rate, window=window).astype(np.float32) @ power
    return np.log(np.maximum(power, np.float32(floor)))[:, None]


def frame_lengths(lengths, *, step=128):
    """Count the frames that hear something of a recording; what follows are frames of its padding alone.

    Parameters
    ----------
    lengths : ndarray of int, shape (N,)
        In samples.
    step : int
        Samples from one window to the next.

    Returns
    -------
    ndarray of int64, shape (N,)
        How many windows begin before the recording's end. The last ones may reach beyond it, and there may be
        more than the spectrogram has, whose windows must fit.

    Examples
    --------
    >>> frame_lengths(np.array([0, 1, 128, 129, 1024]))
    array([0, 1, 1, 2, 8])
    """
    return -(-np.asarray(lengths, np.int64) // step)


def as_spectrograms(dataset, **options):
    """Turn a set of sounds into a set of their spectrograms, whose lengths count frames.

    Parameters
    ----------
    dataset : Dataset
        Such as `load_spoken_digits` returns.
    **options
        As in `spectrogram`.

    Returns
    -------
    Dataset
    """
    changed = {"name": f"{dataset.name}, spectrograms"}
    for part in ("train", "test"):
        pictures = spectrogram(getattr(dataset, f"x_{part}"), **options)
        about = dict(getattr(dataset, f"about_{part}"))
        if "length" in about:
            frames = frame_lengths(about["length"], step=options.get("step", 128))
            about["length"] = np.minimum(frames, pictures.shape[-1])
        changed |= {f"x_{part}": pictures, f"about_{part}": about}
    return replace(dataset, **changed)
