"""A training at one moment: all that it must remember to go on as if it had never been stopped."""

import dataclasses
import json
import math
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .history import History
from .saving import put, read_archive, write_archive

__all__ = []

RUN = 1  # the format of a checkpoint: raised when an older cnnlab could not read it


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
        Sums over those.
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
    score: float = 0.0
    seconds: float = 0.0
    value: float = -math.inf
    best: dict = field(default_factory=dict)
    history: History = field(default_factory=History)

    def add(self, examples, loss, score):
        """Count a batch, with the means over it."""
        self.batch += 1
        self.examples += examples
        self.loss += float(loss) * examples
        self.score = math.nan if score is None else self.score + float(score) * examples

    def judge(self, loss, score, arrays, patience):
        """Note how the validation set was answered, and keep what answered best."""
        history, value = self.history, -loss if score is None else score
        history.validation_loss.append(loss)
        if score is not None:
            history.validation_score.append(score)
        epoch = self.epoch + 1
        if value > self.value or not self.best:
            self.value, history.best = value, epoch
            self.best = {key: array.copy() for key, array in arrays.items()}
        elif patience is not None and epoch - history.best >= patience:
            history.stopped = f"stopped after epoch {epoch}: none was better than {history.best}"

    def end_epoch(self):
        """Write the epoch into the history; the next one is dealt out anew."""
        self.history.loss.append(self.loss / self.examples)
        if not math.isnan(self.score):
            self.history.score.append(self.score / self.examples)
        self.history.seconds.append(self.seconds)
        self.epoch, self.batch, self.order = self.epoch + 1, 0, None
        self.examples, self.loss, self.score, self.seconds = 0, 0.0, 0.0, 0.0

    def __str__(self):
        words = f"epoch {self.epoch + 1}, loss {self.loss / self.examples:.4f}"
        if math.isnan(self.score):
            return words
        return f"{words}, {self.history.measure} {self.score / self.examples:.4f}"


class Checkpoint:
    """A file that holds a training at its latest moment.

    Parameters
    ----------
    path : str or Path
    model : Layer
    optimiser : Optimiser
    rng : numpy.random.Generator
        Of the shuffling; what the layers draw from is kept beside it.
    settings : dict
        What must be the same when the training goes on: anything that JSON can hold.
    """

    def __init__(self, path, model, optimiser, rng, settings):
        self.path, self.model, self.optimiser = Path(path), model, optimiser
        self.generators = {"rng": rng, **{f"layer {key}": g for key, g in model.generators.items()}}
        self.settings = json.loads(json.dumps(settings))

    def save(self, moment):
        """Write the moment down; a kill at any point leaves the file before it, or this one."""
        arrays = {f"model {key}": a for key, a in what_is_known(self.model).items()}
        arrays |= {f"best {key}": a for key, a in moment.best.items()}
        if moment.order is not None:
            arrays["order"] = moment.order
        simple = {
            f.name: getattr(moment, f.name)
            for f in dataclasses.fields(moment)
            if f.name not in ("order", "best", "history")
        }
        record = {
            "settings": self.settings,
            "moment": simple,
            "history": dataclasses.asdict(moment.history),
            "optimiser": {
                key: pack(s, f"optimiser {key}", arrays) for key, s in self.optimiser.state.items()
            },
            "generators": {name: g.bit_generator.state for name, g in self.generators.items()},
        }
        arrays["record"] = np.array(json.dumps(record))
        write_archive(self.path, "checkpoint", RUN, arrays)

    def resume(self):
        """Put model, optimiser and generators back to where they were.

        Returns
        -------
        Moment
            The first of all, where there is no file yet.

        Raises
        ------
        ValueError
            Where the file is damaged or belongs to another training; nothing has been changed then.
        """
        if not self.path.exists():
            return Moment()
        arrays = read_archive(self.path, "checkpoint", RUN)
        record = json.loads(str(arrays["record"]))
        self.refuse_another(record)
        put(self.model, part_of(arrays, "model "), f"{self.path} belongs to another model")
        self.optimiser.remember(self.model, {k: unpack(s, arrays) for k, s in record["optimiser"].items()})
        for name, generator in self.generators.items():
            generator.bit_generator.state = record["generators"][name]
        best = part_of(arrays, "best ")
        history = History(**record["history"])
        return Moment(**record["moment"], order=arrays.get("order"), best=best, history=history)

    def refuse_another(self, record):
        """Hold that the file is of this training."""
        advice = "Make it as it was, or delete the file to begin anew"
        head = f"{self.path} belongs to another training: "
        for name in self.settings | record["settings"]:
            here, there = self.settings.get(name), record["settings"].get(name)
            if here != there:
                raise ValueError(f"{head}{name} is {there} there, {here} here. {advice}.")
        kinds = {name: g.bit_generator.state["bit_generator"] for name, g in self.generators.items()}
        stored = {name: state["bit_generator"] for name, state in record["generators"].items()}
        if kinds != stored:
            raise ValueError(f"{head}it draws from {stored}, this one from {kinds}. {advice}.")


def what_is_known(model):
    """All arrays of a model: what it has learnt and what it has seen."""
    return {**model.parameters, **model.state}


def part_of(arrays, head):
    """The arrays whose names begin like this, under the rest of their names."""
    return {key.removeprefix(head): array for key, array in arrays.items() if key.startswith(head)}


def pack(value, name, arrays):
    """Write what a rule remembers as JSON; arrays are laid aside, and named."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"array": name}
    if isinstance(value, (tuple, list)):
        return [pack(v, f"{name}/{i}", arrays) for i, v in enumerate(value)]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise TypeError(
        f"{name} holds a {type(value).__name__}, but a checkpoint keeps numbers, arrays, their tuples, and None"
    )


def unpack(value, arrays):
    """Read what a rule remembers."""
    if isinstance(value, dict):
        return arrays[value["array"]]
    return tuple(unpack(v, arrays) for v in value) if isinstance(value, list) else value


def fingerprint(array):
    """Tell an array from others: its shape, its dtype and a checksum of its bytes."""
    array = np.asarray(array)
    return f"{array.dtype} {array.shape}, checksum {zlib.crc32(np.ascontiguousarray(array).data):08x}"
