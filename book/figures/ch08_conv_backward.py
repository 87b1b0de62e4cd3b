"""Figures of chapter 8: where each number of a convolution went, and what comes back to it."""

import numpy as np
from matplotlib.patches import Rectangle

import cnnlab
from figures import style

X, W, DY = np.array([1, 2, 0, 3]), np.array([1, 2, 4]), np.array([1, 10])  # the chapter's numbers
SHADES = 0.15, 0.35, 0.6  # of the kernel's three taps
DY2, W2 = np.array([[1, 0], [2, -1]]), np.array([[1, 2], [3, 4]])


def fig_where_it_went(entry=1):
    """Draw one entry of x, the outputs that read it, and the weights on the way."""
    y = np.correlate(X, W)
    fig, ax = style.figure(4.4, 4)
    row(ax, X, style.INPUT, top=0, left=0, strong=[entry], label="x")
    row(ax, y, style.OUTPUT, top=2.6, left=1, strong=[o for o in range(2) if 0 <= entry - o < 3], label="y")
    row(ax, DY, style.GRADIENT, top=3.75, left=1, label="dy")
    for o in range(len(y)):
        for k, weight in enumerate(W):
            used = o + k == entry
            start, end = np.array([o + k + 0.5, 1.05]), np.array([o + 1.5, 2.55])
            line = (
                {"color": style.KERNEL, "linewidth": 2.4} if used else {"color": style.LINE, "linewidth": 1}
            )
            ax.plot(*zip(start, end, strict=True), **line, zorder=2 if used else 1)
            if used:
                ax.text(*(start + end) / 2, f" ×{weight} ", ha="right" if o == 0 else "left", va="center")
    ax.set(xlim=(-0.8, 4.1), ylim=(4.85, -0.1), aspect="equal")
    ax.set_axis_off()
    return fig


def fig_rows_columns_diagonals():
    """Draw the list of products as a table whose rows, columns and diagonals are the three sums."""
    fig, ax = style.figure(5.4, 3.2)
    for o, k in np.ndindex(len(DY), len(W)):
        i = o + k
        product = X[i] * W[k] * DY[o]
        cell(ax, i, o, style.KERNEL, f"{X[i]}·{W[k]}·{DY[o]}\n= {product}", alpha=SHADES[k])
    for i, (value, gradient) in enumerate(zip(X, np.convolve(DY, W), strict=True)):
        ax.text(i + 0.5, -0.12, f"x[{i}]\n= {value}", ha="center", va="bottom")
        ax.text(i + 0.5, 2.15, f"{value * gradient}\n= {value} · {gradient}", ha="center", va="top")
    for o, (value, gradient) in enumerate(zip(np.correlate(X, W), DY, strict=True)):
        ax.text(4.2, o + 0.5, f"{gradient * value} = {gradient} · {value}", ha="left", va="center")
        ax.text(-0.1, o + 0.5, f"dy[{o}] = {gradient}", ha="right", va="center")
    ax.text(4.2, -0.12, "row: dy · y", ha="left", va="bottom")
    ax.text(-0.1, 2.15, "column:\nx · dx", ha="right", va="top")
    for k, (value, gradient) in enumerate(zip(W, np.correlate(X, DY), strict=True)):
        square(ax, (2.94, 1.75 * k - 0.35), 0.28, color=style.KERNEL, alpha=SHADES[k], linewidth=0)
        ax.text(0.4 + 1.75 * k, 3.44, f"{value * gradient} = {value} · {gradient}", ha="left", va="center")
    ax.text(-0.25, 3.44, "diagonal: w · dw", ha="right", va="center")
    ax.set(xlim=(-1.9, 5.6), ylim=(3.7, -0.75))
    ax.set_axis_off()
    return fig


def fig_transposed_matrix():
    """Draw the forward pass as a matrix, and the way back as the same matrix on its side."""
    matrix = np.array([[W[i - o] if 0 <= i - o < 3 else 0 for i in range(4)] for o in range(2)])
    fig, ax = style.figure(5, 5)
    table(ax, matrix, style.KERNEL, top=1, left=0, faint=matrix == 0)
    table(ax, X[:, None], style.INPUT, top=0, left=4.5)
    table(ax, (matrix @ X)[:, None], style.OUTPUT, top=1, left=6.5)
    table(ax, matrix.T, style.KERNEL, top=5.2, left=2, faint=matrix.T == 0)
    table(ax, DY[:, None], style.GRADIENT, top=6.2, left=4.5)
    table(ax, (matrix.T @ DY)[:, None], style.GRADIENT, top=5.2, left=6.5)
    for x, y, name in (
        (2, 0.9, "A"),
        (5, -0.1, "x"),
        (7, 0.9, "y"),
        (3, 5.1, "Aᵀ"),
        (5, 6.1, "dy"),
        (7, 5.1, "dx"),
    ):
        ax.text(x, y, name, ha="center", va="bottom")
    for y in (2, 7.2):
        ax.text(6, y, "=", ha="center", va="center", fontsize=14)
    ax.set(xlim=(-0.1, 7.6), ylim=(9.3, -0.7), aspect="equal")
    ax.set_axis_off()
    return fig


