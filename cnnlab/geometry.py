"""How big is the output? Sizes, strides, padding and dilation, by counting where a window can start."""

import math
import operator
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

__all__ = ["as_float", "output_size", "receptive_field", "resolve_padding"]


class Way(NamedTuple):
    """One window's way over one grid: everything an int per axis, the padding a pair per axis."""

    spatial: tuple
    kernel_size: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    out: tuple


class Geometry(Way):
    """One window's way, and what follows from it: found once, for all passes over such a grid."""

    @cached_property
    def padded(self):
        """The input's sizes with its rim of padding."""
        return tuple(
            [n + before + after for n, (before, after) in zip(self.spatial, self.padding, strict=True)]
        )

    @cached_property
    def interior(self):
        """The slices that cut the input out of its padded array."""
        return tuple(
            slice(before, before + n) for n, (before, _) in zip(self.spatial, self.padding, strict=True)
        )


def output_size(spatial, kernel_size, *, stride=1, padding=0, dilation=1):
    """Count the places where a window fits: floor((n + before + after - extent) / stride) + 1 an axis.

    Before and after are the padding's cells on its two sides. The extent of a kernel of k taps is
    ``dilation * (k - 1) + 1``: the entries from its first tap to its last.

    Parameters
    ----------
    spatial : int or tuple of int
        Sizes of the input, one per axis; an int is a signal of one axis.
    kernel_size, stride, dilation : int or tuple of int
        An int for all axes, or one int per axis; at least 1.
    padding : int, tuple of int, tuple of pairs, or {"valid", "same", "full"}
        Cells added on both sides of every axis, see `resolve_padding`.

    Returns
    -------
    tuple of int
        Sizes of the output, one per axis.

    Raises
    ------
    ValueError
        Where a window is longer than the padded input, or an argument breaks its rule.

    References
    ----------
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning.

    Examples
    --------
    Windows of 3 that start at 0, 2 and 4 fit into 7 entries, and into 8 as well:

    >>> output_size(7, 3, stride=2), output_size(8, 3, stride=2)
    ((3,), (3,))
    >>> output_size((28, 28), 5, padding="same")
    (28, 28)
    """
    return resolve(spatial, kernel_size, stride=stride, padding=padding, dilation=dilation).out


def resolve_padding(spatial, kernel_size, padding, *, stride=1, dilation=1):
    """Say padding in cells: one ``(before, after)`` pair per axis.

    Parameters
    ----------
    spatial, kernel_size, stride, dilation : int or tuple of int
        As in `output_size`.
    padding : int, tuple of int, tuple of pairs, or str
        A number of cells on both sides, for all axes or per axis; one ``(before, after)`` pair per axis, in
        one dimension ``((1, 2),)``; or ``"valid"`` (none), ``"same"`` (the output has ceil(n / stride)
        entries, with the least padding, an odd cell after) or ``"full"`` (extent - 1 on both sides: every
        window that touches the input).

    Returns
    -------
    tuple of (int, int)

    Raises
    ------
    ValueError
        Where an argument breaks its rule.

    Examples
    --------
    >>> resolve_padding((7, 8), (3, 4), "same")
    ((1, 1), (1, 2))
    >>> resolve_padding(5, 3, "full", dilation=2)
    ((4, 4),)
    """
    spatial = sizes("spatial", spatial, minimum=0)
    return rims(spatial, padding, *spelt_out(len(spatial), kernel_size, stride, dilation))


