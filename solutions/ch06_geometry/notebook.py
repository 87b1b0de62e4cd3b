# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 6: how big is the output?
#
# **A window of 3 entries moves over 7, two steps at a time. How many places does it have?**
#
# It starts at 0, at 2 and at 4. At 6 it would hang over the end. So there are three, and nobody needs a formula to
# see it. You turn this counting into two functions, and the windows into the rows of a matrix:
#
# | rung | function | what is new | points |
# | --- | --- | --- | --- |
# | `size` | `output_size` | count starts, with a rim of zeros or without | 1 |
# | `stride` | `output_size` | steps longer than 1, kernels with holes | 1 |
# | `same` | `resolve_padding`, `output_size` | words, numbers and pairs | 1 |
# | `toeplitz` | `toeplitz` | each window becomes a row | 1 |
#
# Each rung is worth its point alone. Chapters 5 and 6 work the examples. Each rung below names the section to read.
#
# **How checks work.** Under each rung is a check that you can see and run as often as you like. It shows a hand example,
# a property and an edge of the contract. Below it stands an empty cell: when you hand in, hidden checks run there, on
# other numbers. A rung counts as a whole or not at all. Most mistakes cost one rung only, but a rung that stands on a
# broken one can fall with it: climb in order.
#
# **Where hints are.** Two are folded under each rung. A check itself says what is wrong, not why. In a terminal,
# `cnnlab check ch06_geometry` runs all checks on the saved notebook. After a second, different wrong answer it
# also hints at what may lie behind it.

# %% nbgrader={"grade_id": "geometry-imports", "locked": true}
import numpy as np

from cnnlab.checks import check

# %% [markdown]
# While your functions are graded, all of NumPy and `as_float` of `cnnlab` are open to them. Everything else
# can be imported, but not called: the answer is among it. Your functions may call each other. Loops are welcome: nothing here
# is about speed.
#
# All of them take sizes as an int or as a tuple with one int per axis. In Python `isinstance(value, int)` tells which.

# %% [markdown]
# ## Rung 1: count the starts
#
# *Chapter 6, "Counting starts".*
#
# A window of 3 over 6 entries starts at 0, 1, 2 or 3. Which is the last start at which it still fits, for `k` taps over
# `n` entries? How many starts are there up to that one?
#
# On this rung there is no stride and no dilation, and a padding is a number of cells, one for all axes or one per
# axis. The result is a tuple also for one axis: `(4,)`. Where a kernel is longer than the padded input, there is
# nothing to return: raise a `ValueError`.
#
# <details><summary>A first hint</summary>
#
# Make tuples first: an int `n` is the same as `(n,)`, and one number for all axes is the same number once per axis.
# Then each axis counts for itself, in one loop over `zip(...)`.
#
# <details><summary>A second hint</summary>
#
# A padding of `p` lengthens the input. By how much, at which ends? And count again for `n = k`: one window fits. What does
# your formula say?
#
# </details></details>


