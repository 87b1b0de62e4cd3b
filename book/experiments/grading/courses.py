"""Courses that last as long as a measurement: this checkout's package and solutions, everything else new."""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from cnnlab.grading.course import Course
from cnnlab.grading.release import release
from solutions.sample_class import SLUG

from .handed_in import hand_in

ROOT = Path(__file__).resolve().parents[3]
LINKED = "cnnlab", "solutions", "book"


@contextlib.contextmanager
def course_with(count, **options):
    """Make a course with exercise 8 released and so many submissions, in a folder that is gone afterwards."""
    kept = {name: os.environ.get(name) for name in ("PATH", "PYTHONPATH", "CNNLAB_SECRET")}
    with tempfile.TemporaryDirectory(prefix="cnnlab-class-") as folder:
        course = Course(Path(folder))
        os.environ["CNNLAB_SECRET"] = "of the measurement"
        for name in LINKED:
            (course.root / name).symlink_to(ROOT / name)
        shutil.copy(ROOT / "nbgrader_config.py", course.root)
        try:
            course.prepare()
            release(course, SLUG)
            hand_in(course, count, **options)
            yield course
        finally:
            for name, value in kept.items():
                os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def surroundings(root):
    """Give a command its environment: this checkout's package, compiled files as everybody has them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    tools = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return kept | {"PYTHONPATH": str(root), "PATH": tools}
