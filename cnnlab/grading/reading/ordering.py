"""In which order a mended notebook runs: the student's, but for cells of the course that cannot run there."""

from bisect import bisect_right


def insert(order, piece, spec):
    """Put one of the assignment's cells into a notebook: where the student has it, if it can run there.

    A test stands after every cell that precedes it in the assignment. One that has no such place yet stands
    as late as the next cell of the assignment allows, when all code that was written for it has run. A given
    cell also stands before all that follow it in the assignment; the first ones before any other code.

    Parameters
    ----------
    order : list of Piece
        Sorted by place, the assignment's cells before this one among them.
    piece : Piece
        Its place is None where the student does not have it; it gets the place of its neighbour.
    spec : Spec

    Returns
    -------
    bool
        Whether the student has it where it cannot run.
    """
    number = spec.cells.index(piece.cell)
    earlier, later = set(spec.cells[:number]), set(spec.cells[number + 1 :])
    least = max((i for i, other in enumerate(order, 1) if other.cell in earlier), default=0)
    most = min((i for i, other in enumerate(order) if other.cell in later), default=len(order))
    following = next((i for i in range(least, len(order)) if order[i].cell in later), len(order))
    has = None if piece.place is None else bisect_right(order, piece.place, key=lambda other: other.place)
    early, late = has is not None and has < least, has is not None and has > most
    if piece.cell.kind == "given":
        at = least if has is None or early or late else has
        if all(cell.kind == "given" for cell in earlier):
            first = next((i for i, other in enumerate(order) if other.kind == "code"), len(order))
            at = max(least, min(at, first))
    elif piece.cell.kind in ("answer", "written"):
        at = least
    else:
        at = following if has is None or early else has
    piece.place = order[at - 1].place if at else -1
    order.insert(at, piece)
    return early or (late and piece.cell.kind == "given")
