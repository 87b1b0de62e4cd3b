"""What is made: moving digits, canvases and blocks, held against rolling, reading off and cutting by hand."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from cnnlab import datasets

STEPS = {
    "right": (0, 1),
    "left": (0, -1),
    "down": (1, 0),
    "up": (-1, 0),
    "down right": (1, 1),
    "down left": (1, -1),
    "up right": (-1, 1),
    "up left": (-1, -1),
}
rng = np.random.default_rng(0)
IMAGES = rng.random((6, 1, 3, 4)).astype(np.float32)


def test_each_frame_is_the_one_before_rolled_by_a_step():
    clips, labels = datasets.moving_digits(IMAGES, count=40, frames=7, size=(5, 9))
    names = datasets.load_moving_digits(train=8, test=8, of=datasets.load_digits()).names
    assert names == tuple(STEPS)
    assert clips.shape == (40, 1, 7, 5, 9) and clips.dtype == np.float32 and labels.dtype == np.int64
    assert Counter(labels.tolist()) == dict.fromkeys(range(8), 5)
    for clip, label in zip(clips[:, 0], labels, strict=True):
        for before, after in pairwise(clip):
            np.testing.assert_array_equal(after, np.roll(before, STEPS[names[label]], axis=(0, 1)))
        assert any(
            np.isclose(np.sort(clip[0][clip[0] > 0]), np.sort(image.ravel())).all() for image in IMAGES
        )


def test_the_first_frame_is_the_same_whatever_the_direction():
    firsts = [
        datasets.moving_digits(IMAGES, count=30, frames=frames, size=8, directions=directions, seed=3)[0][
            :, :, 0
        ]
        for frames, directions in ((1, 1), (2, 2), (3, 4), (5, 8))
    ]
    for first in firsts[1:]:
        np.testing.assert_array_equal(first, firsts[0])


@pytest.mark.parametrize("frame", [0, 5])
def test_every_place_is_equally_likely_in_every_frame_of_every_direction(frame):
    size, each = (4, 5), 400
    dot = np.ones((1, 1, 1, 1))
    clips, labels = datasets.moving_digits(dot, count=8 * 20 * each, frames=6, size=size)
    places = clips[:, 0, frame].reshape(len(clips), -1).argmax(axis=1)
    table = np.zeros((8, 20))
    np.add.at(table, (labels, places), 1)
    chi_squared = ((table - each) ** 2 / each).sum()
    assert chi_squared < 220  # 152 degrees of freedom: 152 +- 17.4, and 220 by chance once in 5,000 seeds


def test_longer_and_later_clips_are_of_the_same_movement():
    long, labels = datasets.moving_digits(IMAGES, count=10, frames=12, size=7, seed=5)
    short, same = datasets.moving_digits(IMAGES, count=10, frames=4, size=7, seed=5)
    late, _ = datasets.moving_digits(IMAGES, count=10, frames=4, size=7, start_frame=8, seed=5)
    glimpse, _ = datasets.moving_digits(IMAGES, count=10, frames=12, size=7, seen=(3, 6), seed=5)
    np.testing.assert_array_equal(labels, same)
    np.testing.assert_array_equal(short, long[:, :, :4])
    np.testing.assert_array_equal(late, long[:, :, 8:])
    np.testing.assert_array_equal(glimpse[:, :, 3:6], long[:, :, 3:6])
    assert not glimpse[:, :, :3].any() and not glimpse[:, :, 6:].any()
    other, _ = datasets.moving_digits(IMAGES, count=10, frames=4, size=7, seed=6)
    assert not np.array_equal(other, short)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"size": (2, 9)}, r"digits of \(3, 4\) pixels do not fit on a torus of \(2, 9\)"),
        ({"size": (2, 9, 9)}, "a torus has two axes"),
        ({"directions": 9}, "directions is 9, but there are 1 to 8"),
        ({"directions": 0}, "directions is 0"),
        ({"frames": 0}, "count is 4 and frames 0, but it takes at least 0 clips of 1 frame"),
        ({"seen": (2, 9)}, r"seen is \(2, 9\), but it must be two of the numbers 0 to 8, in order"),
        ({"seen": (3, 2)}, r"seen is \(3, 2\)"),
        ({"images": IMAGES[:, 0]}, r"images has shape \(6, 3, 4\), but it must be \(M, 1, h, w\)"),
        ({"images": IMAGES[:0]}, "with M at least 1"),
    ],
)
def test_moving_digits_refuse(options, complaint):
    with pytest.raises(ValueError, match=complaint):
        datasets.moving_digits(**({"images": IMAGES, "count": 4} | options))


def coloured(brightness):
    """Ten "digits" whose ink tells which they are: digit d has the brightness (d + 1) / 11 all over."""
    images = (
        np.ones((10, 1, 5, 4), np.float32) * (np.arange(1, 11, dtype=np.float32) / 11)[:, None, None, None]
    )
    return images * np.float32(brightness), np.arange(10)


def test_each_pixel_is_labelled_as_the_brightest_digit_there():
    canvases, pixels = datasets.digit_canvases(
        *coloured(1), count=50, shape=(12, 13), digits=(0, 4), ink=0.01
    )
    assert canvases.shape == (50, 1, 12, 13) and canvases.dtype == np.float32 and pixels.dtype == np.int64
    np.testing.assert_array_equal(pixels, np.round(canvases[:, 0] * 11))
    assert set(np.unique(pixels)) == set(range(11))


def test_faint_ink_is_paper():
    images, labels = coloured(1)
    canvases, pixels = datasets.digit_canvases(images, labels, count=50, shape=(12, 13), ink=0.5)
    np.testing.assert_array_equal(pixels > 0, canvases[:, 0] >= 0.5)


def test_of_two_equally_bright_digits_the_first_keeps_its_pixels(monkeypatch):
    drawn = iter(
        [2, np.array([1, 0]), 0, 0, 0, 1]
    )  # two digits: the second image at (0, 0), the first at (0, 1)
    fake = SimpleNamespace(integers=lambda *numbers, **options: next(drawn))
    monkeypatch.setattr(np.random, "default_rng", lambda seed: fake)
    images, labels = np.ones((2, 1, 1, 2)), np.array([3, 8])
    _, pixels = datasets.digit_canvases(images, labels, count=1, shape=(1, 3))
    assert pixels.tolist() == [[[9, 9, 4]]]


def test_pixels_of_several_digits_can_be_ignored():
    options = dict(count=60, shape=(8, 8), digits=(2, 3), ink=0.01, seed=4)
    canvases, pixels = datasets.digit_canvases(*coloured(1), **options, ignore=True)
    same, known = datasets.digit_canvases(*coloured(1), **options)
    np.testing.assert_array_equal(canvases, same)
    hidden = pixels == -1
    np.testing.assert_array_equal(pixels[~hidden], known[~hidden])
    assert (known[hidden] > 0).all()
    covered = (known > 0).sum(axis=(1, 2)) + hidden.sum(axis=(1, 2))  # of two digits: exactly their 2 x 20
    assert set(covered) >= {40} and covered.max() <= 60


def test_digits_are_as_many_as_asked_and_lie_anywhere():
    dots, labels = np.ones((1, 1, 1, 1)), np.array([0])
    _, pixels = datasets.digit_canvases(dots, labels, count=500, shape=(20, 20), digits=(2, 5))
    assert Counter(pixels.sum(axis=(1, 2)).tolist()).keys() >= {2, 3, 4, 5}
    assert pixels.sum(axis=(1, 2)).max() == 5
    assert pixels.any(axis=0).sum() > 380  # of 400 places, each missed with probability exp(-500 * 3.5 / 400)


def test_canvases_come_from_their_seed():
    first, _ = datasets.digit_canvases(*coloured(1), count=3, shape=(9, 9), seed=1)
    more, _ = datasets.digit_canvases(*coloured(1), count=5, shape=(9, 9), seed=1)
    other, _ = datasets.digit_canvases(*coloured(1), count=3, shape=(9, 9), seed=2)
    np.testing.assert_array_equal(more[:3], first)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"shape": (4, 9)}, r"digits of \(5, 4\) pixels do not fit on a canvas of \(4, 9\)"),
        ({"shape": (9,)}, r"do not fit on a canvas of \(9,\)"),
        (
            {"digits": (3, 2)},
            r"count is 2 and digits \(3, 2\), but it takes at least 0 canvases, and a fewest",
        ),
        ({"labels": np.arange(9)}, r"labels has shape \(9,\), but there are 10 images"),
        ({"images": coloured(1)[0][0]}, r"images has shape \(1, 5, 4\)"),
    ],
)
def test_canvases_refuse(options, complaint):
    images, labels = coloured(1)
    with pytest.raises(ValueError, match=complaint):
        datasets.digit_canvases(**({"images": images, "labels": labels, "count": 2} | options))


@pytest.mark.parametrize("load", [datasets.load_moving_digits, datasets.load_canvases])
def test_no_digit_is_on_both_sides(load):
    digits = datasets.load_digits()
    bright, faint = coloured(1)[0], coloured(0.01)[0]
    marked = replace(digits, x_train=bright, y_train=np.arange(10), x_test=faint, y_test=np.arange(10))
    dataset = load(train=30, test=20, of=marked)
    assert len(dataset.x_train) == len(dataset.y_train) == 30 and len(dataset.x_test) == 20
    assert dataset.x_train[dataset.x_train > 0].min() > 0.09 > 0.011 > dataset.x_test.max() > 0
    assert dataset.licence == digits.licence and digits.source in dataset.source
    assert dataset.classes == len(dataset.names)


@pytest.mark.parametrize(
    ("spatial", "size", "step"),
    [
        ((11,), 3, None),
        ((11,), 4, 2),
        ((7, 9), (2, 3), None),
        ((7, 9), 3, (1, 2)),
        ((5, 6, 7), (2, 3, 4), (3, 1, 2)),
    ],
)
def test_blocks_are_what_one_would_cut_by_hand(spatial, size, step):
    values = np.random.default_rng(0).normal(size=(2, *spatial))
    sizes = np.broadcast_to(size, len(spatial))
    steps = sizes if step is None else np.broadcast_to(step, len(spatial))
    counts = [(n - k) // s + 1 for n, k, s in zip(spatial, sizes, steps, strict=True)]
    by_hand = [
        values[(slice(None), *(slice(i * s, i * s + k) for i, s, k in zip(place, steps, sizes, strict=True)))]
        for place in np.ndindex(*counts)
    ]
    found = datasets.blocks(values, size, step=step)
    np.testing.assert_array_equal(found, by_hand)
    found[:] = 0
    assert values.all()


def test_the_two_sides_of_a_place_are_a_gap_apart():
    values = np.arange(2 * 3 * 10 * 4).reshape(2, 3, 10, 4)
    learn, test = datasets.split_by_place(values, axis=2, held_out=3, gap=2)
    np.testing.assert_array_equal(learn, values[:, :, :5])
    np.testing.assert_array_equal(test, values[:, :, 7:])
    learn, test = datasets.split_by_place(values, axis=-1, held_out=1, gap=0)
    assert learn.shape[-1] == 3 and test.shape[-1] == 1


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (
            lambda v: datasets.blocks(v, (3, 6)),
            "a block of size 6 does not fit on spatial axis 1, which has 5",
        ),
        (lambda v: datasets.blocks(v, (3,)), "size has 1 numbers, but there are 2 spatial axes"),
        (lambda v: datasets.blocks(v, 2, step=0), "step is 0, but it must be at least 1 on each axis"),
        (
            lambda v: datasets.split_by_place(v, held_out=3, gap=2),
            r"leave something of 5 entries: 5 - 3 - 2 = 0",
        ),
        (
            lambda v: datasets.split_by_place(v, held_out=0, gap=2),
            "0 held out and a gap of 2 must be at least 1",
        ),
        (
            lambda v: datasets.split_by_place(v, held_out=1, gap=0, axis=0),
            "axis is 0, but axis 0 has the channels",
        ),
        (lambda v: datasets.split_by_place(v, held_out=1, gap=0, axis=-3), "axis is -3"),
    ],
)
def test_cuts_refuse(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call(np.zeros((1, 4, 5)))


def test_sets_of_clips_and_canvases_draw_their_test_with_the_seed_after():
    digits = datasets.load_digits()
    clips = datasets.load_moving_digits(train=3, test=4, of=digits, seed=6, size=12, frames=2)
    np.testing.assert_array_equal(
        clips.x_test, datasets.moving_digits(digits.x_test, count=4, seed=7, size=12, frames=2)[0]
    )
    canvases = datasets.load_canvases(train=3, test=4, of=digits, seed=6, shape=(20, 30))
    x, y = datasets.digit_canvases(digits.x_test, digits.y_test, count=4, seed=7, shape=(20, 30))
    np.testing.assert_array_equal(canvases.x_test, x)
    np.testing.assert_array_equal(canvases.y_test, y)
