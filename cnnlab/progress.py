"""Who is watching? A bar that shows how far a training is, and a Ctrl-C that lets it end well."""

import signal
import sys
import threading
from contextlib import contextmanager

__all__ = []


def progress_bar(total, done, wanted):
    """A bar of tqdm's, or one that does nothing where nobody would see it."""
    if wanted:
        try:
            from tqdm import tqdm
        except ModuleNotFoundError:
            return NoBar()
        hidden = False if in_a_notebook() else None  # None: hidden unless a terminal is there to draw on
        return tqdm(total=total, initial=done, unit=" examples", unit_scale=True, disable=hidden, leave=False)
    return NoBar()


def in_a_notebook():
    """Whether a Jupyter kernel runs this, whose standard error is no terminal but is looked at."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


class NoBar:
    """A progress bar that draws nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def update(self, steps):
        """So many examples done."""

    def set_postfix_str(self, text, refresh=True):
        """What a bar would show beside itself."""


class Interrupted:
    """Whether Ctrl-C was pressed."""

    def __init__(self):
        self.pressed = False

    def __bool__(self):
        return self.pressed


@contextmanager
def interruptible():
    """Let the first Ctrl-C be no more than a wish; the second one raises KeyboardInterrupt as ever.

    Yields
    ------
    Interrupted
        True once Ctrl-C was pressed: what is in hand is to be finished, and no more begun.
    """
    wish = Interrupted()

    def wished(number, frame):
        if wish:
            raise KeyboardInterrupt
        wish.pressed = True

    before = signal.getsignal(signal.SIGINT)
    deaf = threading.current_thread() is not threading.main_thread()  # who alone hears signals
    if deaf or before in (signal.SIG_IGN, None):  # ignored: a program in the background, say
        yield wish
        return
    signal.signal(signal.SIGINT, wished)
    try:
        yield wish
    finally:
        signal.signal(signal.SIGINT, before)
