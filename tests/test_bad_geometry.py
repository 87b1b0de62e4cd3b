"""Every kind of bad geometry, given to everything that takes a geometry: it is told before any work.

The arrays are one number seen from everywhere, thousands of images large: they cost nothing until they are
worked on, and then so much that it would be noticed. They are read-only.
"""

import inspect
import re
import tracemalloc

import numpy as np
import pytest

from cnnlab import dense
from cnnlab.activations import softmax_backward, softmax_forward
from cnnlab.adaptive_pool import (
    adaptive_avg_pool_backward,
    adaptive_avg_pool_forward,
    adaptive_max_pool_backward,
    adaptive_max_pool_forward,
    global_avg_pool_backward,
    global_avg_pool_forward,
    global_max_pool_backward,
    global_max_pool_forward,
)
from cnnlab.any_size import dense_to_conv
from cnnlab.bias import bias_backward
from cnnlab.conv import (
    conv_backward,
    conv_backward_bias,
    conv_backward_input,
    conv_backward_weight,
    conv_forward,
)
from cnnlab.conv_layers import Conv, ConvTranspose, Local, Tiled
from cnnlab.conv_transpose import conv_transpose_backward, conv_transpose_forward
from cnnlab.dropout import dropout_forward
from cnnlab.equivariance import equivariance_error
from cnnlab.geometry import output_size, receptive_field, resolve_padding
from cnnlab.layers import BatchNorm, Pad
from cnnlab.local import local_backward, local_forward, tiled_backward, tiled_forward
from cnnlab.lp_pool import lp_pool_backward, lp_pool_forward
from cnnlab.matrix import conv_matrix
from cnnlab.norm import batchnorm_backward, batchnorm_forward
from cnnlab.padding import pad_backward, pad_forward
from cnnlab.pool import avg_pool_backward, avg_pool_forward, max_pool_backward, max_pool_forward
from cnnlab.pool_layers import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, LpPool, MaxPool, WeightedPool
from cnnlab.unpool import max_pool_winners, max_unpool, max_unpool_backward
from cnnlab.weighted_pool import weighted_pool_backward, weighted_pool_forward
from cnnlab.windows import fold, unfold

N = 5000
conv_matrix(np.ones((1, 1, 2)), 3)  # loads SciPy, which takes memory, too


def huge(*shape):
    """An array of any size that takes no memory."""
    return np.broadcast_to(0.5, shape)


def refused(call, words, error=ValueError):
    """Hold that a call raises what it should, in these words, and has not worked before."""
    tracemalloc.start()
    try:
        with pytest.raises(error, match=words):
            call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**17


X, DY, POOLED = huge(N, 4, 7, 6), huge(N, 6, 5, 5), huge(N, 4, 5, 5)
UP = huge(N, 3, 9, 7)
AS_SHAPE = {  # the kernel is an array's shape
    "fold": lambda kernel, x=X, **g: fold(huge(len(x), 4, *kernel, 5, 5), (7, 6), **g),
    "conv_forward": lambda kernel, x=X, **g: conv_forward(x, huge(6, 2, *kernel), **dict(groups=2) | g),
    "conv_backward": lambda kernel, x=X, dy=DY, **g: conv_backward(
        dy, x, huge(6, 2, *kernel), **dict(groups=2) | g
    ),
    "conv_backward_input": lambda kernel, dy=DY, **g: conv_backward_input(
        dy, huge(6, 2, *kernel), (7, 6), **dict(groups=2) | g
    ),
    "conv_matrix": lambda kernel, **g: conv_matrix(huge(6, 2, *kernel), (7, 6), **dict(groups=2) | g),
    "conv_transpose_forward": lambda kernel, x=X, **g: conv_transpose_forward(x, huge(4, 3, *kernel), **g),
    "conv_transpose_backward": lambda kernel, x=X, dy=UP, **g: conv_transpose_backward(
        dy, x, huge(4, 3, *kernel), **g
    ),
    "local_forward": lambda kernel, x=X, **g: local_forward(x, huge(6, 5, 5, 4, *kernel), **g),
    "local_backward": lambda kernel, x=X, dy=DY, **g: local_backward(dy, x, huge(6, 5, 5, 4, *kernel), **g),
    "tiled_forward": lambda kernel, x=X, **g: tiled_forward(x, huge(6, 2, 3, 4, *kernel), **g),
    "tiled_backward": lambda kernel, x=X, dy=DY, **g: tiled_backward(dy, x, huge(6, 2, 3, 4, *kernel), **g),
    "weighted_pool_forward": lambda kernel, x=X, **g: weighted_pool_forward(
        x, huge(*kernel), **dict(stride=1) | g
    ),
    "weighted_pool_backward": lambda kernel, x=X, dy=POOLED, **g: weighted_pool_backward(
        dy, x, huge(*kernel), **dict(stride=1) | g
    ),
}


