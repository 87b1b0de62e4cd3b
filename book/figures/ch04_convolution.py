"""Figures of chapter 4: what slides over what, which way round, and what the answer means."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from cnnlab import correlate_2d
from figures import style

X, W = np.array([2, 1, 0, 3, 1, 2]), np.array([1, 2, 4])  # the chapter's numbers
IMAGE = np.array([[1, 2, 0, 1], [0, 1, 3, 2], [2, 0, 1, 1], [1, 1, 0, 2]])
KERNEL = np.array([[1, 0], [0, -1]])


def cells(ax, values, colour, *, left=0, top=0, strong=(), faint=()):
    """Draw a row of cells with their numbers, from (left, top) on."""
    for i, value in enumerate(values):
        alpha = 0.0 if i in faint else 0.6 if i in strong else 0.2
        edge = style.LINE if i in faint else colour
        ax.add_patch(Rectangle((left + i, top), 1, 1, facecolor=colour, alpha=alpha, linewidth=0))
        ax.add_patch(Rectangle((left + i, top), 1, 1, fill=False, edgecolor=edge, linewidth=1))
        ink = style.FAINT if i in faint else style.INK
        ax.text(left + i + 0.5, top + 0.5, f"{value:g}", ha="center", va="center", color=ink)


def label(ax, text, x, y, *, ha="right", **options):
    """Write beside cells, centred on a row that begins at y."""
    ax.text(x, y + 0.5, text, ha=ha, va="center", **options)


def bare(ax, left, right, top, bottom):
    """Leave only what is drawn: square cells, rows counted downwards, no axes."""
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    ax.set_axis_off()


def fig_weights_by_age(time=2):
    """Draw the readings, the weight of each by its age, and the weighted sum shown at one time."""
    start = time - len(W) + 1
    fig, ax = style.figure(5.6, 3.3)
    cells(ax, X, style.INPUT, strong=range(start, time + 1))
    cells(ax, W, style.KERNEL, left=start, top=1.6)
    for k in range(len(W)):
        ax.plot([start + k + 0.5] * 2, [1.03, 1.57], color=style.FAINT, linewidth=1)
        ax.text(start + k + 0.5, 2.95, f"age {len(W) - 1 - k}", ha="center", va="center", color=style.FAINT)
    for i in range(len(X)):
        ax.text(i + 0.5, -0.35, f"{i} s", ha="center", va="center", color=style.FAINT)
    products = " + ".join(f"{w}·{x}" for w, x in zip(W, X[start : time + 1], strict=True))
    total = W @ X[start : time + 1]
    cells(ax, [total], style.OUTPUT, left=time, top=3.6, strong=[0])
    label(ax, f"{products} =", time - 0.15, 3.6)
    label(ax, "(the display shows a seventh of it)", time + 1.2, 3.6, ha="left", color=style.FAINT)
    label(ax, "reading", -0.2, 0)
    label(ax, "weight", -0.2, 1.6)
    bare(ax, -1.5, 6.2, -0.8, 4.7)
    return fig


def fig_integral_to_sum(step=0.5, now=5.0):
    """Draw a position and its weights by age, turned round to end now; the product's area and its strips."""

    def position(time):
        return 2 + np.cos(time)

    past = np.linspace(0, now, 400)
    sampled = np.arange(0, now + step / 2, step)
    fig, (left, right) = style.figure(5.6, 2.6, cols=2, sharey=True)
    left.plot(past, position(past), color=style.INPUT, linewidth=2)
    left.plot(past, np.exp(past - now), color=style.KERNEL, linewidth=2)
    left.text(2.9, 1.65, "x(a)", color=style.INPUT)
    left.text(2.6, 0.32, "v(t − a)", color=style.KERNEL)
    right.plot(past, position(past) * np.exp(past - now), color=style.OUTPUT, linewidth=2)
    heights = position(sampled) * np.exp(sampled - now)
    right.bar(
        sampled, heights, width=-step, align="edge", color=style.OUTPUT, alpha=0.25, edgecolor=style.OUTPUT
    )
    right.text(0.9, 1.2, "x(a) v(t − a)", color=style.OUTPUT)
    for ax, title in (left, "two curves"), (right, "their product, and its strips"):
        ax.set(
            xlabel="time a",
            xticks=[0, now],
            xticklabels=["long ago", "now, t"],
            title=title,
            yticks=[0, 1, 2, 3],
        )
    return fig


