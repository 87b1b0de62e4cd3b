# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 7: one function for sounds, pictures and volumes
#
# **A picture has two axes, a sound one, an MRI three. How many functions do you need to convolve them all?**
#
# One. You write it here, `conv_forward`, and you write it once. You start with a single signal and a single kernel,
# and every rung of the climb adds one idea to the same function:
#
# | rung | what is new | points |
# | --- | --- | --- |
# | `1d` | slide, multiply, sum | 2 |
# | `2d` | a second axis | 2 |
# | `channels` | a batch of images, several channels, several filters | 3 |
# | `bias` | one number per filter | 1 |
# | `stride` | skip windows | 2 |
# | `padding` | zeros around the input | 1 |
# | `dilation` | holes in the kernel | 1 |
# | `groups` | channels that never meet | 1 |
# | `3d` | any number of axes | 1 |
#
# Each rung is worth its points alone: with the first two you have 4 of 14, and a working convolution. Chapter 7 builds
# the same function step by step. Each rung below names the section to read.
#
# **How checks work.** Under each rung is a check that you can see and run as often as you like. It shows a hand example,
# a property and an edge of the contract. Below it stands an empty cell: when you hand in, hidden checks run there, on
# other numbers. A rung counts as a whole or not at all. Most mistakes cost one rung only, but a rung that stands on a
# broken one can fall with it: climb in order.
#
# **Where hints are.** Two are folded under each rung. A check itself says what is wrong, not why. In a terminal,
# `cnnlab check ch07_conv_forward` runs all checks on the saved notebook. After a second, different wrong answer it
# also hints at what may lie behind it.

# %% nbgrader={"grade_id": "conv_forward-imports", "locked": true}
import numpy as np

from cnnlab import output_size, resolve_padding
from cnnlab.checks import check

# %% [markdown]
# Two helpers are there already. `output_size` counts the places where a window fits. `resolve_padding` turns every way
# of saying a padding, also the words, into one pair `(before, after)` per axis.

# %%
output_size((8, 9), (3, 2), stride=(2, 3)), resolve_padding((7, 8), (3, 4), "same")

# %% [markdown]
# ## Your function
#
# The contract is in the docstring. Write below it, in place of the last line. Loops are welcome: nothing here is about
# speed.
#
# While your function is graded, `output_size`, `resolve_padding`, `as_float`, `pad_forward`, `unfold` and `fold` of `cnnlab`
# are open to it, and all of NumPy. Everything else can be imported, but not called: the answer is among it.
#
# - `as_float("x", x)` makes floats of whole numbers, and returns what holds floats as it is, not as a copy; the name is for its
#   error message.
# - `pad_forward(x, padding)` surrounds every image with cells of zeros; a padding is a number or pairs here, not a word.
# - `unfold(x, kernel_size, *, stride=1, padding=0, dilation=1)` lays out all windows of the input, zeros around it, as an array
#   of shape `(N, C, *kernel_size, *out)`.
# - `fold(windows, spatial, *, stride=1, padding=0, dilation=1)` goes back: it adds windows of that shape into an array of the
#   sizes `spatial`, each where it came from.


# %% nbgrader={"grade_id": "conv_forward", "solution": true}
def conv_forward(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Weigh every window and sum it: the kernel is not flipped, which is cross-correlation.

    y[n, f, o] = sum over c, k of x[n, c, o * stride + k * dilation - padding] * weight[f, c, k] + bias[f], where o
    and k have one index per spatial axis, and x is 0 outside itself.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, *spatial)
        N images of C_in channels; may be empty, of any numeric type, and is left as it is.
    weight : ndarray, shape (C_out, C_in / groups, *kernel_size)
    bias : ndarray, shape (C_out,), optional
    stride, dilation : int or tuple of int
        One for all axes, or one per axis.
    padding : int, tuple of int, tuple of pairs, or {"valid", "same", "full"}
        Cells of zeros around x, as `resolve_padding` takes them.
    groups : int
        Channels are cut into so many groups; each sees only its own.

    Returns
    -------
    ndarray, shape (N, C_out, *out)
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    # stamp: cnnlab.naive.conv_forward
    ### END SOLUTION


# %% [markdown]
# ## Rung 1: one signal, one kernel
#
# *Chapter 4, "Does it matter which way round the kernel lies?"*
#
# Take `x = [2, 1, 0, 3, 1, 2]` and `weight = [1, 2, 4]`. The first window holds 2, 1, 0, and
# 1·2 + 2·1 + 4·0 = 4. What do the other three windows give? Write them down before you write code.
#
# The arrays have a batch axis and a channel axis from the start, both of length 1 on this rung: `x` has shape
# `(1, 1, 6)`. The signal may hold whole numbers; the result holds floats.
#
# <details><summary>A first hint</summary>
#
# How many windows are there? `output_size` knows. Make an array of zeros of that size, and fill one entry at a time.
#
# <details><summary>A second hint</summary>
#
# Window number `o` is `x[0, 0, o : o + k]`, where `k` is the length of the kernel. What has to happen to it to become
# one number? And what type does `np.zeros(shape, dtype=x.dtype)` have when `x` holds whole numbers?
#
# </details></details>

