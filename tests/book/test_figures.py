"""The interactive figures in a real browser: every number they show is the one that cnnlab computes."""

import re
from itertools import product

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from interactive import scripts
from numpy.testing import assert_allclose, assert_array_equal
from playwright.sync_api import expect

import cnnlab

from .conftest import ASSETS

FIGURES = [
    "cnn-slide-1d",
    "cnn-slide-2d",
    "cnn-any-dimension",
    "cnn-find-block",
    "cnn-push-back",
    "cnn-full-convolution",
    "cnn-count-parameters",
    "cnn-computation-graph",
    "cnn-v-curve",
    "cnn-conv-matrix",
    "cnn-arithmetic",
    "cnn-pool-routes",
]
HOMES = [
    ("index", "cnn-slide-2d"),
    ("ch01_why_convolution", "cnn-count-parameters"),
    ("ch02_dense", "cnn-computation-graph"),
    ("ch03_gradcheck", "cnn-v-curve"),
    ("ch04_convolution", "cnn-slide-1d"),
    ("ch04_convolution", "cnn-slide-2d"),
    ("ch05_matrix", "cnn-conv-matrix"),
    ("ch06_geometry", "cnn-arithmetic"),
    ("ch07_conv_forward", "cnn-any-dimension"),
    ("ch07_conv_forward", "cnn-find-block"),
    ("ch08_conv_backward", "cnn-push-back"),
    ("ch08_conv_backward", "cnn-full-convolution"),
    ("ch09_pool", "cnn-pool-routes"),
    ("calculator", "cnn-calculator"),
]
WIDEST = {
    "cnn-slide-1d": {"padding": "full"},
    "cnn-slide-2d": {"picture": "square", "kernel": "square", "zeromean": ""},
    "cnn-any-dimension": {"axes": 3, "size": 3, "padding": 2},
    "cnn-find-block": {"channels": 3, "padding": 2},
    "cnn-push-back": {"size": 8, "padding": 2},
    "cnn-full-convolution": {"kernel": "large"},
    "cnn-count-parameters": {"side": 512, "channels": 3, "filters": 64},
    "cnn-computation-graph": {
        "activation": "tanh",
        "weights": "-4.321 0.123 -1.234 4.9 -4.4 -3.333 -4.567 -1.234 -4.321",
        "target": -5,
    },
    "cnn-v-curve": {"dtype": "float32"},
    "cnn-conv-matrix": {"axes": 2, "border": "full"},
    "cnn-arithmetic": {"size": 10, "kernel": 2, "stride": 1, "padding": 3},
    "cnn-pool-routes": {"axes": 1, "stride": 1},
}
WITHOUT_A_KERNEL = [
    "cnn-count-parameters",
    "cnn-computation-graph",
    "cnn-v-curve",
    "cnn-arithmetic",
    "cnn-pool-routes",
]
WITHOUT_A_GRID = ["cnn-count-parameters", "cnn-v-curve"]


pytestmark = pytest.mark.browser


def state(figure):
    return figure.evaluate("figure => figure.state")


def choose(figure, **values):
    """Set controls as a page's script would, for sweeps; single controls are driven by hand below."""
    return figure.evaluate("(figure, values) => { for (const n in values) figure.set(n, values[n]) }", values)


def press(figure, *keys):
    stage = figure.locator(".cnn-stage")
    stage.focus()
    for key in keys:
        stage.press(key)
    return state(figure)


def panel(figure, title, number=0):
    """One drawn grid, found by the word in its title."""
    return figure.locator(".cnn-grid", has_text=title).locator("svg").nth(number)


def shown(figure, title):
    """The numbers that stand in a grid's cells, NaN where a cell is empty; axes of length 1 dropped."""
    words = (
        figure.locator(".cnn-grid", has_text=title)
        .locator("svg")
        .evaluate_all(
            """panels => panels.map(panel => [...panel.querySelectorAll(".cnn-cell")].map(cell =>
            cell.querySelector(".cnn-number")?.textContent ?? "nan"))"""
        )
    )
    return np.array([[float(word.replace("−", "-")) for word in panel] for panel in words])


def cell(svg, n):
    return svg.locator(".cnn-cell").nth(n)


