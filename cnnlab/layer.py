"""Functions with a memory: a layer holds its parameters, and its forward keeps what its backward needs."""

import inspect
import numbers

import numpy as np

from .geometry import Geometry, as_float
from .saving import load_model, save_model
from .trace import through_windows


class Layer:
    """One step of a network, in both directions.

    Attributes
    ----------
    parameters : dict of str to ndarray
        What the layer learns: "weight" and "bias", or nothing.
    gradients : dict of str to ndarray
        Of the same keys: what the last backward found.
    r_gradients : dict of str to ndarray
        Of the same keys: how fast the gradients change, which the last backward_r found.
    state : dict of str to ndarray
        What the layer has seen and must not forget, though no gradient moves it: running statistics.
    generators : dict of str to numpy.random.Generator
        What the layer draws from while it learns: a training that goes on after a stop draws on.
    needs_dy : bool
        Whether backward_r looks at dy. It does unless the gradients that are asked for depend on nothing that
        moves but dy.
    """

    needs_dy = True
    _x = _speeds = None

    def __init__(self):
        self.parameters, self.gradients, self.r_gradients, self.state = {}, {}, {}, {}
        self.generators = {}

    def forward(self, x, *, train=False):
        """Compute the output y for the input x, and remember x.

        Parameters
        ----------
        x : ndarray, shape (N, ...)
        train : bool
            Whether this is training: some layers then behave differently.

        Returns
        -------
        y : ndarray, shape (N, ...)
        """
        raise NotImplementedError

    def backward(self, dy):
        """Take the gradient with respect to the output, set `gradients`, and return that of the input.

        Parameters
        ----------
        dy : ndarray, shape of y

        Returns
        -------
        dx : ndarray, shape of x

        Raises
        ------
        RuntimeError
            Before any forward.
        """
        raise NotImplementedError

    def backward_parameters(self, dy):
        """Set `gradients` alone: enough for a network's first layer, whose input learns nothing."""
        self.backward(dy)

    def backward_input(self, dy):
        """Return dx alone: enough where `gradients` are not asked for. They may be set all the same."""
        return self.backward(dy)

    def forward_r(self, rx, rparameters):
        """Say how fast the output of the last forward changes: Pearlmutter's R-operator.

        Parameters
        ----------
        rx : ndarray, shape of x, or None
            How fast the input changes. None: it is data, which neither moves nor is owed anything.
        rparameters : mapping of str to ndarray
            How fast each of the parameters changes.

        Returns
        -------
        ry : ndarray, shape of y

        Raises
        ------
        RuntimeError
            Before any forward.
        ValueError
            Where a speed does not have the shape of what moves.

        References
        ----------
        Pearlmutter (1994), Fast exact multiplication by the Hessian.
        """
        raise NotImplementedError

    def backward_r(self, dy, rdy):
        """Say how fast backward's answers change; set `r_gradients`. Goes after forward_r.

        Parameters
        ----------
        dy, rdy : ndarray, shape of y
            The gradient with respect to the output, and how fast it changes. dy may be None where needs_dy
            is False.

        Returns
        -------
        rdx : ndarray, shape of x
            How fast the gradient with respect to the input changes; None where the input is data.

        Raises
        ------
        RuntimeError, ValueError
            As forward_r.
        """
        raise NotImplementedError

    def predict(self, x, *, batch_size=500):
        """Compute the output for many inputs, a batch at a time, so that memory is enough.

        Parameters
        ----------
        x : ndarray, shape (N, ...)
        batch_size : int
            How many go through at once; the answer does not depend on it, up to rounding.

        Returns
        -------
        y : ndarray, shape (N, ...)

        Raises
        ------
        ValueError
            Where a batch would be empty; also as forward.
        """
        x = np.asarray(x)  # integers become floats a batch at a time
        check_batch_size(batch_size)
        y = self.forward(x[:batch_size])
        if len(x) <= batch_size:
            return y
        every = np.empty((len(x), *y.shape[1:]), y.dtype)
        every[:batch_size] = y
        for start in range(batch_size, len(x), batch_size):
            every[start : start + batch_size] = self.forward(x[start : start + batch_size])
        return every

    def save(self, path):
        """Store what was learnt and seen: the file appears under its name only when it is whole.

        Parameters
        ----------
        path : str or Path
            A NumPy archive (.npz), with a mark and a version; one of that name is replaced.
        """
        save_model(self, path)

    def load(self, path):
        """Take over what a model of the same layers has learnt and seen.

        Parameters
        ----------
        path : str or Path
            Nothing that the file holds is run.

        Raises
        ------
        ValueError
            Where the file is damaged, of another kind or of a newer format, or belongs to a model of other
            layers; the error says which array does not fit, and the model is as it was.
        """
        load_model(self, path)

    def flat(self):
        """Name the layers that this one is made of: itself alone, without a name."""
        yield "", self

    def window(self, spatial):
        """Tell through which window an output sees an input of these sizes; None if through no one window.

        Parameters
        ----------
        spatial : tuple of int

        Returns
        -------
        Geometry or None
            With kernel_size, stride, padding and dilation.
        """
        return None

    def reads(self, spatial, out):
        """Tell which cells of the input each place of the output reads.

        Parameters
        ----------
        spatial, out : tuple of int
            Sizes of the input and of the output.

        Returns
        -------
        list of (ndarray of int, ndarray of int), or None
            The first and the last cell, on each axis, for each place; they may lie in the padding. None where
            every output reads every cell.
        """
        window = self.window(spatial)
        return None if window is None else through_windows(window, out)

    def multiply_adds(self, x_shape, y_shape):
        """Count the products, each with its addition, that one input costs.

        Parameters
        ----------
        x_shape, y_shape : tuple of int
            Of one input and its output: (C, *spatial).

        Returns
        -------
        int
        """
        return 0

    def remember(self, x):
        """Keep the input for backward, as an array of floats; forget how fast the one before was."""
        self._x, self._speeds = as_float("x", x), None
        return self._x

    def recall(self):
        """The input that forward has kept."""
        if self._x is None:
            raise RuntimeError(f"{self!r} was asked for backward before forward: it has seen no input")
        return self._x

    def recall_speeds(self):
        """What forward_r has kept: rx, and what else the layer needs."""
        if self._speeds is None:
            raise RuntimeError(f"{self!r} was asked for backward_r before forward_r: nothing moves yet")
        return self._speeds

    def __repr__(self):
        return call(self)


