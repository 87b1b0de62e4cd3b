"""Scripts against whoever looks at the notebook: in formgrader, in feedback, in reports.

What runs would set `window.__pwned`, open a dialog or ask for an address of this machine.
"""

from . import Family, add, find

family = attack = Family("pages")

SCRIPT = "<script>window.__pwned = 'script'; alert(1)</script>"
HANDLER = "<img src=x onerror=\"window.__pwned='handler'\">"
FAR = "http://127.0.0.1:9/loot"  # nobody answers there: that it is asked for is enough

PWN = "window.__pwned='markup'"
WRITTEN = {
    "script": ("Write a script into a text.", SCRIPT),
    "handlers": (
        "Write elements with event handlers.",
        f"""{HANDLER}<details open ontoggle="{PWN}"><summary>x</summary></details>
<input autofocus onfocus="{PWN}"><body onload="{PWN}"><video src=x onerror="{PWN}"></video>
<marquee onstart="{PWN}">x</marquee><style>@keyframes x {{}}</style>
<div style="animation: x 1s" onanimationstart="{PWN}">x</div>""",
    ),
    "svg": (
        "Write a picture with a script in it.",
        f"""<svg onload="{PWN}"><script>{PWN}</script><animate onbegin="{PWN}" attributeName=x dur=1s />
<foreignObject><iframe srcdoc="<script>parent.__pwned='inner'</script>"></iframe></foreignObject>
<use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'></svg>#x" /></svg>""",
    ),
    "math": (
        "Write formulas that hold links and elements.",
        rf"""$\href{{javascript:{PWN}}}{{x}}$ $\unicode{{<img src=x onerror=window.__pwned=1>}}$
$$\require{{html}}\style{{background:url({FAR})}}{{x}}$$
<math><mtext><img src=x onerror=window.__pwned=1></mtext></math>
<math><maction actiontype=statusline href=javascript:window.__pwned=1>x</maction></math>""",
    ),
    "links": (
        "Write links that run when they are followed, and forms that send.",
        f"""[x](javascript:{PWN}) <a href="jav&#x09;ascript:{PWN}">x</a> [x]: <javascript:window.__pwned=1>
<a href="data:text/html,<script>opener.__pwned=1</script>" target=_blank>x</a>
<form action=javascript:window.__pwned=1><button>x</button></form>
<isindex action=javascript:window.__pwned=1 type=submit>""",
    ),
    "frames": (
        "Write frames, objects and embedded documents.",
        """<iframe src="javascript:parent.__pwned='frame'"></iframe>
<iframe srcdoc="<script>parent.__pwned='srcdoc'</script>"></iframe>
<object data="data:text/html,<script>parent.__pwned=1</script>"></object>
<embed src="data:text/html,<script>parent.__pwned=1</script>">""",
    ),
    "page": (
        "Change the page itself: its base, its address, its looks.",
        f"""<base href='{FAR}/'><meta http-equiv=refresh content='0;url={FAR}'>
<link rel=stylesheet href='{FAR}.css'><link rel=prefetch href='{FAR}.js'>
<style>@import url({FAR}.css); * {{ background: url({FAR}.png) }}</style>""",
    ),
    "requests": (
        "Write pictures and media whose loading tells who looks.",
        f"""![x]({FAR}.png) <img src='{FAR}.gif' srcset='{FAR}.webp 2x'>
<audio src='{FAR}.mp3' autoplay></audio><video poster='{FAR}.jpg'></video>
<div style='background-image:url({FAR}.png)'>x</div><input type=image src={FAR}.png>
<svg><image href='{FAR}.svg'/></svg><table background={FAR}.png><tr><td>x</table>""",
    ),
    "broken markup": (
        "Write markup that a cleaner and a browser read differently.",
        f"""<noscript><p title="</noscript>{HANDLER}"></noscript><textarea></textarea>{HANDLER}
--!><!-->{HANDLER}--><scr<script>ipt>{PWN}</script><math><mi><style>{HANDLER}</style></mi></math>
<svg></p><style><a id="</style><img src=1 onerror=window.__pwned=1>">
<template><script>{PWN}</script></template><xmp><p title="</xmp>{HANDLER}">""",
    ),
    "clobbering": (
        "Write elements whose names cover those of the page's own scripts.",
        """<form id=MathJax><input name=Hub></form><img name=getElementById>
<a id=window><a id=window name=__pwned href=x></a>
<form id=document name=body><input id=attributes name=cookie></form>""",
    ),
    "templates": (
        "Write what a template would fill in.",
        "{{ 7 * 7 }} {% include '/etc/passwd' %} {{ config }} {{ resources }} ${7*7} #{7*7} <%= 7*7 %>\n"
        "{% raw %} {% endblock %} {# x",
    ),
}

for name, (tries, text) in WRITTEN.items():
    attack(name, tries, change=lambda notebook, text=text: add(notebook, text, "markdown", at=2))

MIMES = {
    "html output": {"text/html": SCRIPT + HANDLER},
    "svg output": {
        "image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{PWN}\">{SCRIPT}</svg>"
    },
    "script output": {
        "application/javascript": "window.__pwned = 'output'",
        "text/javascript": "window.__pwned = 'output'",
    },
    "markdown output": {
        "text/markdown": SCRIPT + HANDLER,
        "text/latex": r"$\href{javascript:window.__pwned=1}{x}$",
    },
    "picture output": {
        "image/png": "\"><script>window.__pwned='png'</script>",
        "image/jpeg": "x' onerror='window.__pwned=1",
    },
    "widget output": {
        "application/vnd.jupyter.widget-view+json": {
            "model_id": "x'><script>window.__pwned=1</script>",
            "version_major": 2,
        },
        "application/vnd.vega.v5+json": {"data": {"url": FAR}},
        "application/vnd.cnnlab.result+json": {
            "exercise": SCRIPT,
            "capability": SCRIPT,
            "finding": SCRIPT,
            "earned": 500,
        },
    },
}


