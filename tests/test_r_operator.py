"""Speeds of layers and of their gradients: exact differences of products, winners by loops, complex steps."""

import copy

import numpy as np
import pytest
from settings import draw
from test_layers import LAYERS, separated

from cnnlab import activations
from cnnlab.conv import conv_backward, conv_forward
from cnnlab.conv_transpose import conv_transpose_backward, conv_transpose_forward
from cnnlab.dense import dense_backward, dense_forward
from cnnlab.layers import (
    AdaptiveMaxPool,
    AvgPool,
    BatchNorm,
    Conv,
    Dropout,
    GlobalMaxPool,
    Layer,
    LpPool,
    MaxPool,
    MaxUnpool,
    Pad,
    ReLU,
    Softmax,
    Tanh,
    WeightedPool,
)
from cnnlab.local import local_backward, local_forward, tiled_backward, tiled_forward
from cnnlab.lp_pool import lp_pool_backward, lp_pool_forward
from cnnlab.model import Sequential
from cnnlab.norm import batchnorm_backward, batchnorm_forward
from cnnlab.pool import max_pool_backward
from cnnlab.r_curved import (
    lp_pool_backward_r,
    lp_pool_r,
    sigmoid_backward_r,
    softmax_backward_r,
    tanh_backward_r,
)
from cnnlab.r_norm import batchnorm_backward_r, batchnorm_r
from cnnlab.r_operator import conv_backward_r, conv_r, product_backward_r, product_r
from cnnlab.r_pool import pool_r
from cnnlab.unpool import max_pool_winners
from cnnlab.weighted_pool import weighted_pool_backward, weighted_pool_forward

STEP = 1e-30
MORE = {
    "max_pool_1d": (lambda rng: MaxPool(3, stride=2, padding=1), (2, 3, 9)),
    "max_pool_3d": (lambda rng: MaxPool((2, 3, 2), stride=1, dilation=(2, 1, 1)), (2, 2, 5, 4, 6)),
    "max_pool_of_padding": (lambda rng: MaxPool(4, stride=1, padding=2, dilation=3), (2, 2, 7, 8)),
    "avg_pool_3d": (lambda rng: AvgPool(2, ceil_mode=True), (2, 2, 5, 4, 3)),
    "lp_pool_1d": (lambda rng: LpPool(3, stride=2, padding=1, p=1.5), (2, 3, 9)),
    "lp_pool_of_sizes": (lambda rng: LpPool(2, p=1), (2, 3, 4, 5)),
    "lp_pool_3d": (lambda rng: LpPool(2, stride=1, dilation=2, ceil_mode=True), (2, 2, 4, 3, 5)),
    "weighted_pool_3d": (lambda rng: WeightedPool((2, 1, 2)), (2, 3, 4, 3, 5)),
    "adaptive_max_pool_more_than_there_are": (lambda rng: AdaptiveMaxPool(4), (2, 3, 3, 5)),
    "pad_reflect": (lambda rng: Pad(((2, 1),), mode="reflect"), (2, 3, 4)),
    "batch_norm_3d": (lambda rng: BatchNorm(2, eps=0.1), (3, 2, 2, 3, 2)),
    "softmax_of_maps": (lambda rng: Softmax(), (2, 4, 3, 2)),
}
ALL = LAYERS | MORE


def shake(rng, a):
    """Draw a direction, or a gradient, like an array."""
    return rng.standard_normal(np.shape(a))


def close(found, expected, name=""):
    """Hold that arrays agree as well as double precision lets them."""
    scale = max(1, np.abs(expected).max(initial=0))
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-13 * scale, err_msg=name)


