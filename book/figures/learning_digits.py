"""Figures of the page on learning to read digits: what the committed runs have found."""

import numpy as np
from experiments.results import Table, number, result_of

from cnnlab.datasets import load_digits, load_mnist
from cnnlab.datasets.mnist import where_mnist
from figures import style

COLOURS = {"softmax regression": style.KERNEL, "one hidden layer": style.INPUT, "convolutional": style.OUTPUT}
SCHEMES = {"normal": style.INPUT, "glorot": style.OUTPUT, "he": style.GRADIENT}
HUES = (style.INPUT, style.KERNEL, style.OUTPUT, style.GRADIENT)


def load():
    """Read what the four runs have written: {name: results}."""
    names = ("mnist", "shuffled", "optimisers", "initialisations")
    return {name: result_of(name)["results"] for name in names}


def percent(share, digits=2):
    """Write a share in per cent."""
    return f"{100 * share:.{digits}f}"


def spread(found, digits=2):
    """Write a mean and its interval in per cent."""
    mean, low, high = (percent(found[key], digits) for key in ("mean", "low", "high"))
    return f"{mean} ({low} to {high})"


def draw_errors(ax, y, found, colour):
    """Draw every seed's errors as a dot, and their mean and interval as a line with a bar."""
    mean, low, high = (100 * (1 - found[key]) for key in ("mean", "high", "low"))
    ax.plot([low, high], [y, y], color=colour, linewidth=6, alpha=0.3, solid_capstyle="butt")
    ax.plot([mean, mean], [y - 0.18, y + 0.18], color=colour, linewidth=2)
    errors = [100 * (1 - value) for value in found["values"]]
    ax.plot(errors, np.full(len(errors), y), "o", color=colour, markersize=4)


def fig_mnist(result):
    """Draw the errors of the three nets."""
    fig, ax = style.figure(7, 2.2)
    for y, (name, net) in enumerate(result["nets"].items()):
        draw_errors(ax, y, net["test"], COLOURS[name])
    ax.set(xscale="log", xlabel="errors on the test, % (logarithmic)", ylim=(2.5, -0.5), xlim=(0.4, 10))
    ax.set_yticks(range(3), list(result["nets"]))
    ax.set_xticks([0.5, 1, 2, 5, 10], ["0.5", "1", "2", "5", "10"])
    ax.minorticks_off()
    return fig


def table_mnist(result):
    """List the three nets: what they are made of, what was chosen for them, what they read."""
    rows = []
    for name, net in result["nets"].items():
        chosen = net["tried"][net["chosen"]]
        setting = f"rate {chosen['rate']:g}, shift {chosen['shift']}"
        rows.append(
            [name, setting, f"{net['parameters']:,}", percent(chosen["validation"]), spread(net["test"])]
            + [number(net["processor seconds"])]
        )
    header = ["", "chosen", "parameters", "validation, %", "test, % (95 % interval)", "seconds"]
    return Table(header, rows, text=(0, 1))


def table_settings(result):
    """List what was tried: each net's validation accuracy in each setting, and which was chosen."""
    tried = next(iter(result["nets"].values()))["tried"]
    header = ["", *(f"rate {t['rate']:g}, shift {t['shift']}" for t in tried)]
    rows = [
        [name, *(mark(percent(t["validation"]), i == net["chosen"]) for i, t in enumerate(net["tried"]))]
        for name, net in result["nets"].items()
    ]
    return Table(header, rows)


def mark(cell, chosen):
    """Make what was chosen bold."""
    return f"**{cell}**" if chosen else cell


