"""Recognise a named mistake: only where one, and no other, gives the student's results on every case."""

from __future__ import annotations

import numpy as np

from .compare import difference
from .run import run


def diagnose(exercise, observed):
    """Return the one named mistake that explains every outcome, or None.

    Parameters
    ----------
    exercise : Exercise
    observed : list of (Case, Outcome)
        What one of the student's functions gave, on all cases of the capability that failed.

    Returns
    -------
    Mistake or None
        None also where two mistakes fit: a wrong diagnosis harms more than none.
    """
    fitting = {
        m.id: m for m in exercise.mistakes for functions in m.functions if explains(functions, observed)
    }
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def explains(functions, observed):
    """Ask whether a wrong function gives the same results, at least one of them more than an exception."""
    if any(case.function not in functions for case, _ in observed):
        return False
    says_something = False
    for case, outcome in observed:
        imagined = run(functions[case.function], case)
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
    return isinstance(imagined.value, np.ndarray) and not difference(outcome.value, imagined.value, case)
