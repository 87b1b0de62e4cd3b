"""Is this gradient right? Compare it with slopes that are measured, not derived; if it is wrong, say how.

A slope is measured along random directions v: by a complex step, the imaginary part of f(x + i h v) / h,
where the code lets complex numbers through, else by central differences, (f(x + h v) - f(x - h v)) / 2h.
"""

import copy
import math
from dataclasses import replace

import numpy as np

from ..geometry import as_float, as_real
from .diagnosis import examine
from .evidence import Claim
from .passes import Passes
from .report import Finding, GradientReport
from .slopes import Slopes, deviation, number
from .tensors import as_arrays


def relative_error(a, b):
    """Measure the largest difference by the largest entry: max abs(a - b) / max(abs(a), abs(b)).

    Parameters
    ----------
    a, b : ndarray

    Returns
    -------
    float
        0.0 for two arrays of zeros; inf where the shapes differ; NaN where an entry is NaN or infinite.

    Raises
    ------
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    >>> relative_error([1, 100], [1, 80]), relative_error(1e-9, 2e-9), relative_error([0, 0], [0])
    (0.2, 0.5, inf)
    """
    return deviation(as_float("a", a), as_float("b", b))


def directional_check(f, x, gradient, rng, *, directions=8):
    """Walk a little in random directions v and ask whether f rises as foretold, by the sum of gradient * v.

    A direction asks about all entries at once, so that a few of them find any wrong entry, for two calls of f
    each.

    Parameters
    ----------
    f : callable
        Takes an array like x, returns a scalar.
    x, gradient : ndarray, of one shape
    rng : numpy.random.Generator
    directions : int

    Returns
    -------
    float
        The `relative_error` between the slopes foretold and those measured, in float64: by complex steps
        where these agree with central differences, else by central differences. inf where the shapes differ.

    Raises
    ------
    ValueError
        For fewer than one direction, or an f that returns an array.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    >>> def f(x):
    ...     return np.sum(x**2)
    >>> x, rng = np.array([1.0, -3.0]), np.random.default_rng(0)
    >>> directional_check(f, x, 2 * x, rng) < 1e-12, round(directional_check(f, x, 4 * x, rng), 6)
    (True, 0.5)
    """
    x, gradient = as_real("x", x), as_float("gradient", gradient)
    if directions < 1:
        raise ValueError(f"directions is {directions}, but it must be at least 1")
    if gradient.shape != x.shape:
        return math.inf
    slopes = Slopes(lambda point: number(f, point.reshape(x.shape)), x.ravel(), 1.0, rng)
    answers = [slopes.ask() for _ in range(directions)]
    foretold = [np.sum(gradient.ravel() * v) for v, _ in answers]
    return deviation([tangent for _, tangent in answers], foretold)


def check_gradient(forward, backward, inputs, rng, *, names=None, tolerance=None, directions=8):
    """Check a backward function against its forward function, in float64, with a random upstream gradient.

    The upstream gradient dy turns the output into one number, the sum of dy * y, whose slopes along random
    directions must be what the gradients say. It must be random: a dy of ones forgives many mistakes.

    Parameters
    ----------
    forward : callable
        ``forward(*inputs) -> y``.
    backward : callable
        ``backward(dy, *inputs)`` -> the gradients in the order of the inputs; for one input also the bare
        array. None, for functions of PyTorch or JAX, is the library's own differentiation.
    inputs : sequence of ndarray
        Away from kinks, such as a relu's 0, where a function has no slope. Tensors of PyTorch or arrays of
        JAX, if forward and backward are functions of these.
    rng : numpy.random.Generator
    names : sequence of str, optional
        The inputs' names; "x", "weight", "bias" unless told.
    tolerance : float, optional
        What a relative error may be: by default 1e-12 by complex step, 1e-8 by central differences.
        Differences that rounding alone explains are below it.
    directions : int
        How many random directions to walk in: all inputs at once, and if that shows an error, in each input
        alone. One that crosses a kink makes way for another.

    Returns
    -------
    GradientReport
        With `ok`, `worst`, `where`, `diagnosis` and `patterns`; it prints as text, and `plot` draws it.

    Raises
    ------
    ValueError
        Where names or gradients are not as many as inputs, the tolerance is not positive, or there are fewer
        than one direction.
    TypeError
        For what is not an array of real numbers.

    References
    ----------
    Griewank and Walther (2008), Evaluating Derivatives.

    Examples
    --------
    >>> def square_backward(dy, x):
    ...     return dy * x  # forgets the 2
    >>> report = check_gradient(np.square, square_backward, [np.array([3.0])], np.random.default_rng(0))
    >>> report.ok, report.where, round(report.worst, 6)
    (False, 'dx[0]', 0.5)
    """
    names = ("x", "weight", "bias")[: len(inputs)] if names is None else tuple(names)
    if not len(inputs) or len(names) != len(inputs):
        raise ValueError(f"there are {len(inputs)} inputs, but {len(names)} names: {', '.join(names)}")
    if tolerance is not None and not tolerance > 0:
        raise ValueError(f"tolerance is {tolerance}, but it must be positive")
    if directions < 1:
        raise ValueError(f"directions is {directions}, but it must be at least 1")
    forward, backward, inputs = as_arrays(forward, backward, inputs)
    passes = Passes(
        forward, backward, [as_real(n, a) for n, a in zip(names, inputs, strict=True)], names, rng
    )
    slopes = passes.slopes(tolerance)
    claims = [
        Claim(f"d{name}", gradient, array.shape, start, slopes)
        for gradient, (name, start, array) in zip(passes.gradients, passes.parts(), strict=True)
    ]
    findings = together(slopes, claims, directions) or one_by_one(slopes, claims, passes, directions)
    return GradientReport(
        (*findings, *passes.mutations()),
        slopes.method,
        slopes.tolerance,
        slopes.redrawn,
        slopes.doubt / (slopes.size or 1),
    )


