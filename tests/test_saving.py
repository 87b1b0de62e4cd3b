"""What was stored comes back, whole or not at all."""

import numpy as np
import pytest

from cnnlab.layers import Conv, Dense, Flatten, ReLU
from cnnlab.model import Sequential
from cnnlab.saving import load_parameters, save_parameters


def network(seed, hidden=3):
    rng = np.random.default_rng(seed)
    return Sequential(Conv(1, 2, kernel_size=2, rng=rng), Flatten(), Dense(6, hidden, rng=rng), ReLU())


def test_a_round_trip(tmp_path):
    one, other, x = network(1), network(2), np.ones((2, 1, 4), np.float32)
    path = tmp_path / "net ü.npz"
    assert (one.forward(x) != other.forward(x)).any()
    save_parameters(one, path)
    load_parameters(other, path)
    np.testing.assert_array_equal(one.forward(x), other.forward(x))
    assert other.parameters["0.weight"].dtype == np.float32
    save_parameters(network(3), path)
    assert list(tmp_path.iterdir()) == [path]
    with np.load(path) as archive:
        assert sorted(archive) == ["0.bias", "0.weight", "2.bias", "2.weight"]


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    save_parameters(network(1), path)
    before = path.read_bytes()

    def savez(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", savez)
    with pytest.raises(KeyboardInterrupt):
        save_parameters(network(2), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("stored", "complaint"),
    [
        (network(1, hidden=4), r'"2.weight" is of shape \(4, 6\) there, of shape \(3, 6\) here'),
        (Sequential(*network(1).layers[:2]), r'"2.weight" is missing there, of shape \(3, 6\) here'),
        (Sequential(*network(1).layers, Dense(3, 1)), r'"4.weight" is of shape \(1, 3\) there, missing here'),
    ],
)
def test_another_models_file(tmp_path, stored, complaint):
    path = tmp_path / "net.npz"
    save_parameters(stored, path)
    model = network(2)
    before = dict(model.parameters)
    with pytest.raises(ValueError, match=r"net\.npz belongs to another model: " + complaint):
        load_parameters(model, path)
    assert all(model.parameters[key] is array for key, array in before.items())


def test_a_damaged_file(tmp_path):
    path = tmp_path / "net.npz"
    save_parameters(network(1), path)
    whole = path.read_bytes()
    for spoilt in (whole[:-30], whole[:100], b"", b"PK\3\4", b"text", whole[:80] + b"?" * 40 + whole[120:]):
        path.write_bytes(spoilt)
        with pytest.raises(
            ValueError, match=r"net\.npz is not a whole archive of parameters .*: delete it and train again"
        ):
            load_parameters(network(1), path)
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(ValueError, match="not a whole archive"):
        load_parameters(network(1), tmp_path / "one.npy")
    with pytest.raises(FileNotFoundError):
        load_parameters(network(1), tmp_path / "absent.npz")
