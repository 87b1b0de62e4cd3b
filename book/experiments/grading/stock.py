"""The same notebooks by nbgrader as it comes: one kernel a submission, the tests in the notebook.

The tests are the course's own, called from their cells as a stock course would. One command goes over all
submissions, for a command for each takes three times as long.
"""

import json
import subprocess
import sys
import time

from cnnlab.grading.files import replace_text
from cnnlab.grading.release import instructors_notebook
from cnnlab.grading.spec import PASTIME
from solutions.sample_class import SLUG

from .courses import ROOT, surroundings

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("write this function here")'}
"""
OURS = "from cnnlab.grading import mark\n"
STOCK = """import cnnlab.checks
from cnnlab.grading.practice.limits import TimeLimit


def mark(exercise, capability, namespace):
    result = cnnlab.checks.score(exercise, capability, namespace, b"stock", call=TimeLimit())
    print(result.text())
    return float(result.earned)

"""


def make_course(folder, submissions, *, spared=False):
    """Release exercise 8 in a stock course, and hand in.

    Parameters
    ----------
    folder : Path
    submissions : dict of str to str
        Notebooks by student.
    spared : bool
        Empty the cells that bear on no mark, the visible checks and the trophy, which nbgrader would run.
    """
    text = (ROOT / "solutions" / SLUG / "notebook.py").read_text(encoding="utf-8")
    notebook = json.loads(instructors_notebook(text.replace(OURS, STOCK)))
    for cell in notebook["cells"] if spared else ():
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "").endswith(PASTIME):
            cell["source"] = ""
    replace_text(folder / "nbgrader_config.py", CONFIG)
    replace_text(folder / "source" / SLUG / f"{SLUG}.ipynb", json.dumps(notebook))
    command(folder, "generate_assignment", SLUG)
    for student, text in submissions.items():
        replace_text(folder / "submitted" / student / SLUG / f"{SLUG}.ipynb", text)


def command(folder, *words):
    """Run one of nbgrader's commands in a course's folder, and return the seconds that it took."""
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder,
        env=surroundings(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"nbgrader {words[0]}: {ran.stderr[-2000:]}")
    return time.perf_counter() - began
