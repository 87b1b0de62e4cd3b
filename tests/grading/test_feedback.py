"""What a student's page says of submissions that were made up for it."""

import base64
import hashlib
import html
import re

import pytest
from a_class import EVIL, EXERCISE, evil, mark, marks, submission

from cnnlab.grading.pages.feedback import feedback_page, sorted_out, write_feedback


def wrong(mistake="", **more):
    return {"status": "wrong", "mistake": mistake, **more}


def text_of(page):
    bare = re.sub(r"<style>.*?</style>|<title[ >].*?</title>|<desc .*?</desc>|<[^>]+>", " ", page, flags=re.S)
    return " ".join(html.unescape(bare).split())


def said(course, *marks, **more):
    return text_of(feedback_page(course, EXERCISE, submission("ada", *marks, **more)))


def begins(*marks):
    """Where a page says to begin: the capabilities, and the points that wait there."""
    step = sorted_out(EXERCISE, submission("ada", *marks))["next"]
    return step and (step.capabilities, step.gain)


def test_what_is_right_comes_first(course):
    text = said(course, *marks(input=wrong(), axes={"status": "missing"}), troubles=("A cell stopped.",))
    order = [
        "10 of 14 points",
        "What is right",
        "Where to begin",
        "What to look at again",
        "conv_backward_input · input 0 / 3",
        "Smallest input that shows it: x 1x1x2",
        "You return [1].",
        "What is still to be written",
        "conv_backward_input : axes 0 / 1",
        "What the grader noticed",
        "A cell stopped.",
        "cnnlab check ch08_conv_backward",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_one_finding_is_told_once_for_all_that_it_broke(course):
    text = said(course, *marks(input=wrong("dx-kernel-flipped"), axes=wrong("dx-kernel-flipped")))
    assert "conv_backward_input · input, axes 0 / 4" in text
    assert text.count("You return [1].") == 1


def test_misconception_section_and_case_are_folded(course):
    page = feedback_page(course, EXERCISE, submission("ada", *marks(stride=wrong("backward-ignores-stride"))))
    shown = re.sub(r"<details>.*?</details>", "", page, flags=re.S)
    for words in ("Which patch?", "Stride dilates dy", "ch08:dy=[[[1]]],spatial=[2]"):
        assert words in page
        assert words not in shown


def test_without_a_pattern_the_page_says_so(course):
    assert "No known pattern fits." in said(course, *marks(stride=wrong()))
    assert "No known pattern fits." not in said(course, *marks(stride=wrong("backward-ignores-stride")))


def test_without_a_case_nobody_is_sent_to_look_for_one(course):
    text = said(course, *marks(stride=wrong(case="", replay="")))
    assert "You return [1]." in text
    assert "smallest input" not in text.lower()


def test_what_follows_from_a_mistake_is_said_to_have_been_paid_for(course):
    text = said(course, *marks(input=wrong(), axes={"follows": "dx"}, groups={"follows": "dx"}))
    assert "✓ axes 1 / 1" in text
    assert "groups and axes are right but for a mistake that dx has paid for, and keep their points." in text
    text = said(course, *marks(input=wrong(), axes={"follows": "dx"}))
    assert "axes is right but for a mistake that dx has paid for, and keeps its points." in text
    assert "has paid for" not in said(course, *marks(input=wrong()))


def test_where_to_begin_is_a_sentence(course):
    text = said(course, *marks(input=wrong(), stride=wrong(), axes=wrong()))
    assert (
        "Look at conv_backward_input first: one finding stands behind input, stride and axes, 6 points"
        in text
    )
    text = said(course, *marks(stride=wrong(finding="a"), axes=wrong(finding="b")))
    assert (
        "Look at conv_backward_input on rung stride first: 2 points wait there, more than anywhere else."
        in text
    )
    assert "first: 1 point waits there." in said(course, *marks(axes=wrong()))


def test_begin_where_most_points_wait_behind_one_thing():
    assert begins(*marks(bias=wrong(function="conv_backward_bias"), stride=wrong(), axes=wrong())) == (
        ("stride", "axes"),
        3,
    )
    missing = {"status": "missing"}
    assert begins(*marks(bias=wrong(), padding=missing, stride=missing)) == (("padding", "stride"), 4)
    assert begins(*marks(stride=wrong(earned=1, finding="a"), padding=wrong(finding="b"))) == (
        ("padding",),
        2,
    )
    assert begins(*marks()) is None


def test_on_a_white_page_begin_with_the_first_rung():
    functions = {"bias": "conv_backward_bias", "weight": "conv_backward_weight"}
    empty = [
        mark(m.capability, "missing", function=functions.get(m.capability, "conv_backward_input"))
        for m in marks()
    ]
    assert begins(*empty) == (("bias",), 1)


def test_points_in_part_and_points_by_hand_are_told_as_what_they_are(course):
    text = said(course, *marks(stride=wrong(earned=1), axes=wrong(earned=1), groups={"earned": 0.5}))
    assert "conv_backward_input · stride 1 / 2" in text
    assert "✓ axes 1 / 1" in text
    assert "✓ groups 0.5 / 1" in text


def test_late_points_are_said(course):
    assert "12 of 14 points 2 taken off for being late" in said(course, *marks(), penalty=2)
    assert "late" not in said(course, *marks())


@pytest.mark.parametrize(
    ("status", "advice", "words"),
    [
        ("misnamed", "", "Hand in one file, named ch08_conv_backward.ipynb."),
        ("timed out", "", "Look for a loop whose condition never changes."),
        ("crashed", "Look at your third cell.", "Look at your third cell."),
        ("unreadable", "Save it in Jupyter.", "not a notebook that can be opened. Save it in Jupyter."),
        (
            "misnamed",
            "Hand it in as x.",
            "No file that you handed in is clearly your notebook. Hand it in as x.",
        ),
        ("missing", "Hand it in as x.ipynb.", "No notebook was handed in. Hand it in as x.ipynb."),
        ("a new one", "", "could not be marked (a new one)."),
    ],
)
def test_who_could_not_be_marked_hears_what_to_do(course, status, advice, words):
    unmarked = marks(**{m.capability: {"status": "unmarked"} for m in marks()})
    text = said(course, *unmarked, status=status, advice=advice, note="for the instructor alone")
    said_first = (
        "Not all of your notebook ran" if status in ("timed out", "crashed") else "could not be marked"
    )
    assert f"{said_first} ({status})." in text
    assert words in text
    assert "for the instructor alone" not in text
    assert "through no fault of yours" not in text


def test_what_was_right_before_the_end_still_counts(course):
    rest = {m.capability: {"status": "unmarked"} for m in marks()[2:]}
    text = said(course, *marks(**rest), status="timed out")
    assert "Not all of your notebook ran (timed out)" in text
    assert "could not be marked to its end (failed)" in said(course, *marks(**rest), status="failed")
    assert "✓ weight 3 / 3" in text


def test_who_has_all_points_and_a_cell_that_stopped_hears_both(course):
    text = said(course, *marks(), status="timed out")
    assert "Everything is right that could be marked, and no points are lost; mend the cell" in text
    assert "There is nothing left to mend here." in said(course, *marks())


def test_a_check_that_failed_is_nobodys_fault_but_ours(course):
    assert "Not marked, through no fault of yours: axes." in said(course, *marks(axes={"status": "unmarked"}))


@pytest.mark.parametrize("case", ['ch08:x=1"; rm -rf ~; "', "ch08:x=$(id)", "ch08:x=`id`", "ch08:x=%PATH%"])
def test_nobody_is_led_to_paste_what_a_shell_would_run(course, case):
    assert "--case" not in said(course, *marks(stride=wrong(replay=case)))


def test_whatever_a_student_can_write_arrives_as_text(course):
    page = feedback_page(course, EXERCISE, evil())
    assert not re.search(r"<(script|img src=x|a href=java|svg onload|!--)", page)
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7 * 7 }}" in page
    assert not re.search("[\0-\x08\x0e-\x1f\u202a-\u202e\ud800-\udfff]", page)
    assert "\u0301" * 4 not in page
    assert "x" * 401 not in page
    assert "characters more)" in page
    assert page.count(EVIL[:20]) == 0


def test_a_page_lets_in_its_own_style_and_nothing_else(course):
    page = feedback_page(course, EXERCISE, submission("ada", *marks()))
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert html.unescape(policy) == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script|http:|https:(?!//www\.w3)", page.replace(style, ""))


def test_pages_lie_in_their_folder_and_those_of_work_taken_back_are_gone(course):
    everybody = [submission(student, *marks()) for student in ("a", "b", "../../c", "..")]
    folder = write_feedback(course, EXERCISE, everybody)
    assert {path.name for path in folder.iterdir()} == {"a.html", "b.html", "..%2F..%2Fc.html", "...html"}
    folder = write_feedback(course, EXERCISE, everybody[:1])
    assert [path.name for path in folder.iterdir()] == ["a.html"]
