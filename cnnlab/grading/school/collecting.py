"""Put what was handed in where the grader looks for it, under names that are the course's own."""

import tempfile
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cnnlab.grading.files import scratch_folder
from cnnlab.grading.school.archives import Limits, shown
from cnnlab.grading.school.exchange import fetched
from cnnlab.grading.school.gathering import gather
from cnnlab.grading.school.placing import foresee, lay, lay_without_notebook, occupied
from cnnlab.grading.school.students import Roster
from cnnlab.grading.school.systems import SYSTEMS


class Placed(NamedTuple):
    """A submission, where it lies, and what there is to say about it."""

    student: str
    path: Path
    note: str


@dataclass
class Collected:
    """What a collection did.

    Parameters
    ----------
    placed : list of Placed
        By student.
    problems : list of str
        A sentence each; none of them stopped the run.
    """

    placed: list[Placed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def collect(course, slug, source=None, *, system="auto", dry=False, limits=None, config=None):
    """Put handed in notebooks into `submitted/<student>/<slug>/<slug>.ipynb`, each whole or not at all.

    A student's earlier submission, where it differs, is kept in `build/earlier/<student>/<slug>/<date>/`.
    Who handed in something else gets a folder without a notebook, with their file where it is one, and so a
    status and a row of marks; an earlier notebook of theirs stays.

    Who is who stands in `build/students.csv`, see `Roster` and `safe_id`. Dates inside an archive say when
    it was made, not when somebody handed in, and are not taken: `timestamp.txt` comes from the exchange, or
    from a folder where it lies beside the notebook.

    Parameters
    ----------
    course : Course
    slug : str
    source : Path, optional
        A zip or a folder; the exchange's root. Where none is given, the exchange that is configured.
    system : str
        "auto", "moodle", "canvas", "folder" or "exchange".
    dry : bool
        Say what would be done, and do nothing.
    limits : Limits, optional
        How much of an archive is read.
    config : traitlets.config.Config, optional
        nbgrader's, for the exchange; read from `nbgrader_config.py` where none is given.

    Returns
    -------
    Collected

    Raises
    ------
    LookupError, ValueError, FileNotFoundError
        Before anything is done, where exercise, system or source is none.
    ArchiveError
        Where the source itself cannot be read.
    """
    if slug not in course.slugs:
        raise LookupError(f'there is no exercise "{slug}"; there are {", ".join(course.slugs)}')
    if system not in ("auto", "exchange", *SYSTEMS):
        raise ValueError(f'there is no system "{system}"; there are auto, exchange, {", ".join(SYSTEMS)}')
    exchange = system == "exchange" or (system == "auto" and is_exchange(source))
    if source is None and not exchange:
        raise ValueError(f"{system} needs a source: the zip that was downloaded, or a folder")
    done, limits = Collected(), limits or Limits()
    with fetched(course, slug, source, config, done.problems) if exchange else nullcontext(source) as place:
        if not Path(place).exists():
            raise FileNotFoundError(f"there is no file or folder {place}")
        with tempfile.TemporaryDirectory() if dry else scratch_folder(course.build) as scratch:
            system = "folder" if exchange else system
            desks = gather(Path(place), slug, system, Path(scratch), limits, done.problems)
            settle(course, slug, desks, Path(scratch), dry, done)
    return done


def is_exchange(source):
    """Whether a source is nbgrader's exchange: the configured one, or a folder that holds a course's."""
    return source is None or any(Path(source).glob("*/inbound"))


def settle(course, slug, desks, scratch, dry, done):
    """Name everybody, then put everybody's best notebook in its place; who has none gets a place too."""
    places, roster = named(course, desks, done.problems)
    if not dry:
        roster.write()
    for student, desk in sorted(places.items()):
        path = course.notebook("submitted", slug, student)
        if not desk.works:
            files = ", ".join(map(shown, [*desk.others.values()][:5])) or "nothing that can be read"
            stays = "; what was there stays" if occupied(path.parent) else ""
            done.problems.append(f"{student} handed in no notebook: {files}{stays}.")
            if not dry:
                lay_without_notebook(course, slug, student, desk.lone, scratch)
            continue
        work = best(student, desk, done.problems)
        beside = companions(student, desk, done.problems)
        note = foresee(course, slug, student, work)
        if not dry:
            note += lay(course, slug, student, work, beside, scratch)
        done.placed.append(Placed(student, path, "; ".join([note, *work.notes])))


def named(course, desks, problems):
    """Find or enter everybody who handed anything in; return their desks by name, and the roster."""
    roster, places = Roster(course), {}
    namesakes = Counter(desk.person.name for desk in desks if desk.person.name)
    for desk in desks:
        person, many = desk.person, namesakes[desk.person.name]
        student = roster.student(person, alone=many <= 1)
        places[student] = desk
        if many > 1 and person.renumbered:
            problems.append(
                f"{student}: {many} people are called {shown(person.name)}, whom Moodle numbers anew in each "
                "exercise; see in students.csv that they are not mixed up."
            )
    return places, roster


def best(student, desk, problems):
    """Choose among a person's notebooks: graded cells before none, then the right name, then the latest."""
    *others, work = sorted(desk.works, key=lambda work: work.rank)
    if different := sorted({other.file for other in others if other.digest != work.digest}):
        files = ", ".join(map(shown, different))
        problems.append(f"{student} handed in several notebooks: {shown(work.file)} was taken, not {files}.")
    return work


def companions(student, desk, problems):
    """Return what is to lie beside the notebook; a time that nbgrader cannot read would stop it."""
    from nbgrader.utils import parse_utc

    beside = dict(desk.companions)
    try:
        parse_utc(beside.get("timestamp.txt", b"2000-01-01").decode().strip())
    except (ValueError, OverflowError) as error:
        del beside["timestamp.txt"]
        problems.append(f"{student}: timestamp.txt was left out: {shown(str(error))}.")
    return beside
