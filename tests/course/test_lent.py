"""Exercise 3: cases that lend functions, layers and random numbers, and a capability that is counted."""

from dataclasses import replace

import numpy as np
import pytest
from course.answers.ch03_gradcheck import VARIANTS

from cnnlab.checks import Case, check_all, parse, replay, score
from cnnlab.checks.case import Number
from cnnlab.checks.ch03_gradcheck import CATALOGUE, FUNCTIONS, LAYERS, RIGHT, X
from cnnlab.checks.compare import difference
from cnnlab.checks.lent import Seed
from cnnlab.checks.marking import Deck
from cnnlab.checks.record import reference
from cnnlab.checks.run import run
from solutions.ch03_gradcheck.checks import EXERCISE

OPEN = replace(EXERCISE, closed=())
LOOPS = VARIANTS["loops"]


def test_a_function_is_known_by_its_name():
    right, said = replay("ch03:function=complex_step_gradient,f=cubes,x=[1,2]", LOOPS)
    assert right and said.startswith("complex_step_gradient on x [1, 2], f cubes\n")
    right, said = replay(
        "ch03:function=numerical_gradient,f=squares,x=int64[1,2],step=1",
        {"numerical_gradient": lambda f, x, step=None: np.array([f(x + step) - f(x), 0.0])},
    )
    assert not right
    assert said.endswith("You return [8, 0]; at [0] with that step the quotient is 2.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ch03:function=complex_step_gradient,f=cube,x=[1]", "f=cube is not known; there is squares, cubes,"),
        ("ch03:layer=secret,x=[1],rng=0", "layer=secret is not known; there is dense"),
        ("ch03:layer=dense,x=[1],rng=one", "rng=one is not known; there is a seed"),
    ],
)
def test_what_is_not_in_the_catalogue_is_told(text, words):
    with pytest.raises(ValueError, match=words):
        parse(text)


def test_a_case_whose_answer_hangs_on_random_numbers_has_none():
    args = {"f": FUNCTIONS["squares"], "x": np.array([1.0, 2]), "gradient": np.array([1.0, 2])}
    assert reference(Case("directional_check", {**args, "rng": Seed("0")})) == 0.5
    with pytest.raises(ValueError, match="depends on the random numbers"):
        reference(Case("directional_check", {**args, "gradient": np.array([1.0, 3]), "rng": Seed("0")}))


def test_calls_are_counted_and_shapes_are_held():
    case = Case("numerical_gradient", {"f": FUNCTIONS["cubes"], "x": np.array([1.0, 2])})
    for function, words in [
        (lambda f, x: [f(x) for _ in range(7)], "RuntimeError: f was called more than 6 times"),
        (lambda f, x: f(1.0), r"ValueError: f takes an array of numbers of shape \(2,\), not \(\)"),
    ]:
        with pytest.raises(AssertionError, match=words):
            raise AssertionError(run(function, case).text)
    assert run(lambda f, x: np.array([f(x) for _ in range(6)]), case).kind == "value"


def test_a_number_is_a_form_of_its_own():
    case, one = Case("relative_error", {}), Number.of(1.0)
    assert [difference(Number.of(v), one, case) for v in (1, True, np.float32(1), np.array(1.0))] == [""] * 4
    assert [difference(Number.of(v), one, case) for v in (np.ones(1), "1", None, 2**80)] == ["type"] * 4
    assert difference(Number.of(np.inf), Number.of(np.inf), case) == ""
    assert difference(Number.of(1e300), Number.of(np.inf), case) == "value"
    assert difference(Number.of(-np.inf), Number.of(np.inf), case) == "value"
    assert difference(one, np.ones(()), case) == "type"
    verdict = Number.of(True)
    assert [difference(Number.of(v), verdict, case) for v in (True, np.True_, False)] == ["", "", "value"]
    assert [difference(Number.of(v), verdict, case) for v in (1, 2e-9)] == ["type"] * 2


def test_practice_layers_are_what_they_are_called():
    for name, layer in CATALOGUE["layer"].items():
        case = Case("check_layer", {"layer": layer, "x": X, "rng": Seed("0")})
        assert reference(case) == (name in RIGHT)


@pytest.mark.parametrize("seed", [b"", b"ada", b"emil"])
def test_eight_are_planted_four_are_right_and_all_look_alike(seed):
    deck = Deck(EXERCISE.capabilities, seed)
    chapters, *twelve = deck.cases("detective")
    assert chapters.args["layer"] is LAYERS["dense"]
    assert sum(deck.truth(case).item() for case in twelve) == 4
    assert {str(case.args["layer"]) for case in twelve} == {"one of twelve"}
    assert {tuple(case.args["layer"].parameters) for case in twelve} == {("weight", "bias")}


def test_the_order_is_drawn():
    orders = set()
    for seed in (b"1", b"2", b"3", b"4"):
        deck = Deck(EXERCISE.capabilities, seed)
        orders.add(tuple(deck.truth(case).item() for case in deck.cases("detective")))
    assert len(orders) > 2


def test_a_detective_is_paid_by_the_head():
    deck = Deck(EXERCISE.capabilities, b"ada")
    truth = [deck.truth(case).item() for case in deck.cases("detective")]

    def earned(wrong):
        """What somebody gets who is wrong on these of the layers."""
        said = iter([right != (place in wrong) for place, right in enumerate(truth)])
        return score(OPEN, "detective", {"check_layer": lambda layer, x, rng: next(said)}, b"ada").earned

    planted = [place for place, right in enumerate(truth) if not right]
    right = [place for place, right in enumerate(truth) if right and place]
    assert (len(planted), len(right)) == (8, 4)
    assert [earned(planted[:n]) for n in (0, 1, 5, 8)] == [4, 3.5, 1.5, 0]
    assert [earned(right[:n]) for n in (1, 2, 4)] == [3, 2, 0]
    assert earned(planted[:3] + right[:1]) == 1.5


def test_what_goes_wrong_on_the_chapters_layer_is_shown_and_on_others_is_not():
    def raises(layer, x, rng):
        return layer.forward(x) + np.ones(1000)

    def raises_on_tables(layer, x, rng):
        if layer.parameters["bias"].tolist() != [1, -2, 3]:  # not the chapter's
            raise ValueError(f"{x.tolist()}")
        return LOOPS["check_layer"](layer, x, rng)

    result = score(OPEN, "detective", {"check_layer": raises}, b"ada")
    assert result.status == "error"
    assert result.replay.startswith("ch03:layer=dense,x=")
    assert result.finding.startswith("Your function raises ValueError: operands could not be broadcast")
    result = score(OPEN, "detective", {"check_layer": raises_on_tables}, b"ada")
    assert (result.case, result.replay) == ("", "")
    counted = "Of 8 layers with a mistake it finds 0, of 4 right ones it accuses 4."
    assert result.finding == f"{counted} For 12 of them there is no answer."


def test_an_error_is_no_verdict():
    answers = {**VARIANTS["loops"], "check_layer": lambda layer, x, rng: 2e-9}
    said = check_all("ch03", answers)[-1].text()
    assert "You return one number; True or False is asked for." in said