def one_cell(spatial):
    """The window of a layer whose every output is a matter of the input at its own place."""
    ones = (1,) * len(spatial)
    return Geometry(spatial, ones, ones, ((0, 0),) * len(spatial), ones, spatial)


def check_batch_size(batch_size):
    """Hold that a batch has room for an example."""
    if not isinstance(batch_size, numbers.Integral):
        raise TypeError(f"batch_size is {batch_size!r}, but it must be a whole number")
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}, but a batch must hold at least 1 example")


def check_floats(dtype):
    """Hold that parameters of this dtype can learn."""
    if not np.issubdtype(dtype, np.inexact):
        raise TypeError(f"dtype is {np.dtype(dtype)}, but weights need floats, such as float32")
    return dtype


def call(layer, *positional, **named):
    """Write a layer as the call that makes it."""
    arguments = [*map(repr, positional), *(f"{name}={value!r}" for name, value in named.items())]
    return f"{type(layer).__name__}({', '.join(arguments)})"


def changed(layer, options):
    """Of a layer's options, those that are not at their default."""
    defaults = inspect.signature(type(layer)).parameters
    options = {name: as_written(value) for name, value in options.items()}
    return {name: value for name, value in options.items() if value != defaults[name].default}


def as_written(value):
    """An option as one would type it: NumPy's numbers become Python's."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(as_written, value))
    return value.tolist() if isinstance(value, (np.generic, np.ndarray)) else value
