"""Convolution and its gradients: loops, SciPy, identities, slopes. PyTorch's answers are in test_torch.py."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnlab
from cnnlab import (
    conv_backward,
    conv_backward_bias,
    conv_backward_input,
    conv_backward_weight,
    conv_forward,
    naive,
)

SETTINGS = {
    "1-D": ((2, 3, 9), (4, 3, 3), dict(stride=2, padding=((1, 2),))),
    "2-D": ((2, 4, 7, 6), (6, 2, 3, 2), dict(stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)),
    "2-D same": ((3, 2, 5, 8), (3, 2, 4, 3), dict(stride=(2, 3), padding="same", dilation=(1, 2))),
    "2-D full": ((2, 1, 4, 3), (2, 1, 2, 3), dict(padding="full")),
    "2-D depthwise": ((2, 3, 5, 6), (6, 1, 3, 2), dict(groups=3, padding=1)),
    "2-D one tap": ((2, 3, 4, 5), (4, 3, 1, 1), {}),
    "2-D one tap, strided": ((2, 3, 4, 5), (4, 3, 1, 1), dict(stride=(2, 3))),
    "3-D": ((2, 4, 7, 6, 5), (3, 4, 2, 3, 2), dict(stride=(3, 2, 1), padding=(0, 1, 2))),
    "4-D": ((2, 2, 4, 3, 5, 4), (3, 2, 2, 1, 3, 2), dict(stride=(1, 2, 2, 1), padding=(1, 0, 1, 0))),
}


def drawn(name, dtype=float):
    """Draw x, weight, bias and dy of a setting as integers: every right answer is exact."""
    x_shape, weight_shape, options = SETTINGS[name]
    rng = np.random.default_rng(len(name))
    x, weight, bias = (
        rng.integers(-9, 10, s).astype(dtype) for s in (x_shape, weight_shape, weight_shape[0])
    )
    y = naive.conv_forward(x, weight, bias, **options)
    return x, weight, bias, rng.integers(-9, 10, y.shape).astype(dtype), options


@pytest.mark.parametrize("name", SETTINGS)
def test_equals_the_loops(name):
    x, weight, bias, dy, options = drawn(name)
    np.testing.assert_array_equal(
        conv_forward(x, weight, bias, **options), naive.conv_forward(x, weight, bias, **options)
    )
    dx, dweight, dbias = conv_backward(dy, x, weight, **options)
    np.testing.assert_array_equal(dx, naive.conv_backward_input(dy, weight, x.shape[2:], **options))
    np.testing.assert_array_equal(dweight, naive.conv_backward_weight(dy, x, weight.shape[2:], **options))
    np.testing.assert_array_equal(dbias, naive.conv_backward_bias(dy))


@pytest.mark.parametrize("name", SETTINGS)
def test_gradients_are_slopes(name):
    """The forward map is linear in x, in weight and in bias: a difference quotient with h = 1 is exact."""
    x, weight, bias, dy, options = drawn(name)
    gradients = conv_backward(dy, x, weight, **options)
    rng = np.random.default_rng(5)
    for position, gradient in enumerate(gradients):
        inputs = [x, weight, bias]
        for flat in rng.choice(inputs[position].size, min(12, inputs[position].size), replace=False):
            up, down = ([a.copy() for a in inputs] for _ in range(2))
            up[position].flat[flat] += 1
            down[position].flat[flat] -= 1
            slope = (
                np.vdot(dy, conv_forward(*up, **options)) - np.vdot(dy, conv_forward(*down, **options))
            ) / 2
            assert gradient.flat[flat] == slope


@pytest.mark.parametrize("name", SETTINGS)
def test_adjoint_identities(name):
    x, weight, _, dy, options = drawn(name)
    loss = np.vdot(dy, conv_forward(x, weight, **options))
    assert loss == np.vdot(x, conv_backward_input(dy, weight, x.shape[2:], **options))
    assert loss == np.vdot(weight, conv_backward_weight(dy, x, weight.shape[2:], **options))


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
def test_one_channel_is_scipys_correlation_and_its_gradient_scipys_convolution(axes):
    rng = np.random.default_rng(axes)
    x, w = rng.normal(size=(6, 5, 4, 3)[:axes]), rng.normal(size=(3, 2, 2, 1)[:axes])
    y = conv_forward(x[None, None], w[None, None])
    np.testing.assert_allclose(y[0, 0], scipy.signal.correlate(x, w, "valid", method="direct"), atol=1e-12)
    dy = rng.normal(size=y.shape)
    dx = conv_backward_input(dy, w[None, None], x.shape)
    np.testing.assert_allclose(
        dx[0, 0], scipy.signal.convolve(dy[0, 0], w, "full", method="direct"), atol=1e-12
    )


@pytest.mark.parametrize("cache", [1, 500, 20_000])
@pytest.mark.parametrize("name", SETTINGS)
def test_small_boxes_give_the_same(name, cache, monkeypatch):
    x, weight, bias, dy, options = drawn(name)
    expected = conv_forward(x, weight, bias, **options), *conv_backward(dy, x, weight, **options)
    monkeypatch.setattr("cnnlab.blocks.CACHE", cache)
    monkeypatch.setattr("cnnlab.blocks.NARROWEST", 1)
    for module in ("blocks", "conv"):
        monkeypatch.setattr(f"cnnlab.{module}.COLUMNS", 1 + cache // 100)
    got = conv_forward(x, weight, bias, **options), *conv_backward(dy, x, weight, **options)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@settings(max_examples=40)
@given(st.sampled_from(list(SETTINGS)), st.integers(-3, 3), st.integers(-3, 3), st.integers(0, 2**32))
def test_linear_in_x_and_in_weight(name, a, b, seed):
    x, weight, _, _, options = drawn(name)
    rng = np.random.default_rng(seed)
    x2, weight2 = (rng.integers(-9, 10, v.shape).astype(float) for v in (x, weight))
    y = conv_forward(x, weight, **options)
    mixed = conv_forward(a * x + b * x2, weight, **options)
    np.testing.assert_array_equal(mixed, a * y + b * conv_forward(x2, weight, **options))
    mixed = conv_forward(x, a * weight + b * weight2, **options)
    np.testing.assert_array_equal(mixed, a * y + b * conv_forward(x, weight2, **options))


@settings(max_examples=30)
@given(shift=st.integers(1, 3), stride=st.integers(1, 3), seed=st.integers(0, 2**32))
def test_a_shift_by_whole_strides_moves_the_output(shift, stride, seed):
    rng = np.random.default_rng(seed)
    x, weight = rng.integers(-9, 10, (2, 2, 20, 19)), rng.integers(-9, 10, (3, 2, 3, 2))
    y = conv_forward(x, weight, stride=stride)
    moved = conv_forward(x[:, :, shift * stride :], weight, stride=stride)
    np.testing.assert_array_equal(moved, y[:, :, shift:])


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes_stay(name, dtype):
    x, weight, bias, dy, options = drawn(name, dtype)
    results = conv_forward(x, weight, bias, **options), *conv_backward(dy, x, weight, **options)
    assert [r.dtype for r in results] == [dtype] * 4


def test_integers_become_float64_and_mixtures_the_wider():
    x, weight = np.full((1, 1, 3), 255, np.uint8), np.full((1, 1, 2), 0.5, np.float32)
    assert conv_forward(x, weight)[0, 0].tolist() == [255, 255]
    assert conv_forward(x, weight).dtype == np.float64
    single = x.astype(np.float32)
    assert conv_forward(single, weight).dtype == np.float32
    assert conv_forward(single, weight, np.ones(1)).dtype == np.float64
    assert conv_forward(single, weight.astype(complex)).dtype == np.complex128


def test_complex_steps_pass_through_without_conjugates():
    x, weight, bias, dy, options = drawn("2-D")
    rng = np.random.default_rng(6)
    for position, gradient in enumerate(conv_backward(dy, x, weight, **options)):
        inputs = [x, weight, bias]
        direction = rng.normal(size=gradient.shape)
        inputs[position] = inputs[position] + 1e-30j * direction
        slope = np.sum(dy * conv_forward(*inputs, **options)).imag / 1e-30
        assert slope == pytest.approx(np.vdot(gradient, direction), rel=1e-12)


@pytest.mark.parametrize("name", SETTINGS)
def test_any_layout_read_only_and_never_written(name):
    x, weight, bias, dy, options = drawn(name)
    expected = conv_forward(x, weight, bias, **options), *conv_backward(dy, x, weight, **options)
    layouts = [
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a[::-1].copy()[::-1],
    ]
    for layout in layouts:
        arrays = [layout(a) for a in (x, weight, bias, dy)]
        for a in arrays:
            a.flags.writeable = False
        xs, ws, bs, ds = arrays
        for one, other in zip(
            (conv_forward(xs, ws, bs, **options), *conv_backward(ds, xs, ws, **options)),
            expected,
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)
            assert not any(np.shares_memory(one, a) for a in arrays)


def test_an_empty_batch_passes():
    x, weight, bias, dy, options = drawn("2-D")
    y = conv_forward(x[:0], weight, bias, **options)
    assert y.shape == (0, *dy.shape[1:])
    dx, dweight, dbias = conv_backward(dy[:0], x[:0], weight, **options)
    assert dx.shape == (0, *x.shape[1:])
    assert not dweight.any()
    assert not dbias.any()


def test_a_nan_reaches_every_output_that_reads_it_and_no_other():
    x = np.ones((1, 1, 6))
    x[0, 0, 3] = np.nan
    assert np.isnan(conv_forward(x, np.ones((1, 1, 2)))[0, 0]).tolist() == [False, False, True, True, False]


def test_geometry_may_come_as_numpy_numbers_and_an_int_is_for_all_axes():
    rng = np.random.default_rng(7)
    x, weight, dy = (rng.integers(-9, 10, s) for s in ((2, 4, 5, 5), (6, 2, 3, 3), (2, 6, 3, 3)))
    plain = dict(stride=(2, 1), padding=((1, 0), (0, 2)), groups=2)
    arrays = dict(stride=np.array([2, 1]), padding=np.array([[1, 0], [0, 2]]), groups=np.int64(2))
    np.testing.assert_array_equal(conv_forward(x, weight, **arrays), conv_forward(x, weight, **plain))
    square = conv_backward_input(dy, weight, np.array(5), groups=(2,))
    np.testing.assert_array_equal(square, conv_backward_input(dy, weight, (5, 5), groups=2))


x2, w2, dy2 = np.ones((2, 4, 5, 5)), np.ones((6, 2, 3, 3)), np.ones((2, 6, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: conv_forward(x2, w2),
            ValueError,
            r"with 1 group\(s\) it reads 1 \* 2 = 2 channels, but x has 4",
        ),
        (lambda: conv_forward(x2, w2, groups=3), ValueError, "4 input channels cannot be cut into 3 group"),
        (
            lambda: conv_forward(x2, w2[:5], groups=2),
            ValueError,
            "5 output channels cannot be cut into 2 group",
        ),
        (lambda: conv_forward(x2, w2, groups=0), ValueError, "groups is 0, but it must be at least 1"),
        (lambda: conv_forward(x2, w2[0]), ValueError, "same number of spatial axes"),
        (lambda: conv_forward(x2[0, 0], w2[0, 0]), ValueError, "at least one"),
        (
            lambda: conv_forward(x2, w2, np.ones(5), groups=2),
            ValueError,
            r"bias has shape \(5,\), but 6 filters need",
        ),
        (
            lambda: conv_forward(x2[..., :2], w2, groups=2),
            ValueError,
            r"has 2 \+ 2\*0 = 2 \(spatial axis 1\)",
        ),
        (
            lambda: conv_forward(x2, w2, groups=2, stride=(1, 2, 3)),
            ValueError,
            "3 entries for 2 spatial axes",
        ),
        (lambda: conv_forward("a picture", w2), TypeError, "x must be an array of numbers"),
        (
            lambda: conv_forward(x2, w2.astype(object)),
            TypeError,
            "weight must be an array of numbers.*object",
        ),
        (
            lambda: conv_backward(dy2[:1], x2, w2, groups=2),
            ValueError,
            r"dy has shape \(1, 6, 3, 3\), but the output",
        ),
        (lambda: conv_backward_input(dy2, w2, (5, 6), groups=2), ValueError, "dy has shape"),
        (
            lambda: conv_backward_input(dy2, w2, (5, 5, 5), groups=2),
            ValueError,
            "3 entries for 2 spatial axes",
        ),
        (
            lambda: conv_backward_input(dy2, w2, 5, groups=None),
            ValueError,
            "groups is None, but it must be an int",
        ),
        (lambda: conv_forward(x2, w2, groups=(1, 2)), ValueError, "groups is .1, 2., but it must be one int"),
        (lambda: conv_backward_weight(dy2, x2, 4, groups=2), ValueError, "dy has shape"),
        (lambda: conv_backward_bias(np.ones(3)), ValueError, "needs a batch axis"),
    ],
)
def test_a_bad_call_is_told_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_importing_the_package_costs_numpy_and_nothing_else():
    code = "import sys, numpy; before = set(sys.modules); import cnnlab; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "cnnlab.conv" in loaded
    foreign = {name.split(".")[0] for name in loaded} - {"cnnlab", "numpy"} - set(sys.stdlib_module_names)
    assert not foreign
    assert cnnlab.__version__


@pytest.mark.parametrize("axes", [1, 2])
def test_an_input_without_cells_has_a_gradient_without_cells(axes):
    """Its rim is wide enough for the kernel: there are outputs, and nobody to owe them anything."""
    x, weight = np.ones((2, 3, *[0] * axes)), np.ones((4, 3, *[3] * axes))
    y = conv_forward(x, weight, padding=2)
    assert y.shape == (2, 4, *[2] * axes) and not y.any()
    dx, dweight, _ = conv_backward(y + 1, x, weight, padding=2)
    assert dx.shape == x.shape and dweight.shape == weight.shape and not dweight.any()
