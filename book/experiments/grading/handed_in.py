"""What a class hands in to exercise 8: a hundred notebooks, and as many again for as long as more are wanted.

A little more than half are right, in three ways of writing and in mixtures of them. A third has one of eight
mistakes, four each; the rest has a colon too few, is half written, or as it was handed out.
"""

import copy
import itertools
import json

from cnnlab.grading.files import replace_text
from solutions.sample_class import (
    AVERAGED,
    EINSUM,
    FLIPPED,
    LOOPS,
    MATRIX_PRODUCT,
    NEVER_ENDS,
    SLUG,
    WITHOUT_COLON,
    WITHOUT_STRIDE,
    loops_but,
)

BIAS, WEIGHT, INPUT = LOOPS
WITHOUT_DILATION = {name: text.replace("np.multiply(tap, dilation)", "tap") for name, text in LOOPS.items()}
MISTAKES = {
    "averaged over the batch": AVERAGED,
    "kernel flipped": FLIPPED,
    "stride forgotten": WITHOUT_STRIDE,
    "dilation forgotten": WITHOUT_DILATION,
    "first filter only": loops_but(
        INPUT, "@ weight[filters, :, *tap]", "[:, :1] @ weight[filters, :, *tap][:1]"
    ),
    "not cropped": loops_but(INPUT, "slice(before, size - after)", "slice(before, size)"),
    "return forgotten": loops_but(WEIGHT, "    return dweight", "    dweight"),
    "name misspelt": loops_but(INPUT, "return dpadded[", "return d_padded["),
}
UNFINISHED = {"colon forgotten": WITHOUT_COLON, "half written": {BIAS: LOOPS[BIAS]}, "untouched": {}}
ENDLESS = "-endless"  # ends the id of whose loop does not
COUNTS = {"right": 56, **dict.fromkeys(MISTAKES, 4), **dict.fromkeys(UNFINISHED, 4)}  # in a hundred


def right_answers():
    """Mix the three ways of writing: a way for each of the three functions, one after the other for ever."""
    for ways in itertools.cycle(itertools.product((LOOPS, MATRIX_PRODUCT, EINSUM), repeat=3)):
        cells = dict(zip(LOOPS, (way[name] for name, way in zip(LOOPS, ways, strict=True)), strict=True))
        for way, helper in ((MATRIX_PRODUCT, "read_by_each_tap"), (EINSUM, "under")):
            if cells[INPUT] == way[INPUT] and cells[WEIGHT] != way[WEIGHT]:  # the helper stands with dweight
                start = way[WEIGHT].index(f"def {helper}")
                cells[INPUT] = way[WEIGHT][start : way[WEIGHT].index("def conv_backward_weight")] + way[INPUT]
        yield cells


def answers():
    """List the cells of a hundred students, mixed so that no stretch of them is harder than another."""
    wrong = [cells for kind, cells in (MISTAKES | UNFINISHED).items() for _ in range(COUNTS[kind])]
    right = list(itertools.islice(right_answers(), COUNTS["right"]))
    every = [*right, *wrong]
    return [every[37 * number % len(every)] for number in range(len(every))]


def notebook(released, cells, mark):
    """Write one student's answers into the released notebook, with a line that nobody else has."""
    filled = copy.deepcopy(released)
    for cell in filled["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in cells:
            cell["source"] = f"{cells[name].strip()}\n# {mark}"
    return json.dumps(filled, indent=1, ensure_ascii=False) + "\n"


def hand_in(course, count, *, endless=False):
    """Put so many submissions where a course expects them.

    Parameters
    ----------
    course : cnnlab.grading.course.Course
        In which the exercise is released.
    count : int
    endless : bool
        Whether a function of the one in the middle never ends.
    """
    released = json.loads(course.notebook("exercises", SLUG).read_text(encoding="utf-8"))
    for number, cells in zip(range(count), itertools.cycle(answers()), strict=False):
        student = f"student{number:05}"
        if endless and number == count // 2:
            cells, student = {**LOOPS, INPUT: NEVER_ENDS}, student + ENDLESS
        replace_text(course.notebook("submitted", SLUG, student), notebook(released, cells, f"by {student}"))
