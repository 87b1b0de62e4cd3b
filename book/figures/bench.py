"""Figures of the page on speed: they draw what a run of the benchmark has measured."""

from experiments.bench.page import WORDS, convolutions, floor
from experiments.bench.targets import geometric_mean, select

from figures import style

CASES = {
    "inference": (style.OUTPUT, style.OUTPUT),
    "step": (style.GRADIENT, style.GRADIENT),
    "without dx": (style.GRADIENT, "none"),
}


def fig_ratios(result):
    """Draw all 28 rows: how far left or right of PyTorch, and where the matrix products alone would be."""
    fig, ax = style.figure(7.4, 8.6)
    names = [r["row"] for r in convolutions(result)]
    families = [r["family"] for r in convolutions(result)]
    for case, (edge, face) in CASES.items():
        values = [r["ratio"] for r in convolutions(result, case=case)]
        ax.scatter(
            values, range(len(values)), s=34, facecolor=face, edgecolor=edge, label=WORDS[case], zorder=3
        )
    floors = [floor(r) for r in convolutions(result)]
    ax.scatter(
        floors,
        range(len(floors)),
        s=70,
        marker="|",
        color=style.INK,
        label="products and windows alone",
        zorder=2,
    )
    ax.axvline(1, color=style.INK, linewidth=1)
    for row in range(1, len(names)):
        ax.axhline(
            row - 0.5,
            color=style.LINE,
            linewidth=1.2 if families[row] != families[row - 1] else 0.3,
            zorder=0,
        )
    log_axis(ax.xaxis, ax.set_xscale, (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5))
    ax.set_yticks(range(len(names)), names, fontsize=8.5)
    ax.set(
        ylim=(len(names) - 0.5, -0.5), xlabel="time as a multiple of PyTorch's: left of the line is faster"
    )
    ax.legend(loc="lower center", bbox_to_anchor=(0.3, 1), ncols=2, fontsize=9)
    return fig


def fig_growth(result):
    """Draw the step's time against batch, channels, kernel size and number of axes."""
    fig, axes = style.figure(7.2, 5, 2, 2)
    said = {
        "batch": "batch",
        "channels": "channels, in and out",
        "kernel": "kernel: k × k",
        "axes": "axes, each with 4,096 places",
    }
    for ax, (quantity, label) in zip(axes.flat, said.items(), strict=True):
        found = select(result["records"], section="growth", quantity=quantity)
        for who, colour, mark in (("pytorch", style.FAINT, "s--"), ("cnnlab", style.OUTPUT, "o-")):
            points = [(r["value"], 1000 * r["seconds"][who]) for r in found if who in r["seconds"]]
            name = {"pytorch": "PyTorch", "cnnlab": "cnnlab"}[who]
            ax.plot(*zip(*points, strict=True), mark, color=colour, markersize=4, label=name)
        ax.set_title(label, loc="left")
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        values = [r["value"] for r in found]
        if quantity in ("batch", "channels"):
            log_axis(ax.xaxis, ax.set_xscale, values)
        else:
            ax.set_xticks(values)
        ax.grid(axis="y", linewidth=0.5)
    for ax in axes[:, 0]:
        ax.set_ylabel("ms")
    axes[0, 0].legend()
    return fig


def fig_peers(result):
    """Draw one dot a row for each peer, and the geometric mean as a line."""
    found = select(result["records"], section="peers")
    names = list(dict.fromkeys(name for r in found for name in r["multiples"]))
    fig, ax = style.figure(7, 0.8 + 0.6 * len(names))
    for line, name in enumerate(names):
        values = [r["multiples"][name] for r in found if name in r["multiples"]]
        mean = geometric_mean(values)
        ax.scatter(values, [line] * len(values), s=30, color=style.KERNEL, alpha=0.5, linewidth=0)
        ax.plot([mean, mean], [line - 0.3, line + 0.3], color=style.INK)
        ax.text(mean, line - 0.36, f"{mean:.1f}", ha="center", va="bottom", fontsize=9)
    ax.axvline(1, color=style.INK, linewidth=1)
    log_axis(ax.xaxis, ax.set_xscale, (1, 2, 5, 10, 20, 50, 100, 200))
    ax.set_yticks(range(len(names)), names)
    ax.set(ylim=(len(names) - 0.4, -0.8), xlabel="time as a multiple of cnnlab's")
    return fig


def log_axis(axis, scale, ticks):
    """Make an axis logarithmic, with these ticks in plain numbers."""
    scale("log")
    axis.set_ticks(list(ticks), [f"{t:g}" for t in ticks])
    axis.set_ticks([], minor=True)
