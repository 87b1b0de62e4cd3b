"""Tell each student what is right, and what to look at again."""

from dataclasses import dataclass

from cnnlab.checks import Result
from cnnlab.grading.files import replace_folder, scratch_folder
from cnnlab.grading.pages import examples, write_page


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
            write_page(
                course,
                pages / f"{submission.student}.html",
                "feedback.html",
                **sorted_out(exercise, submission),
            )
        replace_folder(folder, pages)
    return folder


@dataclass(frozen=True)
class Remark:
    """What there is to say about one or more capabilities that failed in the same way."""

    capabilities: tuple[str, ...]
    earned: float
    points: float
    status: str
    result: dict  # of the first of them


def sorted_out(exercise, submission):
    """Sort a submission's marks by what there is to say about them."""
    marks = submission.marks
    said = {mark.result.get("finding") for mark in marks}
    return {
        "exercise": exercise,
        "submission": submission,
        "notes": [note for note in submission.troubles + submission.repairs if note not in said],
        "examples": examples(exercise),
        "right": [mark for mark in marks if mark.status == "right"],
        "unwritten": [mark for mark in marks if mark.status == "missing"],
        "remarks": remarks([mark for mark in marks if mark.status in ("wrong", "error", "timeout")]),
        "unmarked": [mark for mark in marks if mark.status == "unmarked"],
    }


def remarks(marks):
    """Say once what holds for several capabilities: the same function, the same case, the same finding."""
    empty, alike = Result(exercise="", capability="").to_dict(), {}
    for mark in marks:
        same = tuple(mark.result.get(name) for name in ("function", "case", "finding"))
        alike.setdefault((mark.status, *same), []).append(mark)
    return [
        Remark(
            tuple(mark.capability for mark in group),
            sum(mark.earned for mark in group),
            sum(mark.points for mark in group),
            group[0].status,
            empty | group[0].result,
        )
        for group in alike.values()
    ]
