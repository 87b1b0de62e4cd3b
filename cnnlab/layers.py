"""Every layer by name: those that weigh, those that pool, and here those that treat each number alone."""

import numpy as np

from .activations import (
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax_backward,
    softmax_forward,
    tanh_backward,
    tanh_forward,
)
from .conv_layers import Conv, ConvTranspose, Dense, Local, Tiled
from .dense import flatten_backward, flatten_forward
from .dropout import check_probability, dropout_backward, dropout_forward
from .geometry import as_float, axes_of, check_upstream, count, padding_pairs, resolve, sizes
from .layer import Layer, call, changed, check_floats, one_cell
from .layer_kinds import Function, Linear
from .norm import batchnorm_backward, batchnorm_forward, check_eps, check_momentum
from .padding import check_mode, pad_backward, pad_forward
from .pool_layers import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    GlobalAvgPool,
    GlobalMaxPool,
    LpPool,
    MaxPool,
    MaxUnpool,
    WeightedPool,
)
from .r_curved import sigmoid_backward_r, softmax_backward_r, tanh_backward_r
from .r_norm import batchnorm_backward_r, batchnorm_r
from .r_operator import check_speed

__all__ = [
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
    "AvgPool",
    "BatchNorm",
    "Conv",
    "ConvTranspose",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "Layer",
    "LeakyReLU",
    "Local",
    "LpPool",
    "MaxPool",
    "MaxUnpool",
    "Pad",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Tiled",
    "WeightedPool",
]


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


class Sigmoid(Function):
    """Squash into (0, 1)."""

    function, gradient = staticmethod(sigmoid_forward), staticmethod(sigmoid_backward)
    gradient_r = staticmethod(sigmoid_backward_r)


class Tanh(Function):
    """Squash into (-1, 1)."""

    function, gradient = staticmethod(tanh_forward), staticmethod(tanh_backward)
    gradient_r = staticmethod(tanh_backward_r)


class Softmax(Function):
    """Turn scores into probabilities.

    Parameters
    ----------
    axis : int
        The axis of the classes, along which the sums are 1.
    """

    function, gradient = staticmethod(softmax_forward), staticmethod(softmax_backward)
    gradient_r = staticmethod(softmax_backward_r)

    def window(self, spatial):
        """One cell, if its axis is that of the channels."""
        return super().window(spatial) if self.options["axis"] in (1, -1 - len(spatial)) else None


class Flatten(Linear):
    """From feature maps to rows: (N, C, *spatial) to (N, C * prod(spatial))."""

    def forward(self, x, *, train=False):
        """Lay each sample in one row."""
        return flatten_forward(self.remember(x))

    def backward(self, dy):
        """Put each row back where it came from."""
        return flatten_backward(dy, self.recall().shape[2:])

    def backward_parameters(self, dy):
        """There are none."""


class Pad(Linear, Function):
    """A rim around every image.

    Parameters
    ----------
    padding, mode
        As in `pad_forward`.

    Examples
    --------
    >>> Pad(((0, 2),), mode="circular").forward(np.array([[[1.0, 2, 3]]]))
    array([[[1., 2., 3., 1., 2.]]])
    """

    function, gradient = staticmethod(pad_forward), staticmethod(pad_backward)

    def __init__(self, *values, **named):
        super().__init__(*values, **named)
        padding_pairs(self.options["padding"], axes_of(self.options["padding"]))
        check_mode(self.options["mode"])

    def backward(self, dy):
        """Add the rim back to where it came from."""
        self.recall()
        return self.gradient(dy, **self.options)

    def window(self, spatial):
        """One cell, from the rim on."""
        return resolve(spatial, 1, padding=self.options["padding"])


