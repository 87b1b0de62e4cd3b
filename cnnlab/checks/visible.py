"""The checks that a student sees: a hand example, a property, an edge of the contract, each in words."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from .case import FORMS, SHOWN, Case, array_text, formed, number_text
from .compare import alike_text, difference, finding, first_difference, form_text
from .patterns import recognise
from .record import as_case, reference
from .replay import find_exercise
from .result import Result
from .run import Outcome, call_directly, run
from .words import sentence

STATUS = {"closed": "wrong", "value": "wrong", "died": "error"}  # the rest are what they are called


class CheckFailed(AssertionError):
    """A visible check that is not passed yet. A notebook shows its message alone, without a traceback."""

    def __init__(self, message, *, status="wrong", raised=""):
        super().__init__(message)
        self.status, self.raised = status, raised

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
    cnnlab.checks.visible.CheckFailed: ✗ bias: By hand: add up dy = [1, 10] of two places.
      The call: dy 1x1x2 [1, 10]
      You return shape 1x2; the right shape is 1.
    """
    exercise = find_exercise(slug)
    wanted = exercise.capability(capability)
    try:
        wanted.visible(your_functions(exercise, namespace))
    except CheckFailed as failed:
        raise CheckFailed(f"✗ {capability}: {failed}", status=failed.status) from None
    seen = "the hand example, the property and the edge case are right"
    print(f"✓ {capability}: {seen}. Hidden checks vary {wanted.varies}.")


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
                known = recognise(exercise, capability, your.last_called, namespace, call=call)
                result["mistake"], result["misconception"] = known
        results.append(Result(**result))
    return results


def your_functions(exercise, namespace, *, call=call_directly):
    """Bundle a student's functions so that a call that fails becomes a friendly CheckFailed."""

    def asked(name):
        def ask(*args, part="", **options):
            your.last_called = name
            case = as_case(name, args, options, part)
            outcome = run(namespace.get(name), case, call=call, closed=exercise.closed)
            if outcome.kind == "value" and not outcome.changed:
                return outcome.value
            status, raised = STATUS.get(outcome.kind, outcome.kind), outcome.text
            raise CheckFailed(_refused(case, outcome), status=status, raised=raised)

        return ask

    your = SimpleNamespace(last_called="", **{name: asked(name) for name in exercise.functions})
    return your


def _refused(case, outcome):
    """Say why a call came to nothing."""
    said = {
        "missing": f"{case.function} is not written yet.",
        "timeout": f"{case.function} had not returned in time.",
        "died": f"{case.function} ended Python.",
        "closed": sentence(f"Your own work is asked for here, but {outcome.text}"),
        "error": sentence(f"{case.function} raises {outcome.text}"),
        "value": f"{case.function} changes its argument {outcome.changed}.",
    }[outcome.kind]
    return said if outcome.kind in ("missing", "closed") else f"{said}\n  The call: {case.call()}"


def equal(what, value, expected, case=None):
    """Hold that a result is right; `what` says in words which. The case says how exactly."""
    value, expected, case = formed(value), formed(expected), case or Case("", {})
    if not isinstance(expected, FORMS):
        expected = np.asarray(expected, np.float64)
    wrong = difference(value, expected, case)
    if wrong in ("type", "shape"):
        raise CheckFailed(f"{what}\n  {form_text(value, expected, wrong)}")
    if wrong and expected.size <= SHOWN:
        said = f"{what}\n  You get {array_text(value)}\n  not     {array_text(expected)}"
        raise CheckFailed(f"{said}\n  {alike_text(value, expected)}".rstrip())
    if wrong:
        index = first_difference(value, expected, case)
        numbers = f"{number_text(value[index])}, not {number_text(expected[index])}"
        alike = alike_text(value[index], expected[index])
        raise CheckFailed(f"{what}\n  At {list(index)} you get {numbers}. {alike}".rstrip())


def refuses(what, your, function, *args, **options):
    """Hold that a call which has no answer raises a ValueError; `what` says in words which."""
    try:
        value = getattr(your, function)(*args, **options)
    except ValueError:  # of the package, where its calls are written down
        return
    except CheckFailed as failed:
        if failed.status == "error" and failed.raised.startswith("ValueError"):
            return
        raise CheckFailed(f"{what}\n  {failed}", status=failed.status) from None
    case = as_case(function, args, options)
    said = finding(None, replace(case, asks="refusal"), Outcome("value", value), None)
    raise CheckFailed(f"{what}\n  {said}\n  The call: {case.call()}")


def holds(what, statement, your, *args):
    """Hold a property, and before it the truth of each of its calls: neither side is taken for right."""
    equal(what, *statement(_Held(what, your), *args))


def worked(what, expected, *args, your, function, **options):
    """Hold an example that is worked in words; where it goes wrong, its call is shown.

    Parameters
    ----------
    what : str
        A sentence that says what is asked of the code.
    expected : array_like or tuple
        The right result, worked by hand.
    *args, **options
        The call's.
    your : SimpleNamespace
        A student's functions, of `your_functions`.
    function : str
        The one that is called.
    """
    holds(what, lambda your: (getattr(your, function)(*args, **options), expected), your)


class _Held:
    """A student's functions, each call of which is held against the truth."""

    def __init__(self, what, your):
        self.what, self.your = what, your

    def __getattr__(self, name):
        def ask(*args, part="", **options):
            case = as_case(name, args, options, part)
            value = getattr(self.your, name)(*args, **options, **({"part": part} if part else {}))
            equal(f"{self.what}\n  The call: {case.call()}", value, reference(case), case)
            return value

        return ask
