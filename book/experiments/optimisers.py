"""Which update rule learns fastest? Eight of them, each with the same five tries for its learning rate."""

import numpy as np

import cnnlab

from . import mnist
from .bench.records import figures
from .results import interval

IMAGES, SEEDS, BATCH, EPOCHS = 10_000, (0, 1, 2), 64, 6
GRID = [figures(m * 10.0**power) for power in range(-4, 2) for m in (1, 3)]  # 0.0001, 0.0003, 0.001 to 30
FIRST = {  # the smallest of five learning rates in a row
    cnnlab.SGD: 0.01,
    cnnlab.Momentum: 0.001,
    cnnlab.Nesterov: 0.001,
    cnnlab.AdaGrad: 0.001,
    cnnlab.RMSprop: 0.0001,
    cnnlab.AdaDelta: 0.1,
    cnnlab.Adam: 0.0003,
    cnnlab.AdamW: 0.0003,
}


def rates(first):
    """Five learning rates, each about three times the one before."""
    return GRID[GRID.index(first) :][:5]


def network(rng):
    """A small LeNet: the same for all rules, and with the same first weights."""
    return cnnlab.Sequential(
        cnnlab.Conv(1, 8, kernel_size=(5, 5), rng=rng),  # 24 x 24
        cnnlab.MaxPool(2),
        cnnlab.ReLU(),
        cnnlab.Conv(8, 16, kernel_size=(5, 5), rng=rng),  # 8 x 8
        cnnlab.MaxPool(2),
        cnnlab.ReLU(),
        cnnlab.Flatten(),
        cnnlab.Dense(16 * 4 * 4, 10, rng=rng),
    )


def learn(rule, rate, seed, data, epochs):
    """Train at a constant rate: (model, what happened); where the loss is lost, so is the rest."""
    rng = np.random.default_rng(seed)
    model = network(rng)
    try:
        history = cnnlab.fit(
            model,
            data["learn"],
            epochs=epochs,
            batch_size=BATCH,
            optimiser=rule(lr=rate),
            rng=rng,
            validation=data["choose"],
            progress=False,
        )
    except FloatingPointError:
        return model, {"rate": rate, "loss": None, "validation": None}
    losses = [figures(loss) for loss in history.loss]
    return model, {"rate": rate, "loss": losses, "validation": figures(history.validation_score[-1])}


def validation(trained):
    """The share of the images to choose by that are read rightly; 0 where the loss was lost."""
    return trained[1]["validation"] or 0.0


def examine(rule, data, lab):
    """Try five rates with the first seed; train at the best with all seeds, and test each of these once."""
    epochs, words = lab.choose(EPOCHS, 1), rule.__name__

    def train(seed, rate):
        return learn(rule, rate, seed, data, epochs)

    tried, _, best, trained = lab.best_of(train, rates(FIRST[rule]), SEEDS, validation, words)
    models, runs = zip(*trained, strict=True)
    return {
        "tried": [found for _, found in tried],
        "chosen": best,
        "loss": [figures(loss) for loss in np.mean([found["loss"] for found in runs], axis=0)],
        "test": interval([cnnlab.evaluate(model, *data["test"]) for model in models]),
    }


def run(lab):
    """Examine all rules on the same images, with the same nets and the same number of tries."""
    data = mnist.load(lab)
    data["learn"] = tuple(array[:IMAGES] for array in data["learn"])
    rules = {rule.__name__: examine(rule, data, lab) for rule in FIRST}
    parameters = network(np.random.default_rng(0)).summary().parameters
    images = {part: len(labels) for part, (_, labels) in data.items()}
    how = {"epochs": lab.choose(EPOCHS, 1), "batch": BATCH, "parameters": parameters}
    return {"images": images, "seeds": list(SEEDS), **how, "rules": rules}
