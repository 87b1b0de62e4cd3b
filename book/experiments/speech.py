"""What both experiments on spoken digits share: the recordings, and how a net is trained, chosen and judged.

*Known voices* is the official split: takes 0 to 4 of each digit and speaker are for the test, 5 to 9 for the
choice. *New voices* leaves one speaker after the other out for the test. Another one chooses, by a net that
has heard neither: the two of a pair choose for each other.
"""

from typing import NamedTuple

import numpy as np

import cnnlab
from cnnlab.datasets import list_spoken_digits, load_spoken_digits

from .bench.records import figures
from .results import interval

SEEDS, BATCH, RATE, EMPHASIS = (0, 1, 2), 64, 8e-3, 0.97
PAIRS = ("george", "jackson"), ("lucas", "nicolas"), ("theo", "yweweler")


class Speech(NamedTuple):
    """Recordings (N, 1, samples), each with its digit, its speaker and the number of its take."""

    x: np.ndarray
    y: np.ndarray
    speaker: np.ndarray
    take: np.ndarray

    def where(self, some):
        """Keep some of the recordings, as a mask says."""
        return Speech(*(array[some] for array in self))


def load(clip, lab):
    """Lay every recording into the middle of a clip, high notes brought up, all equally loud.

    Low notes are by far the loudest in speech. The difference from most of the sample before has them weaker.
    """
    digits = load_spoken_digits(length=clip)
    abouts = digits.about_train, digits.about_test
    speaker, length = (np.concatenate([about[key] for about in abouts]) for key in ("speaker", "length"))
    x, y = np.concatenate([digits.x_train, digits.x_test]), np.concatenate([digits.y_train, digits.y_test])
    recordings = sorted(list_spoken_digits(), key=lambda recording: recording.is_test)  # as they stand in x
    take = np.array([recording.index for recording in recordings])
    for wave, samples in zip(x[:, 0], length, strict=True):
        sharp = np.convolve(wave, (1, -EMPHASIS))[:clip]
        wave[:] = np.roll(sharp, (clip - samples) // 2) / (2 * np.sqrt(np.sum(sharp**2) / samples))
    return Speech(x, y, speaker, take).where(lab.choose(y < 10, np.isin(take, (0, 5, 10)) & (y < 5)))


def train(network, augments, epochs, heard, setting, seed):
    """Train one net on what is heard, every time a little otherwise: the setting says how."""
    rng = np.random.default_rng(seed)
    model = network(rng)
    cnnlab.fit(
        model,
        (heard.x, heard.y),
        epochs=epochs,
        batch_size=BATCH,
        optimiser=cnnlab.AdamW(lr=cnnlab.one_cycle(RATE), decay=0.01),
        rng=rng,
        augment=augments[setting],
        progress=False,
    )
    return model


def known_voices(train, speech, settings, lab):
    """Judge on recordings of the speakers learnt from: what came of it, and the nets, one a seed.

    Parameters
    ----------
    train : callable
        From recordings, a setting and a seed to a net.
    speech : Speech
    settings : tuple of str
        What is tried, with the first seed.
    lab : Lab

    Returns
    -------
    result : dict
    models : list of Sequential
    """
    test, choose = speech.take < 5, (speech.take >= 5) & (speech.take < 10)
    tried = []
    for setting in lab.bar(settings, "known voices: settings"):
        model = train(speech.where(~test & ~choose), setting, SEEDS[0])
        tried.append({"setting": setting, "validation": score(model, speech.where(choose))})
    best = max(tried, key=lambda attempt: attempt["validation"])["setting"]
    seeds = lab.bar(SEEDS, "known voices: seeds")
    models = [train(speech.where(~test), best, seed) for seed in seeds]
    heard = speech.where(test)
    right = np.array([answers(model, heard.x) == heard.y for model in models])
    speakers = {name: figures(right[:, heard.speaker == name].mean()) for name in sum(PAIRS, ())}
    counts = {"learn": int((~test).sum()), "choose": int(choose.sum()), "test": int(test.sum())}
    result = {"recordings": counts, "tried": tried, "chosen": best, "test": interval(right.mean(axis=1))}
    return result | {"speakers": speakers}, models


def new_voices(train, speech, settings, lab):
    """Judge on speakers that were left out: of each, who chose, what was tried and how it ended."""
    validation = {name: {} for name in sum(PAIRS, ())}
    for pair in lab.bar(PAIRS, "new voices: settings"):
        for setting in settings:
            model = train(speech.where(~np.isin(speech.speaker, pair)), setting, SEEDS[0])
            for name in pair:
                validation[name][setting] = score(model, speech.where(speech.speaker == name))
    judges = {name: judge for pair in PAIRS for name, judge in (pair, pair[::-1])}
    found, confusions = [], np.zeros((10, 10), int)
    for name, judge in lab.bar(judges.items(), "new voices: speakers"):
        best, test = max(settings, key=validation[judge].get), speech.where(speech.speaker == name)
        read = answers(train(speech.where(speech.speaker != name), best, SEEDS[0]), test.x)
        np.add.at(confusions, (test.y, read), 1)
        words = {"speaker": name, "judge": judge, "tried": validation[judge], "chosen": best}
        found.append(words | {"recordings": len(read), "test": figures(np.mean(read == test.y))})
    mean = interval([speaker["test"] for speaker in found])
    return {"speakers": found, "mean": mean, "confusions": confusions.tolist()}


def answers(model, x):
    """The digit that a net hears in each recording."""
    return model.predict(x).argmax(axis=1)


def score(model, speech):
    """The share of recordings that a net hears rightly."""
    return figures(cnnlab.accuracy(model.predict(speech.x), speech.y))
