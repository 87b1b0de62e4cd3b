"""Pages that carry everything they need: the book's colours, one style sheet, no script."""

import base64
import hashlib
import os
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import quote

from cnnlab.grading.files import replace_text, user_cache

TEMPLATES = Path(__file__).parent / "templates"
DARK = re.compile(r'html\[data-theme="dark"\] (\{.*?\})', re.DOTALL)


def page_name(path):
    """Name a page by its file or, where that is an index, by its folder.

    Examples
    --------
    >>> page_name(Path("ch08_conv_backward/index.html")), page_name(Path("ch08_conv_backward/student01.html"))
    ('ch08_conv_backward', 'student01')
    """
    return path.parent.name if path.stem == "index" else path.stem


@cache
def environment():
    """Make the Jinja environment of all pages: whatever a student wrote arrives escaped and harmless."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from cnnlab.grading.pages import charts
    from cnnlab.grading.pages.harmless import harmless, listed, page_file, short

    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=compiled(user_cache("templates")),
        autoescape=True,
        finalize=harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["points"] = lambda value: f"{value:.4g}"
    jinja.filters["percent"] = lambda share: f"{100 * share:.0f} %"
    jinja.filters["named"] = page_name
    jinja.filters["page_file"] = page_file
    jinja.filters["listed"] = listed
    jinja.filters["short"] = short
    jinja.filters["pointers"] = pointers
    jinja.filters["quoted"] = lambda text: quote(text, safe="", errors="replace")
    jinja.globals["charts"] = charts
    return jinja


def compiled(folder):
    """Keep templates in their compiled form, where that can be written; to compile them takes a while."""
    from jinja2 import FileSystemBytecodeCache

    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


def anchor(title):
    """Name a section of the book the way Sphinx does.

    Examples
    --------
    >>> anchor("Padding becomes cropping")
    'padding-becomes-cropping'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def examples(exercise):
    """Say for each capability where the book works an example: the words and the address of a link."""
    return {
        c.name: (exercise.pointer(c), f"../../book/{exercise.page(c)}.html#{anchor(c.section)}")
        for c in exercise.capabilities
    }


def pointers(capabilities, examples):
    """Gather where the book works an example of each: words and addresses, each once."""
    return list(dict.fromkeys(examples[name] for name in capabilities if name in examples))


def render(root, template, **values):
    """Render a template into the text of a page."""
    return environment().get_template(template).render(**look(root), **values)


def write_page(course, path, template, **values):
    """Render a template into a file that is whole or not there."""
    replace_text(path, render(course.root, template, **values))
    return path


@cache
def look(root):
    """Read the book's colours and icon, for a page to carry inside, and the hash that lets its style in."""
    assets = root / "book" / "assets"
    colours = (assets / "colours.css").read_text(encoding="utf-8")
    style = DARK.sub(r"@media (prefers-color-scheme: dark) { :root \1 }", colours)
    style += (TEMPLATES / "pages.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    icon = base64.b64encode((assets / "favicon.svg").read_bytes()).decode()
    return {"style": style, "style_hash": f"sha256-{digest}", "icon": f"data:image/svg+xml;base64,{icon}"}
