"""LeNet's shape, and that it reads: the bundled digits always, MNIST where it is at hand."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from cnnlab import datasets
from cnnlab.gradcheck import check_layer
from cnnlab.lenet import lenet, train_lenet
from cnnlab.train import fit


@pytest.mark.parametrize(
    ("shape", "classes"),
    [((1, 28, 28), 10), ((3, 32, 20), 7), ((1, 8, 8), 10), ((2, 64), 4), ((1, 16, 18, 20), 2)],
)
def test_any_shape(shape, classes):
    model = lenet(np.random.default_rng(0), shape, classes)
    assert model.forward(np.zeros((3, *shape), np.float32)).shape == (3, classes)
    assert all(array.dtype == np.float32 for array in model.parameters.values())


def test_gradients_of_the_whole_network():
    rng = np.random.default_rng(0)
    model = lenet(rng, (1, 8, 9), 3)
    report = check_layer(model, rng.standard_normal((2, 1, 8, 9)), rng)
    assert report.ok, report


def test_it_reads_the_bundled_digits():
    digits = datasets.load_digits()
    model, accuracy = train_lenet(digits, progress=False)
    assert accuracy >= 0.97
    guesses = model.forward(digits.x_test).argmax(axis=1)
    assert np.mean(guesses == digits.y_test) == accuracy


@pytest.mark.slow
@pytest.mark.skipif(
    not Path(os.environ.get("CNNLAB_DATA") or "absent", "mnist").is_dir(),
    reason="reads MNIST, and CNNLAB_DATA is not set or has no folder mnist",
)
def test_it_learns_from_a_fifth_of_mnist():
    """Real files load and teach: 97.5 % from a fifth of the images. The 99 % of all of them is not shown."""
    mnist = datasets.load_mnist()
    part = dataclasses.replace(mnist, x_train=mnist.x_train[::5], y_train=mnist.y_train[::5])
    _, accuracy = train_lenet(part, progress=False)
    assert accuracy >= 0.975


def test_the_test_set_teaches_nothing(monkeypatch):
    def briefly(*data, epochs, **settings):
        return fit(*data, epochs=2, **settings)

    monkeypatch.setattr("cnnlab.lenet.fit", briefly)
    digits = datasets.load_digits()
    one = dataclasses.replace(digits, x_train=digits.x_train[:96], y_train=digits.y_train[:96])
    other = dataclasses.replace(one, x_test=-digits.x_test[:5], y_test=digits.y_test[:5])
    weights = [train_lenet(dataset, progress=False)[0].parameters["0.weight"] for dataset in (one, other)]
    np.testing.assert_array_equal(*weights)
