"""Every named mistake loses exactly what it says it breaks, and is told from all others.

CNNLAB_SEEDS=200 draws the hidden cases of so many more classes, for half an hour on two cores.
"""

import importlib
import os
from dataclasses import replace

import numpy as np
import pytest
from course.unlisted import UNLISTED
from course.variants import VARIANTS

import cnnlab
from cnnlab.checks import EXERCISES, score
from cnnlab.checks.case import PARTS

SEEDS = [b"", b"ada", b"a second class"]
SEEDS += [f"class {number}".encode() for number in range(int(os.environ.get("CNNLAB_SEEDS", 0)))]
EXERCISE = {  # open: the wrong answers call the package's functions and spoil them
    slug: replace(importlib.import_module(f"solutions.{slug}.checks").EXERCISE, closed=())
    for slug in EXERCISES
}
WAYS = [
    pytest.param(slug, mistake, way, id=f"{mistake.id}-{next(iter(way.values())).__name__}")
    for slug, exercise in EXERCISE.items()
    for mistake in exercise.mistakes
    for way in mistake.functions
]


def marks(slug, functions, seed):
    """Score every capability: the student writes what is given, and the rest rightly, with loops."""
    exercise = EXERCISE[slug]
    functions = {**VARIANTS[slug]["matrix product"], **functions}
    return [score(exercise, capability.name, functions, seed) for capability in exercise.capabilities]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("slug", "mistake", "way"), WAYS)
def test_a_mistake_loses_its_capabilities_and_is_recognised(slug, mistake, way, seed):
    results = marks(slug, way, seed)
    lost = [r for r in results if r.status != "right"]
    assert {r.capability for r in lost} == mistake.breaks
    assert {r.mistake for r in lost} == {mistake.id}
    assert {r.misconception for r in lost} == {mistake.question}
    assert all(r.earned < r.points if r in lost else r.earned == r.points for r in results if r.points)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("slug", "name"), [(slug, name) for slug in EXERCISES for name in VARIANTS[slug]])
def test_a_right_answer_of_any_kind_gets_full_marks(slug, name, seed):
    results = marks(slug, VARIANTS[slug][name], seed)
    assert sum(r.earned for r in results) == EXERCISE[slug].points
    assert {(r.status, r.mistake) for r in results} == {("right", "")}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("slug", "name"), [(slug, name) for slug in EXERCISES for name in UNLISTED[slug]], ids=lambda value: value
)
def test_a_mistake_that_nobody_listed_is_stopped_and_gets_no_wrong_name(slug, name, seed):
    breaks, functions = UNLISTED[slug][name]
    results = marks(slug, functions, seed)
    lost = {r.capability for r in results if r.status != "right"}
    assert lost == set(breaks.split())
    assert {r.mistake for r in results} == {""}


def test_the_design_lists_so_many():
    assert {slug: len(exercise.mistakes) for slug, exercise in EXERCISE.items()} == {
        "ch00_start": 3,
        "ch02_dense": 34,
        "ch03_gradcheck": 16,
        "ch04_convolution": 12,
        "ch06_geometry": 20,
        "ch07_conv_forward": 23,
        "ch08_conv_backward": 19,
        "ch09_pool": 24,
    }


@pytest.mark.parametrize("slug", EXERCISES)
def test_a_question_ends_in_a_question(slug):
    for mistake in EXERCISE[slug].mistakes:
        assert mistake.question.endswith("?")
        assert mistake.breaks <= {c.name for c in EXERCISE[slug].capabilities}


@pytest.mark.parametrize(
    ("slug", "capability"),
    [("ch04_convolution", name) for name in ("correlate", "convolve", "2d")]
    + [("ch02_dense", name) for name in ("dx", "dweight", "dbias")],
)
def test_a_result_in_the_whole_type_of_an_input_is_seen_whatever_is_drawn(slug, capability):
    (draw,) = [c.cases for c in EXERCISE[slug].capabilities if c.name == capability]
    for number in range(1000):
        seen = False
        for case in draw(np.random.default_rng(number)):
            types = {a.dtype for a in case.args.values() if isinstance(a, np.ndarray)} - {np.dtype(float)}
            if case.asks != "values" or not all(issubclass(kind.type, np.integer) for kind in types):
                continue
            right = getattr(cnnlab, case.function)(*case.arguments(), **case.options)
            right = right[PARTS[case.function].index(case.part)] if case.part else right
            seen |= any(np.any(right.astype(kind) != right) for kind in types)
        assert seen, number
