"""Adaptive and global pooling: loops over bins, adjoints, slopes, PyTorch where it is installed."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pool import LIVE, layouts

from cnnlab.adaptive_pool import (
    adaptive_avg_pool_backward,
    adaptive_avg_pool_forward,
    adaptive_max_pool_backward,
    adaptive_max_pool_forward,
    global_avg_pool_backward,
    global_avg_pool_forward,
    global_max_pool_backward,
    global_max_pool_forward,
)

SETTINGS = {
    "1-D, 10 in 3": ((2, 3, 10), 3),
    "1-D, 11 in 3": ((2, 3, 11), (3,)),
    "1-D, more than there are": ((2, 3, 3), 7),
    "2-D": ((2, 4, 7, 6), (3, 4)),
    "2-D, one for both": ((2, 3, 5, 8), 2),
    "2-D, as it is": ((2, 3, 4, 5), (4, 5)),
    "3-D": ((2, 2, 5, 3, 4), (2, 5, 3)),
    "4-D": ((2, 1, 3, 4, 5, 2), (2, 3, 1, 3)),
}
PAIRS = [
    (adaptive_avg_pool_forward, adaptive_avg_pool_backward),
    (adaptive_max_pool_forward, adaptive_max_pool_backward),
]
GLOBAL = [
    (global_avg_pool_forward, global_avg_pool_backward),
    (global_max_pool_forward, global_max_pool_backward),
]


def bins_of(x, output_size):
    """Visit every bin with its cells' indices into x, in C order."""
    sizes = np.broadcast_to(output_size, x.ndim - 2).tolist()
    for n, c in np.ndindex(*x.shape[:2]):
        for place in np.ndindex(*sizes):
            reach = [
                range(floor(Fraction(i * size, m)), ceil(Fraction((i + 1) * size, m)))
                for i, size, m in zip(place, x.shape[2:], sizes, strict=True)
            ]
            cells = [
                (n, c, *(r[i] for r, i in zip(reach, offset, strict=True)))
                for offset in np.ndindex(*map(len, reach))
            ]
            yield (n, c, *place), cells


