"""nbgrader's own commands, run from here, work on the same folders and gradebook as `cnnlab grade`."""

import sys
from pathlib import Path

root = Path(__file__).absolute().parent
sys.path.insert(0, str(root))

from cnnlab.grading.course import Course  # noqa: E402

course = Course(root)
course.prepare()
get_config().merge(course.config())  # noqa: F821  traitlets puts it here
