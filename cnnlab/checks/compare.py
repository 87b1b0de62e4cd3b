"""Compare what came back with what is right, and say the difference in one line."""

from __future__ import annotations

import numpy as np

from .case import SHOWN, array_text, number_text, shape_text


def verdict(case, outcome, expected):
    """Name what is wrong with an outcome: "" where nothing is."""
    if case.asks == "unchanged":
        return "changed" if outcome.changed else ""
    if outcome.kind != "value":
        return outcome.kind
    return difference(outcome.value, expected, case)


def difference(value, expected, case):
    """Say in what two results differ: "type", "shape", "value" or, where they agree, ""."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        return "type"
    if value.shape != expected.shape:
        return "shape"
    return "" if _agree(value, expected, case).all() else "value"


def _agree(value, expected, case):
    """Compare to the precision of the inputs, whatever the order of summation."""
    value, expected = np.array(value, np.float64), np.array(expected, np.float64)
    single = any(isinstance(a, np.ndarray) and a.dtype == np.float32 for a in case.args.values())
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    return np.abs(value - expected) <= (1e-5 if single else 1e-10) * scale


def first_difference(value, expected, case):
    """Return the index of the first entry that is not right."""
    return tuple(int(i) for i in np.argwhere(~_agree(value, expected, case))[0])


def finding(exercise, case, outcome, expected):
    """Say what is returned, and one right number."""
    what = verdict(case, outcome, expected)
    if what == "missing":
        return "Not written yet: it raises NotImplementedError."
    if what == "error":
        return f"Your function raises {outcome.text}."
    if what == "timeout":
        return "Your function was stopped: it had not returned in time."
    if what == "closed":
        return f"Your own work is asked for here, but {outcome.text}."
    if what == "changed":
        return f"After your call {outcome.changed} is no longer what it was."
    if what == "type":
        return f"You return {_kind_text(outcome.value)}; an array of real numbers is asked for."
    if what == "shape":
        right = shape_text(expected.shape)
        return f"You return shape {shape_text(outcome.value.shape)}; the right shape is {right}."
    index = first_difference(outcome.value, expected, case)
    right = exercise.right_number(case, index)
    if expected.size == 1:
        return f"You return {array_text(outcome.value.astype(float))}; {right}."
    if expected.size <= SHOWN:
        return f"You return {array_text(outcome.value.astype(float))}; at {list(index)} {right}."
    return f"At {list(index)} you return {number_text(outcome.value[index])}; {right}."


def _kind_text(value):
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return "None" if value is None else f"a {type(value).__name__}"
