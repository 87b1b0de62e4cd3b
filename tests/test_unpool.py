"""Winners and unpooling: loops, the adjoint, max pooling's own backward, PyTorch where it is installed."""

import numpy as np
import pytest
from hypothesis import given
from test_pool import LIVE, SETTINGS, drawn_for_torch, layouts, tied, windows_of

from cnnlab.pool import max_pool_backward, max_pool_forward
from cnnlab.unpool import max_pool_winners, max_unpool, max_unpool_backward


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("values", [1, 3, 10**6])
def test_winners_are_the_first_of_the_largest(name, values):
    shape, kernel_size, options = SETTINGS[name]
    x = np.random.default_rng(1).integers(-values, 0, shape)
    winners = max_pool_winners(x, kernel_size, **options)
    assert winners.dtype == np.int64
    for place, cells in windows_of(x, kernel_size, fill=-np.inf, **options):
        best = [value for _, value in cells]
        where = cells[best.index(max(best))][0]
        assert winners[place] == (np.ravel_multi_index(where[2:], shape[2:]) if where else -1)


@given(tied())
def test_told_the_winners_unpooling_is_the_backward_of_max_pooling(drawn):
    rng, x, kernel, options = drawn
    winners = max_pool_winners(x, kernel, **options)
    dy = rng.integers(-9, 10, winners.shape)
    dx = max_pool_backward(dy, x, kernel, **options)
    np.testing.assert_array_equal(max_unpool(dy, winners, x.shape[2:]), dx)


@given(tied())
def test_unpooling_and_its_backward_are_adjoint(drawn):
    rng, x, kernel, options = drawn
    winners = max_pool_winners(x, kernel, **options)
    y, v = rng.integers(-9, 10, winners.shape), rng.integers(-9, 10, x.shape)
    assert np.sum(max_unpool(y, winners, x.shape[2:]) * v) == np.sum(y * max_unpool_backward(v, winners))


def test_the_winners_entries_are_what_pooling_keeps():
    x = np.random.default_rng(2).permutation(2 * 4 * 7 * 6).reshape(2, 4, 7, 6)
    winners = max_pool_winners(x, (3, 2), stride=(2, 1))
    kept = max_pool_forward(x, (3, 2), stride=(2, 1))
    np.testing.assert_array_equal(max_unpool_backward(x, winners), kept)


def test_a_cell_that_won_twice_receives_the_sum():
    winners = np.array([[[1, 1, 3]]])
    assert max_unpool(np.array([[[1, 10, 100]]]), winners, 4).tolist() == [[[0, 11, 0, 100]]]


def test_where_nobody_won_nothing_goes():
    winners = max_pool_winners(np.array([[[5.0]]]), 2, stride=1, padding=1, dilation=2)
    assert winners.tolist() == [[[-1]]]
    assert max_unpool(np.array([[[-np.inf]]]), winners, 1).tolist() == [[[0]]]
    assert max_unpool_backward(np.array([[[7.0]]]), winners).tolist() == [[[0]]]


def test_a_window_of_minus_infinities_is_won_by_the_first_that_is_no_padding():
    x = np.full((1, 1, 3), -np.inf)
    assert max_pool_winners(x, 2, padding=1).tolist() == [[[0, 1]]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64])
