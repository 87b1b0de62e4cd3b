"""Can a 1-D net read digits from the sound wave itself, and in a voice that it never heard? Known and new."""

from functools import partial

import numpy as np

import cnnlab

from . import speech
from .bench.records import figures
from .results import interval

CLIP, LONGER = 6000, (9000, 12000)  # samples, 8000 a second
LATEST = 480  # samples by which a recording begins sooner or later
EPOCHS = 24
CHANNELS, FILTERS = (32, 64, 96, 128), 16  # of the first layer's filters so many are written down


def replay(x, targets, rng, *, speed=0.0):
    """Play each recording from another moment on and, with a speed, faster or slower: another voice."""
    length = x.shape[2]
    rate = np.exp(rng.uniform(-speed, speed, (len(x), 1)))
    middle = length / 2 + rng.uniform(-LATEST, LATEST, (len(x), 1))
    place = np.clip(rate * (np.arange(length) - length / 2) + middle, -1, length) + 1
    padded = np.pad(x[:, 0], ((0, 0), (1, 1)))  # silence before and after
    before = np.minimum(place.astype(int), length)
    share, row = (place - before).astype(x.dtype), np.arange(len(x))[:, None]
    return ((1 - share) * padded[row, before] + share * padded[row, before + 1])[:, None], targets


def disturb(x, targets, rng, *, tilt=0.4, hiss=0.05):
    """Make high or low notes louder, and add some noise: another microphone in another room."""
    slope, loudness = (rng.uniform(low, 1, (len(x), 1, 1)).astype(x.dtype) for low in (-1, 0))
    y = x.copy()
    y[..., 1:] -= tilt * slope * x[..., :-1]
    return y + hiss * loudness**2 * rng.standard_normal(x.shape, x.dtype), targets


AUGMENTS = {
    "another moment": replay,
    "another moment, voice and room": cnnlab.augment.chain(partial(replay, speed=0.2), disturb),
}


def network(rng):
    """Build the net: a wide window at first, then small ones, at last the mean over time, however long."""
    layers = [cnnlab.Conv(1, CHANNELS[0], kernel_size=80, stride=8, padding=40, bias=False, rng=rng)]
    for c_in, c_out, pool in zip(CHANNELS, CHANNELS[1:], (4, 3, 3), strict=False):
        layers += [cnnlab.BatchNorm(c_in), cnnlab.ReLU(), cnnlab.MaxPool(pool)]
        layers += [cnnlab.Conv(c_in, c_out, kernel_size=5, padding="same", bias=False, rng=rng)]
    layers += [cnnlab.BatchNorm(CHANNELS[-1]), cnnlab.ReLU(), cnnlab.GlobalAvgPool()]
    layers += [cnnlab.Dropout(0.3, rng=rng), cnnlab.Dense(CHANNELS[-1], 10, rng=rng)]
    return cnnlab.Sequential(*layers)


def filters(model):
    """The first layer's filters, each of length 1, from those for low notes to those for high ones."""
    kernels = model.parameters["0.weight"][:, 0]
    kernels = kernels / np.sqrt((kernels**2).sum(axis=1, keepdims=True))
    peaks = np.abs(np.fft.rfft(kernels, 1024)).argmax(axis=1)
    some = np.argsort(peaks)[:: CHANNELS[0] // FILTERS]
    return [[figures(value, 3) for value in kernel.tolist()] for kernel in kernels[some]]


def longer(models, lab):
    """Test on clips with more silence around the same recordings, of which more are whole."""
    found = {}
    for clip in LONGER:
        heard = speech.load(clip, lab)
        heard = heard.where(heard.take < 5)
        found[str(clip)] = interval([speech.score(model, heard) for model in models])
    return found


def run(lab):
    """Judge the net by known voices and by new ones, and on longer clips."""
    recordings = speech.load(CLIP, lab)
    epochs = lab.choose(EPOCHS, 1)
    learn = partial(speech.train, network, AUGMENTS, epochs)
    known, models = speech.known_voices(learn, recordings, tuple(AUGMENTS), lab)
    return {
        "seeds": list(speech.SEEDS),
        "epochs": epochs,
        "batch": speech.BATCH,
        "clip": CLIP,
        "parameters": models[0].summary().parameters,
        "known voices": known | {"longer clips": longer(models, lab)},
        "new voices": speech.new_voices(learn, recordings, tuple(AUGMENTS), lab),
        "filters": filters(models[0]),
    }
