"""Submissions to exercise 8 that were made up for the pages' tests: nothing was run for them."""

import random

from cnnlab.checks import Result, find_exercise
from cnnlab.grading.core import Status
from cnnlab.grading.results import Mark, Submission
from cnnlab.grading.similar import Pair

EXERCISE = find_exercise("ch08")
QUESTIONS = {"dx-kernel-flipped": "Turned?", "backward-ignores-stride": "Which patch?"}
CASE = {"case": "x 1x1x2", "finding": "You return [1].", "replay": "ch08:dy=[[[1]]],spatial=[2]"}
PAIRS = [Pair("a", "d", 0.93, 400, ("my_secret_name",)), Pair("b", "gone", 0.71, 99, ())]
EVIL = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)><a href=javascript:alert(3)>x</a>"
    "{{ 7 * 7 }}</style></title><!-- \u202egnitrats\u202c \x1b[31m\0\ud800 Z" + "\u0301" * 50 + "W" * 300
)


def mark(name, status="right", mistake="", *, earned=None, function="conv_backward_input", **texts):
    """A mark as the grader gives it; `texts` are fields of its result."""
    points = EXERCISE.capability(name).points
    texts = {"mistake": mistake, "misconception": QUESTIONS.get(mistake, "")} | texts
    texts = (CASE if status == "wrong" else {}) | texts
    result = Result(EXERCISE.slug, name, function=function, points=points, status=status, **texts)
    earned = points * (status == "right") if earned is None else earned
    return Mark(name, points, earned, status, {} if status == "unmarked" else result.to_dict())


def submission(student, *marks, status="graded", note="", advice="", seconds=0.0, **more):
    return Submission(student, Status(status, note=note, advice=advice, seconds=seconds), marks, **more)


def marks(**statuses):
    """All eight marks: right, but for those that are named."""
    return [mark(c.name, **statuses.get(c.name, {})) for c in EXERCISE.capabilities]


def class_of(count):
    """A class in which the later rungs are harder, one in fifty cannot be graded, and ids are in order."""
    draw, everybody = random.Random(1), []
    for number in range(count):
        strength, rungs = draw.random(), enumerate(EXERCISE.capabilities)
        ends = ["right" if strength * 10 > rung + draw.random() * 2 else "wrong" for rung, _ in rungs]
        graded = draw.random() > 0.02
        found = [
            mark(c.name, end if graded else "unmarked")
            for c, end in zip(EXERCISE.capabilities, ends, strict=True)
        ]
        seconds = draw.lognormvariate(-3, 1)
        status = "graded" if graded else "crashed"
        everybody.append(submission(f"name{number:04}", *found, status=status, seconds=seconds))
    return everybody


def evil():
    """A submission of which every text was written by somebody who means no good."""
    texts = dict.fromkeys(("function", "case", "finding", "misconception", "replay", "mistake"), EVIL)
    texts["finding"] += "x" * 5000
    wrong = {"status": "wrong", **texts}
    names = {c.name: wrong for c in EXERCISE.capabilities[1:]}
    return submission(
        "<svg onload=alert(1)> \u202eada/../x\"'",
        *marks(**names),
        status="failed",
        note=EVIL,
        advice=EVIL,
        troubles=(EVIL, "\u05e9" * 30 + EVIL),
        repairs=(EVIL * 20,),
    )
