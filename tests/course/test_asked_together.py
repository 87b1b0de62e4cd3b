"""Functions that are asked many things at once earn what they earn when they are asked one by one."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import cnnlab
from cnnlab.checks.marking import Deck, Marking
from cnnlab.checks.score import score_in
from solutions.ch03_gradcheck.checks import EXERCISE as GRADCHECK
from solutions.ch06_geometry.checks import EXERCISE as GEOMETRY
from solutions.ch08_conv_backward.checks import EXERCISE as BACKWARD


class Asked:
    """Calls a function for each of several arguments, as a process does, and counts how it was asked.

    Parameters
    ----------
    stops : bool
        Whether it ends with the first call that raises.
    """

    def __init__(self, stops):
        self.stops, self.rows, self.calls = stops, [], 0

    def __call__(self, function, calls):
        """Yield for each call what returns or raises what it did."""
        self.rows.append(len(calls))
        for arguments, options in calls:
            self.calls += 1
            try:
                yield partial(lambda value: value, function(*arguments, **options))
            except Exception as error:
                yield partial(self.throw, error)
                if self.stops:
                    return

    def throw(self, error):
        """Raise it later."""
        raise error


def results(exercise, functions, asked=None):
    """Score every capability, and return what comes of it."""
    exercise = replace(exercise, closed=())  # as where a student's code is closed in by its process
    marking = Marking(exercise, functions, Deck(exercise.capabilities, b"tests"), call_each=asked)
    return [score_in(marking, marking, c.name, lambda: functions) for c in exercise.capabilities]


def right(exercise):
    return {name: getattr(cnnlab, name) for name in exercise.functions}


def unwritten(*args, **options):
    raise NotImplementedError


def fails_for_many(dy, weight, spatial, **options):
    if len(dy) > 1:
        raise IndexError("too many")
    return cnnlab.conv_backward_input(dy, weight, spatial, **options)


CLASSES = {
    "right": {},
    "not written": {"conv_backward_weight": unwritten},
    "fails": {"conv_backward_input": fails_for_many},
    "wrong": {"conv_backward_input": lambda dy, *args, **options: dy},
    "missing": {"conv_backward_bias": None},
    "no function": {"conv_backward_bias": 3},
}


@pytest.mark.parametrize("stops", [True, False])
@pytest.mark.parametrize("name", CLASSES)
def test_marks_and_findings_are_the_same(name, stops):
    functions = right(BACKWARD) | CLASSES[name]
    asked = Asked(stops)
    assert results(BACKWARD, functions, asked) == results(BACKWARD, functions)
    assert max(asked.rows) > 3


def test_right_functions_are_asked_once_for_each_capability_and_function():
    asked = Asked(stops=True)
    found = results(BACKWARD, right(BACKWARD), asked)
    assert sum(result.earned for result in found) == BACKWARD.points
    deck = Deck(BACKWARD.capabilities, b"tests")
    cases = [case for c in BACKWARD.capabilities for case in deck.cases(c.name)]
    pairs = {(c.name, case.function) for c in BACKWARD.capabilities for case in deck.cases(c.name)}
    assert len(asked.rows) == len(pairs) and asked.calls == len(cases)


def test_what_is_not_written_is_asked_for_once_in_a_row():
    asked = Asked(stops=True)
    functions = right(BACKWARD) | {"conv_backward_weight": unwritten}
    results(BACKWARD, functions, asked)
    others = Asked(stops=True)
    results(BACKWARD, right(BACKWARD), others)
    assert asked.calls < others.calls


@pytest.mark.parametrize("exercise", [GRADCHECK, GEOMETRY], ids=lambda exercise: exercise.slug)
def test_what_is_lent_and_what_is_to_be_refused_is_asked_for_alone(exercise):
    asked = Asked(stops=True)
    assert results(exercise, right(exercise), asked) == results(exercise, right(exercise))
    deck = Deck(exercise.capabilities, b"tests")
    cases = [case for c in exercise.capabilities for case in deck.cases(c.name)]
    together = [case for case in cases if not case.alone]
    assert asked.calls == len(together) < len(cases)
    assert all(case.asks != "refusal" for case in together)


def test_a_function_that_was_stopped_is_not_asked_again():
    def late(function, calls):
        def stopped():
            raise TimeoutError

        rows.append(len(calls))
        yield stopped

    rows, functions = [], right(BACKWARD)
    marking = Marking(BACKWARD, functions, Deck(BACKWARD.capabilities, b"tests"), call_each=late)
    assert marking.failure("weight").what == "timeout" and marking.stopped
    assert marking.failure("input").what == "timeout"
    before = len(rows)
    deck = marking.deck.cases("weight")
    marking.run_ahead(deck)
    assert len(rows) == before
    assert marking.outcome(deck[-1]).kind == "timeout"


def test_arguments_that_a_call_writes_to_are_told_also_among_others():
    def writes(dy):
        dy[...] = 0
        return np.zeros(dy.shape[1])

    marking = Marking(
        BACKWARD,
        {"conv_backward_bias": writes},
        Deck(BACKWARD.capabilities, b"tests"),
        call_each=Asked(stops=True),
    )
    cases = marking.deck.cases("bias")
    marking.run_ahead(cases)
    assert {marking.outcome(case).changed for case in cases} == {"dy"}