def pooling(function):
    """A pooling with a stride of 1, forward."""
    return lambda kernel, x=X, **g: function(x, kernel, **dict(stride=1) | g)


def pooling_back(function):
    """The same, backward."""
    return lambda kernel, x=X, dy=POOLED, **g: function(dy, x, kernel, **dict(stride=1) | g)


AS_ARGUMENT = {  # the kernel's size is an argument
    "output_size": lambda kernel, **g: output_size((7, 6), kernel, **g),
    "resolve_padding": lambda kernel, padding=0, **g: resolve_padding((7, 6), kernel, padding, **g),
    "receptive_field": lambda kernel, stride=1, padding=0, dilation=1: receptive_field(
        [((3, 2), 1, 0, 1), (kernel, stride, padding, dilation)]
    ),
    "unfold": lambda kernel, x=X, **g: unfold(x, kernel, **g),
    "conv_backward_weight": lambda kernel, x=X, dy=DY, **g: conv_backward_weight(
        dy, x, kernel, **dict(groups=2) | g
    ),
    "max_pool_forward": pooling(max_pool_forward),
    "max_pool_backward": pooling_back(max_pool_backward),
    "max_pool_winners": pooling(max_pool_winners),
    "avg_pool_forward": pooling(avg_pool_forward),
    "avg_pool_backward": pooling_back(avg_pool_backward),
    "lp_pool_forward": pooling(lp_pool_forward),
    "lp_pool_backward": pooling_back(lp_pool_backward),
    "MaxPool": lambda kernel, x=X, **g: MaxPool(kernel, **dict(stride=1) | g).forward(x),
    "AvgPool": lambda kernel, x=X, **g: AvgPool(kernel, **dict(stride=1) | g).forward(x),
    "LpPool": lambda kernel, x=X, **g: LpPool(kernel, **dict(stride=1) | g).forward(x),
}
LAYERS = {  # which draw as many weights as they are told to
    "Conv": lambda kernel, x=X, **g: Conv(4, 6, kernel_size=kernel, **dict(groups=2) | g).forward(x),
    "ConvTranspose": lambda kernel, x=X, **g: ConvTranspose(4, 6, kernel_size=kernel, **g).forward(x),
    "Tiled": lambda kernel, x=X, **g: Tiled(4, 6, tile=(2, 3), kernel_size=kernel, **g).forward(x),
    "Local": lambda kernel, x=X, **g: Local(4, 6, spatial=(7, 6), kernel_size=kernel, **g).forward(x),
    "WeightedPool": lambda kernel, x=X, **g: WeightedPool(kernel, **dict(stride=1) | g).forward(x),
}
ALL = AS_SHAPE | AS_ARGUMENT | LAYERS
POOLINGS = {name for name in ALL if "ool" in name}
TRANSPOSED = {name for name in ALL if "ranspose" in name}
UNDILATED = {name for name in ALL if name.lower().startswith(("local", "tiled"))}
OF_ANY_INPUT = {"resolve_padding", "receptive_field"}  # these know no size that a kernel could exceed
NUMBERS_ONLY = TRANSPOSED | {"receptive_field"}  # these take no words as padding


def rows(*bad, to=ALL, but=()):
    """Give each bad geometry, of name, options and words, to each function."""
    return [
        pytest.param(name, options, words, id=f"{name}: {label}")
        for name in sorted(set(to) - set(but))
        for label, options, words in bad
        if not ("dilation" in options and name in UNDILATED)
    ]


def each_axis(name):
    """What no argument with an int for each axis may be."""
    return [
        (f"{name} {value!r}", {name: value}, rf"^{name} is {re.escape(repr(value))}, but it must be {rule}")
        for value, rule in (
            (-1, "at least"),
            ((1, -1), "at least . on every axis"),
            (1.5, "an int or one int per axis"),
            ((1, 1.0), "an int or one int per axis"),
            (True, "an int or one int per axis"),
            (np.nan, "an int or one int per axis"),
            ({1: 2}, "an int or one int per axis"),
            ("2", "an int or one int per axis"),
        )
        if (name, value) != ("padding", "2")  # words are another matter
    ]


