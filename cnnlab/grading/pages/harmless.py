"""Other people's texts, made fit to be read: on a page, in a table, as the name of a file."""

import re

UNSEEN = re.compile(  # controls, what turns the direction of text, what has no width, halves of characters
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
ACCENTS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
TOWER = re.compile(f"({ACCENTS}{{3}}){ACCENTS}+")  # accents piled up until they cover the lines above
UNFIT = re.compile(r'[\0-\x1f"%*/:<>?\\|]')  # for the name of a file, on one system or another


def harmless(text):
    r"""Take out of a text what no reader sees, and what changes how the text around it is read.

    Anything else than a text stays as it is, and so does markup that we wrote ourselves.

    Examples
    --------
    >>> harmless("abc\u202e\x1b[31m"), harmless(3)
    ('abc[31m', 3)
    """
    if not isinstance(text, str) or hasattr(text, "__html__"):
        return text
    return TOWER.sub(r"\1", UNSEEN.sub("", text))


def short(text, most=400):
    """Cut a text that would fill a page, and say how much of it is not shown.

    Examples
    --------
    >>> short("You return nothing.", 11)
    'You return … (8 characters more)'
    """
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} characters more)"


def listed(words):
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["bias", "weight", "input"])
    'bias, weight and input'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def page_file(student):
    """Name a student's page so that it lies in its folder, whatever the student is called.

    Examples
    --------
    >>> page_file("student01"), page_file("../../ada")
    ('student01.html', '..%2F..%2Fada.html')
    """
    return UNFIT.sub(lambda found: f"%{ord(found[0]):02X}", student) + ".html"
