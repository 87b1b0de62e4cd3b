"""Hostile bytes to plain JSON: find out what was handed in, and rescue what can be read of it."""

import json
import re

from cnnlab.grading.reading.texts import script_cells

MOST_BYTES = 25 * 2**20
MOST_BRACKETS = 2_000_000  # each becomes an object, of some 80 bytes
MOST_BROKEN = 8  # cells; a file with more broken places is not mended
HAND_IN = "In Jupyter choose File, Download, and hand in that .ipynb file itself."
SAVE_AGAIN = "Open it in Jupyter, save it and hand it in again."
SIGNS = {  # how other files begin
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text document",
    b"\xd0\xcf\x11\xe0": "an Office document",
    b"bplist": "a shortcut",
    b"[InternetShortcut]": "a shortcut",
    b"version https://git-lfs": "Git LFS's placeholder for a file",
}
CELL_BEGINS = re.compile(r'\{\s*"cell_type"')  # never inside a JSON string, where each quote has a backslash
HIGH_BYTES = bytes(range(128, 256))


class Unreadable(Exception):
    """What was handed in cannot be graded.

    Parameters
    ----------
    note, advice : str
        A sentence for the instructor, and one for the student that says what to do.
    """

    name = "unreadable"  # the status of such a submission

    def __init__(self, note, advice):
        super().__init__(f"{note} {advice}")
        self.note, self.advice = note, advice


def decode(data, most=MOST_BYTES):
    r"""Turn a file into text, whatever its encoding, unless it is plainly something else.

    Parameters
    ----------
    data : bytes
    most : int
        Larger files are not looked into.

    Returns
    -------
    str

    Raises
    ------
    Unreadable

    Examples
    --------
    >>> decode(b'\xef\xbb\xbf{"n": "caf\xc3\xa9"}') == decode('{"n": "café"}'.encode("utf-16"))
    True
    >>> decode(b'"caf\xe9"')
    '"café"'
    >>> decode(b"%PDF-1.7")
    Traceback (most recent call last):
    cnnlab.grading.reading.parsing.Unreadable: The file is a PDF, not a notebook. In Jupyter choose ...
    """
    if len(data) > most:
        raise Unreadable(
            f"The file has {len(data):,} bytes; no more than {most:,} are read.",
            "In Jupyter choose Edit, Clear Outputs of All Cells, save the notebook and hand it in again.",
        )
    for sign, what in SIGNS.items():
        if data.startswith(sign):
            raise Unreadable(f"The file is {what}, not a notebook.", HAND_IN)
    text = decode_utf(data) if data else ""
    text = text.strip("\ufeff\0 \t\r\n")  # a disk that filled up leaves zeros at the end
    if not text:
        raise Unreadable("The file is empty.", "Look whether your notebook was saved, and hand it in again.")
    if re.match(r"<!doctype html|<html|<\?xml", text[:100], re.IGNORECASE):
        raise Unreadable("The file is a web page, not a notebook.", HAND_IN)
    return text


def decode_utf(data):
    """Decode UTF-8, 16 or 32; read what is mostly no UTF-8 as Latin-1."""
    text = data.decode(json.detect_encoding(data), "replace")
    high = len(data) - len(data.translate(None, HIGH_BYTES))
    return data.decode("latin-1") if text.count("\ufffd") * 2 > high else text


def parse(text):
    """Read JSON; of a notebook that is cut short or broken, the cells that are whole; of a script, its parts.

    Outputs are dropped while reading, for they can be large.

    Returns
    -------
    tree : object
        Plain lists, dicts, texts and numbers.
    repairs : list of str

    Raises
    ------
    Unreadable

    Examples
    --------
    >>> parse('{"cells": [{"cell_type": "raw", "source": ""}, {"cell_type": "co')
    ({'cells': [{'cell_type': 'raw', 'source': ''}]},
     ['The file breaks off in the middle: 1 cell was read before that.'])
    """
    if text.count("{") + text.count("[") > MOST_BRACKETS:
        raise Unreadable("The file holds millions of lists, as no notebook does.", SAVE_AGAIN)
    try:
        return DECODER.decode(text), []
    except RecursionError:
        raise Unreadable("The file is nested more deeply than any notebook.", SAVE_AGAIN) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}: {error.msg}"
    cells, said = rescue(text)
    if not cells:
        cells = script_cells(text)
        said = "A Python script was handed in: its parts were read as cells."
    if not cells:
        raise Unreadable(f"The file is not a notebook, or a broken one ({where}).", SAVE_AGAIN)
    return {"cells": cells}, [said]


def rescue(text):
    """Read every cell that is whole, and say in a sentence what became of the file."""
    cells, broken, place, in_vain = [], 0, 0, 0
    while match := CELL_BEGINS.search(text, place):
        try:
            cell, place = DECODER.raw_decode(text, match.start())
            if "source" in cell or "input" in cell:  # nbgrader's metadata begin like a cell
                cells.append(cell)
        except (json.JSONDecodeError, RecursionError) as error:
            broken, place = broken + 1, match.end()
            in_vain += getattr(error, "pos", len(text)) - match.start()
        if broken > MOST_BROKEN or in_vain > len(text):
            return [], ""
    many = f"{len(cells)} cells were" if len(cells) > 1 else "1 cell was"
    if not text.endswith("}"):
        return cells, f"The file breaks off in the middle: {many} read before that."
    return cells, f"The file is damaged: {many} read from it."


def lighten(found):
    """Drop the outputs of a cell as soon as it is read; of pictures, keep how many there are."""
    if "outputs" in found:
        found["outputs"] = []
    if "attachments" in found:
        found["attachments"] = len(found["attachments"]) if isinstance(found["attachments"], dict) else 0
    return found


DECODER = json.JSONDecoder(
    object_hook=lighten,
    parse_int=lambda digits: int(digits) if len(digits) < 20 else 0,
    strict=False,  # line ends within texts
)
