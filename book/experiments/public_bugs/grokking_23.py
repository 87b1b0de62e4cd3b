"""A book's program: the matrix of weight deltas is transposed."""

from cnnlab import dense_forward

URL = "https://github.com/iamtrask/Grokking-Deep-Learning/issues/23"
TRUE = {"weight": "transpose"}


def forward(x, weight):
    """A dense layer."""
    return dense_forward(x, weight)


def backward(dy, x, weight):
    """Give weight[i, o] what weight[o, i] is owed."""
    return dy @ weight, x.T @ dy  # not dy.T @ x


def inputs(rng):
    """As many outputs as inputs, or the shapes would tell."""
    return {"x": rng.normal(size=(5, 3)), "weight": rng.normal(size=(3, 3))}
