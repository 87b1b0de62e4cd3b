"""Named wrong answers to exercise 2: each was really given by somebody. Instructors only."""

import numpy as np

from cnnlab import (
    dense_backward,
    mse,
    relu_backward,
    sigmoid_backward,
    sigmoid_forward,
    softmax_cross_entropy,
    softmax_forward,
)
from cnnlab.checks import Mistakes

mistake = Mistakes()
at_first, at_last = Mistakes(), Mistakes()  # one mistake may be made where another rung pays for it
ENTROPY = "softmax_cross_entropy"


# The dense layer.


@mistake(
    "dense-dx-no-transpose",
    "a weight turned round on the way back; square weights hide that its shape does not fit. If x had one "
    "feature and y four, how should four upstream numbers combine into one?",
    of="dense_backward",
    breaks="dx",
)
def dx_by_the_weight_turned_round(dy, x, weight):
    _, dweight, dbias = dense_backward(dy, x, weight)
    return dy @ weight.T, dweight, dbias


@mistake(
    "dense-gradient-negated",
    "gradients that are exact up to one sign. Where does the minus of 'descent' live: in the derivative, or "
    "in the step?",
    of="dense_backward",
    breaks="dx",
)
def gradients_downhill(dy, x, weight):
    return tuple(-d for d in dense_backward(dy, x, weight))


@mistake(
    "dense-dw-transposed",
    "a dweight of the shape of a weight with one row per input. Compare it with that of weight for 3 inputs "
    "and 4 outputs: which features index the rows?",
    of="dense_backward",
    breaks="dweight",
)
def dweight_with_a_row_per_input(dy, x, weight):
    dx, dweight, dbias = dense_backward(dy, x, weight)
    return dx, dweight.T, dbias


@mistake(
    "dense-db-not-summed",
    "a dbias with one row per example. One bias served every example of the batch: what happens to the "
    "gradient of a value that was used N times?",
    of="dense_backward",
    breaks="dbias",
)
def dbias_of_each_example(dy, x, weight):
    dx, dweight, _ = dense_backward(dy, x, weight)
    return dx, dweight, dy * 1.0


DB_SUM_ALL = (
    "one number for all biases. Did every output unit receive the same upstream signal, and over which axis "
    "is the sum?"
)


@mistake("dense-db-sum-all", DB_SUM_ALL, of="dense_backward", breaks="dbias")
def dbias_as_one_number(dy, x, weight):
    dx, dweight, _ = dense_backward(dy, x, weight)
    return dx, dweight, dy.sum()


@mistake("dense-db-sum-all", of="dense_backward")
def dbias_the_same_for_all(dy, x, weight):
    dx, dweight, dbias = dense_backward(dy, x, weight)
    return dx, dweight, np.full(dbias.shape, dy.sum())


AVERAGED = (
    "a gradient that is too small by the size of the batch. The loss is a mean over the examples: when dy "
    "reaches this layer, is that 1/N still to come, or is it there already?"
)


@mistake("dense-averaged-again", AVERAGED, of="dense_backward", breaks="dweight")
def weights_and_biases_averaged(dy, x, weight):
    dx, dweight, dbias = dense_backward(dy, x, weight)
    return dx, dweight / len(x), dbias / len(x)


@mistake("dense-averaged-again", of="dense_backward")
def weights_averaged(dy, x, weight):
    dx, dweight, dbias = dense_backward(dy, x, weight)
    return dx, dweight / len(x), dbias


@at_first("dense-averaged-again", AVERAGED, of="dense_backward", breaks="dx")
def all_three_averaged(dy, x, weight):
    return tuple(gradient / len(x) for gradient in dense_backward(dy, x, weight))


@at_last("dense-averaged-again", AVERAGED, of="dense_backward", breaks="dbias")
def biases_averaged(dy, x, weight):
    dx, dweight, dbias = dense_backward(dy, x, weight)
    return dx, dweight, dbias / len(x)


# Activations.


@mistake(
    "sigmoid-derivative-of-output",
    "a slope that never falls below 0.196, even far out where the curve is flat. Which quantity did you "
    "feed to the formula?",
    of="sigmoid_backward",
    breaks="activations",
)
def slope_at_the_output(dy, x):
    return sigmoid_backward(dy, sigmoid_forward(x))


@mistake(
    "sigmoid-x-times-1-minus-x",
    "a slope that is negative somewhere, yet the sigmoid never falls. Which symbol in y (1 - y) is the "
    "activation, and which its input?",
    of="sigmoid_backward",
    breaks="activations",
)
def formula_fed_with_the_input(dy, x):
    return dy * x * (1.0 - x)


@mistake(
    "relu-masks-on-upstream",
    "a choice by the sign of what comes back. What decided on the way forward whether the unit was on?",
    of="relu_backward",
    breaks="activations",
)
def lets_positive_gradients_through(dy, x):
    return dy * (dy > 0) * 1.0


