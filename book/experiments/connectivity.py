"""Does it pay that all places share one kernel? Kernels shared, taking turns, or one for each place.

The digits stand in the middle of their images, so that each place has its part of a digit to know.
"""

from functools import partial

import cnnlab

from .contest import Contest, ahead, digits

SIZES = {1000: 20, 10_000: 5}  # images to learn from, and how often each is seen
SEEDS, RATES = (0, 1, 2, 3, 4), (0.003, 0.01, 0.03)
KINDS = {
    "shared": lambda c_in, c_out, side, **o: cnnlab.Conv(c_in, c_out, **o),
    "2 x 2 take turns": lambda c_in, c_out, side, **o: cnnlab.Tiled(c_in, c_out, tile=2, **o),
    "4 x 4 take turns": lambda c_in, c_out, side, **o: cnnlab.Tiled(c_in, c_out, tile=4, **o),
    "local": lambda c_in, c_out, side, **o: cnnlab.Local(c_in, c_out, spatial=(side, side), **o),
}


def network(rng, kind):
    """Two stages of weighing windows and pooling, then a dense layer."""
    layers = []
    for c_in, c_out, side in ((1, 8, 28), (8, 16, 12)):
        window = kind(c_in, c_out, side, kernel_size=(5, 5), rng=rng)
        layers += [window, cnnlab.ReLU(), cnnlab.MaxPool(2)]
    return cnnlab.Sequential(*layers, cnnlab.Flatten(), cnnlab.Dense(16 * 4 * 4, 10, rng=rng))


def run(lab):
    """Train each kind on few images and on more; compare each with the shared one, seed by seed."""
    sizes = {}
    for images, epochs in SIZES.items():
        epochs, seeds = lab.choose((epochs, SEEDS), (1, SEEDS[:2]))
        contest = Contest(digits(lab, images), RATES, seeds, epochs)
        kinds = lab.bar(KINDS.items(), f"{images:,} images")
        nets = {name: contest.enter(partial(network, kind=kind))[0] for name, kind in kinds}
        for name in nets:
            nets[name]["ahead of shared"] = ahead(nets, name, "shared")
        sizes[str(images)] = contest.rules() | {"nets": nets}
    return {"sizes": sizes}
