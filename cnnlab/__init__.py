"""Convolutional networks with your own hands: a readable NumPy reference in any number of dimensions.

>>> import numpy as np
>>> conv_forward(np.ones((1, 1, 4)), np.ones((1, 1, 3)))
array([[[3., 3.]]])
"""

from .activations import *
from .adaptive_pool import *
from .any_size import *
from .bias import *
from .conv import *
from .conv_transpose import *
from .dense import *
from .dropout import *
from .equivariance import *
from .geometry import *
from .gradcheck import *
from .init import *
from .layers import *
from .local import *
from .losses import *
from .lp_pool import *
from .matrix import *
from .model import *
from .naive import *
from .norm import *
from .optim import *
from .padding import *
from .pool import *
from .saving import *
from .train import *
from .unpool import *
from .weighted_pool import *
from .windows import *

__version__ = "0.1.0"
