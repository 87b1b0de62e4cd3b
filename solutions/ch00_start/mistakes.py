"""Named wrong answers to the rehearsal: each is one that first notebooks really hold. Instructors only."""

from cnnlab import bias_forward
from cnnlab.checks import Mistakes

MISTAKES = Mistakes()


@MISTAKES(
    "prints-instead-of-returning",
    "a result that is shown and then lost: to the one who calls, the function gives nothing back. Which word "
    "hands a result on?",
    of="bias_forward",
    breaks="add channels",
    degenerate=True,
)
def shows_the_sum_and_keeps_it(x, bias):
    print(bias_forward(x, bias))


@MISTAKES("prints-instead-of-returning", of="bias_forward")
def shows_what_lines_up_from_the_right(x, bias):
    print(x + bias)


@MISTAKES(
    "list-instead-of-array",
    "a list, and an array is asked for. Which of the two can tell its shape?",
    of="bias_forward",
    breaks="add channels",
    degenerate=True,
)
def hands_on_nested_lists(x, bias):
    return bias_forward(x, bias).tolist()


@MISTAKES("list-instead-of-array", of="bias_forward")
def hands_on_lists_of_what_lines_up_from_the_right(x, bias):
    return (x + bias).tolist()


@MISTAKES(
    "bias-along-the-places",
    "one number for each place, where each channel should have one. From which side does NumPy line up two "
    "shapes?",
    of="bias_forward",
    breaks="channels",
)
def lines_the_bias_up_from_the_right(x, bias):
    return x + bias
