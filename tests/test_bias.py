"""Biases shared, tiled and untied: loops from the definition, adjoints, errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlab.bias import add_bias, bias_backward, bias_forward, check_bias
from cnnlab.conv import conv_backward_bias

SHAPES = {  # of dy, of the bias
    "1-D shared": ((3, 4, 5), (4,)),
    "1-D tiled": ((3, 4, 5), (4, 2)),
    "1-D untied": ((3, 4, 5), (4, 5)),
    "2-D shared": ((2, 3, 6, 5), (3,)),
    "2-D tiled": ((2, 3, 7, 5), (3, 2, 3)),
    "2-D tiled, whole": ((2, 3, 6, 4), (3, 3, 2)),
    "2-D rows alone": ((2, 3, 6, 5), (3, 4, 1)),
    "2-D untied": ((2, 3, 6, 5), (3, 6, 5)),
    "3-D tiled": ((2, 2, 5, 4, 3), (2, 2, 3, 1)),
    "4-D tiled": ((2, 3, 4, 3, 2, 5), (3, 3, 2, 1, 4)),
}


def drawn(name, dtype=float):
    dy_shape, bias_shape = SHAPES[name]
    rng = np.random.default_rng(len(name))
    return (rng.integers(-9, 10, s).astype(dtype) for s in (dy_shape, bias_shape))


def owners(dy_shape, bias_shape):
    """Pair each entry of dy with the entry of the bias that was added to it: the definition."""
    for image, f, *place in np.ndindex(*dy_shape):
        tile = (j % t for j, t in zip(place, bias_shape[1:], strict=True)) if bias_shape[1:] else ()
        yield (image, f, *place), (f, *tile)


@pytest.mark.parametrize("name", SHAPES)
def test_every_entry_of_dy_is_credited_to_its_owner(name):
    dy, bias = drawn(name)
    expected = np.zeros(bias.shape)
    for entry, owner in owners(dy.shape, bias.shape):
        expected[owner] += dy[entry]
    np.testing.assert_array_equal(bias_backward(dy, bias.shape), expected)


@pytest.mark.parametrize("name", SHAPES)
def test_every_place_gets_its_bias(name):
    y, bias = drawn(name)
    expected = y.copy()
    for entry, owner in owners(y.shape, bias.shape):
        expected[entry] += bias[owner]
    batch_last = np.ascontiguousarray(np.moveaxis(y, 0, -1))
    add_bias(batch_last, bias)
    np.testing.assert_array_equal(np.moveaxis(batch_last, -1, 0), expected)


@pytest.mark.parametrize("name", SHAPES)
def test_the_forward_pass_adds_to_each_place_its_bias_and_leaves_both_as_they_are(name):
    x, bias = drawn(name)
    before, expected = x.copy(), x.copy()
    for entry, owner in owners(x.shape, bias.shape):
        expected[entry] += bias[owner]
    np.testing.assert_array_equal(bias_forward(x, bias), expected)
    np.testing.assert_array_equal(x, before)
    dy = np.random.default_rng(1).integers(-9, 10, x.shape).astype(float)
    assert np.vdot(dy, bias_forward(0 * x, bias)) == np.vdot(bias_backward(dy, bias.shape), bias)


def test_the_forward_pass_gives_floats_and_keeps_single_and_complex_ones():
    x, bias = np.array([[[1, 2]]], np.uint8), np.array([3])
    assert bias_forward(x, bias).dtype == np.float64
    assert bias_forward(x.astype(np.float32), bias.astype(np.float32)).dtype == np.float32
    assert bias_forward(x.astype(complex), bias)[0, 0, 1] == 5
    assert bias_forward(np.zeros((0, 1, 2)), bias).shape == (0, 1, 2)


def test_a_bias_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"bias has shape \(3,\), but 2 filters need shape \(2,\)"):
        bias_forward(np.zeros((1, 2, 3)), np.zeros(3))


def test_the_two_ends_are_sums_over_images_and_over_all():
    dy, bias = drawn("2-D untied")
    np.testing.assert_array_equal(bias_backward(dy, bias.shape), dy.sum(axis=0))
    np.testing.assert_array_equal(bias_backward(dy, (3,)), conv_backward_bias(dy))
    np.testing.assert_array_equal(bias_backward(dy, (3, 1, 1))[:, 0, 0], dy.sum(axis=(0, 2, 3)))
    assert bias_backward(dy, 3).shape == (3,)


def test_tiles_alternate_they_are_no_blocks():
    dy = np.array([[[1.0, 10, 100, 1000]]])
    assert bias_backward(dy, (1, 2)).tolist() == [[101, 1010]]


@given(st.data(), st.integers(1, 3), st.integers(0, 3))
def test_adding_and_summing_are_adjoint(data, axes, n):
    out = tuple(data.draw(st.integers(1, 6)) for _ in range(axes))
    tile = tuple(data.draw(st.integers(1, size)) for size in out)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    bias, dy = (rng.integers(-9, 10, s).astype(float) for s in ((2, *tile), (n, 2, *out)))
    y = np.zeros((2, *out, n))
    add_bias(y, bias)
    assert np.sum(np.moveaxis(y, -1, 0) * dy) == np.sum(bias * bias_backward(dy, bias.shape))


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes_stay(name, dtype):
    dy, bias = drawn(name, dtype)
    assert bias_backward(dy, bias.shape).dtype == dtype
    assert bias_backward(dy.real.astype(np.int8), bias.shape).dtype == np.float64


@pytest.mark.parametrize("name", SHAPES)
def test_any_layout_read_only_and_never_written(name):
    dy, bias = drawn(name)
    expected = bias_backward(dy, bias.shape)
    for layout in (
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a[::-1].copy()[::-1],
    ):
        other = layout(dy)
        other.flags.writeable = False
        got = bias_backward(other, np.array(bias.shape))
        np.testing.assert_array_equal(got, expected)
        assert not np.shares_memory(got, other)


@pytest.mark.parametrize("name", SHAPES)
def test_an_empty_batch_owes_nothing(name):
    dy, bias = drawn(name)
    got = bias_backward(dy[:0], bias.shape)
    assert got.shape == bias.shape
    assert not got.any()


def test_a_batch_of_one_is_not_lent_out():
    dy = np.ones((1, 2, 3))
    got = bias_backward(dy, (2, 3))
    got += 1
    assert (dy == 1).all()


dy2 = np.ones((2, 6, 4, 5))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: bias_backward(dy2, (5,)),
            ValueError,
            r"bias has shape \(5,\), but 6 filters need shape \(6,\)",
        ),
        (lambda: bias_backward(dy2, (6, 4)), ValueError, r"bias has shape \(6, 4\)"),
        (lambda: bias_backward(dy2, (6, 5, 4)), ValueError, r"at most the output's \(4, 5\)"),
        (lambda: bias_backward(dy2, (2, 6, 4, 5)), ValueError, r"bias has shape \(2, 6, 4, 5\)"),
        (
            lambda: bias_backward(dy2, (6, 0, 1)),
            ValueError,
            "bias_shape is .6, 0, 1., but it must be at least 1",
        ),
        (lambda: bias_backward(dy2, ()), ValueError, r"bias has shape \(\), but 6 filters"),
        (lambda: bias_backward(dy2, "6"), ValueError, "bias_shape is '6', but it must be an int"),
        (lambda: bias_backward(dy2[0, 0], (6,)), ValueError, "needs a batch axis"),
        (lambda: bias_backward("red", (6,)), TypeError, "dy must be an array of numbers"),
        (lambda: check_bias((6, 0, 1), 6, (4, 5)), ValueError, "at least one place"),
        (lambda: check_bias((), 6, (4, 5)), ValueError, "6 filters need"),
    ],
)
def test_a_bad_call_is_told_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()
