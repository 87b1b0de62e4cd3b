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
        return sentence(f"Your function raises {outcome.text}")
    if what == "timeout":
        return "Your function was stopped: it had not returned in time."
    if what == "closed":
        return f"Your own work is asked for here, but {outcome.text}."
    if what == "changed":
        return f"After your call {outcome.changed} is no longer what it was."
    if what in ("type", "shape"):
        return form_text(outcome.value, expected.shape, what)
    index = first_difference(outcome.value, expected, case)
    right = exercise.right_number(case, index)
    if expected.size == 1:
        return f"You return {array_text(outcome.value.astype(float))}; {right}."
    if expected.size <= SHOWN:
        return f"You return {array_text(outcome.value.astype(float))}; at {list(index)} {right}."
    return f"At {list(index)} you return {number_text(outcome.value[index])}; {right}."


def form_text(value, shape, what):
    """Say what is returned in place of an array of a shape: no array of real numbers, or another shape.

    Examples
    --------
    >>> form_text(11.0, (1,), "type")
    'You return one number; an array of real numbers, of shape 1, is asked for.'
    """
    if what == "shape":
        return f"You return shape {shape_text(value.shape)}; the right shape is {shape_text(shape)}."
    asked = f"an array of real numbers, of shape {shape_text(shape)},"
    return f"You return {_kind_text(value)}; {asked} is asked for."


def _kind_text(value):
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    if isinstance(value, (int, float, np.number)):
        return "one number"
    return "nothing" if value is None else f"a {type(value).__name__}"


def input_text(case, what):
    """Show a case: as the chapter would or, where its axes may be to blame, with all of them."""
    return case.call() if what in ("error", "shape") else case.text()


def sentence(text):
    """End a text that may have been cut short.

    Examples
    --------
    >>> sentence("It is 1"), sentence("It is …")
    ('It is 1.', 'It is …')
    """
    return text if text.endswith("…") else f"{text}."
