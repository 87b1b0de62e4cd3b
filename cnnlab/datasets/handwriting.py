"""Handwriting, whatever this computer has: the bundled digits, and the choice between them and MNIST."""

from importlib import resources

import numpy as np

from .dataset import Dataset
from .mnist import find_mnist
from .places import Unavailable

LICENCE, SOURCE = "CC BY 4.0", "Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits"
SPLIT = "every fifth image is for the test; the same 13 hands wrote both parts"


def load_digits():
    """Load the 1,797 digits that the package carries, each 8 x 8, as written by 13 people.

    Every fifth image is held out for the test. The file does not say who wrote which image, so the same hands
    appear on both sides: a test on these is easier than a test on a stranger's writing.

    Returns
    -------
    Dataset
        Inputs (N, 1, 8, 8) between 0 (paper) and 1 (ink): 1,438 to learn from and 359 to test on.

    References
    ----------
    Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository.

    Examples
    --------
    >>> load_digits()
    <UCI digits: 1,438 to learn from, 359 to test on, each 1 x 8 x 8>
    """
    with (
        resources.files("cnnlab.datasets").joinpath("digits.npz").open("rb") as file,
        np.load(file) as stored,
    ):
        images, labels = stored["images"], stored["labels"]
    x = images[:, None].astype(np.float32) / np.float32(16)
    y = labels.astype(np.int64)
    held_out = np.arange(len(x)) % 5 == 4
    return Dataset(
        name="UCI digits",
        x_train=x[~held_out],
        y_train=y[~held_out],
        x_test=x[held_out],
        y_test=y[held_out],
        licence=LICENCE,
        source=SOURCE,
        names=tuple("0123456789"),
        split=SPLIT,
    )


def handwriting():
    """Load the best handwriting that is to be had here, and say in one line which, and why.

    MNIST from CNNLAB_DATA, else from the user's cache, else downloaded once; where that cannot be, the
    bundled digits, and at once. CNNLAB_OFFLINE=1 skips the download.

    Returns
    -------
    dataset : Dataset
    why : str

    Raises
    ------
    DataError
        Where CNNLAB_DATA names no folder or holds a damaged MNIST: that is the user's to mend.
    """
    try:
        dataset, where = find_mnist()
    except Unavailable as reason:
        return load_digits(), f"The bundled UCI digits, 8 x 8, because MNIST is not to be had: {reason}."
    return dataset, f"MNIST, {where}."


def made_of_handwriting(make, of, *, train, test, seed, name, **told):
    """Make examples to learn from out of digits to learn from, and examples for the test out of test digits.

    Parameters
    ----------
    make : callable
        From images, labels, a count and a seed to inputs and their labels.
    of : Dataset or None
        The digits; without any, `handwriting`.
    train, test : int
        How many examples.
    seed : int
        Those for the test are made with the seed after it.
    name : str
    **told
        What else a `Dataset` says of itself.

    Returns
    -------
    Dataset
    """
    of = handwriting()[0] if of is None else of
    x_train, y_train = make(of.x_train, of.y_train, count=train, seed=seed)
    x_test, y_test = make(of.x_test, of.y_test, count=test, seed=seed + 1)
    return Dataset(
        name=f"{name} of {of.name}",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        licence=of.licence,
        source=f"computed by cnnlab; digits: {of.source}",
        **told,
    )
