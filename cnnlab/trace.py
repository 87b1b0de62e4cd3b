"""What a network does to a shape, and what it costs, as a table."""

from html import escape
from typing import NamedTuple


class TraceRow(NamedTuple):
    """One layer's line of a trace."""

    layer: str
    output: tuple
    parameters: int
    multiply_adds: int


class Trace:
    """What a network does to one input's shape, and what it costs.

    Attributes
    ----------
    rows : list of TraceRow
        layer, output (its shape), parameters, multiply_adds.
    parameters, multiply_adds : int
        Totals.
    """

    header = ("layer", "output", "parameters", "multiply-adds")

    def __init__(self, rows):
        self.rows = rows
        self.parameters = sum(row.parameters for row in rows)
        self.multiply_adds = sum(row.multiply_adds for row in rows)

    def cells(self):
        """The table as text, the totals last."""
        total = TraceRow("total", (), self.parameters, self.multiply_adds)
        return [
            (row.layer, " x ".join(map(str, row.output)), f"{row.parameters:,}", f"{row.multiply_adds:,}")
            for row in [*self.rows, total]
        ]

    def __str__(self):
        lines = [self.header, *self.cells()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(w) if i < 2 else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        )

    __repr__ = __str__

    def _repr_html_(self):
        return html_table(self.header, self.cells())


def html_table(header, rows):
    """Write a table for a notebook."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
