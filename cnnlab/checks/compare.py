"""Compare what came back with what is right, and say the difference in one line."""

from __future__ import annotations

import numpy as np

from .case import FORMS, SHOWN, Number, Tuple, Whole, array_text, number_text, shape_text
from .words import one_line, sentence

WIDTH = 120  # of what a line shows of a student's result
POOLS = tuple(f"{kind}_pool_{way}" for kind in ("max", "avg", "lp") for way in ("forward", "backward"))
# What these return is multiplied further: in 8 bits that would overflow.
FLOATS = ("toeplitz", "conv_forward", *POOLS)


def verdict(case, outcome, expected):
    """Name what is wrong with an outcome: "" where nothing is."""
    if case.asks == "unchanged":
        return "changed" if outcome.changed else ""
    if case.asks == "refusal" and outcome.kind in ("value", "error"):
        refused = outcome.kind == "error" and outcome.text.startswith("ValueError")
        return "" if refused else {"value": "accepted", "error": "error"}[outcome.kind]
    if outcome.kind != "value":
        return outcome.kind
    return difference(outcome.value, expected, case)


def difference(value, expected, case):
    """Say in what two results differ: "type", "shape", "value" or, where they agree, ""."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        return "type"
    if any(isinstance(value, form) != isinstance(expected, form) for form in FORMS):
        return "type"
    if isinstance(expected, Number) and expected.dtype.kind == "b" != value.dtype.kind:
        return "type"
    if case.function in FLOATS and value.dtype.kind != "f":
        return "type"
    if value.shape != expected.shape:
        return "shape"
    return "" if _agree(value, expected, case).all() else "value"


def _agree(value, expected, case):
    """Compare to the precision of the inputs, whatever the order of summation."""
    if np.array_equal(value, expected):
        return np.ones(value.shape, bool)
    value, expected = np.array(value, np.float64), np.array(expected, np.float64)
    scale = max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
    with np.errstate(invalid="ignore"):  # inf - inf, of two that are equal
        close = (np.abs(value - expected) <= case.tolerance * scale) | (value == expected)
    return close | (np.isnan(value) & np.isnan(expected))  # one mistake gives NaN, and is known by it


def first_difference(value, expected, case):
    """Return the index of the first entry that is not right."""
    return tuple(int(i) for i in np.argwhere(~_agree(value, expected, case))[0])


def alike_text(value, expected):
    """Say by how much results differ at most, where both print alike; "" where the print tells them apart.

    Examples
    --------
    >>> alike_text(np.array([6.00000001]), np.array([6.0])), alike_text(np.array([7.0]), np.array([6.0]))
    ('They print alike, but differ by up to 1e-08.', '')
    """
    value, expected = np.array(value, np.float64), np.array(expected, np.float64)
    pairs = zip(value.ravel(), expected.ravel(), strict=True)
    if any(number_text(a) != number_text(b) for a, b in pairs):
        return ""
    apart = np.nanmax(np.abs(value - expected))  # NaN agrees with NaN, and prints like no other
    return f"They print alike, but differ by up to {number_text(float(f'{apart:.2g}'))}."


def finding(exercise, case, outcome, expected):
    """Say what is returned, and one right number."""
    what = verdict(case, outcome, expected)
    if what == "accepted":
        return f"You return {_value_text(outcome.value)}; a ValueError is asked for."
    if what in ("type", "shape", "value"):
        wrong = _wrong_text(exercise, case, outcome.value, expected, what)
        if case.part and not isinstance(outcome.value, Whole):
            wrong = f"As {case.part}, {wrong[0].lower()}{wrong[1:]}"
        return f"{wrong} {changed_text(outcome)}" if outcome.changed else wrong
    return changed_text(outcome) if what == "changed" else ending_text(outcome)


def ending_text(outcome):
    """Say why there is no result."""
    return {
        "missing": "Not written yet: it raises NotImplementedError.",
        "error": sentence(f"Your function raises {outcome.text}"),
        "timeout": "Your function was stopped: it had not returned in time.",
        "died": "Your function ended its process.",
        "closed": sentence(f"Your own work is asked for here, but {outcome.text}"),
    }[outcome.kind]


def _wrong_text(exercise, case, value, expected, what):
    """Say what is wrong with a result."""
    if what != "value":
        return form_text(value, expected, what)
    index = first_difference(value, expected, case)
    right, whole = exercise.right_number(case, index), array_text(value.astype(float))
    if isinstance(value, Number) and value.dtype.kind == "b":
        whole = str(bool(value))
    if number_text(value[index]) == number_text(expected[index]):
        right += f", and yours is off by {abs(float(value[index] - expected[index])):.1g}"
    if expected.size > SHOWN or len(whole) > WIDTH:
        alike = alike_text(value[index], expected[index])
        return f"At {list(index)} you return {number_text(value[index])}; {right}. {alike}".rstrip()
    at = "" if expected.size == 1 else f"at {list(index)} "
    return f"You return {whole}; {at}{right}. {alike_text(value, expected)}".rstrip()


def without_array(value):
    """Name a result that is no array, if it is of the two kinds that are common enough to be recognised.

    Examples
    --------
    >>> without_array(None), without_array([1.0]), without_array(1.0)
    ('nothing', 'a list', '')
    """
    kind = "" if isinstance(value, np.ndarray) else _kind_text(value)
    return kind if kind in ("nothing", "a list") else ""


def changed_text(outcome):
    """Say which argument a call has written to."""
    return f"After your call {outcome.changed} is no longer what it was."


def form_text(value, expected, what):
    """Say what is returned in place of an array: no array of real numbers, or another shape.

    Examples
    --------
    >>> form_text(11.0, np.zeros(1), "type")
    'You return one number; an array of real numbers, of shape 1, is asked for.'
    """
    if what == "shape":
        return f"You return shape {shape_text(value.shape)}; the right shape is {shape_text(expected.shape)}."
    if isinstance(value, Whole):
        return f"You return {_kind_text(value.value)}; a tuple ({', '.join(value.asked)}) is asked for."
    if isinstance(expected, Number):
        return f"You return {_kind_text(value)}; {number_kind(expected)} is asked for."
    form = "a tuple of whole numbers" if isinstance(expected, Tuple) else "an array of real numbers"
    if type(value) is np.ndarray and value.dtype.kind in "biu" and not isinstance(expected, Tuple):
        form = "an array of floats"
    asked = f"{form}, of shape {shape_text(expected.shape)},"
    return f"You return {_kind_text(value)}; {asked} is asked for."


def number_kind(value):
    """Say of which kind a number is."""
    return "True or False" if value.dtype.kind == "b" else "one number"


def _value_text(value):
    """Show what is returned where nothing should be."""
    numbers = isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and not isinstance(value, Number)
    whole = array_text(value.astype(float)) if numbers else ""
    return whole if 0 < len(whole) <= WIDTH else _kind_text(value)


def _kind_text(value):
    if isinstance(value, Tuple):
        return "a tuple"
    if isinstance(value, Number):
        return number_kind(value)
    if isinstance(value, np.ndarray):
        return one_line(f"an array of {value.dtype}", WIDTH)
    if isinstance(value, (int, float, np.number)):
        return "one number"
    kind = type(value).__name__
    if kind == "StudentFunction":
        return "a function"
    if kind == "StudentObject":  # it lives in another process, where nothing is to be looked up any more
        kind = str(value._name).rpartition(".")[2]
    return "nothing" if value is None else one_line(f"a {kind}", WIDTH)


def input_text(case, what):
    """Show a case: as the chapter would or, where its axes may be to blame, with all of them."""
    return case.call() if what in ("error", "shape") else case.text()
