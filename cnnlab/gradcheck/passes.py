"""A forward and a backward function at one point: what they say, and whether they leave it as it is."""

import math

import numpy as np

from ..geometry import as_float, as_real
from .report import Finding
from .slopes import Slopes, jittered


class Passes:
    """Both functions, which only ever see copies of the inputs, and what they answered at these.

    Attributes
    ----------
    y, dy : ndarray
        The output, and a random upstream gradient.
    gradients : list of ndarray of float64
    dtypes : list of dtype
        Of the gradients as they came.
    """

    def __init__(self, forward, backward, inputs, names, rng):
        self.run, self.derive, self.names, self.rng = forward, backward, names, rng
        self.inputs = [a.astype(np.float64) for a in inputs]
        self.ends = np.cumsum([a.size for a in self.inputs])
        self.point = np.concatenate([a.ravel() for a in self.inputs])  # all inputs, laid end to end
        self.changed = []  # (who, name, array before, array after)
        given = self.cut(self.point.copy())
        self.y = as_float("y", np.array(forward(*given)))  # a copy: it may be the input itself
        self.notice("forward", given)
        self.dy = rng.standard_normal(self.y.shape)
        self.dtypes = []
        self.gradients = self.backward(self.dy, self.notice)

    def cut(self, point):
        """Cut a long vector into the inputs, which are views of it."""
        parts = zip(np.split(point, self.ends[:-1]), self.inputs, strict=True)
        return [part.reshape(a.shape) for part, a in parts]

    def parts(self):
        """List the inputs: (name, where it begins in the long vector, array)."""
        starts = self.ends - [a.size for a in self.inputs]
        return list(zip(self.names, (int(s) for s in starts), self.inputs, strict=True))

    def forward(self, point):
        """The output at a point that may be written to."""
        return np.asarray(self.run(*self.cut(point)))

    def forward_again(self):
        """The output, computed once more."""
        return self.forward(self.point.copy())

    def backward(self, dy, notice=None, point=None):
        """The gradients at the point, or another, for an upstream gradient."""
        given, own = self.cut((self.point if point is None else point).copy()), dy.copy()
        answers = self.derive(own, *given)
        answers = answers if isinstance(answers, (tuple, list)) else (answers,)
        if len(answers) != len(self.inputs):
            raise ValueError(
                f"backward returned {len(answers)} gradients for {len(self.inputs)} inputs: "
                f"{', '.join(self.names)}"
            )
        answers = [as_array(f"d{name}", a) for name, a in zip(self.names, answers, strict=True)]
        if notice:
            notice("backward", given, own)
            self.dtypes = [a.dtype for a in answers]
        return [np.array(a, np.float64) for a in answers]

    def notice(self, who, given, dy=None):
        """Keep in mind which arrays a function has changed."""
        pairs = list(zip(self.names, self.inputs, given, strict=True))
        for name, before, after in [*pairs, *([("dy", self.dy, dy)] if dy is not None else [])]:
            if not np.array_equal(before, after, equal_nan=True):
                self.changed.append((who, name, before, after))

    def rounded_otherwise(self):
        """The gradients where every number at the point, and of dy, is rounded another way."""
        return self.backward(jittered(self.dy, self.rng), point=jittered(self.point, self.rng))

    def mutations(self):
        """Report the arrays that were changed: a Finding for each."""
        for who, name, before, after in self.changed:
            differs = ~((before == after) | (np.isnan(before) & np.isnan(after)))
            index = tuple(int(i) for i in np.argwhere(differs)[0])
            where = f"{name}{list(index)}" if index else name
            yield Finding(
                name,
                math.inf,
                where,
                f"{who} changed {name}, which belongs to its caller: "
                f"{where} was {before[index]:.6g} and became {after[index]:.6g}.",
                "mutation",
            )

    def slopes(self, tolerance):
        """Slopes at the point, along directions as long as the inputs usually are."""
        scale = np.concatenate([np.full(a.size, usual_size(a)) for a in self.inputs])
        return Slopes(self.forward, self.point, self.dy, self.rng, y=self.y, scale=scale, tolerance=tolerance)


def as_array(name, array):
    """Read a gradient as an array of real numbers, its dtype as it is."""
    array = np.asarray(array)
    if np.iscomplexobj(array) and not np.any(array.imag):
        array = array.real  # computed with complex numbers, and none the worse
    as_real(name, array)
    return array


def usual_size(array):
    """The root of the mean square, or 1 where that says nothing."""
    size = math.sqrt(float(np.mean(array * array))) if array.size else 0.0
    return size if math.isfinite(size) and size > 0 else 1.0
