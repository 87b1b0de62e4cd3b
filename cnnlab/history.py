"""What happened in each epoch: a table, and a picture of two curves."""

from dataclasses import dataclass, field

from .trace import html_table, text_table

__all__ = ["History"]


@dataclass
class History:
    """What happened in each epoch, one entry a list.

    Attributes
    ----------
    loss, score : list of float
        Means over the epoch's training examples, each as it was when its turn came.
    validation_loss, validation_score : list of float
        On the validation set after the epoch; empty without one. Scores are empty without a measure.
    seconds : list of float
    measure : str
        What a score is: "accuracy".
    best : int or None
        The epoch, counted from 1, after which the validation set was answered best.
    stopped : str
        Why training ended before its last epoch; empty where it did not.
    """

    loss: list = field(default_factory=list)
    score: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    validation_score: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    measure: str = "accuracy"
    best: int | None = None
    stopped: str = ""

    def rows(self):
        """The table's header and its lines, as text."""
        score = in_per_cent if self.measure == "accuracy" else "{:.4f}".format
        columns = {
            "epoch": [str(i + 1) for i in range(len(self.loss))],
            "loss": [f"{loss:.4f}" for loss in self.loss],
            self.measure: [score(value) for value in self.score],
            "validation loss": [f"{loss:.4f}" for loss in self.validation_loss],
            f"validation {self.measure}": [score(value) for value in self.validation_score],
            "seconds": [f"{seconds:.1f}" for seconds in self.seconds],
        }
        columns = {name: cells for name, cells in columns.items() if cells}
        return tuple(columns), list(zip(*columns.values(), strict=True))

    def plot(self):
        """Draw loss and score against the epoch, on the examples learnt from and on those held out.

        Returns
        -------
        matplotlib.figure.Figure
            Notebooks show it by themselves.

        Raises
        ------
        ValueError
            Where no epoch has ended yet.
        """
        from .history_picture import draw  # matplotlib is not needed for anything else

        if not self.loss:
            raise ValueError("there is nothing to draw: no epoch has ended yet")
        return draw(self)

    def __str__(self):
        return text_table(*self.rows()) + (f"\n{self.stopped}" if self.stopped else "")

    def _repr_html_(self):
        from html import escape

        stopped = f"<p>{escape(self.stopped)}</p>" if self.stopped else ""
        return html_table(*self.rows()) + stopped


def in_per_cent(share):
    """Write a share as "99.12%"."""
    return f"{share:.2%}"
