"""PyTorch on a CPU: transposed convolution, kernel 1 and stride 2, reads dy at i instead of 2 * i."""

from cnnlab import conv_forward, conv_transpose_backward, conv_transpose_forward

URL = "https://github.com/pytorch/pytorch/issues/63314"
TRUE = {"x": "stride"}


def forward(x, weight):
    """Leave each entry of x at every second place."""
    return conv_transpose_forward(x, weight, stride=2)


def backward(dy, x, weight):
    """Take the first places for the places with a stamp."""
    height, width = x.shape[2:]
    dx = conv_forward(dy[:, :, :height, :width], weight)  # not dy[:, :, ::2, ::2]
    return dx, conv_transpose_backward(dy, x, weight, stride=2)[1]


def inputs(rng):
    """Three images of two channels, four filters."""
    return {"x": rng.normal(size=(3, 2, 6, 5)), "weight": rng.normal(size=(2, 4, 1, 1))}
