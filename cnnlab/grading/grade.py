"""Grade a class: what changed since the last time, on all cores, into the gradebook."""

import contextlib
import functools
import hashlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.core import Status
from cnnlab.grading.engine import Task, on_cluster, on_cores, workers
from cnnlab.grading.export import export_spec
from cnnlab.grading.files import alone, fingerprint, read_regular, replace_text
from cnnlab.grading.forking import get_ready
from cnnlab.grading.reading.finding import Misnamed, find_submission
from cnnlab.grading.secret import course_secret
from cnnlab.grading.store import Entry, Store, status_of

BATCH = 25  # submissions a transaction
PATIENCE = 2.0  # seconds that a finished one may wait for its transaction


@dataclass(frozen=True)
class Change:
    """A mark that is not what it was, though the submission is the same.

    Parameters
    ----------
    student, cell : str
    before, after : float
    reason : str
        What the check says now.
    """

    student: str
    cell: str
    before: float
    after: float
    reason: str


@dataclass
class Run:
    """What came of grading a class.

    Parameters
    ----------
    statuses : dict of str to Status
        Of all students who handed something in.
    reused : set of str
        Those who had not changed.
    changes : list of Change
        Marks that differ for the same submission: a check was mended.
    seconds : float
    """

    statuses: dict = field(default_factory=dict)
    reused: set = field(default_factory=set)
    changes: list = field(default_factory=list)
    seconds: float = 0.0


def grade(course, slug, *, force=False, jobs=None, scheduler="", no_isolation=False, on_status=None):
    """Grade all submissions of an exercise into the gradebook.

    Each ends in a status, and none stops the run. Stopped at any point, it goes on where it was: what is in
    the gradebook is there as a whole, and is not graded again until it changes.

    Parameters
    ----------
    course : Course
    slug : str
    force : bool
        Grade also what did not change.
    jobs : int, optional
        Workers; one for each core unless said otherwise.
    scheduler : str
        Address of a Dask scheduler, whose workers grade instead of this machine's cores.
    no_isolation : bool
        Run student code without a sandbox where there is none.
    on_status : callable, optional
        Called as ``on_status(student, status, reused)`` when a submission has its status.

    Returns
    -------
    Run

    Raises
    ------
    LookupError
        Where the gradebook does not know the exercise.
    cnnlab.grading.sandbox.IsolationError
        Where this machine cannot keep student code apart.
    """
    started, run = time.perf_counter(), Run()
    course.prepare()
    if not scheduler:
        get_ready()
    apart = course.apart(slug, no_isolation=no_isolation)
    jobs = min(jobs or cores(), max(len(course.students(slug)), 1))
    with contextlib.ExitStack() as until_done:
        with ThreadPoolExecutor(1) as meanwhile:  # other programs are at work, while we import nbgrader
            begun = meanwhile.submit(begin, apart, 0 if scheduler else jobs, until_done)
            with open_gradebook(course) as gradebook:
                spec = export_spec(gradebook, slug, slug, course.notebook("exercises", slug))
        here, pool = begun.result()
        secret = course_secret(course.build)
        code = fingerprint(
            course.root / "cnnlab", course.solutions / slug, salt=f"{secret}{spec!r}{no_isolation}"
        )
        until_done.enter_context(alone(course.build / ".grading"))
        store = until_done.enter_context(Store(course, slug, slug, penalty_of(course)))
        course.set_aside_timestamps(slug)
        before, marks = store.endings(), store.marks()
        now = {student: handed_in(course, slug, student, spec) for student in course.students(slug)}
        prints = {student: f"{code} {print_}" for student, print_ in now.items()}
        for student, ending in before.items():
            if student in now and not force and ending["fingerprint"] == prints[student]:
                run.reused.add(student)
                run.statuses[student] = status_of(ending)
        waiting = [student for student in now if student not in run.reused]
        tell = on_status or (lambda *said: None)
        for student in run.reused:
            tell(student, run.statuses[student], True)
        tasks = (task_of(course, slug, student, spec) for student in waiting)
        if scheduler:
            finished = on_cluster(tasks, (spec, apart, secret), address=scheduler)
        else:
            seconds = apart.longest(spec)
            finished = on_cores(tasks, spec, secret, pool=pool, jobs=jobs, seconds=seconds)
        with Writing(course, slug, store) as writing:
            for task, graded in finished:
                student = task.student
                run.statuses[student] = graded.status
                same = before.get(student, {}).get("fingerprint", " ").split()[-1:] == [now[student]]
                if same:
                    run.changes += changes(student, marks.get(student, {}), graded)
                stamp = course.timestamp(slug, student)
                writing.add(Entry(student, graded, prints[student], here.said, stamp))
                tell(student, graded.status, False)
    run.seconds = time.perf_counter() - started
    return run


