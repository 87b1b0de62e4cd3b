"""What protects this machine from student code: found by trying, never by asking for a version."""

import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace

from . import syscalls, walls
from .inside import confine

PATIENCE = 20  # seconds for one trial


class IsolationError(Exception):
    """Student code would run unprotected; the message says what is missing and how to get it."""


@dataclass(frozen=True)
class Layer:
    """One thing that protects: whether it is here, what it is for, how to get it."""

    name: str
    present: bool
    why: str
    how: str


@dataclass(frozen=True)
class Isolation:
    """What protects this machine, layer by layer.

    Parameters
    ----------
    bubblewrap : str
        The path of a bubblewrap that works here; empty for none.
    mapped : bool
        Whether its processes are this user under another name. Root starts them as a user of their own,
        wherever that works.
    landlock : int
        The version that the kernel has; 0 for none.
    seccomp : bool
    waived : bool
        The instructor said to do without what is missing.
    said : str
        What bubblewrap said where it does not work.
    """

    bubblewrap: str = ""
    mapped: bool = True
    landlock: int = 0
    seccomp: bool = False
    waived: bool = False
    said: str = ""

    @property
    def complete(self):
        """Whether student code can do no harm: bubblewrap and seccomp."""
        return bool(self.bubblewrap) and self.seccomp

    @property
    def shared(self):
        """Whether one zygote may serve several students: only Landlock keeps their folders apart."""
        return self.landlock > 0

    def waive(self):
        """Return the same, with the instructor's word that what is missing may be missing."""
        return replace(self, waived=True)

    def require(self):
        """Hold that it is complete, or that the instructor does without.

        Raises
        ------
        IsolationError
        """
        if sys.platform == "win32":
            raise IsolationError(WINDOWS)
        if not self.complete and not self.waived:
            missing = [layer for layer in self.layers() if not layer.present and layer.name != "Landlock"]
            lines = [f"  {layer.name}: {layer.why}.\n    {layer.how}" for layer in missing]
            raise IsolationError(
                "student code is not isolated on this machine, so nothing was run. Missing:\n"
                + "\n".join(lines)
                + "\nOr grade without, where you trust every student with your files: --no-isolation"
            )

    def layers(self):
        """List what there is to protect this machine.

        Returns
        -------
        list of Layer
        """
        bubblewrap = BUBBLEWRAP_SAID.format(self.said) if self.said else BUBBLEWRAP
        return [
            Layer("bubblewrap", bool(self.bubblewrap), WHY_BUBBLEWRAP, _here(bubblewrap)),
            Layer("seccomp", self.seccomp, WHY_SECCOMP, _here(SECCOMP)),
            Layer("Landlock", self.landlock > 0, WHY_LANDLOCK, _here(LANDLOCK)),
            Layer(
                "resource limits", confine.resource is not None, WHY_LIMITS, _here("Every Linux has them.")
            ),
        ]


WINDOWS = (
    "on Windows student code runs in the container only, with or without isolation: see container/README.md"
)
CONTAINER = "Only Linux has it: grade in the container, see container/README.md."
BUBBLEWRAP = "Install it: `apt install bubblewrap` or `dnf install bubblewrap`."
BUBBLEWRAP_SAID = (
    'It is installed, but does not work here: "{}". Most often unprivileged user namespaces are off. '
    "Ubuntu from 23.10 on: an AppArmor profile for bwrap, or "
    "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`. Debian: `sysctl "
    "kernel.unprivileged_userns_clone=1`. Elsewhere: `sysctl user.max_user_namespaces=10000`. "
    "In a container: see container/README.md."
)
SECCOMP = "Install it: `apt install libseccomp2` or `dnf install libseccomp`, and `pip install pyseccomp`."
LANDLOCK = (
    "It comes with kernels from 5.13 on, where `lsm=` lists it. Without it, grading is a little slower."
)
WHY_BUBBLEWRAP = "shuts student code off from files, network and other processes"
WHY_SECCOMP = "refuses new processes, signals, sockets and kernel features that no exercise needs"
WHY_LANDLOCK = "leaves each student one folder to write to, and none of another student's"
WHY_LIMITS = "bound time, memory and the size of files"


def _here(how):
    """Say how to get a layer on this kind of system."""
    return how if sys.platform == "linux" else CONTAINER


@functools.cache
def find_isolation():
    """Try each layer for real, once in the life of this process.

    Returns
    -------
    Isolation

    Examples
    --------
    >>> isolation = find_isolation()
    >>> isolation.waived
    False
    """
    if sys.platform != "linux":
        return Isolation()
    found = dict(landlock=_landlock(), seccomp=_seccomp())
    said = ""
    path = shutil.which("bwrap") or ""
    for mapped in () if not path else (False, True) if os.geteuid() == 0 else (True,):
        said = _trouble(path, mapped)
        if not said:
            return Isolation(path, mapped, **found)
    return Isolation(**found, said=said)


def _trouble(path, mapped):
    """Start the interpreter within bubblewrap; return what is wrong, or nothing."""
    code = "import sys; sys.stdout.write(sys.argv[1])"
    if not mapped:
        give_up = f"os.setgroups([]); os.setgid({walls.NOBODY}); os.setuid({walls.NOBODY})"
        code = f"import os; {give_up}; import json; {code}"
    command = walls.enclosed(walls.python(code, "here"), path, mapped=mapped)
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if ran.returncode == 0 and ran.stdout == "here":
        return ""
    return (ran.stderr.strip().splitlines() or [f"exit status {ran.returncode}"])[-1]


def _landlock():
    """Return the version of Landlock that restricts a process of its own, 0 for none."""
    version = confine.landlock_version()
    code = (
        f"import sys; sys.path.insert(0, {walls.INSIDE!r}); import confine; "
        f"confine.guard(['/usr'], {version}, b''); "
        "confine.confine('/usr', {'cpu': 5, 'memory': 2**30}); open('/etc/passwd')"
    )
    return version if version and b"PermissionError" in _bare(code).stderr else 0


def _seccomp():
    """Tell whether a filter can be made here, and holds in a process of its own."""
    program = syscalls.program()
    code = (
        f"import sys; sys.path.insert(0, {walls.INSIDE!r}); import confine, os; "
        f"confine.guard([], 0, {program!r}); "
        "confine.confine('/', {'cpu': 5, 'memory': 2**30}); os.fork()"
    )
    return bool(program) and b"PermissionError" in _bare(code).stderr


def _bare(code):
    """Run a line in a throwaway process."""
    return subprocess.run(
        walls.python(code),
        capture_output=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        env=walls.ENVIRONMENT,
    )
