# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 3: a detective for gradients
#
# **Twelve layers pass by. Each says what its gradients are. Four speak the truth and eight do not. You have nothing right to
# compare with. Which are the eight?**
#
# A slope can be measured. In this exercise you build the instruments, from a single step to the detective:
#
# | rung | function | what is new | points |
# | --- | --- | --- | --- |
# | `numerical` | `numerical_gradient` | a step ahead and one back, for each entry | 3 |
# | `complex` | `complex_step_gradient` | a step without subtraction | 1 |
# | `relative` | `relative_error` | how far apart two gradients are | 1 |
# | `directional` | `directional_check` | all entries at once | 1 |
# | `detective` | `check_layer` | a layer's way back, all of it | up to 4 |
#
# Each rung is worth its points alone: with the first you have 3 of 10. Chapter 3 works the examples. Each rung below
# names the section to read.
#
# **How checks work.** Under each rung is a check that you can see and run as often as you like. It shows hand examples,
# a property and an edge of the contract. Below it stands an empty cell: when you hand in, hidden checks run there, on
# other numbers. The first four rungs count as a whole or not at all. The last has a rule of its own, which stands there.
#
# **Where hints are.** Two are folded under each rung. A check itself says what is wrong, not why. In a terminal,
# `cnnlab check ch03_gradcheck` runs all checks on the saved notebook. After a second, different wrong answer it
# also hints at what may lie behind it.

# %% nbgrader={"grade_id": "gradcheck-imports", "locked": true}
import numpy as np

from cnnlab.checks import check

# %% [markdown]
# Your functions get other functions as arguments. Here is one to try things on. It takes an array of any shape, real or
# complex, and gives one number. The checks' functions do the same.


# %%
def cubes(x):
    return np.sum(x**3)


cubes(np.array([2.0, 1, -3]))

# %% [markdown]
# While your functions are graded, `as_float` of `cnnlab` and all of NumPy are open to them. Everything else of the package
# can be imported, but not called: the answer is among it. Your functions may call each other, and helpers
# that you write in cells of your own. Loops are welcome: nothing here is about speed. But calls of `f` are counted,
# for in a real net each of them is a whole forward pass.
#
# `as_float("x", x)` makes floats of whole numbers, and returns what holds floats as it is, not as a copy; the name is for its
# error message.

# %% [markdown]
# ## Rung 1: a step ahead and one back
#
# *Chapter 3, "Slopes by small steps".*
#
# Take the cubes at `x = [2, 1, -3]`, and nudge the first entry alone by 0.5. Ahead it is 2.5 and back 1.5. By how much do
# the sums of cubes differ, and what is that divided by the whole way from 1.5 to 2.5? It is 12.25, where the
# slope is 12.
#
# A step may be given. If not, choose your own: your slopes then have to be right to 1e-8, beside the largest of them
# or beside 1. `x` may hold whole numbers, and may have any shape. `f` may be called twice for each entry, and twice besides.
#
# <details><summary>A first hint</summary>
#
# `np.ndindex(*x.shape)` visits every entry, whatever the shape. What does `np.array([1, 2])` do with a nudge of 0.5? And
# which array may you write to, so that `x` is afterwards as it was?
#
# <details><summary>A second hint</summary>
#
# Section "The V-curve: which step?" derives the best step: the third root of the machine epsilon. 1e-3 is too long for
# a cube, and 1e-9 leaves too few digits. Does your error fall to a quarter if the step is halved? With one side alone it falls
# to a half.
#
# </details></details>


# %% nbgrader={"grade_id": "numerical_gradient", "solution": true}
def numerical_gradient(f, x, *, step=None):
    """Nudge every entry of x ahead and back, and watch f: (f(x + h) - f(x - h)) / 2h.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x, returns a number. At most 2 x.size + 2 calls.
    x : ndarray
        Of floats or of integers, of any shape; is left as it is.
    step : float, optional
        h, for all entries. Your own choice if not given.

    Returns
    -------
    ndarray, shape of x
        A fresh array of floats.
    """
    ### BEGIN SOLUTION
    x = np.array(x, float)  # a copy, of floats
    h = 1e-5 if step is None else step
    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        here = x[index]
        x[index] = here + h
        ahead = f(x)
        x[index] = here - h
        gradient[index] = (ahead - f(x)) / (2 * h)
        x[index] = here
    return gradient
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradcheck-numerical-visible", "locked": true}
check("ch03_gradcheck", "numerical", globals())

