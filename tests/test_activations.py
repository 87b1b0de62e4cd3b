"""Activations: by hand, SciPy, slopes and properties. PyTorch's answers are in test_torch_basics.py."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import cnnlab
from cnnlab import check_gradient, complex_step_gradient, softmax_backward, softmax_forward

NAMES = ["relu", "leaky_relu", "sigmoid", "tanh", "softmax"]
FORWARD = {name: getattr(cnnlab, f"{name}_forward") for name in NAMES}
BACKWARD = {name: getattr(cnnlab, f"{name}_backward") for name in NAMES}
SCORES = hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_side=4), elements=st.floats(-1000, 1000))
WIDE = np.array([[-1e4, -800.0, -40, -1, -1e-9], [0, 1e-9, 1, 40, 1e4]])


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_slopes(name):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4, 3, 5)) * 2
    x += np.copysign(0.1, x)  # away from the kink
    report = check_gradient(FORWARD[name], BACKWARD[name], [x], rng)
    assert report.ok, report
    assert report.method == "complex step"


def test_relu_by_hand():
    np.testing.assert_array_equal(cnnlab.relu_forward([-2.0, -0.0, 0.0, 3.0]), [0, 0, 0, 3])
    np.testing.assert_array_equal(cnnlab.relu_backward([5, 5, -5, -5], [-2.0, -0.0, 0.0, 3.0]), [0, 0, 0, -5])
    np.testing.assert_array_equal(cnnlab.leaky_relu_forward([-200, 0, 3]), [-2, 0, 3])
    np.testing.assert_array_equal(cnnlab.leaky_relu_backward([100, 100, 100], [-2, 0, 3]), [1, 1, 100])


def test_sigmoid_and_softmax_are_scipys():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(cnnlab.sigmoid_forward(WIDE), scipy.special.expit(WIDE), rtol=4e-16)
        for axis in (0, 1, -1):
            ours = softmax_forward(WIDE, axis=axis)
            np.testing.assert_allclose(ours, scipy.special.softmax(WIDE, axis=axis), rtol=1e-13)


def test_slopes_keep_their_digits_where_the_unit_is_sure():
    """s(x) s(-x), where 1 - s(40) would be 0."""
    right = scipy.special.expit(WIDE) * scipy.special.expit(-WIDE)
    np.testing.assert_allclose(cnnlab.sigmoid_backward(np.ones_like(WIDE), WIDE), right, rtol=1e-15)
    assert cnnlab.sigmoid_backward(1.0, 40.0) == pytest.approx(np.exp(-40), rel=1e-15)


def test_softmax_backward_is_the_jacobian():
    """dx_i = sum over j of dy_j * y_j * ([i == j] - y_i), row by row."""
    rng = np.random.default_rng(2)
    x, dy = rng.normal(size=(2, 4, 5, 3))
    for axis in (0, 1, 2, -2):
        dx = np.moveaxis(softmax_backward(dy, x, axis=axis), axis, -1)
        y, upstream = np.moveaxis(softmax_forward(x, axis=axis), axis, -1), np.moveaxis(dy, axis, -1)
        for row in np.ndindex(y.shape[:-1]):
            jacobian = np.diag(y[row]) - np.outer(y[row], y[row])
            np.testing.assert_allclose(dx[row], jacobian @ upstream[row], atol=1e-15)


@given(SCORES, st.floats(-1000, 1000))
def test_softmax_sums_to_one_whatever_is_added(x, c):
    y = softmax_forward(x)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax_forward(x + c), y, atol=1e-9)
    np.testing.assert_allclose(softmax_backward(x, x).sum(axis=1), 0, atol=1e-9)


@given(SCORES)
def test_sigmoid_is_a_softmax_and_half_a_tanh(x):
    y = cnnlab.sigmoid_forward(x)
    np.testing.assert_allclose(y + cnnlab.sigmoid_forward(-x), 1, rtol=1e-15)
    np.testing.assert_allclose(softmax_forward(np.stack([x, 0 * x]), axis=0)[0], y, rtol=1e-14)
    np.testing.assert_allclose(cnnlab.tanh_forward(x / 2), 2 * y - 1, atol=1e-15)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(3, 4, 2), (0, 4, 2), (2, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtype_shape_and_memory_are_kept(name, shape, dtype):
    rng = np.random.default_rng(3)
    lying = np.moveaxis(rng.normal(size=(*shape[1:], shape[0])).astype(dtype), -1, 0)  # batch last in memory
    dy = rng.normal(size=shape).astype(dtype)[:, ::-1]
    for a in (lying, dy):
        a.flags.writeable = False
    for y in (FORWARD[name](lying), BACKWARD[name](dy, lying)):
        assert (y.shape, y.dtype) == (shape, dtype)
        assert not np.shares_memory(y, lying)
    if lying.size:
        assert FORWARD[name](lying).strides == lying.strides
        flat = FORWARD[name](np.ascontiguousarray(lying))
        np.testing.assert_allclose(FORWARD[name](lying), flat, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_integers_become_float64_and_mixtures_follow_numpy(name):
    x = np.array([[-2, 0, 3]], np.int8)
    assert FORWARD[name](x).dtype == np.float64
    np.testing.assert_array_equal(FORWARD[name](x), FORWARD[name](x.astype(float)))
    assert BACKWARD[name](np.ones((1, 3), np.float32), np.ones((1, 3))).dtype == np.float64


@pytest.mark.parametrize("name", NAMES)
def test_complex_steps_come_through_also_at_the_kink(name):
    x = np.array([[-1.5, 0, 0.25, 3]])
    dy = np.array([[2.0, -3, 5, 7]])
    slopes = complex_step_gradient(lambda z: np.sum(dy * FORWARD[name](z)), x)
    np.testing.assert_allclose(slopes, BACKWARD[name](dy, x), rtol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_nan_reaches_what_reads_it(name):
    x = np.array([[1, np.nan], [2, 3]])
    y, dx = FORWARD[name](x), BACKWARD[name](x, np.ones((2, 2)))
    assert np.isnan(y[0, 1])
    assert np.isnan(dx[0, 1])
    assert not np.isnan(y[1]).any()
    assert not np.isnan(dx[1]).any()


@pytest.mark.parametrize("name", NAMES)
def test_errors_say_what_is_wrong(name):
    with pytest.raises(ValueError, match=r"dy has shape \(2, 3\), but .* has shape \(2, 4\)"):
        BACKWARD[name](np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(TypeError, match="x must be an array of numbers, but its dtype is <U4"):
        FORWARD[name]("relu")


@pytest.mark.parametrize("axis", [2, -3])
def test_softmax_needs_its_axis(axis):
    words = rf"axis is {axis}, but x has shape \(2, 3\): its axes are -2 to 1"
    with pytest.raises(ValueError, match=words):
        softmax_forward(np.ones((2, 3)), axis=axis)
    with pytest.raises(ValueError, match=words):
        softmax_backward(np.ones((2, 3)), np.ones((2, 3)), axis=axis)