def fig_stamp_and_window():
    """Draw true convolution twice: copies of the kernel that add up, and a flipped kernel that slides."""
    full = np.convolve(X, W)
    fig, (left, right) = style.figure(6, 3, cols=2)
    for a, value in enumerate(X):
        cells(left, value * W, style.KERNEL, left=a, top=a, faint=range(len(W)) if value == 0 else ())
        label(left, f"{value} ×", -0.35, a)
    cells(left, full, style.OUTPUT, top=len(X) + 0.5, strong=[4])
    left.add_patch(Rectangle((4, 0), 1, len(X), fill=False, edgecolor=style.INK, linewidth=1.4))
    left.set_title("every entry stamps the kernel")
    bare(left, -1.4, 8.2, -0.2, 7.7)

    cells(right, X, style.INPUT, top=1, strong=(2, 3, 4))
    cells(right, W[::-1], style.KERNEL, left=2, top=2.6)
    cells(right, full, style.OUTPUT, top=len(X) + 0.5, strong=[4])
    for k in range(len(W)):
        right.plot([2.5 + k] * 2, [2.03, 2.57], color=style.FAINT, linewidth=1)
        right.plot([2.5 + k, 4.5], [3.63, 6.45], color=style.FAINT, linewidth=1)
    label(right, "flipped", 1.8, 2.6)
    right.set_title("the flipped kernel reads a window")
    bare(right, -1.4, 8.2, -0.2, 7.7)
    return fig


def fig_full_same_valid():
    """Draw which places of a sliding kernel each mode keeps."""
    k, full = len(W), np.convolve(X, W)
    padded = np.pad(X, k - 1)
    fig, ax = style.figure(5.6, 2.3)
    rim = [*range(k - 1), *range(len(padded) - k + 1, len(padded))]
    cells(ax, padded, style.INPUT, left=-(k - 1), faint=rim)
    cells(ax, full, style.OUTPUT, top=1.5)
    label(ax, "x, with zeros around it", 8.3, 0, ha="left")
    label(ax, "x ∗ w", 8.3, 1.5, ha="left")
    modes = {"full": (0, 8), "same": (1, 7), "valid": (k - 1, 6)}
    for row, (mode, (start, stop)) in enumerate(modes.items()):
        y = 3.05 + 0.75 * row
        ax.plot([start + 0.05, stop - 0.05], [y, y], color=style.OUTPUT, linewidth=4, solid_capstyle="butt")
        ax.text(8.3, y, f"{mode}: {stop - start} entries", ha="left", va="center")
    bare(ax, -2.2, 12.2, -0.2, 5)
    return fig


def fig_learning_flips(losses, flipped_losses, learned, flipped):
    """Draw the loss of two learners, step by step, and the kernels they end with."""
    fig, (left, middle, right) = style.figure(6.2, 2.4, cols=3, width_ratios=(1.6, 1, 1))
    left.semilogy(losses, color=style.OUTPUT, linewidth=5, alpha=0.35, label="without the flip")
    left.semilogy(flipped_losses, color=style.INK, linewidth=1.2, linestyle="--", label="with the flip")
    left.set(xlabel="step", title="loss")
    left.legend()
    for ax, kernel, title in (middle, learned, "without the flip"), (right, flipped, "with the flip"):
        style.grid(ax, kernel, style.KERNEL, fmt="{:.2f}", title=title)
    return fig


