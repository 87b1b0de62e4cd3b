"""What students wrote looks as they meant it, and does nothing, on nbgrader's pages."""

from html.parser import HTMLParser

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets.config import Config

from cnnlab.grading.harmless_html import ATTRIBUTES, CLASSES, EVERYWHERE, PICTURE, TAGS, clean
from cnnlab.grading.harmless_pages import HarmlessCells, HideTests, quiet, render

MEANT = {
    "a < b, `x<y>`, $x<y$ & c": "<p>a &lt; b, <code>x&lt;y&gt;</code>, $x&lt;y$ &amp; c</p>\n",
    "$$\\begin{align}a&<b\\end{align}$$": "<p>$$\\begin{align}a&amp;&lt;b\\end{align}$$</p>\n",
    "<details>\n\n*b*\n\n</details>": "<details>\n\n<p><em>b</em></p>\n</details>\n\n",
    "- [x] done": '<ul>\n<li><input type="checkbox" checked disabled>done</li>\n</ul>\n',
    "<span style='color: red; position: fixed'>r</span>": '<p><span style="color: red;">r</span></p>\n',
    "![p](plots/one.png)": '<p><img src="plots/one.png" alt="p"></p>\n',
    "[NumPy](https://numpy.org/?a=1&b=2)": "<p><a>NumPy</a> (https://numpy.org/?a=1&amp;b=2)</p>\n",
    "<https://numpy.org>": "<p><a>https://numpy.org</a></p>\n",
    "# Head": "<h1>Head</h1>\n",
}
HARM = [
    "<script>x()</script>",
    "<a onclick=x()>a</a>",
    "[a](javascript:x())",
    "<a href='JaVa&Tab;script:x()'>a</a>",
    "<a href='&#106;avascript:x()'>a</a>",
    "<svg><script>x()</script></svg>",
    "<math><maction xlink:href='javascript:x()'>a</maction></math>",
    "<img src='data:image/svg+xml;base64,AA=='>",
    "<form action=/><button formaction=x>",
    "<!--><img src=x onerror=x()>-->",
    "<noscript><p title='</noscript><img src=x onerror=x()>'>",
    "```mermaid\n<img src=x onerror=x()>\n```",
    "| a |\n|---|\n| <img src=x onerror=x()> |",
]


@pytest.mark.parametrize("source", MEANT)
def test_what_is_meant_is_shown(source):
    assert render(source) == MEANT[source]
    assert quiet(source) == source


@pytest.mark.parametrize("source", HARM)
def test_what_would_act_does_not(source):
    assert problems(render(source)) == []
    assert quiet(source).startswith("```"), "and is kept within a fence"
    assert problems(render(quiet(source))) == []


@pytest.mark.parametrize(
    "address", ["https://a.b/c.png", "/c.png", "../c.png", "a/../c.png", "//a.b/c.png", "c.png?x"]
)
def test_pictures_come_from_beside_the_notebook(address):
    assert "src" not in render(f"![p]({address})")


@given(
    st.text("<>/=!-'\"` ()[]&;:#\n", max_size=40),
    st.sampled_from(HARM),
    st.text("<>/=!-'\"` \n", max_size=40),
)
def test_no_neighbours_bring_it_back(before, harm, after):
    assert problems(render(before + harm + after)) == []
    assert problems(clean(before + harm + after)) == []


def test_a_fence_is_longer_than_any_within():
    assert quiet("````\n<i>\n````\n<script>") == "`````html\n````\n<i>\n````\n<script>\n`````"


@pytest.mark.parametrize("source", ["<div>" * 3000, "x" * 30_000, "![a](attachment:b.png)"])
def test_whatever_a_renderer_stumbles_over_is_shown(source):
    assert problems(render(source, {"b.png": {}})) == []


def test_outputs_and_metadata_are_what_is_shown():
    cell = new_code_cell("1", metadata={"tags": ["x"], "nbgrader": {"grade_id": "a"}})
    cell.outputs = [new_output("display_data", {"text/html": "x", "image/svg+xml": "x", "text/plain": "y"})]
    resources = {"student": "<i>"}
    notebook, resources = HarmlessCells().preprocess(
        new_notebook(cells=[cell], metadata={"widgets": {}}), resources
    )
    assert notebook.cells[0].outputs[0].data == {"text/plain": "y"}
    assert notebook.cells[0].metadata == {"nbgrader": {"grade_id": "a"}}
    assert "widgets" not in notebook.metadata
    assert resources["student"] == "&lt;i&gt;"


def test_hidden_tests_go_by_the_marks_that_the_course_uses():
    config = Config({"ClearHiddenTests": {"begin_test_delimeter": "VVV", "end_test_delimeter": "AAA"}})
    cell = new_code_cell(
        "a\n# VVV\nb\n# AAA\nc\n# BEGIN MARK SCHEME\nd", metadata={"nbgrader": {"grade": True}}
    )
    own = nbformat.from_dict({**cell, "metadata": {}, "id": "own"})
    notebook, _ = HideTests(config=config).preprocess(new_notebook(cells=[cell, own]), {})
    assert notebook.cells[0].source == "a\nc"
    assert "VVV" in notebook.cells[1].source, "a student's own words stay"


def problems(html):
    """List what a page of ours may not hold."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.problems


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.problems = []

    def handle_starttag(self, tag, attrs):
        self.problems += [tag] * (tag not in TAGS)
        for name, value in attrs:
            known = (
                name in EVERYWHERE or name in ATTRIBUTES.get(tag, ()) or (tag, name) == ("input", "disabled")
            )
            fine = PICTURE.fullmatch(value or "") if name == "src" else name != "href"
            mine = name != "class" or CLASSES.issuperset((value or "").split())
            self.problems += [(tag, name, value)] * (not (known and fine and mine))

    def handle_comment(self, data):
        self.problems.append(data)
