"""Mark one capability of the submission that is being graded."""

import os
from contextlib import ExitStack

from cnnlab.checks import score
from cnnlab.grading.practice.limits import TimeLimit
from cnnlab.grading.secret import student_seed
from cnnlab.grading.session import current_session


def mark(exercise, capability, namespace):
    """Score one capability, leave what was found with the session, and return the points for nbgrader.

    The last expression of a graded cell. nbgrader takes a cell's last value for its points where it is a
    number, so this is a plain float between 0 and the capability's points, whatever the checks say.

    Parameters
    ----------
    exercise : cnnlab.checks.Exercise
    capability : str
        The name of one of its capabilities.
    namespace : mapping
        The cell's ``globals()``, in which the student's functions are found by name.

    Returns
    -------
    float

    Raises
    ------
    LookupError
        Where there is neither a submission nor `nbgrader validate`, which tries out a notebook of one's own.
    """
    if os.environ.get("NBGRADER_EXECUTION") == "validate":
        result = score(exercise, capability, namespace, b"validate", call=TimeLimit())
    else:
        result = score_apart(current_session(), exercise, capability, namespace)
    print(result.text())
    return min(max(float(result.earned), 0.0), float(result.points))


def score_apart(session, exercise, capability, namespace):
    """Score a student's functions in their process, on that student's own hidden numbers."""
    seed = student_seed(session.secret, exercise.slug, capability, session.student)

    def fresh():
        process = opened.enter_context(session.process.fresh())
        known = process.names()
        return {name: process.get(name) for name in exercise.functions if name in known}

    with ExitStack() as opened, session.process.check():
        result = score(exercise, capability, namespace, seed, fresh=fresh)
    session.found.append(result.to_dict())
    return result
