"""Optimiser objects: PyTorch's paths, weights that alone decay, L1 by hand, a memory for one model."""

import copy
import gc

import numpy as np
import pytest
from record_torch_basics import RULES, TARGET

import cnnlab
from cnnlab.layers import BatchNorm, Dense
from cnnlab.model import Sequential
from cnnlab.optimisers import SGD, AdaDelta, AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimiser, RMSprop
from cnnlab.schedules import cosine_decay, one_cycle

OBJECTS = dict(zip(RULES, (SGD, Momentum, Nesterov, AdaGrad, RMSprop, AdaDelta, Adam, AdamW), strict=True))


def layer_at(**parameters):
    layer = Dense(2, 2, dtype=np.float64)
    layer.parameters.update(parameters)
    return layer


def push(optimiser, model, *gradients, progress=0.0):
    """One step with these gradients, whatever the model would say."""
    model.gradients.update(zip(model.parameters, gradients, strict=True))
    optimiser.step(model, progress)


@pytest.mark.parametrize("rule", RULES)
def test_fifty_steps_are_pytorchs(rule):
    """The weight decays and the bias does not, as with PyTorch's parameter groups."""
    stored = np.load(TARGET)
    a = {name.split("/")[1]: stored[name] for name in stored if name.startswith(f"whole {rule}/")}
    layer, optimiser = layer_at(weight=a["weight"], bias=a["bias"]), OBJECTS[rule](**RULES[rule])
    model = Sequential(layer)
    assert len(a["dweight"]) == 50
    for t in range(50):
        push(optimiser, layer, a["dweight"][t], a["dbias"][t])
        np.testing.assert_allclose(model.parameters["0.weight"], a["weight path"][t], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(model.parameters["0.bias"], a["bias path"][t], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kind", OBJECTS.values())
def test_what_is_no_weight_does_not_decay(kind):
    model = Sequential(Dense(2, 2, dtype=np.float64), BatchNorm(2, dtype=np.float64))
    nothing = [np.zeros_like(array) for array in model.parameters.values()]
    before = dict(model.parameters)
    model.layers[0].gradients.update(weight=nothing[0], bias=nothing[1])
    model.layers[1].gradients.update(gamma=nothing[2], beta=nothing[3])
    kind(lr=0.01, decay=0.5, l1=0.5).step(model)
    for key in ("0.bias", "1.gamma", "1.beta"):
        np.testing.assert_array_equal(model.parameters[key], before[key])
    towards_zero = -np.sign(before["0.weight"]) * (model.parameters["0.weight"] - before["0.weight"])
    assert (towards_zero > 0).all()


def test_l1_pulls_every_weight_by_the_same_amount():
    layer = layer_at(weight=np.array([[3.0, -2.0], [0.0, 0.25]]), bias=np.array([1.0, -1.0]))
    push(SGD(lr=0.5, l1=0.5), layer, np.zeros((2, 2)), np.zeros(2))
    assert layer.parameters["weight"].tolist() == [[2.75, -1.75], [0.0, 0.0]]
    assert layer.parameters["bias"].tolist() == [1.0, -1.0]


@pytest.mark.parametrize("kind", OBJECTS.values())
def test_l1_and_decay_are_part_of_the_gradient_that_a_rule_sees(kind):
    """Except AdamW's decay: there only L1 is."""
    rng = np.random.default_rng(0)
    w, gradients = rng.normal(size=(2, 2)), rng.normal(size=(5, 2, 2))
    coupled = 0.0 if kind is AdamW else 0.25
    layer, optimiser = layer_at(weight=w), kind(lr=0.1, l1=0.5, decay=0.25)
    rule, state = optimiser.rule, None
    for g in gradients:
        push(optimiser, layer, g, np.zeros(2))
        decay = {"decay": 0.25 - coupled}
        w, state = rule(w, g + 0.5 * np.sign(w) + coupled * w, state, lr=0.1, **decay)
        np.testing.assert_allclose(layer.parameters["weight"], w, rtol=1e-13)


def test_the_rate_is_the_schedules():
    layer = layer_at(weight=np.zeros((2, 2)))
    optimiser = SGD(lr=lambda progress: 1 - progress)
    for progress, step in ((0.0, 1.0), (0.25, 0.75), (1.0, 0.0)):
        before = layer.parameters["weight"]
        push(optimiser, layer, np.ones((2, 2)), np.zeros(2), progress=progress)
        np.testing.assert_array_equal(before - layer.parameters["weight"], step)
        assert optimiser.rate(progress) == step
    assert Adam().rate(0.5) == 1e-3
    assert AdaDelta().rate() == 1.0


def test_parameters_keep_dtype_and_lie_row_by_row():
    layer = Dense(3, 2)
    layer.parameters["weight"] = np.asfortranarray(layer.parameters["weight"])
    layer.gradients = {"weight": np.asfortranarray(np.ones((2, 3))), "bias": np.ones(2)}
    Adam(lr=np.float64(0.1)).step(layer)
    assert all(a.dtype == np.float32 and a.flags.c_contiguous for a in layer.parameters.values())


def test_an_optimiser_remembers_one_model():
    one, other, nothing = Dense(2, 2), Dense(2, 2), (np.zeros((2, 2)), np.zeros(2))
    optimiser = Momentum(lr=0.1)
    push(optimiser, one, *nothing)
    push(optimiser, one, *nothing)
    before = dict(other.parameters)
    with pytest.raises(
        ValueError, match=r"this Momentum\(lr=0\.1\) remembers the steps of another model: make"
    ):
        push(optimiser, other, *nothing)
    assert all(other.parameters[key] is array for key, array in before.items())
    del one
    gc.collect()
    with pytest.raises(ValueError, match="another model"):
        push(optimiser, other, *nothing)


def test_what_remembers_nothing_serves_every_model():
    optimiser = SGD(lr=0.1)
    for model in (Dense(2, 2), Dense(2, 2)):
        push(optimiser, model, np.zeros((2, 2)), np.zeros(2))
    assert optimiser.state == {}


def test_remembering_goes_on_where_another_stopped():
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(6, 2, 2))
    layer, optimiser = layer_at(weight=np.ones((2, 2))), Adam(lr=0.1)
    for g in gradients[:3]:
        push(optimiser, layer, g, g[0])
    twin, second = copy.deepcopy(layer), Adam(lr=0.1)
    second.remember(twin, dict(optimiser.state))
    for g in gradients[3:]:
        push(optimiser, layer, g, g[0])
        push(second, twin, g, g[0])
    for key, array in layer.parameters.items():
        np.testing.assert_array_equal(twin.parameters[key], array)


@pytest.mark.parametrize(
    ("optimiser", "words"),
    [
        (Adam(), "Adam(lr=0.001)"),
        (Momentum(lr=0.1, mu=0.0), "Momentum(lr=0.1, mu=0.0)"),  # not the usual 0.9
        (AdamW(lr=0.5, decay=0), "AdamW(lr=0.5, decay=0)"),
        (SGD(lr=one_cycle(1.0), l1=0.25, decay=0.0), "SGD(lr=one_cycle, l1=0.25)"),
        (
            Optimiser(cnnlab.nesterov, lr=cosine_decay(1), mu=0.5),
            "Optimiser(nesterov, lr=cosine_decay, mu=0.5)",
        ),
    ],
)
def test_an_optimiser_says_what_is_not_usual(optimiser, words):
    assert repr(optimiser) == words


@pytest.mark.parametrize("kind", OBJECTS.values())
@pytest.mark.parametrize("bad", [-1, float("nan"), float("inf")])
def test_bad_numbers_are_refused_before_any_step(kind, bad):
    for name in ("lr", "decay", "l1"):
        with pytest.raises(ValueError, match=f"{name} is {bad}, but it must be at least 0"):
            kind(**{name: bad})


def test_bad_options_are_refused_before_any_step():
    with pytest.raises(ValueError, match="mu is 1, but the share of the past that stays must be below 1"):
        Momentum(mu=1)
    with pytest.raises(ValueError, match=r"beta2 is 1\.0, but the share of the past that stays must be"):
        Adam(beta2=1.0)
    with pytest.raises(TypeError, match="mu is not among what adam takes: lr, beta1, beta2, eps, decay"):
        Adam(mu=0.9)

    def blind(parameter, gradient, state, *, lr):
        return parameter, state

    with pytest.raises(TypeError, match="blind has no learning rate of its own: give lr"):
        Optimiser(blind)
