"""Notes on training networks: the bias's gradient is a mean over the batch, all others are sums."""

from cnnlab import dense_forward

URL = "https://github.com/kvfrans/notes/issues/5"
TRUE = {"bias": "axes scale"}


def forward(x, weight, bias):
    """A dense layer."""
    return dense_forward(x, weight, bias)


def backward(dy, x, weight, bias):
    """Average where there is a sum."""
    return dy @ weight, dy.T @ x, dy.mean(axis=0)


def inputs(rng):
    """Three samples of five numbers, four outputs."""
    return {"x": rng.normal(size=(3, 5)), "weight": rng.normal(size=(4, 5)), "bias": rng.normal(size=4)}
