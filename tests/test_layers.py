"""Each layer against its functions' definition, its gradients against slopes, and what it remembers."""

import inspect

import numpy as np
import pytest
from scipy import signal, special

import cnnlab
from cnnlab.adaptive_pool import (
    adaptive_avg_pool_forward,
    adaptive_max_pool_forward,
    global_avg_pool_forward,
    global_max_pool_forward,
)
from cnnlab.conv_transpose import conv_transpose_forward
from cnnlab.gradcheck import check_layer
from cnnlab.layers import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Dropout,
    Flatten,
    Function,
    GlobalAvgPool,
    GlobalMaxPool,
    Layer,
    LeakyReLU,
    Local,
    LpPool,
    MaxPool,
    MaxUnpool,
    Pad,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    Tiled,
    WeightedPool,
)
from cnnlab.local import local_forward, tiled_forward
from cnnlab.lp_pool import lp_pool_forward
from cnnlab.model import Sequential
from cnnlab.norm import batchnorm_backward, batchnorm_forward
from cnnlab.padding import pad_forward
from cnnlab.unpool import max_pool_winners
from cnnlab.weighted_pool import weighted_pool_forward

LAYERS = {
    "conv_1d": (lambda rng: Conv(3, 4, kernel_size=3, rng=rng, padding="same"), (2, 3, 7)),
    "conv_2d": (lambda rng: Conv(4, 6, kernel_size=(3, 2), stride=(2, 1), groups=2, rng=rng), (3, 4, 7, 6)),
    "conv_3d": (
        lambda rng: Conv(2, 3, kernel_size=(2, 3, 2), padding=1, dilation=2, bias=False, rng=rng),
        (2, 2, 5, 6, 4),
    ),
    "conv_4d": (lambda rng: Conv(2, 3, kernel_size=(2, 1, 2, 3), rng=rng), (2, 2, 3, 2, 4, 5)),
    "conv_tiled_bias": (lambda rng: Conv(2, 3, kernel_size=(3, 2), bias=(2, 3), rng=rng), (3, 2, 7, 6)),
    "conv_untied_bias": (lambda rng: Conv(2, 3, kernel_size=3, stride=2, bias=3, rng=rng), (3, 2, 7)),
    "conv_transpose_1d": (lambda rng: ConvTranspose(3, 2, kernel_size=3, rng=rng), (2, 3, 5)),
    "conv_transpose_2d": (
        lambda rng: ConvTranspose(
            4, 6, kernel_size=(3, 2), stride=(2, 3), padding=(1, 0), output_padding=1, groups=2, rng=rng
        ),
        (3, 4, 4, 3),
    ),
    "conv_transpose_3d": (
        lambda rng: ConvTranspose(2, 3, kernel_size=(2, 3, 2), dilation=2, bias=(2, 1, 3), rng=rng),
        (2, 2, 3, 2, 4),
    ),
    "conv_transpose_plain": (
        lambda rng: ConvTranspose(2, 3, kernel_size=(2, 3), bias=False, rng=rng),
        (2, 2, 3, 4),
    ),
    "local_1d": (lambda rng: Local(3, 2, spatial=7, kernel_size=3, padding="same", rng=rng), (2, 3, 7)),
    "local_2d": (
        lambda rng: Local(2, 3, spatial=(7, 6), kernel_size=(3, 2), stride=(2, 1), bias=(3, 5), rng=rng),
        (3, 2, 7, 6),
    ),
    "tiled_1d": (lambda rng: Tiled(3, 2, tile=2, kernel_size=3, stride=2, rng=rng), (2, 3, 9)),
    "tiled_2d": (
        lambda rng: Tiled(2, 3, tile=(2, 3), kernel_size=(3, 2), padding=1, bias=False, rng=rng),
        (3, 2, 5, 6),
    ),
    "dense": (lambda rng: Dense(5, 4, rng=rng), (3, 5)),
    "max_pool": (lambda rng: MaxPool((2, 3), stride=(1, 2), padding=(0, 1)), (2, 3, 5, 6)),
    "max_pool_ceil": (lambda rng: MaxPool(2, ceil_mode=True), (2, 3, 5, 7)),
    "avg_pool": (lambda rng: AvgPool(3, stride=2, padding=1, count_include_pad=False), (2, 3, 5, 6)),
    "lp_pool": (lambda rng: LpPool((2, 3), stride=1, p=3), (2, 3, 5, 6)),
    "weighted_pool": (lambda rng: WeightedPool((2, 3), stride=(1, 2), padding=1), (2, 3, 5, 6)),
    "adaptive_avg_pool": (lambda rng: AdaptiveAvgPool((2, 3)), (2, 3, 5, 7)),
    "adaptive_max_pool": (lambda rng: AdaptiveMaxPool(3), (2, 3, 5, 7)),
    "global_avg_pool": (lambda rng: GlobalAvgPool(), (2, 3, 5, 7)),
    "global_max_pool": (lambda rng: GlobalMaxPool(), (2, 3, 4, 2, 3)),
    "pad": (lambda rng: Pad(((2, 0), (1, 3)), mode="circular"), (2, 3, 4, 5)),
    "batch_norm": (lambda rng: BatchNorm(3, eps=0.1), (4, 3, 2, 3)),
    "batch_norm_of_rows": (lambda rng: BatchNorm(5, momentum=0.3), (4, 5)),
    "dropout": (lambda rng: Dropout(0.3, rng=rng), (4, 3, 5)),
    "flatten": (lambda rng: Flatten(), (2, 3, 4, 5)),
    "relu": (lambda rng: ReLU(), (2, 3, 4)),
    "leaky_relu": (lambda rng: LeakyReLU(0.2), (2, 3, 4)),
    "sigmoid": (lambda rng: Sigmoid(), (2, 3, 4)),
    "tanh": (lambda rng: Tanh(), (2, 3, 4)),
    "softmax": (lambda rng: Softmax(), (2, 3, 4)),
    "softmax_of_places": (lambda rng: Softmax(axis=2), (2, 3, 4)),
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
    y, state = layer.forward(x), dict(layer.state)
    dx = layer.backward(y)
    layer.forward(x[::-1] * 0.5, train=True)
    layer.state.update(state)
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
    assert repr(Conv(2, 4, kernel_size=(3, 3), bias=(2, np.int64(5)))) == (
        "Conv(2, 4, kernel_size=(3, 3), bias=(2, 5))"
    )
    assert repr(ConvTranspose(2, 4, kernel_size=3, output_padding=1, stride=2)) == (
        "ConvTranspose(2, 4, kernel_size=(3,), stride=2, output_padding=1)"
    )
    assert repr(Tiled(2, 4, tile=2, kernel_size=(3, 3))) == "Tiled(2, 4, tile=(2, 2), kernel_size=(3, 3))"
    assert repr(Local(2, 4, spatial=(7, 6), kernel_size=3)) == (
        "Local(2, 4, spatial=(7, 6), kernel_size=(3, 3))"
    )
    assert repr(WeightedPool((2, 3))) == "WeightedPool(kernel_size=(2, 3))"
    assert repr(AdaptiveAvgPool((2, 3))) == "AdaptiveAvgPool(output_size=(2, 3))"
    assert repr(GlobalMaxPool()) == "GlobalMaxPool()"
    assert repr(Pad(1)) == "Pad(padding=1)"
    assert repr(Pad(1, "reflect")) == "Pad(padding=1, mode='reflect')"
    assert repr(BatchNorm(3, eps=np.float64(0.1))) == "BatchNorm(3, eps=0.1)"
    assert repr(Dropout()) == "Dropout(0.5)"
    assert repr(Softmax()) == "Softmax()"
    assert repr(MaxUnpool(MaxPool(2))) == "MaxUnpool(MaxPool(kernel_size=2))"


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


def test_each_layer_is_its_function():
    """Options reach the function: every one here changes the answer."""
    rng = np.random.default_rng(3)
    x = rng.integers(-9, 10, (2, 4, 7, 6)).astype(float)

    def holds(layer, expected):
        np.testing.assert_array_equal(layer.forward(x), expected)

    up = dict(stride=(2, 3), padding=(1, 0), output_padding=(1, 2), dilation=(1, 2), groups=2)
    layer = ConvTranspose(4, 6, kernel_size=(3, 2), **up)
    assert layer.parameters["weight"].shape == (4, 3, 3, 2)
    holds(layer, conv_transpose_forward(x, **layer.parameters, **up))
    layer = Tiled(4, 3, tile=(2, 3), kernel_size=(3, 2), stride=(2, 1), padding=1)
    assert layer.parameters["weight"].shape == (3, 2, 3, 4, 3, 2)
    holds(layer, tiled_forward(x, **layer.parameters, stride=(2, 1), padding=1))
    layer = Local(4, 3, spatial=(7, 6), kernel_size=(3, 2), stride=(2, 1), padding="same")
    assert layer.parameters["weight"].shape == (3, 4, 6, 4, 3, 2)
    holds(layer, local_forward(x, **layer.parameters, stride=(2, 1), padding="same"))
    options = dict(stride=(1, 2), padding=1)
    holds(MaxPool(2, ceil_mode=True, **options), cnnlab.max_pool_forward(x, 2, ceil_mode=True, **options))
    holds(
        AvgPool(2, count_include_pad=False, dilation=2, **options),
        cnnlab.avg_pool_forward(x, 2, count_include_pad=False, dilation=2, **options),
    )
    holds(LpPool((2, 3), p=3, **options), lp_pool_forward(x, (2, 3), p=3, **options))
    layer = WeightedPool((2, 3), dilation=2, **options)
    np.testing.assert_allclose(layer.parameters["weight"], np.full((2, 3), 1 / 6), rtol=1e-7)
    layer.parameters["weight"] = rng.standard_normal((2, 3))
    holds(layer, weighted_pool_forward(x, layer.parameters["weight"], dilation=2, **options))
    holds(AdaptiveAvgPool((2, 4)), adaptive_avg_pool_forward(x, (2, 4)))
    holds(AdaptiveMaxPool((2, 4)), adaptive_max_pool_forward(x, (2, 4)))
    holds(GlobalAvgPool(), global_avg_pool_forward(x))
    holds(GlobalMaxPool(), global_max_pool_forward(x))
    holds(Pad((1, 2), "reflect"), pad_forward(x, (1, 2), "reflect"))
    holds(Softmax(axis=-1), cnnlab.softmax_forward(x, axis=-1))


def test_options_are_those_of_the_function():
    """What the function takes beside x the layer takes, the foremost by position too; nothing else."""
    assert list(inspect.signature(MaxPool).parameters) == [
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "ceil_mode",
    ]
    assert LeakyReLU().options == {"slope": 0.01}
    assert LeakyReLU(slope=0.2).options == LeakyReLU(0.2).options == {"slope": 0.2}
    with pytest.raises(TypeError, match="missing a required argument: 'kernel_size'"):
        MaxPool()
    with pytest.raises(TypeError, match="got an unexpected keyword argument 'size'"):
        MaxPool(2, size=3)
    with pytest.raises(TypeError, match="too many positional arguments"):
        ReLU(1)

    class Twice(ReLU):
        def forward(self, x, *, train=False):
            return 2 * super().forward(x)

    assert repr(Twice()) == "Twice()"
    np.testing.assert_array_equal(Twice().forward([-1, 3]), [0, 6])


def test_batch_normalisation_remembers_what_it_saw():
    rng = np.random.default_rng(4)
    batches, layer = rng.standard_normal((3, 4, 2, 5)) + 3, BatchNorm(2, momentum=0.3, dtype=np.float64)
    gamma, beta = rng.standard_normal(2), rng.standard_normal(2)
    layer.parameters.update(gamma=gamma, beta=beta)
    running, dy = None, rng.standard_normal((4, 2, 5))
    for x in batches:
        before = running
        y, running = batchnorm_forward(x, gamma, beta, running, train=True, momentum=0.3)
        np.testing.assert_array_equal(layer.forward(x, train=True), y)
        np.testing.assert_array_equal(
            layer.backward(dy), batchnorm_backward(dy, x, gamma, before, train=True)[0]
        )
    for key, value in zip(("mean", "variance"), running, strict=True):
        np.testing.assert_array_equal(layer.state[key], value)
    x = batches[0]
    y, _ = batchnorm_forward(x, gamma, beta, running, train=False)
    np.testing.assert_array_equal(layer.forward(x), y)
    gradients = layer.backward(dy), layer.gradients["gamma"], layer.gradients["beta"]
    for ours, theirs in zip(gradients, batchnorm_backward(dy, x, gamma, running, train=False), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(layer.state["mean"], running[0])  # looking changes nothing
    layer.forward(x * (1 + 1j), train=True)
    assert layer.state["mean"].dtype == np.float64
    narrow = BatchNorm(2)
    narrow.forward(x, train=True)
    assert {value.dtype for value in narrow.state.values()} == {np.dtype(np.float32)}


def test_dropout_drops_in_training_alone():
    layer, x = Dropout(0.25, rng=np.random.default_rng(5)), np.full((40, 50), 3.0)
    dy = np.arange(x.size, dtype=float).reshape(x.shape) + 1
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(dy), dy)
    assert not np.shares_memory(layer.forward(x), x)
    assert not np.shares_memory(layer.backward(dy), dy)
    y = layer.forward(x, train=True)
    assert abs((y == 0).mean() - 0.25) < 0.05
    np.testing.assert_array_equal(layer.backward(dy), np.where(y == 0, 0, dy / 0.75))
    assert (layer.forward(x, train=True) != y).any()
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(dy), dy)
    with pytest.raises(ValueError, match=r"dy has shape \(2,\), but the output of the forward pass"):
        layer.backward(np.ones(2))
    with pytest.raises(ValueError, match="p is 1, but the probability to drop"):
        Dropout(1)


