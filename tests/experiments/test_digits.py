"""Learning to read digits: every run for a few steps on real data, and what the page says of whole ones."""

from itertools import combinations

import numpy as np
import pytest
from experiments import initialisations, mnist, optimisers, shuffled
from experiments.lab import Lab
from figures import learning_digits
from quick_runs import leave, needs_mnist, structure

import cnnlab

RUNS = {module.__name__.split(".")[-1]: module for module in (mnist, shuffled, optimisers, initialisations)}


@pytest.fixture(scope="module")
def results():
    return learning_digits.load()


@needs_mnist
@pytest.mark.parametrize("name", RUNS)
def test_a_few_steps_leave_what_the_whole_run_has_left(name, results):
    found = leave(RUNS[name])
    assert structure(found) == structure(results[name])
    assert found["seeds"] == results[name]["seeds"]
    assert found["images"] != results[name]["images"]


@needs_mnist
def test_no_image_is_in_two_parts():
    data = mnist.load(Lab(progress=False))
    assert {part: len(labels) for part, (_, labels) in data.items()} == {
        "learn": 55_000,
        "choose": 5000,
        "test": 10_000,
    }
    images = [{image.tobytes() for image in x} for x, _ in data.values()]
    for some, others in combinations(images, 2):
        assert not some & others


def test_shuffling_moves_every_pixel_alike():
    places = np.random.default_rng(3).permutation(28 * 28)
    rows = np.arange(2 * 28 * 28).reshape(2, 1, 28, 28)
    moved = shuffled.shuffle(rows, places)
    assert moved.shape == rows.shape
    for image, index in zip(moved, range(2), strict=True):
        for place in (0, 17, 783):
            assert image.ravel()[place] == index * 784 + places[place]
        assert sorted(image.ravel()) == rows[index].ravel().tolist()


def test_images_misread_by_all_are_wrong_in_every_row():
    read, labels = np.array([[1, 2, 3, 0], [1, 9, 4, 0]]), np.array([1, 7, 3, 5])
    assert mnist.misread(read, labels) == {"images": [1, 3], "labels": [7, 5], "read as": [2, 0]}


def test_the_nets_have_as_many_parameters_as_counting_gives(results):
    counted = {
        "softmax regression": 784 * 10 + 10,
        "one hidden layer": 784 * 512 + 512 + 512 * 10 + 10,
        "convolutional": 25 * 16 + 16 + 25 * 16 * 48 + 48 + 768 * 128 + 128 + 2 * (16 + 48 + 128) + 1290,
    }
    assert {name: net["parameters"] for name, net in results["mnist"]["nets"].items()} == counted
    assert results["optimisers"]["parameters"] == 25 * 8 + 8 + 25 * 8 * 16 + 16 + 256 * 10 + 10