class Moving:
    """A layer at a point, and a direction in which everything there moves."""

    def __init__(self, name, train, seed=3):
        make, shape = ALL[name]
        rng = np.random.default_rng(seed)
        self.layer, self.x = make(rng), separated(rng, shape)
        for key, parameter in self.layer.parameters.items():
            self.layer.parameters[key] = separated(rng, parameter.shape)
        self.train, self.rx = train, shake(rng, self.x)
        self.rparameters = {key: shake(rng, a) for key, a in self.layer.parameters.items()}
        twin = copy.deepcopy(self.layer)
        y = twin.forward(self.x, train=train)
        self.dy, self.rdy = shake(rng, y), shake(rng, y)

    def at(self, step):
        """Go both ways with a copy at a point further on: y, dx and all other gradients."""
        layer = copy.deepcopy(self.layer)
        for key, speed in self.rparameters.items():
            layer.parameters[key] = layer.parameters[key] + step * speed
        y = layer.forward(self.x + step * self.rx, train=self.train)
        dx = layer.backward(self.dy + step * self.rdy)
        return {"y": y, "dx": dx} | dict(layer.gradients)

    def speeds(self):
        """What the layer says."""
        layer = copy.deepcopy(self.layer)
        layer.forward(self.x, train=self.train)
        ry = layer.forward_r(self.rx, self.rparameters)
        rdx = layer.backward_r(self.dy, self.rdy)
        return {"y": ry, "dx": rdx} | dict(layer.r_gradients)


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("name", ALL)
def test_speeds_of_a_layer_are_those_of_a_complex_step(name, train):
    moving = Moving(name, train)
    expected, found = moving.at(1j * STEP), moving.speeds()
    assert found.keys() == expected.keys() == {"y", "dx"} | moving.layer.parameters.keys()
    for what, array in found.items():
        assert array.dtype == np.float64
        close(array, expected[what].imag / STEP, what)


@pytest.mark.parametrize("name", ALL)
def test_speeds_of_a_layer_are_those_of_a_small_step(name):
    """Real numbers alone, as the complex step and some layers' R share the passage of complex ones."""
    moving, h = Moving(name, train=True), 1e-5
    ahead, behind = moving.at(h), moving.at(-h)
    for what, array in moving.speeds().items():
        slope = (ahead[what] - behind[what]) / (2 * h)
        assert np.abs(array - slope).max() < 1e-7 * max(1, np.abs(slope).max()), what


@pytest.mark.parametrize("name", ALL)
def test_an_input_that_is_data(name):
    """It neither moves nor is owed anything; what the parameters are owed moves all the same."""
    moving = Moving(name, train=True)
    layer = moving.layer
    if layer.parameters:
        moving.rx = np.zeros_like(moving.x)
        expected = moving.at(1j * STEP)
        layer.forward(moving.x, train=True)
        close(layer.forward_r(None, moving.rparameters), expected["y"].imag / STEP)
        for dy in [moving.dy] if layer.needs_dy else [moving.dy, None]:
            assert layer.backward_r(dy, moving.rdy) is None
            for key, array in layer.r_gradients.items():
                close(array, expected[key].imag / STEP, key)


@pytest.mark.parametrize("name", ALL)
def test_backward_to_the_input_alone(name):
    moving = Moving(name, train=True)
    moving.layer.forward(moving.x, train=True)
    found = moving.layer.backward_input(moving.dy)
    np.testing.assert_allclose(found, moving.layer.backward(moving.dy), rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", ALL)
def test_float32_stays_and_results_are_fresh(name):
    moving = Moving(name, train=True)
    single = Moving(name, train=True)
    for thing in ("x", "rx", "dy", "rdy"):
        array = getattr(single, thing).astype(np.float32)
        array.flags.writeable = False
        setattr(single, thing, array)
    for arrays in (single.layer.parameters, single.rparameters, single.layer.state):
        arrays.update({key: a.astype(np.float32) for key, a in arrays.items()})
    given = [single.x, single.rx, single.dy, single.rdy, *single.rparameters.values()]
    exact = moving.speeds()
    for what, array in single.speeds().items():
        assert array.dtype == np.float32, what
        assert np.abs(array - exact[what]).max() < 2e-4 * max(1, np.abs(exact[what]).max()), what
        assert not any(np.shares_memory(array, a) for a in given), what


@pytest.mark.parametrize("name", ALL)
def test_no_images(name):
    moving = Moving(name, train=False)
    moving.x, moving.rx = moving.x[:0], moving.rx[:0]
    moving.dy, moving.rdy = moving.dy[:0], moving.rdy[:0]
    expected = moving.at(0)
    for what, array in moving.speeds().items():
        assert array.shape == expected[what].shape
        assert not array.any()


def test_speeds_come_after_a_forward():
    with pytest.raises(RuntimeError, match=r"MaxPool\(kernel_size=2\) was asked for backward before forward"):
        MaxPool(2).forward_r(np.ones((1, 1, 2)), {})
    layer = Conv(1, 1, kernel_size=1, bias=False)
    for _ in range(2):
        layer.forward(np.ones((1, 1, 2)))
        with pytest.raises(RuntimeError, match=r"Conv\(1, 1, .*\) was asked for backward_r before forward_r"):
            layer.backward_r(None, np.ones((1, 1, 2)))
        layer.forward_r(None, layer.parameters)
        layer.backward_r(None, np.ones((1, 1, 2)))
    with pytest.raises(RuntimeError, match="before forward"):
        Conv(1, 1, kernel_size=1, bias=False).forward_r(None, {"weight": np.ones((1, 1, 1))})
    for ask in (lambda layer: layer.forward_r(None, {}), lambda layer: layer.backward_r(None, None)):
        with pytest.raises(NotImplementedError):
            ask(Layer())


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(layer, (1, 2, 4)) for layer in (MaxPool(2), Pad(1), LpPool(2), ReLU(), Dropout(0.5))],
)
def test_a_speed_has_the_shape_of_what_moves(layer, shape):
    layer.forward(np.ones(shape))
    with pytest.raises(
        ValueError, match=r"rx has shape \(1, 2, 5\), but x, whose speed it is, has \(1, 2, 4\)"
    ):
        layer.forward_r(np.ones((1, 2, 5)), {})


