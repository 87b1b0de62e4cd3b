"""What the measurement leaves behind: where it ran, and a file that is whole or not there."""

import datetime
import json
import os
import platform
import re

from cnnlab.grading.files import replace_text

from ..bench.machine import processor, version

VERSIONS = {"NumPy": "numpy", "nbgrader": "nbgrader", "nbclient": "nbclient", "SQLAlchemy": "sqlalchemy"}


def describe():
    """Describe the machine, and what a time depends on."""
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"Python": platform.python_version()}
        | {name: version(module) for name, module in VERSIONS.items()},
    }


def thinned(rows, most=100):
    """Keep at most so many rows, evenly.

    >>> thinned([1, 2, 3, 4, 5], most=2)
    [1, 4]
    """
    return rows[:: max(1, -(-len(rows) // most))]


def write(path, result):
    """Write it down, what was seen of the memory a row a line."""
    text = json.dumps(result, indent=1, ensure_ascii=False)
    rows = re.compile(r"\[\s+([\d.]+),\s+([\d.]+),\s+([\d.]+),\s+([\d.]+)\s+\]")
    replace_text(path, rows.sub(r"[\1, \2, \3, \4]", text) + "\n")
