"""Figures of chapter 7: channels as arrays, windows as starts, and one layer on three kinds of data."""

import numpy as np

from cnnlab import correlate_2d
from figures import style

X = np.array([[[1, 2, 0], [0, 1, 3], [2, 0, 1]], [[0, 1, 1], [2, 0, 0], [1, 1, 2]]])  # the chapter's numbers
W = np.array([[[1, 0], [0, -1]], [[0, 2], [1, 0]]])
BIAS = 1


def fig_two_channels_one_output(place=(0, 0)):
    """Draw the block that one output reads: a window in every channel, a plane of the kernel on each."""
    window = tuple(slice(o, o + 2) for o in place)
    y = sum(correlate_2d(x, w) for x, w in zip(X, W, strict=True))
    fig, axes = style.figure(6.6, 4.2, 2, 4, width_ratios=(3, 2, 2, 2))
    for c, (row, x, w) in enumerate(zip(axes, X, W, strict=True)):
        style.grid(row[0], x, style.INPUT, highlight=window, title=f"x, channel {c}")
        style.grid(row[1], w, style.KERNEL, title=f"w, channel {c}")
        style.grid(row[2], x[window] * w, style.OUTPUT, title="products")
        row[3].set_axis_off()
    style.grid(axes[0, 3], y + BIAS, style.OUTPUT, highlight=[place], title="y")
    sums = [int(np.sum(x[window] * w)) for x, w in zip(X, W, strict=True)]
    said = f"{sums[0]} + {sums[1]} + {BIAS}\n= {sum(sums) + BIAS}"
    axes[1, 3].text(0.5, 0.6, said, ha="center", va="center", transform=axes[1, 3].transAxes, fontsize=12)
    axes[1, 3].text(
        0.5,
        0.25,
        "both channels,\nand the bias",
        ha="center",
        va="center",
        transform=axes[1, 3].transAxes,
        color=style.FAINT,
        fontsize=9,
    )
    return fig


def fig_starts(n=7, kernel_size=3, stride=2, padding=1, dilation=1):
    """Draw a padded axis, and under it every window: which cells its taps read."""
    places = [
        o for o in range(n + 2 * padding) if o * stride + dilation * (kernel_size - 1) < n + 2 * padding
    ]
    fig, ax = style.figure(6, 0.5 + 0.42 * (len(places) + 1))
    for cell in range(n + 2 * padding):
        inside = padding <= cell < n + padding
        square(ax, cell, 0, style.INPUT if inside else style.LINE, 0.25 if inside else 0)
        ax.text(
            cell + 0.5,
            0.5,
            str(cell - padding),
            ha="center",
            va="center",
            color=style.INK if inside else style.FAINT,
        )
    for o in places:
        for k in range(kernel_size):
            square(ax, o * stride + k * dilation, 1.15 + o, style.KERNEL, 0.45)
            ax.text(
                o * stride + k * dilation + 0.5, 1.65 + o, f"k={k}", ha="center", va="center", fontsize=8.5
            )
        ax.text(-0.3, 1.65 + o, f"o = {o}", ha="right", va="center")
    ax.text(-0.3, 0.5, "index into x", ha="right", va="center")
    ax.set(xlim=(-2.6, n + 2 * padding + 0.1), ylim=(1.3 + len(places), -0.1), aspect="equal")
    ax.set_axis_off()
    return fig


def fig_matrices_do_not_commute(a, b):
    """Draw two 1 x 1 kernels as the matrices that they are, and their products in both orders."""
    fig, axes = style.figure(6.2, 1.9, 1, 4)
    for ax, matrix, title, colour in zip(
        axes,
        (a, b, a @ b, b @ a),
        ("A", "B", "AB: first B, then A", "BA: first A, then B"),
        (style.KERNEL, style.KERNEL, style.OUTPUT, style.OUTPUT),
        strict=True,
    ):
        style.grid(ax, matrix, colour, title=title)
    return fig


def fig_sound(sample, made, names):
    """Draw a sound above what each kernel makes of it."""
    seconds = np.arange(sample.values.shape[1]) * sample.spacing[0]
    fig, axes = style.figure(7, 3.6, 1 + len(names), sharex=True)
    for ax, wave, title, colour in zip(
        axes,
        [sample.values[0], *made],
        [sample.name, *names],
        [style.INPUT] + [style.OUTPUT] * len(names),
        strict=True,
    ):
        ax.plot(seconds[: len(wave)], wave, color=colour, linewidth=0.7)
        ax.set_title(title, loc="left")
        ax.set_yticks([])
    axes[-1].set_xlabel("seconds")
    return fig


def fig_pictures(pictures, titles, *, width=7, height=2.3, extent=1.0):
    """Draw grey pictures side by side: dark is small, bright is large, each with its own range."""
    fig, axes = style.figure(width, height, 1, len(pictures))
    for ax, picture, title in zip(axes, pictures, titles, strict=True):
        ax.imshow(picture, cmap="gray", aspect=extent, interpolation="nearest")
        ax.set_title(title, fontsize=9.5)
        ax.set_axis_off()
    return fig


def square(ax, x, y, colour, alpha):
    """Draw one cell."""
    ax.fill([x, x + 1, x + 1, x], [y, y, y + 1, y + 1], facecolor=colour, alpha=alpha, linewidth=0)
    ax.plot([x, x + 1, x + 1, x, x], [y, y, y + 1, y + 1, y], color=colour, linewidth=1)
