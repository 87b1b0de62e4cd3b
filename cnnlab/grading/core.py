"""Grade one submission: bytes in, marks out. No database, no folders, no exercise known by name."""

import hashlib
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace

from cnnlab.grading.outputs import error_output, grade_id, notebook_of, stream, value_output
from cnnlab.grading.reading import Unreadable, read_notebook
from cnnlab.grading.reading.fitting import fit
from cnnlab.grading.sandbox import Ran, StudentDied, Trouble
from cnnlab.grading.session import Session, current
from cnnlab.grading.spec import PASTIME, definitions, only_defines
from cnnlab.grading.trusted import Names, run_trusted

MOST_TROUBLES = 40  # sentences about a student's own cells that a page holds


@dataclass(frozen=True)
class Status:
    """How a submission ended.

    Parameters
    ----------
    name : str
        "graded", "unreadable" (not a notebook), "misnamed" (it is not clear which file is meant), "missing",
        "timed out", "crashed" (its process ended again and again) or "failed" (none of these).
    note, advice : str
        A sentence for the instructor, and one for the student.
    seconds : float
        How long it took.
    """

    name: str
    note: str = ""
    advice: str = ""
    seconds: float = 0.0


@dataclass
class Graded:
    """What came of a submission.

    Parameters
    ----------
    status : Status
    marks : dict of str to float or None
        Points by grade id; None where a person has to look.
    notebook : dict
        The notebook as it ran.
    results : dict of str to dict
        What the checks found, by grade id: `cnnlab.checks.Result` as plain types.
    repairs : list of str
        What was mended before it ran.
    troubles : dict of str to str
        A sentence for each of the student's own cells that did not run to its end, by grade id.
    unanswered : list of str
        Grade ids of answer cells that are as they were handed out.
    """

    status: Status
    marks: dict = field(default_factory=dict)
    notebook: dict = field(default_factory=dict)
    results: dict = field(default_factory=dict)
    repairs: list = field(default_factory=list)
    troubles: dict = field(default_factory=dict)
    unanswered: list = field(default_factory=list)


ENDS = (
    Status(
        "crashed",
        "the submission ended its own process; what could be run has its marks",
        "Your notebook ended Python itself, so not all of it could be run: look for exit(), os._exit(), "
        "a recursion or an array without bounds.",
    ),
    Status(
        "timed out",
        "a cell was stopped, or all together took too long; what could be run has its marks",
        "A cell of your notebook took too long and was stopped: look for a loop that does not end, "
        "or for a long computation that is not needed.",
    ),
)


def grade(data, spec, student, sandbox, secret):
    """Grade a notebook.

    Parameters
    ----------
    data : bytes
        The file that was handed in.
    spec : cnnlab.grading.spec.Spec
        The assignment.
    student : str
        Id of whoever handed it in: part of the seed of the hidden numbers.
    sandbox : cnnlab.grading.sandbox.Sandbox
    secret : str
        The course's secret.

    Returns
    -------
    Graded
        Whatever the bytes are.
    """
    started = time.perf_counter()
    try:
        fitted = fit(read_notebook(data), spec)
    except Unreadable as unreadable:
        return nothing(spec, Status("unreadable", unreadable.note, unreadable.advice))
    graded = run(fitted.cells, spec, student, sandbox, secret)
    graded.repairs = list(fitted.repairs)
    graded.marks |= dict.fromkeys(fitted.lost)  # somebody should look
    graded.notebook = notebook_of(fitted.cells)
    graded.status = replace(graded.status, seconds=round(time.perf_counter() - started, 3))
    return graded


def nothing(spec, status):
    """Return the marks of a submission that could not be run: none, and no cell of it."""
    return Graded(status, {cell.name: 0.0 for cell in spec.cells if cell.points or cell.kind == "test"})


def run(cells, spec, student, sandbox, secret):
    """Run a fitted notebook: the student's cells in the sandbox, the course's here, in the notebook's order.

    Outputs are left in the cells, as nbgrader expects them. Those of the student's come from a process that
    has met no test: what they show cannot be a hidden input that a test has called them with.
    """
    known = {cell.name: cell for cell in spec.cells}
    pairs = [(cell, known.get(grade_id(cell))) for cell in cells]
    code = [(cell, its) for cell, its in pairs if cell["cell_type"] == "code"]
    with new_session(sandbox, spec, student, secret) as session:
        running = Running(spec, session, sandbox.budget)
        for cell, its in code:
            running.run(cell, its)
        running.test_again()
    graded, ends = running.graded, running.ends
    if could_tell(code):
        with new_session(sandbox, spec, student, secret, apart=True) as session:
            showing = Running(spec, session, sandbox.budget)
            for cell, its in code:
                showing.show(cell, its)
        graded.troubles, ends = showing.graded.troubles, ends | showing.ends
    graded.status = ended(ends)
    for cell, its in pairs:
        if its and its.kind in ("answer", "written") and cell["source"] in (its.source, its.shown):
            graded.unanswered.append(its.name)
        if its and its.kind in ("written", "task"):
            graded.marks[its.name] = 0.0 if its.name in graded.unanswered else None
    return graded


@contextmanager
def new_session(sandbox, spec, student, secret, apart=False):
    """Lend a submission its processes: apart from those that meet tests, so that none tells another."""
    with (
        sandbox.student(seed=seed_of(spec, student), apart=apart) as process,
        closing(Session(student, secret, process)) as session,
    ):
        yield session


