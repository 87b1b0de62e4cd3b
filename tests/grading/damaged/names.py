"""nbgrader's metadata, lost or edited."""

from grading.damaged.bank import (
    ANSWERS,
    BIAS,
    BY_CODE,
    MOVED,
    PUT_BACK,
    TESTS,
    damage,
    find,
    grade_id,
)


@damage()
def metadata_lost(notebook):
    """Saved by an editor that drops metadata; the cells' ids are left."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


@damage(*BY_CODE)
def metadata_and_ids_lost(notebook):
    """Saved by an editor that drops metadata and gives new ids."""
    for number, cell in enumerate(notebook["cells"]):
        cell |= {"metadata": {}, "id": f"new{number}"}
    return notebook


@damage()
def names_in_capitals(notebook):
    """Grade ids in capitals."""
    for cell in notebook["cells"]:
        if grade_id(cell):
            cell |= {"id": "x", "metadata": {"nbgrader": {"grade_id": f" {grade_id(cell).upper()}"}}}
    return notebook


@damage(*MOVED)
def names_of_answers_exchanged(notebook):
    """Each answer is written into the cell of another one."""
    sources = [find(notebook, name)["source"] for name in ANSWERS]
    for name, source in zip(ANSWERS, sources[1:] + sources[:1], strict=True):
        find(notebook, name)["source"] = source
    return notebook


@damage(
    "The cell conv_backward_bias was there 19 times: the one that was written counts.",
    "The cell conv_backward-imports was missing: it was put back.",
    *PUT_BACK,
)
def one_name_for_all(notebook):
    """A program wrote one grade id on every cell."""
    for cell in notebook["cells"]:
        if grade_id(cell):
            cell["metadata"]["nbgrader"]["grade_id"] = BIAS
            cell["id"] = "x"
    return notebook


@damage()
def points_edited(notebook):
    """Thinks that it is worth more."""
    for name in TESTS:
        find(notebook, name)["metadata"]["nbgrader"]["points"] = 500
    return notebook


@damage()
def flags_edited(notebook):
    """Nothing is graded, nothing locked, nothing a solution any more."""
    for cell in notebook["cells"]:
        if grade_id(cell):
            cell["metadata"]["nbgrader"] |= {"grade": False, "locked": False, "solution": False, "task": True}
            cell["metadata"]["nbgrader"]["cell_type"] = "markdown"
    return notebook


@damage()
def metadata_without_sense(notebook):
    """nbgrader's metadata are a text, and a name is a list; the ids are left."""
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {"nbgrader": "?" if number % 2 else {"grade_id": [1]}}
    return notebook
