"""Batch normalisation against PyTorch, its definition channel by channel, and slopes by complex step."""

import importlib.util

import numpy as np
import pytest

from cnnlab.gradcheck import check_gradient, complex_step_gradient
from cnnlab.norm import batchnorm_backward, batchnorm_forward

SHAPES = [(5, 3), (3, 2, 7), (3, 2, 2, 3), (2, 4, 7, 6, 5), (2, 3, 2, 1, 4, 3)]


def draw(shape, seed=1):
    """Channels of different means and spreads, small ones too, so that eps is seen."""
    rng = np.random.default_rng(seed)
    c = shape[1]
    per_channel = (c, *[1] * (len(shape) - 2))
    x = rng.standard_normal(shape) * 0.1 * 3 ** rng.permutation(c).reshape(per_channel)
    x += rng.permutation(c).reshape(per_channel)
    gamma, beta = rng.uniform(0.5, 2, c), rng.standard_normal(c)
    return x, gamma, beta, (rng.standard_normal(c), rng.uniform(0.5, 2, c)), rng.standard_normal(shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_training_by_definition(shape):
    x, gamma, beta, running, _ = draw(shape)
    options = dict(momentum=0.3, eps=0.01)
    y, (mean, variance) = batchnorm_forward(x, gamma, beta, running, train=True, **options)
    for c in range(shape[1]):
        values = [float(v) for v in x[:, c].ravel()]
        m = sum(values) / len(values)
        squares = sum((v - m) ** 2 for v in values)
        for here, v in zip(y[:, c].ravel(), values, strict=True):
            expected = gamma[c] * (v - m) / (squares / len(values) + 0.01) ** 0.5 + beta[c]
            assert here == pytest.approx(expected, abs=1e-12)
        assert mean[c] == pytest.approx(0.7 * running[0][c] + 0.3 * m, abs=1e-13)
        spread = squares / (len(values) - 1)
        assert variance[c] == pytest.approx(0.7 * running[1][c] + 0.3 * spread, abs=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
def test_test_time_by_definition(shape):
    x, gamma, beta, running, dy = draw(shape)
    y, kept = batchnorm_forward(x, gamma, beta, running, train=False, eps=0.01)
    dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, running, train=False, eps=0.01)
    for c, (mean, variance) in enumerate(zip(*running, strict=True)):
        z = (x[:, c] - mean) / (variance + 0.01) ** 0.5
        np.testing.assert_allclose(y[:, c], gamma[c] * z + beta[c], rtol=0, atol=1e-12)
        np.testing.assert_allclose(dx[:, c], dy[:, c] * gamma[c] / (variance + 0.01) ** 0.5, atol=1e-12)
        assert dgamma[c] == pytest.approx(np.sum(dy[:, c] * z), abs=1e-12)
        assert dbeta[c] == pytest.approx(np.sum(dy[:, c]), abs=1e-12)
    for one, other in zip(kept, running, strict=True):
        np.testing.assert_array_equal(one, other)
    alone, _ = batchnorm_forward(x[:1], gamma, beta, running, train=False, eps=0.01)
    np.testing.assert_array_equal(alone, y[:1])  # nobody's answer depends on the company


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="PyTorch is not installed")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_equals_pytorch(shape, train, dtype):
    import torch

    x, gamma, beta, running, dy = draw(shape)
    x, gamma, beta, dy = (a.astype(dtype) for a in (x, gamma, beta, dy))
    running = tuple(a.astype(dtype) for a in running)
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    mean, variance = map(torch.tensor, running)
    expected = torch.nn.functional.batch_norm(
        tensors[0], mean, variance, *tensors[1:], training=train, momentum=0.2, eps=1e-3
    )
    expected.backward(torch.tensor(dy))
    y, moved = batchnorm_forward(x, gamma, beta, running, train=train, momentum=0.2, eps=1e-3)
    gradients = batchnorm_backward(dy, x, gamma, running, train=train, eps=1e-3)
    for ours, theirs in zip(
        (y, *moved, *gradients),
        (expected.detach(), mean, variance, *(t.grad for t in tensors)),
        strict=True,
    ):
        theirs = theirs.numpy()
        assert ours.dtype == dtype
        scale = max(1, np.abs(theirs).max())
        np.testing.assert_allclose(
            ours, theirs, rtol=0, atol=scale * (1e-12 if dtype == np.float64 else 1e-5)
        )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("train", [True, False])
