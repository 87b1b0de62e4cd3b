"""Follow-through: one misconception costs its own points only.

Where a student's function equals the right one with one named mistake in it, the first capability that shows
the mistake pays for it; later ones are graded against the same mistaken function. A degenerate mistake, such
as an ignored argument, is no function to build on: nothing follows from it. Where no name is known, a case is
excused whose needs were paid for.
"""

from __future__ import annotations

import numpy as np

from .compare import difference
from .diagnose import diagnose


class Follow:
    """What of a student's failures follows from others.

    Parameters
    ----------
    marking : Marking
        The student's functions on the hidden cases.
    """

    def __init__(self, marking):
        self.marking, self.deck, self.exercise = marking, marking.deck, marking.exercise
        self._diagnoses, self._payers = {}, {}

    def excused(self, capability, case):
        """Whether a wrong result is none of this capability's: it follows, or the case's needs are unmet."""
        return self._beyond_telling(case) or self._payer(capability, case.function) is not None

    def paid_by(self, capability):
        """List the labels of the capabilities that paid for what is wrong in this one."""
        found = [payer.label for (name, _), payer in self._payers.items() if name == capability and payer]
        return list(dict.fromkeys(found))

    def diagnosis(self, capability, function):
        """Return the one named mistake that explains what a function gives in a capability, or None."""
        if (capability, function) not in self._diagnoses:
            cases = self._cases(capability, function)

            def observe():
                for case in cases:
                    if all(map(self.marking.right, case.needs)):
                        yield case, self.marking.outcome(case)

            wrong = any(self.marking.what(case) for case, _ in observe())
            known = diagnose(self.exercise, observe, self.deck.imagined) if wrong else None
            if known and self._contradicted(known, capability, function):
                known = None
            self._diagnoses[capability, function] = known
        return self._diagnoses[capability, function]

    def _contradicted(self, mistake, capability, function):
        """Whether only exceptions speak for a mistake, and an earlier right capability against it."""
        wrong = filter(self.marking.what, self._cases(capability, function))
        if any(self.marking.outcome(case).kind != "error" for case in wrong):
            return False
        broken = (c for c in self._before(capability, function) if c.name in mistake.breaks)
        return any(not any(map(self.marking.what, self._cases(c.name, function))) for c in broken)

    def _cases(self, capability, function):
        return [case for case in self.deck.cases(capability) if case.function == function]

    def _payer(self, capability, function):
        """Find the earlier capability that paid for the one mistake in all of a function's results here."""
        if (capability, function) not in self._payers:
            self._payers[capability, function] = None
            likely = self._likely(capability, function)
            for earlier in self._before(capability, function) if likely else ():
                mistake = self._firm(earlier.name, function)
                if mistake and mistake.id in likely and self.marking.failure(earlier.name):
                    self._payers[capability, function] = earlier
                    break
        return self._payers[capability, function]

    def _before(self, capability, function):
        """List the earlier capabilities that ask something of a function."""
        names = [c.name for c in self.exercise.capabilities]
        earlier = self.exercise.capabilities[: names.index(capability)]
        return [c for c in earlier if function in self.marking.asked(c.name)]

    def _likely(self, capability, function):
        """List the ids of the mistakes that give every wrong result which a function has in a capability."""
        ways = [(m.id, way) for m in self.exercise.mistakes for way in m.functions if function in way]
        likely, tells = [(id, way[function]) for id, way in ways], False
        for case in self._cases(capability, function):
            if likely and self.marking.what(case) and not self._beyond_telling(case):
                likely = [(id, wrong) for id, wrong in likely if self._gives(wrong, case)]
                tells |= any(self.deck.imagined(wrong, case).value.size for _, wrong in likely)
        return {id for id, _ in likely} if tells else set()

    def _gives(self, wrong, case):
        """Whether a wrong function gives the student's very result; a change of an argument is no result."""
        outcome = self.marking.outcome(case)
        if case.asks == "unchanged" or not _is_array(outcome):
            return False
        imagined = self.deck.imagined(wrong, case)
        return _is_array(imagined) and not difference(outcome.value, imagined.value, case)

    def _beyond_telling(self, case):
        """Whether a case needs what is not right, and no single named mistake says what to expect instead."""
        blamed = [self._firm(need, case.function) for need in case.needs if not self.marking.right(need)]
        if None in blamed or len({mistake.id for mistake in blamed}) != 1:
            return bool(blamed)
        ways = [way[case.function] for way in blamed[0].functions if case.function in way]
        return not any(_is_array(self.deck.imagined(wrong, case)) for wrong in ways)

    def _firm(self, capability, function):
        """Return the diagnosis, unless nothing can follow from it."""
        mistake = self.diagnosis(capability, function)
        return None if mistake is None or mistake.degenerate else mistake


def _is_array(outcome):
    return outcome.kind == "value" and isinstance(outcome.value, np.ndarray)
