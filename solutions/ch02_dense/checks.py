"""Hidden checks of exercise 2. Instructors only.

A misconception is charged once. A weight that is turned round on the way back does not fit unless it is
square, and then there is no dweight either: sizes that differ need `dx`. Scores of which each row and each
column holds the same numbers do not tell over which axis a softmax goes: all others need `softmax`.
"""

import numpy as np

from cnnlab.checks import Case
from cnnlab.checks import ch02_dense as public
from cnnlab.checks.draw import digits, distinct, single
from cnnlab.checks.record import recorded

from .mistakes import MISTAKES

WAYS = {"layout": "C", "asks": "values", "needs": (), "part": ""}


def ask(function, *, kind=None, **given):
    """Ask for a function's result, or a part of it; floats are first made numbers of a kind."""
    args = {name: value for name, value in given.items() if name not in WAYS}
    if kind:
        args = {n: a if a is None or n == "labels" else a.astype(kind) for n, a in args.items()}
    return Case(function, args, **{name: given[name] for name in WAYS if name in given})


def sizes(rng):
    """Draw three sizes of which no two are equal: examples, inputs, outputs."""
    return map(int, rng.permutation([2, 3, 4, 5])[:3])


def layer(rng, n, inputs, outputs):
    """Draw what a dense layer reads and is owed, without zeros."""
    shapes = {"dy": (n, outputs), "x": (n, inputs), "weight": (outputs, inputs)}
    return {name: distinct(rng, *shape) for name, shape in shapes.items()}


def forth(given, **more):
    """Ask for y, where x and weight are given."""
    return ask("dense_forward", x=given["x"], weight=given["weight"], **more)


def back(part, given, **more):
    """Ask for one of the three gradients."""
    return ask("dense_backward", part=part, **given, **more)


def in_part_whole(given):
    """Make all whole numbers but one of dy: no sum that it has a part in comes out whole."""
    whole = {name: array.astype(int) for name, array in given.items()}
    dy = given["dy"].copy()
    dy[0, 0] += 1 / 64
    return {**whole, "dy": dy}


def dx(rng):
    fixed = layer(np.random.default_rng(2), 2, 3, 4)
    large, square = layer(rng, *sizes(rng)), layer(rng, 3, 4, 4)
    return [
        forth(fixed),
        back("dx", fixed),
        forth(large, layout="strided"),
        back("dx", large, layout="strided"),
        forth(square),
        back("dx", square),
        forth(layer(rng, *sizes(rng)), kind=int),
        back("dx", in_part_whole(layer(rng, *sizes(rng)))),
        forth(layer(rng, *sizes(rng)), kind=np.float32),
        back("dx", layer(rng, *sizes(rng)), kind=np.float32),
        back("dx", layer(rng, 4, 3, 1)),
        forth(layer(rng, 0, 3, 4)),
        *recorded(public.adjoint, *layer(rng, *sizes(rng)).values()),
        forth(layer(rng, 3, 2, 2), asks="unchanged"),
        back("dx", layer(rng, 3, 2, 2), asks="unchanged"),
    ]


def dweight(rng):
    fixed = layer(np.random.default_rng(3), 2, 3, 3)
    n, inputs, outputs = sizes(rng)
    unlike = layer(rng, n, inputs, outputs)
    return [
        back("dweight", fixed),
        back("dweight", layer(rng, n, inputs, inputs), layout="strided"),
        back("dweight", in_part_whole(layer(rng, n, outputs, outputs))),
        back("dweight", layer(rng, n, outputs, outputs), kind=np.float32),
        *recorded(public.one_by_one, *layer(rng, 3, 2, 2).values()),
        back("dweight", layer(rng, 3, 2, 2), asks="unchanged"),
        back("dweight", unlike, needs=("dx",)),
        back("dweight", layer(rng, *sizes(rng)), layout="strided", needs=("dx",)),
        back("dweight", in_part_whole(layer(rng, *sizes(rng))), needs=("dx",)),
        back("dweight", layer(rng, n, inputs, 1), needs=("dx",)),
    ]


