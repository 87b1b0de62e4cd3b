"""What every forward and backward owes its caller: dtypes, layouts, empty batches, complex steps.

The calls are those of test_torch.py, in 1 to 4 dimensions, and those of layers without windows.
"""

import numpy as np
import pytest
from settings import KINDS, draw
from test_torch import OURS

from cnnlab import activations, dense
from cnnlab.dropout import dropout_backward, dropout_forward
from cnnlab.losses import mse


def dropout(x, coins):
    """Drop by coins that a new generator tosses every time."""
    y, _ = dropout_forward(x, 0.25, np.random.default_rng(coins))
    return y


def undropped(dy, x, coins):
    """Toss the same coins again."""
    _, mask = dropout_forward(x, 0.25, np.random.default_rng(coins))
    return dropout_backward(dy, mask, 0.25)


def activation(name):
    """Both ways of an activation."""
    return getattr(activations, f"{name}_forward"), getattr(activations, f"{name}_backward")


PAIRS = OURS | {name: activation(name) for name in ("relu", "leaky_relu", "sigmoid", "tanh")}
PAIRS |= {
    "dense": (
        dense.dense_forward,
        lambda dy, x, weight, bias: dense.dense_backward(dy, x, weight),
    ),
    "flatten": (dense.flatten_forward, lambda dy, x: dense.flatten_backward(dy, x.shape[2:])),
    "dropout": (dropout, undropped),
    "mse": (
        lambda prediction, target: mse(prediction, target)[0],
        lambda dy, prediction, target: (g := dy * mse(prediction, target)[1], -g),
    ),
}
PLAIN = {  # shapes and options of what has no window
    **dict.fromkeys(["relu", "leaky_relu", "sigmoid", "tanh", "flatten"], (dict(x=(3, 2, 4, 5)), {})),
    "dropout": (dict(x=(3, 2, 4, 5)), dict(coins=1)),
    "dense": (dict(x=(3, 5), weight=(4, 5), bias=(4,)), {}),
    "mse": (dict(prediction=(3, 5), target=(3, 5)), {}),
}
NOT_BY_THE_IMAGE = {"weight", "bias", "weights", "gamma", "beta"}  # what all images share
CALLS = [(kind, number, axes) for kind in KINDS for axes in (1, 2, 3, 4) for number in (axes, 7 + axes)]
CALLS += [(kind, 0, 0) for kind in PLAIN]
everywhere = pytest.mark.parametrize(("kind", "number", "axes"), CALLS)


def same(a):
    """Leave an array as it is."""
    return a


class Call:
    """One call, forward and backward, whose arrays can be given in any form."""

    def __init__(self, kind, number, axes):
        self.ways, rng = PAIRS[kind], np.random.default_rng([number, axes])
        if kind in PLAIN:
            shapes, self.options = PLAIN[kind]
            self.inputs = {name: rng.integers(-4, 5, shape).astype(float) for name, shape in shapes.items()}
        else:
            inputs, self.options, _ = draw(kind, number, axes)
            self.inputs = {name: np.ceil(a) for name, a in inputs.items()}
            self.options = self.changed(np.ceil)
        self.dy = rng.integers(-4, 5, np.shape(self.forward()["y"])).astype(float)

    def changed(self, change):
        """Change the arrays of floats among the options."""
        arrays = {name: v for name, v in self.options.items() if isinstance(v, np.ndarray)}
        return self.options | {name: change(a) for name, a in arrays.items() if a.dtype.kind == "f"}

    def forward(self, change=same, **inputs):
        """Go forward, with all arrays changed or with some others: every result by name."""
        arrays = {name: change(a) for name, a in self.inputs.items()} | inputs
        y = self.ways[0](*arrays.values(), **self.changed(change))
        return y if isinstance(y, dict) else {"y": y}

    def backward(self, change=same):
        """Go backward: the gradient of every input, by its name."""
        arrays = map(change, (self.dy, *self.inputs.values()))
        gradients = self.ways[1](*arrays, **self.changed(change))
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        return {f"d{name}": g for name, g in zip(self.inputs, gradients, strict=True)}

    def both(self, change=same):
        """Every result."""
        return self.forward(change) | self.backward(change)


