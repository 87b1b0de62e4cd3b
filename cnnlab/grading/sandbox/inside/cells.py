"""Cells as Python: what only a notebook understands is left out, and lines keep their numbers."""

import ast
import io
import re
import tokenize

KEEPING = (
    "time timeit capture prun debug memit mprun lprun".split()
)  # cell magics whose body is the cell's own
CELL_MAGIC = re.compile(r"\s*%%(\w+)")
COMMAND = re.compile(
    r"(\s*)(%|!|\?|,\w|;\w|/\w|(?:pip3?|conda|mamba|uv|apt|apt-get|cd|ls|matplotlib)\s+[\w./~-])"
)
TIMED = re.compile(r"(\s*)%time[ \t]+(?=\S)")
HELP = re.compile(r"(\s*)[%\w.*]+\?{1,2}\s*(#.*)?")
ASSIGNED = re.compile(r"(\s*[^=!%#'\"()]+=\s*)([!%])")


def plain(source):
    r"""Turn a cell into Python.

    Parameters
    ----------
    source : str

    Returns
    -------
    str
        The source itself where it is Python already: a line may well begin with ``%``.

    Examples
    --------
    >>> plain("%matplotlib inline\nx = 7\nfiles = !ls\n%time y = x")
    'pass\nx = 7\nfiles = []\ny = x'
    >>> plain("x = (7\n  % 4)")
    'x = (7\n  % 4)'
    >>> plain("%%bash\nrm -r .")
    ''
    """
    magic = CELL_MAGIC.match(source)
    if magic and magic[1] not in KEEPING:
        return ""
    if magic:
        body = source[magic.end() :].partition("\n")[2]
        source = "\n" * source[: magic.end()].count("\n") + "\n" + body
    return source if _is_python(source) else "\n".join(_lines(source.split("\n")))


def _is_python(source):
    """Whether it can be compiled."""
    try:
        compile(
            source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _lines(lines):
    """Say every line in Python, as far as it is a notebook's."""
    said, continued = [], False
    for line in lines:
        new = "" if continued else _said(line)
        changed = continued or (new != line and not _is_open(said))
        continued = changed and line.rstrip().endswith("\\")
        said.append(new if changed else line)
    return said


def _said(line):
    """Say one line in Python."""
    if timed := TIMED.match(line):
        return timed[1] + line[timed.end() :]
    if (found := COMMAND.match(line)) or (found := HELP.fullmatch(line)):
        return f"{found[1]}pass"
    if found := ASSIGNED.match(line):
        return found[1] + ("[]" if found[2] == "!" else "None")
    return line


def _is_open(lines):
    """Whether a text, a bracket or a line is still open after these lines."""
    if lines and lines[-1].endswith("\\"):
        return True
    try:
        for _ in tokenize.generate_tokens(io.StringIO("\n".join([*lines, ""])).readline):
            pass
    except tokenize.TokenError as error:
        return "EOF in multi-line" in str(error)
    except SyntaxError:
        pass
    return False