def entries(name):
    """What an argument with an int for each of two axes may not be."""
    return [
        (
            f"{name} {value}",
            {name: value},
            rf"^{name} is {re.escape(str(value))}: {len(value)} entries for 2 sp",
        )
        for value in ((1, 1, 1), (1,), ())
    ]


TOO_LARGE = [
    (
        "a kernel of 8",
        dict(kernel=(8, 2)),
        r"a kernel of size 8 with dilation 1 spans 8 entries, but the padded input has 7 \+ 2\*0 = 7 "
        r"\(spatial axis 0\)",
    ),
    (
        "a kernel of 4, dilated",
        dict(kernel=(3, 4), dilation=(1, 2)),
        r"a kernel of size 4 with dilation 2 spans 7 entries, but the padded input has 6 \+ 2\*0 = 6 "
        r"\(spatial axis 1\)",
    ),
    ("a kernel of 10, padded", dict(kernel=(10, 2), padding=(1, 0)), r"10 entries, .* has 7 \+ 2\*1 = 9"),
    (
        "a kernel of 9, one side padded",
        dict(kernel=(9, 2), padding=((1, 0), (0, 0))),
        r"9 entries, .* 7 \+ 1 \+ 0 = 8",
    ),
    ("a dilation of a billion", dict(dilation=10**9), r"spans 2000000001 entries, .* has 7 \+ 2\*0 = 7"),
]
HUGE = [("a kernel of a billion", dict(kernel=(10**9, 2)), r"kernel of size 1000000000 .* has 7 \+ 2\*0 = 7")]
ZERO = [
    (f"{name} {value!r}", {name: value}, rf"^{name} is {re.escape(repr(value))}, but it must be at least 1")
    for name in ("stride", "dilation")
    for value in (0, (1, 0))
]
PAIRS = [
    (
        f"padding {value!r}",
        dict(padding=value),
        rf"^padding is {re.escape(repr(value))}, but pairs must be one \(before, after\) for each of 2 axes",
    )
    for value in (((1, 1),), ((1, 1), 1), ((1, 1), (1, 1, 1)), ((1, 1), (0, 0), (0, 0)))
]
NEGATIVE = (
    "a negative cell",
    dict(padding=((0, -1), (0, 0))),
    r"^padding is \(0, -1\), but it must be at least 0",
)
WORDS = [
    (
        f'padding "{word}"',
        dict(padding=word),
        rf'^padding is "{word}", but the words it knows are "valid", "sa',
    )
    for word in ("reflect", "2", "")
]
NO_WORDS = [
    ('padding "same"', dict(padding="same"), '^padding is "same", but here it must be numbers of cells')
]
NOT_FOR_POOLING = [
    (
        'padding "same"',
        dict(padding="same"),
        r'^padding is "same", but pooling takes numbers of cells, or \(before, after\) pairs',
    ),
    (
        "padding over half",
        dict(padding=2),
        r"^padding of 2 is more than half the pooling kernel of 3: 2\*2 > 3",
    ),
    (
        "padding over half, on one side",
        dict(padding=((0, 0), (0, 2))),
        r"^padding of 2 is more than half the pooling kernel of 2: 2\*2 > 2",
    ),
]
NO_KERNEL = [
    (f"kernel {k}", dict(kernel=k), rf"{re.escape(repr(k))}, but it must be at least 1")
    for k in ((0, 2), (3, 0))
]
KERNELS = [
    (label.replace("kernel_size", "kernel"), dict(kernel=options["kernel_size"]), words)
    for label, options, words in each_axis("kernel_size") + entries("kernel_size")[1:]
]


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        *rows(*TOO_LARGE, but=OF_ANY_INPUT | TRANSPOSED),
        *rows(*HUGE, to=AS_SHAPE | AS_ARGUMENT, but=OF_ANY_INPUT | TRANSPOSED),
        *rows(*ZERO, *each_axis("stride"), *each_axis("dilation"), *each_axis("padding"), NEGATIVE),
        *rows(*entries("stride"), *entries("dilation"), *entries("padding"), *PAIRS),
        *rows(*WORDS, but=POOLINGS | NUMBERS_ONLY),
        *rows(*NO_WORDS, to=NUMBERS_ONLY),
        *rows(*NOT_FOR_POOLING, to=POOLINGS),
        *rows(*NO_KERNEL),
        *rows(*KERNELS, to=AS_ARGUMENT, but=["receptive_field"]),
        *rows(*KERNELS[:-2], to=["receptive_field"]),
    ],
)
def test_a_window_that_cannot_be(name, options, words):
    refused(lambda: ALL[name](**dict(kernel=(3, 2)) | options), words)


