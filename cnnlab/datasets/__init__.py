"""Data to learn from: readers of three file formats, loaders, and stand-ins that need no file."""

from .dataset import Dataset, Sample
from .handwriting import handwriting, load_digits
from .mnist import load_mnist
from .places import Unavailable
from .readers import DataError, read_idx, read_nifti, read_wav
from .samples import (
    Recording,
    list_spoken_digits,
    load_spoken_digit,
    load_spoken_digits,
    load_volume,
)
from .synthetic import synthetic_image, synthetic_volume, synthetic_wave

__all__ = [
    "DataError",
    "Dataset",
    "Recording",
    "Sample",
    "Unavailable",
    "handwriting",
    "list_spoken_digits",
    "load_digits",
    "load_mnist",
    "load_spoken_digit",
    "load_spoken_digits",
    "load_volume",
    "read_idx",
    "read_nifti",
    "read_wav",
    "synthetic_image",
    "synthetic_volume",
    "synthetic_wave",
]
