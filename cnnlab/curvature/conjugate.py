"""Solve A x = b where A can be seen through its products alone: conjugate gradients.

x = A^-1 b is the lowest point of the bowl x'Ax / 2 - b'x. Steepest descent zigzags down; directions that are
conjugate, p'Aq = 0, undo nothing of what earlier ones have done, and n of them reach the bottom.
"""

import numbers
from dataclasses import dataclass

import numpy as np

from ..geometry import as_real
from .vectors import pack, read, unpack

__all__ = ["Solution", "conjugate_gradient"]


@dataclass(frozen=True)
class Solution:
    """Where conjugate gradients came to, and why they stopped there.

    Attributes
    ----------
    x : like b
    iterations : int
        Steps taken.
    values : list of float
        The bowl x'Ax / 2 - b'x, damping included: at the start and after each step. It falls.
    residual : float
        The length of b - A x.
    stopped : {"residual", "progress", "negative curvature", "iterations"}
        The residual is small enough; the last steps have gained too little; the next direction p has
        p'Ap <= 0, so that there is no lowest point; or there were no more steps to take.
    direction : like b, or None
        That direction of negative curvature.
    """

    x: object
    iterations: int
    values: list
    residual: float
    stopped: str
    direction: object = None


def conjugate_gradient(
    product,
    b,
    *,
    x0=None,
    damping=0.0,
    preconditioner=None,
    tolerance=1e-10,
    progress=0.0,
    max_iterations=None,
):
    """Solve (A + damping) x = b for a symmetric A, each step along a direction that spoils no earlier one.

    Parameters
    ----------
    product : callable
        From v to A v, both like b.
    b : ndarray of any shape, or mapping of str to ndarray
    x0 : like b, optional
        Where to start; 0 if not given.
    damping : float
        Added to the diagonal of A.
    preconditioner : callable, optional
        From r to M^-1 r, where M is like A + damping, but easily inverted.
    tolerance : float
        The length of b - A x, by that of b, at which to stop.
    progress : float
        Stop when the last k steps, k = max(10, 0.1 times all steps), have lowered the bowl by less than k
        times this share of its depth. Martens takes 0.0005; 0 goes on.
    max_iterations : int, optional
        As many as b has entries, if not given: without rounding, that is enough.

    Returns
    -------
    Solution
        With x, iterations, values, residual, stopped and direction.

    Raises
    ------
    ValueError
        Where an argument breaks its rule, or x0 or a product has another shape than b.
    TypeError
        For what is not an array of real numbers.

    References
    ----------
    Hestenes and Stiefel (1952), Methods of conjugate gradients for solving linear systems. Martens (2010),
    Deep learning via Hessian-free optimization.

    Examples
    --------
    >>> A = np.array([[2.0, 1], [1, 3]])
    >>> solution = conjugate_gradient(lambda v: A @ v, np.array([3.0, 4]))
    >>> solution.x.round(12), solution.iterations, solution.stopped
    (array([1., 1.]), 2, 'residual')
    """
    check(damping=damping, tolerance=tolerance, progress=progress)
    right = as_real("b", pack(b))
    steps = right.size if max_iterations is None else max_iterations
    if not isinstance(steps, numbers.Integral) or steps < 0:
        raise ValueError(f"max_iterations is {steps!r}, but it must be an int of at least 0")
    x = np.zeros_like(right) if x0 is None else pack(read("x0", x0, b, "b"))

    def A(v):
        return pack(read("the product", product(unpack(v, b)), b, "b")) + damping * v

    def preconditioned(r):
        return r if preconditioner is None else pack(read("M^-1 r", preconditioner(unpack(r, b)), b, "b"))

    r = right if x0 is None else right - A(x)  # what is left of b
    z = p = preconditioned(r)
    values, direction = [bowl(x, r, right)], None
    while not (stopped := why_stop(r, right, values, tolerance, progress, steps)):
        Ap = A(p)
        curvature = p @ Ap
        if curvature <= 0:
            stopped, direction = "negative curvature", unpack(p, b)
            break
        alpha, old = (r @ z) / curvature, r @ z
        x, r = x + alpha * p, r - alpha * Ap
        z = preconditioned(r)
        p = z + (r @ z) / old * p
        values.append(bowl(x, r, right))
    residual = float(np.linalg.norm(r))
    return Solution(unpack(x, b), len(values) - 1, values, residual, stopped, direction)


def bowl(x, r, b):
    """The height x'Ax / 2 - b'x, of which r = b - A x knows the first part."""
    return float(-(x @ (r + b)) / 2)


def why_stop(r, b, values, tolerance, progress, steps):
    """Name the reason to stop; None if there is none."""
    if np.linalg.norm(r) <= tolerance * np.linalg.norm(b):
        return "residual"
    i = len(values) - 1
    k = max(10, i // 10)
    if i > k and values[-1 - k] - values[-1] < -k * progress * values[-1]:
        return "progress"
    return "iterations" if i >= steps else None


def check(**named):
    """Hold that numbers are at least 0."""
    for name, value in named.items():
        if not isinstance(value, numbers.Real) or not 0 <= value < np.inf:
            raise ValueError(f"{name} is {value!r}, but it must be a number of at least 0")
