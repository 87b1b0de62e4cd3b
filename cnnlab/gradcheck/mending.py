"""Wrong gradients that can be mended: scaled, turned, exchanged, shifted, cut. Each gives (pattern, words).

A function here takes the case and answers None unless the mended gradient foretells every measured slope.
"""

import itertools

import numpy as np

from .wording import axes_in_words, blank, constant, listed, role_in


def scaled(case):
    """Divide by the one factor that fits best."""
    foretold, slopes = case.foretold, case.evidence.slopes
    if not np.any(slopes) or case.gradient.size < 2:
        return None
    factor = float(np.sum(slopes * foretold) / np.sum(slopes * slopes))
    if not case.claim.agree(factor * slopes, foretold):
        return None
    words = f"All of {case.name} is {factor:.6g} times what it should be."
    if not np.any(case.gradient):
        return "unwritten", words
    if abs(factor + 1) < 1e-6:
        return "sign", f"{words} Its sign is wrong."
    return "scale", words + constant(factor, np.shape(case.dy), case.shape)


def flipped(case):
    """Reverse some axes."""
    for axes in axis_sets(case):
        if case.mended(np.flip(case.gradient, axes)):
            words = f"{case.name} is right when it is reversed along {axes_in_words(axes, case.role)}."
            roles = {case.role(a) for a in axes}
            return ("flip" if "cells" in roles or len(roles) > 1 else roles.pop()), words
    return None


def axis_sets(case):
    """List sets of axes longer than 1: the cells' own, then from few to many."""
    axes = [a for a, n in enumerate(case.shape) if n > 1]
    cells = tuple(a for a in axes if case.role(a) == "cells")
    most = len(axes) if len(axes) <= 6 else 1
    few = (some for k in range(1, most + 1) for some in itertools.combinations(axes, k))
    return dict.fromkeys([*([cells] if cells else []), *few])


def transposed(case):
    """Exchange axes of equal lengths, turn by a right angle, or read the entries in another order of axes."""
    axes = range(len(case.shape))
    orders = sorted(orders_of(axes), key=lambda order: sum(a != i for i, a in enumerate(order)))
    for order in orders:
        turned = np.transpose(case.gradient, order)
        moved = [i for i, a in enumerate(order) if a != i]
        if turned.shape == case.shape:
            if case.mended(turned):
                return "transpose", f"{case.name} is right with {axes_in_words(moved, case.role)} exchanged."
            for axis in moved if len(moved) == 2 else ():
                if case.mended(np.flip(turned, axis)):
                    return "transpose", f"{case.name} is turned by a right angle in {axes_in_words(moved)}."
        shape = tuple(case.shape[a] for a in order)
        if shape != case.shape and case.mended(np.transpose(case.gradient.reshape(shape), np.argsort(order))):
            return (
                "transpose",
                f"{case.name} holds the right entries, but in the order of axes {tuple(order)}: "
                "it was reshaped where axes should have been moved.",
            )
    return None


def orders_of(axes):
    """List the orders of some axes but their own: all of few axes, of many those that exchange two."""
    own = tuple(axes)
    if len(own) <= 5:
        return [order for order in itertools.permutations(own) if order != own]
    swaps = itertools.combinations(own, 2)
    return [tuple(b if i == a else a if i == b else i for i in own) for a, b in swaps]


def permuted(case):
    """Put images or channels into another order, if one is found that fits: a call of f for each of them."""
    for axis in range(min(2, len(case.shape))):
        n = case.shape[axis]
        if len(case.shape) < 2 or not 1 < n <= case.claim.budget():
            continue
        rows = np.moveaxis(case.gradient, axis, 0)
        probe = case.slopes.rng.standard_normal(rows.shape[1:])
        right = slice_by_slice(case, axis, probe)
        claimed = np.tensordot(rows, probe, probe.ndim)
        mended, here = np.empty_like(rows), np.empty(n, int)
        mended[np.argsort(right)] = rows[np.argsort(claimed)]
        here[np.argsort(claimed)] = np.argsort(right)
        if case.mended(np.moveaxis(mended, 0, axis)):
            role = case.role(axis) if len(case.shape) > 2 or axis == 0 == case.number else "channels"
            order = f"in place of {listed(range(n))} it has {listed(here)}"
            along = axes_in_words([axis], case.role)
            return role, f"Along {along}, {case.name} holds the right entries in another order: {order}."
    return None