def test_dtypes_layouts_and_empty_batches(dtype):
    rng = np.random.default_rng(3)
    x = rng.permutation(2 * 3 * 5 * 4).reshape(2, 3, 5, 4).astype(dtype)
    winners = max_pool_winners(x, 2, stride=1)
    y, dx = rng.integers(-9, 10, winners.shape).astype(dtype), x - 60
    back, fetched = max_unpool(y, winners, (5, 4)), max_unpool_backward(dx, winners)
    assert back.dtype == fetched.dtype == dtype
    for same in layouts(x):
        np.testing.assert_array_equal(max_pool_winners(same, 2, stride=1), winners)
    for same in layouts(y):
        np.testing.assert_array_equal(max_unpool(same, winners, (5, 4)), back)
    for same in layouts(winners):
        np.testing.assert_array_equal(max_unpool(y, same, (5, 4)), back)
        np.testing.assert_array_equal(max_unpool_backward(dx, same), fetched)
    for same in layouts(dx):
        np.testing.assert_array_equal(max_unpool_backward(same, winners), fetched)
    np.testing.assert_array_equal(max_unpool(y, winners.astype(np.uint8), (5, 4)), back)
    assert max_unpool(y.real.astype(np.int16), winners, (5, 4)).dtype == np.float64
    assert max_pool_winners(x[:0], 2).shape == (0, 3, 2, 2)
    assert max_unpool(y[:0], winners[:0], (5, 4)).shape == (0, 3, 5, 4)
    assert max_unpool_backward(dx[:0], winners[:0]).shape == (0, *winners.shape[1:])


def test_results_are_fresh():
    y, winners = np.ones((2, 3, 4)), np.tile(np.arange(4), (2, 3, 1))
    for result in (max_unpool(y, winners, 4), max_unpool_backward(y, winners)):
        np.testing.assert_array_equal(result, y)
        assert not np.shares_memory(result, y)


@LIVE
@pytest.mark.parametrize("number", range(45))
def test_equals_pytorch(number):
    import torch

    rng, x, kernel, options = drawn_for_torch(number)
    axes, functional = x.ndim - 2, torch.nn.functional
    _, theirs = getattr(functional, f"max_pool{axes}d")(
        torch.tensor(x), kernel, **options, return_indices=True
    )
    winners = max_pool_winners(x, kernel, **options)
    np.testing.assert_array_equal(winners, theirs.numpy())
    kernel = options["stride"] = (2,) * axes  # apart: PyTorch keeps one of repeats, we add them
    winners = max_pool_winners(np.pad(x, [(0, 0)] * 2 + [(0, 2)] * axes), kernel)
    spatial = tuple(n + 2 for n in x.shape[2:])
    y = rng.integers(-9, 10, winners.shape).astype(float)
    unpooled = getattr(functional, f"max_unpool{axes}d")(
        torch.tensor(y), torch.tensor(winners), kernel, output_size=spatial
    )
    np.testing.assert_array_equal(max_unpool(y, winners, spatial), unpooled.numpy())


Y = np.ones((1, 2, 3))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: max_unpool(Y, np.zeros((1, 2, 2), int), 4),
            ValueError,
            r"winners has shape \(1, 2, 2\), but y has shape \(1, 2, 3\)",
        ),
        (
            lambda: max_unpool(Y, np.full((1, 2, 3), 4), 4),
            ValueError,
            r"winners holds 4, but indices into \(4,\) run from 0 to 3, and -1 means nobody",
        ),
        (lambda: max_unpool(Y, np.full((1, 2, 3), -2), 4), ValueError, "winners holds -2, but"),
        (lambda: max_unpool(Y, Y, 4), TypeError, "winners must be an array of integers.* float64"),
        (lambda: max_unpool(Y, np.zeros((1, 2, 3), int), (4, 4)), ValueError, "2 entries for 1 spatial axes"),
        (lambda: max_unpool(Y[0], np.zeros((2, 3), int), 4), ValueError, "y has shape .* needs a batch axis"),
        (
            lambda: max_unpool_backward(Y, np.zeros((1, 3, 3), int)),
            ValueError,
            r"winners has shape \(1, 3, 3\) and dy \(1, 2, 3\), but they must be",
        ),
        (lambda: max_unpool_backward(Y, np.zeros((1, 2), int)), ValueError, "number of axes"),
        (lambda: max_unpool_backward(Y, np.full((1, 2, 3), 3)), ValueError, "winners holds 3, but"),
        (lambda: max_pool_winners(Y, 2, padding=2), ValueError, r"2\*2 > 2"),
        (lambda: max_pool_winners(np.array([[["a"]]]), 1), TypeError, "x must be an array of numbers"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
