"""A fair contest: the same images, seeds and tries for every net, and images held out to choose by."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

import cnnlab
from cnnlab.datasets import load_mnist

from .bench.records import figures
from .lab import Lab, hold_out
from .results import interval

CUT, CHOOSE = 0, 5000  # the seed that decides who is held out; how many are, to choose by


def digits(lab, learn):
    """Draw images to learn from and others to choose by out of MNIST's training set; the test set is apart.

    Parameters
    ----------
    lab : Lab
    learn : int

    Returns
    -------
    dict of str to (ndarray, ndarray)
        "learn", "choose" and "test": images and labels.
    """
    mnist = load_mnist()
    learn, choose, test = lab.choose((learn, CHOOSE, len(mnist.x_test)), (200, 100, 100))
    some = np.random.default_rng(CUT).permutation(len(mnist.x_train))[: learn + choose]
    parts = hold_out(mnist.x_train[some], mnist.y_train[some], choose, CUT)
    return dict(zip(("learn", "choose"), parts, strict=True)) | {
        "test": (mnist.x_test[:test], mnist.y_test[:test])
    }


def adam(rate):
    """Adam, whose rate rises and sinks."""
    return cnnlab.Adam(lr=cnnlab.one_cycle(rate))


class Run(NamedTuple):
    """One training: its net, how it went (None if it blew up), and how long the processor worked."""

    model: cnnlab.Sequential
    history: cnnlab.History | None
    seconds: float

    def reads(self, images, labels):
        """The share of images that are read rightly; 0 if it blew up."""
        with np.errstate(over="ignore", invalid="ignore"):
            return figures(cnnlab.evaluate(self.model, images, labels)) if self.history else 0.0


@dataclass(frozen=True)
class Contest:
    """What all nets share.

    Attributes
    ----------
    data : dict
        As `digits` makes it.
    rates : tuple of float
        Learning rates that each net tries with the first seed.
    seeds : tuple of int
        With which each is trained at the rate that it has chosen: first weights and order of the images.
    epochs, batch_size : int
    follow : bool
        Whether the images to choose by are read after each epoch, not only in the end.
    optimiser : callable
        From a rate to an optimiser.
    """

    data: dict
    rates: tuple
    seeds: tuple
    epochs: int
    batch_size: int = 64
    follow: bool = False
    optimiser: Callable = adam

    def train(self, build, seed, rate, augment=None):
        """Train one net that ``build(rng)`` makes."""
        rng = np.random.default_rng(seed)
        model, rule = build(rng), self.optimiser(rate)
        options = dict(epochs=self.epochs, batch_size=self.batch_size, augment=augment, progress=False)
        options |= {"validation": self.data["choose"]} if self.follow else {}
        began = time.process_time()
        try:
            history = cnnlab.fit(model, self.data["learn"], optimiser=rule, rng=rng, **options)
        except FloatingPointError:
            history = None
        return Run(model, history, time.process_time() - began)

    def enter(self, build, *, augment=None):
        """Try every rate, train at the best one with every seed, and test each of these nets once.

        Parameters
        ----------
        build : callable
            From a generator to a net.
        augment : callable, optional
            As `cnnlab.fit` takes it.

        Returns
        -------
        found : dict
        runs : list of Run
            One a seed.
        """
        choose, test = self.data["choose"], self.data["test"]
        _, scores, best, runs = Lab(progress=False).best_of(
            partial(self.train, build, augment=augment),
            self.rates,
            self.seeds,
            lambda attempt: attempt.reads(*choose),
            "rates",
        )
        found = {
            "parameters": runs[0].model.summary().parameters,
            "tried": [{"rate": r, "validation": s} for r, s in zip(self.rates, scores, strict=True)],
            "chosen": best,
            "validation": interval([run.reads(*choose) for run in runs]),
            "test": interval([run.reads(*test) for run in runs]),
            "processor seconds": figures(np.mean([run.seconds for run in runs]), 3),
        }
        return found, runs

    def rules(self):
        """Write down what all nets share."""
        images = {part: len(labels) for part, (_, labels) in self.data.items()}
        return {"images": images, "seeds": list(self.seeds), "epochs": self.epochs, "batch": self.batch_size}


def ahead(found, first, second):
    """By how much one net reads better than another: the interval of the differences, seed by seed."""
    one, other = (np.array(found[name]["test"]["values"]) for name in (first, second))
    return interval(one - other)
