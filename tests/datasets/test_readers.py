"""Files written by hand, read back, and every way in which one can be wrong."""

import gzip
import hashlib
import struct
import sys

import nibabel
import numpy as np
import pytest
from datasets.files import IDX_CODES, idx_bytes, write_wav

from cnnlab import datasets
from cnnlab.datasets import DataError


@pytest.mark.parametrize("dtype", IDX_CODES)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_holds_what_was_written(tmp_path, dtype, pack):
    array = np.arange(-12, 12).reshape(2, 3, 4).astype(dtype)
    path = tmp_path / "some.file"
    path.write_bytes(pack(idx_bytes(array)))
    read = datasets.read_idx(path)
    np.testing.assert_array_equal(read, array)
    assert read.dtype == array.dtype
    assert read.dtype.isnative
    assert read.flags.writeable


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (
            lambda b: b[:-1],
            r"holds 39 bytes, but a header of 16 and an array of shape \(2, 3, 4\) .* make 40",
        ),
        (lambda b: b + b"\0", "holds 41 bytes"),
        (lambda b: b[:9], "holds 9 bytes"),
        (lambda b: b[:3], "not an IDX file"),
        (lambda b: b"PK" + b[2:], "not an IDX file: it starts with '50 4b 08 03'"),
        (lambda b: b[:2] + b"\x0a" + b[3:], "not an IDX file"),
        (lambda b: gzip.compress(b)[:-9], "cut short or damaged"),
        (lambda b: gzip.compress(b)[:20] + b"????" + gzip.compress(b)[24:], "cut short or damaged"),
        (lambda b: b"", "not an IDX file"),
    ],
)
def test_idx_refuses_what_is_damaged(tmp_path, spoil, complaint):
    path = tmp_path / "digits.idx"
    path.write_bytes(spoil(idx_bytes(np.arange(24).reshape(2, 3, 4).astype("u1"))))
    with pytest.raises(DataError, match=complaint) as caught:
        datasets.read_idx(path)
    assert str(path) in str(caught.value)


def test_idx_says_what_is_missing(tmp_path):
    with pytest.raises(DataError, match=r"absent\.idx does not exist"):
        datasets.read_idx(tmp_path / "absent.idx")
    with pytest.raises(DataError, match="cannot be read"):
        datasets.read_idx(tmp_path)


