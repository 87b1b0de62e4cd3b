"""Cells that were changed: what stands where it should not, what is another kind of cell."""

from grading.damaged.bank import (
    ANSWERS,
    BIAS,
    BY_CODE,
    INPUT,
    MOVED,
    TESTS,
    WEIGHT,
    damage,
    find,
    own,
    put,
    remove,
    stub,
    untouched,
)

from solutions.sample_class import LOOPS


@damage("The cell conv_backward-bias was changed: what was written into it stands before it.")
def test_replaced(notebook):
    """A test of one's own in the place of the course's."""
    find(notebook, TESTS[0])["source"] = "assert conv_backward_bias(np.ones((1, 2, 3))).tolist() == [3, 3]"
    return notebook


@damage(
    "The cell conv_backward-weight was changed: what was written into it stands before it.",
    "The answer conv_backward_weight was known by what it defines.",
)
def answer_in_the_test(notebook):
    """Took the empty test cell for the place to write into."""
    find(notebook, WEIGHT)["source"] = stub(WEIGHT)["source"]
    find(notebook, TESTS[1])["source"] += ["\n\n", *LOOPS[WEIGHT].splitlines(keepends=True)]
    return notebook


@damage(
    "The cell conv_backward-bias-visible was changed: what was written into it stands before it.",
    "The answer conv_backward_bias was known by what it defines.",
)
def answer_in_the_visible_check(notebook):
    """Wrote above the check, and left the stub."""
    find(notebook, BIAS)["source"] = stub(BIAS)["source"]
    check = find(notebook, f"{TESTS[0]}-visible")
    check["source"] = [*LOOPS[BIAS].splitlines(keepends=True), "\n\n", *check["source"]]
    return notebook


@damage(
    "The cell conv_backward-bias was changed: what was written into it stands before it.",
    "The answer conv_backward_bias was known by what it defines.",
    "The answer conv_backward_weight was found in the cell conv_backward_bias.",
    "The answer conv_backward_input was found in the cell conv_backward_bias.",
)
def all_answers_in_a_test(notebook):
    """Took the first empty cell for the place to write everything into."""
    for name in ANSWERS:
        find(notebook, name)["source"] = stub(name)["source"]
    find(notebook, TESTS[0])["source"] = "\n\n".join(LOOPS.values())
    return notebook


@damage("The cell conv_backward-imports was changed: what was written into it stands before it.")
def imports_changed(notebook):
    """More imports in the first cell, and less."""
    find(notebook, "conv_backward-imports")["source"] = "import math\nimport numpy"
    return notebook


@damage("The cell conv_backward-imports was changed: it is as it was handed out.")
def imports_emptied(notebook):
    """The first cell's text deleted."""
    find(notebook, "conv_backward-imports")["source"] = []
    return notebook


@damage(*(f"The cell {name} was changed: it is as it was handed out." for name in TESTS))
def tests_emptied(notebook):
    """The comments in the empty cells deleted."""
    for name in TESTS:
        find(notebook, name)["source"] = []
    return notebook


@damage("The answer conv_backward_input was known by what it defines.")
def answer_above_the_stub(notebook):
    """Wrote into a new cell above the stub, which then would undo it."""
    find(notebook, INPUT)["source"] = stub(INPUT)["source"]
    return put(notebook, own(LOOPS[INPUT]), before=INPUT)


@damage(
    "The answer conv_backward_weight was known by what it defines.",
    "The cell conv_backward-weight stood where it cannot run: it was moved.",
)
def attempts_in_cells_of_ones_own(notebook):
    """A wrong attempt above the stub, the right one below the test."""
    find(notebook, WEIGHT)["source"] = stub(WEIGHT)["source"]
    put(notebook, own("def conv_backward_weight(*args, **options):\n    return 0"), before=WEIGHT)
    return put(notebook, own(LOOPS[WEIGHT]), after=TESTS[1])


@damage(
    "The answer conv_backward_bias was known by what it defines.",
    "The cell conv_backward-bias stood where it cannot run: it was moved.",
)
def answer_cell_used_to_try_things(notebook):
    """The function written below its test, its own cell used to call it."""
    find(notebook, BIAS)["source"] = "print(conv_backward_bias(np.ones((1, 2, 3))))"
    return put(notebook, own(LOOPS[BIAS]), after=TESTS[0])


@damage("The answer conv_backward_input was known by what it defines.")
def answer_above_a_stub_that_passes(notebook):
    """The same, with `pass` in the stub."""
    source = "".join(stub(INPUT)["source"]).replace("raise NotImplementedError()", "pass")
    find(notebook, INPUT)["source"] = source
    return put(notebook, own(LOOPS[INPUT]), before=INPUT)


@damage(
    *BY_CODE,
    *MOVED,
)
def answers_at_the_end(notebook):
    """All stubs left as they were, the answers in new cells below the trophy."""
    cells = untouched()["cells"]
    return {**notebook, "cells": cells + [own(source) for source in LOOPS.values()]}


@damage("The cell conv_backward_bias had become Markdown: it is code again.")
def answer_became_markdown(notebook):
    """Pressed M, and pasted the code as a block."""
    cell = find(notebook, BIAS)
    cell |= {"cell_type": "markdown", "source": f"```python\n{LOOPS[BIAS]}```\n"}
    return notebook


@damage("The cell conv_backward_bias had become raw text: it is code again.")
def answer_became_raw(notebook):
    """Pressed R."""
    find(notebook, BIAS)["cell_type"] = "raw"
    return notebook


@damage()
def test_became_markdown(notebook):
    """Pressed M in a test."""
    find(notebook, TESTS[1])["cell_type"] = "markdown"
    return notebook


@damage(
    "The answer conv_backward_weight was found in the cell conv_backward_bias.",
    "The answer conv_backward_input was found in the cell conv_backward_bias.",
)
def merged_into_the_first(notebook):
    """All three answers in the first cell, the other two deleted."""
    find(notebook, BIAS)["source"] = "\n\n".join(LOOPS.values())
    return remove(notebook, WEIGHT, INPUT)


@damage(
    "The answer conv_backward_bias was found in the cell conv_backward_input.",
    "The answer conv_backward_weight was found in the cell conv_backward_input.",
    *MOVED,
)
def merged_into_the_last(notebook):
    """All three answers in the last cell, the other stubs left."""
    for name in (BIAS, WEIGHT):
        find(notebook, name)["source"] = stub(name)["source"]
    find(notebook, INPUT)["source"] = "\n\n".join(LOOPS.values())
    return notebook


@damage()
def split(notebook):
    """A helper in a cell of its own, below the function that needs it."""
    find(notebook, BIAS)["source"] = "def conv_backward_bias(dy):\n    return over_places(dy)"
    return put(notebook, own("def over_places(dy):\n    return dy.sum((0, *range(2, dy.ndim)))"), after=BIAS)
