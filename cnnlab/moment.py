"""How far is a training? What is done of it, what it has come to, and what answered best so far."""

import math
from dataclasses import dataclass, field

import numpy as np

from .history import History

__all__ = []


@dataclass
class Moment:
    """How far a training is.

    Attributes
    ----------
    epoch, batch : int
        Those that come next.
    order : ndarray of int or None
        The order in which this epoch deals the examples out.
    examples : int
        How many of them are done in this epoch.
    loss, score : float
        Sums over those; no score without a measure.
    seconds : float
        Spent on them.
    value : float
        How well the validation set was answered at best: the larger, the better.
    best : dict of str to ndarray
        The model's parameters and state at that time.
    history : History
    """

    epoch: int = 0
    batch: int = 0
    order: np.ndarray | None = None
    examples: int = 0
    loss: float = 0.0
    score: float | None = None
    seconds: float = 0.0
    value: float = -math.inf
    best: dict = field(default_factory=dict)
    history: History = field(default_factory=History)

    def add(self, examples, loss, score):
        """Count a batch, with the means over it."""
        self.batch += 1
        self.examples += examples
        self.loss += float(loss) * examples
        if score is not None:
            self.score = (self.score or 0.0) + float(score) * examples

    def judge(self, loss, score, arrays, patience):
        """Note how the validation set was answered, and keep what answered best."""
        history, value = self.history, -loss if score is None else score
        history.validation_loss.append(loss)
        if score is not None:
            history.validation_score.append(score)
        epoch = self.epoch + 1
        if value > self.value or not self.best:
            self.value, history.best = (-math.inf if math.isnan(value) else value), epoch
            self.best = {key: array.copy() for key, array in arrays.items()}
        elif patience is not None and epoch - history.best >= patience:
            history.stopped = f"stopped after epoch {epoch}: none was better than {history.best}"

    def end_epoch(self):
        """Write the epoch into the history; the next one is dealt out anew."""
        self.history.loss.append(self.loss / self.examples)
        if self.score is not None:
            self.history.score.append(self.score / self.examples)
        self.history.seconds.append(self.seconds)
        self.epoch, self.batch, self.order = self.epoch + 1, 0, None
        self.examples, self.loss, self.score, self.seconds = 0, 0.0, None, 0.0

    def __str__(self):
        words = f"epoch {self.epoch + 1}, loss {self.loss / self.examples:.4f}"
        if self.score is None:
            return words
        return f"{words}, {self.history.measure} {self.score / self.examples:.4f}"
