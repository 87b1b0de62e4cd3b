# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 8: where did this number go?
#
# **Each number of the input went into many numbers of the output. Where did it go, and what comes back?**
#
# A layer learns by answering that. You write the three answers here: what the loss owes to the bias, to the weight, and
# to the input. Each is a function of its own, with no memory of the forward pass. Each can be tested alone.
#
# | rung | function | what is new | points |
# | --- | --- | --- | --- |
# | `bias` | `conv_backward_bias` | it went everywhere | 1 |
# | `weight` | `conv_backward_weight` | each tap saw many entries | 3 |
# | `input` | `conv_backward_input` | each entry was seen by many taps | 3 |
# | `padding` | weight and input | zeros around `x` go, a crop comes back | 2 |
# | `stride` | weight and input | entries that no window read | 2 |
# | `dilation` | weight and input | holes in the kernel | 1 |
# | `groups` | weight and input | channels that never meet | 1 |
# | `axes` | weight and input | sounds and volumes, all options at once | 1 |
#
# Each rung is worth its points alone. Chapter 8 derives all three. Each rung below names the section to read.
#
# **How checks work.** Under each rung is a check that you can see and run as often as you like. It shows a hand example,
# a property and an edge of the contract. Below it stands an empty cell: when you hand in, hidden checks run there, on
# other numbers. A rung counts as a whole or not at all. Most mistakes cost one rung only, but a rung that stands on a
# broken one can fall with it: climb in order.
#
# **Where hints are.** Two are folded under each rung. A check itself says what is wrong, not why. In a terminal,
# `cnnlab check ch08_conv_backward` runs all checks on the saved notebook. After a second, different wrong answer it
# also hints at what may lie behind it.

# %% nbgrader={"grade_id": "conv_backward-imports", "locked": true}
import numpy as np

from cnnlab import output_size, resolve_padding
from cnnlab.checks import check

# %% [markdown]
# `output_size` counts the places where a window fits. `resolve_padding` turns every way of saying a padding, also the
# words, into one pair `(before, after)` per axis.

# %%
output_size((8, 9), (3, 2), stride=(2, 3)), resolve_padding((7, 8), (3, 4), "same")

# %% [markdown]
# While your functions are graded, `conv_forward`, `correlate_1d`, `convolve_1d`, `output_size`, `resolve_padding`, `as_float`,
# `pad_forward`, `unfold` and `fold` of `cnnlab` are open to them, and all of NumPy. Everything else can be imported, but
# not called: the answer is among it. Loops are welcome: nothing here is about speed.
#
# All examples by hand use `x = [1, 2, 0, 3]` and `weight = [1, 2, 4]`. There are two windows, so `y` has two entries:
# 1·1 + 2·2 + 4·0 = 5 and 1·2 + 2·0 + 4·3 = 14. Let `dy = [1, 10]` be what came back for them. Its entries are a 1 and a
# 10, so that you can read off which number came from where.

# %% [markdown]
# ## Rung 1: the bias
#
# *Chapter 8, "The bias: added everywhere".*
#
# At how many places, and in how many images, was `bias[f]` added to the
# output? It gets back the sum of what arrives at all of them.
#
# <details><summary>A first hint</summary>
#
# `dy` has the axes (N, C_out, *out), the answer has C_out alone.
#
# <details><summary>A second hint</summary>
#
# `sum` takes a tuple of axes. For one spatial axis it is `(0, 2)`. For any number, `range(2, dy.ndim)` gives the rest.
#
# </details></details>


