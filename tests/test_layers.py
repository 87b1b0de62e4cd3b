"""Each layer against its functions' definition, its gradients against slopes, and what it remembers."""

import numpy as np
import pytest
from scipy import signal, special

from cnnlab.gradcheck import check_layer
from cnnlab.layers import (
    AvgPool,
    Conv,
    Dense,
    Flatten,
    Function,
    Layer,
    LeakyReLU,
    MaxPool,
    ReLU,
    Sigmoid,
    Tanh,
)

LAYERS = {
    "conv_1d": (lambda rng: Conv(3, 4, kernel_size=3, rng=rng, padding="same"), (2, 3, 7)),
    "conv_2d": (lambda rng: Conv(4, 6, kernel_size=(3, 2), stride=(2, 1), groups=2, rng=rng), (3, 4, 7, 6)),
    "conv_3d": (
        lambda rng: Conv(2, 3, kernel_size=(2, 3, 2), padding=1, dilation=2, bias=False, rng=rng),
        (2, 2, 5, 6, 4),
    ),
    "conv_4d": (lambda rng: Conv(2, 3, kernel_size=(2, 1, 2, 3), rng=rng), (2, 2, 3, 2, 4, 5)),
    "dense": (lambda rng: Dense(5, 4, rng=rng), (3, 5)),
    "max_pool": (lambda rng: MaxPool((2, 3), stride=(1, 2), padding=(0, 1)), (2, 3, 5, 6)),
    "avg_pool": (lambda rng: AvgPool(3, stride=2, padding=1, count_include_pad=False), (2, 3, 5, 6)),
    "flatten": (lambda rng: Flatten(), (2, 3, 4, 5)),
    "relu": (lambda rng: ReLU(), (2, 3, 4)),
    "leaky_relu": (lambda rng: LeakyReLU(0.2), (2, 3, 4)),
    "sigmoid": (lambda rng: Sigmoid(), (2, 3, 4)),
    "tanh": (lambda rng: Tanh(), (2, 3, 4)),
}


def separated(rng, shape):
    """Numbers no two of which are closer than 0.1, none closer to 0: away from every kink."""
    numbers = rng.permutation(np.prod(shape)) + 1
    return (0.1 * numbers * rng.choice([-1, 1], numbers.shape)).reshape(shape)


@pytest.fixture(params=LAYERS)
def layer_and_input(request):
    make, shape = LAYERS[request.param]
    rng = np.random.default_rng(7)
    return make(rng), separated(rng, shape)


def test_gradients_are_slopes(layer_and_input):
    layer, x = layer_and_input
    for name, parameter in layer.parameters.items():
        layer.parameters[name] = separated(np.random.default_rng(8), parameter.shape)
    report = check_layer(layer, x, np.random.default_rng(9))
    assert report.ok, report
    assert len(report.findings) == 1 + len(layer.parameters)


def test_gradients_of_the_parameters_alone(layer_and_input):
    layer, x = layer_and_input
    dy = np.random.default_rng(1).standard_normal(layer.forward(x).shape)
    layer.backward(dy)
    both = dict(layer.gradients)
    layer.gradients.clear()
    assert layer.backward_parameters(dy) is None
    assert layer.gradients.keys() == both.keys() == layer.parameters.keys()
    for name, gradient in both.items():
        np.testing.assert_array_equal(layer.gradients[name], gradient)
        assert gradient.shape == layer.parameters[name].shape


def test_backward_before_forward(layer_and_input):
    layer, x = layer_and_input
    with pytest.raises(
        RuntimeError, match=r"^\w+\(.*\) was asked for backward before forward: it has seen no input"
    ):
        layer.backward(x)


def test_backward_belongs_to_the_last_forward(layer_and_input):
    layer, x = layer_and_input
    y = layer.forward(x)
    dx = layer.backward(y)
    layer.forward(x[::-1] * 0.5, train=True)
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(y), dx)


def test_lists_go_both_ways(layer_and_input):
    layer, x = layer_and_input
    y = layer.forward(x)
    dx = layer.backward(y)
    np.testing.assert_array_equal(layer.forward(x.tolist()), y)
    np.testing.assert_array_equal(layer.backward(y.tolist()), dx)


def test_written_as_the_call_that_makes_it(layer_and_input):
    layer, x = layer_and_input
    again = eval(repr(layer))
    assert repr(again) == repr(layer)
    again.parameters = layer.parameters
    np.testing.assert_array_equal(again.forward(x), layer.forward(x))


def test_written_without_defaults():
    assert repr(Conv(1, 6, kernel_size=(5, 5))) == "Conv(1, 6, kernel_size=(5, 5))"
    assert (
        repr(Conv(2, 4, kernel_size=3, groups=2, bias=False))
        == "Conv(2, 4, kernel_size=(3,), groups=2, bias=False)"
    )
    assert repr(MaxPool(2)) == "MaxPool(kernel_size=2)"
    assert repr(AvgPool(3, stride=1)) == "AvgPool(kernel_size=3, stride=1)"
    assert repr(LeakyReLU()) == "LeakyReLU()"
    assert repr(LeakyReLU(np.float64(0.5))) == "LeakyReLU(slope=0.5)"
    assert repr(MaxPool((np.int64(2), 3))) == "MaxPool(kernel_size=(2, 3))"
    assert (
        repr(Conv(np.int64(2), 4, kernel_size=np.int64(3), stride=np.int64(2), padding=np.array([1])))
        == "Conv(2, 4, kernel_size=(3,), stride=2, padding=[1])"
    )
    assert repr(Dense(3, 2)) == "Dense(3, 2)"


