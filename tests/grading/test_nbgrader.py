"""nbgrader's own commands do what their users know them for, on top of the two processes."""

import csv
import os
import re
import shutil
import stat
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from cnnlab.grading.course import Course
from cnnlab.grading.executing import ExecuteApart
from cnnlab.grading.grade import grade
from cnnlab.grading.release import release
from cnnlab.grading.results import read_class
from cnnlab.grading.spec import Spec
from cnnlab.grading.store import Store
from solutions.sample_class import SAMPLE_CLASS
from solutions.sample_class import SLUG as CH08
from solutions.sample_class import hand_in as hand_in_sample
from tests.grading.conftest import ROOT
from tests.grading.own_course import (
    COURSE,
    HIDDEN,
    RIGHT,
    SLUG,
    answered,
    autograded,
    hand_in,
    make_course,
    nbgrader,
)

SPY = """
seen = []
def median(numbers):
    seen.append(numbers)
    print("hidden", numbers)
    if 7777.25 in numbers:
        raise AssertionError(f"got {numbers}")
    return 2
"""
HOSTILE = """
# My answer <script>window.pwned = 1</script>

**Less** is `a < b`: $x<y$, [more](javascript:alert(1))
<img src="https://example.org/x.png" onerror="alert(2)">

![pasted](attachment:image.png)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class of six, graded by one `nbgrader autograde`."""
    folder = make_course(tmp_path_factory.mktemp("nbgrader") / "a course")
    hand_in(folder, "ada", median=RIGHT, essay="One is **in the middle**.", plot="plot = 1")
    hand_in(folder, "bob", median="def median(numbers):\n    return numbers[0]", at="2020-10-02 12:00:00 UTC")
    more = [new_code_cell("print(seen)\nraise ValueError(seen)"), new_markdown_cell(HOSTILE)]
    place = hand_in(folder, "eve", median=SPY, essay=HOSTILE, more=more)
    (place / "secret.html").symlink_to(folder / "source" / SLUG / "median.ipynb")
    (hand_in(folder, "cem") / "median.ipynb").write_text('{"cells": [')
    place = hand_in(folder, "kim", median=RIGHT)
    (place / "median.ipynb").unlink()
    (place / "median.ipynb").symlink_to(folder / "source" / SLUG / "median.ipynb")
    hand_in(folder, "late", median=RIGHT, plot="plot = 2", at="2020-10-02 12:00:00 UTC")
    copied = answered(folder, median=RIGHT).cells[1]
    copied.id = "copied"
    hand_in(folder, "twice", median="def median(numbers):\n    return 0", more=[copied])
    said = nbgrader(folder, "autograde", SLUG)
    return SimpleNamespace(folder=folder, said=said)


@pytest.fixture
def gradebook(course):
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db", COURSE) as gradebook:
        yield gradebook


def test_everybody_is_graded_whatever_was_handed_in(course, gradebook):
    scores = {s.student.id: s.score for s in gradebook.assignment_submissions(SLUG)}
    assert scores == {"ada": 3, "bob": 0, "eve": 0, "cem": 0, "kim": 0, "late": 3, "twice": 3}
    assert "cem: unreadable, no points: The file is not a notebook" in course.said
    assert "kim: unreadable, no points: median.ipynb is a link." in course.said
    assert "Traceback" not in course.said


def test_late_ones_lose_what_the_plugin_says(gradebook):
    taken = {s.student.id: s.late_submission_penalty for s in gradebook.assignment_submissions(SLUG)}
    assert taken == {"ada": 0, "bob": 0, "eve": 0, "cem": 0, "kim": 0, "late": 3, "twice": 0}


def test_a_person_looks_at_answers_and_tasks_and_at_nothing_empty(gradebook):
    waiting = {
        student: {grade.name for grade in notebook(gradebook, student).grades if grade.needs_manual_grade}
        for student in ("ada", "late", "twice")
    }
    assert waiting == {"ada": {"essay", "plot", "sorting"}, "late": {"plot", "sorting"}, "twice": {"sorting"}}
    comments = {c.name: c.auto_comment for c in notebook(gradebook, "late").comments}
    assert comments == {"median": None, "essay": "No response.", "plot": None, "sorting": None}