def batch(values, axes):
    """An array of the figure as cnnlab takes it: with a batch and a channel axis."""
    values = np.array(values, dtype=float)
    return values.reshape((1,) * (2 + axes - values.ndim) + values.shape)


# the numbers


@pytest.mark.parametrize("padding", ["valid", "same", "full"])
def test_slide_1d_computes_both_operations(open_figure, padding):
    figure = open_figure("cnn-slide-1d", padding=padding)
    signals, kernels = ["example", "impulse", "step"], ["difference", "powers", "sum"]
    for signal, kernel, flip in product(signals, kernels, [False, True]):
        choose(figure, signal=signal, kernel=kernel, flip=flip)
        now = figure.evaluate("figure => { figure.all(); return figure.state }")
        x, w = np.array(now["x"]), np.array(now["weight"])
        y = cnnlab.convolve_1d(x, w if flip else w[::-1], padding)
        assert_array_equal(now["y"], y)
        assert_array_equal(shown(figure, "output"), [y])
        assert_array_equal(np.sum(now["products"]), now["value"])


def test_slide_1d_shows_the_examples_of_the_chapter(open_figure):
    figure = open_figure("cnn-slide-1d")
    assert state(figure)["y"] == [2, -2, -1, 1]
    choose(figure, flip=True)
    assert state(figure)["y"] == [-2, 2, 1, -1]
    choose(figure, kernel="powers")
    assert state(figure)["y"] == [10, 7, 7, 16]
    choose(figure, flip=False)
    assert state(figure)["y"] == [4, 13, 10, 13]


def test_slide_2d_computes_what_correlate_2d_does(open_figure):
    figure = open_figure("cnn-slide-2d")
    pictures, kernels = ["example", "disc", "square"], ["example", "edge", "blur", "sharpen", "square"]
    for picture, kernel, flip, zeromean in product(pictures, kernels, [False, True], [False, True]):
        choose(figure, picture=picture, kernel=kernel, flip=flip, zeromean=zeromean)
        now = state(figure)
        w = np.array(now["weight"], dtype=float)
        w = w - w.mean() if zeromean else w
        used = w[::-1, ::-1] if flip else w
        y = cnnlab.correlate_2d(np.array(now["x"], dtype=float), used)
        assert_allclose(now["y"], y, atol=1e-12)
        assert_allclose(np.sum(now["products"]), y[0, 0], atol=1e-12)


def test_a_bright_patch_beats_the_square_until_the_kernel_has_zero_mean(open_figure):
    figure = open_figure("cnn-slide-2d", picture="square", kernel="square")
    assert state(figure)["y"][1][0] == 60 and state(figure)["y"][1][5] == 108
    figure.get_by_label("zero-mean kernel").click()
    assert state(figure)["y"][1][0] == 15 and state(figure)["y"][1][5] == 0


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_any_dimension_is_conv_forward(open_figure, axes):
    figure = open_figure("cnn-any-dimension", axes=axes)
    for size, stride, padding in product([1, 2, 3], [1, 2, 3], [0, 1, 2]):
        choose(figure, size=size, stride=stride, padding=padding)
        now = state(figure)
        x, w = batch(now["x"], axes), batch(now["weight"], axes)
        assert w.shape == (1, 1) + (size,) * axes
        y = cnnlab.conv_forward(x, w, stride=stride, padding=padding)[0, 0]
        assert_array_equal(now["y"], y)
        assert_array_equal(np.ravel(shown(figure, "output")), np.ravel(y))
        for o in list(np.ndindex(y.shape))[:: max(y.size - 1, 1)]:
            now = figure.evaluate("(figure, o) => { figure.go(o); return figure.state }", list(o))
            wanted = np.array(list(np.ndindex(w.shape[2:]))) + np.array(o) * stride - padding
            assert now["value"] == y[o]
            assert_array_equal(now["reads"], wanted)


