"""What a finding may show: nothing of a hidden case, whatever a student's function remembers or says."""

from dataclasses import replace

import numpy as np
import pytest
from course.unlisted import UNLISTED
from course.variants import BACKWARD, FORWARD, VARIANTS

from cnnlab.checks import Case, call_directly, parse, score
from cnnlab.checks.closed import ClosedFunctionError
from cnnlab.checks.compare import finding
from cnnlab.checks.marking import Deck, common_deck
from cnnlab.checks.record import reference
from cnnlab.checks.run import Outcome, run
from cnnlab.checks.show import FICKLE, KEPT
from solutions.ch07_conv_forward.checks import EXERCISE as CH07
from solutions.ch08_conv_backward.checks import EXERCISE as CH08
from solutions.ch08_conv_backward.mistakes import db_mean

LOOPS, RIGHT = FORWARD["loops"]["conv_forward"], BACKWARD["loops"]


def hidden(exercise, seed=b"ada"):
    """All arrays of all hidden cases, as texts of their numbers."""
    deck = Deck(exercise.capabilities, seed)
    cases = [case for c in exercise.capabilities for case in deck.cases(c.name)]
    return [a for case in cases for a in case.args.values() if isinstance(a, np.ndarray) and a.size > 2]


def of_bias(make):
    """Score dbias with a function that starts afresh where a new process would."""

    def fresh():
        return {"conv_backward_bias": make()}

    return score(CH08, "bias", {"conv_backward_bias": make()}, b"ada", fresh=fresh)


# Functions that remember.


def raises_what_it_has_seen():
    seen = []

    def dbias(dy):
        seen.append(float(dy.sum()))
        raise ValueError(f"{seen}")

    return dbias


def returns_what_it_has_seen():
    seen = []

    def dbias(dy):
        seen.append(float(dy.sum()))
        return np.array([sum(seen[:1]) + 0.25])

    return dbias


def draws_the_shape_from_what_it_has_seen():
    seen = []

    def dbias(dy):
        seen.append(dy.size)
        return np.zeros((seen[0], 7))

    return dbias


def names_a_class_by_what_it_has_seen():
    seen = []

    def dbias(dy):
        seen.append(int(dy.sum()))
        return type(f"I_saw_{seen[0]}", (), {})()

    return dbias


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (raises_what_it_has_seen, "Your function raises ValueError: [1.0], in line "),
        (returns_what_it_has_seen, "You return [1.25]; the numerical slope is 1."),
        (draws_the_shape_from_what_it_has_seen, "You return shape 1x7; the right shape is 1."),
        (names_a_class_by_what_it_has_seen, "You return a I_saw_1; an array of real numbers, of shape 1,"),
    ],
)
def test_what_is_quoted_comes_from_a_function_that_saw_the_shown_case_alone(make, said):
    result = of_bias(make)
    assert result.finding.startswith(said)
    assert "dy" in result.case and "dy=" in result.replay


def test_a_function_that_fails_in_one_process_and_not_in_another_is_told_so_and_nothing_else():
    processes = []

    def make():
        processes.append("another")
        first = len(processes) == 1
        return db_mean if first else RIGHT["conv_backward_bias"]

    result = of_bias(make)
    assert (result.status, result.earned, result.finding) == ("wrong", 0, FICKLE)
    assert (result.case, result.replay, result.mistake) == ("", "", "")
    assert "No known pattern" not in result.text()


class StudentDied(Exception):
    """As the sandbox's: raised where a function's process is gone."""

    died = True


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StudentDied, "Your function ended its process."),
        (TimeoutError, "Your function was stopped: it had not returned in time."),
    ],
)
def test_a_fresh_process_that_does_not_answer_shows_nothing(error, said):
    def fresh():
        raise error

    result = score(CH08, "bias", {"conv_backward_bias": lambda dy: dy}, b"ada", fresh=fresh)
    assert (result.status, result.finding, result.case) == ("wrong", said, "")


def test_a_process_that_ends_is_an_error():
    calls = []

    def call(function, *args, **options):
        calls.append(function)
        raise StudentDied

    result = score(CH07, "2d", {"conv_forward": LOOPS}, b"", call=call)
    assert (result.status, result.finding) == ("error", "Your function ended its process.")
    assert (len(calls), result.case, result.right) == (1, "", [])


