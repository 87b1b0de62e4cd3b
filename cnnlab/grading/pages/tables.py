"""A class as tables for other programs: a spreadsheet's CSV, and JSON with everything."""

import csv
import io
import json
from dataclasses import asdict

from cnnlab.grading.pages.harmless import harmless

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would compute


def as_csv(submissions):
    """Write the table for a spreadsheet: a row a student, a column a capability, and what kept code apart."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    capabilities = [mark.capability for mark in submissions[0].marks] if submissions else []
    rows.writerow(["student", "status", "earned", "points", *capabilities, "isolation"])
    for s in submissions:
        numbers = (s.earned, s.points, *(mark.earned for mark in s.marks))
        numbers = [f"{number:g}" for number in numbers]
        rows.writerow([plain(s.student), s.status.name, *numbers, plain(s.isolation)])
    return text.getvalue()


def plain(text):
    """Keep a spreadsheet from taking a name for a formula.

    Examples
    --------
    >>> plain("=1+1"), plain("ada")
    ("'=1+1", 'ada')
    """
    return harmless(f"'{text}" if text.startswith(FORMULA) else text)


def as_json(exercise, submissions, analysis):
    """Write everything that the report knows, for programs.

    Parameters
    ----------
    exercise : cnnlab.checks.Exercise
    submissions : list of Submission
    analysis : cnnlab.grading.pages.items.Analysis

    Returns
    -------
    str
    """
    students = [
        {
            "student": s.student,
            "status": s.status.name,
            "note": s.status.note,
            "seconds": s.status.seconds,
            "earned": s.earned,
            "points": s.points,
            "troubles": s.troubles,
            "repairs": s.repairs,
            "isolation": s.isolation,
            "marks": [vars(mark) for mark in s.marks],
        }
        for s in submissions
    ]
    everything = {"exercise": exercise.slug, "analysis": asdict(analysis), "students": students}
    return json.dumps(everything) + "\n"  # escaped: a text may hold half a character
