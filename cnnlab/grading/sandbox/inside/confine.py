"""Three locks that a process puts on itself before it runs a student's code; none of them opens again.

Resource limits bound what it uses, Landlock what it reaches, seccomp what it may ask the kernel for. Each is
there to hold alone: what one lets through, another stops.

References
----------
The Linux manual: landlock(7), seccomp(2), prctl(2), getrlimit(2).
"""

import ctypes
import errno
import os
import sys

try:
    import resource
except ImportError:  # Windows
    resource = None

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER, SIGKILL = 2, 9
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every 64-bit machine
PATH_BENEATH, VERSION = 1, 1

# What Landlock can forbid, in the order of its bits, with the version that brought it.
READ_FILE, READ_DIR, WRITE_FILE, TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
FILE_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: TRUNCATE, 5: 1 << 15}
SPECIAL = 1 | 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 15  # execute, device files, sockets, links
NET_SINCE, NET_RIGHTS = 4, 0b11  # bind and connect
SCOPE_SINCE, SCOPES = 6, 0b11  # abstract sockets and signals, to processes outside

OWN_LIMITS = {"FSIZE": 16 * 2**20, "NOFILE": 64, "NPROC": 64, "STACK": 8 * 2**20}
NO_LIMITS = dict.fromkeys("CORE MEMLOCK MSGQUEUE NICE RTPRIO".split(), 0)

handed = {"readable": (), "landlock": 0, "seccomp": b""}


def guard(readable, landlock, seccomp):
    """Take over what the trusted side found out, and put this process out of reach of its children.

    Parameters
    ----------
    readable : list of str
        Files and folders that student code may read: the interpreter's and the packages.
    landlock : int
        The version of Landlock that must hold; 0 for none.
    seccomp : bytes
        A filter; empty for none.
    """
    handed.update(readable=tuple(readable), landlock=landlock, seccomp=seccomp)
    _limit("CORE", 0)
    _withdraw()


def become(uid, gid):
    """Give up root for good; without effect for anybody else."""
    if uid is not None and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)


def confine(folder, limits, seccomp=None):
    """Lock this process in for the rest of its life, with one folder to write to.

    Parameters
    ----------
    folder : str
        Where it may write.
    limits : dict
        ``cpu``: seconds until the kernel ends it; ``memory``: bytes of address space. ``file`` (bytes of one
        file), ``files`` (open at once) and ``threads`` have values of their own.
    seccomp : bytes, optional
        A filter other than the one that the trusted side handed over.

    Raises
    ------
    OSError
        Where a lock that the trusted side counts on does not close: the student's code must not run then.
    """
    _limit_all(limits)
    _withdraw()
    if handed["landlock"]:
        _restrict(folder, handed["readable"], min(handed["landlock"], landlock_version()))
    program = handed["seccomp"] if seccomp is None else seccomp
    if program:
        _filter(program)


def landlock_version():
    """Ask the kernel which version of Landlock it has: 0 for none."""
    if not LIBC:
        return 0
    return max(0, LIBC.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION)))


def _withdraw():
    """Gain no rights, be looked at by nobody, and end with the process that made this one."""
    if LIBC:
        for number, value in (PR_SET_NO_NEW_PRIVS, 1), (PR_SET_DUMPABLE, 0), (PR_SET_PDEATHSIG, SIGKILL):
            _call(LIBC.prctl, number, value, 0, 0, 0)


def _limit_all(limits):
    """Bound what the process may use."""
    cpu = max(1, int(limits["cpu"]))
    names = {"file": "FSIZE", "files": "NOFILE", "threads": "NPROC"}
    chosen = {names[key]: value for key, value in limits.items() if key in names}
    _limit("CPU", cpu, cpu + 1)
    for name, value in {**NO_LIMITS, **OWN_LIMITS, **chosen, "AS": int(limits["memory"])}.items():
        _limit(name, value)


def _limit(name, soft, hard=None):
    """Set one limit, never above the one that holds already; systems lack some of them."""
    kind = getattr(resource, f"RLIMIT_{name}", None)
    if kind is None:
        return
    ceiling = resource.getrlimit(kind)[1]
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (ValueError, OSError):
        if LIBC:  # macOS refuses some of its own
            raise


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def _restrict(folder, readable, version):
    """Let Landlock forbid all files but these, all of the network, and signals to others."""
    rights = sum(right for since, right in FILE_RIGHTS.items() if since <= version)
    net = NET_RIGHTS if version >= NET_SINCE else 0
    scopes = SCOPES if version >= SCOPE_SINCE else 0
    rules = _Ruleset(rights, net, scopes)
    size = 24 if scopes else 16 if net else 8
    ruleset = _call(LIBC.syscall, CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    try:
        for path in readable:
            _allow(ruleset, path, rights & (READ_FILE | READ_DIR))
        _allow(ruleset, os.devnull, rights & (READ_FILE | WRITE_FILE | TRUNCATE))
        _allow(ruleset, folder, rights & ~SPECIAL)
        _call(LIBC.syscall, RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset, path, rights):
    """Except one file or folder from what is forbidden; one that is not there needs no exception."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= READ_FILE | WRITE_FILE | TRUNCATE
        rule = _Beneath(rights, handle)
        _call(LIBC.syscall, ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(handle)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def _filter(program):
    """Install a compiled seccomp filter: eight bytes an instruction."""
    code = _Program(len(program) // 8, program)
    _call(LIBC.prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(code), 0, 0)


def _call(function, number, *args):
    """Call the C library with arguments as wide as a register, and raise what it reports."""
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    result = function(number, *wide)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(
            code, f"{function.__name__}({number}): {os.strerror(code)} ({errno.errorcode.get(code)})"
        )
    return result
