"""What students see of exercise 8: its capabilities, the hand examples of the chapter, properties, edges."""

from __future__ import annotations

import numpy as np

import cnnlab

from .case import number_text
from .exercise import Exercise, capability
from .simpler import CONVOLUTION
from .visible import equal, holds

X, WEIGHT, DY = np.array([[[1.0, 2, 0, 3]]]), np.array([[[1.0, 2, 4]]]), np.array([[[1.0, 10]]])
X7, DY3 = np.array([[[1.0, 2, 0, 3, 1, 0, 2]]]), np.array([[[1.0, 10, 100]]])
DY4 = np.array([[[1.0, 10, 100, 1000]]])
PICTURE = np.array([[[[1.0, 2, 0], [0, 1, 3], [2, 0, 1]]]])
KERNEL, UPSTREAM = np.array([[[[1.0, 2], [3, 4]]]]), np.array([[[[1.0, 0], [2, -1]]]])
CORNER = np.array([[[[0.0, 1], [0, 0]]]])
SOUNDS = np.array([[[1.0, 2, 0, 3], [0, 1, 1, 2]], [[2, 0, 1, 1], [3, 1, 0, 1]]])  # 2 images, 2 channels
OWED = np.array([[[1.0, 10], [2, 0], [0, 3]], [[0, 1], [1, 2], [3, -1]]])  # 2 images, 3 filters
FILTERS = np.array([[[1.0, 2, 4], [1, 0, -1]], [[0, 1, 0], [2, 0, 0]], [[3, 0, 1], [0, -2, 1]]])
MANY = "Two images, two channels, three filters"

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
    equal("By hand: dy = [1, 10] comes from two places.", your.conv_backward_bias(DY), [11])
    two = np.concatenate([DY, 100 * DY], axis=1)
    equal("By hand: two filters, [1, 10] and [100, 1000].", your.conv_backward_bias(two), [11, 1100])
    dy = np.arange(-12.0, 12).reshape(2, 3, 2, 2)
    holds("Places and images in another order change nothing.", places_shuffled, your, dy)
    no_volumes = your.conv_backward_bias(np.zeros((0, 3, 2, 2, 2)))
    equal("A batch of no volumes moves no bias.", no_volumes, [0, 0, 0])


@capability("weight", 3, section="The weight: what did each tap see?", varies=SIZES, label="dweight")
def weight_gradient(your):
    by_hand = your.conv_backward_weight(DY, X, (3,))
    equal("By hand: dy = [1, 10], x = [1, 2, 0, 3].", by_hand, [[[21, 2, 30]]])
    picture = your.conv_backward_weight(UPSTREAM, PICTURE, (2, 2))
    equal("By hand: the picture of the chapter.", picture, [[[[0, 1], [4, 0]]]])
    holds(f"{MANY}: <y, dy> = <weight, dweight>.", adjoint_weight, your, OWED, SOUNDS, FILTERS)
    two = your.conv_backward_weight(OWED[:1, :2] / 2, SOUNDS[:1].astype(int), (3,))
    right = [[[10.5, 1, 15], [5, 5.5, 10.5]], [[1, 2, 0], [0, 1, 1]]]
    equal("Two channels of whole numbers, two filters.", two, right)


@capability("input", 3, section="The input: three views, one result", varies=SIZES, label="dx")
def input_gradient(your):
    by_hand = your.conv_backward_input(DY, WEIGHT, (4,))
    equal("By hand: dy = [1, 10], weight = [1, 2, 4].", by_hand, [[[1, 12, 24, 40]]])
    picture = your.conv_backward_input(UPSTREAM, KERNEL, (3, 3))
    equal("By hand: the picture of the chapter.", picture, [[[[1, 2, 0], [5, 7, -2], [6, 5, -4]]]])
    holds(f"{MANY}: <y, dy> = <x, dx>.", adjoint_input, your, OWED, SOUNDS, FILTERS)
    two = your.conv_backward_input(OWED[:1, :2], FILTERS[:2], (4,))
    equal("Two channels and two filters.", two, [[[1, 14, 24, 40], [5, 10, -1, -10]]])
    of_whole = your.conv_backward_input(DY.astype(int), WEIGHT / 2, (4,))
    equal("A dy of whole numbers, a weight of halves.", of_whole, [[[0.5, 6, 12, 20]]])
    equal("A batch of no images.", your.conv_backward_input(DY[:0], WEIGHT, (4,)), np.zeros((0, 1, 4)))


@capability(
    "padding", 2, section="Padding becomes cropping", varies="numbers, one number per axis, pairs and words"
)
def padding(your):
    by_hand = your.conv_backward_input(DY4, WEIGHT, (4,), padding=1)
    equal("By hand: dy = [1, 10, 100, 1000], weight = [1, 2, 4].", by_hand, [[[12, 124, 1240, 2400]]])
    by_hand = your.conv_backward_weight(DY4, X, (3,), padding=1)
    equal("By hand: the same dy, x = [1, 2, 0, 3].", by_hand, [[[210, 3021, 302]]])
    dy = np.arange(1.0, 31).reshape(1, 1, 5, 6)
    holds("Padding (1, 2), and the crop of a larger dx.", cropped, your, dy, KERNEL, (4, 3), (1, 2))
    uneven = your.conv_backward_input(DY, WEIGHT, (1,), padding=((1, 2),))
    equal("One cell before, two after.", uneven, [[[12]]])
    uneven = your.conv_backward_weight(DY, np.array([[[3.0]]]), (3,), padding=((1, 2),))
    equal("The same cells around x = [3].", uneven, [[[30, 3, 0]]])
    uneven = your.conv_backward_input(DY, WEIGHT, (2,), padding=((0, 2),))
    equal("No cell before, two after.", uneven, [[[1, 12]]])


