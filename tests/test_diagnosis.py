"""The checker is checked: each pattern by a right gradient that is spoilt, and no pattern without need."""

import itertools
import math
import os
import re
import sys

import matplotlib.colors
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settings import KINDS, draw
from test_torch import OURS

from cnnlab import activations
from cnnlab.conv import conv_backward, conv_forward
from cnnlab.gradcheck import check_gradient, check_layer
from cnnlab.layers import AvgPool, BatchNorm, Conv, Dense, Dropout, MaxPool, ReLU
from cnnlab.norm import batchnorm_backward, batchnorm_forward
from cnnlab.pool import avg_pool_backward, avg_pool_forward, max_pool_backward, max_pool_forward

TRIALS = int(os.environ.get("CNNLAB_TRIALS", "300"))  # 10,000 take two minutes
SHAPES = {  # of x, weight and bias: all lengths of an array differ
    1: ((3, 4, 9), (5, 4, 2), (5,)),
    2: ((3, 4, 7, 6), (5, 4, 3, 2), (5,)),
    3: ((3, 2, 5, 7, 6), (4, 2, 3, 1, 2), (4,)),
}
OPTIONS = dict(padding=1, stride=1)


def rng(seed=1):
    return np.random.default_rng(seed)


def arrays(*shapes, seed=0):
    return [rng([seed, i]).normal(size=shape) for i, shape in enumerate(shapes)]


def forward(x, weight, bias):
    return conv_forward(x, weight, bias, **OPTIONS)


def real(function):
    """Make a function that loses what is imaginary, with no more than a warning."""
    return lambda *inputs: function(*(np.asarray(a, np.float64) for a in inputs))


def spoilt(which, change, axes=2, wrap=lambda f: f, seed=1):
    """Check a convolution one of whose gradients is changed by change(gradient, dy, x, weight)."""

    def backward(dy, x, weight, bias):
        gradients = list(conv_backward(dy, x, weight, **OPTIONS))
        gradients[which] = change(gradients[which], dy, x, weight)
        return gradients

    report = check_gradient(wrap(forward), backward, arrays(*SHAPES[axes], seed=seed), rng(seed))
    name = ("dx", "dweight", "dbias")[which]
    others = {found.name: found.verdict for found in report.findings if found.name != name}
    assert set(others.values()) == {"right"}, report
    assert not report.ok
    assert report.where.startswith(name)
    return report, next(found for found in report.findings if found.name == name)


def cells(a):
    return tuple(range(2, a.ndim))


def moved(a, k=1, axis=2):
    """Shift, with zeros coming in."""
    a = np.roll(a, k, axis)
    np.moveaxis(a, axis, 0)[:k] = 0
    return a


def without(a, index):
    a = a.copy()
    a[index] = 0
    return a


def overwrite(dx, dy, x, weight):
    """Write every window where it belongs: the last one to come stays."""
    padded = np.zeros((*x.shape[:2], *(n + 2 for n in x.shape[2:])))
    for place in np.ndindex(dy.shape[2:]):
        seen = tuple(slice(o, o + k) for o, k in zip(place, weight.shape[2:], strict=True))
        padded[:, :, *seen] = np.tensordot(dy[:, :, *place], weight, 1)
    return padded[:, :, *[slice(1, -1)] * len(cells(x))]


def share(dx, dy, x, weight):
    """Divide by how many windows see a cell, though their contributions add."""
    ones = np.ones((1, len(weight), *dy.shape[2:]))
    return dx / (conv_backward(ones, x[:1], np.ones_like(weight), **OPTIONS)[0] / len(weight))


def backward_of(dy, x, weight, which):
    return conv_backward(dy, x, weight, **OPTIONS)[which]


