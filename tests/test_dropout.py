"""Dropout: how many fall silent, that the mean stays, and that the way back takes the same mask."""

import numpy as np
import pytest

from cnnlab.dropout import dropout_backward, dropout_forward


def test_a_share_of_p_is_dropped_and_the_mean_stays():
    """p = 0.2, not 0.5, where the right scale 1 / (1 - p) and the wrong one 1 / p are the same."""
    y, mask = dropout_forward(np.full((400, 50), 3.0), 0.2, np.random.default_rng(0))
    assert abs((y == 0).mean() - 0.2) < 0.01  # 20,000 tosses: a standard deviation of 0.003
    assert abs(y.mean() - 3) < 0.05
    np.testing.assert_allclose(y[y != 0], 3 / 0.8, rtol=1e-15)
    np.testing.assert_array_equal(mask, y != 0)
    assert mask.dtype == bool


def test_units_fall_silent_one_by_one():
    """Not whole rows, columns or images: every share over every axis is near p."""
    _, mask = dropout_forward(np.ones((60, 50, 40)), 0.3, np.random.default_rng(1))
    for axes in ((0,), (1,), (2,), (0, 1), (1, 2)):
        assert abs(mask.mean(axis=axes) - 0.7).max() < 0.35
    assert len({row.tobytes() for row in mask.reshape(60, -1)}) == 60


def test_every_call_tosses_anew_and_a_seed_repeats():
    x, rng = np.ones((30, 20)), np.random.default_rng(2)
    first, second = dropout_forward(x, 0.5, rng)[1], dropout_forward(x, 0.5, rng)[1]
    assert (first != second).any()
    np.testing.assert_array_equal(dropout_forward(x, 0.5, np.random.default_rng(2))[1], first)


def test_nothing_is_dropped_at_p_0():
    x = np.random.default_rng(3).standard_normal((5, 4))
    y, mask = dropout_forward(x, 0, np.random.default_rng(4))
    np.testing.assert_array_equal(y, x)
    assert mask.all()
    assert not np.shares_memory(y, x)


@pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 4, 7, 6, 5)])
def test_the_gradient_is_the_slope_of_the_same_network(shape):
    """Given the mask the map is linear: its difference quotient with h = 1 is exact."""
    rng = np.random.default_rng(5)
    x, direction = 3.0 * rng.integers(-9, 10, shape), 3.0 * rng.integers(-9, 10, shape)
    y, mask = dropout_forward(x, 0.25, np.random.default_rng(6))
    moved, _ = dropout_forward(x + direction, 0.25, np.random.default_rng(6))
    dy = rng.integers(-9, 10, shape)
    dx = dropout_backward(dy, mask, 0.25)
    assert np.sum(dx * direction) == pytest.approx(np.sum(dy * (moved - y)), abs=1e-9)
    assert not dx[~mask].any()
    np.testing.assert_array_equal(dx[mask], dy[mask] / 0.75)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.int16, bool])
def test_dtypes_layouts_and_empty_batches(dtype):
    """The coins know nothing of dtype and memory."""
    x = np.arange(1, 121).reshape(2, 3, 4, 5).astype(dtype)
    y, mask = dropout_forward(x, 0.3, np.random.default_rng(7))
    right = np.float64 if np.dtype(dtype).kind in "biu" else dtype
    assert y.dtype == dropout_backward(x, mask, 0.3).dtype == right
    np.testing.assert_array_equal(mask, dropout_forward(np.ones(x.shape), 0.3, np.random.default_rng(7))[1])
    reversed_ = x[:, ::-1].copy()[:, ::-1]
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=3)[..., ::2], reversed_, x.tolist()):
        if isinstance(same, np.ndarray):
            same.flags.writeable = False
        again, its_mask = dropout_forward(same, 0.3, np.random.default_rng(7))
        np.testing.assert_allclose(again, y, rtol=1e-6)
        np.testing.assert_array_equal(its_mask, mask)
        np.testing.assert_allclose(dropout_backward(same, its_mask, 0.3), again, rtol=1e-6)
    y, mask = dropout_forward(x[:0], 0.3, np.random.default_rng(7))
    assert y.shape == mask.shape == dropout_backward(y, mask, 0.3).shape == (0, 3, 4, 5)


@pytest.mark.parametrize("p", [1, 1.5, -0.1, np.nan])
def test_a_probability_leaves_something(p):
    words = r"p is .*, but the probability to drop must be at least 0 and less than 1"
    with pytest.raises(ValueError, match=words):
        dropout_forward(np.ones(3), p, np.random.default_rng(0))
    with pytest.raises(ValueError, match=words):
        dropout_backward(np.ones(3), np.ones(3, bool), p)


def test_bad_arguments():
    with pytest.raises(TypeError, match=r"rng is 3, but it must be a generator: numpy.random.default_rng"):
        dropout_forward(np.ones(3), 0.5, 3)
    with pytest.raises(TypeError, match="x must be an array of numbers"):
        dropout_forward(["a"], 0.5, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"mask has shape \(2,\), but dy has shape \(3,\)"):
        dropout_backward(np.ones(3), np.ones(2, bool), 0.5)
    with pytest.raises(TypeError, match="mask must be an array of booleans, but its dtype is float64"):
        dropout_backward(np.ones(3), np.ones(3), 0.5)
