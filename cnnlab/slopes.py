"""How steep is f at a point? Slopes along any direction, measured as exactly as f allows."""

import math
import warnings

import numpy as np

from .geometry import as_float

EPS = float(np.finfo(np.float64).eps)
STEP = EPS ** (1 / 3)  # of central differences


class Slopes:
    """The slopes of f at a point, a vector: by complex step where f allows it, else by central differences.

    f allows it where the two agree on a random direction: a cast, an abs or a conj on the way makes them
    differ. Slopes that are small beside the size of the terms that f adds up are known no better than
    rounding lets them be.
    """

    def __init__(self, f, point, rng, *, size=0.0, tolerance=None):
        self.f, self.point, self.rng = f, point.astype(np.float64), rng
        if self.allows_complex(rng.standard_normal(point.size)):
            self.method, self.along = "complex step", self.complex_step
            default, rounding = 1e-9, 10 * EPS
        else:
            self.method, self.along = "central differences", self.central_difference
            default, rounding = 1e-6, 10 * EPS / STEP
        self.tolerance = default if tolerance is None else tolerance
        self.floor = rounding * size / self.tolerance  # from this scale on, rounding is within the tolerance

    def allows_complex(self, v):
        """Whether a complex step and a central difference agree along v."""
        rough = self.central_difference(v)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
            try:
                return deviation(self.complex_step(v), rough) < 1e-3
            except Exception:  # whatever code says that does not know complex numbers
                return False

    def central_difference(self, v):
        """The slope along v from a step ahead and a step back."""
        h = STEP * np.abs(self.point[v != 0]).max(initial=1)
        return (number(self.f, self.point + h * v) - number(self.f, self.point - h * v)) / (2 * h)

    def complex_step(self, v):
        """The slope along v from a step off the real line."""
        return number(self.f, self.point + 1e-30j * v).imag / 1e-30

    def ask(self, gradient, places):
        """Measure the slope in a random direction over some places, and foretell it from their gradient."""
        v = np.zeros(self.point.size)
        v[places] = self.rng.standard_normal(len(places))
        return self.along(v), np.sum(gradient * v[places])

    def compare(self, gradient, places, directions=8):
        """Measure and foretell the slopes in several directions."""
        return np.transpose([self.ask(gradient, places) for _ in range(directions)])

    def locate(self, gradient, places):
        """Find a wrong entry by halving: keep the half whose slope is further from what was foretold."""
        while len(places) > 1:
            halves = list(zip(np.array_split(gradient, 2), np.array_split(places, 2), strict=True))
            misses = [abs(np.subtract(*self.ask(*half))) for half in halves]
            gradient, places = halves[int(np.argmax(misses))]
        return places[0]


def deviation(a, b, floor=0.0):
    """The largest difference by the largest entry, or by the floor if that is larger."""
    if np.shape(a) != np.shape(b):
        return math.inf
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, which is the answer
        difference, *sizes = (float(np.abs(values).max(initial=0)) for values in (np.subtract(a, b), a, b))
    return difference / max(*sizes, floor) if difference else 0.0


def number(f, x):
    """Call f and hold that it returns one number."""
    value = np.asarray(f(x))
    if value.shape != ():
        raise ValueError(f"f must return one number, but it returned an array of shape {value.shape}")
    return value[()]


def real(name, array):
    """Read an argument as an array of real floats."""
    array = as_float(name, array)
    if np.iscomplexobj(array):
        raise TypeError(f"{name} must be an array of real numbers, but its dtype is {array.dtype}")
    return array
