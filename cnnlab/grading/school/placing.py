"""Put one submission in its place, whole; what was there before is kept first."""

import hashlib
import os
import shutil
from datetime import UTC, datetime

from cnnlab.grading.files import replace_folder


def foresee(course, slug, student, work):
    """Say what putting a notebook in its place means: "new", "as before" or "replaces an earlier one"."""
    path = course.notebook("submitted", slug, student)
    if not path.parent.exists():
        return "new"
    same = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == work.digest
    return "as before" if same else "replaces an earlier one"


def lay(course, slug, student, work, beside, scratch):
    """Put a notebook in its place; return what there is to add to what was foreseen."""
    foreseen, note = foresee(course, slug, student, work), ""
    if foreseen == "as before":
        return note
    target = course.notebook("submitted", slug, student).parent
    if foreseen != "new":
        kept = keep_earlier(course, slug, student, target, scratch)
        note = f", which is kept as {kept.relative_to(course.build).as_posix()}"
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
