"""Chapter 2: dense layers, activations and losses."""

from functools import partial

import numpy as np

from cnnlab import (
    dense_backward,
    dense_forward,
    flatten_backward,
    flatten_forward,
    mse,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax_cross_entropy,
    softmax_forward,
)

from .wrong import SPATIAL, Layer, distinct, first
from .wrong import wrong as any_axes

wrong = partial(any_axes, axes=(0,))


def dense(axes, rng, *, outputs=4):
    inputs = {
        "x": rng.standard_normal((3, 5)),
        "weight": rng.standard_normal((outputs, 5)),
        "bias": rng.standard_normal(outputs),
    }
    return Layer(dense_forward, lambda dy, x, weight, bias: dense_backward(dy, x, weight), inputs, {})


@wrong("dense-dw-transposed", dense, weight="shape transpose")
@wrong("dense-dw-transposed", dense, options=dict(outputs=5), weight="transpose")
def dw_transposed(dy, x, weight, bias):
    return dy @ weight, x.T @ dy, dy.sum(axis=0)


@wrong("dense-dx-no-transpose", dense, options=dict(outputs=5), x="transpose")  # with other sizes it raises
def dx_of_the_transposed_weight(dy, x, weight, bias):
    return dy @ weight.T, dy.T @ x, dy.sum(axis=0)


@wrong("dense-db-not-summed", dense, bias="shape axes")
def db_of_every_sample(dy, x, weight, bias):
    return dy @ weight, dy.T @ x, dy


@wrong("dense-db-sum-all", dense, bias="axes shape")
def db_one_number(dy, x, weight, bias):
    return dy @ weight, dy.T @ x, dy.sum()


@wrong("dense-db-sum-all", dense, bias="axes")
def db_one_number_for_each(dy, x, weight, bias):
    return dy @ weight, dy.T @ x, np.full(bias.shape, dy.sum())


@wrong("dense-gradient-negated", dense, x="sign", weight="sign", bias="sign")
def all_negated(dy, x, weight, bias):
    return -dy @ weight, -dy.T @ x, -dy.sum(axis=0)


def flatten(axes, rng):
    def backward(dy, x):
        return flatten_backward(dy, x.shape[2:])

    return Layer(flatten_forward, backward, {"x": rng.standard_normal((3, 2, *first(axes, SPATIAL)))}, {})


@any_axes("flatten-drops-batch", flatten, x="shape")
def one_vector_for_the_batch(dy, x):
    return dy.reshape(-1)


@any_axes("flatten-mixes-batch", flatten, x="transpose")
def rows_of_several_images(dy, x):
    return dy.T.reshape(x.shape)


@any_axes("flatten-fortran-order", flatten, x="transpose")
def first_axis_fastest(dy, x):
    return dy.reshape(x.shape, order="F")


@any_axes("flatten-channels-last", flatten, x="transpose channels")
def channels_fastest(dy, x):
    return np.moveaxis(dy.reshape(len(x), *x.shape[2:], x.shape[1]), -1, 1)


def sigmoid(axes, rng):
    return Layer(
        sigmoid_forward, sigmoid_backward, {"x": rng.standard_normal((3, 2, *first(axes, SPATIAL)))}, {}
    )


def relu(axes, rng):
    return Layer(relu_forward, relu_backward, {"x": distinct(rng, (3, 2, *first(axes, SPATIAL)))}, {})


@any_axes("sigmoid-derivative-of-output", sigmoid, x="")
def sigmoid_of_the_output(dy, x):
    return sigmoid_backward(dy, sigmoid_forward(x))


@any_axes("sigmoid-x-times-1-minus-x", sigmoid, x="")
def x_taken_for_the_output(dy, x):
    return dy * x * (1 - x)


@any_axes("relu-masks-on-upstream", relu, x="upstream")
def mask_of_dy(dy, x):
    return dy * (dy > 0)


@any_axes("relu-forgets-upstream", relu, x="upstream")
def relu_slope_alone(dy, x):
    return np.where(x > 0, 1.0, 0.0)


@any_axes("relu-forgets-upstream", sigmoid, x="upstream")
def sigmoid_slope_alone(dy, x):
    return sigmoid_backward(np.ones_like(x), x)


def cross_entropy(axes, rng):
    """The loss of 4 classes, at every place if there are axes."""
    labels = rng.integers(4, size=(3, *first(axes, SPATIAL)))
    labels.flat[:4] = range(4) if labels.size > 3 else (0, 3, 1)  # several classes
    return Layer(
        lambda scores, labels: softmax_cross_entropy(scores, labels)[0],
        lambda dy, scores, labels: dy * softmax_cross_entropy(scores, labels)[1],
        {"scores": rng.standard_normal((3, 4, *first(axes, SPATIAL)))},
        {"labels": labels},
    )


loss = partial(any_axes, axes=(0, 1, 2))


def right(dy, scores, labels):
    return dy * softmax_cross_entropy(scores, labels)[1]


@loss("softmax-wrong-axis", cross_entropy, scores="")
def probabilities_over_the_batch(dy, scores, labels):
    off = softmax_forward(scores, axis=0) - softmax_forward(scores, axis=1)
    return right(dy, scores, labels) + dy * off / labels.size


@loss("ce-gradient-over-all-entries", cross_entropy, scores="scale")
def divided_by_all_entries(dy, scores, labels):
    return right(dy, scores, labels) / scores.shape[1]


@loss("ce-averaged-twice", cross_entropy, scores="scale")
def averaged_twice(dy, scores, labels):
    return right(dy, scores, labels) / labels.size


@loss("ce-sign-flipped", cross_entropy, scores="sign")
def target_minus_prediction(dy, scores, labels):
    return -right(dy, scores, labels)


@loss("ce-labels-as-onehot", cross_entropy, scores="")
def label_numbers_subtracted(dy, scores, labels):
    return dy * (softmax_forward(scores) - labels[:, None]) / labels.size


def squared_error(axes, rng):
    return Layer(
        lambda prediction, target: mse(prediction, target)[0],
        lambda dy, prediction, target: dy * mse(prediction, target)[1],
        {"prediction": rng.standard_normal((3, 4))},
        {"target": rng.standard_normal((3, 4))},
    )


@wrong("mse-factor-two", squared_error, prediction="scale")
def half_dropped(dy, prediction, target):
    return dy * 2 * mse(prediction, target)[1]
