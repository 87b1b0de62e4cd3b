"""Figures of chapter 2: the net of nine numbers, activations and slopes, two losses, learning curves."""

import numpy as np
from matplotlib.patches import Rectangle

import cnnlab
from figures import style

X, TARGET = np.array([[1.0, 2]]), np.array([[4.0]])  # the chapter's numbers
WEIGHT_1, BIAS_1 = np.array([[3.0, -1], [1, 1]]), np.array([1.0, 1])
WEIGHT_2, BIAS_2 = np.array([[2.0, -1]]), np.array([1.0])
PLACES = {"x0": (0, 2), "x1": (0, 0), "a0": (2, 2), "a1": (2, 0), "h0": (3.7, 2), "h1": (3.7, 0)}
PLACES |= {"y": (5.7, 1), "L": (7.4, 1)}


def values_and_slopes():
    """Every node's number and the gradient of the loss with respect to it: {"x0": (1, -15), ...}."""
    a = cnnlab.dense_forward(X, WEIGHT_1, BIAS_1)
    h = cnnlab.relu_forward(a)
    y = cnnlab.dense_forward(h, WEIGHT_2, BIAS_2)
    loss, dy = cnnlab.mse(y, TARGET)
    dh, _, _ = cnnlab.dense_backward(dy, h, WEIGHT_2)
    da = cnnlab.relu_backward(dh, a)
    dx, _, _ = cnnlab.dense_backward(da, X, WEIGHT_1)
    found = {"y": (y[0, 0], dy[0, 0]), "L": (loss, 1.0)}
    for name, forward, backward in [("x", X, dx), ("a", a, da), ("h", h, dh)]:
        found |= {f"{name}{i}": (forward[0, i], backward[0, i]) for i in range(2)}
    return found


def fig_two_paths():
    """Draw the net as a graph, the two paths from x[0] to the loss in bold, with every slope."""
    fig, ax = style.figure(7, 3.4)
    local = {(f"x{d}", f"a{f}"): WEIGHT_1[f, d] for d in range(2) for f in range(2)}
    local |= {(f"a{f}", f"h{f}"): 1.0 for f in range(2)}
    local |= {(f"h{f}", "y"): WEIGHT_2[0, f] for f in range(2)}
    local |= {("y", "L"): values_and_slopes()["y"][1]}
    for (before, after), slope in local.items():
        (x0, y0), (x1, y1) = PLACES[before], PLACES[after]
        on = before != "x1"
        ax.plot(
            [x0, x1],
            [y0, y1],
            color=style.KERNEL if on else style.LINE,
            linewidth=2.4 if on else 1.2,
            zorder=0,
        )
        under = (before, after) == ("x1", "a0")  # beside the crossing there is no room above the line
        share = 0.27 if under else 0.55 if y0 == y1 else 0.36
        ax.text(
            x0 + share * (x1 - x0) + (0.1 if under else 0),
            y0 + share * (y1 - y0) + (-0.12 if under else 0.17),
            f"× {slope:g}".replace("-", "−"),
            ha="left" if under else "center",
            fontsize=9.5,
            color=style.INK if on else style.FAINT,
        )
    for name, (value, slope) in values_and_slopes().items():
        node(ax, name, value, slope)
    ax.set(xlim=(-0.6, 8.0), ylim=(-0.62, 2.75), aspect="equal")
    ax.set_axis_off()
    return fig


def node(ax, name, value, slope):
    """Draw one node: its number above, the gradient that came back to it below."""
    x, y = PLACES[name]
    colour = style.INPUT if name[0] == "x" else style.OUTPUT
    for low, number, hue in [(0, value, colour), (-0.42, slope, style.GRADIENT)]:
        ax.add_patch(Rectangle((x - 0.36, y + low), 0.72, 0.42, facecolor=style.PAPER, linewidth=0))
        ax.add_patch(Rectangle((x - 0.36, y + low), 0.72, 0.42, facecolor=hue, alpha=0.3, linewidth=0))
        ax.add_patch(Rectangle((x - 0.36, y + low), 0.72, 0.42, fill=False, edgecolor=hue))
        text = f"{number:g}".replace("-", "−")
        ax.text(x, y + low + 0.2, text, ha="center", va="center", fontsize=10)
    label = name if len(name) == 1 else f"{name[0]}[{name[1]}]"
    ax.text(x, y + 0.48, label, ha="center", va="bottom", fontsize=9.5, color=style.FAINT)


def fig_activations():
    """Plot three activations and, below, their slopes."""
    x = np.linspace(-5, 5, 401)
    fig, (above, below) = style.figure(6.6, 3.9, 2, 1, sharex=True)
    kinds = [("relu", style.INPUT, "-"), ("tanh", style.OUTPUT, "--"), ("sigmoid", style.KERNEL, "-.")]
    for name, colour, line in kinds:
        forward, backward = (getattr(cnnlab, f"{name}_{way}") for way in ("forward", "backward"))
        above.plot(x, forward(x), color=colour, linestyle=line, linewidth=2, label=name)
        slope = backward(np.ones_like(x), x)
        if name == "relu":
            slope[np.argmin(abs(x))] = np.nan  # the jump is no line
        below.plot(x, slope, color=colour, linestyle=line, linewidth=2)
    above.set(ylim=(-1.15, 2.2), ylabel="y")
    below.set(ylim=(-0.05, 1.1), ylabel="slope of y", xlabel="x", yticks=[0, 0.25, 1])
    above.legend(loc="upper left")
    return fig


def fig_saturation():
    """Plot how hard each loss pulls at three scores (m, 0, 0), where the second is the true class."""
    margins = np.linspace(0, 12, 121)
    scores = np.stack([margins, 0 * margins, 0 * margins], axis=1)
    labels = np.ones(len(scores), int)
    probabilities = cnnlab.softmax_forward(scores)
    _, dscores = cnnlab.softmax_cross_entropy(scores, labels)
    _, dprobabilities = cnnlab.mse(probabilities, np.eye(3)[labels])
    squared = cnnlab.softmax_backward(dprobabilities, scores)
    fig, ax = style.figure(6.6, 3)
    for gradient, colour, line, name in [
        (dscores, style.OUTPUT, "-", "cross-entropy"),
        (squared, style.KERNEL, "--", "squared error"),
    ]:
        pull = abs(gradient * len(scores)).max(axis=1)
        ax.semilogy(margins, pull, color=colour, linestyle=line, linewidth=2, label=name)
        ax.plot(10, np.interp(10, margins, pull), "o", color=colour)
    ax.set(xlabel="score of a wrong class, above that of the true one", ylabel="largest |slope| of a score")
    ax.legend(loc="lower left")
    return fig


def fig_learning(curves, steps, chance=0.1):
    """Plot accuracies on the test set: {(loss, start): accuracies}, one every so many steps."""
    fig, ax = style.figure(6.6, 3)
    for (loss, start), accuracies in curves.items():
        ax.plot(
            steps,
            accuracies,
            color=style.OUTPUT if loss == "cross-entropy" else style.KERNEL,
            linestyle="-" if start == "usual" else "--",
            linewidth=2,
            label=f"{loss}, {start} start",
        )
    ax.axhline(chance, color=style.LINE, linewidth=1, zorder=0)
    ax.set(xlabel="steps", ylabel="accuracy on the test set", ylim=(0, 1))
    ax.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=2, fontsize=9.5, borderaxespad=0.2)
    return fig
