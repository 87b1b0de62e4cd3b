"""Small pictures for pages: SVG that keeps its letters' size on a phone, with a title and a description.

Places along the width are per cent of it, places along the height are pixels: what is drawn is as wide as
its column, and only the gaps shrink. Colours are classes of the page's style sheet; a sign or a number always
says the same.
"""

from functools import lru_cache

from markupsafe import Markup

from cnnlab.grading.pages.harmless import harmless

SIGNS = {
    "right": "✓",
    "partly": "◐",
    "wrong": "✗",
    "missing": "–",
    "error": "!",
    "timeout": "∞",
    "unmarked": "?",
}
MEANINGS = {
    "right": "right",
    "partly": "partly right",
    "wrong": "wrong answer",
    "missing": "not written",
    "error": "stopped with an error",
    "timeout": "did not finish",
    "unmarked": "not marked",
}
PICTURE = Markup(
    '<svg class="chart {kind}" role="img" aria-labelledby="{name}-title {name}-text" width="100%" '
    'height="{height}"><title id="{name}-title">{title}</title><desc id="{name}-text">{text}</desc>'
    "{body}</svg>"
)
SEGMENT = Markup(
    '<g class="{state}"><rect x="{x:.2f}%" y="1" width="{width:.2f}%" height="34"/>'
    '<text x="{middle:.2f}%" y="25" class="sign">{sign}</text>'
    '<text x="{middle:.2f}%" y="54" class="label">{label}</text></g>'
)
COLUMN = Markup(
    '<rect x="{x:.2f}%" y="{top:.1f}" width="{width:.2f}%" height="{height:.1f}"/>'
    '<text x="{middle:.2f}%" y="{above:.1f}" class="many">{many}</text>'
    '<text x="{middle:.2f}%" y="{below}" class="label">{label}</text>'
)
LINE = Markup('<line x1="0" y1="{y}" x2="100%" y2="{y}"/>')
BAR = Markup(
    '<svg class="chart inline" aria-hidden="true" width="100%" height="10">'
    '<rect class="whole" width="100%" height="10" rx="3"/>'
    '<rect class="{kind}" width="{share:.1f}%" height="10" rx="3"/></svg>'
)


def picture(name, kind, title, text, height, body):
    """Frame a drawing: its title and its description are what a screen reader says.

    Parameters
    ----------
    name : str
        No other picture of the page has it.
    kind : str
        A class of the style sheet.
    title, text : str
        What it is, and what there is to see.
    height : int
    body : Markup

    Returns
    -------
    Markup
    """
    return PICTURE.format(
        name=name, kind=kind, title=harmless(title), text=harmless(text), height=height, body=body
    )


def strip(name, title, text, parts):
    """Draw what stands and what does not, as one strip: each part as long as it is worth points.

    Parameters
    ----------
    name, title, text : str
        As in `picture`.
    parts : list of (str, str, float)
        Label, state and points of each; the shortest are drawn a little longer, for their signs.

    Returns
    -------
    Markup
    """
    whole = sum(points for _, _, points in parts) or 1
    widths = [max(points / whole, 0.045) for _, _, points in parts]
    scale, x, body = 100 / (sum(widths) or 1), 0.0, Markup()
    for (label, state, _), width in zip(parts, widths, strict=True):
        width *= scale
        label = label if len(label) < 1.2 * width else ""  # there is room for 120 letters on a wide page
        body += segment(label, state, x, width)
        x += width
    return picture(name, "strip", title, text, 62, body)


@lru_cache
def segment(label, state, x, width):
    """Draw one part of a strip; those of a class are of a few kinds, and to draw one takes a while."""
    place = {"x": x, "width": width, "middle": x + width / 2}
    return SEGMENT.format(state=state, sign=SIGNS[state], label=harmless(label), **place)


def histogram(name, title, text, bins, height=170):
    """Draw how many there are of each: a column a bin, its number above it.

    Parameters
    ----------
    name, title, text : str
        As in `picture`.
    bins : list of (str, int)
        Label and number of each.
    height : int

    Returns
    -------
    Markup
    """
    most, room = max((many for _, many in bins), default=0) or 1, height - 44
    width, body = 100 / (len(bins) or 1), Markup()
    for place, (label, many) in enumerate(bins):
        column = room * many / most
        body += COLUMN.format(
            x=width * (place + 0.08),
            width=width * 0.84,
            middle=width * (place + 0.5),
            top=height - 24 - column,
            height=column,
            above=height - 29 - column,
            below=height - 7,
            many=many or "",
            label=label,
        )
    return picture(name, "histogram", title, text, height, body + LINE.format(y=height - 23.5))


def bar(share, kind="share"):
    """Draw a share of one beside the number that says it.

    Examples
    --------
    >>> print(bar(0.25)[-60:])
    <rect class="share" width="25.0%" height="10" rx="3"/></svg>
    """
    return BAR.format(kind=kind, share=100 * min(max(share, 0), 1))
