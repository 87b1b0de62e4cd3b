"""Weighted pooling: loops over windows, exact slopes of a map that is linear twice, Gaussian weights."""

import numpy as np
import pytest
from test_pool import LIVE, SETTINGS, drawn_for_torch, layouts, windows_of

from cnnlab.pool import avg_pool_forward
from cnnlab.weighted_pool import gaussian_weights, weighted_pool_backward, weighted_pool_forward

NAMES = [name for name, (_, _, options) in SETTINGS.items() if "ceil_mode" not in options]


def drawn(name):
    """Draw integers for a setting: x, weights and options."""
    shape, kernel_size, options = SETTINGS[name]
    rng = np.random.default_rng(1)
    weights = rng.integers(-9, 10, np.broadcast_to(kernel_size, len(shape) - 2)).astype(float)
    return rng, rng.integers(-9, 10, shape).astype(float), weights, options


@pytest.mark.parametrize("name", NAMES)
def test_equals_the_loops(name):
    rng, x, weights, options = drawn(name)
    y = weighted_pool_forward(x, weights, **options)
    dy, places = rng.integers(-9, 10, y.shape), 0
    dx, dweights = np.zeros_like(x), np.zeros_like(weights)
    for place, cells in windows_of(x, weights.shape, **options):
        assert y[place] == sum(w * value for w, (_, value) in zip(weights.flat, cells, strict=True))
        for tap, (where, value) in zip(np.ndindex(weights.shape), cells, strict=True):
            dweights[tap] += dy[place] * value
            if where:
                dx[where] += dy[place] * weights[tap]
        places += 1
    assert places == y.size
    got = weighted_pool_backward(dy, x, weights, **options)
    np.testing.assert_array_equal(got[0], dx)
    np.testing.assert_array_equal(got[1], dweights)


@pytest.mark.parametrize("name", NAMES)
def test_a_central_difference_with_step_one_is_exact(name):
    rng, x, weights, options = drawn(name)
    dy = rng.integers(-9, 10, weighted_pool_forward(x, weights, **options).shape)
    dx, dweights = weighted_pool_backward(dy, x, weights, **options)
    u, v = rng.integers(-9, 10, x.shape), rng.integers(-9, 10, weights.shape)

    def slope(along_x, along_weights):
        ends = [
            np.sum(dy * weighted_pool_forward(x + h * along_x, weights + h * along_weights, **options))
            for h in (1, -1)
        ]
        return (ends[0] - ends[1]) / 2

    assert slope(u, 0) == np.sum(dx * u)
    assert slope(0, v) == np.sum(dweights * v)


def test_equal_weights_are_average_pooling():
    x = np.random.default_rng(2).integers(-9, 10, (2, 4, 7, 6))
    options = dict(stride=(2, 1), padding=((1, 0), (0, 1)))
    y = weighted_pool_forward(x, np.full((3, 2), 1 / 6), **options)
    np.testing.assert_allclose(y, avg_pool_forward(x, (3, 2), **options), rtol=0, atol=1e-14)


def test_the_weight_of_one_tap_picks_that_entry():
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    assert weighted_pool_forward(x, [[0, 0], [1, 0]]).tolist() == [[[[4, 6]]]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64])
def test_dtypes_layouts_and_empty_batches(dtype):
    rng = np.random.default_rng(3)
    x, weights = rng.integers(-9, 10, (2, 3, 5, 4)).astype(dtype), rng.integers(1, 9, (2, 3)).astype(dtype)
    y = weighted_pool_forward(x, weights, stride=1)
    dy = (y[:, ::-1] - 7).astype(dtype)
    dx, dweights = weighted_pool_backward(dy, x, weights, stride=1)
    assert y.dtype == dx.dtype == dweights.dtype == dtype
    assert dweights.shape == (2, 3)
    for same in layouts(x):
        np.testing.assert_array_equal(weighted_pool_forward(same, weights, stride=1), y)
        for got, expected in zip(
            weighted_pool_backward(dy, same, weights, stride=1), (dx, dweights), strict=True
        ):
            np.testing.assert_array_equal(got, expected)
    for same in layouts(dy):
        np.testing.assert_array_equal(weighted_pool_backward(same, x, weights, stride=1)[0], dx)
    np.testing.assert_array_equal(weighted_pool_forward(x, np.asfortranarray(weights), stride=1), y)
    assert weighted_pool_forward(x[:0], weights).shape == (0, 3, 2, 1)
    dx, dweights = weighted_pool_backward(dy[:0], x[:0], weights, stride=1)
    assert dx.shape == (0, 3, 5, 4)
    assert dweights.tolist() == [[0] * 3] * 2
    assert weighted_pool_forward(x.real.astype(int), np.ones((2, 2), int)).dtype == np.float64
    assert not np.shares_memory(weighted_pool_forward(x, np.ones((1, 1), dtype)), x)


