"""The network that learnt to read: two stages of convolution and pooling, then dense layers."""

import numpy as np

from .layers import Conv, Dense, Flatten, MaxPool, ReLU
from .model import Sequential
from .optimisers import Adam
from .schedules import one_cycle
from .train import evaluate, fit

__all__ = ["lenet", "train_lenet"]


def lenet(rng, shape=(1, 28, 28), classes=10):
    """Build a LeNet: find strokes, then shapes made of strokes, then decide.

    Where the input is under 16, kernels are 3 wide instead of 5, keep the size, and the first stage does not
    pool. A ReLU after pooling does what it would do before, since the largest of the positive parts is the
    positive part of the largest, at a quarter of the work.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the first weights.
    shape : tuple of int
        Of one input, (C, *spatial); a sound or a volume will do as well as an image.
    classes : int

    Returns
    -------
    Sequential
        From inputs (N, *shape) to scores (N, classes).

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition.

    Examples
    --------
    >>> lenet(np.random.default_rng(0))
    Sequential(
      0  Conv(1, 16, kernel_size=(5, 5))
      1  MaxPool(kernel_size=2)
      2  ReLU()
      3  Conv(16, 32, kernel_size=(5, 5))
      4  MaxPool(kernel_size=2)
      5  ReLU()
      6  Flatten()
      7  Dense(512, 128)
      8  ReLU()
      9  Dense(128, 10)
    )
    """
    channels, *spatial = shape
    small = min(spatial) < 16
    kernel_size, padding = (3 if small else 5,) * len(spatial), "same" if small else 0
    stages = (
        Conv(channels, 16, kernel_size=kernel_size, padding=padding, rng=rng),
        *(() if small else (MaxPool(2),)),
        ReLU(),
        Conv(16, 32, kernel_size=kernel_size, padding=padding, rng=rng),
        MaxPool(2),
        ReLU(),
        Flatten(),
    )
    (features,) = Sequential(*stages).trace(shape).rows[-1].output
    return Sequential(*stages, Dense(features, 128, rng=rng), ReLU(), Dense(128, classes, rng=rng))


def train_lenet(dataset, *, seed=0, progress=True):
    """Train a LeNet with Adam and a one-cycle learning rate, then test it, once.

    Every image is seen four times, and where there are few images, so often that 40,000 are seen.

    Parameters
    ----------
    dataset : Dataset
    seed : int
        Of the first weights and of the shuffling.
    progress : bool
        Whether to draw a progress bar.

    Returns
    -------
    model : Sequential
    accuracy : float
        On the test set, which nothing before it has seen.

    Raises
    ------
    KeyboardInterrupt
        Where Ctrl-C stopped the training.
    """
    rng = np.random.default_rng(seed)
    model = lenet(rng, dataset.x_train.shape[1:], dataset.classes)
    history = fit(
        model,
        (dataset.x_train, dataset.y_train),
        epochs=max(4, 40_000 // len(dataset.x_train)),
        batch_size=64,
        optimiser=Adam(lr=one_cycle(4e-3)),
        rng=rng,
        progress=progress,
    )
    if history.stopped:
        raise KeyboardInterrupt(history.stopped)  # a network half trained is not what was asked for
    return model, evaluate(model, dataset.x_test, dataset.y_test)