def test_how_each_ended_stands_beside_the_marks(course):
    with Store(
        SimpleNamespace(gradebook_url=f"sqlite:///{course.folder}/gradebook.db"), SLUG, "median"
    ) as store:
        endings = store.endings()
    assert {student: ending["status"] for student, ending in endings.items()} == {
        **dict.fromkeys(["ada", "bob", "eve", "late", "twice"], "graded"),
        **dict.fromkeys(["cem", "kim"], "unreadable"),
    }
    assert endings["twice"]["repairs"][0] == "The cell median was there twice: the last one counts."
    assert "bubblewrap" in endings["ada"]["isolation"]


def test_a_link_in_a_submission_leads_nowhere(course):
    assert not (course.folder / "autograded" / "eve" / SLUG / "secret.html").exists()
    assert "BEGIN SOLUTION" not in str(autograded(course.folder, "kim"))


def test_a_mark_given_by_hand_stays_when_it_is_graded_again(course, gradebook):
    grade = gradebook.find_grade("essay", "median", SLUG, "ada")
    grade.manual_score, grade.needs_manual_grade = 4, False
    gradebook.find_comment("essay", "median", SLUG, "ada").manual_comment = "Well *said*."
    gradebook.db.commit()
    gradebook.db.close()
    said = nbgrader(course.folder, "autograde", SLUG, "--student", "ada", "--force")
    assert "bob" not in said
    grade = gradebook.find_grade("essay", "median", SLUG, "ada")
    assert (grade.score, grade.auto_score, grade.needs_manual_grade) == (4, None, True)
    assert notebook(gradebook, "ada").score == 7
    assert gradebook.find_comment("essay", "median", SLUG, "ada").comment == "Well *said*."


def test_what_is_kept_of_a_notebook_acts_nowhere(course):
    ours, eves = autograded(course.folder, "ada"), autograded(course.folder, "eve")
    assert ours.cells[3].source == "One is **in the middle**."
    assert eves.cells[3].source.startswith("```html\n")
    assert "<script>window.pwned" in eves.cells[3].source, "to be read as it was written"
    assert "three words will do" not in eves.cells[3].source
    assert "hidden_check" in eves.cells[2].source, "an instructor sees the whole test"


def test_where_the_grader_itself_stumbles_there_is_a_status():
    graded = ExecuteApart().run(
        new_notebook(cells=[new_code_cell("1")]), Spec(SLUG, SLUG), {"student": "ada"}, None
    )
    assert graded.status.name == "failed"
    assert "the grader could not go on: AttributeError" in graded.status.note


def test_feedback_tells_nothing_hidden_and_does_nothing(course):
    nbgrader(course.folder, "generate_feedback", SLUG)
    pages = {path.parts[-3]: path.read_text() for path in (course.folder / "feedback").rglob("*.html")}
    assert pages.keys() == {"ada", "bob", "eve", "cem", "kim", "late", "twice"}
    for student, page in pages.items():
        assert [word for word in HIDDEN if word in re.sub("<[^>]*>", "", page) and word not in SPY] == [], (
            student
        )
        assert "<script>window.pwned" not in page
        assert not re.search(r"<[^>]*(\son\w+=|javascript:|example\.org)", page), student
    body = pages["eve"].partition("<body>")[2]
    assert "What came of this cell is not shown: it ran after a test." in body
    assert body.count("7777.25") == 1, "in the answer that eve wrote"
    assert "AssertionError" in body
    assert "Well <em>said</em>." in pages["ada"]
    assert "unreadable: Open it in Jupyter, save it and hand it in again." in pages["cem"]