def dbias(rng):
    fixed = layer(np.random.default_rng(4), 2, 3, 3)
    n, inputs, outputs = sizes(rng)
    dark = {"x": np.zeros((n, outputs)), "weight": digits(rng, outputs, outputs)}
    whole = digits(rng, 4, 4).astype(int)
    return [
        back("dbias", fixed),
        forth(dark, bias=distinct(rng, outputs)),
        back("dbias", layer(rng, n, inputs, inputs), layout="strided"),
        back("dbias", in_part_whole(layer(rng, n, outputs, outputs))),
        back("dbias", layer(rng, n, outputs, outputs), kind=np.float32),
        forth({"x": np.zeros((3, 4), int), "weight": whole}, bias=distinct(rng, 4) / 2),
        *recorded(public.twice, *layer(rng, 3, 2, 2).values()),
        forth(dark, bias=distinct(rng, outputs), asks="unchanged"),
        back("dbias", layer(rng, 3, 2, 2), asks="unchanged"),
        forth(layer(rng, n, inputs, outputs), bias=distinct(rng, outputs), layout="strided", needs=("dx",)),
        forth(layer(rng, n, inputs, outputs), bias=distinct(rng, outputs) / 2, needs=("dx",)),
        back("dbias", layer(rng, n, inputs, outputs), needs=("dx",)),
        back("dbias", layer(rng, *sizes(rng)), layout="strided", needs=("dx",)),
    ]


def with_zeros(rng, *shape):
    """Draw small numbers: a third of them is 0, and at least one each is 0, above and below it."""
    x = digits(rng, *shape) / 2
    x[rng.random(shape) < 1 / 3] = 0
    x.flat[rng.permutation(x.size)[:3]] = 0, rng.integers(1, 6), -rng.integers(1, 6)
    return x


def activations(rng):
    fixed = np.random.default_rng(2)
    n, c = int(rng.integers(2, 5)), int(rng.integers(3, 6))
    cases = []
    for name in ("relu", "sigmoid"):
        both, line, image = with_zeros(rng, n, c), with_zeros(rng, 7), with_zeros(rng, 2, 3, 2, 4)
        cases += [
            ask(f"{name}_forward", x=with_zeros(fixed, 2, 5)),
            ask(f"{name}_backward", dy=distinct(fixed, 2, 5), x=with_zeros(fixed, 2, 5)),
            ask(f"{name}_forward", x=both, layout="strided"),
            ask(f"{name}_backward", dy=distinct(rng, n, c), x=both, layout="strided"),
            ask(f"{name}_forward", x=line, kind=np.float32),
            ask(f"{name}_backward", dy=distinct(rng, 7), x=line, kind=np.float32),
            ask(f"{name}_forward", x=image),
            ask(f"{name}_backward", dy=distinct(rng, 2, 3, 2, 4), x=image),
            ask(f"{name}_forward", x=2 * both, kind=int),
            ask(f"{name}_backward", dy=distinct(rng, n, c) + 0.5, x=np.ceil(both).astype(int)),
            ask(f"{name}_forward", x=both, asks="unchanged"),
            ask(f"{name}_backward", dy=distinct(rng, n, c), x=both, asks="unchanged"),
        ]
    return [*cases, *recorded(public.halves, with_zeros(rng, 3, 4))]


def softmax(rng):
    fixed = np.random.default_rng(2)
    n, k, _ = sizes(rng)
    return [
        ask("softmax_forward", x=digits(fixed, 2, 3) / 2),
        ask("softmax_forward", x=digits(rng, n, k) / 2, layout="strided"),
        ask("softmax_forward", x=digits(rng, k, n) / 4),
        ask("softmax_forward", x=digits(rng, 4, 4) / 2),
        ask("softmax_forward", x=digits(rng, 5, 2) / 2),
        ask("softmax_forward", x=digits(rng, 1, 6) / 2),
        ask("softmax_forward", x=digits(rng, n, k), kind=int),
        ask("softmax_forward", x=digits(rng, n, k) / 2, kind=np.float32),
        *recorded(public.shifted, digits(rng, 3, 5) / 2, 2),
        ask("softmax_forward", x=digits(rng, n, k) / 2, asks="unchanged"),
    ]


