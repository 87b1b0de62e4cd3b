"""Is this the same training? What it is made of, in words that differ where the training would."""

import functools
import zlib

import numpy as np

from .saving import known

__all__ = []


def make_of(model):
    """What a model is made of, one fact a name: its layers, and what arrays they have."""
    layers = {f"layer {name}".strip(): repr(layer) for name, layer in model.flat()}
    return layers | {f"array {key}": f"{a.shape} of {a.dtype}" for key, a in known(model).items()}


def sources(generators):
    """Which kind of generator each one is, or whose it shares."""
    kinds, owners = {}, {}
    for name, generator in generators.items():
        bits = generator.bit_generator
        owner = owners.setdefault(id(bits), name)
        kinds[name] = type(bits).__name__ if owner == name else f"that of {owner}"
    return kinds


def fingerprint(array):
    """Tell an array from others: its shape, its dtype and a checksum of its bytes."""
    return f"{array.shape} of {array.dtype}, checksum {zlib.crc32(np.ascontiguousarray(array).data):08x}"


def in_words(thing):
    """Name a function with the options that `functools.partial` gives it; the rest as it prints."""
    if isinstance(thing, functools.partial):
        options = [*map(in_words, thing.args), *(f"{k}={in_words(v)}" for k, v in thing.keywords.items())]
        return f"{in_words(thing.func)}({', '.join(options)})"
    if isinstance(thing, (tuple, list)):
        return f"({', '.join(map(in_words, thing))})"
    if callable(thing):
        return getattr(thing, "__name__", type(thing).__name__)
    return fingerprint(thing) if isinstance(thing, np.ndarray) else str(thing)
