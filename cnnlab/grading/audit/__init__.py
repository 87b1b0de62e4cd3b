"""Test tests: put wrong convolutions, one after the other, in place of the right one, and see who notices."""

import ast
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cnnlab.grading.audit.mutants import FUNCTIONS, Mutant, mutants
from cnnlab.grading.audit.standing_in import ORDER
from cnnlab.grading.practice.exercises import ExerciseError

WIDEST = 60  # characters of the progress bar
SECONDS = 120  # for the tests with the right functions; a wrong one gets ten times what they took


@dataclass(frozen=True)
class Verdict:
    """What a file of tests made of one wrong function.

    Parameters
    ----------
    mutant : Mutant
    caught_by : str
        The first test that failed; "" where all passed.
    """

    mutant: Mutant
    caught_by: str


def audit(tests, *, module=""):
    """Run a file of tests against wrong versions of the functions that it calls.

    Parameters
    ----------
    tests : Path
        A file for pytest, or with unittest's test cases.
    module : str
        Where the functions under test live; by default where the file imports them from.

    Returns
    -------
    list of Verdict

    Raises
    ------
    ExerciseError
        Where nothing can be said: the file tests none of the functions, or does not pass when they are right.
    """
    tests = tests.resolve()
    from tqdm import tqdm

    functions, found = under_test(tests)
    module = module or found
    wrong = mutants(functions)
    bar = {"desc": "wrong versions", "ncols": WIDEST, "leave": False, "disable": None}  # None: not in a file
    with tqdm(total=len(wrong), **bar) as progress, ThreadPoolExecutor(os.cpu_count()) as pool:
        took = max(passes(tests, module, []), passes(tests, module, functions))

        def verdict(mutant):
            said, _ = run(tests, module, functions, mutant, seconds=max(10.0, 10 * took))
            progress.update()
            return Verdict(mutant, said["failed"])

        return list(pool.map(verdict, wrong))


def audit_table(verdicts, *, plain=False):
    """Show who was noticed, and what it would have taken to notice the others; in plain ASCII if asked to."""
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    yes, no = ("ok", "x") if plain else ("✓", "✗")
    for heading in ("function", "wrong version", "", "noticed by"):
        table.add_column(heading, overflow="fold")
    for verdict in verdicts:
        mutant, seen = verdict.mutant, verdict.caught_by
        said = seen.partition("::")[2] or seen if seen else f"nobody; it would take {mutant.shows}"
        row = (mutant.function, mutant.says, yes if seen else no, said)
        table.add_row(*(Text(cell, "" if seen else "magenta") for cell in row))
    return table


def passes(tests, module, functions):
    """Make sure that tests pass where all is right, and say how many seconds they took."""
    said, seconds = run(tests, module, functions, None, seconds=SECONDS)
    if said["failed"]:
        stand_in = f" when the loops of cnnlab.naive stand in for {module}'s functions" if functions else ""
        raise ExerciseError(f"{tests.name} does not pass{stand_in or ' as it is'}: {said['failed']}")
    if not said["passed"]:
        raise ExerciseError(f"{tests.name} holds no test that runs")
    return seconds


def under_test(tests):
    """Find which functions a file of tests names, and where these live.

    Returns
    -------
    functions : list of str
    module : str
        "" where the file itself defines them.
    """
    try:
        tree = ast.parse(tests.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError) as error:
        raise ExerciseError(f"{tests} cannot be read: {error}") from None
    named, places = set(), set()
    modules = {}  # what `import module as m` calls m
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (names := {a.name for a in node.names} & {*FUNCTIONS, ALL}):
            named |= names
            places.add("." * node.level + (node.module or ""))
        elif isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS:
            named.add(node.name)
            places.add("")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in (*FUNCTIONS, ALL):
            named.add(node.attr)
            places.add(modules.get(ast.unparse(node.value), "cnnlab"))
    if ALL in named:
        named |= set(FUNCTIONS[1:])
    if not named:
        raise ExerciseError(f"{tests.name} names none of {', '.join(FUNCTIONS)}: nothing to audit")
    return [name for name in FUNCTIONS if name in named], one_place(tests, places)


ALL = "conv_backward"  # which calls the three others


def one_place(tests, places):
    """Choose the module under test: the tests' own before the package, the package before its plain loops."""
    own = {place for place in places if place.split(".")[0] != "cnnlab"}
    if len(own) > 1 or any(place.startswith(".") for place in own):
        raise ExerciseError(
            f"{tests.name} takes its functions from {', '.join(sorted(own))}: say which with --module"
        )
    if own:
        return own.pop()
    return "cnnlab.naive" if places == {"cnnlab.naive"} else "cnnlab"


def run(tests, module, functions, mutant, *, seconds):
    """Run the tests in a process of their own, with stand-ins for some functions, one of which may be wrong.

    All of them have one, lest the package's backward passes, which call its forward pass, be spoilt with it.

    Returns
    -------
    said : dict
        "failed", the first test that did, and "passed", how many.
    seconds : float
        How long it took.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        order = {
            "module": module,
            "functions": functions,
            "wrong": [mutant.function, mutant.says] if mutant else [],
        }
        environment = os.environ | {
            ORDER: json.dumps(order | {"report": str(report)}),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "cnnlab.grading.audit.standing_in"]
        command += ["-p", "no:cacheprovider", "-o", "addopts=", f"--rootdir={tests.parent}", tests.name]
        started = time.perf_counter()
        try:
            done = subprocess.run(
                command, cwd=tests.parent, env=environment, timeout=seconds, capture_output=True, check=False
            )
        except subprocess.TimeoutExpired:
            return {"failed": f"the clock: still running after {seconds:.0f} s", "passed": 0}, seconds
        if not report.exists():
            last = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()[-1:]
            raise ExerciseError(f"pytest did not run {tests.name}: {' '.join(last)}")
        return json.loads(report.read_text(encoding="utf-8")), time.perf_counter() - started
