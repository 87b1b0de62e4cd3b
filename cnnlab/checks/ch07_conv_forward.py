"""What students see of exercise 7: its capabilities, the hand examples of the chapter, properties, edges."""

from __future__ import annotations

from functools import partial

import numpy as np

import cnnlab

from .case import number_text
from .exercise import Exercise, capability
from .simpler import CONVOLUTION
from .visible import holds, worked

WEIGHT = np.array([[[1.0, 2, 4]]])
SIGNAL = np.array([[[2.0, 1, 0, 3, 1, 2]]])
CHANNELS = np.array([[[[1.0, 2, 0], [0, 1, 3], [2, 0, 1]], [[0, 1, 1], [2, 0, 0], [1, 1, 2]]]])
FILTER = np.array([[[[1.0, 0], [0, -1]], [[0, 2], [1, 0]]]])
PICTURE, CORNERS = CHANNELS[:, :1], FILTER[:, :1]
TALL = np.arange(20.0).reshape(1, 1, 5, 4) % 7

ADDRESS = "Stride, padding, dilation: where does a tap read?"
BATCHES = (
    "batches, equal and unequal numbers of channels, and how arrays lie in memory; inputs stay as they are"
)


def right_number(case, index):
    """Say what one entry of y is."""
    y = cnnlab.conv_forward(*case.arguments(), **case.options)
    bias = " with the bias" if case.args.get("bias") is not None else ""
    return f"the weighted sum of that window{bias} is {number_text(y[index])}"


# Properties. Each call of theirs is held against the truth, in visible checks and in hidden ones.


def shift(your, x, weight):
    """A signal that starts one entry later gives a result that starts one entry later."""
    return your.conv_forward(x[..., 1:], weight), your.conv_forward(x, weight)[..., 1:]


def transpose(your, x, weight):
    """A picture and a kernel turned over their diagonals give the result turned over its diagonal."""
    return your.conv_forward(x.swapaxes(2, 3), weight.swapaxes(2, 3)), your.conv_forward(x, weight).swapaxes(
        2, 3
    )


def alone(your, x, weight):
    """Each image of a batch, and each filter, works alone."""
    last = your.conv_forward(x[-1:], weight[-1:])
    return last, your.conv_forward(x, weight)[-1:, -1:]


def bias_added(your, x, weight, bias):
    """A bias is added to every place of its own feature map, once."""
    along = bias.reshape(-1, *[1] * (x.ndim - 2))
    return your.conv_forward(x, weight) + along, your.conv_forward(x, weight, bias)


def subsample(your, x, weight, stride):
    """A stride of s keeps every s-th entry of the result without one."""
    kept = tuple(slice(None, None, s) for s in stride)
    return your.conv_forward(x, weight, stride=stride), your.conv_forward(x, weight)[:, :, *kept]


def zeros_around(your, x, weight, padding):
    """To pad is to write zeros around the input, before anything else."""
    rim = [(0, 0), (0, 0), *[(p, p) for p in padding]]
    return your.conv_forward(x, weight, padding=padding), your.conv_forward(np.pad(x, rim), weight)


def holes(your, x, weight, dilation):
    """A dilated kernel is a larger one with zeros in its holes."""
    extent = [d * (k - 1) + 1 for k, d in zip(weight.shape[2:], dilation, strict=True)]
    spread = np.zeros((*weight.shape[:2], *extent))
    spread[:, :, *[slice(None, None, d) for d in dilation]] = weight
    return your.conv_forward(x, weight, dilation=dilation), your.conv_forward(x, spread)


def halves(your, x, weight):
    """Two groups are two convolutions side by side."""
    c, f = x.shape[1] // 2, len(weight) // 2
    first, second = (
        your.conv_forward(x[:, i * c : (i + 1) * c], weight[i * f : (i + 1) * f]) for i in (0, 1)
    )
    return your.conv_forward(x, weight, groups=2), np.concatenate([first, second], axis=1)


def turn(your, x, weight):
    """A volume and a kernel whose axes change places give the result with its axes changed."""
    return (
        your.conv_forward(x.transpose(0, 1, 4, 2, 3), weight.transpose(0, 1, 4, 2, 3)),
        your.conv_forward(x, weight).transpose(0, 1, 4, 2, 3),
    )


# What each capability shows: by hand, as a property, at an edge of the contract.


