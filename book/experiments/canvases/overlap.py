"""How well are pixels labelled? Counts of what is taken for what, and the overlap of each class."""

import numpy as np

from ..bench.records import figures
from ..results import interval
from .nets import CLASSES


def confusion(answers, pixels):
    """Count pixels: a row for what they are, a column for what they are taken for."""
    pairs = pixels.astype(int).ravel() * CLASSES + answers.ravel()
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def overlap(counts):
    """Intersection over union of each class: pixels rightly so called, of those that are it or are called it.

    Examples
    --------
    Of three pixels of paper one is called ink, of two of ink none is missed:

    >>> overlap(np.array([[2, 1], [0, 2]])).round(3).tolist()
    [0.667, 0.667]
    """
    right = np.diag(counts)
    return right / np.maximum(counts.sum(axis=0) + counts.sum(axis=1) - right, 1)


def count(model, x, pixels):
    """Ask for each pixel, a few canvases at a time."""
    return confusion(model.predict(x, batch_size=50).argmax(axis=1), pixels)


def judge(models, x, pixels):
    """Say how well nets label canvases of one size."""
    counts = [count(model, x, pixels) for model in models]
    total, blank = np.sum(counts, axis=0), confusion(np.zeros_like(pixels), pixels)
    ink, named = total[1:].sum(), total[1:, 1:]
    return {
        "canvases": len(x),
        "size": list(x.shape[2:]),
        "paper": figures(np.mean(pixels == 0)),
        "mean IoU": interval([overlap(c).mean() for c in counts]),
        "mean IoU of all paper": figures(overlap(blank).mean()),
        "IoU": [figures(share) for share in np.mean([overlap(c) for c in counts], axis=0)],
        "pixels right": interval([np.trace(c) / c.sum() for c in counts]),
        "per ink": {  # pixels, as shares of all that are ink
            "ink taken for paper": figures(total[1:, 0].sum() / ink),
            "ink taken for another digit's": figures((named.sum() - np.trace(named)) / ink),
            "paper taken for ink": figures(total[0, 1:].sum() / ink),
        },
        "confusion": [[figures(share) for share in row] for row in total / total.sum(axis=1, keepdims=True)],
    }
