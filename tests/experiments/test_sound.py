"""Sound and film: every run for a few steps on real data, and what the page says of the whole ones."""

import numpy as np
import pytest
import scipy.signal
import scipy.stats
from experiments import moving_digits, speech, speech_spectrograms, speech_waves
from experiments.lab import Lab
from experiments.results import result_of
from figures import learning_sound
from quick_runs import QUICK, leave, needs_mnist, structure

from cnnlab.datasets import load_spoken_digits, synthetic_wave
from cnnlab.datasets.mnist import where_mnist
from cnnlab.datasets.recordings import where_spoken_digits

WHOLE = Lab(progress=False)
RUNS = {
    module.__name__.split(".")[-1]: module for module in (speech_waves, speech_spectrograms, moving_digits)
}
SPEAKERS = ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"]
recordings = pytest.mark.skipif(
    where_spoken_digits() is None,
    reason="needs the recordings: cnnlab data fetch spoken-digits, or CNNLAB_DATA",
)


@pytest.fixture(scope="module")
def results():
    return learning_sound.load()


@pytest.fixture(scope="module")
def voices():
    return speech.load(2000, WHOLE)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=needs_mnist if name == "moving_digits" else recordings) for name in RUNS],
)
def test_a_few_steps_leave_what_the_whole_run_has_left(name, results):
    found = leave(RUNS[name])
    assert structure(found) == structure(results[name])
    assert found["seeds"] == results[name]["seeds"] and found["epochs"] == 1


class Spy:
    """A net that answers 0, and remembers who was learnt from and who was heard afterwards."""

    def __init__(self, heard):
        self.learnt, self.asked = set(map(bytes, heard.x)), []

    def predict(self, x):
        self.asked.append(set(map(bytes, x)))
        return np.eye(10)[np.zeros(len(x), int)]


def spied(protocol, speech_):
    """Run a protocol with such nets; give them back."""
    nets = []
    result = protocol(lambda heard, *_: nets.append(Spy(heard)) or nets[-1], speech_, ("a", "b"), WHOLE)
    return nets, result


@recordings
def test_no_net_is_asked_about_a_recording_that_it_has_heard(voices):
    for protocol in (speech.known_voices, speech.new_voices):
        nets, _ = spied(protocol, voices)
        assert all(not net.learnt & some for net in nets for some in net.asked)
        assert max(len(net.asked) for net in nets) <= 2


@recordings
def test_known_voices_are_split_as_the_project_has_it(voices):
    official = load_spoken_digits(length=2000)
    assert sorted(voices.y[voices.take < 5]) == sorted(official.y_test)
    np.testing.assert_array_equal(voices.speaker[voices.take < 5], official.about_test["speaker"])
    nets, (result, models) = spied(speech.known_voices, voices)
    assert result["recordings"] == {"learn": 2700, "choose": 300, "test": 300}
    first, second, *final = nets
    assert len(first.learnt) == len(second.learnt) == 2400 and models == final
    (chosen_by,), (tested_by,) = first.asked, final[0].asked
    assert not chosen_by & tested_by
    assert chosen_by == set(map(bytes, voices.where((voices.take >= 5) & (voices.take < 10)).x))


@recordings
def test_a_new_voice_neither_teaches_nor_chooses(voices):
    nets, result = spied(speech.new_voices, voices)
    of = {name: set(map(bytes, voices.where(voices.speaker == name).x)) for name in SPEAKERS}
    tried, final = nets[:6], nets[6:]
    assert [one["speaker"] for one in result["speakers"]] == SPEAKERS and len(final) == 6
    for one, net in zip(result["speakers"], final, strict=True):
        official = load_spoken_digits(length=2000, left_out=one["speaker"])
        assert one["recordings"] == len(official.y_test) == 500
        assert not net.learnt & of[one["speaker"]] and net.asked == [of[one["speaker"]]]
        deciding = [net for net in tried if of[one["judge"]] in net.asked]
        assert one["judge"] != one["speaker"] and len(deciding) == 2
        assert all(not net.learnt & (of[one["judge"]] | of[one["speaker"]]) for net in deciding)
    assert np.sum(result["confusions"], axis=1).tolist() == [300] * 10


@recordings
def test_recordings_are_sharp_equally_loud_and_in_the_middle(voices):
    raw = load_spoken_digits(length=2000)
    lengths = raw.about_train["length"]
    assert 0 < np.sum(lengths < 1990) < 2700
    for wave, before, length in zip(voices.x[:2700, 0], raw.x_train[:, 0], lengths, strict=True):
        start = (2000 - length) // 2
        expected = scipy.signal.lfilter([1, -0.97], [1], before)
        expected *= 0.5 / np.sqrt(np.sum(expected**2) / length)
        np.testing.assert_allclose(wave[start:], expected[: 2000 - start], atol=1e-4)
        assert not wave[:start].any()