def fig_top_and_left_only():
    """Draw dy padded on four sides and on two, and the input gradient that each gives."""
    fig, axes = style.figure(5, 5, 2, 2, width_ratios=(4, 3))
    flipped, sides = W2[::-1, ::-1], {"on all four sides": 1, "top and left only": (1, 0)}
    right = cnnlab.correlate_2d(np.pad(DY2, 1), flipped)
    for (left, beside), (name, cells) in zip(axes, sides.items(), strict=True):
        padded = np.pad(DY2, cells)
        made = cnnlab.correlate_2d(padded, flipped)
        rim, missing = np.ones(padded.shape, bool), np.ones(right.shape, bool)
        rim[1:3, 1:3] = missing[: made.shape[0], : made.shape[1]] = False
        style.grid(left, padded, style.GRADIENT, faint=rim, title=f"dy padded\n{name}")
        style.grid(
            beside, right, style.GRADIENT, faint=missing, fmt=None, title=f"gives {len(made)} × {len(made)}"
        )
        for (i, j), value in np.ndenumerate(right):
            beside.text(j + 0.5, i + 0.5, "?" if missing[i, j] else f"{value:g}", ha="center", va="center")
    return fig


def fig_stride_dilates():
    """Draw dy with a stride of 2: zeros between its entries, and room for an input of 7 or of 8."""
    dy, n, s = np.array([1, 10, 100]), 7, 2
    spread = np.zeros(s * (len(dy) - 1) + 1)
    spread[::s] = dy
    dx = np.convolve(spread, W)
    fig, ax = style.figure(5.6, 3.6)
    row(ax, dy, style.GRADIENT, top=0, left=0, label="dy")
    row(ax, spread, style.GRADIENT, top=1.5, left=0, faint=np.flatnonzero(spread == 0), label="zeros between")
    row(ax, dx, style.GRADIENT, top=3, left=0, label=f"dx, n = {n}")
    row(ax, np.append(dx, 0), style.GRADIENT, top=4.5, left=0, faint=[n], label=f"dx, n = {n + 1}")
    ax.text(n + 0.5, 5.65, "never\nread", ha="center", va="top", fontsize=9)
    ax.set(xlim=(-2.9, 8.2), ylim=(6.5, -0.1), aspect="equal")
    ax.set_axis_off()
    return fig


def fig_padding_crops():
    """Draw the gradient of the padded input and the part of it that the input is."""
    dy = np.array([1, 10, 100, 1000])
    padded, dx = np.pad(X, 1), np.convolve(dy, W)
    rim = [0, len(padded) - 1]
    fig, ax = style.figure(5, 3)
    row(ax, padded, style.INPUT, top=0, left=0, faint=rim, label="padded x")
    row(ax, dx, style.GRADIENT, top=1.5, left=0, faint=rim, label="its gradient")
    row(ax, dx[1:-1], style.GRADIENT, top=3, left=1, label="dx")
    for edge in (1, 5):
        ax.plot([edge, edge], [-0.15, 4.15], color=style.INK, linewidth=1.4, linestyle=(0, (4, 3)))
    ax.set(xlim=(-2.6, 6.2), ylim=(4.3, -0.25), aspect="equal")
    ax.set_axis_off()
    return fig


def fig_pixel_gradient(images, gradients, titles):
    """Draw digits above the gradient of a score: filled squares ask for more ink, hollow ones for less."""
    fig, axes = style.figure(7, 3.7, 2, len(images))
    for (above, below), image, gradient, title in zip(axes.T, images, gradients, titles, strict=True):
        above.set_title(title)
        for ax, strength in ((above, 1), (below, 0.3)):
            ax.add_patch(Rectangle((0, 0), *image.shape[::-1], fill=False, edgecolor=style.LINE))
            ax.set(xlim=(-0.1, image.shape[1] + 0.1), ylim=(image.shape[0] + 0.1, -0.1), aspect="equal")
            ax.set_axis_off()
            for place, ink in np.ndenumerate(image / image.max()):
                square(ax, place, 1, facecolor=style.INPUT, alpha=strength * float(ink), linewidth=0)
        for place, slope in np.ndenumerate(gradient / abs(gradient).max()):
            more = {"facecolor": style.GRADIENT, "linewidth": 0}
            less = {"fill": False, "edgecolor": style.INK, "linewidth": 0.9}
            square(below, place, 0.92 * np.sqrt(abs(slope)), **(more if slope > 0 else less))
    return fig


def square(ax, place, side, **look):
    """Draw a square in the middle of a cell."""
    row, column = place
    ax.add_patch(Rectangle((column + (1 - side) / 2, row + (1 - side) / 2), side, side, **look))


def row(ax, values, colour, *, top, left, label, strong=(), faint=()):
    """Draw a vector as a row of cells with its name on the left."""
    places = range(len(values))
    masks = {"strong": np.isin(places, strong)[None], "faint": np.isin(places, faint)[None]}
    table(ax, np.atleast_2d(values), colour, top=top, left=left, **masks)
    ax.text(left - 0.25, top + 0.5, label, ha="right", va="center")


def table(ax, values, colour, *, top, left, strong=None, faint=None):
    """Draw a matrix as cells whose first corner is where it is told."""
    for index, value in np.ndenumerate(values):
        hollow = faint is not None and faint[index]
        alpha = 0.6 if strong is not None and strong[index] else 0.2
        cell(ax, left + index[1], top + index[0], colour, f"{value:g}", alpha=alpha, hollow=hollow)


def cell(ax, x, y, colour, text, *, alpha=0.2, hollow=False):
    """Draw one cell with its text; a hollow one is there, but holds nothing."""
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=colour, alpha=0 if hollow else alpha, linewidth=0))
    ax.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=style.LINE if hollow else colour, linewidth=1))
    ax.text(x + 0.5, y + 0.5, text, ha="center", va="center", color=style.FAINT if hollow else style.INK)