def test_dropout_and_unpooling_keep_what_the_last_forward_has_drawn():
    rng = np.random.default_rng(5)
    x, rx = separated(rng, (2, 3, 6)), rng.standard_normal((2, 3, 6))
    layer = Dropout(0.5, rng=rng)
    y = layer.forward(x, train=True)
    np.testing.assert_array_equal(layer.forward_r(rx, {}) != 0, y != 0)
    pool = MaxPool(2)
    unpool = MaxUnpool(pool)
    y = pool.forward(x)
    unpool.forward(y)
    np.testing.assert_array_equal(unpool.forward_r(2 * y, {}), 2 * unpool.forward(y))
    np.testing.assert_array_equal(unpool.backward_r(x, rx), unpool.backward(rx))


def test_winners_are_those_of_the_last_forward():
    layer, rx = MaxPool(2), np.array([[[1.0, 10, 100, 1000]]])
    layer.forward(np.array([[[1.0, 0, 3, 2]]]))
    np.testing.assert_array_equal(layer.forward_r(rx, {}), [[[1, 100]]])
    layer.forward(np.array([[[0.0, 1, 2, 3]]]))
    np.testing.assert_array_equal(layer.forward_r(rx, {}), [[[10, 1000]]])
    np.testing.assert_array_equal(layer.backward_r(None, np.array([[[5.0, 6]]])), [[[0, 5, 0, 6]]])


# A product's speed is half the difference of the products one step ahead and one behind: exactly, whatever
# the step, for what is left over is of third order, and there is none.
PRODUCTS = {
    "conv": (conv_forward, conv_backward),
    "conv_transpose": (conv_transpose_forward, conv_transpose_backward),
    "tiled": (tiled_forward, tiled_backward),
    "local": (local_forward, local_backward),
    "weighted_pool": (
        lambda x, weight, bias, **options: weighted_pool_forward(x, weight, **options),
        weighted_pool_backward,
    ),
    "dense": (dense_forward, dense_backward),
}
SETTINGS = [(kind, number, axes) for kind in PRODUCTS for axes in (1, 2, 3, 4) for number in range(8)]


def dense(rng):
    """A dense layer's arrays."""
    return dict(x=rng.integers(-4, 5, (3, 5)), weight=rng.integers(-4, 5, (4, 5)), bias=np.zeros(4))