SPOILS = {  # what it does: (which gradient, change, pattern, words that must be there)
    "N times": (1, lambda g, *_: 3 * g, "scale", "3 times .* 3 is the length of axis 0 \\(images\\) of y"),
    "1/N": (1, lambda g, *_: g / 3, "scale", "That is 1/3. 3 is the length of axis 0 \\(images\\) of y"),
    "twice": (0, lambda g, *_: 2 * g, "scale", "All of dx is 2 times what it should be"),
    "mean bias": (
        2,
        lambda g, dy, *_: dy.mean(axis=(0, *cells(dy))),
        "scale",
        "the lengths of axes 0 \\(images\\).* of y: is a mean taken where a sum belongs",
    ),
    "negated": (0, lambda g, *_: -g, "sign", "Its sign is wrong"),
    "nothing": (1, lambda g, *_: 0 * g, "unwritten", "0 times"),
    "kernel reversed": (1, lambda g, *_: np.flip(g, cells(g)), "flip", "reversed along ax[ie]s 2"),
    "last axis reversed": (0, lambda g, *_: np.flip(g, -1), "flip", "reversed along axis"),
    "weight reversed in dx": (
        0,
        lambda g, dy, x, w: backward_of(dy, x, np.flip(w, cells(w)), 0),
        "flip",
        "dx would be right if weight were reversed along ax[ie]s 2",
    ),
    "in Fortran's order": (
        0,
        lambda g, *_: g.ravel(order="F").reshape(g.shape),
        "transpose",
        "right entries, but in the order of axes",
    ),
    "channels last": (
        0,
        lambda g, *_: np.moveaxis(g, 1, -1).reshape(g.shape),
        "transpose",
        "reshaped where axes should have been moved",
    ),
    "images reversed": (0, lambda g, *_: g[::-1], "batch", "reversed along axis 0 \\(images\\)"),
    "images rolled": (0, lambda g, *_: np.roll(g, 1, 0), "batch", "in place of 0, 1 and 2 it has 2, 0 and 1"),
    "images of dy reversed": (
        1,
        lambda g, dy, x, w: backward_of(dy[::-1], x, w, 1),
        "batch",
        "if dy were reversed along axis 0 \\(images\\)",
    ),
    "images of x rolled": (
        1,
        lambda g, dy, x, w: backward_of(dy, np.roll(x, 1, 0), w, 1),
        "batch",
        "rolled by 2 along axis 0 \\(images\\)",  # of dy, which is the same
    ),
    "channels reordered": (
        1,
        lambda g, *_: np.roll(g, 1, 0),
        "channels",
        "Along axis 0 \\(channels\\), dweight holds the right entries in another order",
    ),
    "channels mixed": (
        0,
        lambda g, *_: np.moveaxis(np.tensordot(np.tri(g.shape[1]), g, (1, 1)), 0, 1),
        "channels",
        "Along axis 1 \\(channels\\), dx is mixed",
    ),
    "a factor for each channel": (
        0,
        lambda g, *_: np.moveaxis(np.moveaxis(g, 1, -1) * (1 + np.arange(g.shape[1])), -1, 1),
        "scale",
        "Along axis 1 \\(channels\\), each slice of dx has a factor of its own: 1, 2",
    ),
    "moved": (0, lambda g, *_: moved(g), "shift", "dx has moved: by 1 along axis 2"),
    "x moved": (
        1,
        lambda g, dy, x, w: backward_of(dy, moved(x), w, 1),
        "shift",
        "if x were moved by 1 along axis 2",
    ),
    "dy moved": (
        1,
        lambda g, dy, x, w: backward_of(moved(dy, 2), x, w, 1),
        "shift",
        "if dy were moved by 2 along axis 2",
    ),
    "last row empty": (
        0,
        lambda g, *_: without(g, np.s_[:, :, -1]),
        "unwritten",
        "right where it is not zero.* It is zero at [0-9] of axis 2",
    ),
    "second image empty": (0, lambda g, *_: without(g, 1), "unwritten", "It is zero at 1 of axis 0"),
    "overwritten": (
        0,
        overwrite,
        "overwritten",
        "only the last one's part is there: is = written where \\+=",
    ),
    "shared out": (0, share, "scale", "divided by the number of windows|dx is 0.5 times"),
    "last image only": (
        1,
        lambda g, dy, x, w: backward_of(dy[-1:], x[-1:], w, 1),
        "overwritten",
        "Of the 3 along axis 0 \\(images\\) of dy, only number 2 has reached dweight",
    ),
    "first filter only": (
        0,
        lambda g, dy, x, w: backward_of(dy[:, :1], x, w[:1], 0),
        "overwritten",
        "along axis 1 \\(channels\\) of dy, only number 0 has reached dx",
    ),
    "all filters but the last": (
        0,
        lambda g, dy, x, w: backward_of(dy[:, :-1], x, w[:-1], 0),
        "overwritten",
        "along axis 1 \\(channels\\) of dy, number [34] has not reached dx",
    ),
    "one bias for all": (2, lambda g, *_: np.full_like(g, g.sum()), "axes", "each is the sum of all"),
    "a mean bias for all": (2, lambda g, *_: np.full_like(g, g.mean()), "axes", "each is the mean of all"),
    "dy left out": (
        0,
        lambda g, dy, x, w: backward_of(np.ones_like(dy), x, w, 0),
        "upstream",
        "does not change when dy doubles: dy is not multiplied on",
    ),
    "dy without its sign": (
        0,
        lambda g, dy, x, w: backward_of(abs(dy), x, w, 0),
        "upstream",
        "the sign of dy decides",
    ),
    "dy squared": (0, lambda g, dy, x, w: backward_of(dy**2, x, w, 0), "", "not linear in dy"),
    "not a number": (0, lambda g, *_: np.where(g == g.max(), np.nan, g), "nan", "1 are not finite"),
    "float32": (1, lambda g, *_: g.astype(np.float32), "dtype", "no more digits than a float32"),
    "int": (1, lambda g, *_: g.astype(int), "dtype", "dtype int64: its fractions are lost"),
    "by chance": (
        0,
        lambda g, *_: g * np.random.default_rng().normal(),
        "random",
        "A second call of backward",
    ),
    "bias of the batch": (
        2,
        lambda g, dy, *_: dy.sum(axis=0),
        "shape",
        "right when it is summed over ax[ie]s 1",
    ),
    "bias of each image": (
        2,
        lambda g, dy, *_: dy.sum(axis=cells(dy)),
        "shape",
        "right when it is summed over axis 0",
    ),
    "one number": (2, lambda g, dy, *_: dy.sum(), "shape", "one number, the sum of all that there should be"),
    "not cropped": (
        0,
        lambda g, *_: np.pad(g, [(0, 0), (0, 0), *[(1, 1)] * len(cells(g))]),
        "shape",
        "as if it still had its rim of padding",
    ),
    "transposed": (1, lambda g, *_: np.swapaxes(g, 0, 1), "shape", "right when it is transposed"),
}


