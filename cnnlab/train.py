"""Learning: one small step after another, each from a few examples."""

import inspect
import math
import time
from dataclasses import dataclass, field

import numpy as np

from .losses import accuracy, softmax_cross_entropy
from .trace import html_table

__all__ = ["History", "evaluate", "fit", "minibatches", "one_cycle"]


def minibatches(x, labels, batch_size, rng):
    """Deal all examples out in random order, a few at a time; the last hand may be smaller.

    Parameters
    ----------
    x : ndarray, shape (N, ...)
    labels : ndarray, shape (N, ...)
    batch_size : int
    rng : numpy.random.Generator

    Returns
    -------
    iterator of (ndarray, ndarray)
        Every example exactly once.

    Raises
    ------
    ValueError
        Where there is not one label an example, or a batch would be empty.

    Examples
    --------
    >>> batches = minibatches(np.arange(5), np.arange(5) % 2, 2, np.random.default_rng(0))
    >>> [x.tolist() for x, labels in batches]
    [[2, 4], [3, 0], [1]]
    """
    check_examples(x, labels, batch_size, minimum=0)
    order = rng.permutation(len(x))
    hands = (order[start : start + batch_size] for start in range(0, len(x), batch_size))
    return ((x[hand], labels[hand]) for hand in hands)


def check_examples(x, labels, batch_size, *, minimum=1):
    """Hold that there is one label an example, that there are examples, and that a batch has room for one."""
    if len(x) != len(labels):
        raise ValueError(f"x holds {len(x)} examples, but labels {len(labels)}")
    if len(x) < minimum:
        raise ValueError(f"x holds {len(x)} examples, but it takes at least {minimum}")
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}, but a batch must hold at least 1 example")


def one_cycle(peak, *, warm_up=0.25, start=0.04):
    """Raise the learning rate from a fraction of its peak, then let it sink to 0, both along half a cosine.

    Large steps in the middle find a wide valley, small ones at the end settle to its floor.

    Parameters
    ----------
    peak : float
        The largest learning rate.
    warm_up : float
        The share of the training after which it is reached.
    start : float
        The first learning rate as a share of the peak.

    Returns
    -------
    callable
        From progress, 0 to 1, to learning rate, as `fit` takes it.

    References
    ----------
    Smith (2018), A disciplined approach to neural network hyper-parameters, part 1.

    Examples
    --------
    >>> schedule = one_cycle(0.5, warm_up=0.25)
    >>> [round(schedule(progress), 3) for progress in (0, 0.25, 0.625, 1)]
    [0.02, 0.5, 0.25, 0.0]
    """

    def schedule(progress):
        if progress < warm_up:
            return peak * (start + (1 - start) * (1 - math.cos(math.pi * progress / warm_up)) / 2)
        return peak * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2

    return schedule


@dataclass
class History:
    """What happened in each epoch, one entry a list.

    Attributes
    ----------
    loss, accuracy : list of float
        Means over the epoch's training examples, each as it was when its turn came.
    validation : list of float
        Accuracy on the validation set after the epoch; empty without one.
    seconds : list of float
    """

    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    validation: list = field(default_factory=list)
    seconds: list = field(default_factory=list)

    def rows(self):
        """The table's header and its lines, as text."""
        columns = {
            "epoch": [str(i + 1) for i in range(len(self.loss))],
            "loss": [f"{loss:.4f}" for loss in self.loss],
            "accuracy": [f"{share:.2%}" for share in self.accuracy],
            "validation": [f"{share:.2%}" for share in self.validation],
            "seconds": [f"{seconds:.1f}" for seconds in self.seconds],
        }
        columns = {name: cells for name, cells in columns.items() if cells}
        return tuple(columns), list(zip(*columns.values(), strict=True))

    def __str__(self):
        header, rows = self.rows()
        return "\n".join("  ".join(f"{cell:>10}" for cell in line) for line in [header, *rows])

    def _repr_html_(self):
        return html_table(*self.rows())


