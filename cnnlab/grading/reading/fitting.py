"""Fit a student's notebook to the assignment: every cell of it stands there once, and can run."""

import re
from dataclasses import dataclass, field
from itertools import count

from cnnlab.grading.reading import REPAIRS
from cnnlab.grading.reading.ordering import insert
from cnnlab.grading.reading.pieces import Piece, addition, recognise_names, recognise_texts, same, untouched
from cnnlab.grading.spec import PASTIME

STUDENTS = ("answer", "written")
KINDS = {"code": "code", "markdown": "Markdown", "raw": "raw text"}


@dataclass
class Fitted:
    """A notebook in which every cell of the assignment stands once.

    Parameters
    ----------
    cells : list of dict
        In the order in which they run. The assignment's cells have nbgrader's metadata, written anew; the
        student's own cells have none.
    repairs : list of str
        What was mended, a sentence each.
    found : int
        How many of the assignment's cells the notebook had.
    answers : int
        How many of them the student wrote something into.
    lost : tuple of str
        Cells graded by hand that were not found: somebody should look for them in the file.
    """

    cells: list
    repairs: list = field(default_factory=list)
    found: int = 0
    answers: int = 0
    lost: tuple = ()


def fit(notebook, spec):
    """Let every cell of the assignment occur once, and keep all that the student wrote.

    A cell of the assignment is known by nbgrader's metadata, else by its id, else by its text; an answer also
    by the names that it defines. Of copies, the last one that was written counts; the others stay as the
    student's own cells, unless they are empty stubs, which would undo what was written. Locked cells are as
    their author wrote them; what a student added to one becomes a cell before it.

    Parameters
    ----------
    notebook : dict
        From `read_notebook`.
    spec : Spec

    Returns
    -------
    Fitted

    Examples
    --------
    >>> from cnnlab.grading.reading import plain_notebook
    >>> from cnnlab.grading.spec import Cell, Spec
    >>> answer = Cell("f", "answer", "code", "def f(): raise NotImplementedError")
    >>> spec = Spec("one", "one", (answer, Cell("f-one", "test", "code", "assert f() == 1", 2)))
    >>> fitted = fit(plain_notebook({"cells": [{"cell_type": "code", "source": "def f(): return 1"}]}), spec)
    >>> [cell["source"] for cell in fitted.cells]
    ['def f(): return 1', 'assert f() == 1']
    >>> fitted.repairs
    ['The answer f was known by what it defines.', 'The cell f-one was missing: it was put back.']
    """
    said = list(notebook["metadata"].get(REPAIRS, ()))
    pieces = [Piece.of(cell, place) for place, cell in enumerate(notebook["cells"])]
    recognise_names(pieces, spec)
    pieces = [part for piece in pieces for part in unlock(piece, said)]
    recognise_texts(pieces, spec)
    found = len({piece.cell for piece in pieces} - {None})
    standing = {cell: choose(cell, pieces, said) for cell in spec.cells}
    for cell in spec.cells:
        if cell.defines:
            search(cell, pieces, standing, said)
    lost = tuple(cell.name for cell in spec.cells if cell.kind == "written" and standing[cell] is None)
    cells = write(arrange(pieces, standing, spec, said), spec, said)
    answers = sum(cell.kind in STUDENTS and not untouched(standing[cell], cell) for cell in spec.cells)
    return Fitted(cells, list(dict.fromkeys(said)), found, answers, lost)


def tell(said, cell, what):
    """Note what became of a cell, unless nothing hangs on it."""
    if not cell.name.endswith(PASTIME):
        said.append(f"The cell {cell.name} {what}.")


def unlock(piece, said):
    """Take what a student wrote into a locked cell out of it, as a cell of the student's own."""
    cell = piece.cell
    if cell is None or cell.kind in STUDENTS or same(piece.source, cell.shown):
        return [piece]
    if not (added := addition(piece)):
        tell(said, cell, "was changed: it is as it was handed out")
        return [piece]
    said.append(f"The cell {cell.name} was changed: what was written into it stands before it.")
    return [Piece(piece.kind, added, place=piece.place), piece]


