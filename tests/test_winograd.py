"""Winograd's convolutions: the loops with integers, for which all is exact, identities, known mistakes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlab import naive
from cnnlab.conv import conv_backward_input, conv_forward
from cnnlab.tiles import columns
from cnnlab.windows import aligned
from cnnlab.winograd import (
    A,
    B,
    G,
    winograd_1d,
    winograd_2d,
    winograd_backward_input,
    winograd_forward,
)

SETTINGS = {
    "1-D": ((2, 3, 9), 4, 0),
    "1-D odd": ((3, 2, 7), 5, ((2, 1),)),
    "1-D one output": ((2, 3, 3), 4, 0),
    "2-D": ((2, 4, 7, 6), 3, (1, 0)),
    "2-D same": ((3, 2, 5, 8), 4, "same"),
    "2-D full": ((2, 3, 4, 3), 2, "full"),
    "2-D wide rims": ((2, 3, 4, 5), 2, ((3, 0), (5, 4))),
    "2-D many images": ((32, 2, 5, 9), 3, 1),
    "2-D images that 32 does not divide": ((50, 2, 5, 6), 3, 1),
    "3-D": ((2, 3, 5, 4, 7), 4, (0, 1, 2)),
    "4-D": ((2, 2, 3, 4, 5, 3), 3, (0, 0, 0, 1)),
}
SIZES = st.integers(1, 9)


def drawn(name, dtype=float):
    """Draw x, weight and dy of a setting as integers: with halves and quarters, every sum is exact."""
    x_shape, c_out, padding = SETTINGS[name]
    rng = np.random.default_rng(len(name))
    weight_shape = (c_out, x_shape[1]) + (3,) * (len(x_shape) - 2)
    x, weight = (rng.integers(-9, 10, shape).astype(dtype) for shape in (x_shape, weight_shape))
    y = naive.conv_forward(x, weight, padding=padding)
    return x, weight, rng.integers(-9, 10, y.shape).astype(dtype), dict(padding=padding)


def test_the_matrices_make_two_outputs_of_four_inputs():
    """For unit vectors d and g, A ((G g) * (B d)) is what the definition says: it is bilinear, so always."""
    for d in np.eye(4):
        for g in np.eye(3):
            by_definition = [sum(d[i + a] * g[a] for a in range(3)) for i in range(2)]
            assert (np.array(A) @ ((np.array(G) @ g) * (np.array(B) @ d))).tolist() == by_definition


@pytest.mark.parametrize("name", SETTINGS)
def test_equals_the_loops_exactly_for_integers(name):
    x, weight, dy, options = drawn(name)
    np.testing.assert_array_equal(
        winograd_forward(x, weight, **options), naive.conv_forward(x, weight, **options)
    )
    dx = winograd_backward_input(dy, weight, x.shape[2:], **options)
    np.testing.assert_array_equal(dx, naive.conv_backward_input(dy, weight, x.shape[2:], **options))


@pytest.fixture
def _forget_columns():
    """Let no test find what another one has made of the constants."""
    yield
    columns.cache_clear()


@pytest.mark.usefixtures("_forget_columns")
@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("cache", [1, 3000, 40_000])
def test_small_boxes_give_the_same(name, cache, monkeypatch):
    x, weight, _, options = drawn(name)
    monkeypatch.setattr("cnnlab.winograd.CACHE", cache)
    for narrowest in (1, 64, 10**6):
        monkeypatch.setattr("cnnlab.tiles.NARROWEST", narrowest)
        columns.cache_clear()
        expected = naive.conv_forward(x, weight, **options)
        np.testing.assert_array_equal(winograd_forward(x, weight, **options), expected)


@pytest.mark.usefixtures("_forget_columns")
def test_chunks_of_columns_give_the_same(monkeypatch):
    x, weight, _, options = drawn("2-D many images")
    expected = naive.conv_forward(x, weight, **options)
    for most in (1, 600, 10**6):
        monkeypatch.setattr("cnnlab.tiles.MULTIPLICATIONS", most)
        columns.cache_clear()
        np.testing.assert_array_equal(winograd_forward(x, weight, **options), expected)


@settings(max_examples=60)
@given(
    st.integers(1, 3).flatmap(lambda axes: st.lists(SIZES, min_size=axes, max_size=axes)),
    st.integers(0, 4),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(0, 2**32),
)
def test_equals_conv_forward_at_any_size(spatial, images, c_in, c_out, rim, seed):
    rng = np.random.default_rng(seed)
    rims = tuple(
        (int(before) + 2, int(after)) for before, after in rng.integers(0, rim + 1, (len(spatial), 2))
    )
    x = rng.integers(-9, 10, (images, c_in, *spatial))
    weight = rng.integers(-9, 10, (c_out, c_in) + (3,) * len(spatial))
    y = winograd_forward(x, weight, padding=rims)
    np.testing.assert_array_equal(y, conv_forward(x, weight, padding=rims))
    dy = rng.integers(-9, 10, y.shape)
    dx = winograd_backward_input(dy, weight, spatial, padding=rims)
    assert np.vdot(dy, y) == np.vdot(x, dx)


@pytest.mark.parametrize("name", SETTINGS)
def test_dtypes_stay_and_single_precision_is_near(name):
    for dtype, tolerance in ((np.float32, 1e-5), (np.float64, 1e-13), (np.complex64, 1e-5), (complex, 1e-13)):
        x, weight, dy, options = drawn(name)
        rng = np.random.default_rng(3)
        x, weight, dy = ((rng.normal(size=a.shape) + 1j * rng.normal(size=a.shape)) for a in (x, weight, dy))
        if np.dtype(dtype).kind == "f":
            x, weight, dy = x.real, weight.real, dy.real
        y = winograd_forward(x.astype(dtype), weight.astype(dtype), **options)
        dx = winograd_backward_input(dy.astype(dtype), weight.astype(dtype), x.shape[2:], **options)
        assert y.dtype == dx.dtype == dtype
        for got, expected in (
            (y, conv_forward(x, weight, **options)),
            (dx, conv_backward_input(dy, weight, x.shape[2:], **options)),
        ):
            np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance * np.abs(expected).max())


def test_integers_become_float64_and_mixtures_the_wider():
    x, weight = np.full((1, 1, 4), 255, np.uint8), np.full((1, 1, 3), 0.5, np.float32)
    assert winograd_1d(x, weight).dtype == np.float64
    assert winograd_1d(x.astype(np.float32), weight).dtype == np.float32
    assert winograd_1d(x > 0, weight > 0).tolist() == [[[3, 3]]]
    dy = np.ones((1, 1, 2), np.float32)
    assert winograd_backward_input(dy, weight.astype(np.float64), 4).dtype == np.float64


def test_a_complex_step_passes():
    x, weight, dy, options = drawn("2-D")
    rng = np.random.default_rng(4)
    direction = rng.normal(size=x.shape)
    slope = np.sum(dy * winograd_forward(x + 1e-30j * direction, weight, **options)).imag / 1e-30
    dx = winograd_backward_input(dy, weight, x.shape[2:], **options)
    assert slope == pytest.approx(np.vdot(dx, direction), rel=1e-12)


@pytest.mark.parametrize("name", SETTINGS)
def test_any_layout_read_only_and_fresh(name):
    x, weight, dy, options = drawn(name)
    y, dx = (
        winograd_forward(x, weight, **options),
        winograd_backward_input(dy, weight, x.shape[2:], **options),
    )
    for layout in (
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a[::-1].copy()[::-1],
        lambda a: np.moveaxis(np.moveaxis(a, 0, -1).copy(), -1, 0),
    ):
        arrays = [layout(a) for a in (x, weight, dy)]
        for a in arrays:
            a.flags.writeable = False
        xs, ws, ds = arrays
        again = winograd_forward(xs, ws, **options), winograd_backward_input(ds, ws, x.shape[2:], **options)
        for one, other in zip(again, (y, dx), strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.flags.writeable
            assert not any(np.shares_memory(one, a) for a in arrays)


def test_a_result_lies_in_memory_as_its_input_does():
    x, weight, dy, options = drawn("2-D same")
    assert winograd_forward(x, weight, **options).flags.c_contiguous
    assert winograd_backward_input(dy, weight, x.shape[2:], **options).flags.c_contiguous
    last = np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0)
    assert np.moveaxis(winograd_forward(last, weight, **options), 0, -1).flags.c_contiguous


def test_an_empty_batch_and_an_empty_image():
    x, weight, dy, options = drawn("2-D")
    assert winograd_forward(x[:0], weight, **options).shape == (0, *dy.shape[1:])
    dx = winograd_backward_input(dy[:0], weight, x.shape[2:], **options)
    assert dx.shape == (0, *x.shape[1:])
    nothing = winograd_forward(np.ones((2, 3, 0)), np.ones((4, 3, 3)), padding=2)
    assert nothing.tolist() == np.zeros((2, 4, 2)).tolist()
    assert winograd_backward_input(nothing, np.ones((4, 3, 3)), 0, padding=2).shape == (2, 3, 0)


@pytest.mark.parametrize("name", SETTINGS)
def test_memory_full_of_garbage_neither_matters_nor_warns(name, monkeypatch):
    """Sums run over cells where no tile begins."""

    def dirty(shape, dtype):
        room = aligned(shape, dtype)
        room[...] = np.finfo(dtype).max
        return room

    x, weight, _, options = drawn(name)
    monkeypatch.setattr("cnnlab.tiles.aligned", dirty)
    expected = naive.conv_forward(x, weight, **options)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(winograd_forward(x, weight, **options), expected)


def test_a_nan_reaches_every_output_that_reads_it():
    x = np.ones((1, 1, 9))
    x[0, 0, 4] = np.nan
    assert np.isnan(winograd_1d(x, np.ones((1, 1, 3)))[0, 0, 2:5]).all()
    assert not np.isnan(winograd_1d(x, np.ones((1, 1, 3)))[0, 0, 6:]).any()


def test_hand_examples_that_known_mistakes_fail():
    """A kernel reversed; tiles four apart; halves lost; the last of an odd number of outputs dropped."""
    x = np.array([[[1, 2, 3, 5, 8, 13]]])
    assert winograd_1d(x, np.array([[[1, 0, 0]]])).tolist() == [[[1, 2, 3, 5]]]
    assert winograd_1d(x, np.array([[[0, 1, 0]]])).tolist() == [[[2, 3, 5, 8]]]
    assert winograd_1d(x[..., :5], np.array([[[0, 0, 1]]])).tolist() == [[[3, 5, 8]]]


x2, w2 = np.ones((2, 4, 5, 5)), np.ones((6, 4, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: winograd_forward(x2, np.ones((6, 4, 3, 5))), ValueError, "needs three taps on every axis"),
        (lambda: winograd_forward(x2, w2[:, :3]), ValueError, r"reads 1 \* 3 = 3 channels, but x has 4"),
        (lambda: winograd_forward(x2[..., :2], w2), ValueError, r"has 2 \+ 2\*0 = 2"),
        (lambda: winograd_1d(x2, w2), ValueError, r"x has shape \(2, 4, 5, 5\), but .* 1 spatial"),
        (lambda: winograd_2d(x2[0], w2), ValueError, r"x has shape \(4, 5, 5\), but .* 2 spatial"),
        (lambda: winograd_forward("x", w2), TypeError, "x must be an array of numbers"),
        (lambda: winograd_forward(x2, w2.astype(object)), TypeError, "weight must be an array of numbers"),
        (lambda: winograd_backward_input(x2, w2, 5), ValueError, "dy has shape .* but the output"),
        (lambda: winograd_backward_input(x2[0, 0], w2, 5), ValueError, "needs a batch axis"),
        (lambda: winograd_backward_input(x2, w2[0, 0], 5), ValueError, "has at least one spatial axis"),
        (lambda: winograd_backward_input(x2, w2, (5, 5, 5)), ValueError, "3 entries for 2 spatial axes"),
    ],
)
def test_a_bad_call_is_told_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()
