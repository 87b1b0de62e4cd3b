"""Each page gets the scripts of the interactive figures that stand on it, and no others."""

import re
from pathlib import Path

from docutils import nodes

FIGURES = Path(__file__).parents[1] / "assets" / "figures"
SHARED = ("shared", "walk", "grid", "frame")  # by all figures; each needs those before it
ELEMENT = re.compile(r"<(cnn-[a-z0-9-]+)")


def scripts(elements):
    """List the scripts of some elements, each after what it needs: its parts are called as it is, and more.

    >>> scripts(["cnn-slide-1d"])
    ['shared', 'walk', 'grid', 'frame', 'cnn-slide-1d']
    >>> scripts([])
    []
    """
    own = [name for element in elements for name in (*parts(element), element)]
    return [*SHARED, *own] if own else []


def parts(element):
    """List the scripts into which a large figure is cut; by the alphabet, the one all need comes first."""
    return sorted(path.stem for path in FIGURES.glob(f"{element}-*.js"))


def bring_scripts(app, pagename, templatename, context, doctree):
    """Add to a page's head what its figures need."""
    texts = (raw.astext() for raw in doctree.findall(nodes.raw)) if doctree else ()
    for name in scripts(sorted({element for text in texts for element in ELEMENT.findall(text)})):
        app.add_js_file(f"figures/{name}.js", defer="defer")


def setup(app):
    app.connect("html-page-context", bring_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
