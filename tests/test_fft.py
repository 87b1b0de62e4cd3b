"""Convolution by transforms: the loops, SciPy, adjoints, slopes, known mistakes."""

import sys

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlab import naive
from cnnlab.conv import conv_backward_input, conv_forward
from cnnlab.fft import fft_conv, fft_conv_backward_input

SETTINGS = {
    "1-D": ((2, 3, 9), (4, 3, 3), "valid", dict(stride=2)),
    "1-D rims": ((2, 3, 5), (4, 3, 3), ((7, 2),), {}),
    "1-D kernel longer than the input": ((2, 3, 2), (4, 3, 5), 2, {}),
    "2-D": ((2, 4, 7, 6), (6, 2, 3, 2), (1, 2), dict(stride=(2, 1), dilation=(1, 2), groups=2)),
    "2-D same": ((3, 2, 5, 8), (3, 2, 4, 3), "same", dict(stride=(2, 3), dilation=(1, 2))),
    "2-D full": ((2, 1, 4, 3), (2, 1, 2, 3), "full", {}),
    "2-D depthwise": ((2, 3, 5, 6), (6, 1, 3, 2), 1, dict(groups=3)),
    "3-D": ((2, 4, 7, 6, 5), (3, 4, 2, 3, 2), (0, 1, 2), dict(stride=(3, 2, 1))),
    "4-D": ((2, 2, 4, 3, 5, 4), (3, 2, 2, 1, 3, 2), "same", dict(stride=(1, 2, 2, 1))),
}


def drawn(name):
    """Draw x, weight and dy of a setting."""
    x_shape, weight_shape, mode, options = SETTINGS[name]
    rng = np.random.default_rng(len(name))
    x, weight = rng.normal(size=x_shape), rng.normal(size=weight_shape)
    y = naive.conv_forward(x, weight, padding=mode, **options)
    return x, weight, rng.normal(size=y.shape), mode, options


def near(got, expected, tolerance=1e-13):
    """Hold that two arrays agree, relative to the largest entry."""
    np.testing.assert_allclose(
        got, expected, rtol=0, atol=tolerance * max(1, np.abs(expected).max(initial=0))
    )


def backwards(weight):
    """Reverse a kernel on every spatial axis."""
    return np.flip(weight, tuple(range(2, weight.ndim)))


@pytest.mark.parametrize("name", SETTINGS)
def test_equals_the_loops(name):
    x, weight, dy, mode, options = drawn(name)
    near(fft_conv(x, weight, mode, **options), naive.conv_forward(x, weight, padding=mode, **options))
    dx = fft_conv_backward_input(dy, weight, x.shape[2:], mode, **options)
    near(dx, naive.conv_backward_input(dy, weight, x.shape[2:], padding=mode, **options))


@pytest.mark.parametrize("name", SETTINGS)
def test_flipped_is_the_convolution_with_the_kernel_reversed(name):
    x, weight, dy, mode, options = drawn(name)
    turned = backwards(weight)
    y = fft_conv(x, weight, mode, flip=True, **options)
    near(y, naive.conv_forward(x, turned, padding=mode, **options))
    dx = fft_conv_backward_input(dy, weight, x.shape[2:], mode, flip=True, **options)
    near(dx, naive.conv_backward_input(dy, turned, x.shape[2:], padding=mode, **options))


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
def test_one_channel_is_scipys_correlation_and_flipped_its_convolution(axes):
    rng = np.random.default_rng(axes)
    x, w = rng.normal(size=(6, 5, 7, 4)[:axes]), rng.normal(size=(3, 2, 4, 1)[:axes])
    for mode in ("valid", "full"):
        correlated = fft_conv(x[None, None], w[None, None], mode)[0, 0]
        near(correlated, scipy.signal.correlate(x, w, mode, method="direct"))
        convolved = fft_conv(x[None, None], w[None, None], mode, flip=True)[0, 0]
        near(convolved, scipy.signal.fftconvolve(x, w, mode))