def could_tell(code):
    """Whether a cell of the student's below a test could show something: to define functions does not."""
    tests = [place for place, (_, known) in enumerate(code) if known and known.kind == "test"]
    below = code[tests[0] :] if tests else []
    return not all(only_defines(cell["source"]) for cell, known in below if is_students(known))


def is_students(known):
    """Whether a cell of a notebook, known or not, is the student's own work."""
    return known is None or known.kind in ("answer", "written")


class Running:
    """A notebook on its way through the two processes.

    Parameters
    ----------
    spec : cnnlab.grading.spec.Spec
    session : cnnlab.grading.session.Session
    budget : cnnlab.grading.sandbox.Budget
    """

    def __init__(self, spec, session, budget):
        self.session, self.process, self.graded = session, session.process, Graded(Status("graded"))
        self.asked = frozenset().union(*(cell.defines for cell in spec.cells))
        self.names = Names(self.process, self.asked)
        self.tested, self.renewed, self.ends = {}, set(), set()
        self.seconds = 10 + 2 * budget.wall * budget.check  # by the clock, for a test and all its calls

    def show(self, cell, known):
        """Run a code cell for what it shows; a test shows nothing."""
        if is_students(known):
            self.run_student(cell)
        elif known.kind == "given" and not known.name.endswith(PASTIME):
            self.in_sandbox(known.source)

    def run(self, cell, known):
        """Run a code cell on the side where it belongs; a given one on both."""
        if is_students(known):
            self.run_student(cell)
            if self.asked & definitions(cell["source"]):
                self.renewed |= self.tested.keys()  # what these tests ask for was written anew below them
        elif known.kind == "given" and not known.name.endswith(PASTIME):
            self.in_sandbox(known.source)
            with self.process.check():
                run_trusted(known.source, self.names, self.seconds)
        elif known.kind == "test":
            self.test(cell, known)

    def run_student(self, cell):
        """Run a cell of the student's; before any test, keep what it shows, and what trouble it had."""
        ran, cell["outputs"] = self.in_sandbox(cell["source"]), []
        if self.tested:
            return
        cell["outputs"] = stream(ran.text)
        if ran.error:
            cell["outputs"].append(error_output(ran.error.type, ran.error.text))
        if said := how_it_ended(ran):
            self.note(grade_id(cell), said)

    def note(self, name, said):
        """Keep a sentence about a cell, unless there are many."""
        troubles = self.graded.troubles
        if name or len(troubles) < MOST_TROUBLES:
            whose = f"The cell of {name}" if name else "A cell of yours"
            troubles[name or f"#{len(troubles)}"] = f"{whose} {said}"

    def in_sandbox(self, source):
        """Run a cell in the student's process, whether there is still one or not."""
        self.names.forget()
        try:
            ran = self.session.run(source)
        except StudentDied as death:
            ran = Ran(error=Trouble("StudentDied", str(death)), died=True)
        self.ends |= {end for end, so in (("crashed", ran.died), ("timed out", ran.timed_out)) if so}
        return ran

    def test(self, cell, known):
        """Run a test of the course's; of two runs the better counts."""
        self.session.found.clear()
        with current(self.session), self.process.check():
            ran = run_trusted(known.source, self.names, self.seconds)
        if ran.error and ran.error[0] == "StudentDied":
            self.ends.add("crashed")
        self.tested[known.name] = cell, known
        points, marks = points_of(ran, known.points), self.graded.marks
        if points < marks.get(known.name, 0.0):
            return
        marks[known.name], cell["outputs"] = points, stream(ran.text)
        if ran.error:
            cell["outputs"].append(error_output(*ran.error))
        elif points != known.points:
            cell["outputs"].append(value_output(points))
        if self.session.found:
            self.graded.results[known.name] = self.session.found[-1]

    def test_again(self):
        """Give what was written anew below its tests the marks that it earns."""
        for name in sorted(self.renewed):
            cell, known = self.tested[name]
            if self.graded.marks[name] < known.points:
                self.test(cell, known)


def ended(ends):
    """Say how a submission ended as a whole; marks stand in any case."""
    return next((status for status in ENDS if status.name in ends), Status("graded"))


def how_it_ended(ran):
    """Say how a cell ended, if not at its end; an answer not yet written is no trouble."""
    if ran.died:
        return "ended its own process."
    if ran.timed_out:
        return "was stopped: it took too long."
    if ran.error and ran.error.type != "NotImplementedError":
        where = f" in its line {ran.error.line}" if ran.error.line else ""
        return f"did not run to its end: {ran.error.type}{where}: {ran.error.text}".splitlines()[0]
    return ""


def points_of(ran, most):
    """Give points as nbgrader does: none for an exception, the last value where it is a number, else all.

    Examples
    --------
    >>> from cnnlab.grading.trusted import Ran
    >>> points_of(Ran(value=1.5), 2), points_of(Ran(), 2), points_of(Ran(error=("E", "")), 2)
    (1.5, 2.0, 0.0)
    >>> points_of(Ran(value=float("nan")), 2), points_of(Ran(value=99), 2)
    (0.0, 2.0)
    """
    if ran.error:
        return 0.0
    if not isinstance(ran.value, (int, float)) or isinstance(ran.value, bool):
        return float(most)
    return float(min(max(ran.value, 0.0), most)) if ran.value == ran.value else 0.0  # NaN equals nothing


def seed_of(spec, student):
    """Seed what a submission draws at random: the same at every grading."""
    digest = hashlib.sha256(f"{spec.assignment}\0{spec.notebook}\0{student}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
