"""Which way does the digit go? What it buys to share weights over time, where no single frame tells."""

from functools import partial

import numpy as np

import cnnlab
from cnnlab.datasets import load_mnist, moving_digits

from .bench.records import figures
from .lab import hold_out
from .results import interval

SEEDS, RATES, BATCH = (0, 1, 2), (3e-3, 1e-2), 32
SIZES = {"epochs": 4, "learn": 2000, "choose": 1000, "test": 2000}  # counts of clips
QUICK = {"epochs": 1, "learn": 32, "choose": 16, "test": 16}
TORUS, FRAMES, SEEN = 20, 8, 5  # a clip has 8 frames, and the digit is there in 5 of them
LONG, MIDDLE = 24, 9  # frames of a long clip, and the one with which the digit appears


def network(c_in, channels, kernel, rng, *, shrink=2):
    """Build a net for a torus; a kernel of three axes slides over time as well, with silence at both ends."""
    time = len(kernel) - 2
    layers = [cnnlab.Pad(((4, 4), (0, 0), (0, 0)))] * time
    for i, c_out in enumerate(channels):
        size = kernel if i < 2 else (1,) * time + kernel[time:]
        layers += [cnnlab.Pad(((0, 0),) * time + ((1, 1),) * 2, mode="circular")]
        layers += [cnnlab.Conv(c_in, c_out, kernel_size=size, bias=False, rng=rng)]
        layers += [cnnlab.BatchNorm(c_out), cnnlab.ReLU()]
        layers += [cnnlab.MaxPool((1,) * time + (shrink, shrink))] if i < 2 and shrink > 1 else []
        c_in = c_out
    return cnnlab.Sequential(*layers, cnnlab.GlobalAvgPool(), cnnlab.Dense(c_in, 8, rng=rng))


class Film:
    """Time is an axis like the others: one kernel looks the same way at every moment."""

    build = staticmethod(partial(network, 1, (8, 16, 32), (3, 3, 3)))

    def examples(self, clips, labels):
        """Whole clips."""
        return clips, labels

    def scores(self, model, clips):
        """Take clips of any length."""
        return model.predict(clips)


class SingleFrames(Film):
    """Every frame is a picture, seen alone, with the same scores wherever the digit stands.

    That is why it does not shrink the pictures: else the scores would depend a little on the digit's place,
    and their mean over several places on the axis along which it moves.
    """

    build = staticmethod(partial(network, 1, (12, 24, 32), (3, 3), shrink=1))

    def examples(self, clips, labels):
        """All frames, (N * frames, 1, h, w), each with the label of its clip."""
        return clips[:, 0].reshape(-1, 1, *clips.shape[3:]), np.repeat(labels, clips.shape[2])

    def scores(self, model, clips):
        """Take the mean over the frames."""
        frames, _ = self.examples(clips, np.zeros(len(clips)))
        return model.predict(frames).reshape(len(clips), clips.shape[2], -1).mean(axis=1)


class FramesAsChannels(Film):
    """Every frame is a channel of one picture, with weights of its own."""

    build = staticmethod(partial(network, FRAMES, (12, 24, 32), (3, 3)))

    def examples(self, clips, labels):
        """The same numbers, (N, frames, h, w)."""
        return clips[:, 0], labels

    def scores(self, model, clips):
        """Of a longer clip, take the mean over all stretches of as many frames as there are channels."""
        starts = range(clips.shape[2] - FRAMES + 1)
        return np.mean([model.predict(clips[:, 0, t : t + FRAMES]) for t in starts], axis=0)


NETS = {  # what is trained, and how many frames late the digits that it learns from may be
    "3-D": (Film(), (0,)),
    "2-D, frame by frame": (SingleFrames(), (0,)),
    "2-D, frames as channels": (FramesAsChannels(), (0,)),
    "2-D, frames as channels, learnt at all delays": (FramesAsChannels(), (0, 1, 2, 3)),
}


def film_clips(digits, count, seed, *, delay=0, frames=FRAMES, seen=SEEN):
    """Let digits appear after a delay, move, and be gone: whatever the delay, the same film."""
    options = dict(count=count, frames=frames, size=TORUS, seed=seed)
    return moving_digits(digits, start_frame=-delay, seen=(delay, delay + seen), **options)


def ways(digits, count):
    """Show the same digits in many ways: some appear later, some in longer clips, some go twice as fast."""
    make = partial(film_clips, digits, count, 2000)
    fast, labels = make(frames=2 * FRAMES, seen=2 * SEEN)
    return {
        "at once": make(),
        **{f"{delay} later": make(delay=delay) for delay in range(1, FRAMES - SEEN + 1)},
        "long clip": make(frames=LONG, delay=MIDDLE),
        "long clip, long way": make(frames=LONG, seen=LONG),
        "twice as fast": (fast[:, :, ::2], labels),
    }


def learn(kind, delays, digits, seed, rate, *, epochs, count):
    """Train one net on clips that its seed draws, an equal share of them with each delay."""
    shares = [film_clips(digits, count // len(delays), (seed, delay), delay=delay) for delay in delays]
    rng = np.random.default_rng(seed)
    model = kind.build(rng)
    cnnlab.fit(
        model,
        kind.examples(*map(np.concatenate, zip(*shares, strict=True))),
        epochs=epochs,
        batch_size=BATCH,
        optimiser=cnnlab.Adam(lr=cnnlab.one_cycle(rate)),
        rng=rng,
        progress=False,
    )
    return model


def right(kind, model, clips, labels):
    """The share of the clips whose direction is told."""
    return figures(cnnlab.accuracy(kind.scores(model, clips), labels))


def run(lab):
    """Choose each net's rate by digits held out, train it with every seed, and test it in all ways."""
    sizes, mnist = lab.choose(SIZES, QUICK), load_mnist()
    some = slice(lab.choose(None, 6000))
    train, test = (cnnlab.avg_pool_forward(x[some], 2) for x in (mnist.x_train, mnist.x_test))  # 14 x 14
    (digits, _), (others, _) = hold_out(train, mnist.y_train[some], 5000, seed=0)
    choose, tests, nets = film_clips(others, sizes["choose"], 1000), ways(test, sizes["test"]), {}
    for name, (kind, delays) in NETS.items():
        one = partial(learn, kind, delays, digits, epochs=sizes["epochs"], count=sizes["learn"])
        rates = lab.bar(RATES, f"{name}: rates")
        tried = [{"rate": rate, "validation": right(kind, one(SEEDS[0], rate), *choose)} for rate in rates]
        best = max(tried, key=lambda attempt: attempt["validation"])["rate"]
        models = [one(seed, best) for seed in lab.bar(SEEDS, f"{name}: seeds")]
        nets[name] = {
            "parameters": models[0].summary().parameters,
            "tried": tried,
            "chosen": best,
            "test": {way: interval([right(kind, m, *clips) for m in models]) for way, clips in tests.items()},
        }
    clips = {"frames": FRAMES, "seen": SEEN, "torus": TORUS, "long": LONG, "middle": MIDDLE}
    return {"seeds": list(SEEDS), "batch": BATCH} | sizes | {"clips": clips, "nets": nets}
