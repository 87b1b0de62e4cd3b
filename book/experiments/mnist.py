"""How well does a net read handwritten digits? Linear, one hidden layer, convolutional: five seeds each."""

import time
from functools import partial
from typing import NamedTuple

import numpy as np

import cnnlab
from cnnlab.datasets import load_mnist

from .bench.records import figures
from .lab import hold_out
from .results import interval

SEEDS = 0, 1, 2, 3, 4
SETTINGS = tuple({"rate": rate, "shift": shift} for rate in (1e-3, 3e-3) for shift in (0, 1))
BATCH = 128


def softmax_regression(rng):
    """One weight for each pixel and digit, and nothing between."""
    return cnnlab.Sequential(cnnlab.Flatten(), cnnlab.Dense(784, 10, rng=rng))


def one_hidden_layer(rng):
    """Every one of 512 neurons sees all pixels."""
    return cnnlab.Sequential(
        cnnlab.Flatten(),
        cnnlab.Dense(784, 512, rng=rng),
        cnnlab.ReLU(),
        cnnlab.Dropout(0.3, rng=rng),
        cnnlab.Dense(512, 10, rng=rng),
    )


def convolutional(rng):
    """Two stages of convolution and pooling, then a hidden layer: LeNet's plan with batch norm."""
    return cnnlab.Sequential(
        cnnlab.Conv(1, 16, kernel_size=(5, 5), rng=rng),  # 24 x 24
        cnnlab.MaxPool(2),
        cnnlab.BatchNorm(16),
        cnnlab.ReLU(),
        cnnlab.Conv(16, 48, kernel_size=(5, 5), rng=rng),  # 8 x 8
        cnnlab.MaxPool(2),
        cnnlab.BatchNorm(48),
        cnnlab.ReLU(),
        cnnlab.Flatten(),
        cnnlab.Dense(48 * 4 * 4, 128, rng=rng),
        cnnlab.BatchNorm(128),
        cnnlab.ReLU(),
        cnnlab.Dropout(0.3, rng=rng),
        cnnlab.Dense(128, 10, rng=rng),
    )


NETS = {
    "softmax regression": (softmax_regression, 8),
    "one hidden layer": (one_hidden_layer, 12),
    "convolutional": (convolutional, 9),
}


class Run(NamedTuple):
    """One training: what came of it, how it went, and how long the processor worked."""

    model: cnnlab.Sequential
    history: cnnlab.History
    seconds: float

    @property
    def score(self):
        """The share of the images to choose by that are read rightly at the end."""
        return figures(self.history.validation_score[-1])


def learn(build, data, *, seed, epochs, rate, shift):
    """Train one net; a shift moves every image by up to so many pixels, anew each time."""
    began = time.process_time()
    rng = np.random.default_rng(seed)
    model = build(rng)
    history = cnnlab.fit(
        model,
        data["learn"],
        epochs=epochs,
        batch_size=BATCH,
        optimiser=cnnlab.Adam(lr=cnnlab.one_cycle(rate)),
        rng=rng,
        validation=data["choose"],
        augment=partial(cnnlab.augment.random_shift, most=shift) if shift else None,
        progress=False,
    )
    return Run(model, history, time.process_time() - began)


def parts():
    """Cut MNIST into images to learn from, to choose by, and to test on."""
    digits = load_mnist()
    learn, choose = hold_out(digits.x_train, digits.y_train, 5000, seed=0)
    return {"learn": learn, "choose": choose, "test": (digits.x_test, digits.y_test)}


def load(lab):
    """Take all of them, or a few."""
    data = parts()
    sizes = lab.choose(dict.fromkeys(data), {"learn": 200, "choose": 100, "test": 100})
    return {part: (x[: sizes[part]], labels[: sizes[part]]) for part, (x, labels) in data.items()}


def examine(build, epochs, data, lab, name):
    """Try every setting with the first seed, train the best with all seeds, and test each of these once."""

    def train(seed, setting):
        return learn(build, data, seed=seed, epochs=epochs, **setting)

    _, scores, best, runs = lab.best_of(train, SETTINGS, SEEDS, lambda attempt: attempt.score, name)
    images, labels = data["test"]
    read = np.array([run.model.predict(images).argmax(axis=1) for run in runs])
    return {
        "parameters": runs[0].model.summary().parameters,
        "epochs": epochs,
        "tried": [setting | {"validation": s} for setting, s in zip(SETTINGS, scores, strict=True)],
        "chosen": best,
        "test": interval((read == labels).mean(axis=1)),
        "curve": [
            figures(score) for score in np.mean([run.history.validation_score for run in runs], axis=0)
        ],
        "processor seconds": figures(np.mean([run.seconds for run in runs]), 3),
        "misread by all": misread(read, labels),
    }


def misread(read, labels):
    """List the test images that no seed's net reads rightly, and what the first seed's net takes them for."""
    wrong = np.flatnonzero((read != labels).all(axis=0))
    return {
        "images": wrong.tolist(),
        "labels": labels[wrong].tolist(),
        "read as": read[0, wrong].tolist(),
    }


def run(lab):
    """Examine the three nets, all with the same choice of settings and the same seeds."""
    data = load(lab)
    nets = {
        name: examine(build, lab.choose(epochs, 1), data, lab, name) for name, (build, epochs) in NETS.items()
    }
    images = {part: len(labels) for part, (_, labels) in data.items()}
    return {"images": images, "seeds": list(SEEDS), "batch": BATCH, "nets": nets}
