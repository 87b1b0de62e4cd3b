"""Close the function under test: whoever is asked to write it cannot call it."""

from __future__ import annotations

import contextlib
import inspect
import sys

import cnnlab

CLOSED_MODULES = (
    "cnnlab.bias",
    "cnnlab.conv",
    "cnnlab.naive",
    "cnnlab.geometry",
    "cnnlab.matrix",
    "cnnlab.pool",
    "cnnlab.lp_pool",
    "cnnlab.weighted_pool",
    "cnnlab.adaptive_pool",
    "cnnlab.unpool",
    "cnnlab.dense",
    "cnnlab.activations",
    "cnnlab.losses",
    "cnnlab.gradcheck.numerical",
    "cnnlab.gradcheck.check",
    "cnnlab.gradcheck.slopes",
)


class ClosedFunctionError(Exception):
    """A student's function calls the very function that it is meant to be."""


@contextlib.contextmanager
def closed_while(prefixes):
    """Make the functions of these names raise while the block runs, however they were imported."""
    codes = {f: f.__code__ for f in _closed_functions(prefixes)}
    try:
        for f in codes:
            f.__code__ = _refuse.__code__.replace(co_name=_address(f))
        yield
    finally:
        for f, code in codes.items():
            f.__code__ = code


def _closed_functions(prefixes):
    """Find the functions of the closed modules whose names begin so; what they remember is forgotten."""
    modules = [sys.modules[name] for name in CLOSED_MODULES if prefixes and name in sys.modules]
    found = {
        f
        for module in modules
        for name, f in vars(module).items()
        if name.startswith(tuple(prefixes)) and getattr(f, "__module__", "") == module.__name__
    }
    for f in found:
        getattr(f, "cache_clear", int)()
    return set(map(inspect.unwrap, found))


def _address(f):
    """Say where a function is found: in the package itself or, where another has its name, in its module."""
    return (
        f"cnnlab.{f.__name__}" if getattr(cnnlab, f.__name__, None) is f else f"{f.__module__}.{f.__name__}"
    )


def _refuse(*args, **options):
    """Stand in for a closed function: only the code is lent, so every name is imported here."""
    import sys

    from cnnlab.checks.closed import ClosedFunctionError

    raise ClosedFunctionError(sys._getframe().f_code.co_name)