def small(name):
    """The arrays of one image that a function of the table takes."""
    arrays = dict(x=X[:1], dy=DY[:1])
    if name in POOLINGS:
        arrays["dy"] = POOLED[:1]
    if name in TRANSPOSED:
        arrays["dy"] = UP[:1]
    return {key: a for key, a in arrays.items() if key in inspect.signature(ALL[name]).parameters}


@pytest.mark.parametrize("name", ALL)
def test_the_same_call_without_the_mistake_is_taken(name):
    ALL[name](kernel=(3, 2), **small(name))


GROUPS = [
    (f"groups {value!r}", dict(groups=value), rf"^groups is {re.escape(repr(value))}, but it must be {rule}")
    for value, rule in (
        (0, "at least 1"),
        (-2, "at least 1"),
        (1.5, "an int"),
        (True, "an int"),
        (None, "an int"),
        ("2", "an int"),
        ((1, 2), "one int"),
    )
]
UNDIVIDED = [
    ("groups 3", dict(groups=3), r"^4 input channels cannot be cut into 3 group\(s\) of equal size"),
    ("groups 5", dict(groups=5), r"^4 input channels cannot be cut into 5 group\(s\) of equal size"),
]
GROUPED = {name for name in ALL if name.lower().startswith("conv")}
KERNEL_SAYS = {"conv_backward_input", "conv_matrix"}  # how many channels there are


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        *rows(*GROUPS, to=GROUPED),
        *rows(*UNDIVIDED, to=GROUPED, but=KERNEL_SAYS),
        *rows(
            ("groups 4", dict(groups=4), r"^6 output channels cannot be cut into 4 group\(s\) of equal size"),
            to=GROUPED,
            but=TRANSPOSED - LAYERS.keys(),
        ),
        *rows(
            ("groups 2", dict(groups=1), r"with 1 group\(s\) it reads 1 \* 2 = 2 channels, but x has 4"),
            to=["conv_forward", "conv_backward"],
        ),
    ],
)
def test_channels_that_cannot_be_cut(name, options, words):
    refused(lambda: ALL[name](**dict(kernel=(3, 2)) | options), words)


BEYOND = [
    (
        "output_padding 2",
        dict(stride=(2, 3), output_padding=(2, 0)),
        r"^output_padding is 2, but it must be smaller than either stride or dilation: 2 >= max\(2, 1\) "
        r"\(spatial axis 0\)",
    ),
    ("output_padding 1", dict(output_padding=1), r"1 >= max\(1, 1\)"),
    ("output_padding 3, dilated", dict(dilation=(1, 3), output_padding=(0, 3)), r"3 >= max\(1, 3\) .*axis 1"),
    (
        "padding 5",
        dict(padding=(0, 5)),
        r"^the output would have \(6 - 1\)\*1 - 2\*5 \+ 1\*\(2 - 1\) \+ 0 \+ 1 = -3 entries, but it must "
        r"have at least 1 \(spatial axis 1\)",
    ),
    ("one side padded", dict(padding=((4, 5), (0, 0))), r"\(7 - 1\)\*1 - \(4 \+ 5\) .* = 0 entries"),
]


@pytest.mark.parametrize(
    ("name", "options", "words"), rows(*BEYOND, *each_axis("output_padding"), to=TRANSPOSED)
)
def test_a_stamp_that_cannot_be(name, options, words):
    refused(lambda: ALL[name](**dict(kernel=(3, 2)) | options), words)


TAKE = {key: [n for n in ALL if key in inspect.signature(ALL[n]).parameters] for key in ("x", "dy")}
TAKE["x"].remove("fold")


@pytest.mark.parametrize("name", TAKE["x"])
@pytest.mark.parametrize("shape", [(), (N,), (N, 4), (N, 4, 7), (N, 4, 7, 6, 5)])
def test_an_input_with_other_axes(name, shape):
    words = "axes|2 entries for . spatial axes|with the same number of spatial axes, at least one"
    refused(lambda: ALL[name](kernel=(3, 2), x=huge(*shape)), words)


