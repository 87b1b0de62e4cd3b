"""The net as a graph in a browser: every number, forward and backward, is the one that cnnlab computes."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose
from playwright.sync_api import expect

import cnnlab

pytestmark = pytest.mark.browser

FORWARD = {"relu": cnnlab.relu_forward, "sigmoid": cnnlab.sigmoid_forward, "tanh": cnnlab.tanh_forward}
BACKWARD = {"relu": cnnlab.relu_backward, "sigmoid": cnnlab.sigmoid_backward, "tanh": cnnlab.tanh_backward}
OTHER = [-2.0, 0.5, 1.5, -1, 0.5, 3, -1.5, 0.25, -2]


def state(figure):
    return figure.evaluate("figure => figure.state")


def choose(figure, **values):
    figure.evaluate("(figure, values) => { for (const n in values) figure.set(n, values[n]) }", values)
    return state(figure)


def press(figure, *keys):
    stage = figure.locator(".cnn-stage")
    stage.focus()
    for key in keys:
        stage.press(key)
    return state(figure)


def by_cnnlab(weights, target, activation):
    """The same net and its gradients by cnnlab's functions, named as in the figure's state."""
    weights = np.array(weights, dtype=float)
    w1, b1, w2, b2 = weights[:4].reshape(2, 2), weights[4:6], weights[6:8].reshape(1, 2), weights[8:]
    x = np.array([[1.0, 2]])
    a = cnnlab.dense_forward(x, w1, b1)
    h = FORWARD.get(activation, lambda a: a)(a)
    y = cnnlab.dense_forward(h, w2, b2)
    loss, dy = cnnlab.mse(y, [[float(target)]])
    dh, dw2, db2 = cnnlab.dense_backward(dy, h, w2)
    da = BACKWARD.get(activation, lambda dy, x: dy)(dh, a)
    dx, dw1, db1 = cnnlab.dense_backward(da, x, w1)
    dweights = np.concatenate([np.ravel(g) for g in (dw1, db1, dw2, db2)])
    return {"x": x[0], "a": a[0], "h": h[0], "y": y[0, 0], "loss": loss, "dy": dy[0, 0], "dh": dh[0]} | {
        "da": da[0],
        "dx": dx[0],
        "dweights": dweights,
    }


def shown(figure):
    """The numbers in the boxes, signs of operation stripped: forward ones, gradients."""
    texts = [
        figure.locator(f".cnn-cell{kind} .cnn-number").all_text_contents()
        for kind in (":not(.cnn-gradient)", ".cnn-gradient")
    ]
    return [sorted(float(t.lstrip("×+").replace("−", "-")) for t in some) for some in texts]


def agrees(figure):
    now = state(figure)
    wanted = by_cnnlab(now["weights"], now["target"], now["activation"])
    for name, value in wanted.items():
        assert_allclose(now[name], value, rtol=1e-12, atol=1e-12, err_msg=name)
    forward = np.concatenate([np.ravel(wanted[n]) for n in ("x", "a", "h", "y", "loss")] + [now["weights"]])
    backward = np.concatenate([np.ravel(wanted[n]) for n in ("dx", "da", "dh", "dy", "dweights")])
    for found, numbers in zip(shown(figure), (forward, backward), strict=True):
        assert_allclose(found, np.sort(numbers), rtol=1e-3, atol=6e-4)


def test_it_shows_the_example_of_the_chapter(open_figure):
    figure = open_figure("cnn-computation-graph")
    now = state(figure)
    assert (now["a"], now["h"], now["y"], now["loss"]) == ([2, 4], [2, 4], 1, 4.5)
    assert (now["dx"], now["da"], now["dy"]) == ([-15, 9], [-6, 3], -3)
    assert now["dweights"] == [-6, -12, 3, 6, -6, 3, -6, -12, -3]
    agrees(figure)


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "none"])
def test_every_number_is_that_of_cnnlab(open_figure, activation):
    figure = open_figure("cnn-computation-graph", activation=activation)
    agrees(figure)
    for place, weight, target in product(range(9), [-4.5, 0, 3.3], [-5, 4]):
        figure.evaluate("(figure, place) => figure.go([place])", place)
        now = choose(figure, weight=weight, target=target)
        assert now["weights"][place] == now["weight"] == weight
        agrees(figure)


def test_attributes_give_the_start(open_figure):
    weights = " ".join(map(str, OTHER))
    figure = open_figure("cnn-computation-graph", weights=weights, activation="tanh", target=-2, place=7)
    now = state(figure)
    assert (now["weights"], now["here"], now["target"]) == (OTHER, [7], -2)
    assert now["name"] == "weight_2[0, 1]" and now["weight"] == 0.25
    agrees(figure)
    figure = open_figure("cnn-computation-graph", place=4, weight=-3)
    assert state(figure)["weights"] == [3, -1, 1, 1, -3, 1, 2, -1, 1]
    assert state(figure)["a"] == [-2, 4] and state(figure)["dweights"][:2] == [0, 0]
    agrees(figure)


def test_a_step_goes_against_the_gradient(open_figure):
    figure = open_figure("cnn-computation-graph")
    before = state(figure)
    figure.get_by_role("button", name="Step").click()
    after = state(figure)
    assert_allclose(after["weights"], np.array(before["weights"]) - 0.01 * np.array(before["dweights"]))
    assert after["loss"] < before["loss"]
    agrees(figure)
    figure.get_by_role("button", name="Start again").click()
    assert state(figure) == before


def test_a_weight_is_chosen_and_turned_by_key(open_figure):
    figure = open_figure("cnn-computation-graph")
    assert press(figure, "ArrowRight", "ArrowUp")["weights"][1] == -0.5
    assert press(figure, "ArrowDown", "ArrowDown")["weights"][1] == -1.5
    assert press(figure, "End")["here"] == [8]
    assert press(figure, "ArrowRight")["here"] == [8]
    assert press(figure, "Home", *["ArrowUp"] * 9)["weights"][0] == 5
    agrees(figure)


def test_a_weight_is_turned_by_its_slider(open_figure):
    figure = open_figure("cnn-computation-graph")
    slider = figure.get_by_label("chosen weight")
    slider.press("ArrowLeft")
    assert_allclose(state(figure)["weights"][0], 2.9)
    figure.get_by_label("which weight").press("ArrowRight")
    expect(slider).to_have_value("-1")
    agrees(figure)


def test_a_weight_is_chosen_by_touch(open_figure):
    figure = open_figure("cnn-computation-graph", width=390, context={"has_touch": True, "is_mobile": True})
    for n in range(9):
        figure.locator(f"[data-weight='{n}']").tap()
        assert state(figure)["here"] == [n]


def test_it_says_the_product_and_what_to_do(open_figure):
    figure = open_figure("cnn-computation-graph", place=1)
    spoken = figure.locator(".cnn-line")
    expect(spoken.first).to_have_text("weight_1[0, 1] = −1; its gradient is da[0]·x[1] = (−6)·2 = −12.")
    expect(spoken.last).to_have_text("The loss is 4.5. Raise it by 0.01, and the loss falls by about 0.12.")
    press(figure, "Home")
    choose(figure, weight=-5)
    expect(spoken.last).to_contain_text("changes nothing")


def test_what_happens_is_what_the_chapter_answers(open_figure):
    figure = open_figure("cnn-computation-graph", place=0)
    choose(figure, weight=1)
    assert state(figure)["a"][0] == 0
    now = choose(figure, weight=0.9)
    assert now["a"][0] < 0
    assert [n for n, gradient in enumerate(now["dweights"]) if gradient == 0] == [0, 1, 4, 6]
    figure.get_by_role("button", name="Step").click()
    assert state(figure)["a"][0] == now["a"][0] and state(figure)["loss"] < now["loss"]

    figure = open_figure("cnn-computation-graph", target=1)
    assert not np.any(state(figure)["dweights"]) and state(figure)["loss"] == 0

    now = state(open_figure("cnn-computation-graph", activation="sigmoid"))
    assert np.round(now["da"], 3).tolist() == [-0.466, 0.039] and round(now["dy"], 2) == -2.22
    assert np.round(now["slopes"], 3).tolist() == [0.105, 0.018]
    assert np.round(np.divide([-6, 3], now["da"])).tolist() == [13, 76]
