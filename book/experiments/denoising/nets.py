"""Autoencoders that clean: convolutions with a stride on the way down, transposed ones on the way up."""

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

import cnnlab

from ..beside import Beside


def digits(rng):
    """28 x 28, 14 x 14, 7 x 7, and up again."""
    return cnnlab.Sequential(
        cnnlab.Conv(1, 16, kernel_size=(3, 3), stride=2, padding=1, rng=rng),
        cnnlab.ReLU(),
        cnnlab.Conv(16, 32, kernel_size=(3, 3), stride=2, padding=1, rng=rng),
        cnnlab.ReLU(),
        cnnlab.ConvTranspose(32, 16, kernel_size=(4, 4), stride=2, padding=1, rng=rng),
        cnnlab.ReLU(),
        cnnlab.ConvTranspose(16, 1, kernel_size=(4, 4), stride=2, padding=1, rng=rng),
    )


def speech(rng):
    """Every fourth sample, with 32 channels in place of one; then up again."""
    return cnnlab.Sequential(
        cnnlab.Conv(1, 32, kernel_size=32, stride=4, padding=14, rng=rng),
        cnnlab.ReLU(),
        cnnlab.Conv(32, 32, kernel_size=9, padding=4, rng=rng),
        cnnlab.ReLU(),
        cnnlab.Conv(32, 32, kernel_size=9, padding=4, rng=rng),
        cnnlab.ReLU(),
        cnnlab.ConvTranspose(32, 1, kernel_size=32, stride=4, padding=14, rng=rng),
    )


def mri(rng, *, bias=True):
    """Every other voxel on each axis, and up again; a last layer sees the noisy voxels beside that.

    Without biases, twice the brightness in is twice the brightness out.
    """
    conv, up = (partial(layer, rng=rng, bias=bias) for layer in (cnnlab.Conv, cnnlab.ConvTranspose))
    return cnnlab.Sequential(
        Beside(
            conv(1, 32, kernel_size=(4, 4, 4), stride=2, padding=1),
            cnnlab.ReLU(),
            conv(32, 32, kernel_size=(3, 3, 3), padding=1),
            cnnlab.ReLU(),
            up(32, 8, kernel_size=(4, 4, 4), stride=2, padding=1),
            cnnlab.ReLU(),
        ),
        conv(1 + 8, 1, kernel_size=(5, 5, 5), padding=2),
    )


class Plan(NamedTuple):
    """How a net is built and taught.

    Attributes
    ----------
    build : callable
    epochs, batch : int
    rates : tuple of float
        Learning rates to choose from.
    flips : tuple of int
        Axes on which the data may be mirrored.
    gain : float
        By how much it may be made brighter, or darker.
    """

    build: Callable
    epochs: int
    batch: int
    rates: tuple
    flips: tuple = ()
    gain: float = 1.0


PLANS = {
    "digits": Plan(digits, 8, 50, (2e-3, 6e-3)),
    "speech": Plan(speech, 16, 20, (3e-3, 6e-3)),
    "MRI, side": Plan(mri, 45, 8, (4e-3, 8e-3), flips=(0,)),
    "MRI, front": Plan(partial(mri, bias=False), 25, 8, (4e-3, 8e-3), flips=(0,), gain=1.5),
}


class Cleaner(NamedTuple):
    """A net that has learnt in units of the noise, from a zero in the middle of the data."""

    model: cnnlab.Sequential
    middle: np.float32
    noise: np.float32
    seconds: float

    def __call__(self, noisy):
        """Clean arrays of any size."""
        cleaned = self.model.predict((noisy - self.middle) / self.noise, batch_size=100)
        return self.middle + self.noise * cleaned


def learn(task, plan, rate, seed):
    """Teach a net what is clean: each batch gets noise of its own."""
    began, rng = time.process_time(), np.random.default_rng(seed)
    model = plan.build(rng)
    middle = np.float32(
        task.learn.mean() if plan.gain == 1 else 0
    )  # where brightness changes, black is black
    noise = np.float32(task.noise)
    clean = (task.learn - middle) / noise
    cnnlab.fit(
        model,
        (clean, clean),
        epochs=plan.epochs,
        batch_size=plan.batch,
        optimiser=cnnlab.Adam(lr=cnnlab.one_cycle(rate)),
        rng=rng,
        loss=cnnlab.mse,
        augment=cnnlab.augment.chain(*changes(plan)),
        progress=False,
    )
    return Cleaner(model, middle, noise, time.process_time() - began)


def changes(plan):
    """List what happens to each batch: the clean data change, then noise comes on top."""
    if plan.flips:
        yield partial(cnnlab.augment.random_flip, axes=plan.flips)
    if plan.gain > 1:
        yield partial(random_gain, most=plan.gain)
    yield partial(cnnlab.augment.add_noise, scale=1.0)


def random_gain(x, targets, rng, *, most):
    """Make each example brighter or darker, its target alike, at most by this factor."""
    factor = np.exp(rng.uniform(-np.log(most), np.log(most), (len(x),) + (1,) * (x.ndim - 1)))
    factor = factor.astype(x.dtype)
    return factor * x, factor * targets
