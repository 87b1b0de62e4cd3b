"""What a confined process cannot do, each thing tried for real; and what Python and NumPy still can."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from cnnlab.grading.sandbox import jail, walls
from cnnlab.grading.sandbox.isolation import Isolation, IsolationError, find_isolation

ZYGOTE = """
import os, socket
from cnnlab_inside import confine


def main(handle):
    import numpy
    connection = socket.socket(fileno=handle)
    while code := connection.recv(65536):
        folder = os.path.join(os.environ["TMPDIR"], f"student-{len(os.listdir(os.environ['TMPDIR']))}")
        os.mkdir(folder)
        if not (child := os.fork()):
            try:
                confine.confine(folder, {"cpu": 2, "memory": 2**30})
                scope = {"folder": folder, "os": os}
                exec(code, scope)
                answer = repr(scope.get("out"))
            except BaseException as error:
                answer = f"{type(error).__name__}: {error}"
            connection.sendall(answer.encode())
            os._exit(0)
        if status := os.waitpid(child, 0)[1]:
            connection.sendall(f"ended by signal {os.WTERMSIG(status)}".encode())
"""
FOUND = find_isolation()
KINDS = {
    "a user of its own": FOUND,
    "the same user by another name": replace(FOUND, mapped=True),
    "no walls": replace(FOUND, bubblewrap="", waived=True),
}
if FOUND.mapped:  # only root can give it a user of its own
    del KINDS["a user of its own"]


@dataclass
class StubSite:
    """A site whose zygote runs whatever it is sent."""

    folder: Path

    def entries(self):
        return {path.name: path for path in self.folder.iterdir()}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "cnnlab_inside").mkdir()
    for path in Path(walls.INSIDE).glob("*.py"):
        (folder / "cnnlab_inside" / path.name).write_text(path.read_text())
    (folder / "cnnlab_inside" / "zygote.py").write_text(ZYGOTE)
    numpy = Path(np.__file__).parent
    for path in (numpy, numpy.with_name("numpy.libs")):
        if path.exists():
            (folder / path.name).symlink_to(path)
    folder.chmod(0o755)
    return StubSite(folder)


class Prisoner:
    """A jail to send code to: each piece runs in a confined child of its own."""

    def __init__(self, jail):
        self.jail = jail

    def __call__(self, code):
        """Return `out` as text, or how the code ended."""
        self.jail.connection.settimeout(30)
        self.jail.connection.sendall(code.encode())
        return self.jail.connection.recv(65536).decode() or self.jail.said


def start(site, isolation):
    with jail.start(site, isolation) as started:
        yield Prisoner(started)


@pytest.fixture(scope="module", params=KINDS)
def prisoner(request, site):
    if not KINDS[request.param].complete and "walls" not in request.param:
        pytest.skip("bubblewrap does not work here")
    yield from start(site, KINDS[request.param])


@pytest.fixture(scope="module")
def walled(site):
    if not FOUND.complete:
        pytest.skip("bubblewrap does not work here")
    yield from start(site, FOUND)


@pytest.fixture(scope="module", params=[kind for kind in KINDS if "walls" not in kind])
def walls_alone(request, site):
    if not FOUND.complete:
        pytest.skip("bubblewrap does not work here")
    yield from start(site, replace(KINDS[request.param], landlock=0, seccomp=False, waived=True))


@pytest.fixture(scope="module")
def landlock_alone(site):
    if not FOUND.landlock:
        pytest.skip("this kernel has no Landlock")
    yield from start(site, replace(FOUND, bubblewrap="", seccomp=False, waived=True))


@pytest.fixture(scope="module")
def seccomp_alone(site):
    if not FOUND.seccomp:
        pytest.skip("libseccomp is not to be had here")
    yield from start(site, replace(FOUND, bubblewrap="", landlock=0, waived=True))


FORBIDDEN = {
    "fork": "os.fork()",
    "run a program": "import subprocess; subprocess.run(['/bin/true'])",
    "become a program": "os.execv('/bin/true', ['true'])",
    "kill the parent": "os.kill(os.getppid(), 9)",
    "kill everybody": "os.kill(-1, 9)",
    "a socket": "import socket; socket.socket()",
    "a local socket": "import socket; socket.socket(socket.AF_UNIX)",
    "a pair of sockets": "import socket; socket.socketpair()",
    "a program in memory": "os.memfd_create('x')",
    "a link": "os.symlink('/', folder + '/all')",
    "a device": "os.mknod(folder + '/disk', 0o600 | 0o60000, 0)",
    "a set-user-id file": "open(folder + '/x', 'w'); os.chmod(folder + '/x', 0o4755)",
    "another user": "os.setuid(0)",
    "another root": "os.chroot(folder)",
    "another priority": "os.setpriority(os.PRIO_PROCESS, 0, 5)",
    "a pipe": "os.pipe()",
    "a lock": "import fcntl; fcntl.flock(0, fcntl.LOCK_SH)",
    "a lock on a part": "import fcntl; fcntl.lockf(open(os.__file__), fcntl.LOCK_SH, 1)",
    "to see a lock": "import fcntl; fcntl.fcntl(open(os.__file__), fcntl.F_GETLK, bytes(32))",
    "a lease": "import fcntl; fcntl.fcntl(open(os.__file__), fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "a notice": "import fcntl; fcntl.fcntl(os.open(folder, 0), fcntl.F_NOTIFY, fcntl.DN_CREATE)",
    "an owner of a handle": "import fcntl; fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())",
    "a signal of a handle": "import fcntl; fcntl.fcntl(0, 10, 9)",
    "a handle that signals": "import fcntl; fcntl.fcntl(0, fcntl.F_SETFL, os.O_ASYNC)",
    "another limit": "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))",
}
SYSCALLS = {  # by their numbers on x86-64: what Python has no name for
    "ptrace": 101,
    "mount": 165,
    "reboot": 169,
    "keyctl": 250,
    "unshare": 272,
    "perf_event_open": 298,
    "setns": 308,
    "process_vm_readv": 310,
    "bpf": 321,
    "userfaultfd": 323,
    "io_uring_setup": 425,
    "shmget": 29,
    "pidfd_open": 434,
    "mincore": 27,
    "sysinfo": 99,
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_it_cannot_have(what, prisoner):
    answer = prisoner(FORBIDDEN[what])
    assert answer.startswith(
        ("PermissionError: [Errno 1] Operation not permitted", "ValueError: not allowed")
    )


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are of x86-64")
def test_the_kernel_refuses_by_number_too(prisoner):
    code = f"""
