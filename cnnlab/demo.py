"""Everything once, on real handwriting: what `make demo` does. What stands is used again."""

import json
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from cnnlab.grading.course import Course
from cnnlab.grading.files import fingerprint, replace_folder, replace_text, scratch_folder

console = Console(highlight=False, soft_wrap=True)


def run_demo(root):
    """Load, train, build, release, grade and report.

    Parameters
    ----------
    root : Path
        A checkout of the course.

    Returns
    -------
    Course
        The demo's own, under `build/demo`: the sample class never meets a real one.
    """
    course = Course(root, root / "build" / "demo")
    course.build.mkdir(parents=True, exist_ok=True)
    with step(1, "handwriting"):
        dataset = load_handwriting()
    with step(2, "training a LeNet"):
        train(course, dataset)
    with step(3, "building the book"):
        build_book(course)
    with step(4, "generating the exercises"):
        release_exercises(course)
    with step(5, "grading a sample class"):
        grade_sample_class(course)
    return course


@contextmanager
def step(number, title):
    """Head what a step prints with its number, and end it with its time."""
    console.print(f"\n[bold]{number}  {title}[/]")
    started = time.perf_counter()
    yield
    console.print(f"[dim]{time.perf_counter() - started:.1f} s[/]")


def load_handwriting():
    """Load MNIST, or else the digits that the package carries, and say which and why."""
    from cnnlab.datasets import handwriting

    dataset, why = handwriting()
    console.print(why)
    return dataset


def train(course, dataset):
    """Train a LeNet, unless the one that stands was trained by this code on this data."""
    from cnnlab.lenet import train_lenet

    record = course.build / "lenet.json"
    data = fingerprint(salt=repr(dataset) + str(dataset.x_train.sum()) + str(dataset.y_train.sum()))
    modules = [
        m for m in sorted((course.root / "cnnlab").glob("*.py")) if m.name not in ("cli.py", "demo.py")
    ]
    code = fingerprint(*modules, salt=data)
    known = read_json(record)
    if known.get("fingerprint") == code:
        accuracy, again = known["accuracy"], ", as trained before"
    else:
        model, accuracy = train_lenet(dataset)
        model.save(course.build / "lenet.npz")
        replace_text(record, json.dumps({"fingerprint": code, "accuracy": accuracy}) + "\n")
        again = ""
    console.print(f"{accuracy:.2%} of {len(dataset.x_test):,} test images are read correctly{again}.")


def build_book(course):
    """Build the book from nothing, unless the one that stands was built from these sources."""
    root, book = course.root, course.root / "build" / "book"
    sources = fingerprint(root / "book", root / "cnnlab", root / "_config.yml", root / "exercises")
    if read_text(book / ".sources") == sources:
        console.print(f"as it stands: {course.book / 'index.html'}")
        return
    with scratch_folder(book.parent) as scratch:
        new = scratch / "book"
        command = [find_jupyter_book(), "build", "book", "--config", "_config.yml", "--path-output", str(new)]
        command += ["-W", "-n", "--keep-going", "--all"]
        run_with_spinner(command, root, scratch / "log", "running every chapter's code")
        replace_text(new / ".sources", sources)
        replace_folder(book, new)
    console.print(str(course.book / "index.html"))


def find_jupyter_book():
    """Find the command that builds the book, beside this Python before anywhere else."""
    tool = shutil.which("jupyter-book", path=Path(sys.executable).parent) or shutil.which("jupyter-book")
    if not tool:
        raise ModuleNotFoundError(name="jupyter-book")
    return tool


def run_with_spinner(command, folder, log, title):
    """Run a command whose output matters only where it fails; show that it is alive, and for how long."""
    started = time.perf_counter()
    with log.open("wb") as output, console.status(title) as status:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                time.sleep(0.2)
                status.update(f"{title}, {time.perf_counter() - started:.0f} s")
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode:
        kept = folder / "build" / "book.log"
        shutil.copy(log, kept)
        raise ChildProcessError(f"the book was not built; what went wrong stands at the end of {kept}")


def release_exercises(course):
    """Generate the exercises; the demo's gradebook gives way where an exercise got other cells."""
    from cnnlab.grading.convert import ConversionError
    from cnnlab.grading.release import release

    for slug in course.slugs:
        try:
            path = release(course, slug)
        except ConversionError:
            course.gradebook.unlink()
            shutil.rmtree(course.build / "status")
            path = release(course, slug)
        console.print(str(path))


def grade_sample_class(course):
    """Let ten students hand in, grade them, write their pages and the report.

    Their code is the course's own, so that a computer without a sandbox may show it, too.
    """
    sys.path.insert(0, str(course.root))
    from cnnlab.grading.grade import grade
    from cnnlab.grading.sandbox import find_isolation
    from cnnlab.grading.show import Progress, publish
    from solutions.sample_class import SLUG, hand_in

    hand_in(course)
    bare = not find_isolation().complete
    if bare:
        console.print(
            "This computer has no sandbox (`cnnlab grade --doctor`): the sample class runs without."
        )
    with Progress(course, SLUG) as progress:
        run = grade(course, SLUG, no_isolation=bare, on_status=progress)
    publish(course, SLUG, run)


def read_text(path):
    """Read a file, or nothing."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def read_json(path):
    """Read a record, or nothing."""
    return json.loads(read_text(path) or "{}")
