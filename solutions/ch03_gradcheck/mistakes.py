"""Named wrong answers to exercise 3: each was really given by somebody. Instructors only."""

import numpy as np

from cnnlab.checks import Mistakes

MISTAKES = Mistakes()


def nudged(x, index, by):
    """Add to one entry of a copy."""
    moved = x.copy()
    moved[index] += by
    return moved


def slopes(f, x, h, quotient):
    """Fill an array with one quotient for each entry; a step of one's own may depend on the entry."""
    x = x * 1.0
    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        step = h(x[index]) if callable(h) else h
        gradient[index] = quotient(lambda by, index=index: f(nudged(x, index, by)), step)
    return gradient


def beside(power):
    """Make the step that the chapter derives: a power of the machine epsilon, longer for large entries."""
    return lambda entry: np.finfo(float).eps ** power * max(1, abs(entry))


def central(f, x, h):
    """Measure slopes as they should be."""
    return slopes(f, x, h, lambda at, h: (at(h) - at(-h)) / (2 * h))


LARGE = (
    "right for parabolas, off for cubics. Which term of the Taylor series does your step no longer keep "
    "small?"
)


def too_large(h):
    """Make a way of the mistake: a step of one's own that is cautious."""

    def slopes_with_a_cautious_step(f, x, *, step=None):
        return central(f, x, h if step is None else step)

    MISTAKES("fd-h-too-large", LARGE, of="numerical_gradient", breaks="numerical")(
        slopes_with_a_cautious_step
    )


for cautious in (0.1, 0.01, 1e-3):
    too_large(cautious)

ONE_SIDED = (
    "an error that shrinks like h, where the contract asks for h squared. What would looking in both "
    "directions cancel?"
)


def one_sided(h):
    """Make a way of the mistake: ahead alone."""

    def slopes_from_one_side(f, x, *, step=None):
        return slopes(f, x, step or h, lambda at, h: (at(h) - at(0)) / h)

    MISTAKES("fd-one-sided", ONE_SIDED, of="numerical_gradient", breaks="numerical")(slopes_from_one_side)


for short in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, beside(1 / 3), beside(1 / 2), np.finfo(float).eps ** 0.5):
    one_sided(short)


@MISTAKES(
    "fd-forgets-half",
    "twice the slope. How far apart are the two places at which you measure?",
    of="numerical_gradient",
    breaks="numerical",
)
def divides_by_one_step(f, x, *, step=None):
    return slopes(f, x, step or beside(1 / 3), lambda at, h: (at(h) - at(-h)) / h)


@MISTAKES(
    "fd-whole-result",
    "slopes without their fractions, where x holds whole numbers. Of what type is the array that you fill?",
    of="numerical_gradient",
    breaks="numerical",
)
def fills_an_array_like_x(f, x, *, step=None):
    return central(f, x, step or beside(1 / 3)).astype(x.dtype)


WHOLE = (
    "thousands, or nothing, for whole numbers in x. Print the array right after adding your step: did the "
    "step survive?"
)


def in_the_array_itself(h):
    """Make a way of the mistake: the step is added to an array of integers."""

    def slopes_of_an_array_of_integers(f, x, *, step=None):
        gradient = np.zeros(x.shape)
        for index in np.ndindex(*x.shape):
            h_used = step or (h(x[index]) if callable(h) else h)
            ahead, behind = x.copy(), x.copy()
            ahead[index] = x[index] + h_used
            behind[index] = x[index] - h_used
            gradient[index] = (f(ahead) - f(behind)) / (2 * h_used)
        return gradient

    MISTAKES("fd-integer-array", WHOLE, of="numerical_gradient", breaks="numerical")(
        slopes_of_an_array_of_integers
    )


for length in (1e-4, 1e-5, 1e-6, beside(1 / 3)):
    in_the_array_itself(length)


