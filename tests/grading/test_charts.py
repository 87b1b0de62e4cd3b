"""Pictures say in words what they show, and take no text for markup."""

import re

import pytest
from a_class import EVIL

from cnnlab.grading.pages.charts import MEANINGS, SIGNS, bar, histogram, strip


def numbers(svg, name):
    return [float(value) for value in re.findall(rf'<rect[^>]* {name}="([\d.]+)', svg)]


def test_a_strip_is_as_long_as_the_points():
    svg = strip("s", "t", "d", [("a", "right", 3), ("b", "wrong", 1), ("c", "missing", 2), ("d", "error", 0)])
    widths = numbers(svg, "width")
    assert sum(widths) == pytest.approx(100, abs=0.1)
    assert widths[0] == pytest.approx(3 * widths[1], abs=0.1)
    assert widths[3] > 4
    assert re.findall(r'class="sign">(.)<', svg) == ["✓", "✗", "–", "!"]


def test_a_label_without_room_is_left_out():
    assert "flatten" not in strip("s", "t", "d", [("flatten and accuracy", "right", 1), ("b", "right", 99)])


def test_columns_are_as_high_as_their_numbers():
    svg = histogram("h", "t", "d", [("0", 1), ("1", 4), ("2", 0)])
    heights = numbers(svg, "height")
    assert heights == [31.5, 126, 0]  # of 170, less a line for the numbers and one for the labels
    assert re.findall(r'class="many">(\d*)<', svg) == ["1", "4", ""]
    assert 'role="img" aria-labelledby="h-title h-text"' in svg


def test_an_empty_picture_is_a_picture():
    assert "<rect" not in histogram("h", "t", "d", [])
    assert "<rect" not in strip("s", "t", "d", [])


@pytest.mark.parametrize(("share", "width"), [(-0.5, "0.0%"), (0.5, "50.0%"), (7, "100.0%")])
def test_a_bar_stays_in_its_bounds(share, width):
    assert f'width="{width}"' in bar(share)


def test_texts_stay_texts():
    svg = strip("s", EVIL, EVIL, [(EVIL[:9], "right", 1)])
    assert "<script" not in svg
    assert "&lt;script" in svg
    assert not re.search("[\0\x1b\u202e\ud800]", svg)


def test_every_state_has_a_sign_of_its_own_and_words():
    assert SIGNS.keys() == MEANINGS.keys()
    assert len(set(SIGNS.values())) == len(SIGNS)
