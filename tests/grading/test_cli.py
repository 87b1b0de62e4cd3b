"""The command: exit codes that scripts can trust, errors of one line, folders with spaces and accents."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnnlab import cli
from cnnlab.__main__ import main
from cnnlab.checks import EXERCISES
from cnnlab.cli.command import one_line
from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.core import Status
from cnnlab.grading.course import Course
from cnnlab.grading.grade import Run
from cnnlab.grading.practice.exercises import exercises_folder
from cnnlab.grading.practice.memory import MEMORY
from cnnlab.grading.sandbox import IsolationError
from solutions.sample_class import SAMPLE_CLASS, hand_in
from tests.grading.gradebooks import course_in

SLUG = "ch08_conv_backward"
COMMANDS = """demo train data start check status audit
    release collect grade report similar export forget serve""".split()


def run(*arguments):
    return CliRunner().invoke(cli.app, list(map(str, arguments)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where a student works."""
    here = tmp_path / "mes études" / "été"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("COLUMNS", "200")
    return here


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """The sample class's notebooks by student, from the exercise as it is in the repository."""
    course = Course(Path(__file__).parents[2], tmp_path_factory.mktemp("class"))
    hand_in(course)
    return {
        a.student: course.notebook("submitted", SLUG, a.student).read_text(encoding="utf-8")
        for a in SAMPLE_CLASS
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_by_an_example(command):
    said = run(command, "--help")
    assert said.exit_code == 0
    assert "Example:" in said.output
    assert command in run("--help").output


def test_start_puts_the_exercise_there_and_never_over_work(folder):
    assert run("start", "ch08", "--no-open").exit_code == 0
    path = folder / SLUG / f"{SLUG}.ipynb"
    fresh = (exercises_folder() / SLUG / f"{SLUG}.ipynb").read_bytes()
    assert path.read_bytes() == fresh
    path.write_text("my work")
    assert "Your work is still there" in run("start", "ch08", "--no-open").output
    assert path.read_text() == "my work"
    assert run("start", "ch08", "--no-open", "--force").exit_code == 0
    assert path.read_bytes() == fresh
    assert path.with_name(f"{SLUG} (earlier 1).ipynb").read_text() == "my work"
    assert len(list(path.parent.iterdir())) == 2


def test_start_opens_jupyterlab(folder, monkeypatch):
    called = []
    monkeypatch.setattr(cli.student.subprocess, "call", lambda command: called.append(command) or 0)
    assert run("start", "ch07", "a folder").exit_code == 0
    assert called[0][1:3] == ["-m", "jupyterlab"]
    assert called[0][3].endswith("ch07_conv_forward.ipynb")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["start", "ch99", "--no-open"],
            f'there is no exercise "ch99"; there are {", ".join(EXERCISES)}',
        ),
        (["check"], "no exercise in .: `cnnlab start ch07` puts one there"),
        (["check", "nowhere.ipynb"], "there is no notebook or folder nowhere.ipynb"),
        (["check", "--case", "ch08:dy"], '"dy" is not name=value'),
        (
            ["data", "info", "cifar"],
            'there is no data set "cifar"; there are digits, mnist, spoken-digits, mri',
        ),
        (["release", "ch99"], 'there is no exercise "ch99"; there are'),
    ],
)
def test_an_error_is_one_line(folder, arguments, line):
    said = run(*arguments)
    assert said.exit_code == 1
    assert said.output.startswith(f"cnnlab: {line}")
    assert said.output.count("\n") == 1


@pytest.mark.parametrize("name", [SLUG, "ch08"])
def test_who_stands_inside_the_folder_is_told_what_to_say(folder, monkeypatch, name):
    assert run("start", SLUG, "--no-open").exit_code == 0
    monkeypatch.chdir(folder / SLUG)
    said = run("check", name)
    assert said.exit_code == 1
    assert (
        said.output == f"cnnlab: there is no notebook or folder {name}; you are inside it: `cnnlab check`\n"
    )


def test_misspelt_commands_end_with_two():
    assert run("chek").exit_code == 2


@pytest.mark.parametrize(("student", "code"), [("einsum", 0), ("flipped-kernel", 1), ("untouched", 1)])
def test_check_tells_right_from_wrong(folder, answers, student, code):
    (folder / f"{SLUG}.ipynb").write_text(answers[student], encoding="utf-8")
    said = run("check")
    assert said.exit_code == code, said.output
    right = {"einsum": 8, "flipped-kernel": 2, "untouched": 0}[student]
    assert said.output.count("✓") == said.output.count("passes what you can see") == right


