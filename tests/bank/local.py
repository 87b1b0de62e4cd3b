"""Chapter 15: locally connected and tiled layers, and biases that are not shared."""

import numpy as np

from cnnlab import bias_backward, local_backward, local_forward, tiled_backward, tiled_forward

from .wrong import KERNEL, Layer, first, wrong

OUT, TILE = (6, 5, 4), (3, 2, 2)


def layer(axes, rng, forward, backward, *, out, tile, bias, **options):
    """A layer with so many places and a tile of kernels; its bias is shared, tiled or untied."""
    out, tile, kernel = first(axes, out, tile, KERNEL)
    stride = options.get("stride", 1)
    spatial = tuple((n - 1) * stride + k for n, k in zip(out, kernel, strict=True))
    inputs = {
        "x": rng.standard_normal((3, 2, *spatial)),
        "weight": rng.standard_normal((4, *tile, 2, *kernel)),
        "bias": rng.standard_normal((4, *first(axes, bias))),
    }
    return Layer(forward, backward, inputs, options)


def local(axes, rng, *, out=OUT, bias=()):
    return layer(axes, rng, local_forward, local_right, out=out, tile=out, bias=bias)


def tiled(axes, rng, *, out=OUT, tile=TILE, bias=(), **options):
    return layer(axes, rng, tiled_forward, tiled_right, out=out, tile=tile, bias=bias, **options)


def local_right(dy, x, weight, bias, **options):
    return local_backward(dy, x, weight, bias_shape=bias.shape, **options)


def tiled_right(dy, x, weight, bias, **options):
    return tiled_backward(dy, x, weight, bias_shape=bias.shape, **options)


@wrong(
    "local-swapped-index", local, axes=(2, 3), options=dict(out=(4, 4, 5)), x="transpose", weight="transpose"
)
def row_and_column_swapped(dy, x, weight, bias):
    dx, _, dbias = local_right(dy, x, weight.swapaxes(1, 2), bias)
    return dx, local_right(dy, x, weight, bias)[1].swapaxes(1, 2), dbias


def with_owners(owners, dy, x, weight, **options):
    """Send gradients through the kernels that `owners` gives the places: an index of the tile's axes."""
    each = local_backward(dy, x, weight[(slice(None), *owners)], **options)
    dweight = np.zeros_like(weight)
    np.add.at(dweight, (slice(None), *owners), each[1])
    return each[0], dweight


def places(dy, weight):
    """The index of every place, an array for each axis, beside the tile's size on that axis."""
    return zip(np.indices(dy.shape[2:]), weight.shape[1:], strict=False)


@wrong("tiled-divides", tiled, x="", weight="")
def kernels_in_blocks(dy, x, weight, bias):
    owners = [at // t % t for at, t in places(dy, weight)]
    return *with_owners(owners, dy, x, weight), bias_backward(dy, bias.shape)


@wrong("tiled-one-index-for-both", tiled, axes=(2, 3), options=dict(tile=(2, 2, 2)), x="", weight="")
def one_index_for_all_axes(dy, x, weight, bias):
    last = np.indices(dy.shape[2:])[-1] % 2
    return *with_owners([last] * (x.ndim - 2), dy, x, weight), bias_backward(dy, bias.shape)


@wrong("tiled-by-input-position", tiled, options=dict(stride=2), x="", weight="channels")
def owners_by_input_position(dy, x, weight, bias, stride):
    owners = [at * stride % t for at, t in places(dy, weight)]
    return *with_owners(owners, dy, x, weight, stride=stride), bias_backward(dy, bias.shape)


@wrong("tiled-grad-overwrites", tiled, weight="overwritten")
def the_last_place_of_each_kernel(dy, x, weight, bias):
    dx, dweight, dbias = tiled_right(dy, x, weight, bias)
    owners = tuple(at % t for at, t in places(dy, weight))
    each = local_backward(dy, x, weight[(slice(None), *owners)])[1]
    for place in np.ndindex(*dy.shape[2:]):
        dweight[(slice(None), *(at[place] for at in owners))] = each[(slice(None), *place)]
    return dx, dweight, dbias


@wrong("untied-kept-batch", local, options=dict(bias=OUT), bias="shape axes")
def untied_bias_of_every_image(dy, x, weight, bias):
    return *local_right(dy, x, weight, bias)[:2], dy.copy()


@wrong("tiled-bias-blocks", tiled, options=dict(bias=TILE), bias="")
def biases_in_blocks(dy, x, weight, bias):
    dbias = np.zeros_like(bias)
    owners = tuple(at // t % t for at, t in places(dy, bias))
    np.add.at(dbias, (slice(None), *owners), dy.sum(axis=0))
    return *tiled_right(dy, x, weight, bias)[:2], dbias
