"""Hessian-free steps: bowls in one step, the rules of damping and line search by their definitions."""

import copy

import numpy as np
import pytest

from cnnlab.curvature import Curvature
from cnnlab.curvature.hessian_free import adapted, hessian_free_step
from cnnlab.curvature.vectors import pack
from cnnlab.layers import BatchNorm, Conv, Dense, Dropout, Flatten, MaxPool, Tanh
from cnnlab.losses import mse, softmax_cross_entropy
from cnnlab.model import Sequential

WIDE = dict(dtype=np.float64)


def problem(seed=0, n=24, **options):
    """A small convolutional network and labels that it can learn."""
    rng = np.random.default_rng(seed)
    model = Sequential(
        Conv(1, 3, kernel_size=3, rng=rng, **WIDE),
        Tanh(),
        MaxPool(2),
        Flatten(),
        Dense(9, 3, rng=rng, **WIDE),
    )
    x = rng.standard_normal((n, 1, 8))
    return model, softmax_cross_entropy, (x, x[:, 0, :3].argmax(axis=1))


def loss_at(model, loss, batch, parameters):
    """The loss at other parameters."""
    twin = copy.deepcopy(model)
    twin.parameters.update(parameters)
    return float(loss(twin.forward(batch[0]), batch[1])[0])


def test_a_bowl_in_one_step():
    """Least squares: NumPy knows the lowest point."""
    rng = np.random.default_rng(1)
    model, x, target = Dense(4, 2, rng=rng, **WIDE), rng.standard_normal((9, 4)), rng.standard_normal((9, 2))
    state = hessian_free_step(model, mse, (x, target), damping=0.0, progress=0.0)
    design = np.column_stack([x, np.ones(9)])
    best, *_ = np.linalg.lstsq(design, target, rcond=None)
    np.testing.assert_allclose(model.parameters["weight"], best[:4].T, rtol=1e-8)
    np.testing.assert_allclose(model.parameters["bias"], best[4], rtol=1e-8)
    assert state.rate == 1 and state.ratio == pytest.approx(1)
    assert state.after == pytest.approx(np.sum((design @ best - target) ** 2) / 18)


def test_damping_shortens_the_step():
    """(A'A / N + damping) d = -g, by NumPy."""
    rng = np.random.default_rng(2)
    x, target = rng.standard_normal((9, 4)), rng.standard_normal((9, 1))
    for damping in (0.1, 10.0):
        model = Dense(4, 1, rng=np.random.default_rng(3), **WIDE)
        before = pack(model.parameters)
        design = np.column_stack([x, np.ones(9)])
        g = design.T @ (design @ before - target[:, 0]) / 9
        state = hessian_free_step(model, mse, (x, target), damping=damping, progress=0.0)
        expected = np.linalg.solve(design.T @ design / 9 + damping * np.eye(5), -g)
        np.testing.assert_allclose(pack(state.step), expected, rtol=1e-8)
        np.testing.assert_allclose(pack(model.parameters), before + expected, rtol=1e-8)


def test_learning():
    model, loss, batch = problem()
    state, losses = None, []
    for _ in range(25):
        state = hessian_free_step(model, loss, batch, state)
        losses.append(state.after)
        assert state.after == pytest.approx(loss_at(model, loss, batch, {}), rel=1e-12)
        assert state.after <= state.before
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.01 * losses[0]


def test_what_a_step_reports():
    model, loss, batch = problem(1)
    state = hessian_free_step(model, loss, batch, damping=0.01)
    for _ in range(4):
        here, parameters = Curvature(model, loss, batch), dict(model.parameters)
        last, state = state, hessian_free_step(model, loss, batch, state, keep=0.9)
        d, damping = pack(state.step), last.damping
        g, Gd = pack(here.gradient), pack(here.gauss_newton(state.step))
        full = loss_at(model, loss, batch, {key: parameters[key] + a for key, a in state.step.items()})
        assert state.before == float(here.loss)
        assert state.ratio == pytest.approx((full - state.before) / (g @ d + d @ Gd / 2), rel=1e-9)
        assert state.damping == adapted(damping, state.ratio)
        start = 0.9 * pack(last.step)
        G_start = pack(here.gauss_newton({key: 0.9 * a for key, a in last.step.items()}))
        bowl = g @ start + start @ (G_start + damping * start) / 2
        assert state.solution.values[0] == pytest.approx(bowl, rel=1e-9)
        for key, a in parameters.items():
            np.testing.assert_allclose(model.parameters[key], a + state.rate * state.step[key], rtol=1e-14)


def test_the_rule_of_damping():
    assert [adapted(6.0, ratio) for ratio in (-3, 0.2, 0.25, 0.5, 0.75, 0.8, 2)] == [9, 9, 6, 6, 6, 4, 4]
    assert adapted(6.0, np.nan) == adapted(6.0, -np.inf) == 9


@pytest.mark.parametrize("seed", range(6))
def test_the_line_search_takes_the_first_rate_that_will_do(seed):
    """Of 1, 0.8, 0.64, ...: the loss falls by a hundredth of rate * slope."""
    model, loss, batch = problem(seed)
    here, parameters = Curvature(model, loss, batch), dict(model.parameters)
    state = hessian_free_step(model, loss, batch, damping=1e-6, progress=0.0, max_iterations=30)
    slope = pack(here.gradient) @ pack(state.step)

    def falls(rate):
        moved = {key: parameters[key] + rate * a for key, a in state.step.items()}
        return loss_at(model, loss, batch, moved) <= here.loss + 0.01 * rate * slope

    assert state.rate == pytest.approx(next(0.8**i for i in range(60) if falls(0.8**i)))
    assert 0 < state.rate < 1


