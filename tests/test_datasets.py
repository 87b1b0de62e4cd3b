"""Files written by hand, read back; every way in which one can be wrong; and what is done without any."""

import gzip
import hashlib
import http.server
import struct
import sys
import threading
import wave
from importlib import resources

import nibabel
import numpy as np
import pooch
import pytest

from cnnlab import datasets
from cnnlab.datasets import DataError, Unavailable, mnist, places

IDX_CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx_bytes(array):
    """The format's definition, number by number."""
    code = array.dtype.str[1:]
    header = struct.pack(">HBB", 0, IDX_CODES[code], array.ndim) + struct.pack(
        f">{array.ndim}I", *array.shape
    )
    letter = {"u1": "B", "i1": "b", "i2": "h", "i4": "i", "f4": "f", "f8": "d"}[code]
    return header + b"".join(struct.pack(f">{letter}", number) for number in array.ravel().tolist())


def write_wav(path, frames, *, width=2, channels=1, rate=8000):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)
    return path


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A computer without data or network; its cache lies in the folder returned."""
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    monkeypatch.setenv("CNNLAB_OFFLINE", "1")
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    return tmp_path / "cache" / "cnnlab"


@pytest.fixture
def tiny_mnist(monkeypatch):
    """Four small files in MNIST's place: {name: bytes}."""
    rng = np.random.default_rng(0)
    arrays = {
        "train-images-idx3-ubyte": rng.integers(0, 256, (5, 28, 28)).astype("u1"),
        "train-labels-idx1-ubyte": np.array([5, 0, 4, 1, 9], "u1"),
        "t10k-images-idx3-ubyte": rng.integers(0, 256, (2, 28, 28)).astype("u1"),
        "t10k-labels-idx1-ubyte": np.array([7, 2], "u1"),
    }
    files = {name: idx_bytes(array) for name, array in arrays.items()}
    monkeypatch.setattr(mnist, "MD5", {name: hashlib.md5(data).hexdigest() for name, data in files.items()})
    return files


@pytest.fixture
def data(request):
    """The folder of real data; a test that reads it says why it skips."""
    folder = places.data_folder()
    if folder is None:
        pytest.skip("reads real data, and CNNLAB_DATA is not set")
    return folder


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


def test_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    assert places.data_folder() is None
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path))
    assert places.data_folder() == tmp_path
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path / "gone"))
    with pytest.raises(DataError, match=r"gone', but there is no such folder. Correct it, or unset it"):
        places.data_folder()


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
    with pytest.raises(Unavailable, match=r"train-images-idx3-ubyte.gz came damaged and has been deleted"):
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


@pytest.fixture
def server(monkeypatch):
    """A web server on this computer: /whole is right, /short breaks off, all else is not found."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path in ("/whole", "/short") else 404)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(bytes(1000 if self.path == "/whole" else 400))

        def log_message(self, *message):
            pass

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("CNNLAB_OFFLINE", raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


def test_download(server, tmp_path):
    places.download(f"{server}/whole", tmp_path / "deep" / "file")
    assert (tmp_path / "deep" / "file").read_bytes() == bytes(1000)


@pytest.mark.parametrize(("page", "reason"), [("short", "Error"), ("absent", "HTTPError")])
def test_a_failed_download_leaves_nothing(server, tmp_path, page, reason):
    with pytest.raises(Unavailable, match=rf"/{page} does not answer .*{reason}"):
        places.download(f"{server}/{page}", tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_download_asks_once_and_not_for_long(monkeypatch, tmp_path):
    import requests

    calls = []

    def get(url, *, timeout, **options):
        calls.append(timeout)
        raise requests.ConnectTimeout

    monkeypatch.delenv("CNNLAB_OFFLINE", raising=False)
    monkeypatch.setattr(requests, "get", get)
    with pytest.raises(Unavailable, match="ConnectTimeout"):
        places.download("http://127.0.0.1/file", tmp_path / "file")
    ((connect, read),) = calls
    assert connect <= 5
    assert read <= 30


def test_a_cache_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable, match="cannot be written"):
        places.download(f"{server}/whole", tmp_path / "file" / "below")


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


def test_spoken_digits_missing(nowhere, monkeypatch, tmp_path):
    with pytest.raises(
        Unavailable, match=r"spoken-digits/recordings is looked for .* CNNLAB_DATA names, which is not set"
    ):
        datasets.load_spoken_digits()
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path))
    with pytest.raises(Unavailable, match="which has no folder spoken-digits/recordings"):
        datasets.load_spoken_digits()
    with pytest.raises(DataError, match=r"holds no file named like 7_theo_0\.wav"):
        datasets.load_spoken_digits(folder=tmp_path)


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


def test_stand_ins_say_that_they_are_synthetic(nowhere):
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
