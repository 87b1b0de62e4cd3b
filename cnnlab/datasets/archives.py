"""Archives from the network: downloaded, unpacked and checked aside, and put in place when all is well."""

import hashlib
import re
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from .places import Unavailable, download


def fetch_archive(url, folder, *, wanted, digest):
    """Download an archive, take out what is wanted, and let its folder appear when all of it is right.

    Parameters
    ----------
    url : str
        Of a ZIP archive.
    folder : Path
        Where its files are to lie, side by side. One that stands there gives way, if nothing went wrong.
    wanted : str
        A regular expression for the end of a file's path in the archive. All others stay in it.
    digest : str
        What `content_digest` must find. The archive may be packed anew at any time: its own checksum says
        nothing.

    Raises
    ------
    Unavailable
        As `download`; where the archive is damaged, leads out of the folder or holds other files.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent)
    except OSError as error:
        raise Unavailable(f"{folder.parent} cannot be written ({error.strerror})") from None
    with scratch as place:
        archive, new = Path(place, "archive.zip"), Path(place, "new")
        download(url, archive)
        try:
            unpack(archive, new, wanted)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise Unavailable(f"{url} brought no whole archive ({error}); it has been deleted") from None
        found = content_digest(new)
        if found != digest:
            raise Unavailable(
                f"{url} brought {len(list(new.iterdir()))} files, whose SHA-256 is {found}, not {digest}; "
                "they have been deleted"
            )
        if folder.exists():
            folder.replace(Path(place, "old"))
        new.replace(folder)


def unpack(archive, folder, wanted):
    """Write the wanted files of an archive into a new folder; a path that leads out of it spoils them all."""
    folder.mkdir()
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            path = PurePosixPath(member.filename.replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts:
                raise zipfile.BadZipFile(f"its file {member.filename!r} would lie outside")
            if re.search(f"(^|/){wanted}$", str(path)):
                (folder / path.name).write_bytes(packed.read(member))


def content_digest(folder):
    """Sum up a folder's files, whatever they came in: SHA-256 over names, sizes and bytes, in name order.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    str
    """
    total = hashlib.sha256()
    for name in sorted(path.name for path in folder.iterdir()):
        content = (folder / name).read_bytes()
        total.update(f"{name} {len(content)}\n".encode() + content)
    return total.hexdigest()
