"""What students see of exercise 3: its capabilities, hand examples, properties, edges; functions and layers.

A case names its function or layer, which its calls are lent. The layers here are for practice. Those that
count are drawn anew for each student, right or planted, and bear no name.
"""

from __future__ import annotations

import numpy as np

from .case import Number, number_text
from .compare import form_text
from .exercise import Exercise, capability
from .lent import Function, Made, Seed
from .record import as_case, reference
from .simpler import plain
from .visible import CheckFailed, equal, holds

POINT = np.array([2.0, 1, -3])

# Functions of an array, that give one number.

FUNCTIONS = {
    name: Function(name, formula)
    for name, formula in {
        "squares": lambda x: np.sum(x**2),
        "cubes": lambda x: np.sum(x**3),
        "fourth": lambda x: np.sum(x**4),
        "wave": lambda x: np.sum(np.exp(x) * np.sin(x)),
        "neighbours": lambda x: np.sum(x * np.roll(x, -1) ** 2),
        # At 0 flat in about half of all directions, of whatever kind these are: normal, or of signs alone.
        "gate": lambda x: x[0] * (np.abs(x[0] + x[1]) > np.abs(x[0] - x[1])),
    }.items()
}
CUBES, SQUARES, WAVE = FUNCTIONS["cubes"], FUNCTIONS["squares"], FUNCTIONS["wave"]


# Layers to practise on: one pass forward, and several ways back, most of them wrong.

X = np.array([[1.0, 2, -1, 3], [2, -3, 1, 1], [-1, 1, 4, 2], [3, 1, 2, -2], [1, -4, 2, 5]])
WEIGHT = np.array([[2.0, -1, 1, 3], [1, 1, -2, 1], [-1, 2, 1, 1]])
BIAS = np.array([1.0, -2, 3])


def dense(x, weight, bias):
    """Weigh every input for every output."""
    return x @ weight.T + bias


def dense_back(dy, x, weight, bias):
    """Send dy back along every weight."""
    return dy @ weight, {"weight": dy.T @ x, "bias": dy.sum(axis=0)}


def smooth(x, weight, bias):
    """Squash what a dense layer gives."""
    return np.tanh(dense(x, weight, bias))


def smooth_back(dy, x, weight, bias):
    """Multiply by the slope of tanh first."""
    return dense_back(dy * (1 - smooth(x, weight, bias) ** 2), x, weight, bias)


def but(**wrong):
    """Replace what a dense layer's way back says of x, of the weight or of the bias."""

    def back(dy, x, weight, bias):
        dx, gradients = dense_back(dy, x, weight, bias)
        found = {"x": dx, **gradients}
        found |= {name: change(found[name], dy) for name, change in wrong.items()}
        return found.pop("x"), found

    return back


def forget_one(dweight, dy):
    """Leave the largest entry unwritten."""
    dweight[np.unravel_index(np.abs(dweight).argmax(), dweight.shape)] = 0
    return dweight


def _layers():
    ways = {
        "dense": dense_back,
        "weight_10_percent": but(weight=lambda dweight, dy: 1.1 * dweight),
        "dx_turned": but(x=lambda dx, dy: -dx),
        "dx_tripled": but(x=lambda dx, dy: 3 * dx),
        "images_mixed_up": but(x=lambda dx, dy: dx[::-1]),
        "mean_bias": but(bias=lambda dbias, dy: dy.mean(axis=0)),
        "ignores_dy": lambda dy, x, **given: dense_back(np.ones(dy.shape), x, **given),
        "one_weight_forgotten": but(weight=forget_one),
    }
    given = {"weight": WEIGHT, "bias": BIAS}
    layers = {name: Made(name, dense, back, X.shape, given) for name, back in ways.items()}
    small = {"weight": WEIGHT / 8, "bias": BIAS / 8}
    return layers | {"smooth": Made("smooth", smooth, smooth_back, X.shape, small)}


LAYERS = _layers()
RIGHT = ("dense", "smooth")
CATALOGUE = {"f": FUNCTIONS, "layer": LAYERS}


