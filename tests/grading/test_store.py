"""What the writer enters, read back through nbgrader's own objects."""

from datetime import datetime

import pytest

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.core import Graded, Status, nothing
from cnnlab.grading.store import Entry, Store

from .conftest import SLUG


@pytest.fixture
def course(assignment, tmp_path):
    """A gradebook of its own for each test, with the exercise released."""
    import shutil

    from cnnlab.grading.course import Course

    released = assignment[0]
    course = Course(released.root, tmp_path / "build", released.exercises)
    course.build.mkdir()
    shutil.copy(released.gradebook, course.gradebook)
    return course


def some(points=1.0, **fields):
    marks = {"conv_backward-bias": points, "conv_backward-weight": 3.0}
    return Graded(Status("graded", seconds=0.5), marks, **fields)


def stored(course, student):
    with open_gradebook(course) as gradebook:
        notebook = gradebook.find_submission_notebook(SLUG, SLUG, student)
        return notebook.score, {grade.name: grade.auto_score for grade in notebook.grades}, notebook.to_dict()


def test_marks_are_where_nbgrader_looks_for_them(course):
    with Store(course, SLUG, SLUG) as store:
        store.write([Entry("ada", some(), "f1"), Entry("bob", some(0.0), "f2")])
    score, grades, notebook = stored(course, "ada")
    assert score == 4 and stored(course, "bob")[0] == 3
    assert grades["conv_backward-bias"] == 1 and grades["conv_backward-stride"] == 0
    assert notebook["max_score"] == 14 and not notebook["needs_manual_grade"]


def test_writing_again_replaces_and_a_mark_given_by_hand_stays(course):
    with Store(course, SLUG, SLUG) as store:
        store.write([Entry("ada", some(), "f1")])
        with open_gradebook(course) as gradebook:
            gradebook.find_grade("conv_backward-bias", SLUG, SLUG, "ada").manual_score = 0.5
            gradebook.db.commit()
        store.write([Entry("ada", some(0.0), "f2")])
        assert store.marks()["ada"]["conv_backward-bias"] == 0
        assert store.scores()["ada"]["conv_backward-bias"] == 0.5
        assert store.endings()["ada"]["fingerprint"] == "f2"
    score, _, notebook = stored(course, "ada")
    assert score == 3.5 and notebook["needs_manual_grade"]


def test_what_a_person_has_to_look_at_is_left_to_them(course):
    with Store(course, SLUG, SLUG) as store:
        store.write([Entry("ada", some(None), "f1")])
    assert stored(course, "ada")[2]["needs_manual_grade"]


def test_an_answer_as_it_was_handed_out_is_no_response(course):
    with Store(course, SLUG, SLUG) as store:
        store.write([Entry("ada", some(unanswered=["conv_backward_bias"]), "f1")])
    with open_gradebook(course) as gradebook:
        find = gradebook.find_comment
        assert find("conv_backward_bias", SLUG, SLUG, "ada").auto_comment == "No response."
        assert find("conv_backward_input", SLUG, SLUG, "ada").auto_comment is None


def test_all_of_a_batch_is_written_or_none(course):
    broken = some()
    broken.results = {"conv_backward-bias": object()}
    with Store(course, SLUG, SLUG) as store:
        with pytest.raises(TypeError, match="not JSON serializable"):
            store.write([Entry("ada", some(), "f1"), Entry("bob", broken, "f2")])
        assert store.endings() == {} and store.marks() == {}
        store.write([Entry("ada", some(), "f1")])
        assert list(store.marks()) == ["ada"]


def test_how_each_ended_is_kept_with_the_findings(course):
    status = Status("unreadable", "not a notebook", "Save it again.")
    result = {"status": "wrong", "finding": "You return “é”"}
    with Store(course, SLUG, SLUG) as store:
        spec = type("Spec", (), {"cells": ()})
        store.write([Entry("ada", nothing(spec, status), "f1", isolation="bubblewrap")])
        store.write([Entry("bob", some(results={"conv_backward-bias": result}, troubles={"x": "y"}), "f2")])
        endings = store.endings()
    assert endings["ada"]["status"] == "unreadable" and endings["ada"]["advice"] == "Save it again."
    assert endings["ada"]["isolation"] == "bubblewrap"
    assert endings["bob"]["results"] == {"conv_backward-bias": result} and endings["bob"]["troubles"] == {
        "x": "y"
    }


@pytest.mark.parametrize(("asks", "taken"), [(1.5, 1.5), (99, 4), (-2, 0), (None, None)])
def test_a_late_penalty_is_nbgraders_and_never_more_than_there_is(course, asks, taken):
    due, handed_in = datetime(2026, 3, 1), datetime(2026, 3, 1, 0, 0, 7)
    asked = []
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate=str(due))

    def penalty(student, score, late):
        asked.append((student, score, late))
        return asks

    with Store(course, SLUG, SLUG, penalty) as store:
        store.write(
            [Entry("ada", some(), "f1", timestamp=handed_in), Entry("bob", some(), "f2", timestamp=due)]
        )
        assert store.penalties() == {"ada": taken, "bob": None}
    assert asked == [("ada", 4, 7)]
