"""The loops themselves, against SciPy and NumPy."""

import numpy as np
import pytest
import scipy.signal

from cnnlab import convolve_1d, convolve_2d, correlate_1d, correlate_2d, naive

rng = np.random.default_rng(4)


@pytest.mark.parametrize(("n", "k"), [(6, 3), (7, 4), (5, 5), (4, 1)])
def test_one_dimension(n, k):
    x, w = rng.integers(-9, 10, n), rng.integers(-9, 10, k)
    np.testing.assert_array_equal(correlate_1d(x, w), np.correlate(x, w, "valid"))
    np.testing.assert_array_equal(convolve_1d(x, w), np.convolve(x, w, "full"))
    np.testing.assert_array_equal(convolve_1d(x, w, "valid"), np.convolve(x, w, "valid"))


def test_same_puts_the_odd_cell_after_where_numpy_puts_it_before():
    x, odd, even = rng.integers(-9, 10, 7), rng.integers(1, 10, 3), rng.integers(1, 10, 4)
    np.testing.assert_array_equal(convolve_1d(x, odd, "same"), np.convolve(x, odd, "same"))
    np.testing.assert_array_equal(convolve_1d(x, even, "same"), np.convolve(x, even, "full")[2:9])
    np.testing.assert_array_equal(np.convolve(x, even, "same"), np.convolve(x, even, "full")[1:8])


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8])
def test_small_whole_numbers_do_not_overflow(dtype):
    x, w, big = np.full(3, 100, dtype), np.full(2, 100, dtype), float(dtype(100)) ** 2
    assert correlate_1d(x, w).tolist() == [2 * big, 2 * big]
    assert convolve_1d(x, w, "valid").tolist() == [2 * big, 2 * big]
    assert correlate_2d(x[None], w[None]).tolist() == convolve_2d(x[None], w[None], "valid").tolist()
    y = naive.conv_forward(np.stack([x, x])[None], np.stack([w, w])[None])
    assert y.tolist() == [[[4 * big, 4 * big]]]
    two = np.full((1, 1, 2), 100, dtype)
    assert naive.conv_backward_weight(two, x[None, None], 2).tolist() == [[[2 * big, 2 * big]]]
    assert naive.conv_backward_input(two, w[None, None], 3).tolist() == [[[big, 2 * big, big]]]
    assert naive.conv_backward_bias(two).tolist() == [2 * float(dtype(100))]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: correlate_2d([1, 2], [1]), ValueError, "x has 1 axes and w has 1, but each must have 2"),
        (lambda: correlate_1d([[1], [2]], [[1]]), ValueError, "each must have 1"),
        (lambda: convolve_1d("signal", [1]), TypeError, "x must be an array of numbers"),
        (lambda: convolve_1d([1, 2], [1], mode=1), ValueError, 'padding is "1", but the words it knows'),
        (lambda: convolve_2d([[1]], [[1]], mode=((1, 1), (1, 1))), ValueError, "the words it knows"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_kernel_longer_than_the_signal_still_has_a_full_convolution():
    np.testing.assert_array_equal(convolve_1d([1, 2], [1, 10, 100]), [1, 12, 120, 200])
    with pytest.raises(ValueError, match="spans 3 entries"):
        correlate_1d([1, 2], [1, 10, 100])


def test_two_dimensions():
    x, w = rng.integers(-9, 10, (6, 7)), rng.integers(-9, 10, (3, 2))
    np.testing.assert_array_equal(correlate_2d(x, w), scipy.signal.correlate(x, w, "valid"))
    for mode in ("full", "valid"):
        np.testing.assert_array_equal(convolve_2d(x, w, mode), scipy.signal.convolve2d(x, w, mode))


def test_same_in_two_dimensions_is_same_along_each():
    column, row = rng.integers(1, 10, 4), rng.integers(1, 10, 3)
    x = rng.integers(-9, 10, (6, 7))
    along_columns = np.stack([convolve_1d(line, column, "same") for line in x.T], axis=1)
    along_both = np.stack([convolve_1d(line, row, "same") for line in along_columns])
    np.testing.assert_array_equal(convolve_2d(x, np.outer(column, row), "same"), along_both)


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
def test_one_channel_of_conv_forward_is_scipys_correlation(axes):
    x, w = rng.integers(-9, 10, (6, 5, 4, 3)[:axes]), rng.integers(-9, 10, (3, 2, 2, 1)[:axes])
    y = naive.conv_forward(x[None, None], w[None, None])
    np.testing.assert_array_equal(y[0, 0], scipy.signal.correlate(x, w, "valid"))
    y = naive.conv_forward(x[None, None], w[None, None], padding="full")
    np.testing.assert_array_equal(y[0, 0], scipy.signal.correlate(x, w, "full"))
