"""What PyTorch computes too, cnnlab computes alike: recorded answers, live ones where it is installed."""

import importlib.util
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from settings import KINDS, MODES, SETTINGS, draw, integers

from cnnlab import blocks, conv
from cnnlab.activations import softmax_backward, softmax_forward
from cnnlab.adaptive_pool import (
    adaptive_avg_pool_backward,
    adaptive_avg_pool_forward,
    adaptive_max_pool_backward,
    adaptive_max_pool_forward,
    global_avg_pool_backward,
    global_avg_pool_forward,
    global_max_pool_backward,
    global_max_pool_forward,
)
from cnnlab.bias import bias_backward
from cnnlab.conv import conv_backward, conv_forward
from cnnlab.conv_transpose import conv_transpose_backward, conv_transpose_forward
from cnnlab.geometry import output_size
from cnnlab.local import local_backward, local_forward, tiled_backward, tiled_forward
from cnnlab.losses import softmax_cross_entropy
from cnnlab.lp_pool import lp_pool_backward, lp_pool_forward
from cnnlab.matrix import conv_matrix
from cnnlab.norm import batchnorm_backward, batchnorm_forward
from cnnlab.padding import pad_backward, pad_forward
from cnnlab.pool import avg_pool_backward, avg_pool_forward, max_pool_backward, max_pool_forward
from cnnlab.unpool import max_pool_winners, max_unpool, max_unpool_backward
from cnnlab.weighted_pool import weighted_pool_backward, weighted_pool_forward
from cnnlab.windows import fold, unfold

FIXTURE = Path(__file__).parent / "fixtures" / "torch.npz"
RECORDED = np.load(FIXTURE)
CLOSE = {np.float64: 1e-12, np.float32: 1e-5}  # of the answer's scale


def without_bias(backward):
    """A convolution's way back does not need the bias."""
    return lambda dy, x, weight, bias, **options: backward(dy, x, weight, **options)


def with_its_shape(backward):
    """A tiled layer's way back needs the shape of the bias."""
    return lambda dy, x, weight, bias, **options: backward(dy, x, weight, bias_shape=bias.shape, **options)


def conv_with_tiled_bias_backward(dy, x, weight, bias, **options):
    """A tile of biases has a way back of its own."""
    dx, dweight, _ = conv_backward(dy, x, weight, **options)
    return dx, dweight, bias_backward(dy, bias.shape)


def conv_matrix_forward(x, weight, **options):
    """Multiply by the matrix of a convolution whose cells wrap around."""
    out = output_size(x.shape[2:], weight.shape[2:], **options)
    matrix = conv_matrix(weight, x.shape[2:], boundary="circular", **options)
    return (matrix @ x.reshape(len(x), matrix.shape[1]).T).T.reshape(len(x), len(weight), *out)


def conv_matrix_backward(dy, x, weight, **options):
    """Multiply by its transpose."""
    matrix = conv_matrix(weight, x.shape[2:], boundary="circular", **options)
    return (matrix.T @ dy.reshape(len(dy), matrix.shape[0]).T).T.reshape(x.shape)


def max_pool(x, **options):
    """The largest entries, and where they were."""
    return dict(y=max_pool_forward(x, **options), winners=max_pool_winners(x, **options))


def batch_norm_forward(x, gamma, beta, *, mean, variance, **options):
    """Normalised images, and the running statistics."""
    y, (mean, variance) = batchnorm_forward(x, gamma, beta, (mean, variance), **options)
    return dict(y=y, mean=mean, variance=variance)


def batch_norm_backward(dy, x, gamma, beta, *, mean, variance, momentum, **options):
    """What the loss owes to neither beta nor momentum."""
    return batchnorm_backward(dy, x, gamma, (mean, variance), **options)


OURS = {  # forward(*inputs, **options), backward(dy, *inputs, **options)
    "conv": (conv_forward, without_bias(conv_backward)),
    "conv with tiled bias": (conv_forward, conv_with_tiled_bias_backward),
    "conv_transpose": (conv_transpose_forward, without_bias(conv_transpose_backward)),
    "conv_matrix": (conv_matrix_forward, conv_matrix_backward),
    "unfold": (unfold, lambda dy, x, kernel_size, **options: fold(dy, x.shape[2:], **options)),
    "tiled": (tiled_forward, with_its_shape(tiled_backward)),
    "local": (local_forward, with_its_shape(local_backward)),
    "max_pool": (max_pool, max_pool_backward),
    "avg_pool": (avg_pool_forward, avg_pool_backward),
    "lp_pool": (lp_pool_forward, lp_pool_backward),
    "weighted_pool": (weighted_pool_forward, weighted_pool_backward),
    "adaptive_avg_pool": (
        adaptive_avg_pool_forward,
        lambda dy, x, output_size: adaptive_avg_pool_backward(dy, x),
    ),
    "adaptive_max_pool": (
        adaptive_max_pool_forward,
        lambda dy, x, output_size: adaptive_max_pool_backward(dy, x),
    ),
    "global_avg_pool": (global_avg_pool_forward, global_avg_pool_backward),
    "global_max_pool": (global_max_pool_forward, global_max_pool_backward),
    "max_unpool": (max_unpool, lambda dy, y, winners, spatial: max_unpool_backward(dy, winners)),
    "pad": (pad_forward, lambda dy, x, **options: pad_backward(dy, **options)),
    "batch_norm": (batch_norm_forward, batch_norm_backward),
    "softmax": (softmax_forward, softmax_backward),
    "cross_entropy": (
        lambda scores, **options: softmax_cross_entropy(scores, **options)[0],
        lambda dy, scores, **options: dy * softmax_cross_entropy(scores, **options)[1],
    ),
}


