"""Cells that were deleted."""

from grading.damaged.bank import (
    BIAS,
    BY_CODE,
    INPUT,
    PUT_BACK,
    TESTS,
    WEIGHT,
    damage,
    locked,
    own,
    put,
    remove,
    untouched,
)

from solutions.sample_class import LOOPS


@damage(*PUT_BACK)
def tests_deleted(notebook):
    """Cells that look empty were tidied away."""
    return remove(notebook, *TESTS)


@damage("The cell conv_backward-imports was missing: it was put back.", *PUT_BACK)
def all_locked_cells_deleted(notebook):
    """Everything of the course's is gone."""
    return {**notebook, "cells": [cell for cell in notebook["cells"] if not locked(cell)]}


@damage(*BY_CODE, "The cell conv_backward-imports was missing: it was put back.", *PUT_BACK)
def answers_alone(notebook):
    """A new notebook, with three cells of the student's."""
    return {**notebook, "cells": [own(source) for source in LOOPS.values()]}


@damage("The answer conv_backward_weight was known by what it defines.")
def answer_in_a_cell_of_ones_own(notebook):
    """The stub deleted, the function written into a new cell."""
    put(notebook, own(LOOPS[WEIGHT]), before=WEIGHT)
    return remove(notebook, WEIGHT)


@damage("The cell conv_backward_weight was missing: it was put back.", earns=4)
def answer_deleted(notebook):
    """One answer is not there."""
    return remove(notebook, WEIGHT)


@damage(
    "The cell conv_backward-imports was missing: it was put back.",
    *(
        f"The cell {name} was missing: it was put back."
        for name in (BIAS, TESTS[0], WEIGHT, TESTS[1], INPUT, *TESTS[2:])
    ),
    earns=0,
)
def texts_alone(notebook):
    """All code deleted."""
    return {**notebook, "cells": [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]}


@damage(earns=0)
def not_answered(notebook):
    """Handed in as it was handed out."""
    return untouched()
