"""Dense layers and flattening: loops, slopes and a round trip. PyTorch is in test_torch_basics.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlab import check_gradient, dense_backward, dense_forward, flatten_backward, flatten_forward

X, WEIGHT = np.arange(15.0).reshape(5, 3), np.arange(12.0).reshape(4, 3) - 6
BIAS, DY = np.array([1.0, 0, -1, 2]), np.arange(20.0).reshape(5, 4) ** 2 - 7


def test_forward_is_the_double_sum():
    y = dense_forward(X, WEIGHT, BIAS)
    for n, f in np.ndindex(5, 4):
        assert y[n, f] == sum(X[n, d] * WEIGHT[f, d] for d in range(3)) + BIAS[f]
    np.testing.assert_array_equal(dense_forward(X, WEIGHT), y - BIAS)


@pytest.mark.parametrize("unit", [1, 1 + 2j])  # nothing is conjugated
def test_backward_is_the_triple_loop(unit):
    dy, x, weight = DY * unit, X * unit, WEIGHT * unit
    dx, dweight, dbias = np.zeros_like(x), np.zeros_like(weight), 0 * BIAS * unit
    for n, f in np.ndindex(5, 4):
        dbias[f] += dy[n, f]
        for d in range(3):
            dx[n, d] += dy[n, f] * weight[f, d]
            dweight[f, d] += dy[n, f] * x[n, d]
    for ours, right in zip(dense_backward(dy, x, weight), (dx, dweight, dbias), strict=True):
        np.testing.assert_array_equal(ours, right)


def test_gradients_are_slopes():
    rng = np.random.default_rng(0)
    report = check_gradient(
        dense_forward, lambda dy, x, w, b: dense_backward(dy, x, w), (X, WEIGHT, BIAS), rng
    )
    assert report.ok, report
    assert report.worst < 1e-12


@pytest.mark.parametrize("n", [0, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_dtypes_and_empty_batches(n, dtype):
    x, weight, bias = np.ones((n, 3), dtype), np.ones((4, 3), dtype), np.ones(4, dtype)
    y = dense_forward(x, weight, bias)
    assert (y.shape, y.dtype) == ((n, 4), dtype)
    for gradient, a in zip(dense_backward(y, x, weight), (x, weight, bias), strict=True):
        assert (gradient.shape, gradient.dtype) == (a.shape, dtype)
        assert np.all(gradient == {0: 0, 3: {x.shape: 16, weight.shape: 12, bias.shape: 12}[a.shape]}[n])


def test_integers_become_float64_and_mixtures_follow_numpy():
    assert dense_forward(X.astype(np.int8), WEIGHT.astype(np.int8)).dtype == np.float64
    assert dense_forward(X.astype(np.float32), WEIGHT).dtype == np.float64
    assert dense_forward(X.astype(np.float32), WEIGHT.astype(np.float32), BIAS).dtype == np.float64


@given(
    st.lists(st.integers(1, 4), min_size=0, max_size=3), st.integers(0, 3), st.integers(1, 3), st.booleans()
)
def test_flatten_is_c_order_and_comes_back(spatial, n, c, batch_last):
    x = np.arange(n * c * np.prod(spatial, dtype=int), dtype=np.float32).reshape(n, c, *spatial)
    if batch_last:
        x = np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 0, -1)), -1, 0)
    rows = flatten_forward(x)
    assert rows.dtype == np.float32
    assert rows.shape == (n, x[0].size if n else c * np.prod(spatial, dtype=int))
    assert rows.tolist() == [sample.ravel(order="C").tolist() for sample in x]
    back = flatten_backward(rows, tuple(spatial))
    np.testing.assert_array_equal(back, x)
    assert not np.shares_memory(rows, x)
    assert not np.shares_memory(back, rows)


def test_a_batch_last_array_is_flattened_without_being_turned_over():
    x = np.moveaxis(np.zeros((3, 4, 5, 6)), -1, 0)  # (6, 3, 4, 5), lying as (3, 4, 5, 6)
    assert flatten_forward(x).strides == (8, 48)


def test_inputs_are_left_alone():
    arrays = [a.copy() for a in (DY, X, WEIGHT, BIAS)]
    for a in arrays:
        a.flags.writeable = False
    dy, x, weight, bias = arrays
    for y in (dense_forward(x, weight, bias), *dense_backward(dy, x, weight)):
        assert not any(np.shares_memory(y, a) for a in arrays)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: dense_forward(np.ones((2, 3, 4)), WEIGHT),
            ValueError,
            r"x has shape \(2, 3, 4\) and weight \(4, 3\)",
        ),
        (
            lambda: dense_forward(np.ones((2, 3)), np.ones(3)),
            ValueError,
            "flatten_forward makes rows of images",
        ),
        (
            lambda: dense_forward(np.ones((2, 5)), WEIGHT),
            ValueError,
            r"\(4, 3\) reads 3 entries a row, but x has 5",
        ),
        (
            lambda: dense_forward(X, WEIGHT, np.ones(3)),
            ValueError,
            r"bias has shape \(3,\), but 4 outputs need \(4,\)",
        ),
        (
            lambda: dense_backward(np.ones((5, 3)), X, WEIGHT),
            ValueError,
            r"dy has shape \(5, 3\), but .* \(5, 4\)",
        ),
        (lambda: dense_forward(["a"], WEIGHT), TypeError, "x must be an array of numbers"),
        (
            lambda: flatten_forward(np.ones(3)),
            ValueError,
            r"x has shape \(3,\), but \(N, C, \*spatial\) needs",
        ),
        (
            lambda: flatten_backward(np.ones((2, 3, 4)), 2),
            ValueError,
            r"dy has shape \(2, 3, 4\), but .* \(N, D\)",
        ),
        (
            lambda: flatten_backward(np.ones((2, 7)), (2, 3)),
            ValueError,
            r"7 entries a row.* 2 \* 3 = 6 cells",
        ),
        (lambda: flatten_backward(np.ones((2, 7)), 0), ValueError, "spatial is 0, but it must be at least 1"),
    ],
)
def test_errors_say_the_arithmetic(call, error, words):
    with pytest.raises(error, match=words):
        call()
