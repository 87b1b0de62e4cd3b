"""Augmentation in one, two and three dimensions, held against np.roll, slices and SciPy's shift."""

from functools import partial

import numpy as np
import pytest
from scipy import ndimage

from cnnlab.augment import add_noise, chain, random_crop, random_flip, random_shift

SPATIAL = [(9,), (6, 7), (5, 6, 7)]
SCIPY = {"zeros": "grid-constant", "reflect": "mirror", "replicate": "nearest", "circular": "grid-wrap"}


def images(spatial, n=40, dtype=np.float32):
    """Images no two cells of which are alike, and never 0."""
    return np.arange(1, 1 + n * 2 * np.prod(spatial)).reshape(n, 2, *spatial).astype(dtype)


@pytest.mark.parametrize("mode", SCIPY)
@pytest.mark.parametrize("spatial", SPATIAL)
def test_each_example_is_shifted_as_scipy_shifts_it(spatial, mode):
    x, most = images(spatial), 2
    moved, labels = random_shift(x, np.arange(40), np.random.default_rng(0), most=most, mode=mode)
    assert moved.shape == x.shape and moved.dtype == x.dtype
    np.testing.assert_array_equal(labels, np.arange(40))
    seen = set()
    for before, after in zip(x, moved, strict=True):
        shifts = [np.subtract(s, most) for s in np.ndindex(*[2 * most + 1] * len(spatial))]
        found = [tuple(s) for s in shifts if np.array_equal(shifted(before, s, mode), after)]
        assert len(found) == 1
        seen.update(found)
    assert len(seen) > 4


def shifted(image, shift, mode):
    return ndimage.shift(image, (0, *shift), order=0, mode=SCIPY[mode], prefilter=False)


def test_circular_shifts_are_rolls_and_all_are_drawn_alike():
    x = np.tile(np.arange(1.0, 8), (7000, 1, 1))
    moved, _ = random_shift(x, np.zeros(7000), np.random.default_rng(1), most=3, mode="circular")
    first = moved[:, 0, 0].astype(int)
    for image, cell in zip(moved[:50, 0], first, strict=False):
        np.testing.assert_array_equal(image, np.roll(x[0, 0], 1 - cell))
    counts = np.bincount(first, minlength=8)[1:]
    assert (abs(counts - 1000) < 150).all()  # five standard deviations


@pytest.mark.parametrize("spatial", SPATIAL)
def test_crops_are_slices(spatial):
    x, size = images(spatial), tuple(n - 2 for n in spatial)
    cropped, _ = random_crop(x, np.zeros(40), np.random.default_rng(0), size=size)
    assert cropped.shape == (40, 2, *size)
    for before, after in zip(x, cropped, strict=True):
        start = np.argwhere(before[0] == after[0].flat[0])[0]
        window = tuple(slice(s, s + n) for s, n in zip(start, size, strict=True))
        np.testing.assert_array_equal(after, before[(slice(None), *window)])


def test_a_crop_may_reach_over_the_rim_on_one_side():
    x = np.array([[[5.0, 6]]] * 30)
    cropped, _ = random_crop(x, np.zeros(30), np.random.default_rng(0), size=2, padding=((0, 1),))
    assert {tuple(row) for row in cropped[:, 0].tolist()} == {(5, 6), (6, 0)}


@pytest.mark.parametrize("spatial", SPATIAL)
def test_flips_are_reversals_drawn_axis_by_axis(spatial):
    x = images(spatial)
    flipped, _ = random_flip(x, np.zeros(40), np.random.default_rng(0), axes=tuple(range(len(spatial))))
    seen = set()
    for before, after in zip(x, flipped, strict=True):
        ways = np.ndindex(*[2] * len(spatial))
        way = next(w for w in ways if np.array_equal(np.flip(before, 1 + np.flatnonzero(w)), after))
        seen.add(way)
    assert len(seen) == 2 ** len(spatial)