def test_find_block_reads_what_conv_forward_reads(open_figure):
    figure = open_figure("cnn-find-block")
    assert state(figure)["y"] == [[5, 2], [2, 2]]
    for channels, stride, padding, dilation in product([1, 2, 3], [1, 2, 3], [0, 1, 2], [1, 2, 3]):
        choose(figure, channels=channels, stride=stride, padding=padding, dilation=dilation)
        geometry = {"stride": stride, "padding": padding, "dilation": dilation}
        now = state(figure)
        x, w = batch(now["x"], 2), batch(now["weight"], 2)
        if dilation == 3 and padding == 0:
            words = "a" + now["problem"][1:].rstrip(".").replace("·", "*")
            with pytest.raises(ValueError, match=re.escape(words)):
                cnnlab.conv_forward(x, w, np.array([1.0]), **geometry)
            assert figure.locator(".cnn-spoken").inner_text() == now["problem"]
            continue
        y = cnnlab.conv_forward(x, w, np.array([1.0]), **geometry)[0, 0]
        assert_array_equal(now["y"], y)
        assert f"= {y.shape[0]}" in figure.locator(".cnn-formula").inner_text()
        o = tuple(size - 1 for size in y.shape)
        now = figure.evaluate("(figure, o) => { figure.go(o); return figure.state }", list(o))
        assert now["value"] == y[o] == np.sum(now["products"]) + 1
        wiggle = np.array([cnnlab.conv_forward(x + one, w * 0 + 1, **geometry)[0, 0][o] for one in ones(x)])
        read = np.flatnonzero(wiggle != cnnlab.conv_forward(x, w * 0 + 1, **geometry)[0, 0][o])
        inside = [i for i in now["reads"] if min(i) >= 0 and max(i[1:]) < 3]
        assert sorted(map(tuple, inside)) == list(zip(*np.unravel_index(read, x.shape[1:]), strict=True))


def ones(x):
    """Arrays like x with a single 1, in C order."""
    for n in range(x.size):
        yield np.eye(1, x.size, n).reshape(x.shape)


@pytest.mark.parametrize("axes", [1, 2])
def test_push_back_adds_up_to_conv_backward_input(open_figure, axes):
    figure = open_figure("cnn-push-back", axes=axes)
    for size, stride, padding in product([3, 4, 8] if axes == 1 else [4], [1, 2, 3], [0, 1, 2]):
        choose(figure, size=size, stride=stride, padding=padding)
        figure.get_by_role("button", name="Start again").click()
        now = state(figure)
        w, dy = batch(now["weight"], axes), batch(now["dy"], axes)
        places = list(np.ndindex(dy.shape[2:]))
        for n in range(len(places)):
            now = state(figure)
            assert now["pushed"] == [list(place) for place in places[: n + 1]]
            part = np.zeros_like(dy)
            for place in places[: n + 1]:
                part[(0, 0, *place)] = dy[(0, 0, *place)]
            dx = cnnlab.conv_backward_input(part, w, (size,) * axes, stride=stride, padding=padding)[0, 0]
            assert_array_equal(now["dx"], dx)
            figure.evaluate("figure => figure.step()")
        assert_array_equal(now["rim"], np.reshape(shown(figure, "of the input"), np.shape(now["rim"])))
        spoken = figure.locator(".cnn-spoken").inner_text()
        assert f"{len(places)} of {len(places)} pushed" in spoken
        counts = cnnlab.conv_backward_input(
            np.ones_like(dy), np.ones_like(w), (size,) * axes, stride=stride, padding=padding
        )
        assert ("No window reads" in spoken) == bool(np.any(counts == 0))


def test_push_back_shows_the_example_of_the_chapter(open_figure):
    figure = open_figure("cnn-push-back")
    figure.get_by_role("button", name="All").click()
    assert state(figure)["dx"] == [1, 12, 24, 40]
    assert "this is dx = [1, 12, 24, 40]" in figure.locator(".cnn-spoken").inner_text()


