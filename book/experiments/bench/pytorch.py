"""The workloads in PyTorch, as its user writes them: default layout, autograd, modules, optimisers."""

import numpy as np
import torch
from torch import nn

from .workloads import NETWORKS

F = nn.functional
CONVOLVE = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
POOLS = {
    "max": {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d},
    "average": {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d},
}


def tensor(array, *, learns=False):
    """Copy an array into a C-contiguous tensor."""
    return torch.from_numpy(np.array(array, order="C")).requires_grad_(learns)


def gradients(y, dy, *leaves):
    """Go backward from y and return the gradient of each leaf, None for those that learn nothing."""
    for leaf in leaves:
        leaf.grad = None
    y.backward(dy)
    return tuple(leaf.grad for leaf in leaves)


def convolution(row, x, weight, bias, dy):
    """Give one layer's cases."""
    convolve, options = CONVOLVE[len(row.spatial)], row.options
    weight, bias = (tensor(a, learns=True) for a in (weight, bias))
    dy, plain, learning = tensor(dy), tensor(x), tensor(x, learns=True)

    def inference():
        with torch.inference_mode():
            return (convolve(plain, weight, bias, **options),)

    def step():
        y = convolve(learning, weight, bias, **options)
        return y, *gradients(y, dy, learning, weight, bias)

    def without_dx():
        y = convolve(plain, weight, bias, **options)
        return y, *gradients(y, dy, plain, weight, bias)

    return {"inference": inference, "step": step, "without dx": without_dx}


def pooling(row, x, dy):
    """Give one pooling's cases."""
    pool, plain, learning, dy = (
        POOLS[row.kind][len(row.spatial)],
        tensor(x),
        tensor(x, learns=True),
        tensor(dy),
    )

    def inference():
        with torch.inference_mode():
            return (pool(plain, row.kernel_size, row.stride),)

    def step():
        y = pool(learning, row.kernel_size, row.stride)
        return y, *gradients(y, dy, learning)

    return {"inference": inference, "step": step}


def dense(row, x, weight, bias, dy):
    """Give one dense layer's step."""
    leaves, dy = [tensor(a, learns=True) for a in (x, weight, bias)], tensor(dy)

    def step():
        y = F.linear(*leaves)
        return y, *gradients(y, dy, *leaves)

    return {"step": step}


def cross_entropy(row, scores, labels):
    """Give the loss and its gradient."""
    scores, labels = tensor(scores, learns=True), tensor(labels)

    def step():
        loss = F.cross_entropy(scores, labels)
        return loss, *gradients(loss, None, scores)

    return {"step": step}


LAYERS = {
    "conv": lambda c_in, c_out, k, padding: nn.Conv2d(c_in, c_out, k, padding=padding),
    "dense": nn.Linear,
    "pool": nn.MaxPool2d,
    "relu": nn.ReLU,
    "flatten": nn.Flatten,
}
OPTIMISERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}


def network(name, parameters):
    """Build a network from its list, with the parameters that another library has drawn."""
    model = nn.Sequential(*(LAYERS[kind](*sizes) for kind, *sizes in NETWORKS[name]))
    model.load_state_dict({key: tensor(a) for key, a in parameters.items()})
    return model


def squares(outputs, targets):
    """Half the squared error summed over outputs, its mean over the batch, as `cnnlab.mse` has it."""
    return nn.functional.mse_loss(outputs, targets, reduction="sum") / (2 * len(outputs))


def training_step(model, optimiser, x, targets, rate):
    """Give one step of training; targets are labels or images."""
    criterion = nn.CrossEntropyLoss() if targets.dtype.kind == "i" else squares
    x, targets = tensor(x), tensor(targets)
    optimiser = OPTIMISERS[optimiser](model.parameters(), lr=rate)

    def step():
        optimiser.zero_grad()
        loss = criterion(model(x), targets)
        loss.backward()
        optimiser.step()
        return loss.item()

    return step


def epoch(model, optimiser, x, labels, rate, batch_size=64):
    """Give one pass over all images in random order; loss and accuracy are kept, as `cnnlab.fit` does."""
    x, labels, criterion = tensor(x), tensor(labels), nn.CrossEntropyLoss()

    def run():
        steps, loss_sum, right = OPTIMISERS[optimiser](model.parameters(), lr=rate), 0.0, 0
        for hand in torch.randperm(len(x)).split(batch_size):
            batch, truth = x[hand], labels[hand]
            steps.zero_grad()
            scores = model(batch)
            loss = criterion(scores, truth)
            loss.backward()
            steps.step()
            loss_sum += loss.item() * len(batch)
            right += (scores.argmax(1) == truth).sum().item()
        return loss_sum / len(x)

    return run


def hessian_products(name, parameters, x, labels, v):
    """Give PyTorch's two ways to a Hessian-vector product: backward twice, and forward over backward."""
    model, x, labels = network(name, parameters), tensor(x), tensor(labels)
    v = {key: tensor(array) for key, array in v.items()}
    leaves = dict(model.named_parameters())

    def loss(parameters):
        return F.cross_entropy(torch.func.functional_call(model, parameters, (x,)), labels)

    def backward_twice():
        first = torch.autograd.grad(loss(leaves), list(leaves.values()), create_graph=True)
        return torch.autograd.grad(first, list(leaves.values()), [v[key] for key in leaves])

    def forward_over_backward():
        fixed = {key: leaf.detach() for key, leaf in leaves.items()}
        _, tangent = torch.func.jvp(torch.func.grad(loss), (fixed,), (v,))
        return [tangent[key] for key in leaves]

    return {
        "PyTorch, backward twice": backward_twice,
        "PyTorch, forward over backward": forward_over_backward,
    }
