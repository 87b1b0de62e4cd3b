"""Show a class what it can do, and which mistakes are worth a lesson."""

import csv
import io
import json
import statistics
from collections import Counter
from dataclasses import dataclass

from cnnlab.grading.files import replace_folder, replace_text, scratch_folder
from cnnlab.grading.pages import examples, write_page

SIGNS = {"right": "✓", "wrong": "✗", "missing": "–", "error": "!", "timeout": "∞", "unmarked": "?"}
MEANINGS = {
    "right": "right",
    "wrong": "wrong answer",
    "missing": "not written",
    "error": "stopped with an error",
    "timeout": "did not finish",
    "unmarked": "not run",
}


@dataclass(frozen=True)
class Finding:
    """Something that happened to several students.

    Parameters
    ----------
    name : str
        The id of a named mistake, or what happened in words.
    question : str
        The named mistake's question.
    mistaken : bool
        Whether an answer was given, and is wrong.
    students, capabilities : tuple of str
        Whose, and where.
    """

    name: str
    question: str
    mistaken: bool
    students: tuple[str, ...]
    capabilities: tuple[str, ...]


def write_report(course, exercise, submissions):
    """Write the class report of an exercise: one page, with its table as CSV and JSON beside it.

    Parameters
    ----------
    course : Course
    exercise : cnnlab.checks.Exercise
    submissions : list of Submission

    Returns
    -------
    Path
        The page.
    """
    folder = course.report / exercise.slug
    with scratch_folder(course.build) as scratch:
        new = scratch / exercise.slug
        new.mkdir()
        write_page(
            course,
            new / "index.html",
            "report.html",
            exercise=exercise,
            submissions=submissions,
            findings=findings(submissions),
            summary=summary(submissions),
            examples=examples(exercise),
            signs=SIGNS,
            meanings=MEANINGS,
        )
        replace_text(new / "marks.csv", as_csv(submissions))
        replace_text(new / "marks.json", as_json(exercise, submissions))
        replace_folder(folder, new)
    return folder / "index.html"


def findings(submissions):
    """Gather what went wrong, the commonest first; where they tie, named mistakes before the others.

    Returns
    -------
    list of Finding
    """
    gathered = {}
    for submission in submissions:
        for mark in submission.marks:
            if mark.status != "right":
                whose, where = gathered.setdefault(named(mark), ({}, {}))  # dicts: sets that keep their order
                whose[submission.student] = where[mark.capability] = None
    found = [Finding(*name, tuple(whose), tuple(where)) for name, (whose, where) in gathered.items()]
    return sorted(found, key=lambda finding: (-len(finding.students), not finding.question, finding.name))


def named(mark):
    """Name what happened: its name, its question, and whether it is a wrong answer."""
    if mark.result.get("mistake"):
        return mark.result["mistake"], mark.result["misconception"], True
    if mark.status == "wrong":
        return f"no known pattern in {mark.capability}", "", True
    return MEANINGS[mark.status], "", False


def summary(submissions):
    """Compute the few numbers that describe a class: how many, the middle, how the points spread."""
    earned = [submission.earned for submission in submissions]
    points = submissions[0].points if submissions else 0
    spread = Counter(min(int(value), int(points)) for value in earned)
    solved = Counter(mark.capability for s in submissions for mark in s.marks if mark.status == "right")
    return {
        "count": len(earned),
        "points": points,
        "mean": statistics.fmean(earned) if earned else 0,
        "median": statistics.median(earned) if earned else 0,
        "full": sum(value == points for value in earned),
        "spread": [(score, spread[score]) for score in range(int(points) + 1)],
        "most": max(spread.values(), default=1),
        "solved": solved,
        "graded": sum(submission.status.name == "graded" for submission in submissions),
    }


def as_csv(submissions):
    """Write the table for a spreadsheet: one row a student, one column a capability."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    capabilities = [mark.capability for mark in submissions[0].marks] if submissions else []
    rows.writerow(["student", "status", "earned", "points", *capabilities])
    for s in submissions:
        numbers = (s.earned, s.points, *(mark.earned for mark in s.marks))
        rows.writerow([plain(s.student), s.status.name, *(f"{number:g}" for number in numbers)])
    return text.getvalue()


def plain(text):
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def as_json(exercise, submissions):
    """Write everything that is known, for programs."""
    students = [
        {
            "student": s.student,
            "status": s.status.name,
            "note": s.status.note,
            "earned": s.earned,
            "points": s.points,
            "troubles": s.troubles,
            "repairs": s.repairs,
            "marks": [vars(mark) for mark in s.marks],
        }
        for s in submissions
    ]
    return json.dumps({"exercise": exercise.slug, "students": students}, indent=1, ensure_ascii=False) + "\n"
