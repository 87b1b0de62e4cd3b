"""Learning: one small step after another, each from a few examples."""

import math
import numbers
import time

import numpy as np

from .checkpoint import Checkpoint, NoCheckpoint
from .layer import check_batch_size
from .losses import accuracy, softmax_cross_entropy
from .optimisers import Optimiser
from .progress import interruptible, progress_bar
from .sameness import fingerprint, in_words
from .saving import known, put
from .trouble import check_parameters, first_trouble

__all__ = ["evaluate", "fit", "minibatches"]


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
    return deal(x, labels, batch_size, rng.permutation(len(x)))


def deal(x, labels, batch_size, order, batch=0):
    """Deal the examples out in this order, from some batch on."""
    hands = (order[start : start + batch_size] for start in range(batch * batch_size, len(x), batch_size))
    return ((x[hand], labels[hand]) for hand in hands)


def check_examples(x, labels, batch_size, *, minimum=1):
    """Hold that there is one label an example, that there are examples, and that a batch has room for one."""
    if len(x) != len(labels):
        raise ValueError(f"x holds {len(x)} examples, but labels {len(labels)}")
    if len(x) < minimum:
        raise ValueError(f"x holds {len(x)} examples, but it takes at least {minimum}")
    check_batch_size(batch_size)


def fit(
    model,
    data,
    *,
    epochs,
    batch_size,
    optimiser,
    rng,
    loss=softmax_cross_entropy,
    measure=None,
    validation=None,
    augment=None,
    patience=None,
    keep_best=False,
    checkpoint=None,
    progress=True,
):
    """Train a model: for each batch go forward, measure the loss, go backward, take a step.

    Ctrl-C ends it well: the batch in hand is finished, the checkpoint is written, and the best parameters are
    put back where there is a validation set to tell them.

    Parameters
    ----------
    model : Layer
        Its parameters are replaced step by step.
    data : (ndarray, ndarray)
        Inputs (N, ...) and targets (N, ...) to learn from.
    epochs : int
        How often each example is seen.
    batch_size : int
    optimiser : Optimiser
        Such as ``Adam(lr=one_cycle(4e-3))`` or ``Momentum(lr=0.1, mu=0.9, decay=1e-4)``.
    rng : numpy.random.Generator
        Shuffles and augments.
    loss : callable
        From (outputs, targets) to the loss, a mean over the batch, and its gradient; `softmax_cross_entropy`,
        `mse` or one of your own.
    measure : callable, optional
        From (outputs, targets) to a score, the larger, the better. For `softmax_cross_entropy` it is
        `accuracy` if none is given.
    validation : (ndarray, ndarray), optional
        Examples on which loss and score are measured after each epoch; nothing is learnt from them.
    augment : callable, optional
        From (x, targets, rng) to what is learnt from instead, anew for each batch: see `cnnlab.augment`.
    patience : int, optional
        Stop early, after so many epochs in a row in which the validation set was not answered better than
        before, and put the best parameters back.
    keep_best : bool
        Whether to end with the parameters of the best epoch instead of those of the last.
    checkpoint : str or Path, optional
        A file that keeps the training after each epoch and once a minute. Where it is there already, the
        training goes on from it, to the same bits as if it had never been stopped; one of another training is
        refused. Dropout's coins and the shuffling are kept as well. At a constant learning rate there may be
        more epochs than at first.
    progress : bool
        Whether to draw a progress bar, where tqdm is installed and somebody is there to see it.

    Returns
    -------
    History

    Raises
    ------
    FloatingPointError
        Where the loss is no longer a finite number; the error names the layer where that begins.
    ValueError
        As `minibatches`; where there are no examples; for a number of epochs that is none; where patience or
        keep_best have no validation set to go by; where the optimiser remembers another model; where the
        checkpoint is damaged or of another training.
    TypeError
        For an optimiser or an rng that is none.
    OSError
        Where the checkpoint cannot be written.

    Examples
    --------
    Is a number positive? One neuron per answer learns it:

    >>> from cnnlab import SGD, Dense, Sequential
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 1))
    >>> model = Sequential(Dense(1, 2, rng=rng))
    >>> history = fit(model, (x, x[:, 0] > 0), epochs=5, batch_size=10, optimiser=SGD(lr=1.0), rng=rng)
    >>> history.score[-1] > 0.95
    True
    """
    x, targets = as_arrays(data, batch_size)
    held_out = None if validation is None else as_arrays(validation, batch_size)
    check_plan(epochs, held_out, patience, keep_best, optimiser, rng)
    optimiser.serve(model)
    if measure is None and loss is softmax_cross_entropy:
        measure = accuracy
    file = NoCheckpoint()
    if checkpoint is not None:
        plan = plan_of((x, targets), held_out, optimiser, epochs, batch_size, patience)
        plan |= {"loss": in_words(loss), "measure": in_words(measure), "augment": in_words(augment)}
        file = Checkpoint(checkpoint, model, optimiser, rng, plan)
    now, batches = file.begin(), -(-len(x) // batch_size)
    now.history.measure = title_of(measure)
    bar = progress_bar(epochs * len(x), now.epoch * len(x) + now.examples, progress)
    with bar, interruptible() as wish, np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        while now.epoch < epochs and not now.history.stopped and not wish:
            if now.order is None:
                now.order = rng.permutation(len(x))
            began = time.perf_counter() - now.seconds
            for batch, truth in deal(x, targets, batch_size, now.order, now.batch):
                if augment is not None:
                    batch, truth = augment(batch, truth, rng)
                share = (now.epoch * batches + now.batch) / (epochs * batches)
                outputs = model.forward(batch, train=True)
                value, doutputs = loss(outputs, truth)
                if not math.isfinite(value):
                    raise FloatingPointError(bad_loss(value, now, optimiser.rate(share), model, batch))
                model.backward_parameters(doutputs)
                optimiser.step(model, share)
                now.add(len(batch), value, None if measure is None else measure(outputs, truth))
                now.seconds = time.perf_counter() - began
                bar.update(len(batch))
                bar.set_postfix_str(str(now), refresh=now.batch == batches)
                if wish:
                    break
                file.save_now_and_then(now)
            if now.batch == batches:
                check_parameters(model, f"after epoch {now.epoch + 1}")
                if held_out is not None:
                    now.judge(*appraise(model, *held_out, loss, measure), known(model), patience)
                now.end_epoch()
                file.save(now)
    return finish(model, now, epochs, file, keep_best or patience is not None)


def as_arrays(pair, batch_size):
    """Read inputs and targets as arrays, one of these for one of those."""
    x, targets = map(np.asarray, pair)
    check_examples(x, targets, batch_size)
    return x, targets


def check_plan(epochs, validation, patience, keep_best, optimiser, rng):
    """Hold that a training is possible before it begins."""
    for name, value, least in (("epochs", epochs, 0), ("patience", 1 if patience is None else patience, 1)):
        if not isinstance(value, numbers.Integral) or value < least:
            raise ValueError(f"{name} is {value!r}, but it must be a whole number, at least {least}")
    if validation is None and (keep_best or patience is not None):
        raise ValueError("patience and keep_best go by the validation set, but validation is None")
    if not isinstance(optimiser, Optimiser):
        raise TypeError(f"optimiser is {optimiser!r}, but it must be one such as Adam(lr=1e-3)")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}, but it must be a generator: numpy.random.default_rng(seed)")