@pytest.mark.parametrize(("name", "kernel"), [(n, k) for n in AS_SHAPE for k in ((), (3,), (3, 2, 2))])
def test_a_kernel_with_other_axes(name, kernel):
    words = "number of spatial axes|. entries for . spatial axes|windows has|at least one spatial axis"
    refused(lambda: AS_SHAPE[name](kernel=kernel), words)


NO_NUMBERS = {
    "objects": np.broadcast_to(np.array(None), X.shape),
    "letters": np.broadcast_to("a", X.shape),
    "dates": np.broadcast_to(np.datetime64("2020-02-02"), X.shape),
    "records": np.broadcast_to(np.zeros((), [("a", float)]), X.shape),
    "None": None,
    "a word": "a picture",
    "ragged rows": [[1.0], [1.0, 2.0]],
}


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, names in TAKE.items() for name in names])
@pytest.mark.parametrize("wrong", NO_NUMBERS)
def test_what_is_not_numbers(key, name, wrong):
    words = rf"^{key} must be an array of numbers, but its (dtype is|rows have different lengths)"
    refused(lambda: ALL[name](kernel=(3, 2), **{key: NO_NUMBERS[wrong]}), words, TypeError)


SAID_BY_DY = {"conv_backward_input": "images", "conv_backward_weight": "channels"}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (name, change)
        for name in TAKE["dy"]
        for change in ("images", "channels", "sizes", "exchanged", "axes")
        if SAID_BY_DY.get(name) != change
    ],
)
def test_a_gradient_of_another_output(name, change):
    _, c, h, w = small(name)["dy"].shape
    shape = {
        "images": (1, c, h, w),
        "channels": (N, c + 2, h, w),
        "sizes": (N, c, h, w + 1),
        "exchanged": (N, c, w, h + 1),
        "axes": (N, c, h * w, 1, 1),
    }[change]
    got, expected = re.escape(str(shape)), re.escape(str((N, c, h, w)))
    words = rf"^dy has shape {got}, but the output of the forward pass has shape {expected}$"
    refused(lambda: ALL[name](kernel=(3, 2), dy=huge(*shape)), words)


SPATIAL = {
    "output_size": lambda spatial: output_size(spatial, 1),
    "resolve_padding": lambda spatial: resolve_padding(spatial, 1, 0),
    "fold": lambda spatial: fold(huge(N, 4, 3, 2, 5, 5), spatial),
    "conv_backward_input": lambda spatial: conv_backward_input(DY, huge(6, 2, 3, 2), spatial, groups=2),
    "conv_matrix": lambda spatial: conv_matrix(huge(6, 2, 3, 2), spatial, groups=2),
    "max_unpool": lambda spatial: max_unpool(X, np.broadcast_to(0, X.shape), spatial),
    "Local": lambda spatial: Local(4, 6, spatial=spatial, kernel_size=1),
}


@pytest.mark.parametrize("name", SPATIAL)
@pytest.mark.parametrize(
    ("spatial", "words"), [(o["spatial"], words) for _, o, words in each_axis("spatial")], ids=repr
)
def test_sizes_that_cannot_be(name, spatial, words):
    refused(lambda: SPATIAL[name](spatial), words)


@pytest.mark.parametrize("name", ["fold", "conv_backward_input", "conv_matrix", "max_unpool"])
@pytest.mark.parametrize(
    ("spatial", "words"), [(o["spatial"], words) for _, o, words in entries("spatial")], ids=repr
)
def test_sizes_of_other_axes(name, spatial, words):
    refused(lambda: SPATIAL[name](spatial), words)


BINS = {
    "adaptive_avg_pool_forward": lambda size: adaptive_avg_pool_forward(X, size),
    "adaptive_max_pool_forward": lambda size: adaptive_max_pool_forward(X, size),
    "AdaptiveAvgPool": lambda size: AdaptiveAvgPool(size).forward(X),
    "AdaptiveMaxPool": lambda size: AdaptiveMaxPool(size).forward(X),
}


@pytest.mark.parametrize("name", BINS)
@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "^output_size is 0, but it must be at least 1"),
        ((2, 0), r"^output_size is \(2, 0\), but it must be at"),
    ]
    + [(o["output_size"], words) for _, o, words in each_axis("output_size") + entries("output_size")],
    ids=repr,
)
def test_bins_that_cannot_be(name, size, words):
    refused(lambda: BINS[name](size), words)


