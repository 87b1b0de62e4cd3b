"""The machinery: shrinking, wording, replaying, closing, and what a student's function may not do."""

import importlib
import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from course.unlisted import UNLISTED
from course.variants import BACKWARD, FORWARD, VARIANTS

import cnnlab
from cnnlab import resolve_padding
from cnnlab.checks import EXERCISES, Case, call_directly, find_exercise, parse, replay, score
from cnnlab.checks.closed import ClosedFunctionError, closed_while
from cnnlab.checks.compare import difference
from cnnlab.checks.lent import Lent
from cnnlab.checks.marking import Deck, Marking
from cnnlab.checks.record import Recorder, reference
from cnnlab.checks.replay import replay_text
from cnnlab.checks.run import run
from cnnlab.checks.show import smallest
from solutions.ch07_conv_forward.checks import EXERCISE as CH07
from solutions.ch08_conv_backward.checks import EXERCISE as CH08

LOOPS, EINSUM = FORWARD["loops"]["conv_forward"], BACKWARD["einsum"]


def crop_from_the_start(dy, weight, spatial, **options):
    """Crop the padded gradient from entry 0 on: the crop starts at the wrong place."""
    options["padding"], rim = 0, resolve_padding(spatial, weight.shape[2:], options.get("padding", 0))
    whole = tuple(n + before + after for n, (before, after) in zip(spatial, rim, strict=True))
    padded = EINSUM["conv_backward_input"](dy, weight, whole, **options)
    return padded[(..., *[slice(0, n) for n in spatial])]


def hidden_cases(exercise):
    deck = Deck(exercise.capabilities, b"any")
    return [case for c in exercise.capabilities for case in deck.cases(c.name)]


# Words.


def test_feedback_reads_as_the_course_promises():
    result = score(CH08, "padding", {**EINSUM, "conv_backward_input": crop_from_the_start}, b"ada")
    head, case, finding, name, pointer = result.text().splitlines()
    assert head.startswith("conv_backward_input · padding      0 / 2      (dbias, dweight, dx, stride")
    assert head.endswith("dilation, groups and axes: all right)")
    assert case == "Smallest input that shows it: x 1x1x1, weight [1], padding 1, dy [1, 2, 3]"
    assert finding == "You return [1]; the numerical slope is 2."
    assert name == "No known pattern."
    assert pointer == (
        'Chapter 8, "Padding becomes cropping" · try it: cnnlab check --case '
        '"ch08:dy=[[[1,2,3]]],weight=[[[1]]],spatial=[1],padding=1"'
    )


def test_feedback_is_short_and_plain_data(exercise):
    open_exercise = replace(exercise, closed=())
    for mistake in exercise.mistakes:
        for way in mistake.functions:
            for capability in mistake.breaks:
                right = VARIANTS[exercise.slug]["einsum"]
                result = score(open_exercise, capability, {**right, **way}, b"ada")
                text = result.text()
                assert text.count("\n") <= 4
                assert max(map(len, text.splitlines())) <= 240
                assert json.loads(json.dumps(result.to_dict())) == result.to_dict()
                assert "ada" not in text
                if result.case:
                    case = parse(result.replay)[1]
                    if (expected := reference(case)).size > 1:
                        assert str(expected.tolist()) not in text


def test_what_is_right_is_said_first():
    breaks, wrong = UNLISTED["ch07_conv_forward"]["wraps_around"]
    result = score(replace(CH07, closed=()), "padding", wrong, b"")
    assert breaks == "padding"
    assert result.right == ["1d", "2d", "channels", "bias", "stride", "dilation", "groups", "3d"]
    assert (
        result.text()
        .splitlines()[0]
        .endswith("(1d, 2d, channels, bias, stride, dilation, groups and 3d: all right)")
    )