@pytest.mark.parametrize(("kind", "number", "axes"), SETTINGS)
def test_products_exactly(kind, number, axes):
    rng = np.random.default_rng([number, axes])
    if kind == "dense":
        inputs, options = dense(rng), {}
    else:
        inputs, options, _ = draw(kind, number, axes)
    x, weight, *bias = inputs.values()
    bias = bias[0] if bias else None
    forward, backward = PRODUCTS[kind]
    options_back = options | ({"bias_shape": bias.shape} if kind in ("tiled", "local") else {})

    def go(x, weight, bias):
        return forward(x, weight, bias, **options)

    def back(dy, x, weight):
        return backward(dy, x, weight, **options_back)

    def draw_like(a):
        return None if a is None else rng.integers(-4, 5, np.shape(a)).astype(float)

    rx, rweight, rbias = draw_like(x), draw_like(weight), draw_like(bias)
    y = go(x, weight, bias)
    dy, rdy = draw_like(y), draw_like(y)

    def both(s):
        moved = go(x + s * rx, weight + s * rweight, None if bias is None else bias + s * rbias)
        return moved, *back(dy + s * rdy, x + s * rx, weight + s * rweight)

    expected = [(ahead - behind) / 2 for ahead, behind in zip(both(1), both(-1), strict=True)]
    found = (
        product_r(go, x, rx, weight, rweight, rbias),
        *product_backward_r(back, dy, rdy, x, rx, weight, rweight),
    )
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    if kind == "conv":
        found = (
            conv_r(x, rx, weight, rweight, rbias, **options),
            *conv_backward_r(dy, rdy, x, rx, weight, rweight, **options),
        )
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
        still = np.zeros(x.shape)
        np.testing.assert_array_equal(
            conv_r(x, None, weight, rweight, **options), conv_r(x, still, weight, rweight, **options)
        )
        for a, b in zip(
            conv_backward_r(dy, rdy, x, None, weight, rweight, **options),
            conv_backward_r(dy, rdy, x, still, weight, rweight, **options),
            strict=True,
        ):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
@pytest.mark.parametrize("number", range(12))
def test_the_winner_says_how_the_largest_moves(number, axes):
    inputs, options, rng = draw("max_pool", number, axes)
    x = inputs["x"]
    rx = rng.integers(-9, 10, x.shape).astype(float)
    winners = max_pool_winners(x, **options)
    expected = np.zeros(winners.shape)
    for n, c in np.ndindex(*x.shape[:2]):
        for place in np.ndindex(*winners.shape[2:]):
            who = winners[(n, c, *place)]
            expected[(n, c, *place)] = rx[n, c].reshape(-1)[who] if who >= 0 else 0
    ry = pool_r(x, rx, **options)
    np.testing.assert_array_equal(ry, expected)
    dy = rng.integers(-9, 10, ry.shape).astype(float)
    assert np.sum(ry * dy) == np.sum(rx * max_pool_backward(dy, x, **options))
    layer = MaxPool(**options)
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward_input(dy), max_pool_backward(dy, x, **options))


LAYOUTS = {
    "Fortran's order": np.asfortranarray,
    "backwards": lambda a: a[::-1].copy()[::-1],
    "every second entry": lambda a: np.repeat(a, 2, -1)[..., ::2],
    "images last": lambda a: np.moveaxis(np.moveaxis(a, 0, -1).copy(), -1, 0),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout):
    rng, lay = np.random.default_rng(8), LAYOUTS[layout]
    x, rx = rng.integers(-9, 10, (2, 2, 4, 7, 6)).astype(float)
    weight, rweight = rng.integers(-9, 10, (2, 3, 4, 3, 2)).astype(float)
    dy, rdy = rng.integers(-9, 10, (2, 2, 3, 5, 5)).astype(float)
    for call, arrays in [
        (conv_r, (x, rx, weight, rweight)),
        (conv_backward_r, (dy, rdy, x, rx, weight, rweight)),
        (lambda *a: pool_r(*a, 2), (x, rx)),
        (lambda *a: lp_pool_r(*a, 2), (x, rx)),
        (softmax_backward_r, (x, rx, rx, x)),
    ]:
        before = [a.copy() for a in arrays]
        expected, found = call(*arrays), call(*map(lay, arrays))
        for a, b in zip(*((r if isinstance(r, tuple) else (r,)) for r in (found, expected)), strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-13)
            assert not any(np.shares_memory(a, given) for given in arrays)
        for a, b in zip(arrays, before, strict=True):
            np.testing.assert_array_equal(a, b)


