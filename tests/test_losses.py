"""Losses: SciPy, loops, slopes and properties. PyTorch's answers are in test_torch_basics.py."""

import math

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from cnnlab import accuracy, complex_step_gradient, mse, relative_error, softmax_cross_entropy

RNG = np.random.default_rng(0)
SCORES, LABELS = RNG.normal(size=(2, 4, 3, 5)), RNG.integers(0, 4, (2, 3, 5))
IGNORED = np.where(RNG.random(LABELS.shape) < 0.4, 255, LABELS)


def test_cross_entropy_is_the_mean_over_positions():
    log_p = scipy.special.log_softmax(SCORES, axis=1)
    losses = [-log_p[n, LABELS[n, i, j], i, j] for n, i, j in np.ndindex(2, 3, 5)]
    assert softmax_cross_entropy(SCORES, LABELS)[0] == pytest.approx(np.mean(losses), rel=1e-14)
    kept = [loss for loss, label in zip(losses, IGNORED.flat, strict=True) if label != 255]
    loss, dscores = softmax_cross_entropy(SCORES, IGNORED, ignore_index=255)
    assert loss == pytest.approx(np.mean(kept), rel=1e-14)
    assert np.all(np.any(dscores != 0, axis=1) == (IGNORED != 255))


@pytest.mark.parametrize(("labels", "ignored"), [(LABELS, None), (IGNORED, 255), (LABELS, 2)])
def test_cross_entropy_gradient_is_the_slope(labels, ignored):
    _, dscores = softmax_cross_entropy(SCORES, labels, ignore_index=ignored)
    slopes = complex_step_gradient(
        lambda s: softmax_cross_entropy(s, labels, ignore_index=ignored)[0], SCORES
    )
    assert relative_error(dscores, slopes) < 1e-14


def test_cross_entropy_stays_finite_and_exact_for_huge_scores():
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        loss, dscores = softmax_cross_entropy([[800.0, 0, 0], [-1000, 0, 1000]], [1, 0])
    assert loss == (800 + 2000) / 2
    np.testing.assert_array_equal(dscores, [[0.5, -0.5, 0], [-0.5, 0, 0.5]])
    assert softmax_cross_entropy([[1000.0, 0]], [0])[0] == 0


@given(st.integers(1, 5), st.integers(1, 4), st.floats(-1e3, 1e3), st.integers(0, 2**32 - 1))
def test_cross_entropy_does_not_see_what_is_added_and_its_gradient_sums_to_zero(n, k, c, seed):
    rng = np.random.default_rng(seed)
    scores, labels = rng.normal(size=(n, k)) * 10, rng.integers(0, k, n)
    loss, dscores = softmax_cross_entropy(scores, labels)
    assert loss >= 0
    assert softmax_cross_entropy(scores + c, labels)[0] == pytest.approx(loss, abs=1e-9)
    np.testing.assert_allclose(dscores.sum(axis=1), 0, atol=1e-15)
    assert np.all(dscores[np.arange(n), labels] <= 0)


def test_squared_error_by_hand_and_by_slope():
    loss, dprediction = mse([[3, 1], [0, 0]], [[1, 2], [0, 4]])
    assert loss == (4 + 1 + 16) / 4
    np.testing.assert_array_equal(dprediction, [[1, -0.5], [0, -2]])
    x, target = RNG.normal(size=(2, 3, 2, 4))
    slopes = complex_step_gradient(lambda p: mse(p, target)[0], x)
    assert relative_error(mse(x, target)[1], slopes) < 1e-15


def test_accuracy_by_hand():
    assert accuracy([[0.4, 0.3, 0.3], [9, 1, 5], [-3, -2, -1], [0, 1, 0]], [0, 2, 2, 0]) == 0.5
    assert type(accuracy([[0, 1]], [1])) is float
    right = [
        SCORES[n, :, i, j].tolist().index(max(SCORES[n, :, i, j])) == LABELS[n, i, j]
        for n, i, j in np.ndindex(2, 3, 5)
    ]
    assert accuracy(SCORES, LABELS) == pytest.approx(sum(right) / 30)
    assert accuracy(SCORES * (1 + 1j), LABELS) == accuracy(SCORES, LABELS)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes_are_kept_and_inputs_left_alone(dtype):
    scores = np.moveaxis(np.ascontiguousarray(np.moveaxis(SCORES, 0, -1)), -1, 0).astype(dtype)
    target, labels = np.zeros_like(scores), LABELS.astype(np.uint8)
    for a in (scores, target, labels):
        a.flags.writeable = False
    for loss, gradient in (softmax_cross_entropy(scores, labels), mse(scores, target)):
        assert (loss.dtype, gradient.dtype, gradient.shape) == (dtype, dtype, scores.shape)
        assert gradient.strides == scores.strides
        assert not np.shares_memory(gradient, scores)


