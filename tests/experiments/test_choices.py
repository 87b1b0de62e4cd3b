"""Choices compared: short runs on real data, their parts held against oracles, the words on the page."""

import json
from functools import partial
from itertools import combinations

import numpy as np
import pytest
import scipy.stats
from experiments import connectivity, contest, padding, pooling, shifts, wrong_gradients
from experiments.lab import Lab
from figures import learning_choices
from quick_runs import leave, needs_mnist, structure
from scipy import ndimage

import cnnlab

RUNS = {m.__name__.split(".")[-1]: m for m in (wrong_gradients, shifts, padding, pooling, connectivity)}


@pytest.fixture(scope="module")
def results():
    return learning_choices.load()


@needs_mnist
@pytest.mark.parametrize("name", RUNS)
def test_a_few_steps_leave_what_the_whole_run_has_left(name, results):
    found = leave(RUNS[name])
    assert structure(found) == structure(results[name])


@needs_mnist
def test_no_image_is_in_two_parts():
    data = contest.digits(Lab(progress=False), 10_000)
    assert [len(labels) for _, labels in data.values()] == [10_000, 5000, 10_000]
    parts = [{image.tobytes() for image in x} for x, _ in data.values()]
    assert not any(some & others for some, others in combinations(parts, 2))


def rounds(results):
    """All contests that were held: their rules and their nets."""
    return [*(results[name] for name in list(RUNS)[:-1]), *results["connectivity"]["sizes"].values()]


def test_every_net_had_the_same_tries_and_was_chosen_by_validation(results):
    for held in rounds(results):
        assert held["images"]["choose"] == 5000 and held["images"]["test"] == 10_000
        rates = [[attempt["rate"] for attempt in net["tried"]] for net in held["nets"].values()]
        assert all(tried == rates[0] for tried in rates) and len(rates[0]) >= 3
        for net in held["nets"].values():
            scores = [attempt["validation"] for attempt in net["tried"]]
            assert net["chosen"] == scores.index(max(scores))
            assert net["validation"]["values"][0] == max(scores)
            assert len(net["test"]["values"]) == len(held["seeds"]) >= 3


