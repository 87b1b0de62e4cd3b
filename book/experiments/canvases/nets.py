"""A net that reads one digit, and what is put behind it so that it labels every pixel."""

import cnnlab

from ..beside import Beside

CLASSES = 11  # paper and ten digits


def halve(c_in, c_out, size, rng, stride=2):
    """A convolution that halves the size, or keeps it, with batch norm and ReLU."""
    kernel = dict(kernel_size=(size, size), stride=stride, padding=size // 2, bias=False)
    return cnnlab.Conv(c_in, c_out, **kernel, rng=rng), cnnlab.BatchNorm(c_out), cnnlab.ReLU()


def double(c_in, c_out, rng):
    """A transposed convolution that doubles the size."""
    return cnnlab.ConvTranspose(c_in, c_out, kernel_size=(4, 4), stride=2, padding=1, rng=rng)


def reader(rng):
    """Go down to an eighth of the size, where a place sees 53 pixels, in two parts: the eye halves once."""
    eye = halve(1, 16, 5, rng)
    reading = (
        *halve(16, 32, 5, rng),
        *halve(32, 64, 3, rng),
        *halve(64, 64, 3, rng, stride=1),
        *halve(64, 64, 3, rng, stride=1),
    )
    return eye, reading


def namer(eye, reading, rng):
    """Name the one digit of an image."""
    return cnnlab.Sequential(*eye, *reading, cnnlab.GlobalAvgPool(), cnnlab.Dense(64, 10, rng=rng))


def labeller(eye, reading, rng):
    """Label every pixel: back up as the reader came down; what the eye saw goes past the reading."""
    up = double(64, 32, rng), cnnlab.BatchNorm(32), cnnlab.ReLU()
    up += double(32, 24, rng), cnnlab.BatchNorm(24), cnnlab.ReLU()
    return cnnlab.Sequential(*eye, Beside(*reading, *up), double(16 + 24, CLASSES, rng))
