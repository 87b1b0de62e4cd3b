"""Numbers as the slugs have them: ch08_conv_backward is chapter 8, its third figure is Fig. 8.3."""

import re

from docutils import nodes


def chapter(docname):
    """The number in a slug: 8 for ch08_conv_backward, None for a page that is no chapter."""
    match = re.match(r"ch(\d\d)_", docname)
    return int(match[1]) if match else None


def number_sections(toc, number):
    """The number of each section by its anchor, from a page's nested table of contents."""
    numbers = {}
    for count, item in enumerate(toc.children, 1):
        own = (*number, count)
        numbers[item.next_node(nodes.reference)["anchorname"]] = own
        for deeper in item.children:
            if isinstance(deeper, nodes.bullet_list):
                numbers |= number_sections(deeper, own)
    return numbers


def number_pages(app, env):
    """Put a chapter's number before its title and sections; count figures and equations page by page."""
    for docname in env.found_docs:
        number = () if chapter(docname) is None else (chapter(docname),)
        for numbers in env.toc_fignumbers.get(docname, {}).values():
            for count, label in enumerate(numbers, 1):
                numbers[label] = (*number, count)
        if number:
            page = env.tocs[docname]
            env.titles[docname]["secnumber"] = number
            page.next_node(nodes.reference)["secnumber"] = number
            sections = [part for part in page.children[0].children if isinstance(part, nodes.bullet_list)]
            env.toc_secnumbers[docname] = {"": number}
            for part in sections:
                env.toc_secnumbers[docname] |= number_sections(part, number)
    return []


def setup(app):
    app.connect("env-get-updated", number_pages, priority=900)  # after Sphinx has numbered them its way
    return {"parallel_read_safe": True, "parallel_write_safe": True}
