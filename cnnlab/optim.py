"""Which step lowers the loss? Eight update rules, each the answer to a fault of the one before.

Every rule is a pure function ``(parameter, gradient, state, **hyper) -> parameter, state`` for one array. The
state is None at first; whoever trains keeps what comes back for the next step, one state per parameter.
Rules, defaults and the places of eps are PyTorch's. ``decay`` adds ``decay * parameter`` to the gradient,
which pulls weights towards 0; it is meant for weights, not for biases.
"""

import math

import numpy as np

from .geometry import as_float

__all__ = ["adadelta", "adagrad", "adam", "adamw", "momentum", "nesterov", "rmsprop", "sgd"]


def sgd(parameter, gradient, state, *, lr=1e-3, decay=0.0):
    """Step against the gradient: w - lr * g.

    Parameters
    ----------
    parameter, gradient : ndarray, of one shape
    state : None
    lr, decay : float

    Returns
    -------
    parameter : ndarray
    state : None

    Raises
    ------
    ValueError
        Where the shapes differ, or a number is out of its range.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Robbins and Monro (1951), A stochastic approximation method.

    Examples
    --------
    >>> sgd([1.0, 2.0], [10.0, 0.0], None, lr=0.1)
    (array([0., 2.]), None)
    """
    parameter, gradient, lr = read(parameter, gradient, decay, lr=lr)
    return parameter - lr * gradient, state


def momentum(parameter, gradient, state, *, lr=1e-3, mu=0.9, decay=0.0):
    """Let a heavy ball roll, which damps the zigzag across a ravine: v = mu * v + g, then w - lr * v.

    Parameters
    ----------
    parameter, gradient : ndarray, of one shape
    state : ndarray or None
        The velocity v.
    lr, mu, decay : float

    Returns
    -------
    parameter, state : ndarray

    Raises
    ------
    ValueError, TypeError
        As `sgd`.

    References
    ----------
    Polyak (1964), Some methods of speeding up the convergence of iteration methods.

    Examples
    --------
    The same gradient twice: steps of 1 and 1.5.

    >>> w, v = momentum([0.0], [1.0], None, lr=1, mu=0.5)
    >>> momentum(w, [1.0], v, lr=1, mu=0.5)
    (array([-2.5]), array([1.5]))
    """
    parameter, gradient, lr, mu = read(parameter, gradient, decay, lr=lr, mu=mu)
    velocity = mu * past(state, parameter) + gradient
    return parameter - lr * velocity, velocity


def nesterov(parameter, gradient, state, *, lr=1e-3, mu=0.9, decay=0.0):
    """Look ahead along the roll before stepping: v = mu * v + g, then w - lr * (g + mu * v).

    Parameters
    ----------
    parameter, gradient : ndarray, of one shape
    state : ndarray or None
        The velocity v.
    lr, mu, decay : float

    Returns
    -------
    parameter, state : ndarray

    Raises
    ------
    ValueError, TypeError
        As `sgd`.

    References
    ----------
    Nesterov (1983), A method for solving the convex programming problem with convergence rate O(1/k^2).

    Examples
    --------
    The first step already counts the next roll: 1 + 0.5.

    >>> nesterov([0.0], [1.0], None, lr=1, mu=0.5)
    (array([-1.5]), array([1.]))
    """
    parameter, gradient, lr, mu = read(parameter, gradient, decay, lr=lr, mu=mu)
    velocity = mu * past(state, parameter) + gradient
    return parameter - lr * (gradient + mu * velocity), velocity


def adagrad(parameter, gradient, state, *, lr=1e-2, eps=1e-10, decay=0.0):
    """Divide each step by all that was felt before: s = s + g^2, then w - lr * g / (sqrt(s) + eps).

    Parameters
    ----------
    parameter, gradient : ndarray, of one shape
    state : ndarray or None
        The sum s of all squared gradients.
    lr, eps, decay : float

    Returns
    -------
    parameter, state : ndarray

    Raises
    ------
    ValueError, TypeError
        As `sgd`.

    References
    ----------
    Duchi, Hazan and Singer (2011), Adaptive subgradient methods for online learning.

    Examples
    --------
    A gradient of 3 and then 4: the second step is 4 / sqrt(9 + 16).

    >>> w, s = adagrad([0.0], [3.0], None, lr=1)
    >>> adagrad(w, [4.0], s, lr=1)
    (array([-1.8]), array([25.]))
    """
    parameter, gradient, lr, eps = read(parameter, gradient, decay, lr=lr, eps=eps)
    squares = past(state, parameter) + gradient * gradient
    return parameter - lr * gradient / (np.sqrt(squares) + eps), squares


def rmsprop(parameter, gradient, state, *, lr=1e-2, rho=0.99, eps=1e-8, decay=0.0):
    """Forget old gradients, so that steps need not die: s = rho * s + (1 - rho) * g^2, then as `adagrad`.

    Parameters
    ----------
    parameter, gradient : ndarray, of one shape
    state : ndarray or None
        The running mean s of squared gradients.
    lr, rho, eps, decay : float

    Returns
    -------
    parameter, state : ndarray

    Raises
    ------
    ValueError, TypeError
        As `sgd`.

    References
    ----------
    Tieleman and Hinton (2012), Lecture 6.5: rmsprop, Coursera.

    Examples
    --------
    3 / sqrt(0.25 * 9) = 2:

    >>> rmsprop([0.0], [3.0], None, lr=1, rho=0.75, eps=0)
    (array([-2.]), array([2.25]))
    """
    parameter, gradient, lr, rho, eps = read(parameter, gradient, decay, lr=lr, rho=rho, eps=eps)
    squares = rho * past(state, parameter) + (1 - rho) * gradient * gradient
    return parameter - lr * gradient / (np.sqrt(squares) + eps), squares


