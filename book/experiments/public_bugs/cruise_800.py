"""cruise: a convolution's bias gradient sums the rows of the error matrix, not what each kernel made."""

from cnnlab import conv_backward_input, conv_backward_weight, conv_forward

URL = "https://github.com/snuspl/cruise/issues/800"
TRUE = {"bias": "axes shape"}


def forward(x, weight, bias):
    """A convolution."""
    return conv_forward(x, weight, bias)


def backward(dy, x, weight, bias):
    """Sum the error's rows, of which there is one for each place of a feature map."""
    dx = conv_backward_input(dy, weight, x.shape[2:])
    dweight = conv_backward_weight(dy, x, weight.shape[2:])
    error = dy.reshape(len(dy), -1).T  # (filters * places, images)
    return dx, dweight, error.sum(axis=1)


def inputs(rng):
    """Three images of two channels, four filters."""
    return {
        "x": rng.normal(size=(3, 2, 6, 5)),
        "weight": rng.normal(size=(4, 2, 3, 2)),
        "bias": rng.normal(size=4),
    }
