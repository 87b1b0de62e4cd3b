"""Every chapter as a notebook that runs with `cnnlab[student]` alone, and a link on the page to fetch it."""

import ast
import copy
import re
from pathlib import Path

import nbformat
from docutils import nodes
from myst_nb.core.read import create_nb_reader
from numbering import chapter
from to_markdown import CELL, convert

PACKAGES = ("figures/", "experiments/")

OPENING = """\
*This is the notebook of a chapter of the cnnlab course. It needs `pip install 'cnnlab[student]'` and nothing
else: run it from top to bottom, change a number, run it again. Text: CC BY 4.0; code: BSD 3-Clause; cnnlab
contributors.*"""

FIGURES_CELL = """\
# The programs that draw this chapter's figures. Run this cell first; read it when you want to know how.
import sys
import tempfile
from pathlib import Path

PROGRAMS = {{
{programs}}}
folder = Path(tempfile.mkdtemp(prefix="cnnlab-figures-"))
for name, program in PROGRAMS.items():
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(program, encoding="utf-8")
sys.path.insert(0, str(folder))"""


def figure_files(book, source):
    """The files under book/ that a piece of Python, and they themselves, import from its packages."""
    found, sources = [], [("", source)]
    while sources:
        package, text = sources.pop()
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.ImportFrom):
                continue
            above = package.split("/")[: 1 - node.level or None] if node.level else []
            module = "/".join([*above, *(node.module or "").split(".")]).strip("/")
            names = [module, *(f"{module}/{alias.name}" for alias in node.names)]
            parents = [str(parent / "__init__") for parent in Path(module).parents][:-1]
            for name in [*names, *(f"{name}/__init__" for name in names), *parents]:
                file = f"{name}.py"
                if name.startswith(PACKAGES) and file not in found and (book / file).is_file():
                    found.append(file)
                    sources.append((str(Path(file).parent), (book / file).read_text(encoding="utf-8")))
    return found


def committed(book, texts):
    """The results of experiments that programs and cells name: `experiments/mnist.json`, or "mnist" alone."""
    words = set(re.findall(r'"(?:experiments/)?(\w+)(?:\.json)?"', "\n".join(texts)))
    return [
        f"experiments/{path.name}"
        for path in sorted((book / "experiments").glob("*.json"))
        if path.stem in words
    ]


def figures_cell(book, source):
    """The code of a cell that lays figure programs and the results they read into a folder, or None."""
    files = figure_files(book, source)
    if not files:
        return None
    drawing = [(book / name).read_text(encoding="utf-8") for name in files if name.startswith("figures/")]
    laid_too = ["assets/colours.css", *committed(book, [source, *drawing])]
    texts = {name: (book / name).read_text(encoding="utf-8") for name in [*files, *laid_too]}
    laid = "".join(f"    \"{name}\": r'''{text}''',\n" for name, text in texts.items())
    if laid.count("'''") != 2 * len(texts):
        raise ValueError(f"one of {list(texts)} holds ''' and cannot be quoted in a notebook")
    return FIGURES_CELL.format(programs=laid)


def annotate(app, doctree, docname):
    """Write onto nodes what Markdown cannot look up: numbers, the page's address, which words are a title."""
    numbers = app.env.toc_fignumbers.get(docname, {})
    for formula in doctree.findall(nodes.math_block):
        number = numbers.get("displaymath", {}).get(next(iter(formula["ids"]), ""), ())
        formula["shown_number"] = ".".join(map(str, number))
    for caption in doctree.findall(nodes.caption):
        number = numbers.get("figure", {}).get(next(iter(caption.parent["ids"]), ""), ())
        caption["shown_number"] = app.config.numfig_format["figure"] % ".".join(map(str, number))
    titles = {title.astext() for title in app.env.titles.values()}
    for reference in doctree.findall(nodes.reference):
        reference["is_title"] = reference.astext() in titles
    for raw in doctree.findall(nodes.raw):
        raw["page"] = app.config.html_baseurl + app.builder.get_target_uri(docname)


def code_cells(app, docname):
    """The page's code cells by their index, those included that the page hides."""
    path = app.env.doc2path(docname)
    text = Path(path).read_text(encoding="utf-8")
    cells = create_nb_reader(path, app.env.myst_config, app.env.mystnb_config, text).read(text).cells
    return {index: cell for index, cell in enumerate(cells) if cell.cell_type == "code"}


def build_notebook(text, cells, first):
    """Lay text between code cells; a code cell that the text leaves out stands before its next neighbour."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    pieces = re.split(CELL.format(r"(\d*)"), text)
    waiting = dict(sorted(cells.items()))

    def add_code(source, tags, hidden):
        metadata = (
            {"tags": tags, "jupyter": {"source_hidden": True}} if hidden else {"tags": tags} if tags else {}
        )
        notebook.cells.append(nbformat.v4.new_code_cell(source, metadata=metadata))

    def add_text(source):
        if source.strip():
            notebook.cells.append(nbformat.v4.new_markdown_cell(source.strip()))

    add_text(pieces[0])
    for mark, source in zip(pieces[1::2], pieces[2::2], strict=True):
        for index in [i for i in waiting if mark and i <= int(mark)]:
            cell = waiting.pop(index)
            tags = cell.metadata.get("tags", [])
            add_code(cell.source, tags, hidden=any(tag.startswith(("hide", "remove")) for tag in tags))
        add_text(source)
    title, _, rest = notebook.cells[0].source.partition("\n\n")
    notebook.cells[0].source = f"{title}\n\n{OPENING}\n\n{rest}"
    if first:
        notebook.cells.insert(
            1, nbformat.v4.new_code_cell(first, metadata={"jupyter": {"source_hidden": True}})
        )
    return notebook


def write_notebook(app, doctree, docname):
    """Write the page's notebook beside the page, and put the link to it under the title."""
    if chapter(docname) is None or app.builder.format != "html":
        return
    cells = code_cells(app, docname)
    tree = copy.deepcopy(doctree)
    annotate(app, tree, docname)
    first = figures_cell(Path(app.srcdir), "\n".join(cell.source for cell in cells.values()))
    notebook = build_notebook(convert(tree), cells, first)
    for count, cell in enumerate(notebook.cells):
        cell.id = f"{docname}-{count}"
    nbformat.validate(notebook)
    nbformat.write(notebook, Path(app.outdir) / f"{docname}.ipynb")
    button = (
        f'<p class="notebook-download"><a href="{Path(docname).name}.ipynb" download>'
        "Download this page as a notebook</a></p>"
    )
    title = next(doctree.findall(nodes.title))
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", button, format="html"))


def anchor_elements(app, doctree):
    """Give every custom element its name as id, so that a link can lead to it."""
    for raw in doctree.findall(nodes.raw):
        text = re.sub(r"<(cnn-[\w-]+)(?![^>]*\bid=)", r'<\1 id="\1"', raw.astext())
        raw.children = [nodes.Text(text)]


def setup(app):
    app.connect("doctree-read", anchor_elements)
    app.connect("doctree-resolved", write_notebook, priority=900)  # when every reference has found its words
    return {"parallel_read_safe": True, "parallel_write_safe": True}
