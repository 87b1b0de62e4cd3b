"""Serve book, exercises, feedback and report to this computer only."""

import errno
import http.server
import os
import urllib.parse
from functools import partial
from pathlib import Path, PurePosixPath

from cnnlab.grading.pages import write_page

HOST = "127.0.0.1"
PORT = 8000


class PortInUseError(OSError):
    """Somebody else listens there; the message says what to do."""


class Server(http.server.ThreadingHTTPServer):
    """One thread a request."""

    allow_reuse_address = os.name == "posix"  # elsewhere it would let two servers share a port


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve several folders, each under its prefix, to requests that were meant for this computer."""

    extensions_map = {  # noqa: RUF012  as the base class has it
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".ipynb": "application/x-ipynb+json",
        ".js": "text/javascript",
    }

    def __init__(self, *args, places, **options):
        self.places = places
        super().__init__(*args, directory=str(places["/"]), **options)

    def translate_path(self, path):
        """Map an address to a file below the folder of its longest prefix."""
        bare = urllib.parse.urlsplit(path).path
        prefix = max((p for p in self.places if (bare + "/").startswith(p)), key=len)
        self.directory = str(self.places[prefix])
        return super().translate_path("/" + bare[len(prefix) :])

    def send_head(self):
        """Answer only to names of this computer: a page elsewhere could point a name of its own here."""
        host = urllib.parse.urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host not in (HOST, "localhost"):
            self.send_error(403, "These pages are for this computer only")
            return None
        return super().send_head()

    def list_directory(self, path):
        """List no folder: who has a page is told by the landing page alone."""
        self.send_error(404, "There is no page here")

    def log_message(self, format, *args):
        """Keep the terminal for what matters."""


def make_server(places, port=PORT):
    """Open a server on 127.0.0.1.

    Parameters
    ----------
    places : dict of str to Path
        Folders by prefix, such as ``{"/": landing, "/book/": html}``.
    port : int
        0 takes any that is free.

    Returns
    -------
    Server

    Raises
    ------
    PortInUseError
    """
    handler = partial(Handler, places={prefix: Path(folder) for prefix, folder in places.items()})
    try:
        return Server((HOST, port), handler)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise PortInUseError(
            f"port {port} is taken: --port 0 (make demo PORT=0) takes any that is free"
        ) from None


def lay_out(course):
    """Write the landing page, and say which folder is served where.

    Parameters
    ----------
    course : Course

    Returns
    -------
    dict of str to Path
        For `make_server`; only what there is.
    """
    site = course.build / "site"
    places = {"/book/": course.book, "/exercises/": course.exercises}
    places |= {"/feedback/": course.feedback, "/report/": course.report}
    places = {prefix: folder for prefix, folder in places.items() if folder.is_dir()}

    def links(folder, pattern):
        return sorted(PurePosixPath(path.relative_to(folder)) for path in folder.glob(pattern))

    write_page(
        course,
        site / "index.html",
        "landing.html",
        book=(course.book / "index.html").exists(),
        exercises=links(course.exercises, "*/*.ipynb"),
        feedback=links(course.feedback, "*/*.html"),
        reports=links(course.report, "*/index.html"),
    )
    return {"/": site, **places}


def serve(course, port=PORT):
    """Serve what a course has until Ctrl-C, and print where its pages begin."""
    with make_server(lay_out(course), port) as server:
        print(f"http://{HOST}:{server.server_port}/  (Ctrl-C ends)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nEnded.")