def test_hand_examples_that_known_mistakes_fail():
    """Transforms too short, whose rim wraps; a kernel not turned around; the full result, uncropped."""
    x, w = np.arange(30.0).reshape(1, 1, 5, 6) ** 2, np.array([[[[1.0, 2, 4], [8, 16, 32]]]])
    for mode, shape in (("valid", (4, 4)), ("same", (5, 6)), ("full", (6, 8))):
        y = fft_conv(x, w, mode)
        assert y.shape == (1, 1, *shape)
        near(y, naive.conv_forward(x, w, padding=mode))
    near(fft_conv(x, w)[0, 0, 0, 0], 0 + 2 + 16 + 8 * 36 + 16 * 49 + 32 * 64)
    near(fft_conv(x, w, "full", flip=True)[0, 0, 0, :3], [0, 1, 2 + 4], 1e-11)


@settings(max_examples=60)
@given(
    st.integers(1, 3).flatmap(
        lambda axes: st.lists(
            st.tuples(*[st.integers(1, 7)] * 2, *[st.integers(1, 3)] * 2, *[st.integers(0, 9)] * 2),
            min_size=axes,
            max_size=axes,
        )
    ),
    st.integers(1, 2),
    st.integers(0, 2),
    st.integers(0, 2**32),
)
def test_equals_conv_forward_for_any_geometry(per_axis, groups, images, seed):
    per_axis = [(n + d * (k - 1), k, s, d, a, b) for n, k, s, d, a, b in per_axis]
    spatial, kernel, stride, dilation, before, after = zip(*per_axis, strict=True)
    mode = tuple(zip(before, after, strict=True))
    rng, options = np.random.default_rng(seed), dict(stride=stride, dilation=dilation, groups=groups)
    x, weight = rng.normal(size=(images, 2 * groups, *spatial)), rng.normal(size=(3 * groups, 2, *kernel))
    y = fft_conv(x, weight, mode, **options)
    near(y, conv_forward(x, weight, padding=mode, **options), 1e-12)
    dy = rng.normal(size=y.shape)
    dx = fft_conv_backward_input(dy, weight, spatial, mode, **options)
    near(dx, conv_backward_input(dy, weight, spatial, padding=mode, **options), 1e-12)
    np.testing.assert_allclose(np.sum(dy * y), np.sum(dx * x), rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", SETTINGS)
def test_few_filters_at_a_time_give_the_same(name, monkeypatch):
    x, weight, dy, mode, options = drawn(name)
    y = fft_conv(x, weight, mode, **options)
    dx = fft_conv_backward_input(dy, weight, x.shape[2:], mode, **options)
    for room in (1, 2000):
        monkeypatch.setattr("cnnlab.fft.ROOM", room)
        near(fft_conv(x, weight, mode, **options), y)
        near(fft_conv_backward_input(dy, weight, x.shape[2:], mode, **options), dx)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes_stay(name, dtype):
    x, weight, dy, mode, options = (a.astype(dtype) if isinstance(a, np.ndarray) else a for a in drawn(name))
    if np.dtype(dtype).kind == "c":
        x, weight, dy = (a * (1 + 2j) - 1j for a in (x, weight, dy))
    y = fft_conv(x, weight, mode, **options)
    dx = fft_conv_backward_input(dy, weight, x.shape[2:], mode, **options)
    assert y.dtype == dx.dtype == dtype
    exact = np.result_type(dtype, np.float64)
    x, weight, dy = (a.astype(exact) for a in (x, weight, dy))
    tolerance = 8 * np.finfo(dtype).eps
    near(y, conv_forward(x, weight, padding=mode, **options), tolerance)
    near(dx, conv_backward_input(dy, weight, x.shape[2:], padding=mode, **options), tolerance)


def test_integers_become_float64_and_mixtures_the_wider():
    x, weight = np.full((1, 1, 4), 255, np.uint8), np.full((1, 1, 3), 0.5, np.float32)
    assert fft_conv(x, weight).dtype == np.float64
    assert fft_conv(x.astype(np.float32), weight).dtype == np.float32
    assert fft_conv(x.astype(np.float32), weight.astype(complex)).dtype == np.complex128
    near(fft_conv(x > 0, weight > 0), [[[3.0, 3.0]]])
    assert (
        fft_conv_backward_input(np.ones((1, 1, 2), np.float32), weight.astype(float), 4).dtype == np.float64
    )


def test_a_complex_step_passes():
    """In a transform of complex numbers, rounding of the real part would drown so small a step."""
    x, weight, dy, mode, options = drawn("2-D")
    direction = np.random.default_rng(4).normal(size=x.shape)
    slope = np.sum(dy * fft_conv(x + 1e-30j * direction, weight, mode, **options)).imag / 1e-30
    dx = fft_conv_backward_input(dy, weight, x.shape[2:], mode, **options)
    assert slope == pytest.approx(np.vdot(dx, direction), rel=1e-12)
    direction = np.random.default_rng(5).normal(size=weight.shape)
    slope = np.sum(dy * fft_conv(x, weight + 1e-30j * direction, mode, **options)).imag / 1e-30
    assert slope == pytest.approx(np.sum(dy * fft_conv(x, direction, mode, **options)), rel=1e-12)


@pytest.mark.parametrize("name", SETTINGS)
def test_any_layout_read_only_and_fresh(name):
    x, weight, dy, mode, options = drawn(name)
    y = fft_conv(x, weight, mode, **options)
    dx = fft_conv_backward_input(dy, weight, x.shape[2:], mode, **options)
    for layout in (
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a[::-1].copy()[::-1],
        lambda a: np.moveaxis(np.moveaxis(a, 0, -1).copy(), -1, 0),
    ):
        arrays = [layout(a) for a in (x, weight, dy)]
        for a in arrays:
            a.flags.writeable = False
        xs, ws, ds = arrays
        again = fft_conv(xs, ws, mode, **options)
        back = fft_conv_backward_input(ds, ws, x.shape[2:], mode, **options)
        for one, other in ((again, y), (back, dx)):
            near(one, other, 1e-14)
            assert one.flags.writeable
            assert not any(np.shares_memory(one, a) for a in arrays)


def test_a_result_lies_in_memory_as_its_input_does():
    x, weight, dy, mode, options = drawn("2-D same")
    assert fft_conv(x, weight, mode, **options).flags.c_contiguous
    assert fft_conv_backward_input(dy, weight, x.shape[2:], mode, **options).flags.c_contiguous
    last = np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0)
    assert np.moveaxis(fft_conv(last, weight, mode, **options), 0, -1).flags.c_contiguous


