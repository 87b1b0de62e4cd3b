"""Put one submission in its place, whole; what was there before is kept first."""

import hashlib
import os
import shutil
from datetime import UTC, datetime

from cnnlab.grading.files import replace_folder


def foresee(course, slug, student, work):
    """Say what putting a notebook in its place means: "new", "as before" or "replaces what was there"."""
    path = course.notebook("submitted", slug, student)
    if not occupied(path.parent):
        return "new"
    same = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == work.digest
    return "as before" if same else "replaces what was there"


def occupied(folder):
    """Whether anything lies in a folder."""
    return folder.exists() and any(folder.iterdir())


def lay_without_notebook(course, slug, student, lone, scratch):
    """Make a place for whoever handed in no notebook, with their lone file, so that they have a status.

    What lies there already stays.
    """
    target = course.notebook("submitted", slug, student).parent
    if occupied(target):
        return
    new = scratch / f"{student}.new"
    new.mkdir()
    if lone:
        path, name = lone
        os.replace(path, new / name)
    replace_folder(target, new)


def lay(course, slug, student, work, beside, scratch):
    """Put a notebook in its place; return what there is to add to what was foreseen."""
    foreseen, note = foresee(course, slug, student, work), ""
    if foreseen == "as before":
        return note
    target = course.notebook("submitted", slug, student).parent
    if foreseen != "new":
        kept = keep_earlier(course, slug, student, target, scratch)
        note = f", which is kept: build/{kept.relative_to(course.build).as_posix()}"
    new = scratch / f"{student}.new"
    new.mkdir()
    os.replace(work.path, new / f"{slug}.ipynb")
    for name, data in beside.items():
        (new / name).write_bytes(data)
    replace_folder(target, new)
    return note


def keep_earlier(course, slug, student, target, scratch):
    """Copy a submission to a folder with today's date."""
    copy = scratch / f"{student}.old"
    shutil.copytree(target, copy, symlinks=True)
    folder = course.build / "earlier" / student / slug
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    number, kept = 1, folder / stamp
    while kept.exists():
        kept = folder / f"{stamp}-{(number := number + 1)}"
    os.replace(copy, kept)
    return kept