def test_gradients_are_slopes(shape, train):
    x, gamma, beta, running, _ = draw(shape)

    def forward(x, gamma, beta):
        return batchnorm_forward(x, gamma, beta, running, train=train, eps=0.1)[0]

    def backward(dy, x, gamma, beta):
        return batchnorm_backward(dy, x, gamma, running, train=train, eps=0.1)

    report = check_gradient(forward, backward, (x, gamma, beta), np.random.default_rng(2))
    assert report.ok, report


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("train", [True, False])
def test_a_complex_step_passes_through(shape, train):
    """Nothing conjugates: the imaginary part of the answer is the slope."""
    x, gamma, beta, running, dy = draw(shape)

    def loss(x):
        return np.sum(dy * batchnorm_forward(x, gamma, beta, running, train=train, eps=0.1)[0])

    dx, *_ = batchnorm_backward(dy, x, gamma, running, train=train, eps=0.1)
    np.testing.assert_allclose(complex_step_gradient(loss, x), dx, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gradient_is_a_projection(shape):
    """With eps = 0, dx owes nothing along the two directions that the layer undoes: a shift and a scaling."""
    x, gamma, _, running, dy = draw(shape)
    dx, *_ = batchnorm_backward(dy, x, gamma, running, train=True, eps=0)
    others = (0, *range(2, len(shape)))
    scale = np.abs(dx).max()
    np.testing.assert_allclose(dx.sum(axis=others), 0, atol=1e-10 * scale)
    np.testing.assert_allclose((dx * x).sum(axis=others), 0, atol=1e-10 * scale)


def test_running_statistics_start_at_0_and_1_and_are_fresh():
    x, gamma, beta, _, _ = draw((4, 3, 5))
    ones = np.zeros(3), np.ones(3)
    y, first = batchnorm_forward(x, gamma, beta, None, train=False)
    np.testing.assert_array_equal(y, batchnorm_forward(x, gamma, beta, ones, train=False)[0])
    np.testing.assert_array_equal(first, ones)
    _, moved = batchnorm_forward(x, gamma, beta, None, train=True)
    np.testing.assert_array_equal(moved, batchnorm_forward(x, gamma, beta, ones, train=True)[1])
    np.testing.assert_array_equal(ones, (np.zeros(3), np.ones(3)))
    for train in (True, False):
        y, kept = batchnorm_forward(x, gamma, beta, ones, train=train)
        for new in (y, *kept):
            assert not any(np.shares_memory(new, old) for old in (*ones, x, gamma, beta))
    dy = np.ones(x.shape)
    for train in (True, False):
        for one, other in zip(
            batchnorm_backward(dy, x, gamma, None, train=train),
            batchnorm_backward(dy, x, gamma, ones, train=train),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("train", [True, False])
def test_inputs_are_left_alone_however_they_lie(train):
    x, gamma, beta, running, dy = draw((4, 3, 5))
    batch_last = [np.moveaxis(np.moveaxis(a, 0, -1).copy(), -1, 0) for a in (x, dy)]
    for a in (*batch_last, gamma, beta, *running):
        a.flags.writeable = False
    y, _ = batchnorm_forward(batch_last[0], gamma, beta, running, train=train)
    dx, *_ = batchnorm_backward(batch_last[1], batch_last[0], gamma, running, train=train)
    np.testing.assert_array_equal(y, batchnorm_forward(x, gamma, beta, running, train=train)[0])
    np.testing.assert_array_equal(dx, batchnorm_backward(dy, x, gamma, running, train=train)[0])


def test_momentum_weighs_the_new_value():
    x = np.array([[[1.0, 5.0]]])
    for momentum, mean, variance in ((0, 0, 1), (1, 3, 8), (0.25, 0.75, 2.75)):
        _, running = batchnorm_forward(x, [1], [0], None, train=True, momentum=momentum)
        assert [float(value[0]) for value in running] == [mean, variance]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.int16])
@pytest.mark.parametrize("train", [True, False])
def test_dtypes_layouts_and_empty_batches(dtype, train):
    rng = np.random.default_rng(3)
    x, dy = (rng.integers(-9, 10, (2, 3, 4, 5)).astype(dtype) for _ in range(2))
    gamma, beta = (rng.integers(1, 10, 3).astype(dtype) for _ in range(2))
    y, running = batchnorm_forward(x, gamma, beta, None, train=train)
    results = y, *running, *batchnorm_backward(dy, x, gamma, running, train=train)
    right = np.float64 if dtype == np.int16 else dtype
    assert {result.dtype for result in results} == {np.dtype(right)}
    reversed_ = x[:, ::-1].copy()[:, ::-1]
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=3)[..., ::2], reversed_):
        same.flags.writeable = False
        again, _ = batchnorm_forward(same, gamma, beta, None, train=train)
        np.testing.assert_array_equal(again, y)
        np.testing.assert_array_equal(
            batchnorm_backward(dy, same, gamma, running, train=train)[0], results[3]
        )
    if not train:
        assert batchnorm_forward(x[:0], gamma, beta, running, train=False)[0].shape == (0, 3, 4, 5)
        dx, dgamma, dbeta = batchnorm_backward(dy[:0], x[:0], gamma, running, train=False)
        assert dx.shape == (0, 3, 4, 5)
        assert not dgamma.any() and not dbeta.any()


