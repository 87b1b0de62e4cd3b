"""A layer that a check lends: who holds it can run it and nudge it, and cannot look inside.

NumPy alone: a sandbox carries this file too.
"""

import numpy as np


class Layer:
    """A layer of the usual form, whose two passes are computed elsewhere.

    Parameters
    ----------
    run : callable
        ``run("parameters")`` -> dict of arrays, ``run("forward", x, parameters)`` -> y and
        ``run("backward", dy, x, parameters)`` -> dx, gradients.

    Attributes
    ----------
    parameters, gradients : dict of arrays
        With the same keys. `forward` uses the parameters as they are when it is called.
    """

    def __init__(self, run):
        self._run, self._seen, self.gradients = run, None, {}

    def __getattr__(self, name):
        if name != "parameters":
            raise AttributeError(f"a layer has no {name}")
        self.parameters = {key: np.array(value) for key, value in self._run("parameters").items()}
        return self.parameters

    def forward(self, x, *, train=False):
        """Compute y, and remember x and the parameters for the way back."""
        self._seen = np.array(x), {key: np.array(value) for key, value in self.parameters.items()}
        return self._run("forward", *self._seen)

    def backward(self, dy):
        """Return dx, and leave the parameters' gradients in `gradients`."""
        if self._seen is None:
            raise RuntimeError("backward comes after forward")
        dx, self.gradients = self._run("backward", np.array(dy), *self._seen)
        return dx
