"""A dense layer read as a convolution: the same answers, and more of them on a larger input."""

import numpy as np
import pytest

from cnnlab import conv_forward, dense_forward, flatten_forward
from cnnlab.any_size import dense_to_conv


@pytest.mark.parametrize("spatial", [(5,), (2, 2), (3, 4), (2, 3, 4), (2, 1, 3, 2)])
def test_the_dense_answer_at_every_place(spatial):
    rng = np.random.default_rng(1)
    larger = tuple(n + i + 1 for i, n in enumerate(spatial))
    x = rng.integers(-9, 10, (2, 3, *larger))
    weight, bias = rng.integers(-9, 10, (4, 3 * np.prod(spatial))), rng.integers(-9, 10, 4)
    y = conv_forward(x, dense_to_conv(weight, spatial), bias)
    assert y.shape == (2, 4, *(i + 2 for i in range(len(spatial))))
    for place in np.ndindex(*y.shape[2:]):
        crop = x[(..., *(slice(i, i + n) for i, n in zip(place, spatial, strict=True)))]
        answer = dense_forward(flatten_forward(crop), weight, bias)
        np.testing.assert_array_equal(y[(..., *place)], answer)


def test_by_hand():
    weight = np.arange(12).reshape(1, 12)
    np.testing.assert_array_equal(dense_to_conv(weight, (2, 2))[0, 1], [[4, 5], [6, 7]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.int32])
def test_dtypes_and_layouts(dtype):
    weight = np.arange(24).reshape(2, 12).astype(dtype)
    kernels = dense_to_conv(weight, 4)
    assert kernels.dtype == (np.float64 if dtype == np.int32 else dtype)
    assert not np.shares_memory(kernels, weight)
    for same in (np.asfortranarray(weight), weight[:, ::-1].copy()[:, ::-1]):
        same.flags.writeable = False
        np.testing.assert_array_equal(dense_to_conv(same, 4), kernels)


@pytest.mark.parametrize(
    ("shape", "spatial", "words"),
    [
        ((2, 10), (2, 3), r"weight reads 10 entries, .* no whole number of channels of 2 \* 3 = 6 cells"),
        ((2, 5, 2), 5, r"weight has shape \(2, 5, 2\), but a dense layer's is \(D_out, D_in\)"),
        ((2, 10), (2, 0), r"spatial_in is \(2, 0\), but it must be at least 1"),
    ],
)
def test_errors(shape, spatial, words):
    with pytest.raises(ValueError, match=words):
        dense_to_conv(np.ones(shape), spatial)
    with pytest.raises(TypeError, match="weight must be an array of numbers"):
        dense_to_conv([["a"]], 1)
