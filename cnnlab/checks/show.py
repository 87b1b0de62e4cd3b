"""What a student is shown of a failure: a small case of its own numbers, and what a fresh process says there.

A student's function has seen hidden inputs by the time it has failed, and could hand them on in what it
returns or raises. So what is shown comes from functions that have seen the shown case alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .compare import ending_text, verdict
from .draw import digits
from .record import reference
from .run import Outcome
from .shrink import shrink

WRONG = ("type", "shape", "value")
KEPT = "It goes wrong on a hidden input that cannot be made smaller, so that the input is not shown."
FICKLE = (
    "Your function gives different answers to the same input: its result may depend on its arguments alone."
)


@dataclass(frozen=True)
class Shown:
    """A case and its outcome, or a sentence in place of both."""

    case: object = None
    outcome: Outcome | None = None
    sentence: str = ""


def show(marking, failure, fresh):
    """Make a failure small, and let functions that know nothing of the hidden cases fail again.

    Parameters
    ----------
    marking : Marking
    failure : Failure
    fresh : callable
        `fresh() -> mapping` of the student's functions.

    Returns
    -------
    Shown
    """
    case = smallest(marking, failure)
    if case is None:
        return Shown(sentence=KEPT)
    outcome = anew(marking, case, fresh)
    if outcome.kind in ("timeout", "died"):
        return Shown(sentence=ending_text(outcome))
    if not alike(verdict(case, outcome, reference(case)), failure.what):
        return Shown(sentence=FICKLE)
    return Shown(case, outcome)


def anew(marking, case, fresh):
    """Call a fresh function on a case."""
    try:
        return marking.run_anew(case, fresh())
    except TimeoutError:
        return Outcome("timeout")
    except Exception as error:
        if getattr(error, "died", False):
            return Outcome("died")
        raise


def alike(what, before):
    """Whether two failures are of one kind."""
    return what in WRONG if before in WRONG else what == before


def smallest(marking, failure):
    """Shrink a failing case for as long as it fails in the same way; None where it stays a hidden one."""

    def fails(case):
        try:
            expected = reference(case)
        except (ValueError, IndexError):
            return False
        return alike(verdict(case, marking.run(case), expected), failure.what)

    case = shrink(failure.case, fails, marking.exercise.simpler)
    hidden = dict(arrays(failure.case))
    if not hidden and (case.args, case.options) == (failure.case.args, failure.case.options):
        return None
    if not any(borrowed(value, hidden[name]) or same(value, hidden[name]) for name, value in arrays(case)):
        return case
    for draw in (counted, redrawn):
        other = case.changed(**{name: draw(value) for name, value in arrays(case)})
        if fails(other) and not any(same(value, hidden[name]) for name, value in arrays(other)):
            return other
    return None


def borrowed(array, hidden):
    """Whether an array may be a piece of a hidden one: more than two of its numbers, in no simple order."""
    return array.size > 2 and bool(np.ptp(np.diff(array.ravel()))) and np.isin(array, hidden).all()


def same(array, hidden):
    """Whether an array is a hidden one."""
    return array.size > 1 and np.array_equal(array, hidden)


def arrays(case):
    """List the arrays among a case's arguments, with their names."""
    return [(name, value) for name, value in case.args.items() if isinstance(value, np.ndarray)]


def counted(array):
    """Number an array's entries, from 1."""
    return np.arange(1, array.size + 1).reshape(array.shape).astype(array.dtype)


def redrawn(array):
    """Draw other numbers for an array, the same for everybody."""
    numbers = digits(np.random.default_rng(0), *array.shape)
    return (np.abs(numbers) if array.dtype.kind == "u" else numbers).astype(array.dtype)
