"""Checks: what a function can do, shown by cases. The visible ones, and the machinery of the hidden ones.

NumPy alone, so that a notebook in a browser can run them. The hidden cases and the named mistakes are not
here: `solutions` adds them.
"""

from .case import Case
from .exercise import Capability, Exercise, Mistake, Mistakes
from .replay import find_exercise, parse, replay
from .result import Result
from .run import call_directly
from .score import score
from .visible import CheckFailed, check, check_all

EXERCISES = (
    "ch00_start",
    "ch02_dense",
    "ch03_gradcheck",
    "ch04_convolution",
    "ch06_geometry",
    "ch07_conv_forward",
    "ch08_conv_backward",
    "ch09_pool",
)

__all__ = [
    "EXERCISES",
    "Capability",
    "Case",
    "CheckFailed",
    "Exercise",
    "Mistake",
    "Mistakes",
    "Result",
    "call_directly",
    "check",
    "check_all",
    "find_exercise",
    "parse",
    "replay",
    "score",
]