def right_number(case, index):
    """Say what one entry of the result is."""
    value = reference(case)
    if case.function == "check_layer":
        return f"the answer is {bool(value)}"
    what = {
        "numerical_gradient": "the slope" if case.option("step") is None else "with that step the quotient",
        "complex_step_gradient": "the slope" if case.option("step") is None else "with that step it",
        "relative_error": "the relative error",
        "directional_check": "the worst relative error",
    }
    return f"{what[case.function]} is {number_text(value[index])}"


def asked(what, your, function, *args, **options):
    """Hold that a call's result is what the package says."""
    case = as_case(function, args, options)
    value = getattr(your, function)(*args, **options)
    equal(f"{what}\n  The call: {case.call()}", value, reference(case), case)


# Properties. Each call of theirs is held against the truth as well.


def of_each_axis(your, f, x):
    """The shape of x does not matter: a table has the slopes of its entries in a row."""
    return your.numerical_gradient(f, x, step=0.5).ravel(), your.numerical_gradient(f, x.ravel(), step=0.5)


def order(your, a, b):
    """Who stands first does not matter."""
    return your.relative_error(a, b), your.relative_error(b, a)


def fourfold(your, f, x):
    """Twice the step, four times the error: of cubes it is the square of the step, and taken off here."""
    return your.complex_step_gradient(f, x, step=1.0) + 1, your.complex_step_gradient(f, x, step=2.0) + 4


def four_times(your, f, x, gradient):
    """A gradient that is four times too large is off by three quarters, whatever the directions."""
    return your.directional_check(f, x, gradient, Seed("8"), directions=1), 0.75


# What each capability shows: by hand, as a property, at an edge of the contract.


@capability(
    "numerical",
    3,
    section="Slopes by small steps",
    varies="functions, shapes, whole numbers in x, given steps and your own, how often f is called; "
    "x stays as it is",
)
def numerical(your):
    with_half = your.numerical_gradient(CUBES, POINT, step=0.5)
    equal(
        "By hand: the cubes at [2, 1, -3] with a step of 0.5. Each slope is off by 0.25.",
        with_half,
        [12.25, 3.25, 27.25],
    )
    asked("The cubes with a step of your own: 12, 3 and 27.", your, "numerical_gradient", CUBES, POINT)
    table = np.array([[1.0, 2, 3], [-1, 4, 2]])
    holds("A table of numbers.", of_each_axis, your, FUNCTIONS["neighbours"], table)
    asked("A table, a step of your own.", your, "numerical_gradient", WAVE, table / 4)
    asked("A step of your own beside 0, too.", your, "numerical_gradient", WAVE, np.array([0.0, 1]))
    whole = np.array([1, 2])
    asked("Whole numbers: the squares at [1, 2].", your, "numerical_gradient", SQUARES, whole)
    asked("Whole numbers, half a step.", your, "numerical_gradient", CUBES, whole, step=0.5)


@capability(
    "complex",
    1,
    label="complex step",
    section="A step without subtraction",
    varies="functions, shapes, whole numbers in x and steps; x stays as it is",
)
def complex_step(your):
    by_hand = your.complex_step_gradient(CUBES, POINT)
    equal("By hand: the cubes at [2, 1, -3].", by_hand, [12, 3, 27])
    long = your.complex_step_gradient(CUBES, np.array([2.0]), step=1.0)
    equal("By hand: (2 + i)^3 = 2 + 11 i, a step of 1.", long, [11])
    holds("A step of 1 is off by -1, one of 2 by -4.", fourfold, your, CUBES, POINT)
    asked("Waves below zero.", your, "complex_step_gradient", WAVE, np.array([[-1.0, -2.5], [0.5, 4]]))
    asked("Whole numbers.", your, "complex_step_gradient", WAVE, np.array([1, 2]))


