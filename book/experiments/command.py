"""The command of the experiments: one by one, or several at a time, each in a process of its own."""

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import lab

FOLDER = Path(__file__).resolve().parent


def main():
    """Run what was asked for; a failure does not stop the others."""
    parser = argparse.ArgumentParser(prog="experiments", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(lab.NAMES))
    parser.add_argument("--quick", action="store_true", help="a few steps, to see that it runs")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--out", type=Path, help="where the result of a single one goes")
    chosen = parser.parse_args()
    names = chosen.names or list(lab.NAMES)
    if len(names) == 1:
        result = lab.conduct(names[0], lab.Lab(quick=chosen.quick), chosen.out)
        print(f"{names[0]}: {result['minutes']:g} minutes")
        return
    options = ["--quick"] if chosen.quick else []

    def one(name):
        return subprocess.run([sys.executable, str(FOLDER), name, *options]).returncode

    with ThreadPoolExecutor(chosen.jobs) as pool:
        failed = [name for name, code in zip(names, pool.map(one, names), strict=True) if code]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")
