"""Read what a class earned: points from the gradebook, findings from the executed notebooks."""

import json
import re
from dataclasses import dataclass, field

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.grade import Status, read_statuses
from cnnlab.grading.marking import RESULT
from cnnlab.grading.repair import REPAIRS

LATE = ("CellTimeoutError", "KeyboardInterrupt")  # how a cell ends that nbgrader has interrupted


@dataclass(frozen=True)
class Mark:
    """One graded cell of one submission.

    Parameters
    ----------
    capability : str
        Its name.
    points, earned : float
        What it is worth, and what the gradebook says it earned.
    status : str
        "right", "wrong", "missing", "error", "timeout"; "unmarked" where the check failed or never ran.
    result : dict
        The fields of `cnnlab.checks.Result`, empty where there is none.
    """

    capability: str
    points: float
    earned: float
    status: str = "unmarked"
    result: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """What one student handed in, and what came of it."""

    student: str
    status: Status
    marks: tuple[Mark, ...]
    troubles: tuple[str, ...] = ()  # cells of the student's own that stopped with an error
    repairs: tuple[str, ...] = ()  # what was mended before the notebook ran

    @property
    def earned(self):
        """Points earned."""
        return sum(mark.earned for mark in self.marks)

    @property
    def points(self):
        """Points to be had."""
        return sum(mark.points for mark in self.marks)


def read_class(course, slug):
    """Read all submissions of an exercise, in the order of the students' ids.

    Parameters
    ----------
    course : Course
    slug : str

    Returns
    -------
    list of Submission
    """
    cells = graded_cells(course, slug)
    earned = read_points(course, slug)
    statuses = read_statuses(course, slug)
    return [
        read_submission(course.notebook("autograded", slug, student), student, status, cells, earned[student])
        for student, status in sorted(statuses.items())
    ]


def graded_cells(course, slug):
    """List the grade ids of an exercise with their points, in the order of the notebook."""
    notebook = json.loads(course.notebook("exercises", slug).read_text(encoding="utf-8"))
    grading = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"]]
    return {g["grade_id"]: g["points"] for g in grading if g.get("grade")}


def read_points(course, slug):
    """Read what each student earned by grade id; a mark given by hand goes before the automatic one."""
    with open_gradebook(course) as gradebook:
        return {
            submission.student.id: {grade.name: grade.score for grade in submission.notebooks[0].grades}
            for submission in gradebook.assignment_submissions(slug)
        }


def read_submission(path, student, status, cells, earned):
    """Put one student's points and findings together."""
    notebook = (
        json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"cells": [], "metadata": {}}
    )
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    troubles = {}
    for number, cell in enumerate(code):
        if not is_locked(cell) and (trouble := error_in(cell)):
            troubles[grade_id(cell) or number] = trouble
    by_id = {grade_id(cell): cell for cell in code}
    marks = tuple(
        read_mark(by_id.get(name), name, points, earned.get(name, 0.0), troubles)
        for name, points in cells.items()
    )
    repairs = notebook["metadata"].get(REPAIRS, ())
    return Submission(student, status, marks, tuple(troubles.values()), tuple(repairs))


def read_mark(cell, name, points, earned, troubles):
    """Read a graded cell's result out of its outputs; where its cell failed, a function is not missing."""
    outputs = cell["outputs"] if cell else []
    results = [output["data"][RESULT] for output in outputs if RESULT in output.get("data", {})]
    if not results:
        late = any(output.get("ename") in LATE for output in outputs)
        return Mark(name.partition("-")[2] or name, points, earned, "timeout" if late else "unmarked")
    result = results[-1]
    if result["status"] == "missing" and result["function"] in troubles:
        result = {**result, "status": "error", "finding": troubles[result["function"]]}
    return Mark(result["capability"], points, earned, result["status"], result)


def grade_id(cell):
    """Return nbgrader's name of a cell, or an empty text."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def is_locked(cell):
    """Whether a cell is the course's, not the student's."""
    return cell["metadata"].get("nbgrader", {}).get("locked", False)


def error_in(cell):
    """Say in a line how a student's own cell stopped; an answer not yet written is no trouble."""
    where = f"The cell of {grade_id(cell)}" if grade_id(cell) else "A cell of yours"
    for output in cell["outputs"]:
        if output.get("ename") in LATE:
            return f"{where} was stopped: it took too long."
        if output["output_type"] == "error" and output["ename"] != "NotImplementedError":
            what = re.sub(r"\(\S*\.py, line (\d+)\)", r"in its line \1", output["evalue"])
            return f"{where} did not run to its end: {output['ename']}: {what}".splitlines()[0]
    return ""
