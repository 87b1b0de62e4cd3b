"""Answers to exercise 2: right ones of many kinds, and wrong ones that nobody listed."""

import math

import numpy as np

# Right.


def dense_by_loops(x, weight, bias=None):
    y = np.zeros((len(x), len(weight)))
    for n in range(len(x)):
        for f in range(len(weight)):
            y[n, f] = 0.0 if bias is None else bias[f]
            for d in range(x.shape[1]):
                y[n, f] += float(x[n, d]) * float(weight[f, d])
    return y


def dense_back_by_loops(dy, x, weight):
    dx, dweight, dbias = np.zeros(x.shape), np.zeros(weight.shape), [0.0] * len(weight)
    for n in range(len(x)):
        for f in range(len(weight)):
            dbias[f] += float(dy[n, f])
            for d in range(x.shape[1]):
                dx[n, d] += dy[n, f] * weight[f, d]
                dweight[f, d] += dy[n, f] * x[n, d]
    return [dx, dweight, np.array(dbias)]


def relu_by_loops(x):
    return np.array([max(float(value), 0.0) for value in x.flat]).reshape(x.shape)


def relu_back_by_loops(dy, x):
    pairs = zip(dy.flat, x.flat, strict=True)
    return np.array([float(d) if value > 0 else 0.0 for d, value in pairs]).reshape(x.shape)


def one_sigmoid(value):
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    return math.exp(value) / (1 + math.exp(value))


def sigmoid_by_loops(x):
    return np.array([one_sigmoid(float(value)) for value in x.flat]).reshape(x.shape)


def sigmoid_back_by_loops(dy, x):
    pairs = zip(dy.flat, x.flat, strict=True)
    return np.array([float(d) * one_sigmoid(float(v)) * one_sigmoid(-float(v)) for d, v in pairs]).reshape(
        x.shape
    )


def softmax_by_loops(x):
    rows = []
    for row in x.tolist():
        terms = [math.exp(value - max(row)) for value in row]
        rows.append([term / sum(terms) for term in terms])
    return np.array(rows)


def entropy_by_loops(scores, labels):
    loss, dscores = 0.0, softmax_by_loops(scores)
    for n, row in enumerate(scores.tolist()):
        top = max(row)
        loss += top + math.log(sum(math.exp(value - top) for value in row)) - row[labels[n]]
        dscores[n, labels[n]] -= 1
    return loss / len(scores), dscores / len(scores)


def mse_by_loops(prediction, target):
    loss, dprediction = 0.0, np.zeros(prediction.shape)
    for index in np.ndindex(*prediction.shape):
        error = float(prediction[index]) - float(target[index])
        loss += error**2 / 2
        dprediction[index] = error / len(prediction)
    return loss / len(prediction), dprediction


def flatten_by_loops(x):
    return np.array([[float(value) for value in image.flat] for image in x])


def accuracy_by_loops(scores, labels):
    hits = 0
    for row, label in zip(scores.tolist(), labels.tolist(), strict=True):
        hits += row.index(max(row)) == label
    return hits / len(labels)


LOOPS = {
    "dense_forward": dense_by_loops,
    "dense_backward": dense_back_by_loops,
    "relu_forward": relu_by_loops,
    "relu_backward": relu_back_by_loops,
    "sigmoid_forward": sigmoid_by_loops,
    "sigmoid_backward": sigmoid_back_by_loops,
    "softmax_forward": softmax_by_loops,
    "softmax_cross_entropy": entropy_by_loops,
    "mse": mse_by_loops,
    "flatten_forward": flatten_by_loops,
    "accuracy": accuracy_by_loops,
}


def dense_by_einsum(x, weight, bias=None):
    y = np.einsum("nd,fd->nf", x, weight, dtype=float, casting="unsafe")
    return y if bias is None else y + bias


def dense_back_by_einsum(dy, x, weight):
    dx = np.einsum("nf,fd->nd", dy, weight)
    return dx, np.einsum("nf,nd->fd", dy, x), np.einsum("nf->f", dy)


def sigmoid_by_tanh(x):
    return (1 + np.tanh(x / 2)) / 2


def sigmoid_back_by_tanh(dy, x):
    return dy * (1 - np.tanh(x / 2) ** 2) / 4


def softmax_by_logaddexp(x):
    return np.exp(x - np.logaddexp.reduce(x * 1.0, axis=1)[:, None])


