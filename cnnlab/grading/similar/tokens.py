"""Read code as words that say what is done, not how it is named, laid out, ordered or explained.

The lexer is one expression that reads anything in one pass: code that does not compile, magics, null bytes.
Python's own stops at the first thing that it cannot read, and what a student broke would hide the rest.
"""

import builtins
import keyword
import re
from dataclasses import dataclass, field

KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins))  # names that nobody gave
MARGIN = ("def", "class", "async", "@")  # what begins a piece at the left margin
MOST_NAME = 60  # characters of a name that are shown

_END = r"(?:.|\Z)"
_STRING = rf"""(?i:[rbfu]{{0,2}})(?s:
    \"\"\"(?:[^"\\]|\\{_END}|"(?!""))*+(?:\"\"\"|\Z)
  | '''(?:[^'\\]|\\{_END}|'(?!''))*+(?:'''|\Z)
  | "(?:[^"\\\n]|\\{_END})*+(?:"|(?=\n)|\Z)
  | '(?:[^'\\\n]|\\{_END})*+(?:'|(?=\n)|\Z))"""
_LEXER = re.compile(
    rf"""
    (?P<nothing> \#[^\n]* | ^[ \t]*[%!?][^\n]* | ^[ \t]*{_STRING}[ \t]*(?=\#|$) | [\\;] | ,(?=\s*[)\]}}]) )
  | (?P<string> {_STRING} )
  | (?P<number> \.?\d(?:[eE][+-]\d|[\w.])* )
  | (?P<member> \.[ \t]*[^\W\d]\w* )
  | (?P<name> [^\W\d]\w* )
  | (?P<sign> \*\*=? | //=? | <<=? | >>=? | -> | \.\.\. | [-+*/%@&|^<>=!:]= | [^\s\w] )
    """,
    re.MULTILINE | re.VERBOSE,
)


@dataclass
class Piece:
    """A function or class at the left margin, or what stands between two of them.

    Parameters
    ----------
    name : str
        The function's, or "" for what stands between.
    words : list of str
        Keywords, signs, numbers, builtins and members as they are, but for round brackets, of which there
        can be more or fewer; every string is ``''``; a name that somebody gave begins with ``$``.
    """

    name: str = ""
    words: list[str] = field(default_factory=list)


def pieces(source):
    r"""Cut code into its functions, each as words without comments, docstrings and layout.

    Parameters
    ----------
    source : str
        It need not compile, and is never run.

    Returns
    -------
    list of Piece

    Examples
    --------
    >>> code = "def area(r):\n    '''Of a disc.'''\n    return np.pi * r**2  # exactly\n"
    >>> [(piece.name, " ".join(piece.words)) for piece in pieces(code)]
    [('area', 'def $area $r : return $np .pi * $r ** 2')]
    """
    found, depth, inside = [Piece()], 0, False
    for token in _LEXER.finditer(source):
        kind, text = token.lastgroup, token.group()
        if kind == "nothing":
            continue
        if token.start() == 0 or source[token.start() - 1] == "\n":
            opens = text in MARGIN
            if opens or (inside and depth == 0):
                found.append(Piece())
                depth, inside = 0, opens
        depth = max(0, depth + (text in "([{") - (text in ")]}"))
        piece, word = found[-1], _word(kind, text)
        if inside and not piece.name and piece.words and piece.words[-1] in MARGIN[:2]:
            piece.name = text[:MOST_NAME]
        if word not in "()":
            piece.words.append(word)
    return [piece for piece in found if piece.words]


def _word(kind, text):
    """Keep what a word says, and leave out what somebody chose."""
    if kind == "string":
        return "''"
    if kind == "member":
        return "." + text[1:].strip()
    if kind == "name" and text not in KEPT:
        return "$" + text
    return text
