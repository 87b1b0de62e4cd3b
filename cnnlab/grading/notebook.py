"""Run a student's notebook without Jupyter: its code cells, one after the other, each as far as it goes."""

import contextlib
import io
import linecache
import os
import re
import traceback
import warnings

from cnnlab.grading.limits import Expired, alarm

CELL_SECONDS = 20
PASTIME = ("-visible", "-trophy")  # ends of the grade ids of cells that earn nothing
MAGIC = re.compile(r"^[ \t]*[%!?].*$", re.MULTILINE)  # an indented one may leave a body empty: it says so


def run_cells(notebook):
    r"""Execute a notebook's own cells in a fresh namespace.

    The course's checks and its trophy are left out. Magics are skipped, prints and plots go nowhere. A cell
    that fails stops there; what it defined before stands.

    Parameters
    ----------
    notebook : dict
        As read from its JSON.

    Returns
    -------
    namespace : dict
    troubles : list of str
        One line for each cell that did not run to its end.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "x = 1\n%matplotlib inline\nx / 0\nx = 2", "metadata": {}}
    >>> namespace, troubles = run_cells({"cells": [cell]})
    >>> namespace["x"], troubles
    (1, ['Cell 1, line 3: ZeroDivisionError: division by zero'])
    """
    os.environ.setdefault("MPLBACKEND", "Agg")
    namespace, troubles = {"__name__": "__main__", "display": lambda *things, **options: None}, []
    for number, cell in enumerate((c for c in notebook["cells"] if c["cell_type"] == "code"), start=1):
        if not is_checking(cell) and (trouble := run_cell("".join(cell["source"]), namespace, number)):
            troubles.append(f"Cell {number}{trouble}")
    return namespace, troubles


def is_checking(cell):
    """Whether a cell is one of the course's checks or its trophy."""
    grading = cell["metadata"].get("nbgrader", {})
    name = grading.get("grade_id", "")
    return grading.get("grade", False) or name.endswith(PASTIME)


def run_cell(source, namespace, number):
    """Execute one cell; return what stopped it, or an empty text."""
    source, name, sink = MAGIC.sub("", source), f"<cell {number}>", io.StringIO()
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name  # errors quote lines
    try:
        code = compile(source, name, "exec")
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with alarm(CELL_SECONDS):
                exec(code, namespace)
    except Expired:
        return f" was still running after {CELL_SECONDS} s"
    except NotImplementedError:
        return ""
    except SyntaxError as error:
        return f", line {error.lineno}: {type(error).__name__}: {error.msg}"
    except (Exception, SystemExit) as error:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == name]
        return f", line {lines[0]}: {type(error).__name__}: {error}".splitlines()[0]
    return ""
