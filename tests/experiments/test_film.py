"""Film: nets that tell which way a digit goes, the clips that test them, and what the page says of it."""

from itertools import combinations

import numpy as np
import pytest
from experiments import moving_digits
from experiments.lab import Lab
from figures import learning_sound

from cnnlab.datasets.mnist import where_mnist

QUICK = Lab(quick=True, progress=False)
digits = pytest.mark.skipif(
    where_mnist() is None, reason="needs MNIST: cnnlab data fetch mnist, or CNNLAB_DATA"
)


@pytest.fixture(scope="module")
def result():
    return learning_sound.result_of("moving_digits")["results"]


@pytest.fixture(scope="module")
def shapes():
    return np.random.default_rng(5).random((20, 1, 6, 6)).astype(np.float32)


def test_a_later_film_is_the_same_film(shapes):
    found = moving_digits.ways(shapes, 40)
    clips, labels = found["at once"]
    assert (
        clips.shape == (40, 1, 8, 20, 20)
        and not clips[:, :, 5:].any()
        and clips[:, :, :5].any((1, 3, 4)).all()
    )
    assert sorted(set(labels)) == list(range(8))
    for delay in (1, 2, 3):
        later, same = found[f"{delay} later"]
        np.testing.assert_array_equal(later, np.roll(clips, delay, axis=2))
        np.testing.assert_array_equal(same, labels)
    long, _ = found["long clip"]
    assert long.shape[2] == 24
    np.testing.assert_array_equal(long[:, :, 9:14], clips[:, :, :5])
    far, _ = found["long clip, long way"]
    np.testing.assert_array_equal(far[:, :, :5], clips[:, :, :5])
    assert far.any((1, 3, 4)).all()
    fast, _ = found["twice as fast"]
    np.testing.assert_array_equal(fast[:, :, :5], far[:, :, :10:2])
    assert not fast[:, :, 5:].any() and fast.shape == clips.shape


def test_a_kernel_that_slides_over_time_scores_a_later_film_alike(shapes):
    film, _ = moving_digits.NETS["3-D"]
    model, found = film.build(np.random.default_rng(6)), moving_digits.ways(shapes, 16)
    model.forward(found["at once"][0], train=True)  # some statistics for the batch norms
    scores = film.scores(model, found["at once"][0])
    for delay in (1, 2, 3):
        np.testing.assert_allclose(film.scores(model, found[f"{delay} later"][0]), scores, atol=1e-5)
    flat, _ = moving_digits.NETS["2-D, frames as channels"]
    model = flat.build(np.random.default_rng(6))
    changed = flat.scores(model, found["1 later"][0]) - flat.scores(model, found["at once"][0])
    assert np.abs(changed).max() > 1e-2


def test_scores_of_2d_nets_are_means(shapes):
    clips, labels = moving_digits.film_clips(shapes, 6, 0, frames=10, delay=3)
    single, _ = moving_digits.NETS["2-D, frame by frame"]
    model = single.build(np.random.default_rng(7))
    one_by_one = np.mean([model.predict(clips[:, :, t]) for t in range(10)], axis=0)
    np.testing.assert_allclose(single.scores(model, clips), one_by_one, atol=1e-6)
    frames, truth = single.examples(clips, labels)
    np.testing.assert_array_equal(frames[34], clips[3, :, 4])
    assert truth.reshape(6, 10).T.tolist() == 10 * [labels.tolist()] and len(set(labels)) == 6
    flat, _ = moving_digits.NETS["2-D, frames as channels"]
    model = flat.build(np.random.default_rng(8))
    stretches = [model.predict(clips[:, 0, start:stop]) for start, stop in ((0, 8), (1, 9), (2, 10))]
    np.testing.assert_allclose(flat.scores(model, clips), np.mean(stretches, axis=0), atol=1e-6)


@digits
def test_no_digit_moves_in_two_parts(monkeypatch):
    used = {}

    def spy(images, *, seed, **options):
        part = {1000: "choose", 2000: "test"}.get(seed, "learn")
        used.setdefault(part, {image.tobytes() for image in images})
        return original(images, seed=seed, **options)

    original = moving_digits.moving_digits
    monkeypatch.setattr(moving_digits, "moving_digits", spy)
    monkeypatch.setattr(moving_digits, "NETS", {"3-D": moving_digits.NETS["3-D"]})
    moving_digits.run(QUICK)
    assert {part: round(len(images), -3) for part, images in used.items()} == {
        "learn": 1000,
        "choose": 5000,
        "test": 6000,
    }
    for some, others in combinations(used.values(), 2):
        assert not some & others


def test_a_single_frame_scores_alike_wherever_the_digit_stands(shapes):
    single, _ = moving_digits.NETS["2-D, frame by frame"]
    model = single.build(np.random.default_rng(9))
    clips, _ = moving_digits.film_clips(shapes, 12, 1)
    model.forward(single.examples(clips, np.zeros(12))[0], train=True)
    scores = [model.predict(clips[:, :, t]) for t in range(5)]
    for later in scores[1:]:
        np.testing.assert_allclose(later, scores[0], atol=1e-5)
    assert np.ptp(scores[0], axis=0).min() > 1e-2


def test_the_page_on_film_says_what_was_found(result):
    found = {name: net["test"] for name, net in result["nets"].items()}
    film, flat, shown = (
        found[name]
        for name in ("3-D", "2-D, frames as channels", "2-D, frames as channels, learnt at all delays")
    )
    delays = ["at once", "1 later", "2 later", "3 later"]
    assert result["learn"] == 2000 and result["clips"]["long"] == 24
    assert all(film[way]["mean"] >= 0.97 for way in (*delays, "long clip", "long clip, long way"))
    assert len({tuple(film[way]["values"]) for way in delays}) == 1
    means = [flat[way]["mean"] for way in delays]
    assert means == sorted(means, reverse=True) and means[0] > 0.99 and 0.1 < means[3] < 0.2
    assert all(min(shown[way]["values"]) > 0.99 for way in delays)
    lost = sorted(0.99 - value for value in shown["long clip"]["values"])
    assert lost[1] < 0.05 and 0.18 < lost[2] < 0.25 and min(shown["long clip, long way"]["values"]) > 0.99
    assert flat["long clip"]["mean"] < shown["long clip"]["mean"] < film["long clip"]["mean"]
    assert 0.65 < film["twice as fast"]["mean"] < 0.75
    assert film["twice as fast"]["low"] < min(flat["twice as fast"]["mean"], shown["twice as fast"]["mean"])
    sizes = [net["parameters"] for net in result["nets"].values()]
    assert max(sizes) < 1.3 * min(sizes)
    for way, share in found["2-D, frame by frame"].items():
        assert share["low"] <= 0.125 <= share["high"], way
