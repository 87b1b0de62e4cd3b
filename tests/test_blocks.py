"""What makes convolution fast: blocks that miss nothing, matrices that overlap, products in chunks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlab import naive
from cnnlab.blocks import add_matmul, boxes, by_rows, gather, matmul, see, turn_rows
from cnnlab.conv import conv_backward_input, conv_backward_weight, conv_geometry
from cnnlab.windows import LINE, aligned, pad_batch_last, window_view

GEOMETRIES = [
    ((2, 4, 9), (6, 2, 3), dict(stride=2, padding=((1, 2),), groups=2)),
    ((3, 2, 7, 6), (4, 2, 3, 2), dict(stride=(1, 2), padding=1, dilation=(2, 1))),
    ((3, 2, 9, 6), (4, 2, 2, 3), dict(stride=(2, 1), dilation=(4, 2))),
    ((2, 3, 9, 5), (4, 3, 2, 2), dict(stride=(3, 1), dilation=(2, 1))),
    ((2, 4, 5, 6, 4), (4, 2, 2, 3, 2), dict(padding=(0, 1, 1), groups=2)),
    ((2, 3, 4, 5), (4, 3, 1, 1), {}),
    ((3, 2, 7, 6), (8, 2, 3, 2), dict(dilation=(1, 2))),  # filters enough for the way back to scatter
    ((2, 4, 9, 5), (8, 2, 4, 2), dict(groups=2, dilation=(2, 1), padding=(1, 0))),
]


def integers(rng, *shape):
    return rng.integers(-9, 10, shape).astype(float)


def drawn(x_shape, weight_shape, options):
    """Draw an input; resolve its geometry, and let its windows be seen by definition."""
    defaults = dict(stride=1, padding=0, dilation=1, groups=1) | options
    geometry, groups = conv_geometry(x_shape, weight_shape, *defaults.values())
    padded = pad_batch_last(integers(np.random.default_rng(4), *x_shape), geometry)
    return padded, geometry, groups


@pytest.mark.parametrize("shortest", [1, math.inf])
@pytest.mark.parametrize("cache", [1, 2000, 10**6])
@pytest.mark.parametrize(("x_shape", "weight_shape", "options"), GEOMETRIES)
def test_gather_shows_each_place_its_window_once(
    x_shape, weight_shape, options, cache, shortest, monkeypatch
):
    monkeypatch.setattr("cnnlab.blocks.CACHE", cache)
    monkeypatch.setattr("cnnlab.blocks.NARROWEST", 1)
    padded, geometry, groups = drawn(x_shape, weight_shape, options)
    rows = by_rows(geometry, x_shape[0], shortest=shortest)
    places = np.arange(math.prod(geometry.out) * x_shape[0]).reshape(1, *geometry.out, x_shape[0])
    places = see(np.repeat(places, groups, axis=0), rows.out, groups)  # the number of each place
    view = window_view(padded, geometry)  # (C, *kernel, *out, N)
    view = view.reshape(groups, len(padded) // groups, *rows.kernel_size, places[0].size)
    expected = view.swapaxes(1, 2).reshape(groups, -1, places[0].size)  # taps by rows
    met = []
    for place, X in gather(padded, rows, groups, beside=weight_shape[0]):
        assert X.shape[:2] == places[place].shape[:2]
        for row in range(X.shape[1]):
            numbers = places[place][0, row].ravel()
            np.testing.assert_array_equal(X[:, row], expected[:, :, numbers])
            met.extend(numbers)
    assert sorted(met) == list(range(places[0].size))


@pytest.mark.parametrize("shortest", [1, math.inf])
@pytest.mark.parametrize("cache", [1, 2000, 10**6])
@pytest.mark.parametrize(("x_shape", "weight_shape", "options"), GEOMETRIES)
def test_the_way_back_is_the_loops_whatever_the_blocks(
    x_shape, weight_shape, options, cache, shortest, monkeypatch
):
    monkeypatch.setattr("cnnlab.blocks.CACHE", cache)
    monkeypatch.setattr("cnnlab.blocks.NARROWEST", 1)
    monkeypatch.setattr("cnnlab.conv.LONG", shortest)
    geometry, _ = drawn(x_shape, weight_shape, options)[1:]
    rng = np.random.default_rng(5)
    dy, weight = integers(rng, x_shape[0], weight_shape[0], *geometry.out), integers(rng, *weight_shape)
    found = conv_backward_input(dy, weight, x_shape[2:], **options)
    np.testing.assert_array_equal(found, naive.conv_backward_input(dy, weight, x_shape[2:], **options))


@pytest.mark.parametrize(("x_shape", "weight_shape", "options"), GEOMETRIES)
def test_turned_rows_see_what_saw_them(x_shape, weight_shape, options):
    """Row r of the padded input is seen from row o of the output by tap r - o * stride, if that is one."""
    geometry = drawn(x_shape, weight_shape, options)[1]
    turned = turn_rows(geometry)
    taps, dilation = geometry.kernel_size[0], geometry.dilation[0]
    rim, _ = turned.padding[0]
    assert turned.out == (geometry.padded[0], *geometry.out[1:]) and turned.spatial == geometry.out
    for row in range(geometry.padded[0]):
        seen_from = {tap: row + (taps - 1 - tap) * dilation - rim for tap in range(taps)}  # the rows turned
        assert all(o + tap * dilation == row for tap, o in seen_from.items())


def test_rows_are_not_copied_along_the_first_axis():
    """Under a 3x3 kernel the matrices of all rows hold each number 9 times, their memory 3 times."""
    padded, geometry, groups = drawn((4, 2, 20, 10), (3, 2, 3, 3), {})
    ((_, X),) = gather(padded, by_rows(geometry, 4, shortest=1), groups, beside=3)
    assert X.size == 18 * (2 * 9 * 8 * 4)
    assert X.base.nbytes - LINE == 20 * (2 * 3 * 8 * 4) * X.itemsize


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("make", [np.empty, np.zeros])
@pytest.mark.parametrize("shape", [(0, 3), (2, 3), (70, 9, 11), (5000,)])
def test_large_arrays_begin_with_a_line_of_the_cache(shape, make, dtype):
    made = aligned(shape, dtype, make)
    assert (made.shape, made.dtype) == (shape, dtype) and made.flags.c_contiguous and made.flags.writeable
    if made.nbytes > 4096:
        assert made.ctypes.data % LINE == 0
    if make is np.zeros:
        assert not made.any()


@given(out=st.lists(st.integers(1, 6), min_size=0, max_size=4), most=st.integers(1, 200))
def test_boxes_cut_the_places_into_runs_of_memory(out, most):
    places = np.arange(math.prod(out)).reshape(out)
    read, largest = [], None
    for box in boxes(out, most):
        run = places[box].ravel()
        assert np.all(np.diff(run) == 1)
        largest = largest or run.size
        assert run.size <= min(most, largest)
        read.extend(run)
    assert read == list(range(places.size))


@pytest.mark.parametrize("places", [0, 1, 255, 256, 600, 4096, 9001])
def test_matmul_in_chunks_is_matmul(places):
    rng = np.random.default_rng(3)
    a, b = integers(rng, 2, 1, 3, 5), integers(rng, 2, 4, 5, places)
    out = np.full((2, 4, 3, places + 7), np.nan)[..., 4 : places + 4]
    matmul(a, b, out=out)
    np.testing.assert_array_equal(out, np.einsum("gmk,grkp->grmp", a[:, 0], b))


@pytest.mark.parametrize(("taps", "places"), [(5, 0), (5, 9001), (40, 9001), (200, 700)])
def test_add_matmul_in_chunks_is_a_sum_of_products(taps, places):
    rng = np.random.default_rng(3)
    a, b = integers(rng, 2, 3, taps, places), integers(rng, 2, 3, places, 30)
    out = integers(rng, 2, taps, 30)
    expected = out + np.einsum("grkp,grpm->gkm", a, b, optimize=True)
    add_matmul(a, b, out=out)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("stride", [1, (2, 3)])
def test_depthwise_is_a_convolution_like_any_other(stride):
    from cnnlab import conv_backward, conv_forward

    rng = np.random.default_rng(6)
    x, weight, bias = integers(rng, 2, 5, 7, 8), integers(rng, 5, 1, 3, 2), integers(rng, 5)
    options = dict(stride=stride, padding=(1, 0), dilation=(1, 2), groups=5)
    y = naive.conv_forward(x, weight, bias, **options)
    np.testing.assert_array_equal(conv_forward(x, weight, bias, **options), y)
    dy = integers(rng, *y.shape)
    dx, dweight, _ = conv_backward(dy, x, weight, **options)
    np.testing.assert_array_equal(dx, naive.conv_backward_input(dy, weight, x.shape[2:], **options))
    np.testing.assert_array_equal(dweight, naive.conv_backward_weight(dy, x, weight.shape[2:], **options))


@pytest.mark.parametrize("most", [1, 2**17])
@pytest.mark.parametrize("spatial", [(9,), (5, 6), (3, 5, 4), (3, 2, 4, 3)], ids=len)
def test_depthwise_sums_lines_of_any_number_of_axes_and_few_channels_at_a_time(spatial, most, monkeypatch):
    rng, kernel_size = np.random.default_rng(7), (2, 1, 3, 2)[-len(spatial) :]
    monkeypatch.setattr("cnnlab.depthwise.SUMS", most)
    for batch in (0, 1, 3):
        options = dict(padding=1, dilation=(1, 1, 1, 2)[-len(spatial) :], groups=5)
        x, weight = integers(rng, batch, 5, *spatial), integers(rng, 5, 1, *kernel_size)
        dy = integers(rng, *naive.conv_forward(x, weight, **options).shape)
        expected = naive.conv_backward_weight(dy, x, kernel_size, **options)
        np.testing.assert_array_equal(conv_backward_weight(dy, x, kernel_size, **options), expected)
