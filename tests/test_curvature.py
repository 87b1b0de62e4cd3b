"""Curvature against whole Hessians made of complex steps, quadratics, Jacobians, and PyTorch where it is."""

import copy
from functools import partial

import numpy as np
import pytest

from cnnlab.curvature import Curvature, gauss_newton_vector_product, hessian_vector_product
from cnnlab.curvature.vectors import pack, unpack
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
    GlobalAvgPool,
    GlobalMaxPool,
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
from cnnlab.losses import mse, softmax_cross_entropy
from cnnlab.model import Sequential

STEP = 1e-30
WIDE = dict(dtype=np.float64)


def textbook(rng):
    """A convolution, tanh and a dense layer, before a softmax."""
    return Sequential(
        Conv(2, 3, kernel_size=3, rng=rng, **WIDE), Tanh(), Flatten(), Dense(12, 4, rng=rng, **WIDE)
    )


def sound(rng):
    """One dimension: strides, groups, a tiled bias, two ways to pool, what overlaps."""
    return Sequential(
        Pad(((1, 2),), mode="reflect"),
        Conv(2, 4, kernel_size=3, stride=2, groups=2, bias=2, rng=rng, **WIDE),
        Sigmoid(),
        MaxPool(3, stride=2, padding=1),
        ConvTranspose(4, 2, kernel_size=3, stride=2, output_padding=1, rng=rng, **WIDE),
        LeakyReLU(0.2),
        WeightedPool(2, stride=1, **WIDE),
        LpPool(2, stride=1),
        Tiled(2, 3, tile=2, kernel_size=2, rng=rng, **WIDE),
        GlobalAvgPool(),
    )


def picture(rng):
    """Two dimensions: batch normalisation, a network inside, a way back up, bins."""
    pool = MaxPool((2, 2))
    return Sequential(
        Tanh(),
        BatchNorm(2, **WIDE),
        Sequential(Conv(2, 3, kernel_size=(3, 2), dilation=(1, 2), padding="same", rng=rng, **WIDE), Tanh()),
        pool,
        Sigmoid(),
        MaxUnpool(pool),
        BatchNorm(3, **WIDE),
        Local(3, 2, spatial=(6, 4), kernel_size=(3, 2), bias=(4, 3), rng=rng, **WIDE),
        Softmax(),
        AdaptiveAvgPool((3, 2)),
        AdaptiveMaxPool((2, 1)),
        Flatten(),
        Dense(4, 3, rng=rng, **WIDE),
    )


def volume(rng):
    """Three dimensions, dropout among them."""
    return Sequential(
        Conv(1, 2, kernel_size=(2, 3, 2), padding=1, bias=False, rng=rng, **WIDE),
        Dropout(0.3, rng=np.random.default_rng(4)),
        AvgPool((2, 1, 2)),
        ReLU(),
        Conv(2, 3, kernel_size=(1, 2, 1), rng=rng, **WIDE),
        GlobalMaxPool(),
    )


NETWORKS = {
    "textbook": (textbook, (5, 2, 6), 4),
    "sound": (sound, (4, 2, 11), 3),
    "picture": (picture, (4, 2, 6, 4), 3),
    "volume": (volume, (3, 1, 4, 5, 4), 3),
}
CASES = [
    (name, loss, train) for name in NETWORKS for loss in ("cross-entropy", "mse") for train in (False, True)
]
everywhere = pytest.mark.parametrize(("name", "loss", "train"), CASES)


def make(name, loss, seed=0):
    """Make a network, a loss and a batch."""
    build, shape, outputs = NETWORKS[name]
    rng = np.random.default_rng(seed)
    model, x = build(rng), rng.standard_normal(shape)
    for key in model.parameters:
        if "bias" in key or "beta" in key:
            model.parameters[key] = rng.standard_normal(model.parameters[key].shape)
    for key in model.state:
        model.state[key] = rng.uniform(0.5, 2, model.state[key].shape)
    if loss == "mse":
        return model, mse, (x, rng.standard_normal((shape[0], outputs)))
    return model, softmax_cross_entropy, (x, rng.integers(0, outputs, shape[0]))


