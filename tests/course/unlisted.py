"""Wrong answers that nobody listed: the hidden checks must stop them, and give them no name.

Each is what it breaks, and the functions that replace right ones.
"""

import numpy as np
from course.answers import gathered

from cnnlab import (
    conv_backward_bias,
    conv_backward_input,
    conv_backward_weight,
    conv_forward,
    resolve_padding,
)


def cells(x, weight, options):
    geometry = {name: options.get(name, 1) for name in ("stride", "dilation")}
    return resolve_padding(x.shape[2:], weight.shape[2:], options.get("padding", 0), **geometry)


# The forward pass.


def bias_of_the_first_filter(x, weight, bias=None, **options):
    return conv_forward(x, weight, None if bias is None else np.full_like(bias, bias[0]), **options)


def bias_forgotten(x, weight, bias=None, **options):
    return conv_forward(x, weight, **options)


def bias_asked_for_its_truth(x, weight, bias=None, **options):
    return conv_forward(x, weight, bias if bias else None, **options)


def same_with_the_odd_cell_before(x, weight, bias=None, **options):
    rim = cells(x, weight, options)
    if options.get("padding") == "same":
        options["padding"] = tuple(pair[::-1] for pair in rim)
    return conv_forward(x, weight, bias, **options)


def pairs_the_other_way_round(x, weight, bias=None, **options):
    if isinstance(options.get("padding"), tuple) and isinstance(options["padding"][0], tuple):
        options["padding"] = tuple(pair[::-1] for pair in options["padding"])
    return conv_forward(x, weight, bias, **options)


def wraps_around(x, weight, bias=None, **options):
    padded = np.pad(x, ((0, 0), (0, 0), *cells(x, weight, options)), mode="wrap")
    return conv_forward(padded, weight, bias, **options | {"padding": 0})


def same_without_knowing_the_dilation(x, weight, bias=None, **options):
    if options.get("padding") == "same":
        options["padding"] = resolve_padding(x.shape[2:], weight.shape[2:], "same")
    return conv_forward(x, weight, bias, **options)


def dilation_of_the_first_axis(x, weight, bias=None, *, dilation=1, **options):
    first = dilation[0] if isinstance(dilation, tuple) else dilation
    return conv_forward(x, weight, bias, dilation=first, **options)


def stride_of_the_last_axis(x, weight, bias=None, *, stride=1, **options):
    last = stride[-1] if isinstance(stride, tuple) else stride
    return conv_forward(x, weight, bias, stride=last, **options)


def groups_by_turns(x, weight, bias=None, *, groups=1, **options):
    order = np.arange(x.shape[1]).reshape(-1, groups).T.ravel()
    return conv_forward(x[:, order], weight, bias, groups=groups, **options)


def kernel_transposed(x, weight, bias=None, **options):
    if weight.ndim == 4 and weight.shape[2] == weight.shape[3]:
        weight = weight.swapaxes(2, 3)
    return conv_forward(x, weight, bias, **options)


def first_image_for_all(x, weight, bias=None, **options):
    y = conv_forward(x, weight, bias, **options)
    return np.repeat(y[:1], len(x), axis=0)


def single_precision_always(x, weight, bias=None, **options):
    arrays = [a if a is None else a.astype(np.float32) for a in (x, weight, bias)]
    return conv_forward(*arrays, **options)


def whole_sums_of_whole_numbers(x, weight, bias=None, **options):
    y = conv_forward(x, weight, bias, **options)
    return y.astype(int) if x.dtype.kind in "iu" and weight.dtype.kind in "iu" else y


def sums_in_the_type_of_the_picture(x, weight, bias=None, **options):
    y = conv_forward(x, weight, bias, **options)
    return y.astype(x.dtype) if x.dtype == np.uint8 else y


def x_divided_in_place_under_groups(x, weight, bias=None, *, groups=1, **options):
    y = conv_forward(x, weight, bias, groups=groups, **options)
    if groups > 1:
        x /= 2
    return y


