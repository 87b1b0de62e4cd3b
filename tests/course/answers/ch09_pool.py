"""Exercise 9: right answers of many kinds, and wrong ones that nobody listed."""

import itertools

import numpy as np

import cnnlab
from cnnlab import output_size, resolve_padding

NAMES = tuple(f"{kind}_pool_{way}" for kind in ("max", "avg", "lp") for way in ("forward", "backward"))


def geometry(x, kernel_size, stride, padding):
    """Spell a geometry out: taps, steps, places and cells of the rim, one per axis."""
    axes = x.ndim - 2
    taps = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * axes
    steps = taps if stride is None else stride if isinstance(stride, tuple) else (stride,) * axes
    rim = resolve_padding(x.shape[2:], taps, padding, stride=steps)
    return taps, steps, output_size(x.shape[2:], taps, stride=steps, padding=rim), rim


def inside(rim, x):
    return (..., *[slice(before, before + n) for (before, _), n in zip(rim, x.shape[2:], strict=True)])


# Loops over every number.


def entries(x, place, taps, steps, rim):
    """List where the entries of one window lie, in C order, but for those of the rim."""
    found = []
    for k in itertools.product(*map(range, taps)):
        i = tuple(o * s + t - r[0] for o, s, t, r in zip(place[2:], steps, k, rim, strict=True))
        if all(0 <= j < n for j, n in zip(i, x.shape[2:], strict=True)):
            found.append((*place[:2], *i))
    return found


def by_loops(reduce):
    def forward(x, kernel_size, *, stride=None, padding=0, **options):
        taps, steps, out, rim = geometry(x, kernel_size, stride, padding)
        y = np.zeros((*x.shape[:2], *out))
        for place in np.ndindex(*y.shape):
            seen = [float(x[i]) for i in entries(x, place, taps, steps, rim)]
            y[place] = reduce(seen, int(np.prod(taps)), **options)
        return y

    return forward


def back_by_loops(share):
    def backward(dy, x, kernel_size, *, stride=None, padding=0, **options):
        taps, steps, out, rim = geometry(x, kernel_size, stride, padding)
        dx = np.zeros(x.shape)
        for place in np.ndindex(*x.shape[:2], *out):
            found = entries(x, place, taps, steps, rim)
            shares = share([float(x[i]) for i in found], int(np.prod(taps)), **options)
            for i, part in zip(found, shares, strict=True):
                dx[i] += float(dy[place]) * part
        return dx

    return backward


def length(seen, p):
    return sum(abs(v) ** p for v in seen) ** (1 / p)


def shares_of_length(seen, taps, p=2):
    y = length(seen, p)
    return [0.0 if y == 0 else float(np.sign(v)) * (abs(v) / y) ** (p - 1) for v in seen]


LOOPS = {
    "max_pool_forward": by_loops(lambda seen, taps: max(seen)),
    "max_pool_backward": back_by_loops(
        lambda seen, taps: [float(i == seen.index(max(seen))) for i in range(len(seen))]
    ),
    "avg_pool_forward": by_loops(lambda seen, taps: sum(seen) / taps),
    "avg_pool_backward": back_by_loops(lambda seen, taps: [1 / taps] * len(seen)),
    "lp_pool_forward": by_loops(lambda seen, taps, p=2: length(seen, p)),
    "lp_pool_backward": back_by_loops(shares_of_length),
}


# Views of windows, and sums over them by einsum.


def seen_windows(x, taps, steps, rim, fill):
    """View every window: (N, C, *out, *taps)."""
    padded = np.pad(x.astype(float), ((0, 0), (0, 0), *rim), constant_values=fill)
    views = np.lib.stride_tricks.sliding_window_view(padded, taps, axis=tuple(range(2, x.ndim)))
    return views[(slice(None), slice(None), *[slice(None, None, s) for s in steps])]


