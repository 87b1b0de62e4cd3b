"""nbgrader's pages of submissions, in formgrader and as feedback, made harmless and discreet.

They are rendered by nbconvert's HTMLExporter, which takes filters and preprocessors from the configuration:
`markdown2html` stands for its filter of that name, `HarmlessCells` comes first in both kinds of page,
`HideTests` in feedback.
"""

import re
from contextlib import suppress
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import from_dict
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from traitlets import Bool
from traitlets.config import Config

from cnnlab.grading.harmless_html import PICTURE, clean

LONGEST, MOST_TAGS = 5_000, 1_000  # in a cell; beyond, it is shown as it was written
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
NAMES = {"student", "first_name", "last_name", "notebook_path"}
SHOWN = ("text/plain", *PICTURES)
LEFT_OUT = "(What came of this cell is not shown: it ran after a test.)"
ACTIVE = frozenset(
    "applet audio base body button dialog embed form frame frameset head html iframe link math meta noscript "
    "object option plaintext portal script select style svg template textarea title video xmp".split()
)
ADDRESSES = frozenset("action background cite data href poster src xlink:href".split())
SCHEME = re.compile(r"(?!https?:|mailto:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@pass_context
def markdown2html(context, source):
    """Render Markdown as nbconvert does, and clean what comes of it."""
    return render(source, context.get("cell", {}).get("attachments", {}))


def render(source, attachments=None):
    r"""Turn a student's Markdown into HTML that only looks.

    Examples
    --------
    >>> render("if $a<b$ then *less* <img src=x onerror=alert(1)>")
    '<p>if $a&lt;b$ then <em>less</em> <img></p>\n'
    >>> render("`<b>`, ![plot](attachment:plot.png)")
    '<p><code>&lt;b&gt;</code>, <em>(picture plot: see the notebook as it was handed in)</em></p>\n'
    """
    if len(source) <= LONGEST and source.count("<") <= MOST_TAGS:
        with suppress(Exception):  # over whatever a renderer stumbles: the page is to be read
            return clean(rendered(source, attachments))
    return f"<pre>{escape(source)}</pre>"


def rendered(source, attachments=None):
    """Render Markdown with nbconvert's own renderer, but for names that others on the page may have."""
    renderer = Renderer(escape=False, attachments=attachments or {}, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


class Renderer(IPythonRenderer):
    """nbconvert's renderer of Markdown; a picture that stayed behind is no error."""

    def image(self, text, url, title=None):
        """Write a picture, or that there was one."""
        name = url.removeprefix("attachment:")
        if url != name and name not in self.attachments:
            return f"<em>(picture {escape(text or name)}: see the notebook as it was handed in)</em>"
        return super().image(text, url, title)


class HarmlessCells(Preprocessor):
    """Leave in a notebook what is shown of it: nbgrader's metadata, texts, pictures.

    What formgrader's page says of the student is text, too.
    """

    def preprocess(self, nb, resources):
        """Clean all cells, and the names around them."""
        for name in NAMES & resources.keys():
            resources[name] = escape(resources[name] or "")
        nb.metadata = from_dict({"language_info": {"name": "python"}})
        for cell in nb.cells:
            cell.metadata = from_dict(
                {key: cell.metadata[key] for key in ("nbgrader",) if key in cell.metadata}
            )
            if cell.cell_type == "code":
                cell.outputs = [harmless_output(output) for output in cell.outputs]
            if "attachments" in cell:
                kept = {name: pictures(data) for name, data in cell.attachments.items()}
                cell.attachments = from_dict({name: data for name, data in kept.items() if data})
        return nb, resources


def harmless_output(output):
    """Keep texts and pictures."""
    if "data" in output:
        output.data = from_dict({kind: data for kind, data in output.data.items() if kind in SHOWN})
        output.metadata = from_dict({})
    return output


def pictures(data):
    """Keep of an attachment what is a picture of dots; a drawing can hold scripts."""
    kept = {kind: text for kind, text in data.items() if kind in PICTURES and isinstance(text, str)}
    return {kind: text for kind, text in kept.items() if PICTURE.fullmatch(f"data:{kind};base64,{text}")}


class HideTests(Preprocessor):
    """Leave out of feedback what students do not get: hidden tests, mark schemes, and what may tell of them.

    A function that remembers what a test gave it could print that in a later cell.
    """

    enabled = Bool(True, help="Whether to leave it out.").tag(config=True)

    def preprocess(self, nb, resources):
        """Take it out of all cells."""
        regions, tested = hidden_regions(self), False
        for cell in nb.cells:
            grading = cell.metadata.get("nbgrader", {})
            if grading.get("grade") or grading.get("locked") or grading.get("task"):
                cell.source = regions.sub("", cell.source).rstrip("\n")
            test = grading.get("grade") and not grading.get("solution")
            if cell.cell_type == "code" and tested and not test and cell.outputs:
                cell.outputs = [from_dict({"output_type": "stream", "name": "stdout", "text": LEFT_OUT})]
            tested |= bool(test)
        return nb, resources


def hidden_regions(step):
    """Match the regions that `nbgrader generate_assignment` strips, as the course marks them."""
    tests, schemes = (
        kind(config=Config({kind.__name__: step.config[kind.__name__]}))
        for kind in (ClearHiddenTests, ClearMarkScheme)
    )
    marks = (
        (tests.begin_test_delimeter, tests.end_test_delimeter),
        (schemes.begin_mark_scheme_delimeter, schemes.end_mark_scheme_delimeter),
    )
    region = r"^[^\n]*{}.*?(^[^\n]*{}[^\n]*$\n?|\Z)"
    either = "|".join(region.format(*map(re.escape, pair)) for pair in marks)
    return re.compile(either, re.DOTALL | re.MULTILINE)


@lru_cache(maxsize=1024)  # most cells of a class are the course's, and alike
def quiet(source):
    r"""Return Markdown as it is or, where something in it would act, within a fence.

    For notebooks that are kept, whoever renders them: it can be read as it was written.

    Examples
    --------
    >>> quiet("*a* < b, <b>bold</b>")
    '*a* < b, <b>bold</b>'
    >>> quiet("<script>x()</script>")
    '```html\n<script>x()</script>\n```'
    """
    with suppress(Exception):  # as in `render`
        if len(source) <= LONGEST and not Looking.finds(rendered(source)):
            return source
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", source)), default=0))
    return f"{fence}html\n{source}\n{fence}"


class Looking(HTMLParser):
    """Look for what would act in a page that cleans nothing."""

    found = False

    @classmethod
    def finds(cls, html):
        """Say whether there is anything."""
        looking = cls()
        looking.feed(html)
        looking.close()
        return looking.found

    def handle_starttag(self, tag, attrs):
        """Look at a tag and its attributes."""
        self.found |= tag in ACTIVE or any(acts(name, value or "") for name, value in attrs)

    def handle_comment(self, data):
        """Look into a comment: what one reader skips another reads."""
        self.found |= "<" in data or ">" in data


def acts(name, value):
    """Say whether an attribute does something, or leads to where it might."""
    address = re.sub(r"[\s\0-\x1f]", "", value)
    leads = SCHEME.match(address) and not PICTURE.fullmatch(address) and not address.startswith("attachment:")
    return name.startswith("on") or name in ("srcdoc", "formaction") or (name in ADDRESSES and bool(leads))
