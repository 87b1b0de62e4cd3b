"""The pages in a real browser: both themes, desktop and phone, by keyboard, with texts that mean no good."""

import pytest
from a_class import EXERCISE, PAIRS, class_of, evil, marks, submission
from axe_playwright_python.sync_playwright import Axe
from jinja2 import DictLoader, Environment

from cnnlab.grading.pages import compiled
from cnnlab.grading.pages.feedback import write_feedback
from cnnlab.grading.pages.harmless import harmless, page_file
from cnnlab.grading.pages.report import write_report

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}
WRONG, MISSING = {"status": "wrong"}, {"status": "missing"}
MIXED = marks(
    weight=MISSING,
    padding=WRONG | {"mistake": "dx-kernel-flipped"},
    stride=WRONG | {"earned": 1},
    dilation={"status": "timeout"},
    groups={"status": "error", "finding": "ValueError: no"},
    axes={"status": "unmarked"},
)
STUDENTS = [
    submission(
        "mixed", *MIXED, troubles=("A cell of yours stopped.",), repairs=("One was mended.",), penalty=1
    ),
    submission("untouched", *marks(**{m.capability: MISSING for m in marks()})),
    submission("perfect", *marks()),
    submission("lost", *marks(**{m.capability: {"status": "unmarked"} for m in marks()}), status="misnamed"),
    evil(),
]
PAGES = [*(page_file(s.student) for s in STUDENTS), "class", "bands", "names", "nobody"]


@pytest.fixture(scope="module")
def pages(course):
    """All pages by name."""
    folder = write_feedback(course, EXERCISE, STUDENTS)
    found = {path.name: path for path in folder.iterdir()}
    kinds = {
        "class": (class_of(12), {"similar": PAIRS, "isolation": "Landlock is missing."}),
        "bands": (class_of(13), {}),
        "names": (STUDENTS, {"names": True, "similar": PAIRS}),
        "nobody": ([], {"similar": []}),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnnlab.grading.pages.report.MANY", 12)
        for name, (submissions, options) in kinds.items():
            page = write_report(course, EXERCISE, submissions, **options)
            found[name] = page.rename(course.build / f"{name}.html")
    return found


def opened(chromium, path, width=1366, scheme="light"):
    """Open a page, and keep what it says and asks for."""
    tab, said = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme), []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    own = ("data:", path.as_uri())
    tab.on("request", lambda request: None if request.url.startswith(own) else said.append(request.url))
    tab.goto(path.as_uri())
    return tab, said


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_well_everywhere_and_asks_for_nothing(chromium, pages, name, width, scheme):
    tab, said = opened(chromium, pages[name], width, scheme)
    for summary in tab.locator("summary").all():
        summary.focus()
        tab.keyboard.press("Enter")
    assert tab.locator("details:not([open])").count() == 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    dark = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 24, 31)"
    assert dark == (scheme == "dark")
    found = Axe().run(tab, options=RULES).response["violations"]
    tab.close()
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    assert said == []


def test_templates_are_compiled_once_where_that_can_be_kept(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert compiled(tmp_path / "file" / "templates") is None
    cache = compiled(tmp_path / "templates")
    for _ in range(2):
        jinja = Environment(loader=DictLoader({"sum": "{{ 1 + 1 }}"}), bytecode_cache=cache)
        assert jinja.get_template("sum").render() == "2"
    assert len(list((tmp_path / "templates").iterdir())) == 1


@pytest.mark.browser
def test_hostile_texts_are_read_and_not_obeyed(chromium, pages):
    tab, said = opened(chromium, pages[page_file(evil().student)])
    assert tab.title() == f"{harmless(evil().student)}: chapter 8 · cnnlab"
    assert "<script>alert(1)</script>" in tab.locator("article .finding").inner_text()
    assert tab.locator("script, img[src=x], a[href^=javascript], svg[onload], iframe, form").count() == 0
    tab.close()
    assert said == []


@pytest.mark.browser
def test_the_policy_stops_what_should_ever_get_in(chromium, pages, tmp_path):
    planted = "<script>document.title = 'run'</script><img src=x.png><p style='color:red'>x</p></main>"
    path = tmp_path / "planted.html"
    page = pages["mixed.html"].read_text(encoding="utf-8")
    path.write_text(page.replace("</main>", planted), encoding="utf-8")
    tab, said = opened(chromium, path)
    title = tab.title()
    tab.close()
    assert title == "mixed: chapter 8 · cnnlab"
    assert sum("Content Security Policy" in line for line in said) == 3


@pytest.mark.browser
def test_the_map_is_put_in_order_by_keyboard_and_without_a_script(chromium, pages):
    tab, _ = opened(chromium, pages["class"])

    def points():
        cells = tab.locator(".map:visible tbody .sum").all_inner_texts()
        return [float(cell) for cell in cells]

    before = points()
    tab.locator("#order-name").focus()
    tab.keyboard.press("ArrowRight")
    after = points()
    tab.close()
    assert len(before) == 12
    assert after == sorted(before, reverse=True) != before


@pytest.mark.browser
def test_a_picture_is_read_aloud_as_words(chromium, pages):
    tab, _ = opened(chromium, pages["mixed.html"])
    name = tab.get_by_role("img", name="Your capabilities")
    described = name.evaluate("(svg) => svg.querySelector('desc').textContent")
    heard = tab.locator("svg.strip").aria_snapshot()
    tab.close()
    assert described.startswith("bias: right; weight: not written; input: right; padding: wrong answer")
    assert "bias: right; weight: not written" in heard


@pytest.mark.browser
def test_the_case_is_copied_with_one_click(chromium, pages):
    tab, _ = opened(chromium, pages["mixed.html"])
    tab.locator("details", has_text="Where to read").first.locator("summary").click()
    tab.locator("pre.copy code").first.click()
    chosen = tab.evaluate("getSelection().toString()")
    tab.close()
    assert chosen.strip() == 'cnnlab check --case "ch08:dy=[[[1]]],spatial=[2]"'


@pytest.mark.browser
def test_on_paper_everything_is_unfolded(chromium, pages):
    tab, _ = opened(chromium, pages["mixed.html"], scheme="dark")
    tab.emulate_media(media="print", color_scheme="light")
    assert tab.get_by_text("This looks like: Turned?").is_visible()
    assert not tab.locator(".masthead").is_visible()
    tab.close()