def test_the_numerical_slope_is_the_gradient():
    for case in hidden_cases(CH08)[::3]:
        gradient = reference(case)
        index = tuple(n // 2 for n in gradient.shape)
        words = CH08.right_number(case, index)
        assert words.startswith("the numerical slope is ")
        assert float(words.rsplit(" ", 1)[1]) == pytest.approx(float(gradient[index]), rel=1e-5)


# Replaying.


def test_a_case_survives_its_own_text(exercise):
    told = [c for c in exercise.capabilities if not c.tally]  # what is counted is not shown
    for case in hidden_cases(replace(exercise, capabilities=tuple(told))):
        again_exercise, again = parse(replay_text(exercise, case))
        assert again_exercise.slug == exercise.slug
        assert (again.function, again.layout) == (case.function, case.layout)
        assert list(again.args) == list(case.args)
        for was, now in zip(case.args.values(), again.args.values(), strict=True):
            was, now = (str(v) if isinstance(v, Lent) else v for v in (was, now))
            np.testing.assert_array_equal(was, now)
            assert np.asarray(was).dtype == np.asarray(now).dtype
        assert np.array_equal(reference(case), reference(again))


def test_replay_says_the_same_as_the_feedback():
    text = "ch08:dy=[[[1,1]]],weight=[[[1,2]]],spatial=[1],padding=1"
    right, said = replay(text, {"conv_backward_input": crop_from_the_start})
    assert not right
    assert said == (
        "conv_backward_input on x 1x1x1, weight [1, 2], padding 1, dy [1, 1]\n"
        "You return [1]; the numerical slope is 3."
    )
    right, said = replay(text, EINSUM)
    assert right
    assert said.endswith("\nYour result is right.")
    right, said = replay(text, {})
    assert not right
    assert said.endswith("Not written yet: it raises NotImplementedError.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ch99:x=[1]", 'there is no exercise "ch99"'),
        ("ch08:dy", '"dy" is not name=value'),
        (
            "ch08:dy=[[[1]]],weight=[[[1]]]",
            "the case gives dy, weight, but the functions of ch08_conv_backward are",
        ),
        ("ch08:dy=[[[1", "is neither a number, a list of numbers nor a word"),
    ],
)
def test_a_text_that_is_no_case_is_told_why(text, words):
    with pytest.raises(ValueError, match="^.*" + words.replace("[", r"\[")):
        parse(text)


# Shrinking.


def test_a_shrunk_case_still_fails_and_is_small():
    breaks, wrong = UNLISTED["ch07_conv_forward"]["stride_of_the_last_axis"]
    open_exercise = replace(CH07, closed=())
    marking = Marking(open_exercise, wrong, Deck(open_exercise.capabilities, b"seed"))
    case = smallest(marking, marking.failure("stride"))
    assert difference(marking.run(case).value, reference(case), case)
    assert case.args["weight"].size == 1
    assert case.args["x"].size <= 4
    assert set(case.options) == {breaks}


def test_a_failure_without_options_is_shown_without_options():
    def empty(x, weight, bias=None, **options):
        return np.zeros(3)

    result = score(CH07, "3d", {"conv_forward": empty}, b"")
    assert result.case == "x 1x1x1 [1], weight 1x1x1 [1]"  # with all axes, for they are to blame
    assert result.finding == "You return shape 3; the right shape is 1x1x1."
    assert result.right == []


def test_an_exception_names_the_students_line_and_a_hidden_case_stays_hidden():
    def helper(x):
        return np.zeros(len(x)) @ np.zeros(99)

    def forward(x, weight, bias=None, **options):
        if x.size > 1:
            raise ValueError(f"too many: {x.tolist()} " + "word " * 60)
        return helper(x)

    result = score(CH07, "2d", {"conv_forward": forward}, b"")
    line = helper.__code__.co_firstlineno + 1
    assert result.case == "x 1x1x1 [1], weight 1x1x1 [1]"
    assert result.finding.endswith(f"in line {line} of your cell: `return np.zeros(len(x)) @ np.zeros(99)`.")
    said = run(forward, Deck(CH07.capabilities, b"").cases("2d")[0]).text
    assert "[3.0, …, in line " in said
    assert len(said) < 240


