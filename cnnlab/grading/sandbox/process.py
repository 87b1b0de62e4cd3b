"""One student's process, seen from outside: what it has used, and its end."""

import contextlib
import functools
import os
import signal
import socket
import struct
import sys
import time

import psutil

from .budgets import slack_of
from .channel import Channel
from .errors import SandboxError
from .wire import WireError

LINUX = sys.platform == "linux"
PATIENCE = 20  # seconds for the zygote to answer


class Overrun(TimeoutError):
    """A process used more than it may, and did not heed its own alarm."""


class Zygote:
    """The process that students' processes are forked from.

    Parameters
    ----------
    jail : Jail
    single : bool
        Whether it is there for one process only, and ends with that.
    """

    def __init__(self, jail, single=False):
        self.jail, self.single, self.channel = jail, single, Channel(jail.connection)
        self.orders, self.closed = 0, False

    def fork(self, order):
        """Make a student's process."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                if LINUX:
                    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # before anything can be sent
                pid = self._ask({"do": "fork", **order}, "pid", theirs)["pid"]
                return Process(self, pid, ours)
            except BaseException:
                ours.close()
                raise

    def end(self, pid):
        """End a process, and say how it ended; a zygote that cannot remove what that left ends, too."""
        try:
            answer = self._ask({"do": "end", "pid": pid}, "status")
        except (EOFError, WireError, SandboxError):
            return "their process ended"
        if self.single or answer.get("left") is not False:
            self.close()
        status = answer["status"]
        return "their process ended" + (f" with status {status}" if status > 0 else _by_signal(-status))

    def end_of_it(self):
        """End it for not working, and return what it said."""
        self.close()
        return self.jail.said

    def close(self):
        """End it, and all processes that came from it."""
        self.closed = True
        self.jail.close()

    def _ask(self, order, wanted, passed=None):
        """Send an order, with a socket where it takes one, and wait for its answer; without one, it ends."""
        try:
            self.orders += 1
            self._send({"order": self.orders, **order}, passed)
            answer = self.channel.receive()
            if type(answer) is not dict or answer.get("order") != self.orders:
                raise SandboxError("the sandbox answered what it was not asked")
            if type(answer.get(wanted)) is not int:
                raise SandboxError(f"the sandbox did not tell the {wanted}")
            return answer
        except BaseException:
            self.close()
            raise

    def _send(self, order, passed):
        """Send an order, and set the watch for its answer."""
        self.channel.watch = functools.partial(_give_up, time.monotonic() + PATIENCE)
        frame = b"".join(self.channel.pack(order))
        if passed:
            socket.send_fds(self.jail.connection, [frame[:1]], [passed.fileno()])
            frame = frame[1:]
        self.channel.send([frame])


def _by_signal(number):
    """Name a signal, if it was one."""
    return f" by {signal.Signals(number).name}" if number in set(signal.Signals) else ""


def _give_up(until):
    """Stop waiting for a zygote."""
    if time.monotonic() > until:
        raise SandboxError(f"the sandbox did not answer for {PATIENCE} s")


class Process:
    """A student's process.

    Attributes
    ----------
    channel : Channel
    pid : int
        Its number here, outside its walls.
    """

    def __init__(self, zygote, inner, connection):
        self.zygote, self.inner, self.handle, self.limits = zygote, inner, None, []
        self.channel = Channel(connection)
        self.channel.watch = functools.partial(_give_up, time.monotonic() + PATIENCE)
        self.pid = self._find(connection) if LINUX else inner
        with contextlib.suppress(OSError, AttributeError):  # without a handle, the zygote alone can end it
            self.handle = os.pidfd_open(self.pid)
        said = self.channel.receive()
        if not said["ready"]:
            raise SandboxError(f"the sandbox does not close: {said['why']}")
        self.channel.watch = self._watch

    def _find(self, connection):
        """Learn the process's number here from the kernel, which writes it on what the process sends."""
        _, ancillary, _, _ = self.channel.patiently(connection.recvmsg, 1, 64, socket.MSG_PEEK)
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
                return struct.unpack("3i", data)[0]
        raise SandboxError("the kernel does not tell which process is at the other end")

    def used(self):
        """Seconds of CPU time that it has used."""
        return cpu_seconds(self.pid)

    @contextlib.contextmanager
    def limit(self, seconds, wall):
        """Allow the body so many seconds of CPU time, and so many by the clock; within another, no more."""
        slack = slack_of(seconds)
        limits = self.used() + seconds + slack, time.monotonic() + wall + slack
        self.limits.append(tuple(map(min, limits, self.limits[-1])) if self.limits else limits)
        try:
            yield
        finally:
            self.limits.pop()

    def _watch(self):
        """Raise Overrun when the time is up."""
        if self.limits:
            cpu, wall = self.limits[-1]
            if time.monotonic() > wall or self.used() > cpu:
                raise Overrun("their process did not answer in time")

    def end(self):
        """Kill it, see it off, and say how it ended."""
        self.channel.connection.close()
        if self.handle is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            os.close(self.handle)
            self.handle = None
        return self.zygote.end(self.inner)


def cpu_seconds(pid):
    """Return the seconds of CPU time that a process has used, its threads included; inf where it is gone."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # the kernel's number for the CPU clock of a process
    except (OSError, AttributeError, OverflowError):
        pass
    try:
        used = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return float("inf")
    return used.user + used.system
