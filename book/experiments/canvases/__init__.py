"""Which pixel is whose ink? Several digits on a canvas, a label for every pixel, canvases of two sizes."""

import time
from functools import partial

import numpy as np

import cnnlab
from cnnlab.datasets import digit_canvases

from .. import mnist
from ..bench.records import figures
from ..contest import adam
from .nets import labeller, namer, reader
from .overlap import count, judge, overlap

SEEDS = 0, 1, 2
CELL = 32  # pixels on a side, in which a digit of 28 has some room
SIZES = {"as learnt": (2, 2), "larger": (3, 4)}  # rows and columns of cells
CROWD = {"as learnt": (1, 3), "larger": (2, 9)}  # the fewest and the most digits where they may cross
RATES, BATCH, EPOCHS = (4e-3, 8e-3), 16, 3
ASKED, UNASKED = 0.5, -1  # the share of paper that counts, or ink would drown in it; what does not count


def apart(images, labels, *, count, size, seed):
    """Lay canvases out of cells, each of which has one digit or none: no digit touches another."""
    rows, columns = SIZES[size]
    number = count * rows * columns
    x, pixels = digit_canvases(images, labels, count=number, shape=(CELL, CELL), digits=(0, 1), seed=seed)
    return join(x[:, 0], rows, columns)[:, None], join(pixels, rows, columns)


def join(cells, rows, columns):
    """Put cells (N * rows * columns, h, w) beside and below each other: (N, rows * h, columns * w)."""
    _, height, width = cells.shape
    grid = cells.reshape(-1, rows, columns, height, width).swapaxes(2, 3)
    return grid.reshape(-1, rows * height, columns * width)


def crossing(images, labels, *, count, size, seed):
    """Throw digits anywhere on canvases, so that they may cross and hide each other."""
    shape = tuple(CELL * cells for cells in SIZES[size])
    return digit_canvases(images, labels, count=count, shape=shape, digits=CROWD[size], seed=seed)


KINDS = {"apart": apart, "crossing": crossing}


def load(lab):
    """Make canvases to learn from, to choose by, and of two kinds and sizes to test on, of digits apart."""
    parts, (first, second) = mnist.parts(), SIZES
    made = {"alone": tuple(array[: lab.choose(None, 200)] for array in parts["learn"])}
    for part, number, few, seed in (("learn", 4000, 32, 10), ("choose", 200, 10, 20)):
        both = [
            kind(*parts[part], count=lab.choose(number, few), size=first, seed=seed + i)
            for i, kind in enumerate(KINDS.values())
        ]
        made[part] = tuple(np.concatenate(arrays) for arrays in zip(*both, strict=True))
    made["test"] = {
        f"{name}, {size}": kind(*parts["test"], count=lab.choose(number, 10), size=size, seed=30 + i)
        for size, number in ((first, 400), (second, 150))
        for i, (name, kind) in enumerate(KINDS.items())
    }
    return made


def teach(data, rate, seed, epochs):
    """Teach a net to read single digits, then to label canvases; return it and the processor's seconds."""
    began, rng = time.process_time(), np.random.default_rng(seed)
    eye, reading = reader(rng)
    fit = partial(cnnlab.fit, rng=rng, progress=False)
    shift = partial(cnnlab.augment.random_shift, most=3)
    fit(namer(eye, reading, rng), data["alone"], epochs=1, batch_size=50, optimiser=adam(rate), augment=shift)
    model, (x, pixels) = labeller(eye, reading, rng), data["learn"]
    counts = (pixels > 0) | (rng.random(pixels.shape, np.float32) < ASKED)
    asked = np.where(counts, pixels, UNASKED)
    loss = partial(cnnlab.softmax_cross_entropy, ignore_index=UNASKED)
    fit(model, (x, asked), epochs=epochs, batch_size=BATCH, optimiser=adam(rate), loss=loss)
    return model, time.process_time() - began


def run(lab):
    """Choose the rate, teach with every seed, label the test canvases of both kinds and sizes once."""
    data, epochs = load(lab), lab.choose(EPOCHS, 1)

    def train(seed, rate):
        return teach(data, rate, seed, epochs)

    def score(taught):
        return figures(overlap(count(taught[0], *data["choose"])).mean())

    _, scores, best, runs = lab.best_of(train, RATES, SEEDS, score, "canvases")
    models = [model for model, _ in runs]
    eye, reading = reader(np.random.default_rng(0))
    sees, _, _ = cnnlab.Sequential(*eye, *reading).receptive_field((1, 56, 56))
    return {
        "seeds": list(SEEDS),
        "images": {part: len(data[part][0]) for part in ("alone", "learn", "choose")},
        "epochs": epochs,
        "batch": BATCH,
        "parameters": models[0].summary().parameters,
        "sees": list(sees),
        "tried": [{"rate": rate, "choose": score} for rate, score in zip(RATES, scores, strict=True)],
        "chosen": best,
        "processor seconds": figures(np.mean([seconds for _, seconds in runs]), 3),
        "test": {name: judge(models, *canvases) for name, canvases in data["test"].items()},
    }
