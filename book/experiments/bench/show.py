"""Tables for a terminal: a row per workload, a column per case, and the targets."""

from .targets import geometric_mean, select

try:
    from rich.console import Console
    from rich.table import Table
except ModuleNotFoundError:
    Console = None


def print_table(title, header, rows):
    """Print a table, plainly where rich is not installed; the first column is text."""
    rows = [[str(cell) for cell in row] for row in rows]
    if Console is None:
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        print(f"\n{title}")
        for row in [header, *rows]:
            first, *others = zip(row, widths, strict=True)
            print("  ".join([first[0].ljust(first[1]), *(cell.rjust(w) for cell, w in others)]))
        return
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for number, name in enumerate(header):
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False)
    console.width = max(
        console.width, 1 + console.measure(table, options=console.options.update(width=999)).maximum
    )
    console.print("", table)


def print_ratios(records, section, title):
    """Print ratios of cnnlab to PyTorch: a line a row, a column a case and dtype, geometric means last."""
    chosen = [r for r in select(records, section=section) if "ratio" in r]
    if not chosen:
        return
    columns = list(dict.fromkeys((r["case"], r["dtype"]) for r in chosen))
    table = {}
    for r in chosen:
        table.setdefault(r["row"], {})[r["case"], r["dtype"]] = r
    rows = []
    for name, found in table.items():
        step = next((r for (case, _), r in found.items() if case == "step"), next(iter(found.values())))
        cells = [f"{found[c]['ratio']:.2f}" if c in found else "" for c in columns]
        times = [f"{1000 * step['seconds'][who]:.3f}" for who in ("cnnlab", "pytorch")]
        rows.append([name, *cells, *times, step.get("limit", "")])
    means = [geometric_mean([t[c]["ratio"] for t in table.values() if c in t]) for c in columns]
    rows.append(["geometric mean", *(f"{m:.2f}" for m in means), "", "", ""])
    header = ["", *(f"{case} {dtype[-2:]}" for case, dtype in columns), "ms", "PyTorch ms", "limit"]
    print_table(title, header, rows)


def print_all(records, verdicts):
    """Print everything that has been measured."""
    titles = {
        "conv": "Convolutions, in multiples of PyTorch's time: below 1 is faster; 32 and 64 are bits",
        "pooling": "Pooling",
        "dense": "Dense layers",
        "cross_entropy": "Softmax and cross-entropy",
        "networks": "Whole training steps",
        "epoch": "One epoch",
        "learning": "Training the experiments' networks",
        "curvature": "Hessian-vector products",
        "growth": "Growth",
    }
    for section, title in titles.items():
        print_ratios(records, section, title)
    for title, rivals in (
        ("Forward and backward of peers", select(records, section="peers")),
        ("Gradient checks of PyTorch", select(records, section="checks")),
    ):
        if not rivals:
            continue
        names = list(dict.fromkeys(name for r in rivals for name in r["multiples"]))
        rows = [[r["row"], *(f"{r['multiples'].get(n, float('nan')):.1f}" for n in names)] for r in rivals]
        means = [geometric_mean([r["multiples"][n] for r in rivals if n in r["multiples"]]) for n in names]
        rows.append(["geometric mean", *(f"{m:.1f}" for m in means)])
        print_table(f"{title}, as a multiple of cnnlab's time", ["", *names], rows)
    sizes = select(records, section="memory")
    if sizes:
        rows = [
            [f"{r['row']}, {r['case']}", *(f"{r['bytes'][k] / 1e6:.2f}" for k in ("above", "allowed"))]
            for r in sizes
        ]
        print_table("Peak memory above inputs and outputs, MB", ["", "above", "allowed"], rows)
    rows = [
        [
            v["target"],
            f"{v['limit']:g}",
            "" if v["mean"] is None else f"{v['mean']:.3g}",
            f"{v['worst']:.3g}",
            "yes" if v["met"] else "NO",
            v["worst row"],
        ]
        for v in verdicts
    ]
    if rows:
        print_table("Targets", ["", "at most", "mean", "worst", "met", "worst row"], rows)