def test_full_convolution_tells_right_from_wrong(open_figure):
    figure = open_figure("cnn-full-convolution")
    kernels = ["line", "picture", "symmetric", "large"]
    for kernel, sides, flip in product(kernels, ["all", "corner"], [True, False]):
        choose(figure, kernel=kernel, sides=sides, flip=flip)
        now = state(figure)
        dy, w = np.array(now["dy"], dtype=float), np.array(now["weight"], dtype=float)
        spatial = tuple(n + k - 1 for n, k in zip(dy.shape, w.shape, strict=True))
        dx = cnnlab.conv_backward_input(batch(dy, dy.ndim), batch(w, w.ndim), spatial)[0, 0]
        padded = np.pad(dy, [(k - 1, (k - 1) * (sides == "all")) for k in w.shape])
        used = np.flip(w) if flip else w
        found = cnnlab.conv_forward(batch(padded, dy.ndim), batch(used, w.ndim))[0, 0]
        assert_array_equal(now["padded"], padded)
        assert_array_equal(now["found"], found)
        assert_array_equal(now["truth"], dx)
        computed = tuple(slice(0, n) for n in found.shape)
        outside = np.ones(dx.shape, dtype=bool)
        outside[computed] = False
        unequal = np.zeros(dx.shape, dtype=bool)
        unequal[computed] = found != dx[computed]
        assert_array_equal(np.array(now["lost"]).reshape(-1, dx.ndim), np.argwhere(outside))
        assert_array_equal(np.array(now["wrong"]).reshape(-1, dx.ndim), np.argwhere(unequal))
        assert now["right"] == (sides == "all" and (flip or kernel == "symmetric"))


def test_full_convolution_names_rows_and_columns(open_figure):
    figure = open_figure("cnn-full-convolution")
    verdict = figure.locator(".cnn-verdict")
    expect(verdict).to_have_text("Right: all 9 entries equal dx.")
    figure.get_by_label("zeros around dy").select_option("top and left only")
    expect(verdict).to_have_text("Lost: row 2 and column 2. The rest is right.")
    figure.get_by_label("flip the kernel").press("Space")
    expect(verdict).to_have_text(
        "Wrong: 4 of 9 entries, in rows 0, 1 and columns 0, 1. Lost: row 2 and column 2."
    )


# the hand


def test_keys_move_the_kernel_and_fill_the_output(open_figure):
    figure = open_figure("cnn-slide-1d")
    assert press(figure, "ArrowRight", "ArrowRight")["here"] == [2]
    assert_array_equal(shown(figure, "output"), [[2, -2, -1, np.nan]])
    expect(figure.locator(".cnn-spoken")).to_have_text("y[2] = 0·1 + 3·0 + 1·(−1) = −1")
    assert press(figure, "ArrowLeft")["value"] == -2
    assert press(figure, "End")["here"] == [3]
    assert press(figure, "ArrowRight")["here"] == [3]
    assert press(figure, "Home")["here"] == [0]
    assert press(figure, "ArrowDown")["here"] == [0]


def test_keys_walk_through_a_volume(open_figure):
    figure = open_figure("cnn-any-dimension", axes=3)
    assert press(figure, "PageDown", "ArrowDown", "ArrowRight")["here"] == [1, 1, 1]
    assert press(figure, "PageUp", "ArrowLeft")["here"] == [0, 1, 0]
    assert press(figure, "ArrowUp")["here"] == [0, 0, 0]


def test_sliders_move_by_key(open_figure):
    figure = open_figure("cnn-find-block")
    figure.get_by_label("row").press("ArrowRight")
    figure.get_by_label("column").press("ArrowRight")
    assert state(figure)["here"] == [1, 1]
    figure.get_by_label("padding").press("ArrowRight")
    assert state(figure)["out"] == [4, 4] and state(figure)["padding"] == 1
    figure.get_by_label("column").press("End")
    assert state(figure)["here"] == [1, 3]


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in WITHOUT_A_KERNEL])
def test_typing_into_the_kernel_counts_at_once(open_figure, name):
    figure = open_figure(name)
    before = state(figure)
    first = figure.locator(".cnn-editor input").first
    assert first.get_attribute("aria-label") == f"w[{', '.join(['0'] * np.ndim(before['weight']))}]"
    first.click()
    first.fill("-2.5")
    now = state(figure)
    assert np.ravel(now["weight"])[0] == -2.5
    key = {"cnn-push-back": "dx", "cnn-full-convolution": "truth"}.get(name, "y")
    assert now[key] != before[key]
    assert first.evaluate("input => input === document.activeElement")