def sums_in_eight_bits(x, weight, bias=None, **options):
    y = conv_forward(x, weight, bias, **options)
    return y % 256 if x.dtype == weight.dtype == np.uint8 else y


def windows_side_by_side(x, weight, bias=None, *, stride=1, **options):
    step = weight.shape[2:] if np.all(np.equal(stride, 1)) else stride
    return conv_forward(x, weight, bias, stride=step, **options)


def weight_sorted_in_place(x, weight, bias=None, **options):
    y = conv_forward(x, weight, bias, **options)
    weight.sort()
    return y


def returns_a_list(x, weight, bias=None, **options):
    return conv_forward(x, weight, bias, **options).tolist()


def absolute(x, weight, bias=None, **options):
    return np.abs(conv_forward(x, weight, bias, **options))


ALL = "1d 2d channels bias stride padding dilation groups 3d"
FORWARD = {
    bias_of_the_first_filter: "bias",
    bias_forgotten: "bias",
    bias_asked_for_its_truth: "bias",
    same_with_the_odd_cell_before: "padding",
    pairs_the_other_way_round: "padding",
    wraps_around: "padding",
    same_without_knowing_the_dilation: "3d",
    dilation_of_the_first_axis: "dilation",
    stride_of_the_last_axis: "stride",
    groups_by_turns: "groups",
    kernel_transposed: "2d channels",
    first_image_for_all: "channels",
    single_precision_always: "2d",
    whole_sums_of_whole_numbers: "2d",
    sums_in_the_type_of_the_picture: "2d",
    x_divided_in_place_under_groups: "channels",
    windows_side_by_side: ALL,
    sums_in_eight_bits: "2d",
    weight_sorted_in_place: "channels",
    returns_a_list: ALL,
    absolute: ALL,
}


# The backward pass.


def zero(dy, *args, **options):
    return np.zeros(3)


def db_of_absolute_values(dy):
    return conv_backward_bias(np.abs(dy))


def db_of_two_axes_only(dy):
    return dy.sum(axis=(0, 2, 3)) if dy.ndim == 4 else dy.sum(axis=(0, 2))


def dw_averaged_over_places(dy, x, kernel_size, **options):
    return conv_backward_weight(dy, x, kernel_size, **options) / max(dy[0, 0].size, 1)


def dw_of_the_first_image(dy, x, kernel_size, **options):
    return conv_backward_weight(dy[:1], x[:1], kernel_size, **options)


