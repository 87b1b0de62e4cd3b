"""Ask what a class's marks say about the exercise: how hard each capability was, and whom it told apart.

The measures are those of classical test theory: R. L. Ebel and D. A. Frisbie (1991), "Essentials of
Educational Measurement", for items; G. F. Kuder and M. W. Richardson (1937) and L. J. Cronbach (1951) for how
far they agree. Submissions in which nothing could be marked say nothing about an exercise and are left out.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

FEWEST = 3  # students without whom a correlation is plus or minus one, whatever they did
FEW = 10  # submissions, below which the numbers are hardly more than chance
SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120)


@dataclass(frozen=True)
class Item:
    """How one capability did its work.

    Parameters
    ----------
    capability : str
    count : int
        How many submissions it was marked in.
    difficulty : float or None
        The mean share of its points that they earned: 1 is easy.
    discrimination : float or None
        The correlation of what it earned with what the same submission earned elsewhere.
    """

    capability: str
    count: int
    difficulty: float | None
    discrimination: float | None

    @property
    def reading(self):
        """What the two numbers suggest, in words."""
        if self.difficulty is None:
            return "not marked yet"
        if self.discrimination is None:
            return {0.0: "nobody has it", 1.0: "everybody has it"}.get(self.difficulty, "too little to say")
        if self.discrimination < -chance(self.count):
            return "the stronger lose it: look at its check, and at how it is explained"
        if self.discrimination < 0.2:
            return "hardly tells strong from weak"
        return "tells strong from weak" if self.discrimination >= 0.4 else "tells them apart somewhat"


@dataclass(frozen=True)
class Analysis:
    """What a class's marks say about an exercise.

    Parameters
    ----------
    items : tuple of Item
    count : int
        How many submissions stand behind them.
    alpha : float or None
        Cronbach's alpha, which is KR-20 where marks are all or nothing: how far the capabilities agree.
    margin : float or None
        By how much a correlation near zero may be off by chance, 19 times in 20; None where
        there are too few to say.
    """

    items: tuple[Item, ...]
    count: int
    alpha: float | None
    margin: float | None


def analyse(submissions):
    """Compute difficulty and discrimination of each capability, and how far they agree.

    Parameters
    ----------
    submissions : list of Submission

    Returns
    -------
    Analysis
    """
    earned, points = earned_points(submissions)
    marks = submissions[0].marks if submissions else ()
    items = tuple(analyse_item(earned, points, place, mark.capability) for place, mark in enumerate(marks))
    count = len(earned)
    return Analysis(items, count, alpha(earned), chance(count) if count >= FEW else None)


def chance(count):
    """How far from 0 chance alone takes the correlation of so many pairs, 19 times of 20."""
    return 1.96 / math.sqrt(max(count - 3, 1))


def earned_points(submissions):
    """Put points into an array: a row a submission, a column a capability, NaN where it was not marked.

    Returns
    -------
    earned : ndarray, shape (submissions, capabilities)
    points : ndarray, shape (capabilities,)
        What each is worth.
    """
    points = np.array([mark.points for mark in submissions[0].marks] if submissions else [], float)
    rows = [[math.nan if unmarked(mark) else mark.earned for mark in s.marks] for s in submissions]
    if len(points) and not points.any():  # nothing to win: a check that passes counts as one
        rows = [[math.nan if unmarked(m) else m.status == "right" for m in s.marks] for s in submissions]
        points = np.ones(len(points))
    earned = np.array(rows, float).reshape(len(submissions), len(points))
    return earned[~np.isnan(earned).all(axis=1)], points


def unmarked(mark):
    """Whether nobody, and no check, has said what a cell is worth."""
    return mark.status == "unmarked" and not mark.earned


def analyse_item(earned, points, place, capability):
    """Look at one column beside all others."""
    marked = ~np.isnan(earned[:, place])
    count = int(marked.sum())
    if not count or not points[place]:
        return Item(capability, count, None, None)
    share = earned[marked, place] / points[place]
    others = np.delete(earned[marked], place, axis=1)
    reachable = (~np.isnan(others) * np.delete(points, place)).sum(axis=1)
    known = reachable > 0  # something else was marked too
    rest = np.nansum(others[known], axis=1) / reachable[known]
    return Item(capability, count, float(share.mean()), correlation(share[known], rest))


def correlation(x, y):
    """Compute Pearson's correlation; None where there is too little, or where nothing varies.

    Examples
    --------
    >>> correlation([1, 2, 3], [3, 2, 1]), correlation([1, 1, 1], [1, 2, 3]), correlation([1, 2], [1, 2])
    (-1.0, None, None)
    """
    if len(x) < FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def alpha(earned):
    """Compute Cronbach's alpha over the rows without a gap.

    Examples
    --------
    Two capabilities that always go together, and two that have nothing to do with each other:

    >>> alpha(np.array([[1, 1], [0, 0]])), alpha(np.array([[1, 1], [1, 0], [0, 1], [0, 0]]))
    (1.0, 0.0)
    """
    whole = earned[~np.isnan(earned).any(axis=1)]
    students, items = whole.shape
    if students < 2 or items < 2 or np.ptp(whole.sum(axis=1)) == 0:
        return None
    return float(items / (items - 1) * (1 - whole.var(axis=0).sum() / whole.sum(axis=1).var()))


def point_bins(values, top, most=15):
    """Count points in bins of equal width, at most so many.

    Parameters
    ----------
    values : list of float
    top : float
        The most that can be earned; more than that counts as that.
    most : int

    Returns
    -------
    list of (str, int)

    Examples
    --------
    >>> point_bins([0, 1.5, 2, 2], 2)
    [('0', 1), ('1', 1), ('2', 2)]
    >>> point_bins([0, 15, 30], 30, 4)
    [('0–7', 1), ('8–15', 1), ('16–23', 0), ('24–30', 1)]
    """
    top = math.ceil(top)
    width = -(-(top + 1) // most)
    counts = [0] * (top // width + 1)
    for value in values:
        counts[int(min(max(value, 0), top)) // width] += 1
    first = range(0, top + 1, width)
    labels = [f"{a}–{b}" if (b := min(a + width - 1, top)) > a else f"{a}" for a in first]
    return list(zip(labels, counts, strict=True))


def second_bins(values):
    """Count times in bins that grow, from the first that holds one to the last.

    Examples
    --------
    >>> second_bins([0.03, 0.04, 0.2, 3])
    [('0.05', 2), ('0.1', 0), ('0.2', 1), ('0.5', 0), ('1', 0), ('2', 0), ('5', 1)]
    """
    labels, counts = [f"{edge:g}" for edge in SECONDS] + ["more"], [0] * (len(SECONDS) + 1)
    for value in values:
        counts[bisect_left(SECONDS, value)] += 1
    used = [place for place, many in enumerate(counts) if many]
    return [(labels[p], counts[p]) for p in range(used[0], used[-1] + 1)] if used else []
