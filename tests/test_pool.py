"""Pooling: loops over windows, ties, slopes. PyTorch's recorded answers are in test_torch.py."""

import importlib.util

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlab.pool import avg_pool_backward, avg_pool_forward, max_pool_backward, max_pool_forward

SETTINGS = {
    "1-D": ((2, 3, 9), 3, dict(stride=2, padding=((1, 0),))),
    "1-D gaps": ((3, 2, 11), 2, dict(stride=3)),
    "1-D up": ((2, 3, 10), 3, dict(stride=2, padding=1, ceil_mode=True)),
    "1-D up, left out": ((2, 3, 7), 2, dict(stride=3, padding=1, ceil_mode=True)),
    "1-D up, one": ((2, 3, 2), 3, dict(stride=2, ceil_mode=True)),
    "2-D": ((2, 3, 7, 6), (3, 2), dict(stride=(2, 1), padding=(1, 1), dilation=(1, 2))),
    "2-D apart": ((2, 3, 7, 6), 2, {}),
    "2-D near": ((2, 3, 5, 8), (3, 4), dict(stride=1, padding=((0, 1), (2, 0)))),
    "2-D strides meet": ((2, 1, 12, 13), (3, 4), dict(stride=(4, 6), dilation=(2, 4))),
    "2-D up": ((2, 4, 7, 6), (3, 2), dict(stride=(3, 4), padding=(0, 1), dilation=(1, 2), ceil_mode=True)),
    "3-D": ((2, 1, 5, 6, 4), (2, 3, 2), dict(stride=(1, 2, 3), padding=(0, 1, 1))),
    "3-D up": ((2, 2, 5, 4, 6), (2, 3, 2), dict(stride=(2, 2, 3), padding=(1, 1, 0), ceil_mode=True)),
    "4-D": ((1, 2, 4, 3, 4, 3), 2, dict(stride=1)),
    "4-D up": ((2, 1, 4, 3, 5, 2), 2, dict(ceil_mode=True)),
}
LIVE = pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="PyTorch is not installed")


def starts(n, k, stride, before, after, dilation, ceil_mode):
    """List where windows begin on one axis, counted from the first cell of x."""
    extent, end = dilation * (k - 1) + 1, n + after
    found = list(range(-before, end - extent + 1, stride))
    following = found[-1] + stride if found else -before
    reaches_the_end = found and found[-1] + extent == end
    if ceil_mode and not reaches_the_end and following < n:
        found.append(following)
    return found


def windows_of(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, fill=0):
    """Visit every place with the list of its window's cells: (index into x or None, value) in C order.

    Cells beyond the padding, which ceil_mode's last window may reach, are no cells.
    """
    axes = x.ndim - 2
    kernel_size, dilation = np.broadcast_to(kernel_size, axes), np.broadcast_to(dilation, axes)
    stride = kernel_size if stride is None else np.broadcast_to(stride, axes)
    rim = padding if np.ndim(padding) == 2 else [(p, p) for p in np.broadcast_to(padding, axes)]
    firsts = [
        starts(*way, ceil_mode)
        for way in zip(x.shape[2:], kernel_size, stride, *zip(*rim, strict=True), dilation, strict=True)
    ]
    for n, c in np.ndindex(*x.shape[:2]):
        for place in np.ndindex(*map(len, firsts)):
            cells = []
            for tap in np.ndindex(*kernel_size):
                at = [f[i] + t * d for f, i, t, d in zip(firsts, place, tap, dilation, strict=True)]
                inside = all(0 <= i < size for i, size in zip(at, x.shape[2:], strict=True))
                if all(i < size + after for i, size, (_, after) in zip(at, x.shape[2:], rim, strict=True)):
                    cells.append(((n, c, *at), x[n, c, *at]) if inside else (None, fill))
            yield (n, c, *place), cells