import ctypes
kernel = ctypes.CDLL(None, use_errno=True).syscall
out = {{name: (kernel(number, 0, 0, 0, 0, 0), ctypes.get_errno()) for name, number in {SYSCALLS}.items()}}
"""
    assert prisoner(code) == repr(dict.fromkeys(SYSCALLS, (-1, 1)))


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are of x86-64")
def test_what_nobody_has_heard_of_is_answered_as_by_an_older_kernel(prisoner):
    unknown, clone3, preadv2, wake_others = "9999", "435", "327", "202, (c.c_int * 1)(), 1, 1, 0, 0, 0"
    code = "import ctypes as c; k = c.CDLL(None, use_errno=True); out = k.syscall({}), c.get_errno()"
    for asked in (unknown, clone3, preadv2, wake_others):
        assert prisoner(code.format(asked)) == "(-1, 38)"
    for wait in (0, 9, 265):  # for the end of a thread, which is over here
        assert prisoner(code.format(f"202, (c.c_int * 1)(), {wait}, 1, 0, 0, -1")) == "(-1, 11)"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/proc/self/status", "/proc/1/environ", __file__, "/dev/shm", str(Path.home())]
)
def test_it_cannot_read(path, prisoner):
    answer = prisoner(f"out = (os.listdir if os.path.isdir({path!r}) else open)({path!r})")
    assert answer.startswith(("PermissionError: [Errno 13]", "FileNotFoundError"))


@pytest.mark.parametrize(
    "path", ["/tmp/x", "/dev/shm/x", "/site/x", f"{walls.interpreter().folders[0]}/x", "/x"]
)
def test_it_cannot_write(path, prisoner):
    answer = prisoner(f"open({path!r}, 'w')")
    assert answer.startswith(("PermissionError: [Errno 13]", "FileNotFoundError", "OSError: [Errno 30]"))


def test_it_has_one_folder_of_its_own(prisoner):
    write = "open(folder + '/x', 'w').close(); os.rename(folder + '/x', folder + '/y')"
    assert prisoner(f"{write}; out = os.listdir(folder)") == "['y']"
    assert prisoner("out = os.listdir(os.path.dirname(folder))").startswith("PermissionError: [Errno 13]")
    assert prisoner("out = os.listdir(os.path.dirname(folder) + '/student-0')").startswith("PermissionError")


def test_python_and_numpy_work(prisoner):
    code = """
