"""The process in which a student's notebook is checked: it may hang or die, and has said where it was."""

import functools
import hashlib
import json
import re
import sys
from pathlib import Path

from cnnlab.grading.files import replace_text
from cnnlab.grading.practice.limits import TimeLimit
from cnnlab.grading.practice.notebook import run_cells

CALL_SECONDS = 2  # the visible cases are small


def main(notebook, slug, case, folder):
    """Execute the cells, check, and write what was found as JSON.

    Parameters
    ----------
    notebook : str
        Its path.
    slug : str
        The exercise.
    case : str
        One case of a feedback line, or "".
    folder : str
        Where `answer.json` is written and, meanwhile, `where`: what is being run.
    """
    from cnnlab.checks import check_all, find_exercise, replay

    folder = Path(folder)
    sys.path.insert(0, "")  # the notebook's folder, as in Jupyter; only now, so that it hides nothing of ours
    try:
        cells = json.loads(Path(notebook).read_text(encoding="utf-8-sig"))
        namespace, troubles = run_cells(cells, before_cell=lambda number: note(folder, f"cell {number}"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SystemExit("the file is not a notebook") from None
    names = [name for name in find_exercise(slug).functions if callable(namespace.get(name))]
    functions = {name: limited(namespace[name], name, folder) for name in names}
    right, text = replay(case, functions) if case else (True, "")
    results = [] if case else check_all(slug, functions)
    said = {
        "troubles": troubles,
        "answers": {name: digest(namespace[name], namespace) for name in names},
        "replay": text,
        "right": right,
        "results": [told(result.to_dict(), troubles) for result in results],
    }
    replace_text(folder / "answer.json", json.dumps(said))


def told(result, troubles):
    """Tell what stopped an answer's cell: the answer is then no longer one that is still to be written."""
    own = [trouble for trouble in troubles if re.match(rf"The cell of {result['function']}\b", trouble)]
    if own and result["status"] == "missing":
        return result | {"status": "error", "finding": own[0]}
    return result


def note(folder, where):
    """Write down what is being run, for whoever has to end this process."""
    (folder / "where").write_text(where, encoding="utf-8")


def limited(function, name, folder):
    """Give a function a time limit, and let it say that it is being called; it looks like the function."""
    from cnnlab.checks.closed import ClosedFunctionError
    from cnnlab.grading.sandbox.inside.closed import ClosedFunctionError as ClosedLibraryError

    limit = TimeLimit(seconds=CALL_SECONDS)

    def call(*args, **options):
        note(folder, name)
        try:
            return limit(function, *args, **options)
        except ClosedLibraryError as error:
            raise ClosedFunctionError(*error.args) from None

    return functools.wraps(function)(call)


def digest(function, namespace):
    """Tell whether two answers differ: hash a function's code, and that of the helpers which it names.

    Comments, docstrings and line numbers are no part of an answer.
    """
    seen, waiting = {}, [function]
    while waiting:
        code = getattr(waiting.pop(), "__code__", None)
        if code is not None and code not in seen:
            seen[code] = essence(code)
            waiting += [namespace[name] for name in names_in(code) if callable(namespace.get(name))]
    text = repr(sorted(map(repr, seen.values()))) if seen else repr(function)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def essence(code):
    """Take from a function's code what it does: not where it stands, nor its docstring, which comes first."""
    first, *constants = code.co_consts or [None]
    constants = constants if isinstance(first, str) else [first, *constants]
    said = [essence(c) if hasattr(c, "co_code") else repr(c) for c in constants]
    return code.co_code.hex(), code.co_names, code.co_varnames, said


def names_in(code):
    """List the global names that a function and those inside it use."""
    inner = [c for c in code.co_consts if hasattr(c, "co_code")]
    return [*code.co_names, *(name for one in inner for name in names_in(one))]


if __name__ == "__main__":
    main(*sys.argv[1:])
