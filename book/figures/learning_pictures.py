"""Figures of the page on pictures that come out: cleaned arrays, labelled canvases, and two small nets."""

import numpy as np
from experiments.results import Table, number, result_of
from matplotlib.patches import Rectangle
from scipy import ndimage

from figures import style
from figures.learning_digits import percent, spread

NAMES = ("denoising", "canvases")
ERRORS = ("ink taken for paper", "ink taken for another digit's", "paper taken for ink")
FILTERS = ("Gaussian", "median", "Wiener", "non-local")


def load():
    """Read what the two runs have written: {name: results}."""
    return {name: result_of(name)["results"] for name in NAMES}


def cost(name):
    """Say how long a run took, in minutes of the processor."""
    return number(result_of(name)["processor minutes"], 2)


def around(found, digits=2):
    """Write a mean and its interval."""
    mean, low, high = (f"{found[key]:.{digits}f}".replace("-", "−") for key in ("mean", "low", "high"))
    return f"{mean} ({low} to {high})"


def best_filter(task):
    """Name the filter that comes nearest on the test."""
    return max(task["filters"], key=lambda name: task["filters"][name]["test"])


def fig_decibels(result):
    """Draw how near to the clean arrays everybody comes, a chart a task."""
    rows = ["noisy", *FILTERS, "net"]
    fig, axes = style.figure(7.8, 2.7, 1, len(result["tasks"]), sharey=True)
    for ax, (name, task) in zip(axes, result["tasks"].items(), strict=True):
        values = [
            task["untouched"],
            *(task["filters"][f]["test"] for f in FILTERS),
            task["net"]["test"]["mean"],
        ]
        colours = [style.FAINT, *[style.INPUT] * len(FILTERS), style.OUTPUT]
        for y, (value, colour) in enumerate(zip(values, colours, strict=True)):
            ax.plot([values[0], value], [y, y], color=colour, linewidth=1.5, alpha=0.5)
            ax.plot([value], [y], "D" if y == len(rows) - 1 else "o", color=colour, markersize=6)
        ax.axvline(max(values[1:-1]), color=style.LINE, zorder=0)
        ax.set(title=name, xlabel="decibels", ylim=(len(rows) - 0.5, -0.5))
    axes[0].set_yticks(range(len(rows)), rows)
    return fig


def table_decibels(result):
    """List how near everybody comes, and by how much the net is ahead of the best filter."""
    tasks = result["tasks"].values()
    best = [best_filter(task) for task in tasks]
    rows = [["noisy", *(f"{task['untouched']:.2f}" for task in tasks)]]
    for name in FILTERS:
        cells = (f"{task['filters'][name]['test']:.2f}" for task in tasks)
        rows.append([name, *(f"**{c}**" if b == name else c for c, b in zip(cells, best, strict=True))])
    rows.append(["net, by seed", *(around(task["net"]["test"]) for task in tasks)])
    rivals = [task["filters"][name] for task, name in zip(tasks, best, strict=True)]
    rows.append(["ahead of the best filter", *(around(rival["net ahead"]) for rival in rivals)])
    rows.append(["pieces won", *(f"{percent(rival['net wins'])} %" for rival in rivals)])
    return Table(["decibels (95 % interval)", *result["tasks"]], rows)


def table_settings(result):
    """List the setting that each filter was given, and what the nets are."""
    tasks = result["tasks"].values()
    rows = []
    for name in FILTERS:
        chosen = [
            task["filters"][name]["tried"][task["filters"][name]["chosen"]]["setting"] for task in tasks
        ]
        tries = [len(task["filters"][name]["tried"]) for task in tasks]
        cells = [", ".join(f"{key} {value:g}" for key, value in setting.items()) for setting in chosen]
        rows.append([name, *(f"{cell}; of {tried}" for cell, tried in zip(cells, tries, strict=True))])
    nets = [task["net"] for task in tasks]
    rows.append(
        [
            "net's learning rate",
            *(f"{net['tried'][net['chosen']]['rate']:g}; of {len(net['tried'])}" for net in nets),
        ]
    )
    rows.append(["net's parameters", *(f"{net['parameters']:,}" for net in nets)])
    rows.append(["seconds to learn", *(number(net["processor seconds"], 2) for net in nets)])
    return Table(["chosen", *result["tasks"]], rows, text=(0, 1, 2, 3))


