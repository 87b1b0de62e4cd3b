"""Visible checks: seen by a right answer, by a wrong one, and by none."""

import re

import numpy as np
import pytest
from course.unlisted import UNLISTED
from course.variants import BACKWARD, VARIANTS

from cnnlab import conv_backward_input, conv_backward_weight, conv_forward, resolve_padding
from cnnlab.checks import CheckFailed, check, check_all


def test_a_right_answer_gets_one_line_with_a_tick(slug, exercise, capsys):
    for capability in exercise.capabilities:
        check(slug, capability.name, VARIANTS[slug]["loops"])
        said = capsys.readouterr().out
        seen = "the hand example, the property and the edge case are right"
        assert said.startswith(f"✓ {capability.name}: {seen}. Hidden checks vary ")
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
    assert re.search(
        "You return one number; (an array of real|a tuple of whole) numbers, of shape ", str(failed.value)
    )


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
    line = forward.__code__.co_firstlineno + 1
    assert first.finding.splitlines() == [
        "conv_forward raises IndexError: index 7 is out of bounds for axis 0 with size 1, "
        f"in line {line} of your cell: `return x[7]`.",
        "  The call: x 1x1x6 [2, 1, 0, 3, 1, 2], weight 1x1x3 [1, 2, 4]",
    ]


def test_the_call_names_the_arguments_that_the_function_takes():
    def dx(dy, weight, spatial, **options):
        raise RuntimeError

    with pytest.raises(CheckFailed, match=r"The call: dy 1x1x2 \[1, 10\], weight 1x1x3 .*, spatial \(4,\)$"):
        check("ch08", "input", {"conv_backward_input": dx})


def test_the_truth_is_held_against_every_call_of_a_property():
    def dx(dy, weight, spatial, *, padding=0, **options):
        rim = resolve_padding(spatial, weight.shape[2:], padding)
        whole = tuple(n + before + after for n, (before, after) in zip(spatial, rim, strict=True))
        padded = BACKWARD["loops"]["conv_backward_input"](dy, weight, whole, **options)
        return padded[(..., *[slice(before, -after) for before, after in rim])]

    with pytest.raises(CheckFailed) as failed:
        check("ch08", "padding", {**BACKWARD["loops"], "conv_backward_input": dx})
    assert str(failed.value).splitlines() == [
        "✗ padding: With padding (1, 2), give the middle of a larger dx.",
        "  The call: dy 1x1x5x6, weight 1x1x2x2 [[1, 2], [3, 4]], spatial (6, 7)",
        "  You return shape 1x1x0x0; the right shape is 1x1x6x7.",
    ]


def test_numbers_that_print_alike_are_told_by_how_much_they_differ():
    def forward(x, weight, bias=None, **options):
        return VARIANTS["ch07_conv_forward"]["loops"]["conv_forward"](x, weight, bias, **options) + 1e-8

    with pytest.raises(CheckFailed) as failed:
        check("ch07", "1d", {"conv_forward": forward})
    *_, yours, right, last = str(failed.value).splitlines()
    assert yours.removeprefix("  You get ") == right.removeprefix("  not     ")
    assert last == "  They print alike, but differ by up to 1e-08."


def test_a_large_result_is_told_by_its_first_wrong_entry():
    def dx(dy, weight, spatial, **options):
        return BACKWARD["loops"]["conv_backward_input"](dy, weight, spatial, **options) + (np.size(dy) > 24)

    with pytest.raises(CheckFailed, match=r"\n  At \[0, 0, 0, 0\] you get 2, not 1\.$"):
        check("ch08", "padding", {**BACKWARD["loops"], "conv_backward_input": dx})


# What a student tried, and what must fail before it is handed in.


def bias_once_per_channel(x, weight, bias=None, **options):
    return conv_forward(x, weight, None if bias is None else bias * weight.shape[1], **options)


def filters_by_turns(x, weight, bias=None, *, groups=1, **options):
    order = np.arange(len(weight)).reshape(-1, groups).T.ravel()
    y = conv_forward(x, weight[order], groups=groups, **options)
    y[:, order] = y.copy()
    return y if bias is None else y + bias.reshape(-1, *[1] * (y.ndim - 2))


def every_other_channel(x, weight, bias=None, *, groups=1, **options):
    each = [
        conv_forward(x[:, f % groups :: groups], weight[f : f + 1], **options) for f in range(len(weight))
    ]
    y = np.concatenate(each, axis=1)
    return y if bias is None else y + bias.reshape(-1, *[1] * (y.ndim - 2))