import bz2, concurrent.futures, ctypes, decimal, fcntl, hashlib, json, lzma, sqlite3, tempfile, zlib
import numpy as np
import numpy.polynomial.chebyshev
a = np.random.default_rng(0).normal(size=(60, 60))
np.testing.assert_allclose(np.linalg.inv(a) @ a, np.eye(60), atol=1e-9)
np.save(folder + "/a.npy", np.fft.rfft(a))
assert np.load(folder + "/a.npy", mmap_mode="r").shape == (60, 31)
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    assert list(pool.map(abs, [-1, -2])) == [1, 2]
with tempfile.TemporaryFile(dir=folder) as file:
    assert not file.isatty()
    fcntl.fcntl(file, fcntl.F_SETFL, fcntl.fcntl(file, fcntl.F_GETFL) | os.O_APPEND)
    fcntl.fcntl(file, fcntl.F_SETFD, fcntl.fcntl(file, fcntl.F_GETFD))
    os.close(fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, 9))
with open(folder + "/a.npy", "rb") as file:
    assert os.preadv(file.fileno(), [bytearray(6)], 0) == 6
out = sum(sqlite3.connect(":memory:").execute("select 1 + 1").fetchone())
"""
    assert prisoner(code) == "2"


def test_memory_and_files_are_bounded(prisoner):
    assert prisoner("bytearray(2**31)").startswith("MemoryError")
    assert prisoner("open(folder + '/x', 'wb').write(bytes(2**26))").startswith(
        "OSError: [Errno 27] File too large"
    )
    assert prisoner("files = [open('/dev/null') for _ in range(100)]").startswith("OSError: [Errno 24]")


def test_threads_are_few(walled):
    if os.geteuid() == 0 and FOUND.mapped:
        pytest.skip("the kernel does not count root's")
    code = """
import threading, time
threading.stack_size(2**16)
for _ in range(200):
    threading.Thread(target=time.sleep, args=(0.2,)).start()