@pytest.mark.parametrize("wrap", [lambda f: f, real], ids=["complex", "central"])
@pytest.mark.parametrize("axes", SHAPES)
@pytest.mark.parametrize("name", SPOILS)
def test_what_is_spoilt_is_named(name, axes, wrap, request):
    which, change, pattern, words = SPOILS[name]
    report, found = spoilt(which, change, axes, wrap)
    assert found.pattern == pattern, report
    assert report.patterns[found.name] == pattern
    assert re.search(words, found.remark), found.remark
    assert "complex" in report.method or wrap is real


def noisy(shape, seed=5):
    return rng(seed).normal(size=shape)


UNKNOWN = {
    "one entry": lambda g, *_: g * (1 + 1e-8 * (np.arange(g.size).reshape(g.shape) == 2)),
    "a few entries": lambda g, *_: g * (1 + (np.arange(g.size) ** 2 % 7 == 1).reshape(g.shape)),
    "stretched": lambda g, *_: g * np.exp(noisy(g.shape)),
    "stirred": lambda g, *_: (noisy((g.size, g.size)) @ g.ravel()).reshape(g.shape),
    "nearly twice": lambda g, *_: g * (2 + 1e-6 * noisy(g.shape)),
    "nearly reversed": lambda g, *_: np.flip(g) * (1 + 1e-6 * noisy(g.shape)),
    "a root": lambda g, *_: np.cbrt(g),
    "something added": lambda g, *_: g + noisy(g.shape),
}
WORDS = {
    "a root": "is not linear in dy: twice the dy gives another gradient than twice this one.",
    "something added": "Something that does not depend on dy has been added to",
}


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("axes", SHAPES)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_nothing_is_guessed(name, axes, which):
    _, found = spoilt(which, UNKNOWN[name], axes)
    assert (found.pattern, found.verdict) == ("", "wrong"), found
    assert math.isfinite(found.error)
    assert WORDS.get(name, "") in found.remark


def test_a_lenient_tolerance_names_no_pattern_that_is_nearly_so():
    x = arrays((3, 4, 5))[0]

    def backward(dy, x):
        return np.flip(dy * np.cos(x), 2) * (1 + 0.01 * noisy(x.shape))

    for tolerance in (0.1, 1e-12):
        report = check_gradient(np.sin, backward, [x], rng(), tolerance=tolerance)
        assert (report.ok, report.patterns) == (False, {"dx": ""})


def test_axes_of_one_length_are_told_apart():
    """Images, channels and cells that are equally many: what is exchanged is named, and by the right axes."""
    x, weight, bias = arrays((4, 4, 4, 4), (4, 4, 3, 3), (4,))

    def told(which, change):
        def backward(dy, x, weight, bias):
            gradients = list(conv_backward(dy, x, weight, **OPTIONS))
            gradients[which] = change(gradients[which], dy)
            return gradients

        report = check_gradient(forward, backward, [x, weight, bias], rng())
        return report.findings[which].pattern, report.diagnosis

    for order in itertools.permutations(range(4)):
        if order != (0, 1, 2, 3):
            pattern, words = told(0, lambda g, dy, order=order: np.transpose(g, order))
            moved_axes = [i for i, a in enumerate(order) if a != i]
            assert pattern == "transpose"
            assert all(str(a) in words.split("right with ")[1] for a in moved_axes), (order, words)
    assert told(1, lambda g, dy: np.swapaxes(g, 2, 3))[0] == "transpose"
    pattern, words = told(1, lambda g, dy: np.rot90(g, axes=(2, 3)))
    assert (pattern, "right angle in axes 2 and 3" in words) == ("transpose", True)
    pattern, words = told(2, lambda g, dy: dy.sum(axis=(1, 2, 3)))
    assert pattern == "axes"
    assert "dbias is dy summed over all its axes but axis 0 (images): should it keep" in words


