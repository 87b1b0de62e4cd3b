"""Pooling: loops over windows, ties, slopes. PyTorch's answers are in test_torch.py."""

import numpy as np
import pytest

from cnnlab import avg_pool_backward, avg_pool_forward, max_pool_backward, max_pool_forward, output_size

SETTINGS = {
    "1-D": ((2, 3, 9), 3, dict(stride=2, padding=((1, 0),))),
    "2-D": ((2, 3, 7, 6), (3, 2), dict(stride=(2, 1), padding=(1, 1), dilation=(1, 2))),
    "2-D apart": ((2, 3, 7, 6), 2, {}),
    "3-D": ((2, 1, 5, 6, 4), (2, 3, 2), dict(stride=(1, 2, 3), padding=(0, 1, 1))),
    "4-D": ((1, 2, 4, 3, 4, 3), 2, dict(stride=1)),
}


def windows_of(x, kernel_size, *, stride=None, padding=0, dilation=1, fill=0):
    """Visit every place with the list of its window's cells: (index into x or None, value) in C order."""
    axes = x.ndim - 2
    kernel_size, dilation = np.broadcast_to(kernel_size, axes), np.broadcast_to(dilation, axes)
    stride = kernel_size if stride is None else np.broadcast_to(stride, axes)
    rim = padding if np.ndim(padding) == 2 else [(p, p) for p in np.broadcast_to(padding, axes)]
    out = output_size(
        x.shape[2:],
        tuple(kernel_size),
        stride=tuple(stride),
        padding=tuple(map(tuple, rim)),
        dilation=tuple(dilation),
    )
    for n, c in np.ndindex(*x.shape[:2]):
        for place in np.ndindex(*out):
            cells = []
            for tap in np.ndindex(*kernel_size):
                at = np.multiply(place, stride) + np.multiply(tap, dilation) - [before for before, _ in rim]
                inside = all(0 <= i < size for i, size in zip(at, x.shape[2:], strict=True))
                cells.append(((n, c, *at), x[n, c, *at]) if inside else (None, fill))
            yield (n, c, *place), cells


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("ties", [False, True])
def test_max_pooling_and_its_winners(name, ties):
    shape, kernel_size, options = SETTINGS[name]
    rng = np.random.default_rng(7)
    x = rng.integers(0, 3, shape) if ties else rng.permutation(np.prod(shape)).reshape(shape)
    y = max_pool_forward(x, kernel_size, **options)
    dy, dx = rng.integers(-9, 10, y.shape), np.zeros(shape)
    for place, cells in windows_of(x, kernel_size, fill=-np.inf, **options):
        values = [value for _, value in cells]
        assert y[place] == max(values)
        winner = cells[values.index(max(values))][0]  # the first of equals, in C order
        dx[winner] += dy[place]
    np.testing.assert_array_equal(max_pool_backward(dy, x, kernel_size, **options), dx)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("count_include_pad", [True, False])
def test_average_pooling_and_its_gradient(name, count_include_pad):
    shape, kernel_size, options = SETTINGS[name]
    rng = np.random.default_rng(8)
    x = rng.integers(-9, 10, shape)
    y = avg_pool_forward(x, kernel_size, **options, count_include_pad=count_include_pad)
    dy, dx = rng.integers(-9, 10, y.shape), np.zeros(shape)
    for place, cells in windows_of(x, kernel_size, **options):
        members = [cell for cell in cells if count_include_pad or cell[0]]
        assert y[place] == pytest.approx(sum(value for _, value in members) / max(1, len(members)), abs=1e-12)
        for where, _ in members:
            if where:
                dx[where] += dy[place] / len(members)
    got = avg_pool_backward(dy, x, kernel_size, **options, count_include_pad=count_include_pad)
    np.testing.assert_allclose(got, dx, rtol=0, atol=1e-12)


def test_a_window_of_padding_alone_gives_minus_infinity_and_its_gradient_goes_nowhere():
    x, options = np.array([[[1.0]]]), dict(stride=1, padding=1, dilation=2)
    y = max_pool_forward(x, 2, **options)
    assert y.tolist() == [[[-np.inf]]]
    assert max_pool_backward(np.ones_like(y), x, 2, **options).tolist() == [[[0]]]


def test_a_window_of_padding_alone_has_the_mean_zero():
    x, options = np.array([[[3.0]]]), dict(stride=1, padding=1, dilation=2, count_include_pad=False)
    assert avg_pool_forward(x, 2, **options).tolist() == [[[0]]]
    assert avg_pool_backward(np.ones((1, 1, 1)), x, 2, **options).tolist() == [[[0]]]


def test_complex_numbers_are_compared_by_their_real_part():
    x = np.array([[[1 - 2j, 1 + 5j, 0 + 9j, 3 + 1j]]])
    assert max_pool_forward(x, 2).tolist() == [[[1 - 2j, 3 + 1j]]]
    assert max_pool_backward(np.array([[[1j, 2.0]]]), x, 2).tolist() == [[[1j, 0, 0, 2]]]


def test_a_nan_is_not_lost():
    for position in (0, 1):
        x = np.ones((1, 1, 4))
        x[0, 0, position] = np.nan
        assert np.isnan(max_pool_forward(x, 2)[0, 0]).tolist() == [True, False]
        assert np.isnan(avg_pool_forward(x, 2)[0, 0]).tolist() == [True, False]


@pytest.mark.parametrize(
    ("forward", "backward"), [(max_pool_forward, max_pool_backward), (avg_pool_forward, avg_pool_backward)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64])
def test_dtypes_layouts_and_empty_batches(forward, backward, dtype):
    x = np.random.default_rng(9).permutation(48).reshape(2, 2, 4, 3).astype(dtype)
    y = forward(x, (2, 1))
    dx = backward(y, x, (2, 1))
    assert y.dtype == dx.dtype == dtype
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=3)[..., ::2]):
        same.flags.writeable = False
        np.testing.assert_array_equal(forward(same, (2, 1)), y)
        np.testing.assert_array_equal(backward(y, same, (2, 1)), dx)
    assert forward(x[:0], (2, 1)).shape == (0, 2, 2, 3)
    assert backward(y[:0], x[:0], (2, 1)).shape == (0, 2, 4, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda x: max_pool_forward(x, 2, padding=2),
            r"padding of 2 is more than half the pooling kernel of 2: 2\*2 > 2",
        ),
        (lambda x: max_pool_forward(x, 3, padding=2), r"2\*2 > 3"),
        (lambda x: max_pool_forward(x, 2, stride=0), "stride is 0, but it must be at least 1"),
        (lambda x: avg_pool_backward(x, x, 2), r"dy has shape \(1, 1, 4\), but the output"),
        (lambda x: avg_pool_forward(x, 5), "spans 5 entries"),
        (lambda x: avg_pool_forward(x, 2, padding="same"), "pooling takes numbers of cells"),
        (lambda x: max_pool_forward(x[0, 0], 2), "needs a batch axis"),
        (
            lambda x: max_pool_backward(x, x, 2),
            r"dy has shape \(1, 1, 4\), but the output of the forward pass has shape \(1, 1, 2\)",
        ),
        (lambda x: max_pool_forward(x, 0), "kernel_size is 0, but it must be at least 1"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.ones((1, 1, 4)))
