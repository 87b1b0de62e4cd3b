"""How every figure of the book looks: four colours, arrays drawn as cells, ink that follows the page's theme.

A figure of a chapter is a function that ends in `return fig`:

    from figures import style

    fig, (left, right) = style.figure(cols=2)
    style.grid(left, x, style.INPUT, title="x", highlight=np.s_[0:2, 0:2])
    style.grid(right, y, style.OUTPUT, title="y", highlight=[(0, 0)])
"""

import io
import re
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

COLOURS_CSS = Path(__file__).parents[1] / "assets" / "colours.css"


def read_colours(css):
    """The custom properties of each theme: {"light": {"input": "#0072b2", ...}, "dark": {...}}."""
    blocks = re.findall(r"^(\S+) \{(.*?)\}", css, flags=re.DOTALL | re.MULTILINE)
    names = {":root": "light", 'html[data-theme="dark"]': "dark"}
    return {
        names[selector]: dict(re.findall(r"--cnn-([\w-]+): (#\w{6});", body)) for selector, body in blocks
    }


THEMES = read_colours(COLOURS_CSS.read_text(encoding="utf-8"))
LIGHT = THEMES["light"]
INPUT, KERNEL, OUTPUT, GRADIENT = (LIGHT[name] for name in ("input", "kernel", "output", "gradient"))
INK, FAINT, LINE, PAPER = (LIGHT[name] for name in ("ink", "faint", "line", "paper"))

matplotlib.rcParams.update(
    {
        "text.color": INK,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.facecolor": "none",
        "axes.grid": False,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.prop_cycle": matplotlib.cycler(color=[INPUT, KERNEL, OUTPUT, GRADIENT]),
        "axes.titlesize": 11,
        "figure.facecolor": "none",
        "font.size": 10.5,
        "grid.color": LINE,
        "legend.frameon": False,
        "mathtext.fontset": "dejavusans",
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "svg.hashsalt": "cnnlab",  # the same figure gives the same file
    }
)


def themed_svg(figure):
    """Draw a figure as SVG whose colours are CSS variables, so that it follows a page from light to dark."""
    buffer = io.StringIO()
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(buffer, format="svg", bbox_inches="tight", pad_inches=0.05, metadata=metadata)
    svg = buffer.getvalue()
    for name, colour in LIGHT.items():
        svg = svg.replace(f": {colour}", f": var(--{name})")
    light, dark = ("; ".join(f"--{name}: {colour}" for name, colour in THEMES[t].items()) for t in THEMES)
    themes = f":root {{ {light} }} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"
    return re.sub(r"(<svg[^>]*>)", rf"\1<style>{themes}</style>", svg, count=1)


class ThemedFigure(Figure):
    """A matplotlib figure that notebooks and the book show as `themed_svg`."""

    def _repr_svg_(self):
        return themed_svg(self)


def figure(width=7, height=3, rows=1, cols=1, **options):
    """A figure and its axes, as `plt.subplots` returns them; options go to `Figure.subplots`."""
    fig = ThemedFigure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots(rows, cols, **options)


def mask_of(cells, shape):
    """The cells as a boolean array: from a boolean array, slices (`np.s_[0:2, 1:3]`) or a list of indices."""
    mask = np.zeros(shape, dtype=bool)
    for index in cells if isinstance(cells, list) else [] if cells is None else [cells]:
        mask[index] = True
    return mask


def grid(ax, array, colour, *, fmt="{:g}", highlight=None, title=None, faint=None):
    """Draw a vector or a matrix as cells with its numbers; cell (i, j) covers x in [j, j+1], y in [i, i+1].

    `highlight` gives cells a strong fill and a dark rim, `faint` draws others hollow (padding, say): each a
    boolean array, slices as of `np.s_`, or a list of indices. `fmt=None` leaves the numbers out.
    """
    array = np.asarray(array)
    strong, hollow = mask_of(highlight, array.shape), mask_of(faint, array.shape)
    cells, strong, hollow = (np.atleast_2d(a) for a in (array, strong, hollow))
    for (i, j), value in np.ndenumerate(cells):
        alpha = 0.0 if hollow[i, j] else 0.6 if strong[i, j] else 0.2
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=colour, alpha=alpha, linewidth=0))
        ax.add_patch(
            Rectangle((j, i), 1, 1, fill=False, edgecolor=LINE if hollow[i, j] else colour, linewidth=1)
        )
        if fmt is not None:
            ax.text(
                j + 0.5,
                i + 0.5,
                fmt.format(value),
                ha="center",
                va="center",
                color=FAINT if hollow[i, j] else INK,
            )
    for i, j in np.argwhere(strong):
        ax.add_patch(Rectangle((j, i), 1, 1, fill=False, edgecolor=INK, linewidth=1.4, zorder=3))
    rows, cols = cells.shape
    ax.set(xlim=(-0.1, cols + 0.1), ylim=(rows + 0.1, -0.1), aspect="equal")
    ax.set_axis_off()
    if title is not None:
        ax.set_title(title)
