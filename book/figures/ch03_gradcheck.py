"""Figures of chapter 3: slopes through two points, errors over steps, a kink, wrong gradients that train."""

import numpy as np
from experiments.results import result_of

from figures import style

LABELS = {"forward": style.INPUT, "central": style.OUTPUT, "complex step": style.GRADIENT}


def load():
    """Read what the run on wrong gradients has written."""
    return result_of("wrong_gradients")["results"]


def fig_two_slopes(h=1.0):
    """Draw x^3 around 2, its tangent, and the lines of a forward and a central difference."""
    near = np.linspace(0.6, 3.4, 200)
    fig, axes = style.figure(7.2, 3.2, 1, 2, sharey=True)
    for ax, (name, left, right) in zip(axes, (("forward", 2, 2 + h), ("central", 2 - h, 2 + h)), strict=True):
        slope = (right**3 - left**3) / (right - left)
        ax.plot(near, near**3, color=style.INK, linewidth=1.6)
        ax.plot(near, 8 + 12 * (near - 2), color=style.FAINT, linewidth=1.2, linestyle="--")
        ax.plot(near, left**3 + slope * (near - left), color=LABELS[name], linewidth=2)
        ax.plot([left, right], [left**3, right**3], "o", color=LABELS[name], markersize=6)
        ax.plot([2], [8], "o", color=style.INK, markersize=4)
        ax.set(title=f"{name}: slope {slope:g}", xlabel="x", ylim=(-8, 36))
    axes[0].set_ylabel("x³")
    axes[0].text(2.75, 13.2, "tangent: 12", color=style.FAINT, fontsize=9.5)
    return fig


def fig_v_curve(errors, steps, best, sizes):
    """Draw relative errors over the step, with what the sizes of f and its derivatives foretell."""
    fig, ax = style.figure(7, 4)
    for name, found in errors.items():
        shown = np.maximum(found, 1e-17)
        marker = dict(zip(LABELS, "os^", strict=True))[name]
        ax.loglog(steps, shown, marker, color=LABELS[name], markersize=4, label=name)
    for name, h in best.items():
        ax.axvline(h, color=LABELS[name], linewidth=1, linestyle=":")
    eps, (value, second, third) = np.finfo(float).eps, sizes
    ax.loglog(steps, second * steps / 2, color=style.INPUT, linewidth=0.8)
    ax.loglog(steps, third * steps**2 / 6, color=style.OUTPUT, linewidth=0.8)
    ax.loglog(steps, eps * value / steps, color=style.FAINT, linewidth=0.8)
    ax.text(4e-12, 3e-4, "rounding: eps / h", color=style.FAINT, fontsize=9.5, rotation=-31)
    ax.set(xlabel="step h", ylabel="relative error", ylim=(3e-18, 30), xlim=(steps.min() / 3, 3))
    ax.legend(loc="lower left", ncols=3, bbox_to_anchor=(0, 1.0))
    return fig


def fig_kink(x=0.3, h=1.0):
    """Draw relu near its kink, and the central difference that reaches across it."""
    near = np.linspace(-1.4, 2, 300)
    fig, ax = style.figure(5.2, 2.9)
    slope = (max(x + h, 0) - max(x - h, 0)) / (2 * h)
    ax.plot(near, np.maximum(near, 0), color=style.INK, linewidth=1.8)
    ends = np.array([x - h, x + h])
    ax.plot(ends, np.maximum(ends, 0), "-o", color=style.OUTPUT, linewidth=2, markersize=6)
    ax.plot([x], [max(x, 0)], "o", color=style.INK, markersize=6)
    ax.annotate(
        f"slope {slope:g} between the ends",
        (x - h / 2, slope * h / 2),
        (-1.35, 0.95),
        color=style.INK,
        arrowprops={"arrowstyle": "-", "color": style.FAINT},
    )
    ax.text(x + 0.08, x - 0.2, f"x = {x:g}: slope 1", color=style.INK)
    ax.set(xlabel="x", ylabel="relu(x)", ylim=(-0.25, 2))
    return fig


def fig_wrong_gradients_train(result):
    """Draw each mistake's loss over the epochs beside the right gradient's, every seed a line."""
    nets = result["nets"]
    right, *wrong = nets
    wrong = [name for name in wrong if name != "kernels that never move"]
    fig, axes = style.figure(7.4, 4.6, 2, 3, sharex=True, sharey=True)
    for ax, name in zip(axes.flat, wrong, strict=False):
        for which, colour, marker in ((right, style.OUTPUT, "o"), (name, style.GRADIENT, "s")):
            loss = np.array(nets[which]["loss"])
            epochs = 1 + np.arange(loss.shape[1])
            ax.plot(epochs, loss.T, color=colour, linewidth=0.8, alpha=0.5)
            ax.plot(epochs, loss.mean(axis=0), f"-{marker}", color=colour, linewidth=1.6, markersize=4)
        ax.set(title=name, yscale="log")
        ax.title.set_fontsize(10)
        ax.set_yticks([0.02, 0.05, 0.1, 0.2, 0.5, 1], ["0.02", "0.05", "0.1", "0.2", "0.5", "1"])
        ax.minorticks_off()
    last = axes.flat[-1]
    last.set_axis_off()
    last.text(0.05, 0.7, "●  right gradient", color=style.OUTPUT, transform=last.transAxes)
    last.text(0.05, 0.5, "■  the mistake", color=style.GRADIENT, transform=last.transAxes)
    last.text(
        0.05, 0.3, "thin: one seed\nthick: their mean", color=style.FAINT, transform=last.transAxes, va="top"
    )
    axes[0, 2].tick_params(labelbottom=True)
    axes[0, 0].set_ylabel("loss")
    axes[1, 0].set_ylabel("loss")
    axes[0, 2].set_xlabel("epoch")
    for ax in axes[1, :2]:
        ax.set_xlabel("epoch")
    return fig