RIMS = {
    "pad_forward": pad_forward,
    "pad_backward": pad_backward,
    "Pad": lambda x, padding, mode="zeros": Pad(padding, mode=mode).forward(x),
}


@pytest.mark.parametrize("name", RIMS)
@pytest.mark.parametrize(
    ("padding", "words"),
    [
        (o["padding"], words)
        for _, o, words in (*each_axis("padding"), *entries("padding"), *PAIRS, *NO_WORDS)
    ],
    ids=repr,
)
def test_a_rim_that_cannot_be(name, padding, words):
    refused(lambda: RIMS[name](X, padding), words)


ROWS, HALF = huge(N, 5), np.broadcast_to(0.5, (4,))
NOBODY = np.broadcast_to(-1, X.shape)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: adaptive_avg_pool_forward(X[..., :0], 1),
            ValueError,
            r"^x has shape .*: a spatial axis without",
        ),
        (
            lambda: adaptive_max_pool_backward(DY, X),
            ValueError,
            r"^dy has shape .*, 6, 5, 5\), but .*, 4, \*output_size",
        ),
        (lambda: adaptive_avg_pool_backward(X[..., 0], X), ValueError, "with 2 spatial axes"),
        (lambda: global_avg_pool_forward(X[:, :, 0, 0]), ValueError, "at least one spatial axis"),
        (lambda: global_max_pool_forward(X[:, :, :0]), ValueError, "a spatial axis without entries"),
        (lambda: global_avg_pool_backward(DY, X), ValueError, r"^dy has shape .* has shape \(5000, 4\)"),
        (lambda: global_max_pool_backward(ROWS, X), ValueError, r"^dy has shape .* has shape \(5000, 4\)"),
        (
            lambda: pad_forward(X, 7, "reflect"),
            ValueError,
            r"^a rim of 7 .* needs 7 \+ 1 = 8 .* axis 0 has 7",
        ),
        (lambda: pad_forward(X, (0, 7), "circular"), ValueError, "^a rim of 7 .* needs 7 .* axis 1 has 6"),
        (
            lambda: pad_forward(X[..., :0], 1, "replicate"),
            ValueError,
            "^a rim of 1 .* needs 1 .* axis 1 has 0",
        ),
        (
            lambda: pad_backward(X, (0, 4)),
            ValueError,
            r"^dy has 6 cells on .* 1, .* rim alone has 4 \+ 4 = 8",
        ),
        (lambda: pad_forward(X, 1, "mirror"), ValueError, '^mode is "mirror", but the modes are "zeros"'),
        (lambda: pad_forward(X, 1, 0), ValueError, "^mode is .*0.*, but the modes are"),
        (lambda: pad_forward(X, 1, ["zeros"]), ValueError, "^mode is .*, but the modes are"),
        (
            lambda: max_unpool(X, NOBODY[:1], 7),
            ValueError,
            r"^winners has shape \(1, 4, 7, 6\), but y has shape",
        ),
        (
            lambda: max_unpool(X, X, 7),
            TypeError,
            "^winners must be an array of integers, but its dtype is float",
        ),
        (
            lambda: max_unpool(X[:1], NOBODY[:1] + 43, (7, 6)),
            ValueError,
            r"^winners holds 42, .* from 0 to 41",
        ),
        (lambda: max_unpool(X[:1], NOBODY[:1] - 1, (7, 6)), ValueError, "^winners holds -2, but"),
        (
            lambda: max_unpool_backward(X, NOBODY[:, :3]),
            ValueError,
            "^winners has shape .* same N, C and number",
        ),
        (lambda: max_unpool_backward(X[:1], NOBODY[:1] + 43), ValueError, "^winners holds 42, but"),
        (
            lambda: batchnorm_forward(X, HALF[:3], HALF, None, train=True),
            ValueError,
            r"^gamma has .* need \(4,\)",
        ),
        (
            lambda: batchnorm_forward(X, HALF, HALF[:3], None, train=True),
            ValueError,
            r"^beta has .* need \(4,\)",
        ),
        (
            lambda: batchnorm_forward(X, HALF, HALF, (HALF, HALF[:3]), train=False),
            ValueError,
            r"^running variance has shape \(3,\), but 4 channels need \(4,\)",
        ),
        (
            lambda: batchnorm_backward(X, X, HALF, (HALF, HALF, HALF), train=True),
            ValueError,
            "^running has 3 entries, but it must be a pair",
        ),
        (
            lambda: batchnorm_backward(DY, X, HALF, None, train=True),
            ValueError,
            "^dy has shape .* the output of the",
        ),
        (
            lambda: batchnorm_forward(X[:1, :, :1, :1], HALF, HALF, None, train=True),
            ValueError,
            r"at least 2 values, but x of shape \(1, 4, 1, 1\) has 1 \* 1 \* 1 = 1",
        ),
        (
            lambda: bias_backward(DY, (4,)),
            ValueError,
            r"^bias has shape \(4,\), but 6 filters need shape \(6,\)",
        ),
        (
            lambda: bias_backward(DY, (6, 6, 5)),
            ValueError,
            r"^bias has shape .* at most the output's \(5, 5\)",
        ),
        (lambda: bias_backward(DY, (6, 5)), ValueError, r"^bias has shape \(6, 5\)"),
        (
            lambda: bias_backward(DY, (6, 0, 5)),
            ValueError,
            r"^bias_shape is \(6, 0, 5\), but it must be at least 1",
        ),
        (
            lambda: conv_forward(X, huge(6, 4, 3, 2), HALF),
            ValueError,
            r"^bias has shape \(4,\), but 6 filters need",
        ),
        (
            lambda: conv_transpose_forward(X, huge(4, 3, 3, 2), HALF),
            ValueError,
            r"^bias has shape \(4,\), but 3 filters need",
        ),
        (
            lambda: tiled_backward(DY, X, huge(6, 2, 3, 4, 3, 2), bias_shape=(6, 6, 5)),
            ValueError,
            r"^bias has shape \(6, 6, 5\)",
        ),
        (
            lambda: tiled_forward(X, huge(6, 6, 3, 4, 3, 2)),
            ValueError,
            r"its tile \(6, 3\) .* the output's \(5, 5\)",
        ),
        (
            lambda: tiled_forward(X, huge(6, 0, 3, 4, 3, 2)),
            ValueError,
            r"its tile \(0, 3\) must have at least one",
        ),
        (
            lambda: tiled_forward(X, huge(6, 2, 3, 3, 3, 2)),
            ValueError,
            "of 3 channel.s., but x has 4 channel",
        ),
        (
            lambda: local_forward(X, huge(6, 5, 4, 4, 3, 2)),
            ValueError,
            r"kernels for \(5, 4\) places, .* has \(5, 5\)",
        ),
        (lambda: local_backward(DY, X, huge(6, 5, 4, 4, 3, 2)), ValueError, r"kernels for \(5, 4\) places"),
        (
            lambda: conv_matrix(huge(6, 4, 3, 2), 5, boundary="wrap"),
            ValueError,
            "^boundary is 'wrap', but it must",
        ),
        (
            lambda: fold(huge(N, 4, 3, 2, 5, 4), (7, 6)),
            ValueError,
            r"has \(5, 4\) places, but .* has \(5, 5\)",
        ),
        (lambda: conv_backward_bias(huge(N, 4)), ValueError, "^dy has shape .*: 2 axes, but"),
        (
            lambda: lp_pool_forward(X, 2, p=0.5),
            ValueError,
            "^p is 0.5, but it must be a number of at least 1",
        ),
        (lambda: lp_pool_backward(X, X, 2, p=np.inf), ValueError, "^p is inf, but it must be finite"),
        (
            lambda: receptive_field([(3, 1, 0)]),
            ValueError,
            r"^layer 0 is \(3, 1, 0\), but it must be \(kernel_size",
        ),
        (
            lambda: dense.flatten_backward(ROWS, (2, 2)),
            ValueError,
            r"no whole number of channels of 2 \* 2 = 4",
        ),
        (lambda: dense_to_conv(ROWS, (2, 2)), ValueError, r"no whole number of channels of 2 \* 2 = 4"),
        (lambda: dense.dense_forward(ROWS, huge(3, 4)), ValueError, "reads 4 entries a row, but x has 5"),
        (
            lambda: equivariance_error(np.square, X, 3, halo=0, stride=2),
            ValueError,
            r"^a shift of 3 cells is no whole number of steps of the stride 2: 3 = 1 \* 2 \+ 1",
        ),
        (
            lambda: equivariance_error(np.square, X, 1, halo=-1),
            ValueError,
            "^halo is -1, but it must be at least 0",
        ),
    ],
)
def test_a_call_of_its_own_kind(call, error, words):
    refused(call, words, error)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Conv(2, 3, kernel_size=3, stride=0), "^stride is 0, but it must be at least 1"),
        (lambda: Conv(2, 3, kernel_size=3, dilation=0), "^dilation is 0, but it must be at least 1"),
        (lambda: Conv(2, 3, kernel_size=3, padding=-1), "^padding is -1, but it must be at least 0"),
        (lambda: Conv(2, 3, kernel_size=3, padding="reflect"), "^padding is .*, but the words it knows"),
        (lambda: Conv(2, 3, kernel_size=3, stride=(1, 2)), "^stride is .* 2 entries for 1 spatial axes"),
        (lambda: ConvTranspose(2, 3, kernel_size=3, stride=0), "^stride is 0, but it must be at least 1"),
        (
            lambda: ConvTranspose(2, 3, kernel_size=3, padding="same"),
            "^padding is .* must be numbers of cells",
        ),
        (lambda: ConvTranspose(2, 3, kernel_size=3, output_padding=1), r"1 >= max\(1, 1\)"),
        (lambda: Tiled(2, 3, tile=2, kernel_size=3, stride=0), "^stride is 0, but it must be at least 1"),
        (lambda: MaxPool(0), "^kernel_size is 0, but it must be at least 1"),
        (lambda: MaxPool(2, stride=0), "^stride is 0, but it must be at least 1"),
        (lambda: MaxPool(2, padding=2), r"2\*2 > 2"),
        (lambda: LpPool(2, p=0), "^p is 0, but it must be"),
        (lambda: WeightedPool(2, stride=0), "^stride is 0, but it must be at least 1"),
        (lambda: WeightedPool(2, padding=2), r"2\*2 > 2"),
        (lambda: AdaptiveAvgPool(0), "^output_size is 0, but it must be at least 1"),
        (lambda: Pad(-1), "^padding is -1, but it must be at least 0"),
        (lambda: Pad(1, mode="mirror"), '^mode is "mirror", but the modes are'),
        (lambda: BatchNorm(1.5), "^channels is 1.5, but it must be"),
        (lambda: BatchNorm(2, momentum=2), "^momentum is 2, but"),
        (lambda: BatchNorm(2, eps=-1), "^eps is -1, but it must be at least 0"),
    ],
)
def test_a_layer_that_could_take_no_input_is_not_made(make, words):
    refused(make, words)


