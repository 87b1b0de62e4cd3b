"""Feedback pages and reports link to sections that the built book has."""

import pytest

from cnnlab.checks import EXERCISES, find_exercise
from cnnlab.grading.pages import examples


@pytest.mark.parametrize("slug", EXERCISES)
def test_every_worked_example_is_where_feedback_says(slug, book):
    for words, address in examples(find_exercise(slug)).values():
        page, _, anchor = address.rpartition("/")[2].partition("#")
        assert words.startswith(f"Chapter {int(page[2:4])},")
        assert f'id="{anchor}"' in (book / page).read_text(encoding="utf-8")
