"""The matrix of a convolution in a browser: its entries, its copies and its outputs are those of cnnlab."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

import cnnlab

pytestmark = pytest.mark.browser

BORDERS = ["valid", "same", "full", "circular"]


def matrix_of(weight, spatial, border):
    """The matrix that cnnlab writes out, one channel in and out."""
    boundary = "circular" if border == "circular" else "zeros"
    padding = "same" if border == "circular" else border
    weight = np.array(weight, dtype=float)[None, None]
    return cnnlab.conv_matrix(weight, spatial, padding=padding, boundary=boundary).toarray()


def state(figure):
    return figure.evaluate("figure => figure.state")


def choose(figure, **values):
    figure.evaluate("(figure, values) => { for (const n in values) figure.set(n, values[n]) }", values)
    return state(figure)


def shown(figure, title):
    """The numbers in a grid's cells."""
    words = figure.locator(".cnn-grid", has_text=title).locator(".cnn-number").all_text_contents()
    return [float(word.replace("−", "-")) for word in words]


@pytest.mark.parametrize(("axes", "border"), list(product(["1", "2"], BORDERS)))
def test_the_matrix_is_that_of_cnnlab(open_figure, axes, border):
    figure = open_figure("cnn-conv-matrix", axes=axes, border=border)
    now = state(figure)
    x = np.array(now["x"], dtype=float)
    matrix = matrix_of(now["weight"], x.shape, border)
    assert_array_equal(now["matrix"], matrix)
    assert_array_equal(shown(figure, "matrix"), matrix.ravel())
    assert_array_equal(np.ravel(now["y"]), matrix @ x.ravel())
    assert_array_equal(shown(figure, "output"), matrix @ x.ravel())
    if axes == "1" and border != "circular":
        assert_array_equal(now["matrix"], cnnlab.toeplitz(now["weight"], len(x), border))
    size = figure.locator(".cnn-formula").inner_text()
    assert f"{matrix.shape[0]} outputs × {matrix.shape[1]} inputs" in size
    assert ("circulant" in size) == (border == "circular")


@pytest.mark.parametrize(("axes", "border"), list(product(["1", "2"], BORDERS)))
def test_all_copies_of_a_tap_light_up(open_figure, axes, border):
    figure = open_figure("cnn-conv-matrix", axes=axes, border=border)
    cells = figure.locator(".cnn-editor input")
    now = state(figure)
    spatial, weight = np.shape(now["x"]), np.array(now["weight"])
    for n in range(weight.size):
        cells.nth(n).hover() if n % 2 else cells.nth(n).focus()
        alone = np.eye(1, weight.size, n).reshape(weight.shape)
        copies = np.argwhere(matrix_of(alone, spatial, border))
        now = state(figure)
        assert now["tap"] == list(np.unravel_index(n, weight.shape))
        assert sorted(map(tuple, now["lit"])) == list(map(tuple, copies))
        lit = figure.locator(".cnn-grid", has_text="matrix").locator(".cnn-cell.in")
        assert lit.count() == len(copies)
        assert lit.locator(".cnn-corner").all_text_contents() == [
            f"w[{','.join(map(str, now['tap']))}]"
        ] * len(copies)
        outputs = len(now["matrix"])
        expect(figure.locator(".cnn-line").first).to_contain_text(
            f"stands in {len(copies)} of {outputs} rows"
        )


def test_a_row_is_chosen_by_click_and_by_key(open_figure):
    figure = open_figure("cnn-conv-matrix")
    assert state(figure)["y"] == [4, 13, 10, 13]
    figure.locator(".cnn-grid", has_text="matrix").locator(".cnn-cell").nth(6 * 1 + 3).click()
    assert state(figure)["here"] == [1] and state(figure)["value"] == 13
    expect(figure.locator(".cnn-line").last).to_have_text("Row 1: y[1] = 1·1 + 0·2 + 3·4 = 13")
    figure.locator(".cnn-stage").focus()
    figure.locator(".cnn-stage").press("End")
    assert state(figure)["here"] == [3]


def test_a_typed_kernel_fills_the_matrix(open_figure):
    figure = open_figure("cnn-conv-matrix", border="circular")
    figure.locator(".cnn-editor input").nth(1).fill("0")
    now = state(figure)
    assert_array_equal(now["matrix"], matrix_of([1, 0, 4], (6,), "circular"))
    assert len(now["lit"]) == 6  # a tap that is zero has its places still
    assert choose(figure, border="valid")["weight"] == [1, 0, 4]
    assert choose(figure, axes="2")["weight"] == [[1, 2], [3, 4]]


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_a_phone(open_figure, width):
    figure = open_figure("cnn-conv-matrix", width=width, axes="2", border="full")
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= width
