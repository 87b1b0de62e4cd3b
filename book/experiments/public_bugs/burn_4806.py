"""burn: the input gradient of a convolution is too short where a stride leaves out two cells or more."""

from cnnlab import conv_backward_weight, conv_forward, conv_transpose_forward

URL = "https://github.com/tracel-ai/burn/pull/4806"
TRUE = {"x": "shape"}


def forward(x, weight):
    """Two windows of 4, side by side, in 11 cells: three are left over."""
    return conv_forward(x, weight, stride=4)


def backward(dy, x, weight):
    """Go back by a transposed convolution that allows for one cell left over."""
    left_over = (x.shape[2] - weight.shape[2]) % 4
    dx = conv_transpose_forward(dy, weight, stride=4, output_padding=min(left_over, 1))
    return dx, conv_backward_weight(dy, x, weight.shape[2], stride=4)


def inputs(rng):
    """Three sounds of two channels, five filters."""
    return {"x": rng.normal(size=(3, 2, 11)), "weight": rng.normal(size=(5, 2, 4))}
