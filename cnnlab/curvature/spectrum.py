"""In which direction is the curvature largest? Two ways to ask a matrix that is seen through its products.

Both come with a certificate: a symmetric A has an eigenvalue no further from `value` than `residual`.
"""

import numbers
from dataclasses import dataclass

import numpy as np

from ..geometry import as_real
from .conjugate import check
from .vectors import pack, read, unpack

__all__ = ["Eigenpair", "lanczos", "power_iteration"]


@dataclass(frozen=True)
class Eigenpair:
    """An eigenvalue and its vector, nearly.

    Attributes
    ----------
    value : float
        v'Av.
    vector : like what was asked for
        v, of length 1.
    residual : float
        The length of A v - value * v: some eigenvalue is no further from value than that.
    products : int
        How many were made.
    """

    value: float
    vector: object
    residual: float
    products: int


def power_iteration(product, like, rng, *, tolerance=1e-6, max_iterations=1000):
    """Multiply a random vector again and again: what grows most, up or down, is soon all that is left.

    Parameters
    ----------
    product : callable
        From v to A v, both like `like`; A is symmetric.
    like : ndarray, or mapping of str to ndarray
        Of the shapes of v.
    rng : numpy.random.Generator
        Draws the first vector.
    tolerance : float
        The residual at which to stop, by abs(value).
    max_iterations : int

    Returns
    -------
    Eigenpair
        That of the largest abs(value).

    Raises
    ------
    ValueError
        Where an argument breaks its rule, or a product has another shape.
    TypeError
        For what is not an array of real numbers.

    References
    ----------
    von Mises and Pollaczek-Geiringer (1929), Praktische Verfahren der Gleichungsauflösung.

    Examples
    --------
    >>> pair = power_iteration(lambda v: np.array([2, -5]) * v, np.zeros(2), np.random.default_rng(0))
    >>> round(pair.value, 6), pair.residual < 1e-5
    (-5.0, True)
    """
    A, v = prepare(product, like, rng, tolerance, max_iterations)
    for products in range(1, max_iterations + 1):
        Av = A(v)
        value = v @ Av
        residual = np.linalg.norm(Av - value * v)
        if residual <= tolerance * abs(value) or products == max_iterations:
            return Eigenpair(float(value), unpack(v, like), float(residual), products)
        v = Av / np.linalg.norm(Av)


def lanczos(product, like, rng, *, tolerance=1e-6, max_iterations=100):
    """Look for the largest eigenvalue in all that the products so far have shown, not in the last alone.

    The vectors v, Av, AAv, ... span a space that soon holds the outermost eigenvectors. In an orthonormal
    basis of it, A is a small matrix with three diagonals, whose eigenvalues are at hand. The basis is made
    orthogonal anew at each step, for rounding forgets.

    Parameters
    ----------
    product, like, rng
        As in `power_iteration`.
    tolerance : float
        The residual at which to stop, by the largest abs(eigenvalue) so far.
    max_iterations : int
        As many vectors are kept.

    Returns
    -------
    Eigenpair
        That of the largest value, by sign: for the most negative, pass the negative product.

    Raises
    ------
    ValueError, TypeError
        As `power_iteration`.

    References
    ----------
    Lanczos (1950), An iteration method for the solution of the eigenvalue problem of linear differential and
    integral operators. Paige (1972), Computational variants of the Lanczos method for the eigenproblem.

    Examples
    --------
    >>> pair = lanczos(lambda v: np.array([2, -5]) * v, np.zeros(2), np.random.default_rng(0))
    >>> round(pair.value, 12), pair.products
    (2.0, 2)
    """
    A, v = prepare(product, like, rng, tolerance, max_iterations)
    basis, diagonal, beside = np.empty((0, v.size), v.dtype), [], []
    for products in range(1, min(max_iterations, v.size) + 1):
        basis = np.vstack([basis, v])
        rest = A(v)
        diagonal.append(v @ rest)
        for _ in range(2):  # twice is enough
            rest = rest - basis.T @ (basis @ rest)
        length = np.linalg.norm(rest)
        values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
        residual = length * abs(vectors[-1, -1])
        if residual <= tolerance * np.abs(values).max() or products == min(max_iterations, v.size):
            vector = unpack(basis.T @ vectors[:, -1].astype(v.dtype), like)
            return Eigenpair(float(values[-1]), vector, float(residual), products)
        beside.append(length)
        v = rest / length


def prepare(product, like, rng, tolerance, max_iterations):
    """Check the arguments; return the product of flat vectors, and a random one of length 1."""
    check(tolerance=tolerance)
    if not isinstance(max_iterations, numbers.Integral) or max_iterations < 1:
        raise ValueError(f"max_iterations is {max_iterations!r}, but it must be an int of at least 1")
    flat = as_real("like", pack(like))
    if not flat.size:
        raise ValueError("like has no entries, and so a matrix of its size no eigenvalues")
    v = rng.standard_normal(flat.size).astype(flat.dtype)

    def A(v):
        return pack(read("the product", product(unpack(v, like)), like, "like"))

    return A, v / np.linalg.norm(v)
