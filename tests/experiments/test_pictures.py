"""Pictures that come out: short runs on real data, filters held against loops, the words on the page."""

from itertools import combinations

import numpy as np
import pytest
from experiments import canvases, denoising, mnist
from experiments.beside import Beside
from experiments.canvases.overlap import confusion, overlap
from experiments.denoising import filters, nets, tasks
from experiments.lab import Lab
from figures import learning_pictures
from quick_runs import leave, structure
from scipy import ndimage, signal

import cnnlab
from cnnlab.datasets.mnist import where_mnist
from cnnlab.datasets.recordings import where_spoken_digits
from cnnlab.datasets.volumes import where_volume

WHOLE = Lab(progress=False)
PLACES = {"digits": where_mnist(), "speech": where_spoken_digits(), "MRI": where_volume()}
needs_mnist = pytest.mark.skipif(PLACES["digits"] is None, reason="needs MNIST: cnnlab data fetch mnist")
needs_all = pytest.mark.skipif(
    None in PLACES.values(), reason="needs MNIST, spoken digits and the MRI: cnnlab data list"
)


@pytest.fixture(scope="module")
def results():
    return learning_pictures.load()


# short runs


@needs_all
def test_a_few_steps_of_denoising_leave_what_the_whole_run_has_left(results):
    found = leave(denoising)
    assert structure(found) == structure(results["denoising"])
    assert found["seeds"] == results["denoising"]["seeds"]
    assert found["tasks"] != results["denoising"]["tasks"]


@needs_mnist
def test_a_few_steps_on_canvases_leave_what_the_whole_run_has_left(results):
    found = leave(canvases)
    assert structure(found) == structure(results["canvases"])
    assert found["seeds"] == results["canvases"]["seeds"]
    assert found["images"] != results["canvases"]["images"]


# who is in which part


@needs_mnist
def test_no_digit_is_in_two_parts():
    task = tasks.digits(WHOLE)
    parts = [{image.tobytes() for image in x} for x in (task.learn, task.choose, task.test)]
    assert [len(part) for part in parts] == [20_000, 500, 2000]
    assert not any(one & other for one, other in combinations(parts, 2))
    assert {image.tobytes() for image in task.tune} <= parts[0]


@needs_mnist
def test_canvases_share_no_digit():
    digits = {part: x for part, (x, _) in mnist.parts().items()}
    images = [{image.tobytes() for image in x} for x in digits.values()]
    assert [len(x) for x in digits.values()] == [55_000, 5000, 10_000]
    assert not any(one & other for one, other in combinations(images, 2))


@pytest.mark.skipif(PLACES["speech"] is None, reason="needs spoken digits: cnnlab data fetch spoken-digits")
def test_no_recording_is_in_two_parts():
    task = tasks.speech(WHOLE)
    parts = [{window.tobytes() for window in x} for x in (task.learn, task.choose, task.test)]
    assert not any(one & other for one, other in combinations(parts, 2))
    assert {window.tobytes() for window in task.tune} <= parts[0]
    numbers = [set(takes) for takes in tasks.takes(WHOLE).values()]
    assert set.union(*numbers) == set(range(50)) and sum(map(len, numbers)) == 50
    assert numbers[0] == set(range(5))  # the official test


@pytest.mark.skipif(PLACES["MRI"] is None, reason="needs the MRI: pip install nibabel")
@pytest.mark.parametrize(
    ("name", "axis", "places", "step"),
    [
        ("MRI, side", 2, {"tune": (0, 58), "choose": (62, 70), "test": (74, 128)}, 1),
        ("MRI, front", 3, {"tune": (0, 48), "choose": (52, 64), "test": (68, 96)}, 1.35),
    ],
)
def test_slabs_of_the_head_lie_apart(name, axis, places, step):
    task, head = tasks.TASKS[name](WHOLE), cnnlab.datasets.load_volume().values[None]
    for part, (start, stop) in places.items():
        expected = np.take(head, range(start, stop), axis=axis)
        np.testing.assert_array_equal(getattr(task, part)[:1], expected)
    np.testing.assert_array_equal(task.choose[-1], np.float32(step) * task.choose[0])
    assert task.choose.max() <= 1
    learnt = {block.tobytes() for block in task.learn}
    cut = np.lib.stride_tricks.sliding_window_view(task.tune[0, 0], tasks.BLOCK)[::4, ::4, ::4]
    first = {block.tobytes() for block in cut.reshape(-1, *tasks.BLOCK)}
    assert 0.4 < len(learnt & first) / len(learnt) < 0.6  # the rest are of the second time


