"""What pages tell committed results with: the file, an interval, a number, a table."""

import json
import re
from pathlib import Path

import numpy as np

from .bench.records import figures

HERE = Path(__file__).parent


def result_of(name):
    """Read what a whole run has written."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def interval(values, confidence=0.95):
    """Say how sure a mean of several runs is: Student's interval.

    Parameters
    ----------
    values : list of float
        One result a seed.
    confidence : float

    Returns
    -------
    dict
        mean, low, high, and the values; low and high are None for a single one, of which nobody can tell.

    Examples
    --------
    Two runs say little: 12.7 standard errors to either side.

    >>> interval([0.98, 0.99])
    {'mean': 0.985, 'low': 0.92147, 'high': 1.0485, 'values': [0.98, 0.99]}
    """
    from scipy.stats import t

    values = [float(value) for value in values]
    mean, n = float(np.mean(values)), len(values)
    low = high = None
    if n > 1:
        half = t.ppf((1 + confidence) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n)
        low, high = figures(mean - half, 5), figures(mean + half, 5)
    return {"mean": figures(mean, 5), "low": low, "high": high, "values": [figures(v, 5) for v in values]}


def number(value, digits=3):
    """Write a number with three digits that count, but no more than three behind the point."""
    return f"{round(float(f'{value:.{digits}g}'), 3):,}".removesuffix(".0")


def milliseconds(seconds):
    """Write a time in milliseconds."""
    return number(1000 * seconds)


class Table:
    """Cells under a header, as Markdown, so that the page treats it as its own; the first column is text."""

    def __init__(self, header, rows, *, text=(0,)):
        self.header, self.text = header, text
        self.rows = [[cell if isinstance(cell, str) else f"{cell:.2f}" for cell in row] for row in rows]

    def _repr_markdown_(self):
        rule = ["---" if column in self.text else "---:" for column in range(len(self.header))]
        return "\n".join(
            f"| {' | '.join(line)} |"
            for line in [self.header, rule, *([unbroken(cell) for cell in row] for row in self.rows)]
        )

    def __repr__(self):
        return "\n".join("  ".join(cells) for cells in [self.header, *self.rows])


def unbroken(cell):
    """Let a cell break after a comma before a word and nowhere else; a sentence breaks anywhere."""
    if not cell.endswith("."):
        cell = re.sub(r",\xa0(?=[A-Za-z])", ", ", cell.replace(" ", "\xa0"))
    return cell.replace("|", "\\|")
