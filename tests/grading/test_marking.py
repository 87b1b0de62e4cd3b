"""`mark` gives plain points in a submission's session and refuses outside; who may know the secret."""

import contextlib
import time

import pytest

from cnnlab.grading import mark
from cnnlab.grading.practice.limits import TimeLimit
from cnnlab.grading.secret import course_secret, student_seed
from cnnlab.grading.session import Session, current
from solutions.ch08_conv_backward.checks import EXERCISE


def right(dy):
    return dy.sum(axis=(0, *range(2, dy.ndim)))


class Process(dict):
    """Stand in for a student's process: its functions by name."""

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        pass

    names = dict.keys

    def check(self):
        return contextlib.nullcontext()

    def fresh(self):
        return self

    def get(self, name):
        return self[name]


def session(**functions):
    return Session("ada", "of the tests", Process(functions))


@pytest.mark.parametrize(("function", "points"), [(right, 1.0), (lambda dy: dy, 0.0)])
def test_points_are_a_plain_float_and_what_was_found_stays_with_the_session(function, points):
    with current(session(conv_backward_bias=function)) as here:
        earned = mark(EXERCISE, "bias", {"conv_backward_bias": function})
    assert type(earned) is float
    assert earned == points
    assert [found["status"] for found in here.found] == ["right" if points else "wrong"]


def test_the_finding_is_printed(capsys):
    def batch_only(dy):
        return dy.sum(axis=0)

    with current(session(conv_backward_bias=batch_only)) as here:
        mark(EXERCISE, "bias", {"conv_backward_bias": batch_only})
    assert capsys.readouterr().out.startswith("conv_backward_bias · bias      0 / 1")
    assert here.found[0]["mistake"] == "db-batch-only"


def test_a_missing_function_earns_nothing():
    with current(session()) as here:
        assert mark(EXERCISE, "bias", {}) == 0.0
    assert here.found[0]["status"] == "missing"


def test_outside_grading_nothing_is_marked_but_by_nbgrader_validate(monkeypatch):
    with pytest.raises(LookupError, match="checks for points run while a submission is graded"):
        mark(EXERCISE, "bias", {"conv_backward_bias": right})
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(LookupError, match="by `cnnlab grade`"):
        mark(EXERCISE, "bias", {"conv_backward_bias": right})
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert mark(EXERCISE, "bias", {"conv_backward_bias": right}) == 1.0


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