def test_integers_become_float64_and_mixtures_follow_numpy():
    assert softmax_cross_entropy(np.array([[1, 2]], np.int8), [True])[1].dtype == np.float64
    assert mse(np.ones((1, 2), np.float32), np.ones((1, 2)))[1].dtype == np.float64


@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 4, 2), (2, 3, 0)])
def test_nothing_to_learn_from_costs_nothing(shape):
    labels = np.zeros(shape[:1] + shape[2:], int)
    for loss, gradient in (
        softmax_cross_entropy(np.zeros(shape), labels),
        mse(np.zeros(shape), np.zeros(shape)),
    ):
        assert loss == 0
        assert gradient.shape == shape
    assert math.isnan(accuracy(np.zeros(shape), labels))


def test_nothing_labelled_costs_nothing():
    loss, dscores = softmax_cross_entropy(SCORES, np.full(LABELS.shape, -100), ignore_index=-100)
    assert loss == 0
    np.testing.assert_array_equal(dscores, np.zeros_like(SCORES))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_never_gives_a_finite_loss(bad):
    scores = np.array([[1.0, bad], [2, 3]])
    with np.errstate(invalid="ignore"):
        loss, dscores = softmax_cross_entropy(scores, [0, 1])
        assert not math.isfinite(loss)
        assert not np.isfinite(dscores[0]).any()
        assert np.isfinite(dscores[1]).all()
        assert not math.isfinite(mse(scores, np.zeros((2, 2)))[0])
    assert math.isnan(accuracy([[1, np.nan], [2, 3]], [0, 1]))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: softmax_cross_entropy(np.ones((4, 5)), [0, 1, 2]),
            ValueError,
            r"\(3,\), .* \(4, 5\) need \(4,\)",
        ),
        (lambda: softmax_cross_entropy(SCORES, LABELS[:, 0]), ValueError, r"\(2, 5\), .* need \(2, 3, 5\)"),
        (
            lambda: softmax_cross_entropy(np.ones((2, 3)), [0, 3]),
            ValueError,
            "labels holds 3, but the classes are 0 to 2",
        ),
        (
            lambda: softmax_cross_entropy(np.ones((2, 3)), [0, -1]),
            ValueError,
            "labels holds -1, but the classes are 0 to 2",
        ),
        (lambda: softmax_cross_entropy(SCORES, IGNORED, ignore_index=7), ValueError, "labels holds 255"),
        (
            lambda: softmax_cross_entropy(np.ones((2, 3)), [0.0, 1]),
            TypeError,
            "labels must be integers, .* float64",
        ),
        (
            lambda: softmax_cross_entropy(np.ones(3), [0]),
            ValueError,
            r"scores has shape \(3,\), .* at least one class",
        ),
        (lambda: softmax_cross_entropy(np.ones((2, 0)), [0, 0]), ValueError, r"scores has shape \(2, 0\)"),
        (lambda: softmax_cross_entropy([["a"]], [0]), TypeError, "scores must be an array of numbers"),
        (lambda: accuracy(np.ones((2, 3)), [0, 3]), ValueError, "labels holds 3, but the classes are 0 to 2"),
        (
            lambda: mse(np.ones((3, 1)), np.ones(3)),
            ValueError,
            r"prediction has shape \(3, 1\) and target \(3,\)",
        ),
        (lambda: mse(1.0, 1.0), ValueError, "prediction is a single number"),
        (lambda: mse([None], [1]), TypeError, "prediction must be an array of numbers"),
    ],
)
def test_errors_say_what_is_wrong(call, error, words):
    with pytest.raises(error, match=words):
        call()
