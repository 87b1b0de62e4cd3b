"""Help is a ladder: each rung names a section of the book, folds two hints, and never gives the answer."""

import json
import re
from pathlib import Path

import pytest

from cnnlab.checks import find_exercise

ROOT = Path(__file__).parents[2]
RUNG = re.compile(
    r"## (?P<title>.+)\n\n"
    r"\*(?P<pointer>Chapter \d+, \"[^\"]+\")\.?\*\n\n"
    r"(?P<task>.+?)\n\n"
    r"<details><summary>A first hint</summary>\n\n(?P<first>.+?)\n\n"
    r"<details><summary>A second hint</summary>\n\n(?P<second>.+?)\n\n"
    r"</details></details>",
    re.DOTALL,
)


def texts(slug):
    """Read a released notebook's text cells that fold something."""
    cells = json.loads((ROOT / "exercises" / slug / f"{slug}.ipynb").read_text(encoding="utf-8"))["cells"]
    found = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return [text for text in found if "<details" in text]


@pytest.fixture
def rungs(slug):
    """The text of every capability, in its parts."""
    return {
        capability.name: RUNG.fullmatch(text)
        for capability, text in zip(find_exercise(slug).capabilities, texts(slug), strict=True)
    }


def headings(page):
    chapter = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8").replace("$", "")
    chapter = re.sub(r"^(`{3,}).*?^\1$", "", chapter, flags=re.DOTALL | re.MULTILINE)  # comments in cells
    return re.findall(r"^##+ (.+)$", chapter, re.MULTILINE)


def test_every_capability_has_a_section_and_exactly_two_hints(slug, rungs):
    assert [name for name, parts in rungs.items() if parts is None] == []
    for text in texts(slug):
        assert text.count("<details") == text.count("<summary>") == text.count("</details>") == 2


def test_the_section_is_that_of_the_feedback(slug, rungs):
    exercise = find_exercise(slug)
    pointers = {c.name: exercise.pointer(c) for c in exercise.capabilities}
    assert {name: parts["pointer"] for name, parts in rungs.items()} == pointers


def test_every_section_that_a_rung_names_is_in_the_book(slug):
    pages = {int(p.stem[2:4]): p.stem for p in (ROOT / "book").glob("ch*.md")}
    named = [found for text in texts(slug) for found in re.findall(r'Chapter (\d+), "([^"]+)"', text)]
    assert len(named) >= len(find_exercise(slug).capabilities)
    assert [(n, title) for n, title in named if title not in headings(pages[int(n)])] == []


def test_the_help_is_a_ladder(slug, rungs):
    for name, parts in rungs.items():
        assert parts["first"] != parts["second"], name
        for step in ("first", "second"):
            assert 30 < len(parts[step]) < 400, (name, step)
            assert "```" not in parts[step], (name, step)  # a whole piece of code would be the answer


def test_no_hint_holds_a_line_of_the_answer(slug, rungs):
    from cnnlab.grading.release import stamp

    source = stamp((ROOT / "solutions" / slug / "notebook.py").read_text(encoding="utf-8"))
    answers = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, re.DOTALL)
    lines = {line.strip() for body in answers for line in body.splitlines()}
    hints = "\n".join(parts[step] for parts in rungs.values() for step in ("first", "second"))
    assert [line for line in lines if len(line) > 16 and line in hints] == []
