"""Ten answers to exercise 8, each with the points it must get: the class that `make demo` grades.

An answer replaces the stub cells of the released notebook. Its names are those of that notebook's first cell.
"""

import copy
import inspect
import json
from dataclasses import dataclass, field

from cnnlab import naive
from cnnlab.grading.files import replace_text

SLUG = "ch08_conv_backward"
LOOPS = {
    name: inspect.getsource(getattr(naive, name))
    for name in ("conv_backward_bias", "conv_backward_weight", "conv_backward_input")
}


@dataclass(frozen=True)
class Answer:
    """What one student hands in.

    Parameters
    ----------
    student : str
        Says what is special about the answer.
    earns : int
        Out of 14.
    cells : dict
        Source by grade id of the stub cell that it replaces.
    loses : frozenset
        The capabilities without points.
    twice : str
        The grade id of a cell that is pasted once more.
    """

    student: str
    earns: int
    cells: dict = field(default_factory=dict)
    loses: frozenset = frozenset()
    twice: str = ""


def loops_but(function, right, instead):
    """Take the loops, with one thing in one of them done in another way."""
    assert right in LOOPS[function], f"{function} no longer says {right}"
    return {**LOOPS, function: LOOPS[function].replace(right, instead)}


MATRIX_PRODUCT = {
    "conv_backward_bias": """
def conv_backward_bias(dy):
    places = int(np.prod(dy.shape[2:]))
    dY = np.moveaxis(dy, 1, 0).reshape(dy.shape[1], len(dy) * places)
    return dY @ np.ones(len(dy) * places)
""",
    "conv_backward_weight": """
def read_by_each_tap(out, kernel_size, sizes, stride, dilation):
    # Flat indices into the padded picture: one row a tap, one column a place.
    axes = len(sizes)
    taps = np.indices(kernel_size).reshape(axes, -1, 1) * np.reshape(dilation, (-1, 1, 1))
    starts = np.indices(out).reshape(axes, 1, -1) * np.reshape(stride, (-1, 1, 1))
    return np.ravel_multi_index(tuple(taps + starts), sizes)


def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    rim = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    padded = np.pad(x, ((0, 0), (0, 0), *rim))
    read = read_by_each_tap(dy.shape[2:], kernel_size, padded.shape[2:], stride, dilation)
    taps, places = read.shape
    N, C, F = len(x), x.shape[1] // groups, dy.shape[1] // groups
    columns = padded.reshape(N, groups, C, int(np.prod(padded.shape[2:])))[..., read]
    X = columns.transpose(1, 2, 3, 0, 4).reshape(groups, C * taps, N * places)
    dY = dy.reshape(N, groups, F, places).transpose(1, 2, 0, 3).reshape(groups, F, N * places)
    return (dY @ X.transpose(0, 2, 1)).reshape(groups * F, C, *kernel_size)
""",
    "conv_backward_input": """
def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    kernel_size = weight.shape[2:]
    rim = resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)
    sizes = [n + before + after for n, (before, after) in zip(spatial, rim)]
    read = read_by_each_tap(dy.shape[2:], kernel_size, sizes, stride, dilation)
    taps, places = read.shape
    N, F, C = len(dy), len(weight) // groups, weight.shape[1]
    W = weight.reshape(groups, F, C * taps)
    dcolumns = W.transpose(0, 2, 1) @ dy.reshape(N, groups, F, places)
    dpadded = np.zeros((N, groups * C, np.prod(sizes)))
    np.add.at(dpadded, (slice(None), slice(None), read), dcolumns.reshape(N, groups * C, taps, places))
    inside = [slice(before, before + n) for n, (before, after) in zip(spatial, rim)]
    return dpadded.reshape(N, groups * C, *sizes)[(slice(None), slice(None), *inside)]
""",
}