def test_a_function_that_ends_its_process_is_called_once_and_takes_no_other_with_it():
    calls = []

    def call(function, *args, **options):
        calls.append(function)
        if function is deadly:
            raise StudentDied
        return function(*args, **options)

    def deadly(*args, **options):
        pass

    functions = {**RIGHT, "conv_backward_bias": db_mean, "conv_backward_input": deadly}
    result = score(CH08, "bias", functions, b"ada", call=call)
    assert (result.mistake, result.right) == ("db-mean", ["dweight"])
    assert calls.count(deadly) == 1
    assert db_mean not in calls[calls.index(deadly) :]  # what there is to show was looked for before


def test_trouble_of_the_graders_own_is_nobodys_mark():
    class SandboxError(Exception):
        ours = True

    def call(function, *args, **options):
        raise SandboxError("no processes left")

    with pytest.raises(SandboxError, match="no processes left"):
        score(CH07, "2d", {"conv_forward": LOOPS}, b"", call=call)


# Hidden cases stay hidden.


def test_a_case_that_does_not_shrink_is_not_shown():
    (fixed, *_) = Deck(CH08.capabilities, b"ada").cases("bias")

    def wrong_there_alone(dy):
        return RIGHT["conv_backward_bias"](dy) + np.array_equal(dy, fixed.args["dy"])

    result = score(CH08, "bias", {"conv_backward_bias": wrong_there_alone}, b"ada")
    assert (result.status, result.finding) == ("wrong", KEPT)
    assert (result.case, result.replay, result.mistake) == ("", "", "")


def test_where_only_the_numbers_do_not_shrink_others_are_shown():
    shape = Deck(CH08.capabilities, b"ada").cases("bias")[2].args["dy"].shape

    def wrong_in_that_shape(dy):
        return RIGHT["conv_backward_bias"](dy) + (dy.shape == shape and dy.min() < 0)

    result = score(CH08, "bias", {"conv_backward_bias": wrong_in_that_shape}, b"ada")
    _, case = parse(result.replay)
    assert case.args["dy"].shape == shape
    assert not any(np.array_equal(case.args["dy"], array) for array in hidden(CH08))


def test_no_listed_answer_is_shown_a_hidden_array_or_kept_in_the_dark(slug, exercise):
    exercise = replace(exercise, closed=())
    right = VARIANTS[slug]["einsum"]
    secrets = hidden(exercise)
    named = [(mistake.breaks, way) for mistake in exercise.mistakes for way in mistake.functions]
    for breaks, wrong in named + [(names.split(), wrong) for names, wrong in UNLISTED[slug].values()]:
        for capability in breaks:
            result = score(exercise, capability, {**right, **wrong}, b"ada")
            if exercise.capability(capability).tally and not result.replay:  # it is counted, and not shown
                assert result.case == ""
                continue
            arrays = [a for a in parse(result.replay)[1].args.values() if isinstance(a, np.ndarray)]
            assert not any(np.array_equal(a, secret) for a in arrays for secret in secrets)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cnnlab.saw_{}", "something that is closed in this exercise"),
        ("{}", "something that is closed in this exercise"),
        ("cnnlab", "something that is closed in this exercise"),
        ("cnnlab.conv_transpose.saw_{}", "something that is closed in this exercise"),
        ("scipy.saw_{}", "scipy"),
        ("cnnlab.naive.conv_forward", "cnnlab.naive.conv_forward"),
        ("cnnlab.layers.Conv", "cnnlab.layers.Conv"),
        ("cnnlab.fft_conv", "cnnlab.fft_conv"),
    ],
)
def test_of_what_is_closed_only_names_that_exist_are_repeated(text, said, monkeypatch):
    monkeypatch.delattr("cnnlab.naive", raising=False)  # which grading never imports

    def forward(x, weight, bias=None, **options):
        raise ClosedFunctionError(text.format(int(x.sum())))

    finding = score(CH07, "1d", {"conv_forward": forward}, b"ada").finding
    assert finding == f"Your own work is asked for here, but your function calls {said}."


# Words.


def bias_case():
    return Deck(CH08.capabilities, b"").cases("bias")[0]


def test_an_exception_of_another_process_has_its_line_ready():
    class Elsewhere(ValueError):
        said = "ValueError: too small, in line 3 of your cell: `raise ValueError`"

    def dbias(dy):
        raise Elsewhere

    assert run(dbias, bias_case()).text == Elsewhere.said


def test_what_a_terminal_or_a_page_would_obey_is_taken_out():
    def dbias(dy):
        raise ValueError("\x1b[2J\x1b]0;title\x07evil\u202e\u2066\u200b\x00\x9b \ud800 text")

    assert "ValueError: evil text, in line" in run(dbias, bias_case()).text


