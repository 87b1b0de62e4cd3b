"""Figures of the page on curvature: what the committed comparison of optimisers has found."""

import numpy as np
from experiments.results import Table, number, result_of

import cnnlab
from figures import style

COLOURS = {"small batches": style.OUTPUT, "one batch": style.INPUT, "Hessian-free": style.GRADIENT}


def load():
    """Read what the comparison has written."""
    return result_of("hessian_free")["results"]


def fig_descent(result):
    """Draw loss and accuracy against work: the setting that was chosen strongly, the others faintly."""
    fig, (left, right) = style.figure(7.4, 3.4, 1, 2)
    for name, run in result["runs"].items():
        for number_, tried in enumerate(run["tried"]):
            chosen, curve = number_ == run["chosen"], tried["curve"]
            work = [point["work"] for point in curve]
            look = dict(color=COLOURS[name], linewidth=2 if chosen else 0.8, alpha=1 if chosen else 0.35)
            label = name if chosen else None
            left.plot(work, [point["train"]["loss"] for point in curve], **look, label=label)
            wrong = [100 * (1 - point["validation"]["accuracy"]) for point in curve]
            right.plot(work, wrong, **look)
    for ax, words in ((left, "loss on the images learnt from"), (right, "errors on others, %")):
        ax.set(xscale="log", yscale="log", xlabel="work, in gradients of all images", title=words)
    left.set_ylim(2e-6, 4)
    left.legend(fontsize=9, loc="lower left")
    return fig


def fig_bowl():
    """Draw steepest descent and conjugate gradients on one bowl."""
    A, b = np.array([[1.0, 0], [0, 12]]), np.zeros(2)
    start = np.array([-4.0, 0.9])
    fig, ax = style.figure(6.4, 2.6)
    x, y = np.meshgrid(np.linspace(-4.6, 1.2, 200), np.linspace(-1.2, 1.3, 100))
    bowl = (A[0, 0] * x**2 + A[1, 1] * y**2) / 2
    ax.contour(x, y, bowl, levels=np.geomspace(0.05, 14, 9), colors=style.LINE, linewidths=0.8)
    path = [start]
    for _ in range(14):
        slope = A @ path[-1] - b
        path.append(path[-1] - slope * (slope @ slope) / (slope @ A @ slope))
    ax.plot(*np.transpose(path), "o-", color=style.INPUT, markersize=3, label="steepest descent")
    conjugate = [start]
    for steps in (1, 2):
        found = cnnlab.conjugate_gradient(lambda v: A @ v, b, x0=start, max_iterations=steps)
        conjugate.append(found.x)
    ax.plot(*np.transpose(conjugate), "o-", color=style.GRADIENT, markersize=4, label="conjugate gradients")
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.legend(loc="lower right", fontsize=9)
    return fig


def ends(result):
    """List where each method has come to, in the setting that was chosen."""
    rows = []
    for name, run in result["runs"].items():
        best = run["tried"][run["chosen"]]
        end = best["curve"][-1]
        words = ", ".join(f"{key} {value:g}" for key, value in best["setting"].items())
        rows.append(
            [
                name,
                words,
                f"{end['steps']:,}",
                f"{end['products']:,}",
                f"{end['train']['loss']:.2g}",
                f"{100 * end['validation']['accuracy']:.2f}",
                f"{100 * run['test']['accuracy']:.2f}",
                number(best["seconds"]),
            ]
        )
    header = ["", "chosen", "steps", "products", "loss", "others right, %", "test, %", "seconds"]
    return Table(header, rows, text=(0, 1))
