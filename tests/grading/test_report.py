"""What a class report says of submissions that were made up for it."""

import csv
import io

from cnnlab.checks import find_exercise
from cnnlab.grading.feedback import write_feedback
from cnnlab.grading.grade import Status
from cnnlab.grading.report import as_csv, findings, summary, write_report
from cnnlab.grading.results import Mark, Submission

EXERCISE = find_exercise("ch08")
QUESTIONS = {"dx-kernel-flipped": "Turned?", "backward-ignores-stride": "Which patch?"}


def mark(capability, status="right", mistake=""):
    result = {"mistake": mistake, "misconception": QUESTIONS.get(mistake, ""), "finding": "You return [1]."}
    return Mark(capability, 2, 2.0 if status == "right" else 0.0, status, result)


def submission(student, *marks):
    return Submission(student, Status("graded"), marks)


CLASS = [
    submission("a", mark("input", "wrong", "dx-kernel-flipped"), mark("stride")),
    submission("b", mark("input"), mark("stride", "wrong", "backward-ignores-stride")),
    submission("c", mark("input", "missing"), mark("stride", "wrong", "backward-ignores-stride")),
    submission("d", mark("input", "wrong"), mark("stride", "missing")),
]


def test_the_commonest_comes_first_and_named_mistakes_before_others():
    found = findings(CLASS)
    assert [(f.name, f.students) for f in found] == [
        ("backward-ignores-stride", ("b", "c")),
        ("not written", ("c", "d")),
        ("dx-kernel-flipped", ("a",)),
        ("no known pattern in input", ("d",)),
    ]
    assert found[0].question == "Which patch?"
    assert [f.mistaken for f in found] == [True, False, True, True]


def test_one_student_counts_once_however_often_a_mistake_shows():
    both = [submission("a", *(mark(c, "wrong", "dx-kernel-flipped") for c in ("input", "stride")))]
    assert [(f.students, f.capabilities) for f in findings(both)] == [(("a",), ("input", "stride"))]


def test_the_summary_counts():
    numbers = summary(CLASS)
    assert (numbers["mean"], numbers["median"], numbers["full"]) == (1.0, 1.0, 0)
    assert numbers["spread"] == [(0, 2), (1, 0), (2, 2), (3, 0), (4, 0)]
    assert numbers["solved"] == {"input": 1, "stride": 1}


def test_a_report_of_nobody_is_a_report(course):
    assert "None: what was written is right." in write_report(course, EXERCISE, []).read_text(
        encoding="utf-8"
    )


def test_a_spreadsheet_takes_no_name_for_a_formula():
    rows = list(csv.reader(io.StringIO(as_csv([submission('=1+"', mark("input"))]))))
    assert rows == [["student", "status", "earned", "points", "input"], ["'=1+\"", "graded", "2", "2", "2"]]


def test_whatever_a_student_can_write_arrives_as_text(course):
    evil = "<img src=x onerror=alert(1)>"
    result = dict.fromkeys(
        ("function", "case", "finding", "misconception", "replay", "mistake", "pointer"), evil
    )
    bad = Submission(
        evil.replace("/", ""), Status("graded", evil), (Mark("input", 2, 0.0, "wrong", result),), (evil,)
    )
    pages = [write_report(course, EXERCISE, [bad]), *write_feedback(course, EXERCISE, [bad]).iterdir()]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


def test_pages_of_those_who_took_their_work_back_are_gone(course):
    write_feedback(course, EXERCISE, CLASS)
    folder = write_feedback(course, EXERCISE, CLASS[:1])
    assert [path.name for path in folder.iterdir()] == ["a.html"]
