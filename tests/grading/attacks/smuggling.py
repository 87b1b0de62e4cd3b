"""Hidden inputs carried out: by what is printed, raised, returned, left on disk or in the system.

A function sees the hidden inputs that it is called with. It must not get them into what is shown: neither
those of its own earlier calls nor, through a later process, those of an earlier one.
"""

from . import Family, add, find

family = attack = Family("smuggling")

REMEMBER = """
seen = []

def earlier(args):
    "Remember a call's first argument; return what the calls before it had."
    before = [text for text in seen]
    seen.append(repr(np.asarray(args[0]).tolist()))
    return before
"""


def at_each_call(name, tries, body, before="", **more):
    """Register an attack that does something at every call, before the honest answer."""
    lines = ["@each", "def _(honest):", "    def telling(*args, **options):"]
    lines += [f"        {line}" for line in body.strip("\n").splitlines()]
    lines += ["        return honest(*args, **options)", "    return telling"]
    attack(name, tries, "\n".join([before, *lines]), **more)


at_each_call("print", "Print the inputs of each call.", "say(args)", wins="leak")
at_each_call(
    "stderr",
    "Write the inputs to stderr, as warnings and through logging.",
    """
sys.stderr.write(loot(args))
warnings.warn(loot(args))
logging.warning(loot(args))
""",
    "import logging, sys, warnings\nlogging.basicConfig()",
    wins="leak",
)
at_each_call(
    "every descriptor",
    "Write the inputs to all open descriptors, around Python's own printing.",
    """
for fd in (1, 2, saved):
    attempt(os.write, fd, (loot(args) + chr(10)).encode())
""",
    "import os\nsaved = attempt(os.dup, 1) or 1",
    wins="leak",
)
at_each_call(
    "kept stdout",
    "Write the inputs to the stdout of an earlier cell, and let a new one replace it.",
    """
kept.write(loot(args))
say(args)
sys.stdout = sys.stderr = kept
""",
    "import sys\nkept = sys.stdout",
    wins="leak",
)
at_each_call(
    "at exit",
    "Print the inputs when the process ends.",
    "kept.append(args[0])",
    """
import atexit, os
kept = []
atexit.register(lambda: say(kept))
atexit.register(lambda: os.write(1, loot(kept).encode()))
""",
)
at_each_call(
    "errors",
    "Raise an error whose text holds earlier calls' inputs.",
    """
if (before := earlier(args)):
    raise ValueError(loot(before[-1]))
""",
    REMEMBER,
)
at_each_call(
    "notes and causes",
    "Raise an error whose notes, causes and type hold earlier inputs.",
    """
if (before := earlier(args)):
    error = type(loot(before[0]), (ValueError,), {"__module__": loot(before[0])})(loot(before[0]))
    error.add_note(loot(before[0]))
    error.filename = error.name = loot(before[0])
    raise error from KeyError(loot(before[0]))
""",
    REMEMBER,
)
at_each_call(
    "type names",
    "Return an object whose type is named after earlier inputs.",
    """
if (before := earlier(args)):
    name = loot(before[0])
    return type(name, (), {"__repr__": lambda self: name, "__qualname__": name})()
""",
    REMEMBER,
)
at_each_call(
    "types of arrays",
    "Return arrays whose fields are named after earlier inputs.",
    """
if (before := earlier(args)):
    return np.zeros(2, [(loot(before[0]), float)])
""",
    REMEMBER,
)
at_each_call(
    "functions' names",
    "Rename itself, its file and its lines after earlier inputs.",
    """
if (before := earlier(args)):
    code = compile("\\n" * len(before[0]) + "raise ValueError", loot(before[0]), "exec")
    for function in (telling, honest):
        function.__name__ = function.__qualname__ = function.__module__ = function.__doc__ = loot(before[0])
    exec(code, {"__name__": loot(before[0])})
""",
    REMEMBER,
)
at_each_call(
    "quoted lines",
    "Put earlier inputs where a traceback finds the text of a line.",
    """
if (before := earlier(args)):
    lines = [loot(before[0])] * 99
    for name in list(linecache.cache) + ["<cell 1>", telling.__code__.co_filename]:
        linecache.cache[name] = (1, None, lines, name)
    raise ValueError
""",
    REMEMBER + "import linecache",
)
at_each_call(
    "closed functions",
    "Call what is closed under a name made of earlier inputs.",
    """
if (before := earlier(args)):
    class ClosedFunctionError(Exception):
        pass
    error = getattr(sys.modules.get("cnnlab.checks.closed"), "ClosedFunctionError", ClosedFunctionError)
    raise error(loot(before[0]))
""",
    REMEMBER + "import sys",
)
at_each_call(
    "returned inputs",
    "Return the inputs of the first hidden call in place of a gradient.",
    """
earlier(args)
kept.append(np.array(args[0], float))
return np.resize(kept[0], honest(*args, **options).shape)
""",
    REMEMBER + "kept = []",
)
at_each_call(
    "shapes",
    "Return an array whose shape spells the inputs of the first hidden call.",
    """
kept.extend(int(abs(n)) + 1 for n in np.ravel(args[0])[:5])
return np.zeros((2, *kept[:5], 0, 7919))
""",
    "kept = []",
)
DISK = """
import glob, os
def places():
    return [os.getcwd(), "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), "/run", aim["drop"]]
def left():
    for folder in places():
        for path in glob.glob(folder + "/**/kept-*", recursive=True)[:3] if len(folder) > 1 else []:
            said = attempt(lambda: open(path).read())
            if said:
                return said
def leave(text):
    for folder in places():
        path = f"{folder}/kept-{os.getpid()}"
        attempt(lambda: open(path, "x").write(text))
found = left()
if found:
    say(found)
"""
at_each_call(
    "disk",
    "Write the inputs wherever files can be written; whoever runs later finds them and says them.",
    """
if found:
    raise ValueError(loot(found))
leave(repr(args[0]))
""",
    DISK,
)
SHARED = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def queue(flags):
    return libc.msgget(0x10071007, 0o1600 if flags else 0o600)
