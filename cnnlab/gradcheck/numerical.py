"""Slopes entry by entry: nudge each number, and watch what comes out.

A central difference is (f(x + h) - f(x - h)) / 2h; a complex step the imaginary part of f(x + ih) / h, which
subtracts nothing and so loses no digits, but needs code that lets complex numbers through.
"""

import numpy as np

from ..geometry import as_float, as_real
from .slopes import number


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
    x = as_real("x", x)
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
