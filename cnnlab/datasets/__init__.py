"""Data to learn from: readers of three file formats, loaders, what is made from them, and stand-ins."""

from .canvases import digit_canvases, load_canvases
from .catalogue import Entry, catalogue, find_entry
from .cuts import blocks, split_by_place
from .dataset import Dataset, Sample
from .handwriting import handwriting, load_digits
from .mel import mel_bands
from .mnist import load_mnist
from .moving import load_moving_digits, moving_digits
from .places import Unavailable
from .readers import DataError, read_idx, read_nifti, read_wav
from .recordings import Recording, list_spoken_digits
from .spectrograms import as_spectrograms, frame_lengths, spectrogram
from .speech import load_spoken_digit, load_spoken_digits
from .synthetic import synthetic_image, synthetic_volume, synthetic_wave
from .volumes import load_volume

__all__ = [
    "DataError",
    "Dataset",
    "Entry",
    "Recording",
    "Sample",
    "Unavailable",
    "as_spectrograms",
    "blocks",
    "catalogue",
    "digit_canvases",
    "find_entry",
    "frame_lengths",
    "handwriting",
    "list_spoken_digits",
    "load_canvases",
    "load_digits",
    "load_mnist",
    "load_moving_digits",
    "load_spoken_digit",
    "load_spoken_digits",
    "load_volume",
    "mel_bands",
    "moving_digits",
    "read_idx",
    "read_nifti",
    "read_wav",
    "spectrogram",
    "split_by_place",
    "synthetic_image",
    "synthetic_volume",
    "synthetic_wave",
]
