"""The demo uses again what stands, makes anew what changed, and leaves nothing half-written."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnlab import demo
from cnnlab.datasets import load_digits
from cnnlab.grading.course import Course
from cnnlab.layers import Dense


@pytest.fixture
def course(tmp_path):
    """A checkout with a book of one page, and no built book."""
    for name in ("book", "cnnlab", "exercises"):
        (tmp_path / name).mkdir()
    (tmp_path / "book" / "index.md").write_text("one")
    course = Course(tmp_path, tmp_path / "build" / "demo")
    course.build.mkdir(parents=True)
    return course


@pytest.fixture
def trained(monkeypatch):
    """The data sets that a stand-in for the training was given."""
    seen = []
    model = Dense(2, 2, rng=np.random.default_rng(0))
    monkeypatch.setattr("cnnlab.lenet.train_lenet", lambda dataset: seen.append(dataset) or (model, 0.975))
    return seen


def test_training_is_repeated_only_where_code_or_data_changed(course, trained, capsys):
    digits = load_digits()
    demo.train(course, digits)
    demo.train(course, digits)
    assert len(trained) == 1
    assert capsys.readouterr().out.splitlines() == [
        "97.50% of 359 test images are read correctly.",
        "97.50% of 359 test images are read correctly, as trained before.",
    ]
    (course.root / "cnnlab" / "conv.py").write_text("")
    demo.train(course, digits)
    assert len(trained) == 2


@pytest.fixture
def built(monkeypatch):
    """The commands that were to build the book; a stand-in writes a page instead."""
    commands = []

    def build(command, folder, log, title):
        commands.append(command)
        html = log.parent / "book" / "_build" / "html"
        html.mkdir(parents=True)
        (html / "index.html").write_text(str(len(commands)))

    monkeypatch.setattr(demo, "run_with_spinner", build)
    return commands


def test_the_book_is_built_again_only_where_its_sources_changed(course, built):
    demo.build_book(course)
    demo.build_book(course)
    assert (course.book / "index.html").read_text() == "1"
    (course.root / "book" / "index.md").write_text("two")
    demo.build_book(course)
    assert (course.book / "index.html").read_text() == "2"
    assert Path(built[0][0]).stem == "jupyter-book"
    assert built[0][1:3] == ["build", "book"]


def test_stopping_the_build_leaves_the_book_that_stood(course, built, monkeypatch):
    demo.build_book(course)
    (course.root / "book" / "index.md").write_text("two")
    monkeypatch.setattr(demo, "run_with_spinner", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        demo.build_book(course)
    assert (course.book / "index.html").read_text() == "1"
    assert sorted(path.name for path in (course.root / "build").iterdir()) == ["book", "demo"]


def test_a_book_that_fails_says_where_to_look(course, monkeypatch):
    script = "print('a warning is an error'); raise SystemExit(1)"
    with pytest.raises(ChildProcessError, match=r"what went wrong stands at the end of .*book\.log"):
        demo.run_with_spinner([sys.executable, "-c", script], course.root, course.build / "log", "building")
    assert "a warning is an error" in (course.root / "build" / "book.log").read_text()


def test_a_process_does_not_outlive_the_demo(course, monkeypatch):
    started = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        demo.subprocess, "Popen", lambda *a, **o: started.append(popen(*a, **o)) or started[0]
    )
    monkeypatch.setattr(demo.time, "sleep", lambda seconds: (_ for _ in ()).throw(KeyboardInterrupt))
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(KeyboardInterrupt):
        demo.run_with_spinner(sleeper, course.root, course.build / "log", "building")
    assert started[0].poll() is not None
