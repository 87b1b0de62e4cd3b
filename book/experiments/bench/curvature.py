"""What a Hessian-vector product costs, in gradients and beside PyTorch's two ways to one."""

from functools import partial

import numpy as np

import cnnlab

from . import ours, workloads
from .agree import hold
from .clock import race
from .records import record


class Product:
    """One product: a network and a batch size."""

    def __init__(self, network, batch):
        self.network, self.family = network, network
        self.name = f"{network}, batch {batch}"
        self.x, self.labels = workloads.digits(batch)
        self.model = ours.network(network)
        rng = np.random.default_rng(workloads.SEED)
        shapes = {key: array.shape for key, array in self.model.parameters.items()}
        self.v = {key: rng.standard_normal(shape).astype(np.float32) for key, shape in shapes.items()}

    def gradient(self):
        """The gradient itself, which is the unit."""
        scores = self.model.forward(self.x, train=True)
        _, dscores = cnnlab.softmax_cross_entropy(scores, self.labels)
        self.model.backward_parameters(dscores)

    def hessian(self):
        """The product with the Hessian."""
        loss = cnnlab.softmax_cross_entropy
        return cnnlab.hessian_vector_product(self.model, loss, (self.x, self.labels), self.v)

    def gauss_newton(self):
        """The product with the Gauss-Newton matrix."""
        loss = cnnlab.softmax_cross_entropy
        return cnnlab.gauss_newton_vector_product(self.model, loss, (self.x, self.labels), self.v)

    def race(self, settings):
        """Race the products; before that, hold that the Hessian's is PyTorch's."""
        from . import pytorch

        theirs = pytorch.hessian_products(
            self.network, dict(self.model.parameters), self.x, self.labels, self.v
        )
        found = self.hessian()
        for who, run in theirs.items():
            hold(self, "Hessian", "float32", list(run()), list(found.values()), who)
        runs = {"gradient": self.gradient, "cnnlab": self.hessian, "Gauss-Newton": self.gauss_newton} | theirs
        least, rounds = race(runs, **settings)
        least["pytorch"] = min(least[who] for who in theirs)
        return [record("curvature", self, "Hessian", "float32", least, rounds)]


def products(settings):
    """List the products."""
    return [
        (f"Hessian: {row.name}", partial(row.race, settings))
        for network in workloads.NETWORKS
        for batch in (64, 256)
        for row in [Product(network, batch)]
    ]