def hand_back(shares, x, taps, steps, rim):
    """Add (N, C, *out, *taps) to where the taps read."""
    dpadded = np.zeros((*x.shape[:2], *[n + sum(r) for n, r in zip(x.shape[2:], rim, strict=True)]))
    out = shares.shape[2 : x.ndim]
    for k in np.ndindex(*taps):
        read = tuple(slice(t, t + s * (o - 1) + 1, s) for t, s, o in zip(k, steps, out, strict=True))
        dpadded[(..., *read)] += shares[(..., *k)]
    return dpadded[inside(rim, x)]


def max_by_views(x, kernel_size, *, stride=None, padding=0):
    taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
    return seen_windows(x, taps, steps, rim, -np.inf).max(axis=tuple(range(-len(taps), 0)))


def max_back_by_views(dy, x, kernel_size, *, stride=None, padding=0):
    taps, steps, out, rim = geometry(x, kernel_size, stride, padding)
    seen = seen_windows(x, taps, steps, rim, -np.inf)
    flat = seen.reshape(*x.shape[:2], *out, int(np.prod(taps)))
    won = np.arange(flat.shape[-1]) == flat.argmax(axis=-1)[..., None]
    return hand_back((won * dy[..., None]).reshape(seen.shape), x, taps, steps, rim)


def avg_by_einsum(x, kernel_size, *, stride=None, padding=0):
    taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
    k = "klm"[: len(taps)]
    return np.einsum(
        f"...{k},{k}->...", seen_windows(x, taps, steps, rim, 0), np.full(taps, 1 / np.prod(taps))
    )


def avg_back_by_einsum(dy, x, kernel_size, *, stride=None, padding=0):
    taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
    k = "klm"[: len(taps)]
    return hand_back(np.einsum(f"...,{k}->...{k}", dy, np.full(taps, 1 / np.prod(taps))), x, taps, steps, rim)


def lp_by_einsum(x, kernel_size, *, stride=None, padding=0, p=2):
    taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
    k = "klm"[: len(taps)]
    powers = np.abs(seen_windows(x, taps, steps, rim, 0)) ** p
    return np.einsum(f"...{k}->...", powers) ** (1 / p)


