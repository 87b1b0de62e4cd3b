"""Speak of students without naming them: numbers in an order that says nothing about their names."""

import hashlib
import hmac
from dataclasses import replace

TEXTS = {"note", "advice"}  # of a status: they may quote the name of a file


def aliases(secret, students):
    """Number a class: the same class in the same order, which only those with the secret could find again.

    Parameters
    ----------
    secret : str
        The course's.
    students : iterable of str

    Returns
    -------
    dict of str to str
        In the order of the numbers.

    Examples
    --------
    >>> aliases("s", ["ada", "bob", "eve"]) == aliases("s", ["eve", "ada", "bob"])
    True
    >>> list(aliases("s", ["ada", "bob", "eve"]).values())
    ['Student 1', 'Student 2', 'Student 3']
    """
    order = sorted(
        set(students), key=lambda who: (hmac.digest(secret.encode(), tagged(who), hashlib.sha256), who)
    )
    return {who: f"Student {number}" for number, who in enumerate(order, 1)}


def tagged(student):
    """Keep these digests apart from those that the same secret makes for other ends."""
    return b"the order of a class report\0" + student.encode("utf-8", "surrogatepass")


def unnamed(submissions, names):
    """Take names out of submissions, and with them every text that a student may have written.

    Parameters
    ----------
    submissions : list of Submission
    names : dict of str to str
        As `aliases` gives them.

    Returns
    -------
    list of Submission
        In the order of the numbers.
    """
    by_student = {submission.student: submission for submission in submissions}
    return [without_texts(by_student[student], alias) for student, alias in names.items()]


def unnamed_pairs(pairs, names):
    """Take names out of pairs of similar submissions, and the names of functions, which students chose."""
    if pairs is None:
        return None
    return [replace(p, a=names.get(p.a, "not here"), b=names.get(p.b, "not here"), where=()) for p in pairs]


def without_texts(submission, alias):
    """Keep what we said of a submission, and of what the student's code said only that it spoke."""
    marks = tuple(
        replace(mark, result={**mark.result, "case": "", "finding": "", "replay": ""} if mark.result else {})
        for mark in submission.marks
    )
    return replace(
        submission,
        student=alias,
        status=replace(submission.status, **dict.fromkeys(TEXTS & vars(submission.status).keys(), "")),
        marks=marks,
        troubles=counted(submission.troubles, "Cells of the student's own that stopped"),
        repairs=counted(submission.repairs, "Things that were mended before it ran"),
    )


def counted(texts, what):
    """Say how many texts there are in place of them."""
    return (f"{what}: {len(texts)}.",) if texts else ()
