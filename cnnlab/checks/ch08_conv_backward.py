"""What students see of exercise 8: its capabilities, the hand examples of the chapter, properties, edges."""

from __future__ import annotations

from functools import partial

import numpy as np

import cnnlab

from .case import number_text
from .exercise import Exercise, capability
from .simpler import CONVOLUTION
from .visible import holds, worked

X, WEIGHT, DY = np.array([[[1.0, 2, 0, 3]]]), np.array([[[1.0, 2, 4]]]), np.array([[[1.0, 10]]])
X7, DY3 = np.array([[[1.0, 2, 0, 3, 1, 0, 2]]]), np.array([[[1.0, 10, 100]]])
DY4 = np.array([[[1.0, 10, 100, 1000]]])
PICTURE = np.array([[[[1.0, 2, 0], [0, 1, 3], [2, 0, 1]]]])
KERNEL, UPSTREAM = np.array([[[[1.0, 2], [3, 4]]]]), np.array([[[[1.0, 0], [2, -1]]]])
CORNER = np.array([[[[0.0, 1], [0, 0]]]])
SOUNDS = np.array([[[1.0, 2, 0, 3], [0, 1, 1, 2]], [[2, 0, 1, 1], [3, 1, 0, 1]]])  # 2 images, 2 channels
OWED = np.array([[[1.0, 10], [2, 0], [0, 3]], [[0, 1], [1, 2], [3, -1]]])  # 2 images, 3 filters
FILTERS = np.array([[[1.0, 2, 4], [1, 0, -1]], [[0, 1, 0], [2, 0, 0]], [[3, 0, 1], [0, -2, 1]]])
MANY = "two images, two channels and three filters"

SIZES = (
    "sizes, even kernels, batches, equal and unequal numbers of channels, how arrays lie in memory; "
    "inputs stay as they are"
)


