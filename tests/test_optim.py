"""Update rules: by hand, as properties, and on a ravine. PyTorch's paths are in test_torch_basics.py."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnlab
from cnnlab import adam, adamw, momentum, nesterov, rmsprop, sgd

NAMES = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw"]
RULES = {name: getattr(cnnlab, name) for name in NAMES}
GRADIENTS = np.random.default_rng(0).normal(size=(5, 3, 2))


def walk(rule, start, gradients, **hyper):
    """Take one step for each gradient, and tell all places."""
    parameter, state, path = start, None, []
    for gradient in gradients:
        parameter, state = rule(parameter, gradient, state, **hyper)
        path.append(parameter)
    return np.array(path)


def leaves(state):
    """List the arrays of a state."""
    parts = state if isinstance(state, tuple) else (state,)
    return [part for part in parts if isinstance(part, np.ndarray)]


def test_momentum_sums_all_gradients_with_fading_weight():
    """v_t = sum over s of mu^(t-s) g_s: the recursion unrolled."""
    path = walk(momentum, np.zeros((3, 2)), GRADIENTS, lr=0.3, mu=0.8)
    place = np.zeros((3, 2))
    for t in range(5):
        place = place - 0.3 * sum(0.8 ** (t - s) * GRADIENTS[s] for s in range(t + 1))
        np.testing.assert_allclose(path[t], place, rtol=1e-14)


def test_nesterov_is_momentum_seen_from_where_the_roll_leads():
    """With w as momentum's place and w' = w - lr mu v, Nesterov's w' steps by its own rule."""
    hyper, w, v = {"lr": 0.3, "mu": 0.8}, np.zeros((3, 2)), None
    path = walk(nesterov, w, GRADIENTS, **hyper)
    for gradient, ahead in zip(GRADIENTS, path, strict=True):
        w, v = momentum(w, gradient, v, **hyper)
        np.testing.assert_allclose(ahead, w - 0.3 * 0.8 * v, rtol=1e-13)


def test_adam_is_the_mean_over_the_root_mean_square():
    """With bias correction both are true weighted means, written here without recursion."""
    path = walk(adam, np.zeros((3, 2)), GRADIENTS, lr=0.1, beta1=0.6, beta2=0.7, eps=1e-3)
    place = np.zeros((3, 2))
    for t in range(1, 6):
        m = np.average(GRADIENTS[:t], axis=0, weights=0.6 ** np.arange(t)[::-1])
        v = np.average(GRADIENTS[:t] ** 2, axis=0, weights=0.7 ** np.arange(t)[::-1])
        place = place - 0.1 * m / (np.sqrt(v) + 1e-3)
        np.testing.assert_allclose(path[t - 1], place, rtol=1e-13)


def test_decay_is_coupled_except_in_adamw():
    w, g = np.array([2.0, -3.0]), np.array([0.5, 0.5])
    for name in NAMES[:-1]:
        with_decay, _ = RULES[name](w, g, None, decay=0.1)
        np.testing.assert_array_equal(with_decay, RULES[name](w, g + 0.1 * w, None)[0])
        assert inspect.signature(RULES[name]).parameters["decay"].default == 0
    plain, _ = adam(w, g, None, lr=0.5)
    np.testing.assert_allclose(adamw(w, g, None, lr=0.5, decay=0.1)[0], plain - 0.5 * 0.1 * w, rtol=1e-15)


@given(st.sampled_from(["adagrad", "rmsprop", "adam"]), st.floats(1e-3, 1e3))
def test_adaptive_rules_do_not_care_for_the_gradients_scale(name, scale):
    rule, start = RULES[name], np.zeros((3, 2))
    scaled = walk(rule, start, GRADIENTS * scale, eps=0)
    np.testing.assert_allclose(scaled, walk(rule, start, GRADIENTS, eps=0), rtol=1e-9, atol=1e-12)


def test_rules_without_memory_are_the_plain_step():
    start = np.ones((3, 2))
    plain = walk(sgd, start, GRADIENTS, lr=0.1)
    np.testing.assert_allclose(plain, start - 0.1 * np.cumsum(GRADIENTS, axis=0), rtol=1e-14)
    for rule in (momentum, nesterov):
        np.testing.assert_array_equal(walk(rule, start, GRADIENTS, lr=0.1, mu=0), plain)
    np.testing.assert_allclose(
        walk(rmsprop, start, GRADIENTS, lr=0.1, rho=0, eps=0)[0], 1 - 0.1 * np.sign(GRADIENTS[0])
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_walks_down_a_ravine(name):
    """1/2 (x^2 + 20 y^2), from (1, 1)."""
    lr = {"adagrad": 0.2, "adadelta": 5.0}.get(name, 0.02)
    hyper = {"lr": lr, "decay": 0.0} | ({"rho": 0.9} if name == "rmsprop" else {})
    w, state, curvature = np.ones(2), None, np.array([1.0, 20.0])
    for _ in range(400):
        w, state = RULES[name](w, curvature * w, state, **hyper)
    start = curvature.sum() / 2
    assert (curvature * w * w).sum() / 2 < start / 50


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rules_are_pure_and_keep_dtype_and_memory(name, dtype):
    rule = RULES[name]
    parameter, gradient = np.asfortranarray(GRADIENTS[0], dtype), np.asfortranarray(GRADIENTS[1], dtype)
    parameter.flags.writeable = gradient.flags.writeable = False
    state = None
    for _ in range(3):
        for array in leaves(state):
            array.flags.writeable = False
        new, next_state = rule(parameter, gradient, state, lr=np.float64(0.1))  # as a schedule would give it
        for array in (new, *leaves(next_state)):
            assert (array.dtype, array.shape, array.strides) == (dtype, parameter.shape, parameter.strides)
            assert not any(np.shares_memory(array, old) for old in (parameter, gradient, *leaves(state)))
        np.testing.assert_array_equal(rule(parameter, gradient, state, lr=0.1)[0], new)
        parameter, state = new, next_state
        parameter.flags.writeable = False


@pytest.mark.parametrize("name", NAMES)
def test_empty_and_integer_parameters(name):
    assert RULES[name](np.zeros((0, 2)), np.zeros((0, 2)), None)[0].shape == (0, 2)
    assert RULES[name](np.array([1, 2]), np.array([1, 1]), None)[0].dtype == np.float64


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("shape", [(), (1,), (3, 1), (4, 2)])
def test_a_state_belongs_to_a_shape(name, shape):
    _, state = RULES[name](np.ones(shape), np.ones(shape), None)
    with pytest.raises(ValueError, match=r"state has shape \(.*\), but parameter has shape \(3, 2\)"):
        RULES[name](np.ones((3, 2)), np.ones((3, 2)), state)


@pytest.mark.parametrize("name", NAMES)
def test_errors_say_what_is_wrong(name):
    rule = RULES[name]
    with pytest.raises(ValueError, match=r"gradient has shape \(3,\), but parameter has shape \(2,\)"):
        rule(np.ones(2), np.ones(3), None)
    with pytest.raises(TypeError, match="gradient must be an array of numbers"):
        rule(np.ones(2), None, None)
    for hyper in set(inspect.signature(rule).parameters) - {"parameter", "gradient", "state"}:
        for bad in (-1, np.nan):
            with pytest.raises(ValueError, match=f"{hyper} is {bad}, but it must be at least 0"):
                rule(np.ones(2), np.ones(2), None, **{hyper: bad})
        if hyper in ("mu", "rho", "beta1", "beta2"):
            with pytest.raises(
                ValueError, match=f"{hyper} is 1, but the share of the past that stays must be below 1"
            ):
                rule(np.ones(2), np.ones(2), None, **{hyper: 1})
