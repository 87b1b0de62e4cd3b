"""The workloads in cnnlab: each function returns cases by name, callables that return their results."""

import numpy as np

import cnnlab

from .workloads import NETWORKS

POOLS = {
    "max": (cnnlab.max_pool_forward, cnnlab.max_pool_backward),
    "average": (cnnlab.avg_pool_forward, cnnlab.avg_pool_backward),
}


def convolution(row, x, weight, bias, dy):
    """Give one layer's cases; "contiguous" comes from C-contiguous arrays and ends in them."""
    options = row.options
    plain_x, plain_dy = np.ascontiguousarray(x), np.ascontiguousarray(dy)

    def inference():
        return (cnnlab.conv_forward(x, weight, bias, **options),)

    def step():
        y = cnnlab.conv_forward(x, weight, bias, **options)
        return y, *cnnlab.conv_backward(dy, x, weight, **options)

    def without_dx():
        y = cnnlab.conv_forward(x, weight, bias, **options)
        dweight = cnnlab.conv_backward_weight(dy, x, weight.shape[2:], **options)
        return y, None, dweight, cnnlab.conv_backward_bias(dy)

    def contiguous():
        y = np.ascontiguousarray(cnnlab.conv_forward(plain_x, weight, bias, **options))
        gradients = cnnlab.conv_backward(plain_dy, plain_x, weight, **options)
        return y, *map(np.ascontiguousarray, gradients)

    return {"inference": inference, "step": step, "without dx": without_dx, "contiguous": contiguous}


def pooling(row, x, dy):
    """Give one pooling's cases."""
    forward, backward = POOLS[row.kind]

    def inference():
        return (forward(x, row.kernel_size, stride=row.stride),)

    def step():
        y = forward(x, row.kernel_size, stride=row.stride)
        return y, backward(dy, x, row.kernel_size, stride=row.stride)

    return {"inference": inference, "step": step}


def dense(row, x, weight, bias, dy):
    """Give one dense layer's step."""

    def step():
        y = cnnlab.dense_forward(x, weight, bias)
        return y, *cnnlab.dense_backward(dy, x, weight)

    return {"step": step}


def cross_entropy(row, scores, labels):
    """Give the loss and its gradient."""
    return {"step": lambda: cnnlab.softmax_cross_entropy(scores, labels)}


OPTIMISERS = {"sgd": cnnlab.SGD, "adam": cnnlab.Adam}
LAYERS = {
    "conv": lambda c_in, c_out, k, padding, rng: cnnlab.Conv(
        c_in, c_out, kernel_size=(k, k), padding=padding, rng=rng
    ),
    "dense": lambda d_in, d_out, rng: cnnlab.Dense(d_in, d_out, rng=rng),
    "pool": lambda k, rng: cnnlab.MaxPool(k),
    "relu": lambda rng: cnnlab.ReLU(),
    "flatten": lambda rng: cnnlab.Flatten(),
}


def network(name, seed=0):
    """Build one of the networks."""
    return sequential(NETWORKS[name], seed)


def sequential(layers, seed=0):
    """Build a network from its list."""
    rng = np.random.default_rng(seed)
    return cnnlab.Sequential(*(LAYERS[kind](*sizes, rng=rng) for kind, *sizes in layers))


def training_step(model, optimiser, x, targets, rate):
    """Give one step of training, in the lines of `cnnlab.fit`; targets are labels or images."""
    optimiser = OPTIMISERS[optimiser](lr=rate)
    criterion = cnnlab.softmax_cross_entropy if targets.dtype.kind == "i" else cnnlab.mse

    def step():
        outputs = model.forward(x, train=True)
        loss, doutputs = criterion(outputs, targets)
        model.backward_parameters(doutputs)
        optimiser.step(model)
        return float(loss)

    return step


def epoch(model, optimiser, x, labels, rate, batch_size=64):
    """Give one pass over all images, by `cnnlab.fit`."""

    def run():
        history = cnnlab.fit(
            model,
            (x, labels),
            epochs=1,
            batch_size=batch_size,
            optimiser=OPTIMISERS[optimiser](lr=rate),
            rng=np.random.default_rng(0),
            progress=False,
        )
        return history.loss[-1]

    return run
