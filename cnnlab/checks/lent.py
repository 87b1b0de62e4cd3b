"""Arguments that are no arrays: functions, layers and random numbers, each known to a case by its name.

A case holds the name, so that it can be written in a line and read back. What a call gets is made anew each
time. In a sandbox functions and layers stay on the grader's side: a student's code can call them, and see
neither their source nor how many calls are left.
"""

from __future__ import annotations

import numpy as np

from .layer import Layer


class Lent:
    """Something that calls are lent.

    Parameters
    ----------
    name : str
        By which a case writes it.
    """

    def __init__(self, name):
        self.name = name

    def __str__(self):
        return self.name

    __repr__ = __str__


class Function(Lent):
    """A function of an array, of any shape, that gives one number.

    Parameters
    ----------
    name : str
    formula : callable
        Of the array as a line; knows complex numbers.
    """

    def __init__(self, name, formula):
        super().__init__(name)
        self.formula = formula

    def lend(self, case, *, counted=True):
        """Make a function for one call: it takes what has the shape of x, and only so many times."""
        shape, most, calls = np.shape(case.args["x"]), most_calls(case), []

        def f(x):
            calls.append(None)
            if counted and len(calls) > most:
                raise RuntimeError(f"f was called more than {most} times")
            x = np.asarray(x)
            if x.shape != shape or x.dtype.kind not in "iufc":
                raise ValueError(f"f takes an array of numbers of shape {shape}, not {x.shape}")
            return self.formula(x.ravel() + 0.0)

        return f


def most_calls(case):
    """Count how often a case's f may be called: twice for each entry or direction, and twice besides."""
    directions = case.function == "directional_check"
    return 2 + 2 * (case.option("directions") if directions else np.size(case.args["x"]))


class Seed(Lent):
    """The seed of a generator of random numbers."""

    def lend(self, case, *, counted=True):
        """Make the generator."""
        return np.random.default_rng(int(self.name))


class Made(Lent):
    """A layer out of its two passes.

    Parameters
    ----------
    name : str
    forward, backward : callable
        ``forward(x, **parameters)`` -> y; ``backward(dy, x, **parameters)`` -> dx, gradients.
    shape : tuple
        Of x.
    parameters : dict of arrays
    """

    def __init__(self, name, forward, backward, shape, parameters):
        super().__init__(name)
        self.passes = {"forward": forward, "backward": backward}
        self.shape, self.parameters = shape, parameters

    def lend(self, case, *, counted=True):
        """Make the layer."""
        return Layer(self.run)

    def run(self, what, *given):
        """Do what a `Layer` asks for, with arrays of the right shapes alone."""
        if what == "parameters":
            return {name: value.copy() for name, value in self.parameters.items()}
        *arrays, x, parameters = given
        parameters = dict(parameters)
        if parameters.keys() != self.parameters.keys():
            raise ValueError(f"this layer has the parameters {', '.join(self.parameters)}")
        wanted = {"x": self.shape, **{name: value.shape for name, value in self.parameters.items()}}
        given = {"x": numbers(x), **{name: numbers(value) for name, value in parameters.items()}}
        if what == "backward":
            wanted["dy"] = self.passes["forward"](np.zeros(self.shape), **self.parameters).shape
            given["dy"] = numbers(arrays[0])
        for name, shape in wanted.items():
            if given[name].shape != shape:
                raise ValueError(f"{name} has the shape {given[name].shape}, but it must have {shape}")
        dy, x, rest = given.get("dy"), given["x"], {name: given[name] for name in self.parameters}
        with np.errstate(all="ignore"):
            return self.passes[what](*([] if dy is None else [dy]), x, **rest)


def numbers(value):
    """Make an array of floating-point numbers, real or complex."""
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise TypeError("a layer takes arrays of numbers")
    return array + 0.0
