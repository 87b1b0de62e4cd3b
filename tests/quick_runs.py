"""What the tests of all experiments share: a short run, and what must be alike in it and in a whole one."""

import json

import pytest
from experiments.lab import Lab

from cnnlab.datasets.mnist import where_mnist

QUICK = Lab(quick=True, progress=False)
needs_mnist = pytest.mark.skipif(
    where_mnist() is None, reason="needs MNIST: cnnlab data fetch mnist, or CNNLAB_DATA"
)


def leave(module):
    """Run an experiment for a few steps; its result as it would be read from the file."""
    return json.loads(json.dumps(module.run(QUICK)))


def structure(value):
    """The keys, all the way down, and of a list of records those of its first."""
    if isinstance(value, dict):
        return {key: structure(part) for key, part in value.items()}
    return structure(value[0]) if isinstance(value, list) and value and isinstance(value[0], dict) else "end"
