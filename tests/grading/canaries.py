"""Canaries: things around the grader that no submission may reach, each of which tells when it was."""

import hashlib
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psutil

from cnnlab.checks.marking import Deck

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
RUN = 5  # so many hidden numbers in a row are no accident


class Canaries:
    """A gradebook, files, sockets and a process that hostile notebooks are told of.

    Attributes
    ----------
    aim : dict
        What there is to hit, by name; plain values.
    secret : str
        Stands in the environment and in the files that are not to be read.
    """

    def __init__(self, folder):
        self.folder, self.secret, self.visits = Path(folder), secrets.token_hex(8), []
        self.files = {
            "gradebook": self.folder / "build/gradebook.db",
            "other": self.folder / "build/submitted/bob/ch08_conv_backward/ch08_conv_backward.ipynb",
            "outside": self.folder / "outside.txt",
        }
        self.aim = {name: str(path) for name, path in self.files.items()}
        self.aim |= {"folder": str(self.folder), "drop": str(self.folder / "drop"), "parent": os.getpid()}
        self.opened = ExitStack()

    def __enter__(self):
        self.lay_files()
        self.listen()
        self.stand_by()
        self.before = self.state()
        return self

    def __exit__(self, *trouble):
        self.opened.close()
        self.bystander.kill()
        self.bystander.wait()

    def lay_files(self):
        """Write the files, for everybody to read and write: what keeps them safe must not be their mode."""
        for path in self.files.values():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"hidden {self.secret}")
        self.files["gradebook"].unlink()
        with sqlite3.connect(self.files["gradebook"]) as book:
            book.execute("CREATE TABLE grade (auto_score, manual_score)")
            book.execute("INSERT INTO grade VALUES (0, 0)")
        book.close()
        Path(self.aim["drop"]).mkdir()
        for path in [self.folder, *self.folder.rglob("*")]:
            path.chmod(0o777)

    def stand_by(self):
        """Start a process that has nothing to do with all this."""
        self.bystander = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
        self.aim["bystander"] = self.bystander.pid

    def listen(self):
        """Open one socket of each kind, and remember every visit."""
        self.closing = threading.Event()
        self.aim |= {"abstract": f"canary-{secrets.token_hex(8)}", "unix": str(self.folder / "s")}
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        for name, family, kind, address in (
            ("tcp", socket.AF_INET, stream, ("127.0.0.1", 0)),
            ("udp", socket.AF_INET, datagram, ("127.0.0.1", 0)),
            ("abstract stream", socket.AF_UNIX, stream, "\0" + self.aim["abstract"]),
            ("unix", socket.AF_UNIX, stream, self.aim["unix"]),
        ):
            line = self.opened.enter_context(socket.socket(family, kind))
            line.bind(address)
            if family == socket.AF_INET:
                self.aim[name] = line.getsockname()[1]
            if kind == stream:
                line.listen(50)
            line.settimeout(0.2)
            waiting = threading.Thread(target=self.wait, args=(name, line), daemon=True)
            waiting.start()
            self.opened.callback(waiting.join)
        os.chmod(self.aim["unix"], 0o777)
        self.opened.callback(self.closing.set)

    def wait(self, name, line):
        """Take visits until the canaries go."""
        take = line.accept if line.type == socket.SOCK_STREAM else lambda: line.recvfrom(100)
        while not self.closing.is_set():
            try:
                visitor, _ = take()
            except TimeoutError:
                continue
            self.visits.append(name)
            if isinstance(visitor, socket.socket):
                visitor.close()

    def state(self):
        """Say what the files are like: content, mode and time of change, and which there are."""
        return {
            path: (
                hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
                path.stat().st_mode,
                path.stat().st_mtime_ns,
                path.stat().st_uid,
            )
            for path in self.folder.rglob("*")
        }

    def touched(self):
        """List what was reached since the last look, a few words each."""
        after, visits, self.visits[:] = self.state(), list(self.visits), []
        reached = [f"somebody visited {name}" for name in visits]
        reached += [
            f"{path} was changed" for path in self.before.keys() & after if self.before[path] != after[path]
        ]
        reached += [f"{path} is new" for path in after.keys() - self.before]
        reached += [f"{path} is gone" for path in self.before.keys() - after]
        if self.bystander.poll() is not None:
            reached.append("a process outside was ended")
            self.stand_by()
        elif psutil.Process(self.bystander.pid).status() == psutil.STATUS_STOPPED:
            reached.append("a process outside was stopped")
        self.before = after
        return reached


def hidden_runs(exercise, seed_of):
    """List the numbers of all hidden inputs, in the order in which they are written, a few at a time.

    Parameters
    ----------
    exercise : cnnlab.checks.Exercise
        With its hidden cases.
    seed_of : callable
        `seed_of(capability) -> bytes`.

    Returns
    -------
    set of tuple of str
        Whoever says one of them knows a hidden input.
    """
    runs = set()
    for name in (c.name for c in exercise.capabilities):
        for deck in (Deck(exercise.capabilities, seed_of(name)), Deck(exercise.capabilities, b"")):
            arrays = (v for case in deck.cases(name) for v in case.args.values() if isinstance(v, np.ndarray))
            for numbers in map(np.ravel, arrays):
                windows = (numbers[at : at + RUN] for at in range(len(numbers) - RUN + 1))
                runs |= {
                    tuple(f"{n:g}" for n in w) for w in windows if len({*w}) == RUN and np.ptp(np.diff(w))
                }
    return runs


def leaked(text, runs):
    """Return the runs of hidden numbers that a text says."""
    numbers = [f"{float(n):g}" for n in NUMBER.findall(text)]
    said = {tuple(numbers[at : at + RUN]) for at in range(len(numbers) - RUN + 1)}
    return said & runs
