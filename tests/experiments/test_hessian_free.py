"""Hessian-free optimisation beside gradient descent, for a few steps, and the committed result."""

import numpy as np
import pytest
from experiments import hessian_free as experiment
from experiments.hessian_free import compare, methods
from figures import hessian_free
from quick_runs import leave, structure


@pytest.fixture(scope="module")
def result():
    return hessian_free.load()


@pytest.fixture(scope="module")
def data():
    return compare.load(120, 60)[0]


def test_learning_and_choosing_share_no_image(data):
    images = [{image.tobytes() for image in data[part][0]} for part in ("train", "validation", "test")]
    assert [len(part) for part in images[:2]] == [120, 60]
    assert not images[0] & images[1]


@pytest.mark.parametrize("name", ["small batches", "one batch", "Hessian-free"])
def test_every_method_goes_down(name, data):
    chosen = {"small batches": {"rate": 0.03}, "one batch": {"rate": 0.1}}.get(
        name, {"part": 60, "damping": 1.0}
    )
    method = next(m for n, setting, m in compare.settings(1.2, 60) if n == name and setting == chosen)
    first = compare.measure(compare.network(data["train"][0].shape[1:]), *data["train"])
    _, curve, _ = compare.train(method, data, 4.0, [1.0])
    assert curve[-1]["train"]["loss"] < first["loss"]
    assert curve[-1]["work"] >= 4 and (curve[-1]["products"] > 0) == (name == "Hessian-free")


def test_a_small_step_with_one_batch_is_momentums(data):
    images, labels = data["train"]
    model = compare.network(images.shape[1:])
    before = {name: array.copy() for name, array in model.parameters.items()}
    steps = methods.one_batch(model, images, labels, None, rate=0.1)
    assert next(steps) == (1.0, 0)
    for name, array in model.parameters.items():
        np.testing.assert_allclose(array, before[name] - 0.1 * model.gradients[name], rtol=1e-6, atol=1e-8)


def test_the_committed_result_chose_by_images_that_nobody_learnt_from(result):
    assert list(result["runs"]) == ["small batches", "one batch", "Hessian-free"]
    assert result["data"] == "MNIST"
    for tried in result["runs"].values():
        right = [attempt["curve"][-1]["validation"]["accuracy"] for attempt in tried["tried"]]
        assert len(right) == 4 and tried["chosen"] == right.index(max(right))
        for attempt in tried["tried"]:
            work = [point["work"] for point in attempt["curve"]]
            assert work == sorted(work) and work[-1] >= result["how"]["work"]


def test_the_committed_result_says_what_the_page_says(result):
    ends = {name: r["tried"][r["chosen"]]["curve"][-1] for name, r in result["runs"].items()}
    test = {name: r["test"]["accuracy"] for name, r in result["runs"].items()}
    assert test["small batches"] > test["Hessian-free"] > test["one batch"]
    assert ends["small batches"]["steps"] > 9000 > ends["one batch"]["steps"] == 60
    assert 12 <= ends["Hessian-free"]["steps"] <= 48 and ends["Hessian-free"]["products"] > 100
    assert ends["small batches"]["train"]["loss"] < ends["Hessian-free"]["train"]["loss"]
    assert ends["Hessian-free"]["train"]["loss"] < ends["one batch"]["train"]["loss"] / 3


def test_the_figures_are_drawn_from_the_result(result):
    assert "<svg" in hessian_free.fig_descent(result)._repr_svg_()
    assert "<svg" in hessian_free.fig_bowl()._repr_svg_()
    assert len(hessian_free.ends(result).rows) == 3


def test_a_few_steps_leave_what_the_whole_run_has_left(result):
    assert structure(leave(experiment)) == structure(result)
