"""One call to ask of a student's function: its arguments, and how they lie in memory."""

from __future__ import annotations

import copy
import functools
import inspect
from dataclasses import dataclass, field, replace

import numpy as np

import cnnlab

from .lent import Lent

DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "p": 2, "step": None, "directions": 8}
OPTIONS = (*DEFAULTS, "mode")
SCORED = ("scores", "labels", "prediction", "target")
MEASURED = ("f", "gradient", "a", "b", "layer", "rng")
ORDER = ("x", *MEASURED, "spatial", "weight", "w", "n", "kernel_size", "bias", *SCORED, *OPTIONS, "dy")
PARTS = {  # what a function returns, where that is more than one thing
    "dense_backward": ("dx", "dweight", "dbias"),
    "softmax_cross_entropy": ("loss", "dscores"),
    "mse": ("loss", "dprediction"),
}
TOLERANCES = {"numerical_gradient": 1e-8, "directional_check": 1e-5}  # of what is measured; else 1e-10
SHOWN = 24  # entries of an array that a line of feedback can hold


class Tuple(np.ndarray):
    """A result in another form than an array: a tuple of whole numbers, or of tuples of them."""

    @classmethod
    def of(cls, value):
        """Read a tuple; what is none, or holds anything else, stays what it is."""
        rows = [value] if isinstance(value, tuple) else []
        if rows and value and all(isinstance(row, tuple) for row in value):
            rows = list(value)
        if not rows or len(rows) > SHOWN or len(set(map(len, rows))) > 1 or len(rows[0]) > SHOWN:
            return value
        numbers = [n for row in rows for n in row]
        if not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in numbers):
            return value
        if any(abs(int(n)) >= 2**53 for n in numbers):
            return value
        return np.array(value, np.int64).view(cls)


class Number(np.ndarray):
    """A result in another form than an array: one real number, or whether something holds."""

    @classmethod
    def of(cls, value):
        """Read a number; what is none, or too large, stays what it is."""
        if isinstance(value, (int, np.integer)) and abs(int(value)) >= 2**53:
            return value
        if isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating)):
            return np.array(value).view(cls)
        if isinstance(value, np.ndarray) and value.shape == () and value.dtype.kind in "biuf":
            return value.view(cls)
        return value


FORMS = (Tuple, Number)


def formed(value):
    """Read a result: an array, a tuple of whole numbers, one number; anything else stays what it is."""
    return Number.of(Tuple.of(value))


@dataclass(frozen=True)
class Whole:
    """What was returned, in one piece, where several results are asked for."""

    value: object
    asked: tuple[str, ...]


def part_of(case, value):
    """Pick the one of several results that a case asks for."""
    if not case.part:
        return value
    names = PARTS[case.function]
    if isinstance(value, (tuple, list)) and len(value) == len(names):
        return value[names.index(case.part)]
    return Whole(value, names)


