"""What students see of exercise 2: its capabilities, hand examples, properties, edges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .case import number_text
from .exercise import Exercise, capability
from .record import reference
from .visible import equal, holds

# The chapter's net of nine numbers, and sizes of which no two are equal.
X, WEIGHT, BIAS = np.array([[1.0, 2]]), np.array([[3.0, -1], [1, 1]]), np.array([1.0, 1])
DA = np.array([[-6.0, 3]])
WIDE = np.array([[1.0, 2, 0], [-1, 0, 3], [2, 5, -2], [0, 1, 1], [4, -3, 2]])  # 5 examples of 3 inputs
TALL = np.array([[1.0, 0, 2], [0, 3, -1], [-2, 1, 1], [5, 0, 4]])  # 4 outputs
OWED = np.array([[1.0, 0, -2, 3], [4, 1, 0, -1], [2, -3, 1, 0], [-1, 2, 5, 1], [3, 1, -4, 2]])
SCORES = np.log([[1.0, 2, 5], [2, 2, 2]])
FAR = np.array([[800.0, 0, 0]])
IMAGES = np.arange(24.0).reshape(2, 3, 2, 2)
OF_THREE = np.array([[1.0, 3, 2], [4, 1, 0], [0, 1, 5]])

SIZES = (
    "sizes of which no two are equal, square weights, batches, the type of numbers; inputs stay as they are"
)

WORDS = {
    "dense_forward": "the weighted sum is",
    "relu_forward": "the right value is",
    "sigmoid_forward": "the right value is",
    "softmax_forward": "that probability is",
    "loss": "the mean loss is",
    "flatten_forward": "the entry of the image that belongs there is",
    "accuracy": "the fraction is",
}


def right_number(case, index):
    """Say what one entry of the result is."""
    what = WORDS.get(case.part or case.function, "the numerical slope is")
    return f"{what} {number_text(reference(case)[index])}"


# Properties. Each call of theirs is held against the truth, in visible checks and in hidden ones.


def adjoint(your, dy, x, weight):
    """<y, dy> = <x, dx>, for a dense layer without a bias is linear."""
    dx = your.dense_backward(dy, x, weight, part="dx")
    return np.array([np.vdot(your.dense_forward(x, weight), dy)]), [np.vdot(x, dx)]


def one_by_one(your, dy, x, weight):
    """What a batch does to the weights is the sum of what its examples do."""
    each = [
        your.dense_backward(dy[n : n + 1], x[n : n + 1], weight, part="dweight") for n in range(1, len(x))
    ]
    rest = your.dense_backward(dy, x, weight, part="dweight") - sum(each)
    return rest, your.dense_backward(dy[:1], x[:1], weight, part="dweight")


def twice(your, dy, x, weight):
    """A batch that holds every example twice moves the bias twice as much."""
    both = your.dense_backward(np.concatenate([dy, dy]), np.concatenate([x, x]), weight, part="dbias")
    return both, 2 * your.dense_backward(dy, x, weight, part="dbias")


def halves(your, x):
    """What is kept of x, less what is kept of -x, is x."""
    return your.relu_forward(x) - your.relu_forward(-x), x


def shifted(your, x, by):
    """A number that is added to all scores changes no probability."""
    return your.softmax_forward(x + by), your.softmax_forward(x)


def shifted_loss(your, scores, labels, by):
    """A number that is added to all scores changes no slope."""
    moved = your.softmax_cross_entropy(scores + by, labels, part="dscores")
    return moved, your.softmax_cross_entropy(scores, labels, part="dscores")


def exchanged(your, prediction, target):
    """Whose answer is held against whose does not matter to the loss, and turns the slope round."""
    there = your.mse(target, prediction, part="dprediction")
    return -there, your.mse(prediction, target, part="dprediction")


def alone(your, x):
    """The last image of a batch has the row that it has alone."""
    return your.flatten_forward(x)[-1:], your.flatten_forward(x[-1:])


# What each capability shows: by hand, as a property, at an edge of the contract.


@capability("dx", 1, section="One layer, both ways", varies=SIZES)
def dx(your):
    by_hand = your.dense_forward(X, WEIGHT)
    equal("By hand: x = [1, 2] under the weight [[3, -1], [1, 1]], without a bias.", by_hand, [[1, 3]])
    by_hand = your.dense_backward(DA, X, WEIGHT, part="dx")
    equal("By hand: dx of the net of nine numbers, where dy = [-6, 3].", by_hand, [[-15, 9]])
    holds("5 examples, 3 inputs, 4 outputs: <y, dy> = <x, dx>.", adjoint, your, OWED, WIDE, TALL)
    whole = your.dense_backward(OWED / 2, WIDE.astype(int), TALL.astype(int), part="dx")
    equal("dx, with whole numbers in x and weight, halves in dy.", whole, OWED / 2 @ TALL)
    none = your.dense_backward(OWED[:0], WIDE[:0], TALL, part="dx")
    equal("dx of a batch of no examples.", none, np.zeros((0, 3)))


@capability("dweight", 1, section="One layer, both ways", varies=SIZES)
def dweight(your):
    by_hand = your.dense_backward(DA, X, WEIGHT, part="dweight")
    equal("By hand: dweight, where x = [1, 2] and dy = [-6, 3].", by_hand, [[-6, -12], [3, 6]])
    two = your.dense_backward(OWED[:2], WIDE[:2], TALL, part="dweight")
    right = [[-3, 2, 12], [-1, 0, 3], [-2, -4, 0], [4, 6, -3]]
    equal("By hand: dweight of 2 examples, 3 inputs, 4 outputs.", two, right)
    holds("dweight of 5 examples is the sum of theirs.", one_by_one, your, OWED, WIDE, TALL)
    whole = your.dense_backward(DA / 4, X.astype(int), WEIGHT.astype(int), part="dweight")
    equal("dweight, with whole numbers in x and weight, quarters in dy.", whole, [[-1.5, -3], [0.75, 1.5]])
    none = your.dense_backward(OWED[:0], WIDE[:0], TALL, part="dweight")
    equal("dweight of a batch of no examples.", none, np.zeros((4, 3)))


@capability("dbias", 1, section="One layer, both ways", varies=SIZES)
def dbias(your):
    by_hand = your.dense_forward(X, WEIGHT, BIAS)
    equal("By hand: x = [1, 2] under the weight [[3, -1], [1, 1]], with the bias [1, 1].", by_hand, [[2, 4]])
    by_hand = your.dense_backward(DA, X, WEIGHT, part="dbias")
    equal("By hand: dbias, where dy = [-6, 3].", by_hand, [-6, 3])
    five = your.dense_backward(OWED, WIDE, TALL, part="dbias")
    equal("By hand: dbias of 5 examples and 4 outputs.", five, [9, 1, 0, 5])
    each = your.dense_forward(np.zeros((2, 3)), TALL, np.array([1.0, 10, 100, 1000]))
    equal("A bias of its own for each output.", each, [[1, 10, 100, 1000]] * 2)
    holds("dbias of a batch that holds every example twice.", twice, your, OWED[:3], WIDE[:3], TALL)
    none = your.dense_backward(OWED[:0], WIDE[:0], TALL, part="dbias")
    equal("dbias of a batch of no examples.", none, np.zeros(4))


@capability(
    "activations",
    2,
    section="Activations and their slopes",
    varies="shapes, signs, exact zeros, the type of numbers; inputs stay as they are",
)
def activations(your):
    x, dy = np.array([-2.0, 0, 3]), np.array([1.0, 10, 100])
    equal("By hand: the relu of [-2, 0, 3].", your.relu_forward(x), [0, 0, 3])
    equal("By hand: dx of the relu there, dy = [1, 10, 100].", your.relu_backward(dy, x), [0, 0, 100])
    equal("The same, dy = [-1, -10, -100].", your.relu_backward(-dy, x), [0, 0, -100])
    odds, owed = np.log([[1.0, 3], [1 / 3, 9]]), np.array([[8.0, 16], [-16, 100]])
    by_hand = your.sigmoid_forward(odds)
    equal("By hand: the sigmoid of log 1, log 3, log 1/3, log 9.", by_hand, [[0.5, 0.75], [0.25, 0.9]])
    slope = your.sigmoid_backward(owed, odds)
    equal("By hand: dx of the sigmoid there, dy = [[8, 16], [-16, 100]].", slope, [[2, 3], [-3, 9]])
    holds("The relu of x, less the relu of -x.", halves, your, IMAGES - 11)
    half = your.relu_backward(dy / 8, x.astype(int))
    equal("Whole numbers in x, eighths in dy.", half, [0, 0, 12.5])


@capability(
    "softmax",
    1,
    section="Softmax, without overflow",
    varies="numbers of examples and of classes, the type of numbers; inputs stay as they are",
)
def softmax(your):
    by_hand, third = your.softmax_forward(SCORES), 1 / 3
    right = [[0.125, 0.25, 0.625], [third, third, third]]
    equal("By hand: scores log 1, log 2, log 5; and three equal ones.", by_hand, right)
    holds("All scores 3 larger: the same probabilities.", shifted, your, OF_THREE[:2], 3)
    equal("One class is certain.", your.softmax_forward(OF_THREE[:, :1]), [[1], [1], [1]])
    whole = your.softmax_forward(np.array([[2, 2], [0, 0], [-1, -1]]))
    equal("Whole numbers, and equal ones.", whole, [[0.5, 0.5]] * 3)


@capability(
    "losses",
    2,
    section="Two losses, and why one of them saturates",
    varies="numbers of examples, classes and outputs, the type of numbers; inputs stay as they are",
)
def losses(your):
    last, both = np.array([2]), np.array([2, 0])
    loss = your.softmax_cross_entropy(SCORES[:1], last, part="loss")
    equal("By hand: the cross-entropy of log 1, log 2, log 5, where 2 is true.", loss, np.log(8 / 5))
    slope = your.softmax_cross_entropy(SCORES[:1], last, part="dscores")
    equal("By hand: its dscores.", slope, [[1 / 8, 2 / 8, -3 / 8]])
    loss = your.softmax_cross_entropy(SCORES, both, part="loss")
    equal("The mean of two: log(8/5) and log 3.", loss, np.log(24 / 5) / 2)
    slope = your.softmax_cross_entropy(SCORES, both, part="dscores")
    right = [[1 / 16, 2 / 16, -3 / 16], [-1 / 3, 1 / 6, 1 / 6]]
    equal("dscores of the two.", slope, right)
    answer, target = np.array([[3.0, 1]]), np.array([[1.0, 2]])
    equal("By hand: the mse of [3, 1], where [1, 2] is wanted.", your.mse(answer, target, part="loss"), 2.5)
    slope = your.mse(answer, target, part="dprediction")
    equal("By hand: its dprediction.", slope, [[2, -1]])
    equal("The mean of five mse.", your.mse(WIDE, 0 * WIDE, part="loss"), 7.9)
    slope = your.mse(WIDE, 0 * WIDE, part="dprediction")
    equal("dprediction of the five.", slope, WIDE / 5)
    holds("All scores 3 larger: the same dscores.", shifted_loss, your, OF_THREE[:2], both, 3)
    images = IMAGES[:, :2] % 5
    holds("Images: answer and target exchanged.", exchanged, your, images, images[::-1] + 2)


@capability(
    "stable",
    1,
    section="Softmax, without overflow",
    varies="scores of +-1000, in sigmoid, softmax and cross-entropy; whole numbers among them",
)
def stable(your):
    high, second = SCORES[:1] + 1000, np.array([1])
    by_hand = your.softmax_forward(high)
    equal(
        "By hand: scores 1000 + log 1, 1000 + log 2, 1000 + log 5.",
        by_hand,
        [[1 / 8, 2 / 8, 5 / 8]],
    )
    apart = your.softmax_forward(np.array([[0.0, 1000], [-1000, -1000]]))
    equal("Scores 0 and 1000; in the same batch, -1000 and -1000.", apart, [[0, 1], [0.5, 0.5]])
    loss = your.softmax_cross_entropy(FAR, second, part="loss")
    equal("By hand: the cross-entropy of [800, 0, 0], where class 1 is true.", loss, 800)
    slope = your.softmax_cross_entropy(FAR, second, part="dscores")
    equal("Its dscores.", slope, [[1, -1, 0]])
    sure = your.softmax_cross_entropy(-FAR, second, part="loss")
    equal("The cross-entropy of [-800, 0, 0], where class 1 is true: a coin toss.", sure, np.log(2))
    far = np.array([-1000.0, 0, 1000])
    equal("The sigmoid of -1000, 0, 1000.", your.sigmoid_forward(far), [0, 0.5, 1])
    equal("Its slope there, dy = [4, 4, 4].", your.sigmoid_backward(far * 0 + 4, far), [0, 1, 0])
    holds("All scores 1000 less.", shifted, your, OF_THREE, -1000)


@capability(
    "flatten",
    1,
    section="Flattening and counting",
    varies="signals, images and volumes, numbers of classes, the type of numbers; inputs stay as they are",
)
def flatten(your):
    by_hand = your.flatten_forward(IMAGES)
    equal("By hand: 0 to 23 as 2 images of 3 channels.", by_hand, [range(12), range(12, 24)])
    holds("The last image alone.", alone, your, IMAGES.reshape(4, 3, 2) % 7)
    volume = your.flatten_forward(IMAGES.reshape(2, 1, 3, 2, 2))
    equal("The same numbers as 2 volumes.", volume, [range(12), range(12, 24)])
    equal("By hand: two of three are right.", your.accuracy(OF_THREE, np.array([1, 2, 2])), 2 / 3)
    equal("None is right.", your.accuracy(OF_THREE, np.array([0, 1, 1])), 0)
    best = np.array([[0, 3, 1, 2], [2, 0, -1, 1], [7, 8, 5, 9]])
    equal("Whole numbers: one of three is right.", your.accuracy(best, np.array([3, 0, 1])), 1 / 3)


# Steps towards a smaller case.

AXES = {  # what each axis holds: examples, inputs, outputs, classes
    "dense_forward": {"x": "ni", "weight": "oi", "bias": "o"},
    "dense_backward": {"dy": "no", "x": "ni", "weight": "oi"},
    "softmax_forward": {"x": "nk"},
    "softmax_cross_entropy": {"scores": "nk", "labels": "n"},
    "accuracy": {"scores": "nk", "labels": "n"},
}
LEAST = {"flatten_forward": 3, "mse": 2}  # axes that have to stay


def _axes(case, name):
    """Name the axes of an argument; those of arrays of one shape are called alike."""
    return AXES.get(case.function, {}).get(name) or "abcdef"[: case.args[name].ndim]


def _kept(case, axis, indices):
    """Keep some entries of an axis; where it holds the classes, the labels are renamed."""
    args = {}
    for name, array in case.args.items():
        if array is not None:
            axes = _axes(case, name)
            args[name] = array.take(indices, axis=axes.index(axis)) if axis in axes else array
    if axis == "k" and "labels" in args:
        if not np.isin(args["labels"], indices).all():
            return None
        args["labels"] = np.searchsorted(indices, args["labels"]).astype(args["labels"].dtype)
    return case.changed(**args)


def plain(case):
    """Lay the arrays out in C order, of float64 or, as labels, of int64."""
    if case.layout != "C":
        yield replace(case, layout="C")
    types = {n: np.int64 if n == "labels" else np.float64 for n, a in case.args.items() if a is not None}
    if any(case.args[name].dtype != kind for name, kind in types.items()):
        yield case.changed(**{name: case.args[name].astype(kind) for name, kind in types.items()})


def fewer(case):
    """One entry of an axis, a single example first; then one entry less."""
    sizes = {}
    for name, array in case.args.items():
        if array is not None:
            sizes |= dict(zip(_axes(case, name), array.shape, strict=True))
    for axis, size in sorted(sizes.items(), key=lambda pair: (pair[0] != "n", pair[0])):
        if size > 1:
            few = [[i] for i in range(size)]
            rest = [[i for i in range(size) if i != gone] for gone in range(size)] if size > 2 else []
            yield from filter(None, (_kept(case, axis, indices) for indices in few + rest))


def axes(case):
    """One axis fewer, where arrays of any shape are read and one of them is short."""
    if case.function in AXES:
        return
    shape = next(iter(case.args.values())).shape
    least = LEAST.get(case.function, 1)
    for axis in range(least - 1, len(shape) if len(shape) > least else 0):
        if shape[axis] == 1:
            yield case.changed(**{name: a.take(0, axis=axis) for name, a in case.args.items()})


def values(case):
    """Counting numbers, up or down; ones, zeros, signs, halves; scores that are far apart; usual labels."""
    for name, array in case.args.items():
        if array is None or not array.size:
            continue
        n = np.arange(array.size).reshape(array.shape)
        board = 1 - 2.0 * (np.indices(array.shape).sum(axis=0) % 2)
        patterns = [1.0 + 0 * n, 1.0 + n, -1.0 - n, 0.0 * n, board, -board, 0.5 + 0 * n, 0.5 - n]
        if name in ("x", "scores"):
            patterns += [1000.0 * n, 1000.0 - 1000 * n, -1000.0 * n, 1000.0 + n, 1000 * board, -1000 * board]
        if name == "labels":
            classes = case.args["scores"].shape[1]
            patterns = [0 * n, n % classes, (classes - 1 - n) % classes, 0 * n + 1 % classes]
        for pattern in patterns:
            if np.array_equal(pattern, array):
                break
            fits = array.dtype.kind != "u" or pattern.min() >= 0
            if fits and np.array_equal(pattern, pattern.astype(array.dtype)):
                yield case.changed(**{name: pattern.astype(array.dtype)})


EXERCISE = Exercise(
    slug="ch02_dense",
    title="Which way should each weight move?",
    functions=(
        "dense_forward",
        "dense_backward",
        "relu_forward",
        "relu_backward",
        "sigmoid_forward",
        "sigmoid_backward",
        "softmax_forward",
        "softmax_cross_entropy",
        "mse",
        "flatten_forward",
        "accuracy",
    ),
    capabilities=(dx, dweight, dbias, activations, softmax, losses, stable, flatten),
    right_number=right_number,
    simpler=(plain, fewer, axes, fewer, values),
    closed=(
        "dense",
        "flatten",
        "relu",
        "leaky_relu",
        "sigmoid",
        "tanh",
        "softmax",
        "odds",
        "mse",
        "accuracy",
        "conv",
        "correlate",
        "toeplitz",
    ),
    opens=("as_float",),
)
