"""What a picture of the package looks like: dark ink on white paper of its own, in any notebook."""

import io

try:
    from matplotlib.figure import Figure
except ImportError as error:
    raise ImportError("pictures are drawn with matplotlib, which is not installed") from error

INK, PAPER = "#1d2733", "#ffffff"


class Picture(Figure):
    """A figure that notebooks show by themselves.

    Parameters
    ----------
    figsize : (float, float)
        Width and height in inches.
    """

    def __init__(self, figsize):
        super().__init__(figsize=figsize, layout="constrained", facecolor=PAPER)

    def _repr_svg_(self):
        buffer = io.StringIO()
        self.savefig(buffer, format="svg", bbox_inches="tight")
        return buffer.getvalue()
