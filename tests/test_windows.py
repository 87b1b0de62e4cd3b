"""Every window, and every window put back: against index loops, and as each other's transpose."""

import numpy as np
import pytest

from cnnlab import fold, output_size, unfold

GEOMETRIES = [
    ((7,), (3,), dict(stride=2, padding=((1, 2),))),
    ((6, 5), (2, 3), dict(stride=(1, 2), padding=(1, 0), dilation=(2, 1))),
    ((4, 5, 6), (2, 1, 3), dict(stride=(2, 1, 3), padding="same")),
    ((3, 4, 3, 5), (2, 2, 1, 3), dict(padding="full")),
]


def integers(rng, *shape):
    return rng.integers(-9, 10, shape).astype(float)


@pytest.mark.parametrize(("spatial", "kernel_size", "options"), GEOMETRIES)
def test_unfold_reads_what_the_definition_says(spatial, kernel_size, options):
    from cnnlab import resolve_padding

    x = integers(np.random.default_rng(1), 2, 3, *spatial)
    windows = unfold(x, kernel_size, **options)
    geometry = {name: options.get(name, 1) for name in ("stride", "dilation")}
    rim = resolve_padding(spatial, kernel_size, options.get("padding", 0), **geometry)
    out = output_size(spatial, kernel_size, **options)
    assert windows.shape == (2, 3, *kernel_size, *out)
    for tap in np.ndindex(*kernel_size):
        for place in np.ndindex(*out):
            at = np.multiply(place, geometry["stride"]) + np.multiply(tap, geometry["dilation"])
            at = at - [before for before, _ in rim]
            inside = all(0 <= i < n for i, n in zip(at, spatial, strict=True))
            expected = x[:, :, *at] if inside else np.zeros((2, 3))
            np.testing.assert_array_equal(windows[:, :, *tap, *place], expected)


@pytest.mark.parametrize(("spatial", "kernel_size", "options"), GEOMETRIES)
def test_fold_is_the_transpose_of_unfold(spatial, kernel_size, options):
    rng = np.random.default_rng(2)
    x = integers(rng, 2, 3, *spatial)
    windows = unfold(x, kernel_size, **options)
    v = integers(rng, *windows.shape)
    assert np.vdot(windows, v) == np.vdot(x, fold(v, spatial, **options))


def test_fold_counts_how_often_a_cell_was_seen():
    seen = fold(np.ones((1, 1, 3, 3)), 8, stride=2)
    np.testing.assert_array_equal(seen[0, 0], [1, 1, 2, 1, 2, 1, 1, 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, complex])
def test_dtypes_layouts_and_empty_batches(dtype):
    x = np.arange(24).reshape(2, 2, 6).astype(dtype)
    expected = unfold(x, 3, stride=2)
    for same in (np.asfortranarray(x), x[::-1][::-1], np.repeat(x, 2, axis=2)[:, :, ::2]):
        same.flags.writeable = False
        np.testing.assert_array_equal(unfold(same, 3, stride=2), expected)
    assert expected.dtype == dtype == fold(expected, 6, stride=2).dtype
    assert unfold(x[:0], 3).shape == (0, 2, 3, 4)
    assert fold(unfold(x[:0], 3), 6).shape == (0, 2, 6)


def test_the_result_shares_no_memory_with_the_input():
    x = np.ones((1, 1, 4))
    assert not np.shares_memory(x, unfold(x, 1))
    assert not np.shares_memory(x, fold(x[:, :, None], 4))


def test_errors():
    with pytest.raises(ValueError, match=r"x has shape \(3, 4\): 2 axes, but \(N, C, \*spatial\)"):
        unfold(np.ones((3, 4)), 2)
    with pytest.raises(
        ValueError, match=r"windows has \(5,\) places, but an input of sizes \(4,\) has \(3,\)"
    ):
        fold(np.ones((1, 1, 2, 5)), 4)
    with pytest.raises(ValueError, match=r"is not \(N, C, \*kernel_size, \*out\)"):
        fold(np.ones((1, 1, 2)), 4)
    with pytest.raises(TypeError, match="x must be an array of numbers"):
        unfold(np.array([[["a"]]]), 1)
