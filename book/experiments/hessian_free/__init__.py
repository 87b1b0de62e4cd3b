"""Who learns more from the same work? Hessian-free optimisation beside gradient descent.

Beside it run momentum in small batches and in one. Work is counted in gradients: one pass over all training
images, forward and backward, is 1. A Gauss-Newton product costs what it was measured to cost, a forward pass
a third. Each method is tuned over as many settings, by the errors on images that it does not learn from; the
test set is seen once, at the very end.
"""

from .compare import run

__all__ = ["run"]
