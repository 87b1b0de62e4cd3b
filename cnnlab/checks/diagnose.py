"""Recognise a named mistake: only where one, and no other, gives the student's results on every case."""

from __future__ import annotations

import numpy as np

from .compare import difference, without_array


def diagnose(exercise, observe, imagine):
    """Return the one named mistake that explains every outcome, or None.

    Parameters
    ----------
    exercise : Exercise
    observe : callable
        `observe() -> iterator of (Case, Outcome)`: what one of the student's functions gives, asked for no
        further than it takes to tell.
    imagine : callable
        `imagine(function, case) -> Outcome`: what a wrong function gives.

    Returns
    -------
    Mistake or None
        None also where two mistakes fit: a wrong diagnosis harms more than none.
    """
    fitting = {m.id: m for m in exercise.mistakes for way in m.functions if explains(way, observe(), imagine)}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def explains(functions, observed, imagine):
    """Ask whether a wrong function gives the same results, at least one of them more than an exception."""
    says_something = False
    for case, outcome in observed:
        if case.function not in functions:
            return False
        imagined = imagine(functions[case.function], case)
        if not same(case, outcome, imagined):
            return False
        says_something |= imagined.kind == "value"
    return says_something


def same(case, outcome, imagined):
    """Compare two outcomes: both failed, or both changed the same argument, or both returned the same."""
    if case.asks == "unchanged":
        return outcome.changed == imagined.changed
    if outcome.kind != "value" or imagined.kind != "value":
        return outcome.kind == imagined.kind
    if kind := without_array(imagined.value):
        return without_array(outcome.value) == kind
    return isinstance(imagined.value, np.ndarray) and not difference(outcome.value, imagined.value, case)
