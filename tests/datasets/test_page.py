"""The page on data: its cells run with what is here and with the stand-ins, and its tables name all."""

import re
from pathlib import Path

import numpy as np
import pytest
from figures import data, style

from cnnlab.datasets import catalogue

PAGE = Path(__file__).parents[2] / "book" / "data.md"
CELL = re.compile(r"```\{code-cell\} ipython3\n(?:---\n.*?---\n)?(?::tags:.*?\n)?(.*?)```", re.DOTALL)


@pytest.fixture(params=["real", "stand-ins"])
def told(request, capsys):
    """What the cells print and leave behind: a page that runs through."""
    request.getfixturevalue("data" if request.param == "real" else "nowhere")
    names = {}
    for cell in CELL.findall(PAGE.read_text(encoding="utf-8")):
        exec(compile(cell, str(PAGE), "exec"), names)
    return names | {"printed": capsys.readouterr().out}


def test_the_page_runs(told):
    assert "to learn from" in told["printed"]
    assert str(Path.home()) not in told["printed"]


def test_the_tables_have_a_line_for_each_set(told):
    for table in (data.table(), data.splits()):
        lines = table._repr_markdown_().splitlines()
        assert [line.split("`")[1].replace("\xa0", " ") for line in lines[2:]] == list(catalogue())
        assert len({line.count(" | ") for line in lines}) == 1


def test_ink_is_the_image_and_the_paper_is_empty():
    _, ax = style.figure()
    data.ink(ax, np.array([[0, 0.25], [1, 2]]), "#0072b2")
    (sheet,) = (drawn.get_array() for drawn in ax.get_images())
    np.testing.assert_allclose(sheet[..., 3], [[0, 0.25], [1, 1]])
    np.testing.assert_allclose(sheet[0, 0, :3] * 255, [0, 0x72, 0xB2])
