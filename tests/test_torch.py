"""Convolution and pooling give PyTorch's answers: recorded ones, and live ones where it is installed."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from settings import CONV, POOL, draw, upstream

import cnnlab

RECORDED = np.load(Path(__file__).parent / "fixtures" / "torch.npz")
SETTINGS = [("conv", n) for n in range(CONV)] + [(k, n) for k in ("max", "average") for n in range(POOL)]


def ours(kind, number, dtype):
    """Compute what tests/record_torch.py recorded, with cnnlab."""
    setting = draw(kind, number)
    x, options = setting["x"].astype(dtype), setting["options"]
    if kind == "conv":
        weight, bias = setting["weight"].astype(dtype), setting["bias"].astype(dtype)
        y = cnnlab.conv_forward(x, weight, bias, **options)
        dy = upstream(setting["rng"], y).astype(dtype)
        dx, dweight, dbias = cnnlab.conv_backward(dy, x, weight, **options)
        return dict(x=x, weight=weight, bias=bias, dy=dy, y=y, dx=dx, dweight=dweight, dbias=dbias)
    if kind == "average":
        options = dict(options, count_include_pad=bool(number % 2), dilation=1)
    name = {"max": "max_pool", "average": "avg_pool"}[kind]
    y = getattr(cnnlab, f"{name}_forward")(x, setting["kernel_size"], **options)
    dy = upstream(setting["rng"], y).astype(dtype)
    dx = getattr(cnnlab, f"{name}_backward")(dy, x, setting["kernel_size"], **options)
    return dict(x=x, dy=dy, y=y, dx=dx)


@pytest.mark.parametrize(("kind", "number"), SETTINGS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_equals_what_pytorch_gave(kind, number, dtype):
    for name, value in ours(kind, number, dtype).items():
        recorded = RECORDED[f"{kind}/{number}/{name}"]
        assert value.dtype == dtype
        assert value.shape == recorded.shape
        scale = max(1, np.abs(recorded).max())
        np.testing.assert_allclose(
            value, recorded, rtol=0, atol=scale * (1e-12 if dtype == np.float64 else 1e-5)
        )


def test_the_fixture_holds_every_setting_and_says_its_version():
    assert str(RECORDED["version"]).startswith("2.")
    assert {tuple(key.split("/")[:2]) for key in RECORDED.files if "/" in key} == {
        (k, str(n)) for k, n in SETTINGS
    }


@pytest.mark.skipif(
    not importlib.util.find_spec("torch"), reason="PyTorch is not installed: recorded answers serve"
)
@pytest.mark.parametrize(("kind", "number"), SETTINGS[::7])
def test_the_recording_is_what_pytorch_gives_now(kind, number):
    import record_torch

    for name, value in record_torch.answers(kind, number).items():
        np.testing.assert_allclose(value, RECORDED[f"{kind}/{number}/{name}"], rtol=1e-12, atol=1e-12)
