"""Wrong gradients that would be right for another dy, or for other inputs. Each gives (pattern, words).

How y answered to a direction does not depend on dy: what slopes would be for another dy costs no call of f.
For another input it costs one a direction.
"""

import copy
import itertools

import numpy as np

from .mending import by_steps, orders_of, steps_up_to
from .slopes import deviation
from .wording import axes_in_words, role_in


def unsteady(case):
    """Call both functions once more."""
    y, gradient = case.passes.forward_again(), case.again(case.dy)
    if deviation(y, case.slopes.y) > 1e-9:
        return "random", "forward gives another y for the same inputs: no slope can be measured."
    if deviation(gradient, case.gradient) > 1e-9:
        return "random", f"A second call of backward gives another {case.name}."
    return None


def coarse(case):
    """Look at the numbers' type: a gradient may be right up to its few digits."""
    kind = case.passes.dtypes[case.number]
    if kind.kind in "iub":
        claimed, right = case.gradient[case.survey.known], case.survey.numerical[case.survey.known]
        if any(np.array_equal(claimed, cut(right)) for cut in (np.trunc, np.floor, np.rint)):
            return "dtype", f"{case.name} has the dtype {kind}: its fractions are lost."
    error = deviation(case.evidence.slopes, case.foretold)
    for short in (np.float16, np.float32):
        if error < 4 * np.finfo(short).eps and np.array_equal(case.gradient, case.gradient.astype(short)):
            words = f"{case.name} has no more digits than a {np.dtype(short)}, but its inputs are float64."
            return "dtype", words
    return None


def upstream(case):
    """Ask whether the gradient doubles with dy, and turns round with it."""
    twice, back = case.again(2 * case.dy), case.again(-case.dy)
    if deviation(twice, case.gradient) <= 1e-9 and np.any(case.gradient):
        return "upstream", f"{case.name} does not change when dy doubles: dy is not multiplied on."
    if deviation(twice, 2 * case.gradient) <= 1e-9 and deviation(back, -case.gradient) > 1e-9:
        words = "does not turn round with dy: the sign of dy decides where it should not"
        return "upstream", f"{case.name} {words}."
    return None


def not_linear(case):
    """Ask whether something that does not depend on dy was added, or dy went through another function."""
    twice = case.again(2 * case.dy)
    if deviation(twice, 2 * case.gradient) <= 1e-9:
        return None
    added = 2 * case.gradient - twice
    if case.mended(case.gradient - added):
        return "", f"Something that does not depend on dy has been added to {case.name}."
    return "", f"{case.name} is not linear in dy: twice the dy gives another gradient than twice this one."


def other_upstream(case):
    """Reverse dy, roll or exchange its axes, shift its cells or spread them out, drop parts of it."""
    dy = np.asarray(case.dy)
    if dy.ndim == 0:
        return None
    for pattern, words, other in readings(dy):
        first = np.vdot(case.evidence.tangents[0], other)
        if case.claim.near(first, case.foretold) and case.as_foretold(case.evidence.under(other)):
            return pattern, f"{case.name} would be right if dy were {words}."
    return partial(case, dy)


def readings(dy):
    """List other readings of dy, simple ones first: (pattern, words, array)."""
    axes = [a for a, n in enumerate(dy.shape) if n > 1]
    cells = [a for a in axes if a > 1]
    role = role_in(dy.shape)
    for some in dict.fromkeys([tuple(cells), *((a,) for a in axes)]):
        if some:
            pattern = "flip" if role(some[0]) == "cells" else role(some[0])
            yield pattern, f"reversed along {axes_in_words(some, role)}", np.flip(dy, some)
    for a in axes:
        for k in range(1, dy.shape[a]) if a < 2 else ():
            yield role(a), f"rolled by {k} along {axes_in_words([a], role)}", np.roll(dy, k, a)
    for order in orders_of(range(dy.ndim)):
        if all(dy.shape[a] == n for a, n in zip(order, dy.shape, strict=True)):
            moved = [i for i, a in enumerate(order) if a != i]
            yield "transpose", f"transposed in {axes_in_words(moved, role)}", np.transpose(dy, order)
    for steps in steps_up_to([min(2, dy.shape[a] - 1) for a in cells]) if cells else ():
        yield "shift", f"moved {by_steps(steps, cells)}", moved_by(dy, steps, cells)
    for some in dict.fromkeys([tuple(cells), *((a,) for a in cells)]):
        for step in (2, 3) if some else ():
            words = f"spread out along {axes_in_words(some, role)}, its first entries {step} places apart"
            yield "stride", f"{words}: a stride was not taken", spread_out(dy, step, some)


