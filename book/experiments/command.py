"""The command of the experiments: one by one, or several at a time, each in a process of its own."""

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from .lab import NAMES, Lab, conduct

FOLDER = Path(__file__).resolve().parent


def main():
    """Run what was asked for; one that fails does not stop the others."""
    parser = argparse.ArgumentParser(prog="experiments", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(NAMES)}; else all")
    parser.add_argument("--quick", action="store_true", help="a few steps, to see that it runs")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time; 2 if not said")
    parser.add_argument("--out", type=Path, help="where the result of a single one goes")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no experiment {unknown[0]}; there are {', '.join(NAMES)}")
    if chosen.jobs < 1:
        parser.error(f"--jobs is {chosen.jobs}, but at least 1 must run")
    names = chosen.names or list(NAMES)
    if len(names) == 1:
        result = conduct(names[0], Lab(quick=chosen.quick), chosen.out)
        print(f"{names[0]}: {result['minutes']:g} minutes")
        return
    if chosen.out:
        parser.error("--out is for a single experiment")
    failed = run_all(names, chosen.jobs, ["--quick"] if chosen.quick else [])
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def run_all(names, jobs, options):
    """Run each in a process of its own, so many at a time; returns the names of those that failed."""
    from tqdm import tqdm

    def one(name):
        return subprocess.run(
            [sys.executable, str(FOLDER), name, *options], capture_output=True, text=True, check=False
        )

    failed = []
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=len(names), unit="experiment") as bar:
        running = {pool.submit(one, name): name for name in names}
        for done in as_completed(running):
            run = done.result()
            if run.returncode:
                failed.append(running[done])
            tqdm.write(run.stdout.strip() if not run.returncode else f"{running[done]}:\n{run.stderr}")
            bar.update()
    return failed
