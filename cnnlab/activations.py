"""What does a unit answer? relu, leaky relu, sigmoid, tanh and softmax, each with its backward beneath it.

A backward function takes the upstream gradient dy and the forward function's input x. Complex arrays pass
through, so that gradients can be checked by a complex step: their order is decided on the real part.
"""

import numpy as np

from .geometry import as_float, check_upstream

__all__ = [
    "leaky_relu_backward",
    "leaky_relu_forward",
    "relu_backward",
    "relu_forward",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax_backward",
    "softmax_forward",
    "tanh_backward",
    "tanh_forward",
]


def relu_forward(x):
    """Keep what is positive: y = max(x, 0).

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Nair and Hinton (2010), Rectified linear units improve restricted Boltzmann machines.

    Examples
    --------
    >>> relu_forward([-2, 0, 3])
    array([0., 0., 3.])
    """
    x = as_float("x", x)
    return x * (x.real > 0) if np.iscomplexobj(x) else np.maximum(x, 0)


def relu_backward(dy, x):
    """Let dy through where x was positive; at 0 nothing passes.

    Parameters
    ----------
    dy, x : ndarray, of one shape
        Gradient with respect to the output of `relu_forward`, and its input.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    ValueError
        Where dy does not have the shape of x.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    >>> relu_backward([1, 10, 100], [-2, 0, 3])
    array([  0.,   0., 100.])
    """
    dy, x = read(dy, x)
    return dy * (x.real > 0)


def leaky_relu_forward(x, *, slope=0.01):
    """Keep what is positive, and a little of the rest: y = x where x > 0, else slope * x.

    Parameters
    ----------
    x : ndarray, any shape
    slope : float

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Maas, Hannun and Ng (2013), Rectifier nonlinearities improve neural network acoustic models.

    Examples
    --------
    >>> leaky_relu_forward([-2, 0, 3], slope=0.5)
    array([-1.,  0.,  3.])
    """
    x = as_float("x", x)
    positive = relu_forward(x)
    return positive + float(slope) * (x - positive)


def leaky_relu_backward(dy, x, *, slope=0.01):
    """Let dy through where x was positive, and slope times dy elsewhere, also at 0.

    Parameters
    ----------
    dy, x : ndarray, of one shape
        Gradient with respect to the output of `leaky_relu_forward`, and its input.
    slope : float
        As it was in `leaky_relu_forward`.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `relu_backward`.

    Examples
    --------
    >>> leaky_relu_backward([1, 10, 100], [-2, 0, 3], slope=0.5)
    array([  0.5,   5. , 100. ])
    """
    dy, x = read(dy, x)
    passed = relu_backward(dy, x)
    return passed + float(slope) * (dy - passed)


def sigmoid_forward(x):
    """Turn a score into a probability: y = 1 / (1 + exp(-x)), the softmax of the two scores x and 0.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    No score overflows:

    >>> sigmoid_forward([-1000, 0, 1000])
    array([0. , 0.5, 1. ])
    """
    yes, no = odds(as_float("x", x))
    return yes / (yes + no)


def sigmoid_backward(dy, x):
    """Pass dy times y * (1 - y): a quarter at x = 0, next to nothing where the unit is sure.

    1 - y is itself a probability and computed as one: 1 less a rounded y would be 0 from x = 37 on.

    Parameters
    ----------
    dy, x : ndarray, of one shape
        Gradient with respect to the output of `sigmoid_forward`, and its input.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `relu_backward`.

    Examples
    --------
    >>> sigmoid_backward([8], [0])
    array([2.])
    """
    dy, x = read(dy, x)
    yes, no = odds(x)
    return dy * (yes / (yes + no)) * (no / (yes + no))


def tanh_forward(x):
    """Squash a score into (-1, 1): y = tanh(x) = 2 * sigmoid(2 * x) - 1.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    >>> tanh_forward([-1000, 0, 1000])
    array([-1.,  0.,  1.])
    """
    return np.tanh(as_float("x", x))


def tanh_backward(dy, x):
    """Pass dy times 1 - y^2: all of it at x = 0, next to nothing where the unit saturates.

    Parameters
    ----------
    dy, x : ndarray, of one shape
        Gradient with respect to the output of `tanh_forward`, and its input.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `relu_backward`.

    Examples
    --------
    >>> tanh_backward([7, 7], [0, 1000])
    array([7., 0.])
    """
    dy, x = read(dy, x)
    y = np.tanh(x)
    return dy * (1 - y * y)


def softmax_forward(x, *, axis=1):
    """Turn scores into probabilities that sum to 1: y_i = exp(x_i) / sum over j of exp(x_j).

    The largest score is subtracted first, which changes no probability and lets no exponential overflow.

    Parameters
    ----------
    x : ndarray, any shape
    axis : int
        The axis of the classes, along which the sums are 1.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    ValueError
        Where x has no such axis.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Bridle (1990), Probabilistic interpretation of feedforward classification network outputs.

    Examples
    --------
    >>> softmax_forward([[0, 0], [1000, 0]])
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    x = as_float("x", x)
    check_axis(x, axis)
    y = np.exp(x - x.real.max(axis=axis, keepdims=True, initial=-np.inf))
    y /= y.sum(axis=axis, keepdims=True)
    return y


def softmax_backward(dy, x, *, axis=1):
    """Pass y times what dy has above its average: dx = y * (dy - sum of y * dy).

    Parameters
    ----------
    dy, x : ndarray, of one shape
        Gradient with respect to the output of `softmax_forward`, and its input.
    axis : int
        As it was in `softmax_forward`.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        As `relu_backward`; also where x has no such axis.

    Examples
    --------
    The average of 3 and 1 is 2: one score should rise, the other fall.

    >>> softmax_backward([[3, 1]], [[0, 0]])
    array([[ 0.5, -0.5]])
    """
    dy, x = read(dy, x)
    y = softmax_forward(x, axis=axis)
    return y * (dy - (dy * y).sum(axis=axis, keepdims=True))


def odds(x):
    """Exponentials in the ratio exp(x) : 1, scaled so that the larger is 1."""
    return np.exp(np.minimum(x, 0)), np.exp(np.minimum(-x, 0))


def read(dy, x):
    """Hold that an upstream gradient fits its input, and give both one dtype."""
    dy, x = as_float("dy", dy), as_float("x", x)
    check_upstream(dy, x.shape)
    return dy.astype(np.result_type(dy, x), copy=False), x


def check_axis(x, axis):
    """Hold that an array has an axis."""
    if not hasattr(axis, "__index__") or not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"axis is {axis!r}, but x has shape {x.shape}: its axes are {-x.ndim} to {x.ndim - 1}"
        )