def dw_with_stride_and_dilation_exchanged(dy, x, kernel_size, *, stride=1, dilation=1, **options):
    try:
        return conv_backward_weight(dy, x, kernel_size, stride=dilation, dilation=stride, **options)
    except ValueError:
        return np.zeros((dy.shape[1], x.shape[1] // options.get("groups", 1), *kernel_size))


def dw_without_padding_after(dy, x, kernel_size, **options):
    dweight = conv_backward_weight(dy, x, kernel_size, **options)
    if isinstance(options.get("padding"), tuple) and isinstance(options["padding"][0], tuple):
        dweight[(..., *[-1] * len(kernel_size))] += 1
    return dweight


def dx_cropped_in_the_middle(dy, weight, spatial, **options):
    geometry = {name: options.get(name, 1) for name in ("stride", "dilation")}
    rim = resolve_padding(spatial, weight.shape[2:], options.get("padding", 0), **geometry)
    whole = tuple(n + before + after for n, (before, after) in zip(spatial, rim, strict=True))
    padded = conv_backward_input(dy, weight, whole, **options | {"padding": 0})
    starts = [sum(pair) // 2 for pair in rim]
    return padded[(..., *[slice(a, a + n) for n, a in zip(spatial, starts, strict=True)])]


def dw_of_exchanged_channels_where_it_fits(dy, x, kernel_size, **options):
    dweight = conv_backward_weight(dy, x, kernel_size, **options)
    return dweight.swapaxes(0, 1) if dweight.shape[0] == dweight.shape[1] else dweight


def dx_wraps_into_what_no_window_read(dy, weight, spatial, *, stride=1, **options):
    dx = conv_backward_input(dy, weight, spatial, stride=stride, **options)
    if not np.all(np.equal(stride, 1)):
        dx[..., -1] += dx[..., 0]
    return dx


def dx_of_the_first_channel_for_all(dy, weight, spatial, **options):
    dx = conv_backward_input(dy, weight, spatial, **options)
    return np.repeat(dx[:, :1], dx.shape[1], axis=1)


def dw_in_the_type_of_dy(dy, x, kernel_size, **options):
    return conv_backward_weight(dy, x, kernel_size, **options).astype(dy.dtype)


def dx_in_the_type_of_dy(dy, weight, spatial, **options):
    return conv_backward_input(dy, weight, spatial, **options).astype(dy.dtype)


def dx_in_the_type_of_the_weight(dy, weight, spatial, **options):
    return conv_backward_input(dy, weight, spatial, **options).astype(weight.dtype)


def dx_cropped_before_the_stride(dy, weight, spatial, *, stride=1, padding=0, **options):
    geometry = {"stride": stride, "dilation": options.get("dilation", 1)}
    rim = resolve_padding(spatial, weight.shape[2:], padding, **geometry)
    steps = np.broadcast_to(stride, len(spatial))
    more = [before * (s - 1) for (before, _), s in zip(rim, steps, strict=True)]
    whole = tuple(n + sum(pair) + m for n, pair, m in zip(spatial, rim, more, strict=True))
    dx = conv_backward_input(dy, weight, whole, stride=stride, **options)
    starts = [before + m for (before, _), m in zip(rim, more, strict=True)]
    return dx[(..., *[slice(a, a + n) for a, n in zip(starts, spatial, strict=True)])]


def dx_changes_the_weight_under_stride(dy, weight, spatial, *, stride=1, **options):
    dx = conv_backward_input(dy, weight, spatial, stride=stride, **options)
    if not np.all(np.equal(stride, 1)):
        weight *= -1
    return dx


def dx_of_groups_by_turns(dy, weight, spatial, *, groups=1, **options):
    dx = conv_backward_input(dy, weight, spatial, groups=groups, **options)
    order = np.arange(dx.shape[1]).reshape(-1, groups).T.ravel()
    return dx[:, order]


BIAS, WEIGHT, INPUT = "conv_backward_bias", "conv_backward_weight", "conv_backward_input"
BACKWARD = {
    zero: (BIAS, "bias"),
    db_of_absolute_values: (BIAS, "bias"),
    db_of_two_axes_only: (BIAS, "bias"),
    dw_averaged_over_places: (WEIGHT, "weight padding stride dilation groups axes"),
    dw_of_the_first_image: (WEIGHT, "weight"),
    dw_with_stride_and_dilation_exchanged: (WEIGHT, "stride dilation"),
    dw_without_padding_after: (WEIGHT, "padding"),
    dx_cropped_in_the_middle: (INPUT, "padding"),
    dw_of_exchanged_channels_where_it_fits: (WEIGHT, "weight"),
    dx_wraps_into_what_no_window_read: (INPUT, "stride"),
    dx_of_the_first_channel_for_all: (INPUT, "input groups"),
    dw_in_the_type_of_dy: (WEIGHT, "weight"),
    dx_in_the_type_of_dy: (INPUT, "input"),
    dx_in_the_type_of_the_weight: (INPUT, "input"),
    dx_cropped_before_the_stride: (INPUT, "axes"),
    dx_changes_the_weight_under_stride: (INPUT, "input"),
    dx_of_groups_by_turns: (INPUT, "groups"),
}

UNLISTED = {
    "ch07_conv_forward": {f.__name__: (lost, {"conv_forward": f}) for f, lost in FORWARD.items()},
    "ch08_conv_backward": {f.__name__: (lost, {of: f}) for f, (of, lost) in BACKWARD.items()},
} | gathered("UNLISTED")
