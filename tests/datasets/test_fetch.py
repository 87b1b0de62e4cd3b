"""Downloads from a server on this computer: whole, cut, wrong, hostile, interrupted; and the catalogue."""

import hashlib
import io
import signal
import sys
import threading
import zipfile

import pooch
import pytest
from datasets.files import write_wav

from cnnlab import datasets
from cnnlab.datasets import DataError, Unavailable, archives, places, recordings

FILES = {"3_ann_0.wav": b"three", "7_bo_12.wav": b"seven"}
ZIP = "/archive.zip"


def test_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    assert places.data_folder() is None
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path))
    assert places.data_folder() == tmp_path
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path / "gone"))
    with pytest.raises(DataError, match=r"gone', but there is no such folder. Correct it, or unset it"):
        places.data_folder()


def test_download(server, tmp_path):
    server.pages["/whole"] = bytes(1000), 1000
    places.download(f"{server.address}/whole", tmp_path / "deep" / "file")
    assert (tmp_path / "deep" / "file").read_bytes() == bytes(1000)


@pytest.mark.parametrize(("page", "reason"), [("short", "Error"), ("absent", "HTTPError")])
def test_a_failed_download_leaves_nothing(server, tmp_path, page, reason):
    server.pages["/short"] = bytes(400), 1000
    with pytest.raises(Unavailable, match=rf"/{page} does not answer .*{reason}"):
        places.download(f"{server.address}/{page}", tmp_path / "file")
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
        places.download(f"{server.address}/whole", tmp_path / "file" / "below")


def packed(files):
    """A ZIP archive: {path in it: bytes}."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return memory.getvalue()


def digest_of(files):
    """The definition: names, sizes and bytes, in name order."""
    lines = [f"{name} {len(files[name])}\n".encode() + files[name] for name in sorted(files)]
    return hashlib.sha256(b"".join(lines)).hexdigest()


@pytest.fixture
def spoken(nowhere, server, monkeypatch):
    """A server whose archive holds two recordings, and the folder that they are to go to."""
    monkeypatch.setattr(recordings, "ARCHIVE", server.address + ZIP)
    monkeypatch.setattr(recordings, "DIGEST", digest_of(FILES))
    body = packed({f"set-1.0/recordings/{name}": content for name, content in FILES.items()})
    server.pages[ZIP] = body, len(body)
    server.folder = nowhere / "spoken-digits" / "recordings"
    return server


def fetch():
    return datasets.find_entry("spoken-digits").fetch()


def serve(spoken, body, length=None):
    spoken.pages[ZIP] = body, len(body) if length is None else length


def left(spoken):
    """What lies in the cache."""
    return sorted(path.name for path in spoken.folder.parent.parent.rglob("*") if path.is_file())


def test_an_archive_is_fetched_once(spoken, monkeypatch):
    assert recordings.where_spoken_digits() is None
    assert fetch() == spoken.folder == recordings.where_spoken_digits()
    assert {path.name: path.read_bytes() for path in spoken.folder.iterdir()} == FILES
    assert left(spoken) == sorted(FILES)
    monkeypatch.setenv("CNNLAB_OFFLINE", "1")
    assert fetch() == spoken.folder
    assert spoken.asked == [ZIP]


def test_only_recordings_are_taken_out(spoken):
    others = {
        "set/README.md": b"read me",
        "set/recordings/notes.txt": b"",
        "set/old_recordings/1_al_1.wav": b"",
    }
    serve(spoken, packed(others | {f"set/recordings/{name}": FILES[name] for name in reversed(FILES)}))
    fetch()
    assert left(spoken) == sorted(FILES)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        (
            {"recordings/3_ann_0.wav": b"three"},
            r"brought 1 files, whose SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}",
        ),
        (
            {"recordings/3_ann_0.wav": b"three", "recordings/7_bo_12.wav": b"sevem"},
            "brought 2 files, whose SHA",
        ),
        ({"readme.md": b"the recordings have moved"}, "brought 0 files"),
        ({"../recordings/3_ann_0.wav": b"three"}, r"no whole archive .its file '../rec.*' would lie outside"),
        ({"/recordings/3_ann_0.wav": b"three"}, "would lie outside"),
        ({"a\\..\\..\\recordings\\3_ann_0.wav": b"three"}, "would lie outside"),
    ],
)
def test_an_archive_of_other_files_is_refused(spoken, files, complaint):
    serve(spoken, packed(files))
    with pytest.raises(
        Unavailable, match=f"cannot be downloaded: .*{complaint}.* deleted. Try again later, or"
    ):
        fetch()
    assert left(spoken) == []
    assert recordings.where_spoken_digits() is None


def test_a_damaged_archive_is_refused(spoken):
    whole, _ = spoken.pages[ZIP]
    spoilt = whole.replace(whole[60:70], b"??????????", 1)
    for body, length, complaint in [
        (whole[:-30], None, "brought no whole archive"),
        (spoilt, None, "brought no whole archive"),
        (b"<html>please log in</html>", None, "brought no whole archive .File is not a zip file"),
        (whole[:100], len(whole), "archive.zip does not answer"),
    ]:
        serve(spoken, body, length)
        with pytest.raises(Unavailable, match=complaint):
            fetch()
        assert left(spoken) == []
    del spoken.pages[ZIP]
    with pytest.raises(Unavailable, match=r"does not answer .HTTPError"):
        fetch()


@pytest.mark.parametrize("moment", ["download", "unpack", "content_digest"])
def test_an_interrupted_fetch_leaves_nothing(spoken, monkeypatch, moment):
    whole = getattr(archives, moment)

    def interrupted(*arguments):
        whole(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(archives, moment, interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetch()
    assert left(spoken) == []
    assert fetch() == spoken.folder


@pytest.fixture
def listening():
    """Ctrl-C raises here too: the workers of a parallel test run are deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_half_way_leaves_nothing(spoken, listening):
    whole, length = spoken.pages[ZIP]
    serve(spoken, whole[: length // 2], length)
    stopped, main = threading.Event(), threading.main_thread().ident

    def press():
        signal.pthread_kill(main, signal.SIGINT)
        stopped.wait(10)

    spoken.then = press
    with pytest.raises(KeyboardInterrupt):
        fetch()
    stopped.set()
    assert left(spoken) == []


def test_a_cache_that_is_no_longer_right_is_fetched_anew_and_kept_until_then(spoken, monkeypatch):
    fetch()
    (spoken.folder / "7_bo_12.wav").write_bytes(b"sev")
    monkeypatch.setenv("CNNLAB_OFFLINE", "1")
    with pytest.raises(
        Unavailable, match=r"CNNLAB_OFFLINE is set.* `spoken-digits/recordings` in a folder that"
    ):
        fetch()
    assert left(spoken) == sorted(FILES)
    monkeypatch.delenv("CNNLAB_OFFLINE")
    fetch()
    assert (spoken.folder / "7_bo_12.wav").read_bytes() == b"seven"
    assert len(list(spoken.folder.parent.iterdir())) == 1


def test_the_named_folder_comes_first(spoken, monkeypatch, tmp_path):
    own = tmp_path / "own" / "spoken-digits" / "recordings"
    own.mkdir(parents=True)
    write_wav(own / "1_al_7.wav", bytes(8))
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path / "own"))
    assert fetch() == own
    assert [recording[:3] for recording in datasets.list_spoken_digits()] == [(1, "al", 7)]
    assert spoken.asked == []


