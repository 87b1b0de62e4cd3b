"""What all tests share: a browser. Scripts that record PyTorch's answers need PyTorch, and are no tests."""

import os
import shutil
import signal
from pathlib import Path

import hypothesis
import pytest

collect_ignore_glob = ["record_*.py"]
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background of a script: Ctrl-C is tested
    signal.signal(signal.SIGINT, signal.default_int_handler)
hypothesis.settings.register_profile("cnnlab", deadline=None)  # no test depends on a clock
hypothesis.settings.load_profile("cnnlab")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


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
    from playwright.sync_api import sync_playwright

    started = sync_playwright()
    try:
        playwright = started.start()
    except Exception as error:
        pytest.fail(
            f"Playwright's driver does not start ({error}). Debian, Ubuntu: sudo apt-get install libatomic1",
            pytrace=False,
        )
    browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=FLAGS)
    yield browser
    browser.close()
    playwright.stop()
