"""What an entry of the bank is: a right layer, a backward function that is not, and what it may be called."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from cnnlab import check_gradient

SPATIAL, KERNEL = (8, 7, 6), (3, 2, 4)  # of which a layer takes as many as it has axes
BANK = []


class Layer(NamedTuple):
    """A right layer and where to check it; forward and backward take the options as keywords."""

    forward: Callable
    backward: Callable
    inputs: dict
    options: dict


@dataclass(frozen=True)
class Wrong:
    """A layer whose backward function is wrong.

    `slugs` has an entry for each gradient that is wrong: the names that would be true, none if the mistake
    has no name. Of the other gradients none is wrong.
    """

    id: str
    backward: Callable
    layer: Callable
    axes: tuple
    slugs: dict
    options: dict

    @property
    def name(self):
        return self.backward.__name__

    def __str__(self):
        return f"{self.id}-{self.name}"

    def check(self, axes, seed, **checking):
        """Check it with so many spatial axes."""
        rng = np.random.default_rng([seed, axes])
        return check(self.layer(axes, rng, **self.options), rng, self.backward, **checking)


def check(layer, rng, backward=None, **checking):
    """Check a layer with its own backward function, or with another one."""
    forward = partial(layer.forward, **layer.options)
    backward = partial(backward or layer.backward, **layer.options)
    return check_gradient(
        forward, backward, list(layer.inputs.values()), rng, names=tuple(layer.inputs), **checking
    )


def wrong(id, layer, *, axes=(1, 2, 3), options=(), **slugs):
    """Put a backward function into the bank: `weight="scale"` says that dweight is wrong, and how."""

    def register(backward):
        names = {name: frozenset(true.split()) for name, true in slugs.items()}
        BANK.append(Wrong(id, backward, layer, tuple(axes), names, dict(options)))
        return backward

    return register


def first(axes, *sizes):
    """Take as many of each tuple's sizes as there are axes."""
    return tuple(size[:axes] for size in sizes) if len(sizes) > 1 else sizes[0][:axes]


def distinct(rng, shape):
    """Draw numbers no two of which are near each other, half of them negative: nothing ties."""
    size = int(np.prod(shape))
    return rng.permutation(np.linspace(-3, 3.1, size)).reshape(shape)
