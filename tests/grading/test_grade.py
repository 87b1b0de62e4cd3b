"""A class through all cores into the gradebook: what is graded again, what is not, and what a kill costs."""

import json
import os
import signal
import subprocess
import sys
from textwrap import dedent

import pytest

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.core import Status
from cnnlab.grading.course import Course
from cnnlab.grading.engine import Task, on_cores, workers
from cnnlab.grading.files import alone
from cnnlab.grading.grade import grade, read_statuses
from cnnlab.grading.results import read_class
from solutions.sample_class import LOOPS

from .conftest import SLUG, answered

RIGHT, HALF = LOOPS, {**LOOPS, "conv_backward_input": "x = 1"}


@pytest.fixture
def course(assignment, tmp_path):
    """A gradebook of its own for each test, with the exercise released and nothing handed in."""
    released = assignment[0]
    course = Course(released.root, tmp_path / "build", released.exercises)
    course.build.mkdir()
    course.gradebook.write_bytes(released.gradebook.read_bytes())
    return course


def hand_in(course, released, answers):
    for student, cells in answers.items():
        path = course.notebook("submitted", SLUG, student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(answered(json.loads(json.dumps(released)), cells)), encoding="utf-8")


def scores(course):
    return {submission.student: submission.earned for submission in read_class(course, SLUG)}


def test_only_what_changed_is_graded_again(course, released):
    hand_in(course, released, {"ada": RIGHT, "bob": HALF})
    assert not grade(course, SLUG).reused and scores(course) == {"ada": 14, "bob": 4}
    assert grade(course, SLUG).reused == {"ada", "bob"}
    hand_in(course, released, {"bob": RIGHT})
    told = []
    run = grade(course, SLUG, on_status=lambda *said: told.append(said))
    assert run.reused == {"ada"} and scores(course) == {"ada": 14, "bob": 14}
    assert [(student, status.name, reused) for student, status, reused in told] == [
        ("ada", "graded", True),
        ("bob", "graded", False),
    ]
    assert not grade(course, SLUG, force=True).reused
    assert {name: s.name for name, s in read_statuses(course, SLUG).items()} == {
        "ada": "graded",
        "bob": "graded",
    }


def test_text_stays_as_it_was_released_and_what_students_write_is_made_harmless(course, released):
    hand_in(course, released, {"eve": RIGHT})
    path = course.notebook("submitted", SLUG, "eve")
    handed_in = json.loads(path.read_text(encoding="utf-8"))
    texts = [number for number, cell in enumerate(handed_in["cells"]) if cell["cell_type"] == "markdown"]
    handed_in["cells"][texts[0]]["source"] = "<script>x()</script>"
    path.write_text(json.dumps(handed_in), encoding="utf-8")
    grade(course, SLUG)
    kept = json.loads(course.notebook("autograded", SLUG, "eve").read_text(encoding="utf-8"))["cells"]
    assert kept[texts[0]]["source"].startswith("```html")
    assert len(texts) > 5
    for number in texts[1:]:
        assert kept[number]["source"] == "".join(released["cells"][number]["source"])


