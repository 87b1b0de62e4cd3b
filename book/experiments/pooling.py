"""How should a map get smaller? By the largest of four, their mean, their length, or a stride."""

from functools import partial

import cnnlab

from .contest import Contest, ahead, digits

IMAGES, SEEDS, EPOCHS, RATES = 10_000, (0, 1, 2, 3, 4), 6, (0.006, 0.02, 0.06)
POOLS = {"max": cnnlab.MaxPool, "average": cnnlab.AvgPool, "L2": cnnlab.LpPool, "stride": None}


def network(rng, pool):
    """Two stages of convolution and pooling, then a dense layer; without a pool, the convolution strides."""
    layers = []
    for c_in, c_out in ((1, 8), (8, 16)):
        layers += [
            cnnlab.Conv(c_in, c_out, kernel_size=(5, 5), stride=1 if pool else 2, rng=rng),
            cnnlab.ReLU(),
            *([pool(2)] if pool else []),
        ]
    return cnnlab.Sequential(*layers, cnnlab.Flatten(), cnnlab.Dense(16 * 4 * 4, 10, rng=rng))


def run(lab):
    """Train with each; compare each with the largest of four, seed by seed; count the work."""
    epochs, seeds = lab.choose((EPOCHS, SEEDS), (1, SEEDS[:2]))
    contest = Contest(digits(lab, IMAGES), RATES, seeds, epochs)
    nets = {}
    for name, pool in lab.bar(POOLS.items(), "pools"):
        nets[name], runs = contest.enter(partial(network, pool=pool))
        nets[name]["multiply-adds"] = runs[0].model.trace((1, 28, 28)).multiply_adds
    for name in nets:
        nets[name]["behind max"] = ahead(nets, "max", name)
    return contest.rules() | {"nets": nets}
