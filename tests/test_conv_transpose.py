"""Transposed convolution: stamps, zeros between the entries, adjoints, slopes, errors."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st

from cnnlab.bias import bias_backward
from cnnlab.conv import conv_forward
from cnnlab.conv_transpose import conv_transpose_backward, conv_transpose_forward, transposed_size

SETTINGS = {  # x, weight, options; no two axes alike
    "1-D": ((2, 3, 5), (3, 4, 3), dict(stride=2, padding=1, output_padding=1)),
    "1-D pairs": ((2, 3, 5), (3, 2, 4), dict(stride=3, padding=((2, 1),), output_padding=2)),
    "2-D": ((2, 4, 3, 5), (4, 3, 3, 2), {}),
    "2-D all": (
        (2, 4, 3, 4),
        (4, 3, 3, 2),
        dict(stride=(2, 3), padding=((1, 0), (0, 1)), output_padding=(1, 2), dilation=(1, 2), groups=2),
    ),
    "2-D depthwise": ((3, 3, 4, 2), (3, 1, 2, 3), dict(groups=3, stride=2)),
    "2-D gaps": ((2, 2, 3, 4), (2, 3, 1, 2), dict(stride=(2, 3))),
    "2-D beyond the stride": (
        (2, 2, 3, 4),
        (2, 3, 3, 2),
        dict(stride=(1, 2), dilation=(3, 4), padding=(1, 0), output_padding=(2, 3)),
    ),
    "3-D": ((2, 4, 3, 2, 4), (4, 1, 2, 3, 2), dict(stride=(1, 2, 3), padding=(0, 1, 1), groups=2)),
    "4-D": ((2, 2, 2, 3, 1, 2), (2, 3, 2, 1, 3, 2), dict(stride=(1, 2, 2, 1), output_padding=(0, 1, 0, 0))),
}


def stamped(x, weight, bias=None, *, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    """Stamp the kernel, times each entry of x, on a canvas; cut the padding off: the definition."""
    axes = x.ndim - 2
    stride, dilation, output_padding = (np.broadcast_to(v, axes) for v in (stride, dilation, output_padding))
    rim = [np.broadcast_to(p, 2) for p in (padding if np.ndim(padding) else [padding] * axes)]
    spatial, kernel_size, filters = np.array(x.shape[2:]), np.array(weight.shape[2:]), weight.shape[1]
    canvas = (spatial - 1) * stride + dilation * (kernel_size - 1) + 1 + output_padding
    y = np.zeros((len(x), filters * groups, *canvas), np.result_type(x, weight))
    for image, c, *entry in np.ndindex(*x.shape):
        group = c // (x.shape[1] // groups)
        for f, *tap in np.ndindex(*weight.shape[1:]):
            cell = np.array(entry) * stride + np.array(tap) * dilation
            y[(image, group * filters + f, *cell)] += x[(image, c, *entry)] * weight[(c, f, *tap)]
    y = y[(..., *(slice(before, n - after) for (before, after), n in zip(rim, canvas, strict=True)))]
    return y if bias is None else y + np.reshape(bias, (-1, *[1] * axes))


def drawn(name, dtype=float):
    x_shape, weight_shape, options = SETTINGS[name]
    rng = np.random.default_rng(len(name))
    shapes = x_shape, weight_shape, weight_shape[1] * options.get("groups", 1)
    x, weight, bias = (rng.integers(-9, 10, s).astype(dtype) for s in shapes)
    y = stamped(x, weight, bias, **options)
    return x, weight, bias, rng.integers(-9, 10, y.shape).astype(dtype), options


def all_results(x, weight, bias, dy, options):
    return (
        conv_transpose_forward(x, weight, bias, **options),
        *conv_transpose_backward(dy, x, weight, **options),
    )


@pytest.mark.parametrize("name", SETTINGS)
def test_equals_the_stamps(name):
    x, weight, bias, _, options = drawn(name)
    np.testing.assert_array_equal(
        conv_transpose_forward(x, weight, bias, **options), stamped(x, weight, bias, **options)
    )


@pytest.mark.parametrize("name", SETTINGS)
def test_gradients_are_slopes_of_the_stamps(name):
    """The map is linear in x, in weight and in bias: a difference quotient with h = 1 is exact."""
    x, weight, bias, dy, options = drawn(name)
    rng = np.random.default_rng(5)
    for position, gradient in enumerate(conv_transpose_backward(dy, x, weight, **options)):
        assert gradient.shape == (x, weight, bias)[position].shape
        for flat in rng.choice(gradient.size, min(12, gradient.size), replace=False):
            up, down = ([a.copy() for a in (x, weight, bias)] for _ in range(2))
            up[position].flat[flat] += 1
            down[position].flat[flat] -= 1
            slope = (np.vdot(dy, stamped(*up, **options)) - np.vdot(dy, stamped(*down, **options))) / 2
            assert gradient.flat[flat] == slope


@pytest.mark.parametrize("name", SETTINGS)
def test_adjoint_identities(name):
    x, weight, bias, dy, options = drawn(name)
    dx, dweight, dbias = conv_transpose_backward(dy, x, weight, **options)
    loss = np.vdot(dy, conv_transpose_forward(x, weight, **options))
    assert loss == np.vdot(x, dx) == np.vdot(weight, dweight)
    assert np.vdot(dy, conv_transpose_forward(0 * x, weight, bias, **options)) == np.vdot(bias, dbias)


@given(st.data(), st.integers(1, 3))
def test_it_is_the_transpose_of_the_convolution_that_comes_down(data, axes):
    """A convolution from any size, and back to exactly that size: <conv(u), v> == <u, conv_transpose(v)>."""

    def each(most, least=1):
        return tuple(data.draw(st.integers(least, most)) for _ in range(axes))

    kernel, stride, dilation, padding = each(3), each(3), each(3), each(2, 0)
    groups, c_in, c_out = (data.draw(st.integers(1, 2)) for _ in range(3))
    extents = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    spatial = tuple(max(1, e - 2 * p) + more for e, p, more in zip(extents, padding, each(4, 0), strict=True))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    weight = rng.integers(-4, 5, (groups * c_out, c_in, *kernel)).astype(float)
    u = rng.integers(-4, 5, (2, groups * c_in, *spatial)).astype(float)
    options = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    down = conv_forward(u, weight, **options)
    v = rng.integers(-4, 5, down.shape).astype(float)
    left = [(n + 2 * p - e) % s for n, p, e, s in zip(spatial, padding, extents, stride, strict=True)]
    back = conv_transpose_forward(v, weight, output_padding=left, **options)
    assert back.shape == u.shape
    assert np.vdot(down, v) == np.vdot(u, back)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_zeros_between_the_entries_and_a_full_true_convolution(axes):
    rng = np.random.default_rng(axes)
    x, w, strides = rng.normal(size=(4, 3, 2)[:axes]), rng.normal(size=(3, 2, 4)[:axes]), (2, 3, 1)[:axes]
    spread = np.zeros([(n - 1) * s + 1 for n, s in zip(x.shape, strides, strict=True)])
    spread[tuple(slice(None, None, s) for s in strides)] = x
    expected = scipy.signal.convolve(spread, w, "full", method="direct")
    y = conv_transpose_forward(x[None, None], w[None, None], stride=strides)
    np.testing.assert_allclose(y[0, 0], expected, atol=1e-12)


def test_kernels_side_by_side_are_a_kronecker_product():
    x, w = np.arange(6.0).reshape(2, 3), np.array([[1.0, 2], [3, 4], [5, 6]])
    y = conv_transpose_forward(x[None, None], w[None, None], stride=w.shape)
    np.testing.assert_array_equal(y[0, 0], np.kron(x, w))


def test_seven_and_eight_entries_have_one_code_and_each_finds_back():
    weight = np.array([[[1.0, 2, 4]]])
    for n, extra in ((7, 0), (8, 1)):
        code = conv_forward(np.ones((1, 1, n)), weight, stride=2)
        assert code.shape == (1, 1, 3)
        assert conv_transpose_forward(code, weight, stride=2, output_padding=extra).shape == (1, 1, n)


def test_output_padding_grows_at_the_end_and_padding_crops():
    x, weight = np.array([[[1.0, 3]]]), np.array([[[1.0, 2, 4]]])
    assert conv_transpose_forward(x, weight, stride=2)[0, 0].tolist() == [1, 2, 7, 6, 12]
    assert conv_transpose_forward(x, weight, stride=2, padding=1)[0, 0].tolist() == [2, 7, 6]
    extra = conv_transpose_forward(x, weight, stride=2, padding=1, output_padding=1)
    assert extra[0, 0].tolist() == [2, 7, 6, 12]
    uneven = conv_transpose_forward(x, weight, stride=2, padding=((0, 2),))
    assert uneven[0, 0].tolist() == [1, 2, 7]


def test_a_bias_is_added_once_wherever_stamps_meet():
    x, weight, bias, _, options = drawn("2-D all")
    y = conv_transpose_forward(0 * x, weight, bias, **options)
    np.testing.assert_array_equal(y, np.broadcast_to(bias[:, None, None], y.shape))


def test_a_bias_may_be_tiled_or_untied():
    x, weight, _, dy, options = drawn("2-D all")
    plain = conv_transpose_forward(x, weight, **options)
    untied = np.random.default_rng(3).integers(-9, 10, plain.shape[1:]).astype(float)
    np.testing.assert_array_equal(conv_transpose_forward(x, weight, untied, **options), plain + untied)
    tiled = untied[:, :2, :3]
    added = conv_transpose_forward(x, weight, tiled, **options) - plain
    assert np.vdot(dy, added) == np.vdot(tiled, bias_backward(dy, tiled.shape))


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes_stay(name, dtype):
    assert [r.dtype for r in all_results(*drawn(name, dtype))] == [dtype] * 4


def test_integers_become_float64_and_mixtures_the_wider():
    x, weight = np.full((1, 1, 3), 200, np.uint8), np.full((1, 1, 2), 0.5, np.float32)
    assert conv_transpose_forward(x, weight)[0, 0].tolist() == [100, 200, 200, 100]
    single = x.astype(np.float32)
    assert conv_transpose_forward(single, weight).dtype == np.float32
    assert conv_transpose_forward(single, weight, np.ones(1)).dtype == np.float64
    assert conv_transpose_forward(single, weight.astype(complex)).dtype == np.complex128


def test_complex_steps_pass_through_without_conjugates():
    x, weight, bias, dy, options = drawn("2-D all")
    rng = np.random.default_rng(6)
    for position, gradient in enumerate(conv_transpose_backward(dy, x, weight, **options)):
        inputs = [x, weight, bias]
        direction = rng.normal(size=gradient.shape)
        inputs[position] = inputs[position] + 1e-30j * direction
        slope = np.sum(dy * conv_transpose_forward(*inputs, **options)).imag / 1e-30
        assert slope == pytest.approx(np.vdot(gradient, direction), rel=1e-12)


def test_complex_gradients_are_not_conjugated_either():
    """Each gradient is linear in dy and in the other input, for complex factors too."""
    x, weight, _, dy, options = drawn("2-D all")
    a, b, c = 1 + 2j, 3 - 1j, 2 + 1j
    dx, dweight, dbias = conv_transpose_backward(dy, x, weight, **options)
    for one, other in zip(
        conv_transpose_backward(a * dy, b * x, c * weight, **options),
        (a * c * dx, a * b * dweight, a * dbias),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", SETTINGS)
def test_any_layout_read_only_and_never_written(name):
    *arrays, options = drawn(name)
    expected = all_results(*arrays, options)
    for layout in (
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a[::-1].copy()[::-1],
    ):
        others = [layout(a) for a in arrays]
        for a in others:
            a.flags.writeable = False
        for one, other in zip(all_results(*others, options), expected, strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.flags.writeable
            assert not any(np.shares_memory(one, a) for a in others)


@pytest.mark.parametrize("name", SETTINGS)
def test_an_empty_batch_passes(name):
    x, weight, bias, dy, options = drawn(name)
    y, dx, dweight, dbias = all_results(x[:0], weight, bias, dy[:0], options)
    assert y.shape == (0, *dy.shape[1:])
    assert dx.shape == (0, *x.shape[1:])
    assert not dweight.any() and not dbias.any()
    assert dweight.shape == weight.shape


def test_geometry_may_come_as_numpy_numbers_and_an_int_is_for_all_axes():
    x, weight, _, dy, options = drawn("2-D all")
    arrays = {name: np.array(value) for name, value in options.items()}
    arrays["groups"] = np.int64(2)
    for one, other in zip(
        conv_transpose_backward(dy, x, weight, **arrays),
        conv_transpose_backward(dy, x, weight, **options),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    assert transposed_size((4, 5), 3, stride=2, output_padding=1) == (10, 12)
    assert transposed_size(4, 3, padding=1) == (4,)


x2, w2 = np.ones((2, 4, 3, 5)), np.ones((4, 3, 3, 2))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            dict(output_padding=1),
            r"output_padding is 1, .* stride or dilation: 1 >= max\(1, 1\) \(spatial axis 0\)",
        ),
        (dict(stride=(2, 1), output_padding=1), r"1 >= max\(1, 1\) \(spatial axis 1\)"),
        (dict(stride=2, dilation=3, output_padding=3), r"3 >= max\(2, 3\)"),
        (dict(stride=2, output_padding=(1, 0, 0)), "3 entries for 2 spatial axes"),
        (dict(output_padding=-1), "output_padding is -1, but it must be at least 0"),
        (
            dict(padding=3),
            r"\(3 - 1\)\*1 - 2\*3 \+ 1\*\(3 - 1\) \+ 0 \+ 1 = -1 entries.*at least 1 \(spatial axis 0\)",
        ),
        (dict(padding=((0, 0), (4, 2))), r"\(5 - 1\)\*1 - \(4 \+ 2\) \+ 1\*\(2 - 1\) \+ 0 \+ 1 = 0 entries"),
        (dict(padding="same"), 'padding is "same", but here it must be numbers of cells'),
        (dict(stride=0), "stride is 0, but it must be at least 1"),
        (dict(dilation=(1, 0)), "dilation is .1, 0., but it must be at least 1"),
        (dict(groups=3), "4 input channels cannot be cut into 3 group"),
        (dict(groups=0), "groups is 0, but it must be at least 1"),
    ],
)
def test_bad_geometry_is_told_what_does_not_fit(options, words):
    with pytest.raises(ValueError, match=words):
        conv_transpose_forward(x2, w2, **options)
    with pytest.raises(ValueError, match=words):
        conv_transpose_backward(np.ones((2, 3, 5, 6)), x2, w2, **options)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: conv_transpose_forward(x2, w2[:3]), ValueError, "reads 3 channels, but x has 4"),
        (
            lambda: conv_transpose_forward(x2, np.swapaxes(w2, 0, 1)),
            ValueError,
            "reads 3 channels, but x has 4",
        ),
        (lambda: conv_transpose_forward(x2, w2[:, :0]), ValueError, "0 output channels cannot be cut"),
        (lambda: conv_transpose_forward(x2, w2[..., 0]), ValueError, "same number of spatial axes"),
        (lambda: conv_transpose_forward(x2[0, 0], w2[0, 0]), ValueError, "at least one"),
        (
            lambda: conv_transpose_forward(x2[:, :, :0], w2),
            ValueError,
            "spatial is .0, 5., but it must be at least 1",
        ),
        (
            lambda: conv_transpose_forward(x2, w2, np.ones(6)),
            ValueError,
            r"bias has shape \(6,\), but 3 filters need shape \(3,\)",
        ),
        (
            lambda: conv_transpose_backward(np.ones((2, 3, 5, 5)), x2, w2),
            ValueError,
            r"dy has shape \(2, 3, 5, 5\), but the output of the forward pass has shape \(2, 3, 5, 6\)",
        ),
        (lambda: conv_transpose_forward("a code", w2), TypeError, "x must be an array of numbers"),
        (lambda: conv_transpose_forward(x2, w2.astype(object)), TypeError, "weight must be an array.*object"),
        (
            lambda: conv_transpose_forward(x2, w2, [[1], [1, 2]]),
            TypeError,
            "bias must be .* different lengths",
        ),
        (lambda: conv_transpose_backward(None, x2, w2), TypeError, "dy must be an array of numbers"),
    ],
)
def test_a_bad_call_is_told_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()
