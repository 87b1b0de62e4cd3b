"""Start the process that student code will be forked from, with the sandbox's walls around it."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress

from . import syscalls, walls
from .inside.sweep import sweep

OWN_USERS = range(60_000, 65_000)  # root gives each zygote a user of its own, so that limits count its alone
PATIENCE = 5  # seconds for the end of a process that was killed
SAID = 2_000  # characters kept of what a zygote says on its way out

START = """
import sys
sys.path.append({site!r})
from cnnlab_inside import confine
confine.become({user!r}, {group!r})
confine.guard({readable!r}, {landlock!r}, {seccomp!r})
from cnnlab_inside.zygote import main
main({connection})
"""


class Jail:
    """A zygote within its walls.

    Attributes
    ----------
    connection : socket.socket
        This side's end; the other end is the zygote's.
    pid : int
        The zygote's number as this side sees it: its children can be watched and ended from here.
    """

    def __init__(self, process, connection, pid, said, folder=None):
        self.process, self.connection, self.pid = process, connection, pid
        self._said, self._folder, self._last = said, folder, None

    @property
    def said(self):
        """What the zygote wrote to its standard error, cut: why it did not start."""
        if self._last is not None:
            return self._last
        self._said.seek(0)
        return self._said.read(SAID).decode("utf-8", "replace")

    def close(self):
        """End the zygote and all that it has forked; what is gone already does not matter."""
        self.connection.close()
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)  # the first process of its namespace takes all along
            try:
                self.process.wait(PATIENCE)  # bubblewrap tidies up behind it
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._last = self.said
        self._said.close()
        if self._folder:
            sweep(self._folder, 10 * PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *trouble):
        self.close()


def start(site, isolation, *, budget=None):
    """Start a zygote: `cnnlab_inside.zygote.main`, called with one end of a socket.

    The thread that calls this must outlive the zygote, which ends with it.

    Parameters
    ----------
    site : Site
        What student code may import.
    isolation : Isolation
    budget : Budget, optional
        Files live in memory: a sixteenth of what a student may have of it is theirs.

    Returns
    -------
    Jail

    Raises
    ------
    IsolationError
        Where isolation is incomplete, and nobody said to do without.
    OSError
        Where the zygote does not start.
    """
    isolation.require()
    ours, theirs = socket.socketpair()
    with theirs:
        said = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the zygote
        try:
            begin = _enclosed if isolation.bubblewrap else _bare
            return begin(site, isolation, budget, ours, theirs, said)
        except BaseException:
            ours.close()
            said.close()
            raise


def _enclosed(site, isolation, budget, ours, theirs, said):
    """Start a zygote within bubblewrap."""
    readable = [*walls.interpreter().folders, "/site", walls.CACHE, *walls.DEVICES]
    mapped = isolation.mapped or not all(_for_everybody(path) for path in site.entries().values())
    user = None if mapped else OWN_USERS.start + secrets.randbelow(len(OWN_USERS))
    command = _command("/site", readable, isolation, theirs, user)
    room = budget.memory // 16 if budget else walls.TEMPORARY
    ear, mouth = os.pipe()
    with open(ear, "rb") as told:
        try:
            options = dict(packages=site.entries(), mapped=mapped, room=room, info=mouth)
            command = walls.enclosed(command, isolation.bubblewrap, **options)
            process = _popen(command, (theirs.fileno(), mouth), said)
        finally:
            os.close(mouth)
        answer = told.read()
    if not answer:
        process.wait()
        said.seek(0)
        raise OSError(f"bubblewrap did not start: {said.read(SAID).decode('utf-8', 'replace').strip()}")
    return Jail(process, ours, json.loads(answer)["child-pid"], said)


def _for_everybody(path):
    """Tell whether a package was installed for every user of this machine."""
    files = (path, path / "__init__.py") if path.is_dir() else (path,)
    return all(file.stat().st_mode & 0o004 for file in files if file.exists())


def _bare(site, isolation, budget, ours, theirs, said):
    """Start a zygote without walls, in a temporary folder of its own."""
    folder = tempfile.mkdtemp(prefix="cnnlab-")
    readable = [*walls.interpreter().readable, *walls.DEVICES, str(site.folder)]
    readable += [os.path.realpath(path) for path in site.entries().values()]
    command = _command(str(site.folder), readable, isolation, theirs, None)
    environment = {**walls.ENVIRONMENT, "HOME": folder, "TMPDIR": folder}
    try:
        process = _popen(command, (theirs.fileno(),), said, env=environment, cwd=folder)
    except BaseException:
        os.rmdir(folder)
        raise
    return Jail(process, ours, process.pid, said, folder)


def _command(site, readable, isolation, theirs, user):
    """Say how the zygote starts."""
    program = syscalls.program() if isolation.seccomp else b""
    code = START.format(
        site=site,
        user=user,
        group=walls.NOBODY,
        readable=readable,
        landlock=isolation.landlock,
        seccomp=program,
        connection=theirs.fileno(),
    )
    return walls.python(code)


def _popen(command, handles, said, **options):
    """Start a process that inherits nothing but some handles."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=said,
        pass_fds=handles,
        start_new_session=sys.platform != "win32",
        **options,
    )
