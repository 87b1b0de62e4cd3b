"""A small training with all in it that draws or remembers; as a program, one that is killed again and again.

python tests/a_training.py FOLDER OPTIMISER SEED shared|apart PAUSE
"""

import functools
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np

import cnnlab
import cnnlab.checkpoint
from cnnlab import (
    AdaDelta,
    Adam,
    AdamW,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    Momentum,
    ReLU,
    Sequential,
    cosine_decay,
    one_cycle,
    step_decay,
    warm_up,
)

EPOCHS, BATCHES = 3, 5
OPTIMISERS = {
    "one_cycle": lambda: Adam(lr=one_cycle(0.02), l1=1e-4),
    "adadelta": lambda: AdaDelta(lr=1.0, decay=1e-3),
    "adamw": lambda: AdamW(lr=warm_up(cosine_decay(0.02)), decay=0.1),
    "momentum": lambda: Momentum(lr=step_decay(0.05), mu=0.8),
}


def shake(x, labels, rng, *, scale=0.1):
    """Disturb a batch."""
    return x + np.float32(scale) * rng.standard_normal(x.shape, np.float32), labels


def signals(seed, n):
    """Which way does the step go? In noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    steps = np.where(np.arange(8) < rng.integers(2, 7, (n, 1)), -1, 1) * (2 * labels[:, None] - 1)
    return (steps + rng.standard_normal((n, 8))).astype(np.float32)[:, None], labels


def build(rng, shared=True):
    """A net that draws, from the generator of the shuffling or from its own, and that has seen something."""
    coins = [rng, rng] if shared else [np.random.default_rng(7), np.random.default_rng(8)]
    return Sequential(
        Conv(1, 2, kernel_size=3, rng=rng),
        BatchNorm(2),
        Sequential(ReLU(), Dropout(0.2, rng=coins[0])),
        Flatten(),
        Dropout(0.3, rng=coins[1]),
        Dense(12, 2, rng=rng),
    )


def train(checkpoint=None, *, kind="one_cycle", shared=True, model=None, rng=None, **changes):
    """Train it; return all that must be the same, bit for bit, and the model."""
    rng = np.random.default_rng(1) if rng is None else rng
    model = build(rng, shared) if model is None else model
    optimiser = changes.pop("optimiser", None) or OPTIMISERS[kind]()
    options = dict(epochs=EPOCHS, batch_size=4, rng=rng, validation=signals(1, 9), keep_best=True)
    options |= dict(augment=functools.partial(shake, scale=0.2), checkpoint=checkpoint, progress=False)
    data = changes.pop("data", signals(0, 4 * BATCHES - 1))
    history = cnnlab.fit(model, data, optimiser=optimiser, **(options | changes))
    return remains(model, optimiser, rng, history), model


def remains(model, optimiser, rng, history=None):
    """What a training leaves behind, as bytes: not the seconds."""
    told = {} if history is None else {**vars(history), "seconds": len(history.seconds)}
    draws = [generator.bit_generator.state for generator in (rng, *model.generators.values())]
    arrays = {key: (a.dtype.str, a.tobytes()) for key, a in {**model.parameters, **model.state}.items()}
    memory = {key: [np.asarray(part).tobytes() for part in parts(s)] for key, s in optimiser.state.items()}
    return repr((arrays, memory, told, draws)).encode()


def written(path):
    """At which epoch and batch a file has been written."""
    with np.load(path) as stored:
        moment = json.loads(str(stored["record"]))["moment"]
    return moment["epoch"], moment["batch"]


def parts(state):
    """The parts of what a rule remembers."""
    for part in state if isinstance(state, tuple) else [state]:
        yield from parts(part) if isinstance(part, tuple) else [part]


def doom(stage, count):
    """Die at the count-th batch, or at the count-th checkpoint: half written, whole, or just renamed."""
    left = iter(range(count, -1, -1))

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def killing(function, after):
        def deadly(*args, **kwargs):
            due = next(left, None) == 0
            if due and not after:
                die()
            result = function(*args, **kwargs)
            if due:
                if stage == "half":
                    args[0].truncate(args[0].tell() // 2)
                die()
            return result

        return deadly

    if stage == "batch":
        global shake
        shake = functools.wraps(shake)(killing(shake, after=False))
    elif stage == "half":
        np.savez = killing(np.savez, after=True)
    else:
        os.replace = killing(os.replace, after=stage == "renamed")


def in_a_child(target, work):
    """Do the work in a child process; tell whether it lived."""
    child = os.fork()
    if child == 0:
        try:
            target.write_bytes(work())
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    assert os.WEXITSTATUS(status) == 0
    return True


def main(folder, kind, seed, shared, pause):
    """Kill a training until it ends; compare with one that nobody disturbed."""
    folder, rng = Path(folder), np.random.default_rng(int(seed))
    options = dict(kind=kind, shared=shared == "shared")
    cnnlab.checkpoint.PAUSE = float(pause)
    file, calm, ended, again = (folder / name for name in ("training.npz", "calm", "ended", "again"))
    assert in_a_child(calm, lambda: train(**options)[0])
    deaths = []
    while len(deaths) < 8 or file.exists():
        stage = ["batch", "half", "whole", "renamed"][rng.integers(4)]
        fate = stage, int(rng.integers(2 * BATCHES if stage == "batch" else 4))
        if not in_a_child(ended, lambda fate=fate: doom(*fate) or train(file, **options)[0]):
            deaths.append(fate)
            continue
        assert ended.read_bytes() == calm.read_bytes(), f"other bits after {deaths}"
        assert in_a_child(again, lambda: train(file, **options)[0])  # the end, at once
        assert again.read_bytes() == calm.read_bytes(), f"other bits after the end and {deaths}"
        file.unlink()
    files = sorted(path.name for path in folder.iterdir())
    assert files == ["again", "calm", "ended"], f"{files} after {deaths}"


if __name__ == "__main__":
    main(*sys.argv[1:])