@pytest.mark.parametrize("axis", [0, 1])
def test_any_permutation_is_found(axis):
    for seed in range(5):
        shape = (7, 6, 3, 2)
        order = rng(seed).permutation(shape[axis])

        def backward(dy, x, order=order):
            return np.take(dy * np.cos(x), order, axis)

        report = check_gradient(np.sin, backward, arrays(shape), rng(seed))
        assert report.patterns == {"dx": ("batch", "channels")[axis]}
        rows = ", ".join(map(str, order[:-1]))
        assert f"it has {rows} and {order[-1]}." in report.diagnosis


def test_what_goes_wrong_where_windows_meet_is_told_apart():
    """Strides as long as the kernel: no windows meet, and writing is as good as adding."""
    x = arrays((2, 3, 6, 8))[0]

    def last(dy, x, stride):
        dx = np.zeros_like(x)
        for i, j in np.ndindex(dy.shape[2:]):
            dx[:, :, i * stride : i * stride + 2, j * stride : j * stride + 2] = (
                dy[:, :, i : i + 1, j : j + 1] / 4
            )
        return dx

    for stride, pattern in ((1, "overwritten"), (2, "")):
        report = check_gradient(
            lambda x, s=stride: avg_pool_forward(x, 2, stride=s),
            lambda dy, x, s=stride: last(dy, x, s),
            [x],
            rng(),
        )
        assert (report.patterns["dx"], report.ok) == (pattern, stride == 2)


def test_only_the_first_window_was_written():
    x = arrays((2, 3, 6, 8))[0]

    def backward(dy, x):
        dx = avg_pool_backward(dy, x, 2)
        return without(without(dx, np.s_[:, :, 2:]), np.s_[..., 2:])

    report = check_gradient(lambda x: avg_pool_forward(x, 2), backward, [x], rng())
    assert report.patterns == {"dx": "unwritten"}
    assert "It is zero at 2, 3, 4 and 5 of axis 2, at 2, 3, 4, 5, 6 and 7 of axis 3." in report.diagnosis


def test_a_factor_that_is_an_input_is_named():
    x, gamma, beta = arrays((4, 3, 5), (3,), (3,))
    running = (np.zeros(3), np.ones(3))

    def forward(x, gamma, beta):
        return batchnorm_forward(x, gamma, beta, running, train=True)[0]

    def backward(dy, x, gamma, beta):
        _, *rest = batchnorm_backward(dy, x, gamma, running, train=True)
        return batchnorm_backward(dy, x, np.ones_like(gamma), running, train=True)[0], *rest

    report = check_gradient(forward, backward, [x, gamma, beta], rng(), names=["x", "gamma", "beta"])
    assert report.patterns == {"dx": "scale", "dgamma": "", "dbeta": ""}
    assert "dx would be right if gamma were 1 everywhere: it is left out." in report.diagnosis


def test_a_derivative_at_y_in_place_of_x_is_told():
    def backward(dy, x):
        return activations.sigmoid_backward(dy, activations.sigmoid_forward(x))

    report = check_gradient(activations.sigmoid_forward, backward, arrays((3, 4)), rng())
    assert report.patterns == {"dx": ""}
    assert "dx would be right if x were what y is." in report.diagnosis


def test_what_the_signs_of_dy_decide():
    x = arrays((3, 4, 5))[0]
    report = check_gradient(activations.relu_forward, lambda dy, x: dy * (dy > 0), [x], rng())
    assert report.patterns == {"dx": "upstream"}
    report = check_gradient(activations.relu_forward, lambda dy, x: x > 0, [x], rng())
    assert report.patterns == {"dx": "upstream"}  # a mask of booleans is no gradient cut to integers


def test_what_changes_its_inputs_is_caught():
    inputs = arrays(*SHAPES[2])

    def backward(dy, x, weight, bias, change):
        gradients = conv_backward(dy, x, weight, **OPTIONS)
        {"x": x, "weight": weight, "dy": dy}[change][0, 0, 0, 0] += 1
        return gradients

    for name in ("x", "weight", "dy"):
        report = check_gradient(forward, lambda *a, name=name: backward(*a, name), inputs, rng())
        assert (report.ok, report.worst) == (False, math.inf)
        assert report.patterns == {"dx": "", "dweight": "", "dbias": "", name: "mutation"}
        assert report.where == f"{name}[0, 0, 0, 0]"
        assert f"backward changed {name}, which belongs to its caller" in report.diagnosis

    def scribble(x, weight, bias):
        y = forward(x, weight, bias)
        x *= 2
        return y

    report = check_gradient(scribble, lambda dy, x, w, b: conv_backward(dy, x, w, **OPTIONS), inputs, rng())
    assert "forward changed x, which belongs to its caller: x[0, 0, 0, 0] was" in report.diagnosis


def test_a_random_forward_is_told():
    coins = np.random.default_rng(3)
    report = check_gradient(
        lambda x: x * coins.integers(0, 2, x.shape), lambda dy, x: dy, arrays((3, 4)), rng()
    )
    assert report.patterns == {"dx": "random"}
    assert "forward gives another y for the same inputs" in report.diagnosis


