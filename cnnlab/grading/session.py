"""Whose notebook is being graded: what a check needs to know, and where it leaves what it found."""

from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field

from cnnlab.grading.sandbox import StudentDied


@dataclass
class Session:
    """One submission while its checks run.

    Parameters
    ----------
    student : str
        Id of whoever handed it in.
    secret : str
        The course's secret, from which the hidden numbers are drawn.
    process : cnnlab.grading.sandbox.Student
        The student's process.
    found : list of dict
        What the checks found, a `cnnlab.checks.Result` each as plain types.
    decks : dict
        The student's hidden cases, by exercise.
    markings : dict
        What the student's functions gave on them, by exercise; to be cleared where they may be others.
    """

    student: str
    secret: str
    process: object
    found: list = field(default_factory=list)
    decks: dict = field(default_factory=dict)
    markings: dict = field(default_factory=dict)
    fresh: object = None

    def run(self, source):
        """Run a cell of the notebook in the student's process, and in the one that is ready to be shown."""
        self.markings.clear()
        if self.fresh:
            with suppress(StudentDied):
                self.fresh.run(source)
        return self.process.run(source)

    def ready(self):
        """Return a process of the same cells that has met no hidden number: what it says may be shown."""
        if self.fresh is None:
            self.fresh = self.process.fresh()
        return self.fresh

    def close(self):
        """End that process."""
        if self.fresh:
            self.fresh.close()


CURRENT = ContextVar("session")


@contextmanager
def current(session):
    """Make a session the current one while the block runs."""
    token = CURRENT.set(session)
    try:
        yield session
    finally:
        CURRENT.reset(token)


def current_session():
    """Return the current session.

    Raises
    ------
    LookupError
        Outside grading.
    """
    try:
        return CURRENT.get()
    except LookupError:
        raise LookupError(
            "checks for points run while a submission is graded: by `cnnlab grade`, `nbgrader autograde` or "
            "formgrader's button, in the course's folder"
        ) from None
