"""Listings a screen at a time: of each docstring only the idea, its first line; the rest is in the API."""

import ast

from docutils import nodes


def fold_docstrings(source):
    r"""Shorten every docstring in a piece of Python to its first line.

    >>> print(fold_docstrings('def f(x):\n    "Idea."\n    return x'))
    def f(x):
        "Idea."
        return x
    """
    lines = source.splitlines()
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a few lines out of a function
        return source
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in sorted(
        (n for n in ast.walk(tree) if isinstance(n, documented) and ast.get_docstring(n)),
        key=lambda n: -n.body[0].lineno,
    ):
        text = node.body[0]
        if text.end_lineno > text.lineno:
            lines[text.lineno - 1 : text.end_lineno] = [lines[text.lineno - 1].rstrip() + '"""']
    return "\n".join(lines)


def fold_listings(app, doctree):
    """Fold the docstrings of every included Python file; `:lines:` and captions stay as they are."""
    for listing in doctree.findall(nodes.literal_block):
        if listing.get("source", "").endswith(".py"):
            folded = fold_docstrings(listing.astext())
            listing.rawsource = folded
            listing.children = [nodes.Text(folded)]


def setup(app):
    app.connect("doctree-read", fold_listings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
