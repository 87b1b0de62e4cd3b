"""Answers to exercise 6: right ones of many kinds, and wrong ones that nobody listed."""

import itertools
import math

import numpy as np

import cnnlab

# Right.


def tuples(axes, *values):
    return [v if isinstance(v, tuple) else (v,) * axes for v in values]


def size_by_counting(spatial, kernel_size, *, stride=1, padding=0, dilation=1):
    axes = len(spatial) if isinstance(spatial, tuple) else 1
    spatial, kernel_size, stride, dilation = tuples(axes, spatial, kernel_size, stride, dilation)
    rim = padding_by_trying(spatial, kernel_size, padding, stride=stride, dilation=dilation)
    counts = []
    for a in range(axes):
        length, start, count = spatial[a] + sum(rim[a]), 0, 0
        while start + (kernel_size[a] - 1) * dilation[a] < length:
            start, count = start + stride[a], count + 1
        if not count:
            raise ValueError
        counts.append(count)
    return tuple(counts)


def padding_by_trying(spatial, kernel_size, padding, *, stride=1, dilation=1):
    axes = len(spatial) if isinstance(spatial, tuple) else 1
    spatial, kernel_size, stride, dilation = tuples(axes, spatial, kernel_size, stride, dilation)
    if padding == "valid":
        return ((0, 0),) * axes
    if padding == "full":
        return tuple((d * (k - 1),) * 2 for k, d in zip(kernel_size, dilation, strict=True))
    if padding == "same":
        pairs = []
        for n, k, s, d in zip(spatial, kernel_size, stride, dilation, strict=True):
            for cells in itertools.count():
                starts = range(0, n + cells - d * (k - 1), s)
                if len(starts) >= math.ceil(n / s):
                    pairs.append((cells // 2, (cells + 1) // 2))
                    break
        return tuple(pairs)
    (padding,) = tuples(axes, padding)
    return tuple(p if isinstance(p, tuple) else (p, p) for p in padding)


def toeplitz_by_rows(w, n, mode="valid"):
    before, after = {"valid": (0, 0), "same": ((len(w) - 1) // 2, len(w) // 2), "full": (len(w) - 1,) * 2}[
        mode
    ]
    rows = []
    for i in range(n + before + after - len(w) + 1):
        row = [0.0] * (n + before + after)
        row[i : i + len(w)] = list(w)
        rows.append(row[before : before + n])
    if not rows:
        raise ValueError("no row")
    return np.array(rows)


def size_by_numpy(spatial, kernel_size, *, stride=1, padding=0, dilation=1):
    spatial = np.atleast_1d(spatial)
    pairs = np.array(padding_by_numpy(spatial, kernel_size, padding, stride=stride, dilation=dilation))
    room = spatial + pairs.sum(axis=1) - np.multiply(dilation, np.subtract(kernel_size, 1)) - 1
    if room.min() < 0:
        raise ValueError("too long")
    return tuple(room // np.array(stride) + 1)  # whole numbers of NumPy


def padding_by_numpy(spatial, kernel_size, padding, *, stride=1, dilation=1):
    spatial = np.atleast_1d(spatial)
    reach = np.multiply(dilation, np.subtract(kernel_size, 1)) + 0 * spatial
    if padding == "full":
        return tuple(zip(reach, reach, strict=True))
    if padding == "same":
        windows = -(-spatial // np.array(stride))
        cells = np.maximum((windows - 1) * stride + reach + 1 - spatial, 0)
        return tuple(zip(cells // 2, cells - cells // 2, strict=True))
    if padding == "valid":
        padding = 0
    if np.ndim(padding) < 2:
        padding = np.repeat(np.broadcast_to(padding, len(spatial))[:, None], 2, axis=1)
    return tuple(tuple(pair) for pair in np.asarray(padding))


def toeplitz_by_products(w, n, mode="valid"):
    ((before, _),) = padding_by_numpy(n, len(w), mode)
    (out,) = size_by_numpy(n, len(w), padding=mode)
    return sum(w[a] * np.eye(out, n, a - before) for a in range(len(w)))


def toeplitz_by_einsum(w, n, mode="valid"):
    ((before, _),) = padding_by_numpy(n, len(w), mode)
    (out,) = size_by_numpy(n, len(w), padding=mode)
    i, j, a = np.arange(out), np.arange(n), np.arange(len(w))
    reads = i[:, None, None] + a - before == j[:, None]
    return np.einsum("ija,a->ij", reads.astype(float), w)


def toeplitz_of_views(w, n, mode="valid"):
    """Views of one long line of zeros; in the type of the kernel where that is a floating one."""
    ((before, after),) = padding_by_trying(n, len(w), mode)
    out = n + before + after - len(w) + 1
    if out < 1:
        raise ValueError
    w = w if w.dtype.kind == "f" else w.astype(float)
    rim = np.zeros(n + before + out, w.dtype)
    line = np.concatenate([rim, w, rim])
    start = len(rim) + before
    return np.stack([line[start - i : start - i + n] for i in range(out)])


VARIANTS = {
    "loops": {
        "output_size": size_by_counting,
        "resolve_padding": padding_by_trying,
        "toeplitz": toeplitz_by_rows,
    },
    "einsum": {
        "output_size": size_by_numpy,
        "resolve_padding": padding_by_numpy,
        "toeplitz": toeplitz_by_einsum,
    },
    "matrix product": {
        "output_size": size_by_counting,
        "resolve_padding": padding_by_numpy,
        "toeplitz": toeplitz_by_products,
    },
    "views, float32": {
        "output_size": size_by_numpy,
        "resolve_padding": padding_by_trying,
        "toeplitz": toeplitz_of_views,
    },
}

# Wrong.


def never_refuses(spatial, kernel_size, **options):
    try:
        return cnnlab.output_size(spatial, kernel_size, **options)
    except ValueError:
        return (0,) * (len(spatial) if isinstance(spatial, tuple) else 1)


def refuses_with_another_exception(spatial, kernel_size, **options):
    try:
        return cnnlab.output_size(spatial, kernel_size, **options)
    except ValueError:
        raise AssertionError from None


def list_of_sizes(spatial, kernel_size, **options):
    return list(cnnlab.output_size(spatial, kernel_size, **options))


def array_of_sizes(spatial, kernel_size, **options):
    return np.array(cnnlab.output_size(spatial, kernel_size, **options))


def fractions_of_windows(spatial, kernel_size, **options):
    return tuple(n / 1 for n in cnnlab.output_size(spatial, kernel_size, **options))


def number_for_one_axis(spatial, kernel_size, **options):
    sizes = cnnlab.output_size(spatial, kernel_size, **options)
    return sizes if len(sizes) > 1 else sizes[0]


def padding_of_the_first_axis(spatial, kernel_size, *, padding=0, **options):
    if isinstance(padding, tuple):
        padding = (padding[0],) * len(padding)
    return cnnlab.output_size(spatial, kernel_size, padding=padding, **options)


def stride_of_the_first_axis(spatial, kernel_size, *, stride=1, **options):
    stride = stride[0] if isinstance(stride, tuple) else stride
    return cnnlab.output_size(spatial, kernel_size, stride=stride, **options)


def one_gap_for_all_taps(spatial, kernel_size, *, dilation=1, **options):
    axes = len(spatial) if isinstance(spatial, tuple) else 1
    kernel_size, dilation = tuples(axes, kernel_size, dilation)
    longer = tuple(k + d - 1 for k, d in zip(kernel_size, dilation, strict=True))
    return cnnlab.output_size(spatial, longer, **options)


def words_ignored(spatial, kernel_size, *, padding=0, **options):
    padding = 0 if isinstance(padding, str) else padding
    try:
        return cnnlab.output_size(spatial, kernel_size, padding=padding, **options)
    except ValueError as error:
        raise error from None


def all_cells_after(spatial, kernel_size, padding, **options):
    pairs = cnnlab.resolve_padding(spatial, kernel_size, padding, **options)
    return tuple((0, sum(pair)) for pair in pairs) if padding == "same" else pairs


def pairs_turned_round(spatial, kernel_size, padding, **options):
    if isinstance(padding, tuple) and isinstance(padding[0], tuple):
        padding = tuple(pair[::-1] for pair in padding)
    return cnnlab.resolve_padding(spatial, kernel_size, padding, **options)


def totals_and_not_pairs(spatial, kernel_size, padding, **options):
    return tuple(map(sum, cnnlab.resolve_padding(spatial, kernel_size, padding, **options)))


def wraps_around(w, n, mode="valid"):
    matrix = cnnlab.toeplitz(w, n, mode)
    for i in range(len(matrix) if mode == "same" else 0):
        for a in range(len(w)):
            matrix[i, (i + a - (len(w) - 1) // 2) % n] = w[a]
    return matrix


def sloping_the_other_way(w, n, mode="valid"):
    return cnnlab.toeplitz(w, n, mode)[:, ::-1]


def whole_numbers_only(w, n, mode="valid"):
    return cnnlab.toeplitz(w, n, mode).astype(int)


def in_the_type_of_the_kernel(w, n, mode="valid"):
    return cnnlab.toeplitz(w, n, mode).astype(w.dtype)


def same_with_the_odd_cell_before(w, n, mode="valid"):
    return (
        cnnlab.toeplitz(w, n + 1, "same")[:, 1:][:n]
        if mode == "same" and len(w) % 2 == 0
        else cnnlab.toeplitz(w, n, mode)
    )


def always_valid(w, n, mode="valid"):
    return cnnlab.toeplitz(w, n)


def kernel_doubled_in_place(w, n, mode="valid"):
    matrix = cnnlab.toeplitz(w, n, mode)
    w *= 2
    return matrix


def swaps_the_longer_and_the_shorter(w, n, mode="valid"):
    if mode == "valid" and len(w) > n:
        return cnnlab.toeplitz(np.ones(n), len(w))
    return cnnlab.toeplitz(w, n, mode)


def quotient_cut_towards_zero(n, kernel_size, *, stride=1, padding=0, dilation=1):
    n, k, s, d = np.broadcast_arrays(n, kernel_size, stride, dilation)
    geometry = {"stride": stride, "dilation": dilation}
    rim = cnnlab.resolve_padding(tuple(map(int, n.flat)), kernel_size, padding, **geometry)
    room = n.ravel() + np.sum(rim, axis=1) - d * (k - 1) - 1
    sizes = tuple(int(r / step) + 1 for r, step in zip(room, s.flat, strict=True))
    if min(sizes) < 1:
        raise ValueError("no window fits")
    return sizes


def same_refused_for_a_long_kernel(w, n, mode="valid"):
    if mode == "same" and len(w) > n:
        raise ValueError("the kernel is longer than the signal")
    return cnnlab.toeplitz(w, n, mode)


SIZE, PADDING, MATRIX = "output_size", "resolve_padding", "toeplitz"
WRONG = {
    never_refuses: (SIZE, "size"),
    refuses_with_another_exception: (SIZE, "size"),
    list_of_sizes: (SIZE, "size stride"),
    array_of_sizes: (SIZE, "size stride"),
    fractions_of_windows: (SIZE, "size stride"),
    number_for_one_axis: (SIZE, "size stride"),
    padding_of_the_first_axis: (SIZE, "size"),
    stride_of_the_first_axis: (SIZE, "stride"),
    one_gap_for_all_taps: (SIZE, "stride"),
    quotient_cut_towards_zero: (SIZE, "stride"),
    words_ignored: (SIZE, "same"),
    all_cells_after: (PADDING, "same"),
    pairs_turned_round: (PADDING, "same"),
    totals_and_not_pairs: (PADDING, "same"),
    wraps_around: (MATRIX, "toeplitz"),
    sloping_the_other_way: (MATRIX, "toeplitz"),
    whole_numbers_only: (MATRIX, "toeplitz"),
    in_the_type_of_the_kernel: (MATRIX, "toeplitz"),
    same_with_the_odd_cell_before: (MATRIX, "toeplitz"),
    always_valid: (MATRIX, "toeplitz"),
    same_refused_for_a_long_kernel: (MATRIX, "toeplitz"),
    kernel_doubled_in_place: (MATRIX, "toeplitz"),
    swaps_the_longer_and_the_shorter: (MATRIX, "toeplitz"),
}
UNLISTED = {f.__name__: (lost, {of: f}) for f, (of, lost) in WRONG.items()}