# %% nbgrader={"grade_id": "conv_forward-1d-visible", "locked": true}
check("ch07_conv_forward", "1d", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_forward-1d", "locked": true, "points": 2}
# Hidden checks run here when you hand in: 2 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch07_conv_forward.checks import EXERCISE

mark(EXERCISE, "1d", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 2: a second axis
#
# *Chapter 7, "Channels: what is added to what?"*
#
# What changes when the signal becomes a picture? A place is now a pair, and so is a tap. It
# pays to write this so that one code serves one axis and two: then the last rung is free.
#
# The picture may hold whole numbers from 0 to 255, in 8 bits each. The kernel may hold halves, or such numbers as well:
# then 2 times 200 must still be 400. Or they are larger, of 64 bits. Compute in float64: float32 would round them.
#
# <details><summary>A first hint</summary>
#
# `np.ndindex(*out)` visits every place, however many axes there are, and gives each as a tuple. A window is the part of
# `x` that begins at a place and is as large as the kernel.
#
# <details><summary>A second hint</summary>
#
# A tuple of slices indexes any number of axes: `x[(..., *slices)]`, with one `slice(o, o + k)` for each axis.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_forward-2d-visible", "locked": true}
check("ch07_conv_forward", "2d", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_forward-2d", "locked": true, "points": 2}
# Hidden checks run here when you hand in: 2 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch07_conv_forward.checks import EXERCISE

mark(EXERCISE, "2d", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 3: channels and images
#
# *Chapter 7, "Channels: what is added to what?"*
#
# A colour picture has three channels, and a layer has many filters. How does one
# filter make one number out of three channels? It has a kernel for each of them, and adds up what they give. Images of
# a batch do not meet at all. After "Channels: what is added to what?" read "Filters: many questions at once" and
# "Batches: nothing is added": this rung needs all three.
#
# <details><summary>A first hint</summary>
#
# Write the shapes beside each other: `x` is `(N, C_in, ...)`, `weight` is `(C_out, C_in, ...)`, the result is
# `(N, C_out, ...)`. Which letter is missing in the result? That is the one to sum over.
#
# <details><summary>A second hint</summary>
#
# At one place and one tap, `x` gives a matrix `(N, C_in)` and `weight` a matrix `(C_out, C_in)`. One matrix product
# makes `(N, C_out)` out of them.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_forward-channels-visible", "locked": true}
check("ch07_conv_forward", "channels", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_forward-channels", "locked": true, "points": 3}
# Hidden checks run here when you hand in: 3 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch07_conv_forward.checks import EXERCISE

mark(EXERCISE, "channels", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 4: the bias
#
# *Chapter 7, "Channels: what is added to what?"*
#
# Each filter adds one number of its own to its whole feature map. At how many places? At all of them.
# How often at each? Once.
#
# <details><summary>A first hint</summary>
#
# `bias` has shape `(C_out,)`, the result `(N, C_out, ...)`. NumPy lines shapes up from the right.
#
# <details><summary>A second hint</summary>
#
# `bias.reshape(-1, 1)` lines up with a result of one spatial axis. How many ones do you need for any number of axes?
#
# </details></details>

# %% nbgrader={"grade_id": "conv_forward-bias-visible", "locked": true}
check("ch07_conv_forward", "bias", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_forward-bias", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch07_conv_forward.checks import EXERCISE

mark(EXERCISE, "bias", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 5: stride
#
# *Chapter 7, "Stride, padding, dilation: where does a tap read?"*
#
# With a stride of 2, every second window is skipped. Where does window number 5 begin? And with a
# stride of `(2, 3)`, where does the window of place `(1, 1)` begin?
#
# <details><summary>A first hint</summary>
#
# `output_size` takes the stride too. A place `o` and the entry where its window begins are now two different numbers.
#
# <details><summary>A second hint</summary>
#
# `np.multiply(o, stride)` works for an int and for one int per axis. Entries at the end that no window reaches are
# never read.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_forward-stride-visible", "locked": true}
check("ch07_conv_forward", "stride", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_forward-stride", "locked": true, "points": 2}
# Hidden checks run here when you hand in: 2 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch07_conv_forward.checks import EXERCISE

mark(EXERCISE, "stride", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 6: padding
#
# *Chapter 7, "Stride, padding, dilation: where does a tap read?"*
#
# Zeros around the input, then everything as before. Which axes of `x` grow, and which do not?
#
# <details><summary>A first hint</summary>
#
# Let `resolve_padding` do the reading: ints, pairs and words all become one pair per axis. For "same" it also wants to
# know the stride and the dilation.
#
# <details><summary>A second hint</summary>
#
# `np.pad` takes one pair for *every* axis of the array. What is the pair of an axis that must not grow?
#
# </details></details>

# %% nbgrader={"grade_id": "conv_forward-padding-visible", "locked": true}
check("ch07_conv_forward", "padding", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_forward-padding", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch07_conv_forward.checks import EXERCISE

mark(EXERCISE, "padding", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 7: dilation
#
# *Chapter 7, "Stride, padding, dilation: where does a tap read?"*
#
# Stride spreads the windows. What does dilation spread? A kernel `[1, 2, 4]` with dilation 2
# reads like `[1, _, 2, _, 4]`.
#
# <details><summary>A first hint</summary>
#
# Tap `k` no longer reads `k` entries behind the beginning of its window. How many, then?
#
# <details><summary>A second hint</summary>
#
# Look at the formula in the docstring: what `stride` is to `o`, `dilation` is to `k`.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_forward-dilation-visible", "locked": true}
check("ch07_conv_forward", "dilation", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_forward-dilation", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch07_conv_forward.checks import EXERCISE

mark(EXERCISE, "dilation", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 8: groups
#
# *Chapter 7, "Stride, padding, dilation: where does a tap read?"*
#
# Four channels, six filters, two groups: the first three filters read the first two channels, the
# other three the other two. So a group is a small convolution. How many numbers does `weight` hold now?
#
# <details><summary>A first hint</summary>
#
# `weight.shape[1]` is the number of channels that one filter reads. Which channels are those of group `g`?
#
# <details><summary>A second hint</summary>
#
# One loop around what you have: cut `x` along its channels and `weight` along its filters, and put the results side by
# side along the channels.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_forward-groups-visible", "locked": true}
check("ch07_conv_forward", "groups", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_forward-groups", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch07_conv_forward.checks import EXERCISE

mark(EXERCISE, "groups", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 9: any number of axes
#
# *Chapter 7, "Any number of axes: one index becomes a tuple".*
#
# Does your function know how many axes it works on? If it never counts them, a volume
# is no different from a signal. The hidden checks also turn on all options at once.
#
# <details><summary>A first hint</summary>
#
# Look for a place where your code says "two": a pair of loops, a name like `height`, an index with two entries.
#
# <details><summary>A second hint</summary>
#
# `x.shape[2:]` has one number per axis, however many there are, and so has `weight.shape[2:]`. What visits all tuples
# below such a shape? Rung 2 has named it.
#
# </details></details>

# %% nbgrader={"grade_id": "conv_forward-3d-visible", "locked": true}
check("ch07_conv_forward", "3d", globals())

# %% nbgrader={"grade": true, "grade_id": "conv_forward-3d", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch07_conv_forward.checks import EXERCISE

mark(EXERCISE, "3d", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Trophy: your function sees edges
#
# Where does a picture change? Two small kernels know: one subtracts the left neighbour from the right one, the other
# the lower from the upper. As two filters of one layer, they give two feature maps, and the length of the two together
# is large on an edge and zero on an even surface.
#
# Below, your `conv_forward` does this to a handwritten digit and to a slice of a head. Where the MRI is not on this
# computer (it comes with the package nibabel), a computed head stands in for it, and the title says so.
#
# No points hang on this cell. With the course's own answer, written as loops, it took 0.3 s of one core with
# the MRI, the median of five runs.

# %% nbgrader={"grade_id": "conv_forward-trophy", "locked": true}
import matplotlib.pyplot as plt

from cnnlab.datasets import load_digits, load_volume

digit = np.pad(load_digits().x_train[2, 0], 1)  # 8 x 8 pixels and a rim, drawn finer below
finer = np.linspace(0, 9, 40)
digit = np.array([np.interp(finer, range(10), row) for row in digit])
digit = np.array([np.interp(finer, range(10), column) for column in digit.T]).T

head = load_volume()
step, middle = head.values.shape[1] // 64, head.values.shape[3] // 2
pictures = {
    "a digit, 40 x 40": digit[None, None],
    head.name: head.values[None, :, ::step, ::step, middle].swapaxes(2, 3)[:, :, ::-1],
}
across = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
kernels = np.stack([-across, across.T])[:, None]  # (2 filters, 1 channel, 3, 3)

figure, axes = plt.subplots(2, 2, figsize=(7, 7))
for (name, picture), (before, after) in zip(pictures.items(), axes, strict=True):
    rightwards, upwards = conv_forward(picture, kernels, padding="same")[0]
    before.imshow(picture[0, 0], cmap="gray")
    before.set_title(name)
    after.imshow(np.hypot(rightwards, upwards), cmap="gray")
    after.set_title("its edges, found by you")
for axis in axes.flat:
    axis.set_axis_off()
figure.tight_layout()