@pytest.mark.parametrize("make", [WeightedPool, BatchNorm])
def test_parameters_are_floats(make):
    refused(lambda: make(2, dtype=int), r"^dtype is int64, but weights need floats", TypeError)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: batchnorm_forward(X, HALF, HALF, None, train=True, eps=None),
            "^eps is None, but it must be",
        ),
        (
            lambda: batchnorm_forward(X, HALF, HALF, None, train=True, momentum=None),
            "^momentum is None, but .* from 0 to 1",
        ),
        (lambda: batchnorm_forward(X, HALF, HALF, 3, train=False), "^running .* must be a pair"),
        (
            lambda: dropout_forward(X, None, np.random.default_rng(1)),
            "^p is None, but the probability to drop",
        ),
        (lambda: dropout_forward(X, HALF, np.random.default_rng(1)), "^p is .*, but the probability to drop"),
        (lambda: softmax_forward(X, axis=None), "^axis is None, but"),
        (lambda: softmax_backward(X, X, axis=1.5), "^axis is 1.5, but"),
        (
            lambda: max_unpool(huge(1, 1, 1), np.full((1, 1, 1), 2**64 - 1, np.uint64), 3),
            "^winners holds 1844",
        ),
        (
            lambda: conv_matrix(huge(6, 2), 7),
            r"^weight has shape \(6, 2\).* \(C_out, C_in / groups, \*kernel_size",
        ),
        (
            lambda: conv_backward_input(DY, huge(6, 2), (7, 6)),
            r"^weight has shape \(6, 2\).* \(C_out, C_in / groups, \*kernel_size",
        ),
        (
            lambda: conv_matrix(huge(6, 4, 3), 7, boundary=np.array(["a", "b"])),
            "^boundary is .*, but it must be",
        ),
        (lambda: pad_forward(X, 1, np.array(["zeros"])), "^mode is .*, but the modes are"),
    ],
)
def test_a_mistake_that_python_tells(call, words):
    refused(call, words)
