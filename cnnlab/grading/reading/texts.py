"""Texts that hold a notebook in a way of their own: an unfinished merge two, a script its code alone."""

import re

MOST_CONFLICTS = 10_000
MOST_SCRIPT = 1_000_000  # characters


def sides(text):
    r"""Take apart the two versions of a text that hold git's marks of an unfinished merge.

    Returns
    -------
    tuple of str, or None
        None where there are no such marks.

    Examples
    --------
    >>> sides("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> theirs\nd")
    ('a\nb\nd', 'a\nc\nd')
    >>> sides("a")
    """
    if not 0 < text.count("<<<<<<<") <= MOST_CONFLICTS:
        return None
    ours, theirs, within = [], [], ""
    for line in text.split("\n"):
        sign = line[:7]
        if not within and sign == "<<<<<<<":
            within = "ours"
        elif within == "ours" and sign == "|||||||":
            within = "neither"  # what both began with, in git's longer style
        elif within in ("ours", "neither") and sign == "=======":
            within = "theirs"
        elif within == "theirs" and sign == ">>>>>>>":
            within = "both"
        else:
            ours += [line] * (within in ("", "both", "ours"))
            theirs += [line] * (within in ("", "both", "theirs"))
            continue
        within = "" if within == "both" else within
    return ("\n".join(ours), "\n".join(theirs)) if len(ours) + len(theirs) < 2 * text.count("\n") else None


def script_cells(text):
    r"""Read a script in which comments divide cells, as Jupyter and other editors export it.

    Returns
    -------
    list of dict
        Empty where the text is no Python.

    Examples
    --------
    >>> [cell["source"] for cell in script_cells("# In[1]:\n\nx = 1\n\n# %%\ndef f():\n    return x\n")]
    ['x = 1', 'def f():\n    return x']
    """
    if len(text) > MOST_SCRIPT or not re.search(r"^# ?(%%|In ?\[)|^def \w+\(", text, re.MULTILINE):
        return []
    parts = re.split(r"^(# ?(?:%%|In ?\[).*)$", "# %%\n" + text, flags=re.MULTILINE)
    cells = []
    for title, source in zip(parts[1::2], parts[2::2], strict=True):
        kind = "markdown" if "[markdown]" in title else "raw" if "[raw]" in title else "code"
        name = re.search(r'"grade_id": ?"([\w-]+)"', title)
        metadata = {"nbgrader": {"grade_id": name[1]}} if name else {}
        if source.strip():
            cells.append({"cell_type": kind, "metadata": metadata, "source": source.strip("\n")})
    return cells
