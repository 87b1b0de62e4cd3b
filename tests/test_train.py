"""Training by hand and by fit: every example once, the schedule's numbers, a stop where the loss is none."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from cnnlab.layers import Conv, Dense, Flatten, Layer, ReLU
from cnnlab.model import Sequential
from cnnlab.optimisers import SGD, Adam, AdamW, Momentum, Optimiser
from cnnlab.schedules import one_cycle
from cnnlab.train import evaluate, fit, minibatches


@pytest.mark.parametrize(
    ("n", "batch_size", "sizes"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (2, 5, [2]), (0, 4, [])]
)
def test_minibatches_deal_every_example_once(n, batch_size, sizes):
    x, labels = np.arange(10 * n).reshape(n, 10), np.arange(n) + 100
    batches = list(minibatches(x, labels, batch_size, np.random.default_rng(0)))
    assert [len(batch) for batch, _ in batches] == sizes
    for batch, truth in batches:
        np.testing.assert_array_equal(batch, x[truth - 100])
    assert sorted(int(label) for _, truth in batches for label in truth) == labels.tolist()


def test_minibatches_are_shuffled_by_the_generator_alone():
    def deal(seed):
        rng = np.random.default_rng(seed)
        return [truth.tolist() for _ in range(2) for _, truth in minibatches(x, x, 5, rng)]

    x = np.arange(20)
    first = deal(1)
    assert deal(1) == first
    assert deal(2) != first
    assert first[:4] != first[4:]
    assert np.concatenate(first[:4]).tolist() != x.tolist()
    np.testing.assert_array_equal(x, np.arange(20))


def test_minibatches_complain_before_the_first_batch():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="x holds 3 examples, but labels 2"):
        minibatches(np.zeros((3, 1)), np.zeros(2), 1, rng)
    with pytest.raises(ValueError, match="batch_size is 0, but a batch must hold at least 1 example"):
        minibatches(np.zeros((3, 1)), np.zeros(3), 0, rng)


def clouds(rng, n=60, classes=3):
    """Points around the corners of a triangle: a class each."""
    labels = np.arange(n) % classes
    corners = np.array([[3.0, 0], [-3, 0], [0, 4]])
    return corners[labels] + 0.5 * rng.standard_normal((n, 2)), labels


def test_fit_is_gradient_descent():
    """Softmax regression with momentum, two epochs, against the textbook's formulas."""
    x, labels = clouds(np.random.default_rng(0), n=5)
    model = Sequential(Dense(2, 3, rng=np.random.default_rng(1), dtype=np.float64))
    w, b = model.parameters["0.weight"].copy(), model.parameters["0.bias"].copy()
    history = fit(
        model,
        (x, labels),
        epochs=2,
        batch_size=2,
        optimiser=Momentum(lr=lambda progress: 0.5 - 0.3 * progress, mu=0.75),
        rng=np.random.default_rng(2),
        progress=False,
    )
    rng, step, losses, hits, vw, vb = np.random.default_rng(2), 0, [], [], 0, 0
    for _ in range(2):
        for batch, truth in minibatches(x, labels, 2, rng):
            p = np.exp(batch @ w.T + b)
            p /= p.sum(axis=1, keepdims=True)
            losses += (-np.log(p[range(len(truth)), truth])).tolist()
            hits += (p.argmax(axis=1) == truth).tolist()
            error = (p - np.eye(3)[truth]) / len(truth)
            rate = 0.5 - 0.3 * step / 6
            vw, vb = 0.75 * vw + error.T @ batch, 0.75 * vb + error.sum(axis=0)
            w, b, step = w - rate * vw, b - rate * vb, step + 1
    np.testing.assert_allclose(model.parameters["0.weight"], w)
    np.testing.assert_allclose(model.parameters["0.bias"], b)
    np.testing.assert_allclose(history.loss, [np.mean(losses[:5]), np.mean(losses[5:])])
    np.testing.assert_allclose(history.score, [np.mean(hits[:5]), np.mean(hits[5:])])
    assert history.validation_score == []
    assert len(history.seconds) == 2


