"""How steep is f at a point? Slopes along any direction, measured as exactly as f allows."""

import math
import warnings

import numpy as np

EPS, SINGLE = (float(np.finfo(kind).eps) for kind in (np.float64, np.float32))
TINY = 2.0**-100  # the complex step: its square is lost beside 1
TRIES = 24  # directions to draw until one crosses no kink
DEFAULTS = {"complex step": 1e-12, "central differences": 1e-8}


class Slopes:
    """The slopes of the sum of dy * f at a point, a vector, in directions v.

    By complex step where f allows it, else by central differences, twice, with a step and its half, from
    which Richardson's rule removes the error in h^2. f allows a complex step where both ways agree on a
    random direction: a cast, an abs or a conj on the way makes them differ.

    Attributes
    ----------
    method : str
    tolerance : float
        What a relative error may be.
    floor : float
        From this size on, rounding is within the tolerance: smaller slopes are measured by this size.
    step : float
        Of central differences, beside an entry of usual size.
    doubt, size : float
        The largest error that Richardson's rule has estimated so far, and the largest slope.
    redrawn : int
        How many directions have crossed a kink.
    """

    def __init__(self, f, point, dy, rng, *, y=None, scale=None, tolerance=None):
        self.f, self.point, self.dy, self.rng = f, point.astype(np.float64), dy, rng
        self.y = np.asarray(f(self.point)) if y is None else y
        self.usual = np.ones(point.size) if scale is None else scale  # size of each entry
        self.scale = self.usual  # of directions
        self.redrawn, self.wanted, self.tries, self.method = 0, tolerance, TRIES, None
        short = self.y.dtype in (np.float16, np.float32)  # forward has cast what it was given
        self.grain(float(np.finfo(self.y.dtype).eps) if short else EPS)
        self.use("complex step" if self.allows_complex() else "central differences")

    def grain(self, eps):
        """Take y to be rounded to this share of it."""
        self.eps, self.step = eps, 2.0 ** round(math.log2(eps) / 3)
        if self.method:
            self.use(self.method)

    def use(self, method):
        """Measure in this way from now on."""
        self.method, self.doubt, self.size = method, 0.0, 0.0
        # a step must be seen beside its entry; longer than 1 it would enlarge the roundings of small slopes
        self.scale = np.minimum(self.usual, 1) if method == "complex step" else self.usual
        self.tolerance = DEFAULTS[method] if self.wanted is None else self.wanted
        rounding = 40 * self.eps / (1 if method == "complex step" else self.step)
        self.floor = rounding * float(np.linalg.norm(self.dy * np.real(self.y))) / self.tolerance

    def allows_complex(self):
        """Whether a complex step and central differences agree, here or, should here be a kink, nearby."""
        for shift in (0, 2.0**-6):
            here = self.point + shift * self.draw()
            v = self.draw()
            with warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                try:
                    exact = self.complex_step(v, here)
                except Exception:  # whatever code says that does not know complex numbers, or drops them
                    return False
            if shift == 0:
                rough, smooth = self.difference(v, self.step, here), True
            else:
                rough, _, crossing = self.richardson(v, here=here)
                smooth = ~crossing
            rounding = 16 * self.eps / self.step * np.abs(self.y).max(initial=0)
            allowed = 1e-6 * np.abs(rough).max(initial=0) + rounding
            if np.shape(exact) != np.shape(rough) or np.mean(smooth) < 0.5:
                continue
            if not np.any((np.abs(exact - rough) > allowed) & smooth):
                return True
        return False

    def draw(self, places=slice(None)):
        """Draw a random direction over some places."""
        v = np.zeros(self.point.size)
        v[places] = self.rng.standard_normal(self.point.size)[places]
        return v * self.scale

    def complex_step(self, v, here=None):
        """How y answers to v, shape of y: from a step off the real line."""
        return np.imag(self.f((self.point if here is None else here) + 1j * TINY * v)) / TINY

    def difference(self, v, h, here=None):
        """How y answers to v: from a step ahead and a step back."""
        here = self.point if here is None else here
        return (self.f(here + h * v) - self.f(here - h * v)) / (2 * h)

    def richardson(self, v, shorter=1, here=None):
        """How y answers to v, by two central differences; the error's estimate; where y crosses a kink.

        Beyond a kink the ways ahead and back, or the two steps, disagree by more than the roundings of y and
        the term in h^2 explain.
        """
        h, y = self.step / shorter, self.y if here is None else self.f(here.copy())
        here = self.point if here is None else here
        ahead, behind, near, back = (self.f(here + step * v) for step in (h, -h, h / 2, -h / 2))
        coarse, fine = (ahead - behind) / (2 * h), (near - back) / h
        bend = ((ahead + behind) - 4 * (near + back) + 6 * y) / h  # nothing where y is smooth
        rounding = 64 * self.eps / h * np.abs(y).max(initial=0)
        allowed = 1e-8 * np.abs(fine).max(initial=0) + rounding
        best, left = (4 * fine - coarse) / 3, (fine - coarse) / 3
        crossing = np.abs(coarse - fine) > allowed
        if np.any(crossing):  # unless it is a mere curve: then a third step divides the error by four again
            finer = (self.f(here + h / 4 * v) - self.f(here - h / 4 * v)) / (h / 2)
            off = np.abs(coarse - fine - 4 * (fine - finer))
            crossing &= off > 0.1 * np.abs(coarse - fine) + 16 * rounding
            left = (4 * finer - fine) / 3 - best
        crossing |= np.abs(bend) > 8 * allowed
        error = np.abs(np.sum(self.dy * left))
        error += np.sum(np.abs(self.dy * crossing) * (np.abs(coarse - fine) + np.abs(bend)))
        return best, float(error), crossing

    def tangent(self, v):
        """How y answers to v, shape of y, in the way that was chosen; near a kink with shorter steps."""
        if self.method == "complex step":
            return self.complex_step(v)
        for shorter in (1, 16, 256):
            tangent, error, crossing = self.richardson(v, shorter)
            if not np.any(crossing):
                break
        self.doubt = max(self.doubt, error)
        return tangent

    def ask(self, places=slice(None)):
        """Draw a direction over some places, another one if it crosses a kink, and see how y answers."""
        if self.method == "complex step":
            v = self.draw(places)
            return v, self.complex_step(v)
        for attempt in range(self.tries):
            v = self.draw(places)
            tangent, error, crossing = self.richardson(v, shorter=1 if attempt < TRIES / 3 else 16)
            if not np.any(crossing):
                break
            if np.mean(crossing) > 0.5 and self.eps < SINGLE:  # no kinks: y has float32's digits only
                self.grain(SINGLE)
                return self.ask(places)
            self.redrawn += 1
        else:
            self.tries = 1  # the point itself is on a kink: no direction avoids it
        self.doubt = max(self.doubt, error)
        return v, tangent

    def slope(self, tangent):
        """The slope of the sum of dy * y, from how y answers."""
        slope = np.sum(self.dy * tangent)
        self.size = max(self.size, float(np.abs(slope)))
        return slope

    def jitter(self, directions):
        """How much slopes change when every number at the point is rounded otherwise: what they are worth."""
        here, slopes = self.point, []
        before = [self.slope(self.tangent(v)) for v in directions]
        try:
            for v in directions:
                self.point = jittered(here, self.rng)
                slopes.append(self.slope(self.tangent(v)))
        finally:
            self.point = here
        return float(np.abs(np.subtract(slopes, before)).max(initial=0))


def jittered(array, rng):
    """Change every number in its last digit."""
    return array * (1 + 2 * EPS * rng.integers(-1, 2, array.shape))


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
