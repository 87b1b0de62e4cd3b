"""How do nets take it when digits are moved or turned? Equivariance and invariance as numbers.

All nets have about as many parameters, and learn from the same digits, which stand upright in the middle.
Only the last one sees them moved while it learns.
"""

from functools import partial

import numpy as np
from scipy import ndimage

import cnnlab

from .bench.records import figures
from .contest import Contest, digits
from .results import interval

IMAGES, SEEDS, EPOCHS, RATES = 10_000, (0, 1, 2), 8, (0.003, 0.01, 0.03)
CELLS, DEGREES, CHANGES = range(9), range(-45, 46, 15), (1, 2, 4)
LEARNT = 4  # cells by which digits are moved at most while the last net learns
STRIDE = 4  # of all stages together: so many cells of the image are one of the last feature map


def dense(rng):
    """No neighbourhoods: each of 26 neurons sees all pixels."""
    return cnnlab.Sequential(
        cnnlab.Flatten(), cnnlab.Dense(784, 26, rng=rng), cnnlab.ReLU(), cnnlab.Dense(26, 10, rng=rng)
    )


def stage(c_in, c_out, pool, rng):
    """Half the sides of a map: convolve and pool, or convolve at every second place."""
    conv = cnnlab.Conv(c_in, c_out, kernel_size=(5, 5), stride=1 if pool else 2, rng=rng)
    return (conv, cnnlab.MaxPool(2), cnnlab.ReLU()) if pool else (conv, cnnlab.ReLU())


def convolutional(rng, pool):
    """Two stages, from 28 x 28 to 4 x 4, then a hidden layer."""
    return cnnlab.Sequential(
        *stage(1, 8, pool, rng),
        *stage(8, 16, pool, rng),
        cnnlab.Flatten(),
        cnnlab.Dense(16 * 4 * 4, 64, rng=rng),
        cnnlab.ReLU(),
        cnnlab.Dense(64, 10, rng=rng),
    )


def globally_pooled(rng):
    """Three stages; the last map of each channel is averaged, so that places are forgotten."""
    return cnnlab.Sequential(
        cnnlab.Conv(1, 8, kernel_size=(5, 5), padding=2, rng=rng),
        cnnlab.MaxPool(2),
        cnnlab.ReLU(),
        cnnlab.Conv(8, 16, kernel_size=(5, 5), padding=2, rng=rng),
        cnnlab.MaxPool(2),
        cnnlab.ReLU(),
        cnnlab.Conv(16, 108, kernel_size=(3, 3), padding=1, rng=rng),
        cnnlab.ReLU(),
        cnnlab.GlobalAvgPool(),
        cnnlab.Dense(108, 10, rng=rng),
    )


strided, pooled = (partial(convolutional, pool=pool) for pool in (False, True))
moved = partial(cnnlab.augment.random_shift, most=LEARNT)
NETS = {  # the net, its augmentation, and how many cells of its last feature map a rim of zeros reaches
    "dense": (dense, None, None),
    "strides": (strided, None, 1),
    "max pooling": (pooled, None, 1),
    "global pooling": (globally_pooled, None, 3),
    "max pooling, shifts learnt": (pooled, moved, 1),
}


def shifted(images, shift):
    """Move all images; what comes in is paper, what goes out is lost."""
    rim = max(map(abs, shift))
    padded = np.pad(images, ((0, 0), (0, 0), *[(rim, rim)] * len(shift)))
    window = (slice(rim - s, rim - s + n) for s, n in zip(shift, images.shape[2:], strict=True))
    return padded[(..., *window)]


def ways(cells):
    """List the shifts by so many cells down, up, right and left; if by none, that one."""
    return [(0, 0)] if cells == 0 else [(cells, 0), (-cells, 0), (0, cells), (0, -cells)]


def turned(images, degrees):
    """Turn all images anticlockwise about their middle."""
    return ndimage.rotate(images, degrees, axes=(2, 3), reshape=False, order=1, prefilter=False)


def features(model, images):
    """Run all layers but the last: what it decides by."""
    return cnnlab.Sequential(*model.layers[:-1]).predict(images)


def change(model, images, cells):
    """Measure by what share of themselves the features change, in a shift by so many cells."""
    before = features(model, images)
    after = [features(model, shifted(images, way)) for way in ways(cells)]
    return np.mean([np.linalg.norm(f - before) for f in after]) / np.linalg.norm(before)


def equivariance(model, images, halo):
    """Measure how far the last map is from moving along with a shift: as shares of its largest entry.

    The images get a wide rim of paper, so that what goes round has seen no ink. Near the border are to be
    seen the zeros that a layer pads with, which do not move along.
    """
    images = np.pad(images, ((0, 0), (0, 0), (5 * STRIDE,) * 2, (5 * STRIDE,) * 2))
    maps = [type(layer) in (cnnlab.Flatten, cnnlab.GlobalAvgPool) for layer in model.layers]
    stages = cnnlab.Sequential(*model.layers[: maps.index(True)])
    largest = np.abs(stages.predict(images)).max()
    return {
        where: cnnlab.equivariance_error(stages, images, (STRIDE, 0), halo=cells, stride=STRIDE) / largest
        for where, cells in (("inside", halo), ("everywhere", 0))
    }


def measure(models, images, labels, halo):
    """Test nets on moved and turned images, and look at their features."""
    some = images[:100]

    def accuracies(kinds):
        return interval([np.mean([cnnlab.evaluate(m, x, labels) for x in kinds]) for m in models])

    by_cells = {cells: [shifted(images, way) for way in ways(cells)] for cells in CELLS}
    found = {
        "shifts": [{"cells": cells, "accuracy": accuracies(kinds)} for cells, kinds in by_cells.items()],
        "rotations": [{"degrees": d, "accuracy": accuracies([turned(images, d)])} for d in DEGREES],
        "changes": [
            {"cells": cells, "share": figures(np.mean([change(m, some, cells) for m in models]))}
            for cells in CHANGES
        ],
        "equivariance error": None,
    }
    if halo is not None:
        errors = [equivariance(model, some, halo) for model in models]
        found["equivariance error"] = {k: figures(max(e[k] for e in errors), 2) for k in errors[0]}
    return found


def run(lab):
    """Train the five nets; test them on every fourth test image, moved and turned."""
    epochs, seeds = lab.choose((EPOCHS, SEEDS), (1, SEEDS[:2]))
    contest = Contest(digits(lab, IMAGES), RATES, seeds, epochs)
    images, labels = (array[::4] for array in contest.data["test"])
    nets = {}
    for name, (build, augment, halo) in lab.bar(NETS.items(), "nets"):
        found, runs = contest.enter(build, augment=augment)
        nets[name] = found | measure([run.model for run in runs], images, labels, halo)
    return contest.rules() | {"moved": len(images), "shift learnt": LEARNT, "stride": STRIDE, "nets": nets}
