"""What students see of exercise 7: its capabilities, the hand examples of the chapter, properties, edges."""

from __future__ import annotations

import numpy as np

import cnnlab

from .case import number_text
from .exercise import Exercise, capability
from .simpler import CONVOLUTION
from .visible import equal, holds

WEIGHT = np.array([[[1.0, 2, 4]]])
SIGNAL = np.array([[[2.0, 1, 0, 3, 1, 2]]])
CHANNELS = np.array([[[[1.0, 2, 0], [0, 1, 3], [2, 0, 1]], [[0, 1, 1], [2, 0, 0], [1, 1, 2]]]])
FILTER = np.array([[[[1.0, 0], [0, -1]], [[0, 2], [1, 0]]]])
PICTURE, CORNERS = CHANNELS[:, :1], FILTER[:, :1]

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
    by_hand = your.conv_forward(SIGNAL, WEIGHT)
    equal("By hand: [2, 1, 0, 3, 1, 2] under [1, 2, 4].", by_hand, [[[4, 13, 10, 13]]])
    holds("A signal that starts one entry later: so does the result.", shift, your, SIGNAL, WEIGHT)
    whole, half = np.array([[[1, 2, 4]]]), np.array([[[0.5, 0.5]]])
    equal("Half of two neighbours, of whole numbers.", your.conv_forward(whole, half), [[[1.5, 3]]])
    equal("A kernel as long as the signal fits once.", your.conv_forward(SIGNAL[..., :3], WEIGHT), [[[4]]])


@capability(
    "2d",
    2,
    section="Channels: what is added to what?",
    varies="sizes, even and oblong kernels, and the type of numbers",
)
def two_axes(your):
    by_hand = your.conv_forward(PICTURE, CORNERS)
    equal("By hand: the first channel of the chapter.", by_hand, [[[[0, -1], [0, 0]]]])
    holds("Rows and columns of both exchanged: so are the result's.", transpose, your, PICTURE, FILTER[:, 1:])
    pixels, half = np.array([[[[200, 100], [50, 255]]]], np.uint8), np.full((1, 1, 1, 2), 0.5)
    equal("Half of two neighbours, of 8-bit pixels.", your.conv_forward(pixels, half), [[[[150], [152.5]]]])
    twice = np.array([[[[1, 2]]]], np.uint8)
    equal("8-bit pixels, an 8-bit kernel.", your.conv_forward(pixels, twice), [[[[400], [560]]]])


@capability("channels", 3, section="Channels: what is added to what?", varies=BATCHES)
def channels(your):
    by_hand = your.conv_forward(CHANNELS, FILTER)
    equal("By hand: the two channels of the chapter.", by_hand, [[[[4, 1], [1, 1]]]])
    two = your.conv_forward(CHANNELS, np.concatenate([FILTER, 3 * FILTER]))
    equal("Two channels and two filters.", two, [[[[4, 1], [1, 1]], [[12, 3], [3, 3]]]])
    batch, filters = np.stack([CHANNELS[0], CHANNELS[0, ::-1]]), np.concatenate([FILTER, 3 * FILTER, -FILTER])
    holds("The last image and the last filter, alone.", alone, your, batch, filters)
    equal("A batch of no images.", your.conv_forward(batch[:0], filters), np.zeros((0, 3, 2, 2)))


@capability("bias", 1, section="Channels: what is added to what?", varies="kernels and numbers of filters")
def bias(your):
    with_bias = your.conv_forward(PICTURE, CORNERS, np.array([1.0]))
    equal("By hand: the first channel of the chapter, and a bias of 1.", with_bias, [[[[1, 0], [1, 1]]]])
    filters, biases = np.concatenate([FILTER, -FILTER]), np.array([1.0, -10])
    added = "With the bias, or without it and then added: the same."
    holds(added, bias_added, your, CHANNELS[..., :2], filters, biases)
    equal("No bias at all.", your.conv_forward(PICTURE, CORNERS, None), [[[[0, -1], [0, 0]]]])


@capability("stride", 2, section=ADDRESS, varies="unequal strides, and sizes that they do not divide")
def stride(your):
    by_hand = your.conv_forward(SIGNAL, WEIGHT, stride=2)
    equal("By hand: [2, 1, 0, 3, 1, 2] under [1, 2, 4], every second window.", by_hand, [[[4, 10]]])
    holds("Stride (2, 1) keeps every second row.", subsample, your, PICTURE, CORNERS, (2, 1))
    equal("A stride longer than the signal.", your.conv_forward(SIGNAL, WEIGHT, stride=9), [[[4]]])


