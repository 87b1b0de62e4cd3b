"""Record PyTorch's answers into fixtures/torch.npz, so that the tests can do without PyTorch.

python tests/record_torch.py
"""

from pathlib import Path

import numpy as np
import torch
from settings import CONV, POOL, draw, upstream

F = torch.nn.functional
CONVOLVE = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


def answers(kind, number):
    """Ask PyTorch for one setting: the inputs, the output, and the gradient of every input."""
    setting = draw(kind, number)
    inputs = {name: setting[name] for name in ("x", "weight", "bias") if name in setting}
    tensors = [torch.tensor(a, requires_grad=True) for a in inputs.values()]
    axes, options = setting["x"].ndim - 2, setting["options"]
    if kind == "conv":
        y = CONVOLVE[axes](*tensors, **options)
    elif kind == "max":
        y = MAX[axes](*tensors, setting["kernel_size"], **options)
    else:
        options = dict(options, count_include_pad=bool(number % 2))
        options.pop("dilation")
        y = AVERAGE[axes](*tensors, setting["kernel_size"], **options)
    dy = upstream(setting["rng"], y.detach().numpy())
    y.backward(torch.tensor(dy))
    gradients = {f"d{name}": t.grad.numpy() for name, t in zip(inputs, tensors, strict=True)}
    return inputs | {"dy": dy, "y": y.detach().numpy()} | gradients


def compact(a):
    """Keep whole numbers as int16: they compress to almost nothing."""
    whole = np.array_equal(a, np.round(a)) and np.all(np.abs(a) < 2**15)
    return a.astype(np.int16) if whole else a


if __name__ == "__main__":
    arrays = {"version": np.array(torch.__version__)}
    for kind, numbers in (("conv", CONV), ("max", POOL), ("average", POOL)):
        for number in range(numbers):
            for name, value in answers(kind, number).items():
                arrays[f"{kind}/{number}/{name}"] = compact(value)
    target = Path(__file__).parent / "fixtures" / "torch.npz"
    np.savez_compressed(target, **arrays)
    kilobytes = target.stat().st_size / 1000
    print(f"{target.name}: {len(arrays)} arrays, {kilobytes:.0f} kB, PyTorch {torch.__version__}")