def rolled(row):
    """Roll a row, so that each row and each column holds the same numbers: a softmax is one over both."""
    return np.stack([np.roll(row, i) for i in range(len(row))])


def moderate(rng, k):
    """Draw k scores of which no two are equal."""
    return rng.permutation(np.arange(-3.0, 4))[:k] / 2


def some_labels(rng, n, k):
    """Draw classes for n examples: not all the same, and not 0 or 1 alone."""
    labels = rng.integers(0, k, n)
    labels[int(rng.integers(n))] = k - 1
    labels[(np.argmax(labels) + 1) % n] = int(rng.integers(0, k - 1))
    return labels


def entropy(part, scores, labels, **more):
    """Ask for the cross-entropy or its slope."""
    return ask("softmax_cross_entropy", part=part, scores=scores, labels=labels, **more)


def squared(part, rng, *shape, **more):
    """Ask for the squared error or its slope."""
    prediction, target = distinct(rng, *shape) / 2, digits(rng, *shape) / 2
    return ask("mse", part=part, prediction=prediction, target=target, **more)


def losses(rng):
    fixed = np.random.default_rng(2)
    n, k = (4, 6) if rng.integers(2) else (6, 5)
    scores, labels = digits(rng, n, k) / 2, some_labels(rng, n, k)
    whole, few = digits(rng, 5, 3), some_labels(rng, 5, 3)
    apart = rng.permutation([float(rng.integers(38, 47)), 0, 0])
    lost = (np.argmax(rolled(apart), axis=1) + 1) % 3
    needs = {"needs": ("softmax",)}
    cases = []
    for part in ("loss", "dscores"):
        cases += [
            entropy(part, rolled(moderate(fixed, 4)), some_labels(fixed, 4, 4)),
            entropy(part, rolled(moderate(rng, 5)), some_labels(rng, 5, 5), layout="strided"),
            entropy(part, rolled(2 * moderate(rng, 3)), some_labels(rng, 3, 3), kind=int),
            entropy(part, rolled(moderate(rng, 4)), some_labels(rng, 4, 4), kind=np.float32),
            entropy(part, rolled(moderate(rng, 4)), some_labels(rng, 4, 4), asks="unchanged"),
            entropy(part, scores, labels, **needs),
            entropy(part, digits(rng, k, n) / 4, some_labels(rng, k, n), layout="strided", **needs),
            entropy(part, whole, few.astype(np.uint8), kind=int, **needs),
            entropy(part, digits(rng, 4, 2) / 2, some_labels(rng, 4, 2), **needs),
        ]
    cases.append(entropy("loss", rolled(apart), lost))
    for part in ("loss", "dprediction"):
        cases += [
            squared(part, fixed, 3, 4),
            squared(part, rng, n, k, layout="strided"),
            squared(part, rng, k, 1),
            squared(part, rng, 2, 3, 2, 4),
            squared(part, rng, n, k, kind=np.float32),
            ask("mse", part=part, prediction=distinct(rng, 3, 2), target=digits(rng, 3, 2), kind=int),
            squared(part, rng, n, 3, asks="unchanged"),
        ]
    held = recorded(public.shifted_loss, rolled(moderate(rng, 3)), some_labels(rng, 3, 3), 2)
    return [*cases, *held, *recorded(public.exchanged, distinct(rng, 3, 2), digits(rng, 3, 2))]