# what is measured


def test_noise_is_as_strong_as_it_says_and_decibels_count_it():
    clean = np.full((4, 1, 50, 50), 0.5, np.float32)
    task = tasks.Task(clean, clean, clean, clean, noise=0.1)
    noisy = task.spoil(clean, 3)
    np.testing.assert_array_equal(noisy, task.spoil(clean, 3))
    assert (noisy != task.spoil(clean, 4)).any()
    assert task.psnr(clean, noisy) == pytest.approx([20] * 4, abs=0.3)  # 10 log10(1 / 0.1^2)
    assert task.psnr(clean, clean + np.float32(0.01)) == pytest.approx([40] * 4, abs=1e-3)


def test_answers_are_cut_to_what_can_be():
    clean = np.array([[[[0.0, 1.0]]]], np.float32)
    task = tasks.Task(clean, clean, clean, clean, noise=0.1, low=0, high=1)
    assert task.psnr(clean, np.array([[[[-3, 0.9]]]])) == pytest.approx(10 * np.log10(2 / 0.1**2))


def test_blocks_are_counted_where_there_is_head():
    clean = np.zeros((1, 1, 16, 8, 8), np.float32)
    clean[..., :8, :5, :] = 0.5
    pieces = tasks.of_head(clean + 1, clean)
    np.testing.assert_array_equal(pieces, clean[:, :, :8] + 1)


def test_windows_are_equally_loud_and_hold_a_voice():
    rng = np.random.default_rng(0)
    loudness = np.repeat([0.1, 0.001, 0.3], tasks.WINDOW)
    windows = tasks.voice((loudness * rng.standard_normal(3 * tasks.WINDOW)).astype(np.float32)[None])
    assert windows.shape == (2, 1, tasks.WINDOW)
    assert np.sqrt(np.mean(windows**2, axis=(1, 2))) == pytest.approx([1, 1])


def test_cells_are_joined_in_the_order_of_reading():
    cells = np.arange(2 * 6 * 2).reshape(12, 1, 2)
    assert canvases.join(cells, 3, 2)[1].tolist() == [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]


def test_digits_apart_have_a_cell_each():
    images, labels = np.ones((3, 1, 28, 28), np.float32), np.array([4, 5, 6])
    x, pixels = canvases.apart(images, labels, count=5, size="larger", seed=0)
    assert x.shape == (5, 1, 96, 128) and pixels.shape == (5, 96, 128)
    np.testing.assert_array_equal(x[:, 0] > 0, pixels > 0)
    cells = np.lib.stride_tricks.sliding_window_view(pixels, (32, 32), (1, 2))[:, ::32, ::32]
    inks = [np.unique(cell[cell > 0], return_counts=True) for cell in cells.reshape(-1, 32, 32)]
    assert {tuple(counts) for _, counts in inks} == {(), (28 * 28,)}
    assert set(np.concatenate([names for names, _ in inks])) == {5, 6, 7}


def test_overlap_of_classes_by_hand():
    pixels, answers = np.array([[0, 0, 1, 1, 2]]), np.array([[0, 1, 1, 1, 0]])
    counts = confusion(answers, pixels)
    assert counts[0, :2].tolist() == [1, 1] and counts[2, 0] == 1 and counts.sum() == 5
    assert overlap(counts)[:3] == pytest.approx([1 / 3, 2 / 3, 0])


# filters


