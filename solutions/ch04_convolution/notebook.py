# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 4: slide, multiply, sum
#
# **Three numbers and a list of readings: how many ways are there to lay the one on the other, and which do you mean?**
#
# Two, and they differ by a flip. You write both for signals, and the one that networks use for pictures as well:
#
# | rung | function | what is new | points |
# | --- | --- | --- | --- |
# | `correlate` | `correlate_1d` | the kernel lies as it is written | 1 |
# | `convolve` | `convolve_1d` | every entry leaves a copy of the kernel | 1 |
# | `2d` | `correlate_2d` | a second axis | 2 |
#
# Each rung is worth its points alone. Chapter 4 works the examples. Each rung below names the section to read.
#
# **How checks work.** Under each rung is a check that you can see and run as often as you like. It shows a hand example,
# a property and an edge of the contract. Below it stands an empty cell: when you hand in, hidden checks run there, on
# other numbers. A rung counts as a whole or not at all.
#
# **Where hints are.** Two are folded under each rung. A check itself says what is wrong, not why. In a terminal,
# `cnnlab check ch04_convolution` runs all checks on the saved notebook. After a second, different wrong answer it
# also hints at what may lie behind it.

# %% nbgrader={"grade_id": "convolution-imports", "locked": true}
import numpy as np

from cnnlab.checks import check

# %% [markdown]
# **Write the loops yourself.** `np.correlate`, `np.convolve` and SciPy each do in one line what this exercise is about,
# so leave them out: the sum is short, and afterwards you know what they do. No check looks for their names. But the
# contract here is not theirs. Where a kernel is longer than the signal, NumPy exchanges the two without a word, and its
# "same" has another middle; what they return as it is does not pass. SciPy is absent while your functions are graded.
#
# While your functions are graded, all of the rest of NumPy and `as_float` of `cnnlab` are open to them. Everything else of
# `cnnlab` can be imported, but not called: the answer is among it.
#
# `as_float("x", x)` makes floats of whole numbers, and returns what holds floats as it is, not as a copy; the name is for its
# error message.
#
# In every rung `x` and `w` may hold whole numbers, which are read as if they were floats. The result holds floats, and the
# inputs stay as they are.

# %% [markdown]
# ## Rung 1: the kernel as it is written
#
# *Chapter 4, "Does it matter which way round the kernel lies?"*
#
# Take `x = [2, 1, 0, 3, 1, 2]` and `w = [1, 2, 4]`. The first window holds 2, 1, 0, and 1·2 + 2·1 + 4·0 = 4. What do the
# other windows give? Write them down before you write code.
#
# A window must lie wholly inside. Where the kernel is longer than the signal there is none: raise a `ValueError`.
#
# <details><summary>A first hint</summary>
#
# How many windows are there? Think of the last start at which the kernel still fits. Make an array of zeros of that
# length, and fill one entry at a time.
#
# <details><summary>A second hint</summary>
#
# Entry `i` is a sum over the taps `a`: which entry of `x` does tap `a` meet in window `i`? And what type does
# `np.zeros_like(x)` have when `x` holds whole numbers?
#
# </details></details>


# %% nbgrader={"grade_id": "correlate_1d", "solution": true}
def correlate_1d(x, w):
    """Slide a kernel along a signal, multiply, and sum, at every place where it fits.

    Parameters
    ----------
    x : ndarray, shape (n,)
    w : ndarray, shape (k,)

    Returns
    -------
    ndarray, shape (n - k + 1,)
        Entry i is the sum over a of x[i + a] * w[a].

    Raises
    ------
    ValueError
        Where the kernel is longer than the signal.
    """
    ### BEGIN SOLUTION
    places = len(x) - len(w) + 1
    if places < 1:
        raise ValueError(f"{len(w)} taps do not fit into {len(x)} entries")
    y = np.zeros(places)
    for i in range(places):
        for a in range(len(w)):
            y[i] += float(x[i + a]) * float(w[a])
    return y
    ### END SOLUTION


# %% nbgrader={"grade_id": "convolution-correlate-visible", "locked": true}
check("ch04_convolution", "correlate", globals())

# %% nbgrader={"grade": true, "grade_id": "convolution-correlate", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch04_convolution.checks import EXERCISE

