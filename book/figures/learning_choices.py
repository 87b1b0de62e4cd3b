"""Figures of the page on choices: what the committed runs have found on gradients, shifts, rims, kernels."""

import numpy as np
from experiments.results import Table, number, result_of
from matplotlib.patches import Rectangle

import cnnlab
from cnnlab.datasets import load_digits
from figures import style
from figures.learning_digits import draw_errors, mark, percent, spread

NAMES = ("wrong_gradients", "shifts", "padding", "pooling", "connectivity")
LOOKS = {  # colour, line and marker of a net that is shown moved digits
    "dense": (style.FAINT, "-", "o"),
    "strides": (style.INPUT, "-", "s"),
    "max pooling": (style.GRADIENT, "-", "^"),
    "global pooling": (style.OUTPUT, "-", "D"),
    "max pooling, shifts learnt": (style.GRADIENT, "--", "v"),
}


def load():
    """Read what the five runs have written: {name: results}."""
    return {name: result_of(name)["results"] for name in NAMES}


def rows_of_errors(ax, nets, colours, first=0):
    """Draw a row for each net: its seeds, their mean and its interval."""
    for y, (net, colour) in enumerate(zip(nets.values(), colours, strict=True), start=first):
        draw_errors(ax, y, net["test"], colour)
    return list(nets)


def fig_wrong(result):
    """Draw how the loss falls with each mistake, and the errors that are left."""
    nets = result["nets"]
    colours = [style.OUTPUT, *[style.GRADIENT] * (len(nets) - 2), style.FAINT]
    fig, (left, right) = style.figure(7.6, 3.4, 1, 2, gridspec_kw={"width_ratios": [1, 1.1]})
    for net, colour, marker in zip(nets.values(), colours, "os^vDP*", strict=True):
        loss = np.mean(net["loss"], axis=0)
        left.plot(1 + np.arange(len(loss)), loss, f"-{marker}", color=colour, markersize=5, linewidth=1.2)
    left.set(xlabel="epoch", title="loss on the images learnt from", yscale="log")
    left.set_xticks(range(1, 1 + result["epochs"]))
    left.set_yticks([0.02, 0.05, 0.1, 0.2, 0.5, 1], ["0.02", "0.05", "0.1", "0.2", "0.5", "1"])
    left.minorticks_off()
    names = rows_of_errors(right, nets, colours)
    right.set_yticks(
        range(len(names)), [f"{name}  {sign}" for name, sign in zip(names, "●■▲▼◆✚★", strict=True)]
    )
    right.set(xlabel="%", title="errors on the test", ylim=(len(names) - 0.5, -0.5))
    return fig


def fig_shifts(result):
    """Draw what is read of moved and of turned digits."""
    fig, (left, right) = style.figure(7.6, 3.6, 1, 2, sharey=True)
    for name, net in result["nets"].items():
        colour, line, marker = LOOKS[name]
        look = dict(color=colour, linestyle=line, marker=marker, markersize=4.5, linewidth=1.6, label=name)
        for ax, part, unit in ((left, "shifts", "cells"), (right, "rotations", "degrees")):
            where = [point[unit] for point in net[part]]
            ax.plot(where, [100 * point["accuracy"]["mean"] for point in net[part]], **look)
    left.axvline(result["shift learnt"], color=style.LINE, zorder=0)
    left.set(xlabel="moved by so many cells", title="read rightly, %", ylim=(0, 101))
    right.set(xlabel="turned by so many degrees", title="read rightly, %")
    right.set_xticks([point["degrees"] for point in net["rotations"]])
    fig.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9.5)
    return fig


def fig_rows(nets, best=None):
    """Draw the errors of some nets, a row each; one may stand out."""
    fig, ax = style.figure(7, 0.42 * len(nets) + 0.8)
    colours = [style.OUTPUT if name == best else style.INPUT for name in nets]
    names = rows_of_errors(ax, nets, colours)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel="errors on the test, %", ylim=(len(names) - 0.5, -0.5))
    return fig


def fig_connectivity(result):
    """Draw the errors of shared, tiled and local kernels, on few images and on more."""
    fig, axes = style.figure(7.6, 2.4, 1, len(result["sizes"]), sharey=True)
    for ax, (images, found) in zip(axes, result["sizes"].items(), strict=True):
        nets = found["nets"]
        names = rows_of_errors(ax, nets, [style.OUTPUT, *[style.INPUT] * (len(nets) - 1)])
        ax.set_yticks(range(len(names)), names)
        ax.set(title=f"{int(images):,} images", xlabel="errors on the test, %")
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    return fig


def table_checks(result):
    """List what the gradient checker finds with each mistake, and says of the first wrong gradient."""
    checks = {name: net["check"] for name, net in result["nets"].items()}
    rows = [
        [name, ", ".join(check["wrong"]) or "nothing", f"{check['error']:.2g}", gist(check["says"])]
        for name, check in checks.items()
    ]
    return Table(["", "wrong", "error", "the checker's words"], rows, text=(0, 1, 3))


def gist(diagnosis):
    """Keep the last sentence of a diagnosis; before it, entries are counted."""
    return diagnosis.rsplit(". ", 1)[-1]


def table_nets(nets, key, reference):
    """List some nets: what was chosen, the test, and how far from one of them each is, seed by seed."""
    rows = []
    for name, net in nets.items():
        chosen = net["tried"][net["chosen"]]
        apart = {part: round(net[key][part], 6) + 0.0 for part in ("mean", "low", "high")}  # no -0.00
        difference = "" if name == reference else spread(apart)
        rows.append(
            [name, f"{chosen['rate']:g}", f"{net['parameters']:,}", spread(net["test"]), difference]
            + [number(net["processor seconds"])]
        )
    header = ["", "rate", "parameters", "test, % (95 % interval)", f"{key}, points", "seconds"]
    return Table(header, rows)


def table_tries(nets):
    """List every rate that was tried, and the share of the held out images that was read with it, in %."""
    tried = next(iter(nets.values()))["tried"]
    header = ["", *(f"rate {attempt['rate']:g}" for attempt in tried)]
    rows = [
        [name, *(mark(percent(a["validation"]), i == net["chosen"]) for i, a in enumerate(net["tried"]))]
        for name, net in nets.items()
    ]
    return Table(header, rows)


def table_features(result):
    """List equivariance and invariance of each net in numbers."""
    nets = result["nets"]
    cells = [change["cells"] for change in next(iter(nets.values()))["changes"]]
    rows = []
    for name, net in nets.items():
        errors = net["equivariance error"] or {}
        shares = [f"{100 * errors[where]:.2g}" if errors else "" for where in ("inside", "everywhere")]
        rows.append([name, *shares, *(percent(change["share"], 0) for change in net["changes"])])
    moves = [f"features, by {n}" for n in cells]
    return Table(
        ["", f"map inside, by {result['stride']}", f"map everywhere, by {result['stride']}", *moves], rows
    )


def fig_rims():
    """Draw a bundled digit and each rim around it."""
    image = load_digits().x_train[[5]]
    modes = "zeros", "reflect", "replicate", "circular"
    fig, axes = style.figure(7.4, 1.9, 1, len(modes))
    for ax, mode in zip(axes, modes, strict=True):
        ax.imshow(cnnlab.pad_forward(image, 4, mode)[0, 0], cmap="gray_r", vmin=0, vmax=1)
        ax.add_patch(Rectangle((3.5, 3.5), 8, 8, fill=False, edgecolor=style.INPUT, linewidth=1.6))
        ax.set_title(mode)
        ax.set_axis_off()
    return fig