def test_certain_flips():
    x, rng = images((3, 4)), np.random.default_rng(0)
    np.testing.assert_array_equal(random_flip(x, np.zeros(40), rng, axes=-1, p=1)[0], x[..., ::-1])
    np.testing.assert_array_equal(random_flip(x, np.zeros(40), rng, axes=0, p=1)[0], x[:, :, ::-1])
    np.testing.assert_array_equal(random_flip(x, np.zeros(40), rng, axes=(0, 1), p=0)[0], x)


MOVES = [
    partial(random_shift, most=2),
    partial(random_shift, most=1, mode="reflect"),
    partial(random_crop, size=3, padding=1),
    partial(random_flip, axes=0),
]


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("spatial", SPATIAL)
def test_maps_move_with_their_images(spatial, move):
    """Targets that are functions of each cell are still that function of it afterwards."""
    x = images(spatial, dtype=np.int64)
    moved, labels = move(x, x[:, 0] % 7, np.random.default_rng(3))
    np.testing.assert_array_equal(labels, moved[:, 0] % 7)
    moved, clean = move(x, 10 * x, np.random.default_rng(3))
    np.testing.assert_array_equal(clean, 10 * moved)
    assert not np.array_equal(moved, x)


@pytest.mark.parametrize(
    ("kind", "outside"), [(np.uint8, 300), (np.uint8, -1), (int, 0.5), (int, np.nan), (bool, 255)]
)
def test_a_label_for_cells_from_outside_is_never_another_one(kind, outside):
    targets = np.ones((2, 4), kind)
    with pytest.raises(ValueError, match=r"outside is .*, which targets of dtype \w+ do not hold"):
        random_shift(np.ones((2, 1, 4)), targets, np.random.default_rng(0), most=1, outside=outside)


@pytest.mark.parametrize("outside", ["a", None, [0, 1]])
def test_a_label_for_cells_from_outside_is_a_number(outside):
    with pytest.raises(TypeError, match=r"outside is .*, but it must be a number"):
        random_shift(np.ones((2, 1, 4)), np.ones((2, 4)), np.random.default_rng(0), most=1, outside=outside)


def test_where_no_label_comes_from_outside_none_is_asked_for():
    x, rng = np.ones((2, 1, 4)), np.random.default_rng(0)
    for targets, mode in (np.ones(2, np.uint8), "zeros"), (np.ones((2, 4), np.uint8), "reflect"):
        _, moved = random_shift(x, targets, rng, most=1, mode=mode, outside=-1)
        assert np.array_equal(moved, targets)


def test_cells_from_outside_get_the_label_asked_for():
    x = np.ones((20, 1, 5, 4))
    moved, labels = random_shift(x, np.ones((20, 5, 4), int), np.random.default_rng(0), most=2, outside=255)
    assert (labels == 255).any()
    np.testing.assert_array_equal(labels == 255, moved[:, 0] == 0)


def test_rows_stay():
    x, rows = images((6, 7)), np.arange(40 * 3.0).reshape(40, 3)
    for move in MOVES:
        assert move(x, rows, np.random.default_rng(0))[1] is rows


def test_noise_is_normal_and_spares_the_targets():
    x = np.full((50, 2, 20, 10), 3.0, np.float32)
    noisy, targets = add_noise(x, x, np.random.default_rng(0), scale=0.5)
    assert noisy.dtype == np.float32 and targets is x
    noise = (noisy - x).ravel() / 0.5
    assert abs(noise.mean()) < 0.03 and abs(noise.std() - 1) < 0.02  # of 20,000
    assert abs(np.mean(abs(noise) < 1) - 0.6827) < 0.015
    np.testing.assert_array_equal(add_noise(x, x, np.random.default_rng(0), scale=0)[0], x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int64])
@pytest.mark.parametrize("move", MOVES)
def test_dtypes_stay_and_nothing_is_written_to(move, dtype):
    x, labels = (np.arange(120) % 101).reshape(10, 1, 4, 3).astype(dtype), np.arange(120).reshape(10, 4, 3)
    for array in (x, labels):
        array.flags.writeable = False
    moved, targets = move(x, labels, np.random.default_rng(0))
    assert moved.dtype == dtype and targets.dtype == labels.dtype
    assert not np.shares_memory(moved, x) and not np.shares_memory(targets, labels)


