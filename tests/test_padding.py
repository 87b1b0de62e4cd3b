"""Rims against NumPy's, PyTorch's and a walk cell by cell; the way back against the transposed map."""

import importlib.util

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlab.padding import MODES, pad_backward, pad_forward

NUMPYS = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
SETTINGS = {
    "1-D": ((2, 3, 5), ((2, 4),)),
    "2-D": ((2, 4, 7, 6), (3, 1)),
    "2-D one side": ((3, 2, 4, 5), ((0, 3), (2, 0))),
    "3-D": ((2, 4, 7, 6, 5), ((1, 2), (0, 0), (4, 3))),
    "4-D": ((2, 3, 3, 2, 4, 5), ((1, 0), (1, 1), (3, 2), (0, 4))),
    "as far as it goes": ((2, 1, 4, 3), (3, 2)),
}


def pairs_of(padding):
    """Spell a padding per axis out as (before, after) pairs."""
    return [p if isinstance(p, tuple) else (p, p) for p in padding]


def origin(i, n, mode):
    """Walk to cell i of an endless axis, a step at a time: which of the n cells is it? None for a zero."""
    if 0 <= i < n or mode == "zeros":
        return i if 0 <= i < n else None
    cell, direction = (0, -1) if i < 0 else (n - 1, 1)
    for _ in range(-i if i < 0 else i - n + 1):
        if mode == "reflect":
            direction = -direction if not 0 <= cell + direction < n else direction
            cell += direction
        elif mode == "circular":
            cell = (cell + direction) % n
    return cell


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", SETTINGS)
def test_cell_by_cell_both_ways(name, mode):
    shape, padding = SETTINGS[name]
    rng = np.random.default_rng(3)
    x, pairs = rng.integers(-9, 10, shape), pairs_of(padding)
    y = pad_forward(x, padding, mode)
    np.testing.assert_array_equal(y, np.pad(x, [(0, 0), (0, 0), *pairs], mode=NUMPYS[mode]))
    dy, dx = rng.integers(-9, 10, y.shape), np.zeros(shape)
    for place in np.ndindex(*y.shape[2:]):
        cell = [
            origin(i - before, n, mode) for i, n, (before, _) in zip(place, shape[2:], pairs, strict=True)
        ]
        if None in cell:
            assert not y[(..., *place)].any()
        else:
            np.testing.assert_array_equal(y[(..., *place)], x[(..., *cell)])
            dx[(..., *cell)] += dy[(..., *place)]
    np.testing.assert_array_equal(pad_backward(dy, padding, mode), dx)


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="PyTorch is not installed")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("shape", "pairs"),
    [
        ((2, 3, 6), [(2, 5)]),
        ((2, 3, 6, 5), [(2, 5), (4, 1)]),
        ((2, 3, 6, 5, 4), [(2, 5), (4, 1), (0, 3)]),
    ],
)
def test_equals_pytorch(shape, pairs, mode):
    import torch

    rng = np.random.default_rng(4)
    x = torch.tensor(rng.standard_normal(shape), requires_grad=True)
    flat = [cells for pair in reversed(pairs) for cells in pair]
    y = torch.nn.functional.pad(x, flat, mode="constant" if mode == "zeros" else mode)
    dy = rng.standard_normal(y.shape)
    y.backward(torch.tensor(dy))
    np.testing.assert_array_equal(pad_forward(x.detach().numpy(), tuple(pairs), mode), y.detach().numpy())
    np.testing.assert_allclose(pad_backward(dy, tuple(pairs), mode), x.grad.numpy(), rtol=0, atol=1e-13)


@pytest.mark.parametrize("mode", MODES)
def test_the_way_back_is_the_transposed_map(mode):
    rng = np.random.default_rng(5)
    x, padding = rng.integers(-9, 10, (2, 4, 7, 6, 5)), ((6, 1), (2, 3), (0, 4))
    y = pad_forward(x, padding, mode)
    v = rng.integers(-9, 10, y.shape)
    assert np.sum(y * v) == np.sum(x * pad_backward(v, padding, mode))


@st.composite
def rims(draw):
    """A mode, the sizes of one to four axes, and rims that these are long enough for."""
    mode, spatial = draw(st.sampled_from(MODES)), draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    most = {"reflect": lambda n: n - 1, "circular": lambda n: n}.get(mode, lambda n: 4)
    cells = [st.integers(0, most(n)) for n in spatial]
    return mode, tuple(spatial), tuple((draw(c), draw(c)) for c in cells)


