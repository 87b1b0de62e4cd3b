"""The page's tables. What NumPy, SciPy and this library say is computed anew; what others say is read."""

import json

from . import LIBRARIES, ROWS
from .cells import agree
from .run import COMMITTED, ask, here

LIVE = ("cnnlab", "NumPy", "SciPy")
SHORT = {"Keras, TensorFlow": "Keras, TF"}
SIGNS = {"same": "=", "other": "≠", "both": "±", "none": "-"}


class Page:
    """Markdown that the book treats as its own."""

    def __init__(self, text):
        self.text = text

    def _repr_markdown_(self):
        return self.text

    def __repr__(self):
        return self.text


def load(path=COMMITTED):
    """Read what `make rosetta` has written."""
    return json.loads(path.read_text(encoding="utf-8"))


def cells(result, key):
    """Every cell of a row: library, cell, what it gave or None, what this library gives for the same."""
    row, found = ROWS[key], []
    for library in LIBRARIES:
        asked = ask(key, library) if library in LIVE else result["rows"][key].get(library, [])
        for place, cell in enumerate(row.cells[library]):
            ours = here(cell.here or row.here, row.given) if cell.here or not cell.says else None
            gave = None if cell.source else asked[place]["gives"]
            if library == "cnnlab":
                ours = gave
            elif gave is not None and not refused(gave):
                assert asked[place]["call"] == cell.call, f"{key}, {library}: another call was recorded"
                assert agree(ours, gave), f"{key}, {library}: {gave}, but here {ours}"
            found.append((library, cell, gave, ours))
    return found


def refused(gave):
    """Say whether a cell ended in an error."""
    return isinstance(gave, str)


def show(result, key):
    """Ask a row's question: the example, and each answer with who gives it, by the first call or another."""
    row = ROWS[key]
    answers, seen = {}, set()
    for library, cell, gave, ours in cells(result, key):
        said = cell.says if ours is None else "refuses" if refused(gave) else told(gave, ours)
        first, other = answers.setdefault(said, ([], []))
        name = f"{library} (cited)" if cell.source else library
        if library not in seen:
            first.append(name)
        elif name not in first + other:
            other.append(name)
        seen.add(library)
    lines = [["answer", "by the first call", "by another call"], ["---"] * 3]
    lines += [[said, *("; ".join(names) for names in who)] for said, who in answers.items()]
    without = [library for library in LIBRARIES if not row.cells[library]]
    lines += [["\\-", "; ".join(without), ""]] if without else []
    if not any(other for _, other in answers.values()):
        lines = [["answer", "given by"], *([*line][:2] for line in lines[1:])]
    return Page("\n".join([f"```python\n{row.given}\n{row.here}\n```", "", *map(table_line, lines)]))


def table_line(entries):
    """Write a line of a table."""
    return f"| {' | '.join(entries)} |"


def told(gave, ours):
    """Write an answer in bold: what a call gave, or what follows from a source."""
    return f"**{written(ours if gave is None else gave)}**"


def calls(result, key):
    """List all calls of a row, library by library, with what each gives and how to get it here."""
    row, entries, last = ROWS[key], [], None
    usual = here(row.here, row.given)
    for library, cell, gave, ours in cells(result, key):
        if library != last:
            mark = "cited" if cell.source else "executed"
            entries.append(f'\n{library} <span class="rosetta-mark">{mark}</span>')
        text = f"{listing(cell.call)}\n\n{words(library, cell, gave, ours, usual)}"
        entries.append(": " + text.replace("\n", "\n  "))
        last = library
    return Page("\n".join(entries))


def listing(call):
    """Write a call."""
    return f"```python\n{call}\n```"


def words(library, cell, gave, ours, usual):
    """Say what a cell answered, and how to get it here where that is not the row's own call."""
    if refused(gave):
        return f"refuses: {gave}"
    source = f", by its documentation {{cite:p}}`{cell.source}`," if cell.source else ""
    if ours is None:
        return f"gives{source} {cell.says}"
    gives = f"gives{source} {told(gave, ours)}"
    if library == "cnnlab":
        return gives
    return f"{gives}, as here" if agree(ours, usual) else f"{gives}; here:\n\n{listing(cell.here)}"


def written(value):
    """Write numbers with four digits that count.

    >>> written([[0.1, 2.0], [1e-8, -0.5]])
    '[0.1, 2], [1e-08, -0.5]'
    """
    if not isinstance(value, list):
        return f"{value:.4g}"
    parts = [f"[{written(v)}]" if isinstance(v, list) else written(v) for v in value]
    return ", ".join(parts)


def kind(result, key, library):
    """Say whether a library answers as this one does: same, other, both (it depends on the call), none."""
    usual = here(ROWS[key].here, ROWS[key].given)
    said = {
        cell.alike if ours is None else not refused(gave) and agree(ours, usual)
        for name, cell, gave, ours in cells(result, key)
        if name == library
    }
    return "none" if not said else "both" if len(said) == 2 else "same" if said == {True} else "other"


def overview(result):
    """All rows and libraries in one table; each row is named by its section's title."""
    libraries = LIBRARIES[1:]
    lines = [["question", *(SHORT.get(name, name) for name in libraries)], ["---"] + [":-:"] * len(libraries)]
    lines += [
        [f"{{ref}}`rosetta-{key}`", *(SIGNS[kind(result, key, name)] for name in libraries)] for key in ROWS
    ]
    return Page("\n".join(map(table_line, lines)))


def versions(result):
    """What was asked."""
    return Page(", ".join(f"{name} {number}" for name, number in result["versions"].items()) + ".")