def equal(one, other, tolerance=0):
    """Hold that two calls have the same results."""
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=0, atol=tolerance, err_msg=name)


@everywhere
def test_integers_and_booleans_become_float64(kind, number, axes):
    call = Call(kind, number, axes)
    for form in (np.int64, np.int16, bool):
        got = call.both(lambda a, form=form: a.astype(form))
        equal(got, call.both(lambda a, form=form: a.astype(form).astype(float)))
        assert all(a.dtype == np.float64 for name, a in got.items() if name != "winners")


@everywhere
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes_stay(kind, number, axes, dtype):
    call = Call(kind, number, axes)
    got = call.both(lambda a: a.astype(dtype))
    assert {np.asarray(a).dtype for name, a in got.items() if name != "winners"} == {np.dtype(dtype)}
    equal(got, call.both(), tolerance=1e-4 * max(1, *(np.abs(a).max(initial=0) for a in got.values())))


@everywhere
def test_of_mixed_dtypes_the_wider(kind, number, axes):
    call = Call(kind, number, axes)
    for wide in call.inputs:
        mixed = {n: a.astype(np.float64 if n == wide else np.float32) for n, a in call.inputs.items()}
        assert call.forward(**mixed)["y"].dtype == np.float64, wide


@everywhere
def test_a_complex_step_sees_the_gradients(kind, number, axes):
    """Along each input for itself: what sum(dy * y) gains by the step is the gradient times the direction."""
    call, rng = Call(kind, number, axes), np.random.default_rng(5)
    for name, gradient in call.backward().items():
        a = call.inputs[name[1:]]
        direction = rng.normal(size=a.shape)
        y = call.forward(**{name[1:]: a + 1e-30j * direction})["y"]
        slope, scale = np.sum(call.dy * y).imag / 1e-30, 1 + np.sum(np.abs(gradient * direction))
        assert slope == pytest.approx(np.sum(gradient * direction), abs=1e-12 * scale), name


@everywhere
def test_gradients_are_linear_in_dy_and_conjugate_nothing(kind, number, axes):
    call, factor = Call(kind, number, axes), 2 - 3j
    expected = {name: factor * gradient for name, gradient in call.backward().items()}
    call.dy = factor * call.dy
    equal(call.backward(), expected, tolerance=1e-10)


LAYOUTS = {
    "Fortran's order": np.asfortranarray,
    "every second entry": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "backwards": lambda a: a[::-1].copy()[::-1],
    "images last": lambda a: np.moveaxis(np.moveaxis(a, 0, -1).copy(), -1, 0),
}


@everywhere
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_read_only_and_fresh_results(kind, number, axes, layout):
    call, given = Call(kind, number, axes), []

    def lay(a):
        given.append((LAYOUTS[layout](a) if a.ndim else a.copy(), a))
        given[-1][0].flags.writeable = False
        return given[-1][0]

    got = call.both(lay)
    equal(got, call.both(), tolerance=1e-10)
    for result in map(np.asarray, got.values()):
        assert not any(np.shares_memory(result, a) for a, _ in given)
    for a, before in given:
        np.testing.assert_array_equal(a, before)


@everywhere
def test_results_may_be_written_to(kind, number, axes):
    for name, result in Call(kind, number, axes).both().items():
        assert np.ndim(result) == 0 or result.flags.writeable, name


@everywhere
def test_an_empty_batch_has_results_of_the_right_shapes(kind, number, axes):
    call = Call(kind, number, axes)
    full, shared = call.both(), NOT_BY_THE_IMAGE
    call.inputs = {name: a if name in shared else a[:0] for name, a in call.inputs.items()}
    call.dy = call.dy[:0] if call.dy.ndim else call.dy
    changed = {name: call.options[name][:0] for name in ("labels", "winners") if name in call.options}
    call.options = call.options | changed | (dict(train=False) if "train" in call.options else {})
    for name, result in call.both().items():
        if name == "y" and not call.dy.ndim:
            assert result == 0
        elif name.removeprefix("d") in shared:
            assert result.shape == full[name].shape
            assert not result.any()
        elif name not in ("mean", "variance"):
            assert result.shape == (0, *full[name].shape[1:])
