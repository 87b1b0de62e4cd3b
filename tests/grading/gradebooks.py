"""A small gradebook that nbgrader made: exercise 8 with two tests and an essay, no notebook and no kernel."""

import functools
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.course import Course

SLUG = "ch08_conv_backward"
OTHER = "ch07_conv_forward"
ROOT = Path(__file__).parents[2]
CELLS = {"dx-input": (2, "code"), "dx-padding": (3, "code"), "essay": (4, "markdown")}


@functools.cache
def template():
    """Make the gradebook once: two exercises with the same cells, due on 1 October."""
    course = Course(ROOT, Path(tempfile.mkdtemp()) / "build")
    course.prepare()
    with open_gradebook(course) as gradebook:
        for slug in (SLUG, OTHER):
            gradebook.add_assignment(slug, duedate="2026-10-01 12:00:00 UTC")
            gradebook.add_notebook(slug, slug)
            gradebook.add_solution_cell("dx", slug, slug)
            for name, (points, kind) in CELLS.items():
                gradebook.add_grade_cell(name, slug, slug, max_score=points, cell_type=kind)
                gradebook.add_source_cell(name, slug, slug, source="pass", cell_type=kind, checksum="1")
    return course.gradebook


def course_in(folder):
    """Make a course with a gradebook of its own and nobody in it."""
    course = Course(ROOT, folder / "build", folder / "exercises")
    course.build.mkdir(parents=True)
    shutil.copy(template(), course.gradebook)
    return course


def enter(course, student, marks, slug=SLUG, *, by_hand=None, penalty=None):
    """Enter a submission with its automatic marks, a mark given by hand for the essay, and a penalty."""
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.add_submission(slug, student, timestamp=datetime(2026, 10, 2))
        notebook = gradebook.find_submission_notebook(slug, slug, student)
        notebook.late_submission_penalty = penalty
        notebook.comments[0].manual_comment = f"Well done, {student}."
        for grade in notebook.grades:
            grade.auto_score = marks.get(grade.name)
            grade.needs_manual_grade = grade.name == "essay" and by_hand is None
            if grade.name == "essay":
                grade.manual_score = by_hand
        gradebook.db.commit()
