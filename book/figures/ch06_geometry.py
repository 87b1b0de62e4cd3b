"""Figures of chapter 6: windows counted by their starts, rims of three kinds, and how far an output sees."""

import numpy as np
from matplotlib.patches import Rectangle

import cnnlab
from figures import learning_choices, style

MODES = ("valid", "same", "full")


def draw_windows(ax, n, kernel_size, *, stride=1, padding=0, dilation=1, title=None):
    """Draw an axis with its rim, and under it every window that fits, a row each, its start at the left."""
    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    ((before, after),) = cnnlab.resolve_padding(n, kernel_size, padding, stride=stride, dilation=dilation)
    (out,) = cnnlab.output_size(n, kernel_size, **geometry)
    for i in range(-before, n + after):
        inside = 0 <= i < n
        draw_cell(ax, i, 0, style.INPUT if inside else style.LINE, 0.25 if inside else 0)
        ax.text(i + 0.5, 0.5, f"{i}", ha="center", va="center", fontsize=8.5, color=style.INK)
    for o in range(out):
        start, y = o * stride - before, 1.5 + 1.15 * o
        ax.plot(
            [start, start + dilation * (kernel_size - 1) + 1], [y + 0.5] * 2, color=style.KERNEL, zorder=0
        )
        for k in range(kernel_size):
            draw_cell(ax, start + k * dilation, y, style.KERNEL, 0.45)
    ax.set(xlim=(-before - 0.1, n + after + 0.1), ylim=(1.6 + 1.15 * out, -0.1), aspect="equal", anchor="N")
    ax.set_axis_off()
    ax.set_title(title, fontsize=10)


def draw_cell(ax, x, y, colour, alpha):
    """Draw one cell whose upper left corner is at (x, y)."""
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=style.PAPER, linewidth=0))
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=colour, alpha=alpha, linewidth=0))
    ax.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=colour, linewidth=1))


def fig_count_starts(n=8, kernel_size=3, padding=1):
    """Draw every window without a rim and with one."""
    fig, axes = style.figure(6.6, 3.2, 1, 2, width_ratios=(n, n + 2 * padding))
    for ax, p in zip(axes, (0, padding), strict=True):
        (out,) = cnnlab.output_size(n, kernel_size, padding=p)
        draw_windows(ax, n, kernel_size, padding=p, title=f"padding {p}: {out} windows")
    return fig


def fig_holes_and_steps(n=8, kernel_size=3, much=2):
    """Draw a kernel with holes, then a window that goes in steps."""
    fig, axes = style.figure(6.6, 2.0, 1, 2)
    for ax, option in zip(axes, ("dilation", "stride"), strict=True):
        (out,) = cnnlab.output_size(n, kernel_size, **{option: much})
        draw_windows(ax, n, kernel_size, **{option: much}, title=f"{option} {much}: {out} windows")
    return fig


def fig_modes(n=8, kernel_size=4):
    """Draw every window of an even kernel with each of the three rims that have a name."""
    rims = [cnnlab.resolve_padding(n, kernel_size, mode)[0] for mode in MODES]
    fig, axes = style.figure(7.4, 3.4, 1, 3, width_ratios=[n + sum(rim) for rim in rims])
    for ax, mode, rim in zip(axes, MODES, rims, strict=True):
        (out,) = cnnlab.output_size(n, kernel_size, padding=mode)
        draw_windows(ax, n, kernel_size, padding=mode, title=f"{mode}, {rim}: {out} windows")
    return fig


def readers(spatial, kernel_size, **geometry):
    """Count the windows that read each cell: each output sends a 1 back through taps of 1."""
    out = cnnlab.output_size(spatial, kernel_size, **geometry)
    weight = np.ones((1, 1, *kernel_size))
    return cnnlab.conv_backward_input(np.ones((1, 1, *out)), weight, spatial, **geometry)[0, 0].astype(int)


def fig_who_reads(side=8, kernel_size=3):
    """Draw how many windows read each cell of a picture, with each of the three rims."""
    fig, axes = style.figure(7.4, 2.6, 1, 3)
    for ax, mode in zip(axes, MODES, strict=True):
        counts = readers((side,) * 2, (kernel_size,) * 2, padding=mode)
        style.grid(ax, counts, style.INPUT, highlight=counts == kernel_size**2, title=mode)
    return fig


