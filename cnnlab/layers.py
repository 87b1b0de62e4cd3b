"""Functions with a memory: a layer holds its parameters, and its forward keeps what its backward needs."""

import inspect

import numpy as np

from .activations import (
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from .conv import check_groups, conv_backward_bias, conv_backward_input, conv_backward_weight, conv_forward
from .dense import dense_backward, dense_forward, flatten_backward, flatten_forward
from .geometry import as_float, sizes
from .init import init_weights
from .pool import avg_pool_backward, avg_pool_forward, max_pool_backward, max_pool_forward

__all__ = ["AvgPool", "Conv", "Dense", "Flatten", "Layer", "LeakyReLU", "MaxPool", "ReLU", "Sigmoid", "Tanh"]


class Layer:
    """One step of a network, in both directions.

    Attributes
    ----------
    parameters : dict of str to ndarray
        What the layer learns: "weight" and "bias", or nothing.
    gradients : dict of str to ndarray
        Of the same keys: what the last backward found.
    """

    _x = None

    def __init__(self):
        self.parameters, self.gradients = {}, {}

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

    def remember(self, x):
        """Keep the input for backward, as an array of floats."""
        self._x = as_float("x", x)
        return self._x

    def recall(self):
        """The input that forward has kept."""
        if self._x is None:
            raise RuntimeError(f"{self!r} was asked for backward before forward: it has seen no input")
        return self._x

    def __repr__(self):
        return call(self)


class Conv(Layer):
    """A convolution with its kernel and bias, in as many dimensions as its kernel has.

    Parameters
    ----------
    c_in, c_out : int
        Channels in and out.
    kernel_size : int or tuple of int
        One int per axis; a single int is a kernel of one axis, for sounds.
    stride, padding, dilation, groups
        As in `conv_forward`.
    bias : bool
        Whether each output channel adds a number of its own.
    rng : numpy.random.Generator, optional
        Draws the weights after He et al.; biases start at 0.
    dtype : dtype
        Of the parameters; inputs of the same dtype give outputs of it.

    Examples
    --------
    >>> volume = np.zeros((2, 1, 9, 8, 7), np.float32)
    >>> Conv(1, 8, kernel_size=(3, 3, 3)).forward(volume).shape
    (2, 8, 7, 6, 5)
    """

    def __init__(
        self,
        c_in,
        c_out,
        *,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        rng=None,
        dtype=np.float32,
    ):
        super().__init__()
        groups = check_groups(groups, c_in, c_out)
        shape = (c_out, c_in // groups, *sizes("kernel_size", kernel_size, minimum=1))
        self.parameters["weight"] = draw(shape, rng, dtype)
        if bias:
            self.parameters["bias"] = np.zeros(c_out, dtype)
        self.geometry = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)

    def forward(self, x, *, train=False):
        """Weigh every window."""
        return conv_forward(self.remember(x), **self.parameters, **self.geometry)

    def backward(self, dy):
        """Send dy back through the kernel."""
        self.backward_parameters(dy)
        return conv_backward_input(dy, self.parameters["weight"], self.recall().shape[2:], **self.geometry)

    def backward_parameters(self, dy):
        """Correlate the input with dy, and sum dy."""
        kernel_size = self.parameters["weight"].shape[2:]
        self.gradients["weight"] = conv_backward_weight(dy, self.recall(), kernel_size, **self.geometry)
        if "bias" in self.parameters:
            self.gradients["bias"] = conv_backward_bias(dy)

    def __repr__(self):
        c_out, c_in, *kernel_size = self.parameters["weight"].shape
        options = changed(self, {**self.geometry, "bias": "bias" in self.parameters})
        return call(self, c_in * self.geometry["groups"], c_out, kernel_size=tuple(kernel_size), **options)


class Dense(Layer):
    """Every output sees every input.

    Parameters
    ----------
    d_in, d_out : int
    rng : numpy.random.Generator, optional
        Draws the weights after He et al.; biases start at 0.
    dtype : dtype

    Examples
    --------
    >>> layer = Dense(2, 1)
    >>> layer.parameters["weight"], layer.parameters["bias"] = np.array([[3.0, 4]]), np.array([5.0])
    >>> layer.forward(np.array([[1.0, 10]]))
    array([[48.]])
    """

    def __init__(self, d_in, d_out, *, rng=None, dtype=np.float32):
        super().__init__()
        self.parameters = {"weight": draw((d_out, d_in), rng, dtype), "bias": np.zeros(d_out, dtype)}

    def forward(self, x, *, train=False):
        """Weigh every input for every output."""
        return dense_forward(self.remember(x), **self.parameters)

    def backward(self, dy):
        """Send dy back along every weight."""
        dx, dweight, dbias = dense_backward(dy, self.recall(), self.parameters["weight"])
        self.gradients.update(weight=dweight, bias=dbias)
        return dx

    def __repr__(self):
        return call(self, *reversed(self.parameters["weight"].shape))


class Flatten(Layer):
    """From feature maps to rows: (N, C, *spatial) to (N, C * prod(spatial))."""

    def forward(self, x, *, train=False):
        """Lay each sample in one row."""
        return flatten_forward(self.remember(x))

    def backward(self, dy):
        """Put each row back where it came from."""
        return flatten_backward(dy, self.recall().shape[2:])


class Function(Layer):
    """A layer that learns nothing: a pair of functions and the options of both."""

    function = gradient = None

    def __init__(self, **options):
        super().__init__()
        self.options = options

    def forward(self, x, *, train=False):
        """Apply the function."""
        return self.function(self.remember(x), **self.options)

    def backward(self, dy):
        """Apply its gradient."""
        return self.gradient(dy, self.recall(), **self.options)

    def __repr__(self):
        return call(self, **changed(self, self.options))


class MaxPool(Function):
    """The largest entry of every window; the stride is the kernel size if not given.

    Parameters
    ----------
    kernel_size, stride, padding, dilation
        As in `max_pool_forward`; an int is for all axes of the input.

    Examples
    --------
    >>> MaxPool(2).forward(np.array([[[1.0, 3, 2, 0]]]))
    array([[[3., 2.]]])
    """

    function, gradient = staticmethod(max_pool_forward), staticmethod(max_pool_backward)

    def __init__(self, kernel_size, *, stride=None, padding=0, dilation=1):
        super().__init__(kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation)


class AvgPool(Function):
    """The mean of every window; the stride is the kernel size if not given.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, count_include_pad
        As in `avg_pool_forward`; an int is for all axes of the input.

    Examples
    --------
    >>> AvgPool(2).forward(np.array([[[1.0, 3, 2, 0]]]))
    array([[[2., 1.]]])
    """

    function, gradient = staticmethod(avg_pool_forward), staticmethod(avg_pool_backward)

    def __init__(self, kernel_size, *, stride=None, padding=0, dilation=1, count_include_pad=True):
        super().__init__(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            count_include_pad=count_include_pad,
        )


class ReLU(Function):
    """Keep what is positive."""

    function, gradient = staticmethod(relu_forward), staticmethod(relu_backward)


class LeakyReLU(Function):
    """Keep what is positive, and a little of the rest.

    Parameters
    ----------
    slope : float
        The share of negative entries that is kept.
    """

    function, gradient = staticmethod(leaky_relu_forward), staticmethod(leaky_relu_backward)

    def __init__(self, slope=0.01):
        super().__init__(slope=slope)


class Sigmoid(Function):
    """Squash into (0, 1)."""

    function, gradient = staticmethod(sigmoid_forward), staticmethod(sigmoid_backward)


class Tanh(Function):
    """Squash into (-1, 1)."""

    function, gradient = staticmethod(tanh_forward), staticmethod(tanh_backward)


def draw(shape, rng, dtype):
    """First weights, from the generator given or one of our own."""
    if not np.issubdtype(dtype, np.inexact):
        raise TypeError(f"dtype is {np.dtype(dtype)}, but weights need floats, such as float32")
    return init_weights(shape, "he", np.random.default_rng() if rng is None else rng).astype(dtype)


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
