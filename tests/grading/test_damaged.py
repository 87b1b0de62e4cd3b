"""Every kind of damaged submission through the whole grader: the status and the marks of a fair teacher."""

import pytest
from grading.damaged import BANK


def test_the_bank_is_large_enough():
    assert len({damage.name for damage in BANK}) >= 40
    assert all(damage.make.__doc__ for damage in BANK)


@pytest.mark.parametrize("damage", BANK, ids=lambda damage: damage.name)
def test_damaged_work_is_graded_fairly(grader, damage):
    graded = grader(damage.data())
    assert (graded.status.name, sum(graded.marks.values())) == (damage.status, damage.earns)
    assert damage.status == "graded" or (
        graded.status.note.endswith(".") and graded.status.advice.endswith(".")
    )
