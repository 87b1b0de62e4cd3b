"""A student's cells, and which of the assignment's cells each one is: by name, by id, by what it says."""

import re
from dataclasses import dataclass
from functools import cached_property

from cnnlab.grading.spec import definitions

FENCE = re.compile(r"\A\s*```\w*\n(.*?)\n?```\s*\Z", re.DOTALL)
IDLE = re.compile(r"\s*(#.*|pass|\.\.\.|raise NotImplementedError.*)?")  # lines that do nothing in a stub
BEGINS_CODE = re.compile(r"\s*(async |def |class |import |from |@)")


@dataclass(eq=False)
class Piece:
    """A cell of a student's notebook.

    Parameters
    ----------
    kind : str
        "code", "markdown" or "raw".
    source : str
    names : tuple of str
        What its metadata and its id say that it is.
    place : float
        Where it stands; what is put in later stands where its neighbour stands.
    cell : cnnlab.grading.spec.Cell, optional
        The assignment's cell that it is; None for a cell of the student's own.
    """

    kind: str
    source: str
    names: tuple = ()
    place: float = -1
    cell: object = None

    @classmethod
    def of(cls, cell, place):
        """Take a cell as `read_notebook` gives it."""
        names = cell["metadata"].get("nbgrader", {}).get("grade_id", ""), cell["id"]
        return cls(cell["cell_type"], cell["source"], names, place)

    @cached_property
    def code(self):
        """The text as code, even where it became Markdown."""
        fenced = None if self.kind == "code" else FENCE.fullmatch(self.source)
        return fenced[1] if fenced else self.source

    @cached_property
    def defines(self):
        """What its code defines; nothing for prose."""
        return definitions(self.code) if self.kind == "code" or BEGINS_CODE.match(self.code) else frozenset()


def recognise_names(pieces, spec):
    """Tell each piece which of the assignment's cells it is, by its metadata or its id; so are copies."""
    named = {cell.name.casefold(): cell for cell in spec.cells} | {cell.name: cell for cell in spec.cells}
    for piece in pieces:
        for name in piece.names:
            piece.cell = piece.cell or named.get(name) or named.get(name.strip().casefold())
        if piece.cell and piece.cell.defines:
            piece.cell = rightful(piece, spec)


def recognise_texts(pieces, spec):
    """Tell the pieces that have lost their names, but have the text of a cell as it was handed out."""
    taken, alike = {piece.cell for piece in pieces}, {}
    for cell in spec.cells:
        alike.setdefault(tuple(lines(cell.shown)), []).append(cell)
    for piece in pieces:
        if piece.cell is None and piece.source.strip():
            cells = alike.get(tuple(lines(piece.source)), [None])
            piece.cell = next((cell for cell in cells if cell not in taken), cells[0])
            taken.add(piece.cell)


def rightful(piece, spec):
    """Find the answer that a cell named as another one holds: names can be swapped, definitions cannot."""
    if piece.cell.defines & piece.defines:
        return piece.cell
    return next((cell for cell in spec.cells if cell.defines & piece.defines), piece.cell)


def same(text, other):
    """Whether two texts differ in blanks at line ends and empty lines at most."""
    return lines(text) == lines(other)


def lines(text):
    """Split a text into its lines, without the empty ones."""
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def untouched(piece, cell):
    r"""Whether an answer is what was handed out: a stub that still does nothing counts as that.

    Examples
    --------
    >>> from cnnlab.grading.spec import Cell
    >>> stub = Cell("f", "answer", "code", "def f(x):\n    raise NotImplementedError")
    >>> untouched(Piece("code", "def f(x):\n    # to do\n    pass"), stub)
    True
    >>> untouched(Piece("code", "def f(x):\n    return x"), stub)
    False
    """
    if cell.cell_type != "code":
        return not piece.source.strip() or same(piece.source, cell.source)
    return busy(piece.code) in ([], busy(cell.source))


def busy(code):
    """Take the lines of code that do something."""
    return [line for line in lines(code) if not IDLE.fullmatch(line)]


def addition(piece):
    """Take what a student wrote into a locked cell: all of it, but for the course's lines around it."""
    text, shown = lines(piece.source), lines(piece.cell.shown)
    rest = piece.source
    if shown and text[: len(shown)] == shown:
        rest = "\n".join(text[len(shown) :])
    elif shown and text[-len(shown) :] == shown:
        rest = "\n".join(text[: -len(shown)])
    says = busy if piece.cell.cell_type == piece.kind == "code" else lines
    return rest if says(rest) else ""