def receptive_field(layers):
    """Ask how much of the input one entry of the last feature map can see.

    Each layer widens the field by its extent less one, counted in steps of the jump so far: the distance in
    the input between two neighbours of the current map, which every stride multiplies.

    Parameters
    ----------
    layers : sequence of (kernel_size, stride, padding, dilation)
        From the input on; ints, or one int per axis; paddings also one ``(before, after)`` pair per axis.

    Returns
    -------
    size, jump, start : tuple of int
        Per axis: entries seen, distance between neighbouring fields, index where the first field starts
        (negative: in the padding).

    Raises
    ------
    ValueError
        Where an entry breaks its rule, or layers differ in their number of axes.

    Examples
    --------
    Two layers of 3 taps see 5 entries; with a stride of 2 in the first, 7:

    >>> receptive_field([(3, 1, 1, 1), (3, 1, 1, 1)])
    ((5,), (1,), (-2,))
    >>> receptive_field([(3, 2, 0, 1), (3, 1, 0, 1)])
    ((7,), (2,), (0,))
    """
    layers = [tuple(map(plain, layer)) for layer in layers]
    for number, layer in enumerate(layers):
        if len(layer) != 4:
            rule = "it must be (kernel_size, stride, padding, dilation)"
            raise ValueError(f"layer {number} is {layer}, but {rule}")
    axes = axes_of(*(value for layer in layers for value in layer))
    size, jump, start = [1] * axes, [1] * axes, [0] * axes
    for kernel_size, stride, padding, dilation in layers:
        kernel_size, stride, dilation = spelt_out(axes, kernel_size, stride, dilation)
        pairs = padding_pairs(padding, axes)
        for a in range(axes):
            size[a] += (extent(kernel_size[a], dilation[a]) - 1) * jump[a]
            start[a] -= pairs[a][0] * jump[a]
            jump[a] *= stride[a]
    return tuple(size), tuple(jump), tuple(start)


def resolve(spatial, kernel_size, *, stride=1, padding=0, dilation=1):
    """Check a geometry and spell it out, an int per axis: the first line of every convolution."""
    spatial = sizes("spatial", spatial, minimum=0)
    kernel_size, stride, dilation = spelt_out(len(spatial), kernel_size, stride, dilation)
    padding = rims(spatial, padding, kernel_size, stride, dilation)
    return place(spatial, kernel_size, stride, padding, dilation)


