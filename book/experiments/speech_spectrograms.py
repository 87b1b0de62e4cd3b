"""Does a 2-D net read spoken digits off their spectrograms? The same code, and another view."""

from functools import partial

import numpy as np

import cnnlab
from cnnlab.augment import add_noise, chain, random_shift
from cnnlab.datasets import spectrogram

from . import speech

CLIP, WINDOW, STEP, BANDS = 6000, 256, 128, 32  # samples, 8000 a second; bands of frequencies
SILENCE = 1e-5  # a power; that of the recordings is 0.25
EPOCHS = 10
CHANNELS = 16, 32, 64


def pictures(recordings):
    """Turn waves into pictures of 32 bands by 45 frames; silence is 0."""
    power = spectrogram(recordings.x, window=WINDOW, step=STEP, bands=BANDS, floor=SILENCE)
    return recordings._replace(x=((power - np.log(SILENCE)) / 4).astype(np.float32))


AUGMENTS = {
    "another moment": partial(random_shift, most=(0, 4)),
    "another moment, voice and room": chain(
        partial(random_shift, most=(2, 4)), partial(add_noise, scale=0.2)
    ),
}


def network(rng):
    """Build the net: three small convolutions, then the mean over time; low and high stay apart."""
    layers, c_in = [], 1
    for c_out in CHANNELS:
        layers += [cnnlab.Conv(c_in, c_out, kernel_size=(3, 3), padding="same", bias=False, rng=rng)]
        layers += [cnnlab.BatchNorm(c_out), cnnlab.ReLU(), cnnlab.MaxPool(2)]
        c_in = c_out
    layers += [cnnlab.AdaptiveAvgPool((4, 1)), cnnlab.Flatten(), cnnlab.Dropout(0.3, rng=rng)]
    return cnnlab.Sequential(*layers, cnnlab.Dense(4 * c_in, 10, rng=rng))


def run(lab):
    """Judge the net by known voices and by new ones, as the 1-D net was."""
    seen, epochs = pictures(speech.load(CLIP, lab)), lab.choose(EPOCHS, 1)
    learn, settings = partial(speech.train, network, AUGMENTS, epochs), tuple(AUGMENTS)
    known, models = speech.known_voices(learn, seen, settings, lab)
    return {
        "seeds": list(speech.SEEDS),
        "epochs": epochs,
        "batch": speech.BATCH,
        "picture": list(seen.x.shape[2:]),
        "parameters": models[0].summary().parameters,
        "known voices": known,
        "new voices": speech.new_voices(learn, seen, settings, lab),
    }
