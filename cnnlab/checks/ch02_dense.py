"""What students see of exercise 2: its capabilities, hand examples, properties, edges."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from .case import number_text
from .exercise import Exercise, capability
from .record import reference
from .visible import holds, worked

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
CLOSE = np.array([[0.0, 0.25, 0.5], [0.5, 0.25, 0], [0.25, 0.5, 0]])  # each probability is below 1/2
TWO_BY_TWO = np.array([[[1.0, 2], [0, 1]], [[0, 3], [1, 0]]])  # 2 examples

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


back = partial(worked, function="dense_backward")
entropy = partial(worked, function="softmax_cross_entropy")


@capability("dx", 1, section="One layer, both ways", varies=SIZES)
def dx(your):
    says = "By hand: dense_forward weighs x = [1, 2] for two outputs, without a bias."
    worked(says, [[1, 3]], X, WEIGHT, your=your, function="dense_forward")
    says = "By hand: in the net of nine numbers, dy = [-6, 3] goes back to x as dx."
    back(says, [[-15, 9]], DA, X, WEIGHT, your=your, part="dx")
    says = "5 examples, 3 inputs, 4 outputs: way forward and way back agree, <y, dy> = <x, dx>."
    holds(says, adjoint, your, OWED, WIDE, TALL)
    says = "Whole numbers in x and weight do not round dx, where dy holds halves."
    back(says, OWED / 2 @ TALL, OWED / 2, WIDE.astype(int), TALL.astype(int), your=your, part="dx")
    says = "A batch of no examples has an output of no rows."
    worked(says, np.zeros((0, 4)), WIDE[:0], TALL, your=your, function="dense_forward")
    says = "A batch of no examples has a dx of no rows."
    back(says, np.zeros((0, 3)), OWED[:0], WIDE[:0], TALL, your=your, part="dx")


@capability("dweight", 1, section="One layer, both ways", varies=SIZES)
def dweight(your):
    says = "By hand: one example, x = [1, 2] and dy = [-6, 3], makes this dweight."
    back(says, [[-6, -12], [3, 6]], DA, X, WEIGHT, your=your, part="dweight")
    says = "By hand: 2 examples, 3 inputs and 4 outputs make this dweight."
    right = [[-3, 2, 12], [-1, 0, 3], [-2, -4, 0], [4, 6, -3]]
    back(says, right, OWED[:2], WIDE[:2], TALL, your=your, part="dweight")
    says = "The dweight of 5 examples is the sum of what each of them makes alone."
    holds(says, one_by_one, your, OWED, WIDE, TALL)
    says = "Whole numbers in x and weight do not round dweight, where dy holds quarters."
    whole = DA / 4, X.astype(int), WEIGHT.astype(int)
    back(says, [[-1.5, -3], [0.75, 1.5]], *whole, your=your, part="dweight")
    says = "A batch of no examples moves no weight: dweight is all zeros."
    back(says, np.zeros((4, 3)), OWED[:0], WIDE[:0], TALL, your=your, part="dweight")


@capability("dbias", 1, section="One layer, both ways", varies=SIZES)
def dbias(your):
    says = "By hand: dense_forward weighs x = [1, 2] for two outputs, and adds the bias [1, 1]."
    worked(says, [[2, 4]], X, WEIGHT, BIAS, your=your, function="dense_forward")
    says = "By hand: one example with dy = [-6, 3] makes this dbias."
    back(says, [-6, 3], DA, X, WEIGHT, your=your, part="dbias")
    says = "By hand: 5 examples and 4 outputs make one dbias, a number for each output."
    back(says, [9, 1, 0, 5], OWED, WIDE, TALL, your=your, part="dbias")
    says = "Each output has a bias of its own, the same for every example."
    dark, own = np.zeros((2, 3)), np.array([1.0, 10, 100, 1000])
    worked(says, [[1, 10, 100, 1000]] * 2, dark, TALL, own, your=your, function="dense_forward")
    says = "A bias of halves is added to whole numbers."
    whole, half = (X.astype(int), WEIGHT.astype(int)), np.array([0.5, 0])
    worked(says, [[1.5, 3]], *whole, half, your=your, function="dense_forward")
    says = "A batch that holds every example twice makes twice the dbias."
    holds(says, twice, your, OWED[:3], WIDE[:3], TALL)
    says = "A batch of no examples moves no bias: dbias is all zeros."
    back(says, np.zeros(4), OWED[:0], WIDE[:0], TALL, your=your, part="dbias")


@capability(
    "activations",
    2,
    section="Activations and their slopes",
    varies="shapes, signs, exact zeros, the type of numbers; inputs stay as they are",
)
def activations(your):
    x, dy = np.array([-2.0, 0, 3]), np.array([1.0, 10, 100])
    worked(
        "By hand: the relu keeps 3 and makes the rest 0.", [0, 0, 3], x, your=your, function="relu_forward"
    )
    says = "By hand: the relu lets dy back only where x is above 0."
    worked(says, [0, 0, 100], dy, x, your=your, function="relu_backward")
    says = "The sign of dy has no say in what the relu lets back."
    worked(says, [0, 0, -100], -dy, x, your=your, function="relu_backward")
    logs, owed = np.log([[1.0, 3], [1 / 3, 9]]), np.array([[8.0, 16], [-16, 100]])
    says = "By hand: the sigmoid of log 1, log 3, log 1/3 and log 9."
    worked(says, [[0.5, 0.75], [0.25, 0.9]], logs, your=your, function="sigmoid_forward")
    says = "By hand: the sigmoid sends dy back, times its slope at log 1, log 3, log 1/3 and log 9."
    worked(says, [[2, 3], [-3, 9]], owed, logs, your=your, function="sigmoid_backward")
    holds("The relu of x, less the relu of -x, is x.", halves, your, IMAGES - 11)
    whole, zeros = x.astype(int), np.array([0, 0])
    worked("The relu reads whole numbers, too.", [0, 0, 3], whole, your=your, function="relu_forward")
    says = "Whole numbers in x do not round what the relu lets back, where dy holds eighths."
    worked(says, [0, 0, 12.5], dy / 8, whole, your=your, function="relu_backward")
    says = "The sigmoid of whole numbers is not rounded."
    worked(says, [0.5, 0.5], zeros, your=your, function="sigmoid_forward")
    says = "Whole numbers in x do not round what the sigmoid sends back."
    worked(says, [0.5, 0.25], np.array([2.0, 1]), zeros, your=your, function="sigmoid_backward")


@capability(
    "softmax",
    1,
    section="Softmax, without overflow",
    varies="numbers of examples and of classes, the type of numbers; inputs stay as they are",
)
def softmax(your):
    third = 1 / 3
    says = "By hand: the scores log 1, log 2, log 5, and three equal ones, become probabilities."
    right = [[0.125, 0.25, 0.625], [third, third, third]]
    worked(says, right, SCORES, your=your, function="softmax_forward")
    holds("Scores that are all 3 larger have the same probabilities.", shifted, your, OF_THREE[:2], 3)
    says = "Where there is one class alone, it is certain."
    worked(says, [[1], [1], [1]], OF_THREE[:, :1], your=your, function="softmax_forward")
    says = "Scores that are whole numbers, and equal, have equal probabilities."
    worked(
        says, [[0.5, 0.5]] * 3, np.array([[2, 2], [0, 0], [-1, -1]]), your=your, function="softmax_forward"
    )


@capability(
    "losses",
    2,
    section="Two losses, and why one of them saturates",
    varies="numbers of examples, classes, outputs and axes, unlikely classes, the type of numbers; "
    "inputs stay as they are",
)
def losses(your):
    last, both = np.array([2]), np.array([2, 0])
    says = "By hand: the cross-entropy of the scores log 1, log 2, log 5 is log(8/5), where class 2 is true."
    entropy(says, np.log(8 / 5), SCORES[:1], last, your=your, part="loss")
    says = "By hand: dscores of the same is the probabilities, less what is true."
    entropy(says, [[1 / 8, 2 / 8, -3 / 8]], SCORES[:1], last, your=your, part="dscores")
    says = "By hand: the cross-entropy of a batch of two is the mean of log(8/5) and log 3."
    entropy(says, np.log(24 / 5) / 2, SCORES, both, your=your, part="loss")
    says = "By hand: dscores of the two belongs to that mean."
    right = [[1 / 16, 2 / 16, -3 / 16], [-1 / 3, 1 / 6, 1 / 6]]
    entropy(says, right, SCORES, both, your=your, part="dscores")
    says = "The cross-entropy is exact, also where the true class has hardly any probability."
    unlikely, true = np.array([[40.0, 0], [0, 40]]), np.array([1, 0])
    entropy(says, 40, unlikely, true, your=your, part="loss")
    answer, target = np.array([[3.0, 1]]), np.array([[1.0, 2]])
    says = "By hand: the mse of the answer [3, 1] is 2.5, where [1, 2] is wanted."
    worked(says, 2.5, answer, target, your=your, function="mse", part="loss")
    says = "By hand: dprediction of the same says how each number of the answer moves the mse."
    worked(says, [[2, -1]], answer, target, your=your, function="mse", part="dprediction")
    says = "The mse of five examples is the mean of theirs."
    worked(says, 7.9, WIDE, 0 * WIDE, your=your, function="mse", part="loss")
    says = "dprediction of the five belongs to that mean."
    worked(says, WIDE / 5, WIDE, 0 * WIDE, your=your, function="mse", part="dprediction")
    says = "By hand: the mse of two examples of shape 2x2 is the mean of half sums over a whole example."
    worked(says, 4, TWO_BY_TWO, 0 * TWO_BY_TWO, your=your, function="mse", part="loss")
    says = "dprediction of the two belongs to that mean."
    worked(says, TWO_BY_TWO / 2, TWO_BY_TWO, 0 * TWO_BY_TWO, your=your, function="mse", part="dprediction")
    says = "Scores that are all 3 larger have the same dscores."
    holds(says, shifted_loss, your, OF_THREE[:2], both, 3)
    says = "Images: where answer and target change places, dprediction changes its sign."
    images = IMAGES[:, :2] % 5
    holds(says, exchanged, your, images, images[::-1] + 2)


@capability(
    "stable",
    1,
    section="Softmax, without overflow",
    varies="scores of +-1000, in sigmoid, softmax and cross-entropy; whole numbers among them",
)
def stable(your):
    high, second = SCORES[:1] + 1000, np.array([1])
    says = "By hand: scores that are all 1000 above log 1, log 2, log 5 have the probabilities of these."
    worked(says, [[1 / 8, 2 / 8, 5 / 8]], high, your=your, function="softmax_forward")
    says = "Softmax is right for scores of 0 and 1000, and in the same batch for -1000 and -1000."
    apart = np.array([[0.0, 1000], [-1000, -1000]])
    worked(says, [[0, 1], [0.5, 0.5]], apart, your=your, function="softmax_forward")
    says = "By hand: the cross-entropy of the scores [800, 0, 0] is 800, where class 1 is true."
    entropy(says, 800, FAR, second, your=your, part="loss")
    says = "By hand: dscores of the same takes all from class 0, and gives it to class 1."
    entropy(says, [[1, -1, 0]], FAR, second, your=your, part="dscores")
    says = "The cross-entropy of the scores [-800, 0, 0] is log 2, where class 1 is true: a coin toss."
    entropy(says, np.log(2), -FAR, second, your=your, part="loss")
    far = np.array([-1000.0, 0, 1000])
    says = "The sigmoid of -1000, 0 and 1000 is 0, one half and 1."
    worked(says, [0, 0.5, 1], far, your=your, function="sigmoid_forward")
    says = "The sigmoid sends nothing back at -1000 and 1000, and a quarter of dy at 0."
    worked(says, [0, 1, 0], far * 0 + 4, far, your=your, function="sigmoid_backward")
    holds("Scores that are all 1000 less have the same probabilities.", shifted, your, OF_THREE, -1000)


@capability(
    "flatten",
    1,
    section="Flattening and counting",
    varies="signals, images and volumes, numbers of classes, the type of numbers; inputs stay as they are",
)
def flatten(your):
    rows = [range(12), range(12, 24)]
    says = "By hand: two images of 3 channels, which hold 0 to 23, become two rows."
    worked(says, rows, IMAGES, your=your, function="flatten_forward")
    says = "The last signal of a batch has the row that it has alone."
    holds(says, alone, your, IMAGES.reshape(4, 3, 2) % 7)
    says = "The same numbers as two volumes become the same rows."
    worked(says, rows, IMAGES.reshape(2, 1, 3, 2, 2), your=your, function="flatten_forward")
    says = "By hand: two answers of three are right, so the accuracy is 2/3."
    worked(says, 2 / 3, OF_THREE, np.array([1, 2, 2]), your=your, function="accuracy")
    says = "Where no answer is right, the accuracy is 0."
    worked(says, 0, OF_THREE, np.array([0, 1, 1]), your=your, function="accuracy")
    says = "The largest score is the answer, by however little it is ahead: two of three are right."
    worked(says, 2 / 3, CLOSE, np.array([2, 0, 2]), your=your, function="accuracy")
    says = "Scores may be whole numbers: one answer of three is right."
    best = np.array([[0, 3, 1, 2], [2, 0, -1, 1], [7, 8, 5, 9]])
    worked(says, 1 / 3, best, np.array([3, 0, 1]), your=your, function="accuracy")


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
        "weigh",
    ),
    opens=("as_float",),
)
