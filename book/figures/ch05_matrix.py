"""Figures of chapter 5: a convolution as a matrix, on one axis and on two; borders that wrap; its cost."""

import numpy as np

import cnnlab
from figures import style

X, W = np.array([2, 1, 0, 3, 1, 2]), np.array([1, 2, 4])  # the chapter's numbers
X2, W2 = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1]]), np.array([[1, 2], [3, 4]])


def fig_toeplitz(row=1):
    """Draw the matrix of the small example times x, with one row and what it makes marked."""
    matrix = cnnlab.toeplitz(W, len(X))
    fig, axes = style.figure(4.8, 2.9, 1, 3, width_ratios=(6, 1, 1))
    lit = np.zeros(matrix.shape, bool)
    lit[row] = matrix[row] != 0
    style.grid(axes[0], matrix, style.KERNEL, highlight=lit, faint=matrix == 0, title="A")
    style.grid(axes[1], X[:, None], style.INPUT, highlight=lit[row][:, None], title="x")
    style.grid(axes[2], (matrix @ X)[:, None], style.OUTPUT, highlight=[(row, 0)], title="y")
    return fig


def fig_blocks():
    """Draw the matrix of a 2 by 2 kernel on a 3 by 3 picture, and lines between its blocks."""
    matrix = cnnlab.conv_matrix(W2[None, None], X2.shape).toarray()
    fig, ax = style.figure(5.2, 2.9)
    upper = np.isin(matrix, W2[0])
    style.grid(ax, matrix, style.KERNEL, highlight=upper, faint=matrix == 0)
    for column in (3, 6):
        ax.plot([column, column], [-0.05, 4.05], color=style.INK, linewidth=2.2, zorder=4)
    ax.plot([-0.05, 9.05], [2, 2], color=style.INK, linewidth=2.2, zorder=4)
    for block in range(3):
        ax.text(3 * block + 1.5, -0.15, f"row {block} of x", ha="center", va="bottom", color=style.INPUT)
    for block in range(2):
        ax.text(-0.2, 2 * block + 1, f"row {block}\nof y", ha="right", va="center", color=style.OUTPUT)
    ax.set(xlim=(-1.3, 9.1), ylim=(4.1, -0.7))
    return fig


def fig_borders():
    """Draw the matrices of four borders side by side; what wraps is marked."""
    fig, axes = style.figure(7, 5.4, 2, 2)
    for ax, name in zip(axes.flat, ("valid", "same", "full", "circular"), strict=True):
        if name == "circular":
            weight = W[None, None]
            matrix = cnnlab.conv_matrix(weight, len(X), padding="same", boundary="circular").toarray()
            lit = (matrix != 0) & (cnnlab.toeplitz(W, len(X), "same") == 0)
        else:
            matrix, lit = cnnlab.toeplitz(W, len(X), name), None
        title = f"{name}: {matrix.shape[0]} × {matrix.shape[1]}"
        style.grid(ax, matrix, style.KERNEL, highlight=lit, faint=matrix == 0, title=title)
    return fig


def fig_costs(numbers):
    """Draw named numbers as bars on a logarithmic axis."""
    fig, ax = style.figure(7, 2.2)
    names, values = list(numbers), list(numbers.values())
    ax.barh(names, values, color=style.KERNEL, alpha=0.55, height=0.6)
    for place, value in enumerate(values):
        ax.text(value * 1.5, place, f"{value:,}", va="center")
    ax.set(xscale="log", xlim=(1, 1e13), ylim=(len(names) - 0.5, -0.5))
    ax.tick_params(axis="y", labelcolor=style.INK, length=0)
    return fig
