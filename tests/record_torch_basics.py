"""Record PyTorch's answers on layers without windows, losses, optimisers and schedules: torch_basics.npz.

python tests/record_torch_basics.py
"""

from pathlib import Path

import numpy as np

TARGET = Path(__file__).parent / "fixtures" / "torch_basics.npz"
ACTIVATIONS = {
    "relu": {},
    "leaky_relu": {"slope": 0.2},
    "sigmoid": {},
    "tanh": {},
    "softmax": {"axis": 1},
    "softmax last": {"axis": -1},
}
LOSSES = {  # shape of the scores, ignore_index
    "rows": ((5, 3), None),
    "places": ((2, 4, 3, 2), None),
    "ignored": ((2, 4, 3, 2), -100),
    "ignored class": ((6, 3), 1),
}
RULES = {  # in cnnlab's names; without hyper-parameters, PyTorch's defaults are asked
    "sgd": {"lr": 0.1, "decay": 0.2},
    "momentum": {"lr": 0.1, "mu": 0.7, "decay": 0.2},
    "nesterov": {"lr": 0.1, "mu": 0.7, "decay": 0.2},
    "adagrad": {"lr": 0.1, "eps": 0.01, "decay": 0.2},
    "rmsprop": {"lr": 0.1, "rho": 0.8, "eps": 0.01, "decay": 0.2},
    "adadelta": {"lr": 0.5, "rho": 0.8, "eps": 0.01, "decay": 0.2},
    "adam": {"lr": 0.1, "beta1": 0.7, "beta2": 0.8, "eps": 0.01, "decay": 0.2},
    "adamw": {"lr": 0.1, "beta1": 0.7, "beta2": 0.8, "eps": 0.01, "decay": 0.2},
}
SCHEDULES = ("step_decay", "cosine_decay", "warm_up", "warm_up step_decay", "one_cycle")
STEPS = 50


def record():
    """Ask PyTorch everything, in float64."""
    import torch

    rng = np.random.default_rng(0)
    answers = {"version": np.array(torch.__version__)}
    for part, questions in (
        (dense, [""]),
        (activation, ACTIVATIONS),
        (loss, LOSSES),
        (steps, [f"{rule}{told}" for rule in RULES for told in ("", " told")]),
        (squared_error, [""]),
        (whole, RULES),
        (schedule, SCHEDULES),
    ):
        for question in questions:
            for name, array in part(torch, question, rng).items():
                answers[f"{part.__name__} {question}".strip() + f"/{name}"] = array
    return answers


def dense(torch, _, rng):
    """A dense layer and its three gradients."""
    inputs = {"x": rng.normal(size=(5, 3)), "weight": rng.normal(size=(4, 3)), "bias": rng.normal(size=4)}
    return both_ways(torch, torch.nn.functional.linear, inputs, rng)


def activation(torch, question, rng):
    """An activation, also at 0 and far out."""
    x = rng.normal(size=(3, 4, 2)) * 3
    x[0, 0], x[1, 1] = 0, [-60, 60]
    options = ACTIVATIONS[question]
    F = torch.nn.functional
    forward = {
        "relu": F.relu,
        "leaky_relu": lambda x: F.leaky_relu(x, options["slope"]),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softmax": lambda x: F.softmax(x, dim=options["axis"]),
    }[question.split()[0]]
    return both_ways(torch, forward, {"x": x}, rng)


def both_ways(torch, forward, inputs, rng):
    """Run a function forward, and backward from a random upstream gradient."""
    tensors = [torch.tensor(a, requires_grad=True) for a in inputs.values()]
    y = forward(*tensors)
    dy = rng.normal(size=tuple(y.shape))
    y.backward(torch.tensor(dy))
    gradients = {f"d{name}": tensor.grad.numpy() for name, tensor in zip(inputs, tensors, strict=True)}
    return {**inputs, "y": y.detach().numpy(), "dy": dy, **gradients}


def loss(torch, question, rng):
    """Cross-entropy over rows and over places, with labels that count and labels that do not."""
    shape, ignored = LOSSES[question]
    scores = rng.normal(size=shape) * 3
    labels = rng.integers(0, shape[1], (shape[0], *shape[2:]))
    if ignored is not None:
        labels.flat[::3] = ignored
    tensor = torch.tensor(scores, requires_grad=True)
    options = {} if ignored is None else {"ignore_index": ignored}
    value = torch.nn.functional.cross_entropy(tensor, torch.tensor(labels), **options)
    value.backward()
    return {
        "scores": scores,
        "labels": labels,
        "loss": value.detach().numpy(),
        "dscores": tensor.grad.numpy(),
    }


