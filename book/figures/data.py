"""Figures of the page on data: one picture of each set, of what is on this computer."""

import numpy as np
from experiments.results import Table

from cnnlab.datasets import catalogue, spectrogram
from figures import style


class Sentences(Table):
    """A table whose cells are sentences: they may break anywhere."""

    def _repr_markdown_(self):
        lines = [self.header, ["---"] * len(self.header), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def table():
    """List the catalogue, and where each set lay when the page was built."""
    rows = [
        [f"`{entry.name}`", entry.what, entry.shape, entry.licence, entry.state()]
        for entry in catalogue().values()
    ]
    return Sentences(["name", "what", "arrays", "licence", "here"], rows, text=range(5))


def splits():
    """List how each set is divided, and how to cite it."""
    rows = [[f"`{entry.name}`", entry.split, entry.citation] for entry in catalogue().values()]
    return Sentences(["name", "split", "to be cited as"], rows, text=range(3))


def ink(ax, image, colour=style.INPUT, title=None):
    """Show an image as ink of one colour: where it is 0, the page shows through."""
    value = int(colour[1:], 16)
    sheet = np.empty((*image.shape, 4))
    sheet[..., :3] = [(value >> shift & 255) / 255 for shift in (16, 8, 0)]
    sheet[..., 3] = np.clip(image, 0, 1)
    ax.imshow(sheet, interpolation="nearest")
    ax.set(xticks=[], yticks=[], title=title)
    for spine in ax.spines.values():
        spine.set(visible=True, color=style.LINE)


def fig_digits(digits):
    """Draw the first image of each class."""
    fig, axes = style.figure(7, 1.1, cols=10)
    for label, ax in enumerate(axes):
        ink(ax, digits.x_train[digits.y_train == label][0, 0], title=digits.names[label])
    return fig


def fig_sound(sound):
    """Draw a sound twice: as pressure over time, and as power over time and pitch."""
    fig, (wave, bands) = style.figure(7, 3.4, 2, 1, sharex=True)
    step, samples = sound.spacing[0], sound.values[0]
    wave.plot(np.arange(len(samples)) * step, samples, color=style.INPUT, linewidth=0.6)
    wave.set(ylabel="pressure", title=sound.name)
    picture = spectrogram(sound.values[None], bands=40, step=64)[0, 0]
    darkness = (picture - picture.min()) / np.ptp(picture)
    extent = (0, len(samples) * step, 0, len(picture))
    bands.imshow(darkness, origin="lower", aspect="auto", extent=extent, cmap="gray_r")
    bands.set(ylabel="mel band", xlabel="seconds")
    return fig


def fig_head(head, held_out, gap):
    """Draw the middle slice along each axis, and on them what is held out, and the gap before it."""
    fig, axes = style.figure(7, 2.6, cols=3)
    volume = head.values[0]
    middle = [n // 2 for n in volume.shape]
    slices = volume[:, :, middle[2]], volume[:, middle[1]], volume[middle[0]]
    for axis, (ax, image) in enumerate(zip(axes, slices, strict=True)):
        across, up = [(0, 1), (0, 2), (1, 2)][axis]
        extent = (0, volume.shape[across], 0, volume.shape[up])
        aspect = head.spacing[up] / head.spacing[across]
        ax.imshow(image.T, origin="lower", cmap="gray", extent=extent, aspect=aspect)
        ax.set(xlabel="xyz"[across], ylabel="xyz"[up], xticks=[], yticks=[])
    n = volume.shape[1]
    for ax, put in ((axes[0], axes[0].axhspan), (axes[2], axes[2].axvspan)):
        put(n - held_out, n, color=style.OUTPUT, alpha=0.35, linewidth=0)
        put(n - held_out - gap, n - held_out, color=style.GRADIENT, alpha=0.35, linewidth=0)
        ax.set_title(" ")
    axes[0].set_title("green: held out, purple: gap", fontsize=9)
    return fig


def fig_clips(clips, words):
    """Draw clips as rows of frames."""
    fig, rows = style.figure(7, 1.2 * len(clips), len(clips), clips.shape[2])
    for row, clip, word in zip(rows, clips[:, 0], words, strict=True):
        for ax, frame in zip(row, clip, strict=True):
            ink(ax, frame)
        row[0].set_ylabel(word)
    for t, ax in enumerate(rows[0]):
        ax.set_title(f"t = {t}")
    return fig


def fig_canvas(canvases, pixels):
    """Draw the canvas with most kinds of digits, and its labels: purple where several digits cross."""
    kinds = [len(np.unique(one[one > 0])) for one in pixels]
    canvas, labels = canvases[np.argmax(kinds), 0], pixels[np.argmax(kinds)]
    fig, (left, right) = style.figure(7, 3.4, cols=2)
    ink(left, canvas, title="canvas")
    ink(right, labels > 0, style.OUTPUT)
    ink(right, labels < 0, style.GRADIENT, title="labels")
    for label in np.unique(labels[labels > 0]):
        row, column = (np.mean(places) for places in np.nonzero(labels == label))
        box = dict(facecolor=style.PAPER, edgecolor="none", pad=1.5)
        right.text(column, row, label, color=style.INK, fontsize=10, ha="center", va="center", bbox=box)
    return fig
