"""How wrong is the answer? Two losses, each with its gradient, and the accuracy that they stand in for."""

import math

import numpy as np

from .geometry import as_float

__all__ = ["accuracy", "mse", "softmax_cross_entropy"]


def softmax_cross_entropy(scores, labels, *, ignore_index=None):
    """Charge -log of the probability given to the true class, averaged over all labelled positions.

    loss = mean over n of (log sum over k of exp(scores[n, k]) - scores[n, labels[n]]),
    dscores[n, k] = (softmax(scores)[n, k] - [k == labels[n]]) / number of labelled positions.

    The probability is never formed before its logarithm, so that it cannot round to 0.

    Parameters
    ----------
    scores : ndarray, shape (N, K, *spatial)
        One score per class; without spatial axes one decision per sample, with them one per position.
    labels : ndarray of int, shape (N, *spatial)
        The true classes, 0 to K - 1.
    ignore_index : int, optional
        The label of positions that do not count: no loss, no gradient.

    Returns
    -------
    loss : scalar
        0 where no position is labelled.
    dscores : ndarray, shape of scores

    Raises
    ------
    ValueError
        Where there is not one label per position, or one is no class.
    TypeError
        For scores that are not numbers or labels that are not integers.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), Deep Learning, section 6.2.2.

    Examples
    --------
    Two equal scores make a coin toss, log 2 = 0.693:

    >>> loss, dscores = softmax_cross_entropy([[5, 5]], [0])
    >>> round(float(loss), 3), dscores
    (0.693, array([[-0.5,  0.5]]))

    A confident mistake costs about what its scores are apart:

    >>> loss, dscores = softmax_cross_entropy([[800, 0]], [1])
    >>> float(loss), dscores
    (800.0, array([[ 1., -1.]]))
    """
    scores, labels, labelled = read(scores, labels, ignore_index)
    sample, *place = np.indices(labels.shape, sparse=True)
    true = sample, np.where(labelled, labels, 0), *place  # an index, (N, *spatial), of scores
    scores = scores - scores.real.max(axis=1, keepdims=True)
    terms = np.exp(scores)
    total = terms.sum(axis=1, keepdims=True)  # (N, 1, *spatial)
    losses = np.log(total[:, 0]) - scores[true]
    positions = max(int(np.count_nonzero(labelled)), 1)

    dscores = np.divide(terms, total, out=terms)
    dscores[true] -= 1
    dscores *= (labelled / positions).astype(dscores.real.dtype)[:, None]
    return np.divide(losses[labelled].sum(), positions, dtype=losses.dtype), dscores


def mse(prediction, target):
    """Charge half the squared error, summed over the outputs and averaged over the batch.

    loss = sum of (prediction - target)^2 / (2 N), dprediction = (prediction - target) / N.

    Parameters
    ----------
    prediction, target : ndarray, shape (N, ...)

    Returns
    -------
    loss : scalar
        0 for an empty batch.
    dprediction : ndarray, shape of prediction

    Raises
    ------
    ValueError
        Where the shapes differ: nothing is broadcast.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    (2^2 + 1^2) / 2 = 2.5, shared by a batch of one:

    >>> loss, dprediction = mse([[3, 1]], [[1, 2]])
    >>> float(loss), dprediction
    (2.5, array([[ 2., -1.]]))
    """
    prediction, target = as_float("prediction", prediction), as_float("target", target)
    if prediction.ndim == 0:
        raise ValueError("prediction is a single number, but (N, ...) has a batch axis")
    if prediction.shape != target.shape:
        raise ValueError(
            f"prediction has shape {prediction.shape} and target {target.shape}, but they must agree"
        )
    error, batch = prediction - target, max(len(prediction), 1)
    return np.divide((error * error).sum(), 2 * batch, dtype=error.dtype), error / batch


def accuracy(scores, labels):
    """Count how often the largest score is at the true class, as a fraction.

    Parameters
    ----------
    scores : ndarray, shape (N, K, *spatial)
    labels : ndarray of int, shape (N, *spatial)

    Returns
    -------
    float
        From 0 to 1; NaN where there is nothing to count, or a score is NaN.

    Raises
    ------
    ValueError, TypeError
        As `softmax_cross_entropy`.

    Examples
    --------
    The first of two is right:

    >>> accuracy([[1, 3], [2, 1]], [1, 1])
    0.5
    """
    scores, labels, _ = read(scores, labels, None)
    if labels.size == 0 or np.isnan(scores).any():
        return math.nan
    return float(np.mean(scores.real.argmax(axis=1) == labels))


def read(scores, labels, ignore_index):
    """Hold that there is one true class per position, and say which positions count."""
    scores, labels = as_float("scores", scores), np.asarray(labels)
    if labels.dtype.kind not in "biu":
        raise TypeError(f"labels must be integers, the numbers of classes, but their dtype is {labels.dtype}")
    if scores.ndim < 2 or scores.shape[1] == 0:
        raise ValueError(f"scores has shape {scores.shape}, but (N, K, *spatial) has at least one class")
    expected = scores.shape[:1] + scores.shape[2:]
    if labels.shape != expected:
        raise ValueError(
            f"labels has shape {labels.shape}, but scores of shape {scores.shape} need {expected}"
        )
    labels = labels.astype(np.int64, copy=False)
    labelled = np.ones(labels.shape, bool) if ignore_index is None else labels != ignore_index
    strangers = labels[labelled & ((labels < 0) | (labels >= scores.shape[1]))]
    if strangers.size:
        raise ValueError(f"labels holds {strangers[0]}, but the classes are 0 to {scores.shape[1] - 1}")
    return scores, labels, labelled
