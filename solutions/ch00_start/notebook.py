# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 0: the rehearsal
#
# **What does it feel like to be wrong here, and how do you get out of it?**
#
# There are no points to win, and none to lose. You open a notebook, see a check fail, mend the function, hand in, and
# read what comes back. From the next exercise on you know how that goes, and think of the mathematics alone.
#
# | rung | function | what is new | points |
# | --- | --- | --- | --- |
# | `add` | `bias_forward` | one number, added everywhere | 0 |
# | `channels` | `bias_forward` | one number for each channel | 0 |
#
# **How checks work.** Under each rung is a check that you can see and run as often as you like. It shows a hand example,
# a property and an edge of the contract. Below it stands an empty cell: when you hand in, hidden checks run there, on
# other numbers. A rung counts as a whole or not at all.
#
# **Where hints are.** Two are folded under each rung. A check itself says what is wrong, not why. In a terminal,
# `cnnlab check ch00_start` runs all checks on the saved notebook. After a second, different wrong answer it also hints
# at what may lie behind it.

# %% [markdown]
# ## How to run a cell
#
# Click into the cell below and press Shift and Enter together. A number appears beside it: it has run. Cells know what
# the cells that ran before them have made, so begin at the top.

# %% nbgrader={"grade_id": "start-imports", "locked": true}
import numpy as np

from cnnlab.checks import check

# %% [markdown]
# ## Your function
#
# `x` has the axes (examples, channels, places). A **bias** is one number for each channel. It is added at every place.
# Write below the docstring, in the place of the last line. When you have changed a cell, run it again: until then, the
# old function is still there.
#
# While your function is graded, all of NumPy and `as_float` of `cnnlab` are open to it. Everything else of `cnnlab` can
# be imported, but not called: the answer is among it.


# %% nbgrader={"grade_id": "bias_forward", "solution": true}
def bias_forward(x, bias):
    """Add to every channel its own number, at all of its places.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
        N examples of C channels; may hold whole numbers, and is left as it is.
    bias : ndarray, shape (C,)

    Returns
    -------
    ndarray, shape of x
        A fresh array of floats.
    """
    ### BEGIN SOLUTION
    places = x.ndim - 2
    column = np.reshape(bias, (-1, *[1] * places))
    return x + column
    ### END SOLUTION


# %% [markdown]
# ## Rung 1: one channel
#
# *Chapter 0, "One number for a whole signal".*
#
# Run the check below before you write anything. It fails, and its message says why. Then be wrong on purpose:
# `print(x + bias)`, and run both cells again. What does the message say now? Then mend it.
#
# <details><summary>A first hint</summary>
#
# A function that ends without saying what it gives back gives back nothing, whatever it has shown on the way.
#
# <details><summary>A second hint</summary>
#
# With one channel, NumPy adds the one number to all places by itself. What is missing is the word in front.
#
# </details></details>

# %% nbgrader={"grade_id": "start-add-visible", "locked": true}
check("ch00_start", "add", globals())

# %% nbgrader={"grade": true, "grade_id": "start-add", "locked": true, "points": 0}
# Hidden checks run here when you hand in: 0 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch00_start.checks import EXERCISE

mark(EXERCISE, "add", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 2: several channels
#
# *Chapter 0, "One number for each channel".*
#
# Two channels of three places, and two numbers. What does your function say to that? Read the message of the check to
# its end: it shows the call, and you can make the same call yourself in a cell of your own.
#
# <details><summary>A first hint</summary>
#
# Write the two shapes below each other, so that their right ends meet: `(1, 2, 3)` and `(2,)`. Which axis meets which?
#
# <details><summary>A second hint</summary>
#
# `reshape` gives the numbers an axis of length 1 for every axis that follows the channels. How many are these, if `x`
# has `x.ndim` axes?
#
# </details></details>

# %% nbgrader={"grade_id": "start-channels-visible", "locked": true}
check("ch00_start", "channels", globals())

# %% nbgrader={"grade": true, "grade_id": "start-channels", "locked": true, "points": 0}
# Hidden checks run here when you hand in: 0 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch00_start.checks import EXERCISE

mark(EXERCISE, "channels", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Trophy: a digit in colour
#
# A colour picture has three channels: red, green, blue. Below, a handwritten digit stands in each of them, and your
# function adds to each its own number. That is all it takes to tint a picture.
#
# Every exercise ends like this: your function does something that can be looked at. Nothing hangs on it.
#
# Then save the notebook and hand it in, as your course says. Chapter 0, "Hand in, and read what comes back", goes
# through the page that you get.

# %% nbgrader={"grade_id": "start-trophy", "locked": true}
import matplotlib.pyplot as plt

from cnnlab.datasets import load_digits

digit = load_digits().x_train[2:3] / 2  # (1 example, 1 channel, 8, 8), half as bright
colours = {"as it is": [0, 0, 0], "sunrise": [0.5, 0.2, 0], "sea": [0, 0.2, 0.5]}

figure, axes = plt.subplots(1, 3, figsize=(8, 3))
for axis, (name, bias) in zip(axes, colours.items(), strict=True):
    tinted = bias_forward(np.repeat(digit, 3, axis=1), np.array(bias))
    axis.imshow(np.moveaxis(tinted[0], 0, -1))
    axis.set_title(name)
    axis.set_axis_off()
figure.tight_layout()