@mistake(
    "relu-passes-at-zero",
    "a slope of 1 where the input is exactly zero, and only there is it wrong. Which slope does this course "
    "agree on at the kink?",
    of="relu_backward",
    breaks="activations",
)
def on_at_zero(dy, x):
    return dy * (x >= 0)


@mistake(
    "relu-forgets-upstream",
    "the local slope alone. What still has to be multiplied on?",
    of="relu_backward",
    breaks="activations",
)
def slope_alone(dy, x):
    return relu_backward(np.ones(x.shape), x)


# Softmax and the losses.


WRONG_AXIS = "probabilities that sum to 1 over the batch. Sum those of one example: what should come out?"


@mistake("softmax-wrong-axis", WRONG_AXIS, of="softmax_forward", breaks="softmax")
def probabilities_of_columns(x):
    return softmax_forward(x, axis=0)


@mistake("softmax-wrong-axis", of=ENTROPY)
def entropy_of_columns(scores, labels):
    rows, shifted = np.arange(len(scores)), scores - scores.max(axis=0) * 1.0
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=0))
    dscores = np.exp(logarithms)
    dscores[rows, labels] -= 1
    return -logarithms[rows, labels].mean(), dscores / len(scores)


@mistake(
    "ce-log-of-zero",
    "an infinite loss although the scores are finite. Can the logarithm be taken before anything underflows?",
    of=ENTROPY,
    breaks="stable",
)
def logarithm_of_the_rounded_probability(scores, labels):
    p = softmax_forward(scores)[np.arange(len(scores)), labels]
    return -np.log(p).mean(), softmax_cross_entropy(scores, labels)[1]


