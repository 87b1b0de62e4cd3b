"""From images to a result: train by every method in every setting, choose by validation, test once."""

import time
from functools import partial

import numpy as np

import cnnlab
from cnnlab.datasets import handwriting

from ..bench.records import figures
from . import methods

SEED = 0
RATES = {"small batches": (0.003, 0.01, 0.03, 0.1), "one batch": (0.03, 0.1, 0.3, 1.0)}
BOWLS = ((125, 1.0), (250, 1.0), (500, 1.0), (500, 0.1))  # images for the products, first damping


def network(shape):
    """Build the network that all methods begin with; for the bundled digits, which are small, with 3 x 3."""
    rng = np.random.default_rng(SEED)
    kernel, padding = ((5, 5), 0) if min(shape[1:]) >= 16 else ((3, 3), 1)
    stages = (
        cnnlab.Conv(shape[0], 8, kernel_size=kernel, padding=padding, rng=rng),
        cnnlab.MaxPool(2),
        cnnlab.ReLU(),
        cnnlab.Conv(8, 16, kernel_size=kernel, padding=padding, rng=rng),
        cnnlab.MaxPool(2),
        cnnlab.ReLU(),
        cnnlab.Flatten(),
    )
    (features,) = cnnlab.Sequential(*stages).trace(shape).rows[-1].output
    dense = cnnlab.Dense(features, 64, rng=rng), cnnlab.ReLU(), cnnlab.Dense(64, 10, rng=rng)
    return cnnlab.Sequential(*stages, *dense)


def product_cost(images, labels):
    """Measure what a Gauss-Newton product costs, in gradients of the same images."""
    model = network(images.shape[1:])
    curvature = cnnlab.Curvature(model, cnnlab.softmax_cross_entropy, (images, labels))
    v = curvature.gradient
    runs = {
        "product": lambda: curvature.gauss_newton(v),
        "gradient": lambda: methods.descend(model, images, labels, 0.0, {}),
    }
    least = dict.fromkeys(runs, np.inf)
    for _ in range(7):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            least[name] = min(least[name], time.perf_counter() - began)
    return figures(least["product"] / least["gradient"], 3)


def settings(product, images):
    """List the settings of every method: its name, what it was set to, and the method itself."""
    for name, rates in RATES.items():
        method = methods.small_batches if name == "small batches" else methods.one_batch
        for rate in rates:
            yield name, {"rate": rate}, partial(method, rate=rate)
    for part, damping in BOWLS:
        chosen = {"part": min(part, images), "damping": damping}
        yield "Hessian-free", chosen, partial(methods.hessian_free, product=product, **chosen)


def train(method, data, work, marks):
    """Train until the work is done; measure loss and accuracy at the marks on the way."""
    model, rng = network(data["train"][0].shape[1:]), np.random.default_rng(SEED)
    steps, done, taken, products, curve = method(model, *data["train"], rng), 0.0, 0, 0, []
    left, marks, began = None, list(marks), time.perf_counter()
    while done < work:
        cost, used = steps.send(left)
        done, taken, products, left = done + cost, taken + 1, products + used, max(0.0, 1 - done / work)
        if not marks or done >= marks[0] or done >= work:
            marks = [mark for mark in marks if mark > done]
            losses = {part: measure(model, *data[part]) for part in ("train", "validation")}
            curve.append({"work": figures(done), "steps": taken, "products": products} | losses)
            if not np.isfinite(losses["train"]["loss"]):
                break
    return model, curve, time.perf_counter() - began


def measure(model, images, labels):
    """Measure loss and accuracy, some images at a time."""
    scores = np.concatenate([model.forward(part) for part in np.array_split(images, -(-len(images) // 1000))])
    with np.errstate(over="ignore", invalid="ignore"):
        loss, _ = cnnlab.softmax_cross_entropy(scores, labels)
    return {"loss": figures(float(loss), 5), "accuracy": figures(cnnlab.accuracy(scores, labels), 5)}


def load(train, validation):
    """Cut the training images into those to learn from and those to choose by."""
    digits, _ = handwriting()
    order = np.random.default_rng(SEED).permutation(len(digits.x_train))
    cuts = {"train": order[:train], "validation": order[train : train + validation]}
    data = {name: (digits.x_train[some], digits.y_train[some]) for name, some in cuts.items()}
    return data | {"test": (digits.x_test, digits.y_test)}, digits.name


def run(lab):
    """Train by every method in every setting; test the one that answers the validation images best."""
    work, sizes = lab.choose((60.0, (10_000, 5_000)), (2.0, (300, 200)))
    data, source = load(*sizes)
    product = product_cost(*(array[:1000] for array in data["train"]))
    marks = np.geomspace(0.25, work, 40)
    found = {}
    for name, chosen, method in lab.bar(list(settings(product, sizes[0])), "runs"):
        model, curve, seconds = train(method, data, work, marks)
        tried = {"setting": chosen, "seconds": figures(seconds, 3), "curve": curve}
        found.setdefault(name, []).append((curve[-1]["validation"]["accuracy"], model, tried))
    runs = {}
    for name, tried in found.items():
        best = max(range(len(tried)), key=lambda i: tried[i][0])
        runs[name] = {"chosen": best, "test": measure(tried[best][1], *data["test"])}
        runs[name]["tried"] = [run for _, _, run in tried]
    how = {"images": list(sizes), "work": work, "seed": SEED, "product": product}
    return {"data": source, "how": how, "runs": runs}
