"""The student's end of the line: frames out, frames in. The other end holds the deadlines."""

import socket

from .wire import PREFIX, SMALL, joined, lengths, pack, unpack


class Channel:
    """A socket that speaks in values.

    Parameters
    ----------
    connection : socket.socket
    there, here : callable, optional
        As for `pack` and `unpack`.
    """

    def __init__(self, connection, there=None, here=None):
        self.connection, self.there, self.here = connection, there, here
        self.reader = connection.makefile("rb", SMALL)

    def send(self, value):
        """Send a value; one that cannot cross raises WireError before anything is sent."""
        for buffer in joined(pack(value, self.there)):
            self.connection.sendall(buffer)

    def receive(self, begun=b""):
        """Wait for a value, of whose frame some bytes may be here; EOFError where the other end is gone."""
        header, payload = lengths(begun + self._exactly(PREFIX.size - len(begun)))
        return unpack(self._exactly(header), self._exactly(payload), self.here)

    def receive_with_socket(self):
        """Wait for a value that a socket may come with: return both."""
        begun, handles, _, _ = socket.recv_fds(self.connection, 1, 1)
        return self.receive(begun), socket.socket(fileno=handles[0]) if handles else None

    def _exactly(self, size):
        """Read so many bytes."""
        raw = self.reader.read(size)
        if len(raw) < size:
            raise EOFError
        return raw