def loops(x, noise, patch, search, h):
    """Non-local means of a line or an image, place by place; rims reflect, also those of the differences."""
    k, r = patch // 2, search // 2
    wide = np.pad(x, r, mode="symmetric")
    y = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        total = weights = 0.0
        for offset in np.ndindex(*(search,) * x.ndim):
            shifted = wide[tuple(slice(o, o + n) for o, n in zip(offset, x.shape, strict=True))]
            unlike = np.pad((x - shifted) ** 2, k, mode="symmetric")
            box = unlike[tuple(slice(p, p + patch) for p in place)]
            weight = np.exp(-max(box.mean() - 2 * noise**2, 0) / (h * noise) ** 2)
            total, weights = total + weight * shifted[place], weights + weight
        y[place] = total / weights
    return y


@pytest.mark.parametrize(
    ("shape", "patch", "search"), [((17,), 5, 7), ((9, 7), 3, 5), ((4, 5, 6), 3, 3), ((8, 6), 1, 5)]
)
def test_non_local_means_is_what_it_says(shape, patch, search):
    x = np.random.default_rng(1).random((2, 1, *shape))
    found = filters.non_local_means(x, noise=0.2, patch=patch, search=search, h=0.7)
    for image, expected in zip(x[:, 0], found[:, 0], strict=True):
        np.testing.assert_allclose(loops(image, 0.2, patch, search, 0.7), expected, rtol=1e-10)


@pytest.mark.parametrize("shape", [(40,), (12, 15), (9, 10, 11)])
def test_the_filters_are_scipys_on_each_example(shape):
    x, middle = np.random.default_rng(2).random((2, 1, *shape)), (slice(2, -2),) * len(shape)
    for image, gauss, median, wiener in zip(
        x[:, 0],
        filters.gaussian(x, noise=0.3, sigma=0.8)[:, 0],
        filters.median(x, noise=0.3, size=3)[:, 0],
        filters.wiener(x, noise=0.2, size=3)[:, 0],
        strict=True,
    ):
        np.testing.assert_allclose(gauss, ndimage.gaussian_filter(image, 0.8))
        np.testing.assert_allclose(median[middle], signal.medfilt(image, 3)[middle])
        np.testing.assert_allclose(wiener[middle], signal.wiener(image, 3, 0.2**2)[middle], rtol=1e-9)


def test_a_net_learns_to_clean():
    rng = np.random.default_rng(0)
    waves = np.sin(np.linspace(0, 6, 64) + rng.uniform(0, 6, (300, 1, 1))).astype(np.float32) + 5
    task = tasks.Task(waves[:200], waves[:50], waves[200:250], waves[250:], noise=0.5)
    plan = nets.Plan(nets.speech, 6, 20, (6e-3,), flips=(0,))
    noisy = task.spoil(task.test, 7)
    found = nets.learn(task, plan, 6e-3, seed=1)
    assert np.mean(task.psnr(task.test, found(noisy)) - task.psnr(task.test, noisy)) > 5
    again = nets.learn(task, plan, 6e-3, seed=1)
    np.testing.assert_array_equal(found(noisy), again(noisy))


def test_brightness_changes_by_examples_within_bounds():
    x = np.ones((4000, 1, 2), np.float32)
    bright, targets = nets.random_gain(x, 3 * x, np.random.default_rng(0), most=1.5)
    np.testing.assert_allclose(targets, 3 * bright, rtol=1e-6)
    assert bright.dtype == np.float32 and (bright[:, :, 0] == bright[:, :, 1]).all()
    assert 1 / 1.5 <= bright.min() < 0.68 and 1.48 < bright.max() <= 1.5