@capability(
    "stride", 2, section="Stride dilates dy", varies="unequal strides, and sizes that they do not divide"
)
def stride(your):
    by_hand = your.conv_backward_input(DY3, WEIGHT, (7,), stride=2)
    equal("By hand: dy = [1, 10, 100], weight = [1, 2, 4].", by_hand, [[[1, 2, 14, 20, 140, 200, 400]]])
    by_hand = your.conv_backward_weight(DY3, X7, (3,), stride=2)
    equal("By hand: the same dy, x = [1, 2, 0, 3, 1, 0, 2].", by_hand, [[[101, 32, 210]]])
    rows = "Stride (2, 1), and zeros between the rows of dy."
    holds(rows, zeros_between, your, UPSTREAM, KERNEL, (4, 3), (2, 1))
    unread = your.conv_backward_input(DY3, WEIGHT, (8,), stride=2)
    equal("Of 8 entries the last is never read.", unread, [[[1, 2, 14, 20, 140, 200, 400, 0]]])
    unread = your.conv_backward_weight(DY3, np.append(X7, [[[5.0]]], axis=2), (3,), stride=2)
    equal("It has no tap either: x = [1, 2, 0, 3, 1, 0, 2, 5].", unread, [[[101, 32, 210]]])


@capability(
    "dilation", 1, section="Dilation and stride change places", varies="unequal dilations and even kernels"
)
def dilation(your):
    by_hand = your.conv_backward_input(DY3, WEIGHT, (7,), dilation=2)
    right = [[[1, 10, 102, 20, 204, 40, 400]]]
    equal("By hand: dy = [1, 10, 100], weight = [1, _, 2, _, 4].", by_hand, right)
    by_hand = your.conv_backward_weight(DY3, X7, (3,), dilation=2)
    equal("By hand: the same dy, x = [1, 2, 0, 3, 1, 0, 2].", by_hand, [[[21, 130, 201]]])
    dy = np.array([[[[1.0], [10]]]])
    holds("Dilation (1, 2), and a kernel with zeros in its holes.", holes, your, dy, KERNEL, (3, 3), (1, 2))
    one_tap = your.conv_backward_input(DY, WEIGHT[..., 1:2], (2,), dilation=3)
    equal("A kernel of one tap has no holes.", one_tap, [[[2, 20]]])
    same = your.conv_backward_input(DY4, WEIGHT, (4,), padding="same", dilation=2)
    equal('"same" for a dilated kernel: two cells on each side.', same, [[[102, 1020, 204, 2040]]])
    same = your.conv_backward_weight(DY4, X, (3,), padding="same", dilation=2)
    equal("The same cells around x = [1, 2, 0, 3].", same, [[[2100, 3021, 30]]])


@capability("groups", 1, section="Groups", varies="the number of groups, and channels in each")
def groups(your):
    x, dy = np.concatenate([X, 2 * X], axis=1), np.concatenate([DY, 3 * DY], axis=1)
    weight = np.concatenate([WEIGHT, -WEIGHT])
    by_hand = your.conv_backward_input(dy, weight, (4,), groups=2)
    equal("By hand: two channels that never meet.", by_hand, [[[1, 12, 24, 40], [-3, -36, -72, -120]]])
    by_hand = your.conv_backward_weight(dy, x, (3,), groups=2)
    equal("By hand: what the taps of each saw.", by_hand, [[[21, 2, 30]], [[126, 12, 180]]])
    x, dy = np.arange(1.0, 17).reshape(1, 4, 4), np.array([[[1.0, 0], [10, 1], [0, 100], [2, 3]]])
    weight = np.arange(1.0, 25).reshape(4, 2, 3)
    holds("Four channels in two groups, and the halves one by one.", halves, your, dy, x, weight)
    holds("What their taps saw, and the halves one by one.", halves_seen, your, dy, x, weight)
    one = your.conv_backward_input(DY, WEIGHT, (4,), groups=1)
    equal("One group is no grouping.", one, [[[1, 12, 24, 40]]])


@capability("axes", 1, section="Any number of axes", varies="one and three axes, and all options at once")
def axes(your):
    volume = np.stack([PICTURE, 2 - PICTURE], axis=2)  # (1, 1, 2, 3, 3)
    kernel, dy = np.stack([KERNEL, -KERNEL], axis=2), UPSTREAM[:, :, None]
    by_hand = your.conv_backward_input(DY, WEIGHT, (4,))
    equal("By hand, along one axis.", by_hand, [[[1, 12, 24, 40]]])
    holds("Along three: <y, dy> = <x, dx>.", adjoint_input, your, dy, volume, kernel)
    holds("Along three: <y, dy> = <weight, dweight>.", adjoint_weight, your, dy, volume, kernel)
    flat = your.conv_backward_input(np.stack([UPSTREAM, CORNER], axis=2), KERNEL[:, :, None], (2, 3, 3))
    slices = [[[[[1, 2, 0], [5, 7, -2], [6, 5, -4]], [[0, 1, 2], [0, 3, 4], [0, 0, 0]]]]]
    equal("A kernel of depth 1 leaves the slices apart.", flat, slices)


EXERCISE = Exercise(
    slug="ch08_conv_backward",
    title="The backward pass",
    functions=("conv_backward_bias", "conv_backward_weight", "conv_backward_input"),
    capabilities=(bias_gradient, weight_gradient, input_gradient, padding, stride, dilation, groups, axes),
    right_number=right_number,
    simpler=CONVOLUTION,
    closed=("conv_backward",),
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
