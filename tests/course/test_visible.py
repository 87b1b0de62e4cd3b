"""Visible checks: seen by a right answer, by a wrong one, and by none."""

import pytest
from course.variants import VARIANTS

from cnnlab.checks import CheckFailed, check, check_all


def test_a_right_answer_gets_one_line_with_a_tick(slug, exercise, capsys):
    for capability in exercise.capabilities:
        check(slug, capability.name, VARIANTS[slug]["loops"])
        said = capsys.readouterr().out
        assert said.startswith(f"✓ {capability.name}: ")
        assert capability.varies in said
        assert said.count("\n") == 1


def test_every_variant_passes(slug):
    for name, functions in VARIANTS[slug].items():
        assert [r.finding for r in check_all(slug, functions) if r.status != "right"] == [], name


def test_a_named_mistake_is_seen_before_handing_in(slug, exercise, monkeypatch):
    monkeypatch.setattr("cnnlab.checks.closed._closed_functions", lambda prefixes: set())
    for mistake in exercise.mistakes:
        for way in mistake.functions:
            results = check_all(slug, {**VARIANTS[slug]["loops"], **way})
            assert mistake.breaks & {r.capability for r in results if r.status != "right"}, mistake.id


def test_the_message_shows_your_number_and_the_right_one(slug, exercise):
    capability = exercise.capabilities[0].name
    wrong = {name: lambda *args, **options: 7 for name in exercise.functions}
    with pytest.raises(CheckFailed) as failed:
        check(slug, capability, wrong)
    assert failed.value._render_traceback_() == [str(failed.value)]
    assert str(failed.value).startswith(f"✗ {capability}: By hand: ")
    assert "You return int" in str(failed.value)


def test_wrong_numbers_are_shown_beside_the_right_ones():
    def forward(x, weight, bias=None, **options):
        return VARIANTS["ch07_conv_forward"]["loops"]["conv_forward"](x, weight, bias, **options) + 1

    with pytest.raises(CheckFailed, match=r"You get \[5, 14, 11, 14\]\n  not     \[4, 13, 10, 13\]"):
        check("ch07", "1d", {"conv_forward": forward})


def test_an_untouched_function_is_missing_and_not_wrong(slug, exercise):
    def stub(*args, **options):
        raise NotImplementedError

    for namespace in ({}, dict.fromkeys(exercise.functions, stub)):
        assert {r.status for r in check_all(slug, namespace)} == {"missing"}


def test_an_exception_is_told_with_the_call():
    def forward(x, weight, **options):
        return x[7]

    (first, *_) = check_all("ch07", {"conv_forward": forward})
    assert first.status == "error"
    assert first.function == "conv_forward"
    said = "conv_forward raises IndexError: index 7 is out of bounds for axis 0 with size 1."
    assert f"{said} The call: x [2, 1, 0, 3, 1, 2]" in first.finding


def test_a_changed_argument_is_told():
    def bias(dy):
        dy *= 2
        return dy.sum(axis=(0, 2)) / 2

    (first, *_) = check_all("ch08", {"conv_backward_bias": bias})
    assert first.finding.startswith("conv_backward_bias changes its argument dy.")


def test_an_unknown_name_says_what_there_is(slug, exercise):
    with pytest.raises(ValueError, match=f"{slug} has no capability 'pading'; it has "):
        check(slug, "pading", {})
    with pytest.raises(ValueError, match='there is no exercise "ch99"; there are ch07_conv_forward'):
        check("ch99", "padding", {})
