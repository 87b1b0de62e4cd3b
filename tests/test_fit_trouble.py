"""Numbers that go bad: fit stops, says where it began, and leaves the rest as it was."""

import numpy as np
import pytest

from cnnlab import SGD, Adam, BatchNorm, Conv, Dense, Dropout, Flatten, Layer, ReLU, Sequential, fit, mse
from cnnlab.trouble import first_trouble

RNG = np.random.default_rng


def net(**inserted):
    """A net with layers that draw and layers that see; some replaced."""
    rng = RNG(0)
    layers = {
        "conv": Conv(1, 2, kernel_size=3, rng=rng),
        "norm": BatchNorm(2),
        "inner": Sequential(ReLU(), Dropout(0.2, rng=rng), Conv(2, 2, kernel_size=2, rng=rng)),
        "flat": Flatten(),
        "dense": Dense(10, 3, rng=rng),
    }
    return Sequential(*(layers | inserted).values())


DATA = RNG(1).standard_normal((6, 1, 8)), np.arange(6) % 3


def run(model, data=DATA, **options):
    usual = dict(epochs=2, batch_size=3, optimiser=SGD(lr=0.1), rng=RNG(2), progress=False)
    return fit(model, data, **(usual | options))


class Log(Layer):
    """The logarithm, which makes nan of what is negative. What it sends back does not matter here."""

    def forward(self, x, *, train=False):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(self.remember(x))

    def backward(self, dy):
        return dy


class Rotten(Dense):
    """A layer whose gradient is not finite, from some backward on."""

    sound = 0

    def backward_parameters(self, dy):
        self.backward(dy)

    def backward(self, dy):
        dx = super().backward(dy)
        self.sound -= 1
        if self.sound < 0:
            self.gradients["bias"] = self.gradients["bias"] * np.nan
        return dx


def rotten(sound):
    layer = Rotten(10, 3, rng=RNG(3))
    layer.sound = sound
    return net(dense=layer)


def spoilt(data, value):
    x = data.copy()
    x[4, ..., 0] = value
    return x


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_bad_data_are_named(value):
    with pytest.raises(FloatingPointError, match=r"in epoch 1, .*: the batch itself holds inf or nan: mend"):
        run(net(), (spoilt(DATA[0], value), DATA[1]))
    with pytest.raises(
        FloatingPointError, match="loss on the validation set is nan: the batch itself holds in"
    ):
        run(net(), validation=(spoilt(DATA[0], value), DATA[1]))


def test_a_bad_target_is_not_blamed_on_a_layer():
    data = DATA[0], np.full((6, 3), np.nan)
    with pytest.raises(
        FloatingPointError, match="all layers give finite outputs, but they are too large for"
    ):
        run(net(), data, loss=mse)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (dict(conv=Sequential(Log(), Conv(1, 2, kernel_size=3, rng=RNG(0)))), "0.0"),
        (dict(norm=Log()), "1"),
        (dict(inner=Sequential(ReLU(), Sequential(Dropout(0.1), Conv(2, 2, kernel_size=2), Log()))), "2.1.2"),
    ],
)
def test_the_first_layer_with_a_bad_output_is_named(place, name):
    with pytest.raises(
        FloatingPointError,
        match=rf"loss is nan in epoch 1, batch 1, at learning rate 0\.1: layer {name}, Log\(\), is the first",
    ):
        run(net(**place))


def test_the_first_bad_parameter_is_named():
    model = net()
    model.parameters["2.2.weight"] = model.parameters["2.2.weight"] * np.nan
    model.parameters["4.bias"] = model.parameters["4.bias"] * np.nan
    with pytest.raises(
        FloatingPointError, match=r"the weight of layer 2\.2, Conv\(.*\), is no longer finite"
    ):
        run(model)
    alone = Dense(2, 3)
    alone.parameters["bias"] = alone.parameters["bias"] + np.inf
    assert first_trouble(alone, np.ones((1, 2))).startswith(
        "the bias of Dense(2, 3) is no longer finite: its"
    )


@pytest.mark.parametrize(("sound", "where"), [(1, "epoch 1"), (3, "epoch 2")])
def test_a_bad_gradient_in_an_epochs_last_batch_is_caught(tmp_path, sound, where):
    """No loss comes after it that could show it; and no checkpoint keeps it."""
    with pytest.raises(
        FloatingPointError, match=rf"the bias of layer 4, Rotten\(10, 3\), .* after {where}: its"
    ):
        run(rotten(sound), checkpoint=tmp_path / "run", validation=DATA)
    with np.load(tmp_path / "run") as stored:
        assert all(np.isfinite(stored[key]).all() for key in stored if key.startswith("model"))


def test_a_bad_gradient_within_an_epoch_shows_in_the_next_loss():
    with pytest.raises(FloatingPointError, match=r"epoch 1, batch 2, .*: the bias of layer 4, Rotten"):
        run(rotten(0))


def everything(model):
    arrays = {key: array.tobytes() for key, array in {**model.parameters, **model.state}.items()}
    return arrays, str([generator.bit_generator.state for generator in model.generators.values()])


@pytest.mark.parametrize("train", [True, False])
def test_the_search_changes_nothing_of_the_model(train):
    model = net(norm=Sequential(BatchNorm(2), Dropout(0.5), Log()))
    y = model.forward(np.ones((6, 1, 8)), train=True)
    before, mask = everything(model), model.layers[2].layers[1]._mask
    assert "layer 1.2, Log(), is the first" in first_trouble(model, DATA[0], train=train)
    assert everything(model) == before
    assert model.layers[2].layers[1]._mask is mask
    assert model.backward(np.ones_like(y)).shape == (6, 1, 8)  # what forward has kept is still there


def test_the_step_too_far_is_not_taken():
    """The loss is bad, so no gradient of it is stepped along."""
    model = net(dense=Sequential(Dense(10, 3, rng=RNG(3)), Log()))
    before = dict(model.parameters)
    with pytest.raises(FloatingPointError, match=r"learning rate 0\.001: layer 4\.1"):
        run(model, optimiser=Adam())
    assert all(model.parameters[key] is array for key, array in before.items())
