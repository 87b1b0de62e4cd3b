"""Named wrong answers to exercise 4: each was really given by somebody. Instructors only."""

import numpy as np

from cnnlab import convolve_1d, correlate_1d, correlate_2d
from cnnlab.checks import Mistakes

MISTAKES = Mistakes()


@MISTAKES(
    "correlate-flips-kernel",
    "the true convolution of signal and kernel. Does the first tap of the kernel meet the first entry of "
    "the window, or its last?",
    of="correlate_1d",
    breaks="correlate",
)
def turns_the_row_round(x, w):
    return correlate_1d(x, w[::-1])


@MISTAKES(
    "correlate-stops-early",
    "a result without its last entry. Six readings, a kernel of three: where does the last window start?",
    of="correlate_1d",
    breaks="correlate",
)
def counts_jumps_for_windows(x, w):
    return correlate_1d(x, w)[:-1]


@MISTAKES(
    "correlate-pads",
    "windows that reach beyond the signal. How many windows lie wholly inside it?",
    of="correlate_1d",
    breaks="correlate",
)
def keeps_the_length_of_the_signal(x, w):
    return correlate_1d(np.pad(x, ((len(w) - 1) // 2, len(w) // 2)), w)


@MISTAKES("correlate-pads", of="correlate_1d")
def takes_every_window_that_touches_the_signal(x, w):
    return correlate_1d(np.pad(x, len(w) - 1), w)


@MISTAKES(
    "flips-kernel",
    "right for symmetric kernels and not for others. Which of the two operations lays the kernel down "
    "as it is written?",
    of="correlate_2d",
    breaks="2d",
)
def turns_the_kernel_round(x, w):
    return correlate_2d(x, w[::-1, ::-1])


@MISTAKES(
    "flips-one-axis",
    "a kernel that is mirrored along one axis. Put a single 1 into its top left corner: where does it act?",
    of="correlate_2d",
    breaks="2d",
)
def reverses_the_rows(x, w):
    return correlate_2d(x, w[::-1])


@MISTAKES("flips-one-axis", of="correlate_2d")
def reverses_the_columns(x, w):
    return correlate_2d(x, w[:, ::-1])


@MISTAKES(
    "loop-stops-early",
    "a result without its last row and column. What is the last start at which the whole kernel still fits?",
    of="correlate_2d",
    breaks="2d",
)
def stops_one_window_early(x, w):
    return correlate_2d(x, w)[:-1, :-1]


@MISTAKES(
    "swaps-height-width",
    "right where picture and kernel are square, and seldom elsewhere. Which axis of the array is the height?",
    of="correlate_2d",
    breaks="2d",
)
def takes_the_width_for_the_height(x, w):
    y = np.zeros((x.shape[1] - w.shape[1] + 1, x.shape[0] - w.shape[0] + 1))
    for i, j in np.ndindex(*y.shape):
        for a, b in np.ndindex(*w.shape):
            y[i, j] += x[i + a, j + b] * w[a, b]
    return y


@MISTAKES(
    "allocates-like-input",
    "a result as large as the picture, part of it never written. What shape and what type should it have?",
    of="correlate_2d",
    breaks="2d",
)
def fills_an_array_like_the_picture(x, w):
    inside = correlate_2d(x, w)
    y = np.zeros_like(x)
    y[: inside.shape[0], : inside.shape[1]] = inside
    return y


@MISTAKES(
    "conv1d-no-flip",
    "the sister operation of the one that is asked for. Convolve [1, 0, 0] with your kernel: do you get it "
    "back, or its mirror image?",
    of="convolve_1d",
    breaks="convolve",
)
def lays_the_kernel_down_as_it_is(x, w, mode="full"):
    return convolve_1d(x, w[::-1], mode)


@MISTAKES(
    "conv1d-valid-swaps-operands",
    "a kernel longer than the signal, and still a window that fits. How many are there?",
    of="convolve_1d",
    breaks="convolve",
)
def slides_the_shorter_over_the_longer(x, w, mode="full"):
    return convolve_1d(w, x, mode) if mode == "valid" and len(w) > len(x) else convolve_1d(x, w, mode)


@MISTAKES(
    "conv1d-same-shifted",
    "every value there, one place off, and only for even kernels. Which entry of those is the centre?",
    of="convolve_1d",
    breaks="convolve",
)
def takes_the_other_middle(x, w, mode="full"):
    if mode != "same":
        return convolve_1d(x, w, mode)
    start = len(w) - 1 - len(w) // 2
    return convolve_1d(x, w)[start : start + len(x)]


@MISTAKES(
    "conv1d-full-is-same",
    'a "full" that is too short. Does the first entry of the signal meet every tap of the kernel?',
    of="convolve_1d",
    breaks="convolve",
)
def pads_half_a_kernel_for_all_places(x, w, mode="full"):
    if mode != "full":
        return convolve_1d(x, w, mode)
    rim = (len(w) - 1) // 2
    return convolve_1d(np.pad(x, rim), w, "valid")


@MISTAKES("conv1d-full-is-same", of="convolve_1d")
def returns_the_middle_for_all_places(x, w, mode="full"):
    return convolve_1d(x, w, "same" if mode == "full" else mode)
