"""Check a student's notebook on their own machine: the visible checks, in a process that can be stopped."""

import functools
import hashlib
import json
import marshal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cnnlab.grading.exercises import ExerciseError, exercise_of, find_notebook
from cnnlab.grading.files import replace_text
from cnnlab.grading.limits import TimeLimit
from cnnlab.grading.notebook import run_cells

SECONDS = 120
MEMORY = ".cnnlab-check.json"  # beside the notebook: which answers failed before


@dataclass(frozen=True)
class Practice:
    """What a check of a notebook found.

    Parameters
    ----------
    slug : str
        The exercise.
    results : list of cnnlab.checks.Result
    troubles : list of str
        Cells that did not run to their end.
    hints : set of str
        Capabilities whose misconception and chapter may be shown: two different answers have failed.
    replay : str
        What came of the one case that was asked for.
    right : bool
        Nothing that was looked at is wrong.
    """

    slug: str
    results: list
    troubles: list
    hints: set
    replay: str
    right: bool


def practise(path, *, case="", seconds=SECONDS):
    """Run the visible checks on a notebook, or one case of a feedback line.

    Parameters
    ----------
    path : Path
        A notebook, or a folder with one in it or one level below.
    case : str, optional
        As feedback prints it, ``ch08:dy=...``.
    seconds : float
        After which the notebook's process is stopped.

    Returns
    -------
    Practice

    Raises
    ------
    ExerciseError
    """
    from cnnlab.checks import Result, parse

    wanted = parse(case)[0].slug if case else ""
    notebook = find_notebook(path, wanted)
    slug = wanted or exercise_of(notebook)
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-m", "cnnlab.grading.practice", str(notebook), slug, case, str(answer)]
        try:
            done = subprocess.run(
                command, timeout=seconds, capture_output=True, check=False, cwd=notebook.parent
            )
        except subprocess.TimeoutExpired:
            raise ExerciseError(
                f"{notebook.name} was still running after {seconds:g} s: is there a loop that does not end?"
            ) from None
        if not answer.exists():
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise ExerciseError(f"{notebook.name} ended Python before it could be checked: {' '.join(last)}")
        said = json.loads(answer.read_text(encoding="utf-8"))
    results = [Result(**result) for result in said["results"]]
    hints = remember(notebook, results, said["answers"])
    right = said["right"] and all(result.status == "right" for result in results)
    return Practice(slug, results, said["troubles"], hints, said["replay"], right)


def remember(notebook, results, answers):
    """Note the answers that failed, and return the capabilities for which two different ones have."""
    path = notebook.parent / MEMORY
    try:
        memory = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        memory = {}
    failed = memory.setdefault(notebook.name, {})
    for result in results:
        answer, before = (
            answers.get(result.function, "".join(answers.values())),
            failed.get(result.capability, []),
        )
        if result.status == "right":
            failed.pop(result.capability, None)
        elif result.status != "missing" and answer not in before:
            failed[result.capability] = [*before, answer][-2:]
    replace_text(path, json.dumps(memory, indent=1) + "\n")
    return {capability for capability, different in failed.items() if len(different) > 1}


def main(notebook, slug, case, answer):
    """Run in a process of its own: execute the cells, check, write what was found as JSON."""
    from cnnlab.checks import check_all, find_exercise, replay

    try:
        cells = json.loads(Path(notebook).read_text(encoding="utf-8"))
        namespace, troubles = run_cells(cells)
    except (ValueError, KeyError, TypeError):
        raise SystemExit("the file is not a notebook") from None
    names = [name for name in find_exercise(slug).functions if callable(namespace.get(name))]
    functions = {name: limited(namespace[name]) for name in names}
    right, text = replay(case, functions) if case else (True, "")
    said = {
        "troubles": troubles,
        "answers": {name: digest(namespace[name]) for name in names},
        "replay": text,
        "right": right,
        "results": [] if case else [result.to_dict() for result in check_all(slug, functions)],
    }
    replace_text(Path(answer), json.dumps(said))


def limited(function):
    """Give a function a time limit that looks like the function."""
    return functools.wraps(function)(functools.partial(TimeLimit(), function))


def digest(function):
    """Tell whether two answers differ: hash a function's code."""
    code = getattr(function, "__code__", None)
    return hashlib.sha256(marshal.dumps(code) if code else repr(function).encode()).hexdigest()[:12]


if __name__ == "__main__":
    main(*sys.argv[1:])
