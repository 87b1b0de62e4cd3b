"""Three ways to go down: generators that yield what a step has cost, and its products.

They are sent the share of the work that is left.
"""

import numpy as np

import cnnlab

FORWARD = 1 / 3  # of a gradient: there and back are a forward pass and twice as much again
MOMENTUM = 0.9


def small_batches(model, images, labels, rng, *, rate, batch_size=64):
    """Take momentum's steps, one a batch; the rate falls with what is left of the work."""
    state, left = {}, 1.0
    while True:
        for x, y in cnnlab.minibatches(images, labels, batch_size, rng):
            descend(model, x, y, rate * left, state)
            left = yield len(x) / len(images), 0


def one_batch(model, images, labels, rng, *, rate):
    """Take momentum's steps with the gradient of all images."""
    state, left = {}, 1.0
    while True:
        descend(model, images, labels, rate * left, state)
        left = yield 1.0, 0


def descend(model, x, y, rate, state):
    """Take one step of momentum."""
    _, dscores = cnnlab.softmax_cross_entropy(model.forward(x, train=True), y)
    model.backward_parameters(dscores)
    for name, array in model.parameters.items():
        moved, state[name] = cnnlab.momentum(
            array, model.gradients[name], state.get(name), lr=rate, mu=MOMENTUM
        )
        model.parameters[name] = moved


def hessian_free(model, images, labels, rng, *, product, part, damping):
    """Take steps to the lowest point of the bowl: its slope from all images, its bend from some."""
    state = None
    while True:
        some = rng.permutation(len(images))[:part]
        state = cnnlab.hessian_free_step(
            model,
            cnnlab.softmax_cross_entropy,
            (images, labels),
            state,
            curvature_batch=(images[some], labels[some]),
            damping=damping,
            max_iterations=50,
        )
        searched = 1 + (round(np.log(state.rate) / np.log(0.8)) if state.rate else 60)
        products = state.solution.iterations + 1
        share = len(some) / len(images)
        yield 1 + searched * FORWARD + share * (FORWARD + products * product), products
