"""What fit measures, what it keeps and when it stops; what is done to each batch; losses of all kinds."""

import functools
import math

import numpy as np
import pytest

from cnnlab import (
    SGD,
    Adam,
    BatchNorm,
    Conv,
    Dense,
    Layer,
    Optimiser,
    ReLU,
    Sequential,
    accuracy,
    fit,
    mse,
    softmax_cross_entropy,
)

RNG = np.random.default_rng


def run(model, data, **options):
    usual = dict(epochs=3, batch_size=2, optimiser=SGD(lr=0.1), rng=RNG(0), progress=False)
    return fit(model, data, **(usual | options))


def rows(n, seed=0):
    rng = RNG(seed)
    return rng.standard_normal((n, 2)), rng.integers(0, 3, n)


def test_validation_is_measured_after_each_epoch_by_hand():
    """Over more examples than go through at once, with batch norm as it is at test time."""
    model = Sequential(
        Dense(2, 4, rng=RNG(1), dtype=float), BatchNorm(4, dtype=float), Dense(4, 3, rng=RNG(2))
    )
    x, labels = rows(1203, seed=1)
    expected = []

    class Watch(SGD):
        """After the last step of an epoch, ask all examples at once."""

        def step(self, model, progress=0.0):
            super().step(model, progress)
            if round(progress * 6) % 2:
                scores = model.forward(x)
                p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
                loss = -np.log(p[np.arange(1203), labels]).mean()
                expected.append((loss, (p.argmax(axis=1) == labels).mean()))

    history = run(model, rows(8), batch_size=4, validation=(x, labels), optimiser=Watch(lr=0.5))
    np.testing.assert_allclose(np.transpose([history.validation_loss, history.validation_score]), expected)
    assert len({loss for loss, _ in expected}) == 3


class Scripted(Layer):
    """A net whose answers are right so often, and whose weight says how many steps it has learnt."""

    def __init__(self, shares):
        super().__init__()
        self.parameters["weight"], self.shares = np.zeros(1), shares
        self.state["seen"] = np.zeros(1)

    def forward(self, x, *, train=False):
        steps = int(self.parameters["weight"][0])
        self.state["seen"] += train  # in place: what was best must not change with it
        if train:
            return np.zeros((len(x), 2))
        right = np.arange(len(x)) < round(self.shares[steps - 1] * len(x))
        return np.stack([right, ~right], axis=1).astype(float)

    def backward_parameters(self, dy):
        self.gradients["weight"] = np.ones(1)


def counted(parameter, gradient, state, *, lr):
    return parameter + gradient, None


TEN = np.zeros((10, 1)), np.zeros(10, int)
SCRIPT = [0.3, 0.6, 0.5, 0.8, 0.7, 0.8, 0.2, 0.9]


@pytest.mark.parametrize(
    ("options", "epochs", "best", "left", "stopped"),
    [
        (dict(), 8, 8, 8, ""),
        (dict(epochs=7), 7, 4, 7, ""),
        (dict(epochs=7, keep_best=True), 7, 4, 4, ""),
        (dict(patience=1), 3, 2, 2, "stopped after epoch 3: none was better than 2"),
        (dict(patience=2), 6, 4, 4, "stopped after epoch 6: none was better than 4"),  # 0.8 is no better
        (dict(patience=3), 7, 4, 4, "stopped after epoch 7: none was better than 4"),
        (dict(patience=4), 8, 8, 8, ""),
    ],
)
def test_patience_and_the_best(options, epochs, best, left, stopped):
    model = Scripted(SCRIPT)
    settings = dict(epochs=8, batch_size=10, optimiser=Optimiser(counted, lr=0), validation=TEN) | options
    history = run(model, TEN, **settings)
    assert history.validation_score == SCRIPT[:epochs]
    assert (history.best, history.stopped) == (best, stopped)
    assert model.parameters["weight"] == model.state["seen"] == [left]


