"""What does a wrong gradient look like? Mend it in every known way, and ask whether the slopes agree now.

Nothing is guessed: a pattern is named if the gradient that it mends foretells all slopes that were measured
in random directions, within the tolerance. The simplest explanations come first, and few cost a call of f.
"""

import itertools
import math
from functools import cached_property

import numpy as np

from .entrywise import mixed, overwritten, scaled_by_slice, unmasked
from .mending import flipped, permuted, scaled, shifted, summed_wrongly, transposed, unwritten
from .misreading import coarse, not_linear, other_inputs, other_upstream, unsteady, upstream
from .report import Finding
from .wording import apart, axes_in_words, box

EXPLANATIONS = [
    unsteady,
    coarse,
    scaled,
    flipped,
    transposed,
    upstream,
    summed_wrongly,
    permuted,
    unwritten,
    other_upstream,
    shifted,
    other_inputs,
    unmasked,
    overwritten,
    scaled_by_slice,
    mixed,
    not_linear,
]


class Case:
    """A claim that is wrong, what is known of it, and what else may be asked.

    Parameters
    ----------
    claim : Claim
    evidence : Evidence
        Slopes along directions of the claim's own variable.
    passes : Passes
        Both functions at the point.
    number : int
        Which input it is: 0 is taken for images.
    """

    def __init__(self, claim, evidence, passes, number):
        self.claim, self.evidence, self.passes, self.number = claim, evidence, passes, number
        self.gradient, self.name, self.shape = claim.gradient, claim.name, claim.shape
        self.slopes, self.dy = claim.slopes, claim.slopes.dy
        self.foretold = evidence.foretell(self.gradient)

    @cached_property
    def index(self):
        """One wrong entry."""
        bad = np.argwhere(~np.isfinite(self.gradient))
        return tuple(int(i) for i in bad[0]) if len(bad) else self.claim.find()

    @cached_property
    def survey(self):
        """The right gradient, wholly or at some entries."""
        return self.claim.survey(self.index, self.evidence)

    def again(self, dy):
        """Call backward once more, with this dy."""
        return self.passes.backward(dy)[self.number]

    def mended(self, gradient):
        """Whether a mended gradient foretells the slopes."""
        return self.claim.fits(gradient, self.evidence)

    def as_foretold(self, slopes):
        """Whether the claim foretells other slopes than those that were measured."""
        return self.claim.agree(slopes, self.foretold)

    def role(self, axis):
        """What lies along an axis: "batch", "channels" or "cells"."""
        if self.number == 0 and axis == 0 and len(self.shape) > 1:
            return "batch"
        return "channels" if axis < 2 < len(self.shape) else "cells"


def examine(claim, evidence, passes, number):
    """Judge one gradient, and if it is wrong say where and how."""
    if evidence is None:
        return wrong_shape(claim, passes.gradients[number])
    error = claim.error(evidence)
    case = Case(claim, evidence, passes, number)
    if error > claim.slopes.tolerance and math.isfinite(error) and not unsteady(case):
        claim.allow_for_rounding(evidence, [passes.rounded_otherwise()[number] for _ in range(3)])
    if claim.error(evidence) <= claim.slopes.tolerance:
        return Finding(claim.name, claim.error(evidence), claim.name)
    pattern, words = explain(case)
    where, place = located(case)
    return Finding(
        claim.name,
        error,
        where,
        " ".join(sentence for sentence in (place, extent(case), words) if sentence),
        pattern,
        tuple(tuple(int(i) for i in index) for index in np.argwhere(case.survey.wrong)[:100]),
        int(case.survey.known.sum()),
        claim.gradient,
        case.survey.numerical,
    )


def explain(case):
    """Find the first explanation that holds: (pattern, words), both empty if none does."""
    if not np.all(np.isfinite(case.evidence.slopes)):
        return "nan", "The slopes themselves are not finite: forward's output is not."
    if not np.all(np.isfinite(case.gradient)):
        bad = ~np.isfinite(case.gradient)
        return "nan", f"Of its {bad.size} entries, {bad.sum()} are not finite."
    for explanation in EXPLANATIONS:
        found = explanation(case)
        if found:
            return found
    return "", ""


def located(case):
    """Name one wrong entry, and say what it is and what it should be."""
    index, survey = case.index, case.survey
    if survey.wrong.any() and not survey.wrong[index]:
        index = tuple(int(i) for i in np.argwhere(survey.wrong)[0])
    where = f"{case.name}{list(index)}" if index else case.name
    is_, slope = apart(case.gradient[index], case.claim.slope_at(index))
    return where, f"{where} is {is_}, but the slope there is {slope}."


def extent(case):
    """Say how many entries are wrong, and in which part of the array."""
    survey = case.survey
    wrong, looked = int(survey.wrong.sum()), int(survey.known.sum())
    if looked < 2 or not wrong:
        return ""
    of = f"its {looked} entries" if survey.whole else f"the {looked} entries looked at"
    if wrong == looked:
        return f"Wrong: all of {of}."
    examples = ", ".join(str([int(i) for i in index]) for index in np.argwhere(survey.wrong)[:3])
    part = box(case.name, survey.wrong) if survey.whole and wrong > 1 else ""
    within = f", all in {part}" if part else ""
    return f"Wrong: {wrong} of {of}, e.g. {examples}{within}."


def wrong_shape(claim, gradient):
    """Say which shape there should be, and how the gradient comes to it, if that makes it right."""
    shape, name = claim.shape, claim.name
    remark = f"{name} has shape {gradient.shape}, but {claim.variable} has shape {shape}."
    if np.all(np.isfinite(gradient)):
        evidence = claim.ask(6)
        for words, other in reshapings(gradient, shape):
            if claim.fits(other, evidence):
                remark += f" It is right when it is {words}."
                break
        if gradient.size == 1 < math.prod(shape):
            total = claim.slopes.slope(claim.tangent(np.ones(shape)))
            if claim.agree(np.array([total]), gradient.ravel()):
                remark += " It is one number, the sum of all that there should be."
    return Finding(name, math.inf, name, remark, "shape", analytic=gradient)


def reshapings(gradient, shape):
    """List ways to give an array another shape: (words, array)."""
    axes = range(gradient.ndim)
    if gradient.size == math.prod(shape):
        for order in itertools.permutations(axes) if gradient.ndim <= 5 else ():
            if tuple(gradient.shape[a] for a in order) == shape:
                yield f"transposed, to the axes {tuple(order)}", np.transpose(gradient, order)
        yield "reshaped", gradient.reshape(shape)
    for some in (c for k in range(1, gradient.ndim + 1) for c in itertools.combinations(axes, k)):
        rest = [gradient.shape[a] for a in axes if a not in some]
        if math.prod(rest) == math.prod(shape):
            yield f"summed over {axes_in_words(some)}", gradient.sum(axis=some).reshape(shape)
            yield f"averaged over {axes_in_words(some)}", gradient.mean(axis=some).reshape(shape)
    if gradient.ndim == len(shape) and all(n >= m for n, m in zip(gradient.shape, shape, strict=True)):
        spare = [n - m for n, m in zip(gradient.shape, shape, strict=True)]
        for starts in itertools.islice(itertools.product(*(range(k + 1) for k in spare)), 400):
            cut = tuple(slice(s, s + m) for s, m in zip(starts, shape, strict=True))
            words = ", ".join(f"{c.start}:{c.stop}" if k else ":" for c, k in zip(cut, spare, strict=True))
            yield f"cut to [{words}], as if it still had its rim of padding", gradient[cut]
