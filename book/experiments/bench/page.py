"""Tables for the book's page, out of the committed result; nothing is measured here."""

import json

from ..results import Table, milliseconds, number
from .records import COMMITTED
from .targets import TARGETS, geometric_mean, select

PARTS = ("products", "windows", "passes", "memory", "calls")
WORDS = {"inference": "inference", "step": "forward + backward", "without dx": "without dx"}


def load(path=COMMITTED):
    """Read what `make bench` has written."""
    return json.loads(path.read_text(encoding="utf-8"))


def machine(result):
    """Describe where it ran, in two columns."""
    where, how = result["machine"], result["how"]
    kernels = {pool["architecture"] for pool in where["thread pools"] if "architecture" in pool}
    rows = [
        ("processor", where["processor"]),
        ("caches", ", ".join(f"{name} {size}" for name, size in where["caches"].items())),
        ("cores, of which one is used", str(where["cores"])),
        *((name, value or "not there") for name, value in where["versions"].items()),
        ("NumPy's OpenBLAS kernels", ", ".join(sorted(kernels)) or "unknown"),
        ("PyTorch's oneDNN, instructions", f"{where['oneDNN']}, {where['instructions']}"),
        *((name, number(value)) for name, value in result["peaks"].items()),
        ("date", where["date"]),
        ("seed", str(where["seed"])),
        ("visits to each row", str(how["visits"])),
        ("rounds a visit, at least", str(how["rounds"])),
        ("seconds a visit for each candidate", number(how["budget"])),
        ("load before the run, 0 where nothing else ran", number(how["load before"])),
    ]
    return Table(["", "this run"], [list(row) for row in rows], text=(0, 1))


def targets(result):
    """Say of each target what came of it."""
    rows = []
    for v in result["targets"]:
        reached = v["mean"] if v["kind"] == "mean" else v["worst"]
        rows.append([v["target"], v["limit"], reached, v["worst"], "yes" if v["met"] else "no"])
    return Table(["target", "at most", "reached", "worst row", "met"], rows)


def convolutions(result, dtype="float32", case="step"):
    """The 28 rows of one case, as the run measured them."""
    return select(result["records"], section="conv", dtype=dtype, case=case)


def ratios(result):
    """List the 28 rows with their ratios, and the geometric means."""
    columns = {
        "inference": ("float32", "inference"),
        "forward + backward": ("float32", "step"),
        "without dx": ("float32", "without dx"),
        "contiguous": ("float32", "contiguous"),
        "inference, 64": ("float64", "inference"),
        "forward + backward, 64": ("float64", "step"),
    }
    found = [convolutions(result, dtype, case) for dtype, case in columns.values()]
    rows = [[line[0]["row"], *(r["ratio"] for r in line)] for line in zip(*found, strict=True)]
    means = (geometric_mean([r["ratio"] for r in column]) for column in found)
    return Table(["row", *columns], [*rows, ["geometric mean", *means]])


def limits(result, case="step"):
    """List what bounds each row's time, in milliseconds, and how near it comes to the peak."""
    peak = result["peaks"]["matmul float32, GFLOP/s"]
    rows = []
    for r in convolutions(result, case=case):
        seconds, bounds = r["seconds"]["cnnlab"], r["bounds"]
        speed = r["flops"] / seconds / 1e9
        rows.append(
            [
                r["row"],
                milliseconds(seconds),
                *(milliseconds(bounds[key]) for key in PARTS),
                r["limit"],
                number(speed),
                f"{100 * speed / peak:.0f} %",
                floor(r),
            ]
        )
    header = ["row", "time", *PARTS, "limit", "GFLOP/s", "of peak", "floor"]
    return Table(header, rows, text=(0, 2 + len(PARTS)))


def floor(r, *parts):
    """A record's products and windows, or other parts of it, as a multiple of PyTorch's whole time."""
    return sum(r["bounds"][part] for part in parts or ("products", "windows")) / r["seconds"]["pytorch"]


def floors(result):
    """Set beside each mean what it would be if its parts, or some of them, were all that took time."""
    rows = []
    for target in TARGETS:
        found = [r for r in select(result["records"], **target.chosen) if "bounds" in r]
        if target.kind != "mean" or not found:
            continue
        every = [floor(r, *r["bounds"]) for r in found]
        means = [geometric_mean(values) for values in ([r["ratio"] for r in found], every)]
        if "products" in found[0]["bounds"]:
            means += [geometric_mean([floor(r, *some) for r in found]) for some in (PARTS[:2], PARTS[:1])]
        blank = [""] * (4 - len(means))
        above = f"{sum(value > target.limit for value in every)} of {len(found)}"
        rows.append([target.words, target.limit, *means, *blank, above])
    header = ["", "target", "reached", "all parts", "products + windows", "products", "rows beyond it"]
    return Table(header, rows)


