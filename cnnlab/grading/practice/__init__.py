"""Check a student's notebook on their own machine: the visible checks, in a process that can be stopped."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cnnlab.grading.practice.exercises import ExerciseError, exercise_of, find_notebook
from cnnlab.grading.practice.memory import digest_of, recall, remember

SECONDS = 120


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
    code, said = digest_of(notebook), ask(notebook, slug, case, seconds)
    results, memory = [Result(**result) for result in said["results"]], recall(notebook)
    if not case:
        memory.learn(results, said["answers"], code, said["troubles"])
        remember(notebook, memory)
    right = said["right"] and not said["troubles"] and all(result.status == "right" for result in results)
    return Practice(slug, results, said["troubles"], memory.hints, said["replay"], right)


def ask(notebook, slug, case, seconds):
    """Let another process check, and return what it said; raise ExerciseError where it had no chance to."""
    with tempfile.TemporaryDirectory(prefix="cnnlab-") as folder:
        folder = Path(folder)
        command = [sys.executable, "-P", "-m", "cnnlab.grading.practice.practising"]
        command += [str(notebook), slug, case, str(folder)]
        with (folder / "errors").open("wb") as errors:  # no pipe: what the notebook starts may outlive it
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": errors}
            process = subprocess.Popen(command, cwd=notebook.parent, **quiet)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                said = f"{notebook.name} was still running after {seconds:g} s{place(folder)}"
                raise ExerciseError(f"{said}: is there a loop that does not end?") from None
            finally:
                process.kill()
                process.wait()
        try:
            return json.loads((folder / "answer.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            last = (folder / "errors").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            said = f"{notebook.name} ended Python before it could be checked{place(folder)}"
            raise ExerciseError(": ".join([said, *last])) from None


def place(folder):
    """Say where the process was when it was last heard of."""
    try:
        return f", in {(folder / 'where').read_text(encoding='utf-8')}"
    except OSError:
        return ""
