"""Gather what went wrong in a class: what happened to many is worth a lesson."""

from collections import Counter
from dataclasses import dataclass

from cnnlab.grading.pages.charts import MEANINGS


@dataclass(frozen=True)
class Finding:
    """Something that happened to several students.

    Parameters
    ----------
    name : str
        The id of a named mistake, or what happened in words.
    question : str
        The named mistake's question.
    mistaken : bool
        Whether an answer was given, and is wrong.
    students, capabilities : tuple of str
        Whose, and where: the capability that most lost it in comes first.
    """

    name: str
    question: str
    mistaken: bool
    students: tuple[str, ...]
    capabilities: tuple[str, ...]


def state(mark):
    """Say how a mark stands: as its check ended, unless it earned points all the same, in part or by hand.

    Examples
    --------
    >>> from types import SimpleNamespace as Mark
    >>> [state(Mark(status=s, earned=e, points=2)) for s, e in [("wrong", 0), ("wrong", 1), ("unmarked", 2)]]
    ['wrong', 'partly', 'right']
    """
    if mark.status == "right" or not mark.earned:
        return mark.status
    return "right" if mark.earned >= mark.points else "partly"


def findings(submissions):
    """Gather what went wrong, the commonest first; where they tie, named mistakes before the others.

    Parameters
    ----------
    submissions : list of Submission

    Returns
    -------
    list of Finding
    """
    gathered = {}
    for submission in submissions:
        for mark in submission.marks:
            if state(mark) != "right":
                whose, where = gathered.setdefault(
                    named(mark), ({}, Counter())
                )  # a dict: a set with an order
                whose[submission.student] = None
                where[mark.capability] += 1
    found = [
        Finding(*name, tuple(whose), tuple(capability for capability, _ in where.most_common()))
        for name, (whose, where) in gathered.items()
    ]
    return sorted(found, key=lambda finding: (-len(finding.students), not finding.question, finding.name))


def named(mark):
    """Name what happened: its name, its question, and whether it is a wrong answer."""
    if mark.result.get("mistake"):
        return mark.result["mistake"], mark.result["misconception"], True
    if mark.status == "wrong":
        return f"no known pattern in {mark.capability}", "", True
    return MEANINGS[mark.status], "", False
