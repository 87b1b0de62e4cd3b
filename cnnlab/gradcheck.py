"""Is this gradient right? Compare it with slopes that are measured, not derived.

A slope is measured by a central difference, (f(x + h v) - f(x - h v)) / 2h, or by a complex step, the
imaginary part of f(x + i h v) / h, which subtracts nothing and so loses no digits, but needs code that lets
complex numbers through.
"""

import copy
import math
from dataclasses import dataclass

import numpy as np

from .geometry import as_float
from .slopes import Slopes, deviation, number, real

__all__ = [
    "GradientReport",
    "check_gradient",
    "check_layer",
    "complex_step_gradient",
    "directional_check",
    "numerical_gradient",
    "relative_error",
]


def numerical_gradient(f, x, *, method="central", step=None):
    """Nudge every entry of x and watch f.

    Parameters
    ----------
    f : callable
        Takes an array like x, returns a scalar. It is always given a copy: x itself is never written to.
    x : ndarray, any shape
    method : {"central", "forward"}
        (f(x + h) - f(x - h)) / 2h, whose error falls as h^2, or (f(x + h) - f(x)) / h, whose error falls as
        h, for half the calls.
    step : float, optional
        h, for all entries. By default eps^(1/3) for central and eps^(1/2) for forward differences, times |x|
        where that is above 1, eps being the precision of x's dtype: there truncation, h^2 or h, and rounding,
        eps / h, are about equal.

    Returns
    -------
    ndarray, like x

    Raises
    ------
    ValueError
        For an unknown method, a step that is not positive or too small to change x, or an f that returns an
        array.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    The slope of x^2 is 2x:

    >>> numerical_gradient(lambda x: np.sum(x**2), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    x = as_float("x", x)
    if method not in ("central", "forward"):
        raise ValueError(f'method is "{method}", but it must be "central" or "forward"')
    if step is None:
        step = np.finfo(x.dtype).eps ** (1 / 3 if method == "central" else 1 / 2) * np.maximum(1, np.abs(x))
    elif not step > 0:
        raise ValueError(f"step is {step}, but it must be positive")
    steps = np.broadcast_to(step, x.shape)
    gradient = np.empty_like(x)
    here = number(f, x.copy()) if method == "forward" else None
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += steps[index]
        if method == "central":
            behind[index] -= steps[index]
        run = ahead[index] - behind[index]  # what is left of the step after rounding
        if run == 0:
            raise ValueError(f"step is {steps[index]}: beside x{list(index)} = {x[index]} it is rounded away")
        gradient[index] = (number(f, ahead) - (number(f, behind) if here is None else here)) / run
    return gradient


def complex_step_gradient(f, x, *, step=1e-30):
    """Nudge every entry of x off the real line, and read the slope off the imaginary part.

    f(x + ih) = f(x) + ih f'(x) - h^2 f''(x) / 2 - ..., whose imaginary part is h f'(x) but for terms in h^3.
    Nothing is subtracted, so h can be tiny and the slope has all its digits.

    Parameters
    ----------
    f : callable
        Takes a complex array like x, returns a complex scalar; made of analytic functions, without abs, conj
        or casts to float. It is always given a copy.
    x : ndarray of float, any shape
    step : float
        h.

    Returns
    -------
    ndarray, like x

    Raises
    ------
    ValueError
        For a step that is not positive, or an f that returns an array.
    TypeError
        For what is not an array of real numbers, or an f that returns a real number.

    References
    ----------
    Squire and Trapp (1998), Using complex variables to estimate derivatives of real functions.

    Examples
    --------
    >>> complex_step_gradient(lambda x: np.sum(x**2), np.array([1.0, -3.0]))
    array([ 2., -6.])
    """
    x = real("x", x)
    if not step > 0:
        raise ValueError(f"step is {step}, but it must be positive")
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        nudged = x.astype(np.result_type(x, np.complex128))
        nudged[index] += 1j * step
        value = number(f, nudged)
        if not np.iscomplexobj(value):
            raise TypeError(f"f returned the real number {value} for a complex x: the step got lost")
        gradient[index] = value.imag / step
    return gradient


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
    x, gradient = real("x", x), as_float("gradient", gradient)
    if directions < 1:
        raise ValueError(f"directions is {directions}, but it must be at least 1")
    if gradient.shape != x.shape:
        return math.inf
    slopes = Slopes(lambda point: f(point.reshape(x.shape)), x.ravel(), rng)
    return deviation(*slopes.compare(gradient.ravel(), np.arange(x.size), directions))


@dataclass(frozen=True)
class GradientReport:
    """What a gradient check found, readable as text and in a notebook.

    Attributes
    ----------
    findings : tuple of Finding
        One for each gradient: its name, error, where and remark.
    method : str
        How slopes were measured: "complex step" or "central differences".
    tolerance : float
        What an error may be.
    """

    findings: tuple
    method: str
    tolerance: float

    @property
    def worst(self):
        """The largest relative error."""
        return max(self.findings, key=severity).error

    @property
    def ok(self):
        """Whether every gradient is right."""
        return self.worst <= self.tolerance

    @property
    def where(self):
        """The gradient with the largest error; if it is wrong, one wrong entry, as "dweight[0, 1]"."""
        return max(self.findings, key=severity).where

    @property
    def diagnosis(self):
        """What is right, and then what is wrong, in words."""
        right = [found.name for found in self.findings if not found.remark]
        wrong = [found.remark for found in self.findings if found.remark]
        return " ".join([f"Right: {', '.join(right)}."] * bool(right) + wrong)

    def __str__(self):
        width = max(len(found.name) for found in self.findings)
        rows = [f"  {found.name:{width}}  {found.error:.1e}  {found.verdict}" for found in self.findings]
        return "\n".join([self.title, *rows, self.diagnosis])

    def _repr_html_(self):
        from html import escape  # here, for it takes a millisecond of `import cnnlab`

        head = "<tr><th>gradient</th><th>relative error</th><th>verdict</th></tr>"
        rows = "".join(
            f"<tr><td>{escape(found.name)}</td><td>{found.error:.1e}</td><td>{found.verdict}</td></tr>"
            for found in self.findings
        )
        table = f"<table><caption>{self.title}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"
        return f"{table}<p>{escape(self.diagnosis)}</p>"

    @property
    def title(self):
        """How it was checked."""
        return f"Gradient check by {self.method}, tolerance {self.tolerance:g}"


def check_gradient(forward, backward, inputs, rng, *, names=None, tolerance=None):
    """Check a backward function against its forward function, in float64, with a random upstream gradient.

    The upstream gradient dy turns the output into one number, the sum of dy * y, whose slopes along random
    directions must be what the gradients say. It must be random: a dy of ones forgives many mistakes.

    Parameters
    ----------
    forward : callable
        ``forward(*inputs) -> y``.
    backward : callable
        ``backward(dy, *inputs)`` -> the gradients in the order of the inputs; for one input also the bare
        array.
    inputs : sequence of ndarray
        Away from kinks, such as a relu's 0, where a function has no slope.
    rng : numpy.random.Generator
    names : sequence of str, optional
        The inputs' names; "x", "weight", "bias" unless told.
    tolerance : float, optional
        What a relative error may be: by default 1e-9 by complex step, 1e-6 by central differences.
        Differences that rounding alone explains are below it.

    Returns
    -------
    GradientReport

    Raises
    ------
    ValueError
        Where names or gradients are not as many as inputs, or the tolerance is not positive.
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
    if not inputs or len(names) != len(inputs):
        raise ValueError(f"there are {len(inputs)} inputs, but {len(names)} names: {', '.join(names)}")
    if tolerance is not None and not tolerance > 0:
        raise ValueError(f"tolerance is {tolerance}, but it must be positive")
    inputs = [real(name, a).astype(np.float64) for name, a in zip(names, inputs, strict=True)]
    point = np.concatenate([a.ravel() for a in inputs])  # all inputs, laid end to end
    ends = np.cumsum([a.size for a in inputs])

    def cut(point):
        parts = zip(np.split(point.copy(), ends[:-1]), inputs, strict=True)
        return [part.reshape(a.shape) for part, a in parts]

    y = forward(*cut(point))
    dy = rng.standard_normal(np.shape(y))
    gradients = backward(dy, *cut(point))
    gradients = gradients if isinstance(gradients, (tuple, list)) else (gradients,)
    if len(gradients) != len(inputs):
        raise ValueError(
            f"backward returned {len(gradients)} gradients for {len(inputs)} inputs: {', '.join(names)}"
        )

    def loss(point):
        return np.sum(dy * forward(*cut(point)))

    slopes = Slopes(loss, point, rng, size=np.abs(dy * y).sum(), tolerance=tolerance)
    findings = [
        examine(slopes, f"d{name}", as_float(f"d{name}", gradient), a.shape, end - a.size)
        for name, gradient, a, end in zip(names, gradients, inputs, ends, strict=True)
    ]
    return GradientReport(tuple(findings), slopes.method, slopes.tolerance)


