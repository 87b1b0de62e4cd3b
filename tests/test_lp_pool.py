"""Lp pooling: loops over windows, slopes, huge and tiny numbers, PyTorch where it is installed."""

import numpy as np
import pytest
from test_pool import LIVE, SETTINGS, drawn_for_torch, layouts, windows_of

from cnnlab.lp_pool import lp_pool_backward, lp_pool_forward
from cnnlab.pool import max_pool_forward


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("p", [1, 2, 3, 2.5])
def test_equals_the_loops(name, p):
    shape, kernel_size, options = SETTINGS[name]
    rng = np.random.default_rng(1)
    x = rng.integers(-3, 4, shape)
    y = lp_pool_forward(x, kernel_size, p=p, **options)
    dy, dx, places = rng.standard_normal(y.shape), np.zeros(shape), 0
    for place, cells in windows_of(x, kernel_size, **options):
        length = sum(abs(float(value)) ** p for _, value in cells) ** (1 / p)
        assert y[place] == pytest.approx(length, rel=1e-13, abs=0)
        for where, value in cells:
            if where and value:
                dx[where] += dy[place] * np.sign(value) * abs(value) ** (p - 1) / length ** (p - 1)
        places += 1
    assert places == y.size
    got = lp_pool_backward(dy, x, kernel_size, p=p, **options)
    np.testing.assert_allclose(got, dx, rtol=0, atol=1e-12)


@pytest.mark.parametrize("p", [1, 2, 3, 4.5])
def test_a_complex_step_sees_the_gradient(p):
    rng = np.random.default_rng(2)
    x, options = rng.standard_normal((2, 3, 7, 6)), dict(stride=(2, 1), padding=(1, 1), p=p)
    step = rng.standard_normal(x.shape)
    y = lp_pool_forward(x + 1e-30j * step, (3, 2), **options)
    np.testing.assert_allclose(y.real, lp_pool_forward(x, (3, 2), **options), rtol=1e-13)
    dy = rng.standard_normal(y.shape)
    dx = lp_pool_backward(dy, x, (3, 2), **options)
    np.testing.assert_allclose(np.sum(y.imag * dy) / 1e-30, np.sum(dx * step), rtol=1e-10)


def test_the_gradient_of_a_complex_input_passes_through():
    x = np.array([[[3 + 0j, -4]]])
    np.testing.assert_allclose(lp_pool_backward(np.array([[[5j]]]), x, 2), [[[3j, -4j]]])


@pytest.mark.parametrize("p", [1, 2, 3])
def test_a_window_of_zeros_has_length_and_gradient_zero(p):
    x = np.array([[[0.0, 0, 3, -4]]])
    y = lp_pool_forward(x, 2, p=p)
    assert y[0, 0, 0] == 0
    dx = lp_pool_backward(np.ones_like(y), x, 2, p=p)
    assert dx[0, 0, :2].tolist() == [0, 0]
    assert np.all(dx[0, 0, 2:] * [1, -1] > 0)


@pytest.mark.parametrize(("dtype", "huge"), [(np.float64, 1e300), (np.float32, 1e37)])
def test_no_power_overflows_or_vanishes(dtype, huge):
    x = np.array([[[3 * huge, -4 * huge], [3 / huge, 4 / huge]]], dtype)
    with np.errstate(all="raise"):
        y = lp_pool_forward(x, 2)
        dx = lp_pool_backward(np.full_like(y, 5), x, 2)
    np.testing.assert_allclose(y[0, :, 0], [5 * huge, 5 / huge], rtol=1e-6)
    np.testing.assert_allclose(dx, [[[3, -4], [3, 4]]], rtol=1e-6)


def test_a_window_may_hold_the_huge_beside_the_tiny():
    x = np.array([[[1e300, 1e-300], [1e-300, 1e300]]])[:, None]
    np.testing.assert_allclose(lp_pool_forward(x, 2), [[[[2**0.5 * 1e300]]]])
    np.testing.assert_allclose(
        lp_pool_backward(np.ones((1, 1, 1, 1)), x, 2), [[[[0.5**0.5, 0], [0, 0.5**0.5]]]]
    )