# Where


def test_places_are_those_that_are_wrong():
    bad = [(0, 3, 6, 5), (1, 0, 2, 2), (2, 2, 0, 1)]

    def change(g, *_):
        g = g.copy()
        for place in bad:
            g[place] += 1
        return g

    report, found = spoilt(0, change)
    assert found.places == tuple(bad)
    assert found.looked == 3 * 4 * 7 * 6
    assert "Wrong: 3 of its 504 entries, e.g. [0, 3, 6, 5], [1, 0, 2, 2], [2, 2, 0, 1]." in report.diagnosis
    assert np.all(np.isfinite(found.numerical))
    np.testing.assert_array_equal(np.argwhere(abs(found.analytic - found.numerical) > 0.5), bad)


def test_many_entries_are_looked_at_in_a_sample():
    x = arrays((200, 250))[0]

    def forward(x):
        return np.tanh(x) @ np.tanh(x.T)

    def backward(dy, x):
        dx = ((dy + dy.T) @ np.tanh(x)) * (1 - np.tanh(x) ** 2)
        dx[:, 240:] *= 1.5
        return dx

    calls = []
    report = check_gradient(lambda x: calls.append(1) or forward(x), backward, [x], rng())
    found = report.findings[0]
    assert found.looked == 40
    assert 1 <= len(found.places) < 20
    assert all(j >= 240 for _, j in found.places)
    assert report.where == f"dx{list(found.places[0])}" or eval(report.where[2:])[1] >= 240
    assert f"Wrong: {len(found.places)} of the 40 entries looked at" in report.diagnosis
    assert len(calls) < 700


@pytest.mark.parametrize("axes", SHAPES)
def test_filters_and_images_are_asked_at_once(axes):
    """A tap of all filters in one call: each filter reaches its own channel of y, which is found out."""
    calls = []

    def counted(*inputs):
        calls.append(1)
        return forward(*inputs)

    x, weight, bias = arrays(*SHAPES[axes])
    for which, array in ((0, x), (1, weight), (2, bias)):
        before = len(calls)

        def backward(dy, x, weight, bias, which=which):
            gradients = list(conv_backward(dy, x, weight, **OPTIONS))
            gradients[which] = gradients[which] + 1
            return gradients

        report = check_gradient(counted, backward, [x, weight, bias], rng())
        found = report.findings[which]
        assert found.looked == array.size
        assert len(calls) - before < array.size // len(array) + 250
        np.testing.assert_allclose(found.analytic - found.numerical, 1, rtol=0, atol=1e-9)


def test_images_that_mix_are_not_presumed_apart():
    """Batch normalisation lets every image reach every other: asked at once, their slopes would be wrong."""
    x, gamma, beta = arrays((4, 3, 5), (3,), (3,))
    running = (np.zeros(3), np.ones(3))

    def backward(dy, x, gamma, beta):
        dx, *rest = batchnorm_backward(dy, x, gamma, running, train=True)
        dx[2, 1, 3] += 0.5
        return dx, *rest

    report = check_gradient(
        lambda *a: batchnorm_forward(*a, running, train=True)[0],
        backward,
        [x, gamma, beta],
        rng(),
        names=["x", "gamma", "beta"],
    )
    assert report.findings[0].places == ((2, 1, 3),)


def test_slices_that_only_seem_apart_are_asked_anew():
    """The first and the last channel stay in place, those between change places: it is noticed."""
    x = arrays((3, 5, 4))[0]
    order = [0, 2, 3, 1, 4]

    def backward(dy, x):
        dx = np.empty_like(x)
        dx[:, order] = dy * np.cos(x)[:, order]
        dx[1, 2, 3] += 0.5
        return dx

    report = check_gradient(lambda x: np.sin(x)[:, order], backward, [x], rng())
    assert report.findings[0].places == ((1, 2, 3),)
    assert report.patterns == {"dx": ""}


# How well


@pytest.mark.parametrize("n", [3, 30, 300, 3000, 30_000, 300_000])
def test_one_entry_wrong_in_the_eighth_digit_is_caught(n):
    for seed in range(5 if n < 10_000 else 1):
        x = rng(seed).normal(size=n)
        place = int(rng(seed).integers(n))

        def backward(dy, x, place=place):
            dx = dy * np.cos(x)
            dx[place] += 1e-8 * np.abs(dx).max()
            return dx

        report = check_gradient(np.sin, backward, [x], rng(seed))
        assert not report.ok
        assert report.where == f"dx[{place}]"


@pytest.mark.parametrize("axes", SHAPES)
def test_one_entry_of_a_convolution_wrong_in_the_eighth_digit_is_caught(axes):
    for seed, which in itertools.product(range(6), range(3)):
        place = tuple(int(rng([seed, n]).integers(n)) for n in SHAPES[axes][which])
        report, found = spoilt(
            which,
            lambda g, *_, place=place: (
                g + 1e-8 * np.abs(g).max() * (place == np.indices(g.shape).T).all(-1).T
            ),
            axes,
            seed=seed,
        )
        assert report.where == f"{found.name}{list(place)}"
        assert found.places == (place,)


