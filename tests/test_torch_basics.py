"""What is not a window gives PyTorch's answers: recorded ones, and live ones where it is installed."""

import importlib.util

import numpy as np
import pytest
from record_torch_basics import ACTIVATIONS, LOSSES, RULES, TARGET, record

import cnnlab

RECORDED = dict(np.load(TARGET))
CLOSE = {np.float64: {"rtol": 1e-12, "atol": 1e-13}, np.float32: {"rtol": 2e-5, "atol": 2e-6}}


def recorded(question, dtype):
    """Read one question's arrays, floats in the dtype that is to be tested."""
    arrays = {name.split("/")[1]: a for name, a in RECORDED.items() if name.split("/")[0] == question}
    return {name: a.astype(dtype) if a.dtype.kind == "f" else a for name, a in arrays.items()}


def agree(ours, theirs):
    """Hold that an answer is PyTorch's, in the dtype of the question."""
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, **CLOSE[theirs.dtype.type])


@pytest.mark.parametrize("dtype", CLOSE)
def test_dense(dtype):
    a = recorded("dense", dtype)
    agree(cnnlab.dense_forward(a["x"], a["weight"], a["bias"]), a["y"])
    for ours, name in zip(
        cnnlab.dense_backward(a["dy"], a["x"], a["weight"]), ("x", "weight", "bias"), strict=True
    ):
        agree(ours, a[f"d{name}"])


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("question", ACTIVATIONS)
def test_activations(question, dtype):
    a, name, options = recorded(f"activation {question}", dtype), question.split()[0], ACTIVATIONS[question]
    agree(getattr(cnnlab, f"{name}_forward")(a["x"], **options), a["y"])
    agree(getattr(cnnlab, f"{name}_backward")(a["dy"], a["x"], **options), a["dx"])


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("question", LOSSES)
def test_softmax_cross_entropy(question, dtype):
    a, ignored = recorded(f"loss {question}", dtype), LOSSES[question][1]
    loss, dscores = cnnlab.softmax_cross_entropy(a["scores"], a["labels"], ignore_index=ignored)
    agree(loss, a["loss"])
    agree(dscores, a["dscores"])


@pytest.mark.parametrize("dtype", CLOSE)
def test_mse(dtype):
    a = recorded("squared_error", dtype)
    loss, dprediction = cnnlab.mse(a["prediction"], a["target"])
    agree(loss, a["loss"])
    agree(dprediction, a["dprediction"])


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("rule", RULES)
def test_optimisers(rule, told, dtype):
    a = recorded(f"steps {rule}{' told' if told else ''}", dtype)
    parameter, state = a["start"], None
    for gradient, after in zip(a["gradients"], a["path"], strict=True):
        parameter, state = getattr(cnnlab, rule)(parameter, gradient, state, **(RULES[rule] if told else {}))
        agree(parameter, after)


@pytest.mark.skipif(
    not importlib.util.find_spec("torch"), reason="PyTorch is not installed: recorded answers serve"
)
def test_the_recording_is_what_pytorch_gives_now():
    live = record()
    assert live.keys() == RECORDED.keys()
    for name in live.keys() - {"version"}:
        np.testing.assert_allclose(live[name], RECORDED[name], rtol=1e-12, atol=1e-14, err_msg=name)


def test_the_recording_says_its_version():
    assert str(RECORDED["version"]).startswith("2.")
