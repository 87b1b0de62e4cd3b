"""What the tests of data share: a computer without data, a tiny MNIST, the real data, a web server."""

import hashlib
import http.server
import threading
from types import SimpleNamespace

import numpy as np
import pooch
import pytest
from datasets.files import idx_bytes

from cnnlab.datasets import mnist, places


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A computer without data or network; its cache lies in the folder returned."""
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    monkeypatch.setenv("CNNLAB_OFFLINE", "1")
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    return tmp_path / "cache" / "cnnlab"


@pytest.fixture
def tiny_mnist(monkeypatch):
    """Four small files in MNIST's place: {name: bytes}."""
    rng = np.random.default_rng(0)
    arrays = {
        "train-images-idx3-ubyte": rng.integers(0, 256, (5, 28, 28)).astype("u1"),
        "train-labels-idx1-ubyte": np.array([5, 0, 4, 1, 9], "u1"),
        "t10k-images-idx3-ubyte": rng.integers(0, 256, (2, 28, 28)).astype("u1"),
        "t10k-labels-idx1-ubyte": np.array([7, 2], "u1"),
    }
    files = {name: idx_bytes(array) for name, array in arrays.items()}
    monkeypatch.setattr(mnist, "MD5", {name: hashlib.md5(data).hexdigest() for name, data in files.items()})
    return files


@pytest.fixture
def data(request):
    """The folder of real data; a test that reads it says why it skips."""
    folder = places.data_folder()
    if folder is None:
        pytest.skip("reads real data, and CNNLAB_DATA is not set")
    return folder


@pytest.fixture
def server(monkeypatch):
    """A web server on this computer with its pages: {path: (bytes to send, length to promise)}.

    What is not among its pages is not found; what it sends less than promised is a cut connection. `then` is
    called when a page's bytes are sent and its connection is still open.
    """
    here = SimpleNamespace(pages={}, asked=[], then=lambda: None)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            here.asked.append(self.path)
            body, length = here.pages.get(self.path, (b"", 0))
            self.send_response(200 if self.path in here.pages else 404)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)
            here.then()

        def log_message(self, *message):
            pass

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("CNNLAB_OFFLINE", raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        here.address = f"http://127.0.0.1:{running.server_address[1]}"
        yield here
        running.shutdown()
