"""formgrader in a real browser: its list, its button, marks by hand, and submissions that mean harm."""

import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from types import SimpleNamespace
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook

from cnnlab.grading.store import Store
from tests.grading.own_course import COURSE, RIGHT, SLUG, environment, hand_in, make_course, nbgrader

PWN = "window.__pwned=1"
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload='{PWN}'><script>{PWN}</script></svg>"
BAD_NAME = f"<img src=x onerror={PWN}>"  # of a student, and of a file
ATTACKS = f"""
# Answer <script>{PWN}</script>

Within a line: <img src=x onerror="{PWN}"> {SVG} <a id="link" href="javascript:{PWN}">click</a>,
[click](javascript:{PWN}), [read](/formgrader/?path=submitted/eve/ps1), ![far](https://evil.example/i.png)
![here](/formgrader/?path=submitted/eve/ps1) ![drawn](data:image/svg+xml;base64,AA==)

<iframe srcdoc="<script>parent.__pwned=1</script>"></iframe><object data="https://evil.example/o"></object>
<style>@import "https://evil.example/s.css"; body {{background: url(https://evil.example/b.png)}}</style>
<meta http-equiv="refresh" content="0;url=https://evil.example/"><base href="https://evil.example/">
<form action="/formgrader/"><button class="full-credit">Full credit</button></form>
<details open ontoggle="{PWN}"><summary>more</summary>folded</details>
<div id="essay" class="modal in full-credit" style="position: fixed; top: 0">x</div>

$\\href{{javascript:{PWN}}}{{x}}$ $x<y$ and **bold**, `a < b`, 1 < 2

| a | b |
|---|---|
| 1 | 2 |
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = make_course(tmp_path_factory.mktemp("formgrader"))
    hand_in(folder, "ada", median=RIGHT, essay="One is **in the middle**: $x<y$.")
    lay_traps(hand_in(folder, "eve", median=RIGHT + reach_out(folder), essay=ATTACKS), folder)
    hand_in(folder, BAD_NAME, median=RIGHT, essay="Only my name is odd.")
    return folder


def reach_out(folder):
    """Write code that would leave a file where it must not, in three ways."""
    return f"""
import os, subprocess
for attempt in (lambda: open({str(folder / "outside")!r}, "w"), lambda: os.system("touch {folder}/outside"),
                lambda: subprocess.run(["touch", {str(folder / "outside")!r}])):
    try: attempt()
    except BaseException: pass
"""


def lay_traps(place, folder):
    """Put what would act into a notebook: outputs, metadata, attachments, and files beside it."""
    path = place / "median.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = new_code_cell("1", metadata={"tags": [f'"><script>{PWN}</script>']})
    kinds = {
        "text/html": ATTACKS,
        "image/svg+xml": SVG,
        "application/javascript": PWN,
        "text/plain": BAD_NAME,
    }
    cell.outputs = [new_output("display_data", {kind: data}) for kind, data in kinds.items()]
    picture = new_markdown_cell("![a](attachment:a.svg)", attachments={"a.svg": {"image/svg+xml": SVG}})
    notebook.cells += [
        cell,
        picture,
        nbformat.v4.new_raw_cell(ATTACKS, metadata={"raw_mimetype": "text/html"}),
    ]
    notebook.metadata["title"] = f"</title><script>{PWN}</script>"
    notebook.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"x": f"</script>{BAD_NAME}"}
    }
    path.write_text(json.dumps(notebook))
    (place / BAD_NAME).write_text("x")
    (place / "nbgrader_config.py").write_text(f"open({str(folder / 'outside')!r}, 'w')")


@pytest.fixture(scope="module")
def server(course):
    """A Jupyter server of this computer's own, with formgrader alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token, log = secrets.token_hex(8), (course / "server.log").open("w")
    options = [f"--port={port}", "--port-retries=0", "--ip=127.0.0.1", f"--IdentityProvider.token={token}"]
    options += ["--no-browser", "--allow-root", f"--ServerApp.root_dir={course}"]
    options += ["--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"]
    command = [sys.executable, "-m", "jupyter", "server", *options]
    process = subprocess.Popen(
        command, cwd=course, env=environment(course), stdout=log, stderr=subprocess.STDOUT
    )
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: answers(f"{url}/api"), 60)
    yield SimpleNamespace(url=url, token=token, pid=process.pid)
    below = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    process.wait(20)
    log.close()
    assert psutil.wait_procs(below, timeout=10)[1] == [], "the sandbox ends with the server"


@pytest.fixture(scope="module")
def page(chromium, server):
    """A page that is logged in, stays on this computer, and remembers what happens to it."""
    context = chromium.new_context()
    page = context.new_page()
    page.dialogs, page.beyond = [], set()
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))

    def look(route):
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            return route.continue_()
        page.beyond.add(route.request.url.split("?")[0])
        return route.abort()

    context.route("http*://**", look)
    page.goto(f"{server.url}/formgrader/manage_assignments?token={server.token}")
    yield page
    context.close()


@pytest.fixture
def gradebook(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE) as gradebook:
        yield gradebook


def test_the_list_shows_assignments_and_submissions(page, server):
    row = page.locator("#main-table tr", has_text=SLUG)
    row.locator(".num-submissions a", has_text="3").click()
    page.locator("#main-table tr", has_text="ada").wait_for()
    assert page.locator("#main-table .student-id").all_text_contents() == [BAD_NAME, "ada", "eve"]