def sums_in_the_type_of_the_input(x, weight, bias=None, **options):
    return conv_forward(x, weight, bias, **options).astype(x.dtype)


def db_averaged_over_the_batch(dy):
    return dy.sum(axis=(0, *range(2, dy.ndim))) / max(len(dy), 1)


def db_of_one_axis(dy):
    return dy.sum(axis=(0, 2))


def dw_of_channels_by_turns(dy, x, kernel_size, *, groups=1, **options):
    order = np.arange(x.shape[1]).reshape(-1, groups).T.ravel()
    return conv_backward_weight(dy, x[:, order], kernel_size, groups=groups, **options)


def swapped_where_it_fits(x, weight, bias=None, *, groups=1, **options):
    fits = groups == 1 and weight.shape[0] == weight.shape[1]
    return conv_forward(x, weight.swapaxes(0, 1) if fits else weight, bias, groups=groups, **options)


def same_resolved_alone(x, weight, bias=None, *, padding=0, **options):
    padding = resolve_padding(x.shape[2:], weight.shape[2:], padding)
    return conv_forward(x, weight, bias, padding=padding, **options)


def padding_after_the_stride(x, weight, bias=None, *, stride=1, padding=0, **options):
    if np.all(np.equal(stride, 1)) or isinstance(padding, str) or not np.any(padding):
        return conv_forward(x, weight, bias, stride=stride, padding=padding, **options)
    dense = conv_forward(x, weight, bias, padding=padding, **options)
    return dense[:, :, *[slice(1, None, s) for s in np.broadcast_to(stride, x.ndim - 2)]]


def dx_summed_over_images(dy, weight, spatial, **options):
    dx = conv_backward_input(dy, weight, spatial, **options)
    return np.repeat(dx.sum(axis=0, keepdims=True), len(dy), axis=0)


def dw_with_what_belongs_to_no_tap(dy, x, kernel_size, *, stride=1, **options):
    if x.ndim > 3 or stride == 1:
        return conv_backward_weight(dy, x, kernel_size, stride=stride, **options)
    longer = x.shape[2] - (dy.shape[2] - 1) * stride
    return conv_backward_weight(dy, x, (longer,), stride=stride, **options)


TRIED = [
    ("bias", bias_once_per_channel),
    ("groups", filters_by_turns),
    ("groups", every_other_channel),
    ("1d", sums_in_the_type_of_the_input),
    ("bias", db_averaged_over_the_batch),
    ("bias", db_of_one_axis),
    ("groups", dw_of_channels_by_turns),
    ("channels", swapped_where_it_fits),
    ("dilation", same_resolved_alone),
    ("3d", padding_after_the_stride),
    ("input", dx_summed_over_images),
    ("stride", dw_with_what_belongs_to_no_tap),
]
OF = {"db": "conv_backward_bias", "dw": "conv_backward_weight", "dx": "conv_backward_input"}


@pytest.mark.parametrize(("capability", "wrong"), TRIED)
def test_a_wrong_answer_that_was_tried_is_seen(capability, wrong, monkeypatch):
    monkeypatch.setattr("cnnlab.checks.closed._closed_functions", lambda prefixes: set())
    name = OF.get(wrong.__name__[:2], "conv_forward")
    slug = "ch07_conv_forward" if name == "conv_forward" else "ch08_conv_backward"
    with pytest.raises(CheckFailed):
        check(slug, capability, {**VARIANTS[slug]["loops"], name: wrong})


def test_a_wrong_answer_that_nobody_listed_is_seen(slug, monkeypatch):
    monkeypatch.setattr("cnnlab.checks.closed._closed_functions", lambda prefixes: set())
    unseen = [
        name
        for name, (_, functions) in UNLISTED[slug].items()
        if {r.status for r in check_all(slug, {**VARIANTS[slug]["loops"], **functions})} == {"right"}
    ]
    assert set(unseen) == {"single_precision_always"} & set(UNLISTED[slug])


def test_a_changed_argument_is_told():
    def bias(dy):
        dy *= 2
        return dy.sum(axis=(0, 2)) / 2

    (first, *_) = check_all("ch08", {"conv_backward_bias": bias})
    assert first.finding.startswith("conv_backward_bias changes its argument dy.")


def test_an_unknown_name_says_what_there_is(slug, exercise):
    with pytest.raises(ValueError, match=f"{slug} has no capability 'pading'; it has "):
        check(slug, "pading", {})
    with pytest.raises(ValueError, match='there is no exercise "ch99"; there are ch00_start'):
        check("ch99", "padding", {})