def test_an_empty_batch_and_an_empty_image():
    x, weight, dy, mode, options = drawn("2-D")
    assert fft_conv(x[:0], weight, mode, **options).shape == (0, *dy.shape[1:])
    dx = fft_conv_backward_input(dy[:0], weight, x.shape[2:], mode, **options)
    assert dx.shape == (0, *x.shape[1:])
    nothing = fft_conv(np.ones((2, 3, 0)), np.ones((4, 3, 3)), 2)
    assert nothing.tolist() == np.zeros((2, 4, 2)).tolist()
    assert fft_conv_backward_input(nothing, np.ones((4, 3, 3)), 0, 2).shape == (2, 3, 0)


def test_without_scipy_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ModuleNotFoundError, match="fft_conv needs SciPy: pip install scipy"):
        fft_conv(np.ones((1, 1, 3)), np.ones((1, 1, 2)))


x2, w2 = np.ones((2, 4, 5, 5)), np.ones((6, 2, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: fft_conv(x2, w2), ValueError, r"reads 1 \* 2 = 2 channels, but x has 4"),
        (lambda: fft_conv(x2, w2, "middle", groups=2), ValueError, 'padding is "middle", but the words'),
        (lambda: fft_conv(x2[..., :2], w2, groups=2), ValueError, r"has 2 \+ 2\*0 = 2"),
        (lambda: fft_conv(x2, w2, groups=2, stride=0), ValueError, "stride is 0, but it must be at least 1"),
        (lambda: fft_conv(x2, w2[0]), ValueError, "same number of spatial axes"),
        (lambda: fft_conv("x", w2), TypeError, "x must be an array of numbers"),
        (lambda: fft_conv_backward_input(x2, w2, 5, groups=2), ValueError, "dy has shape .* but the output"),
        (lambda: fft_conv_backward_input(x2[0, 0], w2, 5), ValueError, "needs a batch axis"),
        (lambda: fft_conv_backward_input(x2, w2, (5, 5, 5)), ValueError, "3 entries for 2 spatial axes"),
    ],
)
def test_a_bad_call_is_told_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()
