"""Why results differ: each cell was run or is cited, and this library gives its answer by the stated call."""

import ast
import doctest
import re

import numpy as np
import pytest
from experiments.rosetta import LIBRARIES, ROWS, cells, page
from experiments.rosetta.cells import Cell, Row, agree
from experiments.rosetta.libraries import DISTRIBUTIONS, MODULES, installed
from experiments.rosetta.run import ask, here

from .conftest import ROOT

TEXT = (ROOT / "book/rosetta.md").read_text(encoding="utf-8")
SOURCES = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "book/references.bib").read_text("utf-8"), re.MULTILINE))
RESULT = page.load()
RECORDED = [library for library in MODULES if library != "cnnlab"]
ASKED = [(key, library) for key, row in ROWS.items() for library in MODULES if row.cells[library]]
REFUSED = {("same-stride", "PyTorch")}  # no "same" with a stride


def recorded(key, library):
    return RESULT["rows"][key].get(library, [])


@pytest.mark.parametrize("key", ROWS)
def test_every_library_has_a_cell_or_a_dash(key):
    row = ROWS[key]
    assert tuple(row.cells) == LIBRARIES
    assert row.cells["cnnlab"]
    shown = page.show(RESULT, key).text.splitlines()
    dashes = [line for line in shown if line.startswith(r"| \- |")]
    without = [library for library in LIBRARIES if not row.cells[library]]
    assert dashes == [line for line in dashes if "; ".join(without) in line] and bool(dashes) == bool(without)
    for library in set(LIBRARIES) - set(without):
        assert any(re.search(rf"[|;] {library}( \(cited\))?[; ]", line) for line in shown)
        assert f'\n{library} <span class="rosetta-mark">' in page.calls(RESULT, key).text


@pytest.mark.parametrize("key", ROWS)
def test_its_numbers_make_the_difference_visible(key):
    said = {
        str(cell.says if ours is None else page.written(ours)) for _, cell, _, ours in page.cells(RESULT, key)
    }
    assert len(said) > 1


def test_each_row_stands_on_the_page_with_the_way_to_the_other_answer():
    sections = dict(
        re.findall(r"^\(rosetta-([\w-]+)\)=\n### [^\n]+\?\n(.*?)(?=^\(rosetta|\Z)", TEXT, re.S | re.M)
    )
    assert list(sections) == list(ROWS)
    for key, section in sections.items():
        assert f'page.show(result, "{key}")' in section
        assert f'page.calls(result, "{key}")' in section
        assert len(re.findall(r"^\*\*From one to the other:\*\* [^\n]+\.$", section, re.M)) == 1


def test_the_page_types_no_answer_and_counts_its_rows_right():
    assert len(ROWS) == 31 and "thirty-one small questions to eight libraries" in TEXT and len(LIBRARIES) == 8


@pytest.mark.parametrize(("key", "library"), ASKED)
def test_a_cell_is_what_was_asked_and_this_library_gives_its_answer(key, library):
    row = ROWS[key]
    answers = ask(key, library) if library == "cnnlab" else recorded(key, library)
    assert [cell.call for cell in row.cells[library]] == [answer["call"] for answer in answers]
    refused = [answer["gives"] for answer in answers if page.refused(answer["gives"])]
    assert bool(refused) == ((key, library) in REFUSED)
    for cell, answer in zip(row.cells[library], answers, strict=True):
        code = cell.call if library == "cnnlab" else cell.here or row.here
        if not page.refused(answer["gives"]):
            assert agree(here(code, row.given), answer["gives"])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("key", "library"), [asked for asked in ASKED if asked[1] != "cnnlab"])
def test_asked_again_it_answers_the_same(key, library):
    if not installed(library):
        pytest.skip(f"{library} is not installed")
    for again, before in zip(ask(key, library), recorded(key, library), strict=True):
        assert agree(again["gives"], before["gives"])


def test_a_cell_is_run_or_cited():
    for key, row in ROWS.items():
        for library, found in row.cells.items():
            for cell in found:
                if library in MODULES:
                    assert not (cell.source or cell.says)
                else:
                    assert cell.source in SOURCES
                    assert bool(cell.here) != bool(cell.says), key
    assert set(LIBRARIES) - set(MODULES) == {"MATLAB"}
    assert set(RESULT["rows"]) == set(ROWS)
    assert all(set(row) <= set(RECORDED) for row in RESULT["rows"].values())


def test_each_source_is_shown_with_its_cell():
    for key, row in ROWS.items():
        text = page.calls(RESULT, key).text
        for cell in row.cells["MATLAB"]:
            assert f"{{cite:p}}`{cell.source}`" in text


def test_versions_are_recorded_and_asked_for_again():
    assert list(RESULT["versions"]) == list(DISTRIBUTIONS)
    wanted = (ROOT / "book/experiments/rosetta/requirements.txt").read_text(encoding="utf-8")
    for name, number in RESULT["versions"].items():
        assert f"\n{DISTRIBUTIONS[name]}=={number.partition('+')[0]}\n" in wanted  # torch: 2.13.0+cpu


def test_calls_are_python_that_names_what_the_row_gives():
    for row in ROWS.values():
        given = {node.id for node in ast.walk(ast.parse(row.given)) if isinstance(node, ast.Name)} - {"np"}
        for found in row.cells.values():
            for cell in found:
                if cell.here:
                    ast.parse(cell.here)
        assert given <= {
            n.id for n in ast.walk(ast.parse(row.given + "\n" + row.here)) if isinstance(n, ast.Name)
        }


def test_a_wrong_conversion_stops_the_page(monkeypatch):
    turned = {**ROWS["flip"].cells, "NumPy": (Cell('np.convolve(x, w, "valid")'),)}
    monkeypatch.setitem(ROWS, "flip", Row(ROWS["flip"].given, turned))
    with pytest.raises(AssertionError, match="flip, NumPy"):
        page.show(RESULT, "flip")


def test_a_call_that_was_never_recorded_stops_the_page(monkeypatch):
    other = {**ROWS["flip"].cells, "PyTorch": (Cell("torch.ones(3)"),)}
    monkeypatch.setitem(ROWS, "flip", Row(ROWS["flip"].given, other))
    with pytest.raises(AssertionError, match="another call was recorded"):
        page.show(RESULT, "flip")


def test_overview_says_same_other_both_and_none():
    table = page.overview(RESULT).text.splitlines()
    lines = {
        line.split("|")[1].strip(): [sign.strip() for sign in line.split("|")[2:-1]] for line in table[2:]
    }
    assert list(lines) == [f"{{ref}}`rosetta-{key}`" for key in ROWS]
    assert lines["{ref}`rosetta-flip`"] == ["±", "±", "=", "=", "±", "=", "±"]
    assert lines["{ref}`rosetta-same-stride`"][:4] == ["≠", "≠", "≠", "="]
    assert lines["{ref}`rosetta-leaky`"] == ["-", "-", "=", "≠", "=", "=", "="]


def test_answers_agree_by_shape_and_number_only():
    assert agree([1.0, 2.0], [1.000001, 2.0])
    assert not agree([1.0, 2.0], [1.001, 2.0])
    assert not agree([1.0, 1.0], 1.0)
    assert not agree(0.0, 1e-8)
    assert not agree("RuntimeError: no", [1.0])
    assert cells.numbers(np.float32([[0.1, -0.3]])) == [0.1, -0.3]


@pytest.mark.parametrize("module", [cells, page])
def test_examples(module):
    tried = doctest.testmod(module)
    assert tried.attempted and not tried.failed
