"""Settings of all that PyTorch knows too, drawn so that sizes, strides and paddings differ between axes.

A setting is the arrays that a gradient is asked for, in order, and the options of the call. Its values are
small integers, so that nearly every right answer is exact in float64.
"""

from typing import NamedTuple

import numpy as np

MODES = "zeros", "reflect", "replicate", "circular"


class Setting(NamedTuple):
    """One question: inputs go by position, options by name."""

    inputs: dict
    options: dict
    rng: np.random.Generator


def draw(kind, number, axes=None):
    """Draw setting `number`: of 1, 2 and 3 spatial axes in turn, and every sixteenth time of no image."""
    rng = np.random.default_rng([number, *kind.encode()])
    images = 0 if number % 16 == 15 else int(rng.integers(1, 4))
    _, drawn, turns = KINDS[kind]
    inputs, options = drawn(rng, images, turns[number % len(turns)] if axes is None else axes)
    return Setting(inputs, options, rng)


def integers(rng, *shape):
    """Draw small integers: a gradient for an output, too."""
    return rng.integers(-4, 5, shape).astype(float)


def each(rng, least, most):
    """Draw an int for each axis, from the least to the most, which are lists."""
    return tuple(int(rng.integers(low, high + 1)) for low, high in zip(least, most, strict=True))


def chance(rng, *values):
    """Draw one of some values."""
    return values[rng.integers(len(values))]