def test_nbgrader_comes_without_its_web_pages_and_libraries_until_they_are_asked_for():
    program = """
        import contextlib, sys
        from cnnlab.grading.convert import without_pages

        without_pages()
        import nbgrader
        from nbgrader.api import Gradebook

        absent = ("jupyter_server", "nbgrader.server_ext", "requests", "setuptools", "isoduration")
        assert not [name for name in sys.modules if name.startswith(absent)]
        with contextlib.suppress(AttributeError):  # None is no server
            nbgrader.load_formgrader(None)
        assert "nbgrader.server_extensions.formgrader.formgrader" in sys.modules
        try:
            found = nbgrader.utils.unpack_zipfile("no.zip", ".")
        except Exception as error:
            found = error
        assert type(found) is sys.modules["setuptools.archive_util"].UnrecognizedFormat
    """
    run = subprocess.run([sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_mark_that_changes_though_the_submission_did_not_is_listed_with_its_reason(course, released):
    hand_in(course, released, {"ada": HALF, "bob": RIGHT})
    grade(course, SLUG)
    with open_gradebook(course) as gradebook:
        gradebook.find_grade(
            "conv_backward-bias", SLUG, SLUG, "ada"
        ).auto_score = 0.0  # as an earlier check had it
        gradebook.find_grade("conv_backward-input", SLUG, SLUG, "ada").auto_score = 3.0
        gradebook.db.commit()
    changes = {change.cell: change for change in grade(course, SLUG, force=True).changes}
    assert {change.student for change in changes.values()} == {"ada"}
    bias, dx = changes["conv_backward-bias"], changes["conv_backward-input"]
    assert (bias.before, bias.after) == (0, 1) and "right" in bias.reason
    assert (dx.before, dx.after) == (3, 0) and "NotImplementedError" in dx.reason


def test_what_cannot_be_found_has_a_status_and_no_marks(course, released):
    hand_in(course, released, {"ada": RIGHT})
    folder = course.submitted / "bob" / SLUG
    folder.mkdir(parents=True)
    (folder / "essay.pdf").write_bytes(b"%PDF")
    (course.submitted / "eve" / SLUG).mkdir(parents=True)
    statuses = grade(course, SLUG).statuses
    assert {name: status.name for name, status in statuses.items()} == {
        "ada": "graded",
        "bob": "misnamed",
        "eve": "missing",
    }
    assert "essay.pdf" in statuses["bob"].note and statuses["bob"].advice
    assert scores(course) == {"ada": 14, "bob": 0, "eve": 0}


def test_a_submission_that_kills_its_worker_harms_no_other():
    tasks = [Task("ada", status=Status("missing")), Task("bad", b"x"), Task("eve", status=Status("missing"))]
    with workers(Killer(), 2) as pool:
        finished = on_cores(tasks, Nothing(), "", pool=pool, jobs=2, seconds=9)
        ended = {task.student: graded.status for task, graded in finished}
    assert ended["ada"].name == ended["eve"].name == "missing"
    assert ended["bad"].name == "failed" and "its worker ended" in ended["bad"].note


class Nothing:
    """Stand in for an assignment without cells."""

    cells = ()


class Killer:
    """Stand in for a sandbox whose start ends the worker."""

    def __call__(self):
        os.kill(os.getpid(), signal.SIGKILL)


KILLED = dedent(
    """
    import sys
    from pathlib import Path
    from cnnlab.grading.course import Course
    from cnnlab.grading import grade

    grade.BATCH = 2
    build, exercises = map(Path, sys.argv[1:3])
    course = Course(Path.cwd(), build, exercises)
    if __name__ == "__main__":
        grade.grade(course, "ch08_conv_backward", jobs=1, on_status=lambda *said: print(said[0], flush=True))
    """
)


def test_a_run_killed_at_any_point_goes_on_and_loses_nothing(course, released, tmp_path):
    students = [f"student{number}" for number in range(6)]
    hand_in(course, released, dict.fromkeys(students, RIGHT) | {"student3": HALF})
    script = tmp_path / "run.py"
    script.write_text(KILLED)
    command = [sys.executable, str(script), str(course.build), str(course.exercises)]
    seen = set()
    for enough in (1, 3, 5):  # killed after so many more, then once more from there
        process = subprocess.Popen(
            command, cwd=course.root, stdout=subprocess.PIPE, text=True, env=environment()
        )
        told = [process.stdout.readline() for _ in range(enough)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        seen.update(line.strip() for line in told)
        kept = set(read_statuses(course, SLUG))
        assert kept <= set(students)
        for student in kept:  # a mark is never there without its notebook
            assert course.notebook("autograded", SLUG, student).exists()
    run = grade(course, SLUG)
    assert run.reused == kept and set(run.statuses) == set(students)
    assert scores(course) == dict.fromkeys(students, 14.0) | {"student3": 4.0}
    with open_gradebook(course) as gradebook:
        assert len(gradebook.assignment_submissions(SLUG)) == len(students)


def environment():
    """Run this checkout's package, with the tests' secret."""
    root = str(Course.find().root)
    return {**os.environ, "PYTHONPATH": root}


def test_two_runs_at_once_do_not_get_into_each_others_way(course, released):
    hand_in(course, released, {"ada": RIGHT})
    with (
        alone(course.build / ".grading"),
        pytest.raises(BlockingIOError, match=f"process {os.getpid()} is grading"),
    ):
        grade(course, SLUG)
    assert set(grade(course, SLUG).statuses) == {"ada"}


def test_what_is_finished_when_ctrl_c_comes_is_kept(course, released):
    hand_in(course, released, {"ada": RIGHT, "bob": RIGHT, "eve": RIGHT})

    def stop(student, status, reused):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(course, SLUG, on_status=stop)
    kept = set(read_statuses(course, SLUG))
    assert len(kept) == 1
    assert grade(course, SLUG).reused == kept


def test_a_time_that_is_none_is_set_aside_but_not_in_a_folder_that_is_elsewhere(course, released, tmp_path):
    hand_in(course, released, dict.fromkeys(["ada", "bob", "eve"], RIGHT))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "timestamp.txt").write_text("soon")
    (course.submitted / "zoe").mkdir()
    (course.submitted / "zoe" / SLUG).symlink_to(outside)
    ada, bob, eve = (course.submitted / name / SLUG for name in ("ada", "bob", "eve"))
    os.mkfifo(ada / "timestamp.txt")
    (bob / "timestamp.txt").write_text("2026-05-04 12:00:00 UTC")
    (eve / "timestamp.txt").write_text("yesterday")
    assert grade(course, SLUG).statuses["ada"].name == "graded"
    assert (ada / "timestamp.unreadable").is_fifo() and not os.path.lexists(ada / "timestamp.txt")
    assert (bob / "timestamp.txt").exists() and (outside / "timestamp.txt").read_text() == "soon"
    assert (eve / "timestamp.unreadable").read_text() == "yesterday"
    assert {"ada", "bob", "eve"} < grade(course, SLUG).reused  # what is left aside changes nothing