@mistake(
    "ce-gradient-over-all-entries",
    "dscores that are too small by the number of classes. Over what is the loss averaged?",
    of=ENTROPY,
    breaks="losses",
)
def averaged_over_classes_too(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss, dscores / scores.shape[1]


@mistake(
    "ce-averaged-twice",
    "dscores that shrink as the square of the batch size. How often did you average?",
    of=ENTROPY,
    breaks="losses",
)
def averaged_twice(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss, dscores / len(scores)


@mistake(
    "ce-sign-flipped",
    "target minus probability. Raise the score of the right class a little: should the loss rise or fall, "
    "and what sign has your gradient there?",
    of=ENTROPY,
    breaks="losses",
)
def target_minus_probability(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss, -dscores


@mistake(
    "ce-labels-as-onehot",
    "rows of dscores that do not sum to zero, as each should. What do you subtract from the probabilities?",
    of=ENTROPY,
    breaks="losses",
)
def less_the_number_of_the_class(scores, labels):
    loss, _ = softmax_cross_entropy(scores, labels)
    return loss, (softmax_forward(scores) - labels[:, None]) / len(scores)


@mistake(
    "ce-slope-not-averaged",
    "the slope of a sum, beside a loss that is a mean. Where the mean is over N examples, by how much does "
    "it rise if the loss of one of them rises by 1?",
    of=ENTROPY,
    breaks="losses",
)
def slope_of_the_sum(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss, dscores * len(scores)


SUMMED = (
    "a loss that is added up over the batch. If every example came twice, would it double, and should the "
    "loss of a batch do that?"
)


@mistake("ce-summed", SUMMED, of=ENTROPY, breaks="losses")
def entropy_and_slope_of_the_sum(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss * len(scores), dscores * len(scores)


@mistake("ce-summed", of=ENTROPY)
def entropy_of_the_sum(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss * len(scores), dscores


@mistake(
    "ce-loss-over-all-entries",
    "a loss that is too small by the number of classes. How many numbers does one example add to the loss: "
    "one, or one for each class?",
    of=ENTROPY,
    breaks="losses",
)
def entropy_of_all_entries(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss / scores.shape[1], dscores


@mistake("ce-loss-over-all-entries", of=ENTROPY)
def entropy_and_slope_of_all_entries(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss / scores.shape[1], dscores / scores.shape[1]


EPSILON = (
    "a small number inside the logarithm: the loss is off by a little, and by much where the true class is "
    "unlikely. What can be done on paper, so that no logarithm of a probability is taken?"
)


def of_another(change):
    """Make a way of the mistake: the true class's probability is changed before its logarithm is taken."""

    def entropy_of_another_probability(scores, labels):
        p = softmax_forward(scores)[np.arange(len(scores)), labels]
        return -np.log(change(p)).mean(), softmax_cross_entropy(scores, labels)[1]

    mistake("ce-epsilon-in-the-log", EPSILON, of=ENTROPY, breaks="losses")(entropy_of_another_probability)


for epsilon in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16):
    of_another(lambda p, epsilon=epsilon: p + epsilon)
    of_another(lambda p, epsilon=epsilon: np.maximum(p, epsilon))
    if epsilon > 1e-9:  # nearer to 1 than that, the upper end changes nothing that shows
        of_another(lambda p, epsilon=epsilon: np.clip(p, epsilon, 1 - epsilon))


@mistake(
    "mse-factor-two",
    "exactly twice the numerical slope. What is the half in front of the squared error for?",
    of="mse",
    breaks="losses",
)
def slope_without_the_half(prediction, target):
    loss, dprediction = mse(prediction, target)
    return loss, 2 * dprediction


@mistake(
    "mse-slope-not-averaged",
    "the slope of a sum, beside a loss that is a mean. If the loss of one example rises by 1, by how much "
    "does the mean over N of them rise?",
    of="mse",
    breaks="losses",
)
def slope_of_the_summed_error(prediction, target):
    loss, dprediction = mse(prediction, target)
    return loss, dprediction * len(target)


@mistake("mse-summed", SUMMED, of="mse", breaks="losses")
def error_and_slope_of_the_sum(prediction, target):
    loss, dprediction = mse(prediction, target)
    return loss * len(target), dprediction * len(target)


@mistake("mse-summed", of="mse")
def error_of_the_sum(prediction, target):
    loss, dprediction = mse(prediction, target)
    return loss * len(target), dprediction


@mistake("mse-summed", of="mse")
def doubled_error_and_slope_of_the_sum(prediction, target):
    loss, dprediction = mse(prediction, target)
    return 2 * loss * len(target), 2 * dprediction * len(target)


ALL_ENTRIES = (
    "a mean over all entries. What is added up within one example in this course, and over what alone is the "
    "mean?"
)


def outputs(target):
    """How many numbers an example has."""
    return target.size / len(target)


@mistake("mse-over-all-entries", ALL_ENTRIES, of="mse", breaks="losses")
def mean_of_all_entries(prediction, target):
    loss, dprediction = mse(prediction, target)
    return loss / outputs(target), dprediction / outputs(target)


@mistake("mse-over-all-entries", of="mse")
def mean_of_all_entries_without_the_half(prediction, target):
    loss, dprediction = mse(prediction, target)
    return 2 * loss / outputs(target), 2 * dprediction / outputs(target)


@mistake("mse-over-all-entries", of="mse")
def loss_of_all_entries(prediction, target):
    loss, dprediction = mse(prediction, target)
    return loss / outputs(target), dprediction


@mistake("mse-over-all-entries", of="mse")
def loss_of_all_entries_without_the_half(prediction, target):
    loss, dprediction = mse(prediction, target)
    return 2 * loss / outputs(target), dprediction


@mistake("mse-over-all-entries", of="mse")
def slope_of_all_entries(prediction, target):
    loss, dprediction = mse(prediction, target)
    return loss, dprediction / outputs(target)


@mistake(
    "mse-without-half",
    "a loss of twice the size. With what factor does the squared error of this course begin, and what does "
    "it do to the slope?",
    of="mse",
    breaks="losses",
)
def error_and_slope_without_the_half(prediction, target):
    loss, dprediction = mse(prediction, target)
    return 2 * loss, 2 * dprediction


@mistake("mse-without-half", of="mse")
def error_without_the_half(prediction, target):
    loss, dprediction = mse(prediction, target)
    return 2 * loss, dprediction


# Flattening and counting.


@mistake(
    "flatten-drops-batch",
    "one vector for the whole batch. How can you tell, after that, where image 0 ends and image 1 begins?",
    of="flatten_forward",
    breaks="flatten",
)
def one_vector_for_all(x):
    return x.reshape(-1)


@mistake(
    "flatten-mixes-batch",
    "the right shape, with pixels of several images in a row. Does row 0 hold numbers of image 0 alone, if "
    "you try it with np.arange?",
    of="flatten_forward",
    breaks="flatten",
)
def reshaped_as_if_turned(x):
    return x.reshape(-1, len(x)).T


@mistake(
    "flatten-fortran-order",
    "all numbers of an image in its row, the first axis running fastest. Which axis should vary fastest?",
    of="flatten_forward",
    breaks="flatten",
)
def first_axis_fastest(x):
    return x.reshape(len(x), -1, order="F")


@mistake(
    "flatten-channels-last",
    "the right numbers in every row, the channels running fastest. Where do the channels stand in the layout "
    "of this course?",
    of="flatten_forward",
    breaks="flatten",
)
def channels_fastest(x):
    return np.moveaxis(x, 1, -1).reshape(len(x), -1)


@mistake(
    "accuracy-exact-probabilities",
    "a score compared with the number of a class. Which question does the label answer: how much, or which?",
    of="accuracy",
    breaks="flatten",
)
def largest_score_against_label(scores, labels):
    return float(np.mean(scores.max(axis=1) == labels))


@mistake(
    "accuracy-counts-not-fraction",
    "the number of right answers. Of how many?",
    of="accuracy",
    breaks="flatten",
)
def count_of_right_answers(scores, labels):
    return float(np.sum(scores.argmax(axis=1) == labels))


MISTAKES = (*mistake, *at_first, *at_last)