def clouds(n, seed):
    """Points around two places, which are easy to tell apart."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    return rng.normal(6.0 * labels[:, None] - 3, 1, (n, 2)).astype(np.float32), labels


def test_a_contest_takes_the_rate_that_learns_and_no_rate_that_blows_up():
    data = {"learn": clouds(60, 0), "choose": clouds(40, 1), "test": clouds(50, 2)}
    held = contest.Contest(data, (1e-9, 0.1, 1e30), (0, 1), epochs=3, optimiser=wrong_gradients.momentum)

    def build(rng):
        layers = cnnlab.Dense(2, 8, rng=rng), cnnlab.ReLU(), cnnlab.Dense(8, 2, rng=rng)
        return cnnlab.Sequential(*layers)

    found, runs = held.enter(build)
    assert found["chosen"] == 1 and found["tried"][2] == {"rate": 1e30, "validation": 0.0}
    assert found["parameters"] == 2 * 8 + 8 + 8 * 2 + 2
    for run, share in zip(runs, found["test"]["values"], strict=True):
        x, labels = data["test"]
        assert share == np.mean(run.model.forward(x).argmax(axis=1) == labels) > 0.9
    again = held.train(build, 1, 0.1)
    np.testing.assert_array_equal(again.model.parameters["0.weight"], runs[1].model.parameters["0.weight"])


def test_who_is_ahead_is_asked_seed_by_seed():
    one, other = [0.97, 0.98, 0.985], [0.96, 0.975, 0.97]
    found = contest.ahead({"a": {"test": {"values": one}}, "b": {"test": {"values": other}}}, "a", "b")
    expected = scipy.stats.ttest_rel(one, other).confidence_interval(0.95)
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high), rel=1e-3)


def backward(conv, dy, x, weight):
    """Both ways through a convolution of one channel and one axis: the layer and its dx."""
    layer = conv(1, 1, kernel_size=len(weight), dtype=float)
    layer.parameters["weight"] = np.array([[weight]], float)
    y = layer.forward(np.array([[x]], float))
    np.testing.assert_array_equal(y[0, 0], np.correlate(x, weight))
    return layer, layer.backward(np.array([[dy]], float))[0, 0].tolist()


def test_wrong_convolutions_are_wrong_as_they_say():
    x, weight, dy = [1.0, 2, 3, 4], [1.0, 10], [1.0, 2, 3]
    assert backward(cnnlab.Conv, dy, x, weight)[1] == [1, 12, 23, 30]
    assert backward(wrong_gradients.Averaged, dy, x, weight)[1] == [1, 6, 11.5, 30]
    assert backward(wrong_gradients.Turned, dy, x, weight)[1] == [10, 21, 32, 3]
    layer, dx = backward(wrong_gradients.ShortLoops, dy, x, weight)
    assert dx == [1, 12, 20, 0]
    assert {k: g.tolist() for k, g in layer.gradients.items()} == {"weight": [[[5, 8]]], "bias": [3]}
    assert backward(wrong_gradients.Meant, dy, x, weight)[0].gradients["bias"].tolist() == [2]
    still = backward(wrong_gradients.Still, dy, x, weight)[0]
    assert not any(gradient.any() for gradient in still.gradients.values())
    relu = wrong_gradients.Ungated()
    assert relu.forward(np.array([[-1.0, 2]])).tolist() == [[0, 2]]
    assert relu.backward(np.array([[5.0, 6]])).tolist() == [[5, 6]]


@pytest.mark.parametrize("shift", [(3, 0), (-2, 0), (0, 5), (0, -1)])
def test_images_are_moved_as_scipy_moves_them(shift):
    images = np.random.default_rng(0).random((2, 1, 9, 8))
    expected = ndimage.shift(images, (0, 0, *shift), order=0, mode="grid-constant", prefilter=False)
    np.testing.assert_array_equal(shifts.shifted(images, shift), expected)
    np.testing.assert_array_equal(shifts.shifted(images, (0, 0)), images)


def test_images_are_turned_anticlockwise():
    images = np.random.default_rng(0).random((2, 1, 9, 9))
    np.testing.assert_allclose(shifts.turned(images, 90), np.rot90(images, axes=(2, 3)), atol=1e-12)
    np.testing.assert_allclose(shifts.turned(images, 0), images)


def test_features_of_one_pixel_change_by_the_diagonal_of_a_square():
    """Where features are the pixels, a pixel of 1 that moves leaves a difference of 1 and -1."""
    image = np.zeros((1, 1, 9, 9))
    image[0, 0, 4, 4] = 1
    model = cnnlab.Sequential(cnnlab.Flatten(), cnnlab.Dense(81, 10))
    assert shifts.change(model, image, 2) == pytest.approx(np.sqrt(2))


def test_nets_that_are_compared_have_parameters_alike(results):
    sizes = [net["parameters"] for net in results["shifts"]["nets"].values()]
    assert max(sizes) / min(sizes) < 1.03
    for name in ("wrong_gradients", "padding", "pooling"):
        assert len({net["parameters"] for net in results[name]["nets"].values()}) == 1
    dense = 16 * 4 * 4 * 10 + 10
    local = 24**2 * 8 * 25 + 8**2 * 16 * 8 * 25 + 8 + 16 + dense
    tiled = [t * t * (8 * 25 + 16 * 8 * 25) + 8 + 16 + dense for t in (1, 2, 4)]
    for held in results["connectivity"]["sizes"].values():
        assert [net["parameters"] for net in held["nets"].values()] == [*tiled, local]


@pytest.mark.parametrize(
    "builds",
    [
        [partial(wrong_gradients.network, **kinds) for kinds in wrong_gradients.VARIANTS.values()],
        [partial(padding.network, mode=mode) for mode in padding.MODES],
        [partial(pooling.network, pool=pool) for pool in pooling.POOLS.values()],
    ],
    ids=["gradients", "rims", "pools"],
)
def test_the_same_seed_means_the_same_first_weights_and_the_same_order(builds):
    def begin(build):
        rng = np.random.default_rng(3)
        weights = list(build(rng).parameters.values())
        return weights, rng.permutation(50).tolist()

    (weights, order), *others = map(begin, builds)
    for more, their_order in others:
        assert their_order == order
        for one, other in zip(weights, more, strict=True):
            np.testing.assert_array_equal(one, other)


def test_small_digits_are_means_of_four_pixels():
    images = np.random.default_rng(0).random((2, 1, 28, 28))
    found = padding.small(images)
    assert found.shape == (2, 1, 12, 12)
    assert found[1, 0, 0, 11] == pytest.approx(images[1, 0, 2:4, 24:26].mean())


@pytest.mark.parametrize("mode", padding.MODES)
def test_a_rim_keeps_the_size_and_none_loses_two_cells_a_convolution(mode):
    model = padding.network(np.random.default_rng(0), mode)
    sides = [row.output[1] for row in model.trace((1, 12, 12)).rows if "Conv" in row.layer]
    assert sides == ([10, 8, 2] if mode == "valid" else [12, 12, 6])


@pytest.mark.parametrize("name", pooling.POOLS)
def test_all_pools_halve_the_maps(name):
    model = partial(pooling.network, pool=pooling.POOLS[name])(np.random.default_rng(0))
    shapes = [row.output for row in model.trace((1, 28, 28)).rows]
    assert (8, 12, 12) in shapes and (16, 4, 4) in shapes


def errors(nets):
    """The mean share of test images that each net misreads."""
    return {name: 1 - net["test"]["mean"] for name, net in nets.items()}


def test_what_the_page_says_of_wrong_gradients(results):
    nets = results["wrong_gradients"]["nets"]
    assert all(
        np.mean(net["loss"], axis=0)[-1] < np.mean(net["loss"], axis=0)[0] / 3 for net in nets.values()
    )
    right, *mistakes, gateless, still = nets
    assert len(mistakes) == 4 and all(nets[name]["test"]["mean"] > 0.97 for name in (right, *mistakes))
    ends = {name: np.mean(net["loss"], axis=0)[-1] for name, net in nets.items()}
    assert [name for name in mistakes if ends[name] > 1.9 * ends[right]] == mistakes[:2]
    behind = {name: nets[name]["behind"] for name in mistakes}
    ahead = behind.pop("mean for the bias")
    assert all(found["low"] < 0 < found["high"] for found in behind.values())
    assert ahead["high"] < 0 and ahead["mean"] > -0.005
    assert gateless == "relu without its gate"
    assert nets[gateless]["behind"]["mean"] == pytest.approx(0.028, abs=0.001)
    assert nets[gateless]["test"]["mean"] == pytest.approx(0.95, abs=0.001)
    blown = [t["rate"] for t in nets[gateless]["tried"] if t["validation"] == 0]
    others = [nets[name]["tried"][nets[name]["chosen"]]["rate"] for name in nets if name != gateless]
    assert min(blown) < min(others) and max(blown) == max(others)
    assert nets[still]["test"]["mean"] == pytest.approx(0.94, abs=0.005)


def test_the_checker_passes_the_right_net_alone_and_says_what_is_wrong(results):
    checks = {name: net["check"] for name, net in results["wrong_gradients"]["nets"].items()}
    assert [name for name, check in checks.items() if check["right"]] == ["right"]
    words = {
        "shared out over windows": "divided by the number of windows",
        "kernel turned": "if weight were reversed along axes 2 and 3",
        "mean for the bias": "is a mean taken where a sum belongs",
        "last row forgotten": "number 3 has not reached dx",
        "relu without its gate": "should be zero: y does not depend on these entries",
        "kernels that never move": "All of dweight is 0 times what it should be",
    }
    for name, said in words.items():
        assert said in checks[name]["says"]
        assert checks[name] == json.loads(json.dumps(wrong_gradients.check(**wrong_gradients.VARIANTS[name])))


def test_what_the_page_says_of_shifts(results):
    nets = results["shifts"]["nets"]
    read = {name: [point["accuracy"]["mean"] for point in net["shifts"]] for name, net in nets.items()}
    assert read["dense"][3] < 0.5 < min(read[name][3] for name in nets if name != "dense")
    strides, pooling = nets["strides"]["test"], nets["max pooling"]["test"]
    assert pooling["low"] < strides["high"]
    assert all(p > s for p, s in zip(read["max pooling"][1:], read["strides"][1:], strict=True))
    lost = {name: shares[0] - shares[4] for name, shares in read.items()}
    assert lost["global pooling"] == pytest.approx(0.05, abs=0.005)
    assert all(round(lost[name], 2) >= 0.45 for name in ("dense", "strides", "max pooling"))
    learnt = read["max pooling, shifts learnt"]
    assert learnt[0] - learnt[4] < 0.02 and learnt[8] < 0.5 and 0.7 < read["global pooling"][8] < 0.8
    assert nets["max pooling, shifts learnt"]["test"]["high"] > pooling["mean"]


def test_what_the_page_says_of_turns(results):
    nets = results["shifts"]["nets"]
    ends = {
        name: [net["rotations"][end]["accuracy"]["mean"] for end in (0, -1)] for name, net in nets.items()
    }
    assert max(map(max, ends.values())) < 0.56
    for name in ("global pooling", "max pooling, shifts learnt"):
        assert all(np.array(ends[name]) < ends["max pooling"])


def test_what_the_page_says_of_maps_and_features(results):
    nets = results["shifts"]["nets"]
    maps = {name: net["equivariance error"] for name, net in nets.items()}
    assert maps.pop("dense") is None
    assert all(error["inside"] == 0 for error in maps.values())
    assert [name for name, error in maps.items() if error["everywhere"]] == ["global pooling"]
    change = {name: [c["share"] for c in net["changes"]] for name, net in nets.items()}
    for name in ("strides", "max pooling"):
        assert change[name][:2] == pytest.approx([1 / 3, 1 / 2], abs=0.04)
        assert change[name] == pytest.approx(change["strides"], rel=0.05)
    others = np.array([change[name] for name in nets if name != "global pooling"])
    assert min(change["global pooling"]) > 0.1
    assert (np.array(change["global pooling"]) < 0.7 * others.min(axis=0)).all()


def test_what_the_page_says_of_rims(results):
    ahead = {mode: net["ahead of zeros"] for mode, net in results["padding"]["nets"].items()}
    assert ahead["valid"]["low"] > 0
    assert all(ahead[mode]["mean"] < 0 for mode in ("reflect", "replicate", "circular"))
    assert ahead["replicate"]["high"] < 0 and ahead["circular"]["high"] < 0
    assert 0 <= ahead["reflect"]["high"] < 0.00005  # "ends at 0", to two decimals of a per cent
    seconds = {mode: net["processor seconds"] for mode, net in results["padding"]["nets"].items()}
    assert min(seconds, key=seconds.get) == "valid"


def test_what_the_page_says_of_pools(results):
    nets = results["pooling"]["nets"]
    behind = {name: net["behind max"] for name, net in nets.items()}
    assert all(behind[name]["low"] < 0 < behind[name]["high"] for name in ("average", "L2"))
    overlap = [(nets[name]["test"]["low"], nets[name]["test"]["high"]) for name in ("max", "average", "L2")]
    assert max(low for low, _ in overlap) < min(high for _, high in overlap)
    assert behind["stride"]["low"] > 0
    assert 4 / 3 < errors(nets)["stride"] / errors(nets)["max"] < 3 / 2
    assert nets["stride"]["multiply-adds"] / nets["max"]["multiply-adds"] == pytest.approx(0.25, abs=0.01)
    seconds = {name: net["processor seconds"] for name, net in nets.items()}
    assert seconds["stride"] < seconds["max"] / 2 and max(seconds, key=seconds.get) == "L2"


def test_what_the_page_says_of_sharing(results):
    few, more = (results["connectivity"]["sizes"][images]["nets"] for images in ("1000", "10000"))
    assert more["local"]["parameters"] > 50 * more["shared"]["parameters"]
    assert list(errors(few).values()) == sorted(errors(few).values())
    assert all(net["ahead of shared"]["high"] < 0 for name, net in few.items() if name != "shared")
    tiled = [net["ahead of shared"] for name, net in more.items() if "turns" in name]
    assert all(ahead["low"] < 0 < ahead["high"] for ahead in tiled)
    assert more["local"]["ahead of shared"]["high"] < 0
    gaps = [errors(nets)["local"] - errors(nets)["shared"] for nets in (few, more)]
    assert gaps[1] < gaps[0] / 2
    for nets, gap in zip((few, more), gaps, strict=True):
        assert gap / errors(nets)["local"] == pytest.approx(0.2, abs=0.02)


def test_the_figures_are_drawn_from_the_results(results):
    figures = [
        learning_choices.fig_wrong(results["wrong_gradients"]),
        learning_choices.fig_shifts(results["shifts"]),
        learning_choices.fig_rows(results["padding"]["nets"], "zeros"),
        learning_choices.fig_rows(results["pooling"]["nets"], "max"),
        learning_choices.fig_connectivity(results["connectivity"]),
        learning_choices.fig_rims(),
    ]
    assert all("<svg" in figure._repr_svg_() for figure in figures)
