"""Students without names: the same number at every report, and no hint of the alphabet."""

from a_class import EVIL, EXERCISE, PAIRS, class_of, marks, submission

from cnnlab.grading.pages.aliases import aliases, unnamed, unnamed_pairs

IDS = [f"name{number:02}" for number in range(40)]


def test_the_order_is_the_secrets_and_not_the_alphabets():
    order = list(aliases("secret", IDS))
    assert order != IDS
    assert sorted(order) == IDS
    assert order == list(aliases("secret", reversed(IDS)))
    assert order != list(aliases("another", IDS))


def test_any_name_has_a_number():
    assert aliases("s", [EVIL, ""]).keys() == {EVIL, ""}


def test_marks_and_statuses_stay_and_texts_go():
    one = submission(
        "ada",
        *marks(
            stride={"status": "wrong", "mistake": "backward-ignores-stride", "finding": "ada", "case": "ada"}
        ),
        note="ada",
        advice="ada",
        seconds=2.0,
        troubles=("ada", "ada"),
        repairs=("ada",),
    )
    (shown,) = unnamed([one], {"ada": "Student 1"})
    assert "ada" not in repr(shown)
    assert (shown.student, shown.earned, shown.status.seconds) == ("Student 1", 12, 2.0)
    assert shown.marks[4].result["misconception"] == "Which patch?"
    assert shown.troubles == ("Cells of the student's own that stopped: 2.",)
    assert shown.repairs == ("Things that were mended before it ran: 1.",)
    assert "ada" in repr(one)


def test_a_class_comes_in_the_order_of_its_numbers():
    submissions = class_of(12)
    names = aliases("s", (s.student for s in submissions))
    assert [s.student for s in unnamed(submissions, names)] == [f"Student {n}" for n in range(1, 13)]
    assert EXERCISE.points == submissions[0].points


def test_nobody_looked_is_not_nothing_found():
    assert unnamed_pairs(None, {}) is None
    assert unnamed_pairs([], {}) == []


def test_pairs_lose_names_and_the_names_of_functions():
    (pair, one) = unnamed_pairs(PAIRS, {"a": "Student 2", "d": "Student 1", "b": "Student 3"})
    assert (pair.a, pair.b, pair.share, pair.where) == ("Student 2", "Student 1", 0.93, ())
    assert one.b == "not here"
