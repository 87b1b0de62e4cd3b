"""Write an answer once: stamp it into the instructor's notebook, and strip it from the students'."""

import ast
import hashlib
import importlib
import inspect
import os
import re
import shutil
import textwrap
from pathlib import Path

from cnnlab.grading.convert import ConversionError, convert
from cnnlab.grading.files import replace_text, scratch_folder

STAMP = re.compile(r"^(?P<indent>[ ]*)# stamp: (?P<module>[\w.]+)\.(?P<function>\w+)$", re.MULTILINE)
CELL = {"schema_version": 3, "grade": False, "locked": False, "solution": False, "task": False}
KEPT = ("nbgrader", "tags")  # of a cell's metadata; jupytext leaves some of its own
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def release(course, slug):
    """Generate `build/source/<slug>` from `solutions/<slug>/notebook.py`, and `exercises/<slug>` from that.

    Generating twice gives identical bytes; a file changes only when its content does, and whole.

    Parameters
    ----------
    course : Course
    slug : str

    Returns
    -------
    Path
        The students' notebook.

    Raises
    ------
    ConversionError
        Where nbgrader refuses; above all, where cells came or went after submissions were graded.
    """
    from nbgrader.converters import GenerateAssignment

    source = (course.solutions / slug / "notebook.py").read_text(encoding="utf-8")
    shutil.rmtree(course.source / slug, ignore_errors=True)  # nbgrader would release whatever lies there
    replace_text(course.notebook("source", slug), instructors_notebook(source))
    with scratch_folder(course.build) as staging:
        try:
            relative = os.path.relpath(staging, course.root)
            convert(GenerateAssignment, course, slug, release_directory=Path(relative).as_posix())
        except ConversionError as failure:
            raise explained(failure, course) from failure
        released = (staging / slug / f"{slug}.ipynb").read_text(encoding="utf-8")
    path = course.notebook("exercises", slug)
    if not path.exists() or path.read_text(encoding="utf-8") != released:
        replace_text(path, released)
    return path


def explained(failure, course):
    """Say what to do where nbgrader refuses new cells."""
    if "Cannot add or remove cells" not in str(failure):
        return failure
    return ConversionError(
        f"{course.gradebook} holds submissions of an earlier edition with other cells: "
        "keep the cells as they were, or move that gradebook away and grade into a new one"
    )


def instructors_notebook(text):
    """Turn a percent-format source into a notebook's text: answers stamped, ids from grade ids."""
    import jupytext
    import nbformat

    notebook = jupytext.reads(stamp(text), fmt="py:percent")
    notebook.metadata = nbformat.from_dict(KERNEL)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in KEPT if key in cell.metadata})
        if grading := cell.metadata.get("nbgrader"):
            cell.metadata["nbgrader"] = {**CELL, **grading}
        cell["id"] = cell_id(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def cell_id(cell):
    """Name a cell after its grade id or, where it has none, after its text."""
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    return grade_id or "text-" + hashlib.sha256(cell.source.encode()).hexdigest()[:12]


def stamp(text):
    r"""Replace each line `# stamp: module.function` by that function's body, without its docstring.

    Examples
    --------
    >>> print(stamp("def name(cell):\n    # stamp: cnnlab.grading.release.cell_id"))
    def name(cell):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        return grade_id or "text-" + hashlib.sha256(cell.source.encode()).hexdigest()[:12]
    """
    return STAMP.sub(lambda match: textwrap.indent(function_body(**match.groupdict()), match["indent"]), text)


def function_body(module, function, **_):
    """Return the lines of a function's body below its docstring, moved to the left margin."""
    source = inspect.getsource(getattr(importlib.import_module(module), function))
    statements = ast.parse(source).body[0].body
    documented = isinstance(statements[0], ast.Expr) and isinstance(statements[0].value, ast.Constant)
    first = statements[0].end_lineno if documented else statements[0].lineno - 1
    return textwrap.dedent("\n".join(source.splitlines()[first:])).strip("\n")
