"""Any bytes become a plain notebook, or a refusal in two sentences; nothing else of what came in is left."""

import json

import nbformat
import pytest
from grading.damaged import BANK
from grading.damaged.bank import BIAS, as_bytes, own, right_answer
from hypothesis import example, given
from hypothesis import strategies as st

from cnnlab.grading.reading import MOST_CELLS, REPAIRS, plain_notebook, read_notebook
from cnnlab.grading.reading.parsing import MOST_BROKEN, Unreadable
from solutions.sample_class import LOOPS

WHOLE = as_bytes(right_answer())


def read(*cells, **others):
    return read_notebook(json.dumps({"cells": list(cells), **others}).encode())


def is_plain(notebook):
    """What `read_notebook` promises, whatever it was given."""
    assert set(notebook) == {"nbformat", "nbformat_minor", "metadata", "cells"}
    assert set(notebook["metadata"]) == {"kernelspec", "language_info", REPAIRS}
    assert all(isinstance(said, str) and said.endswith(".") for said in notebook["metadata"][REPAIRS])
    for cell in notebook["cells"]:
        assert all(type(cell[key]) is str for key in ("cell_type", "id", "source"))
        assert set(cell["metadata"]) <= {"nbgrader"}
        assert cell.get("outputs", []) == [] and cell.get("execution_count") is None
        assert not {"\r", "\0"} & set(cell["source"])
    json.dumps(notebook, ensure_ascii=False, allow_nan=False).encode()
    return True


def is_read_or_refused(read, handed_in):
    """Whether it is read as promised, or refused in whole sentences."""
    refused = None
    try:
        notebook = read(handed_in)
    except Unreadable as error:
        refused = error
    if refused is None:
        return is_plain(notebook)
    assert refused.note.endswith(".") and refused.advice.endswith(".") and refused.name == "unreadable"
    return True


@pytest.mark.parametrize("damage", BANK, ids=lambda damage: damage.name)
def test_what_came_in_damaged_is_read_or_refused(damage):
    assert is_read_or_refused(read_notebook, damage.data())


@pytest.mark.parametrize("damage", BANK, ids=lambda damage: damage.name)
@pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")
def test_what_is_read_is_a_valid_notebook(damage):
    if damage.status == "graded":
        nbformat.validate(nbformat.from_dict(read_notebook(damage.data())), relax_add_props=False)


@pytest.mark.parametrize(
    ("data", "note", "advice"),
    [
        (b"", "The file is empty.", "Look whether your notebook was saved"),
        (bytes(100), "The file is empty.", "Look whether"),
        (b"%PDF-1.4", "The file is a PDF, not a notebook.", "choose File, Download"),
        (b"PK\x03\x04rest", "The file is a ZIP archive, not a notebook.", "hand in that .ipynb file itself"),
        (b"\x1f\x8b\x08rest", "The file is a gzip archive, not a notebook.", "choose File, Download"),
        (b"\n<html lang='en'>", "The file is a web page, not a notebook.", "choose File, Download"),
        (b"7", "The file is JSON, but not a notebook.", "choose File, Download"),
        (b'{"cells": {"0": {}}}', "The file is JSON, but not a notebook.", "choose File, Download"),
        (b'{"cells": []}', "The notebook has no cells.", "Look whether your work was saved"),
        (
            b'{"url": "https://drive.google.com/open?id=1"}',
            "shortcut to a notebook on Google Drive",
            "in Colab",
        ),
        (b"[" * 10**5, "nested more deeply than any notebook", "Open it in Jupyter, save it"),
        (b"[" + b"[]," * 2 * 10**6, "The file holds millions of lists", "Open it in Jupyter, save it"),
        (
            b" " * 26 * 2**20,
            "The file has 27,262,976 bytes; no more than 26,214,400",
            "Clear Outputs of All Cells",
        ),
        (
            b'{"cells": [1 2]}',
            "a broken one (line 1: Expecting ',' delimiter)",
            "Open it in Jupyter, save it",
        ),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS's placeholder", "choose File, Download"),
    ],
    ids=range(15),
)
def test_what_is_no_notebook_is_called_by_its_name(data, note, advice):
    with pytest.raises(Unreadable) as refused:
        read_notebook(data)
    assert note in refused.value.note
    assert advice in refused.value.advice


def test_two_versions_with_other_cells_are_not_chosen_between():
    texts = [json.dumps({"cells": [own(source)]}) for source in ("x = 1", "x = 2")]
    with pytest.raises(Unreadable, match="unfinished merge of two versions that differ in their cells"):
        read_notebook("<<<<<<< a\n{}\n=======\n{}\n>>>>>>> b".format(*texts).encode())


