"""A way past some layers: the fine detail takes it, while the layers look from further away."""

import numpy as np

import cnnlab
from cnnlab.layers import Layer


class Beside(Layer):
    """Layers in a row, and a way past them: what comes out is the input's channels and then theirs.

    Examples
    --------
    >>> Beside(cnnlab.ReLU()).forward(np.array([[[-1.0, 2]]]))
    array([[[-1.,  2.],
            [ 0.,  2.]]])
    """

    def __init__(self, *layers):
        super().__init__()
        self.row = cnnlab.Sequential(*layers)
        self.parameters, self.gradients = self.row.parameters, self.row.gradients
        self.state, self.generators = self.row.state, self.row.generators

    def forward(self, x, *, train=False):
        """Send x down the row, and past it."""
        return np.concatenate([self.remember(x), self.row.forward(x, train=train)], axis=1)

    def backward(self, dy):
        """Send dy back up the row, and add what went past."""
        past, own = np.split(dy, [self.recall().shape[1]], axis=1)
        return past + self.row.backward(own)

    def __repr__(self):
        return f"Beside({', '.join(map(repr, self.row.layers))})"