def ours(kind, number, dtype):
    """Compute what tests/record_torch.py recorded, with cnnlab."""
    setting = draw(kind, number)
    inputs = {name: a.astype(dtype) for name, a in setting.inputs.items()}
    options = {name: floats(value, dtype) for name, value in setting.options.items()}
    forward, backward = OURS[kind]
    y = forward(*inputs.values(), **options)
    results = y if isinstance(y, dict) else {"y": y}
    dy = integers(setting.rng, *results["y"].shape).astype(dtype)
    gradients = backward(dy, *inputs.values(), **options)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    named = {f"d{name}": gradient for name, gradient in zip(inputs, gradients, strict=True)}
    return inputs | {"dy": dy} | results | named


def floats(value, dtype):
    """Let an array of floats among the options have the dtype of the question."""
    return value.astype(dtype) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


def agree(results, kind, number, dtype):
    """Hold that results are PyTorch's, in the dtype of the question."""
    for name, value in results.items():
        recorded = RECORDED[f"{kind}/{number}/{name}"]
        assert value.dtype == (np.int64 if name == "winners" else dtype), name
        assert value.shape == recorded.shape, name
        scale = np.abs(recorded).max(initial=1)
        assert scale < np.inf
        np.testing.assert_allclose(value, recorded, rtol=0, atol=scale * CLOSE[dtype], err_msg=name)


@pytest.mark.parametrize(("kind", "number"), SETTINGS)
@pytest.mark.parametrize("dtype", CLOSE)
def test_equals_what_pytorch_gave(kind, number, dtype):
    agree(ours(kind, number, dtype), kind, number, dtype)


@pytest.mark.parametrize(("kind", "number"), [(k, n) for k, n in SETTINGS if k.startswith("conv")])
@pytest.mark.parametrize("cache", [1, 2000])
def test_equals_it_in_the_blocks_of_large_images_too(kind, number, cache, monkeypatch):
    """Rows share matrices where they are long: here every row is, and few fit into the cache."""
    for module in (conv, blocks):
        monkeypatch.setattr(module, "COLUMNS", 1)
    monkeypatch.setattr(blocks, "CACHE", cache)
    agree(ours(kind, number, np.float64), kind, number, np.float64)


def test_the_fixture_holds_every_setting_and_says_its_version():
    assert str(RECORDED["version"]).startswith("2.")
    assert {tuple(key.split("/")[:2]) for key in RECORDED.files if "/" in key} == {
        (kind, str(number)) for kind, number in SETTINGS
    }
    assert FIXTURE.stat().st_size < 3e6


def sorts(kind, number):
    """Name what is special about a setting."""
    inputs, options, _ = draw(kind, number)
    x, groups = next(iter(inputs.values())), options.get("groups", 1)
    yield f"{x.ndim} axes"
    yield from (f"{name} {value}" for name, value in options.items() if isinstance(value, (bool, str)))
    if not len(x):
        yield "no image"
    if groups > 1:
        yield "depthwise" if groups == x.shape[1] else "groups"
    if max(options.get("dilation", (1,))) > 1:
        yield "dilation"
    if kind == "conv" and not isinstance(options["padding"], str):
        ways = (options[name] for name in ("stride", "padding", "dilation"))
        ways = zip(x.shape[2:], inputs["weight"].shape[2:], *ways, strict=True)
        if any((n + 2 * p - d * (k - 1) - 1) % s for n, k, s, p, d in ways):
            yield "stride that does not divide"
    if kind == "conv_transpose" and np.any(np.array(options["output_padding"]) >= options["stride"]):
        yield "output_padding >= stride"


SORTS = {  # beside three numbers of axes
    "conv": [
        "padding same",
        "padding valid",
        "no image",
        "depthwise",
        "groups",
        "dilation",
        "stride that does not divide",
    ],
    "conv_transpose": ["no image", "depthwise", "groups", "dilation", "output_padding >= stride"],
    "max_pool": ["no image", "ceil_mode True", "ceil_mode False", "dilation"],
    "avg_pool": ["ceil_mode True", "ceil_mode False", "count_include_pad True", "count_include_pad False"],
    "pad": [f"mode {mode}" for mode in MODES],
    "batch_norm": ["train True", "train False"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_settings_are_of_every_sort(kind):
    drawn = Counter(sort for number in range(KINDS[kind][0]) for sort in sorts(kind, number))
    assert sum(sort.endswith("axes") for sort in drawn) == len(KINDS[kind][2])
    for sort in SORTS.get(kind, []):
        assert drawn[sort] >= 4, sort


def test_the_settings_are_many():
    assert len(SETTINGS) >= 400
    assert KINDS["conv"][0] >= 150
    assert OURS.keys() == KINDS.keys()


@pytest.mark.skipif(
    not importlib.util.find_spec("torch"), reason="PyTorch is not installed: recorded answers serve"
)
@pytest.mark.parametrize(("kind", "number"), [(k, n) for k, n in SETTINGS if n < 3 or n % 7 == 0])
def test_the_recording_is_what_pytorch_gives_now(kind, number):
    import record_torch

    for name, value in record_torch.answers(kind, number).items():
        np.testing.assert_allclose(value, RECORDED[f"{kind}/{number}/{name}"], rtol=1e-12, atol=1e-12)