def aside(f, x, step, read):
    """Fill an array with what is read off f beside the real line."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        gradient[index] = read(nudged(x.astype(complex), index, 1j * step))
    return gradient


@MISTAKES(
    "complex-takes-real",
    "a derivative that equals the function's value. In which part of f(x+ih) does the slope hide?",
    of="complex_step_gradient",
    breaks="complex",
)
def reads_the_real_part(f, x, *, step=1e-30):
    return aside(f, x, step, lambda z: np.real(f(z)))


@MISTAKES(
    "complex-forgets-h",
    "slopes of about 1e-30. Which small number is still in them?",
    of="complex_step_gradient",
    breaks="complex",
)
def leaves_the_step_in(f, x, *, step=1e-30):
    return aside(f, x, step, lambda z: np.imag(f(z)))


@MISTAKES(
    "complex-cast-to-float",
    "slopes of zero everywhere. Was the imaginary step put in, was it kept on the way, and is what it leaves "
    "behind written into the result?",
    of="complex_step_gradient",
    breaks="complex",
    degenerate=True,
)
def casts_the_step_away(f, x, *, step=1e-30):
    return aside(f, x, step, lambda z: np.imag(f(z.astype(float))) / step)


def alike(a, b):
    """Whether two gradients have one shape."""
    return np.shape(a) == np.shape(b)


@MISTAKES(
    "relerr-signed",
    "an error that counts a difference on one side of zero alone. Is a gradient that is far too small right?",
    of="relative_error",
    breaks="relative",
)
def keeps_the_sign(a, b):
    if not alike(a, b):
        return float("inf")
    largest = max(np.abs(a).max(), np.abs(b).max())
    return float(np.max(a - b) / largest) if largest else 0.0


@MISTAKES("relerr-signed", of="relative_error")
def keeps_the_sign_of_the_other(a, b):
    return keeps_the_sign(b, a)


@MISTAKES(
    "relerr-zero-over-zero",
    "nan for two gradients that are both exactly zero. What should it be?",
    of="relative_error",
    breaks="relative",
)
def divides_zero_by_zero(a, b):
    if not alike(a, b):
        return float("inf")
    with np.errstate(all="ignore"):
        return float(np.abs(a - b).max() / np.maximum(np.abs(a).max(), np.abs(b).max()))


def divide_by_one(first):
    """Make a way of the mistake: one of the two is taken for the truth."""

    def measures_by_one_of_them(a, b):
        if not alike(a, b):
            return float("inf")
        difference, size = np.abs(a - b).max(), np.abs(a if first else b).max()
        with np.errstate(all="ignore"):
            return float(difference / size) if difference else 0.0

    MISTAKES(
        "relerr-divides-by-analytic",
        "a distance that changes when the two arguments are exchanged. Should it?",
        of="relative_error",
        breaks="relative",
    )(measures_by_one_of_them)


divide_by_one(True)
divide_by_one(False)


@MISTAKES(
    "relerr-sum-below",
    "an error that is too small where neither gradient is zero. What stands below: the larger of the two "
    "sizes, or both together?",
    of="relative_error",
    breaks="relative",
)
def adds_both_sizes_below(a, b):
    if not alike(a, b):
        return float("inf")
    difference = np.abs(a - b).max()
    return float(difference / (np.abs(a).max() + np.abs(b).max())) if difference else 0.0


def entry_by_entry(below):
    """Make a way of the mistake: each difference is measured by its own entries."""

    def measures_each_entry_by_itself(a, b):
        if not alike(a, b):
            return float("inf")
        sizes = below(np.abs(a), np.abs(b))
        with np.errstate(all="ignore"):
            return float(np.where(a == b, 0, np.abs(a - b) / sizes).max())

    MISTAKES(
        "relerr-entry-by-entry",
        "a large error because of one small entry. By what is each difference measured: by the entry itself, "
        "or by the largest of all?",
        of="relative_error",
        breaks="relative",
    )(measures_each_entry_by_itself)


entry_by_entry(np.maximum)
entry_by_entry(np.add)
for floor in (1e-8, 1e-12):
    entry_by_entry(lambda a, b, floor=floor: np.maximum(floor, a + b))
    entry_by_entry(lambda a, b, floor=floor: np.maximum(floor, np.maximum(a, b)))


@MISTAKES(
    "relerr-shape-broadcast",
    "shapes that differ, of which NumPy stretched one to fit. Should a gradient of another shape ever pass?",
    of="relative_error",
    breaks="relative",
)
def lets_numpy_stretch(a, b):
    difference, largest = np.abs(a - b).max(), max(np.abs(a).max(), np.abs(b).max())
    return float(difference / largest) if difference else 0.0


def gradients(layer, x, rng):
    """Yield what a layer claims and what is measured, array by array."""
    dy = rng.standard_normal(layer.forward(x).shape)
    dx, claimed = layer.backward(dy), {name: np.array(g) for name, g in layer.gradients.items()}
    yield dx, central(lambda moved: np.sum(layer.forward(moved) * dy), x, 1e-5)
    for name, value in layer.parameters.items():

        def loss(moved, name=name):
            before = layer.parameters[name]
            layer.parameters[name] = moved
            total = np.sum(layer.forward(x) * dy)
            layer.parameters[name] = before
            return total

        yield claimed[name], central(loss, value, 1e-5)


def deviation(a, b):
    """The largest difference by the largest entry."""
    return np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max())


@MISTAKES(
    "check-loose-tolerance",
    "a gradient 10 per cent too large that passed. What error would a right implementation have in double "
    "precision?",
    of="check_layer",
    breaks="detective",
)
def is_content_with_half(layer, x, rng):
    return max(deviation(*pair) for pair in gradients(layer, x, rng)) < 0.5


@MISTAKES("check-loose-tolerance", of="check_layer")
def is_content_with_a_fifth(layer, x, rng):
    return max(deviation(*pair) for pair in gradients(layer, x, rng)) < 0.2


@MISTAKES(
    "check-norms-only",
    "a gradient pointing the opposite way that passed. Does equal length mean equal direction?",
    of="check_layer",
    breaks="detective",
)
def compares_lengths(layer, x, rng):
    lengths = [[np.linalg.norm(g) for g in pair] for pair in gradients(layer, x, rng)]
    return max(abs(a - b) / max(a, b) for a, b in lengths) < 1e-6
