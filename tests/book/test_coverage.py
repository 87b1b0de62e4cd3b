"""The sources' 133 items and 71 errata: each has a place in the book, or a chapter that is still to come."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

BOOK = Path(__file__).parents[2] / "book"
COVERAGE = yaml.safe_load((BOOK / "coverage.yml").read_text())
TOC = yaml.safe_load((BOOK / "_toc.yml").read_text())
PAGES = ["index", *(page["file"] for part in TOC["parts"] for page in part["chapters"])]
TEXTS = {page: (BOOK / f"{page}.md").read_text() for page in PAGES}
LABELS = {label for text in TEXTS.values() for label in re.findall(r"^\(([\w-]+)\)=$", text, flags=re.M)}
WRITTEN = {page[:4] for page in PAGES if re.match(r"ch\d\d_", page)}
PLACES = {
    **{str(item): row["places"] for item, row in COVERAGE["items"].items()},
    **COVERAGE["errata"],
}
ROWS = re.findall(r"^\| (S\d-E\w+) \| .* \| ([^|]+) \|$", TEXTS["appendix"], flags=re.M)


def chapter(place):
    """The chapter of a section's label, of a page's label or of a chapter to come."""
    return place[:4] if place.startswith("ch") else place


def test_nothing_of_the_sources_is_left_out():
    assert list(COVERAGE["items"]) == list(range(1, 134))
    assert Counter(erratum[:2] for erratum in COVERAGE["errata"]) == {"S0": 13, "S1": 31, "S2": 8, "S3": 19}


@pytest.mark.parametrize("name", PLACES)
def test_it_has_a_place(name):
    assert PLACES[name]
    for place in PLACES[name]:
        if re.fullmatch(r"ch\d\d", place):
            assert place not in WRITTEN, f"{place} is written: which section of it?"
        else:
            assert place in LABELS


@pytest.mark.parametrize("erratum", COVERAGE["errata"])
def test_an_erratum_stands_in_the_appendix_and_leads_to_its_place(erratum):
    where = " ".join(cell for name, cell in ROWS if name == erratum)
    linked = {chapter(label) for label in re.findall(r"(?:<|\{ref\}`)([\w-]+)[>`]", where)}
    to_come = {f"ch{number}" for number in re.findall(r"\b(\d\d)\b", where)}
    assert linked | to_come == {chapter(place) for place in PLACES[erratum]}
