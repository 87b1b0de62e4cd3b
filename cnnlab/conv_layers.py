"""Layers that weigh what they see: convolutions of every kind, and the dense layer."""

import numpy as np

from .bias import bias_backward
from .conv import check_groups, conv_backward_input, conv_backward_weight, conv_forward
from .conv_transpose import conv_transpose_backward, conv_transpose_forward, transposed_size
from .dense import dense_backward, dense_forward
from .geometry import count, output_size, per_axis, resolve, resolve_padding, sizes
from .init import init_weights
from .layer import call, changed, check_floats
from .layer_kinds import Weighing
from .local import local_backward, local_forward, tiled_backward, tiled_forward
from .trace import through_stamps


class Kernels(Weighing):
    """Kernels, a bias and a geometry: what convolutions of every kind have.

    Parameters
    ----------
    c_in, c_out : int
    filters : tuple of int
        (outputs, inputs, *kernel_size), by which the weights are drawn.
    weight_shape : tuple of int
        The same number of weights as the layer's function takes them.
    bias : bool or tuple of int
        Whether each output channel adds a number of its own; or the tile of places that do.
    rng, dtype, **geometry
    """

    def __init__(self, c_in, c_out, filters, weight_shape, *, bias, rng, dtype, **geometry):
        super().__init__()
        self.channels, self.kernel_size, self.geometry = (int(c_in), int(c_out)), filters[2:], geometry
        self.check_geometry(**geometry)
        self.parameters["weight"] = draw(filters, rng, dtype).reshape(weight_shape)
        if not isinstance(bias, (bool, np.bool_)):
            tile = per_axis("bias", bias, len(filters) - 2, minimum=1)
            self.parameters["bias"] = np.zeros((c_out, *tile), dtype)
        elif bias:
            self.parameters["bias"] = np.zeros(c_out, dtype)

    def check_geometry(self, *, padding, groups=1, **steps):
        """Hold that there are inputs which the kernel fits."""
        resolve_padding((1,) * len(self.kernel_size), self.kernel_size, padding, **steps)

    def window(self, spatial):
        """The kernel."""
        names = "stride", "padding", "dilation"
        return resolve(spatial, self.kernel_size, **{n: v for n, v in self.geometry.items() if n in names})

    def written(self, **sizes):
        """Write the layer as the call that makes it, from its sizes, its bias and its geometry."""
        bias = self.parameters.get("bias")
        options = {**self.geometry, "bias": False if bias is None else bias.shape[1:] or True}
        return call(self, *self.channels, **sizes, **changed(self, options))

    def __repr__(self):
        return self.written(kernel_size=self.kernel_size)


