"""Pooling routes in a browser: what the figure pays is what the backward functions of cnnlab pay."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from playwright.sync_api import expect

import cnnlab

pytestmark = pytest.mark.browser

FORWARD = {"max": cnnlab.max_pool_forward, "average": cnnlab.avg_pool_forward}
BACKWARD = {"max": cnnlab.max_pool_backward, "average": cnnlab.avg_pool_backward}


def state(figure):
    return figure.evaluate("figure => figure.state")


def choose(figure, **values):
    """Set controls as a page's script would, and pay nothing but the first window."""
    figure.evaluate(
        "(figure, values) => { for (const n in values) figure.set(n, values[n]); figure.restart() }", values
    )
    return state(figure)


def step(figure):
    figure.evaluate("figure => figure.step()")
    return state(figure)


def shown(figure, title, kind="number"):
    """What stands in a grid's cells, by the word in its title."""
    grid = figure.locator(".cnn-grid", has_text=title)
    return [word.replace("−", "-") for word in grid.locator(f".cnn-{kind}").all_text_contents()]


def cell(figure, title, n):
    return figure.locator(".cnn-grid", has_text=title).locator(".cnn-cell").nth(n)


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("entries", ["distinct", "tie", "equal"])
def test_every_payment_is_cnnlabs(open_figure, axes, entries):
    figure = open_figure("cnn-pool-routes", axes=axes, entries=entries)
    for pool, window, stride in product(["max", "average"], [2, 3], [1, 2, 3]):
        now = choose(figure, pool=pool, window=window, stride=stride)
        x, dy = (np.array(now[name], dtype=float)[None, None] for name in ("x", "dy"))
        assert_allclose(np.array(now["y"])[None, None], FORWARD[pool](x, window, stride=stride))
        winners = cnnlab.max_pool_winners(x, window, stride=stride)
        places = list(np.ndindex(dy.shape[2:]))
        wins = [np.ravel_multi_index(tuple(place), x.shape[2:]) for place in now["winners"]]
        assert_array_equal(wins, winners.ravel())
        for n in range(len(places)):
            assert now["pushed"] == [list(place) for place in places[: n + 1]]
            part = np.zeros_like(dy)
            for place in places[: n + 1]:
                part[(0, 0, *place)] = dy[(0, 0, *place)]
            assert_allclose(now["dx"], BACKWARD[pool](part, x, window, stride=stride)[0, 0])
            many = window**axes if pool == "average" else 1
            paid = BACKWARD[pool](np.where(part == 0, 0.0, many), x, window, stride=stride)[0, 0]
            assert_allclose(now["paid"], paid)
            now = step(figure)
        dx = np.array([float(word) for word in shown(figure, "of the input")])
        assert_allclose(dx, np.ravel(now["dx"]), atol=5e-4)
        assert shown(figure, "times paid") == [f"{int(n)}×" for n in np.ravel(now["paid"])]


def test_the_examples_of_the_chapter(open_figure):
    figure = open_figure("cnn-pool-routes")
    figure.get_by_role("button", name="All").click()
    assert state(figure)["y"] == [3, 4, 5]
    assert state(figure)["dx"] == [0, 1, 0, 10, 0, 100]
    choose(figure, stride=1)
    figure.get_by_role("button", name="All").click()
    assert state(figure)["dx"] == [0, 11, 0, 1100, 0, 10000]
    assert state(figure)["paid"] == [0, 2, 0, 2, 0, 1]
    choose(figure, pool="average")
    figure.get_by_role("button", name="All").click()
    assert state(figure)["dx"] == [0.5, 5.5, 55, 550, 5500, 5000]
    assert "this is dx = [0.5, 5.5, 55, 550, 5500, 5000]" in figure.locator(".cnn-spoken").inner_text()


def test_a_tie_is_said_and_broken_by_typing(open_figure):
    figure = open_figure("cnn-pool-routes", entries="tie")
    cell(figure, "output", 1).click()
    assert state(figure)["here"] == [1] and state(figure)["dx"] == [0, 1, 10, 0, 0, 0]
    expect(figure.locator(".cnn-line").first).to_have_text(
        "y[1] = max(2, 2) = 2. 2 entries are equal: the first in C order wins. dx[2] += 10."
    )
    figure.get_by_label("x[3]").fill("2.1")
    assert state(figure)["dx"] == [0, 1, 0, 10, 0, 0] and state(figure)["equals"] == 1
    assert "C order" not in figure.locator(".cnn-spoken").inner_text()


@pytest.mark.parametrize("axes", [1, 2])
def test_windows_are_paid_by_key_and_by_touch(open_figure, axes):
    figure = open_figure(
        "cnn-pool-routes", width=390, axes=axes, context={"has_touch": True, "is_mobile": True}
    )
    stage = figure.locator(".cnn-stage")
    stage.focus()
    stage.press("End")
    assert state(figure)["here"] == [n - 1 for n in state(figure)["out"]] and state(figure)["seen"] == 2
    stage.press("Home")
    stage.press("ArrowRight")
    assert state(figure)["here"][-1] == 1
    cell(figure, "the window", 0).tap()
    assert state(figure)["here"] == [0] * axes
