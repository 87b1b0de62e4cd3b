"""Whole networks: shapes, keys, gradients against slopes, and errors that name the layer."""

import tracemalloc

import numpy as np
import pytest

from cnnlab.gradcheck import check_layer
from cnnlab.layers import (
    AdaptiveAvgPool,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Layer,
    LeakyReLU,
    Local,
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


def test_the_first_layer_that_learns_is_not_asked_for_dx():
    """Nor are those before it asked for anything."""

    class Spy(Dense):
        def backward(self, dy):
            calls.append(self)
            return super().backward(dy)

        def backward_parameters(self, dy):
            alone.append(self)

    class Silent(ReLU):
        def backward(self, dy):
            raise AssertionError("there is nothing to learn down here")

        backward_parameters = backward

    calls, alone = [], []
    first, second, third = Spy(2, 3), Spy(3, 4), Spy(4, 5)
    model = Sequential(Silent(), Sequential(Silent()), Sequential(Silent(), first, second), third)
    model.backward_parameters(model.forward(np.ones((1, 2))))
    assert calls == [third, second]
    assert alone == [first]
    lazy = Sequential(Silent(), Sequential(Silent()))
    assert lazy.backward_parameters(lazy.forward(np.ones((1, 2)))) is None


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


CONVOLUTIONS = {
    "conv": (Conv(4, 6, kernel_size=(3, 2), stride=(2, 1), dilation=(1, 2), groups=2), (4, 7, 6)),
    "conv_transpose": (
        ConvTranspose(4, 6, kernel_size=(3, 2), stride=(2, 1), dilation=(1, 2), groups=2),
        (4, 4, 3),
    ),
    "tiled": (Tiled(2, 3, tile=(2, 3), kernel_size=(3, 2), stride=(1, 2)), (2, 7, 8)),
    "local": (Local(2, 3, spatial=(7, 6), kernel_size=(3, 2), stride=(2, 1)), (2, 7, 6)),
    "weighted_pool": (WeightedPool((3, 2), stride=(1, 2)), (3, 7, 6)),
    "dense": (Dense(7, 5), (7,)),
    "conv_3d": (Conv(2, 3, kernel_size=(2, 3, 2)), (2, 4, 5, 3)),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_multiply_adds_are_the_products_of_ones(name):
    """Where every input and every weight is 1, so is each product, and the outputs' sum counts them."""
    layer, shape = CONVOLUTIONS[name]
    for key, array in layer.parameters.items():
        layer.parameters[key] = np.full(array.shape, float(key == "weight"))
    y = layer.forward(np.ones((1, *shape)))
    (row,) = Sequential(layer).trace(shape).rows
    assert row.multiply_adds == y.sum()
    assert row.output == y.shape[1:]
    assert row.parameters == sum(array.size for array in layer.parameters.values())


def test_layers_without_weights_cost_nothing_but_a_normalisation():
    trace = Sequential(
        Pad(1), BatchNorm(3), ReLU(), MaxPool(2), Dropout(), AdaptiveAvgPool(2), Softmax(), GlobalAvgPool()
    ).trace((3, 6, 8))
    assert [row.output for row in trace.rows] == [
        (3, 8, 10),
        (3, 8, 10),
        (3, 8, 10),
        (3, 4, 5),
        (3, 4, 5),
        (3, 2, 2),
        (3, 2, 2),
        (3,),
    ]
    assert [row.multiply_adds for row in trace.rows] == [0, 3 * 8 * 10, 0, 0, 0, 0, 0, 0]
    assert [row.parameters for row in trace.rows] == [0, 6, 0, 0, 0, 0, 0, 0]


def ones(layer):
    """Give a layer weights of 1: then a gradient is positive wherever an output looks."""
    for key, array in layer.parameters.items():
        layer.parameters[key] = np.ones(array.shape)
    return layer


LINEAR = {
    "1-D": ([Conv(1, 2, kernel_size=3, stride=2, padding=1), AvgPool(2), Conv(2, 1, kernel_size=2)], (1, 29)),
    "2-D": (
        [
            Conv(1, 2, kernel_size=(3, 2), dilation=(1, 2), stride=(2, 1)),
            Dropout(),
            AvgPool((2, 3), stride=(1, 2), padding=((1, 0), (0, 1))),
            Conv(2, 2, kernel_size=(2, 2), groups=2, padding="same"),
        ],
        (1, 15, 17),
    ),
    "3-D": (
        [Pad((1, 0, 2)), Conv(2, 1, kernel_size=(2, 3, 1), stride=(1, 2, 3)), AvgPool(2, stride=1)],
        (2, 5, 11, 9),
    ),
    "tiled": (
        [Tiled(1, 2, tile=(2, 3), kernel_size=(3, 2), stride=(1, 2)), WeightedPool((2, 1))],
        (1, 9, 12),
    ),
    "rounded up": ([AvgPool(3, stride=2, ceil_mode=True), Conv(1, 1, kernel_size=2)], (1, 8)),
    "local": ([Local(1, 2, spatial=8, kernel_size=3, stride=2, padding="same")], (1, 8)),
    "up and cropped": ([ConvTranspose(1, 1, kernel_size=3, stride=2, padding=((2, 1),))], (1, 6)),
    "up": ([ConvTranspose(1, 2, kernel_size=4, stride=2, padding=1), Conv(2, 1, kernel_size=2)], (1, 9)),
    "down and up": (
        [
            Conv(1, 2, kernel_size=(3, 3), stride=2, padding=1),
            ConvTranspose(2, 1, kernel_size=(3, 2), stride=(2, 3), output_padding=(1, 2)),
            Conv(1, 1, kernel_size=(2, 3), padding="same"),
        ],
        (1, 12, 11),
    ),
    "up with gaps": ([ConvTranspose(1, 1, kernel_size=2, stride=3, dilation=2), AvgPool(2)], (1, 7)),
    "bins": ([AdaptiveAvgPool((3, 5)), Conv(1, 1, kernel_size=(2, 2))], (1, 10, 7)),
    "more bins than cells": ([AdaptiveAvgPool(7), Conv(1, 1, kernel_size=3)], (1, 4)),
    "global": ([Conv(1, 2, kernel_size=2), GlobalAvgPool(), Dense(2, 3)], (1, 6)),
    "flat": ([AvgPool(2), Flatten(), Dense(6, 3)], (1, 5, 6)),
    "the rim cut off": ([ConvTranspose(1, 1, kernel_size=1, padding=1), Flatten(), Dense(5, 2)], (1, 7)),
}


def look(layers, shape):
    """Ask every entry of the last map, by its gradient, which cells it sees: a boolean (*out, *spatial)."""
    model = Sequential(*layers)
    y = model.forward(np.ones((1, *shape)))
    seen = np.zeros((*y.shape[2:], *shape[1:]), bool)
    for place in np.ndindex(*y.shape[2:]):
        dy = np.zeros(y.shape)
        dy[(slice(None), slice(None), *place)] = 1
        seen[place] = model.backward(dy)[0].any(axis=0)
    return seen


def spans(seen, axes):
    """The first and the last cell that each place sees, on each axis."""
    spatial = seen.ndim - axes
    for place in np.ndindex(*seen.shape[: seen.ndim - axes] if spatial else ()):
        cells = np.argwhere(seen[place])
        if len(cells):
            yield place, cells.min(axis=0), cells.max(axis=0)


@pytest.mark.parametrize("name", LINEAR)
def test_receptive_fields_are_where_gradients_arrive(name):
    layers, shape = LINEAR[name]
    layers = [ones(layer) for layer in layers]
    trace = Sequential(*layers).trace(shape)
    for depth, row in enumerate(trace.rows, start=1):
        seen = look(layers[:depth], shape)
        sizes = np.max([last - first + 1 for _, first, last in spans(seen, len(shape) - 1)], axis=0)
        assert row.receptive_field == tuple(sizes.tolist())


@pytest.mark.parametrize("name", LINEAR)  # none begins with a layer that mixes all
def test_every_place_reads_where_its_gradient_arrives(name):
    layers, shape = LINEAR[name]
    layer = ones(layers[0])
    y = layer.forward(np.ones((1, *shape)))
    reads = layer.reads(shape[1:], y.shape[2:])
    for place, first, last in spans(look([layer], shape), len(shape) - 1):
        for j, n, (low, high), a, b in zip(place, shape[1:], reads, first, last, strict=True):
            assert (max(low[j], 0), min(high[j], n - 1)) == (a, b)


def test_an_unpooled_place_reads_the_windows_that_contain_it():
    reads = MaxUnpool(MaxPool(3, stride=2, padding=1)).reads((4,), (7,))  # windows start at -1, 1, 3, 5
    assert [(int(a), int(b)) for a, b in zip(*reads[0], strict=True)] == [
        (0, 0),
        (0, 1),
        (1, 1),
        (1, 2),
        (2, 2),
        (2, 3),
        (3, 3),
    ]


@pytest.mark.parametrize("name", ["1-D", "2-D", "3-D", "tiled", "rounded up", "local"])
def test_receptive_fields_start_and_step(name):
    """Every entry sees the cells from start + o * jump on, where they are inside."""
    layers, shape = LINEAR[name]
    layers = [ones(layer) for layer in layers]
    size, jump, start = (np.array(numbers) for numbers in Sequential(*layers).receptive_field(shape))
    n = np.array(shape[1:])
    checked = 0
    for place, first, last in spans(look(layers, shape), len(n)):
        begin = start + place * jump
        inner = (begin >= 0) & (begin + size <= n)  # beyond, a window on padding alone sees what it likes
        np.testing.assert_array_equal(first[inner], begin[inner])
        np.testing.assert_array_equal(last[inner], (begin + size - 1)[inner])
        checked += inner.sum()
    assert checked > 1


def test_receptive_fields_by_hand():
    """LeNet's on paper: 5, then one pooling step more, then 4 steps of 2, then 2, and then everything."""
    model = Sequential(
        Conv(1, 6, kernel_size=(5, 5)),
        BatchNorm(6),
        ReLU(),
        MaxPool(2),
        Conv(6, 16, kernel_size=(5, 5)),
        MaxPool(2),
        Flatten(),
        Dense(256, 10),
    )
    trace = model.trace((1, 28, 28))
    assert [row.receptive_field for row in trace.rows] == [(n, n) for n in (5, 5, 5, 6, 14, 16, 28, 28)]
    assert "14 x 14" in str(trace).splitlines()[5]
    assert [" all " in line for line in str(trace).splitlines()] == [False] * 7 + [True, True, False]
    convolutional = Sequential(*model.layers[:6])
    assert convolutional.receptive_field((1, 28, 28)) == ((16, 16), (4, 4), (0, 0))
    assert Sequential(Softmax(), ReLU()).receptive_field((3, 4, 5)) == ((1, 1), (1, 1), (0, 0))
    with pytest.raises(
        ValueError, match=r"layer 6, Flatten\(\), does not see its input through windows of one"
    ):
        model.receptive_field((1, 28, 28))
    up = Sequential(Sequential(ConvTranspose(1, 1, kernel_size=2, stride=2)))
    with pytest.raises(ValueError, match=r"layer 0\.0, ConvTranspose\(.*\), does not see its input through"):
        up.receptive_field((1, 8))


def test_softmax_over_places_sees_all_of_them():
    trace = Sequential(Softmax(), Softmax(axis=2)).trace((3, 4, 5))
    assert [row.receptive_field for row in trace.rows] == [(1, 1), (4, 5)]
    assert Sequential(Softmax(axis=-3)).trace((3, 4, 5)).rows[0].receptive_field == (1, 1)


def test_rows_of_numbers_have_no_places_to_see():
    trace = Sequential(Dense(3, 2), ReLU()).trace((3,))
    assert [row.receptive_field for row in trace.rows] == [(), ()]
    assert "all" not in str(trace).replace("total", "")


def test_trace_follows_an_autoencoder():
    """The copy that is traced undoes its own pooling, not that of the network, which has seen four images."""
    pool = MaxPool(2)
    model = Sequential(
        Conv(1, 3, kernel_size=3, padding=1),
        pool,
        MaxUnpool(pool),
        ConvTranspose(3, 1, kernel_size=3, padding=1),
    )
    y = model.forward(np.ones((4, 1, 8)), train=True)
    trace = model.trace((1, 10))
    assert [row.output for row in trace.rows] == [(3, 10), (3, 5), (3, 10), (1, 10)]
    assert [row.receptive_field for row in trace.rows] == [(3,), (4,), (4,), (6,)]
    assert model.backward(y).shape == (4, 1, 8)


def test_what_a_network_has_seen_is_one_mapping():
    model = Sequential(Dense(2, 3), BatchNorm(3), Sequential(ReLU(), BatchNorm(3)))
    assert list(model.state) == ["1.mean", "1.variance", "2.1.mean", "2.1.variance"]
    model.forward(np.array([[1.0, 2], [3, 5]]), train=True)
    assert model.state["2.1.mean"] is model.layers[2].layers[1].state["mean"]
    before = {key: value.copy() for key, value in model.state.items()}
    model.trace((2,))
    model.forward(np.ones((5, 2)))
    for key, value in model.state.items():
        np.testing.assert_array_equal(value, before[key])


def test_gradients_of_a_network_of_everything():
    rng = np.random.default_rng(6)
    model = Sequential(
        Pad(1, "reflect"),
        Conv(1, 4, kernel_size=(3, 2), bias=False, rng=rng),
        BatchNorm(4, eps=0.1),
        Tanh(),
        WeightedPool((2, 2)),
        Dropout(0.25, rng=np.random.default_rng(7)),
        ConvTranspose(4, 2, kernel_size=(2, 3), stride=2, rng=rng),
        AdaptiveAvgPool((3, 2)),
        Local(2, 3, spatial=(3, 2), kernel_size=2, rng=rng),
        Flatten(),
        Softmax(),
    )
    report = check_layer(model, rng.standard_normal((4, 1, 7, 8)), rng)
    assert report.ok, report


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
    assert lines[0].split() == ["layer", "output", "receptive", "field", "parameters", "multiply-adds"]
    assert lines[1].split()[-10:] == "200 x 10 x 10 3 x 3 2,000 180,000".split()
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


@pytest.mark.parametrize("n", [0, 1, 6, 7, 8, 13])
@pytest.mark.parametrize("batch_size", [1, 7, 500])
def test_predict_is_forward_in_batches(n, batch_size):
    rng = np.random.default_rng(0)
    model = Sequential(Conv(1, 2, kernel_size=3, rng=rng), BatchNorm(2), ReLU(), Dropout(0.5))
    x = rng.standard_normal((n, 1, 9)).astype(np.float32)
    model.forward(np.ones((4, 1, 9)), train=True)
    y = model.predict(x, batch_size=batch_size)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, model.forward(x), rtol=1e-5, atol=1e-6)


def test_predict_takes_integers_and_lists_and_refuses_no_batch():
    layer = Dense(2, 3)
    whole = np.arange(10, dtype=np.uint8).reshape(5, 2)
    np.testing.assert_allclose(layer.predict(whole, batch_size=2), layer.forward(whole))
    np.testing.assert_array_equal(layer.predict(whole.tolist(), batch_size=5), layer.forward(whole))
    with pytest.raises(ValueError, match="batch_size is 0, but a batch must hold at least 1 example"):
        layer.predict(whole, batch_size=0)
    with pytest.raises(TypeError, match=r"batch_size is 1\.5, but it must be a whole number"):
        layer.predict(whole, batch_size=1.5)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
def test_predict_needs_memory_for_a_batch(dtype):
    """Beyond the outputs, which are small here: peaks grow with the batch, not with the examples."""
    model = Sequential(Conv(1, 8, kernel_size=(3, 3)), GlobalAvgPool())

    def peak(n, batch_size):
        x = np.ones((n, 1, 20, 20), dtype)
        model.predict(x[:batch_size], batch_size=batch_size)  # what forward keeps is there before
        tracemalloc.start()
        model.predict(x, batch_size=batch_size)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    few, many, wide = peak(64, 16), peak(1024, 16), peak(1024, 128)
    assert many - few < 100_000  # 1024 examples are 1.6 MB of float32, their maps 10 MB
    assert wide > 4 * many


def test_summary_counts_what_is_learnt():
    model = Sequential(Conv(2, 3, kernel_size=(3, 2)), BatchNorm(3), Sequential(ReLU(), Dense(1000, 2)))
    summary = model.summary()
    assert summary.rows == [
        ("0  Conv(2, 3, kernel_size=(3, 2))", 3 * 2 * 6 + 3),
        ("1  BatchNorm(3)", 6),
        ("2.0  ReLU()", 0),
        ("2.1  Dense(1000, 2)", 2002),
    ]
    assert summary.parameters == 39 + 6 + 2002 == sum(array.size for array in model.parameters.values())
    assert str(summary).splitlines()[-1].split() == ["total", "2,047"]
    assert len({len(line) for line in str(summary).splitlines()}) == 1
    assert "<td>2,047</td>" in summary._repr_html_()


def test_a_summary_with_a_shape_is_the_trace():
    model = Sequential(Conv(1, 3, kernel_size=3), ReLU())
    assert str(model.summary((1, 9))) == str(model.trace((1, 9)))
    with pytest.raises(ValueError, match="channels") as caught:
        model.summary((2, 9))
    assert any("layer 0" in note for note in caught.value.__notes__)


def test_generators_of_all_layers_are_named():
    one, two = np.random.default_rng(1), np.random.default_rng(2)
    model = Sequential(Dropout(rng=one), Sequential(ReLU(), Dropout(rng=two)))
    assert dict(model.generators) == {"0.rng": one, "1.1.rng": two}