def gradient_at(model, loss, batch, train, v, step):
    """The gradient a step along v further on, of a copy."""
    twin = copy.deepcopy(model)
    for key, a in v.items():
        twin.parameters[key] = model.parameters[key] + step * a
    scores = twin.forward(batch[0], train=train)
    twin.backward(loss(scores, batch[1])[1])
    return {key: twin.gradients[key] for key in v}


def direction(model, rng):
    """Draw a direction."""
    return {key: rng.standard_normal(a.shape) for key, a in model.parameters.items()}


def dot(u, v):
    """Sum over all entries of two dicts."""
    return sum(np.sum(u[key] * v[key]) for key in u)


def close(found, expected, tolerance=1e-12):
    """Hold that two dicts of arrays agree, relative to the largest entry."""
    assert list(found) == list(expected)
    scale = max(np.abs(a).max(initial=0) for a in expected.values())
    for key, a in expected.items():
        np.testing.assert_allclose(found[key], a, rtol=0, atol=tolerance * scale, err_msg=key)


def matrix(product, like):
    """Write a matrix down, from its products."""
    n = len(pack(like))
    return np.transpose([pack(product(unpack(row, like))) for row in np.eye(n)])


@everywhere
def test_hessian_is_how_the_gradient_changes(name, loss, train):
    model, loss, batch = make(name, loss)
    v = direction(model, np.random.default_rng(1))
    stepped = gradient_at(model, loss, batch, train, v, 1j * STEP)
    expected = {key: a.imag / STEP for key, a in stepped.items()}
    found = hessian_vector_product(model, loss, batch, v, train=train)
    close(found, expected)
    h = 1e-5
    ahead, behind = (gradient_at(model, loss, batch, train, v, s) for s in (h, -h))
    close(found, {key: (ahead[key] - behind[key]) / (2 * h) for key in v}, tolerance=1e-6)


@everywhere
def test_loss_and_gradient_are_the_networks_own(name, loss, train):
    model, loss, batch = make(name, loss)
    curvature = Curvature(model, loss, batch, train=train)
    twin = copy.deepcopy(model)
    value, dscores = loss(twin.forward(batch[0], train=train), batch[1])
    twin.backward(dscores)
    assert curvature.loss == value
    close(curvature.gradient, {key: twin.gradients[key] for key in model.parameters}, tolerance=1e-14)


@everywhere
def test_both_matrices_are_symmetric(name, loss, train):
    curvature = Curvature(*make(name, loss), train=train)
    rng = np.random.default_rng(2)
    u, v = direction(curvature.model, rng), direction(curvature.model, rng)
    for product in (curvature.hessian, curvature.gauss_newton):
        there, back = dot(u, product(v)), dot(v, product(u))
        assert there == pytest.approx(back, rel=1e-11, abs=1e-12 * np.sqrt(dot(u, u) * dot(v, v)))


def jacobian_product(model, batch, train, v):
    """J v, by a complex step of the scores."""
    twin = copy.deepcopy(model)
    for key, a in v.items():
        twin.parameters[key] = model.parameters[key] + 1j * STEP * a
    return twin.forward(batch[0], train=train).imag / STEP


@everywhere
def test_gauss_newton_by_its_definition(name, loss, train):
    """u' G v = (J u)' H (J v), H by the second derivatives of the losses."""
    model, loss_, batch = make(name, loss)
    curvature = Curvature(model, loss_, batch, train=train)
    rng = np.random.default_rng(3)
    u, v = direction(model, rng), direction(model, rng)
    Ju, Jv = (jacobian_product(model, batch, train, w) for w in (u, v))
    if loss == "mse":
        expected = np.sum(Ju * Jv) / len(Ju)
    else:
        scores = copy.deepcopy(model).forward(batch[0], train=train)
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        expected = sum(
            a @ (np.diag(q) - np.outer(q, q)) @ b for a, q, b in zip(Ju, p, Jv, strict=True)
        ) / len(p)
    assert dot(u, curvature.gauss_newton(v)) == pytest.approx(expected, rel=1e-11)


