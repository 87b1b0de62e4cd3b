"""Honest work that came in damaged: each kind with the status, the marks and the repairs of a fair teacher.

A damage takes the notebook of a student whose answers are right, and worth all 14 points, and returns what
was handed in: another notebook, or the bytes of a file. Its docstring says what happened to the student.
"""

from grading.damaged import changes, copies, deletions, files, formats, names, noise, order, other_files
from grading.damaged.bank import BANK

FAMILIES = (
    files,
    other_files,
    formats,
    names,
    copies,
    deletions,
    changes,
    order,
    noise,
)  # each fills the bank

__all__ = ["BANK", "FAMILIES"]
