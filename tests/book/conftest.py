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
import yaml
from interactive import scripts

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "book" / "assets"
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]
STYLES = CONFIG["html_css_files"]


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


def markup(name, attributes):
    """A page out of a folder with one figure on it: the book's styles and scripts, nothing else."""
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    styles = "".join(f'<link rel="stylesheet" href="{(ASSETS / style).as_uri()}">' for style in STYLES)
    needed = [(ASSETS / "figures" / f"{script}.js").as_uri() for script in scripts([name])]
    scripted = "".join(f'<script defer src="{address}"></script>' for address in needed)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">{styles}{scripted}</head>
        <body style="background: var(--cnn-paper); font-family: sans-serif"><main><h1>{name}</h1>
        <{name} caption="What to see."{given}></{name}></main></body></html>"""


@pytest.fixture
def open_figure(chromium, tmp_path):
    """Open a page with one figure, from file://; at the end no page may have complained."""
    contexts, complaints = [], []

    def open_(name, *, width=1000, theme="light", context=None, **attributes):
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, **(context or {})))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        (tmp_path / "page.html").write_text(markup(name, attributes), encoding="utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        return page.locator(name)

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
