"""Kernels that are outer products: factors multiplied back, kernels that have none, passes and the whole."""

from functools import reduce

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given
from hypothesis import strategies as st

from cnnlab import naive
from cnnlab.conv import conv_forward
from cnnlab.separable import separable_conv, separate_kernel

SOBEL = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
LAPLACIAN = np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])


def outer(vectors):
    """Multiply every entry of a vector with every entry of the others."""
    return reduce(np.multiply.outer, vectors)


def test_sobel_is_a_smoothing_times_a_derivative():
    """Known mistakes: the wrong singular vector, the size lost or doubled, means in place of vectors."""
    down, across = separate_kernel(SOBEL)
    np.testing.assert_allclose(down, [1, 2, 1], rtol=0, atol=1e-14)
    np.testing.assert_allclose(across, [1, 0, -1], rtol=0, atol=1e-14)
    across, down = separate_kernel(-5 * SOBEL.T)
    np.testing.assert_allclose(across, [-10, 0, 10], rtol=0, atol=1e-13)
    np.testing.assert_allclose(down, [0.5, 1, 0.5], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    "kernel", [LAPLACIAN, np.eye(2), np.eye(3), SOBEL + 1e-6 * np.eye(3), np.arange(8.0).reshape(2, 2, 2)]
)
def test_of_a_kernel_that_is_no_outer_product_there_are_none(kernel):
    assert separate_kernel(kernel) is None


def test_a_sum_of_products_that_all_its_slices_hide():
    """Every slice of this volume along the last axis is an outer product, the volume is not."""
    a, b = np.array([1.0, 2]), np.array([3.0, -1])
    kernel = np.stack([np.outer(a, a), np.outer(b, b)], axis=-1)
    assert all(separate_kernel(kernel[..., i]) is not None for i in range(2))
    assert separate_kernel(kernel) is None


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.sampled_from([np.float32, np.float64, np.complex64, np.complex128]),
    st.integers(-12, 12),
    st.integers(0, 2**32),
)
def test_the_factors_multiply_back(sizes, dtype, scale, seed):
    rng = np.random.default_rng(seed)
    vectors = [rng.normal(size=n) for n in sizes]
    if np.dtype(dtype).kind == "c":
        vectors = [v + 1j * rng.normal(size=v.shape) for v in vectors]
    kernel = (10.0**scale * outer(vectors)).astype(dtype)
    found = separate_kernel(kernel)
    assert [v.shape for v in found] == [(n,) for n in sizes]
    assert {v.dtype for v in found} == {np.dtype(dtype)}
    kernel, product = kernel.astype(complex), outer([v.astype(complex) for v in found])
    error = np.linalg.norm(product - kernel) / np.linalg.norm(kernel)
    assert error <= 8 * np.finfo(dtype).eps
    for vector in found[1:]:
        largest = np.argmax(np.abs(vector))
        assert vector[largest] == pytest.approx(1, abs=1e-6)


@given(st.integers(2, 4), st.integers(0, 2**32))
def test_two_products_are_none(axes, seed):
    rng = np.random.default_rng(seed)
    one, other = ([rng.normal(size=n) for n in (3, 4, 2, 5)[:axes]] for _ in range(2))
    assert separate_kernel(outer(one) + outer(other)) is None


def test_the_tolerance_is_relative_to_the_kernel():
    kernel = 1e8 * (np.outer([1.0, 2], [3.0, 4]) + 1e-4 * np.outer([2.0, -1], [4.0, -3]))
    off = 1e-4 / np.hypot(1, 1e-4)  # the second part's share, for both parts are of one size, at right angles
    assert separate_kernel(kernel) is None
    assert separate_kernel(kernel, tolerance=0.99 * off) is None
    assert separate_kernel(kernel, tolerance=1.01 * off) is not None


def test_rounding_in_single_precision_is_no_defect():
    kernel = np.outer(np.float32([0.1, 0.7, 0.3]), np.float32([0.9, 0.1])).astype(np.float32)
    assert separate_kernel(kernel, tolerance=0) is not None


def test_nothing_is_the_product_of_nothing():
    vectors = separate_kernel(np.zeros((3, 2, 4)))
    assert not outer(vectors).any()
    assert [v.shape for v in vectors] == [(3,), (2,), (4,)]


def test_one_axis_is_its_own_vector_and_integers_become_float64():
    (vector,) = separate_kernel(np.array([3, -1, 2], np.int8))
    np.testing.assert_allclose(vector, [3, -1, 2], rtol=0, atol=1e-14)
    assert vector.dtype == np.float64


SETTINGS = {
    "1-D": ((2, 3, 9), (4,), dict(stride=2, padding=((1, 2),))),
    "2-D": ((2, 4, 7, 6), (3, 2), dict(stride=(2, 1), padding=(1, 2), dilation=(1, 2))),
    "2-D same": ((3, 2, 5, 8), (4, 3), dict(stride=(2, 3), padding="same", dilation=(1, 2))),
    "2-D full": ((2, 1, 4, 3), (2, 3), dict(padding="full")),
    "3-D": ((2, 2, 7, 6, 5), (2, 3, 2), dict(stride=(3, 2, 1), padding=(0, 1, 2))),
    "4-D": ((2, 2, 4, 3, 5, 4), (2, 1, 3, 2), dict(padding=(1, 0, 1, 0))),
}


