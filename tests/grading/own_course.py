"""A course that nbgrader alone made: one notebook with tests, answers to be read, a task and an exchange."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

COURSE, SLUG = "statistics", "ps1"
ROOT = Path(__file__).parents[2]
HIDDEN = ("7777.25", "hidden_check", "three words will do", "the task is about order")
CONFIG = """
from cnnlab.grading import grade_apart

c = get_config()
c.CourseDirectory.course_id = "statistics"
c.Exchange.root = {exchange!r}
c.LateSubmissionPlugin.penalty_method = "zero"
grade_apart(c)
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
hidden_check = [7777.25, 7777.25, 3.0]
assert median(hidden_check) == 7777.25
### END HIDDEN TESTS
"""
ESSAY = """
Explain in words.
=== BEGIN MARK SCHEME ===
three words will do
=== END MARK SCHEME ===
"""
TASK = """
Add a cell below, in which you sort by hand.
=== BEGIN MARK SCHEME ===
the task is about order
=== END MARK SCHEME ===
"""
RIGHT = "def median(numbers):\n    return np.median(numbers)"
FLAGS = {"schema_version": 3, "grade": False, "locked": False, "solution": False, "task": False}


def make_course(folder):
    """Write a course with its source notebook, and let nbgrader generate the students' one."""
    (folder / "exchange").mkdir(parents=True)
    (folder / "exchange").chmod(0o777)
    (folder / "nbgrader_config.py").write_text(CONFIG.format(exchange=str(folder / "exchange")))
    cells = [
        (new_code_cell, "import numpy as np", "imports", {"locked": True}),
        (new_code_cell, ANSWER, "median", {"solution": True}),
        (new_code_cell, TEST, "median-test", {"grade": True, "locked": True, "points": 3}),
        (new_markdown_cell, ESSAY, "essay", {"grade": True, "solution": True, "points": 4}),
        (new_code_cell, "# Plot it.", "plot", {"grade": True, "solution": True, "points": 2}),
        (new_markdown_cell, TASK, "sorting", {"locked": True, "task": True, "points": 1}),
    ]
    notebook = new_notebook(
        cells=[
            make(source.strip(), metadata={"nbgrader": {**FLAGS, "grade_id": name, **flags}})
            for make, source, name, flags in cells
        ]
    )
    path = folder / "source" / SLUG / "median.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    nbgrader(folder, "db", "assignment", "add", SLUG, "--duedate=2020-10-01 12:00:00 UTC")
    nbgrader(folder, "generate_assignment", SLUG)
    return folder


def environment(folder, **variables):
    """Let nbgrader find this checkout and its tools, and no other configuration."""
    tools = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    return {
        **os.environ,
        "PATH": tools,
        "PYTHONPATH": str(ROOT),
        "JUPYTER_CONFIG_DIR": str(folder / ".jupyter"),
        **variables,
    }


def nbgrader(folder, *command, status=0, **variables):
    """Run a command of nbgrader's as in a terminal; return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=folder,
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == status, done.stderr[-3000:]
    return done.stdout + done.stderr


def answered(folder, **answers):
    """Answer the released notebook: sources by grade id; `more` is a list of cells to add at its end."""
    notebook = nbformat.read(folder / "release" / SLUG / "median.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
    notebook.cells += answers.get("more", [])
    return notebook


def hand_in(folder, student, *, at="2020-10-01 11:00:00 UTC", **answers):
    """Lay a submission where `nbgrader collect` lays it; return its folder."""
    place = folder / "submitted" / student / SLUG
    place.mkdir(parents=True)
    (place / "timestamp.txt").write_text(at)
    nbformat.write(answered(folder, **answers), place / "median.ipynb")
    return place


def autograded(folder, student):
    """Read the notebook that nbgrader wrote of a submission."""
    return nbformat.read(folder / "autograded" / student / SLUG / "median.ipynb", as_version=4)