def test_without_a_line_of_the_students_nothing_is_claimed():
    def call(function, *args, **options):
        raise ValueError("word " * 60)

    assert run(LOOPS, Case("", {}), call=call).text.endswith(" word word …")
    assert run(max, Case("", {})).text.startswith("TypeError: max expected")


# Properties.


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_two_sides_of_every_property_agree(slug, monkeypatch):
    held, public = [], importlib.import_module(f"cnnlab.checks.{slug}")

    def holds(what, statement, your, *args):
        held.append(statement)
        left, right = statement(Recorder(), *args)
        np.testing.assert_array_equal(left, right)

    monkeypatch.setattr(public, "holds", holds)
    for capability in public.EXERCISE.capabilities:
        capability.visible(Recorder())
    assert len(held) >= len(public.EXERCISE.capabilities)


# Several results, and numbers.


DENSE = "ch02:dy=[[1,10]],x=[[1,2]],weight=[[3,4],[5,6]]"


def said_of(text, **functions):
    return replay(text, functions)[1].splitlines()[1]


def test_one_of_several_results_is_asked_for_by_its_name():
    def backward(dy, x, weight):
        return dy @ weight, None, [7.0]

    assert said_of(DENSE, dense_backward=backward) == "Your result is right."  # dx, if nothing is said
    assert said_of(DENSE + ",part=dweight", dense_backward=backward) == (
        "As dweight, you return nothing; an array of real numbers, of shape 2x2, is asked for."
    )
    assert said_of(DENSE + ",part=dbias", dense_backward=backward) == (
        "As dbias, you return a list; an array of real numbers, of shape 2, is asked for."
    )
    assert said_of(DENSE, dense_backward=lambda dy, x, weight: dy @ weight) == (
        "You return an array of float64; a tuple (dx, dweight, dbias) is asked for."
    )
    with pytest.raises(ValueError, match="part=dw, but dense_backward returns dx, dweight, dbias"):
        parse(DENSE + ",part=dw")
    with pytest.raises(ValueError, match="part=dx, but dense_forward returns one result"):
        parse("ch02:x=[[1]],weight=[[1]],part=dx")


@pytest.mark.parametrize("half", [0.5, np.float32(0.5), np.array(0.5)])
def test_a_number_may_be_one_of_python_or_of_numpy_or_an_array_without_axes(half):
    text = "ch02:function=accuracy,scores=[[1,2],[3,1]],labels=[1,1]"
    assert said_of(text, accuracy=lambda scores, labels: half) == "Your result is right."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1, "You return 1; the fraction is 0.5."),
        (np.array([0.5]), "You return an array of float64; one number is asked for."),
        (0.5j, "You return a complex; one number is asked for."),
    ],
)
def test_what_is_not_the_number_that_is_asked_for(value, said):
    text = "ch02:function=accuracy,scores=[[1,2],[3,1]],labels=[1,1]"
    assert said_of(text, accuracy=lambda scores, labels: value) == said


def test_infinite_results_are_alike_and_no_finite_one_is_like_them():
    case = Case("accuracy", {})
    far, near = np.array([np.inf, 1.0]), np.array([5.0, 1.0])
    assert difference(far, far, case) == ""
    assert (
        difference(near, far, case) == difference(far, near, case) == difference(-far, far, case) == "value"
    )


# Closing and containing.


def test_the_packages_own_function_is_not_an_answer():
    result = score(CH07, "1d", {"conv_forward": cnnlab.conv_forward}, b"")
    assert (result.status, result.earned) == ("wrong", 0)
    assert result.finding == "Your own work is asked for here, but conv_forward is the one of cnnlab."


def test_a_call_of_the_packages_function_is_noticed_however_it_was_imported():
    from cnnlab.conv import conv_forward as innocent_name

    def student(x, weight, bias=None, **options):
        return innocent_name(x, weight, bias, **options)

    result = score(CH07, "1d", {"conv_forward": student}, b"")
    assert result.finding == "Your own work is asked for here, but your function calls cnnlab.conv_forward."
    assert innocent_name(np.ones((1, 1, 2)), np.ones((1, 1, 1))).shape == (1, 1, 2)  # open again


