"""The checker takes functions of PyTorch and JAX, where these are installed, and imports neither."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from cnnlab.gradcheck import check_gradient

LIBRARIES = ("torch", "jax")
needs_torch, needs_jax = (
    pytest.mark.skipif(not importlib.util.find_spec(name), reason=f"{name} is not installed")
    for name in LIBRARIES
)


def arrays(*shapes):
    return [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes)]


def rng():
    return np.random.default_rng(1)


def test_neither_library_is_imported():
    code = "import cnnlab, numpy as np, sys; rng = np.random.default_rng(0); x = rng.normal(size=3); "
    code += "print(cnnlab.check_gradient(np.sin, lambda dy, x: dy * np.cos(x), [x], rng).ok, "
    code += f"any(name in sys.modules for name in {LIBRARIES} + ('matplotlib',)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["True", "False"]


def test_arrays_have_no_differentiation_of_their_own():
    with pytest.raises(ValueError, match="backward is None, but only functions of PyTorch or JAX"):
        check_gradient(np.sin, None, arrays((2, 3)), rng())


# PyTorch


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return torch


def convolution(torch, shift=lambda a: a, scale=1.0):
    def forward(x, weight, bias):
        assert {a.dtype for a in (x, weight, bias)} <= {torch.float64, torch.complex128}
        return torch.nn.functional.conv2d(x, weight, bias, padding=1)

    def backward(dy, x, weight, bias):
        dx = torch.nn.grad.conv2d_input(x.shape, weight, dy, padding=1)
        dweight = torch.nn.grad.conv2d_weight(x, weight.shape, dy, padding=1)
        return dx, shift(dweight), scale * dy.sum(dim=(0, 2, 3))

    return forward, backward, [torch.tensor(a) for a in arrays((2, 3, 7, 6), (4, 3, 3, 2), (4,))]


@needs_torch
def test_a_pair_of_functions_of_tensors(torch):
    forward, backward, inputs = convolution(torch)
    before = [a.clone() for a in inputs]
    report = check_gradient(forward, backward, inputs, rng())
    assert report.ok, report
    assert all(torch.equal(a, b) for a, b in zip(inputs, before, strict=True))
    report = check_gradient(*convolution(torch, lambda a: a.flip(2, 3), scale=1 / 98), rng())
    assert report.patterns == {"dx": "", "dweight": "flip", "dbias": "scale"}
    assert "98 = 2 * 7 * 7 are the lengths of axes 0 (images), 2 and 3 of y" in report.diagnosis


@needs_torch
def test_without_a_backward_autograd_is_checked(torch):
    forward, _, inputs = convolution(torch)
    assert check_gradient(forward, None, inputs, rng()).ok
    inputs = [inputs[0].float().requires_grad_()]
    assert check_gradient(lambda x: torch.tanh(x) * torch.relu(x), None, inputs, rng()).ok
    assert inputs[0].grad is None
    assert not check_gradient(lambda x: x * x.detach(), None, inputs, rng()).ok


@needs_torch
def test_tensors_that_a_function_changes(torch):
    def backward(dy, x):
        dy *= 2
        return dy / 2 * torch.cos(x)

    report = check_gradient(torch.sin, backward, [torch.tensor(arrays((2, 3))[0])], rng())
    assert report.patterns == {"dx": "", "dy": "mutation"}


@needs_torch
def test_kinks_of_functions_of_tensors(torch):
    x = torch.tensor(arrays((2, 3, 8, 8))[0])
    x[0, 0, 0, :2] = torch.tensor([5, 5 + 1e-6])
    report = check_gradient(lambda x: torch.nn.functional.max_pool2d(x, 2), None, [x], rng())
    assert (report.ok, report.method) == (True, "central differences")
    assert report.redrawn > 0


# JAX


@needs_jax
def test_functions_of_jax():
    import jax
    import jax.numpy as jnp

    x = jnp.asarray(arrays((3, 4))[0])
    seen = set()

    def forward(x):
        seen.add(str(x.dtype))
        return jnp.tanh(x) ** 2

    def backward(dy, x):
        return dy * 2 * jnp.tanh(x) * (1 - jnp.tanh(x) ** 2)

    report = check_gradient(forward, backward, [x], rng())
    assert (report.ok, report.method) == (True, "complex step")
    assert seen == {"float64", "complex128"}
    assert check_gradient(forward, None, [x], rng()).ok
    assert check_gradient(jax.nn.relu, None, [x], rng()).ok
    report = check_gradient(forward, lambda dy, x: backward(dy, x) / 3, [x], rng())
    assert report.patterns == {"dx": "scale"}
    assert jnp.asarray(1.0).dtype == jnp.float32  # the setting is as it was
