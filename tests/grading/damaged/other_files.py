"""Another file in the place of the notebook."""

import gzip
import io
import random
import zipfile

from grading.damaged.bank import BIAS, BY_CODE, INPUT, PUT_BACK, WEIGHT, as_text, damage

from solutions.sample_class import LOOPS


@damage(status="unreadable")
def empty_file(notebook):
    """Saved, but nothing arrived."""
    return b""


@damage(status="unreadable")
def no_cells(notebook):
    """A new notebook in the place of the old one."""
    return {**notebook, "cells": []}


@damage(status="unreadable")
def pdf(notebook):
    """Printed instead of saved."""
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"


@damage(status="unreadable")
def zip_archive(notebook):
    """Packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("answer.ipynb", as_text(notebook))
    return packed.getvalue()


@damage(status="unreadable")
def gzip_archive(notebook):
    """Packed, of many zeros: it would be a thousand times as large."""
    return gzip.compress(bytes(1_000_000))


@damage(status="unreadable")
def web_page(notebook):
    """Exported as HTML."""
    return b"<!DOCTYPE html>\n<html><head><title>ch08</title></head><body><pre>def conv_backward_bias(dy):"


@damage(status="unreadable")
def drive_shortcut(notebook):
    """What a folder shared with Google Drive holds in the place of a notebook."""
    return {"url": "https://drive.google.com/open?id=1", "doc_id": "1", "email": "ada@example.org"}


@damage(status="unreadable")
def other_json(notebook):
    """A list of marks."""
    return b"[1, 2, 3]"


@damage(status="unreadable")
def noise(notebook):
    """Bytes that mean nothing."""
    return random.Random(8).randbytes(5000)


@damage(status="unreadable")
def prose(notebook):
    """An excuse."""
    return b"Dear teacher, my notebook is at home. Sorry!\n"


@damage(status="unreadable")
def bottomless(notebook):
    """Lists in lists in lists."""
    return b'{"cells": ' + b"[" * 100_000


@damage("A Python script was handed in: its parts were read as cells.", *BY_CODE, *PUT_BACK)
def notebook_as_script(notebook):
    """Exported as a script by Jupyter: code alone, divided by comments."""
    codes = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    codes = [code for code in codes if "Hidden" not in code]
    return "".join(f"\n# In[{n}]:\n\n\n{code}\n" for n, code in enumerate(codes)).encode()


@damage(
    "A Python script was handed in: its parts were read as cells.",
    BY_CODE[0],
    f"The answer {WEIGHT} was found in the cell {BIAS}.",
    f"The answer {INPUT} was found in the cell {BIAS}.",
    "The cell conv_backward-imports was missing: it was put back.",
    *PUT_BACK,
)
def answers_in_a_module(notebook):
    """A module with the three functions."""
    return (
        "import numpy as np\nfrom cnnlab import resolve_padding\n\n" + "\n\n".join(LOOPS.values())
    ).encode()
