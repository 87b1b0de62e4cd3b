"""How large should a deep net's first weights be? Signals at the start, and what is learnt from there."""

from itertools import product

import numpy as np

import cnnlab

from . import mnist
from .bench.records import figures
from .optimisers import validation
from .results import interval

IMAGES, SEEDS, BATCH, EPOCHS = {"learn": 2000, "choose": 1000}, (0, 1, 2), 50, 6
SCHEMES, BENDS = ("zeros", "normal", "glorot", "he"), {"relu": cnnlab.ReLU, "tanh": cnnlab.Tanh}
RATES = 0.003, 0.01, 0.03
DEPTH, CHANNELS = 10, 8


def network(scheme, bend, rng):
    """Ten convolutions, each followed by a bend, then a dense layer; all biases are zero at first."""
    strides = [2, *[1] * (DEPTH - 1)]
    layers = []
    for i, stride in enumerate(strides):
        c_in = CHANNELS if i else 1
        layers += [cnnlab.Conv(c_in, CHANNELS, kernel_size=(3, 3), stride=stride, padding=1), BENDS[bend]()]
    model = cnnlab.Sequential(*layers, cnnlab.Flatten(), cnnlab.Dense(CHANNELS * 14 * 14, 10))
    for name, weight in model.parameters.items():
        if name.endswith("weight"):
            model.parameters[name] = cnnlab.init_weights(weight.shape, scheme, rng).astype(np.float32)
    return model


def signals(model, images, labels):
    """Measure root mean squares behind every bend: of the signal, and of the gradient that comes back."""
    there, back = [images], []
    for layer in model.layers:
        there.append(layer.forward(there[-1], train=True))
    _, dy = cnnlab.softmax_cross_entropy(there[-1], labels)
    for layer in reversed(model.layers):
        back.append(dy)
        dy = layer.backward(dy)
    bends = range(1, 2 * DEPTH, 2)
    return {
        "signal": [size(there[i + 1]) for i in bends],
        "gradient": [size(len(images) * back[-1 - i].astype(float)) for i in bends],
    }


def size(array):
    """The root of the mean square, in double precision: the squares of small numbers are lost in single."""
    return figures(np.sqrt(np.mean(np.square(array, dtype=float))), 3)


def learn(scheme, bend, rate, seed, data, epochs):
    """Train with momentum: (model, what happened, names of the parameters that are not as they were)."""
    rng = np.random.default_rng(seed)
    model = network(scheme, bend, rng)
    before = {name: array.copy() for name, array in model.parameters.items()}
    rule = cnnlab.Momentum(lr=rate)
    options = dict(epochs=epochs, batch_size=BATCH, optimiser=rule, rng=rng, progress=False)
    try:
        history = cnnlab.fit(model, data["learn"], validation=data["choose"], **options)
    except FloatingPointError:
        return model, {"rate": rate, "loss": None, "validation": None, "moved": None}
    moved = [name for name, array in model.parameters.items() if not np.array_equal(array, before[name])]
    losses = [figures(loss) for loss in history.loss]
    end = {"validation": figures(history.validation_score[-1]), "moved": moved}
    return model, {"rate": rate, "loss": losses} | end


def examine(scheme, bend, data, lab):
    """Look at the signals at the start; choose a learning rate; train with it with all seeds; test once."""
    epochs, words = lab.choose(EPOCHS, 1), f"{scheme}, {bend}"
    start = signals(network(scheme, bend, np.random.default_rng(SEEDS[0])), *(a[:500] for a in data["learn"]))

    def train(seed, rate):
        return learn(scheme, bend, rate, seed, data, epochs)

    tried, _, best, trained = lab.best_of(train, RATES, SEEDS, validation, words)
    models, runs = zip(*trained, strict=True)
    return start | {
        "tried": [{"rate": found["rate"], "validation": found["validation"]} for _, found in tried],
        "chosen": best,
        "loss": [figures(loss) for loss in np.mean([found["loss"] for found in runs], axis=0)],
        "moved": runs[0]["moved"],
        "test": interval([cnnlab.evaluate(model, *data["test"]) for model in models]),
    }


def run(lab):
    """Examine every scheme with both bends."""
    data = mnist.load(lab)
    data |= {part: tuple(array[:count] for array in data[part]) for part, count in IMAGES.items()}
    found = {bend: {} for bend in BENDS}
    for bend, scheme in product(BENDS, SCHEMES):
        found[bend][scheme] = examine(scheme, bend, data, lab)
    images = {part: len(labels) for part, (_, labels) in data.items()}
    how = {"epochs": lab.choose(EPOCHS, 1), "batch": BATCH, "convolutions": DEPTH, "channels": CHANNELS}
    return {"images": images, "seeds": list(SEEDS), **how, "nets": found}
