"""The V-curve in a real browser: its slopes and errors are those of NumPy, its rounding that of the dtype."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import cnnlab

pytestmark = pytest.mark.browser

STEPS = [float(f"{digit}e-{power}") for power in range(16, 0, -1) for digit in (1, 2, 5)] + [1.0]
FUNCTIONS = {
    "cube": (lambda x: x * x * x, lambda x: 3 * x**2, 1.9),
    "wave": (lambda x: np.exp(x) * np.sin(x), lambda x: np.exp(x) * (np.sin(x) + np.cos(x)), 1.0),
    "line": (lambda x: 3 * x, lambda x: 3.0, 0.7),
    "relu": (cnnlab.relu_forward, lambda x: 1.0, 2.0**-10),
}


def state(figure):
    return figure.evaluate("figure => figure.state")


def choose(figure, **values):
    figure.evaluate("(figure, values) => { for (const n in values) figure.set(n, values[n]) }", values)
    return state(figure)


def slopes(name, dtype):
    """The three slopes at every step, by NumPy, and what rounding may do to them."""
    f, _, place = FUNCTIONS[name]
    x, h = dtype(place), np.array(STEPS, dtype)
    ahead, behind = x + h, x - h
    aside = (x + 1j * h).astype(np.result_type(dtype, np.complex64))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            "forward": (f(ahead) - f(x)) / (ahead - x),
            "central": (f(ahead) - f(behind)) / (ahead - behind),
            "complex": np.imag(f(aside)) / h,
        }
        rounding = 8 * np.finfo(dtype).eps * abs(f(x)) / h
    return found, np.where(np.isfinite(rounding), rounding, np.inf)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_slopes_and_errors_are_those_of_numpy(open_figure, name, dtype):
    figure = open_figure("cnn-v-curve")
    now = choose(figure, function=name, dtype=np.dtype(dtype).name)
    _, slope, place = FUNCTIONS[name]
    assert now["steps"] == STEPS and now["x"] == place
    assert_allclose(now["slope"], slope(place), rtol=1e-15)
    wanted, rounding = slopes(name, dtype)
    for method, right in wanted.items():
        shown = np.array([np.nan if s[method] is None else s[method] for s in now["slopes"]])
        np.testing.assert_array_equal(np.isnan(shown), np.isnan(right))
        there = ~np.isnan(right)
        # exp and sin may differ in their last digit from NumPy's; products may not
        exact = name != "wave" and (method != "complex" or name != "cube")
        slack = 0 if exact else 8 * np.finfo(dtype).eps * (1 if method == "complex" else 0)
        off = abs(shown - right)[there]
        limit = slack * abs(right[there]) if exact or method == "complex" else rounding[there]
        assert np.all(off <= limit), (method, off.max())
        for error, found in zip(np.array(now["errors"][method], float)[there], shown[there], strict=True):
            assert_allclose(error, cnnlab.relative_error(found, now["slope"]), rtol=1e-12)


def test_the_tips_of_the_v_are_where_theory_has_them(open_figure):
    figure = open_figure("cnn-v-curve")
    for dtype in (np.float64, np.float32):
        now, eps = choose(figure, dtype=np.dtype(dtype).name), np.finfo(dtype).eps
        steps = np.array(now["steps"])
        for method, power, left in (("forward", 1 / 2, 1 / 2), ("central", 1 / 3, 2 / 3)):
            near = abs(np.log10(steps / eps**power)) < 0.8
            usual = np.median(np.array(now["errors"][method], float)[near])
            assert eps**left / 300 < usual < 3 * eps**left
        assert max(now["errors"]["complex"][:20]) < 4 * eps


def test_without_curvature_the_longest_step_is_best(open_figure):
    now = choose(open_figure("cnn-v-curve"), function="line")
    assert now["errors"]["central"][-1] < 1e-15 < now["errors"]["central"][12]


def test_a_central_step_must_not_reach_across_the_kink(open_figure):
    now = choose(open_figure("cnn-v-curve"), function="relu")
    wrong = np.array(now["errors"]["central"]) > 0
    assert np.array_equal(wrong, np.array(STEPS) > 2.0**-10)
    assert max(now["errors"]["complex"]) == 0


def test_keys_and_pointer_choose_the_step_and_it_is_said(open_figure):
    figure = open_figure("cnn-v-curve", width=390)
    assert state(figure)["here"] == [0]
    stage = figure.locator(".cnn-stage")
    stage.focus()
    stage.press("End")
    assert state(figure)["here"] == [len(STEPS) - 1]
    stage.press("ArrowLeft")
    assert state(figure)["here"] == [len(STEPS) - 2]
    said = figure.locator(".cnn-spoken").inner_text()
    assert "h = 0.5" in said and "central" in said and "complex step" in said
    box = figure.locator(".cnn-stage svg[role=img]").bounding_box()
    figure.page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.4)
    assert 15 < state(figure)["here"][0] < 30


def test_every_finite_error_is_drawn(open_figure):
    figure = open_figure("cnn-v-curve")
    for dtype in ("float64", "float32"):
        now = choose(figure, dtype=dtype)
        for method in ("forward", "central", "complex"):
            finite = sum(error is not None and error == error for error in now["errors"][method])
            assert figure.locator(f"g[data-method={method}] > *").count() == finite


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_never_scrolls_sideways(open_figure, width):
    figure = open_figure("cnn-v-curve", width=width)
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= width