def test_a_cache_that_cannot_be_made(spoken, monkeypatch, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "file" / project)
    with pytest.raises(Unavailable, match=r"spoken-digits.* cannot be written .Not a directory"):
        fetch()


def test_the_catalogue_says_where_all_is(nowhere, monkeypatch, tmp_path):
    states = {name: entry.state() for name, entry in datasets.catalogue().items()}
    assert states == {
        "digits": "in the package",
        "mnist": "not here",
        "spoken-digits": "not here",
        "mri": "with nibabel",
        "moving-digits": "made from digits",
        "canvases": "made from digits",
    }
    (nowhere / "spoken-digits" / "recordings").mkdir(parents=True)
    (tmp_path / "own" / "mnist").mkdir(parents=True)
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path / "own"))
    states |= {"mnist": "CNNLAB_DATA", "spoken-digits": "cache"}
    states |= dict.fromkeys(("moving-digits", "canvases"), "made from mnist")
    assert {name: entry.state() for name, entry in datasets.catalogue().items()} == states


def test_the_catalogue_describes_what_is_loaded(nowhere):
    for entry in datasets.catalogue().values():
        if entry.state() == "not here":
            continue
        loaded = entry.load()
        assert loaded.licence == entry.licence or entry.licence == "of the digits"
        assert getattr(loaded, "split", entry.split) == entry.split
        axes = loaded.x_train.shape[1:] if hasattr(loaded, "x_train") else loaded.values.shape
        assert len(entry.shape.split(", ")[1].split(" x ")) == len(axes)


def test_what_is_in_the_package_needs_no_fetching(nowhere):
    assert datasets.find_entry("digits").fetch() == "in the package"
    assert datasets.find_entry("canvases").fetch() == "made from digits"
    assert datasets.find_entry("mri").fetch().name == "example4d.nii.gz"
    with pytest.raises(
        LookupError, match='there is no data set "cifar"; there are digits, mnist, spoken-digits'
    ):
        datasets.find_entry("cifar")


def test_the_volume_without_nibabel(nowhere, monkeypatch):
    monkeypatch.setitem(sys.modules, "nibabel", None)
    assert datasets.find_entry("mri").state() == "not here"
    with pytest.raises(Unavailable, match="the MRI comes with nibabel, which is not installed: pip install"):
        datasets.find_entry("mri").fetch()


def test_the_digest_is_that_of_the_real_recordings(data):
    assert archives.content_digest(data / "spoken-digits" / "recordings") == recordings.DIGEST
