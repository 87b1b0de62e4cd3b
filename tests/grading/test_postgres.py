"""The same class into PostgreSQL: a real one, started for the test."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from cnnlab.grading.course import Course
from cnnlab.grading.grade import grade
from cnnlab.grading.release import release
from cnnlab.grading.results import read_class
from solutions.sample_class import LOOPS

from .conftest import ROOT, SLUG
from .test_grade import hand_in


def tools():
    """Find PostgreSQL's programs: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return Path(found or (places[0] if places else "initdb")).parent


@pytest.fixture(scope="module")
def server():
    """A server that listens at a socket in a folder of its own, and at no port."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        yield from serve(Path(folder))


def serve(folder):
    """Run a server in a folder while its address is used; not as root, which it refuses."""
    nobody = {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}
    if nobody:
        shutil.chown(folder, **nobody)

    def run(name, *args):
        subprocess.run([tools() / name, *args], check=True, capture_output=True, cwd=folder, **nobody)

    run("initdb", "--pgdata", folder / "data", "--username", "course", "--auth", "trust", "--no-sync")
    control = "pg_ctl", "--pgdata", folder / "data", "--log", folder / "log", "--wait"
    run(*control, "--options", f"-c listen_addresses='' -k {folder}", "start")
    yield f"postgresql+psycopg://course@/postgres?host={folder}"
    run(*control, "--mode", "immediate", "stop")


def test_a_class_is_graded_into_postgres(server, tmp_path, monkeypatch, released):
    monkeypatch.setenv("CNNLAB_GRADEBOOK", server)
    course = Course(ROOT, tmp_path / "build", tmp_path / "exercises")
    course.prepare()
    release(course, SLUG)
    hand_in(course, released, {"ada": LOOPS, "bob": {**LOOPS, "conv_backward_input": "x = 1"}})
    assert grade(course, SLUG).reused == set()
    assert {s.student: s.earned for s in read_class(course, SLUG)} == {"ada": 14, "bob": 4}
    assert grade(course, SLUG).reused == {"ada", "bob"} and not course.gradebook.exists()
    with create_engine(server).connect() as connection:
        rows = connection.execute(
            text("select student, status from cnnlab_submission order by student")
        ).all()
    assert rows == [("ada", "graded"), ("bob", "graded")]
