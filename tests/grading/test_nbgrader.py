"""nbgrader's own command, from the course's root, grades as `cnnlab grade` does."""

import os
import shutil
import subprocess
import sys

from cnnlab.grading.course import Course
from cnnlab.grading.release import release
from cnnlab.grading.results import read_points
from solutions.sample_class import SAMPLE_CLASS, SLUG, hand_in
from tests.grading.conftest import ROOT


def test_stock_autograde_from_the_root(tmp_path, monkeypatch):
    monkeypatch.delenv("CNNLAB_SECRET")
    for name in ("solutions", "book"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    course = Course(tmp_path)
    course.prepare()
    release(course, SLUG)
    hand_in(
        course, [answer for answer in SAMPLE_CLASS if answer.student in ("flipped-kernel", "copied-cells")]
    )
    bare = {name: value for name, value in os.environ.items() if name not in ("CNNLAB_SECRET", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", SLUG],
        cwd=tmp_path,
        env=bare | {"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    earned = {student: sum(points.values()) for student, points in read_points(course, SLUG).items()}
    assert earned == {"flipped-kernel": 10, "copied-cells": 14}
    assert (course.build / "secret").stat().st_mode & 0o777 == 0o600
