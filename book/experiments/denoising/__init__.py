"""Does a net that has learnt to clean beat the best filter? Digits, speech and a head, in 2, 1 and 3 axes."""

from functools import partial

import numpy as np

from ..bench.records import figures
from ..results import interval
from . import filters, nets
from .tasks import TASKS

SEEDS = 0, 1, 2
NOISE = {"tune": 100, "choose": 101, "test": 102}  # seeds of the noise that filters and nets share


def run(lab):
    """Set everybody as well as can be, then let all clean the same noise off what nobody has seen."""
    tasks = {name: examine(name, lab) for name in lab.bar(TASKS, "to clean")}
    return {"seeds": list(SEEDS), "tasks": tasks}


def examine(name, lab):
    """Tune the filters, choose and train the nets, and compare them piece by piece."""
    task = TASKS[name](lab)
    spoilt = {part: task.spoil(getattr(task, part), seed) for part, seed in NOISE.items()}

    def judge(cleaner, part):
        return task.psnr(getattr(task, part), cleaner(spoilt[part]))

    net, nets_psnr = taught(task, nets.PLANS[name], judge, lab)
    tuned, filters_psnr = set_up(task, filters.CHOICES[name], judge, lab)
    mean = np.mean(nets_psnr, axis=0)
    for rival, psnr in filters_psnr.items():
        tuned[rival] |= {"net ahead": between(mean - psnr), "net wins": figures(np.mean(mean > psnr))}
    return {
        "examples": {part: len(getattr(task, part)) for part in ("learn", "tune", "choose", "test")},
        "size": list(task.learn.shape[2:]),
        "pieces": len(mean),
        "noise": figures(task.noise),
        "untouched": figures(np.mean(judge(lambda noisy: noisy, "test")), 5),
        "filters": tuned,
        "net": net,
    }


def taught(task, plan, judge, lab):
    """Choose the learning rate with the first seed, train with all of them; say how well each piece came out.

    Returns
    -------
    found : dict
    psnr : ndarray, shape (seeds, pieces)
    """
    plan = plan._replace(epochs=lab.choose(plan.epochs, 1))

    def train(seed, rate):
        return nets.learn(task, plan, rate, seed)

    def score(cleaner):
        return figures(np.mean(judge(cleaner, "choose")), 5)

    _, scores, best, cleaners = lab.best_of(train, plan.rates, SEEDS, score, "nets")
    psnr = np.array([judge(cleaner, "test") for cleaner in cleaners])
    found = {
        "layers": [repr(layer) for layer in cleaners[0].model.layers],
        "parameters": cleaners[0].model.summary().parameters,
        "epochs": plan.epochs,
        "batch": plan.batch,
        "tried": [{"rate": rate, "choose": score} for rate, score in zip(plan.rates, scores, strict=True)],
        "chosen": best,
        "test": interval(psnr.mean(axis=1)),
        "processor seconds": figures(np.mean([cleaner.seconds for cleaner in cleaners]), 3),
    }
    return found, psnr


def set_up(task, choices, judge, lab):
    """Give each filter the setting that cleans best what the nets learn from, and let it clean the test.

    Returns
    -------
    found : dict of str to dict
    psnr : dict of str to ndarray, shape (pieces,)
    """
    found, psnr = {}, {}
    for name, (filter_, options) in lab.bar(choices.items(), "filters"):
        some = lab.choose(options, {option: values[:1] for option, values in options.items()})
        settings, cleaner = filters.combinations(some), partial(filter_, noise=task.noise)
        scores = [figures(np.mean(judge(partial(cleaner, **setting), "tune")), 5) for setting in settings]
        tried = [{"setting": s, "tune": score} for s, score in zip(settings, scores, strict=True)]
        best = int(np.argmax(scores))
        psnr[name] = judge(partial(cleaner, **settings[best]), "test")
        found[name] = {"tried": tried, "chosen": best, "test": figures(np.mean(psnr[name]), 5)}
    return found, psnr


def between(differences):
    """The interval of a mean over pieces, without the pieces."""
    return {key: value for key, value in interval(differences).items() if key != "values"}
