"""Follow-through: one misconception costs its own points only, and buys none."""

from dataclasses import replace

import numpy as np
import pytest
from course.variants import BACKWARD, FORWARD

from cnnlab.checks import score
from solutions.ch07_conv_forward.checks import EXERCISE as CH07
from solutions.ch07_conv_forward.mistakes import flips_the_kernel, pads_with_the_border
from solutions.ch08_conv_backward import mistakes as ch08
from solutions.ch08_conv_backward.checks import EXERCISE as CH08

CH07, CH08 = (replace(exercise, closed=()) for exercise in (CH07, CH08))  # mistakes call the package
RIGHT = FORWARD["einsum"]["conv_forward"]


def forward(function):
    """Score conv_forward: results by capability."""
    return {c.name: score(CH07, c.name, {"conv_forward": function}, b"ada") for c in CH07.capabilities}


def backward(**functions):
    """Score the three gradients, those that are not given being right."""
    functions = {**BACKWARD["einsum"], **{f"conv_backward_{name}": f for name, f in functions.items()}}
    return {c.name: score(CH08, c.name, functions, b"ada") for c in CH08.capabilities}


def lost(results):
    return {name: result.mistake for name, result in results.items() if not result.earned}


def follows(results):
    return {name: result.follows for name, result in results.items() if result.follows}


def test_what_stands_on_a_mistake_is_graded_as_following_from_it():
    results = forward(flips_the_kernel)
    assert lost(results) == {"1d": "conv-flips"}
    assert set(follows(results).values()) == {"1d"}
    assert follows(results).keys() == results.keys() - {"1d"}
    assert results["2d"].text() == (
        "ch07_conv_forward · 2d      2 / 2\nRight but for what 1d has paid for: graded as following from it."
    )
    assert results["1d"].text().splitlines()[0].endswith("dilation, groups and 3d: all right)")


def test_the_first_capability_that_shows_it_pays():
    def flips_pictures(x, weight, bias=None, **options):
        function = RIGHT if weight.ndim == 3 else flips_the_kernel
        return function(x, weight, bias, **options)

    results = forward(flips_pictures)
    assert lost(results) == {"2d": "conv-flips"}
    assert follows(results)["channels"] == "2d"


# Two mistakes in one answer.


def test_mistakes_in_two_functions_are_paid_for_one_by_one():
    results = backward(input=ch08.dx_with_the_kernel_flipped, weight=ch08.dw_flipped)
    assert lost(results) == {"input": "dx-kernel-flipped", "weight": "dw-flipped"}
    assert set(follows(results)["axes"].split(", ")) == {"dx", "dweight"}


def test_two_mistakes_in_one_function_are_both_paid_for_and_both_named():
    def flips_and_pads_with_the_border(x, weight, bias=None, **options):
        return pads_with_the_border(x, np.flip(weight, axis=tuple(range(2, weight.ndim))), bias, **options)

    results = forward(flips_and_pads_with_the_border)
    assert lost(results) == {"1d": "conv-flips", "padding": "pads-with-edge"}
    assert results["3d"].earned  # all options at once: neither mistake alone says what to expect


def test_a_second_mistake_does_not_hide_behind_the_first():
    def wrong_in_the_corner_of_lopsided_kernels(dy, weight, spatial, **options):
        dx = ch08.dx_with_the_kernel_flipped(dy, weight, spatial, **options)
        if options.get("padding") and not np.array_equal(weight, ch08.flipped(weight)):
            dx[..., 0] += 1
        return dx

    results = backward(input=wrong_in_the_corner_of_lopsided_kernels)
    assert lost(results).keys() == {"input", "padding"}
    assert lost(backward(input=ch08.dx_with_the_kernel_flipped)).keys() == {"input"}


# What earns nothing through it.


def zero_of_the_right_shape(dy, weight, spatial, **options):
    return np.zeros_like(ch08.dx_with_the_kernel_flipped(dy, weight, spatial, **options))


def nothing(*args, **options):
    return np.zeros(())


@pytest.mark.parametrize("dx", [nothing, zero_of_the_right_shape])
def test_zeros_earn_nothing(dx):
    results = backward(bias=nothing, weight=nothing, input=dx)
    assert lost(results).keys() == results.keys()


@pytest.mark.parametrize("number", range(4))
def test_a_constant_that_a_mistake_gives_earns_nothing(number):
    from cnnlab.checks.marking import Deck

    case = Deck(CH07.capabilities, b"ada").cases("1d")[number]
    constant = flips_the_kernel(*case.arguments(), **case.options)
    assert lost(forward(lambda *args, **options: constant)).keys() == forward(RIGHT).keys()


def test_a_mistake_made_in_one_place_only_gives_no_credit_elsewhere():
    def flips_signals_and_leaves_the_rest(x, weight, bias=None, **options):
        return flips_the_kernel(x, weight, bias, **options) if weight.ndim == 3 else np.zeros(x.shape)

    results = forward(flips_signals_and_leaves_the_rest)
    assert lost(results).keys() == results.keys()


@pytest.mark.parametrize("exercise", [CH07, CH08], ids=lambda exercise: exercise.slug)
def test_nothing_follows_from_a_degenerate_mistake(exercise):
    right = {"ch07_conv_forward": FORWARD, "ch08_conv_backward": BACKWARD}[exercise.slug]["einsum"]
    degenerate = [mistake for mistake in exercise.mistakes if mistake.degenerate]
    assert len(degenerate) == {"ch07_conv_forward": 6, "ch08_conv_backward": 4}[exercise.slug]
    for mistake in degenerate:
        for way in mistake.functions:
            for capability in exercise.capabilities:
                assert not score(exercise, capability.name, {**right, **way}, b"ada").follows


def test_a_changed_argument_is_no_result_to_build_on():
    results = backward(bias=ch08.db_leaves_dy_changed, weight=ch08.dw_leaves_dy_changed)
    assert lost(results) == dict.fromkeys(("bias", "weight"), "backward-mutates-upstream")
    bias = CH08.capability("bias")
    twice = replace(CH08, capabilities=(bias, replace(bias, name="again")))
    vandal = {"conv_backward_bias": ch08.db_leaves_dy_changed}
    assert [score(twice, name, vandal, b"ada").earned for name in ("bias", "again")] == [0, 0]


def test_an_empty_result_shows_nothing():
    mistakes = [m for m in CH08.mistakes if m.id == "dx-crop-minus-p"]
    assert mistakes[0].degenerate
    exercise = replace(CH08, mistakes=tuple(replace(m, degenerate=False) for m in mistakes))
    functions = {**BACKWARD["einsum"], **mistakes[0].functions[0]}
    result = score(exercise, "stride", functions, b"ada")
    assert (result.earned, result.mistake) == (0, "dx-crop-minus-p")


def test_an_exception_shows_nothing():
    def fails_in_pictures(x, weight, bias=None, **options):
        if weight.ndim > 3:
            raise ValueError("not yet")
        return flips_the_kernel(x, weight, bias, **options)

    assert lost(forward(fails_in_pictures)).keys() == forward(RIGHT).keys()