# %% nbgrader={"grade_id": "conv_backward_bias", "solution": true}
def conv_backward_bias(dy):
    """Sum dy over all images and all places, for at each of them the bias was added once.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
        Gradient of the loss with respect to the output, of any numeric type; is left as it is. The batch may be
        empty.

    Returns
    -------
    dbias : ndarray, shape (C_out,)
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    # stamp: cnnlab.naive.conv_backward_bias
    ### END SOLUTION


# %% nbgrader={"grade_id": "conv_backward-bias-visible", "locked": true}
check("ch08_conv_backward", "bias", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_backward-bias", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch08_conv_backward.checks import EXERCISE

mark(EXERCISE, "bias", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 2: the weight
#
# *Chapter 8, "The weight: what did each tap see?"*
#
# The first tap of `[1, 2, 4]` saw 1 in the first window and 2 in the
# second. With `dy = [1, 10]`, it is owed 1·1 + 10·2 = 21. What are the other two owed?
#
# Start with one axis and one channel. Then a second axis, then channels, filters and images. Leave the options for later.
#
# <details><summary>A first hint</summary>
#
# Visit every place `o` and every tap `k`: there the forward pass read `x[o + k]`, and used it with `weight[k]` for
# `y[o]`. Three numbers meet. Two are given, the third gets its share.
#
# <details><summary>A second hint</summary>
#
# At one place and one tap, `dy` gives a matrix `(N, C_out)`, and `x` a matrix `(N, C_in)`. Which product of the two has
# the shape `(C_out, C_in)`, and which letter does it sum over?
#
# </details></details>


# %% nbgrader={"grade_id": "conv_backward_weight", "solution": true}
def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    """Correlate what went in with what is owed: each tap sums over all places and all images where it was used.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
        Gradient of the loss with respect to the output, of any numeric type; is left as it is.
    x : ndarray, shape (N, C_in, *spatial)
        What went in, of any numeric type; is left as it is.
    kernel_size : tuple of int
        Sizes of the kernel: with a stride, they cannot be read off dy and x.
    stride, padding, dilation, groups
        As they were in `conv_forward`.

    Returns
    -------
    dweight : ndarray, shape (C_out, C_in / groups, *kernel_size)
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    # stamp: cnnlab.naive.conv_backward_weight
    ### END SOLUTION


