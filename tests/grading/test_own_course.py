"""A course that is not about convolution, with nbgrader's own commands, as the instructor's page shows it."""

import os
import subprocess
import sys
from textwrap import dedent

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

CONFIG = """
from cnnlab.grading import grade_apart

c = get_config()
c.CourseDirectory.course_id = "statistics"
grade_apart(c, packages=["numpy"])
"""
ANSWER = """
def median(numbers):
    ### BEGIN SOLUTION
    numbers = sorted(numbers)
    return (numbers[(len(numbers) - 1) // 2] + numbers[len(numbers) // 2]) / 2
    ### END SOLUTION
"""
TEST = """
assert median([3, 1, 2]) == 2
### BEGIN HIDDEN TESTS
for numbers in ([4, 1, 3, 2], list(np.arange(9)), [5.0]):
    before = list(numbers)
    assert median(numbers) == np.median(numbers)
    assert numbers == before, "median changed the numbers that it was given"
### END HIDDEN TESTS
"""
WORDS = """
assert isinstance(explanation, str), "an explanation is a text"
min(len(explanation.split()) / 4, 1)  # partial credit: the last value
"""
FLAGS = ("grade", "locked", "solution", "task")


def cell(source, name, **flags):
    metadata = {"schema_version": 3, "grade_id": name, **dict.fromkeys(FLAGS, False)}
    return new_code_cell(source.strip(), metadata={"nbgrader": {**metadata, **flags}})


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("statistics")
    (folder / "nbgrader_config.py").write_text(CONFIG)
    notebook = new_notebook(
        cells=[
            cell("import numpy as np", "imports", locked=True),
            cell(ANSWER, "median", solution=True),
            cell(TEST, "median-test", grade=True, locked=True, points=3),
            cell("explanation = '...'", "explanation", solution=True),
            cell(WORDS, "explanation-test", grade=True, locked=True, points=1),
        ]
    )
    path = folder / "source" / "ps1" / "median.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    nbgrader(folder, "generate_assignment", "ps1")
    return folder


def nbgrader(folder, *command):
    tools = os.path.dirname(sys.executable)
    environment = {**os.environ, "PATH": os.pathsep.join([tools, os.environ["PATH"]])}
    command = [sys.executable, "-m", "nbgrader", *command]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def hand_in(folder, student, answer, explanation="explanation = '...'"):
    notebook = nbformat.read(folder / "release" / "ps1" / "median.ipynb", as_version=4)
    notebook.cells[1].source, notebook.cells[3].source = dedent(answer), explanation
    path = folder / "submitted" / student / "ps1" / "median.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def test_a_course_of_ones_own_is_graded_apart(course):
    right = "def median(numbers):\n    return np.median(numbers)"
    hand_in(course, "ada", right, "explanation = 'the middle of it'")
    hand_in(course, "bob", "def median(numbers):\n    numbers.sort()\n    return np.median(numbers)")
    cheat = """
        import numpy, builtins
        class Always(float):
            def __eq__(self, other): return True
        def median(numbers): return Always()
        numpy.median = lambda numbers: 0.0
        class Long(str):
            def split(self): return range(99)
        explanation = Long("x")
        """
    hand_in(course, "eve", cheat, "explanation = Long('x')")
    nbgrader(course, "autograde", "ps1")
    with Gradebook(f"sqlite:///{course}/gradebook.db", "statistics") as gradebook:
        scores = {s.student.id: (s.score, s.max_score) for s in gradebook.assignment_submissions("ps1")}
        failed = gradebook.find_grade("median-test", "median", "ps1", "bob")
        assert failed.auto_score == 0
    assert scores == {"ada": (4, 4), "bob": (0.25, 4), "eve": (0.25, 4)}
    notebook = nbformat.read(course / "autograded" / "bob" / "ps1" / "median.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [output.evalue for output in outputs if "evalue" in output] == [
        "median changed the numbers that it was given"
    ]