@pytest.mark.parametrize(
    "optimiser", [Adam(lr=one_cycle(0.05)), Momentum(lr=0.05, mu=0.8), SGD(lr=0.2)], ids=str
)
def test_fit_learns(optimiser):
    rng = np.random.default_rng(0)
    model = Sequential(Dense(2, 8, rng=rng), ReLU(), Dense(8, 3, rng=rng))
    history = fit(
        model,
        clouds(rng),
        epochs=20,
        batch_size=16,
        optimiser=optimiser,
        rng=rng,
        validation=clouds(rng, n=30),
        progress=False,
    )
    assert history.loss[-1] < 0.1 < history.loss[0]
    assert history.validation_score[-1] == 1.0
    assert (
        len(history.loss) == len(history.score) == len(history.validation_score) == len(history.seconds) == 20
    )
    assert all(array.dtype == np.float32 for array in model.parameters.values())


def test_a_convolution_learns_in_float32():
    """Which way does the step go? Up or down, anywhere in the signal."""
    rng = np.random.default_rng(0)
    labels = np.arange(80) % 2
    x = np.zeros((80, 1, 12), np.float32)
    for row, label, place in zip(x, labels, rng.integers(2, 10, 80), strict=True):
        row[0, place:] = 1 if label else -1
    model = Sequential(Conv(1, 4, kernel_size=3, rng=rng), ReLU(), Flatten(), Dense(40, 2, rng=rng))
    settings = dict(epochs=5, batch_size=8, optimiser=Adam(lr=0.02), rng=rng, progress=False)
    assert fit(model, (x, labels), **settings).score[-1] == 1
    assert all(array.dtype == np.float32 for array in model.parameters.values())


def test_the_same_seed_gives_the_same_network():
    def train(seed):
        rng = np.random.default_rng(seed)
        model = Sequential(Dense(2, 3, rng=rng))
        data = clouds(np.random.default_rng(9))
        fit(model, data, epochs=2, batch_size=7, optimiser=Adam(lr=0.1), rng=rng, progress=False)
        return model.parameters["0.weight"]

    np.testing.assert_array_equal(train(0), train(0))
    assert (train(0) != train(1)).any()


def test_a_loss_that_is_no_number_stops_with_a_reason():
    rng = np.random.default_rng(0)
    x, labels = clouds(rng, n=6)
    settings = dict(epochs=3, batch_size=2, rng=rng, progress=False)
    x[:] = np.nan
    with pytest.raises(
        FloatingPointError,
        match=r"loss is nan in epoch 1, batch 1, at learning rate 0\.1: the batch itself holds inf or nan",
    ):
        fit(Sequential(Dense(2, 3, rng=rng)), (x, labels), optimiser=SGD(lr=0.1), **settings)
    x, labels = clouds(rng, n=6)
    model = Sequential(Dense(2, 9, rng=rng), Dense(9, 9, rng=rng), Dense(9, 3, rng=rng))
    with pytest.raises(
        FloatingPointError,
        match=r"epoch 1, batch \d, at learning rate 1e\+30: .* of layer \d, Dense\(.*\), is no longer finite",
    ):
        fit(model, (x, labels), optimiser=SGD(lr=1e30), **settings)
    assert not any(np.isnan(array).any() for array in model.parameters.values())


def test_evaluate_does_not_depend_on_the_batches():
    scores = np.random.default_rng(0).standard_normal((23, 3))
    labels = np.arange(23) % 3
    expected = np.mean(
        [max(range(3), key=row.__getitem__) == k for row, k in zip(scores, labels, strict=True)]
    )
    for batch_size in (1, 5, 23, 100):
        assert evaluate(Flatten(), scores, labels, batch_size=batch_size) == pytest.approx(expected)


def test_evaluate_does_not_train():
    class Spy(Layer):
        def forward(self, x, *, train=False):
            assert not train
            return x

    assert evaluate(Spy(), np.eye(2), np.arange(2)) == 1


@pytest.mark.parametrize(
    ("n", "labels", "batch_size", "complaint"),
    [
        (1000, 1200, 500, "x holds 1000 examples, but labels 1200"),
        (3, 3, 0, "batch_size is 0, but a batch must hold at least 1 example"),
        (0, 0, 5, "x holds 0 examples, but it takes at least 1"),
    ],
)
def test_bad_data_is_refused_before_any_work(n, labels, batch_size, complaint):
    class Idle(Layer):
        def forward(self, x, *, train=False):
            raise AssertionError("work was done")

    def learn(data, **options):
        fit(Idle(), data, epochs=1, optimiser=SGD(lr=1), rng=np.random.default_rng(0), **options)

    bad, good = (np.zeros((n, 2)), np.zeros(labels, int)), (np.zeros((4, 2)), np.zeros(4, int))
    with pytest.raises(ValueError, match=complaint):
        learn(bad, batch_size=batch_size)
    with pytest.raises(ValueError, match=complaint):
        evaluate(Idle(), *bad, batch_size=batch_size)
    if batch_size:
        with pytest.raises(ValueError, match=complaint):
            learn(good, batch_size=4, validation=bad)


