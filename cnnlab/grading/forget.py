"""Remove a student wholly: from the gradebook and the bytes of its file, from folders, pages and tables.

A student's name is only ever compared with names that are there. It is never a path, a pattern or part of a
query, so that "../ada", "*" and "%" are nobody.
"""

import difflib
import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from cnnlab.grading.erasing import erase, exercises_in_gradebook, students_in_gradebook
from cnnlab.grading.files import replace_text
from cnnlab.grading.pages.harmless import page_file
from cnnlab.grading.school.archives import shown
from cnnlab.grading.school.students import Roster

FOLDERS = ("submitted", "autograded", "nbgrader_feedback", "earlier")  # one folder a student in each
PAGES = ("feedback", "report", "export", "site")  # written anew from the gradebook whenever asked for
UNTOUCHED = ("source", "book", "release", "secret")  # the course's own


@dataclass
class Forgotten:
    """What was removed, and what could not be.

    Parameters
    ----------
    student : str
    removed, left : list of str
        A line each; what is left is for the instructor to look at.
    """

    student: str
    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def forget(course, student, *, config=None):
    """Remove a student wholly, as if they had never handed in.

    What tells of them in passing, such as class reports, is removed whole, to be written anew by
    `cnnlab report`; so are backups of the gradebook, which hold them too. Broken off, it can be done again.

    Parameters
    ----------
    course : Course
    student : str
    config : traitlets.config.Config, optional
        nbgrader's, for the exchange; read from `nbgrader_config.py` where none is given.

    Returns
    -------
    Forgotten

    Raises
    ------
    LookupError
        Where nobody has this name; the message says who has one like it.
    """
    require_known(course, student)
    done = Forgotten(student)
    name, exercises = Roster(course).get(student, "name"), exercises_of(course, student)
    from_exchange(course, student, config, done)
    removed, left = erase(course, student)
    done.removed += removed
    done.left += left
    for path in backups(course):
        remove(path, done)
    from_statuses(course, student, done)
    for kind in FOLDERS:
        for path in entries(course.build / kind):
            if path.name == student:
                remove(path, done)
    from_pages(course, [student, name] if " " in name else [student], exercises, done)
    from_roster(course, student, done)
    still_there(course, student, done)
    return done


def known_students(course):
    """List everybody of whom anything is kept."""
    known = students_in_gradebook(course) | Roster(course).rows.keys()
    for kind in FOLDERS:
        known.update(path.name for path in entries(course.build / kind) if path.is_dir())
    for path in entries(course.build / "status"):
        known.update(read_json(path, {}))
    return sorted(name for name in known if name and not name.startswith(".new-"))


def require_known(course, student):
    """Raise LookupError for a name that nobody has."""
    known = known_students(course)
    if student not in known:
        alike = difflib.get_close_matches(student, known)
        suggestion = f"did you mean {' or '.join(map(shown, alike))}?"
        near = f"; {suggestion}" if alike else f"; there are {len(known)} students"
        raise LookupError(f'there is no student "{shown(student)}"{near}')


def exercises_of(course, student):
    """List the exercises that a student handed in."""
    folders = [path for path in entries(course.submitted) if path.name == student]
    handed_in = {path.name for folder in folders for path in entries(folder)}
    return handed_in | exercises_in_gradebook(course, student)


def backups(course):
    """List copies of the gradebook, such as `nbgrader db upgrade` makes."""
    name = course.gradebook.name
    live = {f"{name}-journal", f"{name}-wal", f"{name}-shm"}
    return [
        p for p in entries(course.gradebook.parent) if p.name.startswith(f"{name}.") and p.name not in live
    ]


def from_statuses(course, student, done):
    """Take a student out of the files of statuses."""
    for path in entries(course.build / "status"):
        before = read_json(path, None)
        after = without(before, student)
        if after != before:
            replace_text(path, json.dumps(after, indent=1, ensure_ascii=False) + "\n")
            done.removed.append(f"{relative(course, path)}: the entry")


