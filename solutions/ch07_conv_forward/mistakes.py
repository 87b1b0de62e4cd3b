"""Named wrong answers to exercise 7: each was really given by somebody. Instructors only."""

import numpy as np

from cnnlab import conv_forward, output_size, resolve_padding
from cnnlab.checks import Mistakes

MISTAKES = Mistakes()


def mistake(id, question="", **what):
    return MISTAKES(id, question, of="conv_forward", **what)


def cells(x, weight, options):
    """Resolve the padding to one (before, after) pair per axis."""
    geometry = {name: options.get(name, 1) for name in ("stride", "dilation")}
    return resolve_padding(x.shape[2:], weight.shape[2:], options.get("padding", 0), **geometry)


def per_axis(value, x):
    return tuple(value) if isinstance(value, tuple) else (value,) * (x.ndim - 2)


@mistake(
    "conv-flips",
    "a result that is right for symmetric kernels, and off by a half turn of the kernel for all others. "
    "Which sister operation does the contract name?",
    breaks="1d",
)
def flips_the_kernel(x, weight, bias=None, **options):
    return conv_forward(x, np.flip(weight, axis=tuple(range(2, weight.ndim))), bias, **options)


@mistake(
    "conv-swaps-io-channels",
    "two axes of weight that change places; equal numbers of channels hide it. Which axis counts the "
    "filters?",
    breaks="channels groups",
)
def swaps_channels_and_filters(x, weight, bias=None, **options):
    return conv_forward(x, weight.swapaxes(0, 1), bias, **options)


@mistake(
    "conv-dilation-is-stride",
    "windows that moved further apart while their taps stayed together. Which of the two does dilation "
    "spread?",
    breaks="dilation",
)
def dilation_as_stride(x, weight, bias=None, *, stride=1, dilation=1, **options):
    step = tuple(np.multiply(per_axis(stride, x), per_axis(dilation, x)).tolist())
    return conv_forward(x, weight, bias, stride=step, **options)


@mistake(
    "conv-swaps-stride-padding",
    "the result that comes when padding and stride change places. In which order does your helper take them?",
    breaks="stride",
)
def swaps_stride_and_padding(x, weight, bias=None, *, stride=1, padding=0, **options):
    plain = np.all(np.equal(stride, 1)) and not isinstance(padding, str) and not np.any(padding)
    if plain or isinstance(padding, str) or np.ndim(padding) == 2:  # words and pairs cannot be strides
        return conv_forward(x, weight, bias, stride=stride, padding=padding, **options)
    as_stride = tuple(max(p, 1) for p in per_axis(padding, x))
    return conv_forward(x, weight, bias, stride=as_stride, padding=stride, **options)


@mistake(
    "conv-stride-first-axis-only",
    "equal strides agree, unequal ones do not. Which stride does the second axis get?",
    breaks="stride",
    degenerate=True,
)
def first_stride_for_all(x, weight, bias=None, *, stride=1, **options):
    return conv_forward(x, weight, bias, stride=per_axis(stride, x)[0], **options)


@mistake(
    "pads-every-axis",
    "a padded array that grew where it should not. Look at its shape: which axes grew that are not space?",
    breaks="padding",
)
def pads_batch_and_channels(x, weight, bias=None, **options):
    rim = cells(x, weight, options)
    both = (max(rim[0]), max(rim[0]))
    padded = np.pad(x, (both, both, *rim))[:, : x.shape[1]]
    return conv_forward(padded, weight, bias, **options | {"padding": 0})


@mistake(
    "pads-one-side",
    "the right shape, the result shifted. On which side of each axis did you put the zeros?",
    breaks="padding",
)
def pads_after_only(x, weight, bias=None, **options):
    rim = tuple((0, before + after) for before, after in cells(x, weight, options))
    return conv_forward(x, weight, bias, **options | {"padding": rim})


@mistake("pads-one-side")
def pads_before_only(x, weight, bias=None, **options):
    rim = tuple((before + after, 0) for before, after in cells(x, weight, options))
    return conv_forward(x, weight, bias, **options | {"padding": rim})


@mistake(
    "pads-swapped-axes",
    "equal paddings agree, unequal ones do not. Does the first entry of the tuple belong to rows or to "
    "columns?",
    breaks="padding",
)
def pads_columns_with_the_padding_of_rows(x, weight, bias=None, **options):
    return conv_forward(x, weight, bias, **options | {"padding": cells(x, weight, options)[::-1]})


@mistake(
    "conv-index-wraps",
    "zeros after the signal, and its own last numbers before it. What does Python read at index -1?",
    breaks="padding",
)
def reads_at_negative_addresses(x, weight, bias=None, **options):
    rim = cells(x, weight, options)
    before = np.pad(x, ((0, 0), (0, 0), *[(b, 0) for b, _ in rim]), mode="wrap")
    return conv_forward(before, weight, bias, **options | {"padding": tuple((0, after) for _, after in rim)})


@mistake(
    "pads-with-edge",
    "a right interior and a wrong rim. What value does the contract imagine outside the picture?",
    breaks="padding",
)
def pads_with_the_border(x, weight, bias=None, **options):
    padded = np.pad(x, ((0, 0), (0, 0), *cells(x, weight, options)), mode="edge")
    return conv_forward(padded, weight, bias, **options | {"padding": 0})


