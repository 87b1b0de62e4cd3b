"""Call a student's function, but not for ever."""

import contextlib
import signal
import threading
import time
from _thread import interrupt_main

CALL_SECONDS = 5  # for one call
CAPABILITY_SECONDS = 8  # for all calls of one capability
AGAIN = 0.1  # seconds until an alarm rings anew: code may catch it


class Expired(BaseException):
    """The alarm rang. Not an Exception, so that a student's `except Exception` lets it through."""


class TimeLimit:
    """A `call` for `cnnlab.checks.score` that raises TimeoutError where a function does not come back.

    A function that used up a whole call's time once is not waited for again: every later call fails at once.
    Outside the main thread, calls run to their end and the caller's own time limit is the only one.

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

    stuck = set()  # noqa: RUF012  shared on purpose: one process runs one student

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


def alarm(seconds):
    """Raise Expired in the body after some seconds, and again until it ends.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    context manager
        Outside the main thread it does nothing: no other hears signals.
    """
    if threading.current_thread() is not threading.main_thread():
        return contextlib.nullcontext()
    return _by_clock(seconds) if hasattr(signal, "setitimer") else _by_thread(seconds)


@contextlib.contextmanager
def _by_clock(seconds):
    """Let the system's clock ring."""
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _by_thread(seconds):
    """Let a thread press Ctrl-C where there is no such clock (Windows); others who press it are heard too."""
    over, due = threading.Event(), []

    def watch():
        wait = seconds
        while not over.wait(wait):
            due.append(True)
            interrupt_main()
            wait = AGAIN

    def pressed(number, frame):
        (_ring if due else before)(number, frame)

    before = signal.signal(signal.SIGINT, pressed)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _nothing)  # a last ring may be on its way
        over.set()
        watcher.join()
        signal.signal(signal.SIGINT, before)


def _nothing(number, frame):
    """Hear, and do nothing."""


def _ring(number, frame):
    """Interrupt, but not the lines that end an alarm."""
    if frame.f_code not in OURS and frame.f_globals.get("__name__") != contextlib.__name__:
        raise Expired


OURS = {_by_clock.__wrapped__.__code__, _by_thread.__wrapped__.__code__}
