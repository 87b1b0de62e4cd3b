"""Named wrong answers to exercise 8: each was really given by somebody. Instructors only."""

import numpy as np

from cnnlab import conv_backward_bias, conv_backward_input, conv_backward_weight, output_size, resolve_padding
from cnnlab.checks import Mistakes

mistake = MISTAKES = Mistakes()
INPUT, WEIGHT, BIAS = "conv_backward_input", "conv_backward_weight", "conv_backward_bias"


def flipped(kernel):
    return np.flip(kernel, axis=tuple(range(2, kernel.ndim)))


def cells(spatial, kernel_size, options):
    """Resolve the padding to one (before, after) pair per axis."""
    geometry = {name: options.get(name, 1) for name in ("stride", "dilation")}
    return resolve_padding(spatial, kernel_size, options.get("padding", 0), **geometry)


def closed_up(dy, spatial, kernel_size, options):
    """Put dy where a stride of 1 would have made it: at the first places, zeros behind."""
    rim = np.sum(cells(spatial, kernel_size, options), axis=1)
    extents = np.multiply(options.get("dilation", 1), np.subtract(kernel_size, 1)) + 1
    wide = np.zeros((*dy.shape[:2], *(np.add(spatial, rim) - extents + 1)))
    wide[:, :, *[slice(0, n) for n in dy.shape[2:]]] = dy
    return wide


STRIDE_FORGOTTEN = (
    "windows that move on by 1 in the backward pass; stride 1 agrees. Which input patch made output "
    "number 2 when the stride is 2?"
)


@mistake("backward-ignores-stride", STRIDE_FORGOTTEN, of=INPUT, breaks="stride", degenerate=True)
def sends_dy_to_neighbouring_windows(dy, weight, spatial, **options):
    options["padding"] = cells(spatial, weight.shape[2:], options)
    dy = closed_up(dy, spatial, weight.shape[2:], options)
    return conv_backward_input(dy, weight, spatial, **options | {"stride": 1})


@mistake("backward-ignores-stride", of=WEIGHT)
def pairs_dy_with_neighbouring_windows(dy, x, kernel_size, **options):
    options["padding"] = cells(x.shape[2:], kernel_size, options)
    dy = closed_up(dy, x.shape[2:], kernel_size, options)
    return conv_backward_weight(dy, x, kernel_size, **options | {"stride": 1})


def without_holes(dy, spatial, kernel_size, options):
    """Let the dy of a dilated kernel come from the first windows of one without holes; zeros behind."""
    options = options | {"padding": cells(spatial, kernel_size, options), "dilation": 1}
    steps = {name: options[name] for name in ("stride", "padding") if name in options}
    wide = np.zeros((*dy.shape[:2], *output_size(spatial, kernel_size, **steps)))
    wide[:, :, *[slice(0, n) for n in dy.shape[2:]]] = dy
    return wide, options


DILATION_FORGOTTEN = (
    "a kernel without its holes in the backward pass; dilation 1 agrees. Which entry did tap number 2 read "
    "when the dilation is 2?"
)


@mistake("backward-ignores-dilation", DILATION_FORGOTTEN, of=INPUT, breaks="dilation", degenerate=True)
def sends_dy_through_a_kernel_without_holes(dy, weight, spatial, **options):
    dy, options = without_holes(dy, spatial, weight.shape[2:], options)
    return conv_backward_input(dy, weight, spatial, **options)


@mistake("backward-ignores-dilation", of=WEIGHT)
def pairs_dy_with_taps_side_by_side(dy, x, kernel_size, **options):
    dy, options = without_holes(dy, x.shape[2:], kernel_size, options)
    return conv_backward_weight(dy, x, kernel_size, **options)


@mistake(
    "dx-kernel-flipped",
    "a kernel turned once too often; symmetric kernels agree. Where did weight[a, b] read its input in "
    "the forward pass, and is that where you send the gradient?",
    of=INPUT,
    breaks="input",
)
def dx_with_the_kernel_flipped(dy, weight, spatial, **options):
    return conv_backward_input(dy, flipped(weight), spatial, **options)


