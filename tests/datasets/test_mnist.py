"""MNIST from a folder, the cache or the network, and what is read where it is not to be had."""

import gzip
import sys

import numpy as np
import pooch
import pytest

from cnnlab import datasets
from cnnlab.datasets import DataError, Unavailable, mnist


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress)])
def test_mnist_from_the_named_folder(nowhere, monkeypatch, tmp_path, tiny_mnist, suffix, pack):
    (tmp_path / "mnist").mkdir()
    for name, content in tiny_mnist.items():
        (tmp_path / "mnist" / (name + suffix)).write_bytes(pack(content))
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path))
    dataset, why = datasets.handwriting()
    assert why == f"MNIST, from {tmp_path / 'mnist'} (CNNLAB_DATA)."
    assert dataset.x_train.shape == (5, 1, 28, 28)
    assert dataset.x_test.dtype == np.float32
    pixels = np.frombuffer(tiny_mnist["t10k-images-idx3-ubyte"][16:], np.uint8)
    np.testing.assert_allclose(dataset.x_test.ravel(), pixels / 255, rtol=1e-6)
    assert dataset.y_train.tolist() == [5, 0, 4, 1, 9]
    assert dataset.y_test.tolist() == [7, 2]
    assert dataset.y_test.dtype == np.int64
    assert dataset.classes == 10


def test_a_damaged_file_of_the_users_own_is_refused_and_left_alone(
    nowhere, monkeypatch, tmp_path, tiny_mnist
):
    (tmp_path / "mnist").mkdir()
    for name, content in tiny_mnist.items():
        (tmp_path / "mnist" / name).write_bytes(content)
    wrong = tmp_path / "mnist" / "t10k-labels-idx1-ubyte"
    wrong.write_bytes(wrong.read_bytes()[:-1] + b"\7")
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte is not the file it should be") as caught:
        datasets.handwriting()
    assert not isinstance(caught.value, Unavailable)
    assert wrong.exists()
    wrong.unlink()
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz does not exist"):
        datasets.load_mnist()


def test_mnist_is_downloaded_once_and_mended(nowhere, monkeypatch, tiny_mnist):
    asked = []

    def serve(url, path):
        asked.append(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(tiny_mnist[path.name.removesuffix(".gz")]))

    monkeypatch.setattr(mnist, "download", serve)
    _, why = datasets.handwriting()
    assert why == f"MNIST, from {nowhere / 'mnist'}, now that it is downloaded."
    assert asked == [f"{mnist.MIRROR}{name}.gz" for name in tiny_mnist]
    _, why = datasets.handwriting()
    assert why == f"MNIST, from {nowhere / 'mnist'}."
    assert len(asked) == 4
    (nowhere / "mnist" / "t10k-images-idx3-ubyte.gz").write_bytes(b"half a download")
    assert len(datasets.load_mnist().x_test) == 2
    assert len(asked) == 5


def test_a_damaged_download_is_deleted(nowhere, monkeypatch, tiny_mnist):
    def serve(url, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(b"a page that says: please log in"))

    monkeypatch.setattr(mnist, "download", serve)
    complaint = (
        r"cannot be downloaded: .*train-images-idx3-ubyte.gz came damaged and has been deleted. Try again"
    )
    with pytest.raises(Unavailable, match=complaint):
        datasets.load_mnist()
    assert list((nowhere / "mnist").iterdir()) == []
    assert datasets.handwriting()[0].name == "UCI digits"


def test_without_data_or_network_the_bundled_digits(nowhere, monkeypatch):
    monkeypatch.setattr(pooch, "retrieve", lambda *a, **k: pytest.fail("the network was tried"))
    dataset, why = datasets.handwriting()
    assert dataset.name == "UCI digits"
    assert why == "The bundled UCI digits, 8 x 8, because MNIST is not to be had: CNNLAB_OFFLINE is set."
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert datasets.handwriting()[1].endswith("pooch, which downloads, is not installed.")


def test_mnist_over_the_network(nowhere, server, monkeypatch, tiny_mnist):
    monkeypatch.setattr(mnist, "MIRROR", f"{server.address}/")
    for name, content in tiny_mnist.items():
        packed = gzip.compress(content)
        server.pages[f"/{name}.gz"] = packed, len(packed)
    assert mnist.where_mnist() is None
    nowhere.joinpath("mnist").mkdir(parents=True)
    assert mnist.where_mnist() is None
    assert datasets.load_mnist().y_test.tolist() == [7, 2]
    assert len(server.asked) == 4
    monkeypatch.setenv("CNNLAB_OFFLINE", "1")
    assert mnist.where_mnist() == nowhere / "mnist"
    assert datasets.load_mnist().y_test.tolist() == [7, 2]
    assert len(server.asked) == 4


def test_mnist_that_is_not_to_be_had_says_what_to_do(nowhere):
    with pytest.raises(
        Unavailable, match=r"CNNLAB_OFFLINE is set. Try again .* four files into `mnist` in a"
    ):
        datasets.load_mnist()