def lp_back_by_einsum(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
    seen, y = (
        seen_windows(x, taps, steps, rim, 0),
        lp_by_einsum(x, kernel_size, stride=stride, padding=padding, p=p),
    )
    along = (..., *[None] * len(taps))
    slope = np.sign(seen) * (np.abs(seen) / np.where(y == 0, 1, y)[along]) ** (p - 1)
    return hand_back(dy[along] * slope, x, taps, steps, rim)


EINSUM = dict(
    zip(
        NAMES,
        (max_by_views, max_back_by_views, avg_by_einsum, avg_back_by_einsum, lp_by_einsum, lp_back_by_einsum),
        strict=True,
    )
)


# A matrix of zeros and ones says which places read which entries.


def columns(x, kernel_size, stride, padding, fill):
    """Flat indices into the padded picture, a row a place; and the padded picture, flat."""
    taps, steps, out, rim = geometry(x, kernel_size, stride, padding)
    padded = np.pad(x * 1.0, ((0, 0), (0, 0), *rim), constant_values=fill)
    at = np.indices(out).reshape(len(out), -1, 1) * np.reshape(steps, (-1, 1, 1))
    at = at + np.indices(taps).reshape(len(taps), 1, -1)
    read = np.ravel_multi_index(tuple(at), padded.shape[2:])
    return read, padded.reshape(*x.shape[:2], int(np.prod(padded.shape[2:]))), out, rim, padded.shape


def scattered(parts, read, flat, shape, rim, x):
    """Add one part a place and a tap, (N, C, places, taps), by a matrix product with zeros and ones."""
    to = np.zeros((read.size, flat.shape[-1]))
    to[np.arange(read.size), read.ravel()] = 1
    return (parts.reshape(*x.shape[:2], read.size) @ to).reshape(shape)[inside(rim, x)]


def max_by_columns(x, kernel_size, *, stride=None, padding=0):
    read, flat, out, _, _ = columns(x, kernel_size, stride, padding, -np.inf)
    return flat[..., read].max(axis=-1).reshape(*x.shape[:2], *out)


def max_back_by_matrix_product(dy, x, kernel_size, *, stride=None, padding=0):
    read, flat, _, rim, shape = columns(x, kernel_size, stride, padding, -np.inf)
    won = flat[..., read].argmax(axis=-1)[..., None] == np.arange(read.shape[1])
    return scattered(won * dy.reshape(*x.shape[:2], len(read), 1), read, flat, shape, rim, x)


def avg_by_matrix_product(x, kernel_size, *, stride=None, padding=0):
    read, flat, out, _, _ = columns(x, kernel_size, stride, padding, 0)
    mean = np.zeros((flat.shape[-1], len(read)))
    mean[read.ravel(), np.repeat(np.arange(len(read)), read.shape[1])] = 1 / read.shape[1]
    return (flat @ mean).reshape(*x.shape[:2], *out)


def avg_back_by_matrix_product(dy, x, kernel_size, *, stride=None, padding=0):
    read, flat, _, rim, shape = columns(x, kernel_size, stride, padding, 0)
    parts = np.repeat(dy.reshape(*x.shape[:2], len(read), 1) / read.shape[1], read.shape[1], axis=-1)
    return scattered(parts, read, flat, shape, rim, x)


def lp_by_columns(x, kernel_size, *, stride=None, padding=0, p=2):
    read, flat, out, _, _ = columns(x, kernel_size, stride, padding, 0)
    return np.linalg.norm(flat[..., read], ord=p, axis=-1).reshape(*x.shape[:2], *out)


def lp_back_by_matrix_product(dy, x, kernel_size, *, stride=None, padding=0, p=2):
    read, flat, _, rim, shape = columns(x, kernel_size, stride, padding, 0)
    seen = flat[..., read]
    y = (np.abs(seen) ** p).sum(axis=-1, keepdims=True) ** (1 / p)
    owed = np.divide(dy.reshape(y.shape), y ** (p - 1), out=np.zeros(y.shape), where=y > 0)
    return scattered(owed * np.sign(seen) * np.abs(seen) ** (p - 1), read, flat, shape, rim, x)


MATRIX_PRODUCT = dict(
    zip(
        NAMES,
        (
            max_by_columns,
            max_back_by_matrix_product,
            avg_by_matrix_product,
            avg_back_by_matrix_product,
            lp_by_columns,
            lp_back_by_matrix_product,
        ),
        strict=True,
    )
)


# The package's windows, which are open to the exercise.


def by_unfold(reduce, fill=0.0):
    def forward(x, kernel_size, *, stride=None, padding=0, **options):
        taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
        padded = np.pad(x * 1.0, ((0, 0), (0, 0), *rim), constant_values=fill)
        seen = cnnlab.unfold(padded, taps, stride=steps)  # (N, C, *taps, *out)
        return reduce(seen, tuple(range(2, x.ndim)), **options)

    return forward


def back_by_fold(share, fill=0.0):
    def backward(dy, x, kernel_size, *, stride=None, padding=0, **options):
        taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
        padded = np.pad(x * 1.0, ((0, 0), (0, 0), *rim), constant_values=fill)
        seen, axes = cnnlab.unfold(padded, taps, stride=steps), tuple(range(2, x.ndim))
        parts = share(seen, axes, **options) * np.expand_dims(dy, axes)
        return cnnlab.fold(parts, padded.shape[2:], stride=steps)[inside(rim, x)]

    return backward


def first_largest(seen, axes):
    taps = int(np.prod([seen.shape[a] for a in axes]))
    flat = seen.reshape(*seen.shape[:2], taps, *seen.shape[2 + len(axes) :])
    number = np.arange(taps).reshape(-1, *[1] * len(axes))
    return (number == flat.argmax(axis=2)[:, :, None]).reshape(seen.shape)


def slopes(seen, axes, p=2):
    y = (np.abs(seen) ** p).sum(axis=axes, keepdims=True) ** (1 / p)
    return np.sign(seen) * (np.abs(seen) / np.where(y > 0, y, 1)) ** (p - 1)


UNFOLD = {
    "max_pool_forward": by_unfold(lambda seen, axes: seen.max(axis=axes), -np.inf),
    "max_pool_backward": back_by_fold(first_largest, -np.inf),
    "avg_pool_forward": by_unfold(lambda seen, axes: seen.mean(axis=axes)),
    "avg_pool_backward": back_by_fold(
        lambda seen, axes: np.full(seen.shape, 1 / np.prod([seen.shape[a] for a in axes]))
    ),
    "lp_pool_forward": by_unfold(lambda seen, axes, p=2: (np.abs(seen) ** p).sum(axis=axes) ** (1 / p)),
    "lp_pool_backward": back_by_fold(slopes),
}


def in_single_precision(function):
    """Give float32 results where the inputs are float32, and only there."""

    def single(*args, **options):
        arrays = [a for a in args if isinstance(a, np.ndarray)]
        result = function(*args, **options)
        return result.astype(np.float32) if all(a.dtype == np.float32 for a in arrays) else result

    return single


VARIANTS = {
    "loops": LOOPS,
    "einsum": EINSUM,
    "matrix product": MATRIX_PRODUCT,
    "unfold and fold": UNFOLD,
    "float32": {name: in_single_precision(function) for name, function in EINSUM.items()},
}


# Wrong answers that nobody listed.


def smallest(x, kernel_size, **options):
    return -EINSUM["max_pool_forward"](-x, kernel_size, **options)


def pads_with_minus_ten(x, kernel_size, *, stride=None, padding=0):
    _, steps, _, rim = geometry(x, kernel_size, stride, padding)
    padded = np.pad(x * 1.0, ((0, 0), (0, 0), *rim), constant_values=-10)
    return EINSUM["max_pool_forward"](padded, kernel_size, stride=steps)


def largest_in_the_type_of_the_picture(x, kernel_size, **options):
    return EINSUM["max_pool_forward"](x, kernel_size, **options).astype(x.dtype)


def pads_with_minus_a_thousand(x, kernel_size, *, stride=None, padding=0):
    _, steps, _, rim = geometry(x, kernel_size, stride, padding)
    padded = np.pad(x * 1.0, ((0, 0), (0, 0), *rim), constant_values=-1000)
    return EINSUM["max_pool_forward"](padded, kernel_size, stride=steps)


def padded_in_front_only(x, kernel_size, *, stride=None, padding=0):
    _, steps, _, rim = geometry(x, kernel_size, stride, padding)
    moved = tuple((before + after, 0) for before, after in rim)
    return EINSUM["max_pool_forward"](x, kernel_size, stride=steps, padding=moved)


def pairs_transposed(x, kernel_size, *, stride=None, padding=0):
    _, steps, out, rim = geometry(x, kernel_size, stride, padding)
    if x.ndim == 4:
        padded = np.pad(x * 1.0, ((0, 0), (0, 0), *np.transpose(rim)), constant_values=-np.inf)
        y = np.zeros((*x.shape[:2], *out))
        found = EINSUM["max_pool_forward"](padded, kernel_size, stride=steps)
        room = tuple(slice(0, min(a, b)) for a, b in zip(y.shape, found.shape, strict=True))
        y[room] = found[room]
        return y
    return EINSUM["max_pool_forward"](x, kernel_size, stride=stride, padding=padding)


def in_the_type_of_the_picture(x, kernel_size, **options):
    return EINSUM["avg_pool_forward"](x, kernel_size, **options).astype(x.dtype)


def negatives_clipped_in_place(x, kernel_size, **options):
    y = EINSUM["max_pool_forward"](x, kernel_size, **options)
    np.maximum(x, 0, out=x)
    return y


def with_a_last_window_that_hangs_over(x, kernel_size, *, stride=None, padding=0):
    taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
    if not np.any(rim):
        over = [(0, -(n - k) % s) for n, k, s in zip(x.shape[2:], taps, steps, strict=True)]
        x = np.pad(x * 1.0, ((0, 0), (0, 0), *over), constant_values=-np.inf)
    return EINSUM["max_pool_forward"](x, kernel_size, stride=stride, padding=padding)


def padded_after_only(x, kernel_size, *, stride=None, padding=0):
    _, steps, _, rim = geometry(x, kernel_size, stride, padding)
    moved = tuple((0, before + after) for before, after in rim)
    return EINSUM["max_pool_forward"](x, kernel_size, stride=steps, padding=moved)


def first_side_for_all(x, kernel_size, *, stride=None, padding=0):
    def first(value):
        return value[0] if isinstance(value, tuple) else value

    return EINSUM["max_pool_forward"](x, first(kernel_size), stride=first(stride), padding=padding)


def back_within_a_rim(padded, moved=False):
    """Look for winners in a rim of one's own; and, where asked, crop from the first cell of all."""

    def backward(dy, x, kernel_size, *, stride=None, padding=0):
        taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
        whole = padded(x * 1.0, ((0, 0), (0, 0), *rim))
        dpadded = EINSUM["max_pool_backward"](dy, whole, taps, stride=steps)
        return dpadded[inside([(0, 0)] * len(rim) if moved else rim, x)]

    return backward


def within_a_rim_in_front(dy, x, kernel_size, *, stride=None, padding=0):
    taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
    moved = [(before + after, 0) for before, after in rim]
    whole = np.pad(x * 1.0, ((0, 0), (0, 0), *moved), constant_values=-np.inf)
    return EINSUM["max_pool_backward"](dy, whole, taps, stride=steps)[inside(rim, x)]


def winner_of_the_first_channel(dy, x, kernel_size, **options):
    first = np.repeat(x[:, :1], x.shape[1], axis=1)
    return EINSUM["max_pool_backward"](dy, first, kernel_size, **options)


def paid_in_the_type_of_dy(dy, x, kernel_size, **options):
    return EINSUM["max_pool_backward"](dy, x, kernel_size, **options).astype(dy.dtype)


def shared_in_the_type_of_dy(dy, x, kernel_size, **options):
    return EINSUM["lp_pool_backward"](dy, x, kernel_size, **options).astype(dy.dtype)


def as_large_as_the_windows_reach(dy, x, kernel_size, *, stride=None, padding=0):
    dx = EINSUM["avg_pool_backward"](dy, x, kernel_size, stride=stride, padding=padding)
    taps, steps, out, rim = geometry(x, kernel_size, stride, padding)
    reach = [(o - 1) * s + k for o, s, k in zip(out, steps, taps, strict=True)]
    return dx if np.any(rim) else dx[(..., *map(slice, reach))]


cropped_from_the_first_cell = back_within_a_rim(
    lambda x, both: np.pad(x, both, constant_values=-np.inf), moved=True
)
rim_of_the_nearest = back_within_a_rim(lambda x, both: np.pad(x, both, mode="edge") if x.size else x)
rim_of_the_smallest = back_within_a_rim(
    lambda x, both: np.pad(x, both, constant_values=x.min()) if x.size else x
)


def for_windows_side_by_side(dy, x, kernel_size, **options):
    y, ones = (
        EINSUM["max_pool_forward"](x, kernel_size, **options),
        np.ones(geometry(x, kernel_size, None, 0)[0]),
    )
    up, dup, dx = np.kron(y, ones[None, None]), np.kron(dy, ones[None, None]), np.zeros(x.shape)
    room = tuple(slice(0, min(a, b)) for a, b in zip(up.shape, x.shape, strict=True))
    dx[room] = (x[room] == up[room]) * dup[room]
    return dx


def one_winner_of_the_batch(dy, x, kernel_size, **options):
    y = EINSUM["max_pool_forward"](x, kernel_size, **options)
    flat = y.reshape(-1, *y.shape[2:])
    if flat.size == 0:
        return np.zeros(x.shape)
    won = np.arange(len(flat)).reshape(-1, *[1] * (x.ndim - 2)) == flat.argmax(axis=0)
    return EINSUM["max_pool_backward"](dy * won.reshape(y.shape), x, kernel_size, **options)


def nearly_equal_wins(dy, x, kernel_size, **options):
    return EINSUM["max_pool_backward"](dy, np.round(x, 4), kernel_size, **options)


def winners_value_paid(dy, x, kernel_size, **options):
    return EINSUM["max_pool_backward"](dy, x, kernel_size, **options) * x


def in_the_type_of_x(dy, x, kernel_size, **options):
    return EINSUM["max_pool_backward"](dy, x, kernel_size, **options).astype(x.dtype)


def winner_of_the_mean(dy, x, kernel_size, **options):
    return EINSUM["max_pool_backward"](dy, x, kernel_size, **options)


def slopes_made_positive(dy, x, kernel_size, **options):
    return np.abs(EINSUM["lp_pool_backward"](np.abs(dy), x, kernel_size, **options)) * 1.0


def back_by_slopes(slope, fill=0.0):
    def backward(dy, x, kernel_size, *, stride=None, padding=0, p=2):
        taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
        seen, axes = seen_windows(x, taps, steps, rim, fill), tuple(range(-len(taps), 0))
        with np.errstate(invalid="ignore", divide="ignore"):
            y = (np.abs(seen) ** p).sum(axis=axes, keepdims=True) ** (1 / p)
            parts = np.where(y > 0, slope(seen, np.where(y > 0, y, 1), p), 0) * np.expand_dims(dy, axes)
        return hand_back(parts, x, taps, steps, rim)

    return backward


sign_in_the_power = back_by_slopes(lambda seen, y, p: (seen / y) ** (p - 1))
a_little_more_than_y = back_by_slopes(
    lambda seen, y, p: np.sign(seen) * (np.abs(seen) / (y + 1e-8)) ** (p - 1)
)
zero_counts_as_positive = back_by_slopes(
    lambda seen, y, p: np.where(seen >= 0, 1, -1) * (np.abs(seen) / y) ** (p - 1)
)
always_in_proportion = back_by_slopes(lambda seen, y, p: seen / y)
rim_of_the_maximum = back_by_slopes(lambda seen, y, p: np.sign(seen) * (np.abs(seen) / y) ** (p - 1), -np.inf)


def always_squares(x, kernel_size, *, p=2, **options):
    return EINSUM["lp_pool_forward"](x, kernel_size, **options)


def odd_powers_signed(x, kernel_size, *, stride=None, padding=0, p=2):
    taps, steps, _, rim = geometry(x, kernel_size, stride, padding)
    powers = seen_windows(x, taps, steps, rim, 0)
    powers = powers**p if p == int(p) else np.abs(powers) ** p
    total = powers.sum(axis=tuple(range(-len(taps), 0)))
    return np.sign(total) * np.abs(total) ** (1 / p)


def for_pictures_only(dy, x, kernel_size, **options):
    if x.ndim != 4:
        raise ValueError("not enough values to unpack (expected 4)")
    return EINSUM["avg_pool_backward"](dy, x, kernel_size, **options)


def whole_parts_of_whole_numbers(dy, x, kernel_size, **options):
    return EINSUM["lp_pool_backward"](dy, x, kernel_size, **options).astype(x.dtype)


def pairs_alone(function):
    """A padding goes to np.pad as it comes, unless it is one number: numbers per axis are no pairs."""

    def pool(*args, padding=0, **options):
        if np.ndim(padding) == 1:
            raise TypeError("Value after * must be an iterable, not int")
        return EINSUM[function](*args, padding=padding, **options)

    return pool


def first_side_steps(function):
    """Without a stride, the window's first side serves for all axes."""

    def pool(*args, stride=None, **options):
        stride = int(np.ravel(args[-1])[0]) if stride is None else stride
        return EINSUM[function](*args, stride=stride, **options)

    return pool


UNLISTED_OF = {
    smallest: ("max_pool_forward", "forward axes"),
    pads_with_minus_ten: ("max_pool_forward", "forward"),
    pads_with_minus_a_thousand: ("max_pool_forward", "forward"),
    padded_in_front_only: ("max_pool_forward", "forward"),
    pairs_transposed: ("max_pool_forward", "axes"),
    largest_in_the_type_of_the_picture: ("max_pool_forward", "forward"),
    within_a_rim_in_front: ("max_pool_backward", "backward ties"),
    winner_of_the_first_channel: ("max_pool_backward", "backward ties axes"),
    paid_in_the_type_of_dy: ("max_pool_backward", "backward"),
    shared_in_the_type_of_dy: ("lp_pool_backward", "lp"),
    as_large_as_the_windows_reach: ("avg_pool_backward", "average"),
    negatives_clipped_in_place: ("max_pool_forward", "forward"),
    with_a_last_window_that_hangs_over: ("max_pool_forward", "forward"),
    padded_after_only: ("max_pool_forward", "forward"),
    first_side_for_all: ("max_pool_forward", "axes"),
    nearly_equal_wins: ("max_pool_backward", "ties"),
    winners_value_paid: ("max_pool_backward", "backward ties axes"),
    in_the_type_of_x: ("max_pool_backward", "backward"),
    in_the_type_of_the_picture: ("avg_pool_forward", "average"),
    winner_of_the_mean: ("avg_pool_backward", "average axes"),
    slopes_made_positive: ("lp_pool_backward", "lp axes"),
    whole_parts_of_whole_numbers: ("lp_pool_backward", "lp"),
    always_squares: ("lp_pool_forward", "lp"),
    odd_powers_signed: ("lp_pool_forward", "lp"),
    for_pictures_only: ("avg_pool_backward", "axes"),
}
UNLISTED = {f.__name__: (lost, {of: f}) for f, (of, lost) in UNLISTED_OF.items()}
UNLISTED |= {  # what readers of the chapter gave
    "cropped_from_the_first_cell": ("backward ties", {"max_pool_backward": cropped_from_the_first_cell}),
    "rim_of_the_nearest": ("backward ties", {"max_pool_backward": rim_of_the_nearest}),
    "rim_of_the_smallest": ("backward ties", {"max_pool_backward": rim_of_the_smallest}),
    "for_windows_side_by_side": ("backward ties", {"max_pool_backward": for_windows_side_by_side}),
    "one_winner_of_the_batch": ("backward ties axes", {"max_pool_backward": one_winner_of_the_batch}),
    "sign_in_the_power": ("lp", {"lp_pool_backward": sign_in_the_power}),
    "a_little_more_than_y": ("lp axes", {"lp_pool_backward": a_little_more_than_y}),
    "zero_counts_as_positive": ("lp", {"lp_pool_backward": zero_counts_as_positive}),
    "always_in_proportion": ("lp", {"lp_pool_backward": always_in_proportion}),
    "rim_of_the_maximum": ("lp", {"lp_pool_backward": rim_of_the_maximum}),
}
UNLISTED |= {
    f"{way.__name__}_in_{name}": ("axes", {name: way(name)})
    for way in (pairs_alone, first_side_steps)
    for name in EINSUM
    if (way, name) != (first_side_steps, "max_pool_forward")
}
