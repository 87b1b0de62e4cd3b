"""Who takes the steps? An update rule, a learning rate, and what the rule remembers of each parameter."""

import inspect
import math
import weakref

import numpy as np

from .optim import adadelta, adagrad, adam, adamw, momentum, nesterov, read, rmsprop, sgd

__all__ = ["SGD", "AdaDelta", "AdaGrad", "Adam", "AdamW", "Momentum", "Nesterov", "Optimiser", "RMSprop"]


class Optimiser:
    """Apply one rule of `cnnlab.optim` to all parameters of a model, each with a state of its own.

    A rule of one's own, ``rule(parameter, gradient, state, *, lr, ...) -> parameter, state``, does too:
    ``Optimiser(rule, lr=0.1)``.

    Parameters
    ----------
    rule : callable
    lr : float or callable, optional
        The learning rate, or a schedule from progress, 0 to 1, to one, such as `cnnlab.one_cycle`. Without it
        the rule's own.
    l1 : float
        Adds ``l1 * sign(w)`` to the gradients of weights: each step pulls every weight by the same amount
        towards 0, and small ones all the way.
    **hyper : float
        What else the rule takes: mu, rho, beta1, beta2, eps, decay. A decay is for weights: biases, and gamma
        and beta of a batch norm, do not decay.

    Attributes
    ----------
    state : dict
        From a parameter's key to what the rule remembers of it, if anything.

    Raises
    ------
    ValueError
        For a number that is negative, infinite, none, or too large for its part in the rule.
    TypeError
        For what the rule does not take.

    Notes
    -----
    `SGD`, `Momentum` and the others below are this with their rule: each takes what its rule takes, and l1.

    Examples
    --------
    >>> from cnnlab import Dense
    >>> layer = Dense(2, 1, dtype=float)
    >>> layer.parameters["weight"] = np.array([[4.0, -2.0]])
    >>> y = layer.forward([[1.0, 0.0]])
    >>> _ = layer.backward(np.array([[2.0]]))
    >>> optimiser = SGD(lr=0.5, decay=0.25)
    >>> optimiser
    SGD(lr=0.5, decay=0.25)
    >>> optimiser.step(layer)

    The gradient was (2, 0), the decay adds a quarter of the weight:

    >>> layer.parameters["weight"]
    array([[ 2.5 , -1.75]])
    """

    def __init__(self, rule, *, lr=None, l1=0.0, **hyper):
        known = inspect.signature(rule).parameters
        unknown = [name for name in hyper if name not in known]
        if unknown:
            takes = ", ".join(name for name, p in known.items() if p.kind is p.KEYWORD_ONLY)
            raise TypeError(f"{unknown[0]} is not among what {rule.__name__} takes: {takes}")
        lr = known["lr"].default if lr is None else lr
        if lr is inspect.Parameter.empty:
            raise TypeError(f"{rule.__name__} has no learning rate of its own: give lr")
        numbers = {"l1": l1, **hyper, **({} if callable(lr) else {"lr": lr})}
        for name, value in numbers.items():
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} is {value}, but it must be at least 0 and finite")
        read(np.zeros(0), np.zeros(0), 0.0, **numbers)  # here, not at the first step
        self.rule, self.lr, self.l1, self.hyper = rule, lr, l1, hyper
        self.state, self._known, self._model = {}, known, None

    def rate(self, progress=0.0):
        """Tell the learning rate at a share of the training.

        Parameters
        ----------
        progress : float
            0 at the start, 1 at the end.

        Returns
        -------
        float
        """
        return self.lr(progress) if callable(self.lr) else self.lr

    def step(self, model, progress=0.0):
        """Take one step in every parameter, with the gradients that the last backward found.

        Parameters
        ----------
        model : Layer
            Its parameters are replaced and keep their dtypes.
        progress : float
            How much of the training is done, for the schedule.

        Raises
        ------
        ValueError
            Where this optimiser remembers the steps of another model.
        """
        self.serve(model)
        rate, parameters, gradients = self.rate(progress), model.parameters, model.gradients
        for key, old in parameters.items():
            gradient, hyper = gradients[key], self.hyper
            if key.split(".")[-1] != "weight":
                hyper = hyper | {"decay": 0.0} if "decay" in self._known else hyper
            elif self.l1:
                gradient = gradient + self.l1 * np.sign(old)
            new, kept = self.rule(old, gradient, self.state.get(key), lr=rate, **hyper)
            parameters[key] = np.asarray(new, old.dtype, order="C")
            if kept is not None:
                self.state[key] = kept

    def serve(self, model):
        """Hold that what is remembered, if anything, is of this model.

        Parameters
        ----------
        model : Layer

        Raises
        ------
        ValueError
            As `step`.
        """
        if self.state and self._model is not None and self._model() is not model:
            raise ValueError(
                f"this {self!r} remembers the steps of another model: make a new one for each model"
            )
        self._model = weakref.ref(model)

    def remember(self, model, state):
        """Go on where an optimiser of this kind stopped.

        Parameters
        ----------
        model : Layer
            The one whose parameters are meant.
        state : dict
            What `state` was.
        """
        self.state, self._model = state, weakref.ref(model)

    def __repr__(self):
        named = type(self) is not Optimiser
        lr = getattr(self.lr, "__qualname__", "schedule").split(".")[0] if callable(self.lr) else self.lr
        usual = {"l1": 0.0, **{name: parameter.default for name, parameter in self._known.items()}}
        given = {"l1": self.l1, **self.hyper}
        told = [f"{name}={value}" for name, value in given.items() if value != usual[name]]
        words = [*([] if named else [self.rule.__name__]), f"lr={lr}", *told]
        return f"{type(self).__name__}({', '.join(words)})"


class SGD(Optimiser):
    """Step against the gradient: `sgd` for every parameter."""

    def __init__(self, **options):
        super().__init__(sgd, **options)


class Momentum(Optimiser):
    """Let a heavy ball roll: `momentum` for every parameter."""

    def __init__(self, **options):
        super().__init__(momentum, **options)


class Nesterov(Optimiser):
    """Look ahead along the roll before stepping: `nesterov` for every parameter."""

    def __init__(self, **options):
        super().__init__(nesterov, **options)


class AdaGrad(Optimiser):
    """Divide each step by all that was felt before: `adagrad` for every parameter."""

    def __init__(self, **options):
        super().__init__(adagrad, **options)


class RMSprop(Optimiser):
    """Forget old gradients, so that steps need not die: `rmsprop` for every parameter."""

    def __init__(self, **options):
        super().__init__(rmsprop, **options)


class AdaDelta(Optimiser):
    """Measure steps in units of past steps: `adadelta` for every parameter."""

    def __init__(self, **options):
        super().__init__(adadelta, **options)


class Adam(Optimiser):
    """Join momentum and `RMSprop`: `adam` for every parameter."""

    def __init__(self, **options):
        super().__init__(adam, **options)


class AdamW(Optimiser):
    """Shrink the weights themselves instead of their gradients: `adamw` for every parameter."""

    def __init__(self, **options):
        super().__init__(adamw, **options)
