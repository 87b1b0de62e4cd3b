"""Score one capability: a pure function of the student's functions, the hidden cases and the seed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from .compare import finding, input_text, verdict
from .diagnose import diagnose
from .record import reference
from .replay import replay_text
from .result import Result
from .run import Outcome, call_directly, run
from .shrink import shrink

STATUS = {"": "right", "missing": "missing", "error": "error", "timeout": "timeout"}  # the rest: "wrong"


@dataclass(frozen=True)
class Failure:
    """The first case that counts and is not right."""

    case: object
    outcome: Outcome
    what: str


def score(exercise, capability, functions, seed, *, call=call_directly):
    """Score one capability, all or nothing, against `cnnlab`.

    Parameters
    ----------
    exercise : Exercise
        With its hidden cases.
    capability : str
    functions : mapping
        The student's functions by name; a notebook's whole namespace will do.
    seed : bytes
        The same seed draws the same cases.
    call : callable
        `call(function, *args, **options)`: runs the student's function, with a time limit or elsewhere;
        raises TimeoutError.

    Returns
    -------
    Result
    """
    marking = Marking(exercise, functions, seed, call)
    wanted = exercise.capability(capability)
    failure = marking.failure(capability)
    if failure is None:
        return Result(exercise.slug, capability, points=wanted.points, earned=wanted.points)
    case, outcome, mistake = failure.case, failure.outcome, None
    if failure.what in ("type", "shape", "value", "changed", "error"):
        mistake = diagnose(exercise, marking.outcomes(capability, case.function))
        case, outcome = marking.smallest(failure)
    expected, shown = reference(case), failure.what not in ("missing", "closed", "timeout")
    return Result(
        exercise=exercise.slug,
        capability=capability,
        function=case.function,
        points=wanted.points,
        status=STATUS.get(failure.what, "wrong"),
        right=[] if failure.what == "timeout" else marking.right_besides(capability),
        case=input_text(case, verdict(case, outcome, expected)) if shown else "",
        finding=finding(exercise, case, outcome, expected),
        mistake=mistake.id if mistake else "",
        misconception=mistake.question if mistake else "",
        pointer=exercise.pointer(wanted),
        replay=replay_text(exercise, case) if shown else "",
    )


class Marking:
    """One student's functions under one seed; each capability is looked at once."""

    def __init__(self, exercise, functions, seed, call=call_directly):
        self.exercise, self.functions, self.seed, self.call = exercise, functions, seed, call
        self._failures = {}

    def cases(self, capability):
        """Draw a capability's hidden cases: the same for the same seed."""
        digest = hashlib.sha256(self.seed + capability.encode()).digest()
        return self.exercise.capability(capability).cases(
            np.random.default_rng(int.from_bytes(digest, "big"))
        )

    def run(self, case):
        """Call the student's function on a case."""
        function = self.functions.get(case.function)
        return run(function, case, call=self.call, closed=self.exercise.closed)

    def failure(self, capability):
        """Return the first failure that counts, or None: one whose needs stand was not paid for elsewhere."""
        if capability not in self._failures:
            self._failures[capability] = next(self._failures_of(capability), None)
        return self._failures[capability]

    def _failures_of(self, capability):
        for case in self.cases(capability):
            outcome = self.run(case)
            what = verdict(case, outcome, reference(case))
            if what and all(self.failure(need) is None for need in case.needs):
                yield Failure(case, outcome, what)

    def right_besides(self, capability):
        """List the labels of the other capabilities that stand."""
        others = (c for c in self.exercise.capabilities if c.name != capability)
        return [c.label for c in others if self.failure(c.name) is None]

    def outcomes(self, capability, function):
        """Run one function on all of a capability's cases, whether they count or not."""
        return [(case, self.run(case)) for case in self.cases(capability) if case.function == function]

    def smallest(self, failure):
        """Shrink a failure for as long as it fails in the same way."""
        kind = failure.what if failure.what in ("error", "changed") else "wrong"
        best = [failure.case, failure.outcome]

        def fails(case):
            try:
                expected = reference(case)
            except (ValueError, IndexError):
                return False
            outcome = self.run(case)
            what = verdict(case, outcome, expected)
            same = what == kind or (kind == "wrong" and what in ("type", "shape", "value"))
            if same:
                best[:] = case, outcome
            return same

        shrink(failure.case, fails, self.exercise.simpler)
        return best
