"""What is raced against what. A section is a list of jobs: a label, and a function that returns records.

Before anybody is timed, all must return the same numbers: a wrong result ends the run.
"""

from functools import partial

from . import limits, machine, ours, peers, plain, workloads
from .agree import hold
from .clock import race
from .curvature import products
from .fast import fast
from .learning import learning
from .records import record
from .training import epoch, networks
from .trust import checks


def both(section, kind, row, dtype, settings, cases=None):
    """Race cnnlab and PyTorch through all cases of one row, all of them in one race."""
    from . import pytorch

    arrays = row.arrays(dtype)
    mine, theirs = getattr(ours, kind)(row, *arrays), getattr(pytorch, kind)(row, *arrays)
    cases = [case for case in mine if cases is None or case in cases]
    runners = {}
    for case in cases:
        reference = "step" if case == "contiguous" else case
        hold(row, case, dtype, theirs[reference](), mine[case](), "cnnlab")
        runners[case, "cnnlab"], runners[reference, "pytorch"] = mine[case], theirs[reference]
    least, rounds = race(runners, **settings)
    for case in cases:
        reference = "step" if case == "contiguous" else case
        seconds = {"cnnlab": least[case, "cnnlab"], "pytorch": least[reference, "pytorch"]}
        yield record(section, row, case, dtype, seconds, rounds)


def convolution(row, dtype, settings):
    """Race one of the 28 rows, and measure what bounds it."""
    cases = None if dtype == "float32" else ("inference", "step", "without dx")
    found = list(both("conv", "convolution", row, dtype, settings, cases))
    bounds = limits.measure(row, dtype)
    for entry in found:
        if entry["case"] in bounds:
            entry["flops"] = row.flops * {"inference": 1, "without dx": 2, "step": 3}[entry["case"]]
            entry["bounds"] = bounds[entry["case"]]
    return found


def conv(settings):
    """List the 28 rows in both precisions."""
    return [
        (f"{row.family}: {row.name}, {dtype}", partial(convolution, row, dtype, settings))
        for dtype in ("float32", "float64")
        for row in workloads.convolutions()
    ]


def parts(settings):
    """List pooling, dense layers and losses."""
    kinds = {
        "pooling": workloads.poolings(),
        "dense": workloads.dense_layers(),
        "cross_entropy": workloads.losses(),
    }
    return [(row.name, partial(part, kind, row, settings)) for kind, rows in kinds.items() for row in rows]


def part(kind, row, settings):
    """Race one of these; of a pooling, measure the passes too."""
    found = list(both(kind, kind, row, "float32", settings))
    bounds = plain.pooling(row, "float32") if kind == "pooling" else {}
    return [entry | ({"bounds": bounds[entry["case"]]} if bounds else {}) for entry in found]


def peer_rows(settings):
    """List the 28 rows' forward and backward against libraries that compile nothing."""
    return [
        (f"{row.family}: {row.name}", partial(against_peers, row, settings))
        for row in workloads.convolutions()
    ]


def against_peers(row, settings):
    """Race one row's step; who is slow runs less often."""
    arrays = row.arrays("float32")
    runners, absent = {"cnnlab": ours.convolution(row, *arrays)["step"]}, []
    for peer in peers.installed():
        run = peers.step(peer, row, *arrays)
        if run is None:
            absent.append(peer)
            continue
        hold(row, "step", "float32", runners["cnnlab"](), run(), peer)
        runners[peer] = run
    settings = settings | {"budget": settings["budget"] / 2, "warm_up": 0}
    least, rounds = race(runners, **settings)
    return [record("peers", row, "step", "float32", least, rounds, cannot=absent)]


def memory(settings):
    """List the 28 rows' peak memory."""
    return [(f"{row.family}: {row.name}", partial(machine.memory, row)) for row in workloads.convolutions()]


def imports(settings):
    """The cost of `import cnnlab`."""
    return [("import cnnlab", partial(machine.imports, settings["rounds"]))]


def growth(settings):
    """List how the step's time grows; PyTorch has no convolution over four axes."""
    return [
        (f"{quantity} {value}", partial(grown, quantity, value, row, settings))
        for quantity, rows in workloads.growing().items()
        for value, row in rows
    ]


def grown(quantity, value, row, settings):
    """Race one step on the way."""
    settings = settings | {"budget": settings["budget"] / 2}
    more = {"quantity": quantity, "value": value, "flops": 3 * row.flops}
    if len(row.spatial) <= 3:
        found = both("growth", "convolution", row, "float32", settings, ("step",))
        return [entry | more for entry in found]
    run = ours.convolution(row, *row.arrays("float32"))["step"]
    least, rounds = race({"cnnlab": run}, **settings)
    return [record("growth", row, "step", "float32", least, rounds, **more)]


SECTIONS = {
    "conv": conv,
    "parts": parts,
    "networks": networks,
    "epoch": epoch,
    "learning": learning,
    "checks": checks,
    "curvature": products,
    "fast": fast,
    "peers": peer_rows,
    "memory": memory,
    "import": imports,
    "growth": growth,
}