@capability(
    "1d",
    2,
    page="ch04_convolution",
    section="Does it matter which way round the kernel lies?",
    varies="lengths and values",
)
def one_axis(your):
    forward = partial(worked, your=your, function="conv_forward")
    by_hand = "By hand: lay [1, 2, 4] on each window of [2, 1, 0, 3, 1, 2], multiply and add."
    forward(by_hand, [[[4, 13, 10, 13]]], SIGNAL, WEIGHT)
    holds("Start a signal one entry later: the result starts later too.", shift, your, SIGNAL, WEIGHT)
    whole, half = np.array([[[1, 2, 4]]]), np.array([[[0.5, 0.5]]])
    forward("Take half of two neighbours, and of whole numbers keep the halves.", [[[1.5, 3]]], whole, half)
    once = "Let a kernel as long as the signal fit once."
    forward(once, [[[4]]], SIGNAL[..., :3], WEIGHT)


@capability(
    "2d",
    2,
    section="Channels: what is added to what?",
    varies="sizes, even and oblong kernels, and the type of numbers",
)
def two_axes(your):
    forward = partial(worked, your=your, function="conv_forward")
    by_hand = "By hand: lay one plane of the chapter's kernel on each window of the first channel."
    forward(by_hand, [[[[0, -1], [0, 0]]]], PICTURE, CORNERS)
    turned = "Exchange rows and columns of picture and kernel: the result's are exchanged too."
    holds(turned, transpose, your, PICTURE, FILTER[:, 1:])
    pixels, half = np.array([[[[200, 100], [50, 255]]]], np.uint8), np.full((1, 1, 1, 2), 0.5)
    halves = "Take half of two neighbours, and of 8-bit pixels keep the halves."
    forward(halves, [[[[150], [152.5]]]], pixels, half)
    twice = np.array([[[[1, 2]]]], np.uint8)
    beyond = "Add up 8-bit pixels under an 8-bit kernel, beyond 255 too."
    forward(beyond, [[[[400], [560]]]], pixels, twice)


@capability("channels", 3, section="Channels: what is added to what?", varies=BATCHES)
def channels(your):
    forward = partial(worked, your=your, function="conv_forward")
    by_hand = "By hand: give each of the chapter's two channels its own plane, and add."
    forward(by_hand, [[[[4, 1], [1, 1]]]], CHANNELS, FILTER)
    two = "Make a feature map for each of two filters."
    filters = np.concatenate([FILTER, 3 * FILTER, -FILTER])
    forward(two, [[[[4, 1], [1, 1]], [[12, 3], [3, 3]]]], CHANNELS, filters[:2])
    batch = np.stack([CHANNELS[0], CHANNELS[0, ::-1]])
    holds("Let the last image and the last filter work as if alone.", alone, your, batch, filters)
    forward("Give no feature maps for a batch of no images.", np.zeros((0, 3, 2, 2)), batch[:0], filters)


@capability("bias", 1, section="Channels: what is added to what?", varies="kernels and numbers of filters")
def bias(your):
    forward = partial(worked, your=your, function="conv_forward")
    by_hand = "By hand: add a bias of 1 to every place, once."
    forward(by_hand, [[[[1, 0], [1, 1]]]], PICTURE, CORNERS, np.array([1.0]))
    filters, biases = np.concatenate([FILTER, -FILTER, 2 * FILTER]), np.array([1.0, -10, 100])
    added = "Give each of three filters its own bias, as if it were added afterwards."
    holds(added, bias_added, your, np.arange(24.0).reshape(1, 2, 3, 4) % 7, filters, biases)
    both = "Add the bias once to every image."
    holds(both, bias_added, your, np.concatenate([PICTURE, 2 * PICTURE]), CORNERS, np.array([1.0]))
    forward("Add nothing where the bias is None.", [[[[0, -1], [0, 0]]]], PICTURE, CORNERS, None)


@capability("stride", 2, section=ADDRESS, varies="unequal strides, and sizes that they do not divide")
def stride(your):
    forward = partial(worked, your=your, function="conv_forward")
    by_hand = "By hand: lay [1, 2, 4] on every second window of [2, 1, 0, 3, 1, 2]."
    forward(by_hand, [[[4, 10]]], SIGNAL, WEIGHT, stride=2)
    holds("With stride (2, 1), keep every second row.", subsample, your, TALL, CORNERS, (2, 1))
    forward(
        "Keep the first window where the stride is longer than the signal.",
        [[[4]]],
        SIGNAL,
        WEIGHT,
        stride=9,
    )


