"""From arguments to a file: choose the jobs, run them, print the tables, write the result."""

import argparse
import os
import sys
import time
import warnings
from pathlib import Path

from . import limits, machine
from .agree import WrongResult
from .records import COMMITTED, derive, merge, write
from .sections import SECTIONS
from .show import print_all
from .targets import judge

BUSY = 0.5  # of the load average: beyond it, something else is running
PARTIAL = machine.ROOT / "build" / "bench.json"


def read_arguments():
    """Say what to measure and how long."""
    parser = argparse.ArgumentParser(prog="bench", description="cnnlab beside PyTorch and other libraries.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, to see that all runs")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument(
        "--rows", help="only the rows whose label holds this text, such as 'groups' or float32"
    )
    parser.add_argument("--visits", type=int, help="how often the whole list is gone through (3; quick: 1)")
    parser.add_argument("--budget", type=float, help="seconds a visit for each candidate (0.25; quick: 0.08)")
    parser.add_argument(
        "--rounds", type=int, help="at least so many a visit for each candidate (5; quick: 3)"
    )
    parser.add_argument(
        "--out", type=Path, help="where the result goes (a full run: bench.json; else build/)"
    )
    return parser.parse_args()


def main():
    """Run all jobs, print the tables, write the result."""
    arguments, began = read_arguments(), time.perf_counter()
    warnings.simplefilter("ignore")
    try:
        from tqdm import tqdm

        crowd = machine.one_thread()
    except ModuleNotFoundError as missing:
        sys.exit(f"{missing.name} is not installed: `make bench` sets up an environment with all it needs")
    if crowd:
        sys.exit(f"more than one thread: {', '.join(crowd)}. Times of that kind say nothing; nothing is run.")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > BUSY:
        print(f"Something else is running here (load {load:.1f}): the times will be too long.")
    visits = arguments.visits or (1 if arguments.quick else 3)
    budget = arguments.budget or (0.08 if arguments.quick else 0.25)
    rounds = arguments.rounds or (3 if arguments.quick else 5)
    jobs = [
        job
        for section in arguments.only or SECTIONS
        for job in SECTIONS[section]({"budget": budget, "rounds": rounds})
        if arguments.rows is None or arguments.rows in job[0]
    ]
    peaks, records = limits.peaks(budget) | limits.torch_peak(budget), []
    with tqdm(jobs * visits, unit="row", dynamic_ncols=True, disable=None) as bar:
        for label, run in bar:
            bar.set_postfix_str(label, refresh=True)
            try:
                records = merge(records, run())
            except WrongResult as wrong:
                sys.exit(f"\n{wrong}\nA wrong result has no time: nothing is written.")
    records = [derive(r) for r in records]
    verdicts = judge(records)
    print_all(records, verdicts)
    full = not (arguments.only or arguments.rows)
    path = arguments.out or (COMMITTED if full and not arguments.quick else PARTIAL)
    seconds = round(time.perf_counter() - began)
    how = {"visits": visits, "budget": budget, "rounds": rounds, "seconds": seconds, "load before": load}
    how |= {"full": full, "quick": arguments.quick}
    result = {"machine": machine.environment(), "peaks": peaks, "how": how, "targets": verdicts}
    write(path, result | {"records": records})
    print(f"\n{len(records)} records in {seconds} s, written to {os.path.relpath(path)}")