def test_integers_become_float64_and_the_wider_dtype_wins():
    x, rx = np.array([[[1, 3, 2, 0]]]), np.array([[[5, -1, 0, 7]]])
    assert pool_r(x, rx, 2).dtype == lp_pool_r(x, rx, 2).dtype == np.float64
    assert pool_r(x.astype(np.float32), rx.astype(np.float32), 2).dtype == np.float32
    assert pool_r(x.astype(np.float32), rx, 2).dtype == np.float64
    weight = np.ones((1, 1, 2), np.float32)
    assert conv_r(x.astype(np.float32), None, weight, weight).dtype == np.float32
    assert conv_r(x, rx, weight, weight).dtype == np.float64


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softmax"])
@pytest.mark.parametrize("shape", [(4, 5), (2, 4, 3), (2, 3, 2, 4)])
def test_slopes_that_bend(name, shape):
    rng = np.random.default_rng(9)
    dy, rdy, x, rx = rng.standard_normal((4, *shape)) * 3
    backward = getattr(activations, f"{name}_backward")
    backward_r = dict(sigmoid=sigmoid_backward_r, tanh=tanh_backward_r, softmax=softmax_backward_r)[name]
    close(backward_r(dy, rdy, x, rx), backward(dy + 1j * STEP * rdy, x + 1j * STEP * rx).imag / STEP)
    if name == "softmax":
        for axis in range(x.ndim):
            found = softmax_backward_r(dy, rdy, x, rx, axis=axis)
            expected = backward(dy + 1j * STEP * rdy, x + 1j * STEP * rx, axis=axis).imag / STEP
            close(found, expected)
            close(found.sum(axis=axis), 0)


def test_where_a_unit_is_sure_nothing_bends():
    one = np.ones(2)
    for backward_r in (sigmoid_backward_r, tanh_backward_r):
        np.testing.assert_array_equal(backward_r(one, one, np.array([-800.0, 800.0]), one), [0, 0])


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("shape", [(5, 3), (4, 3, 5), (2, 3, 4, 3)])
def test_batch_norm_by_complex_steps(shape, train):
    rng = np.random.default_rng(10)
    dy, rdy, x, rx = rng.standard_normal((4, *shape))
    gamma, rgamma, beta, rbeta = rng.standard_normal((4, 3))
    running = rng.standard_normal(3), rng.uniform(1, 2, 3)
    way, up = dict(train=train, eps=0.1), 1j * STEP
    y, _ = batchnorm_forward(x + up * rx, gamma + up * rgamma, beta + up * rbeta, running, **way)
    close(batchnorm_r(x, rx, gamma, rgamma, rbeta, running, **way), y.imag / STEP)
    gradients = batchnorm_backward(dy + up * rdy, x + up * rx, gamma + up * rgamma, running, **way)
    found = batchnorm_backward_r(dy, rdy, x, rx, gamma, rgamma, running, **way)
    for a, b in zip(found, gradients, strict=True):
        close(a, b.imag / STEP)
    still = batchnorm_backward_r(dy, rdy, x, 0 * x, gamma, rgamma, running, **way)
    for a, b in zip(
        batchnorm_backward_r(dy, rdy, x, None, gamma, rgamma, running, **way), still, strict=True
    ):
        close(a, b)
    close(
        batchnorm_r(x, None, gamma, rgamma, rbeta, running, **way),
        batchnorm_r(x, 0 * x, gamma, rgamma, rbeta, running, **way),
    )


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("wide", ["dy", "rdy", "x", "rx", "gamma", "rgamma"])
def test_batch_norm_of_mixed_dtypes(wide, train):
    rng = np.random.default_rng(14)
    shapes = dict.fromkeys(["dy", "rdy", "x", "rx"], (4, 3, 5)) | dict.fromkeys(["gamma", "rgamma"], (3,))
    arrays = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    arrays[wide] = arrays[wide].astype(np.float64)
    exact = batchnorm_backward_r(*(a.astype(np.float64) for a in arrays.values()), None, train=train)
    found = batchnorm_backward_r(*arrays.values(), None, train=train)
    assert found[0].dtype == np.float64
    close(found[0], exact[0])
    close(found[1], exact[1])


@pytest.mark.parametrize("p", [1, 1.5, 2, 3, 4.5])
@pytest.mark.parametrize("number", range(6))
def test_lp_pool_by_complex_steps(number, p):
    inputs, options, rng = draw("lp_pool", number)
    options = options | dict(p=p)
    x = inputs["x"] * rng.choice([-1, 1], inputs["x"].shape)
    rx = rng.standard_normal(x.shape)
    y = lp_pool_forward(x + 1j * STEP * rx, **options)
    close(lp_pool_r(x, rx, **options), y.imag / STEP)
    dy, rdy = rng.standard_normal((2, *y.shape))
    dx = lp_pool_backward(dy + 1j * STEP * rdy, x + 1j * STEP * rx, **options)
    close(lp_pool_backward_r(dy, rdy, x, rx, **options), dx.imag / STEP)