@lru_cache(1024)
def place(spatial, kernel_size, stride, padding, dilation):
    """Count the places of a window that is spelt out; the same one is the same object each time."""
    room = [
        n + before + after - extent(k, d)
        for n, k, (before, after), d in zip(spatial, kernel_size, padding, dilation, strict=True)
    ]
    if min(room) < 0:
        raise too_short(room, spatial, kernel_size, padding, dilation)
    out = tuple([cells // s + 1 for cells, s in zip(room, stride, strict=True)])
    return Geometry(spatial, kernel_size, stride, padding, dilation, out)


def spelt_out(axes, kernel_size, stride, dilation):
    """Spell out a window's geometry, an int per axis."""
    return (
        per_axis("kernel_size", kernel_size, axes, minimum=1),
        per_axis("stride", stride, axes, minimum=1),
        per_axis("dilation", dilation, axes, minimum=1),
    )


def axes_of(*values):
    """Count the axes of which geometry arguments speak: the first that is no int says it, else it is one."""
    return next((len(v) for v in map(plain, values) if isinstance(v, (tuple, list))), 1)


def rims(spatial, padding, kernel_size, stride, dilation):
    """Spell out a padding, a pair per axis, for a window that is spelt out."""
    if not isinstance(padding, str):
        return padding_pairs(padding, len(spatial))
    if padding == "valid":
        return ((0, 0),) * len(spatial)
    extents = [extent(k, d) for k, d in zip(kernel_size, dilation, strict=True)]
    if padding == "full":
        return tuple((e - 1, e - 1) for e in extents)
    if padding == "same":
        short = [
            max((-(-n // s) - 1) * s + e - n, 0) for n, s, e in zip(spatial, stride, extents, strict=True)
        ]
        return tuple((cells // 2, cells - cells // 2) for cells in short)
    raise ValueError(f'padding is "{padding}", but the words it knows are "valid", "same" and "full"')


def too_short(room, spatial, kernel_size, padding, dilation):
    """Say on which axis a kernel is longer than the padded input."""
    axis = next(a for a, cells in enumerate(room) if cells < 0)
    n, k, (before, after), d = spatial[axis], kernel_size[axis], padding[axis], dilation[axis]
    cells = f"2*{before}" if before == after else f"{before} + {after}"
    return ValueError(
        f"a kernel of size {k} with dilation {d} spans {extent(k, d)} entries, but the padded input "
        f"has {n} + {cells} = {n + before + after}" + (f" (spatial axis {axis})" if len(spatial) > 1 else "")
    )


def extent(kernel_size, dilation):
    """Count the entries from a kernel's first tap to its last."""
    return dilation * (kernel_size - 1) + 1


def padding_pairs(padding, axes):
    """Read a padding of ints or pairs as one (before, after) pair per axis."""
    if type(padding) is int and padding >= 0:  # the common case, soon done
        return ((padding, padding),) * axes
    padding = plain(padding)
    if isinstance(padding, str):
        raise ValueError(f'padding is "{padding}", but here it must be numbers of cells')
    if isinstance(padding, (tuple, list)) and any(isinstance(p, (tuple, list)) for p in padding):
        if len(padding) != axes or not all(isinstance(p, (tuple, list)) and len(p) == 2 for p in padding):
            raise ValueError(
                f"padding is {padding!r}, but pairs must be one (before, after) for each of {axes} axes"
            )
        return tuple(per_axis("padding", pair, 2, minimum=0) for pair in padding)
    hint = "; a pair (before, after) on one axis is written ((before, after),)" if axes == 1 else ""
    return tuple((p, p) for p in per_axis("padding", padding, axes, minimum=0, hint=hint))


def per_axis(name, value, axes, *, minimum, hint=""):
    """Read an int, or one int per axis, as a tuple of Python ints."""
    if type(value) is int and value >= minimum:  # the common case, soon done
        return (value,) * axes
    numbers = sizes(name, value, minimum=minimum)
    if not isinstance(plain(value), (tuple, list)):
        return numbers * axes
    if len(numbers) != axes:
        raise ValueError(f"{name} is {value!r}: {len(numbers)} entries for {axes} spatial axes{hint}")
    return numbers


def sizes(name, value, *, minimum):
    """Read an int or a tuple of ints as a tuple of Python ints, none below the minimum."""
    if type(value) is int and value >= minimum:
        return (value,)
    if type(value) is tuple and set(map(type, value)) == {int} and min(value) >= minimum:
        return value  # the common case, soon done
    value = plain(value)
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if not all(hasattr(v, "__index__") and not isinstance(v, (bool, np.bool_)) for v in values):
        raise ValueError(f"{name} is {value!r}, but it must be an int or one int per axis")
    if any(v < minimum for v in values):
        raise ValueError(f"{name} is {value!r}, but it must be at least {minimum} on every axis")
    return tuple(operator.index(v) for v in values)


def plain(value):
    """Read a geometry given as an array as lists and ints; leave everything else as it is."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def as_float(name, array):
    """Read an argument as an array of floats: integers and booleans become float64, the rest stays as it is.

    Parameters
    ----------
    name : str
        The argument's name, for the error.
    array : array_like
        Numbers; complex ones pass through. The memory order is kept, and nothing is copied that need not be.

    Returns
    -------
    ndarray

    Raises
    ------
    TypeError
        For what does not hold numbers.

    Examples
    --------
    >>> as_float("x", [1, 2]).dtype
    dtype('float64')
    """
    try:
        array = np.asarray(array)
    except ValueError:
        raise TypeError(f"{name} must be an array of numbers, but its rows have different lengths") from None
    if array.dtype.kind not in "biufc":
        raise TypeError(f"{name} must be an array of numbers, but its dtype is {array.dtype}")
    return array.astype(np.float64) if array.dtype.kind in "biu" else array


def as_real(name, array):
    """Read an argument as an array of real floats."""
    array = as_float(name, array)
    if np.iscomplexobj(array):
        raise TypeError(f"{name} must be an array of real numbers, but its dtype is {array.dtype}")
    return array


def check_images(name, x):
    """Hold that an array is (N, C, *spatial) with at least one spatial axis."""
    if x.ndim < 3:
        raise ValueError(
            f"{name} has shape {x.shape}: {x.ndim} axes, but (N, C, *spatial) needs a batch axis, "
            "a channel axis and at least one spatial axis"
        )


def check_kernel(weight):
    """Hold that an array is a kernel with at least one spatial axis."""
    if weight.ndim < 3:
        raise ValueError(
            f"weight has shape {weight.shape}: {weight.ndim} axes, but (C_out, C_in / groups, *kernel_size) "
            "has at least one spatial axis"
        )


def check_upstream(dy, expected):
    """Hold that an upstream gradient has the shape of the output that it is the gradient of."""
    if dy.shape != expected:
        raise ValueError(f"dy has shape {dy.shape}, but the output of the forward pass has shape {expected}")


def count(shape):
    """Multiply sizes as Python ints, which never overflow."""
    return math.prod(shape)