def trial(number):
    """A right layer with drawn inputs, whole numbers with ties and zeros among them; at times without i."""
    kinds = sorted(KINDS)
    kind = kinds[number % len(kinds)]
    inputs, options, generator = draw(kind, 7 + number // len(kinds), 1 + number % 4)
    smooth = generator.integers(2)
    inputs = [a + smooth * generator.normal(scale=0.1, size=a.shape) for a in inputs.values()]
    if kind == "lp_pool":
        inputs = [np.abs(a) + 0.1 for a in inputs]
    ours, theirs = OURS[kind]

    def forward(*inputs):
        y = ours(*inputs, **options)
        return y["y"] if isinstance(y, dict) else y

    def backward(dy, *inputs):
        return theirs(dy, *inputs, **options)

    names = [str(i) for i in range(len(inputs))]
    cast = real if number % 3 == 0 else lambda f: f
    return kind, check_gradient(cast(forward), backward, inputs, rng(number), names=names)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_no_right_layer_is_accused():
    """Set CNNLAB_TRIALS=10000 for the whole of it."""
    methods = set()
    for number in range(TRIALS):
        kind, report = trial(number)
        assert report.ok, f"trial {number}, {kind}: {report}"
        methods.add(report.method)
    assert methods == {"complex step", "central differences"}


@pytest.mark.slow
def test_no_right_activation_is_accused():
    for number in range(TRIALS // 5):
        for name in ("relu", "leaky_relu", "sigmoid", "tanh", "softmax"):
            ways = [getattr(activations, f"{name}_{way}") for way in ("forward", "backward")]
            x = rng(number).normal(size=(3, 4, 2)) * 10.0 ** rng(number).integers(-3, 3)
            assert check_gradient(*ways, [x], rng(number)).ok
            assert check_gradient(real(ways[0]), ways[1], [x], rng(number)).ok


def test_rounding_is_no_error():
    """A mean of 10^5 takes five digits from the backward pass, and as many from the slopes."""
    running = (np.zeros(3), np.ones(3))
    for offset, seed in itertools.product((0, 1e2, 1e5), range(4)):
        x, gamma, beta = arrays((4, 3, 5), (3,), (3,), seed=seed)
        report = check_gradient(
            lambda *a: batchnorm_forward(*a, running, train=True)[0],
            lambda dy, x, gamma, beta: batchnorm_backward(dy, x, gamma, running, train=True),
            [x + offset, gamma, beta],
            rng(seed),
            names=["x", "gamma", "beta"],
        )
        assert report.ok, report


@pytest.mark.parametrize("seed", [122, 132, 1956])
def test_units_that_are_sure_of_themselves_are_not_accused(seed):
    """Their slopes are differences of nearly equal numbers, of which few digits are left."""
    x = rng(seed).normal(size=(3, 4, 2)) * 100
    assert rng(seed).integers(-3, 3) == 2  # drawn in ten thousand trials: these were accused once
    ways = activations.softmax_forward, activations.softmax_backward
    assert check_gradient(*ways, [x], rng(seed)).ok


def test_digits_that_forward_has_not_are_not_asked_for():
    """In float32 slopes are known to five digits; twice the gradient is wrong all the same."""
    for again in (np.float32, np.float64):
        x = arrays((4, 30))[0]

        def forward(x, again=again):
            return np.tanh(x.real.astype(np.float32)).astype(again)

        def backward(dy, x):
            return dy * (1 - np.tanh(x) ** 2)

        report = check_gradient(forward, backward, [x], rng())
        assert report.ok, report
        assert 1e-8 < report.doubt < 1e-3
        assert check_gradient(forward, lambda *a: 2 * backward(*a), [x], rng()).patterns == {"dx": "scale"}


# Kinks


def test_a_direction_that_crosses_a_kink_is_redrawn():
    x = np.array([1.0, -2.0, 3.0, 3e-6, 0.5])  # the step of about 1e-5 crosses 0 in every other direction
    total = 0
    for seed in range(10):
        report = check_gradient(real(activations.relu_forward), activations.relu_backward, [x], rng(seed))
        assert report.ok, report
        assert report.method == "central differences"
        total += report.redrawn
        assert ("crossed a kink and made way for others" in str(report)) == (report.redrawn > 0)
        wrong = check_gradient(real(activations.relu_forward), lambda dy, x: dy, [x], rng(seed))
        assert wrong.where == "dx[1]"
        assert wrong.findings[0].places == ((1,),)
    assert total > 10
    assert check_gradient(activations.relu_forward, activations.relu_backward, [x], rng()).redrawn == 0


def test_a_sharp_curve_is_no_kink():
    """Where the term in h^2 is 2e-7 of the slope, Richardson's rule takes it away."""
    x = arrays((4, 5))[0]
    report = check_gradient(
        real(lambda x: np.sin(300 * x)), lambda dy, x: dy * 300 * np.cos(300 * x), [x], rng()
    )
    assert (report.ok, report.redrawn) == (True, 0), report
    assert report.worst < 1e-9
    assert report.doubt < 1e-9


def test_winners_that_change_are_a_kink():
    x = arrays((2, 3, 8, 8))[0]
    x[0, 0, 0, :2] = 5, 5 + 1e-6
    report = check_gradient(
        lambda x: max_pool_forward(np.asarray(x.real), 2),
        lambda dy, x: max_pool_backward(dy, x, 2),
        [x],
        rng(),
    )
    assert report.ok
    assert report.redrawn > 0


def test_at_a_kink_nobody_is_accused():
    x = np.array([0.0, -1, 0, 2, 0, 3])
    relu, back = activations.relu_forward, activations.relu_backward
    report = check_gradient(relu, back, [x], rng())
    assert (report.ok, report.method) == (True, "complex step")
    report = check_gradient(real(relu), back, [x], rng())
    assert report.ok
    assert "the inputs stand on a kink" in str(report)


def test_ties_excuse_nobody():
    """Other roundings break ties, in forward as in backward: that is no sign of lost digits."""
    x = rng().integers(-2, 3, (3, 2, 6, 8)).astype(float)

    def pool(x):
        return max_pool_forward(x, 2)

    assert check_gradient(pool, lambda dy, x: max_pool_backward(dy, x, 2), [x], rng()).ok
    for seed in range(5):
        wrong = lambda dy, x: 2 * max_pool_backward(dy, x, 2)  # noqa: E731
        assert check_gradient(pool, wrong, [x], rng(seed)).patterns == {"dx": "scale"}
        assert not check_gradient(pool, lambda dy, x: max_pool_backward(dy, abs(x), 2), [x], rng(seed)).ok


# Complex steps that get lost


def lost_in_an_output_of_floats(x, weight):
    y = np.zeros((len(x), len(weight)))
    y[:] = x @ weight.T  # drops what is imaginary, with a warning
    return y


@pytest.mark.filterwarnings("error")
def test_an_output_allocated_as_real_is_noticed():
    x, weight = arrays((3, 4), (2, 4))

    def backward(dy, x, weight):
        return dy @ weight, dy.T @ x

    report = check_gradient(lost_in_an_output_of_floats, backward, [x, weight], rng())
    assert (report.ok, report.method) == (True, "central differences")
    assert not check_gradient(
        lost_in_an_output_of_floats, lambda *a: (a[0] @ a[2], 0 * weight), [x, weight], rng()
    ).ok


def test_a_small_part_that_loses_the_step_is_noticed():
    """Where a complex step speaks against a gradient, central differences are heard first."""
    x, bias = arrays((3, 400), (400,))
    bias *= 1e-4  # of which y feels 1e-8

    def forward(x, bias):
        return np.sum(np.sin(x)) + np.sum(bias.real**2)

    def backward(dy, x, bias):
        return dy * np.cos(x), dy * 2 * bias

    report = check_gradient(forward, backward, [x, bias], rng(), names=["x", "bias"])
    assert (report.ok, report.method) == (True, "central differences"), report


# Linear layers


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv(2, 3, kernel_size=(3, 2), rng=rng()), (2, 2, 5, 4)),
        (Conv(2, 3, kernel_size=3, stride=2, rng=rng()), (2, 2, 7)),
        (Dense(5, 4, rng=rng()), (3, 5)),
        (AvgPool(2), (2, 3, 4, 6)),
        (Dropout(0.5, rng=rng()), (4, 5)),
    ],
)
def test_linear_layers_keep_the_adjoint_identity(layer, shape):
    report = check_layer(layer, arrays(shape)[0], rng())
    assert report.ok, report
    assert report.adjoint < 1e-14
    assert "Linear in x, and <f(x) - f(0), dy> = <x, dx> holds: the relative gap is " in str(report)
    assert "&lt;f(x) - f(0), dy&gt;" in report._repr_html_()


