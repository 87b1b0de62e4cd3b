"""Does a net know what a neighbour is? The pixels of all images change places, always in the same way."""

import numpy as np

import cnnlab

from . import mnist
from .results import interval

IMAGES, SEEDS, RATES = {"learn": 10_000, "choose": 2000}, (0, 1, 2, 3, 4), (3e-3, 1e-2, 3e-2)
NETS = ("one hidden layer", "convolutional")


def shuffle(images, places):
    """Give every image's pixels new places, which are the same for all images."""
    return images.reshape(len(images), -1)[:, places].reshape(images.shape)


def examine(name, data, lab, words):
    """Choose a learning rate with the first seed, train with it with all seeds, and test each net once."""
    build, epochs = mnist.NETS[name]

    def train(seed, rate):
        return mnist.learn(build, data, seed=seed, epochs=lab.choose(epochs, 1), rate=rate, shift=0)

    _, scores, best, runs = lab.best_of(train, RATES, SEEDS, lambda attempt: attempt.score, words)
    return {
        "tried": [{"rate": r, "validation": s} for r, s in zip(RATES, scores, strict=True)],
        "chosen": best,
        "test": interval([cnnlab.evaluate(run.model, *data["test"]) for run in runs]),
    }


def run(lab):
    """Train both nets on both kinds of images; say by how much each seed's accuracy falls."""
    places = np.random.default_rng(0).permutation(28 * 28)
    ordered = mnist.load(lab)
    ordered |= {part: tuple(array[:count] for array in ordered[part]) for part, count in IMAGES.items()}
    arranged = {
        "in order": ordered,
        "shuffled": {part: (shuffle(x, places), labels) for part, (x, labels) in ordered.items()},
    }
    nets = {}
    for name in NETS:
        found = {how: examine(name, data, lab, f"{name}, {how}") for how, data in arranged.items()}
        before, after = (np.array(found[how]["test"]["values"]) for how in arranged)
        nets[name] = found | {"lost": interval(before - after)}
    images = {part: len(labels) for part, (_, labels) in ordered.items()}
    return {"images": images, "seeds": list(SEEDS), "nets": nets}
