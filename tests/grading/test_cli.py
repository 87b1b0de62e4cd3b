"""The command: exit codes that scripts can trust, errors of one line, folders with spaces and accents."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnnlab import cli
from cnnlab.grading.course import Course
from cnnlab.grading.practice.exercises import exercises_folder
from cnnlab.grading.practice.memory import MEMORY
from solutions.sample_class import SAMPLE_CLASS, hand_in

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
            'there is no exercise "ch99"; there are ch07_conv_forward, ch08_conv_backward',
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
    released = [str(course.notebook("exercises", slug)) for slug in course.slugs]
    assert run("release").output.splitlines() == released
    assert all(Path(path).is_file() for path in released)


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


def test_ctrl_c_ends_in_a_line(monkeypatch):
    monkeypatch.setattr("cnnlab.datasets.handwriting", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    said = run("train")
    assert (said.exit_code, said.output) == (130, "cnnlab: stopped; nothing was left half-written\n")
