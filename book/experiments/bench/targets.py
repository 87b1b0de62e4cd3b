"""What was hoped for, and what came of it: a target is a choice of records and a limit for them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .records import figures


def geometric_mean(ratios):
    """The mean of ratios: twice as slow and twice as fast make 1.

    >>> geometric_mean([0.5, 2.0])
    1.0
    """
    return math.exp(math.fsum(map(math.log, ratios)) / len(ratios))


def select(records, **wanted):
    """The records whose entries are those wanted; a tuple allows several.

    >>> select([{"case": "step"}, {"case": "inference"}], case="step")
    [{'case': 'step'}]
    """
    wanted = {key: value if isinstance(value, tuple) else (value,) for key, value in wanted.items()}
    return [r for r in records if all(r.get(key) in values for key, values in wanted.items())]


def ratio(record):
    """Of cnnlab's time to PyTorch's."""
    return record["ratio"]


def to_the_fastest_peer(record):
    """Of cnnlab's time to the fastest peer's."""
    return 1 / min(record["multiples"].values())


def memory_share(record):
    """Of the bytes needed to those allowed."""
    return record["bytes"]["above"] / record["bytes"]["allowed"]


def import_milliseconds(record):
    """Above NumPy's own."""
    return 1000 * record["above"]


def milliseconds(record):
    """Of cnnlab's time."""
    return 1000 * record["seconds"]["cnnlab"]


def gradients(record):
    """Of cnnlab's time to that of one gradient."""
    return record["gradients"]


@dataclass(frozen=True)
class Target:
    """One hope: the mean or the worst of a measure over the chosen records is at most a limit."""

    words: str
    limit: float
    chosen: dict
    kind: str = "mean"
    measure: Callable = ratio

    def judge(self, records):
        """Say the mean, the worst and whether the target is met; None without such records."""
        chosen = select(records, **self.chosen)
        if not chosen:
            return None
        values = [self.measure(r) for r in chosen]
        mean = geometric_mean(values) if min(values) > 0 else None
        worst = max(range(len(values)), key=values.__getitem__)
        reached = mean if self.kind == "mean" else values[worst]
        return {
            "target": self.words,
            "kind": self.kind,
            "limit": self.limit,
            "mean": None if mean is None else figures(mean),
            "worst": figures(values[worst]),
            "worst row": ", ".join(
                str(chosen[worst][key]) for key in ("row", "case", "dtype") if key in chosen[worst]
            ),
            "rows": len(values),
            "met": bool(reached <= self.limit),
        }


def conv(case, dtype="float32"):
    """Choose the 28 rows of one case."""
    return {"section": "conv", "case": case, "dtype": dtype}


CHECK = "2; 6→16, 5×5 on 14×14"
PRODUCT = "LeNet, batch 64"
TILES = {"section": "fast", "row": "32; 128→128, 3×3 on 16×16, padding 1", "case": "inference"}
TARGETS = [
    Target("28 rows, inference, float32", 1.12, conv("inference")),
    Target("28 rows, forward and backward, float32", 0.70, conv("step")),
    Target("28 rows, without dx, float32", 0.95, conv("without dx")),
    Target("28 rows, inference, float64", 0.60, conv("inference", "float64")),
    Target("28 rows, forward and backward, float64", 0.70, conv("step", "float64")),
    Target("28 rows, contiguous in and out, float32", 1.10, conv("contiguous")),
    Target("no row above", 2.0, conv(("inference", "step", "without dx"), ("float32", "float64")), "worst"),
    Target("LeNet, training step", 0.62, {"section": "networks", "family": "LeNet"}),
    Target("32-64 CNN, training step", 1.15, {"section": "networks", "family": "32-64 CNN"}),
    Target("pooling, forward and backward", 0.40, {"section": "pooling", "case": "step"}),
    Target("peers: every row faster than all", 1.0, {"section": "peers"}, "worst", to_the_fastest_peer),
    Target("memory, share of what is allowed", 1.0, {"section": "memory"}, "worst", memory_share),
    Target("gradient check, 6→16, 5×5, ms", 10.0, {"row": CHECK, "case": "check"}, "worst", milliseconds),
    Target("Hessian product, in gradients", 2.8, {"row": PRODUCT, "case": "Hessian"}, "worst", gradients),
    Target("Hessian product, to PyTorch", 0.65, {"row": PRODUCT, "case": "Hessian"}, "worst"),
    Target("Winograd's tiles, to PyTorch", 1.0, TILES, "worst"),
    Target("import cnnlab above numpy, ms", 10.0, {"section": "import"}, "worst", import_milliseconds),
]


def judge(records):
    """Judge all targets for which there are records."""
    return [verdict for target in TARGETS if (verdict := target.judge(records)) is not None]
