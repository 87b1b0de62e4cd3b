"""Cells that were copied."""

import copy

from grading.damaged.bank import BIAS, INPUT, TESTS, WEIGHT, damage, find, put, stub


@damage("The cell conv_backward_bias was there twice: the last one counts.")
def answer_copied(notebook):
    """An answer pasted once more."""
    return put(notebook, copy.deepcopy(find(notebook, BIAS)), after=BIAS)


@damage("The cell conv_backward_bias was there twice: the one that was written counts.")
def stub_copied_below(notebook):
    """A copy kept to begin anew: it would undo the answer."""
    return put(notebook, stub(BIAS), after=BIAS)


@damage("The cell conv_backward_bias was there twice: the last one counts.")
def stub_copied_above(notebook):
    """The stub kept above the answer."""
    return put(notebook, stub(BIAS), before=BIAS)


@damage("The cell conv_backward_weight was there 3 times: the last one counts.")
def three_attempts(notebook):
    """Two wrong attempts kept above the right one."""
    for source in ("def conv_backward_weight(dy, x, *a, **k):\n    return 0", "def conv_backward_weight(dy"):
        put(notebook, {**stub(WEIGHT), "source": source}, before=WEIGHT)
    return notebook


@damage("The cell conv_backward_input was there twice: the one that was written counts.")
def stub_copied_to_the_end(notebook):
    """The stub, as a last cell."""
    return put(notebook, stub(INPUT))


@damage("The cell conv_backward-padding was there twice: the last one counts.")
def test_copied(notebook):
    """A test pasted once more."""
    return put(notebook, copy.deepcopy(find(notebook, TESTS[3])), after=TESTS[3])


@damage(
    *(
        f"The cell {name} was there twice: the last one counts."
        for name in (BIAS, TESTS[0], WEIGHT, TESTS[1], INPUT, *TESTS[2:])
    )
)
def all_pasted_twice(notebook):
    """The whole notebook, below itself."""
    return {**notebook, "cells": notebook["cells"] + copy.deepcopy(notebook["cells"])}
