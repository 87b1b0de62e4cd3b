"""Twenty gradients that public projects got wrong, each built anew in a few lines.

A module holds the address of the thread that tells of it (`URL`), a right `forward`, the `backward` as the
bug had it, `inputs` to check them on, and under `TRUE` each wrong gradient with the names that a diagnosis
may give it.
"""

from importlib import import_module

import numpy as np

from cnnlab import check_gradient

BUGS = (
    "mate_2",
    "swift_apis_42",
    "aprender_2182",
    "notes_5",
    "burn_5604",
    "stat453_5",
    "differentiation_1",
    "cruise_800",
    "tensorflow_11092",
    "pytorch_188344",
    "grokking_23",
    "pytorch_63314",
    "candle_2337",
    "burn_4806",
    "nnlib_205",
    "pytorch_1528",
    "cnn_from_scratch_1",
    "diffsharp_16",
    "numpy_ml_94",
    "knet_288",
)


def load(name):
    """Import a bug by its name."""
    return import_module(f".{name}", __name__)


def check(name, seed=0, **checking):
    """Check the backward pass of a bug: what `check_gradient` reports."""
    bug, rng = load(name), np.random.default_rng(seed)
    inputs = bug.inputs(rng)
    return check_gradient(
        bug.forward, bug.backward, list(inputs.values()), rng, names=tuple(inputs), **checking
    )