def adadelta(parameter, gradient, state, *, lr=1.0, rho=0.9, eps=1e-6, decay=0.0):
    """Measure steps in units of past steps: s as in `rmsprop`, step = g * sqrt(u + eps) / sqrt(s + eps).

    Parameters
    ----------
    parameter, gradient : ndarray, of one shape
    state : (ndarray, ndarray) or None
        The running means s of squared gradients and u of squared steps.
    lr, rho, eps, decay : float

    Returns
    -------
    parameter : ndarray
    state : (ndarray, ndarray)

    Raises
    ------
    ValueError, TypeError
        As `sgd`.

    References
    ----------
    Zeiler (2012), ADADELTA: an adaptive learning rate method.

    Examples
    --------
    s = 0.75 * 4 = 3, so the step is 2 * sqrt(1) / sqrt(3 + 1) = 1:

    >>> w, (s, u) = adadelta([0.0], [2.0], None, rho=0.25, eps=1)
    >>> w, s, u
    (array([-1.]), array([3.]), array([0.75]))
    """
    parameter, gradient, lr, rho, eps = read(parameter, gradient, decay, lr=lr, rho=rho, eps=eps)
    squares, steps = (past(mean, parameter) for mean in state or (None, None))
    squares = rho * squares + (1 - rho) * gradient * gradient
    step = gradient * np.sqrt((steps + eps) / (squares + eps))
    return parameter - lr * step, (squares, rho * steps + (1 - rho) * step * step)


def adam(parameter, gradient, state, *, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, decay=0.0):
    """Join momentum and `rmsprop`, both as true means from the first step on.

    m = beta1 * m + (1 - beta1) * g and v = beta2 * v + (1 - beta2) * g^2 start at 0 and are too small at
    first: the shares of t gradients sum to 1 - beta^t. So the step is lr * M / (sqrt(V) + eps) with M = m /
    (1 - beta1^t) and V = v / (1 - beta2^t).

    Parameters
    ----------
    parameter, gradient : ndarray, of one shape
    state : (int, ndarray, ndarray) or None
        Steps so far t, and the running means m and v.
    lr, beta1, beta2, eps, decay : float

    Returns
    -------
    parameter : ndarray
    state : (int, ndarray, ndarray)

    Raises
    ------
    ValueError, TypeError
        As `sgd`.

    References
    ----------
    Kingma and Ba (2015), Adam: a method for stochastic optimization.

    Examples
    --------
    The first step is lr in the direction of the gradient's sign, however large the gradient:

    >>> w, (t, m, v) = adam([0.0, 0.0], [4.0, -0.5], None, lr=0.25, beta1=0.5, beta2=0.75, eps=0)
    >>> w, t, m, v
    (array([-0.25,  0.25]), 1, array([ 2.  , -0.25]), array([4.    , 0.0625]))
    """
    hyper = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
    parameter, gradient, lr, beta1, beta2, eps = read(parameter, gradient, decay, **hyper)
    t, *means = state or (0, None, None)
    m, v = (past(mean, parameter) for mean in means)
    t, m, v = t + 1, beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient * gradient
    step = lr / (1 - beta1**t) * m / (np.sqrt(v) / math.sqrt(1 - beta2**t) + eps)
    return parameter - step, (t, m, v)


def adamw(parameter, gradient, state, *, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, decay=1e-2):
    """Shrink the weight itself instead of its gradient: w * (1 - lr * decay), then `adam`.

    Coupled decay passes through Adam's division, so that weights with large gradients hardly decay.

    Parameters
    ----------
    parameter, gradient : ndarray, of one shape
    state : (int, ndarray, ndarray) or None
        As in `adam`.
    lr, beta1, beta2, eps, decay : float

    Returns
    -------
    parameter : ndarray
    state : (int, ndarray, ndarray)

    Raises
    ------
    ValueError, TypeError
        As `sgd`.

    References
    ----------
    Loshchilov and Hutter (2019), Decoupled weight decay regularization.

    Examples
    --------
    Without a gradient only the decay is left, 8 * (1 - 0.5 * 0.25):

    >>> w, _ = adamw([8.0], [0.0], None, lr=0.5, decay=0.25)
    >>> w
    array([7.])
    """
    parameter, gradient, lr, decay = read(parameter, gradient, 0.0, lr=lr, decay=decay)
    return adam(parameter * (1 - lr * decay), gradient, state, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


def past(state, parameter):
    """What was remembered of this parameter so far: 0 before the first step."""
    if state is None:
        return 0.0
    if np.shape(state) != parameter.shape:
        raise ValueError(
            f"state has shape {np.shape(state)}, but parameter has shape {parameter.shape}: each parameter "
            "needs a state of its own, None at first"
        )
    return state


def read(parameter, gradient, coupled, **hyper):
    """Hold that gradient and numbers are what a rule needs; add the coupled decay to the gradient."""
    parameter, gradient = as_float("parameter", parameter), as_float("gradient", gradient)
    if gradient.shape != parameter.shape:
        raise ValueError(f"gradient has shape {gradient.shape}, but parameter has shape {parameter.shape}")
    for name, value in {"decay": coupled, **hyper}.items():
        if not value >= 0:
            raise ValueError(f"{name} is {value}, but it must be at least 0")
        if name in ("mu", "rho", "beta1", "beta2") and value >= 1:
            raise ValueError(f"{name} is {value}, but the share of the past that stays must be below 1")
    if coupled:
        gradient = gradient + float(coupled) * parameter
    return parameter, gradient, *map(float, hyper.values())