def test_mixed_dtypes_meet_in_the_wider():
    x, gamma, beta, (mean, variance), dy = draw((4, 3, 5))
    narrow, wide = [x.astype(np.float32), gamma.astype(np.float32)], [variance, beta, dy]
    y, running = batchnorm_forward(*narrow, beta, None, train=True)
    assert y.dtype == running[0].dtype == np.float64
    running = mean.astype(np.float32), variance * (1 + 0j)
    assert batchnorm_forward(*narrow, beta, running, train=False)[0].dtype == np.complex128
    assert batchnorm_backward(dy, *narrow, None, train=True)[0].dtype == np.float64
    assert batchnorm_backward(dy * 1j, *narrow, running, train=False)[0].dtype == np.complex128
    assert batchnorm_backward(dy * 1j, *narrow, None, train=True)[0].dtype == np.complex128
    assert {a.dtype for a in narrow} == {np.dtype(np.float32)} and {a.dtype for a in wide} == {x.dtype}


def test_numbers_of_numpys_keep_float32():
    x = np.random.default_rng(4).standard_normal((4, 2)).astype(np.float32)
    gamma = np.ones(2, np.float32)
    options = dict(train=True, eps=np.float64(1e-5))
    y, running = batchnorm_forward(x, gamma, gamma, None, momentum=np.float64(0.1), **options)
    assert y.dtype == running[0].dtype == running[1].dtype == np.float32
    assert batchnorm_backward(x, x, gamma, None, **options)[0].dtype == np.float32


def test_a_nan_is_not_lost():
    x = np.ones((2, 2, 3))
    x[0, 1, 2] = np.nan
    y, (mean, _) = batchnorm_forward(x, np.ones(2), np.zeros(2), None, train=True)
    assert np.isnan(y).all(axis=(0, 2)).tolist() == np.isnan(mean).tolist() == [False, True]


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1), (0, 3, 4), (2, 3, 0)])
def test_one_value_has_no_spread(shape):
    sizes = r" \* ".join(str(n) for n in (shape[0], *shape[2:]))
    words = rf"at least 2 values, but x of shape .* has {sizes} = {int(shape[0] == 1)}"
    with pytest.raises(ValueError, match=words):
        batchnorm_forward(np.ones(shape), np.ones(3), np.ones(3), None, train=True)
    with pytest.raises(ValueError, match=words):
        batchnorm_backward(np.ones(shape), np.ones(shape), np.ones(3), None, train=True)
    assert batchnorm_forward(np.ones(shape), np.ones(3), np.ones(3), None, train=False)[0].shape == shape


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(gamma=np.ones(2)), r"gamma has shape \(2,\), but 3 channels need \(3,\)"),
        (dict(beta=np.ones((3, 1))), r"beta has shape \(3, 1\), but 3 channels need \(3,\)"),
        (dict(running=(np.ones(3), np.ones(1))), r"running variance has shape \(1,\), but 3 channels need"),
        (dict(running=(np.ones(4), np.ones(3))), r"running mean has shape \(4,\), but 3 channels need"),
        (dict(running=np.ones((3, 3))), r"running has 3 entries, but it must be a pair: mean and variance"),
        (dict(x=np.ones(3)), r"x has shape \(3,\), but \(N, C, \*spatial\) needs a batch axis and a channel"),
        (dict(eps=-1), r"eps is -1, but it must be at least 0"),
        (dict(eps=np.nan), r"eps is nan, but it must be at least 0"),
        (dict(momentum=1.5), r"momentum is 1.5, but as the weight of the new value it must be from 0 to 1"),
        (dict(momentum=-0.1), r"momentum is -0.1, but as the weight"),
    ],
)
@pytest.mark.parametrize("train", [True, False])
def test_errors(change, words, train):
    arguments = dict(x=np.ones((2, 3, 4)), gamma=np.ones(3), beta=np.ones(3), running=None) | change
    with pytest.raises(ValueError, match=words):
        batchnorm_forward(**arguments, train=train)


def test_errors_of_the_way_back():
    x = np.ones((2, 3, 4))
    with pytest.raises(ValueError, match=r"dy has shape \(2, 3, 1\), but the output .* shape \(2, 3, 4\)"):
        batchnorm_backward(x[..., :1], x, np.ones(3), None, train=True)
    with pytest.raises(TypeError, match="gamma must be an array of numbers"):
        batchnorm_backward(x, x, ["a"] * 3, None, train=True)
