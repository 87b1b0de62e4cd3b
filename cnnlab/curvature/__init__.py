"""How the loss bends: products with its Hessian, systems and spectra seen through products, long steps.

In reading order:

    products        Hessian and Gauss-Newton matrix, times a vector
    vectors         many arrays as one vector
    conjugate       solve A x = b from products alone
    spectrum        the largest eigenvalue, from products alone
    hessian_free    training by long steps
"""

from .conjugate import Solution, conjugate_gradient
from .hessian_free import HessianFreeState, hessian_free_step
from .products import Curvature, gauss_newton_vector_product, hessian_vector_product
from .spectrum import Eigenpair, lanczos, power_iteration
from .vectors import pack, unpack

__all__ = [
    "Curvature",
    "Eigenpair",
    "HessianFreeState",
    "Solution",
    "conjugate_gradient",
    "gauss_newton_vector_product",
    "hessian_free_step",
    "hessian_vector_product",
    "lanczos",
    "pack",
    "power_iteration",
    "unpack",
]
