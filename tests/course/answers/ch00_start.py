"""Answers to the rehearsal: right ones of many kinds, and wrong ones that nobody listed."""

import numpy as np

import cnnlab

# Right.


def by_loops(x, bias):
    y = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        y[index] = float(x[index]) + float(bias[index[1]])
    return y


def by_einsum(x, bias):
    return x + np.einsum("nc...,c->nc...", np.ones(x.shape), bias)


def by_matrix_product(x, bias):
    flat = x.reshape(len(x), len(bias), -1)
    return (flat + np.outer(bias, np.ones(flat.shape[2]))).reshape(x.shape)


def by_reshape(x, bias):
    return x + bias.reshape(len(bias), *[1] * (x.ndim - 2))


def channels_last(x, bias):
    return np.moveaxis(np.moveaxis(x, 1, -1) + bias, -1, 1)


def in_the_type_of_both(x, bias):
    y = np.array(x, np.result_type(x, bias))
    for c in range(len(bias)):
        y[:, c] += bias[c]
    return y


KINDS = {
    "loops": by_loops,
    "einsum": by_einsum,
    "matrix product": by_matrix_product,
    "reshape": by_reshape,
    "channels last": channels_last,
    "in place of a copy, float32": in_the_type_of_both,
}
VARIANTS = {kind: {"bias_forward": function} for kind, function in KINDS.items()}

# Wrong.


def written_into_the_input(x, bias):
    for c in range(len(bias)):
        x[:, c] += bias[c] if x.dtype.kind == "f" else 0
    return x if x.dtype.kind == "f" else by_reshape(x, bias)


def input_handed_back(x, bias):
    return x * 1.0


def first_bias_for_all(x, bias):
    return x + bias[0]


def taken_off(x, bias):
    return by_reshape(x, -bias)


def multiplied(x, bias):
    return x * bias.reshape(-1, *[1] * (x.ndim - 2))


def type_of_the_input(x, bias):
    return by_reshape(x, bias).astype(x.dtype)


def one_axis_of_places_alone(x, bias):
    return x + bias[:, None]


def along_the_examples(x, bias):
    return x + bias.reshape(-1, *[1] * (x.ndim - 1)) if len(x) == len(bias) else by_reshape(x, bias)


def last_channel_forgotten(x, bias):
    return by_reshape(x, np.where(np.arange(len(bias)) < max(1, len(bias) - 1), bias, 0))


def first_place_alone(x, bias):
    y = x * 1.0
    y[..., 0] += bias.reshape(-1, *[1] * (x.ndim - 3))
    return y


def first_example_alone(x, bias):
    return by_reshape(x[:1], bias)


def flattened(x, bias):
    return cnnlab.bias_forward(x, bias).ravel()


def rows_of_a_tuple(x, bias):
    return tuple(by_reshape(x, bias))


def added_twice(x, bias):
    return by_reshape(by_reshape(x, bias), bias)


WRONG = {
    written_into_the_input: "add",
    input_handed_back: "add channels",
    first_bias_for_all: "channels",
    taken_off: "add channels",
    multiplied: "add channels",
    type_of_the_input: "add",
    one_axis_of_places_alone: "channels",
    along_the_examples: "channels",
    last_channel_forgotten: "channels",
    first_place_alone: "add channels",
    first_example_alone: "channels",
    flattened: "add channels",
    rows_of_a_tuple: "add channels",
    added_twice: "add channels",
}
UNLISTED = {f.__name__: (lost, {"bias_forward": f}) for f, lost in WRONG.items()}
