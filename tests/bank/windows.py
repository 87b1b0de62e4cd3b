"""Chapter 11: convolution by windows and matrix products."""

import numpy as np

from cnnlab import avg_pool_backward, conv_backward, conv_backward_weight, fold, unfold

from .conv import conv, conv_right
from .wrong import KERNEL, SPATIAL, Layer, first, wrong


def unfolding(axes, rng, **options):
    spatial, kernel = first(axes, SPATIAL, KERNEL)

    def backward(dy, x, kernel_size, **options):
        return fold(dy, x.shape[2:], **options)

    return Layer(
        unfold, backward, {"x": rng.standard_normal((3, 5, *spatial))}, dict(kernel_size=kernel, **options)
    )


@wrong("im2col-strides-assume-contiguous", conv, weight="")
def strides_from_the_shape(dy, x, weight, bias):
    dx, _, dbias = conv_right(dy, x, weight, bias)
    read = np.moveaxis(
        x.reshape(len(x), *x.shape[2:], x.shape[1]), -1, 1
    )  # as if channels came last in memory
    return dx, conv_backward_weight(dy, read, weight.shape[2:]), dbias


@wrong("im2col-plain-reshape", conv, weight="")
def windows_reshaped_as_they_lie(dy, x, weight, bias):
    dx, _, dbias = conv_right(dy, x, weight, bias)
    columns = unfold(x, weight.shape[2:]).reshape(weight[0].size, -1)  # (N, C, ...) taken for (C, ..., N)
    rows = np.moveaxis(dy, 1, 0).reshape(len(weight), -1)
    return dx, (rows @ columns.T).reshape(weight.shape), dbias


@wrong("im2col-kernel-transposed", conv, axes=(2, 3), weight="transpose")
@wrong("im2col-kernel-transposed", conv, axes=(2, 3), options=dict(kernel=(3, 3, 3)), weight="transpose")
def taps_column_first(dy, x, weight, bias):
    dx, dweight, dbias = conv_right(dy, x, weight, bias)
    taps = tuple(range(2, x.ndim))
    return dx, dweight.transpose(0, 1, *taps[::-1]).reshape(weight.shape), dbias


@wrong("gemm-batch-mixed", conv, x="", weight="")
def images_and_filters_mixed(dy, x, weight, bias):
    mixed = dy.reshape(dy.shape[1], len(dy), *dy.shape[2:]).swapaxes(0, 1)
    dx, dweight, _ = conv_backward(mixed, x, weight)
    return dx, dweight, dy.sum(axis=(0, *range(2, dy.ndim)))


@wrong("col2im-divides-by-overlap", unfolding, x="scale")
def mean_of_the_windows(dy, x, kernel_size):
    met = avg_pool_backward(np.ones((1, 1, *dy.shape[-len(kernel_size) :])), x[:1, :1], kernel_size, stride=1)
    return fold(dy, x.shape[2:]) / (met * np.prod(kernel_size))


@wrong("col2im-not-cropped", unfolding, options=dict(padding=1), x="shape")
def padding_not_cut_off(dy, x, kernel_size, padding):
    return fold(dy, tuple(n + 2 * padding for n in x.shape[2:]))