def slice_by_slice(case, axis, probe):
    """Measure the slope in one direction in each slice along an axis: all at once if they do not mix."""
    direction = np.zeros(case.shape)
    slices = np.moveaxis(direction, axis, 0)
    paired = case.survey.pairs.get(axis)
    if paired is not None:
        slices[:] = probe
        return case.claim.apart(case.claim.tangent(direction), {axis: paired})
    measured = []
    for one in slices:
        one[...] = probe
        measured.append(case.slopes.slope(case.claim.tangent(direction)))
        one[...] = 0
    return np.array(measured)


def unwritten(case):
    """Ask only about the entries that are not zero."""
    written = case.gradient != 0
    if written.all() or not written.any():
        return None
    if not case.claim.fits(case.gradient, case.claim.ask(len(case.evidence.slopes), written)):
        return None
    slices = blank(~written)
    where = f" It is zero at {slices}." if slices else ""
    words = f"{case.name} is right where it is not zero, but zero where it should not be."
    return "unwritten", words + where


def shifted(case):
    """Move the cells by a few places; ask about those that are far enough from the rim."""
    cells = [a for a in range(len(case.shape)) if case.role(a) == "cells"]
    most = [min(4, (case.shape[a] - 1) // 3) for a in cells]
    if not any(most):
        return None
    inside = np.zeros(case.shape, bool)
    interior = [slice(None)] * len(case.shape)
    for a, k in zip(cells, most, strict=True):
        interior[a] = slice(k, case.shape[a] - k)
    inside[tuple(interior)] = True
    evidence = case.claim.ask(4, inside)
    if case.claim.fits(case.gradient, evidence):
        return None
    for steps in steps_up_to(most):
        if case.claim.fits(np.roll(case.gradient, [-k for k in steps], cells), evidence):
            return "shift", f"{case.name} has moved: {by_steps(steps, cells)}."
    return None


def steps_up_to(most):
    """List steps along several axes, short ones first: all, or of many axes those alike on each."""
    if len(most) <= 3:
        steps = itertools.product(*(range(-k, k + 1) for k in most))
    else:
        steps = ([k] * len(most) for k in range(-min(most), min(most) + 1))
    return sorted((tuple(s) for s in steps if any(s)), key=lambda s: sum(map(abs, s)))


def by_steps(steps, axes):
    """Say a shift: "by 1 along axis 2, by -2 along axis 3"."""
    return ", ".join(f"by {k} along axis {a}" for k, a in zip(steps, axes, strict=True) if k)


def summed_wrongly(case):
    """Ask whether a vector is dy summed to another axis, or one number, alike everywhere."""
    if case.gradient.size < 2 or not np.all(np.isfinite(case.gradient)):
        return None
    dy, name = np.asarray(case.dy), case.name
    role = role_in(dy.shape)
    if len(case.shape) == 1:
        for axis, n in enumerate(dy.shape):
            others = tuple(a for a in range(dy.ndim) if a != axis)
            if n == len(case.gradient) and close(case, case.gradient, dy.sum(axis=others)):
                right = [a for a, m in enumerate(dy.shape) if m == n and a != axis]
                hint = f": should it keep {axes_in_words(right, role)}?" if right else ""
                return (
                    "axes",
                    f"{name} is dy summed over all its axes but {axes_in_words([axis], role)}{hint}.",
                )
    if not close(case, case.gradient, np.full(case.shape, case.gradient.flat[0])):
        return None
    total = case.slopes.slope(case.claim.tangent(np.ones(case.shape)))
    for share, what in ((1, "the sum"), (case.gradient.size, "the mean")):
        if close(case, case.gradient.flat[:1], np.array([total / share])):
            return "axes", f"All entries of {name} are alike: each is {what} of all that they should be."
    return None


def close(case, a, b):
    """Whether two arrays are equal but for rounding."""
    size = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0), case.claim.floor)
    return bool(np.all(np.abs(a - b) <= case.claim.strict * size))
