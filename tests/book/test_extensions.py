"""The book's Sphinx helpers: numbers from slugs, listings, and pages as plain Markdown."""

import re

import nbformat
import numpy as np
import pytest
from docutils import nodes
from docutils.core import publish_doctree
from figures import style
from listings import fold_docstrings
from myst_parser.parsers.docutils_ import Parser
from notebooks import build_notebook, committed, figure_files
from numbering import chapter
from to_markdown import CELL, convert

from .conftest import ROOT


def markdown(text):
    """What the notebook makes of a piece of MyST."""
    settings = {"myst_enable_extensions": ["dollarmath", "deflist"], "report_level": 5}
    return convert(publish_doctree(text, parser=Parser(), settings_overrides=settings))


def test_a_listing_keeps_the_idea_of_its_docstring():
    source = 'def f(x):\n    """Idea.\n\n    More.\n    """\n    def g():\n        """In.\n        More."""\n'
    assert fold_docstrings(source) == 'def f(x):\n    """Idea."""\n    def g():\n        """In."""'


def test_a_part_of_a_function_is_left_alone():
    assert fold_docstrings("    y = x[0]\nreturn y") == "    y = x[0]\nreturn y"


@pytest.mark.parametrize(("page", "number"), [("ch08_conv_backward", 8), ("notation", None), ("ch8", None)])
def test_the_slug_holds_the_number(page, number):
    assert chapter(page) == number


@pytest.mark.parametrize(
    "text",
    [
        "Words, *stressed*, **strong**, `code` and $x_i^2$.",
        "- one\n- two\n\n  - inner\n- three",
        "3. three\n4. four",
        "| a | b |\n| --- | --- |\n| 1 | `x` |",
        "```\nx = 1\n```",
        "````\n```\n````",
        "> quoted\n> twice",
        "[a link](https://example.org)",
    ],
)
def test_plain_markdown_stays_as_it_is(text):
    assert markdown(text) == text


def test_an_admonition_becomes_a_quotation_and_a_fold_a_fold():
    assert markdown("```{note}\nHear.\n```") == "> **Note**\n> \n> Hear."
    folded = markdown("```{admonition} Why?\n:class: dropdown\nSo.\n```")
    assert folded == "<details><summary>Why?</summary>\n\nSo.\n\n</details>"


def test_lines_of_a_formula_are_split_as_on_the_page():
    assert (
        markdown("```{math}\na &= b \\\\\nc &= d\n```")
        == "$$\n\\begin{split}a &= b \\\\\nc &= d\\end{split}\n$$"
    )


def test_an_interactive_figure_becomes_a_sentence():
    raw = nodes.raw(
        "", '<cnn-push-back id="cnn-push-back" caption="What &amp; where"></cnn-push-back>', format="html"
    )
    raw["page"] = "ch08.html"
    assert convert(raw).endswith("(ch08.html#cnn-push-back): What & where")


def test_cells_that_the_page_hides_stand_in_the_notebook():
    cells = {i: nbformat.v4.new_code_cell(f"cell {i}") for i in (1, 3, 5)}
    text = f"# Title\n\nWords.\n\n{CELL.format(3)}\n\nMore.\n\n{CELL.format(5)}"
    sources = [cell.source for cell in build_notebook(text, cells, first="figures").cells]
    assert sources[0].startswith("# Title\n\n*This is the notebook")
    assert sources[1:] == ["figures", "cell 1", "cell 3", "More.", "cell 5"]


def test_figure_programs_are_found_with_what_they_import():
    files = figure_files(ROOT / "book", "from figures.ch08_conv_backward import fig_where_it_went")
    assert set(files) == {"figures/ch08_conv_backward.py", "figures/style.py", "figures/__init__.py"}
    files = figure_files(ROOT / "book", "from experiments.results import result_of")
    of_results = {"experiments/results.py", "experiments/__init__.py"}
    assert set(files) == of_results | {"experiments/bench/records.py", "experiments/bench/__init__.py"}


def test_the_results_that_a_page_names_are_found():
    book = ROOT / "book"
    assert committed(book, ['result_of("padding")', 'load("experiments/mnist.json")', "shifts"]) == [
        "experiments/mnist.json",
        "experiments/padding.json",
    ]


def test_a_figure_is_drawn_in_css_variables_alone():
    fig, ax = style.figure(2, 2)
    style.grid(ax, [[1, 2], [3, 4]], style.INPUT, highlight=[(0, 0)], faint=np.s_[1, :], title="x")
    themes, drawing = style.themed_svg(fig).split("</style>", 1)
    assert all(colour in themes for theme in style.THEMES.values() for colour in theme.values())
    assert re.findall(r"#[0-9a-f]{6}", drawing) == []
    assert {"var(--input)", "var(--ink)", "var(--line)", "var(--faint)"} <= set(
        re.findall(r"var\(.*?\)", drawing)
    )


@pytest.mark.parametrize("cells", [np.s_[0:2, 1], [(0, 1), (1, 1)], np.array([[0, 1], [0, 1], [0, 0]]) > 0])
def test_cells_are_named_by_slices_a_list_or_a_mask(cells):
    assert style.mask_of(cells, (3, 2)).tolist() == [[False, True], [False, True], [False, False]]
