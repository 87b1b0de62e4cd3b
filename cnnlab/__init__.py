"""Convolutional networks with your own hands: a readable NumPy reference in any number of dimensions.

>>> import numpy as np
>>> conv_forward(np.ones((1, 1, 4)), np.ones((1, 1, 3)))
array([[[3., 3.]]])
"""

from .conv import *
from .geometry import *
from .naive import *
from .pool import *
from .windows import *

__version__ = "0.1.0"
