# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 9: one number for each window, and who is paid for it
#
# **Of four neighbours, 1, 3, 4 and -1, you keep one number. The loss then owes it 10. Which of the four gets how
# much?**
#
# If you keep the largest, 4 gets it all. If you keep the mean, each gets a quarter. If you keep the length, each gets a
# share by its size. You write the three poolings here, each in both directions:
#
# | rung | functions | what is new | points |
# | --- | --- | --- | --- |
# | `forward` | `max_pool_forward` | windows, stride, a rim that never wins | 2 |
# | `backward` | `max_pool_backward` | the winner takes the gradient | 2 |
# | `ties` | `max_pool_backward` | equal entries, windows that overlap | 1 |
# | `average` | `avg_pool_forward`, `avg_pool_backward` | everyone gets a share | 2 |
# | `lp` | `lp_pool_forward`, `lp_pool_backward` | shares by size | 1 |
# | `axes` | all six | one axis and three, unequal windows | 1 |
#
# Each rung is worth its points alone: with the first two you have 4 of 9, and all that most nets need. On the
# first five rungs the checks hold pictures only, windows with equal sides, and one number each for stride and padding:
# numbers per axis and pairs come with the sixth. Chapter 9 works the examples. Each rung below names
# the section to read.
#
# **How checks work.** Under each rung is a check that you can see and run as often as you like. It shows hand examples,
# a property and an edge of the contract. Below it stands an empty cell: when you hand in, hidden checks run there, on
# other numbers. A rung counts as a whole or not at all. Most mistakes cost one rung only, but a rung that stands on a
# broken one can fall with it: climb in order.
#
# **Where hints are.** Two are folded under each rung. A check itself says what is wrong, not why. In a terminal,
# `cnnlab check ch09_pool` runs all checks on the saved notebook. After a second, different wrong answer it
# also hints at what may lie behind it.

# %% nbgrader={"grade_id": "pool-imports", "locked": true}
import numpy as np

from cnnlab import output_size, resolve_padding
from cnnlab.checks import check

# %% [markdown]
# Two helpers are there already. `output_size` counts the places where a window fits. `resolve_padding` turns every way
# of saying a padding into one pair `(before, after)` per axis. Both take one number for all axes, or one per axis.

# %%
output_size((5, 7), 2, stride=2), resolve_padding((5, 7), 3, 1)

# %% [markdown]
# While your functions are graded, `output_size`, `resolve_padding`, `as_float`, `pad_forward`, `unfold` and `fold` of
# `cnnlab` are open to them, and all of NumPy. Everything else can be imported, but not called: the answer is among it.
# Your functions may call each other, and helpers that you write in cells of your own. Loops are welcome: nothing here is
# about speed.
#
# - `as_float("x", x)` makes floats of whole numbers, and returns what holds floats as it is, not as a copy; the name is for its
#   error message.
# - `pad_forward(x, padding)` surrounds every image with cells of zeros; a padding is a number or pairs here, not a word.
# - `unfold(x, kernel_size, *, stride=1, padding=0, dilation=1)` lays out all windows of the input, zeros around it, as an array
#   of shape `(N, C, *kernel_size, *out)`.
# - `fold(windows, spatial, *, stride=1, padding=0, dilation=1)` goes back: it adds windows of that shape into an array of the
#   sizes `spatial`, each where it came from.
#
# The package's functions also know `dilation`, `ceil_mode` and `count_include_pad`. Nobody asks for them here.

# %% [markdown]
# ## Rung 1: the largest of each window
#
# *Chapter 9, "One number for each window".*
#
# Take `x = [1, 3, 2, 4, 0, 5]` and windows of 2. Unless told otherwise, they stand side by side: (1, 3), (2, 4),
# (0, 5). What is the largest of each? Of five entries the last fills no window and is left out.
#
# Channels and images do not meet. A rim of padding lies around each picture; what must stand there, so that it never
# wins, even where all entries of a picture are negative? On this rung a padding is one number of cells, at most half
# the window. The picture may hold whole numbers; the result holds floats.
#
# <details><summary>A first hint</summary>
#
# `stride=None` is a default that you replace first. What with? Then it is chapter 7 again: `np.ndindex(*out)` visits every
# place, and the window of place `o` starts at entry `o` times the stride, counted in the padded picture.
#
# <details><summary>A second hint</summary>
#
# `np.pad` takes `constant_values`. Which number is smaller than all others, and which type must `x` have to hold it?
# One window of all images and channels together is `padded[(..., *slices)]`; its maximum is over the last axes alone.
#
# </details></details>