def test_idx_refuses_more_axes_than_an_array_can_have(tmp_path):
    path = tmp_path / "deep.idx"
    path.write_bytes(bytes([0, 0, 8, 100]) + 100 * bytes([0, 0, 0, 1]) + b"x")
    with pytest.raises(DataError, match=r"deep\.idx is no array that NumPy can hold .*100"):
        datasets.read_idx(path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_checksum_is_of_the_uncompressed_bytes(tmp_path, pack):
    content = idx_bytes(np.arange(6).astype("i4"))
    path = tmp_path / "x"
    path.write_bytes(pack(content))
    datasets.read_idx(path, md5=hashlib.md5(content).hexdigest())
    with pytest.raises(DataError, match=r"is [0-9a-f]{32}, not 00ff"):
        datasets.read_idx(path, md5="00ff")


@pytest.mark.parametrize(
    ("width", "frames", "expected"),
    [
        (1, bytes([0, 64, 128, 255]), [-1, -0.5, 0, 127 / 128]),
        (2, struct.pack("<4h", -32768, -16384, 0, 32767), [-1, -0.5, 0, 32767 / 32768]),
        (3, b"\0\0\x80" + b"\0\0\xc0" + b"\0\0\0" + b"\xff\xff\x7f", [-1, -0.5, 0, 1 - 2**-23]),
        (4, struct.pack("<4i", -(2**31), -(2**30), 0, 2**30), [-1, -0.5, 0, 0.5]),
    ],
)
def test_wav_of_every_width(tmp_path, width, frames, expected):
    samples, rate = datasets.read_wav(write_wav(tmp_path / "a.wav", frames, width=width, rate=11025))
    assert rate == 11025
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(samples, [np.float32(expected)])


def test_wav_channels_come_first(tmp_path):
    frames = struct.pack("<6h", 1, -1, 2, -2, 3, -3)  # left, right, left, right, ...
    samples, _ = datasets.read_wav(write_wav(tmp_path / "a.wav", frames, channels=2))
    np.testing.assert_array_equal(samples * 32768, [[1, 2, 3], [-1, -2, -3]])


def test_wav_refuses_what_is_damaged(tmp_path):
    whole = write_wav(tmp_path / "a.wav", bytes(200)).read_bytes()
    for spoilt, complaint in [
        (whole[:-50], "header promises 100 samples of 1 x 2 bytes = 200, but 150 follow"),
        (whole[:20], "not a WAV file"),
        (b"", "not a WAV file of plain PCM samples .it ends inside its header"),
        (b"ID3" + whole, "not a WAV file"),
        (whole[:20] + b"\x03\0" + whole[22:], "unknown format: 3"),
        (whole[:34] + b"\x28\0" + whole[36:], "not a WAV file .*its samples have 5 bytes"),
        (whole[:16] + b"\x30" + whole[17:], "not a WAV file"),
        (whole[:16] + b"\xff\xff\xff\xff" + whole[20:], "not a WAV file"),
    ]:
        (tmp_path / "b.wav").write_bytes(spoilt)
        with pytest.raises(DataError, match=complaint) as caught:
            datasets.read_wav(tmp_path / "b.wav")
        assert "b.wav" in str(caught.value)
    with pytest.raises(DataError, match=r"absent\.wav does not exist"):
        datasets.read_wav(tmp_path / "absent.wav")
    with pytest.raises(DataError, match="cannot be read"):
        datasets.read_wav(tmp_path)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_nifti_with_its_scaling_and_spacing(tmp_path, name):
    stored = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    image = nibabel.Nifti1Image(stored, np.diag([2.0, 2.5, 3.0, 1.0]))
    image.header.set_slope_inter(0.5, 10)
    nibabel.save(image, tmp_path / name)
    volume, spacing = datasets.read_nifti(tmp_path / name)
    assert volume.dtype == np.float32
    assert spacing == (2.0, 2.5, 3.0)
    header = (gzip.decompress if name.endswith("gz") else bytes)((tmp_path / name).read_bytes())
    start = int(struct.unpack("<f", header[108:112])[0])  # vox_offset, scl_slope, scl_inter of NIfTI-1
    slope, intercept = struct.unpack("<2f", header[112:120])
    raw = np.array(struct.unpack("<24h", header[start : start + 48])).reshape(2, 3, 4, order="F")
    np.testing.assert_allclose(volume, raw * slope + intercept)


def test_nifti_refuses_what_is_damaged(tmp_path):
    rng = np.random.default_rng(0)
    image = nibabel.Nifti1Image(rng.integers(0, 999, (9, 8, 7)).astype(np.int16), np.eye(4))
    nibabel.save(image, tmp_path / "a.nii.gz")
    whole = (tmp_path / "a.nii.gz").read_bytes()
    for spoilt in (whole[:300], whole[:-100], whole[:200] + b"????" + whole[204:], b"", b"not gzip"):
        (tmp_path / "b.nii.gz").write_bytes(spoilt)
        with pytest.raises(DataError, match=r"b\.nii\.gz is cut short, damaged or not NIfTI"):
            datasets.read_nifti(tmp_path / "b.nii.gz")
    with pytest.raises(DataError, match=r"absent\.nii does not exist"):
        datasets.read_nifti(tmp_path / "absent.nii")


def test_nifti_without_nibabel(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "nibabel", None)
    with pytest.raises(ModuleNotFoundError, match="needs nibabel: install it with"):
        datasets.read_nifti(tmp_path / "a.nii")