def moved_by(array, steps, axes):
    """Shift an array; what comes in is zero."""
    array = np.roll(array, steps, axes)
    for k, a in zip(steps, axes, strict=True):
        if k:
            np.moveaxis(array, a, 0)[slice(0, k) if k > 0 else slice(k, None)] = 0
    return array


def spread_out(array, step, axes):
    """Let the first entries along some axes stand so many places apart, with zeros between."""
    spread = np.zeros_like(array)
    apart = tuple(slice(None, None, step if a in axes else 1) for a in range(array.ndim))
    spread[apart] = array[tuple(slice(n) for n in spread[apart].shape)]
    return spread


def partial(case, dy):
    """Ask whether one slice of dy alone, or all but one, has reached the gradient."""
    products = case.evidence.tangents * dy
    for axis, n in enumerate(dy.shape):
        if n < 2:
            continue
        others = tuple(a for a in range(1, dy.ndim + 1) if a != axis + 1)
        shares = products.sum(axis=others)  # (D, n)
        along = axes_in_words([axis], role_in(dy.shape))
        for i in (n - 1, *range(n - 1)):
            if case.as_foretold(shares[:, i]):
                words = f"Of the {n} along {along} of dy, only number {i} has reached {case.name}"
                return "overwritten", f"{words}: the others were never added, or overwritten."
            if n > 2 and case.as_foretold(case.evidence.slopes - shares[:, i]):
                words = f"Of the {n} along {along} of dy, number {i} has not reached {case.name}"
                return "overwritten", f"{words}: it was never added, or overwritten."
    return None


def other_inputs(case):
    """Reverse, transpose, shift or leave out another input, and measure anew."""
    flat = np.zeros((len(case.evidence.slopes), case.slopes.point.size))
    flat[:, case.claim.places] = case.evidence.directions.reshape(len(flat), -1)
    for number, (name, start, array) in enumerate(case.passes.parts()):
        for pattern, words, other in (
            versions(array, number) if number != case.number else itself(case, array)
        ):
            if other.shape != array.shape or np.array_equal(other, array):
                continue
            point = case.slopes.point.copy()
            point[start : start + array.size] = other.ravel()
            if would_fit(case, flat, point):
                return pattern, f"{case.name} would be right if {name} were {words}."
    return None


def would_fit(case, directions, point):
    """Whether the claim foretells the slopes at another point."""
    elsewhere = copy.copy(case.slopes)
    try:
        elsewhere.point = point
        if elsewhere.method != "complex step":
            elsewhere.y = elsewhere.f(point.copy())
        first = elsewhere.slope(elsewhere.tangent(directions[0]))
        scale = max(abs(first), np.abs(case.foretold).max())
        if not abs(first - case.foretold[0]) <= 100 * case.slopes.tolerance * scale:
            return False
        rest = [elsewhere.slope(elsewhere.tangent(v)) for v in directions[1:]]
    except Exception:  # whatever f says to inputs that it does not expect
        return False
    return case.as_foretold(np.array([first, *rest]))


def itself(case, x):
    """The output in the input's place: derivatives written for one are often given the other."""
    y = np.asarray(case.slopes.y)
    if y.shape == x.shape and np.isrealobj(y):
        yield "", "what y is", y


def versions(array, number):
    """List other versions of an input: (pattern, words, array)."""
    axes = [a for a, n in enumerate(array.shape) if n > 1]
    cells = [a for a in axes if a > 1] if array.ndim > 2 else axes
    if array.ndim < 2:
        cells = []
        yield "scale", "1 everywhere: it is left out", np.ones_like(array)
    for some in dict.fromkeys([tuple(cells), *((a,) for a in cells)]):
        if some:
            yield "flip", f"reversed along {axes_in_words(some)}", np.flip(array, some)
    for a, b in itertools.combinations(axes, 2):
        if array.shape[a] == array.shape[b]:
            yield "transpose", f"transposed in {axes_in_words((a, b))}", np.swapaxes(array, a, b)
    for a in axes:
        if a < 2 < array.ndim or (a == number == 0 < array.ndim - 1):
            pattern = "batch" if number == a == 0 else "channels"
            yield pattern, f"reversed along axis {a}", np.flip(array, a)
            if number == 0 and array.shape[a] > 2:
                yield pattern, f"rolled by 1 along axis {a}", np.roll(array, 1, a)
                yield pattern, f"rolled by -1 along axis {a}", np.roll(array, -1, a)
    if number == 0 and array.ndim > 2 and cells:
        for steps in steps_up_to([1] * len(cells)):
            yield "shift", f"moved {by_steps(steps, cells)}", moved_by(array, steps, cells)
