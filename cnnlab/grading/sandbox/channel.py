"""The course's end of the line to a student's process: it never waits for ever, whatever comes."""

import select
import time

import numpy as np

from .wire import PREFIX, SMALL, WireError, joined, lengths, pack, unpack

TICK = 0.02  # seconds between two looks at the watch


class Channel:
    """A socket that speaks in values while somebody watches.

    Parameters
    ----------
    connection : socket.socket
    there, here : callable, optional
        As for `pack` and `unpack`.

    Attributes
    ----------
    watch : callable
        Called every now and then while waiting; it raises where that has to end.
    """

    def __init__(self, connection, there=None, here=None):
        connection.settimeout(TICK)
        self.connection, self.there, self.here, self.watch = connection, there, here, lambda: None
        self._looked, self._small = time.monotonic(), memoryview(bytearray(SMALL))
        self._over = 0  # bytes at the beginning of that, which came with the value before them

    def pack(self, value):
        """Make a frame, or raise WireError before anything is sent."""
        return joined(pack(value, self.there))

    def send(self, frame):
        """Send a frame that was made before; EOFError where the other end is gone."""
        for buffer in frame:
            view = memoryview(buffer)
            while view.nbytes:
                view = view[self.patiently(self.connection.send, view) :]

    def expect_silence(self):
        """Hold that nothing has been said before anything is asked."""
        if self._over or (select.select([self.connection], [], [], 0)[0] and self._receive(self._small)):
            raise WireError("an answer to nothing")

    def receive(self, *, alone=True):
        """Wait for a value; WireError where it is none, EOFError where the other end is gone.

        With `alone`, nothing may have come with it; else the next value begins with what did.
        """
        view, got = self._small, self._over
        while got < PREFIX.size:
            got += self._receive(view[got:])
        header, payload = lengths(view[: PREFIX.size])
        size = PREFIX.size + header + payload
        if size > len(view):
            view = memoryview(np.empty(size, np.uint8))
            view[:got] = self._small[:got]
        while got < size:
            got += self._receive(view[got:size])
        self._over = got - size
        if self._over and alone:
            raise WireError("more than an answer")
        value = unpack(view[PREFIX.size : size - payload], view[size - payload : size], self.here)
        self._small[: self._over] = view[size:got]
        return value

    def _receive(self, view):
        """Receive some bytes."""
        got = self.patiently(self.connection.recv_into, view)
        if not got:
            raise EOFError
        return got

    def patiently(self, move, *args):
        """Do what moves bytes as soon as that is possible, and look at the watch meanwhile."""
        while True:
            if time.monotonic() > self._looked + TICK:
                self._looked = time.monotonic()
                self.watch()
            try:
                return move(*args)
            except TimeoutError:
                continue
            except OSError:
                raise EOFError from None
