"""Convolutional networks with your own hands: a readable NumPy reference in any number of dimensions.

>>> import numpy as np
>>> conv_forward(np.ones((1, 1, 4)), np.ones((1, 1, 3)))
array([[[3., 3.]]])
"""

from .activations import *
from .conv import *
from .dense import *
from .geometry import *
from .gradcheck import *
from .init import *
from .layers import *
from .losses import *
from .model import *
from .naive import *
from .optim import *
from .pool import *
from .saving import *
from .train import *
from .windows import *

__version__ = "0.1.0"
