"""The built book, served on this computer, and a Chromium to look at it with."""

import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """The folder of the HTML pages: CNNLAB_BOOK where that is a built book, else one built from nothing."""
    given = ROOT / os.environ.get("CNNLAB_BOOK", "")
    if (given / "index.html").is_file():
        return given
    out = tmp_path_factory.mktemp("book")
    command = "build book --config _config.yml -W -n --keep-going --all --path-output".split()
    bin_first = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(
        [shutil.which("jupyter-book", path=bin_first["PATH"]), *command, out],
        cwd=ROOT,
        env=bin_first,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        pytest.fail(f"the book does not build:\n{run.stdout}\n{run.stderr}", pytrace=False)
    return out / "_build" / "html"


class Quiet(SimpleHTTPRequestHandler):
    """Serve files without a word for each."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site(book):
    """The address of the served book, with a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=book)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def find_chromium(playwright):
    """Where Chromium is: $CHROMIUM, a name on PATH, Playwright's own; without one the tests fail."""
    on_path = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    for path in (os.environ.get("CHROMIUM"), *on_path, playwright.chromium.executable_path):
        if path and Path(path).is_file():
            return path
    pytest.fail(
        "The book's tests need Chromium. Debian: sudo apt-get install chromium; elsewhere: "
        "python -m playwright install chromium; or set CHROMIUM to its path.",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def chromium():
    """A running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=FLAGS)
        yield browser
        browser.close()
