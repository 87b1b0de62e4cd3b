"""Stand-ins for real data: a sound, an image and a volume that are computed, and say so."""

import numpy as np

from .dataset import Sample

LICENCE, SOURCE = "CC0 1.0", "computed by cnnlab"


def synthetic_wave(*, rate=8000, seconds=0.5):
    """Compute a sound like a vowel: a falling pitch whose harmonics are loud near two resonances.

    Parameters
    ----------
    rate : int
        Samples per second.
    seconds : float

    Returns
    -------
    Sample
        Values (1, rate * seconds) between -1 and 1.

    Examples
    --------
    >>> synthetic_wave()
    <synthetic vowel: 1 x 4000>
    """
    t = np.arange(round(rate * seconds)) / rate
    pitch = 140 - 40 * t / seconds
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    wave = np.zeros_like(t)
    for harmonic in range(1, 24):
        frequency = harmonic * pitch
        loudness = 1 / (1 + ((frequency - 600) / 120) ** 2) + 0.5 / (1 + ((frequency - 1700) / 200) ** 2)
        wave += loudness * np.sin(harmonic * phase)
    wave *= np.sin(np.pi * t / seconds) ** 2
    values = (0.9 * wave / np.abs(wave).max()).astype(np.float32)
    return Sample("synthetic vowel", values[None], (1 / rate,), "s", True, LICENCE, SOURCE)


def synthetic_image(*, size=96):
    """Compute an image with all that filters look for: shading, straight and round edges, stripes, a spot.

    Parameters
    ----------
    size : int
        Rows, and columns.

    Returns
    -------
    Sample
        Values (1, size, size) between 0 and 1.

    Examples
    --------
    >>> synthetic_image()
    <synthetic still life: 1 x 96 x 96>
    """
    y, x = np.mgrid[0 : 1 : size * 1j, 0 : 1 : size * 1j]
    image = 0.35 + 0.3 * y
    table = y > 0.72
    image[table] = 0.25 + 0.1 * x[table]
    box = (x > 0.08) & (x < 0.42) & (y > 0.38) & (y < 0.82)
    image[box] = np.where(np.floor(x[box] * 34) % 2, 0.85, 0.3)
    r = np.hypot(x - 0.68, y - 0.6) / 0.24
    ball = r < 1
    image[ball] = 0.3 + 0.65 * np.sqrt(1 - r[ball] ** 2)
    image[np.hypot(x - 0.8, y - 0.15) < 0.05] = 1.0
    return Sample(
        "synthetic still life", image.astype(np.float32)[None], (1.0, 1.0), "px", True, LICENCE, SOURCE
    )


def synthetic_volume(*, shape=(64, 48, 24)):
    """Compute a head of ellipsoids: skin, skull, brain and two ventricles, each of one brightness.

    Parameters
    ----------
    shape : tuple of int
        Voxels from left to right, from back to front and from bottom to top.

    Returns
    -------
    Sample
        Values (1, *shape) between 0 and 1.

    References
    ----------
    Shepp and Logan (1974), The Fourier reconstruction of a head section.

    Examples
    --------
    >>> synthetic_volume()
    <synthetic head: 1 x 64 x 48 x 24>
    """
    grid = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    volume = np.zeros(shape, np.float32)
    for brightness, radii, centre in (
        (0.9, (0.90, 0.92, 0.92), (0, 0, 0)),
        (0.1, (0.82, 0.85, 0.84), (0, 0, 0)),
        (0.6, (0.74, 0.78, 0.76), (0, 0, 0)),
        (0.2, (0.12, 0.40, 0.25), (-0.2, 0, 0.1)),
        (0.2, (0.12, 0.40, 0.25), (0.2, 0, 0.1)),
    ):
        distance = sum(((g - c) / r) ** 2 for g, r, c in zip(grid, radii, centre, strict=True))
        volume[distance < 1] = brightness
    spacing = tuple(180 / n for n in shape)
    return Sample("synthetic head", volume[None], spacing, "mm", True, LICENCE, SOURCE)