def test_a_file_with_many_broken_places_is_not_mended():
    def broken(places):
        return WHOLE.replace(b'"source": [', b'"source" [', places)

    (said,) = read_notebook(broken(MOST_BROKEN))["metadata"][REPAIRS]
    assert said == f"The file is damaged: {34 - MOST_BROKEN} cells were read from it."
    with pytest.raises(Unreadable, match="not a notebook, or a broken one"):
        read_notebook(broken(MOST_BROKEN + 1))


def test_every_cut_leaves_the_cells_before_it():
    counts = []
    for end in range(0, len(WHOLE), 331):
        try:
            counts.append(len(read_notebook(WHOLE[:end])["cells"]))
        except Unreadable:
            counts.append(0)
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 34)


def test_texts_are_read_in_every_form():
    cells = [
        own(source) for source in ("a\r\nb", ["a\n", "b"], ["a", "b"], ["a\n", None, 3, "b"], None, 7, {}, [])
    ]
    assert [cell["source"] for cell in read(*cells)["cells"]] == ["a\nb"] * 4 + [""] * 4


def test_code_is_left_as_it_is():
    source = "x\u00a0= '\u2028\x0c'  # nbsp, line separator, form feed"
    assert read(own(source))["cells"][0]["source"] == source


def test_old_encodings_are_read_and_bytes_that_are_none_in_a_modern_one():
    cell = json.dumps({"cells": [own("# für, voilà")]}, ensure_ascii=False)
    assert read_notebook(cell.encode("latin-1"))["cells"][0]["source"] == "# für, voilà"
    assert read_notebook(cell.encode().replace(b"f", b"\xff"))["cells"][0]["source"] == "# \ufffdür, voilà"


def test_cells_without_a_type_are_code_where_they_ran():
    cells = [
        {"source": "a", "outputs": []},
        {"source": "b"},
        {"cell_type": "Markdown"},
        {"cell_type": "heading"},
    ]
    assert [cell["cell_type"] for cell in read(*cells)["cells"]] == ["code", "raw", "markdown", "markdown"]


def test_ids_that_are_none_are_numbered():
    cells = [{**own("x"), "id": id_} for id_ in ("good-1", "<b>", "", 7, "a" * 65)]
    assert [cell["id"] for cell in read(*cells)["cells"]] == [
        "good-1",
        "cell-2",
        "cell-3",
        "cell-4",
        "cell-5",
    ]


def test_of_metadata_the_grade_id_alone_is_left():
    cell = {**own("x"), "metadata": {"nbgrader": {"grade_id": BIAS, "points": 99}, "tags": ["<script>"]}}
    notebook = read(cell, metadata={REPAIRS: ["I deserve more."], "title": "<script>"})
    assert notebook["cells"][0]["metadata"] == {"nbgrader": {"grade_id": BIAS}}
    assert notebook["metadata"][REPAIRS] == []
    assert "script" not in json.dumps(notebook)


def test_a_broken_file_says_what_was_read_of_it():
    (said,) = read_notebook(WHOLE.replace(b'"## Rung 2', b"## Rung 2"))["metadata"][REPAIRS]
    assert said == "The file is damaged: 33 cells were read from it."


def test_a_script_with_jupytexts_titles_keeps_names_and_types():
    script = f'# %% [markdown]\n# Hello\n\n# %% nbgrader={{"grade_id": "{BIAS}"}}\n{LOOPS[BIAS]}'
    text, answer = read_notebook(script.encode())["cells"]
    assert (text["cell_type"], text["source"]) == ("markdown", "# Hello")
    assert answer["metadata"] == {"nbgrader": {"grade_id": BIAS}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "metadata", "nbgrader", "id"]), inner
        )
    ),
    max_leaves=20,
)


@given(st.binary(max_size=200) | st.binary(max_size=50).map(lambda noise: WHOLE[:3000] + noise))
@example(b"\xff\xfe{\x00")
@example(b"# %%\n\xe9")
@example(b"<<<<<<<\n=======\n>>>>>>>")
@example(b'{"cell_type"')
def test_any_bytes_are_read_or_refused(data):
    assert is_read_or_refused(read_notebook, data)


@given(st.integers(0, len(WHOLE)), st.integers(0, 9), st.binary(max_size=3))
def test_any_damage_in_one_place_is_read_or_refused(place, lost, junk):
    assert is_read_or_refused(read_notebook, WHOLE[:place] + junk + WHOLE[place + lost :])


@given(JSON)
@example({"cells": [{"attachments": True, "source": "x", "metadata": {"nbgrader": {"grade_id": "\ud800"}}}]})
@example({"worksheets": [None, {"cells": None}, {"cells": [{"cell_type": [], "id": {}}]}]})
def test_any_json_is_read_or_refused(tree):
    assert is_read_or_refused(plain_notebook, tree)


def test_too_many_cells_are_refused():
    with pytest.raises(Unreadable, match="has 5,001 cells; no more than 5,000 are read"):
        read(*[own("")] * (MOST_CELLS + 1))