def test_a_recording_is_played_from_another_place_at_another_speed():
    x = np.random.default_rng(1).standard_normal((5, 1, 3000)).astype(np.float32)
    played, targets = speech_waves.replay(x, np.arange(5), np.random.default_rng(2), speed=0.3)
    rng = np.random.default_rng(2)
    speeds, late = np.exp(rng.uniform(-0.3, 0.3, (5, 1))), rng.uniform(-480, 480, (5, 1))
    assert targets.tolist() == [0, 1, 2, 3, 4] and played.dtype == np.float32
    assert speeds.min() < 0.9 and speeds.max() > 1.1
    for row, wave, speed, later in zip(played[:, 0], x[:, 0], speeds, late, strict=True):
        places = 1500 + later + speed * (np.arange(3000) - 1500)
        heard = np.interp(places, np.arange(-1, 3001), [0, *wave, 0], left=0, right=0)
        np.testing.assert_allclose(row, heard, atol=1e-3)


def test_a_room_is_a_filter_and_a_noise():
    x = np.random.default_rng(3).standard_normal((4, 1, 50_000)).astype(np.float32)
    before = x.copy()
    muffled, _ = speech_waves.disturb(x, np.zeros(4), np.random.default_rng(4), tilt=0.5, hiss=0)
    slopes = 0.5 * np.random.default_rng(4).uniform(-1, 1, (4, 1, 1))
    assert slopes.min() < 0 < slopes.max()
    for row, wave, slope in zip(muffled[:, 0], x[:, 0], slopes.ravel(), strict=True):
        np.testing.assert_allclose(row, scipy.signal.lfilter([1, -slope], [1], wave), atol=1e-5)
    noisy, _ = speech_waves.disturb(x, np.zeros(4), np.random.default_rng(4), tilt=0, hiss=3)
    loudness = np.std(noisy - x, axis=(1, 2))
    assert loudness.max() < 3.1 and np.ptp(loudness) > 0.1
    np.testing.assert_array_equal(x, before)


def test_filters_go_from_low_to_high_and_have_length_1():
    rng = np.random.default_rng(5)
    model, hertz = speech_waves.network(rng), rng.permutation(np.arange(32) * 100 + 200)
    times = np.arange(80) / 8000
    sines = rng.uniform(1, 9, (32, 1)) * np.sin(2 * np.pi * hertz[:, None] * times)
    model.parameters["0.weight"] = sines[:, None].astype(np.float32)
    for kernel, pitch in zip(speech_waves.filters(model), range(200, 3400, 200), strict=True):
        sine = np.sin(2 * np.pi * pitch * times)
        np.testing.assert_allclose(kernel, sine / np.linalg.norm(sine), atol=1e-3)


@recordings
def test_silence_is_nothing_in_a_picture():
    quiet = speech.load(6000, QUICK)
    pictures = speech_spectrograms.pictures(quiet._replace(x=np.zeros_like(quiet.x)))
    assert pictures.x.shape[1:] == (1, 32, 45) and np.abs(pictures.x).max() < 1e-6
    heard = speech_spectrograms.pictures(quiet).x
    assert abs(heard.min()) < 1e-6 and 1 < heard.max() < 4


@pytest.mark.parametrize(("right", "count"), [(0, 500), (375, 500), (500, 500), (7, 9)])
def test_how_sure_a_share_is(right, count):
    found = scipy.stats.binomtest(right, count).proportion_ci(method="wilson")
    assert learning_sound.sure(right / count, count) == pytest.approx((found.low, found.high), abs=1e-4)


def test_every_net_is_the_best_of_its_tries(results):
    for net in results["moving_digits"]["nets"].values():
        best = max(attempt["validation"] for attempt in net["tried"])
        assert {"rate": net["chosen"], "validation": best} in net["tried"]
    for run in ("speech_waves", "speech_spectrograms"):
        known = results[run]["known voices"]
        best = max(attempt["validation"] for attempt in known["tried"])
        assert {"setting": known["chosen"], "validation": best} in known["tried"]
        for speaker in results[run]["new voices"]["speakers"]:
            assert speaker["tried"][speaker["chosen"]] == max(speaker["tried"].values())


def test_the_page_on_known_voices_says_what_was_found(results):
    waves, pictures = results["speech_waves"], results["speech_spectrograms"]
    known, seen = waves["known voices"], pictures["known voices"]
    assert known["recordings"] == seen["recordings"] == {"learn": 2700, "choose": 300, "test": 300}
    assert known["test"]["mean"] >= 0.98 and seen["test"]["mean"] >= 0.97
    assert np.round(300 * (1 - np.array(known["test"]["values"]))).tolist() == [5, 5, 5]
    assert seen["test"]["values"] == [1, 1, 1] and round(0.99**300, 2) == 0.05
    assert np.round(300 * np.array(learning_sound.sure(5 / 300, 300)), 0).tolist() == [2, 12]
    plain, varied = (300 * attempt["validation"] for attempt in known["tried"])
    assert varied - plain == pytest.approx(2, abs=0.1) and known["chosen"].endswith("voice and room")
    assert (
        not seen["chosen"].endswith("room") and pictures["epochs"] == 10 and pictures["picture"] == [32, 45]
    )
    longer = known["longer clips"]
    assert abs(longer["9000"]["mean"] - known["test"]["mean"]) < 0.002
    assert 0.015 < known["test"]["mean"] - longer["12000"]["mean"] < 0.025
    assert 3.9 < waves["parameters"] / pictures["parameters"] < 4.3
    minutes = [result_of(run)["processor minutes"] for run in RUNS]
    assert 15 < minutes[0] < 25 and 1 / 4 < minutes[1] / minutes[0] < 5 / 12 and max(minutes[1:]) < 10