def steps(result):
    """List the parts of each training step, in milliseconds, and what they come to beside PyTorch's time."""
    rows = []
    for r in select(result["records"], section="networks"):
        parts = [milliseconds(seconds) for seconds in r["bounds"].values()]
        rows.append(
            [r["row"], milliseconds(r["seconds"]["cnnlab"]), *parts, floor(r, *r["bounds"]), r["ratio"]]
        )
    header = [
        "step",
        "time",
        *select(result["records"], section="networks")[0]["bounds"],
        "all parts",
        "ratio",
    ]
    return Table(header, rows)


def slowest(result, most=10):
    """List the rows that lose most against PyTorch, and what holds them."""
    found = [r for case in WORDS for r in convolutions(result, case=case)]
    found = sorted(found, key=lambda r: -r["ratio"])[:most]
    rows = [
        [
            r["row"],
            WORDS[r["case"]],
            r["ratio"],
            r["limit"],
            floor(r),
            floor(r, *PARTS),
        ]
        for r in found
    ]
    return Table(["row", "case", "ratio", "limit", "floor", "all parts"], rows, text=(0, 1, 3))


def times(result, *sections):
    """List rows of other sections: both times and their ratio."""
    rows = []
    for r in select(result["records"], section=sections):
        seconds = [milliseconds(r["seconds"][who]) for who in ("cnnlab", "pytorch")]
        rows.append([r["row"], WORDS.get(r["case"], r["case"]), *seconds, r["ratio"]])
    return Table(["row", "case", "cnnlab, ms", "PyTorch, ms", "ratio"], rows, text=(0, 1))


def throughput(result):
    """List how many examples a second both libraries learn from, and the ratio of their times."""
    rows = []
    for r in select(result["records"], section="learning"):
        speeds = [f"{r['examples'] / r['seconds'][who]:,.0f}" for who in ("cnnlab", "pytorch")]
        rows.append([r["row"], str(r["examples"]), *speeds, r["ratio"]])
    header = ["network", "batch", "cnnlab, examples a second", "PyTorch, examples a second", "ratio of times"]
    return Table(header, rows)


def checks(result):
    """List what a gradient check takes, and PyTorch's as multiples of it."""
    found = select(result["records"], section="checks")
    names = list(found[0]["multiples"])
    rows = [
        [r["row"], milliseconds(r["seconds"]["cnnlab"]), *(number(r["multiples"][name]) for name in names)]
        for r in found
    ]
    return Table(["layer", "cnnlab, ms", *names], rows)


def curvature(result):
    """List what products with both matrices take, in gradients, and what PyTorch's two ways take."""
    found = select(result["records"], section="curvature")
    ways = [name for name in found[0]["seconds"] if name.startswith("PyTorch")]
    rows = []
    for r in found:
        seconds, unit = r["seconds"], r["seconds"]["gradient"]
        times = [seconds[name] / unit for name in ("cnnlab", "Gauss-Newton", *ways)]
        rows.append([r["row"], milliseconds(unit), *times, r["ratio"]])
    header = ["network", "gradient, ms", "Hessian", "Gauss-Newton", *ways, "to the faster"]
    return Table(header, rows)


def peers(result):
    """List what each peer needs for a row, as a multiple of cnnlab's time."""
    found = select(result["records"], section="peers")
    names = list(dict.fromkeys(name for r in found for name in r["multiples"]))
    rows = [[r["row"], *(r["multiples"].get(name, "cannot") for name in names)] for r in found]
    means = (geometric_mean([r["multiples"][n] for r in found if n in r["multiples"]]) for n in names)
    return Table(["row", *names], [*rows, ["geometric mean", *means]])


def memory(result):
    """List each row's peak above inputs and outputs, in MB."""
    rows = {}
    for r in select(result["records"], section="memory"):
        rows.setdefault(r["row"], {})[r["case"]] = r["bytes"]
    cells = [
        [name, *(found[c]["above"] / 1e6 for c in ("inference", "step")), found["step"]["allowed"] / 1e6]
        for name, found in rows.items()
    ]
    return Table(["row", "inference", "forward + backward", "padded copy + 4"], cells)


def imports(result):
    """Say what both imports take, in milliseconds."""
    (found,) = select(result["records"], section="import")
    rows = [[f"import {name}", milliseconds(seconds)] for name, seconds in found["seconds"].items()]
    return Table(["", "ms"], [*rows, ["above NumPy", milliseconds(found["above"])]])