@capability(
    "relative",
    1,
    label="relative error",
    section="How far apart are two gradients?",
    varies="sizes, signs, shapes that differ, and gradients of zeros",
)
def relative(your):
    by_hand = your.relative_error(np.array([1.0, 100]), np.array([1.0, 80]))
    equal("By hand: [1, 100] and [1, 80].", by_hand, 0.2)
    small_entry = "Measure a small entry's difference, too, by the largest entry of all."
    asked(small_entry, your, "relative_error", np.array([1.0, 100]), np.array([2.0, 100]))
    large, small = np.array([[4.0, 8], [2, 6]]), np.array([[1.0, 2], [3, 1]])
    holds("Exchanged arguments.", order, your, large, small)
    holds("Exchanged arguments, one of zeros.", order, your, large, 0 * large)
    asked("Below zero.", your, "relative_error", np.array([-4.0, -1]), np.array([-4.0, 1]))
    asked("Tiny ones.", your, "relative_error", np.array([1e-9]), np.array([2e-9]))
    asked("Zeros beside zeros.", your, "relative_error", np.zeros(2), np.zeros(2))
    asked("Another shape.", your, "relative_error", np.ones(3), np.ones((3, 3)))
    asked("A single row.", your, "relative_error", np.ones(3), np.ones((1, 3)))


@capability(
    "directional",
    1,
    section="One direction instead of all entries",
    varies="functions, shapes, what is wrong with the gradient, and how often f is called",
)
def directional(your):
    zero, one_wrong = np.zeros(40), np.zeros(40)
    one_wrong[17] = 1
    right = 3 * POINT**2
    by_hand = your.directional_check(CUBES, POINT, right, Seed("0"))
    equal(
        "By hand: the cubes at [2, 1, -3] have the gradient [12, 3, 27].",
        by_hand,
        0.0,
        as_case("directional_check", (), {}),
    )
    asked("A gradient twice as large.", your, "directional_check", CUBES, POINT, 2 * right, Seed("1"))
    asked("One that points the other way.", your, "directional_check", CUBES, POINT, -right, Seed("2"))
    asked("One entry of 40 is wrong.", your, "directional_check", SQUARES, zero, one_wrong, Seed("3"))
    ridge = np.where(np.arange(40) % 2, 1.0, -1)
    asked("Errors that add up to nothing.", your, "directional_check", SQUARES, zero, ridge, Seed("4"))
    asked("No slope at all, rightly.", your, "directional_check", SQUARES, zero, zero, Seed("5"))
    asked("Another shape.", your, "directional_check", CUBES, POINT, right[None], Seed("6"))
    table = np.array([[1.0, 2, 3], [-1, 4, 2]])
    asked("A table, and half its slopes.", your, "directional_check", SQUARES, table, table, Seed("9"))
    long = np.arange(1.0, 41) / 10
    asked("Two directions.", your, "directional_check", WAVE, long, 0 * long, Seed("7"), directions=2)
    gate, flat = FUNCTIONS["gate"], np.zeros(2)
    worst = "Let the worst of 64 directions count: about half of them find nothing wrong."
    for seed in "10", "11", "12", "13":
        asked(worst, your, "directional_check", gate, flat, flat, Seed(seed), directions=64)
    holds("Four times too large.", four_times, your, SQUARES, np.array([1, 2]), np.array([8.0, 16]))


def tally(found):
    """Count who was caught, for half a point each, and who was accused, for a point off each."""
    twelve = [(right, well) for case, right, well in found if case.args["layer"].name not in LAYERS]
    caught = sum(well for right, well in twelve if not right)
    accused = sum(not well for right, well in twelve if right)
    planted = sum(not right for right, _ in twelve)
    said = f"Of {planted} layers with a mistake it finds {caught}, of {len(twelve) - planted} right ones "
    points = 4 * max(0, caught / planted - accused / (len(twelve) - planted))
    return points, f"{said}it accuses {accused}."