def test_without_a_measure_the_loss_decides():
    """The loss of an answer is as far as it is off: nearest after the second epoch."""
    model = Dense(1, 1, dtype=float)
    model.parameters.update(weight=np.zeros((1, 1)), bias=np.zeros(1))
    data, held_out = (np.ones((2, 1)), np.full((2, 1), 9.0)), (np.zeros((1, 1)), np.ones((1, 1)))

    def one(prediction, target):
        return abs(prediction - target).mean(), np.sign(prediction - target)

    history = run(model, data, loss=one, optimiser=SGD(lr=0.25), validation=held_out, keep_best=True)
    assert history.validation_loss == [0.5, 0.0, 0.5]  # the bias is 0.5, 1, 1.5
    assert history.best == 2
    assert model.parameters["bias"] == [1.0]
    assert history.score == history.validation_score == []


def test_a_score_that_is_no_number_is_never_the_best():
    """Where nothing counts yet, precision is 0 / 0."""
    answers = iter([math.nan, 0.25, 0.5, math.nan])

    def precise(scores, labels):
        return next(answers) if len(labels) == 10 else math.nan

    history = run(
        Dense(1, 2), (TEN[0][:4], TEN[1][:4]), epochs=4, measure=precise, validation=TEN, keep_best=True
    )
    assert history.best == 3
    assert len(history.score) == len(history.loss) == 4
    assert "nan" in str(history)
    assert len(history.plot().axes) == 2


def test_augmentation_sees_each_batch_once_with_the_rng():
    seen, learnt = [], []

    def mark(x, labels, rng):
        seen.append((x.copy(), labels, rng))
        x += 100  # a batch is a copy: what is done to it is not done to the data
        return x, labels

    class Spy(Dense):
        def forward(self, x, *, train=False):
            learnt.extend([x] if train else [])
            return super().forward(x, train=train)

    x, labels = np.arange(10.0).reshape(5, 2), np.arange(5) % 3
    rng = RNG(0)
    run(Spy(2, 3), (x, labels), epochs=2, augment=mark, rng=rng, validation=(x, labels))
    assert [len(batch) for batch, _, _ in seen] == [2, 2, 1] * 2
    assert all(generator is rng for _, _, generator in seen)
    for epoch in (seen[:3], seen[3:]):
        dealt = np.concatenate([batch for batch, _, _ in epoch])
        assert sorted(dealt[:, 0]) == [0, 2, 4, 6, 8]
        np.testing.assert_array_equal(dealt[:, 0] / 2 % 3, np.concatenate([truth for _, truth, _ in epoch]))
    for (batch, _, _), given in zip(seen, learnt, strict=True):
        np.testing.assert_array_equal(batch + 100, given)
    np.testing.assert_array_equal(x, np.arange(10.0).reshape(5, 2))


def test_regression_finds_the_line():
    """Least squares, against the normal equations."""
    rng = RNG(0)
    x = rng.standard_normal((40, 3))
    y = x @ rng.standard_normal((3, 2)) + 0.1 * rng.standard_normal((40, 2))
    model = Dense(3, 2, rng=rng, dtype=float)
    history = run(model, (x, y), epochs=200, batch_size=40, optimiser=SGD(lr=0.5), loss=mse)
    solution = np.linalg.lstsq(np.c_[x, np.ones(40)], y, rcond=None)[0]
    np.testing.assert_allclose(model.parameters["weight"], solution[:3].T, atol=1e-8)
    np.testing.assert_allclose(model.parameters["bias"], solution[3], atol=1e-8)
    assert history.loss[-1] == pytest.approx(((x @ solution[:3] + solution[3] - y) ** 2).sum() / 80)
    assert history.score == []