def right_number(case, index):
    """Say the numerical slope: wiggle one entry, and see what the loss, the sum of dy * y, does."""
    dy = case.args["dy"]
    if case.function == "conv_backward_bias":
        slope = _slope(lambda b: np.sum(dy * b.reshape(-1, *[1] * (dy.ndim - 2))), (dy.shape[1],), index)
    elif case.function == "conv_backward_input":
        weight, spatial = case.args["weight"], case.args["spatial"]
        shape = (len(dy), weight.shape[1] * case.option("groups"), *spatial)
        slope = _slope(lambda x: np.sum(dy * cnnlab.conv_forward(x, weight, **case.options)), shape, index)
    else:
        x, kernel_size = case.args["x"], case.args["kernel_size"]
        shape = (dy.shape[1], x.shape[1] // case.option("groups"), *kernel_size)
        slope = _slope(lambda w: np.sum(dy * cnnlab.conv_forward(x, w, **case.options)), shape, index)
    return f"the numerical slope is {number_text(slope)}"


def _slope(loss, shape, index):
    """Take the central difference of a linear loss, exact for a step of 1."""
    step = np.zeros(shape)
    step[index] = 1
    return (loss(step) - loss(-step)) / 2


# Properties. Each call of theirs is held against the truth, in visible checks and in hidden ones.


def places_shuffled(your, dy):
    """The bias does not care at which place, or in which image, its gradient arrives."""
    turned = dy[(slice(None, None, -1), slice(None), *[slice(None, None, -1)] * (dy.ndim - 2))]
    return your.conv_backward_bias(turned), your.conv_backward_bias(dy)


def adjoint_weight(your, dy, x, weight, **options):
    """<y, dy> = <weight, dweight>, for every weight."""
    dweight = your.conv_backward_weight(dy, x, weight.shape[2:], **options)
    return np.array([np.vdot(weight, dweight)]), [np.vdot(cnnlab.conv_forward(x, weight, **options), dy)]


def adjoint_input(your, dy, x, weight, **options):
    """<y, dy> = <x, dx>, for every x."""
    dx = your.conv_backward_input(dy, weight, x.shape[2:], **options)
    return np.array([np.vdot(x, dx)]), [np.vdot(cnnlab.conv_forward(x, weight, **options), dy)]


def cropped(your, dy, weight, spatial, padding):
    """To pad forwards is to crop backwards."""
    larger = tuple(n + 2 * p for n, p in zip(spatial, padding, strict=True))
    inside = tuple(slice(p, p + n) for n, p in zip(spatial, padding, strict=True))
    padded = your.conv_backward_input(dy, weight, larger)
    return your.conv_backward_input(dy, weight, spatial, padding=padding), padded[:, :, *inside]


def zeros_between(your, dy, weight, spatial, stride):
    """A stride forwards is zeros between the entries of dy backwards."""
    out = [n - k + 1 for n, k in zip(spatial, weight.shape[2:], strict=True)]
    spread = np.zeros((*dy.shape[:2], *out))
    index = tuple(slice(0, s * n, s) for s, n in zip(stride, dy.shape[2:], strict=True))
    spread[:, :, *index] = dy
    return (
        your.conv_backward_input(dy, weight, spatial, stride=stride),
        your.conv_backward_input(spread, weight, spatial),
    )


def holes(your, dy, weight, spatial, dilation):
    """A dilated kernel is a larger one with zeros in its holes, backwards too."""
    extent = [d * (k - 1) + 1 for k, d in zip(weight.shape[2:], dilation, strict=True)]
    spread = np.zeros((*weight.shape[:2], *extent))
    spread[:, :, *[slice(None, None, d) for d in dilation]] = weight
    return (
        your.conv_backward_input(dy, weight, spatial, dilation=dilation),
        your.conv_backward_input(dy, spread, spatial),
    )


def halves(your, dy, x, weight):
    """Two groups are two convolutions side by side, and so are their gradients."""
    spatial, f = x.shape[2:], len(weight) // 2
    parts = [(dy[:, i * f : (i + 1) * f], weight[i * f : (i + 1) * f]) for i in (0, 1)]
    side_by_side = [your.conv_backward_input(d, w, spatial) for d, w in parts]
    return your.conv_backward_input(dy, weight, spatial, groups=2), np.concatenate(side_by_side, axis=1)


def halves_seen(your, dy, x, weight):
    """The taps of a filter see the channels of their own group."""
    c, f, kernel_size = x.shape[1] // 2, len(weight) // 2, weight.shape[2:]
    parts = [(dy[:, i * f : (i + 1) * f], x[:, i * c : (i + 1) * c]) for i in (0, 1)]
    one_by_one = [your.conv_backward_weight(d, part, kernel_size) for d, part in parts]
    return your.conv_backward_weight(dy, x, kernel_size, groups=2), np.concatenate(one_by_one)


# What each capability shows: by hand, as a property, at an edge of the contract.


@capability(
    "bias",
    1,
    section="The bias: added everywhere",
    varies="the number of axes, images and filters; inputs stay as they are",
    label="dbias",
)
def bias_gradient(your):
    summed = partial(worked, your=your, function="conv_backward_bias")
    summed("By hand: add up dy = [1, 10] of two places.", [11], DY)
    two = "By hand: add up [1, 10] and [100, 1000], each for its own filter."
    summed(two, [11, 1100], np.concatenate([DY, 100 * DY], axis=1))
    dy = np.arange(-12.0, 12).reshape(2, 3, 2, 2)
    holds("Take places and images in another order: nothing changes.", places_shuffled, your, dy)
    summed("Move no bias in a batch of no volumes.", [0, 0, 0], np.zeros((0, 3, 2, 2, 2)))


@capability("weight", 3, section="The weight: what did each tap see?", varies=SIZES, label="dweight")
def weight_gradient(your):
    dweight = partial(worked, your=your, function="conv_backward_weight")
    dweight("By hand: add up what each tap saw of [1, 2, 0, 3], times dy.", [[[21, 2, 30]]], DY, X, (3,))
    picture = "By hand: do the same in the chapter's picture."
    dweight(picture, [[[[0, 1], [4, 0]]]], UPSTREAM, PICTURE, (2, 2))
    many = f"Keep <y, dy> = <weight, dweight>, with {MANY}."
    holds(many, adjoint_weight, your, OWED, SOUNDS, FILTERS)
    two = "Let each of two filters see two channels; here x holds whole numbers, dy halves."
    right = [[[10.5, 1, 15], [5, 5.5, 10.5]], [[1, 2, 0], [0, 1, 1]]]
    dweight(two, right, OWED[:1, :2] / 2, SOUNDS[:1].astype(int), (3,))
    halves = "Keep the halves of x where dy holds whole numbers."
    dweight(halves, [[[10.5, 1, 15]]], DY.astype(int), X / 2, (3,))


@capability("input", 3, section="The input: three views, one result", varies=SIZES, label="dx")
def input_gradient(your):
    dx = partial(worked, your=your, function="conv_backward_input")
    dx("By hand: lay [1, 2, 4] down once for each of dy = [1, 10].", [[[1, 12, 24, 40]]], DY, WEIGHT, (4,))
    picture = "By hand: do the same in the chapter's picture."
    dx(picture, [[[[1, 2, 0], [5, 7, -2], [6, 5, -4]]]], UPSTREAM, KERNEL, (3, 3))
    holds(f"Keep <y, dy> = <x, dx>, with {MANY}.", adjoint_input, your, OWED, SOUNDS, FILTERS)
    two = "Pay two channels, each from two filters."
    dx(two, [[[1, 14, 24, 40], [5, 10, -1, -10]]], OWED[:1, :2], FILTERS[:2], (4,))
    halves = "Keep the halves of the weight where dy holds whole numbers."
    dx(halves, [[[0.5, 6, 12, 20]]], DY.astype(int), WEIGHT / 2, (4,))
    halves = "Keep the halves of dy where the weight holds whole numbers."
    dx(halves, [[[0.5, 6, 12, 20]]], DY / 2, WEIGHT.astype(int), (4,))
    dx("Give no gradients for a batch of no images.", np.zeros((0, 1, 4)), DY[:0], WEIGHT, (4,))


@capability(
    "padding", 2, section="Padding becomes cropping", varies="numbers, one number per axis, pairs and words"
)
def padding(your):
    dx = partial(worked, your=your, function="conv_backward_input")
    dweight = partial(worked, your=your, function="conv_backward_weight")
    by_hand = "By hand: with a padding of 1, drop what [1, 2, 4] pays the zeros."
    dx(by_hand, [[[12, 124, 1240, 2400]]], DY4, WEIGHT, (4,), padding=1)
    by_hand = "By hand: let each tap see a zero on each side of [1, 2, 0, 3]."
    dweight(by_hand, [[[210, 3021, 302]]], DY4, X, (3,), padding=1)
    dy = np.arange(1.0, 31).reshape(1, 1, 5, 6)
    crop = "With padding (1, 2), give the middle of a larger dx."
    holds(crop, cropped, your, dy, KERNEL, (4, 3), (1, 2))
    dx("Drop one cell before, and two after.", [[[12]]], DY, WEIGHT, (1,), padding=((1, 2),))
    uneven = "Let each tap see one zero before [3], and two after."
    dweight(uneven, [[[30, 3, 0]]], DY, np.array([[[3.0]]]), (3,), padding=((1, 2),))
    dx("Drop no cell before, and two after.", [[[1, 12]]], DY, WEIGHT, (2,), padding=((0, 2),))
    word = 'With "same" and an even kernel, drop the odd cell, which stands after.'
    dx(word, [[[1, 12, 120, 1200]]], DY4, WEIGHT[..., :2], (4,), padding="same")
    word = 'With "same" and an even kernel, let each tap see one zero after [1, 2, 0, 3].'
    dweight(word, [[[3021, 302]]], DY4, X, (2,), padding="same")


@capability(
    "stride", 2, section="Stride dilates dy", varies="unequal strides, and sizes that they do not divide"
)
def stride(your):
    dx = partial(worked, your=your, function="conv_backward_input")
    dweight = partial(worked, your=your, function="conv_backward_weight")
    right = [[[1, 2, 14, 20, 140, 200, 400]]]
    dx("By hand: lay [1, 2, 4] down at every second place.", right, DY3, WEIGHT, (7,), stride=2)
    by_hand = "By hand: let each tap see every second entry of [1, 2, 0, 3, 1, 0, 2]."
    dweight(by_hand, [[[101, 32, 210]]], DY3, X7, (3,), stride=2)
    rows = "With stride (2, 1), do as if zeros stood between the rows of dy."
    holds(rows, zeros_between, your, UPSTREAM, KERNEL, (4, 3), (2, 1))
    unread = "Of 8 entries, pay the last nothing: no window reads it."
    dx(unread, [[[1, 2, 14, 20, 140, 200, 400, 0]]], DY3, WEIGHT, (8,), stride=2)
    unread = "Give the last of 8 entries no tap of its own: no window reads it."
    longer = np.append(X7, [[[5.0]]], axis=2)
    dweight(unread, [[[101, 32, 210]]], DY3, longer, (3,), stride=2)


@capability(
    "dilation", 1, section="Dilation and stride change places", varies="unequal dilations and even kernels"
)
def dilation(your):
    dx = partial(worked, your=your, function="conv_backward_input")
    dweight = partial(worked, your=your, function="conv_backward_weight")
    by_hand = "By hand: lay [1, _, 2, _, 4] down, with its holes, once for each of dy = [1, 10, 100]."
    dx(by_hand, [[[1, 10, 102, 20, 204, 40, 400]]], DY3, WEIGHT, (7,), dilation=2)
    by_hand = "By hand: let taps two apart see [1, 2, 0, 3, 1, 0, 2]."
    dweight(by_hand, [[[21, 130, 201]]], DY3, X7, (3,), dilation=2)
    dy = np.array([[[[1.0], [10]]]])
    spread = "With dilation (1, 2), do as if the kernel had zeros in its holes."
    holds(spread, holes, your, dy, KERNEL, (3, 3), (1, 2))
    one_tap = "Give a kernel of one tap no holes."
    dx(one_tap, [[[2, 20]]], DY, WEIGHT[..., 1:2], (2,), dilation=3)
    rim = "With a padding of 2, drop what the kernel with its holes pays two zeros on each side."
    dx(rim, [[[102, 1020, 204, 2040]]], DY4, WEIGHT, (4,), padding=2, dilation=2)
    rim = "With a padding of 2, let taps two apart see two zeros on each side of [1, 2, 0, 3]."
    dweight(rim, [[[2100, 3021, 30]]], DY4, X, (3,), padding=2, dilation=2)


@capability("groups", 1, section="Groups", varies="the number of groups, and channels in each")
def groups(your):
    dx = partial(worked, your=your, function="conv_backward_input")
    x, dy = np.concatenate([X, 2 * X], axis=1), np.concatenate([DY, 3 * DY], axis=1)
    by_hand = "By hand: pay two channels that never meet, each from its own filter."
    right = [[[1, 12, 24, 40], [-3, -36, -72, -120]]]
    dx(by_hand, right, dy, np.concatenate([WEIGHT, -WEIGHT]), (4,), groups=2)
    by_hand = "By hand: let the taps of each filter see their own channel alone."
    right = [[[21, 2, 30]], [[126, 12, 180]]]
    worked(by_hand, right, dy, x, (3,), groups=2, your=your, function="conv_backward_weight")
    x, dy = np.arange(1.0, 17).reshape(1, 4, 4), np.array([[[1.0, 0], [10, 1], [0, 100], [2, 3]]])
    weight = np.arange(1.0, 25).reshape(4, 2, 3)
    holds("Pay four channels in two groups like the halves one by one.", halves, your, dy, x, weight)
    seen = "Let their taps see what the halves' see one by one."
    holds(seen, halves_seen, your, dy, x, weight)
    dx("Let one group be no grouping.", [[[1, 12, 24, 40]]], DY, WEIGHT, (4,), groups=1)


@capability("axes", 1, section="Any number of axes", varies="one and three axes, and all options at once")
def axes(your):
    dx = partial(worked, your=your, function="conv_backward_input")
    dweight = partial(worked, your=your, function="conv_backward_weight")
    volume = np.stack([PICTURE, 2 - PICTURE], axis=2)  # (1, 1, 2, 3, 3)
    kernel, dy = np.stack([KERNEL, -KERNEL], axis=2), UPSTREAM[:, :, None]
    dx("By hand: go along one axis.", [[[1, 12, 24, 40]]], DY, WEIGHT, (4,))
    holds("Keep <y, dy> = <x, dx> along three axes.", adjoint_input, your, dy, volume, kernel)
    holds("Keep <y, dy> = <weight, dweight> along three axes.", adjoint_weight, your, dy, volume, kernel)
    slices = [[[[[1, 2, 0], [5, 7, -2], [6, 5, -4]], [[0, 1, 2], [0, 3, 4], [0, 0, 0]]]]]
    flat = "Leave the slices apart where the kernel has depth 1."
    dx(flat, slices, np.stack([UPSTREAM, CORNER], axis=2), KERNEL[:, :, None], (2, 3, 3))
    both = "Take two options at once: a zero on each side, and every second window."
    dx(both, [[[2, 14, 20, 140, 200]]], DY3, WEIGHT, (5,), stride=2, padding=1)
    both = "Let each tap see a zero on each side of [2, 0, 3, 1, 0], and every second entry."
    dweight(both, [[[100, 32, 10]]], DY3, X7[..., 1:6], (3,), stride=2, padding=1)
    same = 'With "same" and a dilated kernel, drop two cells on each side.'
    dx(same, [[[102, 1020, 204, 2040]]], DY4, WEIGHT, (4,), padding="same", dilation=2)
    same = 'With "same" and taps two apart, see two zeros on each side of [1, 2, 0, 3].'
    dweight(same, [[[2100, 3021, 30]]], DY4, X, (3,), padding="same", dilation=2)


EXERCISE = Exercise(
    slug="ch08_conv_backward",
    title="The backward pass",
    functions=("conv_backward_bias", "conv_backward_weight", "conv_backward_input"),
    capabilities=(bias_gradient, weight_gradient, input_gradient, padding, stride, dilation, groups, axes),
    right_number=right_number,
    simpler=CONVOLUTION,
    closed=("conv_backward", "weigh_back", "weigh_taps"),
    opens=(
        "output_size",
        "resolve_padding",
        "as_float",
        "pad_forward",
        "unfold",
        "fold",
        "conv_forward",
        "correlate_1d",
        "convolve_1d",
    ),
)
