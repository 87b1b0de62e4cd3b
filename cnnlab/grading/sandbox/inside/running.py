"""Run a student's code: silently, for so long, and whatever happens is an answer."""

import __future__

import ast
import contextlib
import inspect
import io
import linecache
import re
import signal
import sys
import traceback
import types
import warnings

from .cells import plain

CLOCKS = signal.ITIMER_PROF, signal.ITIMER_REAL
SIGNALS = signal.SIGPROF, signal.SIGALRM
AGAIN = 0.1  # seconds until an alarm rings anew
TEXT, QUOTED = 500, 60  # characters of an error's text, and of a line
CELL = re.compile(r"<cell \d+>")
AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


class Expired(BaseException):
    """The alarm rang. Not an Exception, so that a student's `except Exception` lets it through."""


class Output(io.RawIOBase):
    """What a cell prints, up to so many bytes; the rest, and what calls print, is dropped."""

    def __init__(self):
        self.kept, self.room = bytearray(), 0

    def writable(self):
        """Say that it can be written to."""
        return True

    def write(self, raw):
        """Keep what there is room for."""
        raw = bytes(raw)
        self.kept += raw[: self.room]
        self.room = max(0, self.room - len(raw))
        return len(raw)

    def close(self):
        """Stay open, whoever closes a stream that goes here."""

    def begin(self, room):
        """Begin anew, with so much room, and with streams that go here, whatever a cell has put there."""
        self.kept, self.room = bytearray(), room
        sys.stdout, sys.stderr = self.stream(), self.stream()

    def finish(self):
        """Return what was kept, and keep nothing more."""
        self.room = 0
        return self.kept.decode("utf-8", "replace")

    def stream(self):
        """Make a text stream that ends here."""
        return io.TextIOWrapper(self, "utf-8", "backslashreplace", newline="\n", write_through=True)


class Alarm:
    """Raises Expired in the body after so much CPU time, or after so much time by the clock.

    It rings again and again, for code may catch it, but never while a line of the sandbox's own is running.
    Alarms nest: the outer one's clocks stand still meanwhile.
    """

    def __init__(self, seconds, wall):
        self.after = seconds, wall

    def __enter__(self):
        self.before = set_clocks([(after, AGAIN) for after in self.after])

    def __exit__(self, *trouble):
        set_clocks(self.before)


def hear_alarms():
    """Let alarms be heard from now on."""
    for number in SIGNALS:
        signal.signal(number, _ring)


def _ring(number, frame):
    """Interrupt, but not ourselves."""
    if frame.f_globals.get("__package__") != __package__:
        raise Expired


def set_clocks(times):
    """Set both clocks, each to when it rings and how often then; return what they were set to."""
    return [signal.setitimer(clock, *time) for clock, time in zip(CLOCKS, times, strict=True)]


class Cells:
    """The cells of one notebook, in one namespace."""

    def __init__(self, namespace):
        self.namespace, self.flags, self.last = namespace, 0, None
        self.sources, self.shown = [""], {}
        namespace.update(In=self.sources, Out=self.shown)

    def run(self, source, number):
        """Execute a cell, and show its last value if that is an expression's."""
        name = f"<cell {number}>"
        source = plain(source)
        linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name  # to be quoted
        self.sources.append(source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(source, name, "exec", self.flags | AWAIT | ast.PyCF_ONLY_AST, dont_inherit=True)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            self.execute(tree, name, "exec")
            if last is not None:
                self.show(self.execute(ast.Expression(last.value), name, "eval"), number)

    def execute(self, tree, name, mode):
        """Run a tree, and let what it imports from the future hold for the cells to come."""
        code = compile(tree, name, mode, self.flags | AWAIT, dont_inherit=True)
        self.flags |= code.co_flags & FUTURE
        if code.co_flags & inspect.CO_COROUTINE:
            return _to_its_end(types.FunctionType(code, self.namespace)())
        return eval(code, self.namespace)

    def show(self, value, number):
        """Do with a cell's last value what a notebook does."""
        if value is None:
            return
        if self.namespace.get("_", self.last) is self.last:  # else it is a name of the student's
            self.namespace["_"] = self.last = value
        self.shown[number] = value
        with contextlib.suppress(Exception):
            print(repr(value))


def _to_its_end(coroutine):
    """Await on the cell's behalf."""
    import asyncio  # a third as large as NumPy, and hardly a notebook needs it

    class Loop(asyncio.SelectorEventLoop):
        """Without the pair of sockets to wake it by, for there are no sockets to be had."""

        def _make_self_pipe(self):
            self._ssock = self._csock = None

        def _close_self_pipe(self):
            pass

    loop = Loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def describe(error, cell=None):
    """Say what was raised, and where in the student's own code.

    Parameters
    ----------
    error : BaseException
    cell : str, optional
        The cell that ran, whose line is wanted; else it is the innermost line of any cell.

    Returns
    -------
    dict
        The error's ``kind``, its nearest built-in ``base``, its ``text``, and ``line`` and ``quoted``, which
        are 0 and empty where the line is not known.
    """
    kinds = type(error).__mro__
    base = next(kind.__name__ for kind in kinds if kind.__module__ == "builtins")
    name, line = (cell, error.lineno or 0) if _is_of(error, cell) else _place(error, cell)
    text = error.msg if _is_of(error, cell) else _text(error)
    quoted = " ".join(linecache.getline(name, line).split()) if line else ""
    quoted = f"{quoted[: QUOTED - 2]} …" if len(quoted) > QUOTED else quoted
    return {"kind": kinds[0].__name__, "base": base, "text": text[:TEXT], "line": line, "quoted": quoted}


def _is_of(error, cell):
    """Whether it is the cell itself that is no Python."""
    return isinstance(error, SyntaxError) and error.filename == cell


def _text(error):
    """Return an error's first line; its class may be the student's, and fail at that."""
    try:
        return (str(error).splitlines() or [""])[0]
    except Exception:
        return ""


def _place(error, cell):
    """Find the file name and the line of the student's code that an error came through."""
    lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    inside = [(name, line) for name, line in lines if name == cell or (not cell and CELL.fullmatch(name))]
    return (inside[0] if cell else inside[-1]) if inside else ("", 0)