EINSUM = {
    "conv_backward_bias": """
def conv_backward_bias(dy):
    return np.einsum("nfp->f", dy.reshape(*dy.shape[:2], int(np.prod(dy.shape[2:]))))
""",
    "conv_backward_weight": """
def under(tap, out, stride, dilation):
    # What one tap reads in the padded picture, as one slice an axis.
    starts = np.multiply(tap, dilation)
    steps = np.broadcast_to(stride, len(out))
    return tuple(slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(starts, out, steps))


def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    rim = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    padded = np.pad(x, ((0, 0), (0, 0), *rim))
    padded = padded.reshape(len(x), groups, x.shape[1] // groups, *padded.shape[2:])
    out, places = dy.shape[2:], int(np.prod(dy.shape[2:]))
    dy = dy.reshape(len(dy), groups, dy.shape[1] // groups, places)
    dweight = np.zeros((groups, dy.shape[2], padded.shape[2], *kernel_size))
    for tap in np.ndindex(*kernel_size):
        read = padded[(..., *under(tap, out, stride, dilation))]
        dweight[(..., *tap)] = np.einsum("ngfp,ngcp->gfc", dy, read.reshape(*read.shape[:3], places))
    return dweight.reshape(groups * dy.shape[2], *dweight.shape[2:])
""",
    "conv_backward_input": """
def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    rim = resolve_padding(spatial, weight.shape[2:], padding, stride=stride, dilation=dilation)
    sizes = [n + before + after for n, (before, after) in zip(spatial, rim)]
    dy = dy.reshape(len(dy), groups, len(weight) // groups, *dy.shape[2:])
    weight = weight.reshape(groups, len(weight) // groups, *weight.shape[1:])
    dpadded = np.zeros((len(dy), groups, weight.shape[2], *sizes))
    for tap in np.ndindex(*weight.shape[3:]):
        read = dpadded[(..., *under(tap, dy.shape[3:], stride, dilation))]
        read += np.einsum("ngf...,gfc->ngc...", dy, weight[(..., *tap)])
    inside = [slice(before, before + n) for n, (before, after) in zip(spatial, rim)]
    return dpadded.reshape(len(dy), groups * weight.shape[2], *sizes)[(..., *inside)]
""",
}

NEVER_ENDS = """
def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    place = 0
    while place < dy.size:
        dx = np.zeros((len(dy), weight.shape[1] * groups, *spatial))
    return dx
"""

AVERAGED = loops_but("conv_backward_weight", "return dweight", "return dweight / len(x)")
FLIPPED = loops_but(
    "conv_backward_input",
    "np.asarray(weight) * 1.0",
    "np.flip(weight, axis=tuple(range(2, weight.ndim)))",
)
WITHOUT_STRIDE = {
    function: source.replace("np.multiply(place, stride)", "np.asarray(place)")
    for function, source in LOOPS.items()
}
WITHOUT_COLON = loops_but("conv_backward_input", "np.ndindex(*kernel_size):", "np.ndindex(*kernel_size)")
WITHOUT_INPUT = frozenset({"input", "padding", "stride", "dilation", "groups", "axes"})

SAMPLE_CLASS = (
    Answer("averaged-over-batch", 11, AVERAGED, loses=frozenset({"weight"})),
    Answer("copied-cells", 14, LOOPS, twice="conv_backward-padding"),
    Answer("einsum", 14, EINSUM),
    Answer("flipped-kernel", 11, FLIPPED, loses=frozenset({"input"})),
    Answer("forgotten-stride", 12, WITHOUT_STRIDE, loses=frozenset({"stride"})),
    Answer("infinite-loop", 4, {**LOOPS, "conv_backward_input": NEVER_ENDS}, loses=WITHOUT_INPUT),
    Answer("loops", 14, LOOPS),
    Answer("matrix-product", 14, MATRIX_PRODUCT),
    Answer("syntax-error", 4, WITHOUT_COLON, loses=WITHOUT_INPUT),
    Answer("untouched", 0, loses=WITHOUT_INPUT | {"bias", "weight"}),
)


def hand_in(course, answers=SAMPLE_CLASS):
    """Write the class's notebooks where submissions are expected, from the released exercise.

    Parameters
    ----------
    course : cnnlab.grading.course.Course
    answers : iterable of Answer
    """
    released = json.loads(course.notebook("exercises", SLUG).read_text(encoding="utf-8"))
    for answer in answers:
        notebook = copy.deepcopy(released)
        by_id = {cell["id"]: cell for cell in notebook["cells"]}
        for grade_id, source in answer.cells.items():
            by_id[grade_id]["source"] = source.strip("\n").splitlines(keepends=True)
        if answer.twice:
            copied = {**copy.deepcopy(by_id[answer.twice]), "id": f"{answer.twice}-copy"}
            notebook["cells"].insert(notebook["cells"].index(by_id[answer.twice]) + 1, copied)
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        replace_text(course.notebook("submitted", SLUG, answer.student), text)
