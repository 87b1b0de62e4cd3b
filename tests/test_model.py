"""Whole networks: shapes, keys, gradients against slopes, and errors that name the layer."""

import numpy as np
import pytest

from cnnlab.gradcheck import check_layer
from cnnlab.layers import AvgPool, Conv, Dense, Flatten, Layer, LeakyReLU, MaxPool, ReLU, Sigmoid, Tanh
from cnnlab.model import Sequential


def small_network(rng, dtype=np.float64):
    return Sequential(
        Conv(2, 4, kernel_size=(3, 2), padding="same", rng=rng, dtype=dtype),
        Tanh(),
        MaxPool(2),
        Conv(4, 3, kernel_size=(2, 2), groups=1, bias=False, rng=rng, dtype=dtype),
        LeakyReLU(),
        Flatten(),
        Dense(3 * 2 * 1, 5, rng=rng, dtype=dtype),
    )


def test_gradients_of_a_whole_network_are_slopes():
    rng = np.random.default_rng(3)
    model, x = small_network(rng), rng.standard_normal((3, 2, 7, 5))
    report = check_layer(model, x, rng)
    assert report.ok, report
    assert {f.name for f in report.findings} == {"dx", *(f"d{key}" for key in model.parameters)}


def test_gradients_of_networks_of_one_and_three_dimensions():
    rng = np.random.default_rng(4)
    for axes in (1, 3):
        model = Sequential(
            Conv(2, 3, kernel_size=(2,) * axes, stride=2, rng=rng, dtype=np.float64),
            Sigmoid(),
            AvgPool(2, stride=1),
            Sequential(Flatten(), Dense(3 * 2**axes, 4, rng=rng, dtype=np.float64)),
        )
        report = check_layer(model, rng.standard_normal((3, 2, *[7] * axes)), rng)
        assert report.ok, report
        assert list(model.parameters) == ["0.weight", "0.bias", "3.1.weight", "3.1.bias"]


def test_a_network_is_its_layers_one_after_another():
    rng = np.random.default_rng(5)
    model, x = small_network(rng), rng.standard_normal((3, 2, 7, 5))
    y = x
    for layer in model.layers:
        y = layer.forward(y)
    np.testing.assert_array_equal(model.forward(x), y)
    dy = rng.standard_normal(y.shape)
    dx = dy
    for layer in model.layers[::-1]:
        dx = layer.backward(dx)
    by_hand = {f"{i}.{key}": g for i, layer in enumerate(model.layers) for key, g in layer.gradients.items()}
    np.testing.assert_array_equal(model.backward(dy), dx)
    assert (
        list(model.gradients)
        == list(model.parameters)
        == ["0.weight", "0.bias", "3.weight", "6.weight", "6.bias"]
    )
    for key, gradient in by_hand.items():
        np.testing.assert_array_equal(model.gradients[key], gradient)


def test_the_first_layer_is_not_asked_for_dx():
    class Spy(ReLU):
        def backward(self, dy):
            calls.append(self)
            return super().backward(dy)

        def backward_parameters(self, dy):
            alone.append(self)

    calls, alone = [], []
    first, second, third = Spy(), Spy(), Spy()
    model = Sequential(Sequential(first, second), third)
    model.backward_parameters(model.forward(np.ones((1, 2))))
    assert calls == [third, second]
    assert alone == [first]


def test_train_reaches_every_layer():
    class Spy(ReLU):
        def forward(self, x, *, train=False):
            seen.append(train)
            return super().forward(x)

    seen = []
    model = Sequential(Spy(), Sequential(Spy()))
    model.forward(np.ones((1, 2)), train=True)
    model.forward(np.ones((1, 2)))
    assert seen == [True, True, False, False]


def test_parameters_are_assigned_in_the_layer():
    layer = Dense(2, 3)
    model = Sequential(ReLU(), layer)
    new = np.ones((3, 2))
    model.parameters["1.weight"] = new
    assert layer.parameters["weight"] is new
    assert len(model.parameters) == 2
    model.backward(model.forward(np.ones((1, 2))))
    model.gradients["1.bias"] = new
    assert layer.gradients["bias"] is new
    del model.gradients["1.bias"]
    assert list(layer.gradients) == ["weight"]


@pytest.mark.parametrize("wrong", ["0.weight", "1.wieght", "3.weight", "weight", "-1.weight", "2.0.wieght"])
def test_unknown_keys(wrong):
    model = Sequential(ReLU(), Dense(2, 3), Sequential(Dense(3, 1)))
    before = dict(model.parameters)
    with pytest.raises(KeyError):
        model.parameters[wrong]
    with pytest.raises(KeyError):
        model.parameters[wrong] = np.ones((3, 2))
    assert dict(model.parameters) == before


