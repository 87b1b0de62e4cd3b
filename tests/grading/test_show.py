"""What the terminal shows: tables also for those that know ASCII alone, and what came of grading."""

import io
from types import SimpleNamespace

from a_class import class_of, mark, marks, submission
from rich.console import Console

from cnnlab.checks import Result
from cnnlab.grading.core import Status
from cnnlab.grading.grade import Change, Run
from cnnlab.grading.pages.charts import SIGNS
from cnnlab.grading.practice import Practice
from cnnlab.grading.show import PLAIN, Progress, class_table, legend, practice_table, told


def shown(*things, width=80):
    file = io.StringIO()
    Console(file=file, width=width, no_color=True).print(*things)
    return file.getvalue()


def test_a_class_fits_eighty_columns():
    assert max(map(len, shown(class_table("ch08_conv_backward", class_of(9)), legend()).splitlines())) <= 80


def test_plain_tables_are_ascii_and_no_two_signs_are_alike():
    assert PLAIN.keys() == SIGNS.keys()
    assert len(set(PLAIN.values())) == len(PLAIN)
    statuses = [
        mark(name, status) for name, status in zip(("bias", "input"), ("right", "timeout"), strict=True)
    ]
    said = shown(class_table("ch08", [submission("ada", *statuses)], plain=True), legend(plain=True))
    assert said.isascii()
    assert " ok " in said
    assert " ... " in said
    results = [
        Result("ch08", name, status=status) for name, status in (("bias", "right"), ("input", "wrong"))
    ]
    said = shown(practice_table(Practice("ch08", results, [], set(), "", False), plain=True))
    assert "│ ok │ passes what you can see" in said
    assert "│ x  │" in said


def test_who_could_not_be_graded_and_which_marks_changed_are_told_after_the_summary():
    run = Run(
        {"eve": Status("graded"), "bob": Status("crashed", "It ended Python."), "ada": Status("graded")}
    )
    run.changes = [
        Change("ada", "dx-stride", 2.0, 0.5, "x 1x1x2: You return [1]."),
        Change("eve", "dx-stride", 2.0, None, "a mark given by hand stands over it"),
    ]
    bare = submission("bob", *marks(), isolation="without isolation (nothing)")
    summary, *rest = told(run, [submission("ada", *marks()), bare], arrow="->")
    assert summary.startswith("3 submissions: 2 graded, 1 crashed; 3 graded now in 0.0 s")
    assert rest == [
        "WITHOUT ISOLATION, with your rights, on your files, ran 1 of 2 submissions.",
        "bob: crashed: It ended Python.",
        "ada: dx-stride: 2 -> 0.5: x 1x1x2: You return [1].",
        "eve: dx-stride: to be looked at: a mark given by hand stands over it",
    ]


def test_that_no_mark_changed_is_said_to_who_asked():
    run = Run({"ada": Status("graded")}, reused={"ada"})
    assert list(told(run, [], regrade=True))[1:] == ["No mark changed."]
    assert list(told(run, []))[1:] == []


def test_the_bar_turns_and_tells_the_time_before_anything_is_finished():
    progress = Progress(SimpleNamespace(students=lambda slug: ["ada", "bob"]), "ch08")
    assert "0/2 0:00:00 left:" in " ".join(shown(progress.bar.get_renderable(), width=120).split())
    progress("ada", Status("graded"), False)
    assert "1/2" in shown(progress.bar.get_renderable(), width=120)
