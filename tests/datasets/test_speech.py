"""Spoken digits, read and split; and their spectrograms, held against the definitions."""

import struct
import sys

import numpy as np
import pytest
from datasets.files import write_wav

from cnnlab import datasets
from cnnlab.datasets import DataError


@pytest.fixture
def speech(tmp_path, monkeypatch):
    """Six recordings: two speakers, digits 3 and 8, indices around the split."""
    folder = tmp_path / "spoken-digits" / "recordings"
    folder.mkdir(parents=True)
    for digit, speaker, index in [
        (3, "ann", 0),
        (3, "ann", 4),
        (3, "ann", 5),
        (8, "ann", 49),
        (8, "bo", 10),
        (8, "bo", 2),
    ]:
        number = 100 * digit + index
        write_wav(folder / f"{digit}_{speaker}_{index}.wav", struct.pack("<3h", number, number, number))
    (folder / "notes.txt").write_text("not a recording")
    (folder / "x_ann_1.wav").write_bytes(b"not a recording")
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path))
    return folder


def test_spoken_digits_are_named_and_split(speech):
    listed = datasets.list_spoken_digits()
    assert [r[:3] for r in listed] == [
        (3, "ann", 0),
        (3, "ann", 4),
        (3, "ann", 5),
        (8, "ann", 49),
        (8, "bo", 2),
        (8, "bo", 10),
    ]
    assert [r.is_test for r in listed] == [True, True, False, False, True, False]
    dataset = datasets.load_spoken_digits(length=5)
    assert dataset.y_train.tolist() == [3, 8, 8]
    assert dataset.y_test.tolist() == [3, 3, 8]
    np.testing.assert_array_equal(dataset.x_train[0] * 32768, [[305, 305, 305, 0, 0]])
    assert datasets.load_spoken_digits(length=2, folder=speech).x_test.shape == (3, 1, 2)
    np.testing.assert_array_equal(
        datasets.load_spoken_digits(length=2).x_test[:, 0, 1] * 32768, [300, 304, 802]
    )


def test_one_spoken_digit(speech):
    sample = datasets.load_spoken_digit(8, "bo", 2)
    assert not sample.synthetic
    assert sample.name == "spoken 8 (bo)"
    assert sample.spacing == (1 / 8000,)
    np.testing.assert_array_equal(sample.values * 32768, [[802, 802, 802]])
    with pytest.raises(DataError, match=r"9_bo_0\.wav does not exist"):
        datasets.load_spoken_digit(9, "bo", 0)


def test_lengths_speakers_and_masks(speech):
    write_wav(speech / "3_ann_1.wav", struct.pack("<7h", *range(1, 8)))
    dataset = datasets.load_spoken_digits(length=5)
    assert dataset.about_test["length"].tolist() == [3, 5, 3, 3]
    assert dataset.about_test["speaker"].tolist() == ["ann", "ann", "ann", "bo"]
    assert dataset.about_train["speaker"].tolist() == ["ann", "ann", "bo"]
    for part, x in (("train", dataset.x_train), ("test", dataset.x_test)):
        np.testing.assert_array_equal(dataset.mask(part), x[:, 0] != 0)  # no sample of these is silent
    assert dataset.names[3] == "three" and dataset.classes == 10


def test_one_speaker_left_out(speech):
    dataset = datasets.load_spoken_digits(length=3, left_out="bo")
    assert set(dataset.about_train["speaker"]) == {"ann"} and set(dataset.about_test["speaker"]) == {"bo"}
    assert (dataset.x_train[:, 0, 0] * 32768).tolist() == [300, 304, 305, 849]
    assert (dataset.x_test[:, 0, 0] * 32768).tolist() == [802, 810]
    assert dataset.split == "bo's recordings are for the test, all others to learn"
    with pytest.raises(ValueError, match="left_out is 'theo', but the speakers are ann, bo"):
        datasets.load_spoken_digits(left_out="theo")
    with pytest.raises(ValueError, match="length is 0, but at least 1 sample"):
        datasets.load_spoken_digits(length=0)


def test_what_is_no_recording(nowhere, tmp_path):
    with pytest.raises(DataError, match=r"holds no file named like 7_theo_0\.wav"):
        datasets.load_spoken_digits(folder=tmp_path)


def test_a_mask_without_lengths_hides_nothing():
    dataset = datasets.load_digits()
    assert dataset.mask("test").shape == (359, 8) and dataset.mask("test").all()
    with pytest.raises(ValueError, match="part is 'validation', but a data set has the parts \"train\" and"):
        dataset.mask("validation")


