"""Settings of convolution and pooling, drawn so that sizes, strides and paddings all differ between axes."""

import numpy as np

CONV, POOL = 120, 60


def draw(kind, number):
    """Draw setting `number`: small integers as values, so that every right answer is exact in float64."""
    rng = np.random.default_rng([number, len(kind)])
    axes = 1 + number % 3
    kernel = tuple(int(k) for k in rng.integers(1, 4 if axes < 3 else 3, axes))
    stride = tuple(int(s) for s in rng.integers(1, 4, axes))
    dilation = tuple(int(d) for d in rng.integers(1, 3, axes))
    most = [2] * axes if kind == "conv" else [k // 2 for k in kernel]
    padding = tuple(int(rng.integers(0, m + 1)) for m in most)
    extents = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    least = [max(1, e - 2 * p) if kind == "conv" else e for e, p in zip(extents, padding, strict=True)]
    spatial = tuple(int(rng.integers(n, n + 6)) for n in least)
    options = dict(stride=stride, padding=padding, dilation=dilation)
    n = int(rng.integers(1, 4))
    if kind != "conv":
        channels = int(rng.integers(1, 4))
        x = rng.permutation(n * channels * int(np.prod(spatial))).reshape(n, channels, *spatial).astype(float)
        return dict(x=x, kernel_size=kernel, options=options, rng=rng)
    groups = int(rng.choice([1, 1, 2, 3]))
    c_in, c_out = groups * int(rng.integers(1, 4)), groups * int(rng.integers(1, 3))
    x = rng.integers(-4, 5, (n, c_in, *spatial)).astype(float)
    weight = rng.integers(-4, 5, (c_out, c_in // groups, *kernel)).astype(float)
    bias = rng.integers(-4, 5, c_out).astype(float)
    return dict(x=x, weight=weight, bias=bias, options=options | dict(groups=groups), rng=rng)


def upstream(rng, y):
    """Draw a gradient for an output: integers again, and never all alike."""
    return rng.integers(-4, 5, np.shape(y)).astype(float)
