"""From the bytes that were handed in to a plain notebook: texts, types and grade ids, and nothing else."""

import re

from cnnlab.grading.reading.parsing import HAND_IN, MOST_BYTES, Unreadable, decode, parse
from cnnlab.grading.reading.texts import sides

MOST_CELLS = 5_000
MOST_SOURCE = 500_000  # characters in a cell
LONGEST_NAME = 200
REPAIRS = "cnnlab_repairs"  # in a notebook's metadata: what was mended, a sentence each
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
TYPES = {"code": "code", "markdown": "markdown", "raw": "raw", "heading": "markdown", "html": "markdown"}
TEXTS = ("source", "input", "code", "text")  # what formats 4, 3, 2 and 1 call a cell's text
RAN = ("outputs", "execution_count", "prompt_number", "language")  # only code has these


def read_notebook(data, most=MOST_BYTES):
    r"""Read whatever was handed in as a notebook, as far as a patient teacher would.

    Old formats, other encodings, missing and wrong fields are put right. A file that is cut short gives its
    whole cells, a script its parts. Outputs, attachments and all metadata but grade ids are left behind, and
    whatever kernel the notebook names, it is read as Python's.

    Parameters
    ----------
    data : bytes
    most : int
        Larger files are not looked into.

    Returns
    -------
    dict
        A notebook of format 4.5. Its metadata say under `REPAIRS` what was mended.

    Raises
    ------
    Unreadable
        With a sentence for the instructor, and one for the student.

    Examples
    --------
    >>> notebook = read_notebook(b'{"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}]}')
    >>> notebook["cells"][0]["source"]
    'x = 1'
    >>> read_notebook(b"[1, 2]")
    Traceback (most recent call last):
    cnnlab.grading.reading.parsing.Unreadable: The file is JSON, but not a notebook. In Jupyter ...
    """
    text = decode(data, most)
    versions = sides(text)
    if versions is None:
        return plain_notebook(*parse(text))
    ours, theirs = (plain_notebook(*parse(version)) for version in versions)
    if ours["cells"] != theirs["cells"]:
        raise Unreadable(
            "The file holds an unfinished merge of two versions that differ in their cells.",
            "Settle the conflict with git or nbdime, look at the notebook in Jupyter and hand it in again.",
        )
    ours["metadata"][REPAIRS].append("The file held an unfinished merge of two versions with the same cells.")
    return ours


def plain_notebook(tree, repairs=()):
    """Build a notebook of format 4.5 from any JSON: texts, types and grade ids, and nothing else of it.

    Raises
    ------
    Unreadable
    """
    found = find_cells(tree)
    if not found:
        raise Unreadable("The notebook has no cells.", "Look whether your work was saved. " + HAND_IN)
    if len(found) > MOST_CELLS:
        raise Unreadable(
            f"The notebook has {len(found):,} cells; no more than {MOST_CELLS:,} are read.",
            "Hand in the notebook with the assignment's cells and your own alone.",
        )
    cells = [plain_cell(cell, number) for number, cell in enumerate(found, 1) if isinstance(cell, dict)]
    repairs = [*repairs, *losses(found)]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, REPAIRS: repairs}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


def find_cells(tree):
    """Find the list of cells, wherever the formats keep it."""
    if isinstance(tree, dict) and isinstance(tree.get("content"), dict):
        tree = tree["content"]  # as Jupyter's server sends a notebook
    if not isinstance(tree, dict):
        raise Unreadable("The file is JSON, but not a notebook.", HAND_IN)
    if isinstance(tree.get("cells"), list):
        return tree["cells"]
    if isinstance(tree.get("worksheets"), list):
        sheets = [sheet.get("cells") for sheet in tree["worksheets"] if isinstance(sheet, dict)]
        return [cell for cells in sheets if isinstance(cells, list) for cell in cells]
    link = tree["url"] if isinstance(tree.get("url"), str) else ""
    if "doc_id" in tree or "resource_id" in tree or link.startswith("https://drive.google."):
        raise Unreadable(
            "The file is a shortcut to a notebook on Google Drive, not the notebook.",
            "Open the notebook in Colab, choose File, Download, Download .ipynb, and hand that file in.",
        )
    raise Unreadable("The file is JSON, but not a notebook.", HAND_IN)


def plain_cell(cell, number):
    """Take a cell's type, id, grade id and text, each where it is what it should be."""
    kind, id_, metadata = cell.get("cell_type"), cell.get("id"), cell.get("metadata")
    kind = kind.lower() if isinstance(kind, str) else ""
    kind = TYPES.get(kind) or ("code" if any(key in cell for key in RAN) else "raw")
    grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = grading.get("grade_id") if isinstance(grading, dict) else None
    named = isinstance(name, str) and len(name) <= LONGEST_NAME and name.isprintable()
    plain = {
        "cell_type": kind,
        "id": id_
        if isinstance(id_, str) and re.fullmatch(r"[\w-]{1,64}", id_, re.ASCII)
        else f"cell-{number}",
        "metadata": {"nbgrader": {"grade_id": name}} if named else {},
        "source": text_of(cell),
    }
    return {**plain, "outputs": [], "execution_count": None} if kind == "code" else plain


def text_of(cell):
    """Take a cell's text, in lines or in one; none of one that is too long for an answer."""
    text = raw_text(cell)
    if len(text) > MOST_SOURCE:
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8")  # halves of characters cannot be written


def raw_text(cell):
    """Take a cell's text as it stands."""
    text = next((cell[key] for key in TEXTS if key in cell), "")
    if isinstance(text, list):
        lines = [line for line in text if isinstance(line, str)]
        bare = len(lines) > 1 and not any("\n" in line for line in lines)  # some tools leave line ends out
        text = ("\n" if bare else "").join(lines)
    return text if isinstance(text, str) else ""


def losses(found):
    """Say what of some cells was left behind that a person may miss."""
    cells = [cell for cell in found if isinstance(cell, dict)]
    attached = [cell.get("attachments") for cell in cells]
    pictures = sum(len(a) if isinstance(a, dict) else a for a in attached if isinstance(a, int | dict))
    long = sum(len(raw_text(cell)) > MOST_SOURCE for cell in cells)
    said = {
        "attached picture": (pictures, "stayed behind: look at the file as it was handed in"),
        "cell": (long, f"stayed behind: more than {MOST_SOURCE:,} characters long"),
        "entry": (len(found) - len(cells), "stayed behind: no cell"),
    }
    return [f"{counted(count, what)} {tail}." for what, (count, tail) in said.items() if count]


def counted(count, what):
    """Write a number and what it counts.

    Examples
    --------
    >>> counted(1, "cell"), counted(2, "entry")
    ('1 cell', '2 entries')
    """
    if count == 1:
        return f"1 {what}"
    return f"{count:,} {what[:-1]}ies" if what.endswith("y") else f"{count:,} {what}s"
