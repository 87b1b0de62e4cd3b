"""Grade a class through nbgrader, one student at a time: none stops the run, each ends in a status."""

import json
import time
from dataclasses import asdict, dataclass

from cnnlab.grading.convert import ConversionError, convert, open_gradebook
from cnnlab.grading.files import fingerprint, replace_text
from cnnlab.grading.secret import course_secret


@dataclass(frozen=True)
class Status:
    """How a submission ended.

    Parameters
    ----------
    name : str
        "graded", "unreadable" (not a notebook), "misnamed", "timed out" (code that cannot be interrupted),
        "crashed" (the kernel died) or "failed" (none of these).
    note : str
        What to tell the instructor.
    seconds : float
        How long it took.
    fingerprint : str
        Of all that the marks depend on, so that a submission is not graded again for nothing.
    """

    name: str
    note: str = ""
    seconds: float = 0.0
    fingerprint: str = ""


def grade(course, slug, *, again=False, on_status=None):
    """Grade all submissions of an exercise into the gradebook.

    Parameters
    ----------
    course : Course
    slug : str
    again : bool
        Grade also what did not change since the last time.
    on_status : callable, optional
        Called as ``on_status(student, status, reused)`` when a student's submission has its status.

    Returns
    -------
    dict of str to Status

    Raises
    ------
    LookupError
        Where the gradebook does not know the exercise.
    """
    require_released(course, slug)
    before, statuses = read_statuses(course, slug), {}
    secret = course_secret(course.build)
    code = fingerprint(course.root / "cnnlab", course.solutions / slug, salt=secret)
    for student in course.students(slug):
        now = fingerprint(course.submitted / student / slug, salt=code)
        status = before.get(student)
        reused = not again and status is not None and status.fingerprint == now
        if not reused:
            started = time.perf_counter()
            name, note = grade_submission(course, slug, student)
            status = Status(name, note, round(time.perf_counter() - started, 2), now)
        statuses[student] = status
        write_statuses(course, slug, {**before, **statuses})
        if on_status:
            on_status(student, status, reused)
    write_statuses(course, slug, statuses)
    return statuses


def grade_submission(course, slug, student):
    """Run one submission through nbgrader; return the name of its status and a note."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from nbgrader.converters import Autograde

    if damage := damaged(course.notebook("submitted", slug, student)):
        record_zero(course, slug, student)
        return damage
    try:
        convert(Autograde, course, slug, student)
    except ConversionError as failure:
        record_zero(course, slug, student)
        match failure.__cause__:
            case CellTimeoutError():
                return "timed out", "a cell went on although it was interrupted"
            case DeadKernelError():
                return "crashed", "the submission ended its own kernel"
            case cause:
                return "failed", f"{type(cause).__name__}: {cause}".splitlines()[0]
    return "graded", ""


def damaged(path):
    """Say what is wrong with a submitted file before it is run: a status and a note, or nothing."""
    import nbformat

    if not path.exists():
        others = ", ".join(sorted(other.name for other in path.parent.glob("*.ipynb"))) or "no notebook"
        return "misnamed", f"found {others}, expected {path.name}"
    try:
        nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except Exception as failure:  # whatever a corrupt file makes nbformat raise
        return "unreadable", f"not a notebook: {failure}".splitlines()[0][:120]
    return None


def record_zero(course, slug, student):
    """Enter a submission that could not be run, with no points."""
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(slug, student)
        for grade_ in gradebook.find_submission_notebook(slug, slug, student).grades:
            grade_.auto_score, grade_.needs_manual_grade = 0, False
        gradebook.db.commit()


def require_released(course, slug):
    """Raise LookupError where the exercise is not in the gradebook."""
    from nbgrader.api import MissingEntry

    course.prepare()
    try:
        with open_gradebook(course) as gradebook:
            gradebook.find_notebook(slug, slug)
    except MissingEntry:
        raise LookupError(f"{slug} is not in {course.gradebook}: run `cnnlab release {slug}` first") from None


def status_path(course, slug):
    """Where the statuses of an exercise's submissions are kept."""
    return course.build / "status" / f"{slug}.json"


def read_statuses(course, slug):
    """Read the statuses of the last run, by student."""
    path = status_path(course, slug)
    if not path.exists():
        return {}
    return {who: Status(**entry) for who, entry in json.loads(path.read_text(encoding="utf-8")).items()}


def write_statuses(course, slug, statuses):
    """Write the statuses, whole or not at all."""
    entries = {who: asdict(status) for who, status in sorted(statuses.items())}
    replace_text(status_path(course, slug), json.dumps(entries, indent=1, ensure_ascii=False) + "\n")
