"""The checkers are checked: slopes known by calculus, right gradients that pass, wrong ones that do not."""

import math
import warnings

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnlab import (
    check_gradient,
    check_layer,
    complex_step_gradient,
    conv_backward,
    conv_forward,
    dense_backward,
    dense_forward,
    directional_check,
    numerical_gradient,
    relative_error,
    relu_backward,
    relu_forward,
)

X = np.random.default_rng(0).normal(size=(2, 4, 3))
ARRAYS = hnp.arrays(np.float64, hnp.array_shapes(max_side=3), elements=st.integers(-1000, 1000))


def rng():
    return np.random.default_rng(1)


def wavy(x):
    return np.sum(np.exp(x) * np.sin(x))


def wavy_slope(x):
    return np.exp(x) * (np.sin(x) + np.cos(x))


# Entry by entry


def test_central_forward_and_complex_slopes_are_as_exact_as_promised():
    right = wavy_slope(X)
    assert relative_error(numerical_gradient(wavy, X), right) < 1e-9
    assert 1e-10 < relative_error(numerical_gradient(wavy, X, method="forward"), right) < 1e-6
    assert relative_error(complex_step_gradient(wavy, X), right) < 1e-15
    assert relative_error(scipy.optimize.approx_fprime(X.ravel(), wavy), right.ravel()) < 1e-6


@pytest.mark.parametrize(("method", "order"), [("central", 4), ("forward", 2)])
def test_halving_the_step_divides_the_error_by_its_order(method, order):
    coarse, fine = (numerical_gradient(np.exp, 1.0, method=method, step=h) - math.e for h in (0.02, 0.01))
    assert coarse / fine == pytest.approx(order, rel=0.02)


@pytest.mark.parametrize(("dtype", "bound"), [(np.float32, 1e-3), (np.float64, 1e-9), (np.longdouble, 1e-9)])
def test_steps_suit_the_dtype(dtype, bound):
    for x in (np.array([1, -3], dtype), np.array([1e6], dtype)):
        gradient = numerical_gradient(lambda x: np.sum(x * x), x)
        assert gradient.dtype == dtype
        np.testing.assert_allclose(gradient, 2 * x, rtol=bound)
        assert complex_step_gradient(lambda x: np.sum(x * x), x).dtype == dtype


@pytest.mark.parametrize("gradient_of", [numerical_gradient, complex_step_gradient])
def test_any_array_will_do_and_none_is_written_to(gradient_of):
    whole = np.arange(24).reshape(2, 3, 4) / 24
    for view in (whole[:, ::2, 1], whole.T, np.broadcast_to(1.5, (2, 3)), np.array(2.0), np.zeros((0, 3))):
        view.flags.writeable = False
        gradient = gradient_of(lambda x: np.sum(x * x), view)
        np.testing.assert_allclose(gradient, 2 * view, rtol=1e-8, atol=1e-9)
        assert gradient.shape == view.shape
    np.testing.assert_array_equal(whole, np.arange(24).reshape(2, 3, 4) / 24)
    np.testing.assert_allclose(gradient_of(lambda x: np.sum(x * x), [1, 2]), [2, 4], rtol=1e-9)


@pytest.mark.parametrize("gradient_of", [numerical_gradient, complex_step_gradient])
def test_x_stays_whatever_f_does(gradient_of):
    x = np.array([1.0, 2])

    def spoil(x):
        x[:] = 7
        raise RuntimeError("f broke")

    with pytest.raises(RuntimeError, match="f broke"):
        gradient_of(spoil, x)
    np.testing.assert_array_equal(x, [1, 2])


