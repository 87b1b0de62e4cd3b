"""candle: a transposed convolution's backward pass has stride and dilation exchanged."""

from cnnlab import conv_forward, conv_transpose_backward, conv_transpose_forward

URL = "https://github.com/huggingface/candle/pull/2337"
TRUE = {"x": "shape"}


def forward(x, weight, stride=2, dilation=1):
    """A transposed convolution."""
    return conv_transpose_forward(x, weight, stride=stride, dilation=dilation)


def backward(dy, x, weight, stride=2, dilation=1):
    """Convolve down again, with one taken for the other."""
    dx = conv_forward(dy, weight, stride=dilation, dilation=stride)
    return dx, conv_transpose_backward(dy, x, weight, stride=stride, dilation=dilation)[1]


def inputs(rng):
    """Three images of two channels, four filters."""
    return {"x": rng.normal(size=(3, 2, 6, 5)), "weight": rng.normal(size=(2, 4, 3, 2))}
