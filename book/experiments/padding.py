"""What should stand around the picture? Five rims for small digits that fill their images.

The images are MNIST's, halved and cut to the 12 x 12 cells in the middle, so that strokes reach the border.
The nets have the same parameters: an average over the last map makes its size no matter.
"""

from functools import partial
from itertools import pairwise

import cnnlab

from .contest import Contest, ahead, digits

IMAGES, SEEDS, EPOCHS, RATES = 10_000, (0, 1, 2, 3, 4), 5, (0.02, 0.06, 0.2)
MODES = "valid", "zeros", "reflect", "replicate", "circular"
CHANNELS = 1, 16, 16, 32


def small(images):
    """Halve the sides by means of 2 x 2 cells, then cut off one cell all around."""
    return cnnlab.avg_pool_forward(images, 2)[:, :, 1:-1, 1:-1]


def network(rng, mode):
    """Three convolutions of 3 x 3, a rim before each, a pooling before the last, an average at the end."""
    layers = []
    for i, (c_in, c_out) in enumerate(pairwise(CHANNELS)):
        rim = [] if mode == "valid" else [cnnlab.Pad(1, mode=mode)]
        pooling = [cnnlab.MaxPool(2)] if i == 1 else []
        layers += [*rim, cnnlab.Conv(c_in, c_out, kernel_size=(3, 3), rng=rng), cnnlab.ReLU(), *pooling]
    return cnnlab.Sequential(*layers, cnnlab.GlobalAvgPool(), cnnlab.Dense(CHANNELS[-1], 10, rng=rng))


def run(lab):
    """Train with each rim; compare each with zeros, seed by seed."""
    epochs, seeds = lab.choose((EPOCHS, SEEDS), (1, SEEDS[:2]))
    data = {part: (small(x), labels) for part, (x, labels) in digits(lab, IMAGES).items()}
    contest = Contest(data, RATES, seeds, epochs)
    nets = {mode: contest.enter(partial(network, mode=mode))[0] for mode in lab.bar(MODES, "rims")}
    for mode in nets:
        nets[mode]["ahead of zeros"] = ahead(nets, mode, "zeros")
    return contest.rules() | {"sides": list(data["learn"][0].shape[2:]), "nets": nets}