def test_forward_differences_call_f_half_as_often():
    for method, calls in (("central", 12), ("forward", 7)):
        seen = []
        numerical_gradient(lambda x, seen=seen: seen.append(x) or 0.0, np.ones(6), method=method)
        assert len(seen) == calls


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: numerical_gradient(wavy, X, method="backward"), ValueError, 'method is "backward", but'),
        (lambda: numerical_gradient(wavy, X, step=0), ValueError, "step is 0, but it must be positive"),
        (lambda: numerical_gradient(wavy, X, step=math.nan), ValueError, "step is nan"),
        (
            lambda: numerical_gradient(wavy, [5.0, 1], step=1e-16),
            ValueError,
            r"beside x\[0\] = 5.0 it is rounded away",
        ),
        (lambda: numerical_gradient(np.exp, X), ValueError, r"one number, but .* shape \(2, 4, 3\)"),
        (lambda: numerical_gradient(wavy, "x"), TypeError, "x must be an array of numbers"),
        (lambda: complex_step_gradient(wavy, X, step=-1), ValueError, "step is -1, but it must be positive"),
        (lambda: complex_step_gradient(np.exp, X), ValueError, "one number"),
        (
            lambda: complex_step_gradient(lambda x: wavy(x.real), X),
            TypeError,
            "real number .* the step got lost",
        ),
        (
            lambda: complex_step_gradient(wavy, X + 1j),
            TypeError,
            "x must be an array of real numbers, .* complex128",
        ),
        (lambda: directional_check(wavy, X, X, rng(), directions=0), ValueError, "directions is 0"),
        (lambda: directional_check(np.exp, X, X, rng()), ValueError, "one number"),
        (lambda: relative_error([None], 1), TypeError, "a must be an array of numbers"),
    ],
)
def test_errors_say_what_is_wrong(call, error, words):
    with pytest.raises(error, match=words):
        call()


# Comparing


def test_relative_error_by_hand():
    assert relative_error([1, 100], [1, 80]) == 0.2
    assert relative_error(1e-9, 2e-9) == 0.5
    assert relative_error([0, 0], [0.0, 0]) == 0
    assert relative_error(np.zeros((0, 2)), np.zeros((0, 2))) == 0
    assert relative_error([1, 2], [[1, 2], [1, 2]]) == math.inf
    assert relative_error(1j, -1j) == 2
    for bad in (math.nan, math.inf):
        assert math.isnan(relative_error([bad, 1], [bad, 1]))
        assert math.isnan(relative_error([bad, 1], [0, 1]))


@given(ARRAYS, st.floats(1e-3, 1e3))
def test_relative_error_is_symmetric_and_without_a_unit(a, c):
    b = a[::-1] * 1.5
    assert relative_error(a, b) == relative_error(b, a)
    assert relative_error(c * a, c * b) == pytest.approx(relative_error(a, b), rel=1e-12)
    assert relative_error(a, a) == 0
    assert relative_error(a, -a) in (0, 2)


def test_directions_find_one_wrong_entry():
    gradient = wavy_slope(X)
    assert directional_check(wavy, X, gradient, rng()) < 1e-14
    assert directional_check(lambda x: float(wavy(x)), X, gradient, rng()) < 1e-9
    gradient[1, 2, 0] += 1e-9
    assert directional_check(wavy, X, gradient, rng()) > 1e-12
    assert directional_check(wavy, X, gradient.T, rng()) == math.inf
    assert math.isnan(directional_check(wavy, X, np.full_like(X, np.nan), rng()))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(abs(x) ** 2),
        lambda x: np.vdot(x, x),
        lambda x: np.sum(x.real**2),
        lambda x: np.sum(np.cbrt(x**6)),
    ],
)
def test_code_that_loses_the_complex_step_is_checked_without_it(f):
    assert directional_check(f, X, 2 * X, rng()) < 1e-9
    assert directional_check(f, X, 2.001 * X, rng()) == pytest.approx(0.001 / 2.001, rel=1e-3)


def test_trying_a_complex_step_leaves_no_warning_behind():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        directional_check(lambda x: np.sum(x.astype(float)), X, np.ones_like(X), rng())
    assert not caught


# Checking a backward function

CASES = {
    "dense": (dense_forward, lambda dy, x, w, b: dense_backward(dy, x, w), [(3, 4), (2, 4), (2,)]),
    "conv": (conv_forward, lambda dy, x, w, b: conv_backward(dy, x, w), [(2, 3, 7, 6), (4, 3, 2, 3), (4,)]),
}


def inputs(shapes):
    return [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes)]


def cast(forward):
    """Make a function that complex numbers cannot pass."""
    return lambda *arrays: forward(*(np.asarray(a, np.float64) for a in arrays))


