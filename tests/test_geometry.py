"""Sizes by counting: no formula here, only starts at which a window fits."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlab import as_float, output_size, receptive_field, resolve_padding
from cnnlab.geometry import resolve

small = st.integers(1, 4)


def starts(n, k, s, p, d):
    """Walk along a padded axis and count the starts from which the last tap is still inside."""
    fitting, start = 0, 0
    while start + d * (k - 1) <= n + 2 * p - 1:
        fitting, start = fitting + 1, start + s
    return fitting


@given(n=st.integers(1, 30), k=small, s=small, p=st.integers(0, 4), d=small)
def test_output_size_counts_the_starts(n, k, s, p, d):
    expected = starts(n, k, s, p, d)
    if expected:
        assert output_size(n, k, stride=s, padding=p, dilation=d) == (expected,)
    else:
        with pytest.raises(ValueError, match="spans"):
            output_size(n, k, stride=s, padding=p, dilation=d)


def test_every_axis_has_its_own_numbers():
    sizes = output_size((11, 14, 9), (3, 2, 4), stride=(2, 3, 1), padding=(1, 0, 2), dilation=(2, 1, 1))
    assert sizes == (starts(11, 3, 2, 1, 2), starts(14, 2, 3, 0, 1), starts(9, 4, 1, 2, 1)) == (5, 5, 10)


@given(n=st.integers(1, 30), k=small, s=small, d=small)
def test_same_gives_the_ceiling_with_the_least_padding(n, k, s, d):
    ((before, after),) = resolve_padding(n, k, "same", stride=s, dilation=d)
    assert output_size(n, k, stride=s, padding="same", dilation=d) == (-(-n // s),)
    assert after - before in (0, 1)
    if before + after:
        fewer = ((before, after - 1),)
        with contextlib.suppress(ValueError):  # with one cell less, no window may fit at all
            assert output_size(n, k, stride=s, padding=fewer, dilation=d)[0] < -(-n // s)


@given(n=st.integers(1, 12), k=small, d=small)
def test_full_holds_every_window_that_touches_the_input(n, k, d):
    touching = sum(any(0 <= i + d * a < n for a in range(k)) for i in range(-d * k, n + 1))
    ((before, after),) = resolve_padding(n, k, "full", dilation=d)
    assert before == after == d * (k - 1)
    assert output_size(n, k, padding="full", dilation=d)[0] >= touching
    assert (output_size(n, k, padding="full", dilation=d)[0] == touching) or d > n


def test_paddings_may_be_pairs_or_words():
    assert resolve_padding((5, 6), 3, ((1, 2), (0, 3))) == ((1, 2), (0, 3))
    assert resolve_padding((5, 6), 3, (1, 2)) == ((1, 1), (2, 2))
    assert resolve_padding(5, 3, ((1, 2),)) == ((1, 2),)
    assert resolve_padding((5, 6), 3, "valid") == ((0, 0), (0, 0))
    assert output_size(np.array([5, 6]), np.int64(3), padding=((1, 2), (0, 3))) == (6, 7)


def test_sizes_are_python_ints():
    assert all(type(n) is int for n in output_size(np.array([5, 6], np.int32), np.int32(3)))


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (
            (3, 5),
            {},
            r"a kernel of size 5 with dilation 1 spans 5 entries, but the padded input has 3 \+ 2\*0 = 3",
        ),
        (
            (3, 3),
            {"dilation": 2, "padding": ((1, 0),)},
            r"spans 5 entries, but the padded input has 3 \+ 1 \+ 0 = 4",
        ),
        (((9, 3), 5), {}, r"spatial axis 1"),
        ((7, 3), {"stride": 0}, "stride is 0, but it must be at least 1"),
        ((7, 0), {}, "kernel_size is 0, but it must be at least 1"),
        ((7, 3), {"dilation": -1}, "dilation is -1, but it must be at least 1"),
        ((7, 3), {"padding": -1}, "padding is -1, but it must be at least 0"),
        ((7, 3), {"stride": 1.5}, "stride is 1.5, but it must be an int"),
        ((7, 3), {"padding": [[1], [2]]}, "pairs must be one"),
        ((7, 3), {"stride": True}, "stride is True, but it must be an int"),
        (((7, 8), (3, 3, 3)), {}, "kernel_size is .3, 3, 3.: 3 entries for 2 spatial axes"),
        ((7, 3), {"padding": (1, 2)}, r"written \(\(before, after\),\)"),
        (((7, 8), 3), {"padding": ((1, 2), 1)}, "pairs must be one"),
        ((7, 3), {"padding": "reflect"}, 'padding is "reflect", but the words it knows'),
    ],
)
def test_a_bad_geometry_is_told_with_its_arithmetic(arguments, options, words):
    with pytest.raises(ValueError, match=words):
        output_size(*arguments, **options)


@given(st.lists(st.tuples(small, small, st.integers(0, 2), small), min_size=1, max_size=3))
def test_receptive_field_by_tracing_indices(layers):
    seen = {0}  # which inputs does output 0 read; from the last layer back to the input
    for k, s, p, d in reversed(layers):
        seen = {i * s + a * d - p for i in seen for a in range(k)}
    (size,), (jump,), (start,) = receptive_field(layers)
    assert (min(seen), max(seen)) == (start, start + size - 1)
    neighbour = {1}
    for k, s, p, d in reversed(layers):
        neighbour = {i * s + a * d - p for i in neighbour for a in range(k)}
    assert min(neighbour) - min(seen) == jump


def test_receptive_field_takes_pairs_arrays_and_any_iterable():
    layers = [(np.array([3, 5]), 1, ((1, 0), (0, 2)), 1), (2, (2, 1), 1, 1)]
    assert receptive_field(layer for layer in layers) == ((4, 6), (2, 1), (-2, -1))
    with pytest.raises(ValueError, match=r"layer 0 is \(3, 1\), but it must be \(kernel_size, stride"):
        receptive_field([(3, 1)])


def test_receptive_field_of_two_axes():
    assert receptive_field([((3, 5), 1, 0, 1), (2, (2, 1), 1, 1)]) == ((4, 6), (2, 1), (-1, -1))


def test_as_float_promotes_integers_only():
    assert (
        as_float("x", [True, False]).dtype == as_float("x", np.arange(3, dtype=np.uint8)).dtype == np.float64
    )
    assert as_float("x", np.zeros(2, np.float32)).dtype == np.float32
    assert as_float("x", np.zeros(2, complex)).dtype == complex
    x = np.asfortranarray(np.ones((2, 3)))
    assert as_float("x", x) is x


@pytest.mark.parametrize(
    "wrong", [np.array([None]), np.array(["a"]), [[1], [1, 2]], np.array([1, 2], "M8[D]")]
)
def test_as_float_refuses_what_is_not_numbers(wrong):
    with pytest.raises(TypeError, match="bias must be an array of numbers"):
        as_float("bias", wrong)


@pytest.mark.parametrize("wrong", [True, 1.0, (1, True), (1.0, 1)])
def test_what_is_remembered_of_a_geometry_lets_nothing_pass_that_only_equals_it(wrong):
    for right in (1, (1, 1)):
        output_size((8, 8), 3, stride=right)
    with pytest.raises(ValueError, match="stride is"):
        output_size((8, 8), 3, stride=wrong)


def test_one_geometry_is_found_once():
    one = resolve((8, 8), 3, padding="same")
    assert resolve((np.int64(8), 8), (3, 3), padding=((1, 1), (1, 1))) is one
    assert one.padded is one.padded == (10, 10)
    assert one.interior == (slice(1, 9), slice(1, 9))
