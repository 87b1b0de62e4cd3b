"""Release exercises, mark submissions, tell students and the class what was found.

The package knows nothing of any one exercise: what is right, what is wrong and what it teaches come from
``solutions/<slug>/checks.py`` as data. A notebook's graded cell needs one name of it, ``mark``; what needs
nbgrader is imported where it is used.
"""

from cnnlab.grading.marking import mark

__all__ = ["mark"]