def choose(cell, pieces, said):
    """Pick one of the copies of a cell; the others become the student's own, or go if they say nothing."""
    copies = [piece for piece in pieces if piece.cell == cell]
    if len(copies) < 2:
        return copies[0] if copies else None
    best = copies[0] if cell.kind == "given" else copies[-1]
    if cell.kind in STUDENTS:
        best = max(copies, key=lambda piece: worth(piece, cell))
    for copy in copies:
        if copy is not best:
            release(copy, pieces)
    times = "twice" if len(copies) == 2 else f"{len(copies)} times"
    which = "the last one" if best is copies[-1] else "the one that was written"
    if cell.kind != "given":
        tell(said, cell, f"was there {times}: {which} counts")
    return best


def worth(piece, cell):
    """Order copies of an answer: written, defining what it should, of the right type; then the last."""
    return (
        not untouched(piece, cell),
        bool(piece.defines & cell.defines),
        piece.kind == cell.cell_type,
        piece.place,
    )


def release(piece, pieces):
    """Make a cell the student's own; one that says nothing of the student's goes."""
    cell, piece.cell = piece.cell, None
    kept = not untouched(piece, cell) if cell.kind in STUDENTS else cell.kind == "given"
    if cell.name.endswith(PASTIME) or not kept or not piece.source.strip():
        pieces.remove(piece)


def search(cell, pieces, standing, said):
    """Look elsewhere for an answer whose own cell is gone, or as it was handed out."""
    own = standing[cell]
    if own and own.defines & cell.defines and not untouched(own, cell):
        return
    others = [piece for piece in pieces if piece is not own and piece.defines & cell.defines]
    strays = [piece for piece in others if piece.cell is None]
    hosts = [piece for piece in others if piece.cell and piece.cell.kind in STUDENTS]
    hosts = [piece for piece in hosts if piece.defines & cell.defines - piece.cell.defines]
    if not strays + hosts:
        return
    if own:
        release(own, pieces)
    if strays:
        standing[cell] = strays[-1]
        strays[-1].cell = cell
        said.append(f"The answer {cell.name} was known by what it defines.")
    else:
        host = hosts[-1]
        note = f"# {', '.join(sorted(cell.defines))}: see the cell {host.cell.name}"
        standing[cell] = Piece("code", note, place=host.place, cell=cell)
        pieces.insert(pieces.index(host) + 1, standing[cell])
        said.append(f"The answer {cell.name} was found in the cell {host.cell.name}.")


def arrange(pieces, standing, spec, said):
    """Leave the student's cells in their order, and put the course's among them, with what was missing."""
    order = [piece for piece in pieces if piece.cell is None or piece.cell.kind in STUDENTS]
    for cell in spec.cells:
        if standing[cell] is None:
            tell(said, cell, "was missing: it was put back")
            standing[cell] = Piece(cell.cell_type, cell.source, place=None, cell=cell)
            insert(order, standing[cell], spec)
        elif cell.kind not in STUDENTS and insert(order, standing[cell], spec):
            tell(said, cell, "stood where it cannot run: it was moved")
    return order


def write(order, spec, said):
    """Write the cells out: the assignment's with its own metadata, the student's with none."""
    taken = {identity(cell.name) for cell in spec.cells}
    free = (name for number in count(1) if (name := f"own-{number}") not in taken)
    cells = []
    for piece in order:
        cell = piece.cell
        if cell is None:
            cells.append(written(piece.kind, next(free), {}, piece.source))
            continue
        source = piece.code if cell.cell_type == "code" else piece.source
        if cell.kind not in STUDENTS or not source.strip() or same(source, cell.source):
            source = cell.source
        elif piece.kind != cell.cell_type:
            tell(said, cell, f"had become {KINDS[piece.kind]}: it is {KINDS[cell.cell_type]} again")
        cells.append(written(cell.cell_type, identity(cell.name), cell.metadata, source))
    return cells


def written(kind, identity, metadata, source):
    """Write one cell as notebooks hold it."""
    cell = {"cell_type": kind, "id": identity, "metadata": metadata, "source": source}
    return {**cell, "outputs": [], "execution_count": None} if kind == "code" else cell


def identity(name):
    """Make a cell's id of its grade id."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:64]