"""
    assert walled(code) == "RuntimeError: can't start new thread"


def test_processor_time_is_bounded(prisoner):
    assert prisoner("while True: pass") == f"ended by signal {signal.SIGXCPU.value}"


def test_all_files_together_are_bounded(walled):
    code = "n = 0\nwhile True:\n    open(f'{folder}/{n}', 'wb').write(bytes(2**23)); n += 1"
    assert walled(code).startswith("OSError: [Errno 28] No space left on device")


def test_it_sees_no_other_process_and_no_installed_package(walled):
    assert walled("out = os.path.exists('/proc')") == "False"
    assert walled("out = os.getppid() == 1 and os.getpid() < 500") == "True"
    for folder in walls.interpreter().covered:
        assert walled(f"out = os.listdir({folder!r})") == "[]"
    assert walled("import pytest").startswith("ModuleNotFoundError")


def test_the_same_text_hashes_the_same_in_each_zygote(site, walled):
    with jail.start(site, FOUND) as other:
        assert Prisoner(other)("out = hash('a')") == walled("out = hash('a')")


def test_walls_alone_keep_files_processes_and_network(walls_alone, tmp_path):
    (tmp_path / "mine").write_text("secret")
    assert walls_alone(f"open({str(tmp_path / 'mine')!r})").startswith("FileNotFoundError")
    for path in ("/x", "/site/x", "/site/cnnlab_inside/x", f"{walls.interpreter().folders[0]}/x"):
        assert walls_alone(f"open({path!r}, 'w')").startswith(("OSError: [Errno 30]", "PermissionError"))
    assert walls_alone(f"os.kill({os.getpid()}, 0)").startswith("ProcessLookupError")
    assert walls_alone("os.kill(1, 9); out = 'sent'") == "'sent'"  # which the first process does not heed
    assert walls_alone("out = os.getppid()") == "1"
    assert walls_alone("os.chroot('/tmp')").startswith("PermissionError")
    with socket.create_server(("127.0.0.1", 0)) as server:
        connect = "import socket; socket.create_connection(('127.0.0.1', {}), 2)"
        assert walls_alone(connect.format(server.getsockname()[1])).startswith("ConnectionRefusedError")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0cnnlab-tests")
        server.listen()
        connect = "import socket; socket.socket(socket.AF_UNIX).connect('\\0cnnlab-tests')"
        assert walls_alone(connect).startswith("ConnectionRefusedError")


def test_landlock_alone_keeps_files_and_signals(landlock_alone, tmp_path):
    mine = tmp_path / "mine"
    mine.write_text("secret")
    assert landlock_alone(f"open({str(mine)!r})").startswith("PermissionError: [Errno 13]")
    assert landlock_alone(f"os.unlink({str(mine)!r})").startswith("PermissionError: [Errno 13]")
    assert landlock_alone(f"os.truncate({str(mine)!r}, 0)").startswith("PermissionError: [Errno 13]")
    assert landlock_alone("os.execv('/bin/true', ['true'])").startswith("PermissionError: [Errno 13]")
    connect = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    if FOUND.landlock >= 4:
        assert landlock_alone(connect).startswith("PermissionError: [Errno 13]")
    if FOUND.landlock >= 6:
        assert landlock_alone("os.kill(os.getppid(), 9)").startswith("PermissionError: [Errno 1]")
    assert mine.read_text() == "secret"
    dumpable = "import ctypes; out = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)"
    assert landlock_alone(dumpable) == "0"  # nobody of the same name looks into its memory


def test_seccomp_alone_keeps_processes_and_sockets(seccomp_alone):
    for code in ("os.fork()", "import socket; socket.socket()", "os.kill(os.getppid(), 0)"):
        assert seccomp_alone(code) == "PermissionError: [Errno 1] Operation not permitted"


def test_a_jail_tells_its_number_and_ends_with_all_in_it(site):
    with jail.start(site, KINDS["the same user by another name"]) as started:
        prisoner = Prisoner(started)
        assert prisoner("out = 1") == "1"
        assert psutil.Process(started.pid).exe() == walls.interpreter().executable
        started.connection.sendall(b"import time; time.sleep(60)")
        while not (children := psutil.Process(started.pid).children()):
            time.sleep(0.01)
    assert not psutil.pid_exists(started.pid)
    psutil.wait_procs(children, timeout=5)
    assert not children[0].is_running() or children[0].status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("kind", ["the same user by another name", "no walls"])
def test_nothing_outlives_the_one_who_started_it(kind, site, tmp_path):
    """Not even without walls, and asleep, where no limit of the processor's time ends it."""
    code = f"""
import time
from pathlib import Path
from cnnlab.grading.sandbox import Isolation, Site, jail
started = jail.start(Site(Path({str(site.folder)!r})), {KINDS[kind]!r})
started.connection.sendall(b"import time; time.sleep(600)")
print(started.pid, flush=True)
time.sleep(600)
"""
    command, environment = [sys.executable, "-c", code], {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as starter:
        zygote = psutil.Process(int(starter.stdout.readline()))
        while not (children := zygote.children()):
            time.sleep(0.01)
        starter.kill()
    _, alive = psutil.wait_procs([zygote, *children], timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_packages_that_are_their_owners_alone_can_be_imported(site, tmp_path):
    for name, path in site.entries().items():
        (tmp_path / name).symlink_to(path)
    (tmp_path / "private.py").write_text("x = 1")
    (tmp_path / "private.py").chmod(0o600)
    with jail.start(StubSite(tmp_path), FOUND if FOUND.complete else KINDS["no walls"]) as started:
        assert Prisoner(started)("import private; out = private.x") == "1"


def test_what_a_zygote_says_on_its_way_out_is_kept(site, tmp_path):
    (tmp_path / "cnnlab_inside").mkdir()
    (tmp_path / "cnnlab_inside" / "__init__.py").write_text("raise SystemExit('no such thing')")
    with jail.start(StubSite(tmp_path), FOUND if FOUND.complete else KINDS["no walls"]) as started:
        assert started.connection.recv(1) == b""
        assert started.said.strip() == "no such thing"


def test_without_isolation_nothing_starts(site):
    with pytest.raises(
        IsolationError, match="student code is not isolated on this machine, so nothing was run"
    ):
        jail.start(site, Isolation())


def test_walls_that_do_not_stand_are_reported(site):
    with pytest.raises(OSError, match="bubblewrap did not start"):
        jail.start(site, replace(FOUND, bubblewrap="/bin/false", seccomp=True))
