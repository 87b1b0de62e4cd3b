"""What an exercise is made of: capabilities worth points, hidden cases, named mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Capability:
    """Something that a function can do, worth points: all or nothing, unless it has a tally.

    Parameters
    ----------
    name : str
        Short name; with the exercise's it makes the grade id.
    points : int
    label : str
        How a sentence names it: "dx", "stride".
    section : str
        Title of the section that works an example.
    visible : callable
        The visible check, called with the functions by name; raises CheckFailed.
    varies : str
        What the hidden checks vary, in the reader's words.
    page : str
        Slug of the section's chapter, where it is not the exercise's own.
    cases : callable or None
        `cases(rng) -> list of Case`: the hidden ones, known to instructors only.
    tally : callable or None
        `tally(found) -> points, sentence`, of (case, what is right, whether that was said) for each hidden
        case: for what is not all or nothing. Its cases are not shown, the sentence is.
    """

    name: str
    points: int
    label: str
    section: str
    visible: Callable
    varies: str
    page: str = ""
    cases: Callable | None = None
    tally: Callable | None = None


def capability(name, points, *, section, varies, label="", page="", tally=None):
    """Make a capability out of the visible check that stands below."""
    return lambda visible: Capability(
        name, points, label or name, section, visible, varies, page, tally=tally
    )


@dataclass(frozen=True)
class Mistake:
    """A named wrong answer: what it replaces, what it costs, the question that leads out of it."""

    id: str
    question: str
    breaks: frozenset[str]  # capabilities that pay for it; what else it spoils follows from these
    functions: tuple[Mapping[str, Callable], ...]  # one mapping for each way of making it
    degenerate: bool = False  # nothing follows from it: it ignores an argument, or leaves the result empty


class Mistakes:
    """A register of named mistakes, filled by decorating the wrong functions.

    The same id again adds another way of making the mistake or, with another `of`, its like in a second
    function.
    """

    def __init__(self):
        self._known = {}

    def __call__(self, id, question="", *, of, breaks="", degenerate=False):
        """Register the decorated function, which stands in for the function `of`."""

        def register(function):
            known = self._known.get(id, Mistake(id, question, frozenset(breaks.split()), (), degenerate))
            *ways, last = known.functions or ({},)
            ways = [*ways, {**last, of: function}] if of not in last else [*ways, last, {of: function}]
            self._known[id] = replace(known, functions=tuple(ways))
            return function

        return register

    def __iter__(self):
        return iter(self._known.values())


@dataclass(frozen=True)
class Exercise:
    """An exercise: its public half is in `cnnlab.checks`, the hidden one is added in `solutions`.

    Parameters
    ----------
    slug, title : str
        The chapter's.
    functions : tuple of str
        What the student writes; the reference is the function of that name in `cnnlab`.
    capabilities : tuple of Capability
    right_number : callable
        `right_number(case, index) -> str`: one right number, in words.
    simpler : tuple of callables
        Steps towards a smaller case, in the order in which they are tried.
    closed : tuple of str
        Beginnings of the names in `cnnlab` that a student's function may not call.
    opens : tuple of str
        Names in `cnnlab` that work while it is graded; what is neither cannot be called then.
    mistakes : tuple of Mistake
    """

    slug: str
    title: str
    functions: tuple[str, ...]
    capabilities: tuple[Capability, ...]
    right_number: Callable
    simpler: tuple[Callable, ...]
    closed: tuple[str, ...]
    opens: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def points(self):
        """What all capabilities are worth together."""
        return sum(c.points for c in self.capabilities)

    @property
    def stem(self):
        """The slug without its number, with which every grade id begins."""
        return self.slug.split("_", 1)[1]

    @property
    def chapter(self):
        """The chapter's number, from the slug."""
        return int(self.slug[2:4])

    def page(self, capability):
        """Return the slug of the chapter that works an example."""
        return capability.page or self.slug

    def pointer(self, capability):
        """Say where the book works an example."""
        return f'Chapter {int(self.page(capability)[2:4])}, "{capability.section}"'

    def capability(self, name):
        """Look a capability up by its name."""
        for capability in self.capabilities:
            if capability.name == name:
                return capability
        known = ", ".join(c.name for c in self.capabilities)
        raise ValueError(f"{self.slug} has no capability {name!r}; it has {known}")

    def with_hidden(self, cases, mistakes):
        """Return the instructors' half: the same exercise with its hidden cases and its mistakes."""
        full = tuple(replace(c, cases=cases[c.name]) for c in self.capabilities)
        return replace(self, capabilities=full, mistakes=tuple(mistakes))
