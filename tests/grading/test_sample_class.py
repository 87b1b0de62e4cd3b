"""A class of ten, and five notebooks that are broken, through nbgrader into its gradebook and onto pages."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from cnnlab.checks import find_exercise
from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.grade import grade
from cnnlab.grading.pages.feedback import write_feedback
from cnnlab.grading.pages.report import write_report
from cnnlab.grading.pages.serve import lay_out
from cnnlab.grading.release import release
from cnnlab.grading.results import read_class
from solutions.sample_class import LOOPS, SAMPLE_CLASS, SLUG, Answer, hand_in

RIGHT = [answer.student for answer in SAMPLE_CLASS if answer.earns == 14]
ENDS_ITS_KERNEL = Answer("crashed", 0, {"conv_backward_bias": "import os\nos._exit(1)"})
LOUD = """
import logging, sys, warnings

logging.basicConfig()  # its handler keeps the kernel's own stderr, past any redirection

def conv_backward_bias(dy):
    warnings.warn("aloud")
    logging.warning("<script>alert(1)</script>")
    sys.displayhook(0.0)
    return dy.sum(axis=(0, *range(2, dy.ndim)))

raise ValueError("<script>alert(2)</script>")
"""


@pytest.fixture(scope="module")
def statuses(course):
    """The statuses of the class; everything else of it lies in the course's folders."""
    course.prepare()
    release(course, SLUG)
    hand_in(
        course, [*SAMPLE_CLASS, ENDS_ITS_KERNEL, Answer("loud", 14, {**LOOPS, "conv_backward_bias": LOUD})]
    )
    hand_in(course, [Answer(name, 14, LOOPS) for name in ("corrupt", "misnamed", "stripped")])
    damage(course)
    found = grade(course, SLUG).statuses
    write_feedback(course, find_exercise(SLUG), read_class(course, SLUG))
    write_report(course, find_exercise(SLUG), read_class(course, SLUG), names=True)
    lay_out(course)
    return found


def damage(course):
    """Cut a notebook short, rename one, and take all metadata and graded cells from one."""
    corrupt, misnamed, stripped = (
        course.notebook("submitted", SLUG, s) for s in ("corrupt", "misnamed", "stripped")
    )
    corrupt.write_text(corrupt.read_text(encoding="utf-8")[:999], encoding="utf-8")
    misnamed.rename(misnamed.with_name("my answer.ipynb"))
    notebook = json.loads(course.notebook("submitted", SLUG, "loops").read_text(encoding="utf-8"))
    notebook["cells"] = [
        cell for cell in notebook["cells"] if not cell["metadata"].get("nbgrader", {}).get("grade")
    ]
    for number, cell in enumerate(notebook["cells"]):
        cell |= {"id": f"c{number}", "metadata": {}}
    stripped.write_text(json.dumps(notebook), encoding="utf-8")


def by_student(course):
    return {submission.student: submission for submission in read_class(course, SLUG)}


@pytest.mark.parametrize("answer", SAMPLE_CLASS, ids=lambda answer: answer.student)
def test_each_answer_earns_what_it_must(course, statuses, answer):
    assert statuses[answer.student].name == "graded"
    submission = by_student(course)[answer.student]
    assert {mark.capability for mark in submission.marks if not mark.earned} == set(answer.loses)
    with open_gradebook(course) as gradebook:
        stored = gradebook.find_submission_notebook(SLUG, SLUG, answer.student)
        assert (stored.score, stored.max_score) == (answer.earns, 14)
        assert not stored.needs_manual_grade


@pytest.mark.parametrize(
    ("student", "status", "note"),
    [
        ("corrupt", "unreadable", "not a notebook"),
        ("crashed", "crashed", "the submission ended its own process"),
    ],
)
def test_what_cannot_be_graded_gets_a_status_and_stops_nobody(course, statuses, student, status, note):
    assert statuses[student].name == status
    assert note in statuses[student].note
    assert by_student(course)[student].earned == 0


@pytest.mark.parametrize("student", ["loud", "stripped", "misnamed"])
def test_noise_lost_metadata_and_another_name_cost_an_honest_student_nothing(course, statuses, student):
    assert statuses[student].name == "graded"
    assert by_student(course)[student].earned == 14


def test_another_name_is_noted(course, statuses):
    assert f"my answer.ipynb was taken for {SLUG}.ipynb" in statuses["misnamed"].note


