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

    Raises
    ------
    IsolationError
        On entry, where student code would run unprotected.
    """

    def __init__(self, site, isolation, budget=None, *, libraries=None):
        self.site, self.isolation, self.budget = site, isolation, budget or Budget()
        self.libraries, self._zygote, self._entered = dict(libraries or {}), None, False

    def __enter__(self):
        self._zygote = self._start()
        return self

    def __exit__(self, *trouble):
        self.close()

    def close(self):
        """End all processes."""
        if self._zygote:
            self._zygote.close()
            self._zygote = None

    def student(self, seed=0):
        """Make a student, whose process is forked when it is first needed.

        Parameters
        ----------
        seed : int
            For the random numbers in it.

        Returns
        -------
        Student
            To be closed after use: it is a context manager.
        """
        return Student(self._fork, self.budget, seed)

    def _start(self):
        """Start a zygote: for everybody, where something keeps students apart within the same walls."""
        single = bool(self.isolation.bubblewrap) and not self.isolation.shared
        return Zygote(jail.start(self.site, self.isolation, budget=self.budget), single)

    def _fork(self, seed):
        """Fork a process; where the zygote is gone, from a new one."""
        limits = {"cpu": LIFETIME, "memory": self.budget.memory}
        order = {"seed": seed, "limits": limits, "libraries": self.libraries}
        for last in (False, True):
            zygote, self._zygote = self._zygote, None
            try:
                zygote = zygote or self._start()
                process = zygote.fork(order)
                self._zygote = None if zygote.single else zygote
                return process
            except (EOFError, OSError, WireError, SandboxError) as error:
                said = zygote.end_of_it() if zygote else ""
                if last:
                    raise SandboxError(f"no process is to be had: {error!r}. {said}".rstrip()) from error
