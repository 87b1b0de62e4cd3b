"""What is real where it is to be had, its stand-ins where it is not, and the digits that are always there."""

import sys
from importlib import resources

import nibabel
import numpy as np
import pytest

from cnnlab import datasets


def test_bundled_digits():
    dataset = datasets.load_digits()
    assert dataset.x_train.shape == (1438, 1, 8, 8)
    assert dataset.x_test.shape == (359, 1, 8, 8)
    assert repr(dataset) == "<UCI digits: 1,438 to learn from, 359 to test on, each 1 x 8 x 8>"
    every = np.concatenate([dataset.y_train, dataset.y_test])
    assert np.bincount(every).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    first_row = [0, 0, 5, 13, 9, 1, 0, 0]  # of the set's first image, a zero
    np.testing.assert_array_equal(dataset.x_train[0, 0, 0] * 16, first_row)
    assert dataset.y_train[:4].tolist() == [0, 1, 2, 3]
    assert dataset.y_test[0] == 4
    assert len(np.unique(np.concatenate([dataset.x_train, dataset.x_test]), axis=0)) == 1797
    assert {0, 1} == {dataset.x_train.min(), dataset.x_train.max()}


def test_bundled_digits_are_small_and_licensed():
    folder = resources.files("cnnlab.datasets")
    assert len((folder / "digits.npz").read_bytes()) <= 100_000
    assert "CC BY 4.0" in (folder / "digits.md").read_text(encoding="utf-8")
    assert datasets.load_digits().licence == "CC BY 4.0"


def test_a_volume_from_the_named_folder(monkeypatch, tmp_path):
    stored = np.arange(48, dtype=np.int16).reshape(2, 3, 4, 2)
    (tmp_path / "mri").mkdir()
    nibabel.save(
        nibabel.Nifti1Image(stored, np.diag([2.0, 2, 2.5, 1])), tmp_path / "mri" / "example4d.nii.gz"
    )
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path))
    sample = datasets.load_volume()
    assert not sample.synthetic
    assert sample.spacing == (2.0, 2.0, 2.5)
    np.testing.assert_allclose(sample.values, stored[None, ..., 0] / 46, rtol=1e-6)
    np.testing.assert_allclose(datasets.load_volume(time=1).values, stored[None, ..., 1] / 47, rtol=1e-6)
    with pytest.raises(ValueError, match=r"time is 2, but .*example4d.nii.gz has the times 0 to 1"):
        datasets.load_volume(time=2)


def test_the_volume_that_nibabel_brings(nowhere):
    sample = datasets.load_volume()
    assert not sample.synthetic
    assert sample.values.shape == (1, 128, 96, 24)


def test_stand_ins_say_that_they_are_synthetic(nowhere, monkeypatch):
    monkeypatch.setitem(sys.modules, "nibabel", None)
    for sample, axes in [
        (datasets.load_spoken_digit(), 1),
        (datasets.synthetic_image(), 2),
        (datasets.load_volume(), 3),
    ]:
        assert sample.synthetic
        assert sample.name.startswith("synthetic")
        assert sample.values.dtype == np.float32
        assert sample.values.ndim == 1 + axes == 1 + len(sample.spacing)
        assert len(sample.values) == 1
        assert np.ptp(sample.values) > 0.5
        assert np.abs(sample.values).max() <= 1
    assert datasets.load_volume().values.min() == 0


def test_the_synthetic_vowel_falls_in_pitch():
    wave = datasets.synthetic_wave().values[0]
    halves = np.split(wave.astype(float), 2)
    pitches = []
    for half in halves:  # the lag at which a sound is most like itself is its period
        echo = np.correlate(half, half, "full")[len(half) - 1 :]
        lag = 50 + np.argmax(echo[50:100])
        pitches.append(8000 / lag)
    assert pitches[0] > pitches[1]
    assert 95 < pitches[1] < pitches[0] < 145


def test_real_mnist(data):
    dataset = datasets.load_mnist()
    assert dataset.x_train.shape == (60_000, 1, 28, 28)
    assert dataset.x_test.shape == (10_000, 1, 28, 28)
    assert np.bincount(dataset.y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert dataset.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert abs(dataset.x_train.mean() - 0.1307) < 1e-4


def test_real_spoken_digits(data):
    dataset = datasets.load_spoken_digits()
    assert dataset.x_train.shape == (2700, 1, 8000)
    assert np.bincount(dataset.y_test).tolist() == [30] * 10
    assert len({recording.speaker for recording in datasets.list_spoken_digits()}) == 6
    assert np.abs(dataset.x_test).max() <= 1


def test_real_volume(data):
    sample = datasets.load_volume()
    assert sample.values.shape == (1, 128, 96, 24)
    assert sample.values.max() == 1
    np.testing.assert_allclose(sample.spacing, (2, 2, 2.2), rtol=1e-6)
