"""Chapter 12: transposed convolution, and autoencoders that use one kernel twice."""

import numpy as np

from cnnlab import (
    conv_backward_bias,
    conv_backward_input,
    conv_backward_weight,
    conv_forward,
    conv_transpose_backward,
    conv_transpose_forward,
)

from .wrong import KERNEL, SPATIAL, Layer, first, wrong


def stamping(axes, rng, *, channels=2, **options):
    spatial, kernel = first(axes, (5, 4, 3), KERNEL)
    inputs = {
        "x": rng.standard_normal((3, channels, *spatial)),
        "weight": rng.standard_normal((channels, 4, *kernel)),
        "bias": rng.standard_normal(4),
    }
    return Layer(conv_transpose_forward, stamping_right, inputs, options)


def stamping_right(dy, x, weight, bias, **options):
    return conv_transpose_backward(dy, x, weight, **options)


@wrong("tconv-io-channels", stamping, options=dict(channels=4), x="transpose", weight="transpose")
def weight_read_as_out_in(dy, x, weight, bias):
    dx, _, dbias = conv_transpose_backward(dy, x, weight.swapaxes(0, 1))
    return dx, stamping_right(dy, x, weight, bias)[1].swapaxes(0, 1), dbias


@wrong("tconv-ignores-stride", stamping, options=dict(stride=2), x="", weight="")
def stamps_one_apart(dy, x, weight, bias, stride):
    dx = conv_forward(dy, weight)
    wide = np.zeros((*x.shape[:2], *dx.shape[2:]))
    inside = (..., *map(slice, x.shape[2:]))
    wide[inside] = x
    return dx[inside], conv_backward_weight(wide, dy, weight.shape[2:]), conv_backward_bias(dy)


@wrong("tconv-bias-per-overlap", stamping, options=dict(stride=2), bias="")
def bias_counted_with_every_stamp(dy, x, weight, bias, stride):
    dx, dweight, _ = stamping_right(dy, x, weight, bias, stride=stride)
    stamps = conv_transpose_forward(np.ones_like(x[:1, :1]), np.ones_like(weight[:1, :1]), stride=stride)
    return dx, dweight, conv_backward_bias(dy * stamps)


@wrong("tconv-assigns", stamping, options=dict(stride=1), x="overwritten", weight="overwritten")
def the_last_stamp_alone(dy, x, weight, bias, stride):
    owner = np.full(dy.shape[2:], -1)
    stamps = list(enumerate(np.ndindex(*x.shape[2:])))
    for number, place in stamps:
        owner[under(place, weight)] = number
    dx, dweight = np.zeros_like(x), np.zeros_like(weight)
    for number, place in stamps:
        seen = (..., *under(place, weight))
        owed = dy[seen] * (owner[seen] == number)  # (N, C_out, *kernel_size)
        dx[(..., *place)] = np.tensordot(owed, weight, (range(1, dy.ndim), range(1, weight.ndim)))
        dweight += np.tensordot(x[(..., *place)], owed, (0, 0))
    return dx, dweight, conv_backward_bias(dy)


def under(place, weight):
    """The cells that a stamp at a place covers, one after the other."""
    return tuple(slice(i, i + k) for i, k in zip(place, weight.shape[2:], strict=True))


@wrong("tconv-padding-adds", stamping, options=dict(stride=2, padding=1), x="shape")
def padding_that_adds(dy, x, weight, bias, stride, padding):
    _, dweight, dbias = stamping_right(dy, x, weight, bias, stride=stride, padding=padding)
    cut = dy[(..., *[slice(padding, -padding)] * (dy.ndim - 2))]
    return conv_forward(cut, weight, stride=stride), dweight, dbias


@wrong("tconv-padding-ignored", stamping, options=dict(stride=2, padding=1), x="shape")
def padding_not_used(dy, x, weight, bias, stride, padding):
    _, dweight, dbias = stamping_right(dy, x, weight, bias, stride=stride, padding=padding)
    return conv_forward(dy, weight, stride=stride), dweight, dbias


LONGER = dict(stride=2, padding=1, output_padding=1)


@wrong("tconv-output-padding-left", stamping, options=LONGER, x="shift", weight="shift")
def the_cell_more_at_the_front(dy, x, weight, bias, **options):
    moved = np.zeros_like(dy)
    axes = dy.ndim - 2
    moved[(..., *[slice(None, -1)] * axes)] = dy[(..., *[slice(1, None)] * axes)]
    dx, dweight, _ = stamping_right(moved, x, weight, bias, **options)
    return dx, dweight, conv_backward_bias(dy)


@wrong("tconv-output-padding-ignored", stamping, options=LONGER, x="overwritten", weight="overwritten")
def the_cell_more_left_out(dy, x, weight, bias, output_padding, **options):
    short = dy[(..., *[slice(None, -output_padding)] * (dy.ndim - 2))]
    dx, dweight, _ = stamping_right(short, x, weight, bias, **options)
    return dx, dweight, conv_backward_bias(dy)


def autoencoder(axes, rng):
    """Encode with a kernel, decode with the same one."""
    spatial, kernel = first(axes, SPATIAL, KERNEL)
    inputs = {
        "x": rng.standard_normal((3, 2, *spatial)),
        "weight": rng.standard_normal((5, 2, *kernel)),
    }

    def forward(x, weight):
        return conv_backward_input(conv_forward(x, weight), weight, x.shape[2:])

    def backward(dy, x, weight):
        dx, encoder, decoder = shares(dy, x, weight)
        return dx, encoder + decoder

    return Layer(forward, backward, inputs, {})


def shares(dy, x, weight):
    """The input's gradient, and what is owed to the kernel for its work in the encoder and in the decoder."""
    dcode = conv_forward(dy, weight)
    encoder = conv_backward_weight(dcode, x, weight.shape[2:])
    decoder = conv_backward_weight(conv_forward(x, weight), dy, weight.shape[2:])
    return conv_backward_input(dcode, weight, x.shape[2:]), encoder, decoder


@wrong("tied-encoder-only", autoencoder, weight="")
def share_of_the_encoder(dy, x, weight):
    return shares(dy, x, weight)[:2]


@wrong("tied-doubled", autoencoder, weight="")
def twice_the_share_of_the_decoder(dy, x, weight):
    dx, _, decoder = shares(dy, x, weight)
    return dx, 2 * decoder


@wrong("tied-averaged", autoencoder, weight="scale")
def mean_of_the_shares(dy, x, weight):
    dx, encoder, decoder = shares(dy, x, weight)
    return dx, (encoder + decoder) / 2
