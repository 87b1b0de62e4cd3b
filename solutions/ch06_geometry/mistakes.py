"""Named wrong answers to exercise 6: each was really given by somebody. Instructors only."""

import numpy as np

from cnnlab import output_size, resolve_padding, toeplitz
from cnnlab.checks import Mistakes

MISTAKES = Mistakes()


def geometry(spatial, kernel_size, options):
    """Spell everything out, an int per axis and the padding's pairs."""
    spatial = spatial if isinstance(spatial, tuple) else (spatial,)
    each = [kernel_size, options.get("stride", 1), options.get("dilation", 1)]
    each = [value if isinstance(value, tuple) else (value,) * len(spatial) for value in each]
    words = {name: options[name] for name in ("stride", "dilation") if name in options}
    rim = resolve_padding(spatial, kernel_size, options.get("padding", 0), **words)
    return list(zip(spatial, *each, rim, strict=True))


def size(of):
    """Make a mistake out of a formula for one axis; what does not fit is refused."""

    def wrong(spatial, kernel_size, **options):
        sizes = []
        for n, k, s, d, (before, after) in geometry(spatial, kernel_size, options):
            sizes.append(of(n, k, s, d, before, after))
        if min(sizes) < 1:
            raise ValueError("it does not fit")
        return tuple(sizes)

    wrong.__name__ = of.__name__
    return wrong


@MISTAKES(
    "size-dilation-times-k",
    "a kernel with holes that reaches too far, as if gaps came after the last tap too. Draw three taps with "
    "dilation 2: how many squares from the first to the last?",
    of="output_size",
    breaks="stride",
)
@size
def counts_a_gap_after_the_last_tap(n, k, s, d, before, after):
    return (n + before + after - d * k) // s + 1


@MISTAKES(
    "size-ignores-dilation",
    "a size that does not change with the dilation. Does a kernel with holes cover the same stretch as one "
    "without?",
    of="output_size",
    breaks="stride",
    degenerate=True,
)
@size
def measures_the_kernel_without_its_holes(n, k, s, d, before, after):
    return (n + before + after - k) // s + 1


@MISTAKES(
    "size-pad-once",
    "right without padding, and short with it. On how many ends of the axis are zeros added?",
    of="output_size",
    breaks="size",
)
@size
def adds_the_cells_of_one_end(n, k, s, d, before, after):
    return (n + before - d * (k - 1) - 1) // s + 1


@MISTAKES(
    "size-forgets-plus-one",
    "the jumps between windows, counted in place of the windows. How many windows are there when there are "
    "no jumps?",
    of="output_size",
    breaks="size",
)
def counts_the_steps_and_not_the_stops(spatial, kernel_size, **options):
    return tuple(n - 1 for n in output_size(spatial, kernel_size, **options))


@MISTAKES(
    "size-rounds-up",
    "right where the stride fits exactly, and one too many elsewhere. Does that last window still lie wholly "
    "inside?",
    of="output_size",
    breaks="stride",
)
@size
def counts_a_window_that_hangs_over(n, k, s, d, before, after):
    return -((n + before + after - d * (k - 1) - 1) // -s) + 1


@MISTAKES(
    "size-extent-too-short",
    "one window too many, also without holes. From the first tap to the last there are K - 1 steps: how many "
    "entries do they touch?",
    of="output_size",
    breaks="size",
)
@size
def takes_the_steps_between_taps_for_their_number(n, k, s, d, before, after):
    return (n + before + after - d * (k - 1)) // s + 1


@MISTAKES(
    "size-tuple-as-pair",
    "the same cells before and after on every axis, where each axis has a number of its own. What does "
    "padding=(1, 2) say of the first axis, and what of the second?",
    of="output_size",
    breaks="size",
)
def reads_numbers_per_axis_as_one_pair(spatial, kernel_size, *, padding=0, **options):
    axes = len(spatial) if isinstance(spatial, tuple) else 1
    return output_size(spatial, kernel_size, padding=_pair_for_all(padding, axes), **options)


def _pair_for_all(padding, axes):
    """Read a tuple of numbers as (before, after), for every axis."""
    if not isinstance(padding, tuple) or isinstance(padding[0], tuple):
        return padding
    before, after = padding
    return ((before, after),) * axes


@MISTAKES(
    "padding-tuple-as-pair",
    "one pair for all axes, where each axis has a number of its own. What does padding=(1, 2) say of the "
    "first axis, and what of the second?",
    of="resolve_padding",
    breaks="same",
)
def pads_all_axes_by_one_pair(spatial, kernel_size, padding, **options):
    axes = len(spatial) if isinstance(spatial, tuple) else 1
    return resolve_padding(spatial, kernel_size, _pair_for_all(padding, axes), **options)


@MISTAKES(
    "same-ignores-stride",
    'a "same" that is right without a stride and pads too much with one. How many windows does it promise '
    "when every second one is left out?",
    of="resolve_padding",
    breaks="same",
)
def pads_as_without_a_stride(spatial, kernel_size, padding, *, stride=1, dilation=1):
    stride = 1 if padding == "same" else stride
    return resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)


