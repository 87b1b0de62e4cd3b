"""From arguments to a file: the measurements, one after the other, on a machine that does nothing else."""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from solutions.sample_class import SLUG

from ..bench.records import figures
from . import ours, stock
from .courses import ROOT, course_with
from .handed_in import COUNTS, ENDLESS
from .records import describe, thinned, write

COMMITTED = ROOT / "book" / "experiments" / "grading.json"
PARTIAL = ROOT / "build" / "grading.json"
BUSY = 0.5  # of the load average: beyond it, something else is running
FULL = {"class": 100, "sizes": (1, 10, 50, 200, 500, 1000, 2000), "loop": 20}
QUICK = {"class": 4, "sizes": (1, 4), "loop": 4}


def main(arguments=None):
    """Measure, and write down what came of it."""
    parser = argparse.ArgumentParser(prog="bench-grading", description="cnnlab grade beside nbgrader.")
    parser.add_argument("--quick", action="store_true", help="a few notebooks, to see that all runs")
    parser.add_argument("--out", type=Path, help="where the result goes (grading.json; quick: build/)")
    parser.add_argument("--only", nargs="+", choices=PARTS, help=", ".join(PARTS))
    chosen = parser.parse_args(arguments)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > BUSY:
        print(f"Something else is running here (load {load:.1f}): the times will be too long.")
    sizes, began = QUICK if chosen.quick else FULL, time.perf_counter()
    found = {}
    for name in chosen.only or PARTS:
        found |= PARTS[name](sizes)
    how = {"quick": chosen.quick, "seconds": round(time.perf_counter() - began), "load before": load}
    whole = not (chosen.quick or chosen.only)
    path = chosen.out or (COMMITTED if whole else PARTIAL)
    write(path, {"machine": describe(), "how": how, "class": COUNTS, **found})
    print(f"{how['seconds']} s, written to {os.path.relpath(path)}")


def in_turns(sizes):
    """Let both grade one class in turns: what else a machine does for a while is then borne by both."""
    with course_with(1) as course:
        ours.command(course)  # builds what is built once after each change of the package, and is kept
    with course_with(sizes["class"]) as course:
        notebooks = {name: course.notebook("submitted", SLUG, name) for name in course.students(SLUG)}
        texts = {name: path.read_text("utf-8") for name, path in notebooks.items()}
    stocks, runs = {"submissions": len(texts)}, [in_ours(sizes)]
    for name, spared in (("as it comes", False), ("at its best", True)):
        stocks[name] = in_stock(texts, spared)
        print(f"nbgrader, {name}: {stocks[name]}")
        runs.append(in_ours(sizes))
    seconds = sorted(run["seconds"] for run in runs)
    found = {"stock": stocks, "ours": runs[-1] | {"seconds": statistics.median(seconds), "runs": seconds}}
    return found | {"ratio": ratios(found)}


def in_stock(texts, spared):
    """Let nbgrader grade a class, and write its feedback."""
    with tempfile.TemporaryDirectory() as folder:
        stock.make_course(Path(folder), texts, spared=spared)
        steps = ("autograde", "autograde"), ("feedback", "generate_feedback")
        return {step: figures(stock.command(Path(folder), word, SLUG)) for step, word in steps}


def in_ours(sizes):
    """Grade the whole class with the command, everything stored and all pages written."""
    with course_with(sizes["class"]) as course:
        seconds = ours.command(course)["seconds"]
        again = ours.again(course)
        found = {"submissions": ours.stored(course), "seconds": figures(seconds), "again": figures(again)}
        found |= ours.earned(course)
    print(f"cnnlab grade: {found}")
    return found


def ratios(found):
    """Divide throughputs: both with feedback written, and against what nbgrader's autograde alone takes."""
    each = found["ours"]["seconds"] / found["ours"]["submissions"]
    count = found["stock"]["submissions"]
    return {
        name: {
            "with feedback": figures((took["autograde"] + took["feedback"]) / count / each, 3),
            "marks alone": figures(took["autograde"] / count / each, 3),
        }
        for name, took in found["stock"].items()
        if isinstance(took, dict)
    }


def sizes_of_class(sizes):
    """Grade classes of several sizes: how long it takes; of the largest, what its processes hold."""
    found = []
    for count in sizes["sizes"]:
        with course_with(count) as course:
            took = ours.command(course, watched=count == sizes["sizes"][-1])
            row = {"submissions": ours.stored(course), "seconds": figures(took["seconds"])}
            row["again"] = figures(ours.again(course))
        print(f"{count} submissions: {row['seconds']} s; nothing new: {row['again']} s")
        found.append(row)
    return {"sizes": [*found[:-1], found[-1] | {"memory": thinned(took["memory"])}]}


def one_loop(sizes):
    """Let one of a class run for ever: what that costs, and when the others have their marks."""
    found = {"submissions": sizes["loop"]}
    for name, endless in (("without", False), ("with", True)):
        with course_with(sizes["loop"], endless=endless) as course:
            moments = ours.moments(course)
        others = [seconds for student, seconds in moments.items() if not student.endswith(ENDLESS)]
        found[name] = {"others": figures(max(others)), "all": figures(max(moments.values()))}
    print(f"a loop without an end: {found}")
    return {"loop": found}


PARTS = {"turns": in_turns, "sizes": sizes_of_class, "loop": one_loop}
