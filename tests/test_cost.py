"""The cost model: counts by hand and by loops, choices that everybody would make, errors."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.fft
import scipy.signal
from experiments.bench import fast

from cnnlab.cost import Rates, conv_cost, fast_length, fastest


def test_direct_counts_every_tap_at_every_place():
    """Counted by visiting them: places, filters, channels of a group, taps."""
    x_shape, weight_shape = (2, 4, 7, 6), (6, 2, 3, 2)
    cost = conv_cost(x_shape, weight_shape, stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)
    out = (7 + 2 - 3) // 2 + 1, 6 + 4 - 3 + 1
    visited = sum(1 for _ in np.ndindex(2, 6, *out, 2, 3, 2))
    assert cost.multiplications == visited
    assert cost.additions == visited - 2 * 6 * out[0] * out[1]
    assert cost.bytes > 4 * (2 * 4 * 7 * 6 + 2 * 6 * out[0] * out[1])
    assert (
        conv_cost(x_shape, weight_shape, groups=2, itemsize=8).bytes
        == 2 * conv_cost(x_shape, weight_shape, groups=2).bytes
    )


@pytest.mark.parametrize(("axes", "saved"), [(1, 6 / 4), (2, 36 / 16), (3, 216 / 64)])
def test_winograd_saves_what_is_known(axes, saved):
    shapes = (8, 16, *[12] * axes), (32, 16, *[3] * axes)
    direct, winograd = (conv_cost(*shapes, padding=1, method=m) for m in ("direct", "winograd"))
    assert direct.multiplications / winograd.multiplications == saved
    hanging = (8, 16, *[11] * axes), shapes[1]
    assert conv_cost(*hanging, padding=1, method="winograd") == winograd


def test_vectors_multiply_once_for_each_of_their_taps():
    cost = conv_cost((2, 3, 9, 8), (3, 1, 5, 5), padding=2, groups=3, method="separable")
    assert cost.multiplications == 2 * 3 * 9 * 8 * (5 + 5)
    assert cost.additions == 2 * 3 * 9 * 8 * (4 + 4)


def test_transforms_hardly_care_for_the_kernels_size():
    def cost(k, method):
        return conv_cost((4, 8, 64, 64), (8, 8, k, k), padding="same", method=method).seconds

    assert cost(15, "fft") < 1.5 * cost(3, "fft")
    assert cost(15, "direct") > 10 * cost(3, "direct")


def test_lengths_have_small_factors():
    assert [fast_length(n) for n in (1, 7, 11, 13, 17, 31, 121)] == [1, 8, 12, 15, 18, 32, 125]
    for n in range(1, 700):
        assert fast_length(n) == scipy.fft.next_fast_len(n, real=True)


def test_seconds_are_work_by_rate():
    rates = Rates(multiplications=10.0, bytes=100.0, calls=1.0)
    cost = conv_cost((1, 1, 4), (1, 1, 2), rates=rates)
    assert cost.seconds == cost.multiplications / 10 + cost.bytes / 100 + cost.calls
    slow = rates._replace(multiplications=1e-9)
    assert fastest((1, 1, 64, 64), (1, 1, 3, 3), rates=slow).method == "winograd"
    assert fastest((1, 1, 64, 64), (1, 1, 3, 3), rates=rates._replace(bytes=1e-9)).method == "direct"


def test_choices_that_everybody_would_make():
    assert fastest((32, 128, 16, 16), (128, 128, 3, 3), padding=1).method == "winograd"
    assert fastest((32, 3, 32, 32), (16, 3, 3, 3), padding=1).method == "direct"
    assert fastest((8, 64, 32, 32), (128, 64, 1, 1)).method == "direct"
    assert fastest((8, 8, 256, 256), (8, 8, 101, 101)).method == "fft"
    assert fastest((4, 3, 256, 256), (3, 1, 9, 9), groups=3, separable=True).method == "separable"
    assert fastest((4, 3, 256, 256), (3, 1, 9, 9), groups=3).method != "separable"


@pytest.mark.parametrize(("n", "k"), [(2**14, 3), (2**14, 2**13), (64, 3)])
def test_agrees_with_scipy_where_the_case_is_clear(n, k):
    theirs = scipy.signal.choose_conv_method(np.ones(n), np.ones(k), mode="valid")
    assert fastest((1, 1, n), (1, 1, k)).method.replace("winograd", "direct") == theirs


def test_a_choice_is_readable():
    choice = fastest((32, 128, 16, 16), (128, 128, 3, 3), padding=1)
    assert list(choice.costs) == ["direct", "fft", "winograd"]
    assert choice.costs[choice.method].seconds == min(c.seconds for c in choice.costs.values())
    text = str(choice)
    assert text.endswith(choice.reason)
    assert [line.split()[0] for line in text.splitlines()[:3]] == ["direct", "fft", "winograd"]
    assert "winograd: 0." in choice.reason and "0.44 of its multiplications" in choice.reason
    assert "Not separable: no vectors are known." in choice.reason
    strided = fastest((2, 3, 8, 8), (4, 3, 3, 3), stride=2).reason
    assert strided.startswith("direct: fft, the next, would take ")
    assert "Not winograd: F(2, 3) needs a stride, a dilation and groups of 1." in strided
    mixed = fastest((2, 3, 8, 8), (4, 3, 5, 3), separable=True).reason
    assert "Not separable: vectors are for every channel alone, but here 3 make one of 4." in mixed
    assert "Not winograd: F(2, 3) needs 3 taps on every axis, not 5 x 3." in mixed


def test_nothing_costs_nothing_but_calls():
    choice = fastest((0, 3, 8, 8), (4, 3, 3, 3))
    assert choice.costs["direct"].multiplications == 0
    assert str(choice)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: conv_cost((1, 1, 4), (1, 1, 2), method="magic"), "method is 'magic', but it must be one of"),
        (lambda: conv_cost((1, 1, 4), (1, 1, 2), method="winograd"), "winograd cannot make .* not 2"),
        (lambda: conv_cost((1, 2, 4), (1, 2, 3), method="separable"), "separable cannot make .* 2 make one"),
        (lambda: conv_cost((1, 2, 4), (1, 1, 3)), r"reads 1 \* 1 = 1 channels, but x has 2"),
        (lambda: conv_cost((1, 1, 2), (1, 1, 3)), r"has 2 \+ 2\*0 = 2"),
        (lambda: conv_cost((1, 1, -2), (1, 1, 3)), "x_shape is .* must be at least 0"),
        (lambda: fastest((1, 1, 4), (1, 0, 3)), "weight_shape is .* must be at least 1"),
        (lambda: fastest((1, 1, 4), (1, 1, 3), stride=0), "stride is 0, but it must be at least 1"),
    ],
)
def test_a_bad_call_is_told_what_does_not_fit(call, words):
    with pytest.raises(ValueError, match=words):
        call()


SMALLEST = [(method, family, *rows[0]) for method, family, rows in fast.growing()]


@pytest.mark.parametrize(("method", "family", "value", "row"), SMALLEST, ids=lambda v: str(v)[:40])
def test_the_benchmark_races_ways_to_one_result(method, family, value, row):
    row = replace(row, n=2, spatial=tuple(7 + axis for axis in range(len(row.spatial))))
    runs = fast.ways(row, *fast.problem(row))
    assert {"windows", method} <= set(runs)
    expected = runs["windows"]()
    for run in runs.values():
        np.testing.assert_allclose(run(), expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_a_method_wins_from_where_it_stays_ahead():
    assert fast.from_where_on([(3, 2.0), (5, 0.9), (7, 1.1), (9, 0.5), (11, 0.4)]) == 9
    assert fast.from_where_on([(3, 0.5), (5, 0.9)]) == 3
    assert fast.from_where_on([(3, 0.5), (5, 1.0)]) is None


def test_tables_of_the_benchmark():
    (row,) = fast.error_rows()[:1]
    records = fast.errors(replace(row, n=1, spatial=(6, 5)))
    records += fast.crossing(*SMALLEST[0], dict(budget=0.0, rounds=1))
    (errors,) = fast.precision({"records": records}).rows
    assert errors[2] and errors[4] and not errors[3]
    ((method, family, *_, ratios),) = fast.crossovers({"records": records}).rows
    assert (method, family) == SMALLEST[0][:2] and ratios.startswith("3: ")
    seconds = {"cnnlab": 0.012, "windows": 0.018, "pytorch": 0.0125}
    found = {"section": "fast", "row": "a row", "case": "dx", "seconds": seconds, "ratio": 0.96}
    assert fast.beside({"records": [found]}).rows == [["a row", "dx", "12", "18", "12.5", "0.96"]]
