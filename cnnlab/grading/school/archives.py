"""Read what others packed. A name in an archive is never a path here, and sizes are counted while reading.

Nothing is unpacked to disk: a member is a name and bytes, and whoever asked decides where the bytes go. That
closes path traversal at its root; what remains are sizes (David Fifield, "A better zip bomb", 2019).
"""

import contextlib
import itertools
import mmap
import os
import re
import stat
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the two that unpack in small steps
NO_FILE = "it is a link or a device, not a file"
CHUNK = 2**18


class ArchiveError(ValueError):
    """An archive, or the rest of one, cannot be read; the text says why."""


class RefusedError(ValueError):
    """One member of an archive is left out; the text says why."""


@dataclass
class Limits:
    """How much of an archive is read, counted while reading.

    Parameters
    ----------
    members : int
        Files in it.
    member, total : int
        Bytes of one file and of all.
    ratio, free : int
        A file may unpack to so many times its packed size, once it is larger than `free` bytes.
    """

    members: int = 20_000
    member: int = 32 * 2**20
    total: int = 4 * 2**30
    ratio: int = 200
    free: int = 8 * 2**20

    def spend(self, count):
        """Take bytes off the total; raise ArchiveError where nothing is left."""
        self.total -= count
        if self.total < 0:
            raise ArchiveError("it holds more than is read of one archive; the rest was left out")


def shown(text, width=60):
    r"""Write a name from elsewhere so that a terminal only shows it.

    Examples
    --------
    >>> shown("a\x1b[2Jb"), shown("x" * 99, 5)
    ('a\\x1b[2Jb', 'xxxx…')
    """
    text = text if len(text) <= width else text[: width - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)


def read_source(source, wanted, problems, limits=None):
    """Read the files of a zip or of a folder, one by one.

    Parameters
    ----------
    source : Path
    wanted : callable
        Told a file's name; where it returns False, the file is named but not read.
    problems : list of str
        Gets a sentence for each file that is left out.
    limits : Limits, optional

    Yields
    ------
    name : str
        With forward slashes, relative, NFC.
    data : bytes or None
        None where the file was not wanted or was left out. A name that points out of the archive never comes.

    Raises
    ------
    FileNotFoundError, ArchiveError
    """
    limits = limits or Limits()
    if source.is_dir():
        yield from read_folder(source, wanted, problems, limits)
    else:
        with open(source, "rb") as raw:
            yield from read_zip(raw, wanted, problems, limits)


def read_zip(raw, wanted, problems, limits):
    """Read a zip from an open file, as `read_source` does."""
    with opened(raw, limits) as archive:
        for info in archive.infolist():
            if not info.filename:  # of which zipfile cannot say whether it is a folder
                problems.append("A file was left out: it has no name.")
                continue
            if info.is_dir():
                continue
            name, data = readable_name(info), None
            if points_outside(name):
                problems.append(f"{shown(name)} was left out: its name points out of the archive.")
                continue
            try:
                data = read_member(archive, info, raw, limits) if wanted(name) else None
            except RefusedError as refused:
                problems.append(f"{shown(name)} was left out: {refused}.")
            yield name, data


def opened(raw, limits):
    """Open a zip; how many files its directory names is known before Python makes objects of them."""
    signatures = itertools.islice(re.finditer(rb"PK\x01\x02", contents(raw)), limits.members + 1)
    if sum(1 for _ in signatures) > limits.members:
        raise ArchiveError(f"it holds more than {limits.members:,} files")
    try:
        return zipfile.ZipFile(raw)
    except Exception as damage:  # whatever a hostile directory makes zipfile raise
        raise ArchiveError(f"it is not a zip that can be read ({shown(str(damage))})") from damage


def contents(raw):
    """Return an open file's bytes, without reading them where it is a file on disk."""
    try:
        return mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # in memory, or empty
        raw.seek(0)
        return raw.read()


def readable_name(info):
    """Read a member's name: as UTF-8 where that fits, whatever its flag says, with forward slashes."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def points_outside(name):
    """Whether a name would leave the folder that it was unpacked in."""
    return name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name) is not None


def read_member(archive, info, raw, limits):
    """Read one member, or raise RefusedError."""
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        raise RefusedError(NO_FILE)
    if info.flag_bits & 1:
        raise RefusedError("it is encrypted")
    if info.compress_type not in PLAIN:
        raise RefusedError("it is packed in a way that is not read here")
    try:
        with archive.open(info) as member:
            return b"".join(counted(member, raw, limits))
    except (ArchiveError, RefusedError):
        raise
    except Exception as damage:  # a wrong checksum, a cut-off stream, a local header of another name
        raise RefusedError(f"it is damaged ({type(damage).__name__}: {shown(str(damage))})") from damage


def counted(member, raw, limits):
    """Pass on what a member unpacks to within the limits; the file's position tells the packed bytes."""
    start, got = raw.tell(), 0
    while chunk := member.read(CHUNK):
        got += len(chunk)
        limits.spend(len(chunk))
        if got > limits.member:
            raise RefusedError(f"it is larger than {limits.member / 2**20:g} MB")
        if got > limits.free and got > limits.ratio * max(1, raw.tell() - start):
            raise RefusedError(f"it unpacks to more than {limits.ratio} times its size")
        yield chunk


def read_folder(folder, wanted, problems, limits):
    """Read the regular files below a folder, as `read_source` does; links are not followed."""
    count = 0
    for parent, folders, files in os.walk(folder):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for path in map(Path(parent).joinpath, [*links, *sorted(files)]):
            name, data = readable_path(path.relative_to(folder)), None
            if (count := count + 1) > limits.members:
                raise ArchiveError(f"it holds more than {limits.members:,} files")
            try:
                if not stat.S_ISREG(path.lstat().st_mode):
                    raise RefusedError(NO_FILE)
                data = read_file(path, limits) if wanted(name) else None
            except (OSError, RefusedError) as refused:
                problems.append(f"{shown(name)} was left out: {refused}.")
            yield name, data


def readable_path(path):
    """Write a path as text; bytes that are no UTF-8 become question marks."""
    text = os.fsencode(path.as_posix()).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", text)


def read_file(path, limits):
    """Read a file that is no link and not too large."""
    flags = [getattr(os, name, 0) for name in ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")]
    handle = os.open(path, sum(flags))
    with os.fdopen(handle, "rb") as file:
        data = file.read(limits.member + 1)
    limits.spend(len(data))
    if len(data) > limits.member:
        raise RefusedError(f"it is larger than {limits.member / 2**20:g} MB")
    return data
