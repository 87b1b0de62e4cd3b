"""The bank of wrong layers: gradients that somebody got wrong, and the names that a diagnosis may give them.

The ids are those under which the course knows the mistakes of its chapters 2, 8, 9, 11, 12, 13 and 15. Those
that are no wrong gradient stand in `elsewhere`, with the reason.
"""

from importlib import import_module

from .elsewhere import ELSEWHERE, IDS
from .wrong import BANK, Layer, Wrong

for chapter in ("dense", "conv", "pool", "windows", "transposed", "training", "local"):
    import_module(f".{chapter}", __name__)  # which fills the bank

__all__ = ["BANK", "ELSEWHERE", "IDS", "Layer", "Wrong", "table"]


def table(checked):
    """Lay out what became of checked layers, pairs (wrong, report): caught or not, named or not."""
    lines = [f"{'mistake':34} {'function':40} {'gradient':9} {'called':12} true names"]
    for wrong, report in checked:
        for name, true in wrong.slugs.items():
            called = report.patterns.get(f"d{name}", "")
            caught = f"d{name}" in {found.name for found in report.findings if found.remark}
            word = called or ("-" if caught else "MISSED")
            lines.append(f"{wrong.id:34} {wrong.name:40} d{name:8} {word:12} {' '.join(sorted(true)) or '-'}")
    return "\n".join(lines)