def test_a_large_p_is_nearly_max_pooling():
    x = np.random.default_rng(3).permutation(np.arange(1.0, 43)).reshape(1, 1, 7, 6)
    np.testing.assert_allclose(lp_pool_forward(-x, 2, p=2000), max_pool_forward(x, 2), rtol=1e-3)


def test_a_nan_is_not_lost():
    for position in (0, 1):
        x = np.ones((1, 1, 4))
        x[0, 0, position] = np.nan
        assert np.isnan(lp_pool_forward(x, 2)[0, 0]).tolist() == [True, False]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64])
@pytest.mark.parametrize("p", [1, 2, np.float64(3)])
def test_dtypes_layouts_and_empty_batches(dtype, p):
    x = np.random.default_rng(4).permutation(np.arange(-30, 30)).reshape(2, 2, 5, 3).astype(dtype)
    y = lp_pool_forward(x, (2, 1), p=p)
    dy = y[:, ::-1] - 7
    dx = lp_pool_backward(dy, x, (2, 1), p=p)
    assert y.dtype == dx.dtype == dtype
    for same in layouts(x):
        np.testing.assert_array_equal(lp_pool_forward(same, (2, 1), p=p), y)
        np.testing.assert_array_equal(lp_pool_backward(dy, same, (2, 1), p=p), dx)
    for same in layouts(dy):
        np.testing.assert_array_equal(lp_pool_backward(same, x, (2, 1), p=p), dx)
    assert lp_pool_forward(x[:0], (2, 1), p=p).shape == (0, *y.shape[1:])
    assert lp_pool_backward(dy[:0], x[:0], (2, 1), p=p).shape == (0, *x.shape[1:])
    assert lp_pool_forward(x.real.astype(np.int8), 1, p=p).dtype == np.float64
    assert not np.shares_memory(lp_pool_forward(abs(x), 1, p=p), x)


@LIVE
@pytest.mark.parametrize("number", range(60))
def test_equals_pytorch(number):
    import torch

    rng, x, kernel, options = drawn_for_torch(number)
    axes, p, stride = x.ndim - 2, 1 + number % 4, options["stride"]
    x = x + 0.5 * rng.choice([-1, 1], x.shape)
    if p % 2:
        x = np.abs(x)  # theirs takes odd powers of what is below zero
    x_torch = torch.tensor(x, requires_grad=True)
    function = getattr(torch.nn.functional, f"lp_pool{axes}d")
    theirs = function(x_torch, float(p), *((kernel, stride) if axes > 1 else (*kernel, *stride)))
    y = lp_pool_forward(x, kernel, stride=stride, p=p)
    np.testing.assert_allclose(y, theirs.detach().numpy(), rtol=1e-12)
    dy = rng.integers(-4, 5, y.shape).astype(float)
    theirs.backward(torch.tensor(dy))
    dx = lp_pool_backward(dy, x, kernel, stride=stride, p=p)
    np.testing.assert_allclose(dx, x_torch.grad.numpy(), rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda x: lp_pool_forward(x, 2, p=np.inf),
            ValueError,
            "p is inf, but it must be finite.* max pooling",
        ),
        (
            lambda x: lp_pool_forward(x, 2, p=0.5),
            ValueError,
            "p is 0.5, but it must be a number of at least 1",
        ),
        (lambda x: lp_pool_backward(x, x, 1, p=0), ValueError, "p is 0, but it must be a number"),
        (lambda x: lp_pool_forward(x, 2, p=np.nan), ValueError, "p is nan, but"),
        (lambda x: lp_pool_forward(x, 2, p="2"), ValueError, "p is '2', but"),
        (lambda x: lp_pool_forward(x, 2, padding=2), ValueError, r"2\*2 > 2"),
        (lambda x: lp_pool_forward(x, 5), ValueError, "spans 5 entries"),
        (lambda x: lp_pool_backward(x, x, 2), ValueError, r"dy has shape \(1, 1, 4\), but the output"),
        (lambda x: lp_pool_forward(x.astype(str), 2), TypeError, "x must be an array of numbers"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call(np.ones((1, 1, 4)))