@pytest.mark.parametrize("name", CASES)
def test_right_gradients_pass(name):
    forward, backward, shapes = CASES[name]
    report = check_gradient(forward, backward, inputs(shapes), rng())
    assert report.ok
    assert (report.method, report.tolerance) == ("complex step", 1e-12)
    assert report.worst < 1e-13
    assert report.where in ("dx", "dweight", "dbias")
    assert report.diagnosis == "Right: dx, dweight, dbias."
    rough = check_gradient(cast(forward), backward, inputs(shapes), rng())
    assert rough.ok
    assert (rough.method, rough.tolerance) == ("central differences", 1e-8)
    assert 0 < rough.doubt < 1e-9
    assert report.doubt == report.redrawn == 0


@pytest.mark.parametrize("wrap", [lambda f: f, cast])
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_one_wrong_entry_is_found(name, which, wrap):
    forward, backward, shapes = CASES[name]
    place = tuple(n - 1 for n in shapes[which])

    def wrong(dy, *arrays):
        gradients = backward(dy, *arrays)
        gradients[which][place] += 0.01
        return gradients

    report = check_gradient(wrap(forward), wrong, inputs(shapes), rng())
    assert not report.ok
    assert report.where == f"d{('x', 'weight', 'bias')[which]}{list(place)}"
    assert f"{report.where} is " in report.diagnosis
    assert "All of" not in report.diagnosis
    assert [found.verdict for found in report.findings].count("wrong") == 1


IMAGES = "3 is the length of axis 0 (images) of y"
UNITS = "6 = 3 * 2 are the lengths of axes 0 (images) and 1 (channels) of y"
CONSTANTS = {
    3: f" {IMAGES}: is a sum taken where a mean belongs?",
    -1: " Its sign is wrong.",
    0: "",
    1 / 3: f" That is 1/3. {IMAGES}: is a mean taken where a sum belongs?",
    1 / 6: f" That is 1/6. {UNITS}: is a mean taken where a sum belongs?",
    8 / 11: " That is 8/11.",
    4: " 4 is the length of axis 1 of the array itself: is a sum taken where a mean belongs?",
    13: "",
    np.pi: "",
}
SLUGS = {-1: "sign", 0: "unwritten"}


@pytest.mark.parametrize("factor", CONSTANTS)
def test_a_common_factor_is_told(factor):
    forward, backward, shapes = CASES["dense"]

    def wrong(dy, *arrays):
        dx, dweight, dbias = backward(dy, *arrays)
        return dx, factor * dweight, dbias

    report = check_gradient(forward, wrong, inputs(shapes), rng())
    assert report.diagnosis.startswith("Right: dx, dbias. dweight[")
    said, meant = report.diagnosis.split("All of dweight is ")[1].split(" times what it should be.")
    assert float(said) == pytest.approx(factor, rel=1e-5)
    assert meant == CONSTANTS[factor]
    assert report.patterns == {"dx": "", "dweight": SLUGS.get(factor, "scale"), "dbias": ""}
    is_, slope = (float(words.split()[0].rstrip(".,")) for words in report.diagnosis.split(" is ")[1:3])
    assert is_ == pytest.approx(factor * slope, rel=1e-4)


def test_a_wrong_shape_is_told():
    forward, backward, shapes = CASES["dense"]

    def wrong(dy, *arrays):
        dx, dweight, dbias = backward(dy, *arrays)
        return dx, dweight, dbias[None]

    report = check_gradient(forward, wrong, inputs(shapes), rng())
    assert (report.ok, report.worst, report.where) == (False, math.inf, "dbias")
    words = "dbias has shape (1, 2), but bias has shape (2,). It is right when it is reshaped."
    assert report.diagnosis == f"Right: dx, dweight. {words}"
    assert report.patterns["dbias"] == "shape"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_wrong_and_found(bad):
    def spoilt(dy, x):
        dx = relu_backward(dy, x)
        dx[1, 2] = bad
        return dx

    with np.errstate(invalid="ignore"):
        report = check_gradient(relu_forward, spoilt, [np.array([[-3.0, 1, 2], [4, -5, 6]])], rng())
    assert not report.ok
    assert report.where == "dx[1, 2]"
    assert f"dx[1, 2] is {bad:g}, but the slope there is " in report.diagnosis


