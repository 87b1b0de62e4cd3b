"""Functions of PyTorch's tensors or JAX's arrays, made functions of NumPy's: converted at the border.

Nothing is imported here that the caller has not imported: whoever gives a tensor has its library loaded.
"""

import sys
from contextlib import nullcontext

import numpy as np


def as_arrays(forward, backward, inputs):
    """Make two functions and their inputs speak NumPy, in float64; the same again if they do already.

    Parameters
    ----------
    forward, backward : callable
        Of tensors, if an input is one. A backward of None is the library's own differentiation.
    inputs : sequence of array, PyTorch tensor or JAX array

    Returns
    -------
    forward, backward, inputs

    Raises
    ------
    ValueError
        Where backward is None and the inputs are NumPy's, which has no differentiation of its own.
    """
    library = next(filter(None, map(library_of, inputs)), None)
    if library is None:
        if backward is None:
            raise ValueError(
                "backward is None, but only functions of PyTorch or JAX differentiate themselves"
            )
        return forward, backward, list(inputs)

    def across(function):
        def run(*arrays):
            with library.precisely():
                answers = function(*map(library.tensor, arrays))
                several = isinstance(answers, (tuple, list))
                return [library.array(a) for a in answers] if several else library.array(answers)

        return run

    if backward is None:
        backward = library.differentiated(forward)
    return across(forward), across(backward), [library.array(a) for a in inputs]


def library_of(array):
    """Name the library whose array this is: None for NumPy's and lists."""
    for name, kind, library in (("torch", "Tensor", PyTorch), ("jax", "Array", Jax)):
        module = sys.modules.get(name)
        if module is not None and isinstance(array, getattr(module, kind)):
            return library
    return None


class PyTorch:
    """How to cross to PyTorch and back."""

    precisely = nullcontext

    @staticmethod
    def tensor(array):
        """A tensor over the same memory, so that what changes the one is seen in the other."""
        import torch

        return torch.from_numpy(np.asarray(array))

    @staticmethod
    def array(tensor):
        """The array of a tensor, wherever it lies; what is no tensor is read as it is."""
        if hasattr(tensor, "detach"):
            tensor = tensor.detach().cpu().resolve_conj().resolve_neg().numpy()
        return np.asarray(tensor)

    @staticmethod
    def differentiated(forward):
        """What autograd makes of a forward function."""
        import torch

        def backward(dy, *inputs):
            leaves = [x.detach().requires_grad_() for x in inputs]
            with torch.enable_grad():
                y = forward(*leaves)
            return torch.autograd.grad(y, leaves, dy, allow_unused=True, materialize_grads=True)

        return backward


class Jax:
    """How to cross to JAX and back."""

    @staticmethod
    def precisely():
        """In float64, which JAX cuts to float32 unless told otherwise."""
        import jax

        if hasattr(jax, "enable_x64"):
            return jax.enable_x64(True)
        from jax.experimental import enable_x64

        return enable_x64()

    @staticmethod
    def tensor(array):
        """An array of JAX's."""
        import jax

        return jax.numpy.asarray(np.array(array))

    @staticmethod
    def array(array):
        """An array of NumPy's."""
        return np.asarray(array)

    @staticmethod
    def differentiated(forward):
        """What JAX's reverse mode makes of a forward function."""
        import jax

        def backward(dy, *inputs):
            return jax.vjp(forward, *inputs)[1](dy)

        return backward
