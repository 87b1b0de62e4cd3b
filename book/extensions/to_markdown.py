"""A resolved page as plain Markdown: every reference is words by now, every number is in place.

A code cell becomes the mark `CELL.format(index)`, and so does the start of a section, without an index.
"""

import re
from html import unescape

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx_design.dropdown import dropdown_main, dropdown_title

logger = logging.getLogger(__name__)
CELL = "\x00{}\x00"


def children(node, join="\n\n"):
    """The Markdown of what a node holds."""
    parts = [convert(child) for child in node.children]
    return join.join(part for part in parts if part)


def fence(code, language):
    """A block of code, behind more backticks than it holds."""
    longest = max(map(len, re.findall(r"`+", code)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{code.rstrip()}\n{ticks}"


def display_math(node):
    """A displayed formula with its number, its lines set as Sphinx sets them on the page."""
    latex = node.astext().strip()
    if node.get("nowrap"):
        return latex
    if r"\\" in latex:
        latex = rf"\begin{{split}}{latex}\end{{split}}"
    tag = rf" \tag{{{node['shown_number']}}}" if node.get("shown_number") else ""
    return f"$$\n{latex}{tag}\n$$"


def box(node):
    """An admonition: a quotation under its title in bold, or a fold where the page has one."""
    title = next(node.findall(lambda n: isinstance(n, (nodes.title, dropdown_title))), None)
    name = children(title, "") if title is not None else node.tagname.capitalize()
    body = "\n\n".join(filter(None, (convert(c) for c in node.children if c is not title)))
    if isinstance(node, dropdown_main) or "dropdown" in node["classes"]:
        return f"<details><summary>{name}</summary>\n\n{body}\n\n</details>"
    return re.sub(r"^", "> ", f"**{name}**\n\n{body}", flags=re.MULTILINE)


def items(node):
    """A list, each item's further lines under its first."""
    lines = []
    for number, item in enumerate(node.children, node.get("start", 1)):
        mark = f"{number}. " if isinstance(node, nodes.enumerated_list) else "- "
        lines.append(mark + re.sub(r"\n(?=.)", "\n" + " " * len(mark), children(item)))
    return "\n".join(lines)


def definitions(node):
    """A definition list: terms in bold, each with its text."""
    out = []
    for item in node.children:
        term, text = item.children[0], item.children[-1]
        out.append(f"- **{children(term, '')}**: " + children(text).replace("\n", "\n  "))
    return "\n".join(out)


def table(node):
    """A table with pipes; a cell's paragraphs stand on one line."""
    rows = [
        [children(entry, " ").replace("\n", " ").replace("|", r"\|") for entry in row.children]
        for row in node.findall(nodes.row)
    ]
    rows.insert(1, ["---"] * len(rows[0]))
    text = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    title = next(iter(node.findall(nodes.title)), None)
    return f"**{children(title, '')}**\n\n{text}" if title is not None else text


def interactive(node):
    """What a custom element becomes: a sentence that leads to it on the page."""
    if node["format"] != "html":
        return ""
    lines = []
    for name, attributes in re.findall(r"<(cnn-[\w-]+)([^>]*)>", node.astext()):
        caption = re.search(r'caption="([^"]*)"', attributes)
        words = unescape(caption[1]) if caption else name
        address = f"{node['page']}#{name}"
        lines.append(f"> **A figure to play with**, on [this chapter's page]({address}): {words}")
    return "\n\n".join(lines)


def link(node):
    """A link out of the book stays one; one within it becomes its words, a page's title in italics."""
    words = children(node, "")
    target = node.get("refuri", "")
    if target.startswith(("http:", "https:", "mailto:")):
        return f"[{words}]({target})"
    return f"*{words}*" if node.get("is_title") else words


def heading(node):
    """A section: its title with as many marks as it is deep."""
    depth = 0
    parent = node
    while parent is not None:
        depth += isinstance(parent, nodes.section)
        parent = parent.parent
    title, *rest = node.children
    body = "\n\n".join(filter(None, map(convert, rest)))
    return f"{CELL.format('')}\n\n{'#' * depth} {children(title, '')}\n\n{body}"


def container(node):
    """A code cell becomes its mark, and its figures' captions follow; other containers are their content."""
    if node.get("nb_element") != "cell_code":
        return children(node)
    captions = [f"**{c['shown_number']}.** {children(c, '')}" for c in node.findall(nodes.caption)]
    return "\n\n".join([CELL.format(node["cell_index"]), *captions])


RULES = {
    nodes.Text: lambda node: node.astext(),
    nodes.section: heading,
    nodes.paragraph: lambda node: children(node, ""),
    nodes.emphasis: lambda node: f"*{children(node, '')}*",
    nodes.strong: lambda node: f"**{children(node, '')}**",
    nodes.literal: lambda node: f"`{node.astext()}`",
    nodes.math: lambda node: f"${node.astext().strip()}$",
    nodes.math_block: display_math,
    nodes.literal_block: lambda node: fence(node.astext(), node.get("language", "").replace("none", "")),
    nodes.block_quote: lambda node: re.sub(r"^", "> ", children(node), flags=re.MULTILINE),
    nodes.bullet_list: items,
    nodes.enumerated_list: items,
    nodes.definition_list: definitions,
    nodes.table: table,
    nodes.raw: interactive,
    nodes.reference: link,
    nodes.transition: lambda node: "---",
    nodes.container: container,
    nodes.caption: lambda node: f"**{children(node, '')}**",
    nodes.rubric: lambda node: f"**{children(node, '')}**",
    nodes.footnote_reference: lambda node: f"[{node.astext()}]",
    nodes.Admonition: box,
    dropdown_main: box,
}
INLINE = (nodes.inline, nodes.generated, addnodes.number_reference)
TRANSPARENT = (*INLINE, nodes.document, nodes.compound, nodes.definition, nodes.list_item)


def convert(node):
    """The Markdown of a node, by the nearest rule among its classes."""
    if isinstance(node, nodes.Invisible):
        return ""
    for kind in type(node).__mro__:
        if kind in RULES:
            return RULES[kind](node)
    if not isinstance(node, TRANSPARENT):
        logger.warning("the notebook cannot say <%s>", node.tagname, location=node)
    return children(node, "" if isinstance(node, INLINE) else "\n\n")
