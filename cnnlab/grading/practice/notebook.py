"""Run a student's notebook on their own machine, without Jupyter: its cells, each as far as it goes.

It runs as it will when it is graded: magics are left out, plots go nowhere, and nobody answers a question.
"""

import contextlib
import io
import linecache
import sys
import traceback
import warnings

from cnnlab.grading.practice.limits import Expired, alarm
from cnnlab.grading.spec import PASTIME

CELL_SECONDS = 20


def run_cells(notebook, *, before_cell=lambda number: None):
    r"""Execute a notebook's own cells in a fresh namespace.

    The course's checks and its trophy are left out. Libraries that draw, and those that may know the answer,
    are stand-ins; prints go nowhere, and `input` returns "". A cell that fails stops there; what it defined
    before stands.

    Parameters
    ----------
    notebook : dict
        As read from its JSON.
    before_cell : callable
        Called with the number of each code cell before it runs.

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
    from cnnlab.grading.sandbox.inside.standins import Absorbing

    namespace = {"__name__": "__main__", "input": lambda prompt="": ""}
    namespace |= {name: Absorbing(name) for name in ("display", "get_ipython")}
    troubles = []
    with stand_ins():
        for number, name, source in own_cells(notebook):
            before_cell(number)
            if trouble := run_cell(source, namespace, number):
                troubles.append(f"{name or f'Cell {number}'}{trouble}")
    return namespace, troubles


@contextlib.contextmanager
def stand_ins():
    """Let what is imported meanwhile be stand-ins; afterwards `cnnlab` itself finds the real libraries."""
    from cnnlab.grading.sandbox.inside import standins

    standins.install()
    try:
        yield
    finally:
        sys.meta_path.remove(standins.FINDER)
        for name in [name for name, module in sys.modules.items() if isinstance(module, standins.Module)]:
            del sys.modules[name]


def own_cells(notebook):
    """List the student's own code cells: number among all code cells, what an answer's is called, source."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    own = [(n, cell) for n, cell in enumerate(code, start=1) if not is_checking(cell)]
    return [(n, called(cell), "".join(cell["source"])) for n, cell in own]


def called(cell):
    """Call an answer's cell by its function, for nobody counts cells; return nothing for other cells."""
    grading = cell["metadata"].get("nbgrader", {})
    return f"The cell of {grading.get('grade_id')}" if grading.get("solution") else ""


def is_checking(cell):
    """Whether a cell is one of the course's checks or its trophy."""
    grading = cell["metadata"].get("nbgrader", {})
    name = grading.get("grade_id", "")
    return grading.get("grade", False) or name.endswith(PASTIME)


def run_cell(source, namespace, number):
    """Execute one cell; return what stopped it, or an empty text."""
    from cnnlab.grading.sandbox.inside.cells import plain

    source, name, sink = plain(source), f"<cell {number}>", io.StringIO()
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name  # errors quote lines
    try:
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(source, name, "exec", dont_inherit=True)
            with alarm(CELL_SECONDS):
                exec(code, namespace)
    except Expired:
        return f" was still running after {CELL_SECONDS} s"
    except NotImplementedError:
        return ""
    except SyntaxError as error:
        return f", line {error.lineno}: {type(error).__name__}: {error.msg}"
    except (Exception, SystemExit) as error:
        return f"{place(error, name)}: {type(error).__name__}: {error}".rstrip(": ").splitlines()[0]
    return ""


def place(error, name):
    """Say in which line of a cell an exception arose, if in any."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return f", line {lines[0]}" if lines else ""
