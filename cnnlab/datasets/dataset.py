"""What a loader returns: a set with its labels and split, or one sample; both say what they are."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs and labels, split into those to learn from and those to be judged by.

    Attributes
    ----------
    name : str
    x_train, x_test : ndarray of float32, shape (N, C, *spatial)
    y_train, y_test : ndarray of int64, shape (N,)
        Labels, from 0.
    licence, source : str
        Who may use it how, and who made it.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    licence: str
    source: str

    @property
    def classes(self):
        """The number of classes."""
        return int(self.y_train.max()) + 1

    def __repr__(self):
        shape = " x ".join(map(str, self.x_train.shape[1:]))
        learn, test = len(self.x_train), len(self.x_test)
        return f"<{self.name}: {learn:,} to learn from, {test:,} to test on, each {shape}>"


@dataclass(frozen=True, eq=False)
class Sample:
    """One sound, image or volume, with its scale, and whether it is real.

    Attributes
    ----------
    name : str
        Says "synthetic" where it is.
    values : ndarray of float32, shape (C, *spatial)
        A sound between -1 and 1; an image or a volume between 0 and 1.
    spacing : tuple of float
        One step on each spatial axis, in `unit`.
    unit : str
    synthetic : bool
        Computed, not recorded.
    licence, source : str
    """

    name: str
    values: np.ndarray
    spacing: tuple
    unit: str
    synthetic: bool
    licence: str
    source: str

    def __repr__(self):
        return f"<{self.name}: {' x '.join(map(str, self.values.shape))}>"