@capability(
    "detective",
    4,
    section="A detective's routine",
    varies="the layers: twelve of several kinds, of which four are right",
    tally=tally,
)
def detective(your):
    said = {
        "dense": "By hand: a dense layer. It is right.",
        "smooth": "A dense layer and tanh. It is right.",
        "weight_10_percent": "A dense layer, the weight's gradient 10 % too large.",
        "dx_turned": "A dense layer whose dx points the other way.",
        "dx_tripled": "A dense layer whose dx is three times too large.",
        "images_mixed_up": "A dense layer whose dx has the images in another order.",
        "mean_bias": "A dense layer that takes the mean of dy for the bias.",
        "ignores_dy": "A dense layer that does not read dy.",
        "one_weight_forgotten": "A dense layer that forgets one entry of the weight's gradient.",
    }
    for seed, (name, what) in enumerate(said.items()):
        value = Number.of(your.check_layer(LAYERS[name], X, Seed(str(seed))))
        truth = Number.of(name in RIGHT)
        if not isinstance(value, Number) or value.dtype.kind != "b":
            raise CheckFailed(f"{what}\n  {form_text(value, truth, 'type')}")
        if value != truth:
            begin = "" if value else " If the first rung is not right yet, begin there."
            raise CheckFailed(f"{what}\n  You say that it is {'right' if value else 'wrong'}.{begin}")


# Steps towards a smaller case.


def simpler_function(case):
    """A power in place of another function."""
    for name in ("squares", "cubes"):
        if "f" in case.args and "gradient" not in case.args and case.args["f"].name not in ("squares", name):
            yield case.changed(f=FUNCTIONS[name])


def famous(case):
    """A wrong gradient that is known to slip through some way of checking: of squares, few entries."""
    if "gradient" not in case.args:
        return
    at_zero = [np.array([1.0]), np.array([1.0, -1]), 2 * np.eye(12)[11]]
    for x, gradient in [(np.ones(1), np.array([4.0])), *((np.zeros(g.size), g) for g in at_zero)]:
        if x.size < case.args["x"].size:
            yield case.changed(f=SQUARES, x=x, gradient=gradient)


def options(case):
    """The usual number of directions; a step of 1; other random numbers."""
    if "rng" in case.args and case.args["rng"].name != "0":
        yield case.changed(rng=Seed("0"))
    if "directions" in case.options:
        yield case.changed(options={"directions": 8})
    if case.options.get("step") not in (None, 1):
        yield case.changed(options={"step": 1})


def _alike(case):
    """The arrays of a case that have one shape."""
    arrays = {name: a for name, a in case.args.items() if isinstance(a, np.ndarray)}
    return arrays if len({a.shape for a in arrays.values()}) == 1 else {}


def fewer(case):
    """In a row; then a half of the entries; then one entry less."""
    arrays = _alike(case)
    if not arrays:
        return
    shape = next(iter(arrays.values())).shape
    if len(shape) > 1:
        yield case.changed(**{name: a.ravel() for name, a in arrays.items()})
    elif shape and shape[0] > 1:
        n = shape[0]
        for part in (slice(1), slice(n // 2), slice(n // 2, None), slice(n - 1), slice(1, None)):
            yield case.changed(**{name: a[part] for name, a in arrays.items()})


def numbers(case):
    """Counting numbers in x."""
    x = case.args.get("x")
    if x is not None and "gradient" not in case.args:
        counted = np.arange(1.0, x.size + 1).reshape(x.shape).astype(x.dtype)
        if not np.array_equal(x, counted):
            yield case.changed(x=counted)


EXERCISE = Exercise(
    slug="ch03_gradcheck",
    title="How do I know that my gradient is right?",
    functions=(
        "numerical_gradient",
        "complex_step_gradient",
        "relative_error",
        "directional_check",
        "check_layer",
    ),
    capabilities=(numerical, complex_step, relative, directional, detective),
    right_number=right_number,
    simpler=(plain, simpler_function, options, famous, fewer, numbers),
    closed=("numerical", "complex_step", "relative", "directional", "check_", "deviation", "as_dy"),
    opens=("as_float",),
)
