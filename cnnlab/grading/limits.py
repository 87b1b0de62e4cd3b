"""Call a student's function, but not for ever."""

import contextlib
import signal
import threading
import time

CALL_SECONDS = 5  # for one call
CAPABILITY_SECONDS = 8  # for all calls of one capability


class Expired(BaseException):
    """The alarm rang. Not an Exception, so that a student's `except Exception` lets it through."""


class TimeLimit:
    """A `call` for `cnnlab.checks.score` that raises TimeoutError where a function does not come back.

    A function that used up a whole call's time once is not waited for again: every later call fails at once.
    Where the system has no alarm clock (Windows), or outside the main thread, calls run to their end and the
    caller's own time limit is the only one.

    Parameters
    ----------
    seconds : float
        For one call.
    total : float
        For all calls together.

    Examples
    --------
    >>> call = TimeLimit()
    >>> call(max, 3, 7)
    7
    """

    stuck = set()  # noqa: RUF012  shared on purpose: one kernel runs one student

    def __init__(self, seconds=CALL_SECONDS, total=CAPABILITY_SECONDS):
        self.seconds = seconds
        self.left = total

    def __call__(self, function, *args, **options):
        """Return ``function(*args, **options)``, or raise what it raised, or TimeoutError."""
        if function in self.stuck:
            raise TimeoutError("it did not finish in an earlier check, so it was not run again")
        if self.left <= 0:
            raise TimeoutError("all calls of this check together took too long")
        limit = min(self.seconds, self.left)
        started = time.perf_counter()
        try:
            with alarm(limit):
                return function(*args, **options)
        except Expired:
            if limit == self.seconds:
                self.stuck.add(function)
            raise TimeoutError(f"it was still running after {limit:.2g} s") from None
        finally:
            self.left -= time.perf_counter() - started


@contextlib.contextmanager
def alarm(seconds):
    """Raise Expired in the body after some seconds, where the system can."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(signum, frame):
        raise Expired

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
