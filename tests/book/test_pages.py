"""Every page of the book in a real browser, wide and narrow, light and dark; its links and its notebook."""

import ast
import functools
import io
import re
import sys
import tomllib
from html.parser import HTMLParser
from itertools import product
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from nbclient import NotebookClient
from PIL import Image

from .conftest import ROOT

TOC = yaml.safe_load((ROOT / "book/_toc.yml").read_text(encoding="utf-8"))
LISTED = [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]
CHAPTERS = [page for page in LISTED if re.match(r"ch\d\d_", page)]
PAGES = [TOC["root"], *LISTED, "genindex", "search"]
VIEWS = list(product(PAGES, (1366, 390), ("light", "dark")))

RAW_TEX = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node; (node = walker.nextNode()); )
    if (/\\\(|\\\[|\$\$|\\(frac|sum|begin|partial)/.test(node.data)
        && !node.parentElement.closest("pre, code, script, style, mjx-container")) found.push(node.data);
  return found;
}"""


class View:
    """An open page, and what went wrong while it opened."""

    def __init__(self, page, address, site):
        self.page, self.troubles = page, []
        page.on("console", lambda m: m.type in ("error", "warning") and self.troubles.append(m.text))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("requestfailed", lambda request: self.troubles.append(f"failed: {request.url}"))
        page.on(
            "request",
            lambda r: r.url.startswith((site, "data:")) or self.troubles.append(f"third party: {r.url}"),
        )
        page.on("response", lambda r: r.status >= 400 and self.troubles.append(f"{r.status}: {r.url}"))
        page.goto(address, wait_until="networkidle")
        page.evaluate("() => window.MathJax?.startup?.promise?.then(() => true)")


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: "-".join(map(str, view)))
def view(request, chromium, site):
    name, width, scheme = request.param
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    yield View(context.new_page(), f"{site}{name}.html", site)
    context.close()


pytestmark = pytest.mark.browser


def test_opens_without_an_error_or_a_stranger(view):
    assert view.troubles == []


def test_does_not_scroll_sideways(view):
    assert view.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("name", PAGES)
def test_fits_a_phone_before_our_letters_have_arrived(name, chromium, site):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.route("**/_static/fonts/*", lambda route: route.abort())
    page.goto(f"{site}{name}.html", wait_until="networkidle")
    page.wait_for_function("[...document.fonts].some(font => font.status === 'error')")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    context.close()


def test_sets_every_formula(view):
    page = view.page
    assert page.locator("mjx-merror").count() == 0
    assert page.locator("mjx-container").count() == page.locator(".math").count()
    assert page.evaluate(RAW_TEX) == []


def test_is_accessible(view):
    too = {"enabled": True}  # as Lighthouse
    rules = {"label-content-name-mismatch": too, "td-has-header": too}
    options = {"rules": rules, "resultTypes": ["violations"]}  # to describe what passes takes long
    found = Axe().run(view.page, options=options).response["violations"]
    assert [(v["id"], v["help"], [node["target"] for node in v["nodes"]][:5]) for v in found] == []


def test_weighs_little(view):
    weight = "performance.getEntries().reduce((sum, entry) => sum + (entry.encodedBodySize ?? 0), 0)"
    assert 100_000 < view.page.evaluate(weight) < 3_000_000


def test_each_page_says_in_its_head_what_it_is_about(book):
    heads = {page: (book / f"{page}.html").read_text(encoding="utf-8") for page in (TOC["root"], *LISTED)}
    said = {page: re.findall(r'<meta name="description" content="([^"]*)">', t) for page, t in heads.items()}
    assert [page for page, texts in said.items() if len(texts) != 1 or not 40 < len(texts[0]) <= 300] == []
    assert len({text for [text] in said.values()}) == len(said)


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request):
    return request.param


def test_prints_on_white_with_nothing_cut_off_or_folded(chapter, chromium, site):
    context = chromium.new_context(viewport={"width": 700, "height": 1000}, color_scheme="dark")
    page = View(context.new_page(), f"{site}{chapter}.html", site).page
    answers, theme = ".bd-article details.sd-dropdown", "document.documentElement.dataset.theme"
    folded = page.locator(f"{answers}:not([open])").count()
    assert folded > 2 and page.evaluate(theme) == "dark"
    page.evaluate("document.documentElement.dataset.mode = 'dark'; dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate(theme) == "light"
    assert page.locator(f"{answers}:not([open])").count() == 0
    cut = """boxes => boxes.filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
        .map(box => box.innerText)"""
    assert page.locator(".bd-article pre").evaluate_all(cut) == []
    assert not page.locator(".bd-sidebar, .bd-header, .notebook-download").locator("visible=true").count()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(f"{answers}:not([open])").count() == folded and page.evaluate(theme) == "dark"
    context.close()


def test_search_finds_a_word_of_a_chapter(chromium, site):
    page = chromium.new_page()
    page.goto(f"{site}index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("circulant")
    page.keyboard.press("Enter")
    page.locator("#search-results a", has_text="Convolution is a matrix").first.click()
    page.wait_for_url("**/ch05_matrix.html**")
    page.close()


def test_figures_follow_the_theme_switch(chapter, chromium, site):
    context = chromium.new_context(viewport={"width": 1366, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.goto(f"{site}{chapter}.html")
    figure = page.locator(".bd-article img[src$='.svg']").first
    figure.scroll_into_view_if_needed()

    page.wait_for_function("image => image.complete && image.naturalWidth", arg=figure.element_handle())

    def shades():
        return Image.open(io.BytesIO(figure.screenshot())).convert("L").getextrema()

    def until(right):
        """The darkest and the lightest shade, as soon as they are right; after five seconds as they are."""
        for _ in range(50):
            if right(*shades()):
                break
            page.wait_for_timeout(100)
        return shades()

    light = until(lambda dark, bright: dark < 80 and bright > 240)
    for _ in range(3):  # the switch has three places: auto, light, dark
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            break
        page.locator(".theme-switch-button:visible").first.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    dark = until(lambda dark, bright: dark < 40 and bright > 180)
    context.close()
    assert light[0] < 80 and light[1] > 240  # dark ink on white paper
    assert dark[0] < 40 and dark[1] > 180  # light ink on dark paper


class Links(HTMLParser):
    """The targets and the anchors of a page."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors |= {attributes.get("id"), attributes.get("name")}
        self.targets += [attributes[key] for key in ("href", "src") if attributes.get(key)]


@functools.cache
def read_links(file):
    return Links(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name, book):
    page = (book / f"{name}.html").resolve()
    dead = []
    for target in read_links(page).targets:
        url = urlsplit(target)
        if url.scheme in ("http", "https", "mailto", "data"):
            continue
        file = (page.parent / unquote(url.path)).resolve() if url.path else page
        missing = not file.is_file()
        astray = (
            not missing and file.suffix == ".html" and url.fragment not in read_links(file).anchors | {""}
        )
        if missing or astray:
            dead.append(target)
    assert dead == []


def test_notebook_is_offered_and_is_plain(chapter, book, chromium, site):
    page = chromium.new_page()
    page.goto(f"{site}{chapter}.html")
    link = page.get_by_role("link", name="Download this page as a notebook")
    assert link.is_visible()
    assert link.get_attribute("href") == f"{chapter}.ipynb"
    page.close()
    notebook = nbformat.read(book / f"{chapter}.ipynb", as_version=4)
    nbformat.validate(notebook)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert not re.search(
        r"`{3,}\{|\{(ref|eq|numref|doc|cite)|literalinclude|<cnn-|^\([\w-]+\)=$", prose, re.MULTILINE
    )


def test_notebook_needs_only_what_students_install(chapter, book):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = [*extras["dependencies"], *extras["optional-dependencies"]["student"]]
    allowed = (
        {re.match(r"[\w-]+", package)[0] for package in packages}
        | {"cnnlab", "figures", "experiments"}  # the last two are laid beside it
        | sys.stdlib_module_names
    )
    for cell in nbformat.read(book / f"{chapter}.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                names = [node.module] if isinstance(node, ast.ImportFrom) else []
                names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
                assert {name.partition(".")[0].lower() for name in names} <= allowed


@pytest.mark.slow
def test_notebook_runs_in_a_folder_of_its_own(chapter, book, tmp_path):
    notebook = nbformat.read(book / f"{chapter}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    pictures = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/svg+xml" in output.get("data", {})
    ]
    assert pictures
