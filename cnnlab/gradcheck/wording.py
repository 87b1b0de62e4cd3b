"""Numbers, axes and regions in words, for what a gradient check reports."""

import itertools
import math

import numpy as np

NOUNS = {"batch": "images", "channels": "channels"}


def role_in(shape):
    """Say what lies along each axis of an array of images such as y: "batch", "channels" or "cells"."""
    return lambda axis: "batch" if axis == 0 and len(shape) > 1 else "channels" if axis == 1 else "cells"


def axes_in_words(axes, role=None):
    """Name axes: "axis 2", "axes 2 and 3"; with the role of each, "axis 0 (images)"."""
    nouns = [NOUNS.get(role(a) if role else None) for a in axes]
    axes = [f"{a} ({noun})" if noun else str(a) for a, noun in zip(axes, nouns, strict=True)]
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(axes[:-1])} and {axes[-1]}"


def apart(a, b):
    """Write two numbers with as many digits as show their difference, six at least."""
    for digits in range(6, 18):
        words = f"{a + 0:.{digits}g}", f"{b + 0:.{digits}g}"  # + 0: never "-0"
        if words[0] != words[1]:
            break
    return words


def box(name, mask):
    """Say where the marks of a mask lie if that is half the array at most: "dx[:, 0, 5:7]"; else nothing."""
    size = 1
    ranges = []
    for axis, n in enumerate(mask.shape):
        marked = np.flatnonzero(mask.any(axis=tuple(a for a in range(mask.ndim) if a != axis)))
        first, last = marked[0], marked[-1] + 1
        size *= last - first
        ranges.append(":" if last - first == n else str(first) if last - first == 1 else f"{first}:{last}")
    return f"{name}[{', '.join(ranges)}]" if 2 * size <= mask.size else ""


def blank(mask):
    """Say along which axes whole slices are marked: "5 and 6 of axis 2"; nothing if there are none."""
    words = []
    for axis in range(mask.ndim):
        slices = np.flatnonzero(mask.all(axis=tuple(a for a in range(mask.ndim) if a != axis)))
        if 0 < len(slices) < mask.shape[axis]:
            words.append(f"{listed(slices)} of axis {axis}")
    return ", at ".join(words)


def listed(numbers):
    """List some numbers, the first eight of many."""
    numbers = [str(int(i)) for i in numbers]
    if len(numbers) == 1:
        return numbers[0]
    return (
        ", ".join([*numbers[:8], "..."])
        if len(numbers) > 8
        else f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    )


def constant(factor, y_shape, shape):
    """Say what a wrong factor may come from: axes whose lengths multiply to it, or a plain ratio."""
    from fractions import Fraction  # here, for it takes two milliseconds of `import cnnlab`

    upside = abs(factor) < 1
    ratio = Fraction(1 / factor if upside else factor).limit_denominator(1000)
    if not math.isclose(ratio, 1 / factor if upside else factor, rel_tol=1e-9):
        return ""
    said = f" That is {1 / ratio}." if upside else ""
    for whose, sizes, role in (("y", y_shape, role_in(y_shape)), ("its own", shape, None)):
        axes = product_of(abs(ratio), sizes)
        if axes:
            lengths = " * ".join(str(sizes[a]) for a in axes)
            are = f"{abs(ratio)} = {lengths} are the lengths" if len(axes) > 1 else f"{lengths} is the length"
            of = axes_in_words(axes, role) + (" of y" if whose == "y" else " of the array itself")
            advice = "a mean taken where a sum" if upside else "a sum taken where a mean"
            return f"{said} {are} of {of}: is {advice} belongs?"
    return said


def product_of(k, sizes):
    """Find the fewest axes whose lengths multiply to k; none for 1."""
    axes = [a for a, n in enumerate(sizes) if n > 1]
    for some in range(1, len(axes) + 1):
        for chosen in itertools.combinations(axes, some):
            if math.prod(sizes[a] for a in chosen) == k:
                return chosen
    return ()
