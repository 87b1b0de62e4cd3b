"""Figures of chapter 1: neurons that draw lines, bumps that add up, what the digits say, and three ideas."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np

from cnnlab import sigmoid_forward
from cnnlab.datasets import load_digits
from figures import style

POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
RESULTS = {  # committed runs
    "mnist": "experiments/mnist.json",
    "shuffled": "experiments/shuffled.json",
}
HUES = {"softmax regression": style.KERNEL, "one hidden layer": style.INPUT, "convolutional": style.OUTPUT}


def results(name):
    """Read what a committed run has found: {net: its record}."""
    path = Path(__file__).parents[1] / RESULTS[name]
    return json.loads(path.read_text(encoding="utf-8"))["results"]["nets"]


def fig_network():
    """Draw inputs, hidden units and outputs, with a line for each weight."""
    fig, ax = style.figure(6, 2.6)
    layers = [
        ("x", "inputs", 3, style.INPUT),
        ("h", "hidden", 4, style.OUTPUT),
        ("y", "outputs", 2, style.OUTPUT),
    ]
    places = [[(2.4 * i, ((n - 1) / 2 - j) * 0.9) for j in range(n)] for i, (*_, n, _) in enumerate(layers)]
    for left, right in pairwise(places):
        for a in left:
            for b in right:
                ax.plot(*zip(a, b, strict=True), color=style.KERNEL, linewidth=1, zorder=1)
    for (name, words, n, colour), column in zip(layers, places, strict=True):
        x, y = zip(*column, strict=True)
        ax.plot(x, y, "o", color=style.PAPER, markersize=23, zorder=2)
        ax.plot(x, y, "o", color=colour, markersize=23, alpha=0.35, markeredgewidth=0, zorder=3)
        for j, (across, up) in enumerate(column):
            ax.text(across, up, f"{name}[{j}]", ha="center", va="center", fontsize=9, zorder=4)
        ax.text(x[0], 2.1, f"{n} {words}", ha="center", va="center")
    ax.text(1.2, -1.75, "12 weights", ha="center", color=style.FAINT)
    ax.text(3.6, -1.75, "8 weights", ha="center", color=style.FAINT)
    ax.set(xlim=(-0.6, 5.4), ylim=(-2, 2.3))
    ax.set_axis_off()
    return fig


def fig_boolean(neurons, hidden, output):
    """Draw where each neuron says yes; then XOR as its two hidden units see it, and as the inputs do."""
    fig, axes = style.figure(7.4, 2.4, 1, 4)
    across, up = np.meshgrid(np.linspace(-0.4, 1.4, 181), np.linspace(-0.4, 1.4, 181))
    plane = np.stack([across.ravel(), up.ravel()], axis=1)

    def draw(ax, yes, wanted, points, title, labels):
        shade = yes(plane).reshape(across.shape)
        ax.contourf(across, up, shade, levels=[0.5, 2], colors=[style.OUTPUT], alpha=0.3)
        ax.contour(across, up, shade, levels=[0.5], colors=[style.INK], linewidths=1)
        for value, marker, fill in ((1, "o", style.INK), (0, "o", style.PAPER)):
            chosen = points[np.asarray(wanted) == value]
            ax.plot(*chosen.T, marker, color=fill, markeredgecolor=style.INK, markersize=8, zorder=3)
        ax.set(title=title, xlabel=labels[0], ylabel=labels[1], xticks=[0, 1], yticks=[0, 1], aspect="equal")

    for ax, (name, neuron) in zip(axes, neurons.items(), strict=False):
        wanted = neuron(POINTS)[:, 0] > 0.5
        draw(ax, neuron, wanted, POINTS, name, ("x[0]", "x[1]"))
    exclusive = POINTS.sum(axis=1) == 1
    draw(axes[2], output, exclusive, hidden(POINTS), "XOR, seen by h", ("h[0]: OR", "h[1]: AND"))
    draw(axes[3], lambda x: output(hidden(x)), exclusive, POINTS, "XOR, seen by x", ("x[0]", "x[1]"))
    return fig


def fig_bumps(target, build, counts=(4, 8, 32)):
    """Draw a curve and the nets of so many bumps that follow it, and one bump alone."""
    fig, axes = style.figure(7.4, 2.3, 1, 1 + len(counts), sharex=True)
    x = np.linspace(-0.25, 1.25, 1201)
    left, right = (sigmoid_forward(200 * (x - edge)) for edge in (0.4, 0.6))
    axes[0].plot(x, left, color=style.INPUT, linewidth=1, linestyle="--")
    axes[0].plot(x, -right, color=style.INPUT, linewidth=1, linestyle=":")
    axes[0].plot(x, left - right, color=style.OUTPUT, linewidth=2)
    axes[0].set_title("one bump")
    for ax, count in zip(axes[1:], counts, strict=True):
        ax.axvspan(0, 1, color=style.LINE, alpha=0.35, linewidth=0)
        ax.plot(x, target(x), color=style.INPUT, linewidth=1, linestyle="--")
        ax.plot(x, build(count)(x), color=style.OUTPUT, linewidth=1.6)
        ax.set(title=f"{count} bumps", ylim=(-1.6, 1.6), yticks=[-1, 0, 1])
    for ax in axes:
        ax.set(xticks=[0, 1], xlabel="x")
    return fig


def fig_flattened():
    """Draw a digit, and beside it the one row of numbers that a dense layer gets."""
    digit = load_digits().x_train[0, 0]
    fig, (left, right) = style.figure(7, 1.9, 1, 2, width_ratios=(1, 4))
    left.imshow(digit, cmap="gray_r", interpolation="nearest")
    left.set_title("8 × 8")
    right.imshow(digit.reshape(1, -1), cmap="gray_r", interpolation="nearest", aspect=5)
    right.set_title("the same 64 numbers, flattened")
    for row, column, words in ((3, 4, ""), (2, 4, "above"), (3, 3, "left")):
        colour = style.GRADIENT if words else style.INPUT
        for ax, across, up in ((left, column, row), (right, 8 * row + column, 0)):
            ax.plot([across], [up], "s", color=colour, markersize=5)
        if words:
            right.text(8 * row + column, 0.85, words, ha="center", va="center", fontsize=9)
    for ax, columns, rows in ((left, 8, 8), (right, 64, 1)):
        corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows], [0, 0]]) - 0.5
        ax.plot(*corners.T, color=style.LINE, linewidth=1)
        ax.set_axis_off()
    right.set_ylim(1.2, -0.8)
    return fig


def draw_errors(ax, y, found, colour):
    """Draw every seed's errors as a dot, their mean as a stroke, its interval as a band."""
    mean, low, high = (100 * (1 - found[key]) for key in ("mean", "high", "low"))
    ax.plot([low, high], [y, y], color=colour, linewidth=7, alpha=0.3, solid_capstyle="butt")
    ax.plot([mean, mean], [y - 0.2, y + 0.2], color=colour, linewidth=2)
    ax.plot(
        [100 * (1 - value) for value in found["values"]], [y] * len(found["values"]), "o", color=colour, ms=4
    )


