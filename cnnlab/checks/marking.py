"""One student's functions on the hidden cases: what counts, and what has been paid for elsewhere."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

import numpy as np

from .compare import verdict
from .follow import Follow
from .record import reference
from .run import Outcome, call_directly, run, run_each


class Deck:
    """The hidden cases under one seed, what is right on each and what is wrong, worked out with first use.

    Parameters
    ----------
    capabilities : iterable of Capability
    seed : bytes or callable
        The same seed draws the same cases; a function gives each capability's by its name.
    """

    def __init__(self, capabilities, seed):
        self._capabilities, self._seed = {c.name: c for c in capabilities}, seed
        self._cases, self._truths, self._imagined = {}, {}, {}

    def cases(self, capability):
        """Draw a capability's cases: the same for the same seed."""
        if capability not in self._cases:
            seed = self._seed(capability) if callable(self._seed) else self._seed
            digest = hashlib.sha256(seed + capability.encode()).digest()
            rng = np.random.default_rng(int.from_bytes(digest, "big"))
            self._cases[capability] = self._capabilities[capability].cases(rng)
        return self._cases[capability]

    def truth(self, case):
        """Return what is right on a case."""
        if case not in self._truths:
            self._truths[case] = reference(case)
        return self._truths[case]

    def imagined(self, wrong, case):
        """Return what a wrong function gives on a case."""
        if (wrong, case) not in self._imagined:
            self._imagined[wrong, case] = run(wrong, case)
        return self._imagined[wrong, case]


@functools.cache
def common_deck(capabilities):
    """Return the cases that are the same for everybody: enough to say in passing what else is right."""
    return Deck(capabilities, b"")


@dataclass(frozen=True)
class Failure:
    """The first case that counts and is not right."""

    case: object
    outcome: Outcome
    what: str


class Marking:
    """One student's functions on one deck of cases; each is called once on each, and only where it matters.

    It serves one capability after the other, for as long as the functions stay what they are.

    Parameters
    ----------
    exercise : Exercise
        With its hidden cases.
    functions : mapping
        The student's functions by name.
    deck : Deck
    call : callable
        As in `score`.
    call_each : callable, optional
        As in `run_each`, where functions live in a process of their own: they are sooner asked many things at
        once, and what is closed to them is closed there.
    """

    def __init__(self, exercise, functions, deck, call=call_directly, call_each=None):
        self.exercise, self.functions, self.deck = exercise, functions, deck
        self.call, self.call_each = call, call_each
        self.follow = Follow(self)
        self._outcomes, self._failures, self._stopped = {}, {}, {}

    @property
    def stopped(self):
        """Whether a function was stopped or ended its process: with more time it may do better."""
        return bool(self._stopped)

    def run(self, case):
        """Call the student's function on a case, unless it was stopped or ended its process once."""
        if case.function in self._stopped:
            return self._stopped[case.function]
        return self._noted(case, self.run_anew(case, self.functions))

    def run_anew(self, case, functions):
        """Call one of other functions on a case."""
        function = functions.get(case.function)
        return run(function, case, call=self.call, closed=self.exercise.closed)

    def _noted(self, case, outcome):
        """Remember a function that was stopped or ended its process."""
        if outcome.kind in ("timeout", "died"):
            self._stopped[case.function] = outcome
        return outcome

    def run_ahead(self, cases):
        """Call the student's functions on all cases that they can be asked together."""
        together = {}
        for case in cases:
            if case.alone or case in self._outcomes or case.function in self._stopped:
                continue
            together.setdefault(case.function, []).append(case)
        for name, asked in together.items():
            if callable(function := self.functions.get(name)):
                for case, outcome in zip(asked, run_each(function, asked, self.call_each), strict=False):
                    self._outcomes[case] = self._noted(case, outcome)

    def outcome(self, case):
        """Return what the student's function gives on one of the deck's cases."""
        if case not in self._outcomes:
            self._outcomes[case] = self.run(case)
        return self._outcomes[case]

    def what(self, case):
        """Name what is wrong there, "" where nothing is."""
        return verdict(case, self.outcome(case), self.deck.truth(case))

    def asked(self, capability):
        """List the functions that a capability asks something of."""
        return {case.function for case in common_deck(self.exercise.capabilities).cases(capability)}

    def failure(self, capability):
        """Return the first failure that counts, or None: what was paid for elsewhere does not count."""
        if capability not in self._failures:
            if self.call_each:
                self.run_ahead(self.deck.cases(capability))
            wrong = (case for case in self.deck.cases(capability) if self.what(case))
            counts = (case for case in wrong if not self.follow.excused(capability, case))
            first = next(counts, None)
            self._failures[capability] = first and Failure(first, self.outcome(first), self.what(first))
        return self._failures[capability]

    def tally(self, capability):
        """Count what is right in a capability that is not all or nothing: its points, and a sentence."""
        cases = self.deck.cases(capability)
        found = [(case, self.deck.truth(case).item(), not self.what(case)) for case in cases]
        points, sentence = self.exercise.capability(capability).tally(found)
        silent = sum(self.outcome(case).kind != "value" for case in cases[1:])
        return points, sentence + (f" For {silent} of them there is no answer." if silent else "")

    def right(self, capability):
        """Whether a capability stands by itself, and not as following from a mistake in another."""
        return self.failure(capability) is None and not self.follow.paid_by(capability)

    def right_besides(self, capability):
        """List the labels of the other capabilities that stand, if only but for what others have paid for."""
        others = (c for c in self.exercise.capabilities if c.name != capability)
        return [c.label for c in others if self.failure(c.name) is None]
