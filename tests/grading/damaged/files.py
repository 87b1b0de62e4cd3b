"""The file: its encoding, its ends, its size, and what an upload or an editor did to it."""

import json

from grading.damaged.bank import BIAS, PUT_BACK, WEIGHT, as_bytes, as_text, damage, find, own, put


@damage()
def nothing_happened(notebook):
    """All is as it should be."""
    return notebook


@damage()
def byte_order_mark(notebook):
    """Saved by an editor of Windows."""
    return b"\xef\xbb\xbf" + as_bytes(notebook)


@damage()
def utf_16(notebook):
    """Sent through PowerShell's `>`."""
    return as_text(notebook).encode("utf-16")


@damage()
def latin_1(notebook):
    """Saved in an old encoding, with an accent in a comment."""
    find(notebook, BIAS)["source"].append("\n# für jedes Bild, à chaque place")
    return as_text(notebook).encode("latin-1", "replace")


@damage()
def windows_line_ends(notebook):
    """Line ends of Windows, in the file and in the cells."""
    for cell in notebook["cells"]:
        cell["source"] = [line.replace("\n", "\r\n") for line in cell["source"]]
    return as_text(notebook).replace("\n", "\r\n").encode()


@damage()
def zeros_at_the_end(notebook):
    """Written while the disk filled up."""
    return as_bytes(notebook) + bytes(512)


@damage()
def null_characters(notebook):
    """Copied off a broken stick: null characters within the code."""
    find(notebook, WEIGHT)["source"].insert(0, "\0\0# my answer\0\n")
    return notebook


@damage()
def half_a_character(notebook):
    """Half an emoji in a remark."""
    return json.dumps(put(notebook, own("well done \ud83d", "markdown"))).encode()


@damage()
def line_ends_within_texts(notebook):
    """Written by a tool that does not escape line ends."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return as_text(notebook).replace("\\n", "\n").encode()


@damage()
def not_a_number(notebook):
    """NaN in an output's data, which is no JSON."""
    notebook["cells"][1]["outputs"] = [
        {"output_type": "display_data", "data": {"x": float("nan")}, "metadata": {}}
    ]
    return notebook


@damage()
def keys_twice(notebook):
    """Merged by hand: some keys are there twice."""
    return as_text(notebook).replace('"nbformat": 4', '"nbformat": 3,\n "nbformat": 4').encode()


@damage()
def a_number_of_many_digits(notebook):
    """An execution count of 5,000 digits, more than Python reads."""
    return (
        as_text(notebook).replace('"execution_count": null', '"execution_count": ' + "9" * 5000, 1).encode()
    )


@damage("The file breaks off in the middle: 33 cells were read before that.")
def cut_in_the_trophy(notebook):
    """The upload stopped within the last cell."""
    text = as_text(notebook)
    return text[: text.index("class YourConv")].encode()


@damage(
    "The file breaks off in the middle: 14 cells were read before that.",
    "The cell conv_backward_input was missing: it was put back.",
    *PUT_BACK[2:],
    earns=4,
)
def cut_in_an_answer(notebook):
    """The upload stopped within the third answer: the first two are whole."""
    text = as_text(notebook)
    return text[: text.index("def conv_backward_input") + 900].encode()


@damage(status="unreadable")
def cut_at_once(notebook):
    """Nothing but the beginning of the first text arrived."""
    return as_bytes(notebook)[:999]


@damage("The file is damaged: 33 cells were read from it.")
def a_text_broken(notebook):
    """Edited by hand: a quotation mark is missing in a text."""
    return as_text(notebook).replace('"## Rung 4', "## Rung 4").encode()


@damage(
    "The file is damaged: 33 cells were read from it.",
    "The cell conv_backward_weight was missing: it was put back.",
    earns=4,
)
def an_answer_broken(notebook):
    """Edited by hand: a quotation mark is missing in an answer."""
    return as_text(notebook).replace('"def conv_backward_weight', "def conv_backward_weight").encode()


@damage("The file is damaged: 34 cells were read from it.")
def comma_too_many(notebook):
    """Edited by hand: a comma after the last cell."""
    text = as_text(notebook)
    end = text.index('\n ],\n "metadata"')
    return (text[:end] + "," + text[end:]).encode()


@damage("The file held an unfinished merge of two versions with the same cells.")
def unfinished_merge_of_outputs(notebook):
    """Git left its marks, where two versions differ in what they printed."""
    return conflict(notebook, '"execution_count": null', '"execution_count": 1', '"execution_count": 2')


@damage(status="unreadable")
def unfinished_merge_of_answers(notebook):
    """Git left its marks, where two versions differ in an answer."""
    line = '"def conv_backward_bias(dy):\\n",'
    return conflict(notebook, line, line, line + '\n    "    return 0\\n",')


def conflict(notebook, line, ours, theirs):
    """Write a file as git leaves it where two people changed a line."""
    lines = as_text(notebook).split("\n")
    place = next(i for i, text in enumerate(lines) if line in text)
    comma = "," if lines[place].endswith(",") and not ours.endswith(",") else ""
    lines[place : place + 1] = ["<<<<<<< HEAD", ours + comma, "=======", theirs + comma, ">>>>>>> theirs"]
    return "\n".join(lines).encode()


@damage()
def large_outputs(notebook):
    """Six megabytes of printed text."""
    notebook["cells"][1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["1234567\n"] * 600_000}
    ]
    return notebook


@damage(status="unreadable")
def much_too_large(notebook):
    """A film in an output."""
    notebook["cells"][1]["outputs"] = [
        {"output_type": "display_data", "data": {"video/mp4": "A" * 27_000_000}}
    ]
    return notebook


@damage("1 cell stayed behind: more than 500,000 characters long.")
def a_million_lines(notebook):
    """A table pasted into a cell of the student's own."""
    return put(notebook, own("x = 1\n" * 1_000_000), before=BIAS)


@damage()
def a_thousand_cells(notebook):
    """Tried out in many small cells."""
    notebook["cells"] += [own(f"x{number} = {number}") for number in range(1000)]
    return notebook


@damage(status="unreadable")
def far_too_many_cells(notebook):
    """A program wrote cell after cell."""
    notebook["cells"] += [own("") for _ in range(6000)]
    return notebook