@mistake(
    "conv-drops-last-position",
    "an output that stops one window early. What is the last start at which the kernel still fits?",
    breaks="1d",
)
def drops_the_last_window(x, weight, bias=None, **options):
    y = conv_forward(x, weight, bias, **options)
    return y[(slice(None), slice(None), *[slice(0, -1)] * (y.ndim - 2))]


@mistake(
    "conv-accumulates-in-input-dtype",
    "a fractional kernel that acts like whole numbers on a picture of integers. What happened to 0.5 on "
    "the way?",
    breaks="2d",
)
def casts_the_kernel_to_the_pictures_type(x, weight, bias=None, **options):
    return conv_forward(x, weight.astype(x.dtype).astype(float), bias, **options)


@mistake(
    "conv-stride-not-in-window",
    "a shape that knows about the stride, and values that do not. Where does window number 2 start?",
    breaks="stride",
    degenerate=True,
)
def stride_in_the_size_only(x, weight, bias=None, **options):
    geometry = {name: options[name] for name in ("stride", "padding", "dilation") if name in options}
    out = output_size(x.shape[2:], weight.shape[2:], **geometry)
    rim = cells(x, weight, options)
    y = conv_forward(x, weight, bias, **options | {"stride": 1, "padding": rim})
    return y[:, :, *[slice(0, n) for n in out]]


@mistake(
    "conv-first-channel-only",
    "an output that does not change when every channel but the first is set to zero. Should it?",
    breaks="channels",
    degenerate=True,
)
def reads_the_first_channel_only(x, weight, bias=None, **options):
    first = np.zeros_like(weight)
    first[:, :1] = weight[:, :1]
    return conv_forward(x, first, bias, **options)


@mistake(
    "conv-one-plane-for-all",
    "one and the same kernel for every channel. How many planes does a filter have, and which of them is for "
    "the second channel?",
    breaks="channels",
    degenerate=True,
)
def slides_the_first_plane_over_all_channels(x, weight, bias=None, **options):
    return conv_forward(x, np.broadcast_to(weight[:, :1], weight.shape), bias, **options)


@mistake(
    "conv-averages-channels",
    "a result too small by exactly the number of input channels. Are their contributions averaged or added?",
    breaks="channels",
)
def averages_the_channels(x, weight, bias=None, **options):
    return conv_forward(x, weight / weight.shape[1], bias, **options)


@mistake(
    "conv-bias-inside-sum",
    "right with a bias of 0; otherwise too far by the bias, many times over. How often is the bias part "
    "of one output?",
    breaks="bias",
)
def adds_the_bias_at_every_tap(x, weight, bias=None, **options):
    return conv_forward(x, weight, None if bias is None else bias * weight[0].size, **options)


@mistake("conv-bias-inside-sum")
def adds_the_bias_at_every_tap_of_space(x, weight, bias=None, **options):
    return conv_forward(x, weight, None if bias is None else bias * weight[0, 0].size, **options)


@mistake("conv-bias-inside-sum")
def adds_the_bias_in_the_loop_over_places(x, weight, bias=None, **options):
    y = conv_forward(x, weight, **options)
    return y if bias is None else y + y[0, 0].size * bias.reshape(-1, *[1] * (x.ndim - 2))


@mistake(
    "conv-bias-along-last-axis",
    "each column with a bias of its own, where each feature map should have one. From which side does NumPy "
    "line up two shapes?",
    breaks="bias",
)
def lines_the_bias_up_with_the_last_axis(x, weight, bias=None, **options):
    y = conv_forward(x, weight, **options)
    return y if bias is None else y + bias


@mistake(
    "conv-bias-per-channel",
    "one input channel agrees; with several the result is too far by the bias. Is the bias added once for "
    "each channel, or once for each output?",
    breaks="bias",
)
def adds_the_bias_for_every_channel(x, weight, bias=None, **options):
    return conv_forward(x, weight, None if bias is None else bias * weight.shape[1], **options)


@mistake(
    "conv-groups-interleaved",
    "as many channels as groups agree, more do not. Do the channels of one group stand side by side, or take "
    "turns with the others?",
    breaks="groups",
)
def takes_channels_and_filters_by_turns(x, weight, bias=None, *, groups=1, **options):
    channels, filters = (np.arange(n).reshape(-1, groups).T.ravel() for n in (x.shape[1], len(weight)))
    of_groups = None if bias is None else bias[filters]
    y = conv_forward(x[:, channels], weight[filters], of_groups, groups=groups, **options)
    return y[:, np.argsort(filters)]


@mistake(
    "conv-groups-ignored",
    "right for the first group; all others see its channels too. Which channel does the first filter of the "
    "second group begin with?",
    breaks="groups",
    degenerate=True,
)
def gives_every_group_the_first_channels(x, weight, bias=None, *, groups=1, **options):
    return conv_forward(x[:, : weight.shape[1]] if groups > 1 else x, weight, bias, **options)


@mistake(
    "conv-mean-not-sum",
    "everything scaled by one constant, the size of the window. Is a convolution a weighted sum or a "
    "weighted mean?",
    breaks="1d",
)
def takes_the_mean(x, weight, bias=None, **options):
    return conv_forward(x, weight / weight[0].size, bias, **options)


@mistake(
    "conv-3d-as-slices",
    "a volume whose neighbouring slices never mix. Along how many axes does a 3-D kernel slide?",
    breaks="3d",
    degenerate=True,
)
def convolves_slice_by_slice(x, weight, bias=None, **options):
    if weight.ndim < 5:
        return conv_forward(x, weight, bias, **options)
    return conv_forward(x, weight.sum(axis=2, keepdims=True), bias, **options)
