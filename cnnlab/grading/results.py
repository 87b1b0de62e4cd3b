"""Read what a class earned: points from nbgrader's tables, findings from the one beside them."""

from dataclasses import dataclass, field

from cnnlab.grading.core import Status
from cnnlab.grading.export import export_spec
from cnnlab.grading.store import Store, status_of


@dataclass(frozen=True)
class Mark:
    """One graded cell of one submission.

    Parameters
    ----------
    capability : str
        Its name.
    points, earned : float
        What it is worth, and what the gradebook says it earned: a mark given by hand goes first.
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
class Tally:
    """How much of what can be counted is there; the unit is "points" or "checks"."""

    count: float
    most: float
    unit: str


@dataclass(frozen=True)
class Submission:
    """What one student handed in, and what came of it.

    Parameters
    ----------
    student : str
    status : Status
    marks : tuple of Mark
    troubles : tuple of str
        A sentence for each of the student's own cells that did not run to its end.
    repairs : tuple of str
        What was mended before the notebook ran.
    isolation : str
        What the student's code was kept apart by.
    penalty : float
        Points taken off for being late.
    """

    student: str
    status: Status
    marks: tuple[Mark, ...]
    troubles: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    isolation: str = ""
    penalty: float = 0.0

    @property
    def earned(self):
        """Points earned."""
        return sum(mark.earned for mark in self.marks) - self.penalty

    @property
    def points(self):
        """Points to be had."""
        return sum(mark.points for mark in self.marks)

    @property
    def tally(self):
        """What to count, and how much of it there can be: points or, where there are none, what is right.

        Examples
        --------
        >>> add, channels = Mark("add", 0, 0, "right"), Mark("channels", 0, 0, "wrong")
        >>> Submission("ada", Status("graded"), (add, channels)).tally
        Tally(count=1, most=2, unit='checks')
        """
        if self.points:
            return Tally(self.earned, self.points, "points")
        return Tally(sum(mark.status == "right" for mark in self.marks), len(self.marks), "checks")


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
    if not course.has_gradebook():
        return []
    with Store(course, slug, slug) as store:
        spec = export_spec(store.gradebook, slug, slug, course.notebook("exercises", slug))
        endings, scores, penalties = store.endings(), store.scores(), store.penalties()
    graded = [cell for cell in spec.cells if cell.kind in ("test", "written", "task")]
    return [
        Submission(
            student,
            status_of(ending),
            tuple(read_mark(cell, scores.get(student, {}), ending) for cell in graded),
            tuple(ending["troubles"].values()),
            tuple(ending["repairs"]),
            ending["isolation"],
            penalties.get(student) or 0.0,
        )
        for student, ending in sorted(endings.items())
    ]


def read_mark(cell, scores, ending):
    """Put a cell's points and its finding together; where the answer's own cell failed, it is not missing."""
    earned, result = scores.get(cell.name) or 0.0, ending["results"].get(cell.name)
    if not result:
        full = earned == cell.points > 0  # what is worth nothing says nothing
        status = "right" if full and ending["status"] == "graded" else "unmarked"
        return Mark(cell.name.partition("-")[2] or cell.name, cell.points, earned, status)
    trouble = ending["troubles"].get(result["function"])
    if result["status"] == "missing" and trouble:
        result = {**result, "status": "error", "finding": trouble}
    return Mark(result["capability"], cell.points, earned, result["status"], result)
