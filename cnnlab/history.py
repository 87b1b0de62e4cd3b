"""What happened in each epoch: a table, and a picture of two curves."""

from dataclasses import dataclass, field

from .trace import html_table, text_table

__all__ = ["History"]


@dataclass(repr=False)
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
        score = "{:.2%}" if self.measure == "accuracy" else "{:.4f}"
        columns = [
            ("epoch", "{}", range(1, len(self.loss) + 1)),
            ("loss", "{:.4f}", self.loss),
            (self.measure, score, self.score),
            ("validation loss", "{:.4f}", self.validation_loss),
            (f"validation {self.measure}", score, self.validation_score),
            ("seconds", "{:.1f}", self.seconds),
        ]
        columns = [(name, map(look.format, values)) for name, look, values in columns if values]
        names, cells = zip(*columns, strict=True) if columns else ((), ())
        return names, list(zip(*cells, strict=True))

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
        return "\n".join(part for part in (text_table(*self.rows()), self.stopped) if part)

    __repr__ = __str__

    def _repr_html_(self):
        from html import escape  # here, for it takes a millisecond of `import cnnlab`

        stopped = f"<p>{escape(self.stopped)}</p>" if self.stopped else ""
        return html_table(*self.rows()) + stopped