@pytest.mark.parametrize("move", [*MOVES, partial(add_noise, scale=1)])
def test_the_generator_decides(move):
    x = images((6, 7))
    first, again, other = (move(x, np.zeros(40), np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("move", [*MOVES, partial(add_noise, scale=1)])
def test_no_examples_are_no_trouble(move):
    x, labels = move(np.zeros((0, 1, 6, 7)), np.zeros(0), np.random.default_rng(0))
    assert len(x) == len(labels) == 0


def test_a_chain_is_one_step_after_the_other():
    steps = partial(random_shift, most=2), partial(random_flip, axes=1), partial(add_noise, scale=0.1)
    x, rng = images((6, 7)), np.random.default_rng(5)
    expected, labels = x, x[:, 0]
    for step in steps:
        expected, labels = step(expected, labels, rng)
    found = chain(*steps)(x, x[:, 0], np.random.default_rng(5))
    np.testing.assert_array_equal(found[0], expected)
    np.testing.assert_array_equal(found[1], labels)
    assert chain()(x, labels, rng) == (x, labels)


IMAGES, LABELS, RNG = np.zeros((3, 1, 4, 5)), np.zeros(3), np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (dict(x=np.zeros((3, 4))), r"x has shape \(3, 4\): 2 axes, but \(N, C, \*spatial\) needs"),
        (dict(targets=np.zeros(2)), r"x holds 3 examples, but targets has shape \(2,\)"),
        (
            dict(targets=np.zeros((3, 5, 4))),
            r"targets has shape \(3, 5, 4\), but they must be rows, or maps .* spatial sizes \(4, 5\) of x",
        ),
        (dict(most=-1), "most is -1, but it must be at least 0 on every axis"),
        (dict(most=(1, 2, 3)), r"most is \(1, 2, 3\): 3 entries for 2 spatial axes"),
        (dict(mode="mirror"), 'mode is "mirror", but the modes are "zeros"'),
        (dict(most=4, mode="reflect"), r"a rim of 4 in mode \"reflect\" needs 4 \+ 1 = 5 cells"),
        (dict(move=random_crop, size=7, padding=1), r"a window of 7 .* axis 0, which has 4 \+ 1 \+ 1 = 6"),
        (dict(move=random_crop, size=0), "size is 0, but it must be at least 1 on every axis"),
        (dict(move=random_flip, axes=2), r"axes is \(2,\), but they must be different ones of the 2 spatial"),
        (dict(move=random_flip, axes=(1, -1)), r"axes is \(1, -1\), but they must be different ones"),
        (dict(move=random_flip, axes=-3), "axes is -3, but it must be at least -2"),
        (dict(move=random_flip, axes=0, p=1.5), r"p is 1\.5, but a probability must be from 0 to 1"),
        (dict(move=add_noise, scale=-1), "scale is -1, but a standard deviation must be a number from 0 on"),
        (dict(move=add_noise, scale=np.inf), "scale is inf"),
    ],
)
def test_bad_calls_are_refused(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        bad(**call)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (dict(x=np.array([["a"]])), "x must be an array of numbers, but its dtype is <U1"),
        (dict(targets=np.array(["a"] * 3)), "targets must be an array of numbers"),
        (dict(rng=7), r"rng is 7, but it must be a generator: numpy\.random\.default_rng\(seed\)"),
        (dict(move=add_noise, scale=1, rng=None), "rng is None, but it must be a generator"),
        (dict(move=add_noise, scale=1, x=1j * np.ones((3, 1, 4))), "x must be an array of real numbers"),
    ],
)
def test_what_is_no_array_or_generator_is_refused(call, complaint):
    with pytest.raises(TypeError, match=complaint):
        bad(**call)


def bad(move=random_shift, x=IMAGES, targets=LABELS, rng=RNG, **options):
    """Call with everything in order but what is named."""
    move(x, targets, rng, **({"most": 1} if move is random_shift else {}) | options)


def test_a_step_that_is_no_function_is_refused():
    with pytest.raises(TypeError, match=r"a step must be a function \(x, targets, rng\) .* but one is 3"):
        chain(partial(random_shift, most=1), 3)
