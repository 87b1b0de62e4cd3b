"""Whose notebook is being graded: what a check needs to know, and where it leaves what it found."""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


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
    """

    student: str
    secret: str
    process: object
    found: list = field(default_factory=list)


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