def fit(
    model,
    data,
    *,
    epochs,
    batch_size,
    optimiser,
    learning_rate,
    rng,
    validation=None,
    progress=True,
):
    """Train a classifier: for each batch go forward, measure the loss, go backward, take a step.

    Parameters
    ----------
    model : Layer
        Returns scores (N, K) for inputs (N, ...); its parameters are replaced step by step.
    data : (ndarray, ndarray)
        Inputs and labels to learn from.
    epochs : int
        How often each example is seen.
    batch_size : int
    optimiser : callable
        One of the update rules, such as `adam`, or ``functools.partial(momentum, mu=0.9)``. A ``decay`` is
        for weights: biases, and gamma and beta of a batch norm, do not decay.
    learning_rate : float or callable
        A number, or a schedule from progress, 0 to 1, to a number, such as `one_cycle`.
    rng : numpy.random.Generator
        Shuffles the examples.
    validation : (ndarray, ndarray), optional
        Examples on which the accuracy is measured after each epoch; nothing is learnt from them.
    progress : bool
        Whether to draw a progress bar, where tqdm is installed and a terminal is there to draw it on.

    Returns
    -------
    History

    Raises
    ------
    FloatingPointError
        Where the loss is no longer a finite number.
    ValueError
        As `minibatches`; also where there are no examples.

    Examples
    --------
    Is a number positive? One neuron per answer learns it:

    >>> from cnnlab import Dense, Sequential, sgd
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 1))
    >>> model = Sequential(Dense(1, 2, rng=rng))
    >>> history = fit(
    ...     model, (x, x[:, 0] > 0), epochs=5, batch_size=10, optimiser=sgd, learning_rate=1.0, rng=rng
    ... )
    >>> history.accuracy[-1] > 0.95
    True
    """
    x, labels = data
    check_examples(x, labels, batch_size)
    if validation is not None:
        check_examples(*validation, batch_size)
    schedule = learning_rate if callable(learning_rate) else lambda progress: learning_rate
    batches = -(-len(x) // batch_size)
    states, history = {}, History()
    with progress_bar(epochs * batches, progress) as bar, np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(epochs):
            began, total_loss, right = time.perf_counter(), 0.0, 0.0
            for i, (batch, truth) in enumerate(minibatches(x, labels, batch_size, rng)):
                rate = schedule((epoch * batches + i) / (epochs * batches))
                scores = model.forward(batch, train=True)
                loss, dscores = softmax_cross_entropy(scores, truth)
                if not math.isfinite(loss):
                    raise FloatingPointError(
                        f"the loss is {loss} in epoch {epoch + 1}, batch {i + 1}, at learning rate {rate:g}: "
                        "try a smaller learning rate, and look for inf or nan in the data"
                    )
                model.backward_parameters(dscores)
                update(model, optimiser, rate, states)
                total_loss += float(loss) * len(batch)
                right += accuracy(scores, truth) * len(batch)
                bar.update()
            history.loss.append(total_loss / len(x))
            history.accuracy.append(right / len(x))
            if validation is not None:
                history.validation.append(evaluate(model, *validation))
            history.seconds.append(time.perf_counter() - began)
            bar.set_postfix_str(f"loss {history.loss[-1]:.4f}")
    return history


def update(model, optimiser, rate, states):
    """Take one step in every parameter, each of which keeps its dtype and a state of its own."""
    gradients, decays = model.gradients, "decay" in inspect.signature(optimiser).parameters
    for key, old in model.parameters.items():
        hyper = {"decay": 0.0} if decays and key.split(".")[-1] != "weight" else {}
        new, states[key] = optimiser(old, gradients[key], states.get(key), lr=rate, **hyper)
        model.parameters[key] = new.astype(old.dtype, copy=False)


def evaluate(model, x, labels, *, batch_size=500):
    """Measure a classifier's accuracy, a batch at a time.

    Parameters
    ----------
    model : Layer
    x : ndarray, shape (N, ...)
    labels : ndarray of int, shape (N,)
    batch_size : int
        How many go through the network at once; the answer does not depend on it.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As `fit`.

    Examples
    --------
    >>> from cnnlab import ReLU
    >>> evaluate(ReLU(), np.array([[1.0, 0], [0, 1], [2, 3]]), np.array([0, 0, 1]))
    0.6666666666666666
    """
    check_examples(x, labels, batch_size)
    right = 0.0
    for start in range(0, len(x), batch_size):
        batch = slice(start, start + batch_size)
        right += accuracy(model.forward(x[batch]), labels[batch]) * len(labels[batch])
    return right / len(x)


def progress_bar(steps, wanted):
    """A bar of tqdm's, or one that does nothing."""
    if wanted:
        try:
            from tqdm import tqdm
        except ModuleNotFoundError:
            return NoBar()
        return tqdm(total=steps, unit="batch", disable=None, leave=False)
    return NoBar()


class NoBar:
    """A progress bar that draws nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def update(self):
        """One step done."""

    def set_postfix_str(self, text):
        """What a bar would show beside itself."""
