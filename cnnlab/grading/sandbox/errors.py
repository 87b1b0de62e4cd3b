"""What became of a student's code: errors to be caught like the ones it raised, and records of cells."""

import builtins
import functools
import re
from dataclasses import dataclass

from cnnlab.checks.words import one_line

from .wire import WireError

# These mean something else to whoever catches them here, or are made otherwise.
UNLIKE = (StopIteration, StopAsyncIteration, TimeoutError, BaseExceptionGroup, UnicodeError, SyntaxError)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # and what turns text around
LONGEST = 500


class StudentError(Exception):
    """A student's code raised something.

    Attributes
    ----------
    kind : str
        What was raised: "ValueError".
    text : str
        Its first line.
    line : int
        Of the student's cell; 0 where it is not known.
    quoted : str
        That line.
    """

    def __init__(self, kind, text, line=0, quoted=""):
        super().__init__(text)
        self.kind, self.text, self.line, self.quoted = kind, text, line, quoted

    def __str__(self):
        return self.text

    @property
    def said(self):
        """All of it in one line."""
        return _said(self)


class StudentDied(Exception):
    """A student's process ended, or is not to be understood."""

    died = True  # whoever handles errors need not know this class


class SandboxError(Exception):
    """The sandbox itself does not work: that is nobody's mark."""

    ours = True  # not to be taken for an error of the student's


@dataclass(frozen=True)
class Trouble:
    """What stopped a cell."""

    type: str
    text: str
    line: int = 0
    quoted: str = ""

    @property
    def said(self):
        """All of it in one line."""
        return _said(self)


@dataclass(frozen=True)
class Ran:
    """What came of a cell: what it printed, and whether something stopped it."""

    text: str = ""
    error: Trouble | None = None
    timed_out: bool = False
    died: bool = False


def clean(text, longest=LONGEST):
    r"""Make a stranger's text fit to be written anywhere: no control characters, no half letters.

    Examples
    --------
    >>> clean("a\x1b[31m\ud800b\n")
    'a[31m?b\n'
    """
    if not isinstance(text, str):
        raise WireError("a text is none")
    return CONTROL.sub("", text[:longest].encode("utf-8", "replace").decode("utf-8"))


def read_trouble(error):
    """Read an error from the wire, believing nothing of it: a Trouble, and the nearest built-in class."""
    line = error["line"]
    if type(line) is not int or not 0 <= line < 10**6:
        raise WireError("a line that has no number")
    texts = [clean(error[part]).replace("\n", " ") for part in ("kind", "text", "quoted")]
    kind = texts[0] if texts[0].isidentifier() else "Exception"
    return Trouble(kind, texts[1], line, texts[2]), clean(error["base"])


def as_exception(trouble, base):
    """Make what `raise` takes: a StudentError that is also the built-in exception, where that is one.

    Examples
    --------
    >>> error = as_exception(Trouble("ShapeError", "3 is odd", 2, "check(3)"), "ValueError")
    >>> isinstance(error, ValueError), error.said
    (True, 'ShapeError: 3 is odd, in line 2 of your cell: `check(3)`')
    """
    return _class(base)(trouble.type, trouble.text, trouble.line, trouble.quoted)


@functools.lru_cache
def _class(base):
    """Make the class of all errors with one built-in base."""
    kind = getattr(builtins, base, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)) or kind is Exception:
        return StudentError
    while issubclass(kind, UNLIKE):
        kind = kind.__base__
    if kind in (Exception, BaseException):
        return StudentError
    return type(f"Student{kind.__name__}", (StudentError, kind), {})


def _said(trouble):
    """Say what was raised, and where."""
    kind = trouble.kind if isinstance(trouble, StudentError) else trouble.type
    said = f"{one_line(kind, 40)}: {one_line(trouble.text, 100)}".rstrip(":. ")
    where = f", in line {trouble.line} of your cell" if trouble.line else ""
    return said + where + (f": `{trouble.quoted}`" if where and trouble.quoted else "")
