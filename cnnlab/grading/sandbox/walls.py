"""What there is in the sandbox: this interpreter, its libraries, some packages, and nothing else."""

import functools
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534
INSIDE = str(Path(__file__).parent / "inside")
TEMPORARY = 64 * 2**20  # bytes
PACKAGE_FOLDERS = "site-packages", "dist-packages"
LOADER_FOLDERS = "/lib", "/lib32", "/lib64", "/usr/lib64"
CACHE = "/etc/ld.so.cache"  # where the loader finds them
DEVICES = "/dev/null", "/dev/urandom"

# No hash seed of its own for each process: the same notebook runs the same way twice.
ENVIRONMENT = {
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
FLAGS = ("-B", "-S", "-s", "-P")  # no bytecode written, no site-packages, no user's folder, no working folder


@dataclass(frozen=True)
class Interpreter:
    """The Python that student code runs on: outside every virtual environment, as it was installed.

    Parameters
    ----------
    executable : str
    folders : tuple of str
        What it reads: its standard library, the folders of its shared libraries.
    covered : tuple of str
        Folders of installed packages in these, which the sandbox hides.
    """

    executable: str
    folders: tuple[str, ...]
    covered: tuple[str, ...]

    @property
    def readable(self):
        """What there is to read without what is covered, as a list of files and folders."""
        return (*(p for folder in self.folders for p in _without(folder, self.covered)), CACHE)


@functools.cache
def interpreter():
    """Find the interpreter that this process runs on, and what it needs to start.

    Returns
    -------
    Interpreter
    """
    executable = os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)
    extensions = sysconfig.get_config_var("DESTSHARED") or sysconfig.get_path("platstdlib")
    wanted = {sysconfig.get_path("stdlib"), os.path.dirname(extensions), *_library_folders(executable)}
    wanted |= {folder for folder in LOADER_FOLDERS if os.path.isdir(folder) and not os.path.islink(folder)}
    found = sorted({os.path.realpath(folder) for folder in wanted if os.path.isdir(folder)})
    folders = [f for f in found if not any(f.startswith(f"{other}/") for other in found)]
    covered = [
        str(packages)
        for folder in folders
        for name in PACKAGE_FOLDERS
        for packages in (*Path(folder).glob(name), *Path(folder).glob(f"python*/{name}"))
    ]
    return Interpreter(executable, tuple(folders), tuple(covered))


def _library_folders(executable):
    """Say where the shared libraries come from that the bare interpreter loads."""
    code = "import bz2, ctypes, hashlib, lzma, sqlite3, ssl, zlib; print(open('/proc/self/maps').read())"
    if sys.platform != "linux":
        return set()
    command = [executable, *FLAGS, "-c", code]
    ran = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, env=ENVIRONMENT)
    columns = [line.split(maxsplit=5) for line in ran.stdout.decode("utf-8", "replace").splitlines()]
    return {os.path.dirname(line[5]) for line in columns if len(line) == 6 and ".so" in line[5]}


def _without(folder, covered):
    """List a folder, or what is in it where something in it is covered."""
    if folder in covered:
        return
    if not any(c.startswith(f"{folder}/") for c in covered):
        yield folder
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        yield from _without(entry.path, covered)


def python(code, *args):
    """Say how to start the bare interpreter on a line of code."""
    return [interpreter().executable, *FLAGS, "-c", code, *args]


def enclosed(command, bubblewrap, *, packages=None, mapped=True, room=TEMPORARY, info=None):
    """Put bubblewrap's walls around a command.

    Parameters
    ----------
    command : list of str
    bubblewrap : str
        Its path.
    packages : dict
        Name in ``/site`` -> the file or folder that stands there, read-only.
    mapped : bool
        Whether the command's user is another name for this one, in a user namespace. Else root starts it,
        and the command has to give root up.
    room : int
        Bytes that all files in the sandbox may have together: they live in memory.
    info : int, optional
        Where bubblewrap writes the number of the process.

    Returns
    -------
    list of str
    """
    words = [bubblewrap, "--unshare-all" if mapped else "--unshare-ipc"]
    if mapped:
        words += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    else:
        words += ["--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    words += "--hostname sandbox --die-with-parent --new-session --as-pid-1 --cap-drop ALL".split()
    if not mapped:
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    words += ["--clearenv", *(w for name, value in ENVIRONMENT.items() for w in ("--setenv", name, value))]
    words += _files(packages or {}, room)
    if info is not None:
        words += ["--info-fd", str(info)]
    return [*words, "--chdir", "/tmp", "--", *command]


def _files(packages, room):
    """Say what stands where in the sandbox."""
    here = interpreter()
    words = ["--chmod", "0755", "/"]
    places = [Path(place) for place in (*here.folders, here.executable, "/etc/x", "/dev/x", "/site/x")]
    for folder in sorted({str(parent) for place in places for parent in place.parents} - {"/"}):
        words += ["--dir", folder]  # which bubblewrap would make for its own user alone
    for folder in here.folders:
        words += ["--ro-bind", folder, folder]
    for folder in here.covered:
        words += ["--tmpfs", folder, "--remount-ro", folder]
    for folder in LOADER_FOLDERS:
        if os.path.islink(folder):
            words += ["--symlink", os.readlink(folder), folder]
    words += ["--ro-bind", here.executable, here.executable, "--ro-bind-try", CACHE, CACHE]
    for device in DEVICES:
        words += ["--dev-bind", device, device]
    for name, path in packages.items():
        words += ["--ro-bind", os.path.realpath(path), f"/site/{name}"]
    return [*words, "--perms", "1777", "--size", str(room), "--tmpfs", "/tmp", "--remount-ro", "/"]