def fig_window_2d(place=(1, 2)):
    """Draw one place of the kernel on the picture: the window, the kernel, the one number."""
    window = tuple(slice(start, start + taps) for start, taps in zip(place, KERNEL.shape, strict=True))
    y = correlate_2d(IMAGE, KERNEL)
    fig, axes = style.figure(5.4, 2, cols=4, width_ratios=(4, 2, 2, 3))
    style.grid(axes[0], IMAGE, style.INPUT, title="x", highlight=window)
    style.grid(axes[1], KERNEL, style.KERNEL, title="w")
    style.grid(axes[2], IMAGE[window] * KERNEL, style.OUTPUT, title="products")
    style.grid(axes[3], y, style.OUTPUT, title="y", highlight=[place])
    return fig


def picture(ax, image, title):
    """Show an image in grey, from black (0) to white."""
    ax.imshow(image, cmap="gray", vmin=0)
    ax.set_title(title)
    ax.set_axis_off()


def answers(ax, values, title):
    """Show answers as colour on paper: green where positive, purple where negative, none at zero."""
    strength = np.minimum(np.abs(values) / np.quantile(np.abs(values), 0.995), 1)
    hues = np.array([to_rgb(style.GRADIENT), to_rgb(style.OUTPUT)])[(values > 0).astype(int)]
    ax.imshow(np.dstack([hues, strength]))
    ax.set_title(title)
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color=style.LINE)


def fig_bright_is_not_square(scene, raw, centred):
    """Show a scene, and where a filter and its zero-mean version answer most strongly."""
    fig, axes = style.figure(6, 2, cols=3)
    picture(axes[0], scene, "scene")
    for ax, answer, title in (axes[1], raw, "raw filter"), (axes[2], centred, "zero-mean filter"):
        answers(ax, answer, title)
        row, col = np.unravel_index(np.argmax(answer), answer.shape)
        ax.plot(
            col, row, "o", markersize=13, markerfacecolor="none", markeredgecolor=style.INK, markeredgewidth=2
        )
        ax.set_xlabel(f"largest answer: {answer.max():g}", color=style.INK)
    return fig


def fig_track(track, readings, smoothed, errors):
    """Draw a noisy track and its weighted average, and the error against the number of readings averaged."""
    seconds = np.arange(len(track))
    fig, (left, right) = style.figure(6.2, 2.9, cols=2, width_ratios=(1.5, 1))
    left.plot(seconds, readings, ".", color=style.INPUT, markersize=4, alpha=0.6, label="reading")
    left.plot(seconds, track, color=style.FAINT, linewidth=1, label="true position")
    left.plot(seconds[-len(smoothed) :], smoothed, color=style.OUTPUT, linewidth=2, label="weighted average")
    left.set(xlabel="seconds", ylabel="metres")
    left.legend(loc="lower left")
    right.plot(errors["readings"], errors["noise"], "--", color=style.INPUT, label="noise that is left")
    right.plot(errors["readings"], errors["lag"], ":", color=style.KERNEL, label="lag")
    right.plot(errors["readings"], errors["total"], color=style.OUTPUT, linewidth=2, label="both")
    right.set(xlabel="readings averaged", title="error in metres", ylim=(0, None))
    right.legend()
    return fig


def fig_image_kernels(images, filtered):
    """Show each image in a row, then what each named kernel made of it."""
    fig, axes = style.figure(6, 3.6, len(images), 4)
    for row, image, made in zip(axes, images, filtered, strict=True):
        picture(row[0], image, "x")
        for ax, (name, values) in zip(row[1:], made.items(), strict=True):
            (picture if name == "blur" else answers)(ax, values, name)
    return fig


def fig_echo(sound, echoed, early, rate):
    """Draw a sound, its echo by true convolution, and the same kernel laid on without the flip."""
    fig, axes = style.figure(5.6, 3.6, rows=3, sharex=True, sharey=True)
    lead = len(early) - len(sound)
    rows = (
        (sound, 0, style.INPUT, "the voice"),
        (echoed, 0, style.OUTPUT, "true\nconvolution"),
        (early, lead, style.GRADIENT, "without\nthe flip"),
    )
    for ax, (wave, before, colour, name) in zip(axes, rows, strict=True):
        ax.plot((np.arange(len(wave)) - before) / rate, wave, color=colour, linewidth=0.7)
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
        ax.set_yticks([])
    axes[-1].set_xlabel("seconds")
    return fig
