"""TensorFlow on a CPU: "same" padding can be negative, an offset that the way back does not know."""

from cnnlab import conv_backward_input, conv_backward_weight, conv_forward

URL = "https://github.com/tensorflow/tensorflow/issues/11092"
TRUE = {"x": "shift", "weight": "shift"}


def forward(x, weight):
    """Two windows of 2, 4 apart, span 6 cells of 8: a padding of -1 skips the first."""
    return conv_forward(x[:, :, 1:, 1:], weight, stride=4)


def backward(dy, x, weight):
    """Begin at the first cell."""
    dx = conv_backward_input(dy, weight, x.shape[2:], stride=4)
    dweight = conv_backward_weight(dy, x, weight.shape[2:], stride=4)
    return dx, dweight


def inputs(rng):
    """Three images of five channels, four filters."""
    return {"x": rng.normal(size=(3, 5, 8, 8)), "weight": rng.normal(size=(4, 5, 2, 2))}
