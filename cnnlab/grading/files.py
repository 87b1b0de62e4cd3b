"""Files that are whole or not there, and fingerprints that tell whether anything changed."""

import hashlib
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path

SOURCES = {
    ".py",
    ".ipynb",
    ".md",
    ".yml",
    ".css",
    ".js",
    ".html",
    ".bib",
    ".json",
    ".svg",
    ".toml",
    ".npz",
    "",
}


def fingerprint(*paths, salt=""):
    """Hash the sources in some files and folders, names included.

    Parameters
    ----------
    *paths : Path
        What does not exist is left out.
    salt : str
        Anything else that the result should depend on.

    Returns
    -------
    str
        32 hexadecimal digits.

    Examples
    --------
    >>> fingerprint(salt="a") == fingerprint(salt="b")
    False
    """
    digest = hashlib.sha256(salt.encode())
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix in SOURCES and file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"\0{file.relative_to(path.parent).as_posix()}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def read_regular(path, most):
    """Read the beginning of a file that a stranger put there: no link is followed, no pipe is waited for.

    Raises
    ------
    OSError
        Where it is not an ordinary file.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path} is not an ordinary file")
        return file.read(most)


def replace_text(path, text):
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def replace_folder(path, new):
    """Put a finished folder in the place of another; Ctrl-C leaves the one or the other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(path.parent) as old:
        if path.exists():
            os.replace(path, old / path.name)
        os.replace(new, path)


def user_cache(kind):
    """Say where the user keeps what can be made anew, of one kind."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cnnlab" / kind


@contextmanager
def scratch_folder(parent):
    """Lend a folder that is gone afterwards, whatever happens."""
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=".new-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def alone(path):
    """Hold a file's lock while the block runs; the system lets go of it however the block ends.

    Raises
    ------
    BlockingIOError
        Where another process holds it.
    """
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise BlockingIOError(
                f"process {file.read(20).strip() or '?'} is grading here already: wait for it, or end it"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
