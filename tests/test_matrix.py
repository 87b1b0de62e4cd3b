"""Convolution as a matrix: loops, SciPy's Toeplitz matrices, the Fourier transform, and what is stored."""

import sys

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse

from cnnlab import naive
from cnnlab.conv import conv_backward_input, conv_forward
from cnnlab.matrix import conv_matrix, toeplitz

SETTINGS = {  # weight, sizes of the input, options
    "1-D": ((4, 3, 3), (9,), dict(stride=2, padding=((1, 2),))),
    "1-D full": ((2, 1, 4), (3,), dict(padding="full", dilation=2)),
    "2-D": ((6, 2, 3, 2), (7, 6), dict(stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)),
    "2-D same": ((3, 2, 4, 3), (5, 8), dict(stride=(2, 3), padding="same")),
    "2-D depthwise": ((3, 1, 3, 2), (5, 6), dict(groups=3)),
    "3-D": ((3, 4, 2, 3, 2), (4, 5, 3), dict(stride=(1, 2, 1), padding=(0, 1, 1), groups=1)),
    "4-D": ((2, 2, 2, 1, 3, 2), (4, 3, 5, 2), dict(stride=(1, 2, 2, 1), padding=(1, 0, 1, 0))),
}


def drawn(name, dtype=float):
    weight_shape, spatial, options = SETTINGS[name]
    rng = np.random.default_rng(len(name))
    weight = rng.integers(1, 10, weight_shape).astype(dtype)  # no zeros, so that each tap is seen
    x = rng.integers(-9, 10, (weight_shape[1] * options.get("groups", 1), *spatial)).astype(dtype)
    return weight, x, options


@pytest.mark.parametrize("name", SETTINGS)
def test_a_product_with_the_matrix_is_the_convolution(name):
    weight, x, options = drawn(name)
    matrix = conv_matrix(weight, x.shape[1:], **options)
    y = naive.conv_forward(x[None], weight, **options)[0]
    assert matrix.shape == (y.size, x.size)
    np.testing.assert_array_equal(matrix @ x.ravel(), y.ravel())


@pytest.mark.parametrize("name", SETTINGS)
def test_its_transpose_sends_gradients_back(name):
    weight, x, options = drawn(name)
    matrix = conv_matrix(weight, x.shape[1:], **options)
    dy = np.random.default_rng(3).integers(-9, 10, matrix.shape[0]).astype(float)
    out = naive.conv_forward(x[None], weight, **options).shape[1:]
    dx = conv_backward_input(dy.reshape(1, *out), weight, x.shape[1:], **options)
    np.testing.assert_array_equal(matrix.T @ dy, dx.ravel())


@pytest.mark.parametrize("name", SETTINGS)
def test_it_stores_one_entry_for_each_cell_that_a_tap_reads_and_none_for_the_rim(name):
    weight, x, options = drawn(name)
    matrix = conv_matrix(weight, x.shape[1:], **options)
    read = naive.conv_forward(np.ones((1, *x.shape)), np.ones(weight.shape), **options)
    assert matrix.nnz == read.sum()
    assert (matrix.data > 0).all()
    assert matrix.has_canonical_format
    assert isinstance(matrix, scipy.sparse.csr_array)


@pytest.mark.parametrize("name", ["1-D", "2-D", "3-D", "4-D"])
def test_circular_cells_wrap_around(name):
    weight, x, options = drawn(name)
    matrix = conv_matrix(weight, x.shape[1:], boundary="circular", **options)
    rim = [np.broadcast_to(cells, 2) for cells in options["padding"]]
    wrapped = np.pad(x, ((0, 0), *rim), mode="wrap")
    y = naive.conv_forward(wrapped[None], weight, **options | dict(padding=0))
    np.testing.assert_array_equal(matrix @ x.ravel(), y.ravel())
    assert matrix.shape[1] == x.size


def test_a_window_longer_than_the_circle_adds_its_taps():
    """Five taps on three cells: two cells are read twice, and their taps add."""
    matrix = conv_matrix(np.array([[[1, 2, 4, 8, 16]]]), 3, padding="same", boundary="circular")
    assert matrix.toarray().tolist() == [[4, 8 + 1, 16 + 2], [2 + 16, 4, 8 + 1], [1 + 8, 2 + 16, 4]]
    assert matrix.nnz == 9 and matrix.has_canonical_format