def fig_misread(result, most=24):
    """Draw test images that no convolutional net has read rightly; where MNIST is not here, say so."""
    misread = result["nets"]["convolutional"]["misread by all"]
    shown = list(zip(misread["images"], misread["labels"], misread["read as"], strict=True))[:most]
    columns = 8
    fig, axes = style.figure(7, 1.15 * -(-most // columns), -(-most // columns), columns)
    for ax in axes.flat:
        ax.set_axis_off()
    if where_mnist() is None:
        fig.text(0.5, 0.5, "MNIST is not on this computer: cnnlab data fetch mnist", ha="center")
        return fig
    images = load_mnist().x_test
    for ax, (index, label, read) in zip(axes.flat, shown, strict=False):
        ax.imshow(images[index, 0], cmap="gray_r", interpolation="nearest")
        ax.set_title(f"{label}, read as {read}", fontsize=9)
    return fig


def fig_shuffling():
    """Draw two bundled digits, and what is left of them when all their pixels change places."""
    digits = load_digits()
    images = [digits.x_train[digits.y_train == digit][0, 0] for digit in (3, 8)]
    places = np.random.default_rng(0).permutation(64)
    fig, axes = style.figure(7, 1.9, 1, 4)
    pairs = [array for image in images for array in (image, image.reshape(-1)[places].reshape(8, 8))]
    for ax, array, title in zip(
        axes, pairs, ("a 3", "its pixels, shuffled", "an 8", "shuffled alike"), strict=True
    ):
        ax.imshow(array, cmap="gray_r", interpolation="nearest")
        ax.set_title(title, fontsize=10)
        ax.set_axis_off()
    return fig


def fig_shuffled(result):
    """Draw the errors of both nets, with pixels in order and shuffled."""
    fig, ax = style.figure(7, 2.4)
    rows = [(name, how) for name in result["nets"] for how in ("in order", "shuffled")]
    for y, (name, how) in enumerate(rows):
        draw_errors(ax, y, result["nets"][name][how]["test"], COLOURS[name])
    ax.set_yticks(range(4), [f"{name}, {how}" for name, how in rows])
    ax.set(xlabel="errors on the test, %", ylim=(3.5, -0.5))
    ax.set_xlim(left=0)
    return fig


def table_shuffled(result):
    """List what both nets read, and what the shuffling costs them."""
    rows = [
        [name, *(spread(net[key]["test"]) for key in ("in order", "shuffled")), spread(net["lost"])]
        for name, net in result["nets"].items()
    ]
    return Table(["test, % (95 % interval)", "in order", "shuffled", "lost"], rows)


def fig_losses(result):
    """Draw the loss of every rule at its best rate, epoch by epoch."""
    fig, ax = style.figure(7, 3.4)
    for i, (name, rule) in enumerate(result["rules"].items()):
        epochs = np.arange(1, len(rule["loss"]) + 1)
        ax.plot(
            epochs,
            rule["loss"],
            "-" if i < 4 else "--",
            color=HUES[i % 4],
            marker="os^v"[i % 4],
            markersize=4,
            label=name,
        )
    ax.set(yscale="log", xlabel="epoch", ylabel="training loss", xticks=epochs)
    ax.set_yticks([0.03, 0.05, 0.1, 0.2, 0.5], ["0.03", "0.05", "0.1", "0.2", "0.5"])
    ax.minorticks_off()
    ax.legend(fontsize=9, ncols=2)
    return fig


def fig_rates(result):
    """Draw how the errors of every rule depend on its learning rate; a rate that lost the loss is crossed."""
    fig, axes = style.figure(7.4, 3.8, 2, 4, sharey=True)
    for ax, (name, rule) in zip(axes.flat, result["rules"].items(), strict=True):
        kept = [t for t in rule["tried"] if t["validation"] is not None]
        lost = [t["rate"] for t in rule["tried"] if t["validation"] is None]
        errors = [100 * (1 - t["validation"]) for t in kept]
        ax.plot([t["rate"] for t in kept], errors, "o-", color=style.INPUT, markersize=4)
        ax.plot(lost, [90] * len(lost), "x", color=style.GRADIENT)
        best = rule["tried"][rule["chosen"]]
        ax.plot([best["rate"]], [100 * (1 - best["validation"])], "o", color=style.GRADIENT, markersize=7)
        ax.set(xscale="log", yscale="log", title=name)
        ax.set_yticks([2, 5, 10, 30, 90], ["2", "5", "10", "30", "90"])
        ax.minorticks_off()
    for ax in axes[:, 0]:
        ax.set_ylabel("errors, %")
    for ax in axes[1]:
        ax.set_xlabel("learning rate")
    return fig


def table_optimisers(result):
    """List where each rule has come to, at the rate that was chosen."""
    rows = [
        [
            name,
            number(rule["tried"][rule["chosen"]]["rate"], 1),
            number(rule["loss"][-1]),
            spread(rule["test"]),
        ]
        for name, rule in result["rules"].items()
    ]
    return Table(["", "rate chosen", "training loss", "test, % (95 % interval)"], rows)


def fig_initialisations(result):
    """Draw signals and gradients behind every layer at the start, and the loss from there on."""
    fig, axes = style.figure(7.4, 4.6, 2, 3)
    for row, (bend, nets) in zip(axes, result["nets"].items(), strict=True):
        for marker, (scheme, net) in zip("os^v", nets.items(), strict=True):
            colour = SCHEMES.get(scheme, style.INK)
            curves = net["signal"], net["gradient"], net["loss"]
            for ax, curve in zip(row, curves, strict=True):
                if any(curve):
                    steps = range(1, len(curve) + 1)
                    ax.plot(steps, curve, f"{marker}-", color=colour, markersize=4, label=scheme)
        for ax in row[:2]:
            ax.set(yscale="log", ylim=(1e-16, 30), yticks=[1e-15, 1e-10, 1e-5, 1], xticks=[1, 4, 7, 10])
        row[0].set_ylabel(bend)
        row[2].set(ylim=(0, None), xticks=steps)
        row[2].legend(fontsize=8)
    for ax, title in zip(axes[0], ("signal", "gradient", "training loss"), strict=True):
        ax.set_title(title)
    for ax, words in zip(axes[1], ("behind layer", "behind layer", "epoch"), strict=True):
        ax.set_xlabel(words)
    return fig


def table_initialisations(result):
    """List what the nets read after training, scheme by scheme."""
    rows = []
    for scheme in next(iter(result["nets"].values())):
        cells = [spread(nets[scheme]["test"], 1) for nets in result["nets"].values()]
        rows.append([scheme, *cells])
    return Table(["test, % (95 % interval)", *result["nets"]], rows)
