"""The course's own cells, run where the student's code cannot reach: its names are proxies here."""

import ast
import builtins
import contextlib
import functools
import importlib
import io
import traceback
import warnings
from dataclasses import dataclass

from cnnlab.grading.practice.limits import Expired, alarm
from cnnlab.grading.sandbox import StudentFunction

PLACE = "<the course's cell>"
MOST_SECONDS = 120
# Where the author's imports stand in a cell that students may edit, a test gets the real module, not theirs.
KNOWN = """
    numpy pandas scipy matplotlib sklearn sympy networkx math cmath random statistics fractions decimal
    itertools functools operator collections re string copy datetime json
""".split()


class Names(dict):
    """The course's variables; what they lack is asked of the student's process.

    Parameters
    ----------
    process : cnnlab.grading.sandbox.Student
    asked : set of str
        What the assignment asks to be written: found with the student even where Python has the name, too.
    """

    def __init__(self, process, asked=frozenset()):
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.process, self.asked, self.functions = process, asked, {}

    def __missing__(self, name):
        if hasattr(builtins, name) and name not in self.asked:
            raise KeyError(name)  # a student's own `float` or `isinstance` stays with the student
        if name not in self.functions:
            found = self.process.get(name)
            if getattr(found, "_kind", "") == "module":
                return own_module(name, found._name)
            if not isinstance(found, StudentFunction):
                return found
            self.functions[name] = found
        return self.functions[name]

    def forget(self):
        """Ask anew for the student's functions: a cell of theirs has run."""
        self.functions.clear()

    def get(self, name, default=None):
        """Return a variable, the student's where the course has none."""
        try:
            return self[name]
        except KeyError:
            return default


def own_module(name, address):
    """Import the module of a student's that a test asks for: this side's own of that name."""
    if address.partition(".")[0] not in KNOWN:
        raise KeyError(name)
    try:
        return importlib.import_module(address)
    except ImportError:
        raise KeyError(name) from None


@dataclass(frozen=True)
class Ran:
    """What came of a cell of the course.

    Parameters
    ----------
    text : str
        What it printed.
    value : object
        The value of its last line, where that is an expression.
    error : tuple of two str, optional
        Name and text of the exception that ended it.
    """

    text: str = ""
    value: object = None
    error: tuple | None = None


def run_trusted(source, names, seconds=MOST_SECONDS):
    r"""Execute a cell of the course, as a notebook does: the last line's value is its result.

    Parameters
    ----------
    source : str
        From the gradebook, never from the student's notebook.
    names : Names
    seconds : float
        By the clock, after which it is stopped where Python can: a student may return a very large number.

    Returns
    -------
    Ran

    Examples
    --------
    >>> run_trusted("x = 20 + 1\nx * 2", Names(process={})).value
    42
    >>> run_trusted("assert 1 > 2, 'more is asked for'", Names(process={})).error
    ('AssertionError', 'more is asked for')
    """
    printed, value = io.StringIO(), None
    try:
        body, last = compiled(source)
        with (
            alarm(seconds),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            exec(body, names)
            if last is not None:
                value = eval(last, names)
    except KeyboardInterrupt:
        raise
    except Expired:
        return Ran(printed.getvalue(), error=("TimeoutError", ""))
    except BaseException as error:  # pytest's own failures are no Exceptions
        if getattr(error, "ours", False):  # the sandbox's own trouble is nobody's mark
            raise
        return Ran(printed.getvalue(), error=(name_of(error), own_words(error)))
    return Ran(printed.getvalue(), value)


@functools.lru_cache
def compiled(source):
    """Compile a cell in two parts: its statements, and its last line where that is an expression."""
    tree, last = ast.parse(without_magics(source), PLACE), None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = compile(ast.Expression(tree.body.pop().value), PLACE, "eval")
    return compile(tree, PLACE, "exec"), last


def without_magics(source):
    """Turn a notebook's magics into comments."""
    return "\n".join(f"# {line}" if line.startswith(("%", "!")) else line for line in source.split("\n"))


def name_of(error):
    """Name an exception as the student's code did, where it is theirs."""
    name = type(error).__name__
    return name if getattr(error, "died", False) else name.removeprefix("Student")


def own_words(error):
    """Return an exception's text where the cell itself raised it: any other may hold hidden values."""
    frames = traceback.extract_tb(error.__traceback__)
    written_here = frames and frames[-1].filename == PLACE and isinstance(error, AssertionError)
    return str(error) if written_here else ""
