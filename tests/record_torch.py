"""Record PyTorch's answers into fixtures/torch.npz, so that the tests can do without PyTorch.

python tests/record_torch.py
"""

import string
from pathlib import Path

import numpy as np
import torch
from settings import SETTINGS, draw, integers

F = torch.nn.functional
TARGET = Path(__file__).parent / "fixtures" / "torch.npz"


def answers(kind, number):
    """Ask PyTorch for one setting: the inputs, the output and what comes with it, every input's gradient."""
    inputs, options, rng = draw(kind, number)
    tensors = [torch.tensor(a, requires_grad=True) for a in inputs.values()]
    options = {n: torch.tensor(v) if isinstance(v, np.ndarray) else v for n, v in options.items()}
    y = ASK[kind](*tensors, **options)
    results = {name: t.detach().numpy() for name, t in (y if isinstance(y, dict) else {"y": y}).items()}
    y = y["y"] if isinstance(y, dict) else y
    dy = integers(rng, *y.shape)
    y.backward(torch.tensor(dy))
    gradients = {f"d{name}": t.grad.numpy() for name, t in zip(inputs, tensors, strict=True)}
    return inputs | {"dy": dy} | results | gradients


def nd(name):
    """PyTorch's function for as many axes as its first argument has."""
    return lambda x, *others, **options: getattr(F, f"{name}{x.dim() - 2}d")(x, *others, **options)


def conv_with_tiled_bias(x, weight, bias, **options):
    """A convolution, and then the bias, repeated."""
    y = nd("conv")(x, weight, **options)
    return y + repeat(bias, y.shape[2:])


def conv_matrix(x, weight, *, stride, padding):
    """A convolution of cells that wrap around."""
    return nd("conv")(surround(x, [(p, p) for p in padding], mode="circular"), weight, stride=stride)


def repeat(tile, out):
    """Let place j have entry j % t of a tile, axis by axis; a tile without axes is shared."""
    if tile.dim() == 1:
        return tile.reshape(-1, *[1] * len(out))
    for axis, n in enumerate(out, start=1):
        tile = tile.index_select(axis, torch.arange(n) % tile.shape[axis])
    return tile


def surround(x, pairs, mode="constant"):
    """Pad; PyTorch names the last axis first."""
    return F.pad(x, [cells for pair in reversed(pairs) for cells in pair], mode=mode)


def windows_of(x, kernel_size, *, stride, padding, dilation):
    """Lay every window out: (N, C, *out, *kernel)."""
    x = surround(x, [(p, p) for p in padding])
    for axis, (k, s, d) in enumerate(zip(kernel_size, stride, dilation, strict=True), start=2):
        x = x.unfold(axis, d * (k - 1) + 1, s)
    return x[(..., *(slice(None, None, d) for d in dilation))]


def unfold(x, **options):
    """Lay every window out, taps before places."""
    axes, windows = x.dim() - 2, windows_of(x, **options)
    return windows.movedim(tuple(range(2, 2 + axes)), tuple(range(2 + axes, 2 + 2 * axes)))


def tiled(x, weight, bias, *, stride, padding):
    """Multiply every window by the kernel whose turn it is, and sum."""
    axes = x.dim() - 2
    windows = windows_of(x, weight.shape[-axes:], stride=stride, padding=padding, dilation=[1] * axes)
    out = windows.shape[2 : 2 + axes]
    o, k = string.ascii_uppercase[:axes], string.ascii_uppercase[-axes:]
    y = torch.einsum(f"nc{o}{k},f{o}c{k}->nf{o}", windows, repeat(weight, out))
    return y + repeat(bias, out)


def weighted_pool(x, weights, **options):
    """A depthwise convolution with the same kernel everywhere."""
    kernel = weights.expand(x.shape[1], 1, *weights.shape)
    return nd("conv")(x, kernel, groups=x.shape[1], **options)


def max_pool(x, **options):
    """The largest entries, and where they were."""
    return dict(zip(("y", "winners"), nd("max_pool")(x, **options, return_indices=True), strict=True))


def lp_pool(x, *, p, kernel_size, stride):
    """The length of every window; in one dimension PyTorch wants a plain int for the kernel."""
    return nd("lp_pool")(x, p, kernel_size if x.dim() > 3 else kernel_size[0], stride)


def pad(x, padding, mode):
    """A rim of each mode."""
    return surround(x, padding, mode={"zeros": "constant"}.get(mode, mode))


def batch_norm(x, gamma, beta, *, mean, variance, train, momentum, eps):
    """Normalised images, and the running statistics, which PyTorch writes into its arguments."""
    y = F.batch_norm(x, mean, variance, gamma, beta, training=train, momentum=momentum, eps=eps)
    return dict(y=y, mean=mean, variance=variance)


ASK = {
    "conv": nd("conv"),
    "conv with tiled bias": conv_with_tiled_bias,
    "conv_transpose": nd("conv_transpose"),
    "conv_matrix": conv_matrix,
    "unfold": unfold,
    "tiled": tiled,
    "local": tiled,
    "max_pool": max_pool,
    "avg_pool": nd("avg_pool"),
    "lp_pool": lp_pool,
    "weighted_pool": weighted_pool,
    "adaptive_avg_pool": nd("adaptive_avg_pool"),
    "adaptive_max_pool": nd("adaptive_max_pool"),
    "global_avg_pool": lambda x: x.flatten(2).mean(dim=2),
    "global_max_pool": lambda x: x.flatten(2).amax(dim=2),
    "max_unpool": lambda y, *, winners, spatial: nd("max_unpool")(
        y, winners, kernel_size=2, stride=2, output_size=spatial
    ),
    "pad": pad,
    "batch_norm": batch_norm,
    "softmax": lambda x, *, axis: x.softmax(dim=axis),
    "cross_entropy": lambda scores, *, labels, ignore_index: F.cross_entropy(
        scores, labels, ignore_index=-1 if ignore_index is None else ignore_index
    ),
}


def compact(a):
    """Keep whole numbers as int16: they compress to almost nothing."""
    whole = np.array_equal(a, np.round(a)) and np.all(np.abs(a) < 2**15)
    return a.astype(np.int16) if whole else a


if __name__ == "__main__":
    arrays = {"version": np.array(torch.__version__)}
    for kind, number in SETTINGS:
        for name, value in answers(kind, number).items():
            arrays[f"{kind}/{number}/{name}"] = compact(value)
    np.savez_compressed(TARGET, **arrays)
    kilobytes = TARGET.stat().st_size / 1000
    print(f"{TARGET.name}: {len(SETTINGS)} settings, {kilobytes:.0f} kB, PyTorch {torch.__version__}")