@pytest.mark.parametrize("sizes", [((7,), (3,)), ((8,), (4,)), ((5, 6), (3, 2)), ((4, 3, 5), (3, 2, 3))])
def test_the_fourier_transform_diagonalises_a_circulant_matrix(sizes):
    """F M F^-1 has the transform of the mirrored kernel on its diagonal, and 0 elsewhere."""
    spatial, kernel_size = sizes
    rng = np.random.default_rng(2)
    w = rng.normal(size=kernel_size)
    matrix = conv_matrix(w[None, None], spatial, padding="same", boundary="circular").toarray()
    assert matrix.shape == (np.prod(spatial),) * 2
    axes = range(len(spatial))
    transform = np.fft.fftn(np.eye(len(matrix)).reshape(*spatial, -1), axes=axes).reshape(matrix.shape)
    spectrum = transform @ matrix @ np.linalg.inv(transform)
    answer = matrix[:, 0].reshape(spatial)  # what a single bright cell becomes
    np.testing.assert_allclose(spectrum, np.diag(np.fft.fftn(answer).ravel()), atol=1e-10)
    bright = np.zeros(spatial)
    for tap in np.ndindex(*kernel_size):
        bright[tuple((k - 1) // 2 - a for k, a in zip(kernel_size, tap, strict=True))] += w[tap]
    np.testing.assert_array_equal(answer, bright)


def test_with_zeros_outside_it_is_toeplitz_of_toeplitz_blocks_and_not_circulant():
    w = np.random.default_rng(4).normal(size=(3, 2))
    matrix = conv_matrix(w[None, None], (4, 5), padding="same").toarray()
    blocks = matrix.reshape(4, 5, 4, 5).swapaxes(1, 2)  # (row of y, row of x, 5, 5)
    np.testing.assert_array_equal(blocks[1:, 1:], blocks[:-1, :-1])
    np.testing.assert_array_equal(blocks[..., 1:, 1:], blocks[..., :-1, :-1])
    for row, column in np.ndindex(4, 4):
        tap = column - row + 1
        row_of_w = w[tap] if 0 <= tap < 3 else np.zeros(2)
        expected = np.diag(np.full(5, row_of_w[0])) + np.diag(np.full(4, row_of_w[1]), 1)
        np.testing.assert_array_equal(blocks[row, column], expected)
    circular = conv_matrix(w[None, None], (4, 5), padding="same", boundary="circular").toarray()
    assert (matrix != circular).any()


def test_edges_of_a_picture_cost_few_entries_of_many():
    """Two taps on a picture of 280 by 320: 319 * 280 rows of 320 * 280 entries, of which two are not zero."""
    matrix = conv_matrix(np.array([[[[-1, 1]]]]), (280, 320))
    assert np.prod(matrix.shape, dtype=np.int64) == 8_003_072_000
    assert matrix.nnz == 178_640


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes_stay(dtype):
    weight, x, options = drawn("2-D", dtype)
    for boundary in ("zeros", "circular"):
        assert conv_matrix(weight, x.shape[1:], boundary=boundary, **options).dtype == dtype
    assert toeplitz(np.ones(3, dtype), 5).dtype == dtype


def test_integers_become_float64():
    assert conv_matrix(np.ones((1, 1, 2), np.int8), 3).dtype == np.float64
    assert toeplitz(np.ones(2, np.int8), 3).dtype == np.float64
    weight = np.full((1, 1, 2), 100, np.int8)  # of which two do not fit into an int8
    assert conv_matrix(weight, 1, padding=((0, 1),), boundary="circular").toarray().tolist() == [[200]]


@pytest.mark.parametrize("name", SETTINGS)
def test_any_layout_read_only_and_never_written(name):
    weight, x, options = drawn(name)
    expected = conv_matrix(weight, x.shape[1:], **options).toarray()
    for layout in (
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a[::-1].copy()[::-1],
    ):
        other = layout(weight)
        other.flags.writeable = False
        matrix = conv_matrix(other, np.array(x.shape[1:]), **options)
        np.testing.assert_array_equal(matrix.toarray(), expected)
        assert not np.shares_memory(matrix.data, other)


def test_an_input_of_no_cells_reads_nothing():
    assert conv_matrix(np.ones((1, 1, 2)), 0, padding=1).shape == (1, 0)


@pytest.mark.parametrize("mode", ["valid", "same", "full"])
@pytest.mark.parametrize(("k", "n"), [(3, 6), (4, 6), (1, 3), (5, 5)])
def test_toeplitz_correlates(mode, k, n):
    rng = np.random.default_rng(k)
    w, x = rng.integers(1, 9, k), rng.integers(-9, 10, n)
    matrix = toeplitz(w, n, mode)
    y = conv_forward(x[None, None], w[None, None], padding=mode)[0, 0]
    np.testing.assert_array_equal(matrix @ x, y)
    if mode == "valid":
        np.testing.assert_array_equal(matrix @ x, np.correlate(x, w, "valid"))
        np.testing.assert_array_equal(matrix @ x, naive.correlate_1d(x, w))
    if mode == "full":
        np.testing.assert_array_equal(matrix @ x, np.correlate(x, w, "full"))
    np.testing.assert_array_equal(matrix, conv_matrix(w[None, None], n, padding=mode).toarray())
    np.testing.assert_array_equal(matrix, scipy.linalg.toeplitz(matrix[:, 0], matrix[0]))


def test_same_has_the_odd_cell_after():
    assert toeplitz([1, 2], 3, mode="same").tolist() == [[1, 2, 0], [0, 1, 2], [0, 0, 1]]


def test_toeplitz_has_a_row_for_each_place():
    matrix = toeplitz([1, 2, 4], 6)
    assert matrix.shape == (4, 6)
    assert matrix[1].tolist() == [0, 1, 2, 4, 0, 0]


def test_without_scipy_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(ModuleNotFoundError, match="conv_matrix needs SciPy: pip install scipy"):
        conv_matrix(np.ones((1, 1, 2)), 3)
    assert toeplitz([1, 2], 2).tolist() == [[1, 2]]


w2 = np.ones((6, 2, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: conv_matrix(w2, (5, 2), groups=2), ValueError, r"has 2 \+ 2\*0 = 2 \(spatial axis 1\)"),
        (lambda: conv_matrix(w2, (5, 5, 5)), ValueError, "3 entries for 2 spatial axes"),
        (lambda: conv_matrix(w2, 5, groups=4), ValueError, "6 output channels cannot be cut into 4 group"),
        (lambda: conv_matrix(w2, 5, stride=0), ValueError, "stride is 0, but it must be at least 1"),
        (
            lambda: conv_matrix(w2, 5, boundary="wrap"),
            ValueError,
            "boundary is 'wrap', but it must be \"zeros\" or",
        ),
        (
            lambda: conv_matrix(w2, (0, 4), padding=2, boundary="circular"),
            ValueError,
            "spatial is .0, 4., but",
        ),
        (lambda: conv_matrix(w2[0, 0], 5), ValueError, "weight has shape"),
        (lambda: conv_matrix(w2.astype(object), 5), TypeError, "weight must be an array of numbers"),
        (lambda: toeplitz([1, 2, 4], 2), ValueError, "spans 3 entries, but the padded input has 2"),
        (lambda: toeplitz([1, 2], 4, mode="circular"), ValueError, 'the words it knows are "valid"'),
        (lambda: toeplitz([1, 2], 4, mode=1), ValueError, 'the words it knows are "valid"'),
        (lambda: toeplitz([1, 2], (4, 4)), ValueError, "n is .4, 4.: 2 entries for 1"),
        (lambda: toeplitz([1, 2], 4.0), ValueError, "n is 4.0, but it must be an int"),
        (lambda: toeplitz([[1, 2]], 4), ValueError, r"w has shape \(1, 2\), but a signal's kernel has shape"),
        (lambda: toeplitz([], 4), ValueError, "kernel_size is 0, but it must be at least 1"),
        (lambda: toeplitz("w", 4), TypeError, "w must be an array of numbers"),
    ],
)
def test_a_bad_call_is_told_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()