class Message(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_long), ("text", ctypes.c_char * 64)]
def receive():
    message, got = Message(), libc.msgget(0x10071007, 0)
    if got >= 0 and libc.msgrcv(got, ctypes.byref(message), 64, 0, 0o4000) >= 0:
        return message.text
    segment = libc.shmget(0x10071007, 4096, 0)
    if segment >= 0:
        libc.shmat.restype = ctypes.c_void_p
        address = libc.shmat(segment, None, 0)
        if address not in (None, 2**64 - 1):
            return ctypes.string_at(address, 32)
def send(text):
    got = libc.msgget(0x10071007, 0o1666)
    if got >= 0:
        libc.msgsnd(got, ctypes.byref(Message(1, text[:60])), 60, 0o4000)
    segment = libc.shmget(0x10071007, 4096, 0o1666)
    if segment >= 0:
        libc.shmat.restype = ctypes.c_void_p
        address = libc.shmat(segment, None, 0)
        if address not in (None, 2**64 - 1):
            ctypes.memmove(address, text[:60], min(len(text), 60))
found = receive()
if found:
    say(found)
"""
at_each_call(
    "System V",
    "Leave the inputs in message queues and shared memory, which outlive a process.",
    """
if found:
    raise ValueError(loot(found))
send(repr(args[0]).encode())
""",
    SHARED,
)
at_each_call(
    "keyring",
    "Leave the inputs in the kernel's keyrings and POSIX queues, which outlive a process.",
    """
if found:
    raise ValueError(loot(found))
text = repr(args[0]).encode()[:60]
for ring in (-3, -4, -5):
    libc.syscall(248, b"user", b"kept", text, len(text), ring)
queue = libc.syscall(240, b"kept", 0o102, 0o600, None)
if queue >= 0:
    libc.syscall(242, queue, text, len(text), 0, None)
""",
    """
import ctypes
libc, buffer = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(9000)
found = b""
for ring in (-3, -4, -5):
    key = libc.syscall(250, 10, ring, b"user", b"kept", 0)
    if key >= 0 and libc.syscall(250, 11, key, buffer, 64) > 0:
        found = buffer.value
queue = libc.syscall(240, b"kept", 0, 0, None)
if queue >= 0 and libc.syscall(243, queue, buffer, 9000, None, None) > 0:
    found = buffer.value
