"""How far is a student? All exercises below a folder: what they can do already, and what to do next."""

import contextlib
import os
import shlex
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cnnlab.grading.practice import practise
from cnnlab.grading.practice.exercises import ExerciseError, exercise_of
from cnnlab.grading.practice.memory import digest_of, recall

DEEPEST = 4  # folders below the one that is looked through
WIDTH = 8  # characters of a bar
PATIENCE = 2  # seconds before a progress bar shows
OTHERS = {"node_modules", "site-packages", "__pycache__"}  # folders that hold no work of anybody's


@dataclass(frozen=True)
class Standing:
    """How far a student is with one exercise.

    Parameters
    ----------
    exercise : cnnlab.checks.Exercise
    notebook : Path or None
        None where it was not started.
    results : dict
        Statuses by capability.
    when : str
        When it was last checked, as ISO 8601 writes it.
    trouble : str
        Why it could not be checked.
    stopped : bool
        Whether one of its cells does not run to its end.
    """

    exercise: object
    notebook: Path | None = None
    results: dict = field(default_factory=dict)
    when: str = ""
    trouble: str = ""
    stopped: bool = False

    @property
    def passed(self):
        """How many capabilities pass what can be seen."""
        return sum(status == "right" for status in self.results.values())

    def advice(self):
        """Say what to do next.

        Examples
        --------
        >>> from cnnlab.checks import find_exercise
        >>> Standing(find_exercise("ch08")).advice()
        'cnnlab start ch08'
        """
        if self.notebook is None:
            return f"cnnlab start {self.exercise.slug[:4]}"
        if self.trouble:
            return self.trouble
        if self.stopped:
            return f"a cell does not run to its end: cnnlab check {shown(self.notebook)}"
        order = [capability.name for capability in self.exercise.capabilities]
        left = [name for name in order if self.results.get(name) != "right"]
        if not left:
            return "hand it in: all that you can see is right"
        if len(left) == len(order) and set(self.results.values()) == {"missing"}:
            return f"begin with the first rung, `{left[0]}`"
        if self.results.get(left[0]) == "missing":
            return f"next rung: `{left[0]}`"
        return f"look at `{left[0]}` again: cnnlab check {shown(self.notebook)}"


def survey(folder):
    """Find out how far a student is; only notebooks that changed are checked anew.

    Parameters
    ----------
    folder : Path
        Notebooks are looked for in it and a few levels below.

    Returns
    -------
    list of Standing
        One an exercise, in the order of the chapters.

    Raises
    ------
    ExerciseError
        Where there is no such folder.
    """
    from tqdm import tqdm

    from cnnlab.checks import EXERCISES, find_exercise

    if not folder.is_dir():
        raise ExerciseError(f"there is no folder {folder}")
    found = notebooks(folder)
    bar = {"delay": PATIENCE, "disable": None, "leave": False, "unit": "exercise"}  # None: no bar in a file
    return [stand(find_exercise(slug), found.get(slug)) for slug in tqdm(EXERCISES, **bar)]


def stand(exercise, notebook):
    """Recall how far somebody is with one exercise, or check it."""
    if notebook is None:
        return Standing(exercise)
    memory = recall(notebook)
    if not memory.code or memory.code != digest_of(notebook):
        try:
            practise(notebook)
        except ExerciseError as error:
            return Standing(exercise, notebook, trouble=f"{error}")
        memory = recall(notebook)
    return Standing(exercise, notebook, memory.results, memory.when, stopped=bool(memory.troubles))


def notebooks(folder):
    """Find one notebook for each exercise: the one that bears its name, else the one that was saved last."""
    found = {}
    for path in sorted(walk(folder), key=lambda path: path.stat().st_mtime):
        try:
            slug = exercise_of(path, strict=False)
        except ExerciseError:
            slug = path.stem
        known = found.get(slug)
        if known is None or path.stem == slug or known.stem != slug:
            found[slug] = path
    return found


def walk(folder):
    """Yield the notebooks in a folder and a few levels below, but for hidden folders and other people's."""
    for here, folders, files in os.walk(folder):
        deep = len(Path(here).relative_to(folder).parts)
        folders[:] = [f for f in folders if f[:1] not in "._" and f not in OTHERS and deep < DEEPEST]
        yield from (Path(here) / name for name in files if name.endswith(".ipynb"))


def status_table(standings, *, plain=False):
    """Show how far a student is: one row an exercise; fits 80 columns.

    Parameters
    ----------
    standings : list of Standing
    plain : bool
        Letters and signs of ASCII alone.

    Returns
    -------
    rich.table.Table
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for heading in ("exercise", "right so far", "checked"):
        table.add_column(heading, no_wrap=True)
    table.add_column("next", overflow="fold")
    for standing in standings:
        total = len(standing.exercise.capabilities)
        done = standing.passed == total and not standing.stopped
        style = "green" if done else "dim" if standing.notebook is None else ""
        count = Text(f"{bar(standing.passed, total, plain)} {standing.passed} of {total}", style)
        table.add_row(standing.exercise.slug, count, day(standing.when), Text(standing.advice()))
    return table


def bar(done, total, plain=False):
    """Draw a bar.

    Examples
    --------
    >>> bar(6, 8), bar(1, 9, plain=True), bar(8, 9, plain=True)
    ('██████░░', '#.......', '#######.')
    """
    full, empty = "#." if plain else "█░"
    filled = max(done > 0, done * WIDTH // max(total, 1))
    return full * filled + empty * (WIDTH - filled)


def day(when, now=None):
    """Say when something was: the time of today, the day of another; nothing for never.

    Examples
    --------
    >>> day(""), day("2026-11-03T10:00:00+00:00", datetime.fromisoformat("2026-11-27T10:00:00+00:00"))
    ('', '2026-11-03')
    """
    try:
        then = datetime.fromisoformat(when).astimezone()
    except ValueError:
        return ""
    now = (now or datetime.now()).astimezone()
    return f"{then:%H:%M}" if then.date() == now.date() else f"{then:%Y-%m-%d}"


def shown(path):
    """Write a path as a command takes it from here."""
    with_name = path.parent if path.parent.name == path.stem else path
    with contextlib.suppress(ValueError):
        with_name = with_name.resolve().relative_to(Path.cwd())
    return shlex.quote(str(with_name)) if os.name == "posix" else f'"{with_name}"'