@capability("padding", 1, section=ADDRESS, varies="numbers, one number per axis, pairs and words")
def padding(your):
    by_hand = your.conv_forward(np.array([[[1.0, 2, 0, 3]]]), WEIGHT, padding=1)
    equal("By hand: [1, 2, 0, 3] under [1, 2, 4], a zero on each side.", by_hand, [[[10, 5, 14, 6]]])
    holds("Padding (1, 2), and zeros written around by hand.", zeros_around, your, PICTURE, CORNERS, (1, 2))
    uneven = your.conv_forward(SIGNAL[..., :2], WEIGHT, padding=((1, 2),))
    equal("[2, 1] under [1, 2, 4]: one zero before, two after.", uneven, [[[8, 4, 1]]])
    same = your.conv_forward(SIGNAL, WEIGHT[..., :2], padding="same")
    equal('"same" with an even kernel: the odd zero stands after the signal.', same, [[[4, 1, 6, 5, 5, 2]]])


@capability("dilation", 1, section=ADDRESS, varies="unequal dilations and even kernels")
def dilation(your):
    by_hand = your.conv_forward(SIGNAL, WEIGHT, dilation=2)
    equal("By hand: [2, 1, 0, 3, 1, 2] under [1, _, 2, _, 4].", by_hand, [[[6, 15]]])
    holds("Dilation (1, 2), and a kernel with zeros in its holes.", holes, your, PICTURE, CORNERS, (1, 2))
    one_tap = your.conv_forward(SIGNAL, WEIGHT[..., 1:2], dilation=3)
    equal("A kernel of one tap has no holes.", one_tap, 2 * SIGNAL)
    same = your.conv_forward(SIGNAL, WEIGHT, padding="same", dilation=2)
    equal('"same" for a dilated kernel: as long as the signal.', same, [[[4, 14, 6, 15, 2, 7]]])


@capability("groups", 1, section=ADDRESS, varies="the number of groups, and channels in each")
def groups(your):
    by_hand = your.conv_forward(CHANNELS, FILTER.reshape(2, 1, 2, 2), groups=2)
    equal("By hand: each channel of the chapter alone.", by_hand, [[[[0, -1], [0, 0]], [[4, 2], [1, 1]]]])
    x, weight = np.arange(1.0, 13).reshape(1, 4, 3), np.arange(1.0, 17).reshape(4, 2, 2)
    holds("Four channels in two groups, and the halves one by one.", halves, your, x, weight)
    equal("One group is no grouping.", your.conv_forward(CHANNELS, FILTER, groups=1), [[[[4, 1], [1, 1]]]])


@capability(
    "3d", 1, section="Any number of axes: one index becomes a tuple", varies="sizes, and all options at once"
)
def three_axes(your):
    volume, kernel = CHANNELS[:, None], FILTER[:, None]  # the channels become an axis: (1, 1, 2, 3, 3)
    by_hand = your.conv_forward(volume, kernel)
    equal("By hand: the chapter's numbers, its channels now two slices.", by_hand, [[[[[4, 1], [1, 1]]]]])
    holds("The axes of volume and kernel in another order: so are the result's.", turn, your, volume, kernel)
    flat = your.conv_forward(volume, CORNERS[:, :, None])
    slices = [[[[[0, -1], [0, 0]], [[0, 1], [1, -2]]]]]
    equal("A kernel of depth 1 leaves the slices apart.", flat, slices)
    two = your.conv_forward(SIGNAL, WEIGHT, stride=2, padding=1)
    equal("Two options: a zero on each side, and every second window.", two, [[[8, 13, 13]]])


EXERCISE = Exercise(
    slug="ch07_conv_forward",
    title="The forward pass, in any number of dimensions",
    functions=("conv_forward",),
    capabilities=(one_axis, two_axes, channels, bias, stride, padding, dilation, groups, three_axes),
    right_number=right_number,
    simpler=CONVOLUTION,
    closed=("conv", "correlate"),
    opens=("output_size", "resolve_padding", "as_float", "pad_forward", "unfold", "fold"),
)