def squared_error(torch, _, rng):
    """Half the squared error, summed over the outputs, averaged over the batch."""
    prediction, target = rng.normal(size=(2, 5, 3))
    tensor = torch.tensor(prediction, requires_grad=True)
    value = torch.nn.functional.mse_loss(tensor, torch.tensor(target), reduction="sum") / 2 / len(target)
    value.backward()
    gradient = tensor.grad.numpy()
    return {
        "prediction": prediction,
        "target": target,
        "loss": value.detach().numpy(),
        "dprediction": gradient,
    }


def steps(torch, question, rng):
    """Where a parameter goes in fifty steps of an optimiser; one entry has no gradient."""
    rule, *told = question.split()
    start, gradients = rng.normal(size=(3, 1)), rng.normal(size=(STEPS, 3, 1))
    gradients[:, 0] = 0
    (path,) = walk(torch, rule, RULES[rule] if told else {}, [start], [gradients])
    return {"start": start, "gradients": gradients, "path": path}


def whole(torch, rule, rng):
    """Where a weight and a bias go in fifty steps; the weight alone decays: PyTorch's parameter groups."""
    starts = {"weight": rng.normal(size=(2, 2)), "bias": rng.normal(size=2)}
    gradients = {f"d{name}": rng.normal(size=(STEPS, *a.shape)) for name, a in starts.items()}
    paths = walk(torch, rule, RULES[rule], list(starts.values()), list(gradients.values()))
    return starts | gradients | {f"{name} path": a for name, a in zip(starts, paths, strict=True)}


def walk(torch, rule, hyper, starts, gradients):
    """Take a step for each gradient in each parameter; only the first one decays."""
    hyper = dict(hyper)
    if rule in ("momentum", "nesterov"):
        hyper |= {"momentum": hyper.pop("mu", 0.9), "nesterov": rule == "nesterov"}
    if rule == "rmsprop" and hyper:
        hyper["alpha"] = hyper.pop("rho")
    if rule in ("adam", "adamw") and hyper:
        hyper["betas"] = hyper.pop("beta1"), hyper.pop("beta2")
    decay = {"weight_decay": hyper.pop("decay")} if "decay" in hyper else {}
    classes = {
        "adagrad": "Adagrad",
        "rmsprop": "RMSprop",
        "adadelta": "Adadelta",
        "adam": "Adam",
        "adamw": "AdamW",
    }
    parameters = [torch.tensor(start, requires_grad=True) for start in starts]
    groups = [{"params": [p], "weight_decay": 0.0} for p in parameters[1:]]
    groups.insert(0, {"params": parameters[:1], **decay})
    optimiser = getattr(torch.optim, classes.get(rule, "SGD"))(groups, **hyper)
    paths = [np.empty_like(gradient) for gradient in gradients]
    for t in range(len(gradients[0])):
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = torch.tensor(gradient[t])
        optimiser.step()
        for parameter, path in zip(parameters, paths, strict=True):
            path[t] = parameter.detach().numpy()
    return paths


def schedule(torch, question, rng):
    """The learning rates of fifty steps."""
    make = torch.optim.lr_scheduler
    optimiser = torch.optim.SGD([torch.tensor(0.0, requires_grad=True)], lr=0.5)

    def linear():
        return make.LinearLR(optimiser, start_factor=0.1, total_iters=10)

    def steps(*milestones):
        return make.MultiStepLR(optimiser, milestones, gamma=0.25)

    def cosine(count):
        return make.CosineAnnealingLR(optimiser, count, eta_min=0.125)

    schedulers = {
        "step_decay": lambda: steps(15, 35),
        "cosine_decay": lambda: cosine(STEPS),
        "warm_up": lambda: make.SequentialLR(optimiser, [linear(), cosine(STEPS - 10)], [10]),
        "warm_up step_decay": lambda: make.SequentialLR(optimiser, [linear(), steps(20, 32)], [10]),
        "one_cycle": lambda: make.OneCycleLR(
            optimiser, 0.5, total_steps=STEPS, pct_start=0.3, cycle_momentum=False, final_div_factor=1e30
        ),
    }
    scheduler, rates = schedulers[question](), []
    for _ in range(STEPS):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduler.step()
    return {"rates": np.array(rates)}


if __name__ == "__main__":
    answers = record()
    np.savez_compressed(TARGET, **answers)
    kilobytes = TARGET.stat().st_size / 1000
    print(f"{TARGET.name}: {len(answers)} arrays, {kilobytes:.0f} kB, PyTorch {answers['version']}")