@pytest.mark.parametrize("student", ["ada", "eve", BAD_NAME])
def test_the_button_grades_apart(student, page, server, course, gradebook):
    press_autograde(page, server, student)
    assert gradebook.find_grade("median-test", "median", SLUG, student).score == 3
    with Store(SimpleNamespace(gradebook_url=f"sqlite:///{course}/gradebook.db"), SLUG, "median") as store:
        ending = store.endings()[student]
    assert ending["status"] == "graded"
    assert "bubblewrap" in ending["isolation"]
    assert not (course / "outside").exists()


def test_marks_and_words_by_hand_stay(page, server, course):
    page.goto(address(server, course, "ada"))
    page.wait_for_function("formgrader.grades.loaded && formgrader.comments.loaded")
    page.locator("#essay").fill("3.5")
    page.locator("#essay-comment").fill("Well *said*.")
    page.locator("#essay-comment").blur()
    wait_until(lambda: by_hand(course) == (3.5, "Well *said*.", False), 10)
    assert "One is in the middle: $x<y$." in page.locator("#notebook-container").first.inner_text()
    press_autograde(page, server, "ada")
    assert by_hand(course) == (3.5, "Well *said*.", True), "kept, and to be looked at again"


@pytest.mark.parametrize("student", ["eve", BAD_NAME])
def test_a_hostile_submission_does_nothing(student, page, server, course):
    page.goto(address(server, course, student), wait_until="load")
    page.locator("#essay").wait_for()
    for link in page.locator("#notebook-container a, #notebook-container summary").all():
        link.click(force=True)
    page.evaluate("new Image().src = 'https://evil.example/late.png'")  # as if something had come through
    page.wait_for_timeout(300)
    assert page.evaluate("window.__pwned") is None
    body = page.locator("#notebook-container")
    assert body.locator("script, style, iframe, object, svg, form, meta, base").count() == 0
    assert page.locator("#notebook-container [href], #notebook-container img[src]").count() == 0
    assert page.url.startswith(address(server, course, student))
    assert page.dialogs == []
    assert {urlsplit(url).path.split("/")[3] for url in page.beyond} <= {"mathjax"}, page.beyond
    assert not (course / "outside").exists()


def test_a_configuration_that_was_handed_in_goes_no_further(course):
    files = [path.name for path in (course / "autograded" / "eve" / SLUG).iterdir()]
    assert BAD_NAME in files
    assert "nbgrader_config.py" not in files


def test_what_was_meant_is_still_to_be_read(page, server, course):
    notebook = nbformat.read(course / "autograded" / "eve" / SLUG / "median.ipynb", as_version=4)
    assert notebook.cells[3].source == f"```html\n{ATTACKS}\n```"
    page.goto(address(server, course, "eve"))
    assert "**bold**, `a < b`, 1 < 2" in page.locator("#notebook-container").first.inner_text()


def test_pages_are_harmless_also_where_another_wrote_the_notebook(page, server, course):
    """Without the fence that our own grader puts around: as stock nbgrader would have written it."""
    path = course / "autograded" / "eve" / SLUG / "median.ipynb"
    path.chmod(0o600)
    path.write_bytes((course / "submitted" / "eve" / SLUG / "median.ipynb").read_bytes())
    test_a_hostile_submission_does_nothing("eve", page, server, course)
    text = page.locator("#notebook-container").first.inner_text()
    assert "$x<y$ and bold, a < b, 1 < 2" in text
    assert page.locator("#notebook-container td", has_text="2").count() > 0


def test_feedback_of_that_is_harmless_too(chromium, page, course):
    nbgrader(course, "generate_feedback", SLUG, "--student", "eve")
    feedback = chromium.new_context()
    beyond = set()
    feedback.route("http*://**", lambda route: (beyond.add(route.request.url), route.abort()))
    page = feedback.new_page()
    page.goto((course / "feedback" / "eve" / SLUG / "median.html").as_uri())
    assert page.evaluate("window.__pwned") is None
    assert {urlsplit(url).path.split("/")[3] for url in beyond} <= {"mathjax"}, beyond
    feedback.close()


def press_autograde(page, server, student):
    """Press the button of a student's row, and wait for what formgrader says."""
    page.goto(f"{server.url}/formgrader/manage_submissions/{SLUG}")
    page.locator("#main-table tr", has_text=student).locator(".autograde a").click()
    page.locator("#success-modal").wait_for(timeout=60_000)


def address(server, course, student):
    """Find the address of a submission's page."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE) as gradebook:
        found = gradebook.find_submission_notebook("median", SLUG, student)
        return f"{server.url}/formgrader/submissions/{found.id}/"


def by_hand(course):
    """Read what was typed about ada's essay."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE) as gradebook:
        grade = gradebook.find_grade("essay", "median", SLUG, "ada")
        comment = gradebook.find_comment("essay", "median", SLUG, "ada")
        return grade.manual_score, comment.manual_comment, grade.needs_manual_grade


def answers(url):
    """Say whether somebody answers at an address."""
    try:
        return urllib.request.urlopen(url, timeout=2).status == 200
    except OSError:
        return False


def wait_until(true, seconds):
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)