@everywhere
def test_whole_matrices(name, loss, train):
    """Of a Gauss-Newton matrix no eigenvalue is negative; of these Hessians some are."""
    curvature = Curvature(*make(name, loss), train=train)
    G = matrix(curvature.gauss_newton, curvature.parameters)
    H = matrix(curvature.hessian, curvature.parameters)
    for A in (G, H):
        np.testing.assert_allclose(A, A.T, rtol=0, atol=1e-12 * np.abs(A).max())
    least, *_, most = np.linalg.eigvalsh((G + G.T) / 2)
    assert least > -1e-12 * most
    values = np.linalg.eigvalsh((H + H.T) / 2)
    assert values[0] < -1e-4 * values[-1]
    assert np.abs(G - H).max() > 1e-3 * np.abs(H).max()


def test_textbook_hessian_entry_by_entry():
    model, loss, batch = make("textbook", "cross-entropy")
    H = matrix(Curvature(model, loss, batch).hessian, dict(model.parameters))
    for i, row in enumerate(np.eye(len(H))):
        v = unpack(row, dict(model.parameters))
        stepped = pack(gradient_at(model, loss, batch, False, v, 1j * STEP)).imag / STEP
        np.testing.assert_allclose(H[:, i], stepped, rtol=0, atol=1e-14)


def test_a_bowl_exactly():
    """Half the squared error of a linear layer: integers, and a gradient that changes evenly."""
    rng = np.random.default_rng(4)
    model = Dense(3, 2, **WIDE)
    model.parameters.update(weight=rng.integers(-4, 5, (2, 3)) * 1.0, bias=rng.integers(-4, 5, 2) * 1.0)
    x, target = rng.integers(-4, 5, (4, 3)), rng.integers(-4, 5, (4, 2))
    v = {"weight": rng.integers(-4, 5, (2, 3)) * 1.0, "bias": rng.integers(-4, 5, 2) * 1.0}
    found = hessian_vector_product(model, mse, (x, target), v)
    moved = (x @ v["weight"].T + v["bias"]) / 4
    np.testing.assert_allclose(found["weight"], moved.T @ x, rtol=1e-14)
    np.testing.assert_allclose(found["bias"], moved.sum(axis=0), rtol=1e-14)
    here, there = (gradient_at(model, mse, (x, target), False, v, s) for s in (0.0, 1.0))
    close(found, {key: there[key] - here[key] for key in v}, tolerance=1e-14)


@pytest.mark.parametrize("loss", [mse, softmax_cross_entropy])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_without_bending_both_are_one(loss, axes):
    """One layer that weighs, and what is linear: the network is linear in its parameters."""
    rng = np.random.default_rng(5)
    layers = AvgPool(2), Conv(2, 4, kernel_size=(2,) * axes, padding=1, rng=rng, **WIDE), MaxPool(2), ReLU()
    model = Sequential(*layers, GlobalAvgPool())
    x = rng.standard_normal((3, 2, *(6, 5, 4)[:axes]))
    labels = rng.integers(0, 4, 3) if loss is softmax_cross_entropy else rng.standard_normal((3, 4))
    curvature = Curvature(model, loss, (x, labels))
    v = direction(model, rng)
    close(curvature.hessian(v), curvature.gauss_newton(v))


def test_any_loss_and_maps_of_labels():
    """Every place of a map decides, some are not labelled; the loss is a function of its own."""
    rng = np.random.default_rng(6)
    model = Sequential(
        Conv(1, 3, kernel_size=(3, 3), padding=1, rng=rng, **WIDE),
        Tanh(),
        Conv(3, 4, kernel_size=(1, 1), rng=rng, **WIDE),
    )
    x, labels = rng.standard_normal((2, 1, 4, 5)), rng.integers(0, 4, (2, 4, 5))
    labels[rng.random(labels.shape) < 0.3] = 255
    loss = partial(softmax_cross_entropy, ignore_index=255)
    v = direction(model, rng)
    stepped = gradient_at(model, loss, (x, labels), False, v, 1j * STEP)
    close(
        hessian_vector_product(model, loss, (x, labels), v),
        {key: a.imag / STEP for key, a in stepped.items()},
    )

    def quartic(scores, target):
        return np.sum((scores - target) ** 4) / 4, (scores - target) ** 3

    batch = x, rng.standard_normal((2, 4, 4, 5))
    stepped = gradient_at(model, quartic, batch, False, v, 1j * STEP)
    close(
        hessian_vector_product(model, quartic, batch, v), {key: a.imag / STEP for key, a in stepped.items()}
    )


