"""What an assignment asks for: its cells, in their order, as its author wrote them."""

import ast
import re
import warnings
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

HIDDEN = re.compile(
    r"^[^\n]*BEGIN (HIDDEN TESTS|MARK SCHEME)[^\n]*$.*?(^[^\n]*END \1[^\n]*$\n?|\Z)", re.DOTALL | re.MULTILINE
)
PASTIME = ("-visible", "-trophy")  # ends of the grade ids of cells that earn nothing, and are not run
FLAGS = ("grade", "solution", "locked", "task")
KINDS = {  # how nbgrader says what kind of cell one is
    (False, False, True, False): "given",
    (False, True, False, False): "answer",
    (True, False, True, False): "test",
    (True, True, False, False): "written",
    (False, False, True, True): "task",
}
MOST_READ = 10_000  # characters of a cell that Python reads here: deep nesting takes more
DEFINES = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE
)


@dataclass(frozen=True)
class Cell:
    r"""One cell of an assignment.

    Parameters
    ----------
    name : str
        Its grade id.
    kind : str
        "given" is locked, "answer" is the student's, "test" is graded by running it, "written" by hand;
        "task" is locked, and what students write below it is graded by hand.
    cell_type : str
        "code", "markdown" or "raw".
    source : str
        As the gradebook holds it: an answer's stub, a test with its hidden part.
    points : float
    checksum : str
        nbgrader's.

    Examples
    --------
    >>> test = Cell("f-zero", "test", "code", "f(0)\n### BEGIN HIDDEN TESTS\nf(1)\n### END HIDDEN TESTS")
    >>> test.shown
    'f(0)'
    >>> Cell("f", "answer", "code", "import math\ndef f(x):\n    y = x").defines
    frozenset({'f'})
    """

    name: str
    kind: str
    cell_type: str = "code"
    source: str = ""
    points: float = 0.0
    checksum: str = ""

    @cached_property
    def shown(self):
        """The part of the source that students get."""
        return HIDDEN.sub("", self.source).rstrip("\n")

    @cached_property
    def defines(self):
        """The names that an answer's stub defines."""
        return definitions(self.source) if self.kind == "answer" else frozenset()

    @property
    def metadata(self):
        """What nbgrader writes on such a cell."""
        flags = next(flags for flags, kind in KINDS.items() if kind == self.kind)
        described = {
            "schema_version": 3,
            "grade_id": self.name,
            **dict(zip(FLAGS, flags, strict=True)),
            "checksum": self.checksum,
            "cell_type": self.cell_type,
        }
        graded = self.kind in ("test", "written", "task")
        return {"nbgrader": {**described, "points": self.points} if graded else described}


@dataclass(frozen=True)
class Spec:
    """The cells of an assignment's notebook.

    Parameters
    ----------
    assignment, notebook : str
        Their names.
    cells : tuple of Cell
        In the order of the notebook.
    """

    assignment: str
    notebook: str
    cells: tuple = field(default=())

    @classmethod
    def of_notebook(cls, notebook, assignment, name=None):
        """Read the cells that carry a grade id from a notebook, as a dict: a release, or its source.

        A notebook's own source says more than what was released from it: the hidden part of the tests.
        """
        cells = []
        for cell in notebook["cells"]:
            grading = cell.get("metadata", {}).get("nbgrader", {})
            grade, solution, locked, task = (bool(grading.get(flag)) for flag in FLAGS)
            locked = not solution and (grade or task or locked)  # as nbgrader reads it
            if kind := KINDS.get((grade, solution, locked, task)):
                points, checksum = float(grading.get("points") or 0), grading.get("checksum", "")
                source = "".join(cell["source"])
                cells.append(Cell(grading["grade_id"], kind, cell["cell_type"], source, points, checksum))
        return cls(assignment, name or assignment, tuple(cells))


def definitions(source):
    r"""Find the functions, classes and variables that code defines at its outermost level.

    Reads lines, not syntax: it finds them in code that does not compile too, and no code can hurt it.

    Examples
    --------
    >>> sorted(definitions("def f(x)\n    y = x\nz = f(1)\nz == 1\nprint(z)"))
    ['f', 'z']
    """
    return frozenset(first or second for first, second in DEFINES.findall(source))


@lru_cache(maxsize=256)  # a class leaves much as it was given
def only_defines(source):
    r"""Whether code does no more than define functions: nothing of it runs then, and it cannot fail.

    Examples
    --------
    >>> only_defines("def f(x, n=1):\n    return print(x)"), only_defines("x = 1"), only_defines("def f(x")
    (True, False, False)
    """
    if len(source) > MOST_READ:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            compile(tree, "<cell>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return all(isinstance(node, ast.FunctionDef) and _does_nothing(node) for node in tree.body)


def _does_nothing(function):
    """Whether to define a function does nothing else: no decorator, no annotation, plain defaults."""
    given = function.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    annotated = function.returns or any(argument and argument.annotation for argument in arguments)
    defaults = [*given.defaults, *filter(None, given.kw_defaults)]
    plain = all(isinstance(default, ast.Constant) for default in defaults)
    return plain and not annotated and not function.decorator_list
