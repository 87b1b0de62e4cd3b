"""First weights: their moments against the formulas, and what they are for: signals that keep their size."""

import numpy as np
import pytest
import scipy.stats

from cnnlab import conv_forward, dense_forward, init_weights, relu_forward, tanh_forward

SHAPES = [(600, 50), (200, 6, 3, 5), (80, 3, 2, 5, 3), (300, 1, 9)]


def draw(shape, scheme, seed=0):
    return init_weights(shape, scheme, np.random.default_rng(seed))


@pytest.mark.parametrize("shape", SHAPES)
def test_distributions(shape):
    """Kolmogorov and Smirnov's test: a factor of 1.1 in the scale would fail it."""
    fan_in, fan_out = np.prod(shape[1:]), shape[0] * np.prod(shape[2:])
    limit = np.sqrt(6 / (fan_in + fan_out))
    for scheme, distribution in {
        "normal": scipy.stats.norm(scale=0.01),
        "he": scipy.stats.norm(scale=np.sqrt(2 / fan_in)),
        "glorot": scipy.stats.uniform(-limit, 2 * limit),
    }.items():
        assert scipy.stats.kstest(draw(shape, scheme).ravel(), distribution.cdf).pvalue > 0.001


def test_he_counts_taps_and_leaves_out_the_filters():
    assert draw((400, 16, 3, 3), "he").std() == pytest.approx(np.sqrt(2 / 144), rel=0.01)


def test_signals_keep_their_size_through_twenty_layers():
    rng = np.random.default_rng(1)
    relu, tanh = rng.normal(size=(200, 100)), rng.normal(size=(200, 100)) * 0.01
    for _ in range(20):
        relu = relu_forward(dense_forward(relu, init_weights((100, 100), "he", rng)))
        tanh = tanh_forward(dense_forward(tanh, init_weights((100, 100), "glorot", rng)))
    assert 0.3 < np.sqrt(np.mean(relu**2)) < 3
    assert 0.003 < np.std(tanh) < 0.03


def test_he_holds_for_convolutions_too():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(4, 8, 20, 20))
    for _ in range(8):
        x = relu_forward(conv_forward(x, init_weights((8, 8, 3, 3), "he", rng), padding="same"))
    assert 0.2 < np.sqrt(np.mean(x**2)) < 3


@pytest.mark.parametrize("scheme", ["zeros", "normal", "glorot", "he"])
def test_shapes_seeds_and_dtype(scheme):
    weight = draw((3, 2, 5), scheme)
    assert (weight.shape, weight.dtype) == ((3, 2, 5), np.float64)
    np.testing.assert_array_equal(weight, draw((3, 2, 5), scheme))
    assert np.array_equal(weight, draw((3, 2, 5), scheme, seed=1)) == (scheme == "zeros")
    assert np.all(weight == 0) == (scheme == "zeros")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: draw((3, 2), "xavier"),
            ValueError,
            'scheme is "xavier", but the schemes are "zeros", "normal"',
        ),
        (lambda: draw((), "bla"), ValueError, 'scheme is "bla", but the schemes are "zeros", "normal"'),
        (
            lambda: draw((3,), "he"),
            ValueError,
            r'"he" needs a shape \(outputs, inputs, ...\), but shape is \(3,\)',
        ),
        (lambda: draw((3, 0), "glorot"), ValueError, r"shape is \(3, 0\), but it must be at least 1"),
        (lambda: init_weights((3, 2), "he", 0), TypeError, "rng is 0, but it must be a generator"),
    ],
)
def test_errors_say_what_is_wrong(call, error, words):
    with pytest.raises(error, match=words):
        call()