@everywhere
def test_products_do_not_depend_on_what_was_asked_before(name, loss, train):
    case = make(name, loss)
    rng = np.random.default_rng(7)
    u, v = direction(case[0], rng), direction(case[0], rng)
    held = Curvature(*case, train=train)
    asked = [
        (held.gauss_newton, v),
        (held.hessian, u),
        (held.hessian, v),
        (held.gauss_newton, u),
        (held.hessian, u),
    ]
    answers = [product(w) for product, w in asked]
    gradient = held.gradient
    for (product, w), answer in zip(asked, answers, strict=True):
        close(answer, getattr(Curvature(*case, train=train), product.__name__)(w), tolerance=1e-14)
    close(gradient, Curvature(*case, train=train).gradient, tolerance=1e-14)
    close(hessian_vector_product(*case, v, train=train), answers[2], tolerance=1e-14)
    close(gauss_newton_vector_product(*case, v, train=train), answers[0], tolerance=1e-14)


def test_the_network_goes_on_undisturbed():
    model, loss, batch = make("picture", "cross-entropy")
    x = np.random.default_rng(8).standard_normal(batch[0].shape)
    y = model.forward(x, train=True)
    dx = model.backward(y)
    parameters, gradients, state = (dict(d) for d in (model.parameters, model.gradients, model.state))
    copies = {key: a.copy() for key, a in parameters.items()}
    curvature = Curvature(model, loss, batch, train=True)
    v = direction(model, np.random.default_rng(9))
    before = curvature.hessian(v)
    assert all(model.parameters[key] is a for key, a in parameters.items())
    assert all(model.gradients[key] is a for key, a in gradients.items())
    assert all(model.state[key] is a for key, a in state.items())
    assert not len(model.r_gradients)
    np.testing.assert_array_equal(model.backward(y), dx)
    for key, a in copies.items():
        np.testing.assert_array_equal(model.parameters[key], a)
        model.parameters[key] = a + 1
    model.forward(x[:1])
    close(curvature.hessian(v), before, tolerance=0)


def test_dropout_tosses_the_coins_that_come_next_and_leaves_them():
    model, loss, batch = make("volume", "mse")
    one, two = (Curvature(model, loss, batch, train=True) for _ in range(2))
    v = direction(model, np.random.default_rng(10))
    close(one.hessian(v), two.hessian(v), tolerance=0)
    value, _ = loss(model.forward(batch[0], train=True), batch[1])
    assert one.loss == two.loss == value
    assert Curvature(model, loss, batch, train=True).loss != value


def test_float32_stays_and_is_near():
    model, loss, batch = make("textbook", "cross-entropy")
    v = direction(model, np.random.default_rng(11))
    exact = hessian_vector_product(model, loss, batch, v)
    for key, a in model.parameters.items():
        model.parameters[key], v[key] = a.astype(np.float32), v[key].astype(np.float32)
    batch = batch[0].astype(np.float32), batch[1]
    for product in (hessian_vector_product, gauss_newton_vector_product):
        assert {a.dtype for a in product(model, loss, batch, v).values()} == {np.dtype(np.float32)}
    close(hessian_vector_product(model, loss, batch, v), exact, tolerance=1e-5)


def test_an_empty_batch_does_not_bend():
    model, loss, batch = make("textbook", "cross-entropy")
    curvature = Curvature(model, loss, (batch[0][:0], batch[1][:0]))
    v = direction(model, np.random.default_rng(12))
    for found in (curvature.gradient, curvature.hessian(v), curvature.gauss_newton(v)):
        for key, a in found.items():
            assert a.shape == model.parameters[key].shape and not a.any()


def test_a_product_is_linear():
    curvature = Curvature(*make("sound", "cross-entropy"), train=True)
    rng = np.random.default_rng(13)
    u, v = direction(curvature.model, rng), direction(curvature.model, rng)
    for product in (curvature.hessian, curvature.gauss_newton):
        found = product({key: 2 * u[key] - 3 * v[key] for key in u})
        Au, Av = product(u), product(v)
        close(found, {key: 2 * Au[key] - 3 * Av[key] for key in u})