def test_hints_come_after_a_second_different_answer(folder, answers):
    path = folder / f"{SLUG}.ipynb"
    wrong = answers["flipped-kernel"]
    for text, hinted in [
        (wrong, False),
        (wrong, False),
        (wrong.replace("np.flip(weight", "-np.flip(weight"), True),
    ]:
        path.write_text(text, encoding="utf-8")
        assert ("three views, one result" in run("check", path).output) == hinted
    path.write_text(answers["einsum"], encoding="utf-8")
    run("check", path)
    assert json.loads((folder / MEMORY).read_text(encoding="utf-8"))[path.name]["failed"] == {}


def test_a_misconception_is_told_once(folder, answers):
    path = folder / f"{SLUG}.ipynb"
    for text in (
        answers["flipped-kernel"],
        answers["flipped-kernel"].replace("np.flip(weight", "+np.flip(weight"),
    ):
        path.write_text(text, encoding="utf-8")
        said = " ".join(run("check", path).output.split())
    assert said.count("This looks like: a kernel turned once too often") == 1
    assert said.count("As on rung `input`.") == 5
    assert said.count('Chapter 8, "') == 6


def test_an_exception_is_told_with_its_line(folder, answers):
    path = folder / f"{SLUG}.ipynb"
    path.write_text(answers["flipped-kernel"].replace("np.flip(weight", "np.flop(weight"), encoding="utf-8")
    said = " ".join(run("check", path).output.split())
    assert "AttributeError: module 'numpy' has no attribute 'flop'" in said
    assert re.search(r", in line \d+ of your cell: `\w+", said)


def test_a_case_of_the_feedback_can_be_run_again(folder, answers):
    case = ("--case", "ch08:dy=[[[1]]],weight=[[[1,2]]],spatial=[2]")
    (folder / f"{SLUG}.ipynb").write_text(answers["flipped-kernel"], encoding="utf-8")
    said = run("check", *case)
    assert "You return [2, 1]; at [0, 0, 0] the numerical slope is 1." in said.output
    assert said.exit_code == 1
    (folder / f"{SLUG}.ipynb").write_text(answers["einsum"], encoding="utf-8")
    assert run("check", *case).exit_code == 0


def test_a_notebook_that_ends_python_or_is_none_is_said_in_a_line(folder, answers):
    path = folder / f"{SLUG}.ipynb"
    path.write_text(
        answers["untouched"].replace("import numpy as np", "import os; os._exit(0)"), encoding="utf-8"
    )
    assert "ended Python before it could be checked" in run("check").output
    path.write_text("{}", encoding="utf-8")
    assert "the file is not a notebook" in run("check").output


def test_a_missing_extra_names_the_command_that_installs_it(folder, monkeypatch):
    monkeypatch.setattr(
        "cnnlab.grading.course.Course.find", classmethod(lambda cls: __import__("missing_tool"))
    )
    said = run("release")
    assert said.output == "cnnlab: this needs missing_tool: pip install 'cnnlab[instructor]'\n"
    assert said.exit_code == 1


def test_no_name_means_every_exercise(course, monkeypatch):
    monkeypatch.setattr("cnnlab.grading.course.Course.find", classmethod(lambda cls: course))
    released = [course.notebook("exercises", slug) for slug in course.slugs]
    said = run("release").output.splitlines()
    assert said[::2] == [str(path) for path in released]
    assert said[1::2] == [
        f"Next: give students this file; then cnnlab collect {slug[:4]} <zip or folder>"
        for slug in course.slugs
    ]
    assert all(path.is_file() for path in released)


@pytest.fixture
def school(tmp_path, monkeypatch):
    """A course with a gradebook, for the instructor's commands."""
    made = course_in(tmp_path)
    monkeypatch.setattr("cnnlab.grading.course.Course.find", classmethod(lambda cls: made))
    monkeypatch.setenv("COLUMNS", "200")
    return made


def test_collect_lines_up_names_of_any_script_and_says_what_is_next(school, tmp_path):
    for name in ("ada", "学生"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "work.ipynb").write_text("{}")
    said = run("collect", "ch08", tmp_path / "in")
    assert said.output.splitlines() == [
        "ada   new",
        "学生  new",
        "Submissions collected: 2; things to look at: 0.",
        "Next: cnnlab grade ch08",
    ]
    assert said.exit_code == 0
    (tmp_path / "in" / "eve").mkdir()
    (tmp_path / "in" / "eve" / "work.pdf").write_text("x")
    said = run("collect", "ch08", tmp_path / "in", "--dry-run")
    assert said.output.splitlines()[2:] == [
        "eve handed in no notebook: work.pdf.",
        "Submissions that would be collected (nothing was done): 2; things to look at: 1.",
    ]
    assert said.exit_code == 1


