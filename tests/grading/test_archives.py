"""Archives that lie: nothing of theirs is a path, and no header is believed."""

import io
import os
import struct
import unicodedata
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlab.grading.school.archives import ArchiveError, Limits, read_source, read_zip, shown

SMALL = dict(members=50, member=2**20, total=3 * 2**20, ratio=20, free=2**16)


def entry(name, data, *, mode=0, flags=0x800, method=0, size=None, system=3, local_name=None):
    """Write one member by hand: its local header, and its line in the directory."""
    name = name.encode() if isinstance(name, str) else name
    packed = zlib.compress(data, 9)[2:-4] if method == 8 else data
    fixed = struct.pack("<HHHHH", 20, flags, method, 0, 0x21)
    sizes = struct.pack("<III", zlib.crc32(data), len(packed), len(data) if size is None else size)
    shown_name = name if local_name is None else local_name
    local = b"PK\3\4" + fixed + sizes + struct.pack("<HH", len(shown_name), 0) + shown_name + packed
    line = b"PK\1\2" + bytes((20, system)) + fixed + sizes
    return local, lambda at: line + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, mode << 16, at) + name


def archive(path, *entries):
    """Write a zip of entries made by hand."""
    body, lines = b"", b""
    for local, line in entries:
        lines += line(len(body))
        body += local
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(lines), len(body), 0)
    path.write_bytes(body + lines + b"PK\5\6" + end)
    return path


def read(path, **limits):
    """Read everything; return what was read by name, and the problems."""
    problems = []
    found = list(read_source(path, lambda name: True, problems, Limits(**SMALL | limits)))
    return {name: data for name, data in found if data is not None}, problems


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.zip"


def test_an_honest_archive_is_read(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.mkdir("folder")
        made.writestr("folder/größe.ipynb", b"{}")
        made.writestr("b.txt", b"text" * 100)
    assert read(path) == ({"folder/größe.ipynb": b"{}", "b.txt": b"text" * 100}, [])


def test_entries_made_by_hand_are_what_python_reads(path):
    assert read(archive(path, entry("a", b"one"), entry("b", b"two" * 99, method=8))) == (
        {"a": b"one", "b": b"two" * 99},
        [],
    )


@pytest.mark.parametrize(
    "name",
    [
        "../a.ipynb",
        "a/../../b.ipynb",
        "/etc/a.ipynb",
        "C:\\a.ipynb",
        "c:a.ipynb",
        "..\\a.ipynb",
        "\\\\x\\y",
        "..",
    ],
)
def test_a_name_that_points_out_of_the_archive_is_left_out(path, name):
    found, problems = read(archive(path, entry(name, b"{}"), entry("good.ipynb", b"{}")))
    assert found == {"good.ipynb": b"{}"}
    assert len(problems) == 1 and "was left out: its name points out of the archive." in problems[0]


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o060644, 0o140644])
def test_links_and_devices_are_left_out(path, mode):
    found, problems = read(archive(path, entry("a.ipynb", b"/etc/passwd", mode=mode)))
    assert (found, problems) == ({}, ["a.ipynb was left out: it is a link or a device, not a file."])


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (dict(flags=0x801), "it is encrypted"),
        (dict(method=12), "it is packed in a way that is not read here"),
        (dict(method=14), "it is packed in a way that is not read here"),
        (dict(local_name=b"other"), "it is damaged (BadZipFile: File name in directory"),
    ],
)
def test_what_cannot_be_read_is_said(path, options, why):
    found, problems = read(archive(path, entry("a.ipynb", b"{}", **options), entry("b.ipynb", b"{}")))
    assert list(found) == ["b.ipynb"]
    assert [problem.startswith(f"a.ipynb was left out: {why}") for problem in problems] == [True]


def test_a_wrong_checksum_is_damage(path):
    archive(path, entry("a.ipynb", b"honest"))
    path.write_bytes(path.read_bytes().replace(b"honest", b"forged"))
    assert read(path) == (
        {},
        ["a.ipynb was left out: it is damaged (BadZipFile: Bad CRC-32 for file 'a.ipynb')."],
    )


def test_a_stream_that_is_cut_off_is_damage(path):
    local, line = entry("a.ipynb", os.urandom(5000), method=8)
    found, problems = read(archive(path, (local[:-3000], line)))
    assert found == {} and "it is damaged" in problems[0]


def test_a_bomb_is_counted_while_it_unpacks_whatever_its_header_says(path):
    zeros = bytes(2**20)
    found, problems = read(archive(path, entry("a.ipynb", zeros, method=8), entry("b.ipynb", b"{}")))
    assert list(found) == ["b.ipynb"]
    assert problems == ["a.ipynb was left out: it unpacks to more than 20 times its size."]
    lying = archive(path, entry("a.ipynb", zeros * 9, method=8, size=2**32 - 2))
    assert "more than 20 times" in read(lying)[1][0]
    assert "larger than 1 MB" in read(lying, ratio=10**6)[1][0]


