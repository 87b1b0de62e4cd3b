"""A student's computer and an instructor's: two folders, two Pythons, and nothing in common."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REAL = os.environ.get("CNNLAB_JOURNEY") == "pip"  # with everything installed anew, as the README says
BROWSER = """#!/bin/sh
printf '%s' "$1" > "$CNNLAB_OPENED.new" && mv "$CNNLAB_OPENED.new" "$CNNLAB_OPENED"
"""


@dataclass(frozen=True)
class Computer:
    """A folder to work in, and the environment of its terminal."""

    folder: Path
    environment: dict

    def run(self, *command, code=0):
        """Say a command in a terminal, and return what it answers."""
        command = [shutil.which(command[0], path=self.environment["PATH"]), *command[1:]]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The package as it is handed out."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (file,) = out.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """A fresh virtual environment with the package in it, installed by pip from the wheel.

    What the package itself needs is borrowed from the environment that runs the tests, so that no network is
    needed: a .pth file names its packages, and JupyterLab's own files are linked. Neither the editable
    install nor what nbgrader adds to JupyterLab comes along. With CNNLAB_JOURNEY=pip, pip fetches everything,
    as the README tells students.
    """
    folder = tmp_path_factory.mktemp("student") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if REAL:
        subprocess.run([*pip, f"{wheel}[student]"], check=True)
        return scripts
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (folder / "share" / "jupyter").mkdir(parents=True)
    (folder / "share" / "jupyter" / "lab").symlink_to(Path(sys.prefix) / "share" / "jupyter" / "lab")
    return scripts


@pytest.fixture
def student(installed, tmp_path):
    """A student's computer, with a home of its own, so that no setting of anybody else's matters."""
    home, work = tmp_path / "home", tmp_path / "my course"
    for folder in (home / ".jupyter", work):
        folder.mkdir(parents=True)
    settings = {"ServerApp": {"allow_root": True}}  # in a container, everybody is root
    (home / ".jupyter" / "jupyter_server_config.json").write_text(json.dumps(settings), encoding="utf-8")
    browser = home / "browser"
    browser.write_text(BROWSER, encoding="utf-8")
    browser.chmod(0o755)
    environment = {
        "PATH": f"{installed}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "BROWSER": str(browser),
        "CNNLAB_OPENED": str(home / "opened"),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
    }
    return Computer(work, environment)


@pytest.fixture
def jupyterlab(student):
    """Start an exercise in a terminal, and return the address at which it opens a browser."""
    running = []

    def start(exercise):
        log = student.folder.parent / "lab.log"
        with log.open("wb") as file:
            options = {"cwd": student.folder, "env": student.environment, "stdout": file, "stderr": file}
            command = [shutil.which("cnnlab", path=student.environment["PATH"]), "start", exercise]
            running.append(subprocess.Popen(command, start_new_session=True, **options))
        opened, end = Path(student.environment["CNNLAB_OPENED"]), time.monotonic() + 90
        while not opened.exists():
            said = log.read_text(encoding="utf-8", errors="replace")
            assert running[-1].poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.2)
        return opened.read_text(encoding="utf-8")

    yield start
    for process in running:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    for log in student.folder.parent.glob("lab.log"):  # pytest shows what is printed with a failure
        print(log.read_text(encoding="utf-8", errors="replace"))


@pytest.fixture
def instructor(tmp_path):
    """An instructor's computer: a checkout with the solutions, in which nothing was graded yet."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for name in ("solutions", "exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "book").symlink_to(ROOT / "book")
    return Computer(folder, {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"})
