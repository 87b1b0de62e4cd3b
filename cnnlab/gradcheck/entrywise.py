"""Wrong gradients that show only entry by entry: scaled or mixed slice by slice, overwritten by windows."""

import numpy as np

from .wording import axes_in_words, listed

FEW = 12  # wrong entries whose contributions are looked at


def unmasked(case):
    """Ask whether all wrong entries are such as y does not depend on."""
    wrong = case.survey.wrong
    if not wrong.any() or np.abs(case.survey.numerical[wrong]).max() > case.survey.allowed:
        return None
    return "unmasked", f"Wherever {case.name} is wrong it should be zero: y does not depend on these entries."


def scaled_by_slice(case):
    """Give each slice along one axis a factor of its own."""
    if not case.survey.whole or case.gradient.size < 4:
        return None
    for axis, n in enumerate(case.shape):
        if not 1 < n < case.gradient.size:
            continue
        claimed, right = (
            np.moveaxis(a, axis, 0).reshape(n, -1) for a in (case.gradient, case.survey.numerical)
        )
        squares = np.sum(right * right, axis=1)
        if not np.all(squares):
            continue
        factors = np.sum(claimed * right, axis=1) / squares
        mended = factors[:, None] * right
        if np.abs(claimed - mended).max() <= case.survey.strict:
            numbers = ", ".join(f"{f:.4g}" for f in factors[:6]) + (", ..." if n > 6 else "")
            along = axes_in_words([axis], case.role)
            words = f"Along {along}, each slice of {case.name} has a factor of its own: {numbers}."
            return "scale", words + known_factors(case, factors)
    return None


def known_factors(case, factors):
    """Say which input the factors are, or are divided by."""
    for name, _, array in case.passes.parts():
        if array.shape == factors.shape:
            for values, words in ((array, "multiplied"), (1 / np.where(array, array, np.nan), "divided")):
                if np.allclose(factors, values, rtol=1e-9, atol=0):
                    return f" It is {words} by {name} once too often, or once too seldom the other way."
    return ""


def mixed(case):
    """Let each image or channel be a mixture of all of them, the same everywhere."""
    if not case.survey.whole or len(case.shape) < 2:
        return None
    for axis in range(2):
        n = case.shape[axis]
        if n < 2 or case.gradient.size < 2 * n * n:
            continue
        claimed, right = (
            np.moveaxis(a, axis, 0).reshape(n, -1) for a in (case.gradient, case.survey.numerical)
        )
        weights, *_ = np.linalg.lstsq(right.T, claimed.T, rcond=None)  # (n, n): right -> claimed
        if np.abs(right.T @ weights - claimed.T).max() <= case.survey.strict:
            role = case.role(axis) if len(case.shape) > 2 or axis == 0 == case.number else "channels"
            rows = ", ".join(f"{w:.3g}" for w in weights[:, 0][:6]) + (", ..." if n > 6 else "")
            along = axes_in_words([axis], case.role)
            words = f"Along {along}, {case.name} is mixed: its first slice is made of"
            return role, f"{words} {rows} times the slices {listed(range(n))}."
    return None


def overwritten(case):
    """Look at what the windows contribute to wrong entries, of which only one may be there, or their mean."""
    wrong = [i for i in map(tuple, np.argwhere(case.survey.wrong)) if np.isfinite(case.gradient[i])][:FEW]
    if not wrong:
        return None
    which, means = set(), True
    for index in wrong:
        shares = windows(*case.survey.contributions(index))
        met = np.flatnonzero(shares)
        claimed = case.gradient[index]
        alike = np.flatnonzero(np.abs(shares[met] - claimed) <= case.survey.strict)
        means = means and len(met) > 1 and abs(shares.sum() - len(met) * claimed) <= case.survey.strict
        if len(met) < 2 or not len(alike):
            which.add(None)
        else:
            which.add({0: "first", len(met) - 1: "last"}.get(int(alike[-1]), "other"))
    if means:
        return (
            "scale",
            f"Entries of {case.name} that several windows see are divided by the number of windows, "
            "whose contributions should add.",
        )
    if None in which:
        return None
    part = f"the {which.pop()} one's" if len(which) == 1 and "other" not in which else "a single one's"
    return (
        "overwritten",
        f"Where several windows contribute to an entry of {case.name}, only {part} part is there: "
        "is = written where += belongs?",
    )


def windows(contributions, axes):
    """Sum contributions over y's channels if they are among its axes, and lay the windows in a row."""
    if 1 in axes and len(axes) > 1:
        contributions = contributions.sum(axis=axes.index(1))
    return np.ravel(contributions)