@mistake(
    "dx-first-filter-only",
    "one filter works, several do not. How many outputs did one input cell influence when there are "
    "several filters?",
    of=INPUT,
    breaks="input",
    degenerate=True,
)
def dx_of_the_first_filter(dy, weight, spatial, *, groups=1, **options):
    first = np.zeros_like(weight)
    first[:: len(weight) // groups] = weight[:: len(weight) // groups]
    return conv_backward_input(dy, first, spatial, groups=groups, **options)


@mistake(
    "dx-crop-minus-p",
    "a gradient that is empty where there is no padding. What does a[0:-0] select?",
    of=INPUT,
    breaks="input stride dilation groups axes",
    degenerate=True,
)
def dx_cropped_from_p_to_minus_p(dy, weight, spatial, **options):
    dx = conv_backward_input(dy, weight, spatial, **options)
    rim = cells(spatial, weight.shape[2:], options)
    if any(before != after for before, after in rim):  # no single p to crop with
        return dx
    return dx[:, :, *[slice(None) if p else slice(0, 0) for p, _ in rim]]


@mistake(
    "dx-top-left-padding-only",
    "the last rows and columns of dx at zero, yet those pixels were read in the forward pass. On which "
    "sides must dy be extended?",
    of=INPUT,
    breaks="input",
)
def dx_from_dy_extended_at_the_top_left(dy, weight, spatial, **options):
    rim = cells(spatial, weight.shape[2:], options)
    whole = tuple(n + before + after for n, (before, after) in zip(spatial, rim, strict=True))
    dpadded = conv_backward_input(dy, weight, whole, **options | {"padding": 0})
    stride = np.broadcast_to(options.get("stride", 1), len(spatial))
    for axis, (s, n) in enumerate(zip(stride, dy.shape[2:], strict=True)):
        np.moveaxis(dpadded, 2 + axis, 0)[(n - 1) * s + 1 :] = 0
    return dpadded[:, :, *[slice(before, before + n) for n, (before, _) in zip(spatial, rim, strict=True)]]


ASSIGNED = (
    "right entries where one window reached, wrong ones where windows overlap. What becomes of the first "
    "share when a second one arrives at the same entry?"
)


def _written(dy, weight, spatial, order, *, groups=1, **options):
    """Write every share into dx, in some order of places and taps, in place of adding it."""
    rim = cells(spatial, weight.shape[2:], options)
    whole = tuple(n + before + after for n, (before, after) in zip(spatial, rim, strict=True))
    shares = dy.reshape(len(dy), groups, -1, *dy.shape[2:])
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    padded = np.zeros((len(dy), groups, weight.shape[1], *whole))
    for o, k in order(dy.shape[2:], weight.shape[2:]):
        i = np.multiply(o, options.get("stride", 1)) + np.multiply(k, options.get("dilation", 1))
        padded[(..., *i)] = np.einsum("ngf,gfc->ngc", shares[(..., *o)], filters[(..., *k)])
    padded = padded.reshape(len(dy), -1, *whole) if len(dy) else padded[:, 0]
    return padded[:, :, *[slice(before, before + n) for n, (before, _) in zip(spatial, rim, strict=True)]]


@mistake("dx-assigned-not-added", ASSIGNED, of=INPUT, breaks="input")
def dx_written_window_by_window(dy, weight, spatial, **options):
    def order(out, kernel_size):
        return ((o, k) for o in np.ndindex(*out) for k in np.ndindex(*kernel_size))

    return _written(dy, weight, spatial, order, **options)


@mistake("dx-assigned-not-added", of=INPUT)
def dx_written_tap_by_tap(dy, weight, spatial, **options):
    def order(out, kernel_size):
        return ((o, k) for k in np.ndindex(*kernel_size) for o in np.ndindex(*out))

    return _written(dy, weight, spatial, order, **options)


@mistake(
    "dx-size-from-dy",
    "a dx that ends where the last window ends. Two sizes of x give the same number of windows: which of "
    "your arguments says how large x was?",
    of=INPUT,
    breaks="stride",
)
def dx_as_large_as_the_windows_reach(dy, weight, spatial, **options):
    dx = conv_backward_input(dy, weight, spatial, **options)
    rim = np.sum(cells(spatial, weight.shape[2:], options), axis=1)
    reach = np.multiply(np.subtract(dy.shape[2:], 1), options.get("stride", 1))
    reach = reach + np.multiply(np.subtract(weight.shape[2:], 1), options.get("dilation", 1)) + 1 - rim
    return dx[:, :, *[slice(0, max(n, 0)) for n in reach.tolist()]]


@mistake(
    "dx-crop-begins-at-after",
    "equal paddings agree, unequal ones do not. How many cells stand before the first entry of x?",
    of=INPUT,
    breaks="padding",
)
def dx_cropped_by_the_cells_after(dy, weight, spatial, **options):
    rim = cells(spatial, weight.shape[2:], options)
    whole = tuple(n + before + after for n, (before, after) in zip(spatial, rim, strict=True))
    padded = conv_backward_input(dy, weight, whole, **options | {"padding": 0})
    return padded[:, :, *[slice(after, after + n) for n, (_, after) in zip(spatial, rim, strict=True)]]


@mistake(
    "dx-averaged-over-batch",
    "a batch of one agrees, a larger one is too small by its size. Has the loss already divided by N?",
    of=INPUT,
    breaks="input",
)
def dx_averaged_over_the_batch(dy, weight, spatial, **options):
    return conv_backward_input(dy, weight, spatial, **options) / max(len(dy), 1)


@mistake(
    "dw-flipped",
    "the right dweight, turned by half a turn. Which of the two operands slides, and in which direction "
    "do you count?",
    of=WEIGHT,
    breaks="weight",
)
def dw_flipped(dy, x, kernel_size, **options):
    return flipped(conv_backward_weight(dy, x, kernel_size, **options))


@mistake(
    "dw-averaged-over-batch",
    "a batch of one agrees, a larger one is too small by its size. Has the loss already divided by N?",
    of=WEIGHT,
    breaks="weight",
)
def dw_averaged_over_the_batch(dy, x, kernel_size, **options):
    return conv_backward_weight(dy, x, kernel_size, **options) / max(len(dy), 1)


DW_ASSIGNED = (
    "what each tap is owed for the last place alone. What becomes of the share of a place when that of the "
    "next arrives at the same tap?"
)


def last_place(dy):
    """Blank dy at all places but the last."""
    last = np.zeros(dy.shape)
    end = (..., *[slice(-1, None)] * (dy.ndim - 2))
    last[end] = dy[end]
    return last


@mistake("dw-assigned-not-added", DW_ASSIGNED, of=WEIGHT, breaks="weight")
def dw_of_the_last_place(dy, x, kernel_size, **options):
    return conv_backward_weight(last_place(dy), x, kernel_size, **options)


@mistake("dw-assigned-not-added", of=WEIGHT)
def dw_of_the_last_place_of_the_last_image(dy, x, kernel_size, **options):
    return conv_backward_weight(last_place(dy)[-1:], x[-1:], kernel_size, **options)


@mistake(
    "db-batch-only",
    "a dbias with the shape of a picture. At how many places was one bias added?",
    of=BIAS,
    breaks="bias",
)
def db_summed_over_the_batch(dy):
    return dy.sum(axis=0)


@mistake(
    "db-space-only",
    "a dbias with one row per image. How many biases does the layer own?",
    of=BIAS,
    breaks="bias",
)
def db_summed_over_space(dy):
    return dy.sum(axis=tuple(range(2, dy.ndim)))


@mistake(
    "db-sum-all",
    "the same bias gradient for all filters, although their dy differ. Over which axis must you not sum?",
    of=BIAS,
    breaks="bias",
)
def db_summed_over_everything(dy):
    return np.full(dy.shape[1], dy.sum(dtype=float))


@mistake("db-sum-all", of=BIAS)
def db_one_sum(dy):
    return np.array(dy.sum(dtype=float))


@mistake(
    "db-mean",
    "a dbias too small by the number of places where the bias was added. Sum or mean?",
    of=BIAS,
    breaks="bias",
)
def db_mean(dy):
    return dy.mean(axis=(0, *range(2, dy.ndim)))


@mistake(
    "db-averaged-over-batch",
    "a batch of one agrees, a larger one is too small by its size. Has the loss already divided by N?",
    of=BIAS,
    breaks="bias",
)
def db_averaged_over_the_batch(dy):
    return conv_backward_bias(dy) / max(len(dy), 1)


UPSTREAM_CHANGED = "a dy that is another after your call. What if a second layer needs it too?"


@mistake("backward-mutates-upstream", UPSTREAM_CHANGED, of=BIAS, breaks="bias weight input")
def db_leaves_dy_changed(dy):
    dbias = conv_backward_bias(dy)
    dy *= 0
    return dbias


@mistake("backward-mutates-upstream", of=WEIGHT)
def dw_leaves_dy_changed(dy, x, kernel_size, **options):
    dweight = conv_backward_weight(dy, x, kernel_size, **options)
    dy *= 0
    return dweight


@mistake("backward-mutates-upstream", of=INPUT)
def dx_leaves_dy_changed(dy, weight, spatial, **options):
    dx = conv_backward_input(dy, weight, spatial, **options)
    dy *= 0
    return dx
