"""The rehearsal is worth no points: pages and tables count checks in their place."""

import csv
import html
import io
import json
import re

import pytest
from rich.console import Console

from cnnlab.checks import Result, find_exercise, score
from cnnlab.grading.core import Status
from cnnlab.grading.pages.feedback import feedback_page
from cnnlab.grading.pages.items import analyse
from cnnlab.grading.pages.report import bands, view, write_report
from cnnlab.grading.results import Mark, Submission, read_mark
from cnnlab.grading.school.gradescope import results
from cnnlab.grading.show import class_table
from cnnlab.grading.spec import Cell
from solutions.ch00_start import checks as hidden

EXERCISE = find_exercise("ch00")
FAULT = {"case": "x [1], bias [1]", "finding": "You return nothing."}


def text_of(page):
    bare = re.sub(r"<style>.*?</style>|<title[ >].*?</title>|<desc .*?</desc>|<[^>]+>", " ", page, flags=re.S)
    return " ".join(html.unescape(bare).split())


def mark(name, status):
    fault = FAULT if status == "wrong" else {}
    result = Result(EXERCISE.slug, name, function="bias_forward", status=status, **fault)
    return Mark(name, 0.0, 0.0, status, result.to_dict())


def submission(student, *statuses):
    names = (capability.name for capability in EXERCISE.capabilities)
    return Submission(student, Status("graded"), tuple(map(mark, names, statuses)))


RIGHT = submission("ada", "right", "right")
HALF = submission("eva", "right", "wrong")
NONE = submission("tim", "wrong", "wrong")
WHITE = submission("zoe", "missing", "missing")
CLASS = [RIGHT, HALF, NONE, WHITE]


def test_the_rehearsal_is_worth_nothing():
    assert EXERCISE.points == 0
    assert len(EXERCISE.capabilities) == 2


@pytest.mark.parametrize(("of", "passed"), [(RIGHT, 2), (HALF, 1), (NONE, 0), (WHITE, 0)])
def test_a_page_counts_checks(of, passed, course):
    text = text_of(feedback_page(course, EXERCISE, of))
    assert f"{passed} of 2 checks pass there are no points to win or to lose here" in text
    for words in ("0 / 0", "0 points", "of 0", "earns its points", "keep their points"):
        assert words not in text
    assert ("Everything is right" in text) == (passed == 2)
    assert ("Where to begin" in text) == (passed < 2)


def test_a_page_says_where_to_begin(course):
    half, none, white = (text_of(feedback_page(course, EXERCISE, of)) for of in (HALF, NONE, WHITE))
    assert "Look at bias_forward on rung channels first. What to look at again" in half
    assert "Look at bias_forward first: one finding stands behind add and channels. What to" in none
    assert "Write bias_forward . Start with add: it counts alone. 2 capabilities wait" in white


def test_the_report_counts_checks(course):
    page = write_report(course, EXERCISE, CLASS, names=True)
    text = text_of(page.read_text(encoding="utf-8"))
    for words in ("Mean 0.8 of 2", "Median 0.5", "All checks pass 1", "How the checks spread"):
        assert words in text
    assert "Nothing here is worth points" in text
    assert "not marked yet" not in text
    rows = list(csv.DictReader(io.StringIO((page.parent / "marks.csv").read_text(encoding="utf-8"))))
    assert [row["points"] for row in rows] == ["0"] * 4
    assert json.loads((page.parent / "marks.json").read_text(encoding="utf-8"))["exercise"] == "ch00_start"


def test_the_numbers_of_a_class_are_those_of_its_checks():
    shown = view(EXERCISE, CLASS)
    assert shown["points"] == [("0", 2), ("1", 1), ("2", 1)]
    assert (shown["summary"]["mean"], shown["summary"]["full"]) == (0.75, 1)
    assert [item.difficulty for item in analyse(CLASS).items] == [0.5, 0.25]
    assert [(band.points, band.count) for band in bands(CLASS)] == [("2", 1), ("1", 1), ("0", 2)]


def test_a_class_without_submissions_is_no_trouble():
    assert view(EXERCISE, [])["summary"]["mean"] == 0


def test_the_terminals_table_counts_checks():
    file = io.StringIO()
    Console(file=file, width=80, no_color=True).print(class_table("ch00_start", CLASS))
    _, head, *rows = file.getvalue().splitlines()
    assert "of 2 checks" in head
    assert [row.split()[:2] for row in rows] == [["ada", "2"], ["eva", "1"], ["tim", "0"], ["zoe", "0"]]


def test_gradescope_is_told_who_passes():
    told = json.loads(results(HALF))
    assert told["output"] == "graded; 1 of 2 checks."
    assert [test["status"] for test in told["tests"]] == ["passed", "failed"]
    assert [test["max_score"] for test in told["tests"]] == [0, 0]


def test_a_check_that_never_ran_is_not_taken_for_right():
    ending = {"results": {}, "troubles": {}, "status": "graded"}
    assert read_mark(Cell("start-add", "test"), {}, ending).status == "unmarked"
    assert read_mark(Cell("f-one", "test", points=1.0), {"f-one": 1.0}, ending).status == "right"


def test_a_line_says_right_where_there_are_no_points_to_say_it():
    right = score(hidden.EXERCISE, "add", {"bias_forward": lambda x, bias: x + bias}, b"")
    assert right.text() == "ch00_start · add      right"
    printed = score(hidden.EXERCISE, "add", {"bias_forward": lambda x, bias: None}, b"")
    assert printed.text().startswith("bias_forward · add\nSmallest input that shows it: x [1], bias [1]\n")
    assert printed.mistake == "prints-instead-of-returning"