def fig_digits():
    """Draw the errors of three nets on the test, one dot a seed."""
    nets = results("mnist")
    fig, ax = style.figure(6.6, 2)
    for y, (name, net) in enumerate(nets.items()):
        draw_errors(ax, y, net["test"], HUES[name])
    ax.set(xscale="log", xlabel="errors on the test, % (logarithmic)", xlim=(0.4, 10), ylim=(2.6, -0.6))
    ax.set_yticks(range(3), [f"{name}\n{net['parameters']:,} parameters" for name, net in nets.items()])
    ax.set_xticks([0.5, 1, 2, 5, 10], ["0.5", "1", "2", "5", "10"])
    ax.minorticks_off()
    return fig


def fig_shuffled():
    """Draw the errors of two nets, with pixels in order and in shuffled order."""
    nets = results("shuffled")
    rows = [(name, how) for name in nets for how in ("in order", "shuffled")]
    fig, ax = style.figure(6.6, 2.1)
    for y, (name, how) in enumerate(rows):
        draw_errors(ax, y, nets[name][how]["test"], HUES[name])
    ax.set_yticks(range(4), [f"{name}, {how}" for name, how in rows])
    ax.set(xlabel="errors on the test, %", ylim=(3.6, -0.6), xlim=(0, 6.5))
    return fig


def fig_three_ideas(inputs=6, taps=3):
    """Draw the connections of a dense layer, a local one and a convolution, a colour for each weight."""
    outputs = inputs - taps + 1
    fig, axes = style.figure(7.4, 2.4, 1, 3)
    shared = dict(enumerate((style.KERNEL, style.OUTPUT, style.GRADIENT)))
    for ax, title in zip(axes, ("dense", "local", "local and shared"), strict=True):
        lines = [
            (i, o) for o in range(outputs) for i in range(inputs) if title == "dense" or 0 <= i - o < taps
        ]
        for i, o in lines:
            colour = shared[i - o] if "shared" in title else style.FAINT
            dash = ("-", "--", ":")[i - o] if "shared" in title else "-"
            ax.plot(
                [i, o + (taps - 1) / 2],
                [1, 0],
                dash,
                color=colour,
                linewidth=1.6 if "shared" in title else 0.9,
            )
        for n, y, shift, colour in ((inputs, 1, 0, style.INPUT), (outputs, 0, (taps - 1) / 2, style.OUTPUT)):
            across = np.arange(n) + shift
            ax.plot(across, [y] * n, "o", color=style.PAPER, markersize=15, zorder=2)
            ax.plot(
                across, [y] * n, "o", color=colour, alpha=0.45, markersize=15, markeredgewidth=0, zorder=3
            )
        weights = taps if "shared" in title else len(lines)
        ax.set_title(f"{title}: {weights} weights")
        ax.set(xlim=(-0.5, inputs - 0.5), ylim=(-0.25, 1.25))
        ax.set_axis_off()
    return fig
