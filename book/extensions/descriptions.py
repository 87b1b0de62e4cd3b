"""What a page is about, for those who list pages: its first paragraph, which in a chapter is its question."""

import textwrap
from html import escape

from docutils import nodes

LONGEST = 200  # characters; what lists pages cuts off more


def describe(app, pagename, templatename, context, doctree):
    """Put the first paragraph of a page into its head."""
    paragraph = doctree and doctree.next_node(nodes.paragraph)
    if paragraph:
        text = textwrap.shorten(paragraph.astext(), LONGEST, placeholder=" …")
        context["metatags"] += f'<meta name="description" content="{escape(text)}">\n'


def setup(app):
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