# %% nbgrader={"grade_id": "conv_backward-weight-visible", "locked": true}
check("ch08_conv_backward", "weight", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_backward-weight", "locked": true, "points": 3}
# Hidden checks run here when you hand in: 3 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch08_conv_backward.checks import EXERCISE

mark(EXERCISE, "weight", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 3: the input
#
# *Chapter 8, "The input: three views, one result".*
#
# Each entry of `dy` goes back through the kernel, to the window that
# made it. 1 leaves `[1, 2, 4]` at the front, 10 leaves `[10, 20, 40]` one place on. Where they overlap, they add. What is
# `dx`?
#
# <details><summary>A first hint</summary>
#
# Begin with zeros of the shape of `x`: `spatial` tells its sizes. For every place, add something to one window.
#
# <details><summary>A second hint</summary>
#
# The tap at `k` read `x[o + k]` for `y[o]`. So `dy[o]`, times that tap, belongs to exactly that entry. Nothing has to be
# turned around.
#
# </details></details>


# %% nbgrader={"grade_id": "conv_backward_input", "solution": true}
def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    """Send every entry of dy back through the kernel to the window that made it: the transpose of the forward map.

    Parameters
    ----------
    dy : ndarray, shape (N, C_out, *out)
        Gradient of the loss with respect to the output, of any numeric type; is left as it is.
    weight : ndarray, shape (C_out, C_in / groups, *kernel_size)
        Of any numeric type; is left as it is.
    spatial : tuple of int
        Sizes of the input: with a stride, several inputs have the same output sizes.
    stride, padding, dilation, groups
        As they were in `conv_forward`.

    Returns
    -------
    dx : ndarray, shape (N, C_in, *spatial)
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    # stamp: cnnlab.naive.conv_backward_input
    ### END SOLUTION


# %% nbgrader={"grade_id": "conv_backward-input-visible", "locked": true}
check("ch08_conv_backward", "input", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_backward-input", "locked": true, "points": 3}
# Hidden checks run here when you hand in: 3 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch08_conv_backward.checks import EXERCISE

mark(EXERCISE, "input", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 4: padding
#
# *Chapter 8, "Padding becomes cropping".*
#
# From here on you go back up and let `conv_backward_weight` and
# `conv_backward_input` learn one option after the other. The forward pass wrote zeros around `x`. What comes back to
# those zeros, and who wants it?
#
# A padding may be one number, one number per axis, one pair `(before, after)` per axis, or a word. You need not tell
# them apart: `resolve_padding` reads all of them.
#
# <details><summary>A first hint</summary>
#
# Pretend that the padded array was the input. Both functions then work as they do; for one of them a last step is
# missing.
#
# <details><summary>A second hint</summary>
#
# Where does the picture begin inside the padded array, and how long is it? Say both, and the cut is right for a padding
# of 0 and for unequal pairs as well.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_backward-padding-visible", "locked": true}
check("ch08_conv_backward", "padding", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_backward-padding", "locked": true, "points": 2}
# Hidden checks run here when you hand in: 2 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch08_conv_backward.checks import EXERCISE

mark(EXERCISE, "padding", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 5: stride
#
# *Chapter 8, "Stride dilates dy".*
#
# With a stride of 2, output number 3 was made from the window that begins at entry 6.
# Seven entries and eight both have three windows of three. What is the gradient of the eighth?
#
# <details><summary>A first hint</summary>
#
# Where did window `o` begin in the forward pass? It begins there in the backward pass too.
#
# <details><summary>A second hint</summary>
#
# If you visit places and taps, only the entry that they meet at changes. What no window read keeps the zero that it
# began with, if `dx` is as large as `spatial` says.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_backward-stride-visible", "locked": true}
check("ch08_conv_backward", "stride", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_backward-stride", "locked": true, "points": 2}
# Hidden checks run here when you hand in: 2 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch08_conv_backward.checks import EXERCISE

mark(EXERCISE, "stride", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 6: dilation
#
# *Chapter 8, "Dilation and stride change places".*
#
# Tap `k` read the entry `k * dilation` behind the beginning of its
# window. Who gets back what, then?
#
# <details><summary>A first hint</summary>
#
# The same index that the forward pass used, in both functions.
#
# <details><summary>A second hint</summary>
#
# `o * stride + k * dilation` is where a place and a tap meet, on each axis. How large is a dilated window?
#
# </details></details>

# %% nbgrader={"grade_id": "conv_backward-dilation-visible", "locked": true}
check("ch08_conv_backward", "dilation", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_backward-dilation", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch08_conv_backward.checks import EXERCISE

mark(EXERCISE, "dilation", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 7: groups
#
# *Chapter 8, "Groups".*
#
# The groups never met on the way forward, so they do not meet on the way back.
#
# <details><summary>A first hint</summary>
#
# Which channels of `x`, which filters, and which channels of `dy` belong to group `g`?
#
# <details><summary>A second hint</summary>
#
# `dx` is put together along the channels, `dweight` along the filters.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_backward-groups-visible", "locked": true}
check("ch08_conv_backward", "groups", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_backward-groups", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch08_conv_backward.checks import EXERCISE

mark(EXERCISE, "groups", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 8: any number of axes
#
# *Chapter 8, "Any number of axes".*
#
# A sound has one axis, a volume three. Do your functions count them? The hidden checks
# also turn on all options at once.
#
# <details><summary>A first hint</summary>
#
# Look for a place where your code says "two": a pair of loops, an index with two entries.
#
# <details><summary>A second hint</summary>
#
# `np.ndindex(*dy.shape[2:])` visits every place, whatever the number of axes, and a tuple of slices indexes them all.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_backward-axes-visible", "locked": true}
check("ch08_conv_backward", "axes", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_backward-axes", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch08_conv_backward.checks import EXERCISE

mark(EXERCISE, "axes", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Trophy: a net that learns from your gradients
#
# Is a gradient that passes its checks good for anything? Below stands a small net: a convolution, a ReLU, a second
# convolution with a stride, a dense layer. Both convolutions go backward through *your* three functions. It learns to
# read 400 of the digits that come with `cnnlab`, and is tested on 359 that it has never seen.
#
# No points hang on this cell. With the course's own answer, written as loops, it took 0.5 s of one core, the
# median of five runs, and read 92 % of the test digits.

# %% nbgrader={"grade_id": "conv_backward-trophy", "locked": true}
from cnnlab import Adam, Conv, Dense, Flatten, ReLU, Sequential, evaluate, fit
from cnnlab.datasets import load_digits


class YourConv(Conv):
    """cnnlab's layer on the way forward, your functions on the way back."""

    def backward(self, dy):
        self.backward_parameters(dy)
        return conv_backward_input(dy, self.parameters["weight"], self.recall().shape[2:], **self.geometry)

    def backward_parameters(self, dy):
        kernel_size = self.parameters["weight"].shape[2:]
        self.gradients["weight"] = conv_backward_weight(dy, self.recall(), kernel_size, **self.geometry)
        self.gradients["bias"] = conv_backward_bias(dy)


digits, rng = load_digits(), np.random.default_rng(8)
net = Sequential(
    YourConv(1, 8, kernel_size=(3, 3), rng=rng),
    ReLU(),
    YourConv(8, 16, kernel_size=(3, 3), stride=2, padding=1, rng=rng),
    ReLU(),
    Flatten(),
    Dense(16 * 3 * 3, 10, rng=rng),
)
lesson, test = (digits.x_train[:400], digits.y_train[:400]), (digits.x_test, digits.y_test)
print(f"before: {evaluate(net, *test):.0%} of {len(digits.y_test)} unseen digits")
history = fit(net, lesson, epochs=8, batch_size=40, optimiser=Adam(lr=0.01), rng=rng)
print(f"after:  {evaluate(net, *test):.0%}, on {sum(history.seconds):.1f} s of your own gradients")
