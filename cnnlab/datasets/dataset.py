"""What a loader returns: a set with its labels and split, or one sample; both say what they are."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs and labels, split into those to learn from and those to be judged by.

    Attributes
    ----------
    name : str
    x_train, x_test : ndarray of float32, shape (N, C, *spatial)
    y_train, y_test : ndarray of int64, shape (N,) or (N, *spatial)
        Labels, from 0: one an example, or one a pixel.
    licence, source : str
        Who may use it how, and who made it.
    names : tuple of str
        What each label stands for.
    split : str
        How the examples were divided, in words.
    about_train, about_test : dict of ndarray, shape (N,)
        What else is known of each example, under the same keys on both sides: a recording's ``"speaker"``,
        and the ``"length"`` of what was padded at its end.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    licence: str
    source: str
    names: tuple = ()
    split: str = ""
    about_train: dict = field(default_factory=dict)
    about_test: dict = field(default_factory=dict)

    @property
    def classes(self):
        """The number of classes."""
        return len(self.names) or int(self.y_train.max()) + 1

    def mask(self, part="train"):
        """Say where an example is, and where only its padding: True along the last axis up to its length.

        Parameters
        ----------
        part : {"train", "test"}

        Returns
        -------
        ndarray of bool, shape (N, length)

        Raises
        ------
        ValueError
            Where there is no such part.

        Examples
        --------
        >>> x, y = np.zeros((2, 1, 4), np.float32), np.zeros(2, int)
        >>> dataset = Dataset("two sounds", x, y, x, y, "", "", about_train={"length": np.array([3, 1])})
        >>> dataset.mask().astype(int)
        array([[1, 1, 1, 0],
               [1, 0, 0, 0]])
        """
        if part not in ("train", "test"):
            raise ValueError(f'part is {part!r}, but a data set has the parts "train" and "test"')
        x, about = getattr(self, f"x_{part}"), getattr(self, f"about_{part}")
        lengths = about.get("length", np.full(len(x), x.shape[-1]))
        return np.arange(x.shape[-1]) < lengths[:, None]

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