def entropy_by_logaddexp(scores, labels):
    chosen = labels[:, None] == np.arange(scores.shape[1])
    logarithms = scores - np.logaddexp.reduce(scores * 1.0, axis=1)[:, None]
    return -np.sum(logarithms[chosen]) / len(scores), (np.exp(logarithms) - chosen) / len(scores)


def mse_by_einsum(prediction, target):
    error = (prediction - target).reshape(len(target), -1) * 1.0
    return np.einsum("nd,nd->", error, error) / 2 / len(error), (prediction - target) / len(error)


EINSUM = {
    "dense_forward": dense_by_einsum,
    "dense_backward": dense_back_by_einsum,
    "relu_forward": lambda x: np.where(x > 0, x, 0),
    "relu_backward": lambda dy, x: np.where(x > 0, dy, 0),
    "sigmoid_forward": sigmoid_by_tanh,
    "sigmoid_backward": sigmoid_back_by_tanh,
    "softmax_forward": softmax_by_logaddexp,
    "softmax_cross_entropy": entropy_by_logaddexp,
    "mse": mse_by_einsum,
    "flatten_forward": lambda x: np.stack([image.ravel() for image in x]),
    "accuracy": lambda scores, labels: np.mean(np.argmax(scores, axis=1) == labels),
}


def dense_by_product(x, weight, bias=0):
    return x @ weight.T + (0 if bias is None else bias)


def dense_back_by_product(dy, x, weight):
    return (weight.T @ dy.T).T, (x.T @ dy).T, np.ones(len(dy)) @ dy


def sigmoid_by_definition(x):
    return 1 / (1 + np.exp(-x))  # overflows to 1 / inf, which is right


def sigmoid_back_by_definition(dy, x):
    y = sigmoid_by_definition(x)
    return dy * y * (1 - y)