# %% nbgrader={"grade_id": "max_pool_forward", "solution": true}
def max_pool_forward(x, kernel_size, *, stride=None, padding=0):
    """Keep the largest entry of every window.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)
        N images of C channels; may be empty, of any numeric type, and is left as it is.
    kernel_size : int or tuple of int
        One for all axes, or one per axis: that from rung 6 on.
    stride : int or tuple of int, optional
        The kernel size if not given: windows side by side.
    padding : int, tuple of int or tuple of pairs
        Cells around x that never win, at most half the kernel. Tuples: from rung 6 on.

    Returns
    -------
    ndarray, shape (N, C, *out)
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    axes = x.ndim - 2
    taps = np.broadcast_to(kernel_size, axes)
    steps = taps if stride is None else np.broadcast_to(stride, axes)
    rim = resolve_padding(x.shape[2:], kernel_size, padding)
    padded = np.pad(x * 1.0, ((0, 0), (0, 0), *rim), constant_values=-np.inf)
    out = [(n - k) // s + 1 for n, k, s in zip(padded.shape[2:], taps, steps, strict=True)]
    y = np.zeros((*x.shape[:2], *out))
    for place in np.ndindex(*out):
        window = [slice(o * s, o * s + k) for o, s, k in zip(place, steps, taps, strict=True)]
        y[(..., *place)] = padded[(..., *window)].max(axis=tuple(range(2, x.ndim)))
    return y
    ### END SOLUTION


# %% nbgrader={"grade_id": "pool-forward-visible", "locked": true}
check("ch09_pool", "forward", globals())

# %% nbgrader={"grade": true, "grade_id": "pool-forward", "locked": true, "points": 2}
# Hidden checks run here when you hand in: 2 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch09_pool.checks import EXERCISE

mark(EXERCISE, "forward", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 2: the winner takes the gradient
#
# *Chapter 9, "The winner takes the gradient".*
#
# The loss owes the three maxima `dy = [1, 10, 100]`. Nudge an entry of `x` that did not win: nothing changes. Nudge
# one that did: its maximum changes by as much. So who gets the 10?
#
# On this rung each window has one largest entry alone, and no two windows share an entry. There may be a rim, and entries
# that no window reads.
#
# <details><summary>A first hint</summary>
#
# Start with a `dx` of zeros, and go through the places as before, one image and one channel at a time. What does the
# type of `dx` have to do with that of `x`, when `x` holds whole numbers and `dy` halves?
#
# <details><summary>A second hint</summary>
#
# `argmax` counts from the start of the window, and as if it were flat. `np.unravel_index` turns its answer into one
# index per axis, and from where does it count then? A rim that was put on in front has to come off `dx` behind.
#
# </details></details>


# %% nbgrader={"grade_id": "max_pool_backward", "solution": true}
def max_pool_backward(dy, x, kernel_size, *, stride=None, padding=0):
    """Send each entry of dy to the winner of its window; a cell that won several windows gets the sum.

    Of equal entries the first in C order, row by row, has won. It takes the whole gradient.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *out)
    x, kernel_size, stride, padding
        As they were in `max_pool_forward`.

    Returns
    -------
    dx : ndarray, shape of x
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    axes = x.ndim - 2
    taps = np.broadcast_to(kernel_size, axes)
    steps = taps if stride is None else np.broadcast_to(stride, axes)
    rim = resolve_padding(x.shape[2:], kernel_size, padding)
    padded = np.pad(x * 1.0, ((0, 0), (0, 0), *rim), constant_values=-np.inf)
    dpadded = np.zeros(padded.shape)
    for n, c, *place in np.ndindex(*dy.shape):
        window = (n, c, *[slice(o * s, o * s + k) for o, s, k in zip(place, steps, taps, strict=True)])
        winner = np.unravel_index(padded[window].argmax(), taps)
        dpadded[window][winner] += dy[(n, c, *place)]
    picture = [slice(before, before + n) for (before, _), n in zip(rim, x.shape[2:], strict=True)]
    return dpadded[(..., *picture)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "pool-backward-visible", "locked": true}
