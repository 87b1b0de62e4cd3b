"""What students get is what the release step makes, and holds nothing of what they are to find out."""

import ast
import json
import os
import re
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest

from cnnlab.checks import EXERCISES, find_exercise

ROOT = Path(__file__).parents[2]


def cells(slug):
    return json.loads((ROOT / "exercises" / slug / f"{slug}.ipynb").read_text(encoding="utf-8"))["cells"]


def source(cell):
    return "".join(cell["source"])


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """Release every exercise anew, into a course of its own."""
    from cnnlab.grading.course import Course
    from cnnlab.grading.release import release

    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions", root / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    with patch.dict(os.environ):  # which the course fills in for its kernels
        course = Course(root)
        course.prepare()
        return {slug: release(course, slug).read_text(encoding="utf-8") for slug in EXERCISES}


def test_the_exercise_is_fresh(slug, released):
    committed = (ROOT / "exercises" / slug / f"{slug}.ipynb").read_text(encoding="utf-8")
    assert committed == released[slug], "the solution has changed: run `make exercises`"


def test_nothing_but_the_notebook_is_given_out():
    found = {
        p.relative_to(ROOT / "exercises").as_posix() for p in (ROOT / "exercises").rglob("*") if p.is_file()
    }
    assert found == {f"{slug}/{slug}.ipynb" for slug in EXERCISES}


@pytest.mark.parametrize(
    "trace",
    [
        "BEGIN ",
        "END ",
        "HIDDEN",
        "SOLUTION",
        "stamp:",
        "mark(",
        "solutions",
        "EXERCISE",
        "np.random.default_rng(7)",
    ],
)
def test_no_marker_and_no_hidden_check_is_left(slug, trace):
    assert not [source(cell) for cell in cells(slug) if trace in source(cell)]


def test_no_line_of_the_answer_is_left(slug, exercise):
    from cnnlab.grading.release import stamp

    text = "\n".join(source(cell) for cell in cells(slug) if cell["cell_type"] == "code")
    answers = stamp((ROOT / "solutions" / slug / "notebook.py").read_text(encoding="utf-8"))
    answers = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", answers, re.DOTALL)
    assert len(answers) == len(exercise.functions)
    for body in answers:
        lines = [line.strip() for line in body.splitlines() if len(line.strip()) > 16]
        assert len(lines) > 1
        assert not [line for line in lines if line in text]


def test_no_question_of_a_mistake_and_no_hidden_case_ships_with_the_package(exercise):
    shipped = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "cnnlab" / "checks").glob("*.py"))
    assert "import solutions" not in shipped
    assert "from solutions" not in shipped
    for mistake in exercise.mistakes:
        for way in mistake.functions:
            assert not [f.__name__ for f in way.values() if f"def {f.__name__}(" in shipped]


def test_untouched_functions_say_that_they_are_not_written(slug, exercise):
    for name in exercise.functions:
        (stub,) = [
            source(c) for c in cells(slug) if c["metadata"].get("nbgrader", {}).get("grade_id") == name
        ]
        function = ast.parse(stub).body[0]
        assert function.name == name
        assert ast.get_docstring(function)
        assert stub.endswith('raise NotImplementedError("write this function here")')
        assert "YOUR CODE HERE" not in stub
        assert len(function.body) == 2


def test_the_notebook_says_where_hints_are_and_what_is_closed(slug, exercise):
    text = " ".join(" ".join(source(cell) for cell in cells(slug) if cell["cell_type"] == "markdown").split())
    assert f"`cnnlab check {slug}` runs all checks" in text
    assert "After a second, different wrong answer it also hints" in text
    assert "are open to" in text and "can be imported, but not called" in text
    for name in exercise.opens:
        assert f"`{name}`" in text
    assert "other numbers; each rung" not in text


def test_every_capability_has_a_check_to_see_and_an_empty_graded_cell(slug):
    public = find_exercise(slug)
    grading = [cell["metadata"].get("nbgrader", {}) for cell in cells(slug)]
    points = {g["grade_id"]: g["points"] for g in grading if g.get("grade")}
    assert points == {f"{public.stem}-{c.name}": c.points for c in public.capabilities}
    visible = [g["grade_id"] for g in grading if g.get("grade_id", "").endswith("-visible")]
    assert visible == [f"{public.stem}-{c.name}-visible" for c in public.capabilities]
    for cell in cells(slug):
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            assert cell["metadata"]["nbgrader"]["locked"]
            assert all(line.startswith("#") for line in source(cell).splitlines() if line)


def test_cell_ids_come_from_grade_ids(slug):
    for cell in cells(slug):
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        assert cell["id"] == grade_id if grade_id else re.fullmatch(r"text-[0-9a-f]{12}", cell["id"])
        assert not cell.get("outputs")
