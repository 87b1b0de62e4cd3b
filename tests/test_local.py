"""Locally connected and tiled layers: loops from the definition, convolutions that they contain, slopes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlab import naive
from cnnlab.bias import bias_backward
from cnnlab.conv import conv_backward, conv_forward
from cnnlab.geometry import output_size, resolve_padding
from cnnlab.local import local_backward, local_forward, tiled_backward, tiled_forward

SETTINGS = {  # x, tile, C_out, kernel, options; `tile` None: as large as the output
    "1-D": ((2, 3, 9), (2,), 4, (3,), dict(stride=2, padding=((1, 2),))),
    "1-D local": ((2, 3, 9), None, 4, (3,), dict(stride=2, padding=((1, 2),))),
    "2-D": ((2, 3, 8, 7), (2, 3), 4, (3, 2), dict(padding=(0, 1))),
    "2-D strided": ((3, 2, 9, 7), (2, 2), 3, (3, 2), dict(stride=(2, 1))),
    "2-D rows alone": ((2, 3, 6, 5), (3, 1), 2, (2, 3), dict(padding="same", stride=(1, 2))),
    "2-D one kernel": ((2, 3, 6, 5), (1, 1), 4, (2, 3), dict(padding="full")),
    "2-D local": ((2, 3, 6, 8), None, 4, (3, 2), dict(padding="same", stride=(1, 2))),
    "3-D": ((2, 2, 6, 5, 4), (2, 1, 3), 3, (2, 3, 1), dict(stride=(2, 1, 1), padding=(1, 1, 0))),
    "3-D local": ((2, 2, 4, 5, 3), None, 3, (2, 3, 2), {}),
    "4-D": ((2, 2, 4, 3, 2, 5), (2, 1, 2, 3), 2, (2, 2, 1, 3), dict(padding=(1, 0, 0, 1))),
}


def looped(x, weight, bias=None, *, stride=1, padding=0):
    """Visit every place, take the kernel whose turn it is, weigh its window: the definition."""
    axes = x.ndim - 2
    tile, kernel_size = weight.shape[1 : 1 + axes], weight.shape[2 + axes :]
    some = np.zeros((1, *weight.shape[1 + axes :]))  # its values do not matter: the geometry is wanted
    out = naive.conv_forward(x, some, stride=stride, padding=padding).shape[2:]
    rim = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride)
    padded, stride = np.pad(x, ((0, 0), (0, 0), *rim)), np.broadcast_to(stride, axes)
    y = np.zeros((len(x), len(weight), *out), np.result_type(x, weight))
    for image, f, *place in np.ndindex(*y.shape):
        turn = [j % t for j, t in zip(place, tile, strict=True)]
        corner = [j * s for j, s in zip(place, stride, strict=True)]
        window = padded[
            (image, slice(None), *(slice(i, i + k) for i, k in zip(corner, kernel_size, strict=True)))
        ]
        y[(image, f, *place)] = np.sum(window * weight[(f, *turn)])
        if bias is not None:
            owner = [j % t for j, t in zip(place, bias.shape[1:], strict=True)] if bias.ndim > 1 else []
            y[(image, f, *place)] += bias[(f, *owner)]
    return y


def drawn(name, dtype=float):
    x_shape, tile, filters, kernel_size, options = SETTINGS[name]
    rng = np.random.default_rng(len(name))
    out = output_size(x_shape[2:], kernel_size, **options)
    tile = out if tile is None else tile
    shapes = x_shape, (filters, *tile, x_shape[1], *kernel_size), (filters, *out), (x_shape[0], filters, *out)
    return (*(rng.integers(-9, 10, s).astype(dtype) for s in shapes), options)


def pair(name):
    return (local_forward, local_backward) if name.endswith("local") else (tiled_forward, tiled_backward)


def all_results(name, x, weight, bias, dy, options):
    forward, backward = pair(name)
    return forward(x, weight, bias, **options), *backward(dy, x, weight, bias_shape=bias.shape, **options)


@pytest.mark.parametrize("name", SETTINGS)
def test_equals_the_loops(name):
    x, weight, bias, _, options = drawn(name)
    forward, _ = pair(name)
    np.testing.assert_array_equal(forward(x, weight, **options), looped(x, weight, **options))
    tile = tuple(min(2, n) for n in bias.shape[1:])
    tiled = bias[(slice(None), *(slice(t) for t in tile))]
    for some in (bias, tiled, tiled.reshape(len(bias), -1)[:, 0]):
        np.testing.assert_array_equal(forward(x, weight, some, **options), looped(x, weight, some, **options))


@pytest.mark.parametrize("name", SETTINGS)
def test_gradients_are_slopes_of_the_loops(name):
    """The map is linear in x, in weight and in bias: a difference quotient with h = 1 is exact."""
    x, weight, bias, dy, options = drawn(name)
    rng = np.random.default_rng(5)
    gradients = pair(name)[1](dy, x, weight, bias_shape=bias.shape, **options)
    for position, gradient in enumerate(gradients):
        assert gradient.shape == (x, weight, bias)[position].shape
        for flat in rng.choice(gradient.size, min(12, gradient.size), replace=False):
            up, down = ([a.copy() for a in (x, weight, bias)] for _ in range(2))
            up[position].flat[flat] += 1
            down[position].flat[flat] -= 1
            slope = (np.vdot(dy, looped(*up, **options)) - np.vdot(dy, looped(*down, **options))) / 2
            assert gradient.flat[flat] == slope


@given(st.data(), st.integers(1, 3), st.integers(0, 2))
def test_gradients_are_adjoints(data, axes, n):
    def each(most, least=1):
        return tuple(data.draw(st.integers(least, most)) for _ in range(axes))

    kernel, stride, padding = each(3), each(3), each(2, 0)
    spatial = tuple(max(1, k - 2 * p) + more for k, p, more in zip(kernel, padding, each(4, 0), strict=True))
    out = output_size(spatial, kernel, stride=stride, padding=padding)
    tile = tuple(data.draw(st.integers(1, size)) for size in out)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    x, weight, dy = (
        rng.integers(-4, 5, s).astype(float) for s in ((n, 2, *spatial), (3, *tile, 2, *kernel), (n, 3, *out))
    )
    options = dict(stride=stride, padding=padding)
    y = tiled_forward(x, weight, **options)
    dx, dweight, dbias = tiled_backward(dy, x, weight, **options)
    assert np.sum(y * dy) == np.sum(x * dx) == np.sum(weight * dweight)
    np.testing.assert_array_equal(dbias, dy.sum(axis=(0, *range(2, dy.ndim))))
    np.testing.assert_array_equal(y, looped(x, weight, **options))


@pytest.mark.parametrize("name", ["1-D", "2-D", "2-D strided", "2-D one kernel", "3-D"])
def test_a_tile_of_one_is_a_convolution(name):
    x, weight, bias, dy, options = drawn(name)
    axes = x.ndim - 2
    alone = weight[(slice(None), *[slice(1)] * axes)]
    kernel = alone.reshape(len(weight), *weight.shape[1 + axes :])
    shared = bias.reshape(len(bias), -1)[:, 0]
    np.testing.assert_array_equal(
        tiled_forward(x, alone, shared, **options), conv_forward(x, kernel, shared, **options)
    )
    expected = conv_backward(dy, x, kernel, **options)
    for one, other in zip(tiled_backward(dy, x, alone, **options), expected, strict=True):
        np.testing.assert_array_equal(one.reshape(other.shape), other)


@pytest.mark.parametrize("name", ["1-D local", "2-D local", "3-D local"])
def test_a_tile_as_large_as_the_output_is_local(name):
    x, weight, bias, dy, options = drawn(name)
    np.testing.assert_array_equal(
        local_forward(x, weight, bias, **options), tiled_forward(x, weight, bias, **options)
    )
    for one, other in zip(
        local_backward(dy, x, weight, **options), tiled_backward(dy, x, weight, **options), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_tile_is_so_many_convolutions_with_wider_strides():
    """Places j, j + t, j + 2 t, ... are a convolution of stride s * t that starts j * s later."""
    rng = np.random.default_rng(8)
    x, weight = (rng.integers(-9, 10, s).astype(float) for s in ((2, 3, 12, 11), (4, 2, 3, 3, 3, 2)))
    y = tiled_forward(x, weight, stride=(2, 1))
    for i, j in np.ndindex(2, 3):
        part = conv_forward(x[:, :, 2 * i :, j:], weight[:, i, j], stride=(4, 3))
        np.testing.assert_array_equal(y[:, :, i::2, j::3], part)


def test_equal_kernels_are_a_convolution_and_share_its_gradient():
    x, weight, _, dy, options = drawn("2-D local")
    kernel = weight[:, 0, 0]
    everywhere = np.broadcast_to(kernel[:, None, None], weight.shape)
    np.testing.assert_array_equal(local_forward(x, everywhere, **options), conv_forward(x, kernel, **options))
    dx, dweight, dbias = local_backward(dy, x, everywhere, **options)
    for one, other in zip(
        (dx, dweight.sum(axis=(1, 2)), dbias), conv_backward(dy, x, kernel, **options), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_kernel_as_large_as_the_input_is_a_dense_layer():
    rng = np.random.default_rng(9)
    x, weight = (rng.integers(-9, 10, s).astype(float) for s in ((3, 2, 4, 5), (6, 1, 1, 2, 4, 5)))
    y = local_forward(x, weight)
    np.testing.assert_array_equal(y[:, :, 0, 0], x.reshape(3, -1) @ weight.reshape(6, -1).T)


@pytest.mark.parametrize("cache", [1, 500, 20_000])
@pytest.mark.parametrize("name", SETTINGS)
def test_small_parts_give_the_same(name, cache, monkeypatch):
    *arrays, options = drawn(name)
    expected = all_results(name, *arrays, options)
    monkeypatch.setattr("cnnlab.local.CACHE", cache)
    for one, other in zip(all_results(name, *arrays, options), expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("shape", [(), (1, 1), (2, 3), (8, 6)])
def test_the_bias_may_be_shared_tiled_or_untied(shape):
    x, weight, _, dy, options = drawn("2-D")
    assert dy.shape[2:] == (6, 8)
    bias_shape = (4, *shape[::-1])
    *_, dbias = tiled_backward(dy, x, weight, bias_shape=bias_shape, **options)
    np.testing.assert_array_equal(dbias, bias_backward(dy, bias_shape))


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes_stay(name, dtype):
    assert [r.dtype for r in all_results(name, *drawn(name, dtype))] == [dtype] * 4


def test_integers_become_float64_and_mixtures_the_wider():
    x, weight = np.full((1, 1, 3), 200, np.uint8), np.full((1, 2, 1, 2), 0.5, np.float32)
    assert local_forward(x, weight)[0, 0].tolist() == [200, 200]
    single = x.astype(np.float32)
    assert local_forward(single, weight).dtype == np.float32
    assert local_forward(single, weight, np.ones(1)).dtype == np.float64
    dx, dweight, dbias = local_backward(np.ones((1, 1, 2), np.float32), single, weight.astype(float))
    assert [a.dtype for a in (dx, dweight, dbias)] == [np.float64, np.float32, np.float32]


@pytest.mark.parametrize("name", ["2-D", "2-D local"])
def test_complex_steps_pass_through_without_conjugates(name):
    x, weight, bias, dy, options = drawn(name)
    forward, backward = pair(name)
    rng = np.random.default_rng(6)
    for position, gradient in enumerate(backward(dy, x, weight, bias_shape=bias.shape, **options)):
        inputs = [x, weight, bias]
        direction = rng.normal(size=gradient.shape)
        inputs[position] = inputs[position] + 1e-30j * direction
        slope = np.sum(dy * forward(*inputs, **options)).imag / 1e-30
        assert slope == pytest.approx(np.vdot(gradient, direction), rel=1e-12)


@pytest.mark.parametrize("name", ["2-D", "2-D local"])
def test_complex_gradients_are_not_conjugated_either(name):
    """Each gradient is linear in dy and in the other input, for complex factors too."""
    x, weight, _, dy, options = drawn(name)
    a, b, c = 1 + 2j, 3 - 1j, 2 + 1j
    dx, dweight, dbias = pair(name)[1](dy, x, weight, **options)
    for one, other in zip(
        pair(name)[1](a * dy, b * x, c * weight, **options),
        (a * c * dx, a * b * dweight, a * dbias),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", SETTINGS)
def test_any_layout_read_only_and_never_written(name):
    *arrays, options = drawn(name)
    expected = all_results(name, *arrays, options)
    for layout in (
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a[::-1].copy()[::-1],
    ):
        others = [layout(a) for a in arrays]
        for a in others:
            a.flags.writeable = False
        for one, other in zip(all_results(name, *others, options), expected, strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.flags.writeable
            assert not any(np.shares_memory(one, a) for a in others)


@pytest.mark.parametrize("name", SETTINGS)
def test_an_empty_batch_passes(name):
    x, weight, bias, dy, options = drawn(name)
    y, dx, dweight, dbias = all_results(name, x[:0], weight, bias, dy[:0], options)
    assert y.shape == (0, *dy.shape[1:])
    assert dx.shape == (0, *x.shape[1:])
    assert dweight.shape == weight.shape
    assert not dweight.any() and not dbias.any()


def test_zeros_for_whole_tiles_reach_no_gradient_and_no_neighbour():
    """Five places and a tile of three: the second tile ends a place beyond the rim, where nothing is owed."""
    x, weight = np.arange(1.0, 6).reshape(1, 1, 5), np.array([[[[1.0]], [[10]], [[100]]]])
    y = tiled_forward(x, weight)
    assert y[0, 0].tolist() == [1, 20, 300, 4, 50]
    dx, dweight, _ = tiled_backward(np.ones((1, 1, 5)), x, weight)
    assert dx[0, 0].tolist() == [1, 10, 100, 1, 10]
    assert dweight.ravel().tolist() == [1 + 4, 2 + 5, 3]


x2, local2, tiled2, dy2 = (
    np.ones((2, 3, 5, 6)),
    np.ones((4, 4, 5, 3, 2, 2)),
    np.ones((4, 2, 3, 3, 2, 2)),
    np.ones((2, 4, 4, 5)),
)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: local_forward(x2, tiled2),
            ValueError,
            r"kernels for \(2, 3\) places, but the output has \(4, 5\)",
        ),
        (lambda: local_backward(dy2, x2, tiled2), ValueError, r"kernels for \(2, 3\) places"),
        (lambda: local_forward(x2, np.swapaxes(local2, 1, 2)), ValueError, r"its tile \(5, 4\) must have"),
        (lambda: local_forward(x2, local2, stride=2), ValueError, r"at most the output's \(2, 3\)"),
        (
            lambda: tiled_forward(x2, tiled2[:, :0]),
            ValueError,
            r"its tile \(0, 3\) must have at least one place",
        ),
        (
            lambda: tiled_forward(x2[:, :2], tiled2),
            ValueError,
            r"4 filter\(s\) of 3 channel\(s\), but x has 2",
        ),
        (lambda: tiled_forward(x2, tiled2[:0]), ValueError, r"0 filter\(s\) of 3"),
        (lambda: tiled_forward(x2[:, :0], tiled2[:, :, :, :0]), ValueError, "there must be some of each"),
        (lambda: tiled_forward(x2, tiled2[..., 0]), ValueError, "same number of spatial axes"),
        (lambda: tiled_forward(x2[0, 0], tiled2[0, 0]), ValueError, "at least one"),
        (lambda: tiled_forward(x2[..., :1], tiled2), ValueError, r"has 1 \+ 2\*0 = 1 \(spatial axis 1\)"),
        (lambda: tiled_forward(x2, tiled2, stride=0), ValueError, "stride is 0, but it must be at least 1"),
        (lambda: tiled_forward(x2, tiled2, padding="wide"), ValueError, 'the words it knows are "valid"'),
        (
            lambda: tiled_forward(x2, tiled2, np.ones(5)),
            ValueError,
            r"bias has shape \(5,\), but 4 filters need",
        ),
        (
            lambda: tiled_backward(dy2, x2, tiled2, bias_shape=(4, 5, 5)),
            ValueError,
            r"bias has shape \(4, 5, 5\)",
        ),
        (
            lambda: tiled_backward(dy2[:1], x2, tiled2),
            ValueError,
            r"dy has shape \(1, 4, 4, 5\), but the output",
        ),
        (lambda: local_backward(dy2[:, :3], x2, local2), ValueError, r"dy has shape \(2, 3, 4, 5\)"),
        (lambda: local_forward("x", local2), TypeError, "x must be an array of numbers"),
        (
            lambda: tiled_forward(x2, tiled2.astype(object)),
            TypeError,
            "weight must be an array of numbers.*object",
        ),
        (lambda: tiled_backward(None, x2, tiled2), TypeError, "dy must be an array of numbers"),
    ],
)
def test_a_bad_call_is_told_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()
