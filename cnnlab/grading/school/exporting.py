"""Marks out of the gradebook, in the shape that a school's system takes."""

from dataclasses import dataclass, field
from pathlib import Path

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.files import replace_text
from cnnlab.grading.pages.harmless import page_file
from cnnlab.grading.school import gradescope, marks_csv
from cnnlab.grading.school.students import Roster, as_csv, read_csv

UNMARKED = ("unreadable", "misnamed", "missing", "failed")
TABLES = {"plain": marks_csv.plain, "moodle": marks_csv.moodle, "canvas": marks_csv.canvas}


@dataclass(frozen=True)
class Total:
    """What a student has in an exercise: marks given by hand included, less the penalty for coming late.

    Parameters
    ----------
    raw, penalty, points : float
        Earned, taken off, to be had.
    waiting : bool
        Whether an answer still waits to be read by somebody.
    """

    raw: float
    penalty: float
    points: float
    waiting: bool = False

    @property
    def mark(self):
        """What counts, as nbgrader computes it.

        Examples
        --------
        >>> Total(9.0, 2.5, 14.0).mark, Total(1.0, 2.0, 14.0).mark
        (6.5, 0.0)
        """
        return max(0.0, self.raw - self.penalty)


@dataclass
class Exported:
    """Where the marks were written, and what the instructor should know about them."""

    path: Path
    problems: list[str] = field(default_factory=list)


def export(course, slugs, system="plain", *, template=None, columns=None, to=None):
    """Write the marks of exercises as a table for Moodle, Canvas or a spreadsheet, or for Gradescope.

    Parameters
    ----------
    course : Course
    slugs : str or list of str
    system : str
        "moodle", "canvas", "plain" or "gradescope".
    template : Path, optional
        The table that the school's system gave out, such as Moodle's grading worksheet or Canvas's gradebook:
        its rows and columns stay, the marks are filled in.
    columns : dict of str to str, optional
        By exercise, the heading of its column, such as ``{"ch08_conv_backward": "Exercise 8 (4711)"}``.
    to : Path, optional
        Where to write; `build/export/…` unless said otherwise.

    Returns
    -------
    Exported

    Raises
    ------
    LookupError
        Where nothing was graded, or no column of the template is an exercise's.
    ValueError
        For a system that is none.
    """
    slugs = [slugs] if isinstance(slugs, str) else list(slugs)
    if system not in (*TABLES, "gradescope"):
        raise ValueError(f'there is no system "{system}"; there are {", ".join(TABLES)}, gradescope')
    if system == "gradescope" and template:
        raise ValueError("gradescope takes no table: leave the template out")
    totals = {slug: read_totals(course, slug) for slug in slugs}
    for slug, marks in totals.items():
        if not marks:
            raise LookupError(f"nothing of {slug} was graded yet: `cnnlab grade {slug}` does")
    problems = [
        f"{student}: an answer in {slug} still waits to be graded by hand."
        for slug, marks in totals.items()
        for student, total in sorted(marks.items())
        if total.waiting
    ]
    for slug, marks in totals.items():
        problems += unmarked(course, slug, marks)
    name = "-".join([system, *slugs]) if len(slugs) <= 3 else f"{system}-{len(slugs)}-exercises"
    if system == "gradescope":
        return Exported(write_results(course, totals, to or course.build / "export" / name), problems)
    roster, columns = Roster(course), columns or {}
    if template:
        rows = marks_csv.filled(*read_csv(template), totals, roster, columns, problems)
    else:
        rows = TABLES[system](totals, roster, columns, problems)
    path = Path(to or course.build / "export" / f"{name}.csv")
    replace_text(path, as_csv(rows))
    return Exported(path, problems)


def unmarked(course, slug, marks):
    """Say whose 0 stands for no mark at all: nothing of what they handed in could be graded."""
    from cnnlab.grading.grade import read_statuses

    return [
        f"{student}: {slug} was {status.name}: the 0 stands for no mark."
        for student, status in read_statuses(course, slug).items()
        if status.name in UNMARKED and student in marks and not marks[student].raw
    ]


def folder_name(student):
    """Name a student's folder so that it lies where it is meant to, whatever the student is called.

    Examples
    --------
    >>> folder_name("ada"), folder_name("../ada")
    ('ada', '..%2Fada')
    """
    return page_file(student).removesuffix(".html")


def read_totals(course, slug):
    """Read each student's total from nbgrader's gradebook, in one question to it."""
    from nbgrader.api import Assignment, SubmittedAssignment
    from sqlalchemy import select

    if not course.has_gradebook():
        return {}
    wanted = "student_id score late_submission_penalty max_score needs_manual_grade".split()
    query = select(*(getattr(SubmittedAssignment, name) for name in wanted))
    with open_gradebook(course) as gradebook:
        found = gradebook.db.execute(query.join(Assignment).where(Assignment.name == slug))
        return {student: Total(float(raw), float(penalty), float(points), bool(waiting))
                for student, raw, penalty, points, waiting in found}  # fmt: skip


def write_results(course, totals, folder):
    """Write Gradescope's `results.json` of every submission: `<exercise>/<student>/results.json`."""
    from cnnlab.grading.results import read_class

    for slug, marks in totals.items():
        for submission in read_class(course, slug):
            path = Path(folder) / slug / folder_name(submission.student) / "results.json"
            replace_text(path, gradescope.results(submission, marks.get(submission.student)))
    return Path(folder)