# %% nbgrader={"grade_id": "output_size", "solution": true}
def output_size(spatial, kernel_size, *, stride=1, padding=0, dilation=1):
    """Count the places where a window fits, on each axis.

    Parameters
    ----------
    spatial : int or tuple of int
        Sizes of the input, one per axis; an int is a signal of one axis.
    kernel_size, stride, dilation : int or tuple of int
        One for all axes, or one per axis; at least 1. Windows start `stride` entries apart, neighbouring taps read
        entries that lie `dilation` apart.
    padding : int, tuple of int, tuple of pairs, or {"valid", "same", "full"}
        Cells around the input, as `resolve_padding` takes them.

    Returns
    -------
    tuple of int
        One per axis.

    Raises
    ------
    ValueError
        Where the kernel, holes included, is longer than the padded input.
    """
    ### BEGIN SOLUTION
    axes = len(spatial) if isinstance(spatial, tuple) else 1
    spatial, kernel_size, stride, dilation = (
        value if isinstance(value, tuple) else (value,) * axes
        for value in (spatial, kernel_size, stride, dilation)
    )
    pairs = resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)
    sizes = []
    for n, k, s, d, (before, after) in zip(spatial, kernel_size, stride, dilation, pairs, strict=True):
        last_start = before + n + after - (d * (k - 1) + 1)
        if last_start < 0:
            raise ValueError(f"{k} taps with dilation {d} do not fit into {before} + {n} + {after} entries")
        sizes.append(last_start // s + 1)
    return tuple(sizes)
    ### END SOLUTION


# %% nbgrader={"grade_id": "geometry-size-visible", "locked": true}
check("ch06_geometry", "size", globals())

# %% nbgrader={"grade": true, "grade_id": "geometry-size", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch06_geometry.checks import EXERCISE

mark(EXERCISE, "size", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 2: longer steps, kernels with holes
#
# *Chapter 6, "Holes in the kernel, steps of the window".*
#
# Still `output_size`. With a stride of 2 the window of 3 starts at 0, 2 and 4 of 7 entries. Of 8 entries it starts at the
# same three: the last entry is left over. What happens at 9?
#
# A kernel of 3 taps with dilation 2 reads entries 0, 2 and 4. How many entries lie between its ends, both included?
#
# <details><summary>A first hint</summary>
#
# Draw squares. Three taps have two gaps between them, not three. How long is the kernel of one tap?
#
# <details><summary>A second hint</summary>
#
# The last start is where it was without a stride. How many of 0, s, 2s, ... are not beyond it? `len(range(...))` knows, and
# so does `//`.
#
# </details></details>

# %% nbgrader={"grade_id": "geometry-stride-visible", "locked": true}
check("ch06_geometry", "stride", globals())

# %% nbgrader={"grade": true, "grade_id": "geometry-stride", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch06_geometry.checks import EXERCISE

mark(EXERCISE, "stride", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 3: words, numbers, pairs
#
# *Chapter 6, "Valid, same and full".*
#
# A padding can be said in many ways. You write the one function that knows them all, and let `output_size` use it. Its
# answer is one pair `(before, after)` per axis, and a tuple of pairs also for one axis: `((1, 1),)`.
#
# `"same"` is the word to think about. With a stride of `s` it promises ceil(n / s) windows, for every kernel, with as few
# cells as will do, and never fewer than none. An odd cell stands *after* the input.
#
# `"full"` keeps every window that holds at least one entry. Where does the first one begin?
#
# <details><summary>A first hint</summary>
#
# For "same", begin with the answer. You want `m` windows. From where the first begins to where the last ends, how many
# entries are that? The input has `n` of them.
#
# <details><summary>A second hint</summary>
#
# `-(-n // s)` is ceil(n / s). What is missing in all is shared by halves: `cells // 2` before, and what remains after.
# Pairs are tuples inside a tuple, and numbers are not: look at the first entry to tell them apart.
#
# </details></details>


# %% nbgrader={"grade_id": "resolve_padding", "solution": true}
def resolve_padding(spatial, kernel_size, padding, *, stride=1, dilation=1):
    """Say a padding in cells: one pair (before, after) per axis.

    Parameters
    ----------
    spatial, kernel_size, stride, dilation : int or tuple of int
        As in `output_size`.
    padding : int, tuple of int, tuple of pairs, or {"valid", "same", "full"}
        A number of cells on both sides, for all axes or per axis; one pair per axis; no cells; the fewest for which
        there are ceil(n / stride) windows, an odd one after; or, on both sides, one cell less than the kernel is long
        with its holes.

    Returns
    -------
    tuple of (int, int)
        One pair per axis.
    """
    ### BEGIN SOLUTION
    axes = len(spatial) if isinstance(spatial, tuple) else 1
    spatial, kernel_size, stride, dilation = (
        value if isinstance(value, tuple) else (value,) * axes
        for value in (spatial, kernel_size, stride, dilation)
    )
    if not isinstance(padding, str):
        numbers = padding if isinstance(padding, tuple) else (padding,) * axes
        return tuple(p if isinstance(p, tuple) else (p, p) for p in numbers)
    pairs = []
    for n, k, s, d in zip(spatial, kernel_size, stride, dilation, strict=True):
        extent = d * (k - 1) + 1
        if padding == "full":
            pairs.append((extent - 1, extent - 1))
        elif padding == "same":
            windows = -(-n // s)
            cells = max((windows - 1) * s + extent - n, 0)
            pairs.append((cells // 2, cells - cells // 2))
        else:
            pairs.append((0, 0))
    return tuple(pairs)
    ### END SOLUTION


# %% nbgrader={"grade_id": "geometry-same-visible", "locked": true}
check("ch06_geometry", "same", globals())

# %% nbgrader={"grade": true, "grade_id": "geometry-same", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch06_geometry.checks import EXERCISE

mark(EXERCISE, "same", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 4: every window a row
#
# *Chapter 5, "A signal under a Toeplitz matrix".*
#
# Each output is a weighted sum of the whole input, with weight 0 outside its window. Write the weights of one output
# into a row. What is in the next row? How many rows are there, and how many columns?
#
# `toeplitz(w, n) @ x` is `x` under the kernel `w`, which is not flipped. With `mode="same"` and `mode="full"` there
# are zeros around `x`, as on the rung before; they are not in the matrix, so some rows hold only a part of the kernel.
# A kernel that is longer than the padded signal has no row: raise a `ValueError`.
#
# <details><summary>A first hint</summary>
#
# Begin with zeros of the right shape. Row `i` belongs to the window that starts at entry `i` of the *padded* signal.
#
# <details><summary>A second hint</summary>
#
# Tap `a` of window `i` reads entry `i + a` of the padded signal. Which entry of `x` is that, if `before` cells stand in
# front? And if it is none, what has to be written?
#
# </details></details>


# %% nbgrader={"grade_id": "toeplitz", "solution": true}
def toeplitz(w, n, mode="valid"):
    """Write a kernel into every row, one entry further each time.

    Parameters
    ----------
    w : ndarray, shape (k,)
        Of any numeric type; is left as it is. Whole numbers become floats in the matrix.
    n : int
        Length of the signals that the matrix multiplies.
    mode : {"valid", "same", "full"}
        Zeros around the signal, as in `resolve_padding`.

    Returns
    -------
    ndarray of floats, shape (out, n)
        With `toeplitz(w, n) @ x` the sums over a of x[i + a] * w[a].

    Raises
    ------
    ValueError
        Where the kernel is longer than the signal with its zeros.
    """
    ### BEGIN SOLUTION
    ((before, after),) = resolve_padding(n, len(w), mode)
    windows = before + n + after - len(w) + 1
    if windows < 1:
        raise ValueError(f"{len(w)} taps do not fit into {before} + {n} + {after} entries")
    matrix = np.zeros((windows, n))
    for i in range(windows):
        for a in range(len(w)):
            if 0 <= i + a - before < n:
                matrix[i, i + a - before] = w[a]
    return matrix
    ### END SOLUTION


# %% nbgrader={"grade_id": "geometry-toeplitz-visible", "locked": true}
check("ch06_geometry", "toeplitz", globals())

# %% nbgrader={"grade": true, "grade_id": "geometry-toeplitz", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch06_geometry.checks import EXERCISE

mark(EXERCISE, "toeplitz", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Trophy: a picture between two matrices
#
# LeNet reads digits in five steps, each of which makes the picture smaller. Your `output_size` says how small. Its
# authors chose 32 as the side of the input: look at the last number.
#
# And your `toeplitz` filters a picture without a single loop over it. One matrix stands on the left and works on the
# columns, another on the right and works on the rows: `T @ picture @ T.T`. Below, both blur a handwritten digit, and
# one that subtracts neighbours then shows where it changes from left to right.
#
# No points hang on this cell. With the course's own answer it took 0.1 s of one core, the median of five runs.

# %% nbgrader={"grade_id": "geometry-trophy", "locked": true}
import matplotlib.pyplot as plt

from cnnlab.datasets import load_digits

side = (32, 32)
for layer, kernel_size, stride in [
    ("conv", 5, 1),
    ("pool", 2, 2),
    ("conv", 5, 1),
    ("pool", 2, 2),
    ("conv", 5, 1),
]:
    side = output_size(side, kernel_size, stride=stride)
    print(f"{layer} {kernel_size} x {kernel_size}, stride {stride}: {side[0]} x {side[1]}")

digit = np.kron(load_digits().x_train[2, 0], np.ones((5, 5)))  # 8 x 8 pixels, each drawn as 5 x 5
blur = toeplitz(np.array([1.0, 2, 3, 4, 3, 2, 1]) / 16, len(digit), mode="same")
change = toeplitz(np.array([-1.0, 0, 1]), len(digit), mode="same")
pictures = {
    "blur, as a matrix": blur,
    "a digit, 40 x 40": digit,
    "blurred by it twice": blur @ digit @ blur.T,
    "and its change rightwards": blur @ digit @ (change @ blur).T,
}

figure, axes = plt.subplots(2, 2, figsize=(7, 7))
for (name, picture), axis in zip(pictures.items(), axes.flat, strict=True):
    axis.imshow(picture, cmap="gray")
    axis.set_title(name)
    axis.set_axis_off()
figure.tight_layout()
