"""Words that a student's code chose, made fit for a line of feedback."""

from __future__ import annotations

import re
import textwrap
import unicodedata

# what a terminal obeys: colours and moves, titles, and the rest
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\].*?(?:\x07|\x1b\\)|.)", re.DOTALL)


def one_line(text, width=120):
    r"""Put a text on one line: no controls, no turned direction of writing, nothing unseen, not too long.

    Parameters
    ----------
    text : str
    width : int
        The most characters; what is cut off shows as an ellipsis.

    Returns
    -------
    str

    Examples
    --------
    >>> one_line("\x1b[31mred\x1b[0m and \u202edrawkcab\u202c\n second\tline")
    'red and drawkcab second line'
    >>> one_line("one word after another", 12)
    'one word …'
    """
    spaced = "".join(" " if c.isspace() else c for c in ESCAPES.sub("", text[: 20 * width]))
    seen = "".join(c for c in spaced if unicodedata.category(c)[0] != "C")
    if " " not in seen.strip()[:width] and len(seen) > width:  # one long word: shorten would drop it whole
        seen = f"{seen[: width - 2]} …"
    return textwrap.shorten(seen, width, placeholder=" …")


def sentence(text):
    """End a text that may have been cut short.

    Examples
    --------
    >>> sentence("It is 1"), sentence("It is …")
    ('It is 1.', 'It is …')
    """
    return text if text.endswith("…") else f"{text}."