""",
)
at_each_call(
    "parent's properties",
    "Encode an input in properties of the process above, which a later one inherits.",
    """
if found:
    raise ValueError(loot(found))
number = int(abs(np.ravel(args[0])[0])) % 8
attempt(os.setpriority, os.PRIO_PROCESS, os.getppid(), 11 + number)
attempt(resource.prlimit, os.getppid(), resource.RLIMIT_CORE, (4096 + number, 2**20))
attempt(os.sched_setscheduler, os.getppid(), os.SCHED_BATCH, os.sched_param(0))
""",
    """
import os, resource
soft = resource.getrlimit(resource.RLIMIT_CORE)[0]
found = ""
nice, kind = os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)
if nice > 10 or 4096 <= soft < 4104 or kind == os.SCHED_BATCH:
    found = f"{nice} {soft} {kind}"
    say(found)
""",
)
at_each_call(
    "inherited files",
    "Leave a number in the offset of a file that later processes inherit, or in a lock on it.",
    """
if found:
    raise ValueError(loot(found))
for fd in range(3, 32):
    attempt(os.lseek, fd, 777, os.SEEK_SET)
    attempt(os.ftruncate, fd, 777)
""",
    """
import os
found = ""
for fd in range(0, 64):
    at = attempt(os.lseek, fd, 0, os.SEEK_CUR)
    if at == 777:
        found = f"offset of {fd}"
if found:
    say(found)
""",
)
STEER = """
first = {}

def arrays_of(args):
    return [np.array(a) for a in args if isinstance(a, np.ndarray)]

def differing(now, before):
    "Count the numbers in which a call's arrays differ from those of the first; many where a shape does."
    return sum(np.sum(a != b) if a.shape == b.shape else 99 for a, b in zip(now, before))
"""
FIRST_CALL = """
now = arrays_of(args)
before = first.setdefault(honest.__name__, now)
"""
at_each_call(
    "unshrinkable",
    "Fail on the first hidden input alone, so that the counterexample is this input.",
    FIRST_CALL + "if not differing(now, before):\n    raise ValueError\n",
    STEER,
)
at_each_call(
    "steered",
    "Fail in the same way only where a few numbers differ from the first hidden input, to be shown the rest.",
    FIRST_CALL + "if differing(now, before) <= sum(a.size for a in now) // 2:\n    raise ValueError\n",
    STEER,
)
at_each_call(
    "pieces",
    "Fail in the same way wherever the input is a large piece of the first hidden one, to be shown that.",
    FIRST_CALL
    + """
if all(np.isin(a, b).all() for a, b in zip(now, before)) and now[0].size >= 6:
    raise ValueError
""",
    STEER,
)
at_each_call(
    "pieces of many",
    "Fail wherever the input is a piece of any hidden one that was seen, and is no pattern.",
    FIRST_CALL
    + """
if now[0].size >= 6 and np.ptp(np.diff(now[0].ravel())):
    raise ValueError
""",
    STEER,
)


def say_later(notebook):
    """Let the cells behind the first test say what its functions were called with."""
    telling = "\nif seen:\n    say(seen)\n    raise ValueError(loot(seen))\n"
    find(notebook, "conv_backward_weight")["source"] += telling
    find(notebook, "conv_backward_input")["source"] = "if seen:\n    say(seen)\nseen"
    add(notebook, "loot(seen) if seen else None", at=len(notebook["cells"]) - 2)


at_each_call(
    "later cells",
    "Keep the inputs of the first rung's hidden calls, and print, raise and show them in later cells.",
    "seen.append(repr(args[0]))",
    "seen = []",
    change=say_later,
)
at_each_call(
    "numbers of files",
    "Say a number by how many files there are, which another process can count.",
    """
if not mine and files() > 300:
    raise ValueError(loot(files()))
if not mine:
    for n in range(400 + int(np.ravel(args[0])[0])):
        mine.append(attempt(lambda: open(f"file-{n}", "x").close()))
raise ValueError
""",
    """
mine = []
def files():
    found = os.statvfs(".")
    return found.f_files - found.f_ffree
""",
)
at_each_call(
    "slow where",
    "Take longer for one kind of input than for another: the time says which it was.",
    """
if np.ravel(args[0])[0] > 0:
    time.sleep(0.002)
""",
    "import time",
)