@pytest.mark.parametrize(
    ("layer", "shape"), [(ReLU(), (3, 4)), (MaxPool(2), (2, 3, 4, 6)), (BatchNorm(3), (4, 3, 5))]
)
def test_other_layers_have_none(layer, shape):
    report = check_layer(layer, arrays(shape)[0], rng())
    assert (report.ok, report.adjoint) == (True, None)


def test_a_wrong_linear_layer_fails_the_identity():
    class Twice(Dense):
        def backward(self, dy):
            return 2 * super().backward(dy)

    report = check_layer(Twice(5, 4, rng=rng()), arrays((3, 5))[0], rng())
    assert report.adjoint > 1e-3
    assert "<f(x) - f(0), dy> = <x, dx> fails" in str(report)
    assert report.patterns["dx"] == "scale"


def test_a_linear_layer_that_is_right_at_one_input_only_fails_it_too():
    x = arrays((3, 5))[0]

    class Lucky(Dense):
        def backward(self, dy):
            return super().backward(dy) * (1 if np.array_equal(self.recall(), x) else 2)

    report = check_layer(Lucky(5, 4, rng=rng(), dtype=float), x, rng())
    assert set(report.patterns.values()) == {""}
    assert all(found.verdict == "right" for found in report.findings)
    assert not report.ok
    assert "<f(x) - f(0), dy> = <x, dx> fails" in str(report)


