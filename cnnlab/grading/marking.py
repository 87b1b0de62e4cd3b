"""Mark one capability of the notebook that is running."""

import contextlib
import os
import sys
from pathlib import Path

from cnnlab.grading.limits import TimeLimit
from cnnlab.grading.secret import student_seed

RESULT = "application/vnd.cnnlab.result+json"  # how a result travels in an executed notebook


def mark(exercise, capability, namespace):
    """Score one capability, say what was found, and return the points for nbgrader.

    The last expression of a graded cell. nbgrader takes the first displayed float as the cell's points, so
    this is a plain float between 0 and the capability's points, whatever the checks say.

    Parameters
    ----------
    exercise : cnnlab.checks.Exercise
    capability : str
        The name of one of its capabilities.
    namespace : dict
        The notebook's ``globals()``.

    Returns
    -------
    float

    Raises
    ------
    LookupError
        If the course secret is not in the environment.
    """
    from cnnlab.checks import score

    student = Path.cwd().parent.name  # nbgrader runs a notebook in autograded/<student>/<slug>
    seed = student_seed(environment_secret(), exercise.slug, capability, student)
    with nothing_displayed():
        result = score(exercise, capability, namespace, seed, call=TimeLimit())
    publish(result)
    return min(max(float(result.earned), 0.0), float(result.points))


def environment_secret():
    """Find the course secret where `Course.prepare` put it."""
    try:
        return os.environ["CNNLAB_SECRET"]
    except KeyError:
        raise LookupError(
            "CNNLAB_SECRET is not set: grade with `cnnlab grade`, or with nbgrader from the course's root"
        ) from None


@contextlib.contextmanager
def nothing_displayed():
    """Keep the body from displaying a float, which nbgrader would take for the points."""
    hook, sys.displayhook = sys.displayhook, lambda value: None
    try:
        yield
    finally:
        sys.displayhook = hook


def publish(result):
    """Print a result for people, and leave it in the notebook for feedback pages and reports."""
    from IPython.display import display

    print(result.text())
    display({RESULT: result.to_dict()}, raw=True)