def layouts(x):
    """List the same array in other orders of memory, read-only."""
    wide = np.repeat(x, 2, axis=-1)
    same = [np.asfortranarray(x), wide[..., ::2], x[::-1].copy()[::-1], x[:, :, ::-1].copy()[:, :, ::-1]]
    same.append(np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0))
    for other in same:
        other.flags.writeable = False
        np.testing.assert_array_equal(other, x)
    return same


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("values", [1, 3, 10**6])
def test_max_pooling_and_its_winners(name, values):
    shape, kernel_size, options = SETTINGS[name]
    rng = np.random.default_rng(7)
    x = rng.integers(-values, 0, shape)  # all negative: zeros in the padding would win
    y = max_pool_forward(x, kernel_size, **options)
    dy, dx, places = rng.integers(-9, 10, y.shape), np.zeros(shape), 0
    for place, cells in windows_of(x, kernel_size, fill=-np.inf, **options):
        best = [value for _, value in cells]
        assert y[place] == max(best)
        winner = cells[best.index(max(best))][0]  # the first of equals, in C order
        if winner:
            dx[winner] += dy[place]
        places += 1
    assert places == y.size
    np.testing.assert_array_equal(max_pool_backward(dy, x, kernel_size, **options), dx)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("count_include_pad", [True, False])
def test_average_pooling_and_its_gradient(name, count_include_pad):
    shape, kernel_size, options = SETTINGS[name]
    rng = np.random.default_rng(8)
    x = rng.integers(-9, 10, shape)
    y = avg_pool_forward(x, kernel_size, **options, count_include_pad=count_include_pad)
    dy, dx, places = rng.integers(-9, 10, y.shape), np.zeros(shape), 0
    for place, cells in windows_of(x, kernel_size, **options):
        members = [cell for cell in cells if count_include_pad or cell[0]]
        assert y[place] == pytest.approx(sum(value for _, value in members) / max(1, len(members)), abs=1e-12)
        for where, _ in members:
            if where:
                dx[where] += dy[place] / len(members)
        places += 1
    assert places == y.size
    got = avg_pool_backward(dy, x, kernel_size, **options, count_include_pad=count_include_pad)
    np.testing.assert_allclose(got, dx, rtol=0, atol=1e-12)


