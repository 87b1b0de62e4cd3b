"""Copied, deleted and stripped cells: the metadata is mended, the student's code stays as it was."""

import copy

import nbformat
import pytest

from cnnlab.grading.release import release
from cnnlab.grading.repair import REPAIRS, SKIP, RepairCells

SLUG = "ch08_conv_backward"
GRADED = {f"conv_backward-{c}" for c in "bias weight input padding stride dilation groups axes".split()}


@pytest.fixture(scope="module")
def released(course):
    course.prepare()
    return nbformat.read(release(course, SLUG), as_version=4)


@pytest.fixture
def notebook(released):
    return copy.deepcopy(released)


@pytest.fixture
def repaired(course):
    """Run the preprocessor as nbgrader does."""
    names = {"notebook": SLUG, "assignment": SLUG, "db_url": course.gradebook_url}
    return lambda notebook: RepairCells().preprocess(notebook, {"nbgrader": names})[0]


def by_id(notebook, name):
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name]


def graded(notebook):
    return [
        c.metadata.nbgrader.grade_id for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")
    ]


def grading(cell):
    """A cell's metadata but for its checksum: that of the hidden cell is not the students' to know."""
    return {key: value for key, value in cell.metadata.get("nbgrader", {}).items() if key != "checksum"}


def test_a_whole_notebook_keeps_its_metadata(notebook, repaired):
    before = copy.deepcopy(notebook)
    after = repaired(notebook)
    assert [grading(cell) for cell in after.cells] == [grading(cell) for cell in before.cells]
    assert [c.source for c in after.cells] == [c.source for c in before.cells]
    assert after.metadata[REPAIRS] == []


def test_of_copies_the_last_counts_and_the_others_stay_as_code(notebook, repaired):
    original = by_id(notebook, "conv_backward_input")[0]
    original.source = "first = 1"
    pasted = copy.deepcopy(original)
    pasted.id, pasted.source = "pasted", "second = 2"
    notebook.cells.append(pasted)
    after = repaired(notebook)
    assert [cell.source for cell in by_id(after, "conv_backward_input")] == ["second = 2"]
    assert [cell.source for cell in after.cells].count("first = 1") == 1
    assert after.metadata[REPAIRS] == [
        "The cell conv_backward_input was there more than once: the last one counts."
    ]


def test_deleted_graded_cells_are_put_back(notebook, repaired):
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("grade")]
    after = repaired(notebook)
    assert set(graded(after)) == GRADED
    assert "mark(EXERCISE" in by_id(after, "conv_backward-axes")[0].source
    assert len(after.metadata[REPAIRS]) == 8


def test_stripped_metadata_is_known_by_the_cells_ids(notebook, repaired):
    points = {
        c.id: c.metadata.nbgrader.points
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade")
    }
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    after = repaired(notebook)
    assert {c.id: c.metadata.nbgrader.points for c in after.cells if c.id in points} == points


def test_a_changed_worth_is_put_right(notebook, repaired):
    by_id(notebook, "conv_backward-axes")[0].metadata.nbgrader.points = 500
    assert by_id(repaired(notebook), "conv_backward-axes")[0].metadata.nbgrader.points == 1


def test_checks_that_earn_nothing_and_the_trophy_do_not_run(notebook, repaired):
    skipped = {cell.id for cell in repaired(notebook).cells if SKIP in cell.metadata.get("tags", [])}
    assert skipped == {f"{name}-visible" for name in GRADED} | {"conv_backward-trophy"}
