"""Write down the calls that a check makes, so that each is a case, and say what is right there."""

from __future__ import annotations

import numpy as np

import cnnlab

from ..gradcheck import GradientReport
from .case import Case, formed, part_of
from .lent import Seed


def argument_names(function):
    """Name the positional arguments of one of the package's functions."""
    code = getattr(cnnlab, function).__code__
    return code.co_varnames[: code.co_argcount]


def as_case(function, args, options, part=""):
    """Write a call down."""
    return Case(function, dict(zip(argument_names(function), args, strict=False)), options, part=part)


def reference(case):
    """Return what the package's own function says; nothing, where a refusal is asked for and comes.

    Where random numbers have a say, there is no right answer: a ValueError.
    """
    if case.asks == "refusal":
        if not refused(case):
            raise ValueError("it is a good call, and a refusal is asked for")
        return np.zeros(0)
    value = formed(part_of(case, answer(case)))
    for name, seed in case.args.items():
        if isinstance(seed, Seed):
            other = formed(answer(case.changed(**{name: Seed(str(int(seed.name) + 1))})))
            if not np.allclose(value, other, rtol=0, atol=case.tolerance / 10):
                raise ValueError("its answer depends on the random numbers")
    return value


def answer(case):
    """Call the package's own function; of a report it is what it comes to: right or not."""
    value = getattr(cnnlab, case.function)(*case.arguments(counted=False), **case.options)
    return value.ok if isinstance(value, GradientReport) else value


def refused(case):
    """Whether the package's own function refuses a call."""
    try:
        answer(case)
    except ValueError:
        return True
    return False


class Recorder:
    """Stands in for a student's functions, answers rightly, and remembers what it was asked."""

    def __init__(self):
        self.cases = []

    def __getattr__(self, name):
        def ask(*args, part="", **options):
            self.cases.append(as_case(name, args, options, part))
            return part_of(self.cases[-1], answer(self.cases[-1]))

        return ask


def recorded(statement, *args):
    """List the calls that a property makes, as cases: each is then compared with `cnnlab`.

    That is more than the property says, and a call that fails can be shrunk and recognised like any other.
    """
    recorder = Recorder()
    statement(recorder, *args)
    return recorder.cases
