"""What is known of one gradient: the claim, slopes in random directions, and single entries on request."""

import math
from dataclasses import dataclass

import numpy as np

from .slopes import deviation

CELLS = 20_000_000  # numbers that a survey may compute in all: a second or two
STRICT = 1e-6  # relative error up to which a pattern is taken to fit
LOST = 1e-8  # share of the slopes that rounding may take: half of the digits
LOOK = 40  # entries to look at where there are too many for all


@dataclass(frozen=True)
class Evidence:
    """Some directions, how y answered to each, and the slopes that follow."""

    directions: np.ndarray  # (D, *shape of the gradient)
    tangents: np.ndarray  # (D, *shape of y)
    slopes: np.ndarray  # (D,)

    def foretell(self, gradient):
        """The slopes that a gradient foretells: (D,)."""
        return np.einsum("di,i->d", self.directions.reshape(len(self.slopes), -1), gradient.ravel())

    def under(self, dy):
        """The slopes that another upstream gradient would have: (D,)."""
        return np.einsum("di,i->d", self.tangents.reshape(len(self.slopes), -1), np.ravel(dy))


class Claim:
    """One gradient, as it was claimed, and the means to ask what is right."""

    def __init__(self, name, gradient, shape, start, slopes):
        self.name, self.gradient, self.shape, self.slopes = name, gradient, shape, slopes
        self.places = np.arange(start, start + math.prod(shape))
        self.floor = slopes.floor

    @property
    def variable(self):
        """The name of what it is the gradient of."""
        return self.name[1:]

    def ask(self, count, mask=None):
        """Measure slopes in random directions over the entries, or those in a mask: Evidence."""
        places = self.places if mask is None else self.places[mask.ravel()]
        answers = [self.slopes.ask(places) for _ in range(count)]
        directions = np.stack([v[self.places].reshape(self.shape) for v, _ in answers])
        tangents = np.stack([t for _, t in answers])
        return Evidence(directions, tangents, np.array([self.slopes.slope(t) for t in tangents]))

    @property
    def unit(self):
        """How long directions are in each entry."""
        return float(self.slopes.scale[self.places[0]]) if len(self.places) else 1.0

    @property
    def strict(self):
        """What an error may be where a pattern is to be named: a lenient tolerance names none."""
        return min(self.slopes.tolerance, STRICT)

    def agree(self, a, b):
        """Whether slopes are the same, as far as rounding lets them be known."""
        return deviation(a, b, self.floor * self.slopes.tolerance / self.strict) <= self.strict

    def fits(self, gradient, evidence):
        """Whether a gradient foretells the slopes: the first of them, and if so all."""
        if gradient.shape != self.shape:
            return False
        first = np.vdot(evidence.directions[0], gradient)
        return self.near(first, evidence.slopes) and self.agree(evidence.slopes, evidence.foretell(gradient))

    def near(self, first, slopes):
        """Whether the first of some slopes may be this one."""
        allowed = 4 * max(self.strict * np.abs(slopes).max(initial=0), self.slopes.tolerance * self.floor)
        return abs(first - slopes[0]) <= allowed

    def error(self, evidence):
        """The relative error of the claim in these directions."""
        return deviation(evidence.slopes, evidence.foretell(self.gradient), self.floor)

    def allow_for_rounding(self, evidence, others):
        """Raise the floor to what other roundings of every number do to slopes, and to the gradient."""
        flat = np.zeros((min(4, len(evidence.slopes)), self.slopes.point.size))
        flat[:, self.places] = evidence.directions[: len(flat)].reshape(len(flat), -1)
        drift = [evidence.foretell(other) - evidence.foretell(self.gradient) for other in others]
        noise = max(self.slopes.jitter(flat), float(np.abs(drift).max(initial=0)))
        # more than this is no rounding, but a tie that was broken
        most = LOST * max(float(np.abs(evidence.slopes).max()), self.slopes.floor)
        noise = 4 * min(noise, most)
        if math.isfinite(noise):
            self.slopes.doubt = max(self.slopes.doubt, noise)
            self.floor = max(self.floor, 4 * self.slopes.doubt / self.slopes.tolerance)

    def tangent(self, mask):
        """How y answers to a step of 1 at some entries at once: shape of y."""
        v = np.zeros(self.slopes.point.size)
        v[self.places] = mask.ravel() * self.unit
        return self.slopes.tangent(v) / self.unit

    def slope_at(self, index):
        """The slope at one entry."""
        return float(self.slopes.slope(self.tangent(one_hot(self.shape, index))))

    def find(self):
        """Find a wrong entry by halving: keep the half whose slope is further from what was claimed.

        Slopes add up: what one half of a direction does not miss the other does, so that a call tells both.
        """
        entries = np.arange(self.gradient.size)
        v = self.slopes.draw(self.places)[self.places] / self.unit
        missing = self.missing(v, entries)
        while len(entries) > 1:
            halves = np.array_split(entries, 2)
            first = self.missing(v, halves[0])
            misses = first, missing - first
            missing, entries = max(zip(misses, halves, strict=True), key=lambda half: abs(half[0]))
        return tuple(int(i) for i in np.unravel_index(entries[0], self.shape))

    def missing(self, v, entries):
        """How far the claimed slope is from the measured one, along a part of a direction."""
        part = np.zeros(len(v))
        part[entries] = v[entries]
        return self.slopes.slope(self.tangent(part)) - np.vdot(self.gradient, part)

    def pairs(self):
        """Find the axes along which each slice of the input reaches its own slice of y alone.

        So do a kernel's filters with y's channels, an input's images with y's: all slices can then be asked
        at once. Two slices, the first and the last, are asked whether it is so.

        Returns
        -------
        dict of int to int
            Axes of the gradient, and the axes of y that belong to them.
        """
        pairs = {}
        for a, n in enumerate(self.shape):
            for b, m in enumerate(np.shape(self.slopes.dy)):
                if n == m > 1 and b not in pairs.values() and self.belongs(a, b):
                    pairs[a] = b
                    break
        return pairs

    def belongs(self, a, b):
        """Whether what changes in the first and last slice along a changes y only there along b."""
        for i in (0, self.shape[a] - 1):
            mask = np.zeros(self.shape, bool)
            np.moveaxis(mask, a, 0)[i] = True
            _, tangent = self.slopes.ask(self.places[mask.ravel()])
            elsewhere = np.delete(np.abs(tangent), i, axis=b)
            if elsewhere.max(initial=0) > 1e-9 * np.abs(tangent).max(initial=0):
                return False
        return True

    def budget(self):
        """How many calls of f a survey may take."""
        return int(np.clip(CELLS // (self.slopes.point.size + np.size(self.slopes.dy)), LOOK, 3000))

    def survey(self, index, evidence):
        """Measure the gradient entry by entry: all if that is soon done, else some, and this one."""
        pairs = self.pairs()
        survey = self.measure(index, pairs)
        return survey if not pairs or survey.confirmed(index, evidence) else self.measure(index, {})

    def measure(self, index, pairs):
        """Measure entries, those at once whose axes are paired."""
        free = [a for a in range(len(self.shape)) if a not in pairs]
        rest = [self.shape[a] for a in free]
        count = math.prod(rest)
        if count <= self.budget():
            chosen = range(count)
        else:
            here = np.ravel_multi_index([index[a] for a in free], rest)
            few = max(LOOK // 5, LOOK // (math.prod(self.shape) // count))
            chosen = np.unique([here, *self.slopes.rng.choice(count, few - 1, replace=False)])
        numerical = np.full(self.shape, np.nan)
        for number in chosen:
            place = [slice(None)] * len(self.shape)
            for a, i in zip(free, np.unravel_index(number, rest), strict=True):
                place[a] = i
            mask = np.zeros(self.shape, bool)
            mask[tuple(place)] = True
            numerical[tuple(place)] = self.apart(self.tangent(mask), pairs)
        return Survey(self, numerical, pairs)

    def apart(self, tangent, pairs):
        """Sum dy * tangent over all axes of y but the paired ones, which come in the gradient's order."""
        mine = [pairs[a] for a in sorted(pairs)]
        others = tuple(b for b in range(tangent.ndim) if b not in mine)
        values = np.sum(self.slopes.dy * tangent, axis=others)
        return np.transpose(values, [sorted(mine).index(b) for b in mine])


class Survey:
    """The right gradient where it was measured (NaN elsewhere), and which entries of the claim are wrong."""

    def __init__(self, claim, numerical, pairs):
        self.claim, self.numerical, self.pairs = claim, numerical, pairs
        self.known = ~np.isnan(numerical)
        self.whole = bool(self.known.all())
        scale = max(
            np.abs(numerical[self.known]).max(initial=0),
            np.abs(claim.gradient[self.known]).max(initial=0),
            claim.floor / claim.unit,
        )
        self.allowed, self.strict = 4 * claim.slopes.tolerance * scale, 4 * claim.strict * scale
        self.wrong = self.known & ~(np.abs(claim.gradient - numerical) <= self.allowed)

    def confirmed(self, index, evidence):
        """Whether entries asked at once foretell the slopes; of a sample, whether one is the same alone."""
        if self.whole:
            return self.claim.fits(self.numerical, evidence) or not np.all(np.isfinite(evidence.slopes))
        return abs(self.claim.slope_at(index) - self.numerical[index]) <= 4 * self.allowed

    def contributions(self, index):
        """What each entry of y contributes to one entry, and which axes of y these are: the unpaired ones."""
        tangent = self.claim.tangent(one_hot(self.claim.shape, index))
        own = [slice(None)] * tangent.ndim
        for a, b in self.pairs.items():
            own[b] = index[a]
        others = [b for b in range(tangent.ndim) if b not in self.pairs.values()]
        return (self.claim.slopes.dy * tangent)[tuple(own)], others


def one_hot(shape, index):
    """A mask of one entry."""
    mask = np.zeros(shape, bool)
    mask[index] = True
    return mask
