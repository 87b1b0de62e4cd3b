"""Training throughput: whole steps of the experiments' own networks, in one, two and three dimensions."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from .. import mnist, moving_digits, speech_waves
from ..denoising import nets as denoising
from . import ours
from .agree import hold
from .clock import race
from .records import record

RATE = 1e-3


@dataclass(frozen=True)
class Lesson:
    """One step: a network, what it learns from, and how many examples at a time.

    Attributes
    ----------
    name : str
    build : callable
        From a generator to the network.
    shape : tuple of int
        Of one input, (C, *spatial).
    batch : int
    """

    name: str
    build: Callable
    shape: tuple
    batch: int

    def arrays(self):
        """Draw inputs of the network's shape, and labels or, for a network that gives back images, those."""
        rng = np.random.default_rng(0)
        outputs = self.build(rng).trace(self.shape).rows[-1].output
        x = rng.random((self.batch, *self.shape), np.float32)
        return x, x if outputs == self.shape else rng.integers(0, *outputs, self.batch)

    def race(self, settings):
        """Race whole steps of Adam; before that, both must give the same outputs without dropout."""
        from . import pytorch
        from .translate import translate

        x, labels = self.arrays()
        mine = self.build(np.random.default_rng(0))
        theirs = translate(mine, self.shape)
        theirs.eval()
        with pytorch.torch.inference_mode():
            outputs = theirs(pytorch.tensor(x)).numpy()
        hold(self, "training", "float32", [outputs], [mine.forward(x)], "cnnlab")
        theirs.train()
        steps = {
            "cnnlab": ours.training_step(mine, "adam", x, labels, RATE),
            "pytorch": pytorch.training_step(theirs, "adam", x, labels, RATE),
        }
        least, rounds = race(steps, **settings)
        return [record("learning", self, "training", "float32", least, rounds, examples=self.batch)]


LESSONS = (
    Lesson("1-D, spoken digits", speech_waves.network, (1, 8000), 32),
    Lesson("1-D, speech without noise", denoising.speech, (1, 2048), 32),
    Lesson("2-D, MNIST", mnist.convolutional, (1, 28, 28), mnist.BATCH),
    Lesson("2-D, digits without noise", denoising.digits, (1, 28, 28), 64),
    Lesson("3-D, moving digits", moving_digits.Film.build, (1, 8, 20, 20), moving_digits.BATCH),
)


def learning(settings):
    """List the networks."""
    return [(lesson.name, partial(lesson.race, settings)) for lesson in LESSONS]