def check_layer(layer, x, rng):
    """Check a layer's backward pass: the gradients of its input and of all its parameters.

    The layer is copied for every call, so that it stays as it is, and dropout drops the same units each time.

    Parameters
    ----------
    layer : object
        With ``forward(x, train=True)``, ``backward(dy)``, and the dicts ``parameters`` and ``gradients``.
    x : ndarray
        Away from kinks.
    rng : numpy.random.Generator

    Returns
    -------
    GradientReport

    Raises
    ------
    ValueError
        Where gradients and parameters have different keys.
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

    return check_gradient(forward, backward, (x, *layer.parameters.values()), rng, names=("x", *names))


@dataclass(frozen=True)
class Finding:
    """What was found about one gradient; a remark only if it is wrong."""

    name: str
    error: float
    where: str
    remark: str = ""

    @property
    def verdict(self):
        """The finding in a word."""
        return "wrong" if self.remark else "right"


def severity(finding):
    """Order findings by their error, NaN above all."""
    return math.inf if math.isnan(finding.error) else finding.error


def examine(slopes, name, gradient, shape, start):
    """Check the gradient of one input, which begins at start in the long vector and has this shape there."""
    if gradient.shape != shape:
        remark = f"{name} has shape {gradient.shape}, but {name[1:]} has shape {shape}."
        return Finding(name, math.inf, name, remark)
    flat, places = gradient.ravel(), np.arange(start, start + gradient.size)
    measured, foretold = slopes.compare(flat, places)
    error = deviation(measured, foretold, slopes.floor)
    if error <= slopes.tolerance:
        return Finding(name, error, name)
    place = slopes.locate(flat, places)
    index = [int(i) for i in np.unravel_index(place - start, shape)]
    where = f"{name}{index}" if index else name
    slope = slopes.along(np.arange(slopes.point.size) == place)
    remark = f"{where} is {flat[place - start]:.6g}, but the slope there is {slope:.6g}."
    factor = np.sum(measured * foretold) / np.sum(measured * measured) if np.any(measured) else np.nan
    if gradient.size > 1 and deviation(factor * measured, foretold, slopes.floor) <= slopes.tolerance:
        remark += f" All of {name} is {factor:.6g} times what it should be."
    return Finding(name, error, where, remark)
