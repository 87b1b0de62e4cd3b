"""Call a student's function on a case: silently, on copies, and whatever happens is an outcome."""

from __future__ import annotations

import contextlib
import io
import traceback
import warnings
from dataclasses import dataclass

import numpy as np

import cnnlab

from .case import copied, formed, part_of
from .closed import CLOSED_MODULES, ClosedFunctionError, closed_while
from .words import one_line

LARGEST = 2**23  # bytes
LIBRARIES = ("scipy", "torch", "tensorflow", "jax")


@dataclass(frozen=True)
class Outcome:
    """What a call came to: a value, or a reason why there is none."""

    kind: str  # value | missing | error | timeout | died | closed
    value: object = None
    text: str = ""
    changed: str = ""  # name of an argument that the call wrote to


def call_directly(function, *args, **options):
    """Call, without a time limit."""
    return function(*args, **options)


def run(function, case, *, call=call_directly, closed=()):
    """Call a function on fresh copies of a case's arguments, silently, and say what came of it."""
    if function is None:
        return Outcome("missing")
    if closed and (library := _library(function)):
        return Outcome("closed", text=f"{case.function} is the one of {library}")
    arguments, options = fresh(case)
    with _silence(), closed_while(closed):
        return _outcome(function, case, arguments, lambda: call(function, *arguments, **options))


def run_each(function, cases, call_each):
    """Call a function on several cases in one go, and list what came of each, up to one that has no value.

    Parameters
    ----------
    function : callable
    cases : list of Case
    call_each : callable
        `call_each(function, calls)`, of each call its arguments and its options, yields for each a callable
        that returns or raises what the call did. It may end with the first that raises.
    """
    calls = list(map(fresh, cases))
    with _silence():
        return [
            _outcome(function, case, arguments, answer)
            for case, (arguments, _), answer in zip(cases, calls, call_each(function, calls), strict=False)
        ]


def fresh(case):
    """Make copies of a case's arguments and of its options."""
    return case.arguments(), {name: copied(value) for name, value in case.options.items()}


def _outcome(function, case, arguments, answer):
    """Say what came of a call with these arguments: `answer()` returns or raises it."""
    try:
        value = part_of(case, answer())
        if isinstance(value, np.ndarray):
            value = kept(value)
        value = formed(value)
    except NotImplementedError:
        return Outcome("missing")
    except ClosedFunctionError as error:
        return Outcome("closed", text=f"your function calls {_closed_name(error)}")
    except TimeoutError:
        return Outcome("timeout")
    except (Exception, SystemExit) as error:
        if getattr(error, "ours", False):  # the grader's own trouble is nobody's mark
            raise
        if getattr(error, "died", False):
            return Outcome("died")
        return Outcome("error", text=_error_text(error, function))
    pairs = zip(case.args.items(), arguments, strict=True)
    changed = [name for (name, was), now in pairs if isinstance(was, np.ndarray) and _differ(was, now)]
    return Outcome("value", value=value, changed=changed[0] if changed else "")


def _differ(was, now):
    """Whether a call has written other numbers into an array; the same bytes are seen sooner."""
    return was.tobytes() != now.tobytes() and not np.array_equal(was, now)


def kept(array):
    """Keep an array's numbers as they are now, whatever its class or a later call makes of them.

    No right answer is larger than LARGEST: of a larger one only its form is kept.
    """
    if array.nbytes > LARGEST:
        return np.broadcast_to(np.zeros((), array.dtype), array.shape)
    return np.array(array)


def _library(function):
    """Name the library that a function comes from, if it is one that knows the answer."""
    module = getattr(function, "__module__", None) or ""
    library = module.split(".")[0]
    return library if module in CLOSED_MODULES or library in LIBRARIES else ""


def _closed_name(error):
    """Say what was called that is closed, if we know the name: the text may be the student's own."""
    package, *path = str(error).split(".")
    module = f"{package}.{'.'.join(path[:-1])}"
    found = cnnlab if package == "cnnlab" and path else None
    for part in path[-1:] if module in CLOSED_MODULES else path:
        found = getattr(found, part, None)
    if found is not None:
        return str(error)
    return package if package in LIBRARIES else "something that is closed in this exercise"


def _error_text(error, function):
    """Say what was raised, and in which line of the student's own code, without a traceback."""
    if isinstance(said := getattr(error, "said", None), str):  # by a function that lives in another process
        return one_line(said, 220)
    with contextlib.suppress(Exception):  # an exception may fail to say what it is
        first_line = (str(error).splitlines() or [""])[0]
        return f"{one_line(f'{type(error).__name__}: {first_line}').rstrip(':. ')}{_place(error, function)}"
    return one_line(type(error).__name__)


def _place(error, function):
    """Name the last line of the student's own cells that an exception went through."""
    own = getattr(getattr(function, "__wrapped__", function), "__globals__", None)  # shared by their cells
    frames = [
        (frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_globals is own
    ]
    if not frames:
        return ""
    ((_, number, _, line),) = traceback.StackSummary.extract(frames[-1:])
    quoted = f": `{one_line(line, 60)}`" if line else ""
    return f", in line {number} of your cell{quoted}"


@contextlib.contextmanager
def _silence():
    """Drop what a hidden call prints: it shows the inputs, and nbgrader counts a warning as a failure."""
    sink = io.StringIO()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
            yield
