"""The doctor lists the layers, and tries in earnest what no student's code may do."""

import pytest

from cnnlab.grading import doctor
from cnnlab.grading.sandbox import Isolation, find_isolation

HERE = pytest.mark.skipif(not find_isolation().complete, reason="student code cannot be isolated here")


@HERE
def test_every_attempt_is_refused():
    layers = doctor.examine()
    assert [layer.name for layer in layers[:4]] == ["bubblewrap", "seccomp", "Landlock", "resource limits"]
    attempts = layers[4:]
    assert len(attempts) == len(doctor.ATTEMPTS)
    assert all(layer.present for layer in attempts), attempts
    assert {layer.why for layer in attempts} <= {f"tried just now: {name}" for name in doctor.REFUSALS}


@HERE
def test_an_attempt_that_works_is_reported():
    (layer,) = doctor.examine({"count to three": "1 + 1 + 1"})[4:]
    assert (layer.name, layer.present, layer.why) == (
        "no code may count to three",
        False,
        "tried just now: it worked",
    )
    assert "please report it" in layer.how


@HERE
def test_an_error_that_is_no_refusal_proves_nothing():
    (layer,) = doctor.examine({"divide": "1 / 0"})[4:]
    assert not layer.present


def test_where_layers_are_missing_nothing_is_run(monkeypatch):
    monkeypatch.setattr(doctor, "find_isolation", Isolation)
    layers = doctor.examine({"run": "this would be an error"})
    assert [layer.present for layer in layers[:3]] == [False, False, False]
    assert len(layers) == 4