mark(EXERCISE, "correlate", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 2: true convolution
#
# *Chapter 4, "What does true convolution look like from the other side?"*
#
# Now every entry of `x` leaves a copy of `w`, as large as the entry says, starting at its own place. The copies are
# added. How long is the result, if the last copy starts at the last entry?
#
# That is `mode="full"`. `"same"` keeps `n` entries from the middle, `"valid"` those for which the whole kernel lies
# inside the signal. An even kernel has two middles: `"same"` leaves out the first `k // 2` entries of `"full"`.
# Chapter 4, "How long is the result?", draws all three. Where no entry is valid, raise a `ValueError`.
#
# <details><summary>A first hint</summary>
#
# You need not flip anything. Write two loops: over the entries of `x`, and over the taps. At which place of the result
# does their product land?
#
# <details><summary>A second hint</summary>
#
# Compute "full" always, and cut. "same" begins where the text above says. Which is the first entry of "full" that has
# seen all `k` taps, and which is the last?
#
# </details></details>


# %% nbgrader={"grade_id": "convolve_1d", "solution": true}
def convolve_1d(x, w, mode="full"):
    """Let every entry of a signal leave a copy of the kernel, and add the copies: true convolution.

    Parameters
    ----------
    x : ndarray, shape (n,)
    w : ndarray, shape (k,)
    mode : {"full", "same", "valid"}
        All n + k - 1 entries; n of them from entry k // 2 on; or those n - k + 1 for which the kernel lies wholly
        inside the signal.

    Returns
    -------
    ndarray
        Entry t of the full result is the sum over a of x[a] * w[t - a].

    Raises
    ------
    ValueError
        Where no entry is valid, and these are asked for.
    """
    ### BEGIN SOLUTION
    full = np.zeros(len(x) + len(w) - 1)
    for a in range(len(x)):
        for b in range(len(w)):
            full[a + b] += float(x[a]) * float(w[b])
    if mode == "same":
        return full[len(w) // 2 : len(w) // 2 + len(x)]
    if mode == "valid":
        if len(w) > len(x):
            raise ValueError(f"{len(w)} taps do not fit into {len(x)} entries")
        return full[len(w) - 1 : len(x)]
    return full
    ### END SOLUTION


# %% nbgrader={"grade_id": "convolution-convolve-visible", "locked": true}
check("ch04_convolution", "convolve", globals())

# %% nbgrader={"grade": true, "grade_id": "convolution-convolve", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch04_convolution.checks import EXERCISE

mark(EXERCISE, "convolve", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 3: a picture
#
# *Chapter 4, "How does it work in two dimensions?"*
#
# The kernel lies as it is written again, and slides over rows and columns. A place is now a pair, and so is a tap. The
# picture need not be square, nor the kernel, and one may be wide and the other tall. Where the kernel has more rows
# or more columns than the picture, raise a `ValueError`.
#
# <details><summary>A first hint</summary>
#
# Each axis counts its places as on rung 1. The first axis of an array is its rows: `x.shape` is (height, width).
#
# <details><summary>A second hint</summary>
#
# `np.ndindex(*y.shape)` visits all pairs `(i, j)`. The window there is a slice of `x` on both axes, as large as `w`.
#
# </details></details>


# %% nbgrader={"grade_id": "correlate_2d", "solution": true}
def correlate_2d(x, w):
    """Slide a kernel over a picture, multiply, and sum, at every place where it fits.

    Parameters
    ----------
    x : ndarray, shape (height, width)
    w : ndarray, shape (kernel height, kernel width)

    Returns
    -------
    ndarray, shape (height - kernel height + 1, width - kernel width + 1)
        Entry [i, j] is the sum over a and b of x[i + a, j + b] * w[a, b].

    Raises
    ------
    ValueError
        Where the kernel is taller or wider than the picture.
    """
    ### BEGIN SOLUTION
    height, width = w.shape
    rows, columns = x.shape[0] - height + 1, x.shape[1] - width + 1
    if rows < 1 or columns < 1:
        raise ValueError(f"a kernel of {w.shape} does not fit into a picture of {x.shape}")
    y = np.zeros((rows, columns))
    for i, j in np.ndindex(rows, columns):
        window = x[i : i + height, j : j + width].astype(float)
        y[i, j] = np.sum(window * w)
    return y
    ### END SOLUTION


# %% nbgrader={"grade_id": "convolution-2d-visible", "locked": true}
check("ch04_convolution", "2d", globals())

# %% nbgrader={"grade": true, "grade_id": "convolution-2d", "locked": true, "points": 2}
# Hidden checks run here when you hand in: 2 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch04_convolution.checks import EXERCISE

mark(EXERCISE, "2d", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Trophy: an echo, and an edge
#
# A room sends a voice back, later and more softly. So what you hear is the voice, convolved with a few numbers: a 1 for
# the straight way, and less for each wall. Below, a click and then a tone sound in such a room, by your `convolve_1d`.
#
# And your `correlate_2d` finds where a handwritten digit begins and ends from left to right.
#
# No points hang on this cell. With the course's own answer it took 0.1 s of one core, the median of five runs.

# %% nbgrader={"grade_id": "convolution-trophy", "locked": true}
import matplotlib.pyplot as plt

from cnnlab.datasets import load_digits

t = np.arange(400)
sound = np.where(t < 10, 1.0, 0) + np.where((t > 60) & (t < 160), np.sin(t / 4), 0)
room = np.zeros(200)
room[[0, 70, 150]] = 1, 0.5, 0.25  # the straight way, and two walls
heard = convolve_1d(sound, room)

digit = np.kron(load_digits().x_train[2, 0], np.ones((5, 5)))  # 8 x 8 pixels, each drawn as 5 x 5
edges = correlate_2d(digit, np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]))

figure, axes = plt.subplots(2, 2, figsize=(7, 6))
for axis, (name, line) in zip(
    axes[0], {"a click and a tone": sound, "heard in a room": heard}.items(), strict=True
):
    axis.plot(line)
    axis.set_title(name)
for axis, (name, picture) in zip(
    axes[1], {"a digit": digit, "its edges, by you": edges}.items(), strict=True
):
    axis.imshow(picture, cmap="gray")
    axis.set_title(name)
    axis.set_axis_off()
figure.tight_layout()