def without(value, student):
    """Leave a student out of what JSON holds.

    Examples
    --------
    >>> without({"ada": {"name": "graded"}, "bob": {"like": ["ada", "eve"]}}, "ada")
    {'bob': {'like': ['eve']}}
    >>> without([{"student": "ada"}, {"student": "bob"}], "ada")
    [{'student': 'bob'}]
    """
    match value:
        case dict():
            return {key: without(inner, student) for key, inner in value.items() if key != student}
        case list():
            mine = [inner == student or (isinstance(inner, dict) and inner.get("student") == student)
                    for inner in value]  # fmt: skip
            return [without(inner, student) for inner, gone in zip(value, mine, strict=True) if not gone]
    return value


def from_pages(course, names, exercises, done):
    """Remove the student's pages and whatever tells of them; the reports of their exercises whole."""
    for path in entries(course.report):
        if path.name in exercises:
            remove(path, done)
    page = page_file(names[0])
    own = {names[0], page, page.removesuffix(".html")}
    for path in [path for kind in PAGES for path in sorted((course.build / kind).rglob("*"))]:
        if path.name in own and os.path.lexists(path):
            remove(path, done)
    for path in files(course, PAGES):
        if mentions(path, names):
            remove(path, done)


def from_roster(course, student, done):
    """Take a student out of the table of names."""
    roster = Roster(course)
    if roster.rows.pop(student, None):
        roster.write()
        done.removed.append(f"{relative(course, roster.path)}: the row")


def from_exchange(course, student, config, done):
    """Remove what lies in nbgrader's exchange, where one is configured: handed in, and given back."""
    from nbgrader.utils import notebook_hash

    from cnnlab.grading.school.exchange import exchange_config

    settings = exchange_config(course, config)
    root, name = settings.Exchange.get("root"), settings.CourseDirectory.get("course_id")
    if not (isinstance(root, str) and isinstance(name, str)):
        return
    for path in entries(Path(root) / name / "inbound"):
        if handed_in_by(path.name) == student:
            remove(path, done)
    given = {
        f"{notebook_hash(secret=path.read_text(errors='replace'), notebook_id=path.parent.name)}.html"
        for kind in ("submitted", "autograded", "nbgrader_feedback")
        for folder in entries(course.build / kind)
        if folder.name == student
        for path in sorted(folder.glob("*/submission_secret.txt"))
    }
    for path in entries(Path(root) / name / "feedback"):
        if path.name in given:
            remove(path, done)


def handed_in_by(name):
    """Read the student out of the name of a folder in an exchange.

    Examples
    --------
    >>> handed_in_by("ada+ch08+2026-10-01 12:00:00 UTC+x7"), handed_in_by("ada+ch08+2026-10-01 12:00:00 UTC")
    ('ada', 'ada')
    """
    parts = name.split("+")
    return "+".join(parts[:-3]) if len(parts) > 3 else parts[0]


def still_there(course, student, done):
    """List files that name the student though none of the above removes them, for somebody to look at."""
    exported = course.root / "grades.csv"  # by `nbgrader export`
    if exported.is_file() and mentions(exported, [student]):
        done.left.append("grades.csv in the checkout still has the name in it: remove it, or export again")
    others = [path.name for path in entries(course.build) if path.name not in (*UNTOUCHED, *FOLDERS, *PAGES)]
    done.left += [
        f"{relative(course, path)} still has the name in it"
        for path in files(course, others)
        if mentions(path, [student])
    ]


def mentions(path, names):
    """Whether a file holds one of these names as a word of its own."""
    words = "|".join(re.escape(name) for name in names)
    return re.search(rf"(?<![\w-])({words})(?![\w-])".encode(), path.read_bytes()) is not None


def remove(path, done):
    """Remove a file, a link or a folder with all that is in it."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        done.removed.append(str(path))
    except OSError as error:
        done.left.append(f"{path}: {error.strerror}")


def entries(folder):
    """List what is in a folder, sorted; nothing where there is none."""
    return sorted(Path(folder).iterdir()) if Path(folder).is_dir() else []


def files(course, kinds):
    """List the files in some parts of the build, links left alone."""
    for kind in kinds:
        top = course.build / kind
        if top.is_file():
            yield top
        for parent, _, names in os.walk(top):
            yield from (
                Path(parent) / name for name in sorted(names) if not (Path(parent) / name).is_symlink()
            )


def read_json(path, otherwise):
    """Read a file of JSON, or return something else where it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return otherwise


def relative(course, path):
    """Name a file from the build on."""
    return path.relative_to(course.build).as_posix()
