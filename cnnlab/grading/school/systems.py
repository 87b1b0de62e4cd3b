"""How each system names what a student handed in: a pattern a system, and what it tells of the person."""

import re
from dataclasses import dataclass

NOTEBOOK = re.compile(r"\.ipynb(\.json|\.txt)?$", re.IGNORECASE)  # browsers append one of these
AGAIN = re.compile(r"(-\d+| ?\(\d+\))$")  # Canvas's and the browsers' mark of another copy
ARCHIVE = re.compile(r"\.zip$", re.IGNORECASE)
MOODLE = re.compile(
    r"(?P<name>[^/]*?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<rest>.*)", re.DOTALL
)
CANVAS = re.compile(
    r"((?P<name>(?!LATE_|anon_)\w+?)_)?(?P<late>LATE_)?((?P<number>\d+)|(?P<anonymous>anon_[0-9A-Za-z]+))"
    r"_((?P<attachment>\d+)_(?P<file>.+)|(?P<typed>(text|link)\.html))",
    re.DOTALL,
)
COMPANIONS = ("timestamp.txt", "submission_secret.txt")  # of nbgrader's exchange, beside a notebook


@dataclass(frozen=True)
class Person:
    """Somebody as a system knows them.

    Parameters
    ----------
    column, number : str
        Where the roster keeps the system's number, and the number.
    name : str
        In full, where it is told.
    wish : str
        What they would be called in the course.
    renumbered : bool
        Whether the system gives another number in the next exercise.
    """

    column: str
    number: str
    name: str
    wish: str
    renumbered: bool = False


@dataclass(frozen=True)
class Handed:
    """A file that a person handed in: its own name, which of several it is, and whether it is called late."""

    person: Person
    file: str
    order: tuple = ()
    late: bool = False


def moodle(name, slug):
    """Read "Ada Lovelace_12345_assignsubmission_file_/work.ipynb" and its form without folders.

    Moodle writes spaces for the underscores of a name, and numbers its participants anew in each assignment.

    Examples
    --------
    >>> handed = moodle("Ada Lovelace_12_assignsubmission_file_/work.ipynb", "ch08")
    >>> handed.person.number, handed.person.name, handed.file
    ('12', 'Ada Lovelace', 'work.ipynb')
    """
    for start in starts(name):
        if found := MOODLE.fullmatch(name, start):
            called = found["name"].strip()
            person = Person(f"moodle {slug}", found["number"], called, called, renumbered=True)
            return Handed(person, found["rest"].rpartition("/")[2] or found["kind"])
    return None


def canvas(name, slug):
    """Read "lovelaceada_LATE_501_77001_work.ipynb" and "anon_x7Yz_77001_work.ipynb".

    Canvas leaves only letters and digits of a name, last name first. Its user id stays the same in a course;
    the anonymous one does not.

    Examples
    --------
    >>> handed = canvas("lovelaceada_LATE_501_77001_work-1.ipynb", "ch08")
    >>> handed.person.number, handed.person.wish, handed.file, handed.late
    ('501', 'lovelaceada', 'work-1.ipynb', True)
    """
    found = CANVAS.fullmatch(name.rpartition("/")[2])
    if found is None:
        return None
    if found["anonymous"]:
        person = Person(f"canvas {slug}", found["anonymous"], "", found["anonymous"].replace("_", "-"))
    else:
        name = found["name"] or ""
        person = Person("canvas", found["number"], name, name or found["number"])
    file = found["file"] or found["typed"]
    return Handed(person, file, (attempt(file), int(found["attachment"] or 0)), bool(found["late"]))


def folder(name, slug):
    """Read "ada.ipynb" and "ada/anything.ipynb".

    Examples
    --------
    >>> folder("ada.ipynb", "ch08").person.number, folder("ada/x/work.ipynb", "ch08").file
    ('ada', 'work.ipynb')
    """
    student, slash, rest = name.partition("/")
    if student.startswith("."):
        return None  # a program's
    if not slash:
        student, rest = ARCHIVE.sub("", NOTEBOOK.sub("", name)), name
        if student == name or AGAIN.sub("", student) == slug:
            return None  # nobody's name
    return Handed(Person("folder", student, "", student), rest.rpartition("/")[2])


SYSTEMS = {"moodle": moodle, "canvas": canvas, "folder": folder}


def starts(name):
    """List where the parts of a name begin."""
    return [0, *(found.end() for found in re.finditer("/", name))]


def attempt(file):
    """Return which copy of a file this is by its name: 0 for the first."""
    found = AGAIN.search(NOTEBOOK.sub("", file))
    return int(re.sub(r"\D", "", found[0])) if found else 0


def recognised(names, slug):
    """Tell which system made these names; where neither Moodle nor Canvas did, it is a plain folder.

    Examples
    --------
    >>> recognised(["a_1_2_x.ipynb", "b_3_4_y.ipynb"], "ch08"), recognised(["a.ipynb"], "ch08")
    ('canvas', 'folder')
    """
    for system in ("moodle", "canvas"):
        fitting = sum(SYSTEMS[system](name, slug) is not None for name in names)
        if fitting * 2 > len(names):
            return system
    return "folder"
