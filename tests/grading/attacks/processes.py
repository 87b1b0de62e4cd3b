"""Processes: the one above, ones that outlive the notebook, signals, exits, and code that does not stop."""

from . import Family

family = attack = Family("processes")

STAY = """
import os, time
def stay(mark):
    "What an escaped process does: wait until the notebook is over, and then touch what is outside."
    time.sleep(0.3)
    for target in (aim["outside"], aim["gradebook"]):
        attempt(lambda: open(target, "a").write("loot"))
    attempt(lambda: open(os.path.join(aim["drop"], mark), "x"))
    os._exit(0)
"""


def once_called(name, tries, body, before="", **more):
    """Register an attack that does something in each call, and then answers honestly."""
    lines = ["@each", "def _(honest):", "    def calling(*args, **options):"]
    lines += [f"        {line}" for line in body.strip("\n").splitlines()]
    lines += ["        return honest(*args, **options)", "    return calling"]
    attack(name, tries, "\n".join([before, *lines]), **more)


attack(
    "detached",
    "Fork twice into a session of its own, and write into the gradebook when all is over.",
    STAY
    + """
child = attempt(os.fork)
if child == 0:
    os.setsid()
    if os.fork() == 0:
        stay("detached")
    os._exit(0)
""",
    wins="reach",
)
attack(
    "subprocess",
    "Start programs that outlive the notebook.",
    """
    import os, subprocess, sys
    late = f"import time; time.sleep(0.3); open({os.path.join(aim['drop'], 'subprocess')!r}, 'x')"
    attempt(subprocess.Popen, [sys.executable, "-c", late], start_new_session=True)
    attempt(os.system, f"(sleep 0.3; touch {aim['drop']}/system) &")
    attempt(os.posix_spawn, sys.executable, [sys.executable, "-c", late.replace("subprocess", "spawn")], {})
    """,
    wins="reach",
)
attack(
    "multiprocessing",
    "Start workers that keep running.",
    STAY
    + """
import multiprocessing
attempt(lambda: multiprocessing.get_context("fork").Process(target=stay, args=("forked",)).start())
attempt(lambda: multiprocessing.get_context("forkserver").Process(target=stay, args=("server",)).start())
""",
    wins="reach",
)
attack(
    "fork by C",
    "Fork by the C library and by raw system calls, past Python.",
    STAY
    + """
import ctypes
libc = ctypes.CDLL(None)
for make in (libc.fork, lambda: libc.syscall(57), lambda: libc.syscall(56, 17, 0, 0, 0, 0)):
    if make() == 0:
        stay(f"c-{os.getpid()}")
""",
    wins="reach",
)
attack(
    "the process above",
    "End the process that started this one, and a bystander.",
    """
    import os, signal
    for pid in (aim["bystander"], os.getppid()):
        for number in (signal.SIGSTOP, signal.SIGKILL):
            attempt(os.kill, pid, number)
    """,
)
attack(
    "signals by other ways",
    "Send signals by ctypes, by descriptor, to threads and to groups.",
    """
    import ctypes, os, signal
    libc, pid = ctypes.CDLL(None), aim["bystander"]
    for call in (
        lambda: libc.kill(pid, 9), lambda: libc.syscall(200, pid, 9), lambda: libc.syscall(234, pid, pid, 9),
        lambda: signal.pidfd_send_signal(os.pidfd_open(pid), 9), lambda: os.killpg(pid, 9),
    ):
        attempt(call)
    """,
    wins="reach",
)
attack(
    "limits of others",
    "Take limits, processors and priority from the process above.",
    """
    import os, resource
    attempt(resource.prlimit, os.getppid(), resource.RLIMIT_NOFILE, (4, 4))
    attempt(resource.prlimit, os.getppid(), resource.RLIMIT_FSIZE, (0, 0))
    attempt(os.setpriority, os.PRIO_PROCESS, os.getppid(), 19)
    attempt(resource.setrlimit, resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    """,
)
attack("exit in a cell", "End the process in a cell, before anything is written.", "import os\nos._exit(0)\n")
once_called(
    "exit in a call", "End the process in each call, as if all were well.", "os._exit(0)", "import os"
)
once_called("abort", "Abort in each call.", "os.abort()", "import os")
once_called("sys.exit", "Leave politely in each call.", "raise SystemExit(0)")
once_called(
    "KeyboardInterrupt",
    "Raise what only a person at the keyboard raises, and other errors that are no Exception.",
    """
kind = next(kinds)
raise kind
""",
    "import asyncio, itertools\n"
    "kinds = itertools.cycle([KeyboardInterrupt, GeneratorExit, BaseException, asyncio.CancelledError])",
)
once_called(
    "endless",
    "Catch everything, and go on for ever.",
    """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
)
attack(
    "endless cell",
    "Catch everything in a cell, ignore all signals, and go on for ever.",
    """
    import signal
    for number in range(1, 65):
        attempt(signal.signal, number, signal.SIG_IGN)
    attempt(signal.pthread_sigmask, signal.SIG_BLOCK, range(1, 65))
    for clock in (signal.ITIMER_REAL, signal.ITIMER_PROF, signal.ITIMER_VIRTUAL):
        attempt(signal.setitimer, clock, 0)
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
    """,
)
once_called("long C call", "Stay in a call of C code that no signal interrupts.", "10 ** 10 ** 9", "")
once_called(
    "sleep", "Sleep in each call: that costs no CPU time.", "attempt(time.sleep, 3600)", "import time"
)
once_called(
    "doze",
    "Sleep a little in each call, never for as long as one call may take.",
    "time.sleep(0.28)",
    "import time",
)
once_called(
    "lock",
    "Wait for a lock that nobody gives back, with all signals blocked.",
    """
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
lock.acquire(blocking=bool(lock.acquire()))
""",
    "import signal, threading\nlock = threading.Lock()",
)
attack(
    "threads",
    "Leave threads that compute for ever, and do not let the process end.",
    """
    import atexit, threading
    def spin():
        while True:
            pass
    for _ in range(4):
        attempt(threading.Thread(target=spin).start)
    atexit.register(spin)
    """,
)
attack(
    "last words",
    "Wait for ever where objects and modules are taken down.",
    """
    import atexit, sys, weakref
    class Clinging:
        def __del__(self):
            while True:
                pass
    @each
    def _(honest):
        def clinging(*args, **options):
            sys.modules["clinging"] = clinging.kept = Clinging()
            return honest(*args, **options)
        return clinging
    weakref.finalize(each, lambda: [None for _ in iter(int, 1)])
    """,
)
attack(
    "alarms",
    "Take the timer and its signal for itself.",
    """
    import signal
    def ignore(number, frame):
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
    for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGVTALRM, signal.SIGXCPU, signal.SIGTERM):
        attempt(signal.signal, number, ignore)
    signal.signal = signal.setitimer = lambda *args: None
    @each
    def _(honest):
        def waiting(*args, **options):
            while True:
                pass
        return waiting
    """,
)
attack(
    "standard input",
    "Ask a question, and wait for the answer.",
    "import sys\nname = input()\nsys.stdin.read()\n",
)
