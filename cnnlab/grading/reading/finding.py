"""Which file of a submission is meant, and its bytes: nothing outside of its folder is ever opened."""

import os
import stat
import unicodedata
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from cnnlab.grading.reading import read_notebook
from cnnlab.grading.reading.fitting import fit
from cnnlab.grading.reading.parsing import MOST_BYTES, Unreadable

MOST_ENTRIES = 2_000  # of a folder and what lies below; they are looked at, not opened
DEEPEST = 4
MOST_CANDIDATES = 10
LONGEST = 80  # characters of a name
UNREADABLE = (-1, -1)
ENDINGS = ((".ipynb", ".ipynb.txt", ".ipynb.json"), (".json",), (".py", ".txt"))  # the likeliest first
OPENING = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
BESIDE = "timestamp.txt", "timestamp.unreadable", "submission_secret.txt"  # nbgrader's own, beside a notebook


class Misnamed(Unreadable):
    """There is no notebook, or it is not clear which one is meant, or it may not be opened.

    Parameters
    ----------
    note, advice : str
        As of `Unreadable`.
    name : str
        The submission's status: "misnamed", "missing" or "unreadable".
    """

    def __init__(self, note, advice, name="misnamed"):
        super().__init__(note, advice)
        self.name = name


class Found(NamedTuple):
    """A submission's bytes, and a sentence where it has another name than expected."""

    data: bytes
    note: str = ""


def find_submission(folder, notebook_name, spec=None):
    """Find the notebook that a student handed in, also under another name, and read its bytes.

    The file of the expected name counts, unless nothing was written into it, but into another one. Else a
    single notebook counts, also in a folder below; of several, the one that has most of the assignment.

    Parameters
    ----------
    folder : Path
        One submission. No link in it is followed; checkpoints and hidden files are passed over.
    notebook_name : str
        Such as "ch08_conv_backward.ipynb".
    spec : Spec, optional
        The assignment; without it several notebooks cannot be told apart.

    Returns
    -------
    Found
        Data and note.

    Raises
    ------
    Misnamed
        With a status, a sentence for the instructor, and one for the student.

    Examples
    --------
    >>> find_submission(Path("/nowhere"), "one.ipynb")
    Traceback (most recent call last):
    cnnlab.grading.reading.finding.Misnamed: Nothing was handed in. Hand in your notebook as one.ipynb.
    """
    folder, expected = Path(folder), Path(folder) / notebook_name
    advice = f"Hand in your notebook as {notebook_name}."
    files, refused = look_around(folder)
    files = [path for path in files if path.name not in BESIDE]
    named = next((path for path in [*files, *refused] if is_called(path, expected)), None)
    if named in refused or (refused and not files):
        path = named or next(iter(refused))
        raise Misnamed(f"{shown(path, folder)} {refused[path]}.", "Hand in the file itself.", "unreadable")
    likely = likeliest(files)
    if not likely:
        said = (
            f"No notebook was handed in, but {listed(files, folder)}." if files else "Nothing was handed in."
        )
        raise Misnamed(said, advice, "misnamed" if files else "missing")
    path = pick(likely, named, folder, spec)
    if path is None:
        unclear = "which file is meant" if len(likely) > 1 else "whether this is the assignment"
        raise Misnamed(f"It is not clear {unclear}: {listed(likely, folder)}.", advice)
    note = "" if path == named else f"{shown(path, folder)} was taken for {notebook_name}."
    return Found(read_file(path, folder), note)


def pick(paths, named, folder, spec):
    """Choose the file that has most of the assignment; none where two have as much, or none has anything."""
    if len(paths) == 1 and (named or spec is None):
        return paths[0]
    if spec is None or len(paths) > MOST_CANDIDATES:
        return named
    ranks = {path: likeness(path, folder, spec) for path in paths}
    most = max(ranks.values())
    if named and (ranks[named][0] > 0 or most[0] <= 0):
        return named
    best = [path for path in paths if ranks[path] == most]
    nothing = most == (0, 0) or (most == UNREADABLE and len(paths) > 1)
    return best[0] if len(best) == 1 and not nothing else None


def likeness(path, folder, spec):
    """Count the answers that were written into a file, and the assignment's cells in it."""
    try:
        fitted = fit(read_notebook(read_file(path, folder)), spec)
    except Unreadable:
        return UNREADABLE
    return fitted.answers, fitted.found


def likeliest(files):
    """Take the files whose names end most like a notebook's."""
    for ends in ENDINGS:
        if found := [path for path in files if path.name.lower().endswith(ends)]:
            return found
    return []


def is_called(path, expected):
    """Whether a file has the expected name, accents in one character or in two."""
    name, other = (unicodedata.normalize("NFC", each.name) for each in (path, expected))
    return path.parent == expected.parent and name == other


def look_around(folder):
    """List a folder's files and those below: the plain ones, and the others with what is wrong with them."""
    files, refused = {}, {}
    for path, found in walk(folder):
        if found and stat.S_ISREG(found.st_mode):
            files[path] = found
        elif found:
            refused[path] = "is a link" if stat.S_ISLNK(found.st_mode) else "is no file"
        else:
            refused[path] = "may not be read"
    links = Counter((found.st_dev, found.st_ino) for found in files.values())
    for path, found in list(files.items()):
        if found.st_nlink > links[found.st_dev, found.st_ino]:
            refused[path] = "is linked to a file elsewhere"
            del files[path]
    return list(files), refused


def walk(folder):
    """Visit all entries but folders, with what `lstat` says of each; None for what may not be read."""
    waiting = [folder]
    for _ in range(MOST_ENTRIES):
        if not waiting:
            return
        path = waiting.pop(0)
        try:
            found = os.lstat(path)
            if not stat.S_ISDIR(found.st_mode):
                yield path, found
                continue
            with os.scandir(path) as entries:
                names = sorted(entry.name for entry in islice(entries, MOST_ENTRIES))
        except FileNotFoundError:
            continue
        except OSError:
            yield path, None
            continue
        if len(path.relative_to(folder).parts) < DEEPEST:
            waiting += [path / name for name in names if not name.startswith((".", "__"))]


def read_file(path, folder):
    """Read a file, if it is still a plain one."""

    def refusal(reason):
        return Misnamed(f"{shown(path, folder)} {reason}.", "Hand in the file itself again.", "unreadable")

    try:
        handle = os.open(path, OPENING)
    except OSError as error:
        raise refusal("may not be read" if isinstance(error, PermissionError) else "is no file") from None
    with open(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise refusal("is no file")
        if found.st_size > MOST_BYTES:
            raise refusal(f"has {found.st_size:,} bytes, more than the {MOST_BYTES:,} that are read")
        return file.read(MOST_BYTES)


def shown(path, folder):
    r"""Write a file's name as plain text: letters, digits and little else, and not too long.

    Examples
    --------
    >>> shown(Path("sub/<b>my answer\x1b[2J.ipynb"), Path("."))
    'sub/?b?my answer??2J.ipynb'
    """
    name = path.relative_to(folder).as_posix() if path != folder else path.name
    plain = "".join(c if c.isalnum() or c in " ._-()+,/" else "?" for c in name)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


def listed(paths, folder):
    """List the first files by name."""
    names = [shown(path, folder) for path in sorted(paths)]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