def test_repetition_that_stays_small_is_no_bomb(path):
    assert len(read(archive(path, entry("a.ipynb", b"0\n" * 30_000, method=8)))[0]["a.ipynb"]) == 60_000


def test_all_files_together_have_a_limit(path):
    noise = os.urandom(2**20)
    archive(path, *(entry(f"{number}.ipynb", noise) for number in range(5)))
    with pytest.raises(ArchiveError, match="more than is read of one archive; the rest was left out"):
        read(path)


def test_overlapping_members_count_each_time(path):
    local, line = entry("a.ipynb", os.urandom(2**20))
    body = local + b"".join(line(0) for _ in range(40))
    size = len(body) - len(local)
    path.write_bytes(body + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 40, 40, size, len(local), 0))
    with pytest.raises(ArchiveError, match="more than is read of one archive"):
        read(path)


def test_a_hundred_thousand_members_are_counted_before_they_become_objects(path, monkeypatch):
    with zipfile.ZipFile(path, "w") as made:
        for number in range(100_000):
            made.writestr(zipfile.ZipInfo(f"{number}"), b"")
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(ArchiveError, match="more than 20,000 files"):
        read(path, members=20_000)


def test_names_that_differ_by_case_or_normalisation_are_files_each(path):
    name = unicodedata.normalize("NFD", "é.ipynb")
    archive(
        path,
        *(entry(n, d) for n, d in [("A.ipynb", b"1"), ("a.ipynb", b"2"), ("a.ipynb", b"3"), (name, b"4")]),
    )
    problems = []
    found = list(read_source(path, lambda name: True, problems))
    assert found == [("A.ipynb", b"1"), ("a.ipynb", b"2"), ("a.ipynb", b"3"), ("é.ipynb", b"4")]


def test_utf8_without_the_flag_is_read_as_utf8(path):
    assert list(read(archive(path, entry("日本.ipynb", b"", flags=0)))[0]) == ["日本.ipynb"]


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2Jb", "a\u202eb", "-rf", "CON", "<b>", "x" * 5000])
def test_any_other_name_is_only_a_name(path, name):
    assert list(read(archive(path, entry(name, b"1")))[0]) == [name]
    assert len(shown(name)) < 80 and shown(name).isprintable()


def test_a_name_ends_before_its_nul(path):
    assert list(read(archive(path, entry("a.ipynb\0.exe", b"1")))[0]) == ["a.ipynb"]


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip" * 100, b"PK\5\6" + b"\xff" * 18])
def test_what_is_no_zip_is_said(path, data):
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="it is not a zip that can be read"):
        read(path)


def test_an_empty_archive_holds_nothing(path):
    assert read(archive(path)) == ({}, [])


def test_a_broken_directory_is_said(path):
    archive(path, entry(b"\xff\xfe.ipynb", b"1"))
    with pytest.raises(ArchiveError, match=r"it is not a zip that can be read .*utf-8"):
        read(path)


def test_a_file_without_a_name_is_left_out(path):
    archive(path, entry(b"", b"1"), entry(b"a.ipynb", b"2"))
    assert read(path) == ({"a.ipynb": b"2"}, ["A file was left out: it has no name."])


def test_a_folder_is_read_without_following_links(tmp_path):
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "f"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "a.ipynb").write_text("{}")
    (folder / "bob.ipynb").symlink_to(tmp_path / "secret")
    (folder / "eve").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "big.ipynb").write_bytes(bytes(2**20 + 1))
    found, problems = read(folder)
    assert found == {"ada/a.ipynb": b"{}"}
    assert sorted(problems) == [
        "big.ipynb was left out: it is larger than 1 MB.",
        "bob.ipynb was left out: it is a link or a device, not a file.",
        "eve was left out: it is a link or a device, not a file.",
        "pipe.ipynb was left out: it is a link or a device, not a file.",
    ]


def test_a_zip_in_memory_is_read_alike():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("a", b"1")
    assert list(read_zip(made, lambda name: True, [], Limits())) == [("a", b"1")]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12))
def test_whatever_bytes_are_changed_an_archive_is_read_or_refused(changes):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in ("a.ipynb", "b/c.ipynb"):
            zipped.writestr(name, b"{}" * 50)
    data = bytearray(made.getvalue())
    for place, value in changes:
        data[place % len(data)] = value
    problems = []
    try:
        found = list(read_zip(io.BytesIO(data), lambda name: True, problems, Limits(**SMALL)))
    except ArchiveError:
        return
    assert all(isinstance(content, bytes) or problems for _, content in found)