def check_layer(layer, x, rng, *, tolerance=None, directions=8):
    """Check a layer's backward pass: the gradients of its input and of all its parameters.

    The layer is copied for every call, so that it stays as it is, and dropout drops the same units each time.

    Parameters
    ----------
    layer : object
        With ``forward(x, train=True)``, ``backward(dy)``, and the dicts ``parameters`` and ``gradients``.
    x : ndarray
        Away from kinks.
    rng : numpy.random.Generator
    tolerance, directions
        As in `check_gradient`.

    Returns
    -------
    GradientReport

    Raises
    ------
    ValueError
        Where gradients and parameters have different keys, and as in `check_gradient`.
    TypeError
        For what is not an array of real numbers.

    Examples
    --------
    >>> class Scale:
    ...     def __init__(self):
    ...         self.parameters = {"weight": np.array(3.0)}
    ...
    ...     def forward(self, x, *, train=False):
    ...         self.x = x
    ...         return self.parameters["weight"] * x
    ...
    ...     def backward(self, dy):
    ...         self.gradients = {"weight": np.sum(dy * self.x)}
    ...         return self.parameters["weight"] * dy
    >>> check_layer(Scale(), np.array([1.0, -2.0]), np.random.default_rng(0)).diagnosis
    'Right: dx, dweight.'
    """
    names = tuple(layer.parameters)

    def run(x, values):
        twin = copy.deepcopy(layer)
        for name, value in zip(names, values, strict=True):
            twin.parameters[name] = value
        return twin, twin.forward(x, train=True)

    def forward(x, *values):
        return run(x, values)[1]

    def backward(dy, x, *values):
        twin, _ = run(x, values)
        dx = twin.backward(dy)
        if set(twin.gradients) != set(names):
            raise ValueError(f"gradients has the keys {list(twin.gradients)}, but parameters {list(names)}")
        return dx, *(twin.gradients[name] for name in names)

    inputs = (x, *layer.parameters.values())
    options = dict(names=("x", *names), tolerance=tolerance, directions=directions)
    report = check_gradient(forward, backward, inputs, rng, **options)
    return replace(report, adjoint=adjoint_gap(forward, backward, inputs, rng))


def together(slopes, claims, directions):
    """Move all inputs at once: if the claims foretell every slope, all are right, else nothing is known."""
    if not all(claim.gradient.shape == claim.shape for claim in claims):
        return None
    measured, parts = [], []
    for _ in range(directions):
        v, tangent = slopes.ask()
        measured.append(slopes.slope(tangent))
        parts.append([np.vdot(claim.gradient, v[claim.places]) for claim in claims])
    parts = np.array(parts)  # (directions, claims)
    missing = float(np.abs(measured - parts.sum(axis=1)).max())
    sizes = [max(float(size), slopes.floor) for size in np.abs(parts).max(axis=0)]
    errors = [missing / size if size else math.inf if missing else 0.0 for size in sizes]
    if not all(error <= slopes.tolerance for error in errors):
        return None
    return [Finding(claim.name, error, claim.name) for claim, error in zip(claims, errors, strict=True)]


def one_by_one(slopes, claims, passes, directions):
    """Move one input at a time, and examine each gradient."""

    def ask():
        return [claim.ask(directions) if claim.gradient.shape == claim.shape else None for claim in claims]

    evidence = ask()
    if slopes.method == "complex step" and not all(map(confirmed, claims, evidence)):
        slopes.use("central differences")
        for claim in claims:
            claim.floor = slopes.floor
        evidence = ask()
    return [examine(*pair, passes, i) for i, pair in enumerate(zip(claims, evidence, strict=True))]


def confirmed(claim, evidence):
    """Before a claim is called wrong: whether central differences agree with the complex steps against it."""
    if evidence is None or claim.error(evidence) <= claim.slopes.tolerance:
        return True
    for direction, exact in list(zip(evidence.directions, evidence.tangents, strict=True))[:4]:
        v = np.zeros(claim.slopes.point.size)
        v[claim.places] = direction.ravel()
        rough, _, crossing = claim.slopes.richardson(v)
        if not np.any(crossing):
            return not np.abs(exact - rough).max(initial=0) > 1e-6 * np.abs(rough).max(initial=0)
    return True


def adjoint_gap(forward, backward, inputs, rng):
    """Measure the gap between <f(x) - f(0), dy> and <x, dx> if f is linear in the first input, else None."""
    x, *rest = [np.array(a, np.float64) for a in inputs]
    a, b = (rng.standard_normal(x.shape) for _ in range(2))

    def f(x):
        return np.array(forward(x.copy(), *(r.copy() for r in rest)))

    with np.errstate(all="ignore"):  # f need not be defined everywhere
        zero, fa, fb, both = f(np.zeros_like(x)), f(a), f(b), f(a + b)
        if not deviation(both - zero, (fa - zero) + (fb - zero)) <= 1e-9:
            return None
    dy = rng.standard_normal(fa.shape)
    gradients = backward(dy.copy(), a.copy(), *(r.copy() for r in rest))
    dx = np.asarray(gradients[0] if isinstance(gradients, (tuple, list)) else gradients)
    if dx.shape != x.shape:
        return math.inf
    terms = (fa - zero) * dy
    size = max(np.linalg.norm(terms), np.linalg.norm(a * dx))
    return float(abs(terms.sum() - np.sum(a * dx)) / size) if size else 0.0
