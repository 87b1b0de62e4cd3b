"""Is this gradient right? Where is it wrong, and what does it look like.

In reading order:

    numerical       slopes entry by entry: central differences, the complex step
    slopes          slopes along a direction, as exactly as the code allows; kinks and rounding
    check           what users call: random directions, and what is asked when one of them disagrees
    passes          forward and backward, called on copies: who changes what it was given?
    evidence        what is known of one gradient; where it is wrong
    diagnosis       what it looks like: the simplest change that makes it right
    mending         ... a change of the gradient: scaled, turned, shifted, cut
    misreading      ... of dy or of another input
    entrywise       ... of single entries
    wording         said in words
    report          what was found, as text and as a table; picture: as a drawing
    tensors         functions of PyTorch and JAX
"""

from .check import check_gradient, check_layer, directional_check, relative_error
from .numerical import complex_step_gradient, numerical_gradient
from .report import Finding, GradientReport

__all__ = [
    "Finding",
    "GradientReport",
    "check_gradient",
    "check_layer",
    "complex_step_gradient",
    "directional_check",
    "numerical_gradient",
    "relative_error",
]
