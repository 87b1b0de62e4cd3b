"""What does a convolution cost, and which way is the fastest? Work is counted, and rates turn it into time.

Multiplications go at the rate of matrix products, bytes at the rate of copies, and calls of NumPy take a time
of their own. That leaves much out: believe factors of two, not of 1.2.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from .conv import conv_geometry
from .fft import circle_sizes
from .geometry import count, sizes

__all__ = ["Rates", "conv_cost", "fastest"]


class Rates(NamedTuple):
    """What one core does in a second: typical values, in float32, to be replaced by measured ones.

    Half of a matrix product's operations are multiplications. Bytes are read and written, within the caches.
    """

    multiplications: float = 5e10
    bytes: float = 4e10
    calls: float = 5e5


class Cost(NamedTuple):
    """What one method needs for a forward pass."""

    method: str
    multiplications: int
    additions: int
    bytes: int
    calls: int
    seconds: float

    def __str__(self):
        return (
            f"{self.method:<9} {1000 * self.seconds:10.3f} ms {self.multiplications:16,} multiplications "
            f"{self.additions:16,} additions {self.bytes:15,} bytes {self.calls:5,} calls"
        )


@dataclass(frozen=True)
class Choice:
    """The method that the model finds fastest, what every method costs, and why: readable as text."""

    method: str
    costs: dict
    reason: str

    def __str__(self):
        return "\n".join([*map(str, self.costs.values()), self.reason])


def conv_cost(
    x_shape,
    weight_shape,
    *,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    method="direct",
    itemsize=4,
    rates=None,
):
    """Count what one way to a convolution multiplies, adds and moves.

    Parameters
    ----------
    x_shape : tuple of int
        (N, C_in, *spatial)
    weight_shape : tuple of int
        (C_out, C_in / groups, *kernel_size)
    stride, padding, dilation, groups
        As in `conv_forward`.
    method : {"direct", "fft", "separable", "winograd"}
        `conv_forward`, `fft_conv`, `separable_conv` (of a kernel that separates) or `winograd_forward`.
    itemsize : int
        Bytes of a number: 4 in float32, 8 in float64.
    rates : Rates, optional
        Multiplications, bytes and calls a second.

    Returns
    -------
    Cost
        ``method``, ``multiplications``, ``additions``, ``bytes``, ``calls`` and ``seconds``: multiplications,
        bytes and calls, each divided by its rate, added up. Additions go with the other two.

    Raises
    ------
    ValueError
        For another method, one that cannot make this convolution, or a geometry that does not fit.

    References
    ----------
    Lavin and Gray (2016), Fast algorithms for convolutional neural networks.
    Mathieu, Henaff and LeCun (2014), Fast training of convolutional networks through FFTs.

    Examples
    --------
    Four places of nine taps are 36 products; Winograd's tile needs 16:

    >>> conv_cost((1, 1, 4, 4), (1, 1, 3, 3)).multiplications
    36
    >>> conv_cost((1, 1, 4, 4), (1, 1, 3, 3), method="winograd").multiplications
    16
    """
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(f"method is {method!r}, but it must be one of {', '.join(METHODS)}")
    work = Work(x_shape, weight_shape, stride, padding, dilation, groups)
    if hindrance := work.hindrance(method):
        raise ValueError(f"{method} cannot make this convolution: {hindrance}")
    multiplications, additions, numbers, calls = METHODS[method](work)
    rates, moved = rates or Rates(), itemsize * numbers
    seconds = multiplications / rates.multiplications + moved / rates.bytes + calls / rates.calls
    return Cost(method, multiplications, additions, moved, calls, seconds)


def fastest(
    x_shape,
    weight_shape,
    *,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    separable=False,
    itemsize=4,
    rates=None,
):
    """Choose the way that takes the least time by the model of `conv_cost`, and say why.

    Parameters
    ----------
    x_shape, weight_shape, stride, padding, dilation, groups, itemsize, rates
        As in `conv_cost`.
    separable : bool
        Whether `separate_kernel` has found vectors for the kernel, and all channels have the same.

    Returns
    -------
    Choice
        ``method``, ``costs`` (a dict of every possible method's `Cost`) and ``reason``; as text, all of it.

    Raises
    ------
    ValueError
        For a geometry that does not fit.

    Examples
    --------
    >>> fastest((32, 128, 16, 16), (128, 128, 3, 3), padding=1).method
    'winograd'
    >>> print(fastest((1, 1, 4096), (1, 1, 2048)).reason)
    fft: 0.29 of direct's time by the model, with 0.04 of its multiplications and 0.11 of its bytes.
    Not separable: no vectors are known. Not winograd: F(2, 3) needs 3 taps on every axis, not 2048.
    """
    geometry = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    work, costs, hindrances = Work(x_shape, weight_shape, **geometry), {}, []
    for method in METHODS:
        hindrance = work.hindrance(method)
        if method == "separable" and not separable:
            hindrance = "no vectors are known"
        if hindrance:
            hindrances.append(f"Not {method}: {hindrance}.")
        else:
            options = dict(method=method, itemsize=itemsize, rates=rates)
            costs[method] = conv_cost(x_shape, weight_shape, **geometry, **options)
    best = min(costs.values(), key=lambda cost: cost.seconds)
    return Choice(best.method, costs, " ".join([why(best, costs), *hindrances]))


class Work:
    """One convolution's sizes."""

    def __init__(self, x_shape, weight_shape, stride, padding, dilation, groups):
        x_shape, weight_shape = (
            sizes("x_shape", x_shape, minimum=0),
            sizes("weight_shape", weight_shape, minimum=1),
        )
        self.geometry, self.groups = conv_geometry(x_shape, weight_shape, stride, padding, dilation, groups)
        self.n, self.c_in, *_ = x_shape
        self.c_out, self.c_group, *_ = weight_shape
        self.places = self.n * count(self.geometry.out)
        self.x, self.y = count(x_shape), self.c_out * self.places
        self.weights = count(weight_shape)

    def hindrance(self, method):
        """Say why a method cannot make this convolution; nothing if it can."""
        g = self.geometry
        if method == "separable" and not self.groups == self.c_in == self.c_out:
            return f"vectors are for every channel alone, but here {self.c_group} make one of {self.c_out}"
        if method == "winograd":
            if set(g.kernel_size) != {3}:
                return f"F(2, 3) needs 3 taps on every axis, not {' x '.join(map(str, g.kernel_size))}"
            if {*g.stride, *g.dilation, self.groups} != {1}:
                return "F(2, 3) needs a stride, a dilation and groups of 1"
        return ""


def direct(work):
    """Gather windows, all axes but the first, and multiply matrices; of channels alone, sum tap by tap."""
    taps, kernel = work.c_group * count(work.geometry.kernel_size), work.geometry.kernel_size
    moved = work.x + work.n * work.c_in * count(work.geometry.padded) + work.weights + work.y
    if work.groups == work.c_in == work.c_out:
        moved = (taps + AROUND) * work.y
    elif count(kernel) > 1:
        moved += 2 * work.c_in * count(kernel[1:]) * work.places
    return taps * work.y, (taps - 1) * work.y, moved, 15


def separable(work):
    """Sum tap by tap, along one axis after the other."""
    g, multiplications, additions, moved = work.geometry, 0, 0, 0
    for axis, k in enumerate(g.kernel_size):
        made = work.n * work.c_out * count(g.out[: axis + 1] + g.spatial[axis + 1 :])
        multiplications, additions = multiplications + k * made, additions + (k - 1) * made
        moved += (k + AROUND) * made
    return multiplications, additions, moved, 15 * len(g.out)


def fft(work):
    """Transform everything, and multiply matrices of complex numbers, four multiplications each.

    A transform of n real numbers multiplies about n log2 n times, adds half as much more, and reads and
    writes its numbers at each of the log2 n steps; before and after, they are laid on a circle and taken from
    it.
    """
    lengths = circle_sizes(work.geometry, fast_length)
    n, frequencies = count(lengths), count(lengths[:-1]) * (lengths[-1] // 2 + 1)
    held = work.n * work.c_in + work.c_out * work.c_group + work.n * work.c_out  # images to transform
    steps = math.ceil(n * math.log2(n))
    products = 4 * frequencies * work.n * work.c_out * work.c_group
    return held * steps + products, held * (steps + steps // 2) + products, held * (2 * steps + 12 * n), 55


def winograd(work):
    """Sum for the parts of tiles and for their outputs, and make 4^axes matrix products between."""
    axes = len(work.geometry.out)
    tiles = work.n * count(-(-n // 2) for n in work.geometry.out)
    products = 4**axes * tiles * work.c_out * work.c_in
    sums = sum(4 ** (axis + 1) * 2 ** (axes - 1 - axis) for axis in range(axes))  # of a tile in one channel
    held = tiles * (work.c_in + work.c_out)
    additions = products - 4**axes * tiles * work.c_out + sums * held
    moved = (3 * sums + 4**axes + 2 * 2**axes) * held + 4**axes * work.c_out * work.c_in
    return products, additions, moved, 50 + 6 * 4**axes


METHODS = {"direct": direct, "fft": fft, "separable": separable, "winograd": winograd}
AROUND = 8  # numbers read and written for each that is made, beside one a tap: rims, orders, the result


def fast_length(target, real=True):
    """Find the next length that has no other prime factors than 2, 3 and 5: such transforms are fast."""
    length = target
    while length not in (0, 1) and math.gcd(length, 30**64) != length:
        length += 1
    return length


def why(best, costs):
    """Say in words what the best method saves, or what the next one would cost."""
    direct_, others = costs["direct"], [cost for cost in costs.values() if cost is not best]
    if best is not direct_:
        time, work, moved = (
            getattr(best, part) / (getattr(direct_, part) or 1)
            for part in ("seconds", "multiplications", "bytes")
        )
        return (
            f"{best.method}: {time:.2f} of direct's time by the model, with {work:.2f} of its "
            f"multiplications and {moved:.2f} of its bytes."
        )
    if not others:
        return "direct: nothing else can make it."
    second = min(others, key=lambda cost: cost.seconds)
    ratio = second.seconds / (best.seconds or 1)
    return f"direct: {second.method}, the next, would take {ratio:.2f} of its time by the model."
