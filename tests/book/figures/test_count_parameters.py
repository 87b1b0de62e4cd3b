"""The counter of parameters in a browser: its three counts and its multiplications are those of cnnlab."""

from itertools import product

import pytest
from playwright.sync_api import expect

import cnnlab

pytestmark = pytest.mark.browser


def state(figure):
    return figure.evaluate("figure => figure.state")


def choose(figure, **values):
    figure.evaluate("(figure, values) => { for (const n in values) figure.set(n, values[n]) }", values)
    return state(figure)


def counted(figure, name):
    """The count that a line of the legend ends in."""
    words = figure.locator(f'[data-count="{name}"]').inner_text()
    return int(words.rpartition("=")[2].strip().replace(",", ""))


def parameters(*layers):
    return sum(array.size for layer in layers for array in layer.parameters.values())


@pytest.mark.parametrize(("channels", "taps"), list(product([1, 3], [3, 5, 7])))
def test_counts_what_the_layers_hold(open_figure, channels, taps):
    figure = open_figure("cnn-count-parameters", channels=channels, taps=taps)
    for side, units, filters in [(8, 32, 1), (28, 128, 16), (31, 512, 64)]:
        now = choose(figure, side=side, units=str(units), filters=str(filters))
        inputs = side * side * channels
        kernel = cnnlab.Conv(channels, filters, kernel_size=(taps, taps))
        out = cnnlab.output_size((side, side), (taps, taps))
        assert counted(figure, "softmax") == now["softmax"] == parameters(cnnlab.Dense(inputs, 10))
        net = cnnlab.Dense(inputs, units), cnnlab.Dense(units, 10)
        assert counted(figure, "hidden") == now["network"] == parameters(*net)
        assert counted(figure, "convolution") == now["convolution"] == parameters(kernel)
        assert now["places"] == out[0] * out[1]
        assert now["multiplications"] == {
            "softmax": inputs * 10,
            "network": inputs * units + units * 10,
            "convolution": out[0] * out[1] * kernel.parameters["weight"].size,
        }


def test_begins_with_the_numbers_of_the_chapter(open_figure):
    figure = open_figure("cnn-count-parameters")
    assert counted(figure, "softmax") == 7_850
    assert counted(figure, "hidden") == 407_050
    figure = open_figure("cnn-count-parameters", side=299)
    assert counted(figure, "softmax") == 894_020


def test_the_slider_goes_by_keys_and_is_spoken(open_figure):
    figure = open_figure("cnn-count-parameters")
    slider = figure.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    expect(figure.get_by_role("status")).to_contain_text("29 × 29 = 841 numbers go in.")
    figure.locator("select[name=channels]").select_option("3")
    expect(figure.get_by_role("status")).to_contain_text("29 × 29 × 3 = 2,523 numbers go in.")
    assert counted(figure, "convolution") == 16 * 3 * 25 + 16


def test_the_dots_stand_on_their_lines(open_figure):
    """Each dot is where its line is: the chart and the counts cannot part."""
    figure = open_figure("cnn-count-parameters", side=64)
    gaps = figure.evaluate(
        """figure => [...figure.querySelectorAll("svg g")].map(group => {
            const points = group.querySelector("polyline").getAttribute("points").split(" ")
                .map(point => point.split(",").map(Number));
            const [x, y] = ["cx", "cy"].map(name => Number(group.querySelector("circle").getAttribute(name)));
            const after = points.findIndex(point => point[0] >= x);
            const [[x0, y0], [x1, y1]] = [points[after - 1], points[after]];
            return Math.abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - y);
        })"""
    )
    assert len(gaps) == 3
    assert max(gaps) < 0.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_runs_over_at_its_widest(open_figure, theme):
    figure = open_figure("cnn-count-parameters", width=390, theme=theme, side=512, channels=3, filters=64)
    assert figure.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
