"""DiffSharp: the derivative of a sigmoid is passed on alone, without what arrives."""

from cnnlab import sigmoid_forward

URL = "https://github.com/DiffSharp/DiffSharp/issues/16"
TRUE = {"x": "upstream"}


def forward(x):
    """Squash."""
    return sigmoid_forward(x)


def backward(dy, x):
    """Give the slope of the function, and forget the chain."""
    y = sigmoid_forward(x)
    return y * (1 - y)


def inputs(rng):
    """Three samples of five numbers."""
    return {"x": rng.normal(size=(3, 5))}
