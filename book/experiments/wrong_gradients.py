"""Do wrong gradients still train? Five mistakes in the backward pass, beside the right one.

All nets are the same forwards. A last one, whose convolutions never move, tells how far the dense layers come
alone.
"""

import numpy as np

import cnnlab

from .bench.records import figures
from .contest import Contest, ahead, digits

IMAGES, SEEDS, EPOCHS = 10_000, (0, 1, 2), 6
RATES = 0.001, 0.003, 0.01, 0.03, 0.1
RIGHT, STILL = "right", "kernels that never move"


class Averaged(cnnlab.Conv):
    """Windows that overlap share a pixel's gradient instead of adding to it."""

    def backward_input(self, dy):
        """Divide each sum by how many windows read the pixel."""
        ones = np.ones((1, 1, *dy.shape[2:]), dy.dtype), np.ones((1, 1, *self.kernel_size), dy.dtype)
        windows = cnnlab.conv_backward_input(*ones, self.recall().shape[2:], **self.geometry)
        return super().backward_input(dy) / np.maximum(windows, 1)


class Turned(cnnlab.Conv):
    """The kernel is turned by half a turn once too often."""

    def backward_input(self, dy):
        """Send dy back through the kernel turned round."""
        weight = self.parameters["weight"]
        turned = np.flip(weight, axis=tuple(range(2, weight.ndim)))
        return cnnlab.conv_backward_input(dy, turned, self.recall().shape[2:], **self.geometry)


class Meant(cnnlab.Conv):
    """The gradient of the bias is a mean over images and places instead of a sum."""

    def backward_parameters(self, dy):
        """Divide dbias by how many entries it is the sum of."""
        super().backward_parameters(dy)
        self.gradients["bias"] = self.gradients["bias"] / (dy.size / dy.shape[1])


class ShortLoops(cnnlab.Conv):
    """Loops stop one row early: what the last row of the output says is not heard."""

    def backward(self, dy):
        """Forget the last row of dy, then do everything right."""
        return super().backward(self.without_last_row(dy))

    def backward_parameters(self, dy):
        """Forget the last row of dy here too."""
        super().backward_parameters(self.without_last_row(dy))

    def without_last_row(self, dy):
        """Copy dy with zeros in its last row."""
        dy = dy.copy(order="K")
        dy[:, :, -1] = 0
        return dy


class Ungated(cnnlab.ReLU):
    """The gradient passes where the signal did not."""

    def backward(self, dy):
        """Return dy as it came."""
        return dy.copy(order="K")


class Still(cnnlab.Conv):
    """Nothing is learnt here."""

    def backward_parameters(self, dy):
        """Say that nothing need change."""
        self.gradients.update({name: np.zeros_like(array) for name, array in self.parameters.items()})


VARIANTS = {  # which convolution and which relu the net is made of
    RIGHT: {},
    "shared out over windows": {"conv": Averaged},
    "kernel turned": {"conv": Turned},
    "mean for the bias": {"conv": Meant},
    "last row forgotten": {"conv": ShortLoops},
    "relu without its gate": {"relu": Ungated},
    STILL: {"conv": Still},
}


def network(rng, conv=cnnlab.Conv, relu=cnnlab.ReLU):
    """Two convolutions and two dense layers; what is wrong with them, all of them have."""
    return cnnlab.Sequential(
        conv(1, 8, kernel_size=(5, 5), rng=rng),
        cnnlab.MaxPool(2),
        relu(),
        conv(8, 16, kernel_size=(5, 5), rng=rng),
        cnnlab.MaxPool(2),
        relu(),
        cnnlab.Flatten(),
        cnnlab.Dense(16 * 4 * 4, 64, rng=rng),
        relu(),
        cnnlab.Dense(64, 10, rng=rng),
    )


def check(conv=cnnlab.Conv, relu=cnnlab.ReLU):
    """Ask the gradient checker about both layers; keep what it says of the worse and its first mistake."""
    rng = np.random.default_rng(0)
    layers = conv(2, 3, kernel_size=(3, 2), rng=rng, dtype=float), relu()
    x = rng.standard_normal((2, 2, 6, 5))
    reports = [cnnlab.check_layer(layer, x, np.random.default_rng(1)) for layer in layers]
    worse = min(reports, key=lambda report: report.ok)
    wrong = [found for found in worse.findings if found.remark]
    says = wrong[0].remark if wrong else worse.diagnosis
    names = [found.name for found in wrong]
    return {"right": worse.ok, "error": figures(worse.worst, 2), "wrong": names, "says": says}


def momentum(rate):
    """Momentum, whose steps are as long as gradients say, and shorter in time; Adam forgives any factor."""
    return cnnlab.Momentum(lr=cnnlab.cosine_decay(rate), mu=0.9)


def run(lab):
    """Train with each mistake, as with none; ask the checker; compare, seed by seed."""
    epochs, seeds = lab.choose((EPOCHS, SEEDS), (1, SEEDS[:2]))
    contest = Contest(digits(lab, IMAGES), RATES, seeds, epochs, follow=True, optimiser=momentum)
    nets = {}
    for name, kinds in lab.bar(VARIANTS.items(), "mistakes"):
        found, runs = contest.enter(lambda rng, kinds=kinds: network(rng, **kinds))
        curves = {
            "loss": [[figures(loss) for loss in run.history.loss] for run in runs],
            "accuracy": [[figures(score) for score in run.history.validation_score] for run in runs],
        }
        nets[name] = found | curves | {"check": check(**kinds)}
    for name in nets:
        nets[name]["behind"] = ahead(nets, RIGHT, name)
    return contest.rules() | {"nets": nets}