def begin(apart, jobs, until_done):
    """Find what protects this machine, and start so many workers, if any: the recipe, and their pool."""
    here = apart.on_this_machine()
    here.require()
    return here, until_done.enter_context(workers(here, jobs)) if jobs else None


class Writing:
    """Gather what is finished, and write it many at a time, the notebooks before the marks.

    A run that is killed between the two grades that submission again; none has marks without its notebook.
    """

    def __init__(self, course, slug, store):
        self.course, self.slug, self.store = course, slug, store
        self.entries, self.since = [], time.monotonic()
        self.released = frozenset(sources(course.notebook("exercises", slug)))

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.flush()  # Ctrl-C, too, keeps what is finished

    def add(self, entry):
        """Take one more; write when enough are there, or when the first has waited long enough."""
        self.entries.append(entry)
        if len(self.entries) >= BATCH or time.monotonic() - self.since > PATIENCE:
            self.flush()

    def flush(self):
        """Write what was gathered."""
        for entry in self.entries:
            path = self.course.notebook("autograded", self.slug, entry.student)
            write_notebook(path, entry.graded.notebook, self.released)
            if entry.graded.notebook:
                carry(self.course.submitted / entry.student / self.slug, path.parent)
        if self.entries:
            self.store.write(self.entries)
        self.entries, self.since = [], time.monotonic()


def sources(path):
    """List what stands in the cells of a notebook of one's own; nothing, where it is not there."""
    if not path.exists():
        return []
    return ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def write_notebook(path, notebook, released=frozenset()):
    """Write a notebook as it ran, its text made harmless; where none did, take an earlier one away.

    Text that was released so is the course's own.
    """
    for cell in notebook.get("cells", ()):
        if cell["cell_type"] != "code" and cell["source"] not in released:
            from cnnlab.grading.harmless_pages import quiet  # with nbconvert, a third of a second

            cell["source"] = quiet(cell["source"])
    if notebook:
        replace_text(
            path, json.dumps(notebook, ensure_ascii=False) + "\n"
        )  # with an indent it takes ten times as long
    else:
        path.unlink(missing_ok=True)


def carry(submitted, autograded):
    """Bring along what nbgrader's feedback and exchange look for beside a notebook."""
    for name in ("timestamp.txt", "submission_secret.txt"):
        with contextlib.suppress(OSError):
            text = read_regular(submitted / name, 10_000).decode("utf-8", "replace")
            replace_text(autograded / name, text)


def handed_in(course, slug, student, spec):
    """Fingerprint what a student handed in, and when."""
    task = task_of(course, slug, student, spec)
    found = task.status.note if task.status else task.note
    when = repr(course.timestamp(slug, student))
    parts = (found.encode("utf-8", "replace"), when.encode(), task.data or b"")
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def task_of(course, slug, student, spec):
    """Make a task of what a student handed in; where it is not clear what that is, its status says so."""
    try:
        data, note = find_submission(course.submitted / student / slug, f"{slug}.ipynb", spec)
    except Misnamed as misnamed:
        return Task(student, status=Status(misnamed.name, misnamed.note, misnamed.advice))
    return Task(student, data, note=note)


def changes(student, before, graded):
    """List the marks of an unchanged submission that are no longer what they were."""
    for cell, after in graded.marks.items():
        if cell in before and before[cell] != after:
            result = graded.results.get(cell, {})
            found = ": ".join(filter(None, [result.get("case"), result.get("finding")]))
            reason = found or graded.status.note or "it is right by the checks as they are now"
            yield Change(student, cell, before[cell], after, reason)


def penalty_of(course):
    """Return nbgrader's plugin for late submissions, set up by the course's configuration for the first."""

    @functools.cache
    def plugin():
        from nbgrader.preprocessors import AssignLatePenalties

        assign = AssignLatePenalties(config=course.config())
        assign.init_plugin()
        return assign.plugin_inst

    return lambda *late: plugin().late_submission_penalty(*late)


def cores():
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_statuses(course, slug):
    """Read how the submissions of an exercise ended, by student."""
    from nbgrader.api import MissingEntry

    if not course.has_gradebook():
        return {}
    try:
        with Store(course, slug, slug) as store:
            return {student: status_of(ending) for student, ending in sorted(store.endings().items())}
    except MissingEntry:  # not released yet
        return {}
