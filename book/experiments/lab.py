"""What the longer runs share: how they are called, what they write down, and how sure a mean is."""

import datetime
import importlib
import json
import platform
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .bench.machine import processor
from .bench.records import figures

HERE = Path(__file__).resolve().parent
NAMES = (  # the longest first, so that the last to end are short
    "denoising",
    "speech_waves",
    "mnist",
    "hessian_free",
    "canvases",
    "moving_digits",
    "shuffled",
    "speech_spectrograms",
    "connectivity",
    "optimisers",
    "wrong_gradients",
    "shifts",
    "initialisations",
    "padding",
    "pooling",
)


@dataclass(frozen=True)
class Lab:
    """How much is to be done: everything, or a few steps that show that it runs.

    Attributes
    ----------
    quick : bool
    progress : bool
        Whether bars are drawn, where a terminal is there to draw them on.
    """

    quick: bool = False
    progress: bool = True

    def choose(self, full, quick):
        """Take the size for a whole run, or that for a few steps."""
        return quick if self.quick else full

    def bar(self, items, words):
        """Go through a list of runs, with a bar."""
        from tqdm import tqdm

        return tqdm(items, desc=words, disable=None if self.progress else True)

    def best_of(self, train, settings, seeds, score, words):
        """Try every setting with the first seed, then train the one that scores best with the other seeds.

        Parameters
        ----------
        train : callable
            From a seed and a setting to what came of it.
        settings : sequence
        seeds : sequence of int
        score : callable
            From what came of it to a number, the larger, the better; the first of equals is taken.
        words : str
            For the bars.

        Returns
        -------
        tried : list
            What came of each setting with the first seed.
        scores : list of float
        best : int
            The place of the setting that was taken.
        runs : list
            What came of that one, one a seed.

        Examples
        --------
        >>> Lab(progress=False).best_of(lambda seed, rate: rate - seed, (3, 7, 5), (0, 1), float, "rates")
        ([3, 7, 5], [3.0, 7.0, 5.0], 1, [7, 6])
        """
        tried = [train(seeds[0], setting) for setting in self.bar(settings, f"{words}: settings")]
        scores = [score(attempt) for attempt in tried]
        best = int(np.argmax(scores))
        others = [train(seed, settings[best]) for seed in self.bar(seeds[1:], f"{words}: seeds")]
        return tried, scores, best, [tried[best], *others]


def hold_out(x, labels, count, seed):
    """Cut off examples to choose by: ((x, labels) to learn from, (x, labels) to choose by).

    Parameters
    ----------
    x, labels : ndarray, shape (N, ...)
        A training set; a test set has no business here.
    count : int
        How many are held out.
    seed : int

    Returns
    -------
    learn, choose : (ndarray, ndarray)
    """
    order = np.random.default_rng(seed).permutation(len(x))
    parts = np.sort(order[count:]), np.sort(order[:count])
    return tuple((x[part], labels[part]) for part in parts)


def conduct(name, lab, path=None):
    """Run one experiment and write its result down; the file appears when it is whole.

    Parameters
    ----------
    name : str
        A module of this folder with a function ``run(lab)``, whose answer can be written as JSON.
    lab : Lab
    path : Path, optional
        Where the result goes; beside the program, and of a quick run into `build`.

    Returns
    -------
    dict
    """
    module = importlib.import_module(f"experiments.{name}")
    began, worked = time.perf_counter(), time.process_time()
    results = module.run(lab)
    result = {
        "experiment": name,
        "asks": module.__doc__.splitlines()[0],
        "quick": lab.quick,
        "minutes": figures((time.perf_counter() - began) / 60, 3),
        "processor minutes": figures((time.process_time() - worked) / 60, 3),
        "machine": {
            "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
            "processor": processor(),
            "versions": {"Python": platform.python_version(), "NumPy": np.__version__},
        },
        "results": results,
    }
    path = path or (Path("build/experiments") if lab.quick else HERE) / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    new.replace(path)
    return result