def test_the_kernel_can_be_dragged(open_figure):
    figure = open_figure("cnn-slide-1d", padding="full")
    mouse, row = figure.page.mouse, panel(figure, "where it lies")
    start, end = cell(row, 1).bounding_box(), panel(figure, "input").bounding_box()
    mouse.move(start["x"] + 20, start["y"] + 20)
    mouse.down()
    step = end["width"] / 10
    mouse.move(start["x"] + 20 + 3 * step, start["y"] + 60, steps=4)
    assert state(figure)["here"] == [3]
    mouse.move(end["x"] + 2000, start["y"], steps=4)
    assert state(figure)["here"] == [7]
    mouse.up()
    mouse.move(start["x"], start["y"])
    assert state(figure)["here"] == [7]


def test_the_window_follows_the_pointer_on_a_picture(open_figure):
    figure = open_figure("cnn-slide-2d", picture="disc", kernel="edge")
    cell(panel(figure, "input"), 7 * 4 + 3).click()
    assert state(figure)["here"] == [3, 2]
    cell(panel(figure, "output"), 5 + 4).click()
    assert state(figure)["here"] == [1, 4]


@pytest.mark.parametrize("name", ["cnn-any-dimension", "cnn-find-block"])
def test_an_output_can_be_clicked(open_figure, name):
    figure = open_figure(name, axes=2)
    cell(panel(figure, "output"), 2).click()
    assert state(figure)["here"] == [1, 0]
    assert state(figure)["value"] == state(figure)["y"][1][0]


def test_entries_of_dy_are_pushed_by_touch_and_stay(open_figure):
    figure = open_figure("cnn-push-back", width=390, axes=2, context={"has_touch": True, "is_mobile": True})
    cell(panel(figure, "of the output"), 2).tap()
    assert state(figure)["pushed"] == [[0, 0], [1, 0]]
    cell(panel(figure, "of the output"), 3).tap()
    assert state(figure)["pushed"] == [[0, 0], [1, 0], [1, 1]]
    assert press(figure, "ArrowUp")["pushed"] == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_the_full_convolution_can_be_walked_and_clicked(open_figure):
    figure = open_figure("cnn-full-convolution")
    cell(panel(figure, "window gives"), 5).click()
    assert state(figure)["here"] == [1, 2]
    cell(panel(figure, "rim of zeros"), 4 * 3 + 3).click()
    assert state(figure)["here"] == [2, 2]
    assert press(figure, "ArrowUp", "ArrowLeft")["here"] == [1, 1]
    expect(figure.locator(".cnn-line")).to_have_text(
        "The window gives 1·4 + 0·3 + 2·2 + (−1)·1 = 7; dx[1, 1] is 7."
    )


@pytest.mark.parametrize("name", ["cnn-slide-1d", "cnn-slide-2d", "cnn-push-back"])
def test_playing_visits_every_place_and_pauses_at_the_end(open_figure, name):
    figure = open_figure(name, **({"size": 6} if name == "cnn-push-back" else {}))
    figure.page.clock.install()
    places = int(np.prod(state(figure)["out"]))
    figure.get_by_role("button", name="Play").click()
    figure.page.clock.run_for(900)
    assert state(figure)["seen"] == 2
    figure.get_by_role("button", name="Pause").click()
    figure.page.clock.run_for(9000)
    assert state(figure)["seen"] == 2
    figure.get_by_role("button", name="Start again").click()
    figure.get_by_role("button", name="Play").click()
    figure.page.clock.run_for(900 * places)
    assert state(figure)["seen"] == places
    expect(figure.get_by_role("button", name="Play")).to_be_visible()


def test_nothing_plays_by_itself_where_motion_is_unwanted(open_figure):
    figure = open_figure("cnn-slide-2d", context={"reduced_motion": "reduce"})
    expect(figure.get_by_role("button", name="Play")).to_be_hidden()
    figure.get_by_role("button", name="Step").press("Enter")
    assert state(figure)["here"] == [0, 1]
    assert (
        figure.locator(".cnn-frame").first.evaluate("node => getComputedStyle(node).transitionDuration")
        == "0s"
    )


# the page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_axe_finds_nothing(open_figure, name, theme):
    figure = open_figure(name, theme=theme, **WIDEST[name])
    found = (
        Axe().run(figure.page, options={"preload": False}).response
    )  # file:// hands no style sheet to scripts
    assert found["violations"] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", [name for name in FIGURES if name not in WITHOUT_A_GRID])
