"""Where students' processes come from: NumPy is imported once, then each student gets a fork of it.

The zygote runs no student code. It forks where it is asked to, tells how a child ended, and removes what the
child left behind.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import tempfile

from . import standins, worker
from .channel import Channel
from .confine import confine
from .sweep import sweep

EARLY = ("numpy.random", "numpy.fft", "cnnlab", "cnnlab.checks")  # what NumPy and notebooks import late

ENVIRONMENT = {
    "MPLBACKEND": "Agg",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
OWN_SOCKET, MOST_HANDLES = 3, 2**16
MOST_FILES = 100_000  # of all children together: each takes about a KiB of the kernel's memory
TICK = 0.25  # seconds between two looks at how many there are


def main(handle):
    """Answer requests until the other end closes.

    Parameters
    ----------
    handle : int
        Of a socket. ``fork``, with a socket passed along, is answered by the child's number; ``end`` by how a
        child ended, which is killed where it has not. An answer repeats the number of its order.
    """
    connection = socket.socket(fileno=handle)
    os.environ.update(ENVIRONMENT)
    standins.install()
    for name in EARLY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is here stays, and shared
    channel, children = Channel(connection), {}
    with contextlib.suppress(EOFError):
        while True:
            _await_order(connection, children)
            order, passed = channel.receive_with_socket()
            if order["do"] == "fork":
                answer = _fork(order, passed, connection, children)
            else:
                answer = _end(order["pid"], children)
            channel.send({"order": order["order"], **answer})
    for pid in list(children):
        _end(pid, children)
    os._exit(0)


def _await_order(connection, children):
    """Wait for an order, and end all children meanwhile where they make too many files."""
    while not select.select([connection], [], [], TICK if children else None)[0]:
        if os.getpid() == 1 and _files() > MOST_FILES:  # else the folder is not ours alone
            for pid in children:
                os.kill(pid, signal.SIGKILL)


def _files():
    """Count the files of all children: no limit of the kernel's does."""
    room = os.statvfs(tempfile.gettempdir())
    return room.f_files - room.f_ffree


def _fork(order, passed, connection, children):
    """Make a child that serves the passed socket."""
    folder = tempfile.mkdtemp(prefix="student-")
    pid = os.fork()
    if not pid:
        try:
            connection.detach()
            _live(order, passed, folder)
        finally:
            os._exit(0)
    passed.close()
    children[pid] = folder
    return {"pid": pid}


def _end(pid, children):
    """See a child off, and return how it ended, and whether something is left that cannot be removed."""
    folder = children.pop(pid)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status), "left": not sweep(folder)}


def _live(order, passed, folder):
    """Be a student's process: alone with one socket and one folder, and locked in."""
    null = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(null, handle)
    own = passed.detach()
    if own != OWN_SOCKET:
        os.dup2(own, OWN_SOCKET)
    os.closerange(OWN_SOCKET + 1, MOST_HANDLES)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder, MPLCONFIGDIR=folder)
    tempfile.tempdir = folder
    channel = Channel(socket.socket(fileno=OWN_SOCKET))
    try:
        confine(folder, order["limits"])
    except OSError as error:
        channel.send({"ready": False, "why": str(error)})
        return
    standins.install(order["libraries"])
    channel.send({"ready": True})
    worker.serve(channel, order["seed"])
