"""A class of attackers: hostile folders and notebooks, graded as a whole, and looked at in a real browser."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from cnnlab.checks import find_exercise
from cnnlab.grading.convert import convert, open_gradebook
from cnnlab.grading.course import Course
from cnnlab.grading.pages.feedback import write_feedback
from cnnlab.grading.pages.report import write_report
from cnnlab.grading.release import release
from cnnlab.grading.results import read_class
from tests.grading.attacks import BANK, LOOT, Attack
from tests.grading.canaries import Canaries
from tests.grading.conftest import ROOT, SECRET, SLUG

PLACED = [attack for attack in BANK if attack.lay]
SHOWN = [a for a in BANK if a.family == "pages" or (a.family, a.name) == ("tempers", "markup in errors")]
NAMED = "<img src=x onerror=window.__pwned='name'>"  # what a student is called
GRADE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
from pathlib import Path
from cnnlab.grading.course import Course
from cnnlab.grading.grade import grade
grade(Course(Path(sys.argv[1])), sys.argv[2])
"""
RUNS = """() => {
    // Elements may cover a form's own properties: these come from where nothing covers them.
    const read = Object.getOwnPropertyDescriptor(Element.prototype, "attributes").get
    const attributes = e => [...read.call(e)]
    const all = [...document.querySelectorAll("*")].filter(e => !e.matches("img, link[rel*=icon]"))
    const runs = all.flatMap(attributes).map(a => a.value.replace(/\\s/g, ""))
        .filter(value => /^(javascript|vbscript|data:(text|application|image.svg))/i.test(value))
    const handlers = all.flatMap(attributes)
        .filter(a => /^on/i.test(a.name)).map(a => a.name + "=" + a.value)
    const pwned = ["string", "number"].includes(typeof window.__pwned) ? ["pwned by " + window.__pwned] : []
    return [...runs, ...handlers.filter(h => /pwned/.test(h)), ...pwned]
}"""


def together(name, attacks):
    """Make one notebook of several attacks."""
    changes = [attack.change for attack in attacks if attack.change]
    code = "\n".join(attack.code for attack in sorted(attacks, key=lambda attack: "raise" in attack.code))
    return Attack("pages", name, "", code, change=lambda notebook: [change(notebook) for change in changes])


def in_groups(attacks, size=7):
    """Gather attacks into a few notebooks; what leaves markup open comes last in each."""
    return [together(f"together-{at}", attacks[at : at + size]) for at in range(0, len(attacks), size)]


GROUPS = in_groups(SHOWN)