def test_an_exception_that_cannot_say_what_it_is_is_named():
    class Speechless(Exception):
        def __str__(self):
            raise RuntimeError

    def dbias(dy):
        raise Speechless

    assert run(dbias, bias_case()).text == "Speechless"


def said_of(value, **outcome):
    case = bias_case()
    return finding(CH08, case, Outcome("value", value=value, **outcome), reference(case))


class StudentObject:
    """As the sandbox's: each of its attributes is asked for in the student's process."""

    _name = "make.<locals>.DataFrame"

    def __getattr__(self, name):
        raise AssertionError(f"{name} is looked up")


class StudentFunction(StudentObject):
    """What can be called is another kind of proxy."""


def test_an_object_that_lives_in_another_process_is_called_by_its_class_and_not_touched():
    asked = "an array of real numbers, of shape 3, is asked for."
    assert said_of(StudentObject()) == f"You return a DataFrame; {asked}"
    assert said_of(StudentFunction()) == f"You return a function; {asked}"
    assert said_of([1]) == f"You return a list; {asked}"
    assert said_of(np.zeros(3, complex)) == f"You return an array of complex128; {asked}"


@pytest.mark.parametrize(
    "value",
    [
        np.zeros((1,) * 64),
        np.zeros(0, [("x" * 500, float)]),
        type("long" * 100, (), {})(),
        np.array([1e300, np.nan, -np.inf]),
        np.array([2.0**70, 2, 3]),
    ],
)
def test_a_finding_is_short_whatever_is_returned(value):
    said = said_of(value, changed="dy")
    assert len(said) < 300
    assert "\n" not in said


def test_of_long_numbers_one_is_shown():
    case = Case("conv_backward_bias", {"dy": np.full((1, 24, 1), 1 / 3e7)})
    said = finding(CH08, case, Outcome("value", value=np.full(24, 1e7 / 3)), reference(case))
    assert said == "At [0] you return 3.33333e+06; the numerical slope is 3.33333e-08."


def test_a_result_is_kept_as_it_was_returned():
    room = np.zeros(3)

    def dbias(dy):
        room[:] = dy.sum(axis=(0, *range(2, dy.ndim)))
        return room

    case = bias_case()
    outcome = run(dbias, case)
    room[:] = 0
    assert outcome.value.tolist() == reference(case).tolist()


def test_a_wrong_result_and_a_changed_argument_are_told_in_one_line():
    def dbias(dy):
        dy *= 2
        return dy.sum(axis=(0, *range(2, dy.ndim)))

    result = score(CH08, "bias", {"conv_backward_bias": dbias}, b"ada")
    assert result.case == "dy [1]"
    assert result.finding == (
        "You return [2]; the numerical slope is 1. After your call dy is no longer what it was."
    )


# No needless work.


def counting(monkeypatch):
    counts = {"yours": 0, "truth": 0}

    def truth(case):
        counts["truth"] += 1
        return reference(case)

    def call(function, *args, **options):
        counts["yours"] += 1
        return call_directly(function, *args, **options)

    monkeypatch.setattr("cnnlab.checks.marking.reference", truth)
    return counts, call


def test_a_right_answer_is_called_once_a_case(exercise, slug, monkeypatch):
    functions = VARIANTS[slug]["einsum"]
    counts, call = counting(monkeypatch)
    for capability in exercise.capabilities:
        counts.update(yours=0, truth=0)
        assert score(exercise, capability.name, functions, b"ada", call=call).earned == capability.points
        cases = Deck(exercise.capabilities, b"ada").cases(capability.name)
        assert counts == {"yours": len(cases), "truth": len(cases)}


def test_a_hopeless_answer_is_not_called_for_long(exercise, monkeypatch):
    counts, call = counting(monkeypatch)
    functions = dict.fromkeys(exercise.functions, lambda *args, **options: np.zeros(3))
    common_deck.cache_clear()
    truths = []
    for _ in "ab":
        counts.update(yours=0, truth=0)
        for capability in exercise.capabilities:
            score(exercise, capability.name, functions, b"ada", call=call)
        assert counts["yours"] < 20 * len(exercise.capabilities)
        truths.append(counts["truth"])
    told = [c.name for c in exercise.capabilities if c.tally]  # of these each case counts
    counted = sum(len(Deck(exercise.capabilities, b"ada").cases(name)) for name in told)
    assert truths[1] < truths[0]  # the common cases are known by then
    assert truths[1] <= len(exercise.capabilities) + 2 + counted <= truths[0]