def fig_rows(rows):
    """Draw images (N, 1, h, w) under each other, a row for each name."""
    columns = len(next(iter(rows.values())))
    fig, axes = style.figure(7, 0.85 * len(rows), len(rows), columns)
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        for ax, image in zip(line, images[:, 0], strict=True):
            ax.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            ax.set(xticks=[], yticks=[], frame_on=False)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    return fig


def fig_overlaps(result):
    """Draw how well each digit's ink is found, on canvases of both kinds and sizes."""
    fig, ax = style.figure(7.4, 3)
    colours = {"apart": style.OUTPUT, "crossing": style.INPUT}
    for aside, (name, found) in zip((-0.24, -0.08, 0.08, 0.24), ordered(result), strict=True):
        kind, size = name.split(", ")
        places = np.arange(len(found["IoU"])) + aside
        look = dict(color=colours[kind], markersize=5, fillstyle="full" if size == "as learnt" else "none")
        ax.plot(places, found["IoU"], "o" if kind == "apart" else "D", **look, label=name)
    ax.axhline(0.85, color=style.LINE, zorder=0)
    ax.set_xticks(range(11), ["paper", *"0123456789"])
    ax.set(ylim=(0, 1.02), ylabel="overlap")
    ax.legend(loc="lower left", ncols=2)
    return fig


def ordered(result):
    """List the test's canvases, kind by kind."""
    return sorted(result["test"].items())


def table_canvases(result):
    """List what came out on canvases of both kinds and sizes."""
    names, tests = zip(*ordered(result), strict=True)
    blank = "mean overlap if all is called paper, %"
    rows = [
        ["rows x columns", *(f"{found['size'][0]} x {found['size'][1]}" for found in tests)],
        ["canvases", *(f"{found['canvases']:,}" for found in tests)],
        ["pixels that are paper, %", *(percent(found["paper"], 1) for found in tests)],
        ["pixels right, %", *(spread(found["pixels right"]) for found in tests)],
        ["mean overlap, %", *(spread(found["mean IoU"], 1) for found in tests)],
        [blank, *(percent(found["mean IoU of all paper"], 1) for found in tests)],
        *([f"{words}, %", *(percent(found["per ink"][words], 1) for found in tests)] for words in ERRORS),
    ]
    return Table(["", *names], rows)


def fig_confusion(found):
    """Draw what the pixels of each class are taken for, in per cent of them."""
    fig, ax = style.figure(5.6, 4.4)
    for (i, j), share in np.ndenumerate(np.array(found["confusion"])):
        colour = style.OUTPUT if i == j else style.GRADIENT
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=colour, alpha=float(share) ** 0.5 * 0.7, linewidth=0))
        if share >= 0.005:
            ax.text(j + 0.5, i + 0.5, f"{100 * share:.0f}", ha="center", va="center", fontsize=9)
    names = ["paper", *"0123456789"]
    ax.set(xlim=(0, 11), ylim=(11, 0), xlabel="taken for", ylabel="is")
    ax.set_xticks(np.arange(11) + 0.5, names)
    ax.set_yticks(np.arange(11) + 0.5, names)
    return fig


def fig_labelled(canvases, pixels, answers):
    """Draw canvases, and below each what was answered: right pixels, wrong ones, and the digits' names."""
    fig, axes = style.figure(7.4, 2.6, 2, len(canvases))
    for (above, below), canvas, pixel, answer in zip(axes.T, canvases[:, 0], pixels, answers, strict=True):
        above.imshow(canvas, cmap="gray_r", interpolation="nearest")
        for (i, j), label in np.ndenumerate(answer):
            if label or pixel[i, j]:
                colour = style.OUTPUT if label == pixel[i, j] else style.GRADIENT
                below.add_patch(Rectangle((j, i), 1, 1, facecolor=colour, alpha=0.55, linewidth=0))
        for label in set(answer.ravel().tolist()) - {0}:
            spots, count = ndimage.label(answer == label, np.ones((3, 3)))
            for spot in range(1, count + 1):
                if np.sum(spots == spot) >= 6:
                    i, j = ndimage.center_of_mass(spots == spot)
                    below.text(j + 0.5, i + 0.5, label - 1, ha="center", va="center", fontsize=12)
        rows, columns = canvas.shape
        below.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal")
        for ax in (above, below):
            ax.set(xticks=[], yticks=[])
            ax.spines[["right", "top"]].set_visible(True)
    axes[0, 0].set_ylabel("canvas")
    axes[1, 0].set_ylabel("answer")
    return fig
