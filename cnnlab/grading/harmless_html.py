"""HTML that others wrote, made fit for a page: what only looks stays, what acts or leads away does not."""

import re
from html import unescape

from bleach.css_sanitizer import CSSSanitizer
from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from pygments.token import STANDARD_TYPES

TAGS = frozenset(
    "a abbr b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption "
    "figure font h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q s samp small span strike strong "
    "sub summary sup table tbody td tfoot th thead tr tt u ul var".split()
)
ATTRIBUTES = {
    "a": {"href"},
    "col": {"span"},
    "details": {"open"},
    "font": {"color", "size"},
    "img": {"src", "alt", "width", "height"},
    "input": {"type", "checked"},
    "ol": {"start", "type", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
EVERYWHERE = {"align", "class", "dir", "lang", "style", "title"}
CLASSES = {
    "highlight",
    *STANDARD_TYPES.values(),
}  # of coloured code; any other may mean something to the page
STYLES = ("background-color", "color", "font-style", "font-weight", "text-align", "text-decoration")
PICTURE = re.compile(  # within the page, or a file beside the notebook
    r"data:image/(png|jpeg|gif|webp);base64,[\w+/=\s]*"
    r"|([\w-][\w %.-]*/)*[\w-][\w %.-]*\.(png|jpe?g|gif|webp)",
    re.IGNORECASE,
)
LINK = re.compile(r"\\(?=href\b)")  # in a formula


def clean(html):
    """Keep of some HTML what only looks; show other tags as text, and where links lead in words.

    Nothing in the result runs, loads from elsewhere, can be clicked or has a name that the page may know: a
    click on a link would come with the rights of whoever reads the page.

    Examples
    --------
    >>> clean('<b onclick="x()">a</b> <script>x()</script>')
    '<b>a</b> &lt;script&gt;x()&lt;/script&gt;'
    >>> clean('<a href="https://numpy.org">NumPy</a>, <a href="javascript:x()">more</a>')
    '<a>NumPy</a> (https://numpy.org), <a>more</a>'
    """
    cleaner = Cleaner(
        tags=TAGS,
        attributes=permitted,
        protocols=("http", "https", "mailto", "data"),
        css_sanitizer=CSSSanitizer(allowed_css_properties=STYLES),
        filters=[Still],
    )
    return cleaner.clean(html)


def permitted(tag, name, value):
    """Say whether a tag may have an attribute."""
    if name == "src":
        return tag == "img" and PICTURE.fullmatch(value)
    if name == "class":
        return CLASSES.issuperset(value.split())
    return name in ATTRIBUTES.get(tag, ()) or name in EVERYWHERE


class Still(Filter):
    """Nothing that can be clicked: links become words, boxes keep their ticks, formulas hold no link."""

    def __iter__(self):
        links, within_code, read = [], 0, ""
        for token in super().__iter__():
            kind, name, data = token["type"], token.get("name"), token.get("data")
            if name == "input" and data.get((None, "type")) != "checkbox":
                continue
            if name == "input":
                data[None, "disabled"] = ""
            if name in ("code", "pre"):
                within_code += {"StartTag": 1, "EndTag": -1}.get(kind, 0)
            if kind == "Characters":
                token["data"] = data if within_code else LINK.sub(r"\\ ", data)
            read += f"&{name};" if kind == "Entity" else token["data"] if isinstance(data, str) else ""
            if name == "a" and kind == "StartTag":
                links.append(data.pop((None, "href"), ""))
                read = ""
            yield token
            link = links.pop() if name == "a" and kind == "EndTag" and links else ""
            if link and link != read:
                yield {"type": "Characters", "data": f" ({unescape(link)})"}