class BatchNorm(Layer):
    """The same mean and spread for every channel: the batch's in training, then what training saw.

    Parameters
    ----------
    channels : int
    momentum, eps
        As in `batchnorm_forward`.
    dtype : dtype
        Of the parameters and of the running mean and variance, which `state` holds.

    Examples
    --------
    >>> layer = BatchNorm(1, eps=0)
    >>> layer.forward(np.array([[1.0], [5.0]]), train=True)
    array([[-1.],
           [ 1.]])
    >>> layer.state["mean"], layer.state["variance"]  # a tenth of the way from 0 to 3, and from 1 to 8
    (array([0.3], dtype=float32), array([1.7], dtype=float32))
    """

    _train = False

    def __init__(self, channels, *, momentum=0.1, eps=1e-5, dtype=np.float32):
        super().__init__()
        channels, dtype = sizes("channels", channels, minimum=1), check_floats(dtype)
        check_momentum(momentum)
        check_eps(eps)
        self.parameters.update(gamma=np.ones(channels, dtype), beta=np.zeros(channels, dtype))
        self.state.update(mean=np.zeros(channels, dtype), variance=np.ones(channels, dtype))
        self.options = dict(momentum=momentum, eps=eps)

    def forward(self, x, *, train=False):
        """Normalise, and in training take note of the batch."""
        self._train = train
        options = dict(running=tuple(self.state.values()), train=train, **self.options)
        y, running = batchnorm_forward(self.remember(x), **self.parameters, **options)
        if train:  # running values are real and keep their dtype, whatever passes through
            for (key, old), new in zip(self.state.items(), running, strict=True):
                self.state[key] = new.real.astype(old.dtype, copy=False)
        return y

    def backward(self, dy):
        """Send dy back as the last forward has normalised."""
        dx, dgamma, dbeta = batchnorm_backward(dy, self.recall(), self.parameters["gamma"], **self.way())
        self.gradients.update(gamma=dgamma, beta=dbeta)
        return dx

    def forward_r(self, rx, rparameters):
        """Differentiate as the last forward has normalised."""
        x, gamma, rgamma = self.recall(), self.parameters["gamma"], rparameters["gamma"]
        self._speeds = rx, rgamma
        return batchnorm_r(x, rx, gamma, rgamma, rparameters["beta"], **self.way())

    @property
    def needs_dy(self):
        """Not if the input is data: its product with dy stays."""
        rx, _ = self.recall_speeds()
        return rx is not None

    def backward_r(self, dy, rdy):
        """Differentiate what backward sends back."""
        x, gamma, (rx, rgamma) = self.recall(), self.parameters["gamma"], self.recall_speeds()
        if rx is None:
            _, *speeds = batchnorm_backward(rdy, x, gamma, **self.way())
        else:
            rdx, *speeds = batchnorm_backward_r(dy, rdy, x, rx, gamma, rgamma, **self.way())
        self.r_gradients = dict(zip(self.parameters, speeds, strict=True))
        return None if rx is None else rdx

    def way(self):
        """How the last forward has normalised."""
        return dict(running=tuple(self.state.values()), train=self._train, eps=self.options["eps"])

    def window(self, spatial):
        """One cell, once trained."""
        return one_cell(spatial)

    def multiply_adds(self, x_shape, y_shape):
        """One for each entry, once trained."""
        return count(y_shape)

    def __repr__(self):
        return call(self, len(self.parameters["gamma"]), **changed(self, self.options))


class Dropout(Layer):
    """Random units fall silent, in training alone.

    Parameters
    ----------
    p : float
        The probability to drop.
    rng : numpy.random.Generator, optional
        Tosses the coins.

    Examples
    --------
    >>> layer = Dropout(0.25, rng=np.random.default_rng(1))
    >>> layer.forward(np.full((1, 5), 3.0), train=True)
    array([[4., 4., 0., 4., 4.]])
    >>> layer.forward(np.full((1, 5), 3.0))
    array([[3., 3., 3., 3., 3.]])
    """

    needs_dy = False
    _mask = None

    def __init__(self, p=0.5, *, rng=None):
        super().__init__()
        check_probability(p)
        self.p = p
        self.generators = {"rng": np.random.default_rng() if rng is None else rng}

    def forward(self, x, *, train=False):
        """In training toss a coin for every entry, else pass it on."""
        x = self.remember(x)
        y, self._mask = (
            dropout_forward(x, self.p, self.generators["rng"]) if train else (x.copy(order="K"), None)
        )
        return y

    def backward(self, dy):
        """Let dy through where the last forward let x through."""
        x = self.recall()
        if self._mask is not None:
            return dropout_backward(dy, self._mask, self.p)
        dy = as_float("dy", dy)
        check_upstream(dy, x.shape)
        return dy.copy(order="K")

    def backward_parameters(self, dy):
        """There are none."""

    def forward_r(self, rx, rparameters):
        """Let rx through where the last forward let x through."""
        return self.backward(check_speed("rx", rx, "x", self.recall()))

    def backward_r(self, dy, rdy):
        """Let rdy through there too."""
        return self.backward(rdy)

    def window(self, spatial):
        """One cell."""
        return one_cell(spatial)

    def __repr__(self):
        return call(self, self.p)