def test_a_step_that_does_not_improve_is_not_taken():
    def lies(scores, target):
        loss, dscores = mse(scores, target)
        return -loss, dscores

    rng = np.random.default_rng(4)
    model, batch = Dense(2, 1, rng=rng, **WIDE), (rng.standard_normal((4, 2)), rng.standard_normal((4, 1)))
    parameters = dict(model.parameters)
    state = hessian_free_step(model, lies, batch, damping=2.0)
    assert all(model.parameters[key] is a for key, a in parameters.items())
    assert (state.rate, state.step, state.damping) == (0, None, 3)
    assert state.after == state.before
    assert hessian_free_step(model, lies, batch, state).damping == 4.5


def test_where_the_loss_is_no_number():
    """Beyond a cliff the loss is NaN: the step is shortened until it ends before."""

    def cliff(scores, target):
        loss, dscores = mse(scores, target)
        return (np.nan if np.abs(scores.real).max() > 1 else loss), dscores

    model = Dense(1, 1, **WIDE)
    model.parameters["weight"] = np.zeros((1, 1))
    state = hessian_free_step(model, cliff, ([[1.0]], [[3.0]]), damping=0.0)
    assert 0 < state.rate < 1 / 3 and state.after < state.before
    assert np.isnan(state.ratio) and abs(model.forward([[1.0]]).item()) <= 1


def test_at_the_bottom_nothing_happens():
    model = Dense(1, 1, **WIDE)
    model.parameters.update(weight=np.array([[2.0]]), bias=np.array([1.0]))
    state = hessian_free_step(model, mse, ([[1.0], [2.0]], [[3.0], [5.0]]), damping=7.0)
    assert (state.rate, state.damping, state.after) == (0, 7, 0)
    assert state.solution.iterations == 0


def test_curvature_of_a_part_of_the_batch():
    model, loss, (x, labels) = problem(5)
    part = x[:6], labels[:6]
    g = Curvature(model, loss, (x, labels)).gradient
    products = Curvature(model, loss, part).gauss_newton
    state = hessian_free_step(model, loss, (x, labels), curvature_batch=part, progress=0.0, damping=0.3)
    residual = pack(products(state.step)) + 0.3 * pack(state.step) + pack(g)
    assert np.linalg.norm(residual) < 1e-8 * np.linalg.norm(pack(g))


def test_only_the_parameters_change():
    model, loss, batch = problem(6)
    y = model.forward(batch[0])
    model.backward(y)
    gradients = dict(model.gradients)
    one, two = copy.deepcopy(model), copy.deepcopy(model)
    state = hessian_free_step(model, loss, batch)
    assert all(model.gradients[key] is a for key, a in gradients.items())
    assert hessian_free_step(one, loss, batch).after == state.after
    found = hessian_free_step(two, loss, batch, preconditioner=lambda r: {key: a / 2 for key, a in r.items()})
    assert found.after == pytest.approx(state.after, rel=1e-6)


def test_in_training():
    """The running statistics move once a step, and the coins go on; all coins within a step are the same."""
    rng = np.random.default_rng(7)
    layers = Dense(4, 5, rng=rng, **WIDE), BatchNorm(5, **WIDE), Tanh(), Dropout(0.3, rng=rng)
    model = Sequential(*layers, Dense(5, 3, rng=rng, **WIDE))
    batch = rng.standard_normal((20, 4)), rng.integers(0, 3, 20)
    state = None
    for _ in range(3):
        twin, before = copy.deepcopy(model), model.state["1.mean"].copy()
        state = hessian_free_step(model, softmax_cross_entropy, batch, state, train=True)
        twin.parameters.update(dict(model.parameters))
        scores = twin.forward(batch[0], train=True)
        assert state.after == pytest.approx(softmax_cross_entropy(scores, batch[1])[0])
        np.testing.assert_array_equal(model.state["1.mean"], twin.state["1.mean"])
        assert (model.state["1.mean"] != before).all()
        assert layers[-1].generators["rng"].random() == twin.layers[3].generators["rng"].random()


def test_float32():
    model, loss, (x, labels) = problem(8)
    for key, a in model.parameters.items():
        model.parameters[key] = a.astype(np.float32)
    state = hessian_free_step(model, loss, (x.astype(np.float32), labels))
    assert state.after < state.before
    assert {a.dtype for a in model.parameters.values()} == {np.dtype(np.float32)}


def test_bad_arguments():
    model, loss, batch = problem(9)
    with pytest.raises(ValueError, match="damping is -1, but it must be a number of at least 0"):
        hessian_free_step(model, loss, batch, damping=-1)
    with pytest.raises(
        ValueError, match=r"keep is 1\.5, but as a share of the last step it must be at most 1"
    ):
        hessian_free_step(model, loss, batch, keep=1.5)
    with pytest.raises(ValueError, match="max_iterations is -1"):
        hessian_free_step(model, loss, batch, max_iterations=-1)
    with pytest.raises(ValueError, match="has no parameters"):
        hessian_free_step(Tanh(), loss, batch)
