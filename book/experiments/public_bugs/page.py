"""The page's table of all bugs; the checks run when the page is built."""

import re

from experiments.results import Table

from . import BUGS, check, load


def thread(name):
    """Link to the thread that tells of a bug."""
    url = load(name).URL
    owner, repository, number = re.fullmatch(
        r"https://github.com/(.+)/(.+)/(?:issues|pull)/(\d+)", url
    ).groups()
    return f"[{owner}/{repository} {number}]({url})"


def table():
    """Say of each wrong gradient how wrong it is, and what the checker calls it."""
    rows = []
    for name in BUGS:
        report = check(name)
        rows += [
            (thread(name), found.name, found.pattern or "no name", f"{found.error:.1g}")
            for found in report.findings
            if found.remark
        ]
    return Table(["thread", "wrong", "called", "relative error"], rows, text=(0, 1, 2))
