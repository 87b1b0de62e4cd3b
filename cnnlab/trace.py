"""What a network does to a shape, how far it sees, and what it costs, as a table."""

from typing import NamedTuple

import numpy as np


class TraceRow(NamedTuple):
    """One layer's line of a trace."""

    layer: str
    output: tuple
    receptive_field: tuple
    parameters: int
    multiply_adds: int


class Trace:
    """What a network does to one input's shape, how far it sees, and what it costs.

    Attributes
    ----------
    spatial : tuple of int
        Sizes of the input.
    rows : list of TraceRow
        layer, output (its shape), receptive_field (sizes, of the entry that sees most), parameters,
        multiply_adds.
    parameters, multiply_adds : int
        Totals.
    """

    header = ("layer", "output", "receptive field", "parameters", "multiply-adds")

    def __init__(self, spatial, rows):
        self.spatial, self.rows = spatial, rows
        self.parameters = sum(row.parameters for row in rows)
        self.multiply_adds = sum(row.multiply_adds for row in rows)

    def cells(self):
        """The table as text, the totals last."""
        total = TraceRow("total", (), (), self.parameters, self.multiply_adds)
        return [
            (
                row.layer,
                by(row.output),
                "all" if row.receptive_field == self.spatial != () else by(row.receptive_field),
                f"{row.parameters:,}",
                f"{row.multiply_adds:,}",
            )
            for row in [*self.rows, total]
        ]

    def __str__(self):
        return text_table(self.header, self.cells(), words=3)

    __repr__ = __str__

    def _repr_html_(self):
        return html_table(self.header, self.cells())


class Summary:
    """The layers of a network and how much each of them learns.

    Attributes
    ----------
    rows : list of (str, int)
        layer and parameters.
    parameters : int
        The total.
    """

    header = ("layer", "parameters")

    def __init__(self, rows):
        self.rows, self.parameters = rows, sum(size for _, size in rows)

    def cells(self):
        """The table as text, the total last."""
        return [(layer, f"{size:,}") for layer, size in [*self.rows, ("total", self.parameters)]]

    def __str__(self):
        return text_table(self.header, self.cells(), words=1)

    __repr__ = __str__

    def _repr_html_(self):
        return html_table(self.header, self.cells())


class Sight:
    """Which cells of the input each place of the current map sees: on each axis, the first and the last."""

    def __init__(self, spatial):
        self.cells, self.mixed = [(np.arange(n), np.arange(n)) for n in spatial], False

    def through(self, reads):
        """Look through one more layer, which reads these places of the map; None: all of them, for good."""
        if reads is None:
            self.mixed = True
        elif not self.mixed:
            self.cells = [
                (first[inside(low, first)], last[inside(high, last)])
                for (first, last), (low, high) in zip(self.cells, reads, strict=True)
            ]

    @property
    def sizes(self):
        """How much of each axis is seen by the place that sees most; once mixed, by all places together."""
        if self.mixed:
            return tuple(int(last.max() - first.min()) + 1 for first, last in self.cells)
        return tuple(int((last - first).max()) + 1 for first, last in self.cells)


def through_windows(window, out):
    """Which cells the windows at each place of the output span: on each axis, the first and the last."""
    spans = zip(out, window.kernel_size, window.stride, window.padding, window.dilation, strict=True)
    starts = [(np.arange(m) * s - before, d * (k - 1)) for m, k, s, (before, _), d in spans]
    return [(start, start + span) for start, span in starts]


def through_stamps(window):
    """Which windows contain each cell of the input: on each axis, the first and the last. The way back."""
    spans = zip(
        window.spatial, window.kernel_size, window.stride, window.padding, window.dilation, strict=True
    )
    cells = [(np.arange(n) + before, d * (k - 1), s) for n, k, s, (before, _), d in spans]
    return [(-((span - cell) // s), cell // s) for cell, span, s in cells]


def inside(places, cells):
    """Take the nearest place of a map for what lies in its padding."""
    return np.clip(places, 0, len(cells) - 1)


def by(sizes):
    """Write sizes as "14 x 14"."""
    return " x ".join(map(str, sizes))


def text_table(header, rows, words=0):
    """Write a table as text: so many columns of words, to the left, then numbers, to the right."""
    lines = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    put = [str.ljust if i < words else str.rjust for i in range(len(widths))]
    return "\n".join("  ".join(p(c, w) for p, c, w in zip(put, line, widths, strict=True)) for line in lines)


def html_table(header, rows):
    """Write a table for a notebook."""
    from html import escape  # here, for it takes a millisecond of `import cnnlab`

    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="dataframe"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
