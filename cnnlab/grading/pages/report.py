"""Show a class what it can do, and which mistakes are worth a lesson."""

import math
import statistics
from collections import Counter
from dataclasses import dataclass

from cnnlab.grading.files import replace_folder, replace_text, scratch_folder
from cnnlab.grading.pages import examples, write_page
from cnnlab.grading.pages.aliases import aliases, unnamed, unnamed_pairs
from cnnlab.grading.pages.charts import MEANINGS, SIGNS
from cnnlab.grading.pages.items import analyse, point_bins, second_bins
from cnnlab.grading.pages.lessons import findings, state
from cnnlab.grading.pages.tables import as_csv, as_json
from cnnlab.grading.secret import course_secret

MANY = 200  # students, from which on the map of the class shows bands of points first
BANDS = 10
UNPROTECTED = "without isolation"  # how `Apart.said` begins where something is missing
STATUSES = {
    "graded": "its code ran, and was marked",
    "unreadable": "the file is not a notebook",
    "misnamed": "it is not clear which file is meant",
    "timed out": "a cell, or the whole notebook, took too long and was stopped; what ran has its marks",
    "crashed": "its code ended the process that it ran in; what ran has its marks",
    "failed": "the grader did not get to its end",
    "missing": "nothing was handed in",
}


@dataclass(frozen=True)
class Band:
    """Students with about the same points, and the share that they earned of each capability."""

    points: str
    count: int
    shares: tuple[float | None, ...]


def write_report(course, exercise, submissions, *, names=False, similar=None, isolation=""):
    """Write the class report of an exercise: one page, with its table as CSV and JSON beside it.

    Parameters
    ----------
    course : Course
    exercise : cnnlab.checks.Exercise
    submissions : list of Submission
    names : bool
        Show students' ids, links to their pages, and texts that their code wrote. Otherwise students are
        numbers, here and in the tables.
    similar : list, optional
        Of `cnnlab.grading.similar.Pair`, the most alike first; None where nobody looked.
    isolation : str
        A sentence for the top of the page where code ran without isolation; where none is given, what the
        submissions themselves say.

    Returns
    -------
    Path
        The page.
    """
    with scratch_folder(course.build) as scratch:
        if not names:
            alias = aliases(course_secret(course.build), (s.student for s in submissions))
            submissions, similar = unnamed(submissions, alias), unnamed_pairs(similar, alias)
        analysis, new = analyse(submissions), scratch / exercise.slug
        new.mkdir()
        shown = {
            "analysis": analysis,
            "pairs": similar,
            "names": names,
            "isolation": isolation or unprotected(submissions),
        }
        write_page(course, new / "index.html", "report.html", **view(exercise, submissions), **shown)
        replace_text(new / "marks.csv", as_csv(submissions))
        replace_text(new / "marks.json", as_json(exercise, submissions, analysis))
        replace_folder(course.report / exercise.slug, new)
    return course.report / exercise.slug / "index.html"


def view(exercise, submissions):
    """Work out everything that the page shows of a class."""
    found, seconds = findings(submissions), [s.status.seconds for s in submissions]
    return {
        "exercise": exercise,
        "submissions": submissions,
        "marks": submissions[0].marks if submissions else (),
        "mistakes": [finding for finding in found if finding.question],
        "unknown": [finding for finding in found if finding.mistaken and not finding.question],
        "unanswered": [finding for finding in found if not finding.mistaken],
        "summary": summary(submissions),
        "points": point_bins(
            [s.tally.count for s in submissions], submissions[0].tally.most if submissions else 0
        ),
        "bands": bands(submissions) if len(submissions) > MANY else [],
        "statuses": Counter(s.status.name for s in submissions),
        "isolation_of": Counter(s.isolation for s in submissions),
        "spread": second_bins(seconds),
        "seconds": times(seconds),
        "slowest": sorted(submissions, key=lambda s: -s.status.seconds)[:5],
        "examples": examples(exercise),
        "explained": STATUSES,
        "signs": SIGNS,
        "meanings": MEANINGS,
        "state": state,
    }


def unprotected(submissions):
    """Say how many submissions ran without isolation, and with what in its place; nothing where none did."""
    ran = Counter(s.isolation for s in submissions if s.isolation.startswith(UNPROTECTED))
    said = [f"{many} of {len(submissions)} submissions ran {how}." for how, many in ran.most_common()]
    return " ".join(said)


def summary(submissions):
    """Compute the few numbers that describe a class: how many, the middle, who can do what."""
    counts = [submission.tally.count for submission in submissions]
    most, unit = (submissions[0].tally.most, submissions[0].tally.unit) if submissions else (0, "points")
    solved = Counter(place for s in submissions for place, m in enumerate(s.marks) if state(m) == "right")
    return {
        "count": len(counts),
        "most": most,
        "unit": unit,
        "mean": statistics.fmean(counts) if counts else 0,
        "median": statistics.median(counts) if counts else 0,
        "full": sum(value >= most for value in counts),
        "solved": solved,
        "graded": sum(submission.status.name == "graded" for submission in submissions),
    }


def times(seconds):
    """Compute what describes many times: their sum, their middle, and what one in twenty exceeds."""
    ordered = sorted(seconds) or [0.0]
    late = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return {"sum": sum(ordered), "median": statistics.median(ordered), "late": late}


def bands(submissions):
    """Gather a large class by points, the most first, and say what share of each capability a band earned."""
    most = submissions[0].tally.most
    labels = point_bins([], most, BANDS)
    groups = {label: [] for label, _ in reversed(labels)}
    for submission in submissions:
        ((label, _),) = [found for found in point_bins([submission.tally.count], most, BANDS) if found[1]]
        groups[label].append(submission)
    return [
        Band(label, len(group), tuple(share(marks) for marks in zip(*(s.marks for s in group), strict=True)))
        for label, group in groups.items()
        if group
    ]


def share(marks):
    """Divide what some marks earned by what they were worth."""
    worth = sum(mark.points for mark in marks)
    return sum(mark.earned for mark in marks) / worth if worth else None
