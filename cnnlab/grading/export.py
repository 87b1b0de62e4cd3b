"""Read an assignment out of nbgrader's gradebook: its cells with their tests, in their order."""

import json
from pathlib import Path

from cnnlab.grading.spec import Cell, Spec


def export_spec(gradebook, assignment, notebook, ordered_by=None):
    """Export what a notebook asks and how it is tested.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment, notebook : str
    ordered_by : Path, optional
        The notebook itself, for nbgrader does not keep the order of cells; else that of their recording.

    Returns
    -------
    cnnlab.grading.spec.Spec

    Raises
    ------
    LookupError
        Where the gradebook does not know the notebook.
    """
    from nbgrader.api import MissingEntry

    try:
        found = gradebook.find_notebook(notebook, assignment)
    except MissingEntry:
        raise LookupError(
            f"{assignment} is not in the gradebook: run `cnnlab release {assignment}` first, or "
            f"`nbgrader generate_assignment {assignment}` in a course of your own"
        ) from None
    points = {cell.name: cell.max_score for cell in [*found.grade_cells, *found.task_cells]}
    answers = {cell.name for cell in found.solution_cells}
    tasks = {cell.name for cell in found.task_cells}
    cells = [
        Cell(
            name=cell.name,
            kind=kind_of(cell.name, points, answers, tasks),
            cell_type=cell.cell_type,
            source=cell.source,
            points=points.get(cell.name, 0.0),
            checksum=cell.checksum or "",
        )
        for cell in found.source_cells
    ]
    order = {name: place for place, name in enumerate(names_in(ordered_by))}
    return Spec(assignment, notebook, tuple(sorted(cells, key=lambda cell: order.get(cell.name, len(order)))))


def kind_of(name, points, answers, tasks):
    """Tell what a cell is: see `Cell`."""
    if name in tasks:
        return "task"
    if name in points:
        return "written" if name in answers else "test"
    return "answer" if name in answers else "given"


def names_in(path):
    """List the grade ids of a notebook, in its order; none where it is not there."""
    if path is None or not Path(path).exists():
        return []
    notebook = json.loads(Path(path).read_text(encoding="utf-8"))
    return [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in notebook["cells"]]
