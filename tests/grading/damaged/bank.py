"""What a damage is, the notebook that it befalls, and what damages have in common."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from solutions.sample_class import LOOPS, SLUG

RELEASED = Path(__file__).parents[3] / "exercises" / SLUG / f"{SLUG}.ipynb"
BIAS, WEIGHT, INPUT = ANSWERS = tuple(LOOPS)
TESTS = tuple(
    f"conv_backward-{rung}" for rung in "bias weight input padding stride dilation groups axes".split()
)
ALL = 14
PUT_BACK = tuple(f"The cell {name} was missing: it was put back." for name in TESTS)
MOVED = tuple(f"The cell {name} stood where it cannot run: it was moved." for name in TESTS)
BY_CODE = tuple(f"The answer {name} was known by what it defines." for name in ANSWERS)
BANK = []


@dataclass(frozen=True)
class Damage:
    """What happened to a notebook, and what is fair then; one that is `apart` runs in the sandbox alone."""

    make: Callable
    status: str
    earns: int
    repairs: tuple
    apart: bool

    @property
    def name(self):
        return self.make.__name__

    def data(self):
        """The bytes of the file that was handed in."""
        made = self.make(right_answer())
        return made if isinstance(made, bytes) else as_bytes(made)


def damage(*repairs, status="graded", earns=None, apart=False):
    """Put a function into the bank."""

    def enter(make):
        full = ALL if status == "graded" else 0
        BANK.append(Damage(make, status, full if earns is None else earns, repairs, apart))
        return make

    return enter


def untouched():
    """The notebook as it was handed out."""
    return json.loads(RELEASED.read_text(encoding="utf-8"))


def right_answer():
    """The same with the right answers in it."""
    notebook = untouched()
    for name in ANSWERS:
        find(notebook, name)["source"] = LOOPS[name].splitlines(keepends=True)
    return notebook


def stub(name):
    """An answer's cell as it was handed out."""
    return find(untouched(), name)


def find(notebook, name):
    return next(cell for cell in notebook["cells"] if grade_id(cell) == name)


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def locked(cell):
    return cell["metadata"].get("nbgrader", {}).get("locked", False)


def remove(notebook, *names):
    notebook["cells"] = [cell for cell in notebook["cells"] if grade_id(cell) not in names]
    return notebook


def put(notebook, cell, before=None, after=None):
    """Insert a cell beside a named one, else at the end."""
    place = len(notebook["cells"])
    if before or after:
        place = notebook["cells"].index(find(notebook, before or after)) + bool(after)
    notebook["cells"].insert(place, cell)
    return notebook


def own(source, kind="code"):
    """A cell of the student's own."""
    cell = {"cell_type": kind, "id": "0a1b2c3d", "metadata": {}, "source": source}
    return cell if kind != "code" else {**cell, "outputs": [], "execution_count": 7}


def as_text(notebook):
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def as_bytes(notebook):
    return as_text(notebook).encode()