def test_wrong_questions_are_told_before_any_work():
    model, loss, batch = make("textbook", "cross-entropy")
    curvature = Curvature(model, loss, batch)
    v = direction(model, np.random.default_rng(14))
    for product in (curvature.hessian, curvature.gauss_newton):
        with pytest.raises(
            ValueError, match=r'v lacks "3.bias", but its keys must be those of the parameters: '
        ):
            product({key: a for key, a in v.items() if key != "3.bias"})
        with pytest.raises(ValueError, match=r'v has "9.bias", but its keys must be those'):
            product(v | {"9.bias": np.ones(1)})
        with pytest.raises(
            ValueError, match=r'v\["3.bias"\] has shape \(1,\), but the parameters there have shape \(4,\)'
        ):
            product(v | {"3.bias": np.ones(1)})
        with pytest.raises(TypeError, match=r'v\["3.bias"\] must be an array of numbers'):
            product(v | {"3.bias": np.array(["a"] * 4)})
    for product in (hessian_vector_product, gauss_newton_vector_product):
        with pytest.raises(ValueError, match="v lacks"):
            product(model, loss, None, {})  # there is not even a batch
    with pytest.raises(ValueError, match=r"ReLU\(\) has no parameters: there is nothing to move along"):
        Curvature(ReLU(), mse, batch)
    with pytest.raises(ValueError, match="labels has shape"):
        Curvature(model, loss, (batch[0], batch[1][:2]))

    def real_loss(scores, labels):
        return 0.0, np.abs(scores)

    with pytest.raises(TypeError, match="returned a real gradient for complex scores"):
        Curvature(model, real_loss, batch).hessian(v)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PyTorch's own
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pytorch_agrees(dtype):
    torch = pytest.importorskip(
        "torch", reason="compares with PyTorch, which is in the benchmark's environment"
    )
    functional = torch.nn.functional
    rng = np.random.default_rng(15)
    model = Sequential(
        Conv(1, 3, kernel_size=(5, 5), padding=2, rng=rng, dtype=dtype),
        Tanh(),
        MaxPool(2),
        Conv(3, 4, kernel_size=(3, 3), stride=2, rng=rng, dtype=dtype),
        ReLU(),
        BatchNorm(4, dtype=dtype),
        Flatten(),
        Dense(4 * 3 * 2, 5, rng=rng, dtype=dtype),
    )
    x, labels = rng.standard_normal((6, 1, 14, 11)).astype(dtype), rng.integers(0, 5, 6)
    v = {key: rng.standard_normal(a.shape).astype(dtype) for key, a in model.parameters.items()}

    def scores(parameters):
        w = list(parameters.values())
        y = functional.max_pool2d(torch.tanh(functional.conv2d(torch.tensor(x), w[0], w[1], padding=2)), 2)
        y = torch.relu(functional.conv2d(y, w[2], w[3], stride=2))
        y = functional.batch_norm(y, None, None, w[4], w[5], training=True)
        return functional.linear(y.flatten(1), w[6], w[7])

    def loss(parameters):
        return functional.cross_entropy(scores(parameters), torch.tensor(labels))

    point = {key: torch.tensor(a) for key, a in model.parameters.items()}
    along = {key: torch.tensor(a) for key, a in v.items()}
    _, theirs = torch.func.jvp(torch.func.grad(loss), (point,), (along,))
    curvature = Curvature(model, softmax_cross_entropy, (x, labels), train=True)
    tolerance = 1e-12 if dtype is np.float64 else 1e-4
    close(curvature.hessian(v), {key: a.numpy() for key, a in theirs.items()}, tolerance=tolerance)
    _, Jv = torch.func.jvp(scores, (point,), (along,))
    s, pull = torch.func.vjp(scores, point)
    p = torch.softmax(s, dim=1)
    (theirs,) = pull(p * (Jv - (p * Jv).sum(dim=1, keepdim=True)) / len(p))
    close(curvature.gauss_newton(v), {key: a.numpy() for key, a in theirs.items()}, tolerance=tolerance)
