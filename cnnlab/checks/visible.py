"""The checks that a student sees: a hand example, a property, an edge of the contract, each in words."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from .case import Case, array_text, shape_text
from .compare import difference
from .patterns import recognise
from .record import argument_names
from .replay import find_exercise
from .result import Result
from .run import call_directly, run


class CheckFailed(AssertionError):
    """A visible check that is not passed yet. A notebook shows its message alone, without a traceback."""

    def __init__(self, message, *, status="wrong"):
        super().__init__(message)
        self.status = status

    def _render_traceback_(self):
        return [str(self)]


def check(slug, capability, namespace):
    """Run one visible check, and say what it found.

    Parameters
    ----------
    slug : str
        The exercise: "ch08_conv_backward", or "ch08".
    capability : str
    namespace : mapping
        Your functions by name: `globals()`.

    Raises
    ------
    CheckFailed
        With the example that shows what is not right yet.

    Examples
    --------
    >>> check("ch08", "bias", {"conv_backward_bias": lambda dy: dy.sum(axis=0)})
    Traceback (most recent call last):
    cnnlab.checks.visible.CheckFailed: ✗ bias: By hand: dy = [1, 10] comes from two places.
      The shape is 1x2; it should be 1.
    """
    exercise = find_exercise(slug)
    wanted = exercise.capability(capability)
    try:
        wanted.visible(your_functions(exercise, namespace))
    except CheckFailed as failed:
        raise CheckFailed(f"✗ {capability}: {failed}", status=failed.status) from None
    print(f"✓ {capability}: by hand, as a property and at its edge. Hidden checks vary {wanted.varies}.")


def check_all(slug, namespace, *, call=call_directly):
    """Run every visible check of an exercise.

    Parameters
    ----------
    slug : str
    namespace : mapping
        The student's functions by name.
    call : callable
        As in `score`.

    Returns
    -------
    list of Result
        In the exercise's order, worth no points.

    Examples
    --------
    >>> [result.status for result in check_all("ch08", {})][:2]
    ['missing', 'missing']
    """
    exercise, results = find_exercise(slug), []
    for capability in exercise.capabilities:
        result = {"exercise": exercise.slug, "capability": capability.name}
        your = your_functions(exercise, namespace, call=call)
        try:
            capability.visible(your)
        except CheckFailed as failed:
            result |= {"function": your.last_called, "status": failed.status, "finding": str(failed)}
            result["pointer"] = exercise.pointer(capability)
            if failed.status in ("wrong", "error"):
                known = recognise(exercise, capability, namespace, call=call)
                result["mistake"], result["misconception"] = known
        results.append(Result(**result))
    return results


def your_functions(exercise, namespace, *, call=call_directly):
    """Bundle a student's functions so that a call that fails becomes a friendly CheckFailed."""

    def asked(name):
        def ask(*args, **options):
            your.last_called = name
            case = Case(name, dict(zip(argument_names(name), args, strict=False)), options)
            outcome = run(namespace.get(name), case, call=call, closed=exercise.closed)
            if outcome.kind == "value" and not outcome.changed:
                return outcome.value
            status = "wrong" if outcome.kind in ("closed", "value") else outcome.kind
            raise CheckFailed(_refused(case, outcome), status=status)

        return ask

    your = SimpleNamespace(last_called="", **{name: asked(name) for name in exercise.functions})
    return your


def _refused(case, outcome):
    """Say why a call came to nothing."""
    said = {
        "missing": f"{case.function} is not written yet.",
        "timeout": f"{case.function} had not returned in time.",
        "closed": f"Your own work is asked for here, but {outcome.text}.",
        "error": f"{case.function} raises {outcome.text}.",
        "value": f"{case.function} changes its argument {outcome.changed}.",
    }[outcome.kind]
    return said if outcome.kind in ("missing", "closed") else f"{said} The call: {case.text()}."


def equal(what, value, expected):
    """Hold that two results agree; `what` says in words which."""
    expected = np.asarray(expected, np.float64)
    wrong = difference(value, expected, Case("", {}))
    if wrong == "type":
        raise CheckFailed(f"{what}\n  You return {type(value).__name__}; an array of numbers is asked for.")
    if wrong == "shape":
        shapes = f"{shape_text(value.shape)}; it should be {shape_text(expected.shape)}"
        raise CheckFailed(f"{what}\n  The shape is {shapes}.")
    if wrong:
        raise CheckFailed(f"{what}\n  You get {array_text(value)}\n  not     {array_text(expected)}")
