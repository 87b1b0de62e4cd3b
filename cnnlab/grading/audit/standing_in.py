"""A pytest plugin for `cnnlab.grading.audit`: lets other functions stand in for those under test.

A function keeps its identity and is lent another one's code, so that it does not matter who imported it, how
and when.
"""

import importlib
import json
import os
import sys
from pathlib import Path

import pytest

from cnnlab.grading.audit.mutants import mutants, right
from cnnlab.grading.files import replace_text

ORDER = "CNNLAB_AUDIT"  # the environment's variable that says who is to stand in for whom
STAND_INS = {}


def lend(target, stand_in):
    """Let a function do what another one does.

    Examples
    --------
    >>> def double(x, *, times=2):
    ...     return x * times
    >>> lend(double, lambda x: -x)
    >>> double(3)
    -3
    """
    key = f"stand_in_{len(STAND_INS)}"
    STAND_INS[key] = stand_in
    target.__code__ = _lent.__code__.replace(co_name=key)


def _lent(*args, **options):
    """Do what the stand-in does: only the code is lent, so every name is imported here."""
    import sys

    from cnnlab.grading.audit.standing_in import STAND_INS

    return STAND_INS[sys._getframe().f_code.co_name](*args, **options)


def plain_function(module, name):
    """Find a function of a module that another can stand in for."""
    function = getattr(module, name, None)
    if getattr(function, "__code__", None) is None or function.__code__.co_freevars:
        raise pytest.UsageError(
            f"{module.__name__}.{name} is no plain function that another can stand in for"
        )
    return function


class StandingIn:
    """Puts the stand-ins in place, and reports how the tests ended."""

    def __init__(self, module, functions, wrong, report):
        self.module, self.report, self.failed, self.passed = module, report, "", 0
        self.stand_ins = {name: right(name) for name in functions}
        for mutant in mutants(wrong[:1]):
            if mutant.says == wrong[1]:
                self.stand_ins[mutant.function] = mutant.build()

    def put_in(self, module):
        """Lend the stand-ins' code to a module's functions."""
        for name, stand_in in self.stand_ins.items():
            lend(plain_function(module, name), stand_in)

    def pytest_sessionstart(self, session):
        """Before any test is imported: what it computes at its top is computed by the stand-ins, too."""
        sys.path.insert(0, os.getcwd())
        if self.module and self.stand_ins:
            self.put_in(importlib.import_module(self.module))

    def pytest_collection_modifyitems(self, items):
        """Functions that the tests' own file defines exist from now on."""
        if not self.module and self.stand_ins:
            for module in {id(item.module): item.module for item in items}.values():
                self.put_in(module)

    def pytest_collectreport(self, report):
        """Note a file that cannot even be imported."""
        if report.failed:
            self.failed = self.failed or f"{report.nodeid}, while it is imported"

    def pytest_runtest_logreport(self, report):
        """Note the first test that fails."""
        if report.failed:
            self.failed = self.failed or report.nodeid
        self.passed += report.when == "call" and report.passed

    def pytest_sessionfinish(self):
        """Tell the audit."""
        said = {"failed": self.failed, "passed": self.passed}
        replace_text(Path(self.report), json.dumps(said))


def pytest_configure(config):
    """Read the order."""
    config.pluginmanager.register(StandingIn(**json.loads(os.environ[ORDER])))