def test_lp_pool_of_zeros():
    """Among others a zero turns the window, for p = 2; alone, or under p < 2, it has no slope."""
    x, rx = np.array([[[0.0, 4, 0, 0]]]), np.array([[[1.0, 0, 5, 7]]])
    dy, rdy = np.array([[[2.0, 3]]]), np.zeros((1, 1, 2))
    np.testing.assert_array_equal(lp_pool_r(x, rx, 2), [[[0, 0]]])
    np.testing.assert_array_equal(lp_pool_backward_r(dy, rdy, x, rx, 2), [[[2 / 4, 0, 0, 0]]])
    for p in (1, 1.5, 3):
        np.testing.assert_array_equal(lp_pool_backward_r(dy, rdy, x, rx, 2, p=p), np.zeros((1, 1, 4)))
    h = 1e-6
    slope = lp_pool_backward(dy, x + h * rx, 2) - lp_pool_backward(dy, x - h * rx, 2)
    assert slope[0, 0, 0] / (2 * h) == pytest.approx(2 / 4)


def test_ties_and_kinks_go_with_the_gradient():
    """At 0 a relu has slope 0; of equal entries the first has won."""
    layer = ReLU()
    layer.forward(np.array([[[-1.0, 0, 2]]]))
    np.testing.assert_array_equal(layer.forward_r(np.array([[[3.0, 4, 5]]]), {}), [[[0, 0, 5]]])
    for layer in (MaxPool((2, 2)), AdaptiveMaxPool(1), GlobalMaxPool()):
        layer.forward(np.ones((1, 1, 2, 2)))
        assert layer.forward_r(np.array([[[[1.0, 10], [100, 1000]]]]), {}).item() == 1


def test_wrong_speeds_are_told():
    x, weight, dy = np.ones((2, 3, 5)), np.ones((4, 3, 2)), np.ones((2, 4, 4))
    with pytest.raises(
        ValueError, match=r"rx has shape \(2, 3, 4\), but x, whose speed it is, has \(2, 3, 5\)"
    ):
        conv_r(x, x[..., 1:], weight, weight)
    with pytest.raises(ValueError, match=r"rweight has shape \(4, 3, 1\), but weight, whose speed it is"):
        conv_r(x, x, weight, weight[..., 1:])
    with pytest.raises(ValueError, match=r"bias has shape \(3,\)"):
        conv_r(x, x, weight, weight, np.ones(3))
    with pytest.raises(
        ValueError, match=r"rdy has shape \(1, 4, 4\), but dy, whose speed it is, has \(2, 4, 4\)"
    ):
        conv_backward_r(dy, dy[:1], x, x, weight, weight)
    with pytest.raises(ValueError, match="rweight has shape"):
        conv_backward_r(dy, dy, x, x, weight, weight[:1])
    with pytest.raises(ValueError, match="rx has shape"):
        conv_backward_r(dy, dy, x, x[:1], weight, weight)
    with pytest.raises(TypeError, match="rx must be an array of numbers"):
        pool_r(x, None, 2)
    with pytest.raises(ValueError, match="rx has shape"):
        pool_r(x, x[:1], 2)
    with pytest.raises(ValueError, match="rx has shape"):
        lp_pool_r(x, x[:1], 2)
    with pytest.raises(ValueError, match="dy has shape"):
        lp_pool_backward_r(dy, dy, x, x, 2)
    with pytest.raises(ValueError, match="rdy has shape"):
        lp_pool_backward_r(x[..., :2], dy, x, x, 2)
    for backward_r in (sigmoid_backward_r, tanh_backward_r, softmax_backward_r):
        with pytest.raises(ValueError, match="dy has shape"):
            backward_r(x[:1], x, x, x)
        with pytest.raises(ValueError, match="rdy has shape"):
            backward_r(x, x[:1], x, x)
        with pytest.raises(ValueError, match="rx has shape"):
            backward_r(x, x, x, x[:1])
    one = np.ones(3)
    with pytest.raises(ValueError, match="rgamma has shape"):
        batchnorm_r(x, x, one, one[:2], one, None, train=True)
    with pytest.raises(ValueError, match=r"beta has shape \(2,\)"):
        batchnorm_r(x, x, one, one, one[:2], None, train=True)
    with pytest.raises(ValueError, match="rx has shape"):
        batchnorm_backward_r(x, x, x, x[:1], one, one, None, train=True)


