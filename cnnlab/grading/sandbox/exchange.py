"""Questions to one process and its answers, with functions of ours that it may call meanwhile."""

import contextlib
import functools
import weakref
from dataclasses import dataclass, field

import numpy as np

from ...checks.layer import Layer
from .errors import StudentDied, Trouble, clean, read_trouble
from .process import Overrun
from .proxies import StudentFunction, StudentObject
from .wire import Handle, WireError

MADE = ("layer", "generator")  # there, out of a function of ours and of a seed
DEEPEST, MOST = 8, 10_000  # calls of ours within calls of theirs, and all of them within one question


@dataclass(frozen=True)
class Answer:
    """What a process said, of which nothing is believed but its form.

    Parameters
    ----------
    value : object
    trouble : Trouble or None
        What was raised.
    base : str
        The nearest built-in class of that.
    late, missing : bool
    changed : list
        Pairs of an argument's place and what it has become.
    text : str
        What was printed.
    """

    value: object = None
    trouble: Trouble | None = None
    base: str = ""
    late: bool = False
    missing: bool = False
    changed: list = field(default_factory=list)
    text: str = ""

    @property
    def whole(self):
        """Whether what was asked for came to its end."""
        return self.trouble is None and not self.late


class Exchange:
    """A process that is asked one thing at a time.

    Parameters
    ----------
    process : Process
    student : Student
        For the proxies of what it hands out.
    wall : float
        By the clock, an answer may take so many times its CPU time.
    room : int
        Bytes that are kept of what a cell prints.
    """

    def __init__(self, process, student, wall, room):
        self.process, self.student, self.wall, self.room, self.alive = process, student, wall, room, True
        self.channel = process.channel
        self.channel.there, self.channel.here = self._there, self._here
        self._known, self._ours, self._lent, self._calls = weakref.WeakValueDictionary(), {}, 0, 0
        self._met = False  # something of theirs, in what is being received

    def ask(self, do, seconds, **fields):
        """Ask, and wait for the answer.

        Parameters
        ----------
        do : str
            What the worker calls it.
        seconds : float
            Of CPU time.
        **fields
            What goes with it.

        Returns
        -------
        Answer

        Raises
        ------
        TypeError
            Where something in it cannot cross; nothing was asked.
        Overrun
            Where the time is up and the process did not stop by itself: it was ended.
        StudentDied
            Where the process ended, or spoke nonsense and was ended.
        """
        with self._lending():
            question = self._question(do, seconds, fields)
            with self._limit(seconds):
                return self._converse(question)

    def ask_each(self, count, allowed, **fields):
        """Ask for several calls in one message, and wait for one answer after the other.

        The process is at the next call while an answer is read. Nothing is lent to these calls, and until the
        last answer was taken nothing else can be asked.

        Parameters
        ----------
        count : int
            How many calls there are.
        allowed : callable
            Says how many seconds of CPU time the next answer may take.
        **fields
            What goes with it.

        Yields
        ------
        Answer
            The first that holds no value is the last.

        Raises
        ------
        TypeError, Overrun, StudentDied
            As `ask` does.
        """
        question, waiting = self._question("calls", allowed(), fields), count
        try:
            while waiting:
                with self._limit(allowed()):
                    answer = self._converse(question, alone=waiting == 1)
                question, waiting = None, waiting - 1 if answer.whole else 0
                yield answer
        finally:
            if waiting:
                self.end()  # somebody stopped listening: what is said from now on answers nothing

    def _question(self, do, seconds, fields):
        """Make a question's frame."""
        limits = {"seconds": seconds, "wall": seconds * self.wall, "room": self.room}
        try:
            return self.channel.pack({"do": do, **limits, **fields})
        except WireError as error:
            raise TypeError(f"this cannot be handed to the student's code: {error}") from None

    def _limit(self, seconds):
        """Allow the body so many seconds of the process's CPU time, and some by the clock."""
        if not self.process.limits:
            self._calls = 0
        return self.process.limit(seconds, seconds * self.wall)

    @contextlib.contextmanager
    def _lending(self):
        """Take all functions back in the end that were lent meanwhile."""
        before = len(self._ours)
        try:
            yield
        finally:
            for number in list(self._ours)[before:]:
                del self._ours[number]

    def nonsense(self):
        """End a process that says what nobody understands, and return what to raise."""
        self.end()
        return StudentDied("their process spoke nonsense")

    def end(self):
        """End the process, and say how it ended."""
        if not self.alive:
            return "their process was ended"
        self.alive = False
        return self.process.end()

    def _converse(self, frame, *, alone=True):
        """Send a question, answer what is asked back, and read the answer; all else ends the process.

        Without a frame it was sent before; where an answer is not `alone`, others may have come with it.
        """
        try:
            if frame:
                self.channel.expect_silence()
                self.channel.send(frame)
            while True:
                self._met = False
                reply = self.channel.receive(alone=alone)
                if type(reply) is not dict:
                    raise WireError("no answer")
                if "callback" not in reply:
                    return _read(reply)
                self.channel.send(self._call_back(reply))
        except EOFError:
            raise StudentDied(self.end()) from None
        except WireError:
            raise self.nonsense() from None
        except BaseException:
            self.end()
            raise

    def _call_back(self, asked):
        """Call a function of ours for the student's code, and make a frame of what comes of it."""
        self._calls += 1
        if self._calls > MOST or len(self.process.limits) > DEEPEST:
            raise Overrun
        call = _call(self._ours, asked) if not self._met else _refuse
        try:
            frame = self.channel.pack({"answer": {"value": call()}})
        except Exception as error:
            frame = self.channel.pack({"answer": {"error": _builtin(error), "text": clean(str(error))}})
        return frame

    def _there(self, thing):
        """Find a number for what is no plain value: theirs for a proxy, one of ours for a function.

        Of a layer that is lent they get one that runs ours; of a generator one with its seed.
        """
        if isinstance(thing, StudentObject):
            return Handle("object", self.student.number_of(thing, self))
        if isinstance(thing, np.random.Generator):
            return _seed(thing)
        kind, thing = ("layer", thing._run) if isinstance(thing, Layer) else ("callback", thing)
        if not callable(thing):
            return None
        self._lent += 1
        self._ours[self._lent] = thing
        return Handle(kind, self._lent, getattr(thing, "__name__", "")[:200])

    def _here(self, handle):
        """Find what a number stands for: a function of ours that was handed out, or something of theirs."""
        if handle.kind == "callback":
            return self._ours.get(handle.number, _over)
        if handle.kind in MADE:
            raise WireError("what is ours alone to make")
        self._met = True
        found = self._known.get(handle.number)
        if found is None:
            kind = StudentFunction if handle.kind in ("function", "class") else StudentObject
            found = kind(self.student, self, handle.number, clean(handle.name), handle.kind)
            self._known[handle.number] = found
        return found