def test_marks_are_exported(course):
    nbgrader(course.folder, "export", "--to", "marks.csv")
    with (course.folder / "marks.csv").open() as file:
        marks = {
            row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)
        }
    assert marks["late"] == (0, 10), "three points, and three off"
    assert marks["twice"] == (3, 10)
    assert marks["bob"] == (0, 10)


def test_without_isolation_it_refuses_in_a_line(course, tmp_path):
    folder, tools = tmp_path / "course", tmp_path / "bin"
    shutil.copytree(course.folder, folder)
    tools.mkdir()
    (tools / "bwrap").write_text("#!/bin/sh\necho 'bwrap: not permitted' >&2\nexit 1\n")
    (tools / "bwrap").chmod(stat.S_IRWXU)
    path = os.pathsep.join([str(tools), os.environ["PATH"]])
    command = ("autograde", SLUG, "--student", "bob", "--force")
    said = nbgrader(folder, *command, status=1, PATH=path)
    assert re.search(
        r"student code is not isolated on this machine, so nothing was run\. Missing: bubblewrap", said
    )
    assert len(said.splitlines()) < 5
    assert (folder / "autograded" / "bob").exists(), "what was there stays there"
    nbgrader(folder, *command, "--ExecuteApart.no_isolation=True", PATH=path)


def test_the_exchange_carries_it_both_ways(course):
    folder, home = course.folder, course.folder.parent / "home"
    home.mkdir()
    shutil.copy(folder / "nbgrader_config.py", home)
    nbgrader(folder, "release_assignment", SLUG)
    nbgrader(home, "fetch_assignment", SLUG, "--course", COURSE)
    path = home / SLUG / "median.ipynb"
    text = path.read_text().replace('"raise NotImplementedError()"', '"plot = 1"')
    text = text.replace("raise NotImplementedError()", "return sorted(numbers)[len(numbers) // 2]")
    path.write_text(text.replace("YOUR ANSWER HERE", "The one in the middle."))
    assert "Success! Your notebook passes all the tests." in nbgrader(home, "validate", str(path))
    nbgrader(home, "submit", SLUG, "--course", COURSE)
    nbgrader(folder, "collect", SLUG)
    student = next(p.parents[1].name for p in (folder / "submitted").rglob("submission_secret.txt"))
    nbgrader(folder, "autograde", SLUG, "--student", student)
    nbgrader(folder, "generate_feedback", SLUG, "--student", student)
    nbgrader(folder, "release_feedback", SLUG, "--student", student)
    nbgrader(home, "fetch_feedback", SLUG, "--course", COURSE)
    page = next((home / SLUG / "feedback").rglob("median.html")).read_text()
    assert "Late submission penalty (Score: -3.0)" in page
    assert "hidden_check" not in page


def test_the_course_itself(tmp_path):
    """From its root, and bare: the same marks and findings as `cnnlab grade`; the source validates."""
    for name in ("solutions", "book", "cnnlab"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    course, bare = Course(tmp_path), {"CNNLAB_SECRET": "", "PYTHONPATH": ""}
    course.prepare()
    release(course, CH08)
    wanted = ("flipped-kernel", "copied-cells")
    hand_in_sample(course, [answer for answer in SAMPLE_CLASS if answer.student in wanted])
    nbgrader(tmp_path, "autograde", CH08, **bare)
    stock = read_class(course, CH08)
    assert {s.student: s.earned for s in stock} == {"flipped-kernel": 11, "copied-cells": 14}
    grade(course, CH08, jobs=1)
    for ours, theirs in zip(read_class(course, CH08), stock, strict=True):
        assert (ours.marks, ours.troubles, ours.repairs) == (theirs.marks, theirs.troubles, theirs.repairs)
    assert (course.build / "secret").stat().st_mode & 0o777 == 0o600
    source = str(course.notebook("source", CH08))
    assert "Success! Your notebook passes all the tests." in nbgrader(tmp_path, "validate", source, **bare)


def notebook(gradebook, student):
    return gradebook.find_submission_notebook("median", SLUG, student)
