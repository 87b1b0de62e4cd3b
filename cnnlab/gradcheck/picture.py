"""A wrong gradient beside the right one: claimed, measured and their difference, on one scale of colours."""

import numpy as np

from ..picture import INK, Picture

UNKNOWN = "#b4bec8"
COLOURS = "PuOr_r"  # from purple over white to orange, which colour-blind readers can tell apart
TILES = 16  # slices to show


def draw(findings):
    """Draw a row of three pictures for each wrong gradient whose entries were measured."""
    rows = [found for found in findings if found.numerical is not None and found.numerical.size]
    if not rows:
        raise ValueError("there is nothing to draw: no gradient is wrong, or only in its shape")
    heights = [1 + min(3.0, mosaic(found.analytic, slices(found)[0])[0].shape[0] / 6) for found in rows]
    figure = Picture((8, sum(heights)))
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.1)
    axes = figure.subplots(len(rows), 3, squeeze=False, height_ratios=heights)
    for (left, middle, right), found in zip(axes, rows, strict=True):
        chosen, of = slices(found)
        difference = found.analytic - found.numerical
        with np.errstate(invalid="ignore"):
            arrays = [np.where(np.isfinite(a), a, np.nan) for a in (found.analytic, found.numerical)]
        largest = max((float(np.nanmax(np.abs(a))) for a in arrays if not np.all(np.isnan(a))), default=0.0)
        some = f", {len(chosen)} of {of} slices" if len(chosen) < of else ""
        titles = f"{found.name} as claimed{some}", "as measured", "claimed - measured"
        for ax, array, title in zip((left, middle, right), (*arrays, difference), titles, strict=True):
            image = show(ax, array, chosen, largest or 1.0, title)
        bar = figure.colorbar(image, ax=[left, middle, right], shrink=0.8)
        bar.ax.tick_params(colors=INK)
        bar.outline.set_edgecolor(INK)
    return figure


def slices(found):
    """Choose slices over the last two axes, wrong ones first: their indices, and of how many."""
    spread = stacked(found.analytic)
    bad = {tuple(index[: spread.ndim - 2]) for index in found.places}
    every = list(np.ndindex(spread.shape[:-2]))
    first = sorted(every, key=lambda index: index not in bad)
    return sorted(first[:TILES]), len(every)


def stacked(array):
    """See an array as a stack of matrices; a vector is one row."""
    return array.reshape((1,) * (2 - array.ndim) + array.shape) if array.ndim < 2 else array


def mosaic(array, chosen):
    """Lay slices side by side with gaps of NaN between: the matrix, and where each slice begins."""
    tiles = [stacked(array)[index] for index in chosen]
    across = int(np.ceil(np.sqrt(len(tiles))))
    down = -(-len(tiles) // across)
    height, width = tiles[0].shape
    whole = np.full((down * (height + 1) - 1, across * (width + 1) - 1), np.nan)
    corners = [(i // across * (height + 1), i % across * (width + 1)) for i in range(len(tiles))]
    for (top, left), tile in zip(corners, tiles, strict=True):
        whole[top : top + height, left : left + width] = tile
    return whole, corners


def show(ax, array, chosen, largest, title):
    """Draw the slices of one array, each with a rim and its index."""
    whole, corners = mosaic(array, chosen)
    height, width = stacked(array).shape[-2:]
    aspect = "equal" if max(whole.shape) < 8 * min(whole.shape) else "auto"
    image = ax.imshow(whole, cmap=COLOURS, vmin=-largest, vmax=largest, aspect=aspect)  # NaN: no ink
    for (top, left), index in zip(corners, chosen, strict=True):
        rim = [left - 0.5, left + width - 0.5, top - 0.5, top + height - 0.5]
        ax.fill_between(rim[:2], rim[2], rim[3], color=UNKNOWN, lw=0, zorder=-1)
        ax.plot([rim[i] for i in (0, 1, 1, 0, 0)], [rim[i] for i in (2, 2, 3, 3, 2)], color=INK, lw=0.6)
        if index:
            label = ", ".join(map(str, index))
            ax.text(rim[0], rim[2], f"[{label}]", color=INK, fontsize=6, ha="left", va="bottom")
    ax.set_title(title, color=INK, fontsize=9, pad=12 if chosen[0] else 4)
    ax.set_axis_off()
    return image
