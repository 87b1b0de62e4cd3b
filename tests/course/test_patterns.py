"""Who learns alone is told the misconception too: the package carries digests, and no mistake."""

import importlib
import inspect

import pytest
from course.unlisted import UNLISTED
from course.variants import VARIANTS

from cnnlab.checks import check_all, find_exercise
from cnnlab.checks.patterns import FILE, digest, practice_cases, shipped
from cnnlab.checks.run import run
from solutions.patterns import all_patterns


@pytest.fixture(autouse=True)
def _open(monkeypatch):
    monkeypatch.setattr("cnnlab.checks.closed._closed_functions", lambda prefixes: set())


def test_the_digests_are_fresh():
    assert FILE.read_text(encoding="utf-8") == all_patterns(), "run `python -m solutions.patterns`"


def test_a_named_mistake_is_recognised_and_no_other(slug, exercise):
    for mistake in exercise.mistakes:
        for way in mistake.functions:
            results = check_all(slug, {**VARIANTS[slug]["loops"], **way})
            named = {r.mistake for r in results if r.mistake}
            assert named <= {mistake.id}
            assert {r.misconception for r in results if r.mistake} <= {mistake.question}
    recognisable = {m.id for m in exercise.mistakes if f'"{m.id}"' in FILE.read_text(encoding="utf-8")}
    assert recognisable == {m.id for m in exercise.mistakes}


def test_nobody_else_is_given_a_name(slug):
    for functions in VARIANTS[slug].values():
        assert {r.mistake for r in check_all(slug, functions)} == {""}
    for _, functions in UNLISTED[slug].values():
        assert {r.mistake for r in check_all(slug, {**VARIANTS[slug]["loops"], **functions})} == {""}


def test_a_name_that_a_lower_rung_contradicts_is_not_given():
    wrong = UNLISTED["ch07_conv_forward"]["windows_side_by_side"][1]["conv_forward"]
    exercise = find_exercise("ch07")
    known = shipped()[exercise.slug]["channels"]
    cases = practice_cases(exercise.capability("channels"), "conv_forward")
    mark = f"conv_forward:{digest([run(wrong, case) for case in cases])}"
    assert known[mark][0] == "conv-drops-last-position"  # there it answers as if it stopped early
    assert {r.mistake for r in check_all("ch07", {"conv_forward": wrong})} == {""}


def test_a_mistake_that_is_made_on_a_higher_rung_alone_is_named_there():
    right = VARIANTS["ch02_dense"]["loops"]

    def averaged(*which):
        def dense_backward(dy, x, weight):
            gradients = right["dense_backward"](dy, x, weight)
            return [g / max(len(x), 1) if n in which else g for n, g in enumerate(gradients)]

        results = check_all("ch02", {**right, "dense_backward": dense_backward})
        return {r.capability: r.mistake for r in results if r.status != "right"}

    name = "dense-averaged-again"
    assert averaged(2) == {"dbias": name}
    assert averaged(1, 2) == {"dweight": name, "dbias": name}
    assert averaged(0, 1, 2) == {"dx": name, "dweight": name, "dbias": name}


def test_no_code_of_a_mistake_is_carried(slug):
    mistakes = importlib.import_module(f"solutions.{slug}.mistakes")
    text = FILE.read_text(encoding="utf-8")
    for name, _ in inspect.getmembers(mistakes, inspect.isfunction):
        assert f"{name}(" not in text
