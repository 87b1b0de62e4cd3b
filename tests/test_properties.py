"""What holds for every geometry: linearity, adjoints, shifts. Integers, so that equal means equal."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnlab import (
    avg_pool_backward,
    avg_pool_forward,
    conv_backward,
    conv_forward,
    fold,
    max_pool_backward,
    unfold,
)


@st.composite
def geometries(draw, *, pooling=False):
    """Draw a batch's shape, a kernel size and options; a pooling's padding is at most half the kernel."""
    axes = draw(st.integers(1, 3))
    kernel, stride, dilation = (
        tuple(draw(st.lists(st.integers(1, most), min_size=axes, max_size=axes))) for most in (3, 3, 2)
    )
    rims = [
        (draw(st.integers(0, m)), draw(st.integers(0, m))) for m in (k // 2 if pooling else 2 for k in kernel)
    ]
    if draw(st.booleans()):
        rims = [(min(before for before, _ in rims),) * 2] * axes
    extents = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    least = [e if pooling else max(1, e - sum(r)) for e, r in zip(extents, rims, strict=True)]
    spatial = tuple(n + draw(st.integers(0, 3)) for n in least)
    padding = rims[0][0] if len({*sum(rims, ())}) == 1 else tuple(rims)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return (
        rng,
        (draw(st.integers(0, 2)), spatial),
        kernel,
        dict(stride=stride, padding=padding, dilation=dilation),
    )


def integers(rng, shape):
    return rng.integers(-4, 5, shape).astype(float)


@st.composite
def convolutions(draw):
    """Draw x, weight and options, with groups."""
    rng, (n, spatial), kernel, options = draw(geometries())
    groups, c_in, c_out = (draw(st.integers(1, 2)) for _ in range(3))
    x, weight = integers(rng, (n, groups * c_in, *spatial)), integers(rng, (groups * c_out, c_in, *kernel))
    return rng, x, weight, options | dict(groups=groups)


@given(convolutions())
def test_convolution_is_linear_in_x_and_in_weight(drawn):
    rng, x, weight, options = drawn
    u, v = integers(rng, x.shape), integers(rng, weight.shape)
    y = conv_forward(x, weight, **options)
    mixed = 3 * y - conv_forward(u, weight, **options)  # 3 - 1 is not 1, so that a constant is seen
    np.testing.assert_array_equal(conv_forward(3 * x - u, weight, **options), mixed)
    mixed = 3 * y - conv_forward(x, v, **options)
    np.testing.assert_array_equal(conv_forward(x, 3 * weight - v, **options), mixed)


@given(convolutions())
def test_both_gradients_are_adjoints(drawn):
    rng, x, weight, options = drawn
    y = conv_forward(x, weight, **options)
    dy = integers(rng, y.shape)
    dx, dweight, _ = conv_backward(dy, x, weight, **options)
    assert np.sum(y * dy) == np.sum(x * dx) == np.sum(weight * dweight)


@given(convolutions(), st.data())
def test_a_shift_by_whole_strides_shifts_the_output(drawn, data):
    _, x, weight, options = drawn
    axis, steps = data.draw(st.integers(0, x.ndim - 3)), data.draw(st.integers(1, 2))
    rim = [(0, 0)] * x.ndim
    rim[2 + axis] = (steps * options["stride"][axis], 0)
    shifted = conv_forward(np.pad(x, rim), weight, **options)
    y = conv_forward(x, weight, **options)
    tail = (slice(None),) * (2 + axis) + (slice(steps, None),)
    np.testing.assert_array_equal(shifted[tail], y)


@given(geometries())
def test_fold_is_the_adjoint_of_unfold(drawn):
    rng, (n, spatial), kernel, options = drawn
    x = integers(rng, (n, 2, *spatial))
    windows = unfold(x, kernel, **options)
    v = integers(rng, windows.shape)
    assert np.sum(windows * v) == np.sum(x * fold(v, spatial, **options))


@given(geometries(pooling=True), st.booleans())
def test_average_pooling_has_its_adjoint(drawn, count):
    rng, (n, spatial), kernel, options = drawn
    x, options = integers(rng, (n, 2, *spatial)), options | dict(count_include_pad=count)
    y = avg_pool_forward(x, kernel, **options)
    dy = integers(rng, y.shape)
    dx = avg_pool_backward(dy, x, kernel, **options)
    np.testing.assert_allclose(np.sum(y * dy), np.sum(x * dx), rtol=0, atol=1e-9)  # a third is not exact


@given(geometries(pooling=True))
def test_max_pooling_hands_on_all_of_the_gradient(drawn):
    rng, (n, spatial), kernel, options = drawn
    x = integers(rng, (n, 2, *spatial))
    taps = tuple(range(2, 2 + len(kernel)))
    inside = unfold(np.ones((1, 1, *spatial)), kernel, **options).sum(axis=taps)[0, 0]
    dy = integers(rng, (n, 2, *inside.shape)) * (inside > 0)  # a window of padding alone has no winner in x
    assert max_pool_backward(dy, x, kernel, **options).sum() == dy.sum()
