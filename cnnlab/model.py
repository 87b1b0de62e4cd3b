"""Layers in a row: forward goes down the row, backward comes back up it."""

import copy
from collections.abc import MutableMapping

import numpy as np

from .geometry import as_float, receptive_field
from .layers import Layer
from .trace import Sight, Summary, Trace, TraceRow, html_table
from .windows import batch_first, batch_last, lay_as

__all__ = ["Sequential"]


class Sequential(Layer):
    """A network whose layers each take what the one before returns; itself a layer.

    Parameters
    ----------
    *layers : Layer

    Attributes
    ----------
    layers : tuple of Layer
    parameters, gradients, r_gradients, state, generators : mapping
        Those of all layers under keys like "0.weight"; to assign here is to assign in the layer.

    Raises
    ------
    TypeError
        For what is not a layer.
    ValueError
        For no layers at all.

    Examples
    --------
    >>> from cnnlab import Conv, Dense, Flatten, ReLU
    >>> model = Sequential(Conv(1, 4, kernel_size=(3, 3)), ReLU(), Flatten(), Dense(4 * 6 * 6, 10))
    >>> model
    Sequential(
      0  Conv(1, 4, kernel_size=(3, 3))
      1  ReLU()
      2  Flatten()
      3  Dense(144, 10)
    )
    >>> list(model.parameters)
    ['0.weight', '0.bias', '3.weight', '3.bias']
    >>> print(model.trace((1, 8, 8)))
    layer                              output     receptive field  parameters  multiply-adds
    0  Conv(1, 4, kernel_size=(3, 3))  4 x 6 x 6  3 x 3                    40          1,296
    1  ReLU()                          4 x 6 x 6  3 x 3                     0              0
    2  Flatten()                       144        all                       0              0
    3  Dense(144, 10)                  10         all                   1,450          1,440
    total                                                               1,490          2,736
    """

    def __init__(self, *layers):
        if not layers:
            raise ValueError("a network needs at least one layer: Sequential(ReLU(), ...)")
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"a network is made of layers, Sequential(ReLU(), ...), but one is {layer!r}")
        self.layers = layers
        self._first = 0  # of the layers that move: set by forward_r
        self._owed = None, {}  # of backward_r: a dy, and what the layers before have received for it

    @property
    def parameters(self):
        """The parameters of all layers."""
        return Joined([layer.parameters for layer in self.layers])

    @property
    def gradients(self):
        """The gradients of all layers."""
        return Joined([layer.gradients for layer in self.layers])

    @property
    def r_gradients(self):
        """How fast the gradients of all layers change."""
        return Joined([layer.r_gradients for layer in self.layers])

    @property
    def state(self):
        """What all layers have seen and must not forget."""
        return Joined([layer.state for layer in self.layers])

    @property
    def generators(self):
        """What all layers draw from."""
        return Joined([layer.generators for layer in self.layers])

    def forward(self, x, *, train=False):
        """Pass x down the row; on its way it lies batch-last in memory, as convolutions like it."""
        x, self._owed = as_float("x", x), (None, {})
        y = lay_batch_last(x)
        for i, layer in enumerate(self.layers):
            y = step(i, layer, y, train)
        return lay_as(x, y)

    def backward(self, dy):
        """Pass dy back up the row."""
        dy = as_float("dy", dy)
        dx = lay_batch_last(dy)
        for layer in reversed(self.layers):
            dx = layer.backward(dx)
        return lay_as(dy, dx)

    def backward_parameters(self, dy):
        """Pass dy back up the row, but not out of the first layer that learns."""
        learners = [i for i, layer in enumerate(self.layers) if layer.parameters]
        if learners:
            first, dy = learners[0], lay_batch_last(as_float("dy", dy))
            for layer in reversed(self.layers[first + 1 :]):
                dy = layer.backward(dy)
            self.layers[first].backward_parameters(dy)

    def backward_input(self, dy):
        """Pass dy back up the row, to the input alone."""
        dy = as_float("dy", dy)
        dx = lay_batch_last(dy)
        for layer in reversed(self.layers):
            dx = layer.backward_input(dx)
        return lay_as(dy, dx)

    def forward_r(self, rx, rparameters):
        """Pass speeds down the row, from the first layer that moves."""
        learners = (i for i, layer in enumerate(self.layers) if layer.parameters)
        self._first = next(learners, len(self.layers)) if rx is None else 0
        ry = rx if rx is None else lay_batch_last(as_float("rx", rx))
        for i, layer in enumerate(self.layers[self._first :], start=self._first):
            ry = layer.forward_r(ry, {name: rparameters[f"{i}.{name}"] for name in layer.parameters})
        return ry if rx is None else lay_as(rx, ry)

    def backward_r(self, dy, rdy):
        """Pass rdy back up the row, to the first layer that moves, and dy as far as it is needed.

        What becomes of dy on its way is remembered, for the next direction on the same batch.
        """
        if self._owed[0] is not dy:
            self._owed = dy, {len(self.layers) - 1: lay_batch_last(as_float("dy", dy))}
        _, owed = self._owed
        moving = range(self._first, len(self.layers))
        asking = [i for i in moving if self.layers[i].needs_dy]
        for i in reversed(moving[1:]):
            if i - 1 not in owed and i > min(asking, default=i):
                owed[i - 1] = self.layers[i].backward_input(owed[i])
        rdx = lay_batch_last(as_float("rdy", rdy))
        for i in reversed(moving):
            rdx = self.layers[i].backward_r(owed.get(i), rdx)
        return rdx if rdx is None else lay_as(rdy, rdx)

    def trace(self, shape):
        """Follow the shape of one input through the network: how far each layer sees, and what it costs.

        An empty batch of that shape is run through, so that what is reported is what the layers do.

        Parameters
        ----------
        shape : tuple of int
            Of one input, (C, *spatial).

        Returns
        -------
        Trace
            A table, readable as text and in a notebook. The receptive field is that of the entry which sees
            most: on each axis from the first cell of the input that it sees to the last, rims not counted;
            all: the whole input. A multiply-add is one product and its addition, for one input, biases not
            counted.

        Raises
        ------
        ValueError
            Where a layer cannot take what the one before returns; the error says which.
        """
        sight, rows = Sight(shape[1:]), []
        for name, layer, x_shape, y_shape in self.walk(shape):
            sight.through(layer.reads(x_shape[1:], y_shape[1:]))
            costs = size_of(layer), layer.multiply_adds(x_shape, y_shape)
            rows.append(TraceRow(f"{name}  {layer!r}", y_shape, sight.sizes, *costs))
        return Trace(tuple(shape[1:]), rows)

    def summary(self, shape=None):
        """List the layers with their parameters or, where a shape is given, all that `trace` knows.

        Parameters
        ----------
        shape : tuple of int, optional
            Of one input, (C, *spatial).

        Returns
        -------
        Summary or Trace
            A table, readable as text and in a notebook.

        Raises
        ------
        ValueError
            As `trace`.

        Examples
        --------
        >>> from cnnlab import Conv, Dense, Flatten, ReLU
        >>> Sequential(Conv(1, 4, kernel_size=3), ReLU(), Flatten(), Dense(24, 2)).summary()
        layer                            parameters
        0  Conv(1, 4, kernel_size=(3,))          16
        1  ReLU()                                 0
        2  Flatten()                              0
        3  Dense(24, 2)                          50
        total                                    66
        """
        if shape is not None:
            return self.trace(shape)
        return Summary([(f"{name}  {layer!r}", size_of(layer)) for name, layer in self.flat()])

    def receptive_field(self, shape):
        """Ask where in the input the entries of the last feature map look.

        The entry at place o sees the cells from start + o * jump on, as many as size says: see
        `cnnlab.receptive_field`.

        Parameters
        ----------
        shape : tuple of int
            Of one input, (C, *spatial).

        Returns
        -------
        size, jump, start : tuple of int
            Per axis, rims of padding included.

        Raises
        ------
        ValueError
            Where a layer sees through no one window, as dense layers and transposed convolutions do; ask the
            layers before it, or `trace`. Also as `trace`.

        Examples
        --------
        Windows of 3, two apart; then pairs of them:

        >>> from cnnlab import Conv, MaxPool, ReLU
        >>> model = Sequential(Conv(1, 4, kernel_size=3, stride=2, padding=1), ReLU(), MaxPool(2))
        >>> model.receptive_field((1, 12))
        ((5,), (4,), (-1,))
        """
        windows = []
        for name, layer, x_shape, _ in self.walk(shape):
            window = layer.window(x_shape[1:])
            if window is None:
                raise ValueError(
                    f"layer {name}, {layer!r}, does not see its input through windows of one size and stride"
                )
            windows.append((window.kernel_size, window.stride, window.padding, window.dilation))
        return receptive_field(windows)

    def walk(self, shape):
        """Send an empty batch through a copy: each layer with its name and the shapes of one x and one y."""
        x = np.zeros((0, *shape), np.float32)
        for name, layer in copy.deepcopy(self).flat():
            y = step(name, layer, x, train=False)
            yield name, layer, x.shape[1:], y.shape[1:]
            x = y

    def flat(self):
        """Name all layers, those of networks inside this one too: pairs like ("2.0", layer)."""
        for i, layer in enumerate(self.layers):
            yield from ((f"{i}.{name}".removesuffix("."), inner) for name, inner in layer.flat())

    def __repr__(self):
        lines = [f"  {name}  {layer!r}\n" for name, layer in self.flat()]
        return f"Sequential(\n{''.join(lines)})"

    def _repr_html_(self):
        return html_table(("", "layer"), [(name, repr(layer)) for name, layer in self.flat()])