def softmax_by_product(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / (e @ np.ones((x.shape[1], 1)))


def entropy_by_product(scores, labels):
    one_hot = np.eye(scores.shape[1])[labels]
    far = scores - scores.max(axis=1, keepdims=True)
    losses = np.log(np.exp(far) @ np.ones(far.shape[1])) - (far * one_hot) @ np.ones(far.shape[1])
    return np.asarray(losses.mean()), (softmax_by_product(scores) - one_hot) / len(scores)


def mse_by_product(prediction, target):
    error = np.ravel(prediction - target)
    return error @ error / (2 * len(target)), (prediction - target) / len(target)


PRODUCT = {
    "dense_forward": dense_by_product,
    "dense_backward": dense_back_by_product,
    "relu_forward": lambda x: x * (x > 0),
    "relu_backward": lambda dy, x: dy * (x > 0),
    "sigmoid_forward": sigmoid_by_definition,
    "sigmoid_backward": sigmoid_back_by_definition,
    "softmax_forward": softmax_by_product,
    "softmax_cross_entropy": entropy_by_product,
    "mse": mse_by_product,
    "flatten_forward": lambda x: x.reshape(len(x), -1),
    "accuracy": lambda scores, labels: float((scores.argmax(1) == labels).sum() / len(labels)),
}


def single(result):
    return tuple(map(single, result)) if isinstance(result, tuple) else np.float32(result)


def in_single_precision(function):
    """Give float32 results where the inputs are float32, and only there."""

    def rounded(*args):
        result = function(*args)
        arrays = [a for a in args if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
        return single(result) if arrays and all(a.dtype == np.float32 for a in arrays) else result

    return rounded


def smallest_first(x):
    """Sum from the smallest term on."""
    e = np.sort(np.exp(x - x.max(axis=1, keepdims=True)), axis=1)
    return np.exp(x - x.max(axis=1, keepdims=True)) / e.cumsum(axis=1)[:, -1:]


def from_the_last(scores, labels):
    p = smallest_first(scores[::-1])[::-1]
    far = (scores - scores.max(axis=1, keepdims=True))[::-1]
    losses = (
        np.log(np.exp(far).sum(axis=1)) - np.take_along_axis(far, labels[::-1, None].astype(int), 1)[:, 0]
    )
    p[range(len(p)), labels] -= 1
    return sum(losses.tolist()) / len(losses), p / len(p)


ORDER = {**EINSUM, "softmax_forward": smallest_first, "softmax_cross_entropy": from_the_last}
VARIANTS = {
    "loops": LOOPS,
    "einsum": EINSUM,
    "matrix product": PRODUCT,
    "float32": {name: in_single_precision(function) for name, function in PRODUCT.items()},
    "another order": ORDER,
}


# Wrong, and not listed.


def bias_once_per_example(x, weight, bias=None):
    return dense_by_product(x, weight) + (0 if bias is None else np.resize(bias, (len(x), 1)))


def bias_forgotten(x, weight, bias=None):
    return dense_by_product(x, weight)


def result_in_the_type_of_weight(dy, x, weight):
    dx, dweight, dbias = dense_back_by_product(dy, x, weight)
    return dx.astype(weight.dtype), dweight, dbias


def dweight_in_the_type_of_weight(dy, x, weight):
    dx, dweight, dbias = dense_back_by_product(dy, x, weight)
    return dx, dweight.astype(weight.dtype), dbias


def dweight_averaged_over_outputs(dy, x, weight):
    dx, dweight, dbias = dense_back_by_product(dy, x, weight)
    return dx, dweight / len(weight), dbias


def dbias_of_the_last_example(dy, x, weight):
    dx, dweight, _ = dense_back_by_product(dy, x, weight)
    return dx, dweight, dy[-1] * 1.0


def dbias_per_example(dy, x, weight):
    dx, dweight, _ = dense_back_by_product(dy, x, weight)
    return dx, dweight, dy.sum(axis=1)


def dbias_with_an_axis_too_many(dy, x, weight):
    dx, dweight, dbias = dense_back_by_product(dy, x, weight)
    return dx, dweight, dbias[None]


def only_dx(dy, x, weight):
    return dy @ weight


def dx_and_nothing_else(dy, x, weight):
    return dy @ weight, None, None


def dweight_of_the_first_example(dy, x, weight):
    dx, _, dbias = dense_back_by_product(dy, x, weight)
    return dx, dense_back_by_product(dy[:1], x[:1], weight)[1], dbias


def relu_in_place(x):
    x[x < 0] = 0
    return x


def masks_dy_in_place(dy, x):
    dy[x <= 0] = 0
    return dy


def relu_of_size(x):
    return np.abs(x)


def half_at_zero(dy, x):
    return dy * np.heaviside(x, 0.5)


def relu_in_the_type_of_x(dy, x):
    dx = np.zeros_like(x)
    dx[x > 0] = dy[x > 0]
    return dx


def sigmoid_forgets_upstream(dy, x):
    y = sigmoid_by_tanh(x)
    return y * (1 - y)


def sigmoid_in_the_type_of_x(x):
    y = np.zeros_like(x)
    y[x >= 0] = 1 / (1 + np.exp(-x[x >= 0]))
    y[x < 0] = np.exp(x[x < 0]) / (1 + np.exp(x[x < 0]))
    return y


def sigmoid_back_in_the_type_of_x(dy, x):
    dx = np.zeros_like(x)
    dx[...] = sigmoid_back_by_tanh(dy, x)
    return dx


def sigmoid_of_twice(x):
    return (1 + np.tanh(x)) / 2


def softmax_overflows(x):
    e = np.exp(x)
    return e / e.sum(axis=1, keepdims=True)


def softmax_over_all(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def softmax_by_one_maximum(x):
    e = np.exp(x - x.max())
    return e / e.sum(axis=1, keepdims=True)


def softmax_in_place(x):
    x -= x.max(axis=1, keepdims=True)
    return softmax_by_product(x)


def softmax_of_sizes(x):
    return np.abs(x) / np.abs(x).sum(axis=1, keepdims=True)


def entropy_with_the_least_number(scores, labels):
    p = softmax_by_product(scores)
    losses = -np.log(p[np.arange(len(p)), labels] + np.finfo(p.dtype).tiny)
    return losses.mean(), entropy_by_product(scores, labels)[1]


def slope_at_the_true_class_alone(scores, labels):
    loss, dscores = entropy_by_product(scores, labels)
    return loss, np.where(np.eye(scores.shape[1])[labels] > 0, dscores, 0)


def entropy_in_bits(scores, labels):
    loss, dscores = entropy_by_product(scores, labels)
    return loss / np.log(2), dscores


def entropy_of_other_classes_too(scores, labels):
    p, one_hot = softmax_by_product(scores), np.eye(scores.shape[1])[labels]
    wrong = np.where(one_hot > 0, 0, np.log1p(-np.where(one_hot > 0, 0, p)))
    return entropy_by_product(scores, labels)[0] - wrong.sum() / len(p), (p - one_hot) / len(p)


def entropy_overflows(scores, labels):
    e = np.exp(scores)
    p = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(len(p))
    return -np.log(p[rows, labels]).mean(), (p - np.eye(p.shape[1])[labels]) / len(p)


def mse_of_rows(prediction, target):
    error = prediction - target
    return (error**2).sum(axis=1).mean() / 2, error / len(error)


def mse_slope_over_the_last_axis(prediction, target):
    loss, dprediction = mse_by_product(prediction, target)
    return loss, dprediction / prediction.shape[-1]


def mse_with_a_root(prediction, target):
    loss, dprediction = mse_by_product(prediction, target)
    return np.sqrt(loss), dprediction


def mse_slope_of_target(prediction, target):
    loss, dprediction = mse_by_product(prediction, target)
    return loss, -dprediction


def images_only(x):
    n, c, h, w = x.shape
    return x.reshape(n, c * h * w)


def flat_columns(x):
    return x.reshape(len(x), -1).T


def smallest_wins(scores, labels):
    return np.mean(scores.argmin(axis=1) == labels)


def axis_of_examples(scores, labels):
    best = scores.argmax(axis=0)
    return float(np.sum(best[: len(labels)] == labels[: len(best)])) / len(labels)


def right_if_more_than_half(scores, labels):
    return np.mean(softmax_by_product(scores)[np.arange(len(scores)), labels] > 0.5)


def in_percent(scores, labels):
    return 100 * np.mean(scores.argmax(axis=1) == labels)


def never_right(scores, labels):
    return 0.0


ENTROPY = "softmax_cross_entropy"


def bias_added_in_place(x, weight, bias=None):
    y = x @ weight.T
    if bias is not None:
        y += bias
    return y


def rows_of_no_batch(x, weight, bias=None):
    return np.array([weight @ row for row in x]) + (0 if bias is None else bias)


UNLISTED_OF = {
    bias_added_in_place: ("dense_forward", "dbias"),
    rows_of_no_batch: ("dense_forward", "dx"),
    bias_once_per_example: ("dense_forward", "dbias"),
    bias_forgotten: ("dense_forward", "dbias"),
    result_in_the_type_of_weight: ("dense_backward", "dx"),
    dweight_in_the_type_of_weight: ("dense_backward", "dweight"),
    dweight_averaged_over_outputs: ("dense_backward", "dweight"),
    dbias_of_the_last_example: ("dense_backward", "dbias"),
    dbias_per_example: ("dense_backward", "dbias"),
    dbias_with_an_axis_too_many: ("dense_backward", "dbias"),
    only_dx: ("dense_backward", "dx dweight dbias"),
    dx_and_nothing_else: ("dense_backward", "dweight dbias"),
    dweight_of_the_first_example: ("dense_backward", "dweight"),
    relu_in_place: ("relu_forward", "activations"),
    masks_dy_in_place: ("relu_backward", "activations"),
    relu_of_size: ("relu_forward", "activations"),
    half_at_zero: ("relu_backward", "activations"),
    relu_in_the_type_of_x: ("relu_backward", "activations"),
    sigmoid_forgets_upstream: ("sigmoid_backward", "activations"),
    sigmoid_in_the_type_of_x: ("sigmoid_forward", "activations"),
    sigmoid_back_in_the_type_of_x: ("sigmoid_backward", "activations"),
    sigmoid_of_twice: ("sigmoid_forward", "activations"),
    softmax_overflows: ("softmax_forward", "stable"),
    softmax_over_all: ("softmax_forward", "softmax stable"),
    softmax_by_one_maximum: ("softmax_forward", "stable"),
    softmax_in_place: ("softmax_forward", "softmax"),
    softmax_of_sizes: ("softmax_forward", "softmax stable"),
    entropy_with_the_least_number: (ENTROPY, "stable"),
    slope_at_the_true_class_alone: (ENTROPY, "losses"),
    entropy_in_bits: (ENTROPY, "losses stable"),
    entropy_of_other_classes_too: (ENTROPY, "losses stable"),
    entropy_overflows: (ENTROPY, "stable"),
    mse_of_rows: ("mse", "losses"),
    mse_slope_over_the_last_axis: ("mse", "losses"),
    mse_with_a_root: ("mse", "losses"),
    mse_slope_of_target: ("mse", "losses"),
    images_only: ("flatten_forward", "flatten"),
    flat_columns: ("flatten_forward", "flatten"),
    smallest_wins: ("accuracy", "flatten"),
    axis_of_examples: ("accuracy", "flatten"),
    right_if_more_than_half: ("accuracy", "flatten"),
    in_percent: ("accuracy", "flatten"),
    never_right: ("accuracy", "flatten"),
}
UNLISTED = {f.__name__: (lost, {of: f}) for f, (of, lost) in UNLISTED_OF.items()}