# %% nbgrader={"grade": true, "grade_id": "gradcheck-numerical", "locked": true, "points": 3}
# Hidden checks run here when you hand in: 3 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch03_gradcheck.checks import EXERCISE

mark(EXERCISE, "numerical", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 2: a step without subtraction
#
# *Chapter 3, "A step without subtraction".*
#
# The cube of `2 + i` is `2 + 11 i`. The slope of the cube at 2 is 12, and 11 is near. With a step of `i/10` in place of `i`,
# what is the imaginary part, divided by that tenth?
#
# Nothing is subtracted, so nothing is lost: the step may be as tiny as 1e-30. It may also be given.
#
# <details><summary>A first hint</summary>
#
# It is the loop of rung 1, with one call of `f` for each entry and no step back. Which type must the nudged array have, to
# hold the nudge?
#
# <details><summary>A second hint</summary>
#
# Print `f` of one nudged array. The value of `f` is in one part of it, and something very small is in the other. How small,
# beside the step?
#
# </details></details>


# %% nbgrader={"grade_id": "complex_step_gradient", "solution": true}
def complex_step_gradient(f, x, *, step=1e-30):
    """Nudge every entry of x off the real line, and read the slope off the imaginary part of f.

    Parameters
    ----------
    f : callable
        Takes a complex array of the shape of x, returns a complex number. At most 2 x.size + 2 calls.
    x : ndarray
        Of floats or of integers, of any shape; is left as it is.
    step : float
        h: f is looked at where an entry is moved by ih.

    Returns
    -------
    ndarray, shape of x
        A fresh array of floats.
    """
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        nudged = x.astype(complex)
        nudged[index] += 1j * step
        gradient[index] = np.imag(f(nudged)) / step
    return gradient
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradcheck-complex-visible", "locked": true}
check("ch03_gradcheck", "complex", globals())

# %% nbgrader={"grade": true, "grade_id": "gradcheck-complex", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch03_gradcheck.checks import EXERCISE

mark(EXERCISE, "complex", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 3: how far apart?
#
# *Chapter 3, "How far apart are two gradients?".*
#
# Beside slopes of 1000 a difference of 0.001 is nothing, beside slopes of 0.001 it is everything. So take the largest
# absolute difference of two entries, and divide it by the largest absolute entry of *both* arrays. Of `[1, 100]` and
# `[1, 80]` that is 20 / 100.
#
# Two arrays of zeros are equal: 0. Two of different shapes are infinitely far apart: `inf`. Nothing else
# is added anywhere: 1e-9 and 2e-9 are half of the larger apart.
#
# <details><summary>A first hint</summary>
#
# Try your function with the arguments exchanged, with one argument of zeros, with both. Which of these may divide by 0?
#
# <details><summary>A second hint</summary>
#
# What does NumPy do with `np.ones(3) - np.ones((3, 3))`? Ask for the shapes before you subtract. And of which sign is the
# largest difference of `[1]` and `[5]`?
#
# </details></details>


# %% nbgrader={"grade_id": "relative_error", "solution": true}
def relative_error(a, b):
    """Measure the largest difference by the largest entry: max abs(a - b) / max(max abs(a), max abs(b)).

    Parameters
    ----------
    a, b : ndarray
        Are left as they are.

    Returns
    -------
    float
        0.0 for two arrays of zeros; inf where the shapes differ.
    """
    ### BEGIN SOLUTION
    if a.shape != b.shape:
        return float("inf")
    difference = np.abs(a - b).max()
    largest = max(np.abs(a).max(), np.abs(b).max())
    return float(difference / largest) if largest > 0 else 0.0
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradcheck-relative-visible", "locked": true}
check("ch03_gradcheck", "relative", globals())

# %% nbgrader={"grade": true, "grade_id": "gradcheck-relative", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch03_gradcheck.checks import EXERCISE

mark(EXERCISE, "relative", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 4: all entries at once
#
# *Chapter 3, "One direction instead of all entries".*
#
# Here somebody claims a gradient, and you are to say how wrong it is. You may call `f` twice for each direction, and twice
# besides, however many entries there are. So move all entries together, along a random direction `v`. By how much
# does `f` rise on the way? And by how much should it, if the claim is right?
#
# A direction with the slope 33, where 33 was foretold, is fine. Return the worst relative error of all
# directions. An answer counts as right if it is within 1e-5.
#
# <details><summary>A first hint</summary>
#
# `rng.standard_normal(x.shape)` draws a direction. What is foretold for it is one number, a sum over all entries. Why not
# take `np.ones(x.shape)`? Which wrong gradients would pass?
#
# <details><summary>A second hint</summary>
#
# The slope along `v` is a central difference again, with `h * v` for a step. To compare two numbers, `relative_error`
# wants arrays: `np.array([slope])`. A gradient of another shape is to be refused before any of this.
#
# </details></details>


# %% nbgrader={"grade_id": "directional_check", "solution": true}
def directional_check(f, x, gradient, rng, *, directions=8):
    """Walk a little in random directions, and ask whether f rises as the gradient foretells.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x, returns a number. At most 2 directions + 2 calls.
    x, gradient : ndarray
        Of floats or of integers; are left as they are.
    rng : numpy.random.Generator
        Draws the directions.
    directions : int
        How many.

    Returns
    -------
    float
        The worst relative error between the slopes foretold and those measured: of each direction by itself, or
        of all together. inf where the shapes of x and gradient differ.
    """
    ### BEGIN SOLUTION
    if gradient.shape != x.shape:
        return float("inf")
    worst, h = 0.0, 1e-5
    for _ in range(directions):
        v = rng.standard_normal(x.shape)
        measured = (f(x + h * v) - f(x - h * v)) / (2 * h)
        foretold = np.sum(gradient * v)
        worst = max(worst, relative_error(np.array([foretold]), np.array([measured])))
    return worst
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradcheck-directional-visible", "locked": true}
check("ch03_gradcheck", "directional", globals())

# %% nbgrader={"grade": true, "grade_id": "gradcheck-directional", "locked": true, "points": 1}
# Hidden checks run here when you hand in: 1 point.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch03_gradcheck.checks import EXERCISE

mark(EXERCISE, "directional", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Rung 5: the detective
#
# *Chapter 3, "A detective's routine".*
#
# A layer has `layer.forward(x)`, which returns `y`, and `layer.backward(dy)`, which returns `dx` and leaves the gradients of
# its parameters in `layer.gradients`, a dict. `layer.parameters` is a dict with the same keys. `backward` belongs to
# the last `forward`: it uses the `x` and the parameters of that call. You may nudge the parameters where they are, or put others in
# their place, and `forward` will use them; put them back in the end. You cannot look inside.
#
# Return `True` if all gradients are right, `dx` among them, and `False` if any is wrong. A right one agrees with central
# differences to 1e-6. A wrong one is off by nine per cent or more.
#
# When you hand in, your detective meets twelve layers of several kinds, all under the same name. Eight have a planted mistake. **Each
# that is caught counts half a point. Each right layer that is accused costs a point.** You cannot get less than 0 here,
# and if you accuse everyone you get just that.
#
# <details><summary>A first hint</summary>
#
# Slopes are of a number, and `y` is an array. Draw a random `dy` of its shape: the number is `np.sum(y * dy)`, and
# `backward(dy)` claims its slopes. What passes if `dy` is all ones?
#
# <details><summary>A second hint</summary>
#
# Write down all claims first, for the next `forward` makes the layer forget. Then each array in turn: `x`, then each of the
# parameters. For each you need a function of that array alone, that puts it into the layer, runs it and gives the number: then
# rungs 1 and 3 do the rest.
#
# </details></details>


# %% nbgrader={"grade_id": "check_layer", "solution": true}
def check_layer(layer, x, rng):
    """Say whether all gradients that a layer claims are right.

    Parameters
    ----------
    layer : object
        With forward(x), backward(dy), parameters and gradients.
    x : ndarray of float
        Away from kinks; is left as it is.
    rng : numpy.random.Generator
        Draws dy, and whatever else you need.

    Returns
    -------
    bool
    """
    ### BEGIN SOLUTION
    dy = rng.standard_normal(layer.forward(x).shape)
    dx = layer.backward(dy)
    claimed = {name: np.array(gradient) for name, gradient in layer.gradients.items()}

    def loss_of_x(moved):
        return np.sum(layer.forward(moved) * dy)

    errors = [relative_error(dx, numerical_gradient(loss_of_x, x))]
    for name, parameter in list(layer.parameters.items()):

        def loss_of_parameter(moved, name=name):
            layer.parameters[name] = moved
            return np.sum(layer.forward(x) * dy)

        measured = numerical_gradient(loss_of_parameter, parameter)
        layer.parameters[name] = parameter
        errors.append(relative_error(claimed[name], measured))
    return max(errors) < 1e-6
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradcheck-detective-visible", "locked": true}
check("ch03_gradcheck", "detective", globals())

# %% nbgrader={"grade": true, "grade_id": "gradcheck-detective", "locked": true, "points": 4}
# Hidden checks run here when you hand in: up to 4 points.
### BEGIN HIDDEN TESTS
from cnnlab.grading import mark
from solutions.ch03_gradcheck.checks import EXERCISE

mark(EXERCISE, "detective", globals())
### END HIDDEN TESTS

# %% [markdown]
# ## Trophy: your instruments at work
#
# Below, your `numerical_gradient` and your `complex_step_gradient` measure one slope with forty steps each, and draw the
# V-curve of the chapter. Then your `check_layer` meets layers of the package that a later net is built from. The last is
# spoilt: it takes a mean for the bias. Does your detective find it?
#
# No points hang on this cell. With the course's own answer, written as loops, it took 0.15 s of one core, the median of
# five runs.

# %% nbgrader={"grade_id": "gradcheck-trophy", "locked": true}
import matplotlib.pyplot as plt

import cnnlab


class MeanBias(cnnlab.Dense):
    def backward(self, dy):
        dx = super().backward(dy)
        self.gradients["bias"] = dy.mean(axis=0)
        return dx


def wave(x):
    return np.sum(np.exp(x) * np.sin(x))


point, slope = np.array([1.0]), np.exp(1) * (np.sin(1) + np.cos(1))
steps = np.logspace(-15, 0, 40)
figure, axis = plt.subplots(figsize=(7, 4))
for your in (numerical_gradient, complex_step_gradient):
    off = [abs(your(wave, point, step=h)[0] - slope) / slope for h in steps]
    axis.loglog(steps, np.maximum(off, 1e-17), "o-", label=your.__name__)
axis.set_xlabel("step")
axis.set_ylabel("relative error")
axis.legend()
figure.tight_layout()

rng = np.random.default_rng(3)
suspects = {
    "Dense(4, 3)": (cnnlab.Dense(4, 3, rng=rng, dtype=float), (5, 4)),
    "Conv(2, 3, (3, 2))": (cnnlab.Conv(2, 3, kernel_size=(3, 2), rng=rng, dtype=float), (2, 2, 4, 5)),
    "Tanh()": (cnnlab.Tanh(), (3, 4)),
    "MeanBias(4, 3)": (MeanBias(4, 3, rng=rng, dtype=float), (5, 4)),
}
for name, (layer, shape) in suspects.items():
    verdict = "right" if check_layer(layer, rng.standard_normal(shape), rng) else "wrong"
    print(f"{name:20} {verdict}")