def size_of(layer):
    """Count what a layer learns."""
    return sum(array.size for array in layer.parameters.values())


def lay_batch_last(array):
    """Let an array of images lie batch-last in memory, and look as it did."""
    return array if array.ndim < 3 else batch_first(batch_last(array))


def step(name, layer, x, train):
    """Run one layer of a network; an error says which."""
    try:
        return layer.forward(x, train=train)
    except (TypeError, ValueError) as error:
        error.add_note(f"This was layer {name}, {layer!r}, given an input of shape {np.shape(x)}.")
        raise


class Joined(MutableMapping):
    """The dicts of several layers seen as one: "2.weight" is "weight" of the layer 2. No key can be added."""

    def __init__(self, dicts):
        self.dicts = dicts

    def _find(self, key):
        i, _, name = key.partition(".")
        if not i.isdecimal() or int(i) >= len(self.dicts):
            raise KeyError(key)
        return self.dicts[int(i)], name

    def __getitem__(self, key):
        part, name = self._find(key)
        return part[name]

    def __setitem__(self, key, array):
        part, name = self._find(key)
        if name not in part:
            raise KeyError(key)
        part[name] = array

    def __delitem__(self, key):
        part, name = self._find(key)
        del part[name]

    def __iter__(self):
        return (f"{i}.{name}" for i, part in enumerate(self.dicts) for name in part)

    def __len__(self):
        return sum(map(len, self.dicts))
