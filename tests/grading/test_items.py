"""Numbers about an exercise, against other ways of computing them, and where there is nothing to compute."""

import statistics
from dataclasses import replace

import numpy as np
import pytest
from a_class import class_of, mark, submission

from cnnlab.grading.pages.items import alpha, analyse, earned_points, point_bins, second_bins


def class_with(*rows, names=("input", "weight", "bias")):
    """A class by what each row earns: a number, or None where it was not marked."""
    return [
        submission(
            f"s{number}",
            *(
                mark(name, "unmarked" if earned is None else "wrong", earned=earned or 0)
                for name, earned in zip(names, row, strict=True)
            ),
        )
        for number, row in enumerate(rows)
    ]


def test_difficulty_is_the_mean_share():
    found = analyse(class_with((3, 3, 0), (3, 0, 0), (0, 0, 1), (0, 0, 0))).items
    assert [item.difficulty for item in found] == [0.5, 0.25, 0.25]


def test_discrimination_leaves_the_capability_itself_out():
    submissions = class_of(40)
    graded = [s for s in submissions if s.status.name == "graded"]
    for place, item in enumerate(analyse(submissions).items):
        own = [s.marks[place].earned for s in graded]
        rest = [s.earned - mine for s, mine in zip(graded, own, strict=True)]
        assert item.discrimination == pytest.approx(statistics.correlation(own, rest))
        assert item.count == len(graded) < len(submissions)


def test_alpha_is_kr20_where_marks_are_all_or_nothing():
    earned = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]], float)
    p = earned.mean(axis=0)
    kr20 = 3 / 2 * (1 - sum(p * (1 - p)) / statistics.pvariance(earned.sum(axis=1).tolist()))
    assert alpha(earned) == pytest.approx(kr20)
    assert kr20 == pytest.approx(0.75)


def test_what_was_not_marked_is_neither_right_nor_wrong():
    submissions = class_with((3, None, 1), (3, 3, 1), (0, 0, 0), (0, None, 0))
    found = analyse(submissions)
    assert [item.count for item in found.items] == [4, 2, 4]
    assert found.items[1].difficulty == 0.5
    assert found.items[0].discrimination == pytest.approx(1)
    assert found.alpha == pytest.approx(alpha(earned_points(submissions)[0][1:3]))


def test_submissions_without_any_mark_say_nothing_and_what_ran_before_a_crash_counts():
    crashed = submission(
        "x", *(mark(name, "unmarked") for name in ("input", "weight", "bias")), status="crashed"
    )
    graded = class_with((3, 3, 0), (3, 0, 0), (0, 0, 1))
    assert analyse([*graded, crashed]) == analyse(graded)
    (half,) = class_with((3, None, None))
    half = replace(half, status=crashed.status)
    assert [item.count for item in analyse([*graded, half]).items] == [4, 3, 3]


@pytest.mark.parametrize(
    ("rows", "readings"),
    [
        ([], []),
        ([(3, 0, 1)], ["everybody has it", "nobody has it", "everybody has it"]),
        ([(3, 0, 1), (0, 3, 0)], ["too little to say"] * 3),
        ([(3, 0, 0), (3, 0, 0), (3, 0, 0)], ["everybody has it", "nobody has it", "nobody has it"]),
        ([(None, None, None)], ["not marked yet"] * 3),
        (
            [(None, 3, 0), (None, 0, 0), (None, 0, 1)],
            ["not marked yet", "hardly tells strong from weak", "hardly tells"],
        ),
    ],
)
def test_too_little_is_said_to_be_too_little(rows, readings):
    found = analyse(class_with(*rows))
    assert len(found.items) == len(readings)
    assert all(item.reading.startswith(words) for item, words in zip(found.items, readings, strict=True))
    assert found.margin is None


def test_what_the_stronger_lose_is_told_where_chance_does_not_explain_it():
    few, many = (analyse(class_with(*[(3, 0, 1), (0, 3, 1)] * pairs)) for pairs in (2, 4))
    assert [few.items[0].discrimination, many.items[0].discrimination] == pytest.approx([-1, -1])
    assert few.items[0].reading == "hardly tells strong from weak"
    assert many.items[0].reading.startswith("the stronger lose it")


@pytest.mark.parametrize("rows", [np.empty((0, 3)), np.ones((1, 3)), np.ones((5, 3)), np.eye(4)[:, :1]])
def test_there_is_no_alpha_of_nothing(rows):
    assert alpha(rows) is None


def test_one_capability_stands_beside_no_other():
    (item,) = analyse(class_with((3,), (0,), (3,), names=("input",))).items
    assert (item.difficulty, item.discrimination) == (pytest.approx(2 / 3), None)


def test_points_and_seconds_outside_the_bins_go_to_the_last():
    assert point_bins([-1, 0.5, 2.5, 99], 2) == [("0", 2), ("1", 0), ("2", 2)]
    assert point_bins([], 0) == [("0", 0)]
    assert point_bins([110], 110)[-1] == ("104–110", 1)
    assert second_bins([1e4, 100]) == [("120", 1), ("more", 1)]
    assert second_bins([]) == []