class Conv(Kernels):
    """A convolution with its kernel and bias, in as many dimensions as its kernel has.

    Parameters
    ----------
    c_in, c_out : int
        Channels in and out.
    kernel_size : int or tuple of int
        One int per axis; a single int is a kernel of one axis, for sounds.
    stride, padding, dilation, groups
        As in `conv_forward`; for other rims than zeros put a `Pad` before.
    bias : bool or tuple of int
        Whether each output channel adds a number of its own. A tuple: a tile of places that do, one int per
        axis; with the output's sizes, every place adds its own.
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
        groups = check_groups(groups, c_in, c_out)
        shape = (c_out, c_in // groups, *sizes("kernel_size", kernel_size, minimum=1))
        geometry = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
        super().__init__(c_in, c_out, shape, shape, bias=bias, rng=rng, dtype=dtype, **geometry)

    def forward(self, x, *, train=False):
        """Weigh every window."""
        return conv_forward(self.remember(x), **self.parameters, **self.geometry)

    def backward(self, dy):
        """Send dy back through the kernel."""
        self.backward_parameters(dy)
        return self.backward_input(dy)

    def backward_input(self, dy):
        """Send dy back to the input alone."""
        return conv_backward_input(dy, self.parameters["weight"], self.recall().shape[2:], **self.geometry)

    def backward_parameters(self, dy):
        """Correlate the input with dy, and sum dy."""
        self.gradients["weight"] = conv_backward_weight(dy, self.recall(), self.kernel_size, **self.geometry)
        if "bias" in self.parameters:
            self.gradients["bias"] = bias_backward(dy, self.parameters["bias"].shape)

    def multiply_adds(self, x_shape, y_shape):
        """Each weight is used at every place of the output."""
        return self.parameters["weight"].size * count(y_shape[1:])


class ConvTranspose(Kernels):
    """A transposed convolution with its kernel and bias: the way back up.

    Parameters
    ----------
    c_in, c_out, kernel_size, bias, rng, dtype
        As in `Conv`.
    stride, padding, output_padding, dilation, groups
        As in `conv_transpose_forward`.

    Examples
    --------
    >>> sound = np.zeros((2, 8, 5), np.float32)
    >>> ConvTranspose(8, 1, kernel_size=4, stride=2, padding=1).forward(sound).shape
    (2, 1, 10)
    """

    def __init__(
        self,
        c_in,
        c_out,
        *,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        dilation=1,
        groups=1,
        bias=True,
        rng=None,
        dtype=np.float32,
    ):
        groups = check_groups(groups, c_in, c_out)
        kernel_size = sizes("kernel_size", kernel_size, minimum=1)
        filters, shape = (c_out, c_in // groups, *kernel_size), (c_in, c_out // groups, *kernel_size)
        geometry = dict(
            stride=stride, padding=padding, output_padding=output_padding, dilation=dilation, groups=groups
        )
        super().__init__(c_in, c_out, filters, shape, bias=bias, rng=rng, dtype=dtype, **geometry)

    def check_geometry(self, *, groups, **geometry):
        """Hold that there are inputs whose stamps can be cropped so."""
        transposed_size((10**9,) * len(self.kernel_size), self.kernel_size, **geometry)

    def forward(self, x, *, train=False):
        """Stamp the kernel for every entry."""
        return conv_transpose_forward(self.remember(x), **self.parameters, **self.geometry)

    def backward(self, dy):
        """Convolve dy with the kernel."""
        x, weight, bias = self.recall(), self.parameters["weight"], self.parameters.get("bias")
        dx, self.gradients["weight"], dbias = conv_transpose_backward(dy, x, weight, **self.geometry)
        if bias is not None:
            self.gradients["bias"] = dbias if bias.ndim == 1 else bias_backward(dy, bias.shape)
        return dx

    def window(self, spatial):
        """None: how many copies of the kernel meet at a place depends on the place."""
        return None

    def reads(self, spatial, out):
        """Those entries whose copies of the kernel reach the place."""
        return through_stamps(super().window(out))

    def multiply_adds(self, x_shape, y_shape):
        """Each weight is used at every place of the input."""
        return self.parameters["weight"].size * count(x_shape[1:])


class Tiled(Kernels):
    """A convolution with a tile of kernels that take turns.

    Parameters
    ----------
    c_in, c_out, kernel_size, bias, rng, dtype
        As in `Conv`.
    tile : int or tuple of int
        How many kernels take turns on each axis.
    stride, padding
        As in `tiled_forward`.

    Examples
    --------
    >>> sound = np.zeros((2, 1, 9), np.float32)
    >>> layer = Tiled(1, 8, tile=2, kernel_size=3)
    >>> layer.parameters["weight"].shape, layer.forward(sound).shape
    ((8, 2, 1, 3), (2, 8, 7))
    """

    functions = tiled_forward, tiled_backward

    def __init__(
        self, c_in, c_out, *, tile, kernel_size, stride=1, padding=0, bias=True, rng=None, dtype=np.float32
    ):
        kernel_size = sizes("kernel_size", kernel_size, minimum=1)
        self.tile = per_axis("tile", tile, len(kernel_size), minimum=1)
        filters, shape = (
            (c_out * count(self.tile), c_in, *kernel_size),
            (c_out, *self.tile, c_in, *kernel_size),
        )
        geometry = dict(stride=stride, padding=padding)
        super().__init__(c_in, c_out, filters, shape, bias=bias, rng=rng, dtype=dtype, **geometry)

    def forward(self, x, *, train=False):
        """Weigh every window, each with the kernel whose turn it is."""
        forward, _ = self.functions
        return forward(self.remember(x), **self.parameters, **self.geometry)

    def backward(self, dy):
        """Send dy back through each place's kernel."""
        _, backward = self.functions
        x, weight, bias = self.recall(), self.parameters["weight"], self.parameters.get("bias")
        options = dict(self.geometry, bias_shape=None if bias is None else bias.shape)
        dx, self.gradients["weight"], dbias = backward(dy, x, weight, **options)
        if bias is not None:
            self.gradients["bias"] = dbias
        return dx

    def multiply_adds(self, x_shape, y_shape):
        """At every place of the output, the weights of one kernel of the tile."""
        return self.parameters["weight"].size // count(self.tile) * count(y_shape[1:])

    def __repr__(self):
        return self.written(tile=self.tile, kernel_size=self.kernel_size)


class Local(Tiled):
    """A convolution whose every place has a kernel of its own: it must know the size of its input.

    Parameters
    ----------
    c_in, c_out, bias, rng, dtype
        As in `Conv`.
    spatial : int or tuple of int
        Sizes of the input.
    kernel_size : int or tuple of int
        An int is for all axes of the input.
    stride, padding
        As in `local_forward`.

    Examples
    --------
    >>> layer = Local(1, 8, spatial=9, kernel_size=3)
    >>> layer.parameters["weight"].shape
    (8, 7, 1, 3)
    """

    functions = local_forward, local_backward

    def __init__(
        self, c_in, c_out, *, spatial, kernel_size, stride=1, padding=0, bias=True, rng=None, dtype=np.float32
    ):
        self.spatial = sizes("spatial", spatial, minimum=1)
        kernel_size = per_axis("kernel_size", kernel_size, len(self.spatial), minimum=1)
        tile = output_size(self.spatial, kernel_size, stride=stride, padding=padding)
        options = dict(stride=stride, padding=padding, bias=bias, rng=rng, dtype=dtype)
        super().__init__(c_in, c_out, tile=tile, kernel_size=kernel_size, **options)

    def __repr__(self):
        return self.written(spatial=self.spatial, kernel_size=self.kernel_size)


class Dense(Weighing):
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

    def multiply_adds(self, x_shape, y_shape):
        """Each weight is used once."""
        return self.parameters["weight"].size

    def __repr__(self):
        return call(self, *reversed(self.parameters["weight"].shape))


def draw(shape, rng, dtype):
    """First weights, from the generator given or one of our own."""
    check_floats(dtype)
    return init_weights(shape, "he", np.random.default_rng() if rng is None else rng).astype(dtype)
