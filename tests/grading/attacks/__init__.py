"""Hostile notebooks, test data for the grader: each tries to earn, to read or to reach what is not its own.

An attack is an honest answer of zeros with something behind it. Its first cell knows more than a student
can: `aim` says where the gradebook, the others' work and the canaries are. What an attack gets hold of and
should not have, it says as `loot(...)`, a text that must come out nowhere.
"""

import copy
import importlib
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST = "conv_backward_bias"  # the grade id of the cell that holds the attack
ANSWERS = (FIRST, "conv_backward_weight", "conv_backward_input")
LOOT = "loot:"

ZEROS = """
import os, sys
import numpy as np

def conv_backward_bias(dy):
    return np.zeros(dy.shape[1])

def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    return np.zeros((dy.shape[1], x.shape[1] // groups, *kernel_size))

def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    return np.zeros((len(dy), weight.shape[1] * groups, *spatial))

def each(wrap):
    "Put wrap(f) in the place of each function f."
    for name in ("conv_backward_bias", "conv_backward_weight", "conv_backward_input"):
        globals()[name] = wrap(globals()[name])

def attempt(act, *args, **options):
    "Do something that may be refused."
    try:
        return act(*args, **options)
    except Exception:
        return None

def loot(what):
    return "lo" + "ot:" + str(what)[:400] + " "

def say(what, write=os.write, to=sys.__stdout__):
    "Say loot in all ways that there are."
    for way in (print, to and to.write, lambda text: write(1, text.encode())):
        attempt(way, loot(what))
"""


@dataclass(frozen=True)
class Attack:
    """A hostile notebook.

    Parameters
    ----------
    family, name : str
    tries : str
        What it tries, in a sentence.
    code : str
        Runs in the first answer cell, below ZEROS.
    change : callable, optional
        `change(notebook)`: makes the notebook's form hostile, in place.
    lay : callable, optional
        `lay(folder, slug, aim)`: makes the submitted folder hostile, whose notebook lies there already.
    wins : str
        What it gets from a grader that runs everything in one process: "marks", "leak" (loot in what is
        printed) or "reach" (a canary is touched). Empty where it is not let loose there.
    """

    family: str
    name: str
    tries: str
    code: str = ""
    change: Callable | None = None
    lay: Callable | None = None
    wins: str = ""

    @property
    def id(self):
        """A name that is unique in the bank, fit for a student."""
        return f"{self.family}-{self.name}".replace(" ", "-")

    def source(self, aim):
        """Return the text of the cell that attacks."""
        return f"{ZEROS}\naim = {aim!r}\n\n{self.code}"

    def notebook(self, released, aim):
        """Return the notebook that is handed in."""
        notebook = copy.deepcopy(released)
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
        for grade_id in ANSWERS:
            write(notebook, grade_id, "# All three functions are written in the first cell.")
        write(notebook, FIRST, self.source(aim))
        if self.change:
            self.change(notebook)
        return notebook


@dataclass
class Family:
    """Registers the attacks of one module."""

    name: str
    attacks: list = field(default_factory=list)

    def __call__(self, name, tries, code="", **more):
        """Register an attack; code may be indented as suits its place."""
        self.attacks.append(Attack(self.name, name, tries, textwrap.dedent(code).strip("\n") + "\n", **more))


def find(notebook, grade_id):
    """Return the cell of a grade id; its id is the same, whatever became of its metadata."""
    return next(cell for cell in notebook["cells"] if cell.get("id") == grade_id)


def write(notebook, grade_id, source):
    """Write a cell's source."""
    find(notebook, grade_id)["source"] = source


def add(notebook, source, cell_type="code", at=None, **more):
    """Add a cell of the student's own, at the end unless a place is given; return it."""
    number = len(notebook["cells"])
    cell = {"cell_type": cell_type, "id": f"own-{number}", "metadata": {}, "source": source}
    if cell_type == "code":
        cell |= {"execution_count": None, "outputs": []}
    notebook["cells"].insert(number if at is None else at, cell | more)
    return cell | more


FAMILIES = """
    patched_numpy shells patched_builtins imports frames memory lying_arrays smuggling reference
    files_of_others processes floods networks wires pages paths claims tempers
""".split()
BANK = tuple(
    attack for name in FAMILIES for attack in importlib.import_module(f"{__name__}.{name}").family.attacks
)