@pytest.mark.parametrize("kernel_size", [4, (3, 2), (2, 3, 2)])
def test_a_convolution_has_the_dimensions_of_its_kernel(kernel_size):
    rng = np.random.default_rng(2)
    layer = Conv(2, 3, kernel_size=kernel_size, rng=rng, dtype=np.float64)
    axes = 1 if isinstance(kernel_size, int) else len(kernel_size)
    x = rng.standard_normal((2, 2, 7, 6, 5)[: 2 + axes])
    layer.parameters["bias"] = np.array([1.0, 10, 100])
    y = layer.forward(x)
    for n in range(2):
        for f in range(3):
            expected = sum(
                signal.correlate(x[n, c], layer.parameters["weight"][f, c], mode="valid") for c in range(2)
            )
            np.testing.assert_allclose(y[n, f], expected + 10**f)


def test_dense_by_hand():
    layer = Dense(2, 2)
    layer.parameters.update(weight=np.array([[1.0, 2], [3, 4]]), bias=np.array([10.0, 20]))
    np.testing.assert_array_equal(layer.forward(np.array([[1.0, 100]])), [[211, 423]])
    np.testing.assert_array_equal(layer.backward(np.array([[1.0, 1000]])), [[3001, 4002]])
    np.testing.assert_array_equal(layer.gradients["weight"], [[1, 100], [1000, 100_000]])
    np.testing.assert_array_equal(layer.gradients["bias"], [1, 1000])


def test_activations_by_definition():
    x = np.array([[-2.0, -0.5, 0.0, 3.0]])
    np.testing.assert_array_equal(ReLU().forward(x), [[0, 0, 0, 3]])
    np.testing.assert_allclose(LeakyReLU(0.1).forward(x), [[-0.2, -0.05, 0, 3]])
    np.testing.assert_allclose(Sigmoid().forward(x), special.expit(x))
    np.testing.assert_allclose(Tanh().forward(x), np.tanh(x))


def test_flatten_keeps_the_order_of_one_sample():
    x = np.asfortranarray(np.arange(24.0).reshape(2, 3, 2, 2))
    np.testing.assert_array_equal(Flatten().forward(x), np.arange(24).reshape(2, 12))


@pytest.mark.parametrize(
    "make",
    [
        lambda rng, **k: Conv(3, 200, kernel_size=(5, 5), rng=rng, **k),
        lambda rng, **k: Dense(75, 200, rng=rng, **k),
    ],
)
def test_first_weights(make):
    weight = make(np.random.default_rng(0)).parameters["weight"]
    assert weight.dtype == np.float32
    assert abs(weight.std() / np.sqrt(2 / 75) - 1) < 0.05
    assert not make(np.random.default_rng(0)).parameters["bias"].any()
    np.testing.assert_array_equal(make(np.random.default_rng(0)).parameters["weight"], weight)
    assert (make(np.random.default_rng(1)).parameters["weight"] != weight).any()
    assert (make(None).parameters["weight"] != make(None).parameters["weight"]).any()
    assert make(None, dtype=np.float64).parameters["bias"].dtype == np.float64


def test_float32_stays_float32(layer_and_input):
    layer, x = layer_and_input
    y = layer.forward(x.astype(np.float32))
    assert y.dtype == np.float32
    assert layer.backward(y).dtype == np.float32
    assert {gradient.dtype for gradient in layer.gradients.values()} <= {np.dtype(np.float32)}


def test_bad_sizes():
    with pytest.raises(ValueError, match="3 input channels cannot be cut into 2 group"):
        Conv(3, 4, kernel_size=3, groups=2)
    with pytest.raises(ValueError, match=r"kernel_size is \(3, 0\), but it must be at least 1"):
        Conv(3, 4, kernel_size=(3, 0))
    with pytest.raises(ValueError, match=r"shape is \(2, 0\), but it must be at least 1"):
        Dense(0, 2)


@pytest.mark.parametrize("dtype", [int, bool, "U3", object])
def test_weights_are_floats(dtype):
    """Integers would cut nearly every weight drawn down to 0."""
    with pytest.raises(TypeError, match=r"dtype is .*, but weights need floats"):
        Dense(2, 3, dtype=dtype)
    with pytest.raises(TypeError, match=r"dtype is .*, but weights need floats"):
        Conv(2, 3, kernel_size=3, dtype=dtype)


def test_train_is_passed_and_the_base_does_nothing():
    with pytest.raises(NotImplementedError):
        Layer().forward(np.zeros(1))
    with pytest.raises(NotImplementedError):
        Layer().backward(np.zeros(1))
    assert issubclass(MaxPool, Function)