def test_pixels_have_labels_of_their_own():
    """Which cells lie in the dark? A convolution of one cell answers, and some cells do not count."""
    rng = RNG(0)
    x = rng.standard_normal((20, 1, 4, 5))
    labels = np.where(abs(x[:, 0]) < 0.2, -1, (x[:, 0] > 0).astype(int))
    loss = functools.partial(softmax_cross_entropy, ignore_index=-1)

    def right(scores, labels):
        return accuracy(scores, (labels > 0).astype(int))

    net = Sequential(Conv(1, 4, kernel_size=(1, 1), rng=rng), ReLU(), Conv(4, 2, kernel_size=(1, 1), rng=rng))
    options = dict(epochs=40, batch_size=5, loss=loss, measure=right, optimiser=Adam(lr=0.05))
    history = run(net, (x, labels), validation=(x, labels), **options)
    assert history.validation_loss[-1] < 0.1
    assert history.measure == "right"
    scores = net.predict(x)
    assert (scores.argmax(axis=1) == labels)[labels >= 0].mean() > 0.99
    assert history.validation_score[-1] == pytest.approx(right(scores, labels))


def test_what_a_score_is_called():
    data = rows(4)
    assert run(Dense(2, 3), data).measure == "accuracy"
    assert run(Dense(2, 3), data, measure=lambda scores, labels: 0.5).measure == "score"
    assert run(Dense(2, 3), data, measure=functools.partial(accuracy)).measure == "accuracy"
    losing = functools.partial(softmax_cross_entropy, ignore_index=None)
    assert run(Dense(2, 3), data, loss=losing).score == []


def test_lists_and_whole_numbers_will_do():
    model = Dense(2, 3)
    history = run(model, ([[0, 255], [255, 0], [0, 0]], [0, 1, 2]), validation=([[1, 2]], [0]))
    assert len(history.validation_score) == 3
    assert all(array.dtype == np.float32 for array in model.parameters.values())


def test_nothing_is_learnt_in_no_epochs_or_at_no_rate():
    model, data = Dense(2, 3), rows(4)
    before = dict(model.parameters)
    history = run(model, data, epochs=0, validation=data, keep_best=True)
    assert (history.loss, history.stopped, str(history)) == ([], "", "")
    assert all(model.parameters[key] is array for key, array in before.items())
    assert len(run(model, data, optimiser=SGD(lr=0)).loss) == 3
    for key, array in before.items():
        np.testing.assert_array_equal(model.parameters[key], array)


@pytest.mark.parametrize(
    ("options", "error", "complaint"),
    [
        (dict(epochs=-1), ValueError, "epochs is -1, but it must be a whole number, at least 0"),
        (dict(epochs=2.5), ValueError, r"epochs is 2\.5, but it must be a whole number, at least 0"),
        (dict(epochs=None), ValueError, "epochs is None, but it must be a whole number"),
        (dict(batch_size=2.5), TypeError, r"batch_size is 2\.5, but it must be a whole number"),
        (dict(patience=0, validation=rows(2)), ValueError, "patience is 0, but it must be .* at least 1"),
        (
            dict(patience=2),
            ValueError,
            "patience and keep_best go by the validation set, but validation is No",
        ),
        (dict(keep_best=True), ValueError, "patience and keep_best go by the validation set"),
        (dict(optimiser=Adam), TypeError, "optimiser is <class .*Adam'>, but it must be one such as Adam"),
        (dict(rng=0), TypeError, r"rng is 0, but it must be a generator: numpy\.random\.default_rng"),
    ],
)
def test_a_training_that_cannot_be_is_refused_before_any_work(options, error, complaint):
    class Idle(Dense):
        def forward(self, x, *, train=False):
            raise AssertionError("work was done")

    with pytest.raises(error, match=complaint):
        run(Idle(2, 3), rows(4), **options)


def test_two_runs_are_one():
    """One seed, one result, to the bit; another seed, another."""

    def result(seed):
        rng = RNG(seed)
        model = Sequential(Dense(2, 8, rng=rng), ReLU(), Dense(8, 3, rng=rng))
        history = run(model, rows(20), rng=rng, optimiser=Adam(lr=0.1), validation=rows(9, seed=5))
        return [array.tobytes() for array in model.parameters.values()], history.loss, history.validation_loss

    assert result(0) == result(0)
    assert all(one != other for one, other in zip(result(0), result(1), strict=True))
