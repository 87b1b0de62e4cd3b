"""Answers to exercise 4: right ones of many kinds, and wrong ones that nobody listed."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import cnnlab

# Right.


def correlate_1d_by_loops(x, w):
    if len(w) > len(x):
        raise ValueError("too long")
    return np.array(
        [sum(float(x[i + a]) * float(w[a]) for a in range(len(w))) for i in range(len(x) - len(w) + 1)]
    )


def convolve_1d_by_stamps(x, w, mode="full"):
    y = np.zeros(len(x) + len(w) - 1)
    for a in range(len(x)):
        for b in range(len(w)):
            y[a + b] += float(x[a]) * float(w[b])
    if mode == "same":
        return y[len(w) // 2 :][: len(x)]
    if mode == "valid":
        if len(w) > len(x):
            raise ValueError("no entry")
        return y[len(w) - 1 : len(x)]
    return y


def correlate_2d_by_loops(x, w):
    y = np.zeros((x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1))
    if y.size == 0:
        raise ValueError("too large")
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = np.sum(x[i : i + w.shape[0], j : j + w.shape[1]].astype(float) * w)
    return y


def correlate_1d_by_einsum(x, w):
    return np.einsum("ia,a->i", sliding_window_view(x, len(w)).astype(float), w)


def convolve_1d_by_einsum(x, w, mode="full"):
    k = len(w)
    cells = {"full": (k - 1, k - 1), "same": (k - 1 - k // 2, k // 2), "valid": (0, 0)}[mode]
    return np.einsum("ia,a->i", sliding_window_view(np.pad(x.astype(float), cells), k), w[::-1])


def correlate_2d_by_einsum(x, w):
    return np.einsum("ijab,ab->ij", sliding_window_view(x, w.shape).astype(float), w)


def matrix(w, n):
    if n < len(w):
        raise ValueError("too long")
    return sum(w[a] * np.eye(n - len(w) + 1, n, a) for a in range(len(w)))


def correlate_1d_by_matrix(x, w):
    return matrix(w, len(x)) @ x


def convolve_1d_by_matrix(x, w, mode="full"):
    turned = matrix(w[::-1], len(x) + 2 * (len(w) - 1)) @ np.pad(x, len(w) - 1)
    if mode == "valid" and len(w) > len(x):
        raise ValueError("too long")
    middle = slice(len(w) // 2, len(w) // 2 + len(x))
    return {"full": turned, "same": turned[middle], "valid": turned[len(w) - 1 : len(x)]}[mode]


def correlate_2d_by_matrix(x, w):
    rows = range(len(x) - len(w) + 1)
    if not len(rows):
        raise ValueError("too large")
    return np.stack([sum(matrix(w[a], x.shape[1]) @ x[i + a] for a in range(len(w))) for i in rows])


def in_place_of_float64(x, w):
    """Choose float32 where both have it."""
    return np.float32 if x.dtype == w.dtype == np.float32 else np.float64


def correlate_1d_by_taps(x, w):
    y = np.zeros(len(x) - len(w) + 1, in_place_of_float64(x, w))
    if not len(y):
        raise ValueError("too long")
    for a in reversed(range(len(w))):
        y += w[a] * x[a : a + len(y)].astype(y.dtype)
    return y


def convolve_1d_by_taps(x, w, mode="full"):
    if mode == "valid":
        return correlate_1d_by_taps(x, w[::-1])
    y = np.zeros(len(x) + len(w) - 1, in_place_of_float64(x, w))
    for a in range(len(w)):
        y[a : a + len(x)] += w[a] * x.astype(y.dtype)
    return y if mode == "full" else y[len(w) // 2 : len(w) // 2 + len(x)]


def correlate_2d_by_taps(x, w):
    rows, columns = (n - k + 1 for n, k in zip(x.shape, w.shape, strict=True))
    if min(rows, columns) < 1:
        raise ValueError("too large")
    y = np.zeros((rows, columns), in_place_of_float64(x, w))
    for a, b in np.ndindex(*w.shape):
        y += w[a, b] * x[a : a + rows, b : b + columns].astype(y.dtype)
    return y


KINDS = {
    "loops": (correlate_1d_by_loops, convolve_1d_by_stamps, correlate_2d_by_loops),
    "einsum": (correlate_1d_by_einsum, convolve_1d_by_einsum, correlate_2d_by_einsum),
    "matrix product": (correlate_1d_by_matrix, convolve_1d_by_matrix, correlate_2d_by_matrix),
    "taps, float32": (correlate_1d_by_taps, convolve_1d_by_taps, correlate_2d_by_taps),
}
SIGNAL, TRUE, PICTURE = NAMES = ("correlate_1d", "convolve_1d", "correlate_2d")
VARIANTS = {kind: dict(zip(NAMES, functions, strict=True)) for kind, functions in KINDS.items()}

# Wrong.


def from_the_end(x, w):
    return cnnlab.correlate_1d(x, w)[::-1]


def first_window_forgotten(x, w):
    return cnnlab.correlate_1d(x, w)[1:]


def full_length(x, w):
    y = np.zeros(len(x))
    y[: len(x) - len(w) + 1] = cnnlab.correlate_1d(x, w)
    return y


def type_of_the_signal(x, w):
    return cnnlab.correlate_1d(x, w).astype(x.dtype)


def of_numpy(x, w):
    return np.correlate(x, w, "valid")


def mean_of_the_products(x, w):
    return cnnlab.correlate_1d(x, w) / len(w)


def empty_where_nothing_fits(x, w):
    return np.zeros(0) if len(w) > len(x) else cnnlab.correlate_1d(x, w)


def kernel_turned_in_place(x, w):
    y = cnnlab.correlate_1d(x, w)
    w *= -1
    return y


def true_of_numpy(x, w, mode="full"):
    return np.convolve(x, w, mode)


def mode_ignored(x, w, mode="full"):
    return cnnlab.convolve_1d(x, w)


def valid_is_same(x, w, mode="full"):
    cnnlab.convolve_1d(x, w, mode)
    return cnnlab.convolve_1d(x, w, "same" if mode == "valid" else mode)


def same_from_the_start(x, w, mode="full"):
    return cnnlab.convolve_1d(x, w)[: len(x)] if mode == "same" else cnnlab.convolve_1d(x, w, mode)


def signal_turned_and_not_the_kernel(x, w, mode="full"):
    return cnnlab.convolve_1d(x[::-1], w, mode)


def wraps_around(x, w, mode="full"):
    y = cnnlab.convolve_1d(x, w, mode)
    if mode == "same" and len(w) <= len(x):
        full = cnnlab.convolve_1d(x, w)
        y = np.array([full[(i + len(w) // 2) :: len(x)].sum() for i in range(len(x))])
    return y


def kernel_transposed(x, w):
    return cnnlab.correlate_2d(x, w.T if w.shape[0] == w.shape[1] else w)


def type_of_the_picture(x, w):
    return cnnlab.correlate_2d(x, w).astype(x.dtype)


def last_column_forgotten(x, w):
    return cnnlab.correlate_2d(x, w)[:, :-1]


def rows_alone(x, w):
    return cnnlab.correlate_2d(x, np.where(np.arange(len(w))[:, None] == 0, w, 0))


def list_of_rows(x, w):
    return cnnlab.correlate_2d(x, w).tolist()


def absolute(x, w):
    return np.abs(cnnlab.correlate_2d(x, w))


def picture_changed_in_place(x, w):
    y = cnnlab.correlate_2d(x, w)
    x[0, 0] += 1
    return y


def products_in_eight_bits(x, w):
    if len(w) > len(x):
        raise ValueError("too long")
    return np.array([np.sum(x[i : i + len(w)] * w) for i in range(len(x) - len(w) + 1)])


def stamps_in_eight_bits(x, w, mode="full"):
    y = np.zeros(len(x) + len(w) - 1)
    for i in range(len(x)):
        y[i : i + len(w)] += x[i] * w
    cnnlab.convolve_1d(x, w, mode)
    start = {"full": 0, "same": len(w) // 2, "valid": len(w) - 1}[mode]
    return y[start : start + {"full": len(y), "same": len(x), "valid": len(x) - len(w) + 1}[mode]]


def pictures_in_eight_bits(x, w):
    cnnlab.correlate_2d(x, w)
    windows = sliding_window_view(x, w.shape)
    return (windows * w).astype(float).sum(axis=(2, 3))


def nothing_where_one_tap_hangs_over(x, w):
    return np.zeros(0) if len(w) == len(x) + 1 else cnnlab.correlate_1d(x, w)


def nothing_valid_where_one_tap_hangs_over(x, w, mode="full"):
    too_long = mode == "valid" and len(w) == len(x) + 1
    return np.zeros(0) if too_long else cnnlab.convolve_1d(x, w, mode)


def nothing_where_a_row_hangs_over(x, w):
    sizes = [n - k + 1 for n, k in zip(x.shape, w.shape, strict=True)]
    return np.zeros(sizes) if min(sizes) == 0 else cnnlab.correlate_2d(x, w)


WRONG = {
    products_in_eight_bits: (SIGNAL, "correlate"),
    nothing_where_one_tap_hangs_over: (SIGNAL, "correlate"),
    stamps_in_eight_bits: (TRUE, "convolve"),
    nothing_valid_where_one_tap_hangs_over: (TRUE, "convolve"),
    pictures_in_eight_bits: (PICTURE, "2d"),
    nothing_where_a_row_hangs_over: (PICTURE, "2d"),
    from_the_end: (SIGNAL, "correlate"),
    first_window_forgotten: (SIGNAL, "correlate"),
    full_length: (SIGNAL, "correlate"),
    type_of_the_signal: (SIGNAL, "correlate"),
    of_numpy: (SIGNAL, "correlate"),
    mean_of_the_products: (SIGNAL, "correlate"),
    empty_where_nothing_fits: (SIGNAL, "correlate"),
    kernel_turned_in_place: (SIGNAL, "correlate"),
    true_of_numpy: (TRUE, "convolve"),
    mode_ignored: (TRUE, "convolve"),
    valid_is_same: (TRUE, "convolve"),
    same_from_the_start: (TRUE, "convolve"),
    signal_turned_and_not_the_kernel: (TRUE, "convolve"),
    wraps_around: (TRUE, "convolve"),
    kernel_transposed: (PICTURE, "2d"),
    type_of_the_picture: (PICTURE, "2d"),
    last_column_forgotten: (PICTURE, "2d"),
    rows_alone: (PICTURE, "2d"),
    list_of_rows: (PICTURE, "2d"),
    absolute: (PICTURE, "2d"),
    picture_changed_in_place: (PICTURE, "2d"),
}
UNLISTED = {f.__name__: (lost, {of: f}) for f, (of, lost) in WRONG.items()}