def test_a_nan_is_worse_than_any_error():
    forward, backward, shapes = CASES["dense"]

    def spoilt(dy, *arrays):
        dx, dweight, dbias = backward(dy, *arrays)
        return dx, 2 * dweight, dbias * np.nan

    report = check_gradient(forward, spoilt, inputs(shapes), rng())
    assert not report.ok
    assert report.where == "dbias[0]"


def test_a_forward_of_nan_is_not_right():
    report = check_gradient(lambda x: x * np.nan, lambda dy, x: dy, [np.ones(2)], rng())
    assert not report.ok
    assert math.isnan(report.worst)


def test_slopes_lost_in_rounding_count_as_zero():
    """A bias that a mean takes away again has a gradient of 0, and must not fail for what rounding leaves."""

    def centre(x, bias):
        y = x + bias
        return y - y.mean(axis=0) + 1000

    def backward(dy, x, bias):
        dy = dy - dy.mean(axis=0)
        return dy, dy.sum(axis=0)

    for forward in (centre, cast(centre)):
        report = check_gradient(forward, backward, [X[0], X[1, 0]], rng(), names=["x", "bias"])
        assert report.ok, report
        broken = check_gradient(
            forward, lambda *a: (backward(*a)[0], a[0].sum(axis=0)), [X[0], X[1, 0]], rng()
        )
        assert not broken.ok


def test_a_gradient_where_none_should_be_is_wrong():
    report = check_gradient(lambda x: 0 * x, lambda dy, x: dy, [np.ones(3)], rng())
    assert not report.ok
    assert "All of" not in report.diagnosis


@pytest.mark.parametrize("shape", [(0, 3), ()])
def test_empty_and_single_inputs(shape):
    assert check_gradient(np.sin, lambda dy, x: dy * np.cos(x), [np.full(shape, 0.5)], rng()).ok
    wrong = check_gradient(np.sin, lambda dy, x: dy * np.sin(x), [np.full(shape, 0.5)], rng())
    assert wrong.ok == (shape != ())
    assert "All of" not in wrong.diagnosis  # one entry is no pattern


def test_inputs_are_checked_in_float64():
    seen = set()

    def square(x):
        seen.add(x.dtype)
        return x * x

    for dtype in (np.float32, np.float16, int, bool):
        assert check_gradient(square, lambda dy, x: [2 * dy * x], [np.ones((2, 3), dtype)], rng()).ok
    assert seen == {np.dtype(np.float64), np.dtype(np.complex128)}


def test_inputs_are_left_alone_whatever_the_functions_do():
    def scribble(x):
        y = x * x
        x[:] = 0
        return y

    def spoil(dy, x):
        dy[:] = x[:] = 7
        raise RuntimeError("backward broke")

    whole = np.arange(24.0).reshape(2, 3, 4) - 8.5
    for x in (whole.copy(), np.asfortranarray(whole), whole[:, ::-2, 1:3], whole.astype(int), whole.T):
        x.flags.writeable = False
        before = x.copy()
        report = check_gradient(scribble, lambda dy, x: 2 * dy * x, [x], rng())
        assert report.patterns == {"dx": "", "x": "mutation"}
        with pytest.raises(RuntimeError, match="backward broke"):
            check_gradient(np.square, spoil, [x], rng())
        np.testing.assert_array_equal(x, before)
        assert check_gradient(np.square, lambda dy, x: 2 * dy * x, [x], rng()).ok


def test_the_upstream_gradient_is_random():
    """A dy of ones forgives a backward that forgets dy."""
    report = check_gradient(np.sin, lambda dy, x: np.cos(x), [X], rng())
    assert not report.ok
    np.testing.assert_allclose(np.cos(X), numerical_gradient(lambda x: np.sum(np.sin(x)), X), rtol=1e-7)


