"""From the rows to a file: every cell of every library that is installed, with the numbers that it gave."""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np

from . import ROWS
from .cells import answer
from .libraries import MODULES, installed, namespace, versions

COMMITTED = Path(__file__).resolve().parents[1] / "rosetta.json"


def ask(key, library):
    """Run a row's cells of one library: a list of the calls and what each of them gave."""
    asked, found = ROWS[key], []
    names = namespace(library)
    for cell in asked.cells[library]:
        given = {**names, **made(asked.given)}
        found.append({"call": cell.call, "gives": answer(cell.call, given)})
    return found


def made(given):
    """The arrays of a row, made anew."""
    names = {"np": np}
    exec(given, names)
    return {name: value for name, value in names.items() if name not in ("np", "__builtins__")}


def here(code, given):
    """What this library gives for the arrays of a row."""
    return answer(code, {**namespace("cnnlab"), **made(given)})


def main():
    """Ask everybody, and write down what came of it."""
    parser = argparse.ArgumentParser(prog="rosetta", description=__doc__)
    parser.add_argument("--out", type=Path, default=COMMITTED, help="where the answers go (rosetta.json)")
    out = parser.parse_args().out
    missing = [library for library in MODULES if not installed(library)]
    if missing:
        sys.exit(
            f"not installed: {'; '.join(missing)}. `make rosetta` sets up an environment with all of them"
        )
    answers = {
        key: {library: ask(key, library) for library in MODULES if library != "cnnlab" and row.cells[library]}
        for key, row in ROWS.items()
    }
    text = json.dumps({"versions": versions(), "rows": answers}, indent=1, ensure_ascii=False)
    new = out.with_name(f"{out.name}.new")
    new.write_text(text + "\n", encoding="utf-8")
    new.replace(out)
    count = sum(len(asked) for row in answers.values() for asked in row.values())
    print(f"{count} cells, written to {os.path.relpath(out)}")