@pytest.mark.parametrize("rule", [SGD, AdamW])
def test_weights_decay_and_biases_do_not(rule):
    """Where every gradient is 0, only the decay is left."""

    class Deaf(Dense):
        def backward_parameters(self, dy):
            self.gradients = {key: np.zeros_like(array) for key, array in self.parameters.items()}

    layer = Deaf(2, 3, dtype=np.float64)
    layer.parameters["bias"] = np.array([1.0, 2, 3])
    before = dict(layer.parameters)
    data, rng = clouds(np.random.default_rng(0), n=6), np.random.default_rng(0)
    settings = dict(epochs=1, batch_size=6, rng=rng, progress=False)
    fit(Sequential(Sequential(layer)), data, optimiser=rule(lr=0.1, decay=0.5), **settings)
    np.testing.assert_allclose(layer.parameters["weight"], before["weight"] * (1 - 0.1 * 0.5))
    np.testing.assert_array_equal(layer.parameters["bias"], before["bias"])


def test_a_rule_of_ones_own_need_not_know_decay():
    def still(parameter, gradient, state, *, lr):
        return parameter, state

    data, rng = clouds(np.random.default_rng(0), n=6), np.random.default_rng(0)
    settings = dict(epochs=1, batch_size=6, rng=rng, progress=False)
    still = Optimiser(still, lr=0.1)
    assert len(fit(Sequential(Dense(2, 3)), data, optimiser=still, **settings).loss) == 1


def test_the_first_layers_dx_is_not_computed():
    class First(Dense):
        def backward(self, dy):
            raise AssertionError("dx was computed")

        def backward_parameters(self, dy):
            self.gradients = {key: np.zeros_like(array) for key, array in self.parameters.items()}

    data = clouds(np.random.default_rng(0))
    rng = np.random.default_rng(0)
    fit(
        Sequential(First(2, 3)),
        data,
        epochs=1,
        batch_size=60,
        optimiser=SGD(lr=1),
        rng=rng,
        progress=False,
    )


def test_progress_is_drawn_on_a_terminal_only(monkeypatch, capsys):
    def run():
        rng = np.random.default_rng(0)
        model = Sequential(Dense(2, 3, rng=rng))
        fit(model, clouds(rng), epochs=2, batch_size=20, optimiser=SGD(lr=0.1), rng=rng)
        return capsys.readouterr()

    assert run() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    bar = run().err
    assert "120/120" in bar
    for words in ("epoch 2, loss 0.", "accuracy 0.", "examples/s"):
        assert words in bar
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert run() == ("", "")


def test_progress_is_drawn_in_a_notebook_and_goes_on_after_a_stop(monkeypatch, capsys, tmp_path):
    def unplugged(x, labels, rng):
        if next(batches, None) is None:
            raise OSError("unplugged")
        return x, labels

    def run():
        rng = np.random.default_rng(0)
        options = dict(epochs=2, batch_size=25, augment=unplugged, checkpoint=tmp_path / "run")
        model = Sequential(Dense(2, 3, rng=rng))
        return fit(model, clouds(rng), optimiser=SGD(lr=0.1), rng=rng, **options)

    shell = SimpleNamespace(kernel="a kernel")
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    batches = iter(range(4))
    with pytest.raises(OSError, match="unplugged"):
        run()
    assert " 0.00/120" in capsys.readouterr().err
    batches = iter(range(9))
    assert len(run().loss) == 2
    bar = capsys.readouterr().err
    assert " 60.0/120" in bar and " 0.00/120" not in bar


def test_seconds_are_those_of_learning(monkeypatch):
    """By a clock of the test's own: a second a batch, an hour for the validation set."""
    now = 0.0

    def learn(x, labels, rng):
        nonlocal now
        now += 1
        return x, labels

    def judge(scores, labels):
        nonlocal now
        now += 3600 * (len(labels) == 9)
        return 0.5

    monkeypatch.setattr("cnnlab.train.time.perf_counter", lambda: now)
    rng = np.random.default_rng(0)
    options = dict(epochs=3, batch_size=20, optimiser=SGD(lr=0.1), rng=rng, progress=False)
    history = fit(
        Dense(2, 3), clouds(rng), augment=learn, measure=judge, validation=clouds(rng, n=9), **options
    )
    assert history.seconds == [3, 3, 3]