@pytest.mark.parametrize(("ended", "code"), [("graded", 0), ("crashed", 1)])
def test_grade_says_how_many_it_could_not(school, monkeypatch, ended, code):
    (school.submitted / "ada" / SLUG).mkdir(parents=True)
    monkeypatch.setattr("cnnlab.grading.grade.grade", lambda *course, **options: Run({"ada": Status(ended)}))
    published = []

    def publish(*run, alike, regrade):
        published.append((callable(alike), regrade))

    monkeypatch.setattr("cnnlab.grading.show.publish", publish)
    said = run("grade", "ch08", "--regrade")
    assert said.exit_code == code
    assert ("1 not graded to the end: listed above" in said.output) == bool(code)
    assert published == [(True, True)]


def test_what_was_not_released_was_not_graded(school, monkeypatch):
    with open_gradebook(school) as gradebook:
        gradebook.remove_assignment(SLUG)
    said = run("report", "ch08")
    assert said.output == "cnnlab: nothing was graded yet: `cnnlab grade` does\n"


def test_nothing_alike_is_said(school, monkeypatch):
    monkeypatch.setattr("cnnlab.grading.similar.similar", lambda course, slug, **options: [])
    assert run("similar", "ch08").output == f"{SLUG}  nothing stands out\n"


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("mysql://me:secret@host/grades", "the gradebook cannot lie in mysql: sqlite:///FILE and postgresql"),
        ("sqlite:////nowhere/at/all.db", "the gradebook cannot be used: unable to open database file"),
        ("grades", "the gradebook cannot be used: Could not parse"),
    ],
)
def test_a_gradebook_that_cannot_be_used_is_said_in_a_line(school, monkeypatch, url, line):
    monkeypatch.setenv("CNNLAB_GRADEBOOK", url)
    said = run("export", "ch08")
    assert said.output.startswith(f"cnnlab: {line}")
    assert said.output.count("\n") == 1
    assert "secret" not in said.output


def test_a_lack_of_isolation_is_said_in_as_many_lines_as_it_has():
    assert one_line(IsolationError("bubblewrap is missing:\n  apt install it")).count("\n") == 1


def test_output_without_unicode_is_plain_and_never_stumbles(folder, answers):
    path, environment = folder / f"{SLUG} мой.ipynb", os.environ | {"PYTHONIOENCODING": "ascii"}
    path.write_text(answers["flipped-kernel"], encoding="utf-8")
    for command in ("check", "status"):
        done = subprocess.run(
            [sys.executable, "-m", "cnnlab", command], capture_output=True, env=environment, check=False
        )
        assert b"UnicodeEncodeError" not in done.stderr
        said = done.stdout.decode("ascii")
        if command == "check":
            signs = re.findall(r"(?m)^\| \w+ +\| (\S+) +\|", said)
            assert (signs.count("ok"), signs.count("x")) == (2, 6)
    assert "???.ipynb" in said


def test_without_typer_the_command_says_what_to_install():
    code = "import sys; sys.modules['typer'] = None; import cnnlab.cli"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "cnnlab: the command needs more than the library: pip install 'cnnlab[student]'\n"


def test_the_students_commands_need_no_instructors_tools():
    tools = "nbgrader nbconvert jupytext jinja2 sqlalchemy".split()
    code = f"import sys; sys.modules |= dict.fromkeys({tools}); from cnnlab.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "nowhere"], capture_output=True, text=True, check=False
    )
    assert done.stderr == "cnnlab: there is no notebook or folder nowhere\n"


@pytest.mark.parametrize(
    ("word", "first"), [("grade", ["a process", "the command"]), ("check", ["the command"])]
)
def test_grading_alone_starts_another_process_before_the_command(word, first, monkeypatch):
    said = []
    monkeypatch.setattr("sys.argv", ["cnnlab", word])
    monkeypatch.setattr("gc.set_threshold", lambda *thresholds: None)  # it would hold for all tests to come
    monkeypatch.setattr("cnnlab.grading.forking.get_ready", lambda: said.append("a process"))
    monkeypatch.setattr("cnnlab.cli.app", lambda: said.append("the command"))
    main()
    assert said == first


def test_ctrl_c_ends_in_a_line(monkeypatch):
    monkeypatch.setattr("cnnlab.datasets.handwriting", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    said = run("train")
    assert (said.exit_code, said.output) == (130, "cnnlab: stopped; nothing was left half-written\n")
