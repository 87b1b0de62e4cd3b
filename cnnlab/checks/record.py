"""Write down the calls that a check makes, so that each is a case."""

from __future__ import annotations

from types import SimpleNamespace

import cnnlab

from .case import Case


def argument_names(function):
    """Name the positional arguments of one of the package's functions."""
    code = getattr(cnnlab, function).__code__
    return code.co_varnames[: code.co_argcount]


def recorded(names, property_, *args):
    """List the calls that a property makes, as cases: each is then compared with `cnnlab`.

    That is more than the property says, and a call that fails can be shrunk and recognised like any other.
    """
    cases = []

    def recorder(name):
        def record(*args, **options):
            cases.append(Case(name, dict(zip(argument_names(name), args, strict=False)), options))
            return getattr(cnnlab, name)(*args, **options)

        return record

    property_(SimpleNamespace(**{name: recorder(name) for name in names}), *args)
    return cases