def _seed(generator):
    """Say a generator by its seed: there it begins anew."""
    entropy = getattr(generator.bit_generator.seed_seq, "entropy", None)
    return Handle("generator", entropy) if type(entropy) is int and 0 <= entropy < 2**62 else None


def _call(functions, asked):
    """Read which function is to be called, and how."""
    try:
        function, args, options = functions.get(asked["callback"], _over), asked["args"], asked["options"]
        if (
            type(args) is not list
            or type(options) is not dict
            or not all(type(name) is str for name in options)
        ):
            raise WireError("a call that is none")
    except (LookupError, TypeError):
        raise WireError("a call of nothing") from None
    return functools.partial(function, *args, **options)


def _refuse():
    """Answer a call with something of theirs, for which a function of ours would tell it all it knows."""
    raise TypeError("a function that is lent takes plain values: numbers, texts, arrays, lists")


def _over(*args, **options):
    """Stand for a function that was lent for one call, after that."""
    raise RuntimeError("this function was lent for one call, which is over")


def _read(reply):
    """Read an answer."""
    try:
        trouble, base = (None, "") if reply.get("error") is None else read_trouble(reply["error"])
        changed = [(place, new) for place, new in reply.get("changed", ()) if type(place) in (int, str)]
        text = clean(reply.get("text", ""), None)
    except (LookupError, TypeError, ValueError):
        raise WireError("an answer that is none") from None
    late, missing = reply.get("late") is True, reply.get("missing") is True
    return Answer(reply.get("value"), trouble, base, late, missing, changed, text)


def _builtin(error):
    """Name the nearest built-in class of an error."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")