@pytest.mark.parametrize(("window", "step"), [(16, 5), (9, 9)])
def test_a_spectrogram_is_a_sum_over_each_window(window, step):
    x = np.random.default_rng(0).normal(size=(2, 1, 61)).astype(np.float32)
    found = datasets.spectrogram(x, window=window, step=step)
    n, starts = np.arange(window), range(0, 61 - window + 1, step)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / window)
    assert found.shape == (2, 1, window // 2 + 1, len(starts)) and found.dtype == np.float32
    for k in range(window // 2 + 1):
        wave = hann * np.exp(-2j * np.pi * k * n / window) / hann.sum()
        for frame, start in enumerate(starts):
            power = np.abs(x[:, 0, start : start + window] @ wave) ** 2
            np.testing.assert_allclose(found[:, 0, k, frame], np.log(np.maximum(power, 1e-10)), rtol=2e-3)


def test_a_sine_of_its_own_frequency_has_a_quarter_of_its_square():
    sine = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(512) / 8000)
    np.testing.assert_allclose(
        np.exp(datasets.spectrogram(sine[None, None])[0, 0, 32]), 0.5**2 / 4, rtol=1e-5
    )


@pytest.mark.parametrize(("bands", "rate", "window"), [(40, 8000, 256), (5, 11025, 64)])
def test_mel_bands_are_triangles(bands, rate, window):
    found = datasets.mel_bands(bands, rate=rate, window=window)
    frequencies = np.fft.rfftfreq(window, 1 / rate)
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = [700 * (10 ** (top * i / (bands + 1) / 2595) - 1) for i in range(bands + 2)]
    assert found.shape == (bands, len(frequencies))
    for i, row in enumerate(found):
        triangle = np.interp(frequencies, corners[i : i + 3], [0, 1, 0], left=0, right=0)
        np.testing.assert_allclose(row, triangle, atol=1e-12)
    between = (frequencies >= corners[1]) & (frequencies <= corners[-2])
    np.testing.assert_allclose(found.sum(axis=0)[between], 1)  # where one falls, the next one rises


def test_bands_are_sums_of_the_power():
    x = np.random.default_rng(0).normal(size=(2, 1, 600))
    power = np.exp(datasets.spectrogram(x)[:, 0])
    banded = np.exp(datasets.spectrogram(x, bands=7)[:, 0])
    np.testing.assert_allclose(banded, np.einsum("bf,nft->nbt", datasets.mel_bands(7), power), rtol=1e-4)


def test_frames_of_padding_are_silent_and_known(speech):
    write_wav(speech / "3_ann_1.wav", struct.pack("<40h", *[9000, -9000] * 20))
    sounds = datasets.load_spoken_digits(length=48)
    pictures = datasets.as_spectrograms(sounds, window=8, step=4, floor=1e-9)
    loud = (pictures.x_test[:, 0] > np.log(np.float32(1e-9)) + 1e-4).any(axis=1)  # (N, frames)
    assert loud.sum(axis=1).tolist() == [1, 10, 1, 1]
    np.testing.assert_array_equal(pictures.mask("test"), loud)
    assert pictures.about_test["length"].tolist() == [1, 10, 1, 1]
    assert sounds.about_test["length"].tolist() == [3, 40, 3, 3]
    np.testing.assert_array_equal(pictures.y_train, sounds.y_train)


def test_lengths_in_frames_stop_at_the_last_window(speech):
    sounds = datasets.load_spoken_digits(length=3)
    assert datasets.as_spectrograms(sounds, window=2, step=1).about_train["length"].tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("shape", "options", "complaint"),
    [
        ((2, 100), {}, r"x has shape \(2, 100\), but it must be a batch of sounds, \(N, 1, length\)"),
        ((2, 2, 300), {}, r"x has shape \(2, 2, 300\)"),
        ((2, 1, 255), {}, "a window of 256 samples, 128 apart, must have at least 2 and fit in 255"),
        ((2, 1, 300), {"step": 0}, "a window of 256 samples, 0 apart"),
        ((2, 1, 300), {"bands": 0}, "bands is 0, but there must be at least 1"),
        (
            (2, 1, 300),
            {"bands": 90},
            r"no frequency is: they are 8000 / 256 = 31.2 Hz apart. Take fewer bands",
        ),
    ],
)
def test_spectrograms_refuse(shape, options, complaint):
    with pytest.raises(ValueError, match=complaint):
        datasets.spectrogram(np.zeros(shape), **options)


def test_spectrograms_need_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.signal", None)
    with pytest.raises(ModuleNotFoundError, match="spectrogram needs SciPy: install it with"):
        datasets.spectrogram(np.zeros((1, 1, 300)))