def test_errors_name_the_layer():
    model = Sequential(Conv(1, 4, kernel_size=(3, 3)), ReLU(), Dense(9, 2))
    with pytest.raises(
        ValueError, match=r"but they must be(.|\n)*This was layer 2, Dense\(9, 2\), given .* \(5, 4, 2, 6\)"
    ):
        model.forward(np.zeros((5, 1, 4, 8)))
    with pytest.raises(
        ValueError, match=r"This was layer 0, Conv\(1, 4, kernel_size=\(3, 3\)\), given .* \(0, 2, 8, 8\)"
    ):
        model.trace((2, 8, 8))


def test_only_layers():
    with pytest.raises(
        TypeError, match=r"a network is made of layers, Sequential\(ReLU\(\), ...\), but one is \["
    ):
        Sequential([ReLU()])
    with pytest.raises(ValueError, match=r"a network needs at least one layer: Sequential\(ReLU\(\), ...\)"):
        Sequential()


def test_written_as_a_list():
    assert repr(Sequential(ReLU(), Dense(2, 3))) == "Sequential(\n  0  ReLU()\n  1  Dense(2, 3)\n)"
    page = Sequential(ReLU(), Dense(2, 3))._repr_html_()
    assert "<tr><td>1</td><td>Dense(2, 3)</td></tr>" in page


def test_trace_of_lecuns_network_by_hand():
    """The sizes and parameters of LeNet-5's layers, counted on paper; its C3 here sees all maps."""
    model = Sequential(
        Conv(1, 6, kernel_size=(5, 5)),
        AvgPool(2),
        Conv(6, 16, kernel_size=(5, 5)),
        AvgPool(2),
        Flatten(),
        Dense(400, 120),
    )
    trace = model.trace((1, 32, 32))
    assert [row.output for row in trace.rows] == [
        (6, 28, 28),
        (6, 14, 14),
        (16, 10, 10),
        (16, 5, 5),
        (400,),
        (120,),
    ]
    assert [row.parameters for row in trace.rows] == [156, 0, 2416, 0, 0, 48_120]
    assert [row.multiply_adds for row in trace.rows] == [25 * 6 * 784, 0, 150 * 16 * 100, 0, 0, 400 * 120]
    assert trace.parameters == 156 + 2416 + 48_120
    assert trace.multiply_adds == 117_600 + 240_000 + 48_000


def test_trace_counts_products():
    """Multiply-adds against a count of the windows' entries, one by one: grouped, strided, padded."""
    model = Sequential(Conv(4, 6, kernel_size=(3, 2), stride=(2, 1), groups=2, padding=(0, 1)))
    row = model.trace((4, 7, 5)).rows[0]
    places = len(range(0, 7 - 3 + 1, 2)) * len(range(0, 5 + 2 - 2 + 1))
    assert row.output == (6, 3, 6)
    assert row.multiply_adds == places * 6 * (4 // 2) * 3 * 2


def test_trace_looks_inside_and_leaves_the_network_alone():
    inner = Sequential(Conv(1, 2, kernel_size=3), ReLU())
    model = Sequential(inner, Flatten(), Dense(12, 3))
    x = np.ones((4, 1, 8))
    dx = model.backward(model.forward(x))
    trace = model.trace((1, 8))
    assert [row.layer for row in trace.rows] == [
        "0.0  Conv(1, 2, kernel_size=(3,))",
        "0.1  ReLU()",
        "1  Flatten()",
        "2  Dense(12, 3)",
    ]
    assert trace.multiply_adds == 36 + 36
    np.testing.assert_array_equal(model.backward(model.forward(x)), dx)
    model.forward(x)
    model.trace((1, 8))
    assert model.backward(np.ones((4, 3), np.float32)).shape == x.shape


def test_trace_is_a_table():
    trace = Sequential(Conv(1, 200, kernel_size=(3, 3)), ReLU()).trace((1, 12, 12))
    lines = str(trace).splitlines()
    assert lines[0].split() == ["layer", "output", "parameters", "multiply-adds"]
    assert lines[1].split()[-7:] == ["200", "x", "10", "x", "10", "2,000", "180,000"]
    assert lines[-1].split() == ["total", "2,000", "180,000"]
    assert len({len(line) for line in lines}) == 1
    page = trace._repr_html_()
    assert page.count("<tr>") == 4
    assert "<td>180,000</td>" in page

    class Lambda(ReLU):
        def __repr__(self):
            return "<&>"

    assert "&lt;&amp;&gt;" in Sequential(Lambda()).trace((3,))._repr_html_()
    assert isinstance(Sequential(ReLU()), Layer)