@st.composite
def tied(draw):
    """Draw a pooling of two values, so that almost every window is tied, and relu's zeros abound."""
    axes = draw(st.integers(1, 3))
    kernel, stride, dilation = (
        tuple(draw(st.lists(st.integers(1, most), min_size=axes, max_size=axes))) for most in (3, 4, 3)
    )
    rims = tuple((draw(st.integers(0, k // 2)), draw(st.integers(0, k // 2))) for k in kernel)
    spatial = tuple(d * (k - 1) + 1 + draw(st.integers(0, 4)) for k, d in zip(kernel, dilation, strict=True))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.integers(0, draw(st.integers(1, 3)), (2, 1, *spatial)).astype(float)
    return rng, x, kernel, dict(stride=stride, dilation=dilation, padding=rims, ceil_mode=draw(st.booleans()))


@given(tied())
def test_one_axis_after_the_other_finds_the_first_of_equals(drawn):
    rng, x, kernel, options = drawn
    y = max_pool_forward(x, kernel, **options)
    dy, dx = rng.integers(-9, 10, y.shape), np.zeros(x.shape)
    for place, cells in windows_of(x, kernel, fill=-np.inf, **options):
        values = [value for _, value in cells]
        winner = cells[values.index(y[place])][0]
        if winner:
            dx[winner] += dy[place]
    np.testing.assert_array_equal(max_pool_backward(dy, x, kernel, **options), dx)


@given(tied(), st.booleans())
def test_average_pooling_is_linear_and_its_backward_the_adjoint(drawn, count_include_pad):
    rng, x, kernel, options = drawn
    options = options | dict(count_include_pad=count_include_pad)
    u = rng.integers(-9, 10, x.shape)
    y = avg_pool_forward(x, kernel, **options)
    mixed = 3 * y - avg_pool_forward(u, kernel, **options)
    np.testing.assert_allclose(avg_pool_forward(3 * x - u, kernel, **options), mixed, rtol=0, atol=1e-12)
    dy = rng.integers(-9, 10, y.shape)
    dx = avg_pool_backward(dy, x, kernel, **options)
    np.testing.assert_allclose(np.sum(y * dy), np.sum(x * dx), rtol=0, atol=1e-9)


def test_a_stack_of_channels_is_pooled_like_each_alone():
    """So many of them that they are taken in several runs."""
    rng = np.random.default_rng(10)
    x = rng.integers(0, 4, (16, 7, 64, 63)).astype(np.float32)
    for forward, backward in (
        (max_pool_forward, max_pool_backward),
        (avg_pool_forward, avg_pool_backward),
    ):
        y = forward(x, 3, stride=2, padding=1)
        dy = rng.integers(-9, 10, y.shape).astype(np.float32)
        dx = backward(dy, x, 3, stride=2, padding=1)
        for c in range(7):
            alone = x[:, c : c + 1]
            np.testing.assert_array_equal(forward(alone, 3, stride=2, padding=1)[:, 0], y[:, c])
            np.testing.assert_array_equal(
                backward(dy[:, c : c + 1], alone, 3, stride=2, padding=1)[:, 0], dx[:, c]
            )


def test_a_window_of_padding_alone_gives_minus_infinity_and_its_gradient_goes_nowhere():
    x, options = np.array([[[1.0]]]), dict(stride=1, padding=1, dilation=2)
    y = max_pool_forward(x, 2, **options)
    assert y.tolist() == [[[-np.inf]]]
    assert max_pool_backward(np.ones_like(y), x, 2, **options).tolist() == [[[0]]]


def test_a_window_of_padding_alone_has_the_mean_zero():
    x, options = np.array([[[3.0]]]), dict(stride=1, padding=1, dilation=2, count_include_pad=False)
    assert avg_pool_forward(x, 2, **options).tolist() == [[[0]]]
    assert avg_pool_backward(np.ones((1, 1, 1)), x, 2, **options).tolist() == [[[0]]]


def test_rounding_up_counts_padding_but_nothing_beyond():
    x, options = np.full((1, 1, 4), 6.0), dict(stride=2, padding=1, ceil_mode=True)
    assert avg_pool_forward(x, 3, **options).tolist() == [
        [[4, 6, 3]]
    ]  # the last is (6 + 0) / 2: the rim counts
    assert avg_pool_forward(x, 3, count_include_pad=False, **options).tolist() == [[[6, 6, 6]]]


def test_a_window_that_would_start_behind_the_input_is_left_out():
    assert max_pool_forward(np.ones((1, 1, 3)), 2, padding=1, ceil_mode=True).shape == (1, 1, 2)
    assert max_pool_forward(np.ones((1, 1, 4)), 2, padding=((1, 1),), ceil_mode=True).shape == (1, 1, 3)
    assert max_pool_forward(np.ones((1, 1, 5)), 2, stride=5, padding=1, ceil_mode=True).shape == (1, 1, 2)
    assert max_pool_forward(np.ones((1, 1, 4)), 2, stride=5, padding=1, ceil_mode=True).shape == (1, 1, 1)


def test_complex_numbers_are_compared_by_their_real_part():
    x = np.array([[[1 - 2j, 1 + 5j, 0 + 9j, 3 + 1j]]])
    assert max_pool_forward(x, 2).tolist() == [[[1 - 2j, 3 + 1j]]]
    assert max_pool_backward(np.array([[[1j, 2.0]]]), x, 2).tolist() == [[[1j, 0, 0, 2]]]


def test_of_complex_equals_the_first_in_c_order_is_kept():
    x = np.array([[[[0, 5 + 1j], [5 + 2j, 0]]]])
    assert max_pool_forward(x, 2).tolist() == [[[[5 + 1j]]]]


@pytest.mark.parametrize("kernel_size", [2, (3, 2)])
def test_a_complex_step_sees_the_gradient(kernel_size):
    rng = np.random.default_rng(11)
    x, options = rng.integers(0, 2, (2, 2, 5, 6)).astype(float), dict(stride=(2, 1), padding=1)
    for forward, backward in (
        (max_pool_forward, max_pool_backward),
        (avg_pool_forward, avg_pool_backward),
    ):
        step = rng.standard_normal(x.shape)
        y = forward(x + 1e-30j * step, kernel_size, **options)
        dy = rng.standard_normal(y.shape)
        dx = backward(dy, x, kernel_size, **options)
        np.testing.assert_allclose(np.sum(y.imag * dy) / 1e-30, np.sum(dx * step), rtol=1e-12)


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
@pytest.mark.parametrize("options", [{}, dict(stride=1, padding=(1, 0)), dict(ceil_mode=True)])
def test_dtypes_layouts_and_empty_batches(forward, backward, dtype, options):
    x = np.random.default_rng(9).permutation(60).reshape(2, 2, 5, 3).astype(dtype)
    y = forward(x, (2, 1), **options)
    dy = y[:, ::-1] - 7
    dx = backward(dy, x, (2, 1), **options)
    assert y.dtype == dx.dtype == dtype
    for same in layouts(x):
        np.testing.assert_array_equal(forward(same, (2, 1), **options), y)
        np.testing.assert_array_equal(backward(dy, same, (2, 1), **options), dx)
    for same in layouts(dy):
        np.testing.assert_array_equal(backward(same, x, (2, 1), **options), dx)
    assert forward(x[:0], (2, 1), **options).shape == (0, *y.shape[1:])
    assert backward(dy[:0], x[:0], (2, 1), **options).shape == (0, *x.shape[1:])
    assert forward(x.real.astype(np.int8), (2, 1)).dtype == np.float64
    assert (
        backward(dy.real.astype(np.float32), x.real.astype(np.float64), (2, 1), **options).dtype == np.float64
    )


@pytest.mark.parametrize(
    ("forward", "backward"), [(max_pool_forward, max_pool_backward), (avg_pool_forward, avg_pool_backward)]
)
def test_a_window_of_one_entry_is_a_copy(forward, backward):
    for x in (np.ones((2, 3, 4)), np.moveaxis(np.ones((3, 4, 2)), -1, 0)):
        y, dx = forward(x, 1), backward(x, x, 1)
        assert not np.shares_memory(y, x) and not np.shares_memory(dx, x)
        np.testing.assert_array_equal(y, x)
        np.testing.assert_array_equal(dx, x)


def drawn_for_torch(number):
    """Draw a setting that PyTorch takes too: equal rims, and for its means no dilation."""
    rng = np.random.default_rng([number, 55])
    axes = 1 + number % 3
    kernel, stride = (tuple(int(i) for i in rng.integers(1, most, axes)) for most in (4, 5))
    padding = tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel)
    spatial = tuple(int(rng.integers(k, k + 7)) for k in kernel)
    x = rng.integers(0, 4, (2, 3, *spatial)).astype(float)
    return rng, x, kernel, dict(stride=stride, padding=padding, ceil_mode=bool(rng.integers(2)))


@LIVE
@pytest.mark.parametrize("number", range(90))
def test_equals_pytorch(number):
    import torch

    rng, x, kernel, options = drawn_for_torch(number)
    axes, count = x.ndim - 2, bool(number % 2)
    for forward, backward, name, extra in (
        (max_pool_forward, max_pool_backward, "max_pool", {}),
        (avg_pool_forward, avg_pool_backward, "avg_pool", dict(count_include_pad=count)),
    ):
        x_torch = torch.tensor(x, requires_grad=True)
        theirs = getattr(torch.nn.functional, f"{name}{axes}d")(x_torch, kernel, **options, **extra)
        dy = rng.integers(-4, 5, theirs.shape).astype(float)
        theirs.backward(torch.tensor(dy))
        np.testing.assert_allclose(
            forward(x, kernel, **options, **extra), theirs.detach().numpy(), rtol=0, atol=1e-12
        )
        got = backward(dy, x, kernel, **options, **extra)
        np.testing.assert_allclose(got, x_torch.grad.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda x: max_pool_forward(x, 2, padding=2),
            r"padding of 2 is more than half the pooling kernel of 2: 2\*2 > 2",
        ),
        (lambda x: max_pool_forward(x, 3, padding=2), r"2\*2 > 3"),
        (lambda x: max_pool_forward(x, 3, padding=((0, 2),)), r"2\*2 > 3"),
        (lambda x: max_pool_forward(x, 2, stride=0), "stride is 0, but it must be at least 1"),
        (lambda x: max_pool_forward(x, 2, dilation=0, ceil_mode=True), "dilation is 0, but"),
        (lambda x: avg_pool_forward(x, 2, stride=(2, 2)), "2 entries for 1 spatial axes"),
        (lambda x: avg_pool_backward(x, x, 2), r"dy has shape \(1, 1, 4\), but the output"),
        (lambda x: avg_pool_forward(x, 5), r"spans 5 entries, but the padded input has 4 \+ 2\*0 = 4"),
        (lambda x: max_pool_forward(x, 7, stride=2, ceil_mode=True), r"spans 7 .* has 4 \+ 2\*0 = 4"),
        (lambda x: max_pool_forward(x[..., :0], 1, ceil_mode=True), r"has 0 \+ 2\*0 = 0"),
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


@pytest.mark.parametrize("function", [max_pool_forward, avg_pool_forward])
def test_what_is_not_numbers_is_refused(function):
    with pytest.raises(TypeError, match="x must be an array of numbers, but its dtype is"):
        function(np.array([[["a", "b"]]]), 2)