check("ch09_pool", "backward", globals())

# %% nbgrader={"grade": true, "grade_id": "pool-backward", "locked": true, "points": 2}
# Hidden checks run here when you hand in: 2 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch09_pool.checks import EXERCISE

mark(EXERCISE, "backward", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 3: ties and overlap
#
# *Chapter 9, "Ties and overlap".*
#
# Still `max_pool_backward`. In the window (2, 2) two entries are equal. There is no slope, so a convention says who
# has won: the first, row by row. It takes all.
#
# And with a stride smaller than the window, one entry can win several windows. In `[1, 3, 2]`, windows of 2 and stride
# 1, the 3 wins both. What does it get of `dy = [1, 10]`?
#
# <details><summary>A first hint</summary>
#
# Is `dx[i] = dy[o]` the same as `dx[i] += dy[o]`? When is it, and when not?
#
# <details><summary>A second hint</summary>
#
# What does `np.argmax` return where two entries are equal? And what does `window == window.max()` mark there? Two numbers
# that differ a little are not equal.
#
# </details></details>

# %% nbgrader={"grade_id": "pool-ties-visible", "locked": true}
check("ch09_pool", "ties", globals())

# %% nbgrader={"grade": true, "grade_id": "pool-ties", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch09_pool.checks import EXERCISE

mark(EXERCISE, "ties", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 4: the average pays everyone
#
# *Chapter 9, "The average pays everyone".*
#
# The mean of (1, 3) is 2. In a picture, a window of 2 by 2 has how many entries? What comes out for a picture of
# ones, if you divide by 2?
#
# The rim holds zeros here, and they count: a window is divided by the number of its taps, wherever it lies.
# Backwards, each tap hands on the same part of `dy`, for each had the same weight in `y`.
#
# <details><summary>A first hint</summary>
#
# The forward pass is that of the maximum with two things replaced. Backwards it is simpler than the maximum: there is no
# winner to look for.
#
# <details><summary>A second hint</summary>
#
# `np.prod` of the window's sides counts its taps. `dpadded[window] += share` adds one number to a whole window. What
# does 200 + 100 give in 8 bits?
#
# </details></details>


# %% nbgrader={"grade_id": "avg_pool_forward", "solution": true}
def avg_pool_forward(x, kernel_size, *, stride=None, padding=0):
    """Replace every window by its mean.

    Parameters
    ----------
    x, kernel_size, stride
        As in `max_pool_forward`.
    padding : int, tuple of int or tuple of pairs
        Cells of zeros around x, at most half the kernel. They count as entries of a window.

    Returns
    -------
    ndarray, shape (N, C, *out)
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    axes = x.ndim - 2
    taps = np.broadcast_to(kernel_size, axes)
    steps = taps if stride is None else np.broadcast_to(stride, axes)
    rim = resolve_padding(x.shape[2:], kernel_size, padding)
    padded = np.pad(x * 1.0, ((0, 0), (0, 0), *rim))
    out = [(n - k) // s + 1 for n, k, s in zip(padded.shape[2:], taps, steps, strict=True)]
    y = np.zeros((*x.shape[:2], *out))
    for place in np.ndindex(*out):
        window = [slice(o * s, o * s + k) for o, s, k in zip(place, steps, taps, strict=True)]
        y[(..., *place)] = padded[(..., *window)].mean(axis=tuple(range(2, x.ndim)))
    return y
    ### END SOLUTION


# %% nbgrader={"grade_id": "avg_pool_backward", "solution": true}
def avg_pool_backward(dy, x, kernel_size, *, stride=None, padding=0):
    """Share each entry of dy out evenly among the cells of its window.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *out)
    x, kernel_size, stride, padding
        As they were in `avg_pool_forward`; x matters by its shape alone.

    Returns
    -------
    dx : ndarray, shape of x
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    axes = x.ndim - 2
    taps = np.broadcast_to(kernel_size, axes)
    steps = taps if stride is None else np.broadcast_to(stride, axes)
    rim = resolve_padding(x.shape[2:], kernel_size, padding)
    dpadded = np.pad(np.zeros(x.shape), ((0, 0), (0, 0), *rim))
    for place in np.ndindex(*dy.shape[2:]):
        window = [slice(o * s, o * s + k) for o, s, k in zip(place, steps, taps, strict=True)]
        share = dy[(..., *place)] / np.prod(taps)
        dpadded[(..., *window)] += share.reshape(*share.shape, *[1] * axes)
    picture = [slice(before, before + n) for (before, _), n in zip(rim, x.shape[2:], strict=True)]
    return dpadded[(..., *picture)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "pool-average-visible", "locked": true}
check("ch09_pool", "average", globals())

# %% nbgrader={"grade": true, "grade_id": "pool-average", "locked": true, "points": 2}
# Hidden checks run here when you hand in: 2 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch09_pool.checks import EXERCISE

mark(EXERCISE, "average", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 5: between average and maximum
#
# *Chapter 9, "Between average and maximum: Lp".*
#
# Take a window for a vector: (3, -4) has the length 5. With another exponent `p` in place of 2, at least 1, it is the
# `p`-th root of the sum of `abs(x)**p`. There is no mean inside, and `abs` counts for odd `p` too.
#
# How does the length change when one entry does? Chapter 9 derives `sign(x) * (abs(x) / y)**(p - 1)`. A window of zeros
# has no slope; it gets 0.
#
# <details><summary>A first hint</summary>
#
# Forwards, three steps: the power of every size, the sum over the window, the root. Try `p = 3` on (-3, 4, -5): the cubes
# 27, 64 and 125 have a sum that is a cube itself.
#
# <details><summary>A second hint</summary>
#
# Backwards, each window needs its own `y` again. What may you divide by instead, where `y` is 0? There all `abs(x)` are 0
# as well.
#
# </details></details>


# %% nbgrader={"grade_id": "lp_pool_forward", "solution": true}
def lp_pool_forward(x, kernel_size, *, p=2, stride=None, padding=0):
    """Measure every window: y = (sum of abs(x)^p)^(1/p).

    Parameters
    ----------
    x, kernel_size, stride
        As in `max_pool_forward`.
    p : float
        At least 1.
    padding : int, tuple of int or tuple of pairs
        Cells of zeros around x, at most half the kernel.

    Returns
    -------
    ndarray, shape (N, C, *out)
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    axes = x.ndim - 2
    taps = np.broadcast_to(kernel_size, axes)
    steps = taps if stride is None else np.broadcast_to(stride, axes)
    rim = resolve_padding(x.shape[2:], kernel_size, padding)
    powers = np.abs(np.pad(x * 1.0, ((0, 0), (0, 0), *rim))) ** p
    out = [(n - k) // s + 1 for n, k, s in zip(powers.shape[2:], taps, steps, strict=True)]
    y = np.zeros((*x.shape[:2], *out))
    for place in np.ndindex(*out):
        window = [slice(o * s, o * s + k) for o, s, k in zip(place, steps, taps, strict=True)]
        y[(..., *place)] = powers[(..., *window)].sum(axis=tuple(range(2, x.ndim))) ** (1 / p)
    return y
    ### END SOLUTION


# %% nbgrader={"grade_id": "lp_pool_backward", "solution": true}
def lp_pool_backward(dy, x, kernel_size, *, p=2, stride=None, padding=0):
    """Share each entry of dy out by size: dx = dy * sign(x) * (abs(x) / y)^(p - 1), summed over windows.

    The gradient of a window of zeros alone is 0.

    Parameters
    ----------
    dy : ndarray, shape (N, C, *out)
    x, kernel_size, p, stride, padding
        As they were in `lp_pool_forward`.

    Returns
    -------
    dx : ndarray, shape of x
        A fresh array of floats, in float64; where all inputs are float32 it may be float32 too.
    """
    ### BEGIN SOLUTION
    axes = x.ndim - 2
    taps = np.broadcast_to(kernel_size, axes)
    steps = taps if stride is None else np.broadcast_to(stride, axes)
    rim = resolve_padding(x.shape[2:], kernel_size, padding)
    padded = np.pad(x * 1.0, ((0, 0), (0, 0), *rim))
    dpadded = np.zeros(padded.shape)
    for n, c, *place in np.ndindex(*dy.shape):
        window = (n, c, *[slice(o * s, o * s + k) for o, s, k in zip(place, steps, taps, strict=True)])
        size = np.abs(padded[window])
        y = (size**p).sum() ** (1 / p)
        if y > 0:
            dpadded[window] += dy[(n, c, *place)] * np.sign(padded[window]) * (size / y) ** (p - 1)
    picture = [slice(before, before + n) for (before, _), n in zip(rim, x.shape[2:], strict=True)]
    return dpadded[(..., *picture)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "pool-lp-visible", "locked": true}
check("ch09_pool", "lp", globals())

# %% nbgrader={"grade": true, "grade_id": "pool-lp", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch09_pool.checks import EXERCISE

mark(EXERCISE, "lp", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 6: any number of axes
#
# *Chapter 9, "Any number of axes".*
#
# Do your functions know how many axes they work on? If they never count them, a sound and a volume are no different
# from a picture. And a window may have unequal sides: 2 by 3 in a picture of 4 by 6. Then stride and padding may be
# unequal too, and a padding may differ before and after: `((1, 0), (1, 1))` is a row above, and a column on each
# side.
#
# <details><summary>A first hint</summary>
#
# Look for places where your code says "two": a pair of loops, a name like `height`, a `k * k`.
#
# <details><summary>A second hint</summary>
#
# `np.broadcast_to(kernel_size, x.ndim - 2)` gives one number per axis, whether there was one for all or one for each.
# The stride, if it is not given, has as many.
#
# </details></details>

# %% nbgrader={"grade_id": "pool-axes-visible", "locked": true}
check("ch09_pool", "axes", globals())

# %% nbgrader={"grade": true, "grade_id": "pool-axes", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch09_pool.checks import EXERCISE

mark(EXERCISE, "axes", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Trophy: your functions look at a digit and at a head
#
# What is left of a picture when every block of 4 by 4 becomes one number? Below, your `max_pool_forward` and your
# `avg_pool_forward` say it of a handwritten digit and of a slice of a head. The maximum makes strokes thicker, the
# average makes them paler. In the last column your `max_pool_backward` shows the pixels that won: one in sixteen.
# Only these would learn. Where all sixteen are equal, as on the dark ground, the first has won.
#
# Where the MRI is not on this computer (it comes with the package nibabel), a computed head stands in for it, and the
# title says so.
#
# No points hang on this cell. With the course's own answer, written as loops, it took 0.1 s of one core with
# the MRI, the median of five runs.

# %% nbgrader={"grade_id": "pool-trophy", "locked": true}
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

figure, axes = plt.subplots(2, 4, figsize=(11, 6))
for (name, picture), row in zip(pictures.items(), axes, strict=True):
    largest, mean = max_pool_forward(picture, 4), avg_pool_forward(picture, 4)
    won = max_pool_backward(np.ones(largest.shape), picture, 4)
    panels = {name: picture, "your maxima": largest, "your means": mean, "who won": won}
    for axis, (title, panel) in zip(row, panels.items(), strict=True):
        axis.imshow(panel[0, 0], cmap="gray", vmin=0, vmax=1 if title == "who won" else picture.max())
        axis.set_title(title)
        axis.set_axis_off()
figure.tight_layout()
