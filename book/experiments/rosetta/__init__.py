"""Why does my result differ from library X? Small questions, put to eight libraries.

A row is one question: `given` makes its arrays, and `cells` hold what one writes in each library for the
same thing, with what gives the same answer here. What can run is run; what cannot is cited.
"""

from .cells import LIBRARIES, Cell, Row
from .layouts import ROWS as LAYOUTS
from .pooling import ROWS as POOLING
from .training import ROWS as TRAINING
from .windows import ROWS as WINDOWS

ROWS = WINDOWS | POOLING | LAYOUTS | TRAINING

__all__ = ["LIBRARIES", "ROWS", "Cell", "Row"]
