"""Which submissions are so alike that somebody should look? A hint for the instructor, and never a mark.

What everybody was given, and what a good part of the class writes, is how the subject is written, and counts
for nothing. Nothing of a submission is run, and nothing is written.

After A. Z. Broder (1997), "On the resemblance and containment of documents", for shares of shingles, and
S. Schleimer, D. S. Wilkerson and A. Aiken (2003), "Winnowing: local algorithms for document fingerprinting",
for what is too short or too common to count. A class is small enough to compare all shingles: none is left
out by winnowing, and nothing is estimated from sketches.
"""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import cnnlab
from cnnlab.grading.files import fingerprint, scratch_folder, user_cache
from cnnlab.grading.similar.shingles import covered, end_to_end, shingles_of, union

LEAST = 0.4  # of the shorter submission: honest answers were measured to share a quarter at most
FEWEST = 40  # shingles that two share: of less, there is hardly a second way of writing it
MOST_PAIRS = 200  # are listed: nobody looks at more
COMMON = 0.1  # of the class: what more than these have is everybody's
FEW = 5  # and what no more than these have is not, in a class however small


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    Parameters
    ----------
    a, b : str
        The students.
    share : float
        Of the shorter one's own passages, those that the other has too.
    tokens : int
        Words in them.
    where : tuple of str
        Functions of `a` that they lie in, the one with most of them first.
    """

    a: str
    b: str
    share: float
    tokens: int
    where: tuple[str, ...]


def similar(course, slug, *, least=LEAST, common=COMMON, given=()):
    """List the pairs of submissions to an exercise that somebody should look at.

    Parameters
    ----------
    course : cnnlab.grading.course.Course
    slug : str
    least : float
        The share from which on a pair is listed.
    common : float
        The part of the class that makes a passage everybody's. Where a solution went round in a third of it,
        0.5 shows them.
    given : iterable of str
        Code that students may have used: besides the released notebook, and `cnnlab` itself.

    Returns
    -------
    list of Pair
        The most alike first.
    """
    sources = {
        student: code for student in course.students(slug) if (code := submitted(course, slug, student))
    }
    released = code_of(course.notebook("exercises", slug).read_bytes())
    return pairs(sources, given=[*released, *given], shingles=of_package(), least=least, common=common)


def of_package():
    """Return the shingles of `cnnlab` itself, which are kept: they are many, and change with it alone."""
    files = sorted(Path(cnnlab.__file__).parent.glob("*.py"))
    kept = user_cache("shingles") / f"{fingerprint(Path(__file__).parent, *files)}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):
        return np.load(kept)
    found = union(shingles_of([path.read_text(encoding="utf-8")]) for path in files)
    with contextlib.suppress(OSError), scratch_folder(kept.parent) as folder:
        np.save(folder / kept.name, found)
        os.replace(folder / kept.name, kept)
    return found


def submitted(course, slug, student):
    """Read the code that a student handed in, also under another name; nothing where it cannot be read."""
    from cnnlab.grading.reading.finding import find_submission
    from cnnlab.grading.reading.parsing import Unreadable

    expected = course.notebook("submitted", slug, student)
    try:
        return code_of(find_submission(expected.parent, expected.name).data)
    except Unreadable:
        return []


def code_of(data):
    """Read the code cells of a notebook's bytes."""
    from cnnlab.grading.reading import read_notebook

    return [cell["source"] for cell in read_notebook(data)["cells"] if cell["cell_type"] == "code"]


def pairs(sources, *, given=(), shingles=(), least=LEAST, common=COMMON):
    r"""Compare every submission with every other.

    Parameters
    ----------
    sources : dict
        A list of cells by student.
    given : iterable of str
        Code that everybody has.
    shingles : array
        Of more of it.
    least, common : float
        As in `similar`.

    Returns
    -------
    list of Pair

    Raises
    ------
    ValueError
        For a share or a part that is not between 0 and 1.

    Examples
    --------
    A polynomial, and the same one of another variable; a word is a name, a number, a sign or `def`:

    >>> ada = "def p(x):\n    return " + " + ".join(f"{n} * x**{n}" for n in range(20))
    >>> bob = ada.replace("x", "variable")
    >>> pairs({"ada": [ada], "bob": [bob]})
    [Pair(a='ada', b='bob', share=1.0, tokens=124, where=('p',))]
    """
    for name, value in (("least", least), ("common", common)):
        if not 0 < value <= 1:
            raise ValueError(f"{name} is {value:g}, but it is a part of a whole: above 0, at most 1")
    everybodys = union([np.asarray(shingles, np.uint64), *(shingles_of([code]) for code in given)])
    own = {student: without(shingles_of(cells), everybodys) for student, cells in sources.items()}
    rare = leave_out_what_is_common(own, max(FEW, common * len(own)))
    found = []
    for a, b, share in alike(rare, least)[:MOST_PAIRS]:
        where = covered(sources[a], np.intersect1d(rare[a], rare[b]))
        found.append(Pair(a, b, share, where.total(), tuple(name for name, _ in where.most_common())))
    return found


def leave_out_what_is_common(own, most):
    """Keep of each submission's shingles those that at most so many submissions have."""
    known, counts = np.unique(end_to_end(own.values()), return_counts=True)
    everybodys = known[counts > most]
    return {student: without(mine, everybodys) for student, mine in own.items()}


def without(mine, others):
    """Leave out what is among others, where both hold each shingle once, in order."""
    return np.setdiff1d(mine, others, assume_unique=True)


def alike(rare, least):
    """List who shares how much, where it is enough, most first: all pairs at once, as one sparse product."""
    from scipy.sparse import csr_array, triu

    students, sizes = sorted(rare), np.array([len(rare[student]) for student in sorted(rare)], int)
    known, columns = np.unique(end_to_end(rare[student] for student in students), return_inverse=True)
    rows = np.concatenate([[0], np.cumsum(sizes)])
    has = csr_array((np.ones(len(columns), np.int32), columns, rows), (len(students), len(known)))
    shared = triu(has @ has.T, k=1).tocoo()
    shares = shared.data / np.minimum(sizes[shared.row], sizes[shared.col])
    (enough,) = np.nonzero((shares >= least) & (shared.data >= FEWEST))
    found = zip(shared.row[enough], shared.col[enough], shares[enough].tolist(), strict=True)
    order = sorted(found, key=lambda one: (-one[2], one[0], one[1]))
    return [(students[a], students[b], share) for a, b, share in order]
