"""The student's progress: recalled where nothing changed, found anew where something did, and a next step."""

import io
import json
import os
from pathlib import Path

import pytest
from grading.practice_notebooks import ROOT, put
from rich.console import Console

from cnnlab.checks import EXERCISES, find_exercise
from cnnlab.grading.practice import status
from cnnlab.grading.practice.exercises import ExerciseError
from cnnlab.grading.practice.memory import recall
from cnnlab.grading.practice.status import Standing, notebooks, shown, status_table, survey
from solutions.sample_class import FLIPPED, LOOPS, SLUG

EXERCISE = find_exercise(SLUG)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where a student works."""
    here = tmp_path / "mes études"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def checks(monkeypatch):
    """The notebooks that are checked anew."""
    checked, real = [], status.practise

    def practise(path):
        checked.append(path.name)
        return real(path)

    monkeypatch.setattr(status, "practise", practise)
    return checked


def of(standings, slug=SLUG):
    return next(standing for standing in standings if standing.exercise.slug == slug)


def text(standings, width=80, **options):
    """The table as a file gets it."""
    file = io.StringIO()
    console = Console(file=file, width=width, no_color=True)
    console.print(status_table(standings, **options))
    return file.getvalue()


def test_what_was_not_started_shows_how_to_start(folder):
    standings = survey(folder)
    assert [standing.exercise.slug for standing in standings] == list(EXERCISES)
    assert [standing.advice() for standing in standings] == [f"cnnlab start {slug[:4]}" for slug in EXERCISES]


def test_only_what_changed_is_checked_again(folder, checks):
    path = put(folder / SLUG, FLIPPED)
    first = of(survey(folder))
    assert (first.passed, first.results["input"]) == (2, "wrong")
    assert first.when == recall(path).when
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell |= {"outputs": [{"output_type": "stream", "text": "new"}]} if cell["cell_type"] == "code" else {}
        cell["metadata"]["collapsed"] = True
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "My notes."})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert of(survey(folder)) == first
    assert checks == [path.name]
    put(folder / SLUG, LOOPS)
    assert of(survey(folder)).passed == 8
    assert checks == [path.name] * 2


def test_a_check_of_another_version_is_no_longer_taken_for_true(folder, checks, monkeypatch):
    put(folder, LOOPS)
    survey(folder)
    monkeypatch.setattr("cnnlab.__version__", "99")
    survey(folder)
    assert len(checks) == 2


def test_what_cannot_be_checked_is_said_in_its_row(folder):
    put(folder, first=["import os; os._exit(0)"])
    (folder / "ch07_conv_forward.ipynb").write_bytes(b"\xff\xfe")
    standings = survey(folder)
    assert "ended Python before it could be checked, in cell 1" in of(standings).advice()
    assert "ch07_conv_forward.ipynb cannot be read" in of(standings, "ch07_conv_forward").advice()


def test_a_folder_that_is_not_there_is_an_error(folder):
    with pytest.raises(ExerciseError, match="there is no folder nowhere"):
        survey(Path("nowhere"))


def test_the_notebook_that_bears_the_name_counts_else_the_one_saved_last(folder):
    other, named = put(folder, name="my try.ipynb"), put(folder / "a" / "b" / "c" / "d")
    newer = put(folder, name="newer.ipynb")
    for age, path in enumerate([newer, other, named]):
        os.utime(path, (1e9 - age, 1e9 - age))
    assert notebooks(folder) == {SLUG: named}
    named.unlink()
    assert notebooks(folder) == {SLUG: newer}


@pytest.mark.parametrize("place", [".ipynb_checkpoints", ".venv", "_build", "node_modules", "a/b/c/d/e"])
def test_what_is_nobodys_work_is_passed_over(folder, place):
    put(folder / place)
    assert notebooks(folder) == {}


NAMES = [capability.name for capability in EXERCISE.capabilities]


@pytest.mark.parametrize(
    ("results", "advice"),
    [
        (dict.fromkeys(NAMES, "right"), "hand it in: all that you can see is right"),
        (dict.fromkeys(NAMES, "missing"), "begin with the first rung, `bias`"),
        (dict.fromkeys(NAMES, "missing") | {"bias": "right"}, "next rung: `weight`"),
        (dict.fromkeys(NAMES, "right") | {"axes": "wrong"}, f"look at `axes` again: cnnlab check {SLUG}"),
        (dict.fromkeys(NAMES, "timeout"), f"look at `bias` again: cnnlab check {SLUG}"),
    ],
)
def test_the_next_step_is_the_first_rung_that_is_left(folder, results, advice):
    path = folder / SLUG / f"{SLUG}.ipynb"
    assert Standing(EXERCISE, path, results).advice() == advice


def test_a_cell_that_stops_goes_first_and_is_remembered(folder, checks):
    put(folder / SLUG, first=["1 / 0"])
    for _ in range(2):
        standing = of(survey(folder))
        assert (standing.passed, standing.stopped) == (8, True)
        assert standing.advice() == f"a cell does not run to its end: cnnlab check {SLUG}"
    assert len(checks) == 1
    put(folder / SLUG)
    assert of(survey(folder)).advice() == "hand it in: all that you can see is right"


@pytest.mark.skipif(os.name != "posix", reason="quotes are another shell's")
def test_a_path_can_be_pasted_into_a_command(folder):
    assert shown(folder / SLUG / f"{SLUG}.ipynb") == SLUG
    assert shown(folder / "a b" / f"{SLUG}.ipynb") == f"'a b/{SLUG}.ipynb'"
    assert shown(ROOT / "it's.ipynb") == f"'{ROOT}/it'\"'\"'s.ipynb'"


def test_the_table_fits_eighty_columns_and_is_plain_text_in_a_file(folder):
    long = Standing(EXERCISE, folder / "x.ipynb", dict.fromkeys(NAMES, "right") | {"axes": "wrong"}, "", "")
    broken = Standing(
        EXERCISE, folder / "x.ipynb", trouble="[red]x.ipynb[/red] cannot be read: " + "why " * 40
    )
    said = text([Standing(find_exercise("ch07")), long, broken])
    assert max(map(len, said.splitlines())) <= 80
    assert "\x1b" not in said
    assert "███████░ 7 of 8" in said
    assert "[red]x.ipynb[/red]" in said
    assert text([long], plain=True).isascii()