def test_reports_read_well_as_text_and_in_a_notebook():
    forward, backward, shapes = CASES["dense"]

    def wrong(dy, *arrays):
        dx, dweight, dbias = backward(dy, *arrays)
        return dx, dweight, 0 * dbias

    report = check_gradient(forward, wrong, inputs(shapes), rng(), tolerance=0.1)
    lines = str(report).splitlines()
    assert lines[0] == "Gradient check by complex step, tolerance 0.1"
    assert [line.split()[0::2] for line in lines[1:4]] == [
        ["dx", "right"],
        ["dweight", "right"],
        ["dbias", "wrong"],
    ]
    assert lines[3].split()[1] == "1.0e+00"
    assert lines[4] == report.diagnosis
    page = report._repr_html_()
    assert "<td>dbias</td><td>1.0e+00</td><td>wrong</td>" in page
    assert page.endswith(f"<p>{report.diagnosis}</p>")
    named = check_gradient(np.sin, lambda dy, x: dy, [X], rng(), names=["<b>"])
    assert "<td>d&lt;b&gt;</td>" in named._repr_html_()
    assert "<b>" not in named._repr_html_()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"inputs": [X, X]}, ValueError, "backward returned 1 gradients for 2 inputs: x, weight"),
        ({"inputs": []}, ValueError, "there are 0 inputs"),
        ({"inputs": [X] * 4}, ValueError, "there are 4 inputs, but 3 names: x, weight, bias"),
        ({"inputs": [X], "names": ["x", "y"]}, ValueError, "there are 1 inputs, but 2 names: x, y"),
        ({"inputs": [X], "tolerance": 0}, ValueError, "tolerance is 0, but it must be positive"),
        ({"inputs": [X], "directions": 0}, ValueError, "directions is 0, but it must be at least 1"),
        ({"inputs": [X * 1j]}, TypeError, "x must be an array of real numbers"),
    ],
)
def test_check_gradient_says_what_is_wrong_with_its_arguments(options, error, words):
    with pytest.raises(error, match=words):
        check_gradient(lambda *a: a[0], lambda dy, *a: dy, rng=rng(), **options)


# Checking a layer


class Affine:
    """y = x weight + bias, scaled by noise in training; counts its calls; makes a mistake if asked to."""

    def __init__(self, mistake=None):
        self.parameters = {"weight": np.full((3, 2), 0.5, np.float32), "bias": np.ones(2, np.float32)}
        self.gradients, self.mistake, self.calls, self.rng = {}, mistake, 0, rng()

    def forward(self, x, *, train=False):
        self.calls += 1
        self.x, self.noise = x, self.rng.integers(0, 2, 2) * 2 + 1 if train else 1
        return (x @ self.parameters["weight"] + self.parameters["bias"]) * self.noise

    def backward(self, dy):
        dy = dy * (1 if self.mistake == "is deaf" else self.noise)
        self.gradients = {"weight": self.x.T @ dy, "bias": dy.sum(axis=0)}
        if self.mistake == "averages":
            self.gradients["bias"] = dy.mean(axis=0)
        if self.mistake == "forgets":
            del self.gradients["bias"]
        return dy @ self.parameters["weight"].T


def test_a_right_layer_passes_and_stays_as_it_was():
    layer = Affine()
    before = {name: (array, array.copy()) for name, array in layer.parameters.items()}
    report = check_layer(layer, X[0], rng())
    assert report.ok, report
    assert [found.name for found in report.findings] == ["dx", "dweight", "dbias"]
    assert report.worst < 1e-13
    assert (layer.calls, layer.gradients) == (0, {})
    for name, (array, copy) in before.items():
        assert layer.parameters[name] is array
        np.testing.assert_array_equal(array, copy)


def test_a_layer_is_checked_in_training():
    assert not check_layer(Affine("is deaf"), X[0], rng()).ok


def test_a_wrong_layer_is_caught():
    report = check_layer(Affine("averages"), X[0], rng())
    assert not report.ok
    assert report.where.startswith("dbias[")
    assert "All of dbias is 0.25 times what it should be. That is 1/4." in report.diagnosis
    assert report.diagnosis.endswith(
        "4 is the length of axis 0 (images) of y: is a mean taken where a sum belongs?"
    )
    words = r"gradients has the keys \['weight'\], but parameters \['weight', 'bias'\]"
    with pytest.raises(ValueError, match=words):
        check_layer(Affine("forgets"), X[0], rng())
