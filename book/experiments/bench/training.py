"""Whole training steps, and one pass over all images."""

from functools import partial

import numpy as np

from . import machine, ours, plain, workloads
from .agree import hold
from .clock import race
from .records import record


class Training:
    """One whole step: a network, an update rule and a batch size."""

    def __init__(self, network, optimiser, batch):
        self.network, self.optimiser, self.batch = network, optimiser, batch
        self.name = f"{network}, {optimiser.upper() if optimiser == 'sgd' else 'Adam'}, batch {batch}"
        self.family = network

    def models(self):
        """Build the network in both libraries, with the same weights."""
        from . import pytorch

        mine = ours.network(self.network)
        return mine, pytorch.network(self.network, dict(mine.parameters))

    def race(self, settings):
        """Race whole steps, whose first three losses must agree, and measure their parts."""
        from . import pytorch

        x, labels = workloads.digits(self.batch)
        mine, theirs = self.models()
        rate = 1e-3 if self.optimiser == "adam" else 1e-2
        steps = {
            "cnnlab": ours.training_step(mine, self.optimiser, x, labels, rate),
            "pytorch": pytorch.training_step(theirs, self.optimiser, x, labels, rate),
        }
        for _ in range(3):
            losses = [np.array([run()]) for run in steps.values()]
            hold(self, "training", "float32", [losses[1]], [losses[0]], "cnnlab")
        least, rounds = race(steps, **settings)
        bounds = plain.network(self.network, self.optimiser, self.batch)
        return [record("networks", self, "training", "float32", least, rounds, bounds=bounds)]


def networks(settings):
    """List whole training steps."""
    return [
        (row.name, partial(row.race, settings))
        for network in workloads.NETWORKS
        for optimiser in ("sgd", "adam")
        for batch in (32, 64, 128)
        for row in [Training(network, optimiser, batch)]
    ]


def epoch(settings):
    """One pass over 60,000 images, MNIST where it is at hand."""
    return [("60,000 images", partial(one_epoch, 60_000 if settings["budget"] >= 0.2 else 6_000))]


def one_epoch(images):
    """Race one epoch, once a visit; the libraries see the images in different orders."""
    from . import pytorch

    row = Training("LeNet", "adam", 64)
    (x, labels), source = machine.mnist(images)
    row.name = f"LeNet, Adam, batch 64: {images:,} images, {source}"
    mine, theirs = row.models()
    runners = {
        "cnnlab": ours.epoch(mine, "adam", x, labels, 1e-3),
        "pytorch": pytorch.epoch(theirs, "adam", x, labels, 1e-3),
    }
    least, rounds = race(runners, budget=0.01, rounds=1, warm_up=0)
    return [record("epoch", row, "training", "float32", least, rounds)]
