"""What a measurement leaves behind: a record, joined with those of later visits, and the file of all."""

import json
from pathlib import Path

COMMITTED = Path(__file__).resolve().parents[1] / "bench.json"


def record(section, row, case, dtype, seconds, rounds, **more):
    """Write one measurement down: whose it is, and everybody's seconds."""
    known = {"section": section, "row": row.name, "case": case, "dtype": dtype}
    family = {"family": row.family} if hasattr(row, "family") else {}
    return known | family | {"seconds": dict(seconds), "rounds": rounds} | more


def merge(old, new):
    """Join the records of two visits: of each time the least, of the rounds the sum."""
    found = {identity(r): r for r in old}
    for r in new:
        before = found.get(identity(r), r)
        least = {
            part: {name: min(s, before[part][name]) for name, s in r[part].items()}
            for part in ("seconds", "bounds")
            if part in r
        }
        rounds = {"rounds": r["rounds"] + before["rounds"]} if "rounds" in r and before is not r else {}
        found[identity(r)] = r | least | rounds
    return list(found.values())


def identity(r):
    """What tells a record from all others."""
    return tuple(r.get(key) for key in ("section", "row", "case", "dtype", "quantity", "value"))


def derive(r):
    """Add what follows from a record's times: the ratio to PyTorch, peers' multiples, the limit."""
    parts = {
        part: {name: figures(s) for name, s in r[part].items()} for part in ("seconds", "bounds") if part in r
    }
    more, seconds = {}, parts.get("seconds", {})
    if "pytorch" in seconds:
        more["ratio"] = figures(seconds["cnnlab"] / seconds["pytorch"])
    if "gradient" in seconds:
        more["gradients"] = figures(seconds["cnnlab"] / seconds["gradient"])
    if r["section"] in ("peers", "checks"):
        more["multiples"] = {
            name: figures(s / seconds["cnnlab"]) for name, s in seconds.items() if name != "cnnlab"
        }
    if r["section"] == "import":
        more["above"] = figures(seconds["cnnlab"] - seconds["numpy"])
    if "bounds" in parts:
        more["limit"] = max(parts["bounds"], key=parts["bounds"].get)
    return r | parts | more


def figures(value, digits=4):
    """Keep so many digits that count.

    >>> figures(0.00123456)
    0.001235
    """
    return float(f"{value:.{digits}g}")


def write(path, result):
    """Write JSON, a record a line, and let the new file take the old one's place at once."""
    lines = ",\n".join(f"  {json.dumps(record, ensure_ascii=False)}" for record in result["records"])
    head = json.dumps({k: v for k, v in result.items() if k != "records"}, indent=1, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(f'{head[:-2]},\n "records": [\n{lines}\n ]\n}}\n', encoding="utf-8")
    new.replace(path)