def test_numbers_can_be_read_on_their_tint(open_figure, name, theme):
    figure = open_figure(name, theme=theme, **WIDEST[name])
    figure.evaluate("figure => figure.all()")
    cells = figure.locator(".cnn-cell:has(text)").evaluate_all(
        """cells => cells.map(cell => ({
            paper: getComputedStyle(cell.querySelector(".cnn-paper")).fill,
            tint: getComputedStyle(cell.querySelector(".cnn-tint")).fill,
            share: Number(getComputedStyle(cell.querySelector(".cnn-tint")).fillOpacity),
            inks: [...cell.querySelectorAll("text")].map(text => getComputedStyle(text).fill)}))"""
    )
    assert len(cells) > 9
    for colours in cells:
        paper, tint = rgb(colours["paper"]), rgb(colours["tint"])
        ground = paper + (tint - paper) * colours["share"]
        assert all(contrast(rgb(ink), ground) >= 4.5 for ink in colours["inks"]), colours


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", WITHOUT_A_GRID)
def test_words_and_numbers_of_a_drawing_can_be_read(open_figure, name, theme):
    figure = open_figure(name, theme=theme, **WIDEST[name])
    paper = figure.page.evaluate("getComputedStyle(document.body).backgroundColor")
    inks = figure.locator("svg text").evaluate_all("texts => texts.map(text => getComputedStyle(text).fill)")
    assert len(inks) > 9
    assert all(contrast(rgb(ink), rgb(paper)) >= 4.5 for ink in inks), set(inks)


def rgb(colour):
    return np.array([float(part) for part in re.findall(r"[\d.]+", colour)[:3]]) / 255


def contrast(one, other):
    """The ratio of two colours' luminances, as WCAG 2 defines it."""
    linear = np.array([one, other])
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    dark, light = sorted(linear @ [0.2126, 0.7152, 0.0722])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("name", FIGURES)
def test_a_phone_never_scrolls_sideways(open_figure, name, width):
    figure = open_figure(name, width=width, **WIDEST[name])
    figure.evaluate("figure => figure.go(figure.shape.map(size => size - 1))")
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", FIGURES)
def test_the_figure_has_a_name_a_caption_and_says_its_steps(open_figure, name):
    figure = open_figure(name)
    frame = figure.get_by_role("figure")
    assert frame.get_attribute("aria-labelledby") == figure.locator(".cnn-title").get_attribute("id")
    expect(figure.locator("figcaption")).to_have_text("What to see.")
    expect(figure.locator("[role=status]")).to_have_attribute("aria-live", "polite")
    assert "=" in figure.locator("[role=status]").inner_text()
    assert all(svg.get_attribute("aria-label") for svg in figure.locator("svg[role=img]").all())


@pytest.mark.parametrize("name", FIGURES)
def test_without_scripts_the_caption_stands(open_figure, name):
    figure = open_figure(name, context={"java_script_enabled": False})
    before, after = (
        figure.evaluate("(node, part) => getComputedStyle(node, part).content", part)
        for part in ("::before", "::after")
    )
    assert before == '"What to see."'
    assert "JavaScript" in after


@pytest.mark.parametrize(("chapter", "name"), HOMES)
def test_the_figure_stands_on_its_page_in_the_book(chromium, site, chapter, name):
    page = chromium.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}{chapter}.html")
    figure = page.locator(name).first
    assert state(figure)["here"] == [0] * len(state(figure)["out"])
    last = press(figure, "End")
    assert last["here"] == [size - 1 for size in last["out"]]
    assert figure.get_attribute("caption") or figure.locator("figcaption").inner_text()
    assert complaints == []
    page.close()


def test_every_script_is_on_a_page_and_on_no_other(book):
    every = {path.stem for path in (ASSETS / "figures").glob("*.js")}
    assert {name for _, figure in HOMES for name in scripts([figure])} == every
    for page in book.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        wanted = scripts({figure for home, figure in HOMES if home == page.stem})
        assert set(re.findall(r'src="_static/figures/([\w-]+)\.js', text)) == set(wanted), page.stem