@pytest.mark.parametrize(
    ("closed", "name"),
    [
        (lambda x, weight, **options: cnnlab.naive.conv_forward(x, weight), "naive.conv_forward"),
        (lambda x, weight, **options: cnnlab.correlate_1d(x[0, 0], weight[0, 0]), "correlate_1d"),
        (lambda x, weight, **options: cnnlab.convolve_1d(x[0, 0], weight[0, 0]), "convolve_1d"),
    ],
)
def test_a_closed_function_is_called_by_its_own_name(closed, name):
    result = score(CH07, "1d", {"conv_forward": closed}, b"")
    assert result.finding == f"Your own work is asked for here, but your function calls cnnlab.{name}."


def test_windows_are_open_to_the_forward_exercise():
    def forward(x, weight, bias=None, *, groups=1, **options):
        windows = cnnlab.unfold(x, weight.shape[2:], **options)
        axes = [1, *range(2, weight.ndim)]  # channels and taps
        pairs = zip(np.split(windows, groups, axis=1), np.split(weight, groups), strict=True)
        parts = [np.moveaxis(np.tensordot(X, W, (axes, axes)), -1, 1) for X, W in pairs]
        y = np.concatenate(parts, axis=1)
        return y if bias is None else y + bias.reshape(-1, *[1] * (x.ndim - 2))

    assert sum(score(CH07, c.name, {"conv_forward": forward}, b"").earned for c in CH07.capabilities) == 14


def test_fold_is_open_to_the_backward_exercise():
    def dx(dy, weight, spatial, *, groups=1, **options):
        pairs = zip(np.split(dy, groups, axis=1), np.split(weight, groups), strict=True)
        parts = [np.moveaxis(np.tensordot(d, W, ([1], [0])), dy.ndim - 1, 1) for d, W in pairs]
        windows = np.concatenate(parts, axis=1)  # (N, C, *out, *taps)
        axes = dy.ndim - 2
        windows = np.moveaxis(windows, range(2, 2 + axes), range(2 + axes, 2 + 2 * axes))
        return cnnlab.fold(windows, spatial, **options)

    functions = {**EINSUM, "conv_backward_input": dx}
    assert sum(score(CH08, c.name, functions, b"").earned for c in CH08.capabilities) == 14