@MISTAKES(
    "same-below-zero",
    'a "same" that takes cells away where windows leave some unread. Can fewer than no cells be added?',
    of="resolve_padding",
    breaks="same",
)
def takes_cells_away(spatial, kernel_size, padding, **options):
    if padding != "same":
        return resolve_padding(spatial, kernel_size, padding, **options)
    missing = [
        (-(-n // s) - 1) * s + d * (k - 1) + 1 - n
        for n, k, s, d, _ in geometry(spatial, kernel_size, options)
    ]
    return tuple((cells // 2, cells - cells // 2) for cells in missing)


@MISTAKES(
    "padding-dilation-times-k",
    "too many cells once the kernel has holes, as if a gap came after the last tap too. Draw three taps with "
    "dilation 2: how many squares from the first to the last?",
    of="resolve_padding",
    breaks="same",
)
def pads_for_a_gap_after_the_last_tap(spatial, kernel_size, padding, *, stride=1, dilation=1):
    if padding not in ("same", "full"):
        return resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)
    options = {"stride": stride, "dilation": dilation}
    longer = tuple(d * k for _, k, _, d, _ in geometry(spatial, kernel_size, options))
    return resolve_padding(spatial, longer, padding, stride=stride)


@MISTAKES(
    "full-ignores-dilation",
    'a "full" that is right until the kernel gets holes. How far from its last tap does its first one lie?',
    of="resolve_padding",
    breaks="same",
)
def hangs_off_as_without_holes(spatial, kernel_size, padding, *, stride=1, dilation=1):
    dilation = 1 if padding == "full" else dilation
    return resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)


@MISTAKES(
    "same-ignores-dilation",
    'a "same" that kept the size until the kernel got holes. Which length decides how many cells are needed?',
    of="resolve_padding",
    breaks="same",
)
def pads_for_the_kernel_without_its_holes(spatial, kernel_size, padding, *, stride=1, dilation=1):
    dilation = 1 if padding == "same" else dilation
    return resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)


@MISTAKES(
    "full-pads-k",
    'a "full" whose first window sees nothing but zeros. Which entry of the input should it hold?',
    of="resolve_padding",
    breaks="same",
)
def hangs_the_kernel_wholly_off(spatial, kernel_size, padding, **options):
    pairs = resolve_padding(spatial, kernel_size, padding, **options)
    return tuple((b + 1, a + 1) for b, a in pairs) if padding == "full" else pairs


@MISTAKES("full-pads-k", of="resolve_padding")
def pads_as_many_cells_as_there_are_taps(spatial, kernel_size, padding, **options):
    if padding != "full":
        return resolve_padding(spatial, kernel_size, padding, **options)
    return tuple((k, k) for _, k, *_ in geometry(spatial, kernel_size, options))


@MISTAKES(
    "same-half-both-sides",
    'a "same" that grows for an even kernel. Can it be an even number of cells that an even kernel needs?',
    of="resolve_padding",
    breaks="same",
)
def pads_half_the_kernel_on_both_sides(spatial, kernel_size, padding, **options):
    if padding != "same":
        return resolve_padding(spatial, kernel_size, padding, **options)
    extents = [d * (k - 1) + 1 for _, k, _, d, _ in geometry(spatial, kernel_size, options)]
    return tuple((e // 2, e // 2) for e in extents)


@MISTAKES("same-half-both-sides", of="resolve_padding")
def pads_half_the_taps_on_both_sides(spatial, kernel_size, padding, **options):
    if padding != "same":
        return resolve_padding(spatial, kernel_size, padding, **options)
    return tuple((k // 2, k // 2) for _, k, *_ in geometry(spatial, kernel_size, options))


@MISTAKES(
    "same-extra-on-left",
    "the right number of cells, the odd one on the other side. Which side does the contract choose?",
    of="resolve_padding",
    breaks="same",
)
def puts_the_odd_cell_before(spatial, kernel_size, padding, **options):
    pairs = resolve_padding(spatial, kernel_size, padding, **options)
    return tuple(pair[::-1] for pair in pairs) if padding == "same" else pairs


@MISTAKES(
    "toeplitz-transposed",
    "rows and columns that have changed places. Which of the two must be as many as the entries that the "
    "matrix multiplies?",
    of="toeplitz",
    breaks="toeplitz",
)
def builds_columns_as_rows(w, n, mode="valid"):
    return toeplitz(w, n, mode).T


@MISTAKES(
    "toeplitz-flips",
    "rows that hold the kernel from its last tap to its first. Whose matrix is asked for: of the operation "
    "that flips the kernel, or of the one that does not?",
    of="toeplitz",
    breaks="toeplitz",
)
def writes_the_kernel_backwards(w, n, mode="valid"):
    return toeplitz(w[::-1], n, mode)


def rows(write):
    """Make a mistake out of what is written into the rows."""

    def wrong(w, n, mode="valid"):
        ((before, _),) = resolve_padding(n, len(w), mode)
        (out,) = output_size(n, len(w), padding=mode)
        matrix = np.zeros((out, n))
        for o in range(out):
            write(matrix[o], w, n, o, before)
        return matrix

    wrong.__name__ = write.__name__
    return wrong


@MISTAKES(
    "toeplitz-index-wraps",
    "weights at the far end of a row, where zeros should be. What does Python read or write at index -1?",
    of="toeplitz",
    breaks="toeplitz",
)
@rows
def writes_at_negative_columns(row, w, n, o, before):
    for k in range(len(w)):
        if o + k - before < n:
            row[o + k - before] = w[k]


@MISTAKES("toeplitz-index-wraps", of="toeplitz")
@rows
def reads_at_negative_taps(row, w, n, o, before):
    for i in range(n):
        if -len(w) <= i - o + before < len(w):
            row[i] = w[i - o + before]


@MISTAKES(
    "toeplitz-rows-not-shifted",
    "right without zeros around the signal, and too far to the right with them. If a zero stands before x, "
    "on what does the first tap of the first window lie?",
    of="toeplitz",
    breaks="toeplitz",
)
@rows
def starts_each_row_at_its_own_number(row, w, n, o, before):
    for k in range(len(w)):
        if o + k < n:
            row[o + k] = w[k]
