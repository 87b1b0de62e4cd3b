"""A student's notebook, running elsewhere: its cells in order, then calls of what they define."""

import contextlib
import functools
from dataclasses import dataclass, replace

from cnnlab.checks.closed import ClosedFunctionError

from .budgets import RESTARTS
from .changes import change
from .errors import Ran, StudentDied, Trouble, as_exception
from .exchange import Answer, Exchange
from .process import Overrun
from .proxies import StudentObject
from .spending import Purse, Watch

SORTS = "function", "class", "module", "value"
CLOSED = float("inf")
LATE = Answer(late=True)
REMEMBERED = 1.0  # seconds for a cell that did not end in its time, should it have to run again
LEAST = 1e-3  # seconds: a clock of the kernel's that is set to less may not ring
NEARLY = 0.9  # of a call's budget: what a check has left when the values before it were fetched
SILENT = "\n[what the cells print from here on is left out: it is too much]\n"


@dataclass
class Cell:
    """One that was run: its source, and for how many seconds it may run again, should it have to."""

    source: str
    again: float


class Student:
    """One student's notebook in a process of its own.

    A process that ends, or has to be ended, is replaced by a new one in which the cells ran again, a few
    times. Made by `Sandbox.student`.

    Parameters
    ----------
    fork : callable
        Given a seed, and whether it is to be apart, it makes a Process.
    budget : Budget
    seed : int
    apart : bool
        As for `Sandbox.student`.
    operators : bool
        As for `Sandbox`.
    """

    def __init__(self, fork, budget, seed=0, *, apart=False, operators=False):
        self._fork, self._budget, self._seed, self._apart = fork, budget, seed, apart
        self._exchange, self._forked, self.operators = None, 0, operators
        self._cells, self._first, self._room = [], Purse(budget.notebook), budget.outputs
        self._again = self._first if apart else Purse(budget.notebook)
        self._pool, self._stuck, self._deadly = None, set(), set()

    def __enter__(self):
        return self

    def __exit__(self, *trouble):
        self.close()

    def close(self):
        """End the process; there will be no other."""
        self._forked = CLOSED
        if self._exchange:
            self._exchange.end()

    def fresh(self):
        """Make another of the same cells, whose process has seen no call, and is apart from those that have.

        It serves for as many calls as are shown, since it meets nothing else.

        Returns
        -------
        Student
            All its calls share one check's budget, and its cells what this one has to run them again; what
            is found to be stuck in one of the two is not tried in the other.
        """
        other = Student(self._fork, self._budget, self._seed, apart=True, operators=self.operators)
        other._cells, other._stuck = [replace(cell) for cell in self._cells], self._stuck
        other._first = other._again = self._again
        other._pool = Purse(self._budget.check)
        return other

    @contextlib.contextmanager
    def check(self, seconds=None):
        """Let all calls in the body share so much CPU time, by default what the budget says.

        A check within a check has no more than that has left.
        """
        outer, seconds = self._pool, self._budget.check if seconds is None else seconds
        start = seconds if outer is None else min(seconds, outer.left)
        self._pool = pool = Purse(start)
        try:
            yield self
        finally:
            self._pool = outer
            if outer is not None:
                outer.left -= start - pool.left

    def run(self, source):
        """Run a cell.

        Parameters
        ----------
        source : str

        Returns
        -------
        Ran
            Whatever happens: a cell that fails, takes too long or ends the process is no error here.

        Raises
        ------
        StudentDied
            Where the process has ended too often.
        """
        limit = min(self._budget.cell, self._first.left)
        if limit <= LEAST:
            self._cells.append(Cell(source, again=0))
            return Ran(error=_late("the notebook's cells together took too long"), timed_out=True)
        ran, used = self._run(self._living(), source, len(self._cells) + 1, limit)
        self._first.left -= used
        self._cells.append(
            Cell(source, 0 if ran.died else REMEMBERED if ran.timed_out else self._budget.cell)
        )
        return self._cut(ran)

    def names(self):
        """Say what the cells have defined: name -> "function", "class", "module" or "value"."""
        names = self._ask("names").value
        if type(names) is not dict or not all(type(part) is str for item in names.items() for part in item):
            raise self._exchange.nonsense()
        return {name: sort for name, sort in names.items() if name.isidentifier() and sort in SORTS}

    def get(self, name):
        """Return what a name stands for.

        Returns
        -------
        object
            A plain value, a StudentFunction or a StudentObject.

        Raises
        ------
        KeyError
            Where nothing has that name.
        """
        answer = self._ask("get", name=name)
        if answer.missing:
            raise KeyError(name)
        return _value(answer, (name,))

    def operate(self, do, args, options=None, path=()):
        """Do something with what lives there, on behalf of its proxy.

        Parameters
        ----------
        do : str
            What the worker calls it.
        args : sequence
            Lists, dicts and arrays among them become what the student's code makes of them.
        options : dict, optional
        path : tuple of str
            How the result is to be found again in another process.

        Returns
        -------
        object

        Raises
        ------
        StudentError
            What the student's code raised; it is also of the built-in class of that name.
        ClosedFunctionError
            Where that called something closed.
        TimeoutError
            Where the time is up.
        StudentDied
            Where the process ended.
        TypeError
            Where an argument cannot cross.
        """
        options = options or {}
        answer = self._ask(do, _key(do, args[:1]), args=list(args), options=options)
        _change(answer, args, options)
        return _value(answer, path)

    def call_each(self, function, calls):
        """Call a function several times, all its arguments handed over at once.

        Parameters
        ----------
        function : StudentFunction
        calls : list of tuple
            Of each call its arguments and its options, without functions among them, which are lent for one
            call alone.

        Yields
        ------
        callable
            Of each call one that returns what that returned, or raises what it raised: see `operate`. The
            first that raises is the last. Nothing else can be asked before that, or before all are here.
        """
        key = _key("call", [function])
        try:
            limit, exchange = self._limit(key), self._living()
            answers = exchange.ask_each(
                len(calls),
                self._most,
                args=[function],
                calls=[[list(args), options] for args, options in calls],
                together=self._pool.left if self._pool else limit * len(calls),
            )
            watch = Watch(exchange, self._budget.wall)
            for args, options in calls:
                answer = self._hear(functools.partial(next, answers), watch, self._most(), key)
                watch = Watch(exchange, self._budget.wall)
                _change(answer, [function, *args], options)
                yield functools.partial(_value, answer)
                if not answer.whole:
                    return
        except (TimeoutError, StudentDied) as error:
            yield functools.partial(_raise, error)

    def number_of(self, thing, exchange):
        """Return a proxy's number in a process, which may have another one than the proxy was made in."""
        if thing._exchange is not exchange:
            if thing._student is not self or not thing._path:
                raise StudentDied(f"{thing!r} is gone with the process that it lived in")
            name, *attributes = thing._path
            found = self.get(name)
            for attribute in attributes:
                found = getattr(found, attribute)
            thing._move_to(found)
        return thing._number

    def _ask(self, do, key=None, **fields):
        """Ask the process, within the budgets."""
        limit, exchange = self._limit(key), self._living()
        watch = Watch(exchange, self._budget.wall)
        return self._hear(functools.partial(exchange.ask, do, limit, **fields), watch, limit, key)

    def _hear(self, wait, watch, limit, key):
        """Wait for an answer, and pay for it; remember what is stuck and what ends the process."""
        pool, answer = self._pool, LATE
        try:
            answer = wait()
        except Overrun:
            pass
        except StudentDied:
            self._deadly |= {key} if key else set()
            raise
        finally:
            if pool is not None:
                pool.left -= watch.used(limit if answer.late else 0)
        if answer.late:
            if key and limit >= NEARLY * self._budget.call:
                self._stuck.add(key)
            raise TimeoutError(f"it was still running after {limit:.2g} s")
        return answer

    def _limit(self, key):
        """Say how many seconds a call may take, or that it is not worth a try."""
        if key in self._stuck:
            raise TimeoutError("it did not finish in an earlier check, so it was not run again")
        if key in self._deadly:
            raise StudentDied("it ended its process in an earlier check, so it was not run again")
        if self._most() <= LEAST:
            raise TimeoutError("all calls of this check together took too long")
        return self._most()

    def _most(self):
        """Say how many seconds a call may take at the most."""
        left = self._budget.call if self._pool is None else self._pool.left
        return max(LEAST, min(self._budget.call, left))

    def _living(self):
        """Return an exchange with the process; where there is none, fork one and run the cells again."""
        while not (self._exchange and self._exchange.alive):
            if self._forked is CLOSED:
                raise StudentDied("their process was ended, for it was no longer needed")
            if self._forked > RESTARTS:
                raise StudentDied(f"their process ended {self._forked} times, and was not started again")
            self._forked += 1
            process = self._fork(self._seed, self._apart)
            self._exchange = exchange = Exchange(process, self, self._budget.wall, self._budget.output)
            for number, cell in enumerate(self._cells, start=1):
                self._run_again(exchange, number, cell)
        return self._exchange

    def _run_again(self, exchange, number, cell):
        """Run a cell in another process, where it is worth it; one that ends that, too, is not run again."""
        if self._again.left <= LEAST:
            exchange.end()
            raise StudentDied("their process ended, and to run the cells again took too long")
        limit = min(cell.again, self._budget.cell, self._again.left)
        if limit > 0 and exchange.alive:
            ran, used = self._run(exchange, cell.source, number, limit)
            self._again.left -= used
            cell.again = 0 if ran.died else cell.again

    def _run(self, exchange, source, number, limit):
        """Run a cell: return what came of it, and how many seconds it used."""
        watch = Watch(exchange, self._budget.wall)
        late = _late(f"it was still running after {limit:.2g} s")
        try:
            answer = exchange.ask("run", limit, source=source, number=number)
        except Overrun:
            return Ran(error=late, timed_out=True, died=True), watch.used(limit)
        except StudentDied as error:
            return Ran(error=Trouble("StudentDied", str(error)), died=True), watch.used(limit)
        except TypeError as error:
            return Ran(error=Trouble("ValueError", str(error))), 0
        text = answer.text[: self._budget.output]
        if answer.late:
            return Ran(text, late, timed_out=True), watch.used(limit)
        return Ran(text, answer.trouble), watch.used()

    def _cut(self, ran):
        """Keep what a cell says, while there is room for what all cells say."""
        size = len(ran.text) + (len(ran.error.text) if ran.error else 0)
        if size <= self._room:
            self._room -= size
            return ran
        text = ran.text[: self._room] + SILENT if self._room >= 0 else ""
        self._room = -1
        return replace(ran, text=text, error=ran.error and replace(ran.error, text="", quoted=""))


def _late(text):
    """Say that a cell took too long."""
    return Trouble("TimeoutError", text)


def _key(do, args):
    """Name a question by what is done to what."""
    return do, *(thing._path or thing._name for thing in args if isinstance(thing, StudentObject))


def _change(answer, args, options):
    """Do to the arguments what a call did to them there."""
    places = {**dict(enumerate(args)), **options}
    for place, new in answer.changed:
        change(places.get(place), new)


def _raise(error):
    """Raise an error that was met before."""
    raise error


def _value(answer, path=()):
    """Return an answer's value, or raise what it says."""
    if answer.trouble is None:
        if path and isinstance(answer.value, StudentObject):
            answer.value._found_by(path)
        return answer.value
    if answer.trouble.type == "ClosedFunctionError":
        raise ClosedFunctionError(answer.trouble.text)
    raise as_exception(answer.trouble, answer.base)