def test_a_rate_that_loses_the_loss_is_written_down_as_that():
    rng = np.random.default_rng(0)
    part = rng.random((64, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, 64)
    _, found = optimisers.learn(cnnlab.SGD, 1e30, 0, {"learn": part, "choose": part}, 3)
    assert found == {"rate": 1e30, "loss": None, "validation": None}


@pytest.mark.parametrize("bend", ["relu", "tanh"])
def test_signals_are_those_of_the_definition(bend):
    rng = np.random.default_rng(1)
    images, labels = rng.random((4, 1, 28, 28)).astype(np.float32), np.array([3, 1, 4, 1])
    model = initialisations.network("he", bend, rng)
    found = initialisations.signals(model, images, labels)
    assert len(found["signal"]) == len(found["gradient"]) == 10
    last = cnnlab.Sequential(*model.layers[:-2]).forward(images).reshape(4, -1).astype(float)
    weight, bias = (model.parameters[f"21.{name}"].astype(float) for name in ("weight", "bias"))
    chances = np.exp(last @ weight.T + bias)
    chances /= chances.sum(axis=1, keepdims=True)
    gradients = (chances - np.eye(10)[labels]) @ weight  # of each image's own loss
    assert found["signal"][-1] == pytest.approx(np.sqrt(np.mean(last**2)), rel=0.01)
    assert found["gradient"][-1] == pytest.approx(np.sqrt(np.mean(gradients**2)), rel=0.01)
    head, tail = cnnlab.Sequential(*model.layers[:6]), cnnlab.Sequential(*model.layers[6:])
    third = head.forward(images)
    _, dscores = cnnlab.softmax_cross_entropy(tail.forward(third, train=True), labels)
    assert found["signal"][2] == pytest.approx(np.sqrt(np.mean(third**2)), rel=0.01)
    assert found["gradient"][2] == pytest.approx(4 * np.sqrt(np.mean(tail.backward(dscores) ** 2)), rel=0.01)


def test_with_zeros_nothing_gets_through_and_only_the_last_bias_moves(results):
    rng = np.random.default_rng(0)
    part = rng.random((20, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, 20)
    start = initialisations.signals(initialisations.network("zeros", "relu", rng), *part)
    assert start == {"signal": [0.0] * 10, "gradient": [0.0] * 10}
    _, found = initialisations.learn("zeros", "relu", 0.01, 0, {"learn": part, "choose": part}, 2)
    assert found["moved"] == ["21.bias"]
    for nets in results["initialisations"]["nets"].values():
        assert nets["zeros"]["moved"] == ["21.bias"]
        assert len(nets["he"]["moved"]) == len(nets["glorot"]["moved"]) == 22


def chosen_by(tried):
    """Where the best validation score is, the first where there are several; None is the worst."""
    scores = [attempt["validation"] or 0 for attempt in tried]
    return scores.index(max(scores))


def test_every_setting_was_chosen_by_validation(results):
    runs = [*results["mnist"]["nets"].values(), *results["optimisers"]["rules"].values()]
    runs += [net[how] for net in results["shuffled"]["nets"].values() for how in ("in order", "shuffled")]
    runs += [net for nets in results["initialisations"]["nets"].values() for net in nets.values()]
    for run in runs:
        assert run["chosen"] == chosen_by(run["tried"])
        assert len(run["test"]["values"]) == (3 if "loss" in run else 5)
        assert run["test"]["mean"] == pytest.approx(np.mean(run["test"]["values"]), abs=1e-5)
        assert run["test"]["low"] <= run["test"]["mean"] <= run["test"]["high"]


def test_what_the_page_says_of_the_three_nets(results):
    assert results["mnist"]["images"] == {"learn": 55_000, "choose": 5000, "test": 10_000}
    linear, hidden, convolutional = results["mnist"]["nets"].values()
    errors = [1 - net["test"]["mean"] for net in (linear, hidden, convolutional)]
    assert convolutional["test"]["mean"] >= 0.994
    assert hidden["test"]["mean"] >= 0.98
    assert linear["test"]["high"] < 0.93 < 0.96 < hidden["test"]["low"]
    assert min(convolutional["test"]["values"]) > 0.99
    assert f"{hidden['test']['mean']:.1%} {convolutional['test']['mean']:.1%}" == "98.9% 99.4%"
    assert round(100 * errors[1] / errors[0]) == 15
    assert 0.45 < errors[2] / errors[1] < 0.55
    assert convolutional["parameters"] < hidden["parameters"] / 3
    assert convolutional["processor seconds"] > hidden["processor seconds"]
    assert round(10_000 * errors[2]) == 56 and round(1.96 * np.sqrt(10_000 * errors[2])) == 15
    for net in (hidden, convolutional):
        assert net["tried"][net["chosen"]] == net["tried"][-1] | {"rate": 0.003, "shift": 1}


@needs_mnist
def test_the_misread_images_have_the_labels_that_the_run_wrote_down(results):
    labels = mnist.load(Lab(progress=False))["test"][1]
    for net in results["mnist"]["nets"].values():
        misread = net["misread by all"]
        assert labels[misread["images"]].tolist() == misread["labels"]
        assert not any(a == b for a, b in zip(misread["labels"], misread["read as"], strict=True))
        assert len(misread["images"]) <= round(10_000 * (1 - max(net["test"]["values"])))


def test_what_the_page_says_of_shuffled_pixels(results):
    assert results["shuffled"]["images"]["learn"] == 10_000
    dense, convolutional = results["shuffled"]["nets"].values()
    assert dense["lost"]["low"] < 0 < dense["lost"]["high"]
    assert convolutional["lost"]["low"] > 0.01
    assert convolutional["in order"]["test"]["low"] > dense["in order"]["test"]["high"]
    assert convolutional["shuffled"]["test"]["high"] < dense["shuffled"]["test"]["low"]
    lead = convolutional["in order"]["test"]["mean"] - dense["in order"]["test"]["mean"]
    assert 1.7 < convolutional["lost"]["mean"] / lead < 2.3
    assert convolutional["shuffled"]["test"]["mean"] > 0.9
    for how, net in ((how, net) for net in (dense, convolutional) for how in ("in order", "shuffled")):
        assert net[how]["chosen"] == (1 if net is dense else 2)


def test_every_rule_has_five_rates_in_a_row_and_its_best_is_not_at_the_rim(results):
    assert list(results["optimisers"]["rules"]) == [
        "SGD",
        "Momentum",
        "Nesterov",
        "AdaGrad",
        "RMSprop",
        "AdaDelta",
        "Adam",
        "AdamW",
    ]
    for rule in results["optimisers"]["rules"].values():
        rates = [attempt["rate"] for attempt in rule["tried"]]
        assert len(rates) == 5 and 0 < rule["chosen"] < 4
        assert np.all(np.abs(np.divide(rates[1:], rates[:-1]) - 10**0.5) < 0.2)


def test_what_the_page_says_of_the_rules(results):
    rules = results["optimisers"]["rules"]
    best = {name: rule["tried"][rule["chosen"]] for name, rule in rules.items()}
    rates = [attempt["rate"] for attempt in best.values()]
    assert (min(rates), max(rates)) == (0.003, 3)
    for name, rule in rules.items():
        errors = [1 - attempt["validation"] for attempt in rule["tried"]]
        assert max(errors) > 2 * min(errors), name
    errors = [1 - attempt["validation"] for attempt in best.values()]
    assert f"{min(errors):.1%} {max(errors):.1%}" == "2.5% 3.4%"
    assert rules["SGD"]["tried"][-1]["validation"] < 0.12
    assert all(t["validation"] is not None for rule in rules.values() for t in rule["tried"])
    sgd = rules["SGD"]["test"]
    assert all(sgd["low"] < rule["test"]["mean"] < sgd["high"] for rule in rules.values())
    assert all(
        rules[name]["test"]["low"] > rules["Momentum"]["test"]["high"] for name in ("AdaGrad", "AdaDelta")
    )
    ends = {name: rule["loss"][-1] for name, rule in rules.items()}
    assert min(ends, key=ends.get) == "AdaDelta" and max(ends, key=ends.get) == "SGD"
    assert ends["AdaDelta"] / ends["SGD"] == pytest.approx(0.5, abs=0.05)
    np.testing.assert_allclose(rules["Adam"]["loss"], rules["AdamW"]["loss"], rtol=0.03)
    assert results["optimisers"]["epochs"] * -(-10_000 // results["optimisers"]["batch"]) == 942


def fall(curve):
    """How many times the largest holds the smallest."""
    return max(curve) / min(curve)


def test_what_the_page_says_of_first_weights(results):
    assert results["initialisations"]["images"]["learn"] == 2000
    assert results["initialisations"]["convolutions"] == 10 and results["initialisations"]["channels"] == 8
    relu, tanh = results["initialisations"]["nets"].values()
    for nets in (relu, tanh):
        zeros, normal, _, he = nets.values()
        assert not any(zeros["signal"] + zeros["gradient"])
        assert set(zeros["test"]["values"]) <= {0.1028, 0.1135}  # the shares of sevens and ones in the test
        assert fall(normal["signal"]) > 1e9 and fall(normal["gradient"]) > 1e9
        assert normal["signal"] == sorted(normal["signal"], reverse=True)
        assert normal["gradient"] == sorted(normal["gradient"])
        assert fall(he["signal"]) < 6 and fall(he["gradient"]) < 6
        assert he["test"]["low"] > 0.9 and normal["test"]["high"] < 0.13
    assert 25 < fall(relu["glorot"]["signal"]) < 40 and 25 < fall(relu["glorot"]["gradient"]) < 40
    assert (
        relu["glorot"]["test"]["mean"] < 0.15 and 2.2 < relu["glorot"]["loss"][-1] < relu["glorot"]["loss"][0]
    )
    assert fall(tanh["glorot"]["signal"]) < 2 and fall(tanh["glorot"]["gradient"]) < 2
    assert tanh["glorot"]["test"]["high"] > tanh["he"]["test"]["low"] > 0.9
    moved = [name for name in relu["normal"]["moved"] if name.endswith("weight")]
    assert moved == ["16.weight", "18.weight", "21.weight"]  # of 0, 2, 4 to 18, and of the dense layer
    for run in (relu["normal"], relu["glorot"]):
        assert len({attempt["validation"] for attempt in run["tried"]}) == 1 and run["chosen"] == 0


def test_the_figures_and_tables_are_drawn_from_the_results(results):
    by_run = {
        "mnist": (learning_digits.fig_mnist, learning_digits.fig_misread),
        "shuffled": (learning_digits.fig_shuffled,),
        "optimisers": (learning_digits.fig_losses, learning_digits.fig_rates),
        "initialisations": (learning_digits.fig_initialisations,),
    }
    for name, figures in by_run.items():
        for figure in figures:
            assert "<svg" in figure(results[name])._repr_svg_()
    assert "<svg" in learning_digits.fig_shuffling()._repr_svg_()
    assert [row[0] for row in learning_digits.table_mnist(results["mnist"]).rows] == list(mnist.NETS)
    assert [len(row) for row in learning_digits.table_settings(results["mnist"]).rows] == [5, 5, 5]
    assert len(learning_digits.table_shuffled(results["shuffled"]).rows) == 2
    assert len(learning_digits.table_optimisers(results["optimisers"]).rows) == 8
    assert len(learning_digits.table_initialisations(results["initialisations"]).rows) == 4


def test_without_mnist_the_misread_images_are_not_drawn_and_that_is_said(monkeypatch, results):
    monkeypatch.setattr(learning_digits, "where_mnist", lambda: None)
    (words,) = learning_digits.fig_misread(results["mnist"]).texts
    assert words.get_text() == "MNIST is not on this computer: cnnlab data fetch mnist"
