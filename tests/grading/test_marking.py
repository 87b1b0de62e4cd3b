"""`mark` returns a plain float; no print, warning or slow function costs or gives more than it should."""

import sys
import time
import warnings

import pytest

from cnnlab.grading import mark, marking
from cnnlab.grading.limits import TimeLimit
from cnnlab.grading.secret import course_secret, student_seed
from solutions.ch08_conv_backward.checks import EXERCISE


def right(dy):
    return dy.sum(axis=(0, *range(2, dy.ndim)))


@pytest.fixture
def published(monkeypatch):
    """What was published, in place of a notebook's output."""
    results = []
    monkeypatch.setattr(marking, "publish", results.append)
    return results


@pytest.mark.parametrize(("function", "points"), [(right, 1.0), (lambda dy: dy, 0.0)])
def test_points_are_a_plain_float(published, function, points):
    earned = mark(EXERCISE, "bias", {"conv_backward_bias": function})
    assert type(earned) is float
    assert earned == points
    assert published[0].status == ("right" if points else "wrong")


def test_a_missing_function_earns_nothing(published):
    assert mark(EXERCISE, "bias", {}) == 0.0
    assert published[0].status == "missing"


def test_prints_warnings_and_displays_of_a_right_answer_go_nowhere(published, capfd, monkeypatch):
    displayed = []
    monkeypatch.setattr(sys, "displayhook", displayed.append)

    def loud(dy):
        print("aloud")
        print("aloud", file=sys.stderr)
        warnings.warn("aloud", stacklevel=1)
        sys.displayhook(0.0)  # nbgrader would take it for the points
        return right(dy)

    assert mark(EXERCISE, "bias", {"conv_backward_bias": loud}) == 1.0
    assert capfd.readouterr() == ("", "")
    assert displayed == []


def test_without_a_secret_nothing_is_marked(monkeypatch, published):
    monkeypatch.delenv("CNNLAB_SECRET")
    with pytest.raises(LookupError, match="CNNLAB_SECRET is not set: grade with `cnnlab grade`"):
        mark(EXERCISE, "bias", {"conv_backward_bias": right})


def test_the_result_is_printed_and_left_in_the_notebook(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    mark(EXERCISE, "bias", {"conv_backward_bias": lambda dy: dy.sum(axis=0)})
    assert capsys.readouterr().out.startswith("conv_backward_bias · bias      0 / 1")
    assert shown[0][marking.RESULT]["mistake"] == "db-batch-only"


def test_a_loop_without_end_is_stopped_and_not_waited_for_again():
    def endless():
        while True:
            try:
                time.sleep(0.001)
            except Exception:
                continue

    with pytest.raises(TimeoutError, match=r"still running after 0\.05 s"):
        TimeLimit(0.05)(endless)
    with pytest.raises(TimeoutError, match="was not run again"):
        TimeLimit(60)(endless)


def test_many_calls_share_one_limit():
    call = TimeLimit(1, total=0.05)
    with pytest.raises(TimeoutError):
        call(time.sleep, 0.2)
    with pytest.raises(TimeoutError, match="all calls of this check together"):
        call(max, 1, 2)
    assert TimeLimit()(max, 1, 2) == 2  # max was not to blame


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("CNNLAB_SECRET")
    secret = course_secret(tmp_path)
    assert len(secret) == 64
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert course_secret(tmp_path) == secret
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_an_empty_secret_is_not_replaced_in_silence(tmp_path, monkeypatch):
    monkeypatch.delenv("CNNLAB_SECRET")
    (tmp_path / "secret").write_text("")
    with pytest.raises(ValueError, match="is empty: put it back"):
        course_secret(tmp_path)


def test_seeds_differ_by_student_capability_exercise_and_secret():
    names = [
        ("s", "e", "c", "x"),
        ("t", "e", "c", "x"),
        ("s", "f", "c", "x"),
        ("s", "e", "d", "x"),
        ("s", "e", "c", "y"),
    ]
    assert len({student_seed(*name) for name in names}) == len(names)
    assert student_seed("s", "ab", "c", "x") != student_seed("s", "a", "bc", "x")