def plan_of(data, validation, optimiser, epochs, batch_size, patience):
    """What must be the same when a training goes on after a stop, one fact a name."""
    plan = {"batch_size": str(batch_size), "patience": str(patience), "optimiser": repr(optimiser)}
    if callable(optimiser.lr):  # else a training may go on for more epochs than were planned
        rates = np.array([float(optimiser.rate(i / 1000)) for i in range(1001)])
        plan |= {"epochs": str(epochs), "learning rate": f"from {rates[0]:g} to {rates[-1]:g}"}
        plan["schedule"] = fingerprint(rates)
    names = ("x", "targets", "validation x", "validation targets")
    arrays = zip(names, (*data, *(validation or ())), strict=False)
    return plan | {name: fingerprint(array) for name, array in arrays}


def bad_loss(value, now, rate, model, batch):
    """Say of a loss that is no number when that was, and where it began."""
    where = f"in epoch {now.epoch + 1}, batch {now.batch + 1}, at learning rate {rate:g}"
    return f"the loss is {value} {where}: {first_trouble(model, batch)}"


def finish(model, now, epochs, file, wanted):
    """Leave the model as it is to be left, and say so where the training was stopped by hand."""
    history = now.history
    by_hand = now.epoch < epochs and not history.stopped
    if by_hand:
        file.save(now)
        history.stopped = f"stopped by hand in epoch {now.epoch + 1}"
    if now.best and (wanted or by_hand):
        put(model, now.best, "the best epoch")
        if by_hand:
            history.stopped += f"; the parameters are those of the best epoch, {history.best}"
    return history


def appraise(model, x, targets, loss, measure, *, batch_size=500):
    """Measure loss and score (None without a measure), a batch at a time: means over the examples."""
    losses, scores = 0.0, 0.0
    for batch, truth in deal(x, targets, batch_size, np.arange(len(x))):
        outputs = model.forward(batch)
        value = float(loss(outputs, truth)[0])
        if not math.isfinite(value):
            reason = first_trouble(model, batch, train=False)
            raise FloatingPointError(f"the loss on the validation set is {value}: {reason}")
        losses += value * len(batch)
        scores += 0.0 if measure is None else float(measure(outputs, truth)) * len(batch)
    return losses / len(x), None if measure is None else scores / len(x)


def evaluate(model, x, targets, *, batch_size=500, measure=accuracy):
    """Measure a model's answers, a batch at a time.

    Parameters
    ----------
    model : Layer
    x : ndarray, shape (N, ...)
    targets : ndarray, shape (N, ...)
    batch_size : int
        How many go through the network at once; the answer does not depend on it.
    measure : callable
        From (outputs, targets) to a mean over them.

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
    x, targets = as_arrays((x, targets), batch_size)
    total = 0.0
    for batch, truth in deal(x, targets, batch_size, np.arange(len(x))):
        total += float(measure(model.forward(batch), truth)) * len(batch)
    return total / len(x)


def title_of(measure):
    """What a measure is called above a column."""
    name = in_words(measure).split("(")[0]
    return name if measure is not None and name.isidentifier() else "score"