def fig_shrinkage(n=28, kernel_sizes=(3, 5, 7)):
    """Draw the size of a map under more and more layers without a rim, and with "same"."""
    fig, ax = style.figure(6.2, 2.7)
    ax.axhline(n, color=style.OUTPUT, linewidth=1.6)
    ax.text(12.9, n + 0.7, 'any kernel, "same"', ha="right", va="bottom", fontsize=9.5)
    for k, marker in zip(kernel_sizes, "os^", strict=True):
        sides = [n]
        while sides[-1] >= k:
            sides += cnnlab.output_size(sides[-1], k)
        ax.plot(sides, marker=marker, color=style.INPUT, linewidth=1.4, markersize=4)
        ax.text(len(sides) - 0.85, sides[-1], f"{k} taps", va="bottom", fontsize=9.5)
    ax.set(xlabel="layers", ylabel="side of the map", xlim=(0, 15), ylim=(0, n + 4))
    return fig


def fig_field(layers, n):
    """Draw maps one above the other, and every cell that one output at the top depends on."""
    sizes = [n]
    for k, s, p, d in layers:
        sizes += cnnlab.output_size(sizes[-1], k, stride=s, padding=p, dilation=d)
    fig, ax = style.figure(6.6, 2.9)
    jumps = [cnnlab.receptive_field(layers[:level])[1][0] if level else 1 for level in range(len(sizes))]
    starts = [0.0]
    for (k, _, p, d), jump in zip(layers, jumps, strict=False):
        starts.append(starts[-1] + (d * (k - 1) / 2 - p) * jump)
    seen = {sizes[-1] // 2}
    for level in range(len(layers), -1, -1):
        where = [starts[level] + i * jumps[level] for i in range(sizes[level])]
        for i, x in enumerate(where):
            colour = style.OUTPUT if level == len(layers) else style.INPUT
            ax.plot(x, level, "o", markersize=9, color=colour, markerfacecolor=style.PAPER, zorder=2)
            if i in seen:
                ax.plot(x, level, "o", markersize=9, color=colour, zorder=3)
        name = "input" if level == 0 else f"layer {level}"
        ax.text(-1.2, level, f"{name}: {len(seen)}", ha="right", va="center")
        if level == 0:
            break
        k, s, p, d = layers[level - 1]
        below = set()
        for o in seen:
            for i in [o * s + t * d - p for t in range(k)]:
                if 0 <= i < sizes[level - 1]:
                    below.add(i)
                    x = starts[level - 1] + i * jumps[level - 1]
                    ax.plot([where[o], x], [level, level - 1], color=style.LINE, linewidth=1.2, zorder=1)
        seen = below
    ax.set(xlim=(-5, n), ylim=(-0.4, len(layers) + 0.4))
    ax.set_axis_off()
    return fig


def fig_effective(measured, widths):
    """Draw how much each cell of a field counts with random kernels, and how the width grows with depth."""
    fig, (left, right) = style.figure(7.2, 3.0, 1, 2, width_ratios=(1, 1.3))
    left.imshow(measured, cmap="gray_r", interpolation="nearest")
    left.set_title(f"a field of {len(measured)} × {len(measured)}")
    left.set_axis_off()
    depths = np.array(list(widths))
    fields = [cnnlab.receptive_field([(3, 1, 0, 1)] * int(depth))[0][0] for depth in depths]
    right.plot(depths, fields, color=style.INPUT, label="receptive field")
    right.plot(depths, 4 * np.sqrt(depths * 8 / 12), "--", color=style.LINE, label="4 √(L (K² − 1) / 12)")
    right.plot(
        depths, [4 * width for width in widths.values()], "o", color=style.OUTPUT, label="4 widths, measured"
    )
    right.set(xlabel="layers", title="cells along one axis")
    right.legend(fontsize=9.5)
    return fig


def fig_padding(nets):
    """Draw the errors of the committed contest of rims, a row each; the one without a rim stands out."""
    return learning_choices.fig_rows(nets, "valid")