@pytest.fixture(scope="module")
def canaries(tmp_path_factory):
    with Canaries(tmp_path_factory.mktemp("canaries")) as canaries:
        yield canaries


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of its own, with nbgrader's configuration in its root."""
    root = tmp_path_factory.mktemp("course")
    for name in ("solutions", "book"):
        (root / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return Course(root)


@pytest.fixture(scope="module")
def submissions(course, canaries):
    """The class, graded in one run; what the pages then show is made of this."""
    course.prepare()
    released = json.loads(release(course, SLUG).read_text(encoding="utf-8"))
    notebooks = {attack.id: attack.notebook(released, canaries.aim) for attack in GROUPS}
    notebooks |= dict.fromkeys([NAMED, *(attack.id for attack in PLACED)], released)
    for student, notebook in notebooks.items():
        path = course.notebook("submitted", SLUG, student)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    for attack in PLACED:
        attack.lay(course.submitted / attack.id / SLUG, SLUG, canaries.aim)
    canaries.touched()
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", GRADE, str(course.root), SLUG]
    subprocess.run(command, check=True, timeout=60, env=environment, cwd=ROOT)
    return {submission.student: submission for submission in read_class(course, SLUG)}


@pytest.mark.parametrize("student", [NAMED, *(attack.id for attack in [*PLACED, *GROUPS])])
def test_each_ends_in_a_status_and_earns_nothing(student, submissions):
    submission = submissions[student]
    assert submission.status.name in {"graded", "unreadable", "misnamed", "missing", "timed out", "crashed"}
    assert submission.earned == 0
    assert submission.status.name == "graded" or (submission.status.note and submission.status.advice)


def test_nothing_around_was_touched(submissions, canaries):
    assert canaries.touched() == []


def test_nothing_of_others_was_copied(course, submissions, canaries):
    for path in course.build.rglob("*"):
        if path.is_file() and not path.is_symlink() and "submitted" not in path.parts:
            assert canaries.secret.encode() not in path.read_bytes(), path
    root = course.autograded.resolve()
    assert all(path.resolve().is_relative_to(root) for path in root.rglob("*"))


@pytest.fixture(scope="module")
def pages(course, submissions):
    """All pages that are files: the course's own, and nbgrader's feedback."""
    from nbgrader.converters import GenerateFeedback

    exercise, found = find_exercise(SLUG), list(submissions.values())
    write_feedback(course, exercise, found)
    write_report(course, exercise, found, names=True)
    convert(GenerateFeedback, course, SLUG)
    nbgraders = course.build / "nbgrader_feedback"
    return [*course.feedback.rglob("*.html"), *course.report.rglob("*.html"), *nbgraders.rglob("*.html")]


def test_pages_hold_nothing_that_is_hidden(pages, canaries):
    assert len(pages) > len(GROUPS) * 2
    hidden = (LOOT, SECRET, canaries.secret, "HIDDEN TESTS", "solutions.ch08")
    texts = {path: path.read_text(encoding="utf-8") for path in pages}
    assert [(path, word) for path, text in texts.items() for word in hidden if word in text] == []


class Visit:
    """Look at pages in a browser, and note what they do that they should not."""

    def __init__(self, chromium):
        self.context = chromium.new_context()
        self.tab, self.found = self.context.new_page(), []
        self.tab.on("dialog", lambda dialog: (self.found.append(dialog.message), dialog.dismiss()))
        self.tab.on("request", lambda request: "loot" in request.url and self.found.append(request.url))
        self.tab.on("popup", lambda page: self.found.append(page.url))

    def look(self, address, patience=150):
        """Open a page, and return what it did."""
        self.found.clear()
        answer = self.tab.goto(address, wait_until="domcontentloaded")
        self.tab.wait_for_timeout(patience)
        refused = [] if answer.ok else [f"the page cannot be shown: {answer.status}"]
        return [*self.found, *refused, *self.tab.evaluate(RUNS)]


@pytest.fixture(scope="module")
def visit(chromium):
    visit = Visit(chromium)
    yield visit
    visit.context.close()


@pytest.mark.browser
def test_pages_run_nothing_in_a_real_browser(pages, visit):
    ran = {"/".join(path.parts[-4:]): visit.look(path.as_uri()) for path in pages}
    assert {page: what for page, what in ran.items() if what} == {}


@pytest.fixture(scope="module")
def formgrader(course, submissions, tmp_path_factory):
    """nbgrader's formgrader on the graded class."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]
    home = str(tmp_path_factory.mktemp("home"))
    extension = "{'nbgrader.server_extensions.formgrader': True}"
    options = {
        "port": port,
        "ip": "127.0.0.1",
        "token": "",
        "password": "",
        "root_dir": course.root,
        "jpserver_extensions": extension,
    }
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    environment = {
        **os.environ,
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home,
        "JUPYTER_DATA_DIR": home,
        "PYTHONPATH": str(ROOT),
    }
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=course.root, env=environment, **quiet) as server:
        address = f"http://127.0.0.1:{port}/formgrader"
        for _ in range(200):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
        server.kill()  # one that waits for something would not be terminated


@pytest.mark.browser
def test_formgrader_runs_nothing_in_a_real_browser(course, formgrader, visit):
    with open_gradebook(course) as gradebook:
        ids = {a.id: gradebook.find_submission_notebook(SLUG, SLUG, a.id).id for a in GROUPS}
    with urllib.request.urlopen(f"{formgrader}/api/submissions/{SLUG}", timeout=20) as answer:
        listed = {row["student"] for row in json.load(answer)}
    assert listed == set(course.students(SLUG))  # nobody can keep the list from the instructor
    ran = {name: visit.look(f"{formgrader}/submissions/{id}/") for name, id in ids.items()}
    for page in (f"gradebook/{SLUG}/{SLUG}", f"manage_submissions/{SLUG}", "manage_students"):
        ran[page] = visit.look(f"{formgrader}/{page}", patience=1000)  # these are filled by scripts
    assert {page: what for page, what in ran.items() if what} == {}
