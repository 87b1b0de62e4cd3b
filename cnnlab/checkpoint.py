"""A training in a file: all that it must remember to go on as if it had never been stopped."""

import dataclasses
import json
import time
from pathlib import Path

import numpy as np

from .history import History
from .moment import Moment
from .sameness import make_of, sources
from .saving import known, put, read_archive, sweep, write_archive

__all__ = []

RUN = 1  # the format of a checkpoint: raised when an older cnnlab could not read it
PAUSE = 60  # seconds between two checkpoints within one epoch


class Checkpoint:
    """A file that holds a training at its latest moment.

    Parameters
    ----------
    path : str or Path
    model : Layer
    optimiser : Optimiser
    rng : numpy.random.Generator
        Of the shuffling; what the layers draw from is kept beside it.
    settings : dict of str to str
        What else must be the same when the training goes on.
    """

    def __init__(self, path, model, optimiser, rng, settings):
        self.path, self.model, self.optimiser = Path(path), model, optimiser
        self.generators = {"rng": rng, **{f"layer {key}": g for key, g in model.generators.items()}}
        self.settings = {**settings, **make_of(model), **sources(self.generators)}
        self._saved = time.perf_counter()

    def begin(self):
        """Put model, optimiser and generators back to where they were, or note where they are.

        Returns
        -------
        Moment
            The first of all, where there was no file yet. There is now: what cannot be kept is told at once.

        Raises
        ------
        ValueError
            Where the file is damaged or belongs to another training; nothing has been changed then.
        OSError
            Where it cannot be written.
        TypeError
            Where the optimiser remembers what a file cannot keep.
        """
        sweep(self.path)
        if not self.path.exists():
            self.save(Moment())
            return Moment()
        arrays = read_archive(self.path, "checkpoint", RUN)
        record = json.loads(str(arrays["record"]))
        self.refuse_another(record["settings"])
        moment = Moment(**record["moment"], order=arrays.get("order"), best=part_of(arrays, "best "))
        moment.history = History(**record["history"])
        remembered = {key: unpack(state, arrays) for key, state in record["optimiser"].items()}
        put(self.model, part_of(arrays, "model "), f"{self.path} belongs to another model")
        self.optimiser.remember(self.model, remembered)
        for name, generator in self.generators.items():
            generator.bit_generator.state = record["generators"][name]
        return moment

    def refuse_another(self, there):
        """Hold that the file is of this training."""
        for name in self.settings | there:
            theirs, ours = there.get(name, "missing"), self.settings.get(name, "missing")
            if theirs != ours:
                raise ValueError(
                    f"{self.path} belongs to another training: {name} is {theirs} there, {ours} here. "
                    "Make it as it was, or delete the file to begin anew."
                )

    def save(self, moment):
        """Write the moment down; a kill at any point leaves the file before it, or this one."""
        arrays = {f"model {key}": a for key, a in known(self.model).items()}
        arrays |= {f"best {key}": a for key, a in moment.best.items()}
        if moment.order is not None:
            arrays["order"] = moment.order
        apart = ("order", "best", "history")
        names = [f.name for f in dataclasses.fields(moment) if f.name not in apart]
        record = {
            "settings": self.settings,
            "moment": {name: getattr(moment, name) for name in names},
            "history": dataclasses.asdict(moment.history),
            "optimiser": {
                key: pack(state, f"optimiser {key}", arrays) for key, state in self.optimiser.state.items()
            },
            "generators": {name: g.bit_generator.state for name, g in self.generators.items()},
        }
        arrays["record"] = np.array(json.dumps(record, default=np.ndarray.tolist))
        write_archive(self.path, "checkpoint", RUN, arrays)
        self._saved = time.perf_counter()

    def save_now_and_then(self, moment):
        """Write the moment down where the last one is long ago."""
        if time.perf_counter() - self._saved > PAUSE:
            self.save(moment)


class NoCheckpoint:
    """A training that no file keeps."""

    def begin(self):
        """Begin at the beginning."""
        return Moment()

    def save(self, moment):
        """Let the moment pass."""

    save_now_and_then = save


def part_of(arrays, head):
    """The arrays whose names begin like this, under the rest of their names."""
    return {key.removeprefix(head): array for key, array in arrays.items() if key.startswith(head)}


def pack(value, name, arrays):
    """Write what a rule remembers as JSON; arrays are laid aside, and named."""
    if isinstance(value, (np.ndarray, np.generic)):
        arrays[name] = np.asarray(value)
        return {"array": name}
    if isinstance(value, (tuple, list)):
        return [pack(v, f"{name}/{i}", arrays) for i, v in enumerate(value)]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise TypeError(
        f"{name} holds a {type(value).__name__}, but a checkpoint keeps numbers, arrays, tuples of them, None"
    )


def unpack(value, arrays):
    """Read what a rule remembers."""
    if isinstance(value, dict):
        return arrays[value["array"]]
    return tuple(unpack(v, arrays) for v in value) if isinstance(value, list) else value
