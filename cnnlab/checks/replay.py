"""A case as one line of text, and back: feedback carries its own counterexample."""

from __future__ import annotations

import ast
import importlib
import re
from dataclasses import replace

import numpy as np

from .case import DEFAULTS, PARTS, SCORED, Case
from .compare import finding, input_text, verdict
from .lent import Lent, Seed
from .record import argument_names, reference, refused
from .run import run


def replay_text(exercise, case):
    """Write a case as `cnnlab check --case` reads it: `ch08:dy=[[[1]]],weight=[[[1,2]]],spatial=[2]`."""
    named = {**case.args, **case.options}
    if fitting(exercise, named) != [case.function]:
        named = {"function": case.function, **named}
    if case.layout != "C":
        named["layout"] = case.layout
    if case.part:
        named["part"] = case.part
    return f"{exercise.slug[:4]}:" + ",".join(
        f"{name}={_write(name, v)}" for name, v in named.items() if v is not None
    )


def fitting(exercise, named):
    """List the functions that take arguments of these names: of a single one a text need not say which."""
    found, options = [], set(DEFAULTS)
    for function in exercise.functions:
        wanted = set(argument_names(function))
        if set(named) <= wanted | options and wanted - options - {"bias", "mode"} <= set(named):
            found.append(function)
    return found


def _write(name, value):
    if not isinstance(value, np.ndarray):
        return re.sub(r"[ '\"]", "", str(value)).replace("(", "[").replace(",)", "]").replace(")", "]")
    if not value.size:
        return "x".join(map(str, value.shape))
    numbers = re.sub(r"\.0(?=[],])", "", str(value.tolist()).replace(" ", ""))
    return numbers if value.dtype == usual_type(name) else f"{value.dtype}{numbers}"


def usual_type(name):
    """Return the type that numbers have, where a case does not say which."""
    return np.dtype(np.int64 if name == "labels" else np.float64)


def parse(text):
    """Read a case: its chapter says which exercise, the names of its arguments which function.

    Returns
    -------
    exercise : Exercise
    case : Case

    Raises
    ------
    ValueError
        Where the text does not read as a case.

    Examples
    --------
    >>> exercise, case = parse("ch07:x=[[[1,2,0]]],weight=[[[1,2]]],padding=1")
    >>> case.function, case.text()
    ('conv_forward', 'x [1, 2, 0], weight [1, 2], padding 1')
    """
    chapter, _, rest = text.strip().partition(":")
    exercise = find_exercise(chapter)
    named = {}
    for part in re.split(r",(?=[a-z_]+=)", rest):
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(
                f'"{part}" is not name=value; a case reads ch08:dy=[[[1]]],weight=[[[1,2,4]]],spatial=[1]'
            )
        named[name.strip()] = _read(name, value.strip())
    function, layout, part = named.pop("function", None), named.pop("layout", "C"), named.pop("part", "")
    for function in [f for f in fitting(exercise, named) if function in (f, None)]:
        args = {name: lent(name, named.pop(name)) for name in required(function) if name in named}
        case = Case(function, args, named, layout, part=_part(function, part))
        return exercise, replace(case, asks="refusal") if refused(case) else case
    takes = "; ".join(f"{f}({', '.join(argument_names(f))})" for f in exercise.functions)
    raise ValueError(f"the case gives {', '.join(named)}, but the functions of {exercise.slug} are {takes}")


def _part(function, part):
    """Hold that a function returns such a part; unless one is named, take the first."""
    parts = PARTS.get(function, ("",))
    if part and part not in parts:
        raise ValueError(
            f"part={part}, but {function} returns {', '.join(filter(None, parts)) or 'one result'}"
        )
    return part or parts[0]


def known(case):
    """Whether all that a case lends can be read back from a line: hidden functions and layers cannot."""
    from .ch03_gradcheck import CATALOGUE

    things = [(name, thing) for name, thing in case.args.items() if isinstance(thing, Lent)]
    return all(isinstance(thing, Seed) or thing.name in CATALOGUE[name] for name, thing in things)


def lent(name, value):
    """Find what is lent under a name; any other argument is what it is."""
    if name not in ("f", "layer", "rng"):
        return value
    from .ch03_gradcheck import CATALOGUE

    if name == "rng" and isinstance(value, int) and value >= 0:
        return Seed(str(value))
    if name == "rng" or str(value) not in CATALOGUE[name]:
        known = "a seed, such as 0" if name == "rng" else ", ".join(CATALOGUE[name])
        raise ValueError(f"{name}={value} is not known; there is {known}")
    return CATALOGUE[name][str(value)]


def required(function):
    """Name the arguments that a case gives by position: all but the mode, which has a default."""
    return [name for name in argument_names(function) if name != "mode"]


def _read(name, value):
    if re.fullmatch(r"[a-zA-Z_]\w*", value):
        return value
    if re.fullmatch(r"\d+(x\d+)+", value):
        return np.zeros([int(n) for n in value.split("x")])
    dtype, numbers = re.fullmatch(r"([a-z]+\d*)?(.*)", value, re.DOTALL).groups()
    try:
        read = ast.literal_eval(numbers)
    except (ValueError, SyntaxError):
        raise ValueError(f"{name}={value} is neither a number, a list of numbers nor a word") from None
    if name in ("x", "weight", "w", "bias", "dy", "gradient", "a", "b", *SCORED):
        return np.array(read, dtype or usual_type(name))
    return _tuples(read)


def _tuples(value):
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def find_exercise(name):
    """Return the public half of an exercise, by its slug or by its beginning: "ch08"."""
    from . import EXERCISES

    slugs = [slug for slug in EXERCISES if name and slug.startswith(name)]
    if len(slugs) != 1:
        raise ValueError(f'there is no exercise "{name}"; there are {", ".join(EXERCISES)}')
    return importlib.import_module(f".{slugs[0]}", __package__).EXERCISE


def replay(text, functions):
    """Run a student's function on the case of a feedback line, and say what comes of it.

    Parameters
    ----------
    text : str
        The case, as feedback prints it.
    functions : mapping
        The student's functions by name.

    Returns
    -------
    right : bool
    text : str

    Examples
    --------
    >>> mean = {"conv_backward_bias": lambda dy: dy.mean(axis=(0, 2))}
    >>> right, text = replay("ch08:dy=[[[1,10]]]", mean)
    >>> right
    False
    >>> print(text)
    conv_backward_bias on dy [1, 10]
    You return [5.5]; the numerical slope is 11.
    """
    exercise, case = parse(text)
    expected = reference(case)
    outcome = run(functions.get(case.function), case, closed=exercise.closed)
    what = verdict(case, outcome, expected)
    said = finding(exercise, case, outcome, expected) if what else "Your result is right."
    return not what, f"{case.function} on {input_text(case, what)}\n{said}"