def show(notebook, data, grade_id):
    """Leave an output in a cell, as if it had been shown there."""
    find(notebook, grade_id)["outputs"] = [
        {"output_type": "display_data", "data": data, "metadata": {"isolated": False, SCRIPT: SCRIPT}},
        {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1},
        {"output_type": "stream", "name": "stdout", "text": SCRIPT + HANDLER},
        {
            "output_type": "error",
            "ename": SCRIPT,
            "evalue": SCRIPT,
            "traceback": [SCRIPT, "\x1b[31m" + HANDLER],
        },
    ]


def show_everywhere(notebook, data):
    """Leave an output in an answer, a visible check, a graded cell and a cell of its own."""
    for grade_id in ("conv_backward_bias", "conv_backward-bias-visible", "conv_backward-bias"):
        show(notebook, data, grade_id)
    own = add(notebook, "1")
    own["outputs"] += find(notebook, "conv_backward-bias")["outputs"]


for name, data in MIMES.items():
    attack(
        name,
        f"Hand in stored outputs: {', '.join(data)}.",
        change=lambda notebook, data=data: show_everywhere(notebook, data),
    )


def raw(notebook):
    """Write raw cells, which converters hand through."""
    for kind in ("text/html", "text/x-python", "text/markdown", "image/svg+xml"):
        add(notebook, SCRIPT + HANDLER, "raw", metadata={"raw_mimetype": kind, "format": kind})


def attached(notebook):
    """Attach files that are markup, under names that are markup."""
    files = {
        "x.svg": {"image/svg+xml": "PHN2ZyBvbmxvYWQ9IndpbmRvdy5fX3B3bmVkPTEiPjwvc3ZnPg=="},
        '"><script>window.__pwned=1</script>.png': {
            "text/html": SCRIPT,
            "image/png": '" onerror="window.__pwned=1',
        },
        "../../../etc/passwd": {"image/png": "AAAA"},
    }
    add(notebook, "".join(f"![x](attachment:{name})" for name in files), "markdown", attachments=files)


def in_metadata(notebook):
    """Write markup into all that describes the notebook and its cells."""
    notebook["metadata"] |= {
        "title": SCRIPT,
        "authors": [{"name": SCRIPT}],
        "kernelspec": {"name": SCRIPT, "display_name": SCRIPT, "language": SCRIPT},
        "language_info": {
            "name": SCRIPT,
            "version": SCRIPT,
            "file_extension": SCRIPT,
            "pygments_lexer": SCRIPT,
            "mimetype": SCRIPT,
        },
        "widgets": {
            "application/vnd.jupyter.widget-state+json": {
                "state": {SCRIPT: {"model_name": "</script>" + SCRIPT}}
            }
        },
        "celltoolbar": SCRIPT,
        "toc": {"base_numbering": SCRIPT},
        SCRIPT: SCRIPT,
    }
    for cell in notebook["cells"]:
        cell["metadata"] |= {
            "tags": [SCRIPT, "x' onload='window.__pwned=1"],
            "name": SCRIPT,
            "jupyter": {"source_hidden": SCRIPT},
        }
        if cell["cell_type"] == "code":
            cell["execution_count"] = SCRIPT


def in_ids(notebook):
    """Write markup into the cells' ids and grade ids."""
    for number, cell in enumerate(notebook["cells"]):
        if "nbgrader" not in cell["metadata"]:
            cell["id"] = f"'><script>window.__pwned={number}</script>"
    own = add(notebook, "1")
    own["metadata"]["nbgrader"] = {
        "grade_id": SCRIPT,
        "grade": True,
        "locked": True,
        "points": 500,
        "solution": True,
        "schema_version": 3,
        "task": False,
        "cell_type": "code",
        "checksum": SCRIPT,
    }


attack("raw cells", "Write raw cells, which converters hand through.", change=raw)
attack("attachments", "Attach files that are markup, under names that are markup.", change=attached)
attack("metadata", "Write markup into all that describes the notebook.", change=in_metadata)
attack("ids", "Write markup into the cells' ids.", change=in_ids)
attack(
    "displayed",
    "Display markup and scripts from a cell that runs.",
    f"""
    from IPython.display import HTML, SVG, Javascript, Markdown, display
    for kind in (HTML, SVG, Javascript, Markdown):
        attempt(lambda: display(kind({SCRIPT!r})))
    display({{"text/html": {SCRIPT!r}, "application/javascript": "window.__pwned = 1"}}, raw=True)
    print({SCRIPT + HANDLER!r})
    class Shown:
        def _repr_html_(self):
            return {SCRIPT!r}
        _repr_svg_ = _repr_javascript_ = _repr_markdown_ = __repr__ = _repr_html_
        def _repr_mimebundle_(self, **options):
            return {{"text/html": {SCRIPT!r}}}
    display(Shown())
    Shown()
    """,
)
attack(
    "source",
    "Write markup into code and comments, which pages show with colours.",
    "# </pre></div></code></textarea></script>"
    + SCRIPT
    + HANDLER
    + "\n"
    + "text = '''</script>"
    + SCRIPT
    + "<!--'''\n# \u202e\u2066 trojan \u2069\n",
)
attack(
    "names",
    "Name functions, classes and what is returned after markup.",
    f"""
    Named = type({SCRIPT[:60]!r}, (), {{"__repr__": lambda self: {SCRIPT!r}}})
    @each
    def _(honest):
        def named(*args, **options):
            return Named()
        named.__name__ = named.__qualname__ = {SCRIPT!r}
        return named
    """,
)
