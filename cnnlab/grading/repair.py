"""Mend what editors and students do to a notebook's cells, so that no honest work is lost.

Stands in nbgrader's chain where DeduplicateIds stood, whose answer to a copied cell stops the whole run.
"""

from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from cnnlab.grading.notebook import PASTIME

SKIP = "skip-execution"  # nbclient leaves cells with this tag alone
REPAIRS = "cnnlab_repairs"  # in a notebook's metadata: what was mended, a sentence each


class RepairCells(NbGraderPreprocessor):
    """Let every cell of the assignment occur once: of copies the last counts, what is missing is put back.

    A copy keeps its text and runs as the student's own cell, so a notebook means what it meant. A cell whose
    metadata an editor lost is known by its id. Cells that carry no points and come after the answers (visible
    checks, the trophy) do not run: they take time and earn nothing.
    """

    def preprocess(self, nb, resources):
        """Mend one notebook in place, by what the gradebook holds of its assignment."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            assignment = gradebook.find_notebook(names["notebook"], names["assignment"])
            sources = {cell.name: cell for cell in assignment.source_cells}
            points = {cell.name: cell.max_score for cell in assignment.grade_cells}
            answers = {cell.name for cell in assignment.solution_cells}
            standing, copied = keep_last(nb.cells, sources)
            missing = sorted(points.keys() - standing.keys())
            for name in missing:
                standing[name] = new_code_cell(sources[name].source)
                nb.cells.append(standing[name])
            for name, cell in standing.items():
                cell.metadata["nbgrader"] = grading(sources[name], points.get(name), name in answers)
                if name.endswith(PASTIME):
                    cell.metadata["tags"] = [*cell.metadata.get("tags", []), SKIP]
        nb.metadata[REPAIRS] = [
            f"The cell {name} was there more than once: the last one counts." for name in copied
        ]
        nb.metadata[REPAIRS] += [f"The cell {name} was missing: it was put back." for name in missing]
        return nb, resources


def keep_last(cells, sources):
    """Strip nbgrader's metadata from all cells; return the last of each grade id, and the ids of copies."""
    standing, copied = {}, []
    for cell in reversed(cells):
        name = cell.metadata.pop("nbgrader", {}).get("grade_id", cell.get("id"))
        if name in standing:
            copied.append(name)
        elif name in sources:
            standing[name] = cell
    return standing, sorted(set(copied))


def grading(source, points, answer):
    """Write a cell's metadata for nbgrader anew, from the gradebook."""
    metadata = {
        "schema_version": 3,
        "grade_id": source.name,
        "grade": points is not None,
        "solution": answer,
        "locked": source.locked,
        "task": False,
        "checksum": source.checksum,
        "cell_type": source.cell_type,
    }
    return metadata if points is None else {**metadata, "points": points}