@pytest.mark.parametrize("name", SETTINGS)
def test_averages_equal_the_loops(name):
    shape, output_size = SETTINGS[name]
    rng = np.random.default_rng(1)
    x = rng.integers(-9, 10, shape)
    y = adaptive_avg_pool_forward(x, output_size)
    dy, dx = rng.integers(-9, 10, y.shape), np.zeros(shape)
    places = 0
    for place, cells in bins_of(x, output_size):
        assert y[place] == pytest.approx(sum(x[cell] for cell in cells) / len(cells), abs=1e-12)
        for cell in cells:
            dx[cell] += dy[place] / len(cells)
        places += 1
    assert places == y.size
    np.testing.assert_allclose(adaptive_avg_pool_backward(dy, x), dx, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("values", [1, 3, 10**6])
def test_maxima_equal_the_loops(name, values):
    shape, output_size = SETTINGS[name]
    rng = np.random.default_rng(2)
    x = rng.integers(-values, 0, shape)
    y = adaptive_max_pool_forward(x, output_size)
    dy, dx = rng.integers(-9, 10, y.shape), np.zeros(shape)
    for place, cells in bins_of(x, output_size):
        best = [x[cell] for cell in cells]
        assert y[place] == max(best)
        dx[cells[best.index(max(best))]] += dy[place]  # the first of equals, in C order
    np.testing.assert_array_equal(adaptive_max_pool_backward(dy, x), dx)


@st.composite
def drawn(draw):
    """Draw a small input of few values, and a number of bins per axis."""
    axes = draw(st.integers(1, 3))
    spatial, bins = (tuple(draw(st.lists(st.integers(1, 7), min_size=axes, max_size=axes))) for _ in range(2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng, rng.integers(0, 3, (2, 2, *spatial)).astype(float), bins


@given(drawn())
def test_the_gradient_of_averaging_is_its_adjoint(drawn):
    rng, x, bins = drawn
    y = adaptive_avg_pool_forward(x, bins)
    dy = rng.integers(-9, 10, y.shape)
    np.testing.assert_allclose(
        np.sum(y * dy), np.sum(x * adaptive_avg_pool_backward(dy, x)), rtol=0, atol=1e-9
    )


@given(drawn())
def test_the_gradient_of_a_maximum_goes_to_the_first_of_equals(drawn):
    rng, x, bins = drawn
    y = adaptive_max_pool_forward(x, bins)
    dy, dx = rng.integers(-9, 10, y.shape), np.zeros(x.shape)
    for place, cells in bins_of(x, bins):
        dx[next(cell for cell in cells if x[cell] == y[place])] += dy[place]
    np.testing.assert_array_equal(adaptive_max_pool_backward(dy, x), dx)


@pytest.mark.parametrize("shape", [(2, 3, 7), (2, 4, 5, 6), (2, 3, 2, 5, 4), (2, 2, 3, 2, 4, 2)])
def test_global_pooling_is_numpys_own_mean_and_maximum(shape):
    rng = np.random.default_rng(3)
    x = rng.permutation(np.prod(shape)).reshape(shape) - 50
    flat, dy = x.reshape(*shape[:2], -1), rng.integers(-9, 10, shape[:2])
    mean, best = global_avg_pool_forward(x), global_max_pool_forward(x)
    assert mean.shape == best.shape == shape[:2]
    np.testing.assert_allclose(mean, flat.mean(axis=2), rtol=1e-13)
    np.testing.assert_array_equal(best, flat.max(axis=2))
    shared = np.broadcast_to(dy[..., None] / flat.shape[2], flat.shape).reshape(shape)
    np.testing.assert_allclose(global_avg_pool_backward(dy, x), shared, rtol=1e-13)
    won = np.zeros(flat.shape)
    np.put_along_axis(won, flat.argmax(axis=2)[..., None], dy[..., None], 2)
    np.testing.assert_array_equal(global_max_pool_backward(dy, x), won.reshape(shape))


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_a_complex_step_sees_the_gradient(forward, backward):
    rng = np.random.default_rng(4)
    x = rng.integers(0, 2, (2, 3, 5, 7)).astype(float)
    step = rng.standard_normal(x.shape)
    y = forward(x + 1e-30j * step, (3, 2))
    dy = rng.standard_normal(y.shape)
    np.testing.assert_allclose(np.sum(y.imag * dy) / 1e-30, np.sum(backward(dy, x) * step), rtol=1e-12)


def test_a_nan_is_not_lost():
    for position in (0, 1):
        x = np.ones((1, 1, 4))
        x[0, 0, position] = np.nan
        for forward, _ in PAIRS:
            assert np.isnan(forward(x, 2)[0, 0]).tolist() == [True, False]


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64])
def test_dtypes_layouts_and_empty_batches(forward, backward, dtype):
    rng = np.random.default_rng(5)
    x = rng.permutation(60).reshape(2, 2, 5, 3).astype(dtype)
    y = forward(x, (3, 2))
    dy = (y[:, ::-1] - 7).astype(dtype)
    dx = backward(dy, x)
    assert y.dtype == dx.dtype == dtype
    for same in layouts(x):
        np.testing.assert_array_equal(forward(same, (3, 2)), y)
        np.testing.assert_array_equal(backward(dy, same), dx)
    for same in layouts(dy):
        np.testing.assert_array_equal(backward(same, x), dx)
    assert forward(x[:0], (3, 2)).shape == (0, 2, 3, 2)
    assert backward(dy[:0], x[:0]).shape == x[:0].shape
    assert forward(x.real.astype(np.int8), 2).dtype == np.float64
    assert backward(dy.real.astype(np.float32), x.real.astype(np.float64)).dtype == np.float64


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_bins_of_one_entry_are_copies(forward, backward):
    for x in (np.ones((2, 3, 4)), np.moveaxis(np.ones((3, 4, 2)), -1, 0)):
        for result in (forward(x, 4), backward(x, x)):
            np.testing.assert_array_equal(result, x)
            assert not np.shares_memory(result, x)


@pytest.mark.parametrize(("forward", "backward"), GLOBAL)
def test_global_pooling_of_one_entry_and_of_nobody(forward, backward):
    for x in (np.ones((2, 3, 1)), np.moveaxis(np.ones((3, 1, 2)), -1, 0)):
        y = forward(x)
        assert not np.shares_memory(y, x)
        dx = backward(y, x)
        assert dx.shape == x.shape
        assert not np.shares_memory(dx, y)
    empty = np.ones((0, 3, 2, 2), np.float32)
    assert forward(empty).shape == (0, 3)
    assert backward(forward(empty), empty).shape == empty.shape
    assert forward(empty).dtype == np.float32


@LIVE
@pytest.mark.parametrize("number", range(60))
def test_equals_pytorch(number):
    import torch

    rng = np.random.default_rng([number, 56])
    axes = 1 + number % 3
    spatial, bins = (tuple(int(i) for i in rng.integers(1, 9, axes)) for _ in range(2))
    x = rng.integers(0, 4, (2, 3, *spatial)).astype(float)
    for (forward, backward), name in zip(PAIRS, ("avg", "max"), strict=True):
        x_torch = torch.tensor(x, requires_grad=True)
        theirs = getattr(torch.nn.functional, f"adaptive_{name}_pool{axes}d")(x_torch, bins)
        dy = rng.integers(-4, 5, theirs.shape).astype(float)
        theirs.backward(torch.tensor(dy))
        np.testing.assert_allclose(forward(x, bins), theirs.detach().numpy(), rtol=0, atol=1e-12)
        np.testing.assert_allclose(backward(dy, x), x_torch.grad.numpy(), rtol=0, atol=1e-12)


X = np.ones((1, 2, 4, 3))


@pytest.mark.parametrize("pair", [0, 1])
@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda f, b: f(X, 0), ValueError, "output_size is 0, but it must be at least 1"),
        (lambda f, b: f(X, (2, 0)), ValueError, r"output_size is \(2, 0\), but it must be at least 1"),
        (lambda f, b: f(X, 2.0), ValueError, "output_size is 2.0, but it must be an int"),
        (lambda f, b: f(X, (2, 2, 2)), ValueError, "3 entries for 2 spatial axes"),
        (
            lambda f, b: f(X[..., :0], 1),
            ValueError,
            r"x has shape \(1, 2, 4, 0\): a spatial axis without entries",
        ),
        (lambda f, b: f(X[0, 0], 2), ValueError, "needs a batch axis"),
        (lambda f, b: f(X.astype(str), 2), TypeError, "x must be an array of numbers"),
        (
            lambda f, b: b(X[:, :1], X),
            ValueError,
            r"dy has shape \(1, 1, 4, 3\), but .* has shape \(1, 2, \*output_size\), with 2 spatial axes",
        ),
        (lambda f, b: b(X[..., 0], X), ValueError, "with 2 spatial axes"),
        (lambda f, b: b(X[..., :0], X), ValueError, r"output_size is \(4, 0\), but"),
        (lambda f, b: b(X, X[..., :0]), ValueError, "a spatial axis without entries"),
    ],
)
def test_errors(pair, call, error, words):
    with pytest.raises(error, match=words):
        call(*PAIRS[pair])


@pytest.mark.parametrize(("forward", "backward"), GLOBAL)
def test_errors_of_global_pooling(forward, backward):
    with pytest.raises(ValueError, match="a spatial axis without entries"):
        forward(X[:, :, :0])
    with pytest.raises(ValueError, match=r"dy has shape \(1, 3\), but the output .* has shape \(1, 2\)"):
        backward(np.ones((1, 3)), X)
    with pytest.raises(ValueError, match=r"dy has shape \(1, 2, 1, 1\), but the output .* \(1, 2\)"):
        backward(X[:, :, :1, :1], X)
    with pytest.raises(ValueError, match="needs a batch axis"):
        backward(X[0, 0, :2, :1], X[0, 0])
