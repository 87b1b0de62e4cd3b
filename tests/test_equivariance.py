"""Shifted before, shifted after: exact where it should be, and broken where it must be."""

import numpy as np
import pytest

from cnnlab import Conv, Flatten, MaxPool, Sequential, conv_forward, max_pool_forward
from cnnlab.equivariance import equivariance_error


def circular(weight, *, stride=1):
    """A convolution on a torus, padded by NumPy."""

    def layer(x):
        rim = [(0, 0), (0, 0), *((k - 1, 0) for k in weight.shape[2:])]
        return conv_forward(np.pad(x, rim, mode="wrap"), weight, stride=stride)

    return layer


@pytest.mark.parametrize(("spatial", "shift"), [((8,), 3), ((8, 6), (-5, 2)), ((4, 6, 5), (1, -2, 3))])
def test_on_a_torus_it_is_exact(spatial, shift):
    rng = np.random.default_rng(1)
    x = rng.integers(-9, 10, (2, 3, *spatial))
    weight = rng.integers(-9, 10, (4, 3, *range(2, 2 + len(spatial))))
    assert equivariance_error(circular(weight), x, shift, halo=0) == 0
    assert equivariance_error(lambda x: x * (np.arange(x.size).reshape(x.shape)), x, shift, halo=0) > 0


def test_zeros_break_it_at_the_rim_alone():
    """Padding of 2 reads 2 cells beyond the rim, and a shift of 2 carries them 2 further: 4 cells, not 3."""
    rng = np.random.default_rng(2)
    layer = Conv(3, 4, kernel_size=(5, 5), padding=2, rng=rng, dtype=np.float64)
    layer.parameters["weight"] = rng.integers(1, 10, layer.parameters["weight"].shape).astype(float)
    x = rng.integers(1, 10, (2, 3, 16, 15))
    errors = [equivariance_error(layer, x, 2, halo=halo) for halo in range(7)]
    assert min(errors[:4]) > 0
    assert errors[4:] == [0, 0, 0]
    assert errors[0] == max(errors)


def test_a_stride_allows_multiples_of_itself():
    rng = np.random.default_rng(3)
    x, weight = rng.integers(-9, 10, (2, 2, 20, 18)), rng.integers(-9, 10, (3, 2, 3, 3))
    layer = circular(weight, stride=2)
    assert equivariance_error(layer, x, (4, -2), halo=0, stride=2) == 0
    padded = Conv(2, 3, kernel_size=(3, 3), stride=2, padding=1, rng=rng)
    padded.parameters["weight"] = weight
    assert equivariance_error(padded, x, 4, halo=4, stride=2) == 0
    with pytest.raises(ValueError, match=r"a shift of 3 cells is no whole .* the stride 2: 3 = 1 \* 2 \+ 1"):
        equivariance_error(layer, x, (4, 3), halo=0, stride=2)
    with pytest.raises(ValueError, match=r"a shift of -3 cells .* -3 = -2 \* 2 \+ 1"):
        equivariance_error(layer, x, -3, halo=0, stride=2)


def test_a_whole_network_has_the_product_of_its_strides():
    rng = np.random.default_rng(4)
    model = Sequential(Conv(1, 2, kernel_size=3, stride=2, rng=rng, dtype=np.float64), MaxPool(3))
    x = rng.standard_normal((2, 1, 64))
    assert equivariance_error(model, x, 6, halo=2, stride=6) == 0
    pooled = equivariance_error(
        lambda x: max_pool_forward(x, 2), np.eye(8)[None, :1] * 5, 2, halo=0, stride=2
    )
    assert pooled == 0


def test_the_error_is_the_largest_absolute_difference():
    """y = x times its position: a unit at 1 answers 1, and after a shift by 3 it answers 4."""
    x = np.zeros((2, 1, 6))
    x[1, 0, 1] = -1
    assert equivariance_error(lambda x: x * np.arange(6), x, 3, halo=0) == 3
    assert equivariance_error(lambda x: x * np.arange(6), x, 3, halo=1) == 3  # the unit lands on 4
    assert equivariance_error(lambda x: x * np.arange(6), x, 3, halo=2) == 0
    assert equivariance_error(lambda x: x * np.arange(6), x, 0, halo=0) == 0
    assert isinstance(equivariance_error(lambda x: x * np.arange(6), x, 3, halo=0), float)


def test_each_side_is_shifted_once():
    """A flip of the axis turns a shift round: f(gx) and gf(x) are 2 shifts apart, f(gx) and gf(gx) one."""
    x = np.zeros((1, 1, 7))
    x[0, 0, 3] = 1
    assert equivariance_error(lambda x: x[..., ::-1], x, 2, halo=0) == 1
    assert equivariance_error(lambda x: x, x, 2, halo=0) == 0


def test_the_halo_is_counted_per_axis_on_either_side():
    def layer(x):
        y = np.zeros(x.shape)
        y[0, 0, 1, 3] = y[0, 0, 4, 1] = x[0, 0, 0, 0]  # the cells' answers, at fixed places
        return y

    x = np.zeros((1, 1, 6, 5))
    x[0, 0, 0, 0] = 7
    wrong = [(h, w) for h in range(3) for w in range(3) if equivariance_error(layer, x, (1, 1), halo=(h, w))]
    assert wrong == [(0, 0), (0, 1), (0, 2), (1, 0), (2, 0)]  # at (2, 4) and (5, 2) of 6 x 5


def test_input_is_left_alone_and_may_lie_anyhow():
    rng = np.random.default_rng(5)
    x = np.asfortranarray(rng.integers(-9, 10, (2, 3, 6, 7)))
    x.flags.writeable = False
    weight = rng.integers(-9, 10, (4, 3, 3, 2))
    assert equivariance_error(circular(weight), x, 1, halo=0) == 0
    assert equivariance_error(circular(weight), x[:0], 1, halo=0) == 0
    assert equivariance_error(circular(weight), x * (1 + 2j), 1, halo=0) == 0
    assert np.isnan(equivariance_error(lambda x: x * np.nan, x, 1, halo=0))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda x: equivariance_error(np.square, x, 1, halo=(1, 3)),
            r"a halo of 3 leaves nothing of the 6 cells of the answer's spatial axis 1: 6 - 2\*3 = 0",
        ),
        (
            lambda x: equivariance_error(Flatten(), x, 1, halo=0),
            r"the layer's answer has shape \(2, 48\), but it needs 2 spatial axes, as x has",
        ),
        (lambda x: equivariance_error(np.square, x, (1, 2, 3), halo=0), "3 entries for 2 spatial axes"),
        (lambda x: equivariance_error(np.square, x, 1.5, halo=0), "shift is 1.5, but it must be an int"),
        (lambda x: equivariance_error(np.square, x, 1, halo=-1), "halo is -1, but it must be at least 0"),
        (lambda x: equivariance_error(np.square, x, 1, halo=0, stride=0), "stride is 0, but it must be at"),
        (lambda x: equivariance_error(np.square, x[0, 0], 1, halo=0), "needs a batch axis"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.ones((2, 1, 8, 6)))
