"""Where students' processes come from, on the course's side: zygotes are started, used and replaced."""

from . import jail
from .budgets import Budget
from .errors import SandboxError
from .process import Zygote
from .student import Student
from .wire import WireError

LIFETIME = 24 * 3600  # seconds of CPU time until the kernel ends a process, should all else have failed


class Sandbox:
    """A place to run students' notebooks in, each in a process of its own.

    Parameters
    ----------
    site : Site
        What student code may import.
    isolation : Isolation
        What protects this machine.
    budget : Budget, optional
    libraries : dict, optional
        Libraries that are not there, in addition to the known ones: name -> "absorbs" (whatever is done with
        it), "closed" (to be imported, not called), "decorates" or "iterates".
    operators : bool
        Whether students' objects answer to operators, comparisons, ``in``, isinstance() and for their truth:
        for a course about classes. Whoever asks them so believes what they say.

    Raises
    ------
    IsolationError
        On entry, where student code would run unprotected.
    """

    def __init__(self, site, isolation, budget=None, *, libraries=None, operators=False):
        self.site, self.isolation, self.budget = site, isolation, budget or Budget()
        self.libraries, self.operators = dict(libraries or {}), operators
        self._zygotes = {}  # whether for processes apart -> Zygote

    def __enter__(self):
        self._zygotes[False] = self._start()
        return self

    def __exit__(self, *trouble):
        self.close()

    def close(self):
        """End all processes."""
        while self._zygotes:
            self._zygotes.popitem()[1].close()

    def student(self, seed=0, *, apart=False):
        """Make a student, whose process is forked when it is first needed.

        Parameters
        ----------
        seed : int
            For the random numbers in it.
        apart : bool
            Whether what it says will be shown. It then shares nothing with the processes that meet hidden
            inputs, neither numbers of processes nor room for files, by which these could tell it something;
            and its cells, run once or again, have one budget together.

        Returns
        -------
        Student
            To be closed after use: it is a context manager.
        """
        return Student(self._fork, self.budget, seed, apart=apart, operators=self.operators)

    def _start(self):
        """Start a zygote: for everybody, where something keeps students apart within the same walls."""
        single = bool(self.isolation.bubblewrap) and not self.isolation.shared
        return Zygote(jail.start(self.site, self.isolation, budget=self.budget), single)

    def _fork(self, seed, apart=False):
        """Fork a process; where there is no zygote or it is gone, from a new one."""
        limits = {"cpu": LIFETIME, "memory": self.budget.memory}
        order = {"seed": seed, "limits": limits, "libraries": self.libraries}
        for last in (False, True):
            zygote = self._zygotes.pop(apart, None)
            try:
                zygote = zygote if zygote and not zygote.closed else self._start()
                process = zygote.fork(order)
                if not zygote.single:
                    self._zygotes[apart] = zygote
                return process
            except (EOFError, OSError, WireError, SandboxError) as error:
                said = zygote.end_of_it() if zygote else ""
                if last:
                    raise SandboxError(f"no process is to be had: {error!r}. {said}".rstrip()) from error
