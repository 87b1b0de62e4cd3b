"""The same grading inside nbgrader's own commands and formgrader, through nbgrader's own extension points.

`Submitted` reads what was handed in, `ExecuteApart` stands where `Execute` did, `RecordEnding` comes last.
The rest of nbgrader's chain, and its gradebook, stay as they are.
"""

import atexit
import os
import time
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

from nbconvert.exporters import NotebookExporter
from nbformat import from_dict
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Dict, List, Unicode

from cnnlab.grading.apart import Apart
from cnnlab.grading.core import Status, nothing, run
from cnnlab.grading.engine import failed
from cnnlab.grading.export import export_spec
from cnnlab.grading.harmless_pages import quiet
from cnnlab.grading.outputs import error_output, notebook_of
from cnnlab.grading.reading import read_notebook
from cnnlab.grading.reading.finding import find_submission
from cnnlab.grading.reading.fitting import fit
from cnnlab.grading.reading.parsing import Unreadable
from cnnlab.grading.sandbox.isolation import IsolationError
from cnnlab.grading.store import Entry, Store

KEPT = "cnnlab"  # in a notebook's metadata, between the two halves of nbgrader's chain
SANDBOXES = {}  # started ones, by their recipe: a class shares one


class ExecuteApart(NbGraderPreprocessor):
    """Run a submission in two processes: the student's cells in the sandbox, the course's tests outside."""

    source_directory = Unicode(
        help="Where the assignment's notebooks lie: they tell the order of cells."
    ).tag(config=True)
    opens = Dict(help="What student code may import of cnnlab: a list for each assignment.").tag(config=True)
    packages = List(Unicode(), ["numpy"], help="What else it may import.").tag(config=True)
    no_isolation = Bool(False, help="Go on where student code cannot be kept apart.").tag(config=True)
    operators = Bool(False, help="Let tests compute with objects of the students' classes.").tag(config=True)

    def preprocess(self, nb, resources):
        """Run one notebook; its outputs are what nbgrader then reads the points from."""
        names, kept = resources["nbgrader"], nb.metadata.pop(KEPT, {})
        spec, apart = self.spec(names), self.apart(names["assignment"])
        if "status" in kept:
            graded = nothing(spec, Status(**kept["status"]))
        else:
            graded = self.run(nb, spec, names, sandbox(apart))
        graded.repairs = list(kept.get("repairs", ()))
        if graded.status.name not in ("graded", "timed out", "crashed"):
            self.log.warning(
                "%s: %s, no points: %s", names["student"], graded.status.name, graded.status.note
            )
            fail_tests(nb, graded)
        resources["cnnlab"] = Entry(names["student"], graded, "by nbgrader", apart.said)
        return nb, resources

    def run(self, nb, spec, names, in_sandbox):
        """Run the cells, and leave them as they may be shown."""
        started, given = time.perf_counter(), {cell.name: cell.source for cell in spec.cells}
        try:
            graded = run(nb.cells, spec, names["student"], in_sandbox, os.environ.get("CNNLAB_SECRET", ""))
        except Exception as failure:
            graded = nothing(spec, failed(f"{type(failure).__name__}: {failure}".splitlines()[0][:300]))
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if cell.cell_type == "code":
                cell.outputs = [from_dict(output) for output in cell.outputs]
            elif cell.source != given.get(name):
                cell.source = quiet(cell.source)
        graded.status = replace(graded.status, seconds=round(time.perf_counter() - started, 3))
        return graded

    def spec(self, names):
        """Read from the gradebook what the notebook asks, in the order of the course's own copy of it."""
        course = self.parent.parent.coursedir  # this step's exporter's converter's
        folder = self.source_directory or course.format_path(course.source_directory, ".", ".")
        path = Path(folder) / names["assignment"] / f"{names['notebook']}.ipynb"
        with Gradebook(names["db_url"]) as gradebook:
            return export_spec(gradebook, names["assignment"], names["notebook"], path)

    def apart(self, assignment):
        """Say how student code is kept apart."""
        opens = tuple(self.opens.get(assignment, ()))
        options = {"no_isolation": self.no_isolation, "operators": self.operators}
        return Apart(opens, tuple(self.packages), **options)


class Submitted(NotebookExporter):
    """Read what was handed in as patiently as `cnnlab grade` does, and fit it to the assignment.

    What no notebook can be made of becomes one without answers, which says why.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.step = ExecuteApart(parent=self)
        try:
            self.step.apart("").require()
        except IsolationError as error:
            self.log.error(
                " ".join(str(error).replace("--no-isolation", "c.ExecuteApart.no_isolation = True").split())
            )
            raise NbGraderException("student code is not isolated on this machine") from None

    def from_filename(self, filename, resources=None, **options):
        """Convert a student's file in the first half of nbgrader's chain, in the second what came of that."""
        if not self.parent._sanitizing:
            return super().from_filename(filename, resources=resources, **options)
        names, path = resources["nbgrader"], Path(filename)
        drop_links(path.parent, Path(self.parent._format_dest(names["assignment"], names["student"])))
        spec = self.step.spec(names)
        try:
            data, _ = find_submission(path.parent, path.name)
            notebook, kept = read_notebook(data), {}
        except Unreadable as unreadable:
            status = Status(unreadable.name, unreadable.note, unreadable.advice)
            notebook, kept = notebook_of([]), {"status": asdict(status)}
        fitted = fit(notebook, spec)
        mended = from_dict(notebook_of(fitted.cells))
        mended.metadata[KEPT] = kept or {"repairs": list(fitted.repairs)}
        return self.from_notebook_node(mended, resources=resources, **options)


class RecordEnding(NbGraderPreprocessor):
    """Keep beside nbgrader's tables what the checks found, for feedback pages and the class report."""

    def preprocess(self, nb, resources):
        """Write one row."""
        names = resources["nbgrader"]
        with Store(
            SimpleNamespace(gradebook_url=names["db_url"]), names["assignment"], names["notebook"]
        ) as store:
            store.record([resources.pop("cnnlab")])
        return nb, resources


def fail_tests(nb, graded):
    """Let nbgrader read no points from a notebook that did not run, and a reader see why."""
    for cell in nb.cells:
        grading = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and grading.get("grade") and not grading.get("solution"):
            cell.outputs = [from_dict(error_output(graded.status.name, graded.status.advice))]


def drop_links(submitted, autograded):
    """Take away what nbgrader copied because a link in a submission led to it: it is not the student's."""
    for copy in autograded.rglob("*"):
        original = submitted / copy.relative_to(autograded)
        if copy.is_file() and (submitted.is_symlink() or original.is_symlink()):
            copy.unlink()


def sandbox(apart):
    """Return the sandbox of a recipe, started with its first submission and kept to the end."""
    if apart not in SANDBOXES:
        SANDBOXES[apart] = apart().__enter__()
        atexit.register(SANDBOXES[apart].__exit__, None, None, None)
    return SANDBOXES[apart]
