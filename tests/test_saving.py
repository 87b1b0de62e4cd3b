"""What was stored comes back, whole or not at all."""

import gc
import os
import pickle
import warnings

import numpy as np
import pytest

from cnnlab.layers import BatchNorm, Conv, Dense, Flatten, ReLU
from cnnlab.model import Sequential
from cnnlab.saving import sweep, write_archive

MARK = {"cnnlab model": np.array(1)}


def network(seed, hidden=3):
    rng = np.random.default_rng(seed)
    return Sequential(Conv(1, 2, kernel_size=2, rng=rng), Flatten(), Dense(6, hidden, rng=rng), ReLU())


def test_a_round_trip(tmp_path):
    one, other, x = network(1), network(2), np.ones((2, 1, 4), np.float32)
    path = tmp_path / "net ü.npz"
    assert (one.forward(x) != other.forward(x)).any()
    one.save(path)
    other.load(path)
    np.testing.assert_array_equal(one.forward(x), other.forward(x))
    assert other.parameters["0.weight"].dtype == np.float32
    network(3).save(path)
    assert list(tmp_path.iterdir()) == [path]
    with np.load(path) as archive:
        assert sorted(archive) == ["0.bias", "0.weight", "2.bias", "2.weight", "cnnlab model"]


def test_what_was_seen_is_kept_too(tmp_path):
    def seen(seed):
        model = Sequential(BatchNorm(2), ReLU())
        model.forward(np.random.default_rng(seed).standard_normal((4, 2, 3)).astype(np.float32), train=True)
        return model

    one, other = seen(1), seen(2)
    x, path = np.ones((2, 2, 4), np.float32), tmp_path / "net.npz"
    assert (one.forward(x) != other.forward(x)).any()
    one.save(path)
    other.load(path)
    np.testing.assert_array_equal(one.forward(x), other.forward(x))
    assert other.state["0.variance"].dtype == np.float32
    with np.load(path) as archive:
        assert sorted(archive) == ["0.beta", "0.gamma", "0.mean", "0.variance", "cnnlab model"]
    np.savez(path, **one.parameters, **{"0.mean": np.zeros(2)}, **MARK)
    before = dict(other.parameters) | dict(other.state)
    with pytest.raises(ValueError, match=r'"0.variance" is missing there, of shape \(2,\) and float32 here'):
        other.load(path)
    assert all((dict(other.parameters) | dict(other.state))[key] is array for key, array in before.items())


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    network(1).save(path)
    before = path.read_bytes()

    def savez(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", savez)
    with pytest.raises(KeyboardInterrupt):
        network(2).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file cannot be replaced")
def test_who_reads_the_old_file_reads_it_whole(tmp_path):
    path = tmp_path / "net.npz"
    network(1).save(path)
    before = path.read_bytes()
    with open(path, "rb", buffering=0) as reader:
        start = reader.read(100)
        network(2).save(path)
        assert start + reader.read() == before != path.read_bytes()


@pytest.mark.parametrize(
    ("stored", "complaint"),
    [
        (network(1, hidden=4), r'"2.weight" is of shape \(4, 6\) .* there, of shape \(3, 6\) .* here'),
        (Sequential(*network(1).layers[:2]), r'"2.weight" is missing there, of shape \(3, 6\) .* here'),
        (
            Sequential(*network(1).layers, Dense(3, 1)),
            r'"4.weight" is of shape \(1, 3\) .* there, missing here',
        ),
    ],
)
def test_another_models_file(tmp_path, stored, complaint):
    path = tmp_path / "net.npz"
    stored.save(path)
    model = network(2)
    before = dict(model.parameters)
    with pytest.raises(ValueError, match=r"net\.npz belongs to another model: " + complaint):
        model.load(path)
    assert all(model.parameters[key] is array for key, array in before.items())


@pytest.mark.skipif(os.name != "posix", reason="the umask is POSIX's")
def test_a_file_has_the_rights_that_the_umask_leaves(tmp_path):
    mask = os.umask(0o027)
    try:
        network(1).save(tmp_path / "net.npz")
    finally:
        os.umask(mask)
    assert (tmp_path / "net.npz").stat().st_mode & 0o777 == 0o640


def test_the_model_keeps_its_dtype(tmp_path):
    path, model, x = tmp_path / "net.npz", network(2), np.ones((2, 1, 4), np.float32)
    stored = {key: array.astype(np.float64) + 1 for key, array in model.parameters.items()}
    np.savez(path, **stored, **MARK)
    model.load(path)
    assert model.forward(x).dtype == np.float32
    for key, array in stored.items():
        np.testing.assert_array_equal(model.parameters[key], array.astype(np.float32))


@pytest.mark.parametrize("dtype", ["U3", "complex128"])
def test_what_is_no_float_is_refused(tmp_path, dtype):
    path, model = tmp_path / "net.npz", network(2)
    before = dict(model.parameters)
    np.savez(path, **before | MARK | {"2.bias": np.ones(3).astype(dtype)})
    with pytest.raises(
        ValueError, match=r'another model: "2\.bias" is .* there, of shape \(3,\) and float32'
    ):
        model.load(path)
    assert all(model.parameters[key] is array for key, array in before.items())


def test_any_flipped_byte_is_harmless_or_told(tmp_path):
    """Flip the highest bit of each byte in turn: either an error says so, or the numbers are right."""
    path, model = tmp_path / "net.npz", Dense(1, 2, rng=np.random.default_rng(0))
    model.save(path)
    whole, right, complaints = path.read_bytes(), dict(model.parameters), []
    for i in range(len(whole)):
        path.write_bytes(whole[:i] + bytes([whole[i] ^ 0x80]) + whole[i + 1 :])
        try:
            model.load(path)
        except ValueError as error:
            complaints.append(str(error))
        for key, array in right.items():
            np.testing.assert_array_equal(model.parameters[key], array)
    assert len(complaints) > len(whole) / 2
    assert all(complaint.startswith(str(path)) for complaint in complaints)


def test_a_damaged_archive_is_closed(tmp_path):
    path = tmp_path / "net.npz"
    path.write_bytes(b"PK\3\4")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with pytest.raises(ValueError, match="not a whole archive"):
            network(1).load(path)
        gc.collect()
    assert [str(warning.message) for warning in heard] == []


def test_a_damaged_file(tmp_path):
    path = tmp_path / "net.npz"
    network(1).save(path)
    whole = path.read_bytes()
    for spoilt in (whole[:-30], whole[:100], b"", b"PK\3\4", b"text", whole[:80] + b"?" * 40 + whole[120:]):
        path.write_bytes(spoilt)
        with pytest.raises(
            ValueError, match=r"net\.npz is not a whole archive .*: delete it and train again"
        ):
            network(1).load(path)
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(ValueError, match="not a whole archive"):
        network(1).load(tmp_path / "one.npy")
    with pytest.raises(FileNotFoundError):
        network(1).load(tmp_path / "absent.npz")


def test_a_newer_format_is_refused(tmp_path):
    path, model = tmp_path / "net.npz", network(1)
    before = dict(model.parameters)
    np.savez(path, **{**before, "cnnlab model": np.array(2)})
    with pytest.raises(
        ValueError, match=r"written by a newer cnnlab: its format is 2, this one reads up to 1"
    ):
        model.load(path)
    assert all(model.parameters[key] is array for key, array in before.items())


@pytest.mark.parametrize(
    ("mark", "held"), [({}, "no mark of cnnlab's"), ({"cnnlab checkpoint": np.array(1)}, "cnnlab checkpoint")]
)
def test_an_archive_of_another_kind_is_refused(tmp_path, mark, held):
    path, model = tmp_path / "net.npz", network(1)
    np.savez(path, **model.parameters, **mark)
    with pytest.raises(ValueError, match=rf'net\.npz is no model: it holds {held}, not "cnnlab model"'):
        model.load(path)


class Trap:
    """What, unpickled, makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def test_nothing_that_a_file_holds_is_run(tmp_path):
    path, model, folder = tmp_path / "net.npz", network(1), tmp_path / "sprung"
    before = dict(model.parameters)
    for key, trap in (("2.bias", np.array([Trap(folder)] * 3)), ("more", np.array(Trap(folder), object))):
        np.savez(path, **before | {key: trap} | MARK)
        with pytest.raises(ValueError, match=r"not a whole archive .*allow_pickle=False"):
            model.load(path)
    np.save(tmp_path / "net.npy", np.array([Trap(folder)]), allow_pickle=True)
    path.write_bytes(pickle.dumps(Trap(folder)))
    for file in (path, tmp_path / "net.npy"):
        with pytest.raises(ValueError, match="not a whole archive"):
            model.load(file)
    assert not folder.exists()
    assert all(model.parameters[key] is array for key, array in before.items())
    pickle.loads(path.read_bytes())
    assert folder.exists()  # the trap is one


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    path = tmp_path / "absent" / "net.npz"
    with pytest.raises(FileNotFoundError, match=r"net\.npz cannot be written: its folder must be there"):
        network(1).save(path)


def test_what_kills_have_left_is_swept_away(tmp_path):
    path = tmp_path / "net[1].npz"
    for name in (".net[1].npz-a3_x", ".net[1].npz-b", ".net1.npz-c", ".net[1].npz"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_bytes(b"half")
    write_archive(path, "model", 1, {})
    sweep(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".net1.npz-c", ".net[1].npz", "net[1].npz"]