def test_gaussian_weights_fall_with_the_distance_from_the_centre():
    weights = gaussian_weights((3, 4), sigma=0.8)
    assert weights.shape == (3, 4)
    assert weights.sum() == pytest.approx(1, abs=1e-15)
    centre = np.array([1, 1.5])
    for tap in np.ndindex(3, 4):
        for other in np.ndindex(3, 4):
            gap = sum((tap - centre) ** 2) - sum((other - centre) ** 2)
            ratio = weights[tap] / weights[other]
            assert ratio == pytest.approx(np.exp(-gap / (2 * 0.8**2)), rel=1e-12)


def test_gaussian_weights_between_one_tap_and_the_average():
    np.testing.assert_allclose(gaussian_weights(5, sigma=1e-3), [0, 0, 1, 0, 0], atol=1e-15)
    np.testing.assert_allclose(gaussian_weights(4, sigma=1e-3), [0, 0.5, 0.5, 0], atol=1e-15)
    np.testing.assert_allclose(gaussian_weights((2, 3, 2), sigma=1e6), np.full((2, 3, 2), 1 / 12), rtol=1e-9)


@LIVE
@pytest.mark.parametrize("number", range(30))
def test_equals_pytorch(number):
    import torch

    rng, x, kernel, options = drawn_for_torch(number)
    del options["ceil_mode"]
    weights = rng.integers(-4, 5, kernel).astype(float)
    x_torch, w_torch = torch.tensor(x, requires_grad=True), torch.tensor(weights, requires_grad=True)
    kernels = w_torch.expand(x.shape[1], 1, *kernel)
    convolve = getattr(torch.nn.functional, f"conv{x.ndim - 2}d")
    theirs = convolve(x_torch, kernels, **options, groups=x.shape[1])
    dy = rng.integers(-4, 5, theirs.shape).astype(float)
    theirs.backward(torch.tensor(dy))
    np.testing.assert_array_equal(weighted_pool_forward(x, weights, **options), theirs.detach().numpy())
    dx, dweights = weighted_pool_backward(dy, x, weights, **options)
    np.testing.assert_array_equal(dx, x_torch.grad.numpy())
    np.testing.assert_array_equal(dweights, w_torch.grad.numpy())


X, W = np.ones((1, 2, 4)), np.ones(2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: weighted_pool_forward(X, np.ones((2, 2))), ValueError, "2 entries for 1 spatial axes"),
        (lambda: weighted_pool_forward(X, 2), ValueError, "0 entries for 1 spatial axes"),
        (lambda: weighted_pool_forward(X, np.ones(5)), ValueError, "spans 5 entries"),
        (lambda: weighted_pool_forward(X, W, padding=2), ValueError, r"2\*2 > 2"),
        (lambda: weighted_pool_forward(X, W, padding="same"), ValueError, "pooling takes numbers of cells"),
        (lambda: weighted_pool_forward(X[0], W), ValueError, "needs a batch axis"),
        (
            lambda: weighted_pool_backward(X, X, W),
            ValueError,
            r"dy has shape \(1, 2, 4\), but the output of the forward pass has shape \(1, 2, 2\)",
        ),
        (lambda: weighted_pool_forward(X, ["a", "b"]), TypeError, "weights must be an array of numbers"),
        (lambda: gaussian_weights(3, sigma=0), ValueError, "sigma is 0, but it must be a number above 0"),
        (lambda: gaussian_weights(3, sigma=np.inf), ValueError, "sigma is inf, but"),
        (lambda: gaussian_weights(3, sigma="1"), ValueError, "sigma is '1', but"),
        (lambda: gaussian_weights((3, 0), sigma=1), ValueError, "kernel_size is .* at least 1"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
