"""The built book, served on this computer."""

import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


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
