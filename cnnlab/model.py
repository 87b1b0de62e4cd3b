"""Layers in a row: forward goes down the row, backward comes back up it."""

import copy
from collections.abc import MutableMapping

import numpy as np

from .geometry import count
from .layers import Layer
from .trace import Trace, TraceRow, html_table

__all__ = ["Sequential"]


class Sequential(Layer):
    """A network whose layers each take what the one before returns; itself a layer.

    Parameters
    ----------
    *layers : Layer

    Attributes
    ----------
    layers : tuple of Layer
    parameters, gradients : mapping of str to ndarray
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
    layer                              output     parameters  multiply-adds
    0  Conv(1, 4, kernel_size=(3, 3))  4 x 6 x 6          40          1,296
    1  ReLU()                          4 x 6 x 6           0              0
    2  Flatten()                       144                 0              0
    3  Dense(144, 10)                  10              1,450          1,440
    total                                              1,490          2,736
    """

    def __init__(self, *layers):
        if not layers:
            raise ValueError("a network needs at least one layer: Sequential(ReLU(), ...)")
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"a network is made of layers, Sequential(ReLU(), ...), but one is {layer!r}")
        self.layers = layers

    @property
    def parameters(self):
        """The parameters of all layers."""
        return Joined([layer.parameters for layer in self.layers])

    @property
    def gradients(self):
        """The gradients of all layers."""
        return Joined([layer.gradients for layer in self.layers])

    def forward(self, x, *, train=False):
        """Pass x down the row."""
        for i, layer in enumerate(self.layers):
            x = step(i, layer, x, train)
        return x

    def backward(self, dy):
        """Pass dy back up the row."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def backward_parameters(self, dy):
        """Pass dy back up the row, but not out of its first layer."""
        first, *others = self.layers
        for layer in reversed(others):
            dy = layer.backward(dy)
        first.backward_parameters(dy)

    def trace(self, shape):
        """Follow the shape of one input through the network, and count what each layer costs.

        An empty batch of that shape is run through, so that what is reported is what the layers do.

        Parameters
        ----------
        shape : tuple of int
            Of one input, (C, *spatial).

        Returns
        -------
        Trace
            A table, readable as text and in a notebook; a multiply-add is one product and its addition, for
            one input, biases not counted.

        Raises
        ------
        ValueError
            Where a layer cannot take what the one before returns; the error says which.
        """
        x, rows = np.zeros((0, *shape), np.float32), []
        for name, layer in self.flat():
            x = step(name, copy.copy(layer), x, train=False)
            sizes = {key: array.size for key, array in layer.parameters.items()}
            multiply_adds = sizes.get("weight", 0) * count(x.shape[2:])
            rows.append(TraceRow(f"{name}  {layer!r}", x.shape[1:], sum(sizes.values()), multiply_adds))
        return Trace(rows)

    def flat(self):
        """Name all layers, those of networks inside this one too: pairs like ("2.0", layer)."""
        for i, layer in enumerate(self.layers):
            if isinstance(layer, Sequential):
                yield from ((f"{i}.{name}", inner) for name, inner in layer.flat())
            else:
                yield str(i), layer

    def __repr__(self):
        lines = [f"  {name}  {layer!r}\n" for name, layer in self.flat()]
        return f"Sequential(\n{''.join(lines)})"

    def _repr_html_(self):
        return html_table(("", "layer"), [(name, repr(layer)) for name, layer in self.flat()])


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