@capability("padding", 1, section=ADDRESS, varies="numbers, one number per axis, pairs and words")
def padding(your):
    forward = partial(worked, your=your, function="conv_forward")
    by_hand = "By hand: read a zero on each side of [1, 2, 0, 3] under [1, 2, 4]."
    forward(by_hand, [[[10, 5, 14, 6]]], np.array([[[1.0, 2, 0, 3]]]), WEIGHT, padding=1)
    written = "With padding (1, 2), do as if the zeros had been written around by hand."
    holds(written, zeros_around, your, PICTURE, CORNERS, (1, 2))
    uneven = "Read one zero before [2, 1], and two after."
    forward(uneven, [[[8, 4, 1]]], SIGNAL[..., :2], WEIGHT, padding=((1, 2),))
    same = 'With "same" and an even kernel, read the odd zero after the signal.'
    forward(same, [[[4, 1, 6, 5, 5, 2]]], SIGNAL, WEIGHT[..., :2], padding="same")


@capability("dilation", 1, section=ADDRESS, varies="unequal dilations and even kernels")
def dilation(your):
    forward = partial(worked, your=your, function="conv_forward")
    by_hand = "By hand: lay [1, _, 2, _, 4], with its holes, on [2, 1, 0, 3, 1, 2]."
    forward(by_hand, [[[6, 15]]], SIGNAL, WEIGHT, dilation=2)
    spread = "With dilation (1, 2), do as if the kernel had zeros in its holes."
    holds(spread, holes, your, PICTURE, CORNERS, (1, 2))
    forward("Give a kernel of one tap no holes.", 2 * SIGNAL, SIGNAL, WEIGHT[..., 1:2], dilation=3)
    same = 'With "same" and a dilated kernel, keep the length of the signal.'
    forward(same, [[[4, 14, 6, 15, 2, 7]]], SIGNAL, WEIGHT, padding="same", dilation=2)


@capability("groups", 1, section=ADDRESS, varies="the number of groups, and channels in each")
def groups(your):
    forward = partial(worked, your=your, function="conv_forward")
    by_hand = "By hand: let each filter read one channel of the chapter alone."
    alone = FILTER.reshape(2, 1, 2, 2)
    forward(by_hand, [[[[0, -1], [0, 0]], [[4, 2], [1, 1]]]], CHANNELS, alone, groups=2)
    x, weight = np.arange(1.0, 13).reshape(1, 4, 3), np.arange(1.0, 17).reshape(4, 2, 2)
    holds("Treat four channels in two groups like the halves one by one.", halves, your, x, weight)
    forward("Let one group be no grouping.", [[[[4, 1], [1, 1]]]], CHANNELS, FILTER, groups=1)


@capability(
    "3d", 1, section="Any number of axes: one index becomes a tuple", varies="sizes, and all options at once"
)
def three_axes(your):
    forward = partial(worked, your=your, function="conv_forward")
    volume, kernel = CHANNELS[:, None], FILTER[:, None]  # the channels become an axis: (1, 1, 2, 3, 3)
    by_hand = "By hand: take the chapter's two channels for two slices of a volume, and slide along them."
    forward(by_hand, [[[[[4, 1], [1, 1]]]]], volume, kernel)
    turned = "Reorder the axes of volume and kernel: the result's are reordered too."
    holds(turned, turn, your, volume, kernel)
    slices = [[[[[0, -1], [0, 0]], [[0, 1], [1, -2]]]]]
    forward("Leave the slices apart where the kernel has depth 1.", slices, volume, CORNERS[:, :, None])
    two = "Take two options at once: a zero on each side, and every second window."
    forward(two, [[[8, 13, 13]]], SIGNAL, WEIGHT, stride=2, padding=1)
    same = 'With "same" and a stride, pad as many cells as the steps need.'
    forward(same, [[[4, 10, 5]]], SIGNAL, WEIGHT, stride=2, padding="same")
    both = "Add a bias on one axis as on two."
    turned = np.concatenate([WEIGHT, -WEIGHT])
    forward(both, [[[5, 14, 11, 14], [-14, -23, -20, -23]]], SIGNAL, turned, np.array([1.0, -10]))


EXERCISE = Exercise(
    slug="ch07_conv_forward",
    title="The forward pass, in any number of dimensions",
    functions=("conv_forward",),
    capabilities=(one_axis, two_axes, channels, bias, stride, padding, dilation, groups, three_axes),
    right_number=right_number,
    simpler=CONVOLUTION,
    closed=("conv", "correlate", "weigh"),
    opens=("output_size", "resolve_padding", "as_float", "pad_forward", "unfold", "fold"),
)