@given(rims(), st.integers(0, 2**32 - 1))
def test_any_rim_equals_numpys_and_its_transposed_map(rim, seed):
    mode, spatial, pairs = rim
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 10, (2, 3, *spatial))
    y = pad_forward(x, pairs, mode)
    np.testing.assert_array_equal(y, np.pad(x, [(0, 0), (0, 0), *pairs], mode=NUMPYS[mode]))
    v = rng.integers(-9, 10, y.shape)
    assert np.sum(y * v) == np.sum(x * pad_backward(v, pairs, mode))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.int8, bool])
def test_dtypes_layouts_and_empty_batches(mode, dtype):
    x = np.random.default_rng(9).integers(0, 2, (2, 3, 4, 5)).astype(dtype)
    y = pad_forward(x, (3, 1), mode)
    dy = np.arange(y.size).reshape(y.shape).astype(dtype)
    dx = pad_backward(dy, (3, 1), mode)
    assert y.dtype == dx.dtype == (np.float64 if np.dtype(dtype).kind in "biu" else dtype)
    for a, b in ((x, dy), (np.asfortranarray(x), np.asfortranarray(dy))):
        for twist in (
            lambda a: a,
            lambda a: np.repeat(a, 2, axis=3)[..., ::2],
            lambda a: a[::-1].copy()[::-1],
        ):
            one, other = twist(a), twist(b)
            one.flags.writeable = other.flags.writeable = False
            np.testing.assert_array_equal(pad_forward(one, (3, 1), mode), y)
            np.testing.assert_array_equal(pad_backward(other, (3, 1), mode), dx)
    assert pad_forward(x[:0], (3, 1), mode).shape == (0, 3, 10, 7)
    assert pad_backward(dy[:0], (3, 1), mode).shape == (0, 3, 4, 5)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", [0, 1])
def test_results_are_fresh(mode, padding):
    for x in (np.ones((2, 3, 4)), np.moveaxis(np.ones((3, 4, 2)), -1, 0)):
        before = x.copy()
        for result in (pad_forward(x, padding, mode), pad_backward(x, padding, mode)):
            assert not np.shares_memory(result, x)
        np.testing.assert_array_equal(x, before)


def test_complex_cells_are_copied_and_summed_whole():
    x = np.array([[[1 + 2j, 3 - 1j]]])
    assert pad_forward(x, 1, "reflect").tolist() == [[[3 - 1j, 1 + 2j, 3 - 1j, 1 + 2j]]]
    assert pad_backward(x, ((0, 1),), "replicate").tolist() == [[[4 + 1j]]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda x: pad_forward(x, (0, 3), "reflect"),
            r'a rim of 3 in mode "reflect" needs 3 \+ 1 = 4 cells to copy, but spatial axis 1 has 3',
        ),
        (
            lambda x: pad_forward(x, ((0, 5), (0, 0)), "circular"),
            r'a rim of 5 in mode "circular" needs 5 cells to copy, but spatial axis 0 has 4',
        ),
        (
            lambda x: pad_backward(x, ((0, 2), (0, 0)), "reflect"),
            r'a rim of 2 in mode "reflect" needs 2 \+ 1 = 3 cells to copy, but spatial axis 0 has 2',
        ),
        (
            lambda x: pad_backward(x, (1, 2)),
            r"dy has 3 cells on spatial axis 1, but its rim alone has 2 \+ 2 = 4",
        ),
        (
            lambda x: pad_forward(x[:, :, :0], 1, "replicate"),
            r'a rim of 1 in mode "replicate" needs 1 cells to copy, but spatial axis 0 has 0',
        ),
        (
            lambda x: pad_forward(x, 1, "mirror"),
            r'mode is "mirror", but the modes are "zeros", "reflect", "replicate" and "circular"',
        ),
        (lambda x: pad_backward(x, 0, "same"), r'mode is "same", but the modes are'),
        (lambda x: pad_forward(x, "same"), r'padding is "same", but here it must be numbers of cells'),
        (lambda x: pad_forward(x, -1), r"padding is -1, but it must be at least 0"),
        (lambda x: pad_forward(x, (1, 2, 3)), r"3 entries for 2 spatial axes"),
        (lambda x: pad_forward(x[0, 0], 1), r"x has shape \(4, 3\): 2 axes, but \(N, C, \*spatial\) needs"),
        (lambda x: pad_backward(x[0, 0], 1), r"dy has shape \(4, 3\): 2 axes"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.ones((2, 1, 4, 3)))


def test_only_numbers():
    with pytest.raises(TypeError, match="x must be an array of numbers, but its dtype is <U1"):
        pad_forward([[["a"]]], 1)
    with pytest.raises(TypeError, match="dy must be an array of numbers, but its dtype is object"):
        pad_backward(np.full((1, 1, 3), None), 1)


@pytest.mark.parametrize("mode", MODES)
def test_an_empty_axis_without_a_rim(mode):
    assert pad_forward(np.ones((2, 1, 0, 3)), (0, 1), mode).shape == (2, 1, 0, 5)
