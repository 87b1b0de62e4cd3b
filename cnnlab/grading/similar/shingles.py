"""Passages of code as numbers: equal where renaming, consistently, makes the one passage the other.

After B. S. Baker (1992), "A program for identifying duplicated code".
"""

import zlib
from collections import Counter
from functools import lru_cache

import numpy as np

from cnnlab.grading.similar.tokens import pieces

LENGTH = 12  # words of a shingle: a shorter passage that two share says nothing
MOST_CODE = 100_000  # characters of one submission that are read
MIX = np.random.default_rng(1).integers(2**63, size=(2, LENGTH), dtype=np.uint64) * 2 + 1


def shingles(words):
    """Hash every passage of LENGTH words, so that passages with consistently other names agree.

    A name stands for how many words ago it was last seen; where that was before the passage, for a new name.

    Examples
    --------
    >>> a = "$x = $y + $x * 2 - $x / $x + $y + 1 + $z".split()
    >>> b = [word.replace("x", "left").replace("y", "x") for word in a]
    >>> np.array_equal(shingles(a), shingles(b)), np.array_equal(shingles(a), shingles([*a[:-1], "$x"]))
    (True, False)
    """
    if len(words) < LENGTH:
        return np.empty(0, np.uint64)
    last, (codes, ago) = {}, np.zeros((2, len(words)), np.uint64)
    for place, word in enumerate(words):
        if word.startswith("$"):
            ago[place] = place - last.get(word, place)
            last[word] = place
        else:
            codes[place] = zlib.crc32(word.encode("utf-8", "surrogatepass")) + 1
    window = np.lib.stride_tricks.sliding_window_view
    ago = window(ago, LENGTH)
    ago = np.where(ago <= np.arange(LENGTH, dtype=np.uint64), ago, 0)
    return window(codes, LENGTH) @ MIX[0] + ago @ MIX[1]


def covered(cells, shared):
    """Count the words that lie in shared shingles, by function."""
    where = Counter()
    for piece, found in read(cells):
        marked = np.zeros(len(piece.words), bool)
        for start in np.flatnonzero(np.isin(found, shared)):
            marked[start : start + LENGTH] = True
        where[piece.name or "outside functions"] += int(marked.sum())
    return +where


def shingles_of(cells):
    """Return the shingles of some cells, each once."""
    return union(found for _, found in read(cells))


def union(several):
    """Return what is in any of several arrays of shingles, each once."""
    return np.unique(end_to_end(several))


def end_to_end(several):
    """Put arrays of shingles one behind the other, also where there are none."""
    return np.concatenate([np.empty(0, np.uint64), *several])


def read(cells):
    """Yield each piece of some cells with its shingles, as far as the limit."""
    left = MOST_CODE
    for cell in cells:
        yield from read_cell(cell[:left])
        left = max(0, left - len(cell))


@lru_cache(maxsize=256)  # the cells that everybody was given are read once
def read_cell(source):
    """Read one cell."""
    return [(piece, shingles(piece.words)) for piece in pieces(source)]