@dataclass(frozen=True, eq=False)
class Case:
    """A call `function(*args.values(), **options)`, and what is asked of it.

    Parameters
    ----------
    function : str
        The name of the function, the same in the package and in the notebook.
    args : dict
        Arrays, tuples and things that are lent by name, in the order of the signature.
    options : dict
        Keyword arguments.
    layout : {"C", "strided"}
        "strided": every array is a view with gaps, its axes reversed in memory.
    asks : {"values", "unchanged", "refusal"}
        "unchanged": whatever the result, the arguments are afterwards as they were. "refusal": there is no
        result, a ValueError says so.
    needs : tuple of str
        Capabilities without which a failure here is not counted: it was paid for there.
    part : str
        Which of several results is asked for, where the function returns more than one.
    """

    function: str
    args: dict
    options: dict = field(default_factory=dict)
    layout: str = "C"
    asks: str = "values"
    needs: tuple[str, ...] = ()
    part: str = ""

    def arguments(self, *, counted=True):
        """Lay out fresh copies, so that no call can reach the arguments of another.

        With `counted`, functions among them may be called only so many times.
        """
        return [self._fresh(a, counted) for a in self.args.values()]

    def _fresh(self, value, counted):
        if isinstance(value, np.ndarray):
            return _laid_out(value, self.layout)
        return value.lend(self, counted=counted) if isinstance(value, Lent) else copied(value)

    @property
    def alone(self):
        """Whether it is to be asked by itself: what is lent is lent to one call, a refusal ends a row."""
        return self.asks == "refusal" or any(isinstance(value, Lent) for value in self.args.values())

    @property
    def tolerance(self):
        """By how much of its largest entry a result may be off."""
        single = any(isinstance(a, np.ndarray) and a.dtype == np.float32 for a in self.args.values())
        return 1e-5 if single else TOLERANCES.get(self.function, 1e-10)

    def option(self, name):
        """Return an option, or its default."""
        return self.options.get(name, DEFAULTS[name])

    def changed(self, *, options=None, **args):
        """Return this case with other arguments; an option at its default is left out."""
        merged, usual = {**self.options, **(options or {})}, {**DEFAULTS, **defaults(self.function)}
        kept = {name: value for name, value in merged.items() if not np.array_equal(value, usual.get(name))}
        return replace(self, args={**self.args, **args}, options=kept)

    def text(self):
        """Say the case in a line, as the chapter would: `x 1x1x1, weight [1, 2, 4], padding 1, dy [1]`."""
        named = {**self.args, **self.options}
        if "spatial" in named and "dy" in named:  # the picture matters by its size alone
            dy, weight = named["dy"], named["weight"]
            channels = weight.shape[1] * self.option("groups")
            named["x"] = np.broadcast_to(0.0, (dy.shape[0], channels, *named.pop("spatial")))
            parts = [f"x {shape_text(named['x'].shape)}"]
        else:
            parts = [f"x {array_text(named['x'])}"] if "x" in named else []
        parts += [f"{n} {value_text(_plain(n, named[n]))}" for n in ORDER[1:] if named.get(n) is not None]
        return ", ".join([*parts, *self._lie()])

    def call(self):
        """Say the call itself, with every axis: `dy 1x1x1 [1], weight 1x1x3 [1, 2, 4], spatial (1,)`."""
        named = {**self.args, **self.options}
        parts = [f"{n} {value_text(_plain(n, v), axes=True)}" for n, v in named.items() if v is not None]
        return ", ".join([*parts, *self._lie()])

    def _lie(self):
        return ["arrays that are views with gaps"] if self.layout == "strided" else []


def copied(value):
    """Copy what can be changed: whatever holds no more than constants has a hash, and is itself."""
    try:
        hash(value)
    except TypeError:
        return copy.deepcopy(value)
    return value


@functools.cache
def defaults(function):
    """Say what the options of one of the package's functions are, where a call leaves them out."""
    options = inspect.signature(getattr(cnnlab, function)).parameters.values()
    return {option.name: option.default for option in options if option.default is not option.empty}


def _plain(name, value):
    """Drop the type of labels that have the usual one: they are whole numbers anyway."""
    return value.astype(float) if name == "labels" and value.dtype == np.int64 else value


def _laid_out(array, layout):
    if layout == "C":
        return array.copy()
    memory = np.full((*array.shape[::-1], 2), 77).astype(array.dtype)
    view = memory[..., 0].T
    view[...] = array
    return view


def shape_text(shape):
    """Write a shape as the book does.

    Examples
    --------
    >>> shape_text((2, 3, 5))
    '2x3x5'
    """
    return "x".join(map(str, shape)) or "scalar"


def number_text(value):
    """Write a number without the noise of its last bits."""
    return f"{float(value) + 0.0:.6g}"  # and without a sign before 0


def array_text(array, *, axes=False):
    """Write a small array in full, an image of one channel by its places alone; a large one by its shape.

    With `axes`, the axes of length 1 that are left out show in a shape before the numbers.

    Examples
    --------
    >>> array_text(np.array([[[1.0, 2.5]]])), array_text(np.ones((2, 1, 2)))
    ('[1, 2.5]', '2x1x2 [[[1, 1]], [[1, 1]]]')
    >>> array_text(np.ones((1, 3, 5, 5))), array_text(np.array([[[1.0, 2.5]]]), axes=True)
    ('1x3x5x5', '1x1x2 [1, 2.5]')
    """
    if isinstance(array, Tuple):
        return _nested_text(array)
    prefix = "" if array.dtype == np.float64 else f"{array.dtype} "
    if not 0 < array.size <= SHOWN:
        return prefix + shape_text(array.shape)
    if array.ndim < 3:
        return prefix + _nested_text(array)
    one = array.shape[:2] == (1, 1)
    if not one or axes:
        prefix += shape_text(array.shape) + " "
    return prefix + _nested_text(array[0, 0] if one else array)


def _nested_text(array):
    if array.ndim == 0:
        return number_text(array)
    entries = ", ".join(map(_nested_text, array))
    if isinstance(array, Tuple):
        return f"({entries},)" if len(array) == 1 else f"({entries})"
    return f"[{entries}]"


def value_text(value, **options):
    """Write an argument of any kind."""
    return array_text(value, **options) if isinstance(value, np.ndarray) else str(value)
