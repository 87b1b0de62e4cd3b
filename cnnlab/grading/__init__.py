"""Release exercises, grade what strangers hand in, tell students and the class what was found.

The package knows nothing of any one exercise: what is right, what is wrong and what it teaches come from
``solutions/<slug>/checks.py`` as data. A submission goes through it in this order:

    reading/      which of the files is meant, what it says, and how it fits the assignment (`spec`, `export`)
    core          one submission: the student's cells in the `sandbox/`, the course's tests here (`trusted`)
    engine        many, on all cores or a cluster
    store         one writer, into nbgrader's gradebook; `results` reads it
    pages/        feedback for each student, a report for the class

`grade` does all of it for a class; `executing` does it inside nbgrader's own commands. `school/` brings
submissions in and takes marks out, `practice/` is what students use, `similar/` finds what is alike, `audit/`
tries out tests, and `forget` forgets.
"""

from importlib import import_module

HOMES = {"grade_apart": "settings", "mark": "marking"}
__all__ = ["grade_apart", "mark"]


def __getattr__(name):
    """Import with its first use what cells and configurations ask for: the command need not wait for it."""
    if name in HOMES:
        return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
