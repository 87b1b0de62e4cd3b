"""Docstrings write (N, C, *spatial) and |x|; to Sphinx a lone asterisk or bar begins something else."""

import re

SIGNS = re.compile(r"(?<![*\\\w])\*(?=\w+(?![\w*]))|\|")


def escape_signs(line):
    r"""Escape bars and the asterisks of shapes, outside of code and of *emphasis*.

    >>> print(escape_signs("|x| : (N, C, *spatial), and `*args`, *not* **this**"))
    \|x\| : (N, C, \*spatial), and `*args`, *not* **this**
    """
    parts = re.split(r"(`+[^`]*`+)", line)
    return "".join(part if part.startswith("`") else SIGNS.sub(r"\\\g<0>", part) for part in parts)


def escape_docstring(app, what, name, obj, options, lines):
    """Escape every line that is not part of an example."""
    example = False
    for number, line in enumerate(lines):
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>>"))
        if not example:
            lines[number] = escape_signs(line)


def setup(app):
    app.connect("autodoc-process-docstring", escape_docstring, priority=900)  # when numpydoc has laid it out
    return {"parallel_read_safe": True, "parallel_write_safe": True}
