"""Figures of the page on wrong gradients: a gradient as squares, filled where it is positive."""

import numpy as np
from matplotlib.patches import Rectangle

from figures import style


def fig_moved(claimed, measured, by):
    """Draw a gradient as claimed and as measured, the difference, and what is left once it has been moved."""
    moved = np.full(claimed.shape, np.nan)
    moved[tuple(slice(None, -k) for k in by)] = claimed[tuple(slice(k, None) for k in by)]
    panels = {
        "claimed": claimed,
        "measured": measured,
        "difference": claimed - measured,
        "difference, moved": moved - measured,
    }
    largest = max(np.nanmax(abs(values)) for values in panels.values())
    fig, axes = style.figure(4.4, 5.4, 2, 2)
    for ax, (title, values) in zip(axes.flat, panels.items(), strict=True):
        squares(ax, values / largest)
        ax.set_title(title)
    return fig


class Themed:
    """A figure that somebody else has drawn, shown as the book shows its own."""

    def __init__(self, figure):
        self.figure = figure

    def _repr_svg_(self):
        return style.themed_svg(self.figure)


def fig_report(report):
    """Draw a report's own picture."""
    return Themed(report.plot())


def squares(ax, values):
    """Draw each number as a square whose area is its size: filled if positive; nothing known, a dot."""
    rows, cols = values.shape
    ax.add_patch(Rectangle((0, 0), cols, rows, fill=False, edgecolor=style.LINE))
    ax.set(xlim=(-0.1, cols + 0.1), ylim=(rows + 0.1, -0.1), aspect="equal")
    ax.set_axis_off()
    for (row, col), value in np.ndenumerate(values):
        if np.isnan(value):
            ax.plot(col + 0.5, row + 0.5, ".", color=style.FAINT, markersize=3)
        elif abs(value) > 1e-9:
            side = 0.92 * np.sqrt(abs(value))
            corner = col + (1 - side) / 2, row + (1 - side) / 2
            more = {"facecolor": style.GRADIENT, "linewidth": 0}
            less = {"fill": False, "edgecolor": style.INK, "linewidth": 0.9}
            ax.add_patch(Rectangle(corner, side, side, **(more if value > 0 else less)))
