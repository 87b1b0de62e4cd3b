"""One large step instead of many small ones: go to the lowest point of a bowl that bends as the loss does.

The bowl f + g'd + d'(G + damping) d / 2 has the loss's gradient g and its Gauss-Newton matrix G, which is
seen through its products alone. Its lowest point is what conjugate gradients look for. The damping says how
far the bowl is trusted: it grows where the loss falls by less than the bowl has promised.
"""

from dataclasses import dataclass

import numpy as np

from .conjugate import Solution, check, conjugate_gradient
from .products import Curvature, twin
from .vectors import pack

__all__ = ["HessianFreeState", "hessian_free_step"]

SHRINK = 0.8  # from one rate of the line search to the next
RATES = 60


@dataclass(frozen=True)
class HessianFreeState:
    """What the next step needs of the last one, and what the last one was like.

    Attributes
    ----------
    damping : float
        For the next step.
    step : dict of str to ndarray, or None
        The lowest point that was found; None if the loss did not fall on the way to it.
    before, after : float
        The loss, which never rises.
    ratio : float
        By how much the loss fell at `step`, by what the bowl without damping had promised.
    rate : float
        The share of the step that was taken; 0 for none.
    solution : Solution
        How conjugate gradients went; of its iterations each cost a product.
    """

    damping: float
    step: dict | None
    before: float
    after: float
    ratio: float
    rate: float
    solution: Solution


def hessian_free_step(
    model,
    loss,
    batch,
    state=None,
    *,
    curvature_batch=None,
    damping=1.0,
    keep=0.95,
    progress=5e-4,
    max_iterations=250,
    preconditioner=None,
    train=False,
):
    """Step to where the gradient, with the curvature around it, says that the lowest point is.

    Parameters
    ----------
    model : Layer
        Its parameters are replaced, if the loss falls; its gradients are left alone.
    loss : callable
        ``loss(scores, labels) -> loss, dscores``, as `Curvature` takes it.
    batch : (ndarray, ndarray)
        x and labels, many of them: for the gradient and the loss.
    state : HessianFreeState, optional
        What the last step returned; None at first.
    curvature_batch : (ndarray, ndarray), optional
        For the products: a part of the batch will do.
    damping : float
        Of the first step; 0 stays 0.
    keep : float
        How much of the last step conjugate gradients begin with, 0 to 1.
    progress, max_iterations, preconditioner
        As in `conjugate_gradient`.
    train : bool
        Whether to see the network as it is in training; then its running statistics move once a step.

    Returns
    -------
    HessianFreeState

    Raises
    ------
    ValueError
        Where an argument breaks its rule; also as `Curvature` and `conjugate_gradient`.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Martens (2010), Deep learning via Hessian-free optimization. Levenberg (1944), A method for the solution
    of certain non-linear problems in least squares.

    Examples
    --------
    The squared error of a dense layer is a bowl. Without damping, one step takes it to its lowest point:

    >>> from cnnlab import Dense, mse
    >>> model, batch = Dense(1, 1, dtype=np.float64), ([[0], [1]], [[5], [8]])
    >>> state = hessian_free_step(model, mse, batch, damping=0.0)
    >>> model.parameters["weight"].round(9), model.parameters["bias"].round(9), state.rate
    (array([[3.]]), array([5.]), 1.0)
    """
    check(damping=damping, keep=keep)
    if keep > 1:
        raise ValueError(f"keep is {keep!r}, but as a share of the last step it must be at most 1")
    here = Curvature(model, loss, batch, train=train)
    products = here if curvature_batch is None else Curvature(model, loss, curvature_batch, train=train)
    damping = damping if state is None else state.damping
    last = None if state is None else state.step
    solution = conjugate_gradient(
        products.gauss_newton,
        {name: -gradient for name, gradient in here.gradient.items()},
        x0=last and {name: keep * array for name, array in last.items()},
        damping=damping,
        progress=progress,
        max_iterations=max_iterations,
        preconditioner=preconditioner,
    )
    step, before = solution.x, float(here.loss)
    slope = float(pack(here.gradient) @ pack(step))
    promised = solution.values[-1] - damping / 2 * float(np.sum(pack(step) ** 2))

    def moved(rate):
        return {name: here.parameters[name] + rate * step[name] for name in step}

    def loss_at(rate):
        probe = twin(model)
        probe.parameters.update(moved(rate))
        with np.errstate(over="ignore", invalid="ignore"):  # what is too far is not taken
            return float(loss(probe.forward(batch[0], train=train), batch[1])[0])

    full = loss_at(1.0)
    rate, after = line_search(loss_at, before, slope, full)
    if rate:
        model.parameters.update(moved(rate))
    if train:
        model.forward(batch[0], train=True)
    ratio = (full - before) / promised if promised else np.nan
    damping = adapted(damping, ratio) if promised else damping
    return HessianFreeState(damping, step if rate else None, before, after, ratio, rate, solution)


def line_search(loss_at, before, slope, full):
    """Shorten the step until the loss falls by a hundredth of what its slope foretells.

    Returns the rate, 0 if none will do, and the loss there.
    """
    rate, after = 1.0, full
    for _ in range(RATES if slope < 0 else 0):
        if after <= before + 0.01 * rate * slope:
            return rate, after
        rate *= SHRINK
        after = loss_at(rate)
    return 0.0, before


def adapted(damping, ratio):
    """Trust the bowl less where it promised four times as much as came, more where three quarters came."""
    if not ratio >= 1 / 4:  # also where the loss is no number
        return damping * 3 / 2
    return damping * 2 / 3 if ratio > 3 / 4 else damping
