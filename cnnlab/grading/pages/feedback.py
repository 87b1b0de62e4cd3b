"""Tell each student what is right, what to look at again, and where to begin."""

import re
from dataclasses import dataclass

from cnnlab.checks import Result
from cnnlab.grading.files import replace_folder, replace_text, scratch_folder
from cnnlab.grading.pages import examples, render
from cnnlab.grading.pages.charts import MEANINGS
from cnnlab.grading.pages.harmless import page_file
from cnnlab.grading.pages.lessons import state

ADVICE = {  # where a status brings none of its own
    "unreadable": "The file that you handed in is not a notebook that can be opened. Open your work in "
    "Jupyter, save it, and hand that file in.",
    "misnamed": "It is not clear which file is your notebook. Hand in one file, named {slug}.ipynb.",
    "timed out": "Your notebook did not come to an end. Look for a loop whose condition never changes.",
    "crashed": "Your code ended the Python that it ran in. Look for exit(), or for arrays that keep growing.",
    "missing": "Nothing was handed in.",
    "failed": "The grader did not get to the end of your notebook. Your instructor sees this too.",
}
HAPPENED = {  # what a page says before the advice
    "unreadable": "The file that you handed in is not a notebook that can be opened. ",
    "misnamed": "No file that you handed in is clearly your notebook. ",
    "missing": "No notebook was handed in. ",
}
REPLAY = re.compile(r"[\w:=,.\[\]+-]+")  # a case in quotes that no shell reads as anything else


@dataclass(frozen=True)
class Remark:
    """What there is to say about one or more capabilities that failed in the same way."""

    capabilities: tuple[str, ...]
    earned: float
    points: float
    status: str
    result: dict  # of the first of them

    @property
    def state(self):
        """How they stand: `state` of marks that are alike."""
        return state(self)

    @property
    def gain(self):
        """The points that are still to be had."""
        return self.points - self.earned

    @property
    def replay(self):
        """The case for `cnnlab check --case`, where it is one."""
        return self.result["replay"] if REPLAY.fullmatch(self.result["replay"]) else ""


def write_feedback(course, exercise, submissions):
    """Write one page a student, and take away the pages of those who no longer have a submission.

    Parameters
    ----------
    course : Course
    exercise : cnnlab.checks.Exercise
    submissions : list of Submission

    Returns
    -------
    Path
        The folder of the pages, ``<student>.html``.
    """
    folder = course.feedback / exercise.slug
    with scratch_folder(course.build) as scratch:
        pages = scratch / exercise.slug
        pages.mkdir()
        for submission in submissions:
            page = feedback_page(course, exercise, submission)
            replace_text(pages / page_file(submission.student), page)
        replace_folder(folder, pages)
    return folder


def feedback_page(course, exercise, submission):
    """Write one student's page.

    Parameters
    ----------
    course : Course
    exercise : cnnlab.checks.Exercise
    submission : Submission

    Returns
    -------
    str
        HTML that runs nothing and loads nothing.
    """
    return render(course.root, "feedback.html", **sorted_out(exercise, submission))


def sorted_out(exercise, submission):
    """Sort a submission's marks by what there is to say about them."""
    marks, status = submission.marks, submission.status
    said = {mark.result.get("finding") for mark in marks}
    by_state = {name: [mark for mark in marks if state(mark) == name] for name in map(state, marks)}
    looked_at = [m for m in marks if state(m) in ("partly", "wrong", "error", "timeout")]
    found, unwritten = remarks(looked_at), to_write(by_state.get("missing", []))
    return {
        "exercise": exercise,
        "submission": submission,
        "advice": HAPPENED.get(status.name, "") + status.advice
        if status.advice
        else ADVICE.get(status.name, "").format(slug=exercise.slug),
        "followed": following(by_state.get("right", [])),
        "notes": [note for note in submission.troubles + submission.repairs if note not in said],
        "examples": examples(exercise),
        "parts": [(mark.capability, state(mark), mark.points) for mark in marks],
        "said_of_parts": "; ".join(f"{mark.capability}: {MEANINGS[state(mark)]}" for mark in marks),
        "right": by_state.get("right", []),
        "unwritten": unwritten,
        "remarks": found,
        "unmarked": by_state.get("unmarked", []),
        "next": next_step(found, unwritten, begun="right" in by_state or bool(found)),
    }


def following(marks):
    """Gather capabilities that are right but for a mistake that others have paid for, by those others."""
    groups = {}
    for mark in marks:
        if paid := mark.result.get("follows"):
            groups.setdefault(paid, []).append(mark.capability)
    return groups


def remarks(marks):
    """Say once what holds for several capabilities: the same function, the same case, the same finding."""
    return gathered(marks, lambda mark: (mark.status, *map(mark.result.get, ("function", "case", "finding"))))


def to_write(marks):
    """Gather what is not written yet by the function that it needs."""
    return gathered(marks, lambda mark: mark.result.get("function"))


def gathered(marks, alike):
    """Make one remark of the marks that are alike, in the order of the notebook."""
    empty, groups = Result(exercise="", capability="").to_dict(), {}
    for mark in marks:
        groups.setdefault(alike(mark), []).append(mark)
    return [
        Remark(
            tuple(mark.capability for mark in group),
            sum(mark.earned for mark in group),
            sum(mark.points for mark in group),
            group[0].status,
            empty | group[0].result,
        )
        for group in groups.values()
    ]


def next_step(found, unwritten, *, begun=True):
    """Choose where to begin: where most points wait behind one thing; on a white page, with its first rung.

    Parameters
    ----------
    found, unwritten : list of Remark
    begun : bool
        Whether anything is written.

    Returns
    -------
    Remark or None
    """
    steps = [step for step in [*found, *unwritten] if step.gain > 0 or not step.points]
    if not begun:
        return next(iter(steps), None)
    return max(steps, key=lambda step: step.gain, default=None)  # the first of the largest