def test_named_mistakes_are_recognised(course, statuses):
    marks = {
        s.student: {m.result.get("mistake", "") for m in s.marks} - {""} for s in read_class(course, SLUG)
    }
    assert marks["flipped-kernel"] == {"dx-kernel-flipped"}
    assert marks["forgotten-stride"] == {"backward-ignores-stride"}
    assert marks["averaged-over-batch"] == {"dw-averaged-over-batch"}
    assert all(not marks[student] for student in RIGHT)


def test_what_stopped_is_told_from_what_is_wrong(course, statuses):
    def ends(student):
        return {mark.status for mark in by_student(course)[student].marks}

    assert ends("infinite-loop") == {"right", "timeout"}
    assert ends("syntax-error") == {"right", "error"}
    assert ends("untouched") == {"missing"}
    assert ends("crashed") == {"missing", "error"}
    assert by_student(course)["copied-cells"].repairs == (
        "The cell conv_backward-padding was there twice: the last one counts.",
    )


def test_the_endless_loop_is_waited_for_once(course, statuses):
    path = course.notebook("autograded", SLUG, "infinite-loop")
    outputs = [
        o for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] for o in cell.get("outputs", [])
    ]
    assert not [output for output in outputs if output.get("ename") == "CellTimeoutError"]


def test_what_did_not_change_is_not_graded_again(course, statuses):
    again = grade(course, SLUG)
    assert again.statuses == statuses
    assert again.reused == set(statuses)


def page(course, student):
    return (course.feedback / SLUG / f"{student}.html").read_text(encoding="utf-8")


def text_of(html):
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def test_feedback_says_what_is_right_first(course, statuses):
    text = text_of(page(course, "flipped-kernel"))
    assert text.index("11 of 14 points") < text.index("What is right") < text.index("What to look at again")
    assert "conv_backward_input · input 0 / 3" in text
    assert "Smallest input that shows it: x 1x1x2, weight [1, 2], dy [1]" in text
    assert 'cnnlab check --case "ch08:dy=' in page(course, "flipped-kernel").replace("&#34;", '"')


def test_the_misconception_and_the_way_out_are_folded(course, statuses):
    shown = re.sub(r"<details>.*?</details>", "", page(course, "forgotten-stride"), flags=re.DOTALL)
    assert "windows that move on by 1" not in shown
    assert "Stride dilates dy" not in shown
    assert "windows that move on by 1" in page(course, "forgotten-stride")
    assert 'href="../../book/ch08_conv_backward.html#stride-dilates-dy"' in page(course, "forgotten-stride")


def test_pages_show_nothing_hidden_and_run_nothing(course, statuses):
    for path in [*course.feedback.rglob("*.html"), *course.report.rglob("*")]:
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"HIDDEN TESTS|EXERCISE|solutions\.|Traceback|of the tests", text), path
            assert path.suffix != ".html" or "<script" not in text
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page(course, "loud")


def test_the_report_holds_every_student_and_capability(course, statuses):
    report = json.loads((course.report / SLUG / "marks.json").read_text(encoding="utf-8"))
    assert {entry["student"]: entry["earned"] for entry in report["students"]}["flipped-kernel"] == 11
    rows = (course.report / SLUG / "marks.csv").read_text(encoding="utf-8").splitlines()
    assert (
        rows[0]
        == "student,status,earned,points,bias,weight,input,padding,stride,dilation,groups,axes,isolation"
    )
    assert any(row.startswith("flipped-kernel,graded,11,14,1,3,0,2,2,1,1,1,") for row in rows)
    assert len(rows) == 1 + len(statuses)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize(
    "page", ["report/*/index", "feedback/*/flipped-kernel", "feedback/*/misnamed", "site/index"]
)
def test_pages_in_a_real_browser(course, statuses, chromium, page, width, scheme):
    (path,) = course.build.glob(f"{page}.html")
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab, said = context.new_page(), []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: said.append(request.url))
    tab.goto(path.as_uri())
    for summary in tab.locator("summary").all():
        summary.focus()
        tab.keyboard.press("Enter")
    assert tab.locator("details:not([open])").count() == 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    dark = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 24, 31)"
    assert dark == (scheme == "dark")
    found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    context.close()
    assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []
    assert [line for line in said if not line.startswith(("file:", "data:"))] == []
