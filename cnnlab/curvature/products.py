"""How does the gradient change when the parameters move? Curvature, without ever writing the Hessian down.

The Hessian of n parameters has n^2 entries. Its product with a vector v is R{gradient} along v, which costs
about as much as two gradients more:

forward      R{y} of every layer, from the parameters' speeds v
the loss     R{dscores}
backward     R{dx} and R{dweight} of every layer

Of the same sweeps, with an ordinary backward as the last, comes the Gauss-Newton matrix J' H J: J the
Jacobian of the scores, H the Hessian of the loss alone. It leaves out how the network itself bends. Where the
loss is convex in the scores, it is never negative along any v.
"""

import copy
from functools import cached_property

import numpy as np

from .vectors import read

__all__ = ["Curvature", "gauss_newton_vector_product", "hessian_vector_product"]

STEP = 1e-30  # off the real line, where the gradient of the loss is measured


class Curvature:
    """The loss of a network on one batch, its gradient, and how the gradient changes in any direction.

    The passes that do not depend on the direction are made once, in a copy of the network: the network itself
    neither forgets nor learns anything, and may go on.

    Parameters
    ----------
    model : Layer
        A network that learns something.
    loss : callable
        ``loss(scores, labels) -> loss, dscores``, such as `softmax_cross_entropy` or `mse`; it must let
        complex scores through.
    batch : (ndarray, ndarray)
        x and labels.
    train : bool
        Whether the forward pass is one of training. The copy's dropout tosses the coins that the network
        would toss next, once for all products.

    Attributes
    ----------
    loss : scalar
    parameters, gradient : dict of str to ndarray

    Raises
    ------
    ValueError
        Where the network learns nothing; also as its layers and the loss.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Pearlmutter (1994), Fast exact multiplication by the Hessian. Schraudolph (2002), Fast curvature
    matrix-vector products for second-order gradient descent.

    Examples
    --------
    One weight, w = 3, reads 2 and should say 10: half the squared error is (2 w - 10)^2 / 2, with slope
    2 (2 w - 10) and curvature 4.

    >>> from cnnlab import Dense, mse
    >>> model = Dense(1, 1, dtype=np.float64)
    >>> model.parameters["weight"][:] = 3
    >>> curvature = Curvature(model, mse, ([[2]], [[10]]))
    >>> float(curvature.loss), curvature.gradient["weight"]
    (8.0, array([[-8.]]))
    >>> curvature.hessian({"weight": [[1]], "bias": [0]})
    {'weight': array([[4.]]), 'bias': array([2.])}
    """

    def __init__(self, model, loss, batch, *, train=False):
        x, labels = batch
        if not model.parameters:
            raise ValueError(f"{model!r} has no parameters: there is nothing to move along")
        self.model = twin(model)
        self.parameters = dict(self.model.parameters)
        self._scores = self.model.forward(x, train=train)
        self._dloss = lambda scores: loss(scores, labels)[1]
        self.loss, self._dscores = loss(self._scores, labels)

    @cached_property
    def gradient(self):
        """The gradient of the loss with respect to every parameter."""
        return self.propagated(self._dscores)

    def hessian(self, v):
        """Multiply the Hessian by v: how fast the gradient changes where the parameters move along v.

        Parameters
        ----------
        v : mapping of str to ndarray
            Of the parameters' keys and shapes.

        Returns
        -------
        dict of str to ndarray
            Of the same keys and shapes.

        Raises
        ------
        ValueError
            Where v lacks a key, has one of no parameter, or an array of another shape.
        TypeError
            For what is not an array of numbers.
        """
        self.model.backward_r(self._dscores, self.rdscores(v))
        return {name: self.model.r_gradients[name] for name in self.parameters}

    def gauss_newton(self, v):
        """Multiply the Gauss-Newton matrix by v: the Hessian, if the network did not bend.

        Parameters, what is returned and raised are as in `hessian`.
        """
        return self.propagated(self.rdscores(v))

    def rdscores(self, v):
        """Say how fast the gradient of the loss with respect to the scores changes along v.

        It is measured by a complex step: the scores are few, and so any loss may be given.
        """
        rscores = self.model.forward_r(None, read("v", v, self.parameters, "the parameters"))
        wide = np.result_type(self._scores, rscores, np.complex128)
        stepped = self._dloss(self._scores.astype(wide) + 1j * STEP * rscores)
        if not np.iscomplexobj(stepped):
            raise TypeError("the loss returned a real gradient for complex scores: it loses the complex step")
        return (stepped.imag / STEP).astype(np.result_type(self._scores, rscores))

    def propagated(self, dscores):
        """Send a gradient with respect to the scores back to the parameters."""
        self.model.backward_parameters(dscores)
        return {name: self.model.gradients[name] for name in self.parameters}


def hessian_vector_product(model, loss, batch, v, *, train=False):
    """Multiply the Hessian of a loss by a vector, exactly, without the Hessian.

    Parameters
    ----------
    model, loss, batch, train
        As in `Curvature`, which serves many products on one batch better.
    v : mapping of str to ndarray
        Of the parameters' keys and shapes.

    Returns
    -------
    dict of str to ndarray
        Of the same keys and shapes.

    Raises
    ------
    ValueError, TypeError
        As `Curvature` and its `hessian`.

    References
    ----------
    Pearlmutter (1994), Fast exact multiplication by the Hessian.

    Examples
    --------
    Of (2 w + b - 10)^2 / 2 the second derivatives are 4, 2 and 1:

    >>> from cnnlab import Dense, mse
    >>> v = {"weight": np.array([[1.0]]), "bias": np.array([10.0])}
    >>> hessian_vector_product(Dense(1, 1, dtype=np.float64), mse, ([[2]], [[10]]), v)
    {'weight': array([[24.]]), 'bias': array([12.])}
    """
    v = read("v", v, model.parameters, "the parameters")
    return Curvature(model, loss, batch, train=train).hessian(v)


def gauss_newton_vector_product(model, loss, batch, v, *, train=False):
    """Multiply the Gauss-Newton matrix by a vector: along no vector is it negative, if the loss is convex.

    Parameters
    ----------
    model, loss, batch, v, train
        As in `hessian_vector_product`.

    Returns
    -------
    dict of str to ndarray
        Of the same keys and shapes.

    Raises
    ------
    ValueError, TypeError
        As `hessian_vector_product`.

    References
    ----------
    Schraudolph (2002), Fast curvature matrix-vector products for second-order gradient descent.

    Examples
    --------
    A network that is linear in its parameters does not bend, so this is its Hessian:

    >>> from cnnlab import Dense, mse
    >>> v = {"weight": np.array([[1.0]]), "bias": np.array([10.0])}
    >>> gauss_newton_vector_product(Dense(1, 1, dtype=np.float64), mse, ([[2]], [[10]]), v)
    {'weight': array([[24.]]), 'bias': array([12.])}
    """
    v = read("v", v, model.parameters, "the parameters")
    return Curvature(model, loss, batch, train=train).gauss_newton(v)


def twin(model):
    """Copy a network, but share its arrays: nobody writes to them, so neither sees what the other does."""
    return copy.deepcopy(model, {id(array): array for array in arrays_in(model)})


def arrays_in(value):
    """Walk over all arrays that an object holds, in whatever it holds them."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (tuple, list)):
        for entry in value:
            yield from arrays_in(entry)
    elif isinstance(value, dict):
        yield from arrays_in(list(value.values()))
    elif hasattr(value, "forward"):
        yield from arrays_in(vars(value))