def drawn(name, dtype=float):
    """Draw x, vectors and the kernel that they are, as integers."""
    shape, sizes, options = SETTINGS[name]
    rng = np.random.default_rng(len(name))
    x = rng.integers(-9, 10, shape).astype(dtype)
    vectors = [rng.integers(-5, 6, k).astype(dtype) for k in sizes]
    return x, vectors, options


@pytest.mark.parametrize("name", SETTINGS)
def test_axis_by_axis_equals_the_loops_over_the_whole_kernel(name):
    x, vectors, options = drawn(name)
    y = separable_conv(x, vectors, **options)
    for channel in range(x.shape[1]):
        whole = naive.conv_forward(x[:, [channel]], outer(vectors)[None, None], **options)
        np.testing.assert_array_equal(y[:, [channel]], whole)


def test_smoothing_is_scipys():
    rng = np.random.default_rng(2)
    x, vectors = rng.normal(size=(6, 7, 5)), (np.ones(3) / 3,) * 3
    y = separable_conv(x[None, None], vectors, padding=1)[0, 0]
    np.testing.assert_allclose(y, scipy.ndimage.uniform_filter(x, 3, mode="constant"), rtol=0, atol=1e-14)


def test_a_kernel_taken_apart_convolves_as_it_did_whole():
    rng = np.random.default_rng(3)
    x, kernel = rng.normal(size=(2, 1, 9, 8)), outer([rng.normal(size=4), rng.normal(size=3)])
    y = separable_conv(x, separate_kernel(kernel), padding="same")
    np.testing.assert_allclose(y, conv_forward(x, kernel[None, None], padding="same"), rtol=0, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes_stay_and_of_mixed_ones_the_wider(dtype):
    x, vectors, options = drawn("2-D", dtype)
    assert separable_conv(x, vectors, **options).dtype == dtype
    mixed = separable_conv(x, [vectors[0], vectors[1].astype(np.complex128)], **options)
    assert mixed.dtype == np.complex128
    assert separable_conv(x.real.astype(int), [v.real.astype(int) for v in vectors], **options).dtype == float


@pytest.mark.parametrize("name", SETTINGS)
def test_any_layout_read_only_and_fresh(name):
    x, vectors, options = drawn(name)
    y = separable_conv(x, vectors, **options)
    for layout in (
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a[::-1].copy()[::-1],
        lambda a: np.moveaxis(np.moveaxis(a, 0, -1).copy(), -1, 0),
    ):
        same = layout(x)
        same.flags.writeable = False
        again = separable_conv(same, vectors, **options)
        np.testing.assert_array_equal(again, y)
        assert again.flags.writeable
        assert not np.shares_memory(again, same)
    assert separable_conv(x[:0], vectors, **options).shape == (0, *y.shape[1:])


def test_a_result_lies_in_memory_as_its_input_does():
    x, vectors, options = drawn("2-D same")
    assert separable_conv(x, vectors, **options).flags.c_contiguous
    last = np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0)
    assert np.moveaxis(separable_conv(last, vectors, **options), 0, -1).flags.c_contiguous


def test_a_vector_of_one_is_a_copy():
    x = np.ones((2, 3, 4))
    y = separable_conv(x, [np.ones(1)])
    assert not np.shares_memory(x, y)
    np.testing.assert_array_equal(x, y)


x2, ones = np.ones((2, 4, 5, 5)), np.ones(3)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: separate_kernel(np.ones((3, 0))),
            ValueError,
            r"weight has shape \(3, 0\), but a kernel has",
        ),
        (lambda: separate_kernel(5.0), ValueError, r"weight has shape \(\), but a kernel has an axis"),
        (
            lambda: separate_kernel(SOBEL, tolerance=-1),
            ValueError,
            "tolerance is -1, but it must be at least",
        ),
        (lambda: separate_kernel("Sobel"), TypeError, "weight must be an array of numbers"),
        (lambda: separable_conv(x2, None), ValueError, "vectors is None: the kernel is no outer product"),
        (lambda: separable_conv(x2, [ones]), ValueError, "1 vectors for 2 spatial axes"),
        (lambda: separable_conv(x2, [ones, SOBEL]), ValueError, r"vectors\[1\] has shape \(3, 3\), but"),
        (lambda: separable_conv(x2, [ones, ones[:0]]), ValueError, r"vectors\[1\] has shape \(0,\), but"),
        (lambda: separable_conv(x2, [ones, "ab"]), TypeError, r"vectors\[1\] must be an array of numbers"),
        (lambda: separable_conv("x", [ones, ones]), TypeError, "x must be an array of numbers"),
        (lambda: separable_conv(x2[0, 0], [ones, ones]), ValueError, "needs a batch axis"),
        (
            lambda: separable_conv(x2[..., :2], [ones, ones]),
            ValueError,
            r"has 2 \+ 2\*0 = 2 \(spatial axis 1",
        ),
        (lambda: separable_conv(x2, [ones, ones], stride=0), ValueError, "stride is 0, but it must be"),
    ],
)
def test_a_bad_call_is_told_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()