# Pictures


def test_the_picture_shows_claimed_measured_and_difference_on_one_scale():
    def backward(dy, x, weight, bias):
        dx, dweight, dbias = conv_backward(dy, x, weight, **OPTIONS)
        return -dx, dweight, 2 * dbias

    report = check_gradient(forward, backward, arrays(*SHAPES[3]), rng())
    figure = report.plot()
    pictures = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in pictures] == [
        *["dx as claimed, 16 of 30 slices", "as measured", "claimed - measured"],
        *["dbias as claimed", "as measured", "claimed - measured"],
    ]
    for row in (pictures[:3], pictures[3:]):
        assert len({ax.images[0].get_clim() for ax in row}) == 1
        low, high = row[0].images[0].get_clim()
        assert low == -high
        claimed, measured, difference = (ax.images[0].get_array().filled(np.nan) for ax in row)
        np.testing.assert_allclose(difference, claimed - measured)
    np.testing.assert_allclose(pictures[3].images[0].get_array().ravel(), report.findings[2].analytic)
    ink, paper = (
        matplotlib.colors.to_rgb(c) for c in (pictures[0].title.get_color(), figure.get_facecolor())
    )
    assert sum(paper) - sum(ink) > 2  # dark on light, whatever the page


def test_a_notebook_shows_the_picture_and_no_box_that_swallows_the_table():
    report, _ = spoilt(0, lambda g, *_: -g)
    assert "<svg" in report.plot()._repr_svg_()
    assert '<table class="dataframe">' in report._repr_html_()


def test_a_picture_without_matplotlib_is_refused_with_words(monkeypatch):
    report, _ = spoilt(0, lambda g, *_: -g)
    for module in ("cnnlab.picture", "cnnlab.gradcheck.picture"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match="pictures are drawn with matplotlib, which is not installed"):
        report.plot()


def test_nothing_wrong_is_no_picture():
    report = check_gradient(np.sin, lambda dy, x: dy * np.cos(x), arrays((3, 4)), rng())
    with pytest.raises(ValueError, match="there is nothing to draw"):
        report.plot()


@pytest.mark.parametrize("shape", [(), (5,), (3, 4), (2, 1, 3, 2, 2), (60, 3)])
def test_arrays_of_any_number_of_axes_are_drawn(shape):
    report = check_gradient(np.sin, lambda dy, x: dy * np.cos(x) * 2 + 1, [arrays(shape)[0]], rng())
    report.plot().canvas.draw()


# Everything at once


@settings(max_examples=60, deadline=None)
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple),
    seed=st.integers(0, 99),
    change=st.sampled_from(["flip", "transpose", "permute", "scale", "zero", "entry"]),
)
def test_a_named_pattern_is_true(shape, seed, change):
    """Whatever the shape: if a pattern is named, it is one that explains what was done."""
    generator = rng(seed)
    axis = int(generator.integers(len(shape)))
    mask = generator.random(shape) < 0.5
    order = generator.permutation(shape[axis])
    swapped = list(range(len(shape)))
    equal = [a for a, n in enumerate(shape) if n == shape[axis]]
    swapped[axis], swapped[equal[-1]] = equal[-1], axis
    changes = {
        "flip": (lambda g: np.flip(g, axis), {"flip", "batch", "channels"}),
        "transpose": (lambda g: np.transpose(g, swapped), {"transpose"}),
        "permute": (lambda g: np.take(g, order, axis), {"batch", "channels", "flip", "shift", "transpose"}),
        "scale": (lambda g: 1.7 * g, {"scale"}),
        "zero": (lambda g: g * mask, {"unwritten", "overwritten", "scale"}),
        "entry": (lambda g: g + 0.3 * (np.arange(g.size).reshape(g.shape) == g.size - 1), {"scale"}),
    }
    function, true = changes[change]
    x = generator.normal(size=shape)
    report = check_gradient(np.sin, lambda dy, x: function(dy * np.cos(x)), [x], generator)
    right = np.cos(x) * generator.normal(size=shape)
    unchanged = np.array_equal(function(right), right)
    assert report.ok == unchanged
    pattern = report.patterns["dx"]
    assert pattern in ({""} if unchanged else true | {""})
