"""Cells that were moved."""

from grading.damaged.bank import BIAS, INPUT, MOVED, TESTS, damage, find, own, put, remove

from solutions.sample_class import LOOPS


@damage(*MOVED)
def tests_first(notebook):
    """All tests moved to the top."""
    first = [find(notebook, name) for name in TESTS]
    return {**notebook, "cells": first + remove(notebook, *TESTS)["cells"]}


@damage(
    "The cell conv_backward-imports stood where it cannot run: it was moved.",
    *MOVED,
)
def upside_down(notebook):
    """The last cell first."""
    return {**notebook, "cells": notebook["cells"][::-1]}


@damage("The cell conv_backward-imports stood where it cannot run: it was moved.")
def imports_last(notebook):
    """The imports moved to the end."""
    imports = find(notebook, "conv_backward-imports")
    return put(remove(notebook, "conv_backward-imports"), imports)


@damage()
def own_code_above_the_imports(notebook):
    """A helper above everything, which needs what the course imports."""
    find(notebook, BIAS)["source"] = (
        "def conv_backward_bias(dy):\n    return ONE * np.sum(dy, (0, *range(2, dy.ndim)))"
    )
    notebook["cells"].insert(0, own("ONE = np.ones(1)"))
    return notebook


@damage(*MOVED)
def helper_below_all_tests(notebook):
    """The tests moved up, and a helper at the very end."""
    tests = [find(notebook, name) for name in TESTS]
    remove(notebook, *TESTS)["cells"][2:2] = tests
    find(notebook, INPUT)["source"] = LOOPS[INPUT].replace("def conv_backward_input", "def spread") + (
        "\n\ndef conv_backward_input(*args, **options):\n    return helped(spread(*args, **options))"
    )
    return put(notebook, own("def helped(dx):\n    return dx"))