def test_the_forward_pass_is_open_to_the_backward_exercise():
    def slope(dy, x, kernel_size, **options):
        shape = (dy.shape[1], x.shape[1] // options.get("groups", 1), *kernel_size)
        dweight = np.zeros(shape)
        for index in np.ndindex(*shape):
            step = np.zeros(shape)
            step[index] = 1
            dweight[index] = np.sum(dy * cnnlab.conv_forward(x, step, **options))
        return dweight

    assert score(CH08, "weight", {**EINSUM, "conv_backward_weight": slope}, b"").earned == 3


def test_prints_and_warnings_are_dropped(capsys):
    def loud(*args, **options):
        print(args)
        warnings.warn("look at me", stacklevel=1)
        return LOOPS(*args, **options)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert score(CH07, "2d", {"conv_forward": loud}, b"").earned == 2
    assert capsys.readouterr() == ("", "")


def test_a_function_that_does_not_come_back_is_not_called_again():
    calls = []

    def call(function, *args, **options):
        calls.append(function)
        raise TimeoutError

    result = score(CH07, "2d", {"conv_forward": LOOPS}, b"", call=call)
    assert (result.status, result.earned, len(calls)) == ("timeout", 0, 1)
    assert result.finding == "Your function was stopped: it had not returned in time."


def test_an_exit_is_an_error_like_any_other():
    def leave(*args, **options):
        raise SystemExit("enough")

    result = score(CH07, "1d", {"conv_forward": leave}, b"")
    assert result.status == "error"
    assert result.finding.startswith("Your function raises SystemExit: enough, in line ")


def test_a_changed_input_never_reaches_the_reference():
    def vandal(x, weight, bias=None, **options):
        y = LOOPS(x, weight, bias, **options)
        x[...], weight[...] = 0, 0
        return y

    lost = {
        c.name for c in CH07.capabilities if not score(CH07, c.name, {"conv_forward": vandal}, b"").earned
    }
    assert lost == {"channels"}
    result = score(CH07, "channels", {"conv_forward": vandal}, b"")
    assert result.finding == "After your call x is no longer what it was."


def test_an_array_that_calls_itself_equal_to_everything_is_compared_by_its_numbers():
    class Equal(np.ndarray):
        def __eq__(self, other):
            return np.ones(self.shape, bool)

        def __array_ufunc__(self, *args, **options):
            return np.zeros(self.shape)

    def student(x, weight, bias=None, **options):
        return np.zeros_like(LOOPS(x, weight, bias, **options)).view(Equal)

    assert score(CH07, "1d", {"conv_forward": student}, b"").status == "wrong"


def test_a_case_that_needs_another_capability_is_excused_without_it():
    def one_channel(x, weight, bias=None, **options):
        return LOOPS(x[:, :1], weight[:, :1], bias, **options)

    def one_bias(x, weight, bias=None, **options):
        return LOOPS(x, weight, None if bias is None else bias[:1].repeat(len(weight)), **options)

    def both(x, weight, bias=None, **options):
        return one_channel(x, weight, None if bias is None else bias[:1].repeat(len(weight)), **options)

    earned = [score(CH07, "bias", {"conv_forward": f}, b"").earned for f in (one_channel, one_bias, both)]
    assert earned == [1, 0, 1]  # with channels right, a bias for all filters is the bias's own mistake


def test_results_may_differ_in_their_last_bits_and_no_more():
    case = Case("conv_forward", {"x": np.ones((1, 1, 2)), "weight": np.ones((1, 1, 1))})
    right = reference(case) * 1e6
    assert difference(right * (1 + 1e-12), right, case) == ""
    assert difference(right * (1 + 1e-8), right, case) == "value"
    single = Case("conv_forward", {name: a.astype(np.float32) for name, a in case.args.items()})
    assert difference((right * (1 + 1e-7)).astype(np.float32), right, single) == ""
    assert difference(right * (1 + 1e-4), right, single) == "value"
    assert difference(right + 0j, right, case) == "type"
    assert difference(right[0], right, case) == "shape"
    assert difference(right * np.nan, right, case) == "value"


def test_scoring_is_a_function_of_the_seed_alone():
    results = [
        score(CH08, "padding", {**EINSUM, "conv_backward_input": crop_from_the_start}, b"s") for _ in "ab"
    ]
    assert results[0] == results[1]
    calls = []

    def note(function, *args, **options):
        calls.append([a.tolist() if isinstance(a, np.ndarray) else a for a in args])
        return call_directly(function, *args, **options)

    score(CH08, "weight", EINSUM, b"s", call=note)
    score(CH08, "weight", EINSUM, b"s", call=note)
    assert calls[: len(calls) // 2] == calls[len(calls) // 2 :]


@pytest.mark.parametrize(
    ("slug", "module", "name", "args"),
    [
        ("ch06_geometry", "geometry", "place", ((8,), (3,), (1,), ((0, 0),), (1,))),
        ("ch07_conv_forward", "conv", "weigh", ()),
        ("ch08_conv_backward", "conv", "weigh_back", ()),
        ("ch08_conv_backward", "conv", "weigh_taps", ()),
    ],
)
def test_what_does_the_work_of_a_closed_function_is_closed_with_it(slug, module, name, args):
    cnnlab.output_size(8, 3)  # what is remembered of it helps nobody either
    function = getattr(importlib.import_module(f"cnnlab.{module}"), name)
    with (
        closed_while(find_exercise(slug).closed),
        pytest.raises(ClosedFunctionError, match=f"cnnlab.{module}.{name}"),
    ):
        function(*args)
    assert cnnlab.output_size(8, 3) == (6,)