def test_a_way_past_layers_adds_up():
    rng = np.random.default_rng(3)
    conv = cnnlab.Conv(2, 3, kernel_size=(3, 3), padding=1, rng=rng, dtype=float)
    layer, x = Beside(conv, cnnlab.Tanh()), rng.standard_normal((2, 2, 5, 4))
    weight, bias = conv.parameters["weight"], conv.parameters["bias"]
    expected = np.tanh(cnnlab.conv_forward(x, weight, bias, padding=1))
    np.testing.assert_array_equal(layer.forward(x), np.concatenate([x, expected], axis=1))
    assert cnnlab.check_layer(layer, x, rng).ok
    net = cnnlab.Sequential(layer, cnnlab.Flatten(), cnnlab.Dense(5 * 20, 2, rng=rng, dtype=float))
    assert cnnlab.check_layer(net, x, rng).ok
    net.parameters["0.0.bias"] = np.ones(3)
    assert conv.parameters["bias"].tolist() == [1, 1, 1]


def test_the_net_for_the_front_takes_brightness_as_it_comes():
    net = nets.PLANS["MRI, front"].build(np.random.default_rng(0))
    x = np.random.default_rng(1).random((1, 1, 6, 8, 4), np.float32)
    for name, array in net.parameters.items():  # any first weights, any biases
        net.parameters[name] = array + np.float32(0.1)
    np.testing.assert_allclose(net.forward(3 * x), 3 * net.forward(x), rtol=1e-4, atol=1e-5)


# the page


def test_the_figures_are_drawn_from_the_results(results):
    cleaning, labelling = results["denoising"], results["canvases"]
    found = labelling["test"]["crossing, larger"]
    for figure in (
        learning_pictures.fig_decibels(cleaning),
        learning_pictures.fig_overlaps(labelling),
        learning_pictures.fig_confusion(found),
        learning_pictures.fig_rows({"one": np.zeros((3, 1, 4, 4)), "two": np.ones((3, 1, 4, 4))}),
        learning_pictures.fig_labelled(
            np.zeros((2, 1, 6, 7)), np.zeros((2, 6, 7), int), np.full((2, 6, 7), 4)
        ),
    ):
        assert "<svg" in figure._repr_svg_()
    assert len(learning_pictures.table_decibels(cleaning).rows) == 8
    assert len(learning_pictures.table_settings(cleaning).rows) == 7
    assert len(learning_pictures.table_canvases(labelling).rows) == 9


def test_the_page_says_what_came_of_the_cleaning(results):
    found = results["denoising"]["tasks"]
    for task in found.values():
        assert learning_pictures.best_filter(task) == "non-local"
        assert len(task["net"]["test"]["values"]) == 3
        scores = [attempt["choose"] for attempt in task["net"]["tried"]]
        assert len(scores) == 2 and task["net"]["chosen"] == scores.index(max(scores))
        for rival in task["filters"].values():
            scores = [attempt["tune"] for attempt in rival["tried"]]
            assert rival["chosen"] == scores.index(max(scores))
    leads = {name: task["filters"]["non-local"]["net ahead"] for name, task in found.items()}
    wins = {name: task["filters"]["non-local"]["net wins"] for name, task in found.items()}
    for name in ("digits", "speech", "MRI, side"):  # the floor: ahead of every filter
        assert all(rival["net ahead"]["low"] > 0 for rival in found[name]["filters"].values())
    assert leads["digits"]["low"] > 2 > 1 > leads["speech"]["mean"] > 0.6 > leads["MRI, side"]["mean"]
    assert leads["MRI, front"]["high"] < 0
    assert wins["digits"] > 0.999 and wins["MRI, side"] == pytest.approx(0.8, abs=0.03)
    assert found["digits"]["examples"]["learn"] == 20_000


def test_the_page_says_what_came_of_the_canvases(results):
    found = results["canvases"]
    scores = [attempt["choose"] for attempt in found["tried"]]
    assert found["chosen"] == scores.index(max(scores)) and found["sees"] == [53, 53]
    test = found["test"]
    assert all(len(part["mean IoU"]["values"]) == 3 for part in test.values())
    for size in ("as learnt", "larger"):  # the floor: 0.85
        apart, crossing = test[f"apart, {size}"], test[f"crossing, {size}"]
        assert apart["mean IoU"]["low"] > 0.85 > crossing["mean IoU"]["high"]
    for part in test.values():
        assert part["mean IoU of all paper"] < 0.1 < 0.9 < part["paper"]
