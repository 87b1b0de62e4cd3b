"""Mark one capability of the submission that is being graded."""

import os
from dataclasses import replace
from functools import partial

from cnnlab.checks import score
from cnnlab.checks.marking import Deck, Marking
from cnnlab.checks.score import score_in
from cnnlab.grading.practice.limits import TimeLimit
from cnnlab.grading.sandbox import StudentObject
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

    def fresh():
        process = session.ready()
        known = process.names()
        return {name: process.get(name) for name in exercise.functions if name in known}

    with session.process.check():
        known = marking_of(session, exercise, namespace)
        result = score_in(known, known, capability, fresh)
    session.found.append(result.to_dict())
    return result


def marking_of(session, exercise, namespace):
    """Return what is known of the functions so far, unless one of them ran out of time meanwhile."""
    slug, markings = exercise.slug, session.markings
    if slug not in markings or markings[slug].stopped:
        exercise = replace(exercise, closed=())  # to student code, where it runs
        deck, call_each = deck_of(session, exercise), partial(calls_of, session.process)
        markings[slug] = Marking(exercise, namespace, deck, call_each=call_each)
    return markings[slug]


def calls_of(process, function, calls):
    """Call a function for each of several arguments: a student's in its process, all handed over at once."""
    if isinstance(function, StudentObject):
        return process.call_each(function, calls)
    return (partial(function, *arguments, **options) for arguments, options in calls)


def deck_of(session, exercise):
    """Return the student's hidden cases."""

    def seed(capability):
        return student_seed(session.secret, exercise.slug, capability, session.student)

    return session.decks.setdefault(exercise.slug, Deck(exercise.capabilities, seed))