@pytest.mark.parametrize("spatial", [(6,), (5, 6), (4, 3, 5)])
def test_what_was_pooled_goes_back_to_where_it_was(spatial):
    rng = np.random.default_rng(6)
    x = rng.permutation(2 * 3 * np.prod(spatial)).reshape(2, 3, *spatial) + 1.0
    pool = MaxPool(2, stride=1)
    unpool = MaxUnpool(pool)
    y = pool.forward(x)
    z = rng.integers(1, 10, y.shape).astype(float)
    back, expected = unpool.forward(z), np.zeros(x.shape)
    winners = max_pool_winners(x, 2, stride=1)
    for n, c in np.ndindex(2, 3):
        np.add.at(expected[n, c].reshape(-1), winners[n, c].reshape(-1), z[n, c].reshape(-1))
    np.testing.assert_array_equal(back, expected)
    dback = rng.integers(-9, 10, back.shape)
    assert np.sum(dback * back) == np.sum(unpool.backward(dback) * z)
    assert unpool.backward_parameters(dback) is None
    model = Sequential(pool, ReLU(), MaxUnpool(pool))
    assert check_layer(model, x * 0.1, rng).ok


def test_unpooling_needs_a_pooling():
    with pytest.raises(TypeError, match=r"MaxUnpool undoes a MaxPool, but was given ReLU\(\)"):
        MaxUnpool(ReLU())
    with pytest.raises(RuntimeError, match=r"MaxPool\(kernel_size=2\) was asked for backward before forward"):
        MaxUnpool(MaxPool(2)).forward(np.ones((1, 1, 2)))
    with pytest.raises(RuntimeError, match=r"MaxUnpool\(MaxPool\(kernel_size=2\)\) was asked for backward"):
        MaxUnpool(MaxPool(2)).backward(np.ones((1, 1, 2)))


