"""Where did the numbers go bad? The first layer whose parameters or output are no longer finite."""

import copy

import numpy as np

__all__ = []

STEP = "its gradient was not, or the step before was too large: try a smaller learning rate"


def first_trouble(model, x, *, train=True):
    """Say in words what is the first to be inf or nan on the way from the data to the outputs.

    A copy of the model goes through the batch, so that nothing of the model changes.

    Parameters
    ----------
    model : Layer
    x : ndarray, shape (N, ...)
    train : bool
        Whether the model was learning from x.

    Returns
    -------
    str
    """
    if not np.isfinite(x).all():
        return "the batch itself holds inf or nan: mend the data"
    for name, layer in copy.deepcopy(model).flat():
        words = f"layer {name}, {layer!r}," if name else f"{layer!r}"
        for key, array in layer.parameters.items():
            if not np.isfinite(array).all():
                return f"the {key} of {words} is no longer finite: {STEP}"
        x = layer.forward(x, train=train)
        if not np.isfinite(x).all():
            return f"{words} is the first whose output is not finite: try a smaller learning rate"
    return "all layers give finite outputs, but they are too large for the loss, or a target is not finite"


def check_parameters(model, where):
    """Hold that what was learnt is finite: a bad gradient shows in the loss only one step later."""
    for name, layer in model.flat():
        for key, array in layer.parameters.items():
            if not np.isfinite(array).all():
                words = f"layer {name}, {layer!r}," if name else f"{layer!r}"
                raise FloatingPointError(f"the {key} of {words} is no longer finite {where}: {STEP}")
