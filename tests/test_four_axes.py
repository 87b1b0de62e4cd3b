"""Four spatial axes, for which PyTorch has no functions: drawn settings against the loops, both ways.

The loops go forward alone. A complex step through them is the slope along a direction, and a gradient's
product with that direction must be equal to it.
"""

import numpy as np
import pytest
from settings import KINDS, draw, integers
from test_adaptive_pool import bins_of
from test_conv_transpose import stamped
from test_local import looped
from test_padding import origin
from test_pool import windows_of
from test_torch import OURS

from cnnlab import naive

BY_ITS_DEFINITION = {"batch_norm"}  # in test_norm.py: places have no order there


def conv_with_tiled_bias(x, weight, bias, **options):
    """Add to each place the bias whose turn it is."""
    y = naive.conv_forward(x, weight, **options) + 0 * bias.flat[0]
    for place in np.ndindex(*y.shape[2:]):
        turn = (j % t for j, t in zip(place, bias.shape[1:], strict=True))
        y[(..., *place)] += bias[(slice(None), *turn)]
    return y


def tiled(x, weight, bias, **options):
    """The loops of test_local.py, whose dtype is that of x and weight."""
    return looped(x + 0 * bias.flat[0], weight, bias, **options)


def conv_matrix(x, weight, *, stride, padding):
    """Let the cells wrap around before the windows look."""
    rim = [(p, p) for p in padding]
    return naive.conv_forward(np.pad(x, [(0, 0), (0, 0), *rim], mode="wrap"), weight, stride=stride)


def unfold(x, kernel_size, **options):
    """Let each tap be a filter of its own: one where the tap is, zero elsewhere."""
    taps = np.eye(int(np.prod(kernel_size))).reshape(-1, 1, *kernel_size)
    channels = [naive.conv_forward(x[:, c : c + 1], taps, **options) for c in range(x.shape[1])]
    y = np.stack(channels, axis=1)  # (N, C, taps, *out)
    return y.reshape(*y.shape[:2], *kernel_size, *y.shape[3:])


def reduced(visits, reduce):
    """Reduce the list of values at each place that is visited to one number, or to several by name."""
    results = {place: reduce(values) for place, values in visits}
    y = np.array(list(results.values()))
    return y.reshape([1 + max(axis) for axis in zip(*results, strict=True)])


def largest(values):
    """The first of those that are largest by their real parts."""
    return max(values, key=lambda value: np.real(value))


def pooling(reduce, fill=0):
    """Reduce every window."""

    def pool(x, kernel_size, **options):
        cells = windows_of(x, kernel_size, fill=fill, **options)
        return reduced(((place, [value for _, value in some]) for place, some in cells), reduce)

    return pool


def max_pool(x, kernel_size, **options):
    """The largest entries, and where they are."""

    def winner(cells):
        inside = [(value, where) for where, value in cells if where]
        best = largest([value for value, _ in inside])
        where = next(where for value, where in inside if value == best)
        return np.ravel_multi_index(where[2:], x.shape[2:])

    y = pooling(largest, fill=-np.inf)(x, kernel_size, **options)
    return dict(y=y, winners=reduced(windows_of(x, kernel_size, **options), winner))


def avg_pool(x, kernel_size, *, count_include_pad, **options):
    """The mean of every window's cells, or of those inside."""

    def mean(cells):
        values = [value for where, value in cells if where or count_include_pad]
        return sum(values) / len(values)

    return reduced(windows_of(x, kernel_size, **options), mean)


def lp_pool(x, kernel_size, *, p, **options):
    """The length of every window, of entries above zero."""
    return pooling(lambda values: sum(value**p for value in values) ** (1 / p))(x, kernel_size, **options)


def weighted_pool(x, weights, **options):
    """Each entry times the weight of its tap."""
    return pooling(lambda values: np.dot(weights.ravel(), values))(x, weights.shape, **options)


def adaptive(reduce):
    """Reduce every bin."""
    return lambda x, output_size: reduced(
        ((place, [x[cell] for cell in cells]) for place, cells in bins_of(x, output_size)), reduce
    )


def max_unpool(y, winners, spatial):
    """Carry every entry to its cell."""
    x = np.zeros((*y.shape[:2], *spatial), y.dtype)
    for place in np.ndindex(*y.shape):
        x[(*place[:2], *np.unravel_index(winners[place], spatial))] = y[place]
    return x


def pad(x, padding, mode):
    """Walk from every cell of the rim to the one that it copies."""
    y = np.zeros(
        (*x.shape[:2], *(n + sum(pair) for n, pair in zip(x.shape[2:], padding, strict=True))), x.dtype
    )
    for place in np.ndindex(*y.shape[2:]):
        ways = zip(place, x.shape[2:], padding, strict=True)
        cell = [origin(i - before, n, mode) for i, n, (before, _) in ways]
        if None not in cell:
            y[(..., *place)] = x[(..., *cell)]
    return y


def softmax(x, axis):
    """One line of scores after the other."""
    return np.apply_along_axis(lambda scores: np.exp(scores) / np.exp(scores).sum(), axis, x)


def cross_entropy(scores, labels, ignore_index):
    """One position after the other."""
    losses = [
        np.log(np.exp(scores[image, :, *place]).sum()) - scores[image, label, *place]
        for (image, *place), label in np.ndenumerate(labels)
        if label != ignore_index
    ]
    return sum(losses) / len(losses)


LOOPS = {
    "conv": naive.conv_forward,
    "conv with tiled bias": conv_with_tiled_bias,
    "conv_transpose": stamped,
    "conv_matrix": conv_matrix,
    "unfold": unfold,
    "tiled": tiled,
    "local": tiled,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "lp_pool": lp_pool,
    "weighted_pool": weighted_pool,
    "adaptive_avg_pool": adaptive(lambda values: sum(values) / len(values)),
    "adaptive_max_pool": adaptive(largest),
    "global_avg_pool": lambda x: np.array([[sum(c.flat) / c.size for c in image] for image in x]),
    "global_max_pool": lambda x: np.array([[largest(c.flat) for c in image] for image in x]),
    "max_unpool": max_unpool,
    "pad": pad,
    "softmax": softmax,
    "cross_entropy": cross_entropy,
}


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("kind", LOOPS)
def test_equals_the_loops_both_ways(kind, number):
    inputs, options, rng = draw(kind, number, axes=4)
    forward, backward = OURS[kind]
    ours, theirs = (f(*inputs.values(), **options) for f in (forward, LOOPS[kind]))
    ours, theirs = (y if isinstance(y, dict) else {"y": y} for y in (ours, theirs))
    for name, value in ours.items():
        assert value.shape == theirs[name].shape
        np.testing.assert_allclose(value, theirs[name], rtol=0, atol=1e-12 * np.abs(theirs[name]).max())
    dy = integers(rng, *ours["y"].shape)
    gradients = backward(dy, *inputs.values(), **options)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    for (name, a), gradient in zip(inputs.items(), gradients, strict=True):
        direction = rng.normal(size=a.shape)
        stepped = LOOPS[kind](*(inputs | {name: a + 1e-30j * direction}).values(), **options)
        stepped = stepped["y"] if isinstance(stepped, dict) else stepped
        slope, scale = np.sum(dy * stepped).imag / 1e-30, 1 + np.abs(gradient * direction).sum()
        assert np.sum(gradient * direction) == pytest.approx(slope, abs=1e-12 * scale), name


def test_every_kind_has_its_loops():
    assert LOOPS.keys() | BY_ITS_DEFINITION == KINDS.keys()
