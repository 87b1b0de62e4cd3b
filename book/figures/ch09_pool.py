"""Figures of chapter 9: what a pooling keeps of a window, and which of its entries the gradient reaches."""

import numpy as np
from experiments.results import result_of

import cnnlab
from figures import learning_choices, style

X = np.array([1, 3, 2, 4, 0, 5])  # the chapter's numbers
PICTURE = [[1, 3, 2, 0], [4, -1, 5, 1], [0, 2, -3, -2], [1, 6, -1, -4]]  # its picture


def fig_three_summaries():
    """Draw three windows of a row, and what the maximum, the mean and the length keep of each."""
    signal = X[None, None]
    rows = {
        "x": (X, style.INPUT),
        "maximum": (cnnlab.max_pool_forward(signal, 2)[0, 0], style.OUTPUT),
        "average": (cnnlab.avg_pool_forward(signal, 2)[0, 0], style.OUTPUT),
        "length (L2)": (cnnlab.lp_pool_forward(signal, 2)[0, 0], style.OUTPUT),
    }
    fig, ax = style.figure(4.5, 3)
    for n, (name, (values, colour)) in enumerate(rows.items()):
        wide, top = len(X) // len(values), 1.35 * n
        for i, value in enumerate(values):
            cell(ax, i * wide, top, colour, f"{value:.3g}", wide=wide)
        ax.text(-0.25, top + 0.5, name, ha="right", va="center")
    for edge in (0, 2, 4, 6):
        ax.plot([edge, edge], [-0.15, 5.2], color=style.INK, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.set(xlim=(-2.6, 6.2), ylim=(5.3, -0.25), aspect="equal")
    ax.set_axis_off()
    return fig


def fig_routes(x, dy, stride):
    """Draw the gradient of each window on its way to the window's winner, and what each entry receives."""
    signal, upstream = x[None, None], dy[None, None]
    y = cnnlab.max_pool_forward(signal, 2, stride=stride)[0, 0]
    winners = cnnlab.max_pool_winners(signal, 2, stride=stride)[0, 0]
    dx = cnnlab.max_pool_backward(upstream, signal, 2, stride=stride)[0, 0]
    fig, ax = style.figure(6.2, 4)
    for i, (value, owed) in enumerate(zip(x, dx, strict=True)):
        won = i in winners
        cell(ax, i, 0, style.INPUT, f"{value:g}", alpha=0.5 if won else 0.15)
        cell(ax, i, 4.9, style.GRADIENT, f"{owed:g}", alpha=0.5 if won else 0)
    for o, (value, owed, winner) in enumerate(zip(y, dy, winners, strict=True)):
        middle = o * stride + 1
        for tap in range(2):
            i = o * stride + tap
            kept = i == winner
            line = {"color": style.GRADIENT if kept else style.LINE, "linewidth": 2.6 if kept else 1}
            ax.plot([i + 0.5, middle], [1.05, 2.05], **line, zorder=2 if kept else 1)
        cell(ax, middle - 0.5, 2.1, style.OUTPUT, f"{value:g}")
        cell(ax, middle - 0.5, 3.3, style.GRADIENT, f"{owed:g}")
    for top, name in ((0, "x"), (2.1, "y"), (3.3, "dy"), (4.9, "dx")):
        ax.text(-0.25, top + 0.5, name, ha="right", va="center")
    ax.set(xlim=(-0.9, 6.1), ylim=(6, -0.1), aspect="equal")
    ax.set_axis_off()
    return fig


def fig_two_axes(dy):
    """Draw a picture, its largest entries, and where max and average pooling send the gradient."""
    picture, upstream = np.array(PICTURE, float)[None, None], np.array(dy, float)[None, None]
    to_max = cnnlab.max_pool_backward(upstream, picture, 2)[0, 0]
    to_all = cnnlab.avg_pool_backward(upstream, picture, 2)[0, 0]
    fig, axes = style.figure(7.4, 2.3, 1, 5, width_ratios=(4, 2, 2, 4, 4))
    drawn = [
        (picture[0, 0], style.INPUT, to_max != 0, "x"),
        (cnnlab.max_pool_forward(picture, 2)[0, 0], style.OUTPUT, None, "maximum"),
        (upstream[0, 0], style.GRADIENT, None, "dy"),
        (to_max, style.GRADIENT, to_max != 0, "dx of max"),
        (to_all, style.GRADIENT, None, "dx of average"),
    ]
    for ax, (array, colour, strong, title) in zip(axes, drawn, strict=True):
        style.grid(ax, array, colour, highlight=strong, title=title)
        if len(array) == 4:
            for line in (ax.axhline, ax.axvline):
                line(2, color=style.INK, linewidth=1.2, linestyle=(0, (4, 3)))
    return fig


def fig_between(window, exponents):
    """Draw how the length of a window falls from its sum to its maximum, and who is paid on the way."""
    entries = np.array(window, float)[None, None]
    n = len(window)
    lengths = [cnnlab.lp_pool_forward(entries, n, p=p).item() for p in exponents]
    shares = np.array([cnnlab.lp_pool_backward(np.ones((1, 1, 1)), entries, n, p=p)[0, 0] for p in exponents])
    fig, (left, right) = style.figure(7.4, 3, 1, 2)
    left.plot(exponents, lengths, color=style.OUTPUT, linewidth=2)
    for value, name in ((sum(window), "sum"), (max(window), "maximum")):
        left.axhline(value, color=style.FAINT, linewidth=1, linestyle=(0, (4, 3)))
        left.text(exponents[-1], value + 0.06, name, ha="right", va="bottom", color=style.INK)
    left.set(xlabel="p", title="the pooled number", xscale="log", ylim=(max(window) - 0.4, sum(window) + 0.5))
    for value, share, line in zip(window, shares.T, ("-", "--", ":", "-."), strict=False):
        right.plot(exponents, share, line, color=style.GRADIENT, linewidth=2, label=f"the entry {value:g}")
    right.set(xlabel="p", title="share of dy that each entry gets", xscale="log", ylim=(-0.04, 1.08))
    right.legend(loc="center right")
    for ax in (left, right):
        ax.set_xticks([1, 2, 4, 8, 16, 32], ["1", "2", "4", "8", "16", "32"])
        ax.minorticks_off()
    return fig


def contest():
    """Read what the committed contest of poolings has found."""
    return result_of("pooling")["results"]["nets"]


def fig_contest(nets):
    """Draw the errors of the nets of the contest, a dot a seed."""
    return learning_choices.fig_rows(nets, "max")


def table_contest(nets):
    """List the errors of the nets, with their intervals."""
    return learning_choices.table_nets(nets, "behind max", "max")


def fig_pooled_sound(sample, pooled, size):
    """Draw a sound, and under it what each pooling keeps of every run of samples."""
    seconds = np.arange(sample.values.shape[1]) * sample.spacing[0]
    fig, axes = style.figure(7, 4.4, 1 + len(pooled), sharex=True)
    axes[0].plot(seconds, sample.values[0], color=style.INPUT, linewidth=0.7)
    axes[0].set_title(sample.name, loc="left")
    for ax, (name, values) in zip(axes[1:], pooled.items(), strict=True):
        starts = np.arange(len(values) + 1) * size * sample.spacing[0]
        ax.stairs(values, starts, color=style.OUTPUT, linewidth=1.2)
        ax.set_title(name, loc="left")
    for ax in axes[1:3]:  # what is kept of the wave, on the wave's own scale
        ax.set_ylim(axes[0].get_ylim())
    for ax in axes:
        ax.set_yticks([0])
        ax.axhline(0, color=style.LINE, linewidth=0.8, zorder=0)
    axes[-1].set_xlabel("seconds")
    return fig


def fig_pooled_pictures(pictures, *, height=2.1):
    """Draw grey pictures side by side, each as large as the first: dark is small, bright is large."""
    fig, axes = style.figure(7.4, height, 1, len(pictures))
    for ax, (title, picture) in zip(axes, pictures.items(), strict=True):
        ax.imshow(picture, cmap="gray", interpolation="nearest")
        ax.set_title(f"{title}\n{picture.shape[0]} × {picture.shape[1]}", fontsize=9.5)
        ax.set_axis_off()
    return fig


def cell(ax, left, top, colour, text, *, alpha=0.25, wide=1):
    """Draw one cell with its number."""
    xs, ys = [left, left + wide, left + wide, left], [top, top, top + 1, top + 1]
    ax.fill(xs, ys, facecolor=colour, alpha=alpha, linewidth=0)
    ax.plot([*xs, left], [*ys, top], color=colour, linewidth=1)
    ax.text(left + wide / 2, top + 0.5, text, ha="center", va="center", fontsize=9 if len(text) > 4 else 10.5)
