"""The arithmetic playground of chapter 6: sizes, starts and counts are those of cnnlab."""

import re
from itertools import product

import numpy as np
import pytest
from playwright.sync_api import expect

import cnnlab

pytestmark = pytest.mark.browser
NAMES = "size", "kernel", "stride", "padding", "dilation"


def settings():
    """Every third combination of some values of each slider, so that all pairs of values occur."""
    values = [1, 3, 4, 7, 8, 10], [1, 2, 3, 5], [1, 2, 3, 4], [0, 1, 3], [1, 2, 3]
    return [dict(zip(NAMES, chosen, strict=True)) for chosen in product(*values)][::3]


def choose(figure, values):
    """Set controls as a page's script would, and read what the figure shows."""
    return figure.evaluate(
        "(figure, values) => { for (const n in values) figure.set(n, values[n]); return figure.state }",
        values,
    )


def test_every_size_is_that_of_output_size(open_figure):
    figure = open_figure("cnn-arithmetic")
    for values in settings():
        now = choose(figure, values)
        n, k = values["size"], values["kernel"]
        geometry = {name: values[name] for name in ("stride", "padding", "dilation")}
        assert now["slip"] == pytest.approx((n - k + 2 * values["padding"]) / (values["stride"] + 1))
        spoken = figure.locator(".cnn-spoken").inner_text()
        if now["problem"]:
            words = "a" + now["problem"][1:].rstrip(".").replace("·", "*")
            with pytest.raises(ValueError, match=re.escape(words)):
                cnnlab.output_size(n, k, **geometry)
            assert spoken == now["problem"]
            continue
        (out,) = cnnlab.output_size(n, k, **geometry)
        assert (now["count"], now["out"], len(now["starts"])) == (out, [out], out)
        formula = figure.locator(".cnn-formula p").all_inner_texts()
        assert re.search(rf"= {out}$", formula[0].strip())
        slip = formula[1].rsplit("= ", 1)[1].strip().replace("−", "-")
        assert float(slip) == pytest.approx(now["slip"], abs=6e-4)
        ones = np.ones((1, 1, out))
        counts = cnnlab.conv_backward_input(ones, np.ones((1, 1, k)), (n,), **geometry)[0, 0]
        assert now["readers"] == counts.tolist()
        readers = figure.locator(".cnn-grid", has_text="that read the cell").locator(".cnn-number")
        assert [int(words) for words in readers.all_text_contents()] == counts.tolist()
        assert now["unread"] == np.flatnonzero(counts == 0).tolist()
        assert ("No window reads" in spoken) == bool(np.any(counts == 0))


def test_the_windows_drawn_are_those_that_conv_forward_multiplies(open_figure):
    figure = open_figure("cnn-arithmetic")
    for values in settings()[::7]:
        now = choose(figure, values)
        if now["problem"]:
            continue
        n, k = values["size"], values["kernel"]
        geometry = {name: values[name] for name in ("stride", "padding", "dilation")}
        cells = cnnlab.conv_forward(np.eye(n)[:, None], np.ones((1, 1, k)), **geometry)[:, 0]  # (cell, out)
        for o in range(now["count"]):
            reads = figure.evaluate("(figure, o) => { figure.go([o]); return figure.state.reads }", o)
            assert len(reads) == k
            assert [i for i in reads if 0 <= i < n] == np.flatnonzero(cells[:, o]).tolist()
        rows = figure.locator(".cnn-grid", has_text="a row each").locator("svg")
        taps = rows.locator(".cnn-cell .cnn-number").all_text_contents()
        assert taps == [str(t) for t in range(k)] * now["count"]


def test_it_begins_with_the_example_of_the_chapter(open_figure):
    figure = open_figure("cnn-arithmetic")
    now = figure.evaluate("figure => figure.state")
    assert (now["starts"], now["readers"], now["unread"]) == ([0, 2, 4], [1, 1, 2, 1, 2, 1, 1, 0], [7])
    expect(figure.locator(".cnn-spoken")).to_contain_text("No window reads x[7].")
    assert now["slip"] == pytest.approx(5 / 3)


def test_windows_are_chosen_by_key_and_by_hand(open_figure):
    figure = open_figure("cnn-arithmetic")
    stage = figure.locator(".cnn-stage")
    stage.focus()
    stage.press("ArrowRight")
    assert figure.evaluate("figure => figure.state.reads") == [2, 3, 4]
    stage.press("End")
    expect(figure.locator(".cnn-spoken")).to_contain_text("Window 2 starts at 2·2 − 0 = 4")
    figure.locator(".cnn-grid", has_text="number of the window").locator(".cnn-cell").first.click()
    assert figure.evaluate("figure => figure.state.here") == [0]
    figure.get_by_label("padding").press("ArrowRight")
    assert figure.evaluate("figure => figure.state.starts") == [-1, 1, 3, 5]


@pytest.mark.parametrize("width", [320, 390])
def test_the_widest_fits_a_phone(open_figure, width):
    figure = open_figure("cnn-arithmetic", width=width, size=10, padding=3, kernel=2, stride=1)
    figure.evaluate("figure => figure.go(figure.shape.map(size => size - 1))")
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= width