def network(rng):
    """Layers of all kinds, a network among them; the first two learn nothing."""
    return Sequential(
        Pad(1, mode="circular"),
        Tanh(),
        Conv(2, 4, kernel_size=(3, 3), rng=rng, dtype=np.float64),
        Sequential(BatchNorm(4, dtype=np.float64), Tanh(), MaxPool(2)),
        Conv(4, 3, kernel_size=(2, 2), rng=rng, dtype=np.float64),
        Softmax(),
    )


@pytest.mark.parametrize("data", [False, True])
def test_speeds_of_a_network(data):
    rng = np.random.default_rng(11)
    model, x = network(rng), rng.standard_normal((3, 2, 6, 5))
    rx = None if data else shake(rng, x)
    rparameters = {key: shake(rng, a) for key, a in model.parameters.items()}
    dy, rdy = rng.standard_normal((2, 3, 3, 2, 1))
    stepped = copy.deepcopy(model)
    for key, speed in rparameters.items():
        stepped.parameters[key] = model.parameters[key] + 1j * STEP * speed
    y = stepped.forward(x if data else x + 1j * STEP * rx, train=True)
    dx = stepped.backward(dy + 1j * STEP * rdy)
    model.forward(x, train=True)
    for _ in range(2):  # what was remembered of dy is right as well
        close(model.forward_r(rx, rparameters), y.imag / STEP)
        rdx = model.backward_r(dy, rdy)
        assert model.r_gradients.keys() == model.parameters.keys()
        for key, array in model.r_gradients.items():
            close(array, stepped.gradients[key].imag / STEP, key)
        if data:
            assert rdx is None
        else:
            close(rdx, dx.imag / STEP)


def test_a_network_forgets_what_it_has_passed_back():
    """Another dy, another batch, and then data that moves: nothing is left of what was remembered."""
    rng = np.random.default_rng(12)
    model = network(rng)
    rparameters = {key: shake(rng, a) for key, a in model.parameters.items()}
    dy, rdy = rng.standard_normal((2, 3, 3, 2, 1))
    x, other = rng.standard_normal((2, 3, 2, 6, 5))

    def fresh(x, rx, dy):
        twin = copy.deepcopy(model)
        twin.forward(x, train=True)
        twin.forward_r(rx, rparameters)
        rdx = twin.backward_r(dy, rdy)
        return rdx, dict(twin.r_gradients)

    last = None
    for point, rx, upstream in [
        (x, None, dy),
        (x, other, dy),
        (x, other, rdy),
        (other, x, rdy),
        (other, None, dy),
        (x, None, dy),
    ]:
        expected_dx, expected = fresh(point, rx, upstream)
        if point is not last:
            model.forward(point, train=True)
        last = point
        model.forward_r(rx, rparameters)
        rdx = model.backward_r(upstream, rdy)
        assert (rdx is None) == (expected_dx is None)
        if rdx is not None:
            close(rdx, expected_dx)
        for key, array in expected.items():
            close(model.r_gradients[key], array, key)
    np.testing.assert_allclose(model.backward_input(dy), model.backward(dy), rtol=0, atol=1e-14)


@pytest.mark.parametrize(("between", "times"), [(ReLU, 0), (Tanh, 1)])
def test_dy_goes_no_further_than_it_is_needed_and_only_once(between, times):
    """Where nothing bends before the second convolution, and the input is data, nobody asks for its dx."""
    calls = []

    class Counting(Conv):
        def backward_input(self, dy):
            calls.append(self)
            return super().backward_input(dy)

    rng = np.random.default_rng(13)
    first, second = (Counting(2, 2, kernel_size=2, rng=rng, dtype=np.float64) for _ in range(2))
    model, x = Sequential(first, between(), MaxPool(2), second, Tanh()), rng.standard_normal((3, 2, 8))
    dy = rng.standard_normal(model.forward(x).shape)
    for _ in range(3):
        rparameters = {key: shake(rng, a) for key, a in model.parameters.items()}
        model.forward_r(None, rparameters)
        model.backward_r(dy, shake(rng, dy))
    assert (
        sum(layer in (first, second) for layer in calls) == times
    )  # others are twins, for a product's factors
