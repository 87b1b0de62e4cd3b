"""Convolutional networks with your own hands: a readable NumPy reference in any number of dimensions.

>>> import numpy as np
>>> conv_forward(np.ones((1, 1, 4)), np.ones((1, 1, 3)))
array([[[3., 3.]]])
"""

from importlib import import_module as _import_module

from .activations import *
from .adaptive_pool import *
from .bias import *
from .conv import *
from .conv_transpose import *
from .dense import *
from .dropout import *
from .geometry import *
from .init import *
from .local import *
from .losses import *
from .lp_pool import *
from .matrix import *
from .naive import *
from .norm import *
from .padding import *
from .pool import *
from .unpool import *
from .weighted_pool import *
from .windows import *

__version__ = "0.1.0"

# imported with their first use: networks ask for layers, a function of arrays for none
ON_REQUEST = (
    *("layers", "model", "optim", "train", "optimisers", "schedules", "history", "augment"),
    *("any_size", "equivariance", "r_operator", "r_pool", "r_norm", "r_curved"),
    *("gradcheck", "curvature", "fft", "separable", "winograd", "cost"),
)


def __getattr__(name):
    """Look for a name in the modules that not everybody needs."""
    if name == "__all__":  # of `from cnnlab import *`
        return [public for public in __dir__() if not public.startswith("_")]
    for module in () if name.startswith("_") else ON_REQUEST:
        found = _import_module(f"{__name__}.{module}")
        if name == module:
            return found
        if name in found.__all__:
            globals()[name] = getattr(found, name)
            return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    """List all names, those of the modules on request too."""
    modules = (_import_module(f"{__name__}.{module}") for module in ON_REQUEST)
    return sorted({*globals(), *(name for module in modules for name in module.__all__)})