def stable(rng):
    far = rng.permutation([1000.0, -1000, 0, float(rng.integers(990, 1000))])
    apart = rng.permutation([float(rng.integers(760, 1000)), 0, 0])
    lost = (np.argmax(rolled(apart), axis=1) + 1) % 3
    wide = rng.permuted(np.tile([1000.0, 999, 0, -1000, -998], (3, 1)), axis=1)
    low = wide - 1000 * rng.permutation([[1.0], [2], [3]])
    true = rng.integers(0, 5, 3)
    signs = rng.permutation([-1000.0, 1000, 0, -900, 800])
    every = {"needs": ("softmax", "losses")}
    owed = distinct(rng, 5)
    return [
        ask("softmax_forward", x=rolled(np.array([1000.0, 998, 0, -1000]))),
        ask("softmax_forward", x=rolled(far), layout="strided"),
        ask("softmax_forward", x=-rolled(far) - 1000, kind=int),
        *recorded(public.shifted, rolled(moderate(rng, 4)), -1000),
        ask("softmax_forward", x=wide, needs=("softmax",)),
        ask("softmax_forward", x=low, needs=("softmax",)),
        entropy("loss", rolled(apart), lost),
        entropy("loss", rolled(far), some_labels(rng, 4, 4)),
        entropy("loss", rolled(far), some_labels(rng, 4, 4), asks="unchanged"),
        entropy("loss", wide, true, **every),
        entropy("loss", low, true, kind=int, **every),
        entropy("dscores", rolled(far), some_labels(rng, 4, 4), **every),
        entropy("dscores", wide, true, **every),
        ask("sigmoid_forward", x=signs, needs=("activations",)),
        ask("sigmoid_forward", x=signs.reshape(1, 5), kind=int, needs=("activations",)),
        ask("sigmoid_backward", dy=owed, x=signs, needs=("activations",)),
    ]


def scored(rng, n, k, right):
    """Draw scores without ties, and labels of which a number is right; two largest scores are a label."""
    scores = np.stack([rng.permutation(np.arange(-k, k))[:k] for _ in range(n)]).astype(float)
    best = scores.argmax(axis=1)
    labels = (best + rng.integers(1, k, n)) % k
    hit = rng.permutation(n)[:right]
    labels[hit] = best[hit]
    for row in [i for i in range(n) if i not in hit][:2]:  # a wrong answer whose size is the label
        scores[row] -= scores[row].max() - labels[row]
    return scores, labels


def counted(rng, n, k, right, *, of=int, **more):
    """Ask for an accuracy, with labels of a type."""
    scores, labels = scored(rng, n, k, right)
    return ask("accuracy", scores=scores, labels=labels.astype(of), **more)


def close(rng, n, k, right):
    """Ask for an accuracy where scores are so close that no class is more likely than all others together."""
    scores, labels = scored(rng, n, k, right)
    return ask("accuracy", scores=scores / 8, labels=labels)


def flatten(rng):
    fixed = np.random.default_rng(2)
    n, c, h = sizes(rng)
    return [
        ask("flatten_forward", x=distinct(fixed, 2, 3, 2, 2)),
        counted(fixed, 5, 3, 3),
        ask("flatten_forward", x=distinct(rng, n, c, h)),
        ask("flatten_forward", x=distinct(rng, n, c, h, 2), layout="strided"),
        ask("flatten_forward", x=distinct(rng, 2, 2, 3, 2, 3)),
        ask("flatten_forward", x=distinct(rng, n, 1, h, c), kind=int),
        ask("flatten_forward", x=single(distinct(rng, n, c, 3, 2))),
        *recorded(public.alone, distinct(rng, 3, 2, 3, 2)),
        ask("flatten_forward", x=distinct(rng, 2, 2, 3, 2), asks="unchanged"),
        counted(rng, 7, 4, int(rng.integers(2, 5)), layout="strided"),
        counted(rng, 4, 6, int(rng.integers(1, 3)), kind=int),
        counted(rng, 6, 3, int(rng.integers(2, 5)), kind=np.float32, of=np.uint8),
        close(rng, 6, 4, 3),
        counted(rng, 5, 2, 5),
        counted(rng, 6, 4, 0),
        counted(rng, 5, 4, 2, asks="unchanged"),
    ]


EXERCISE = public.EXERCISE.with_hidden(
    {
        "dx": dx,
        "dweight": dweight,
        "dbias": dbias,
        "activations": activations,
        "softmax": softmax,
        "losses": losses,
        "stable": stable,
        "flatten": flatten,
    },
    MISTAKES,
)