def test_about_half_of_the_filters_are_narrow_and_half_of_them_low(results):
    filters = np.array(results["speech_waves"]["filters"])
    assert filters.shape == (16, 80)
    hertz, power = scipy.signal.periodogram(filters, 8000, nfft=1024, detrend=False)
    peaks = hertz[power.argmax(axis=1)]
    assert (np.diff(peaks) >= 0).all() and 8 <= np.sum(peaks < 900) <= 9
    near = np.abs(hertz - peaks[:, None]) <= 250
    assert 7 <= np.sum((power * near).sum(axis=1) > 0.5 * power.sum(axis=1)) <= 10


def test_the_page_on_new_voices_says_what_was_found(results):
    found = {run: results[run]["new voices"] for run in ("speech_waves", "speech_spectrograms")}
    waves, pictures = (
        {speaker["speaker"]: speaker["test"] for speaker in one["speakers"]} for one in found.values()
    )
    assert found["speech_waves"]["mean"]["mean"] >= 0.75
    for shares, one in zip((waves, pictures), found.values(), strict=True):
        assert list(shares) == SPEAKERS and np.mean(list(shares.values())) == pytest.approx(
            one["mean"]["mean"], abs=1e-4
        )
    assert [round(100 * one["mean"]["mean"]) for one in found.values()] == [78, 86]
    assert round(100 * waves["theo"]) == 87 == round(100 * max(waves.values()))
    assert round(100 * waves["nicolas"]) == 64 == round(100 * min(waves.values()))
    assert round(100 * pictures["lucas"]) == 98 == round(100 * max(pictures.values()))
    assert round(100 * pictures["george"]) == 66 == round(100 * min(pictures.values()))
    differences = [pictures[name] - waves[name] for name in SPEAKERS]
    assert scipy.stats.ttest_1samp(differences, 0).pvalue > 0.05
    assert sum(d > 0.2 for d in differences) == 2 and sum(d < -0.01 for d in differences) == 1
    confusions = np.array(found["speech_waves"]["confusions"])
    assert confusions[7, 7] == pytest.approx(150, abs=5) and confusions[6, 8] == pytest.approx(60, abs=7)
    chosen = {one["speaker"]: one["chosen"] for one in found["speech_waves"]["speakers"]}
    assert [name for name, words in chosen.items() if words == "another moment"] == ["lucas"]


@pytest.mark.parametrize("here", [True, False])
def test_the_figures_are_drawn_and_say_what_they_show(here, results, monkeypatch):
    if not here:
        monkeypatch.setattr(learning_sound, "where_mnist", lambda: None)
        monkeypatch.setattr(learning_sound, "load_spoken_digit", synthetic_wave)
    waves = results["speech_waves"]
    figures = {
        "sound": learning_sound.fig_sound(),
        "filters": learning_sound.fig_filters(waves),
        "voices": learning_sound.fig_voices(results),
        "clips": learning_sound.fig_clips(),
        "delays": learning_sound.fig_delays(results["moving_digits"]),
    }
    assert all("<svg" in figure._repr_svg_() for figure in figures.values())
    title = figures["sound"].axes[0].get_title()
    assert title.startswith("synthetic" if not here or where_spoken_digits() is None else "spoken 7")
    assert (
        figures["clips"]
        .get_suptitle()
        .endswith("UCI digits" if not here or where_mnist() is None else "MNIST")
    )
    lines = {tuple(line.get_ydata()) for line in figures["delays"].axes[0].lines}
    flat = results["moving_digits"]["nets"]["2-D, frames as channels"]["test"]
    shown = [100 * np.mean(flat[way]["values"]) for way in ("at once", "1 later", "2 later", "3 later")]
    assert any(len(line) == 4 and np.allclose(line, shown) for line in lines)


def test_tables_are_made_of_the_results(results):
    for run in ("speech_waves", "speech_spectrograms"):
        known = results[run]["known voices"]
        (row,) = learning_sound.table_known(results[run]).rows
        best = max(attempt["validation"] for attempt in known["tried"])
        assert [cell for cell in row if cell.startswith("**")] == [f"**{100 * best:.1f}**"]
        assert row[2].startswith(f"{100 * known['test']['mean']:.1f}") and row[3].count(",") == 2
    new = learning_sound.table_new(results)
    assert new.header[1:7] == SPEAKERS and len(new.rows) == 2
    assert len(learning_sound.table_longer(results["speech_waves"]).rows) == 3
    assert len(learning_sound.table_ways(results["moving_digits"]).rows) == 4
