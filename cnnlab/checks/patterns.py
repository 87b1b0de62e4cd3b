"""Recognise a named mistake without carrying it: by a digest of what it answers to the visible checks.

Who learns alone has no instructor's machine that knows the mistakes. `patterns.json` holds, for each of them,
a digest of its answers and the question that leads out of it; `python -m solutions.patterns` writes it.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import resources

import numpy as np

import cnnlab

from .compare import without_array
from .record import recorded
from .run import run

FILE = resources.files(__package__).joinpath("patterns.json")


def practice_cases(capability, function):
    """List the calls of one function in a capability's visible check, but for those of nothing.

    Where a batch is empty, ways of making one mistake part: the one divides by 0, the other does not.
    """
    cases = [case for case in recorded(capability.visible) if case.function == function]
    return [case for case in cases if all(np.size(value) for value in case.args.values())]


def digest(outcomes):
    """Hash answers, up to the last bits of their numbers; "" where there is no answer at all."""
    answers = [_answer(outcome) for outcome in outcomes]
    if all(outcome.kind != "value" for outcome in outcomes):
        return ""
    return hashlib.sha256("\n".join(answers).encode()).hexdigest()[:20]


def _answer(outcome):
    if outcome.kind != "value":
        return outcome.kind
    value = outcome.value
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        return without_array(value) or "no array"
    numbers = (np.round(value.astype(float), 6) + 0.0).tolist()
    return f"{value.shape} {numbers} {outcome.changed}"


def patterns(exercise):
    """Digest every named mistake, by capability, but for what two of them share or a right answer gives.

    Between the id and the question stand the rungs further down on which it must have shown: a mistake that
    is made in several ways must have shown there only if each way that answers like this does.
    """
    ways, shows = {}, {}  # rung: {mark: who gives it}, and the rungs on which a wrong function is seen
    for capability in exercise.capabilities:
        known = ways[capability.name] = {}
        for function in exercise.functions:
            cases = practice_cases(capability, function)
            right = digest([run(getattr(cnnlab, function), case) for case in cases])
            for mistake in exercise.mistakes:
                for wrong in (way[function] for way in mistake.functions if function in way):
                    mark = digest([run(wrong, case) for case in cases])
                    if mark not in ("", right):
                        known.setdefault(f"{function}:{mark}", []).append((mistake, wrong))
                        shows.setdefault(wrong, []).append(capability.name)
    found = {}
    for rung, known in ways.items():
        found[rung] = {}
        for mark, who in sorted(known.items(), key=lambda pair: pair[0]):
            if len({mistake.id for mistake, _ in who}) == 1:
                mistake, _ = who[0]
                found[rung][mark] = [mistake.id, _below(rung, who, shows), mistake.question]
    return found


def _below(rung, who, shows):
    """List the rungs before this one on which each of several ways shows."""
    first, *others = (shows[wrong][: shows[wrong].index(rung)] for _, wrong in who)
    return [name for name in first if all(name in other for other in others)]


@cache
def shipped():
    """Read the digests that come with the package."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def recognise(exercise, capability, function, namespace, *, call):
    """Return the id and the question of the mistake that answers like a function, or two empty strings.

    A mistake is not named where, on a rung further down, the function answers otherwise than it.
    """

    def answers(rung):
        cases = practice_cases(rung, function)
        outcomes = [run(namespace.get(function), case, call=call, closed=exercise.closed) for case in cases]
        return f"{function}:{digest(outcomes)}"

    shown = shipped().get(exercise.slug, {})
    id, rungs, question = shown.get(capability.name, {}).get(answers(capability), ("", (), ""))
    for below in map(exercise.capability, rungs):
        known = shown[below.name]
        expected = {
            mark for mark, (who, *_) in known.items() if who == id and mark.startswith(f"{function}:")
        }
        if expected and answers(below) not in expected:
            return "", ""
    return id, question
