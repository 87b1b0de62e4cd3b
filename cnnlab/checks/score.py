"""Score one capability: a pure function of the student's functions, the hidden cases and the seed."""

from __future__ import annotations

from .compare import ending_text, finding, input_text, verdict
from .marking import Deck, Marking, common_deck
from .record import reference
from .replay import known, replay_text
from .result import Result
from .run import call_directly
from .show import Shown, show

SHORT = ("missing", "closed", "timeout", "died")  # no case makes these clearer
STATUS = {"missing": "missing", "error": "error", "timeout": "timeout", "died": "error"}  # the rest: "wrong"


def score(exercise, capability, functions, seed, *, call=call_directly, fresh=None):
    """Score one capability, all or nothing but where it has a tally, against `cnnlab`.

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
    fresh : callable, optional
        `fresh() -> mapping`: the functions anew, from a process that has seen none of the hidden inputs. What
        the result quotes comes from these; without it, from `functions`.

    Returns
    -------
    Result
    """
    marking = Marking(exercise, functions, Deck(exercise.capabilities, seed), call)
    besides = Marking(exercise, functions, common_deck(exercise.capabilities), call)
    return score_in(marking, besides, capability, fresh or (lambda: functions))


def score_in(marking, besides, capability, fresh):
    """Score one capability where others of the same functions may have been scored before: see `score`.

    Parameters
    ----------
    marking : Marking
        On the cases that count.
    besides : Marking
        On those that say what else is right; it may be the same.
    capability : str
    fresh : callable

    Returns
    -------
    Result
    """
    exercise, wanted = marking.exercise, marking.exercise.capability(capability)
    failure = marking.failure(capability)
    if failure is None:
        paid = ", ".join(marking.follow.paid_by(capability))
        return Result(exercise.slug, capability, points=wanted.points, earned=wanted.points, follows=paid)
    earned, counted = 0, ""
    if wanted.tally and failure.what not in ("missing", "closed"):
        earned, counted = marking.tally(capability)
        if earned == wanted.points:
            return Result(exercise.slug, capability, points=wanted.points, earned=earned)
    if failure.what in SHORT:
        shown = Shown(sentence=ending_text(failure.outcome))
    elif counted and not known(failure.case):
        shown = Shown()
    else:
        shown = show(marking, failure, fresh)
    named, right = name(marking, capability, failure, shown.case or counted), []
    if failure.what not in ("timeout", "died"):
        right = besides.right_besides(capability)
    return Result(
        exercise=exercise.slug,
        capability=capability,
        function=failure.case.function,
        points=wanted.points,
        earned=earned,
        status=STATUS.get(failure.what, "wrong"),
        right=right,
        pointer=exercise.pointer(wanted),
        **said(exercise, shown, counted),
        **named,
    )


def said(exercise, shown, counted=""):
    """Put what is shown into words, and after it what was counted."""
    case, outcome = shown.case, shown.outcome
    if case is None:
        return {"finding": " ".join(filter(None, [shown.sentence, counted]))}
    expected = reference(case)
    return {
        "case": input_text(case, verdict(case, outcome, expected)),
        "finding": " ".join(filter(None, [finding(exercise, case, outcome, expected), counted])),
        "replay": replay_text(exercise, case),
    }


def name(marking, capability, failure, seen):
    """Name the mistake that explains a failure, where there is something to see it by."""
    mistake = marking.follow.diagnosis(capability, failure.case.function) if seen else None
    return {"mistake": mistake.id, "misconception": mistake.question} if mistake else {}
