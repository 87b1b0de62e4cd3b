"""A course of the tests' own: this checkout's solutions, everything that is made in a temporary folder."""

import copy
import json
import os
from pathlib import Path

import pytest

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.course import Course
from cnnlab.grading.engine import Grader, Task
from cnnlab.grading.export import export_spec
from cnnlab.grading.release import release

ROOT = Path(__file__).parents[2]
SLUG = "ch08_conv_backward"
SECRET = "of the tests"


@pytest.fixture(scope="module", autouse=True)
def _environment():
    """A secret that the tests know; what `Course.prepare` puts into the environment ends with the module."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PATH", "PYTHONPATH"):
            patch.setenv(name, os.environ.get(name, ""))
        patch.setenv("CNNLAB_SECRET", SECRET)
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Folders with a space and an accent in their names, as students and instructors have them."""
    folder = tmp_path_factory.mktemp("un cours d'été")
    return Course(ROOT, folder / "build", folder / "exercises")


@pytest.fixture(scope="session")
def assignment(tmp_path_factory):
    """Exercise 8 as nbgrader released it: its cells with their hidden tests, and the students' notebook."""
    folder = tmp_path_factory.mktemp("released")
    course = Course(ROOT, folder / "build", folder / "exercises")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PATH", "PYTHONPATH"):
            patch.setenv(name, os.environ.get(name, ""))
        patch.setenv("CNNLAB_SECRET", SECRET)
        course.prepare()
        path = release(course, SLUG)
        with open_gradebook(course) as gradebook:
            spec = export_spec(gradebook, SLUG, SLUG, path)
    return course, spec, json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def released(assignment):
    """The students' notebook of exercise 8, as a dict that may be changed."""
    return copy.deepcopy(assignment[2])


@pytest.fixture(scope="session")
def grader(assignment):
    """Grade a notebook of exercise 8, given as a dict or as bytes, in a sandbox that all tests share."""
    course, spec, _ = assignment
    worker = Grader(spec, course.apart(SLUG), SECRET)

    def grade_one(notebook, student="ada"):
        data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        return worker(Task(student, data))

    yield grade_one
    worker.close()


def answered(notebook, cells):
    """Write answers into a released notebook: source by the grade id of the cell that it replaces."""
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in cells:
            cell["source"] = cells[name]
    return notebook