def test_gradients_of_tiled_biases():
    """A bias is owed the sum over the places that use it, place j using j % t."""
    rng = np.random.default_rng(7)
    x = rng.standard_normal((2, 2, 7, 6))
    layers = (
        Conv(2, 3, kernel_size=(3, 2), bias=(2, 3), rng=rng),
        ConvTranspose(2, 3, kernel_size=(3, 2), bias=(2, 3), rng=rng),
        Tiled(2, 3, tile=(1, 2), kernel_size=(3, 2), bias=(2, 3), rng=rng),
        Local(2, 3, spatial=(7, 6), kernel_size=(3, 2), bias=(2, 3), rng=rng),
    )
    for layer in layers:
        assert layer.parameters["bias"].shape == (3, 2, 3)
        dy = rng.integers(-9, 10, layer.forward(x).shape)
        layer.backward(dy)
        dbias = np.zeros((3, 2, 3))
        for n, f, i, j in np.ndindex(*dy.shape):
            dbias[f, i % 2, j % 3] += dy[n, f, i, j]
        np.testing.assert_array_equal(layer.gradients["bias"], dbias)


@pytest.mark.parametrize(
    "make",
    [
        lambda rng, **k: Conv(3, 200, kernel_size=(5, 5), rng=rng, **k),
        lambda rng, **k: Dense(75, 200, rng=rng, **k),
        lambda rng, **k: ConvTranspose(3, 200, kernel_size=(5, 5), rng=rng, **k),
        lambda rng, **k: ConvTranspose(6, 200, kernel_size=(5, 5), groups=2, rng=rng, **k),
        lambda rng, **k: Tiled(3, 20, tile=(2, 4), kernel_size=(5, 5), rng=rng, **k),
        lambda rng, **k: Local(3, 20, spatial=(8, 7), kernel_size=5, rng=rng, **k),
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


def test_outputs_are_fresh(layer_and_input):
    layer, x = layer_and_input
    before = x.copy()
    for train in (False, True):
        y = layer.forward(x, train=train)
        dy = y.copy()
        dx = layer.backward(dy)
        for array in (y, dx, *layer.gradients.values()):
            for other in (x, dy, *layer.parameters.values(), *layer.state.values()):
                assert not np.shares_memory(array, other)
        np.testing.assert_array_equal(x, before)
        np.testing.assert_array_equal(dy, y)


def test_no_images(layer_and_input):
    layer, x = layer_and_input
    y = layer.forward(x[:0])
    assert y.shape == (0, *layer.forward(x).shape[1:])
    layer.forward(x[:0])
    assert layer.backward(y).shape == x[:0].shape
    for name, gradient in layer.gradients.items():
        assert gradient.shape == layer.parameters[name].shape
        assert not gradient.any()


def test_bad_sizes():
    with pytest.raises(ValueError, match="3 input channels cannot be cut into 2 group"):
        Conv(3, 4, kernel_size=3, groups=2)
    with pytest.raises(ValueError, match=r"kernel_size is \(3, 0\), but it must be at least 1"):
        Conv(3, 4, kernel_size=(3, 0))
    with pytest.raises(ValueError, match=r"shape is \(2, 0\), but it must be at least 1"):
        Dense(0, 2)
    with pytest.raises(ValueError, match="4 output channels cannot be cut into 3 group"):
        ConvTranspose(3, 4, kernel_size=3, groups=3)
    with pytest.raises(ValueError, match=r"bias is \(2, 3\): 2 entries for 1 spatial axes"):
        Conv(3, 4, kernel_size=3, bias=(2, 3))
    with pytest.raises(ValueError, match=r"bias is None, but it must be an int"):
        Conv(3, 4, kernel_size=3, bias=None)
    with pytest.raises(ValueError, match=r"tile is \(2, 3\): 2 entries for 1 spatial axes"):
        Tiled(3, 4, tile=(2, 3), kernel_size=3)
    with pytest.raises(ValueError, match=r"a kernel of size 5 .* but the padded input has 4"):
        Local(3, 4, spatial=(7, 4), kernel_size=5)
    with pytest.raises(ValueError, match="kernel_size is 0, but it must be at least 1"):
        WeightedPool(0)


def test_a_local_layer_takes_one_size():
    with pytest.raises(ValueError, match=r"kernels for \(5,\) places, but the output has \(7,\)"):
        Local(1, 2, spatial=7, kernel_size=3).forward(np.ones((1, 1, 9)))


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
