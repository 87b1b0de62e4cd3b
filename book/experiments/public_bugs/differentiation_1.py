"""A dense layer: the bias's gradient is not summed over the batch, and b = b - g makes b a matrix."""

from cnnlab import dense_forward

URL = "https://github.com/jimfleming/differentiation/issues/1"
TRUE = {"bias": "axes shape"}


def forward(x, weight, bias):
    """A dense layer."""
    return dense_forward(x, weight, bias)


def backward(dy, x, weight, bias):
    """Forget that every sample used the bias."""
    return dy @ weight, dy.T @ x, dy


def inputs(rng):
    """Three samples of five numbers, four outputs."""
    return {"x": rng.normal(size=(3, 5)), "weight": rng.normal(size=(4, 5)), "bias": rng.normal(size=4)}