def window(rng, axes, *, pooling=False, dilated=True):
    """Draw a kernel, its way over the grid, the grid's sizes: a pooling's windows see more than padding."""
    ones = [1] * axes
    kernel = each(rng, ones, [3 if axes < 3 else 2] * axes)
    stride = each(rng, ones, [chance(rng, 1, 3, 3)] * axes)
    dilation = each(rng, ones, [2 if dilated else 1] * axes)
    padding = each(rng, [0] * axes, [k // 2 if pooling else 2 for k in kernel])
    extents = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    least = extents if pooling else [max(1, e - 2 * p) for e, p in zip(extents, padding, strict=True)]
    spatial = each(rng, least, [n + (5, 4, 3, 1)[axes - 1] for n in least])
    return kernel, spatial, dict(stride=stride, padding=padding, dilation=dilation)


def places(spatial, kernel, *, stride, padding, dilation=None):
    """Count the places of the output, axis by axis."""
    dilation = dilation or [1] * len(spatial)
    ways = zip(spatial, kernel, stride, padding, dilation, strict=True)
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in ways)


def channels(rng):
    """Draw groups, and channels in and out: one time in four, one channel a group."""
    groups = chance(rng, 1, 1, 2, 3)
    few = chance(rng, False, False, False, True)
    per_group = 1 if few else int(rng.integers(1, 4))
    return (int(rng.integers(2, 5)) if few else groups), per_group, int(rng.integers(1, 3))


def conv(rng, images, axes):
    """A convolution with a shared bias; sometimes the padding is a word."""
    kernel, spatial, options = window(rng, axes)
    groups, c_in, c_out = channels(rng)
    word = chance(rng, None, None, None, None, "same", "valid")
    if word and all(
        n >= d * (k - 1) + 1 for n, k, d in zip(spatial, kernel, options["dilation"], strict=True)
    ):
        options.update(padding=word, stride=(1,) * axes)  # PyTorch's "same" knows no stride
    x, weight = integers(rng, images, groups * c_in, *spatial), integers(rng, groups * c_out, c_in, *kernel)
    inputs = dict(x=x, weight=weight, bias=integers(rng, groups * c_out))
    return inputs, dict(options, groups=groups)


def conv_with_tiled_bias(rng, images, axes):
    """A convolution whose bias is a tile of places, or untied."""
    kernel, spatial, options = window(rng, axes)
    out = places(spatial, kernel, **options)
    tile = out if chance(rng, True, False, False) else each(rng, [1] * axes, out)
    x, weight = integers(rng, images, 2, *spatial), integers(rng, 3, 2, *kernel)
    return dict(x=x, weight=weight, bias=integers(rng, 3, *tile)), options


def conv_transpose(rng, images, axes):
    """A transposed convolution; its output_padding may be more than its stride, if less than its dilation."""
    kernel, _, options = window(rng, axes)
    options["dilation"] = each(rng, [1] * axes, [3] * axes)
    strides, dilations, paddings = options["stride"], options["dilation"], options["padding"]
    extra = each(rng, [0] * axes, [max(s, d) - 1 for s, d in zip(strides, dilations, strict=True)])
    ways = zip(kernel, strides, dilations, paddings, extra, strict=True)
    least = [max(1, 1 - (d * (k - 1) - 2 * p + e) // s) for k, s, d, p, e in ways]
    spatial = each(rng, least, [n + (4, 3, 2, 1)[axes - 1] for n in least])
    groups, c_in, c_out = channels(rng)
    x, weight = integers(rng, images, groups * c_in, *spatial), integers(rng, groups * c_in, c_out, *kernel)
    inputs = dict(x=x, weight=weight, bias=integers(rng, groups * c_out))
    return inputs, dict(options, output_padding=extra, groups=groups)


def conv_matrix(rng, images, axes):
    """A convolution over cells that wrap around."""
    kernel = each(rng, [1] * axes, [3] * axes)
    spatial = each(rng, kernel, [k + 2 for k in kernel])
    padding = each(rng, [0] * axes, [k - 1 for k in kernel])
    options = dict(
        weight=integers(rng, 2, 3, *kernel), stride=each(rng, [1] * axes, [2] * axes), padding=padding
    )
    return dict(x=integers(rng, images, 3, *spatial)), options


def unfold(rng, images, axes):
    """Windows, with dilation and padding."""
    kernel, spatial, options = window(rng, axes)
    return dict(x=integers(rng, images, 2, *spatial)), dict(options, kernel_size=kernel)


def tiled(rng, images, axes, *, untied=False):
    """A tile of kernels, and a bias that is shared, tiled or untied."""
    kernel, spatial, options = window(rng, axes, dilated=False)
    del options["dilation"]
    out = places(spatial, kernel, **options)
    tile = out if untied else each(rng, [1] * axes, out)
    bias = chance(rng, (), out, each(rng, [1] * axes, out))
    x, weight = integers(rng, images, 2, *spatial), integers(rng, 3, *tile, 2, *kernel)
    return dict(x=x, weight=weight, bias=integers(rng, 3, *bias)), options


def local(rng, images, axes):
    """A kernel for every place."""
    return tiled(rng, images, axes, untied=True)


def ranks(rng, *shape):
    """Draw an array for a maximum: all entries differ, or so few values that most windows are tied."""
    x = rng.permutation(int(np.prod(shape))).reshape(shape)
    return (x % 4 if chance(rng, True, False) else x).astype(float)


def max_pool(rng, images, axes):
    """A max pooling: with ties, dilation, sizes rounded up."""
    kernel, spatial, options = window(rng, axes, pooling=True)
    return dict(x=ranks(rng, images, 2, *spatial)), dict(
        options, kernel_size=kernel, ceil_mode=chance(rng, True, False)
    )


def avg_pool(rng, images, axes):
    """An average pooling: PyTorch's has no dilation."""
    kernel, spatial, options = window(rng, axes, pooling=True, dilated=False)
    del options["dilation"]
    flags = dict(ceil_mode=chance(rng, True, False), count_include_pad=chance(rng, True, False))
    return dict(x=integers(rng, images, 2, *spatial)), dict(options, kernel_size=kernel, **flags)


def lp_pool(rng, images, axes):
    """An Lp pooling of positive entries, for PyTorch takes no abs, and without padding or rounding up."""
    kernel, spatial, options = window(rng, axes, pooling=True, dilated=False)
    p = chance(rng, 1, 2, 2, 3, 2.5)
    return dict(x=np.abs(integers(rng, images, 2, *spatial)) + 1), dict(
        kernel_size=kernel, stride=options["stride"], p=p
    )


def weighted_pool(rng, images, axes):
    """A weighted pooling."""
    kernel, spatial, options = window(rng, axes, pooling=True)
    return dict(x=integers(rng, images, 3, *spatial), weights=integers(rng, *kernel)), options


def adaptive_pool(rng, images, axes):
    """Bins: fewer than there are entries, as many, or more."""
    spatial = each(rng, [1] * axes, [(9, 7, 5, 3)[axes - 1]] * axes)
    return dict(x=ranks(rng, images, 2, *spatial)), dict(
        output_size=each(rng, [1] * axes, [n + 2 for n in spatial])
    )


def global_pool(rng, images, axes):
    """The whole map is one bin; no ties, of which PyTorch would share out the gradient."""
    shape = (images, 2, *each(rng, [1] * axes, [5] * axes))
    return dict(x=rng.permutation(int(np.prod(shape))).reshape(shape).astype(float)), {}


def max_unpool(rng, images, axes):
    """Entries that go to places of their own, anywhere: PyTorch lets the last of several have a cell."""
    out = each(rng, [1] * axes, [3] * axes)
    spatial = each(rng, [max(1, 2 * n - 1) for n in out], [2 * n + 1 for n in out])
    winners = [rng.permutation(int(np.prod(spatial)))[: int(np.prod(out))] for _ in range(2 * images)]
    winners = np.array(winners, np.int64).reshape(images, 2, *out)
    return dict(y=integers(rng, images, 2, *out)), dict(winners=winners, spatial=spatial)


def pad(rng, images, axes):
    """A rim, before and after, at most as wide as its mode allows."""
    mode = chance(rng, *MODES)
    spatial = each(rng, [1] * axes, [(7, 5, 4, 3)[axes - 1]] * axes)
    most = {"reflect": [n - 1 for n in spatial], "circular": spatial}.get(mode, [3] * axes)
    pairs = tuple(each(rng, [0, 0], [min(3, m)] * 2) for m in most)
    return dict(x=integers(rng, images, 2, *spatial)), dict(padding=pairs, mode=mode)


def batch_norm(rng, images, axes):
    """Images and rows, in training and after it."""
    train = bool(images) and chance(rng, True, False)
    shape = (images + train, 3, *each(rng, [2] * axes, [4] * axes))
    inputs = dict(x=integers(rng, *shape), gamma=rng.integers(1, 5, 3) / 2, beta=integers(rng, 3))
    seen = dict(mean=integers(rng, 3), variance=rng.integers(1, 9, 3) / 4)
    return inputs, dict(seen, train=train, momentum=chance(rng, 0.1, 0.25), eps=chance(rng, 1e-5, 0.25))


def softmax(rng, images, axes):
    """Scores that compete along any axis but the batch's."""
    shape = (images, *each(rng, [2] * (1 + axes), [4] * (1 + axes)))
    return dict(x=integers(rng, *shape)), dict(axis=chance(rng, *range(1, 2 + axes), -1))


def cross_entropy(rng, images, axes):
    """Rows and maps of labels, some of which are ignored; never all, for which PyTorch has no answer."""
    images, classes = images or 1, int(rng.integers(2, 6))
    scores = integers(rng, images, classes, *each(rng, [1] * axes, [4] * axes))
    labels = rng.integers(0, classes, (images, *scores.shape[2:]))
    ignored = chance(rng, None, -100, 255, 0)
    if ignored is not None:
        labels[rng.random(labels.shape) < 0.3] = ignored
        labels.flat[0] = 1
    return dict(scores=scores), dict(labels=labels, ignore_index=ignored)


IMAGES, ROWS_TOO = (1, 2, 3), (0, 1, 2, 3)
KINDS = {  # how many, how they are drawn, with how many spatial axes in turn
    "conv": (160, conv, IMAGES),
    "conv with tiled bias": (24, conv_with_tiled_bias, IMAGES),
    "conv_transpose": (80, conv_transpose, IMAGES),
    "conv_matrix": (12, conv_matrix, IMAGES),
    "unfold": (18, unfold, IMAGES),
    "tiled": (30, tiled, IMAGES),
    "local": (18, local, IMAGES),
    "max_pool": (72, max_pool, IMAGES),
    "avg_pool": (60, avg_pool, IMAGES),
    "lp_pool": (24, lp_pool, IMAGES),
    "weighted_pool": (18, weighted_pool, IMAGES),
    "adaptive_avg_pool": (18, adaptive_pool, IMAGES),
    "adaptive_max_pool": (18, adaptive_pool, IMAGES),
    "global_avg_pool": (9, global_pool, IMAGES),
    "global_max_pool": (9, global_pool, IMAGES),
    "max_unpool": (18, max_unpool, IMAGES),
    "pad": (48, pad, IMAGES),
    "batch_norm": (36, batch_norm, ROWS_TOO),
    "softmax": (20, softmax, ROWS_TOO),
    "cross_entropy": (24, cross_entropy, ROWS_TOO),
}
SETTINGS = [(kind, number) for kind, (numbers, *_) in KINDS.items() for number in range(numbers)]
