"""What a class report says of submissions that were made up for it."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from a_class import EVIL, EXERCISE, PAIRS, class_of, evil, mark, marks, submission

from cnnlab.grading.course import Course
from cnnlab.grading.pages.lessons import findings
from cnnlab.grading.pages.report import MANY, as_csv, bands, summary, write_report
from cnnlab.grading.similar import Pair

ROOT = Path(__file__).parents[2]
CLASS = [
    submission("a", mark("input", "wrong", "dx-kernel-flipped"), mark("stride")),
    submission("b", mark("input"), mark("stride", "wrong", "backward-ignores-stride")),
    submission("c", mark("input", "missing"), mark("stride", "wrong", "backward-ignores-stride")),
    submission("d", mark("input", "wrong"), mark("stride", "missing")),
]


def report(course, submissions, **options):
    return write_report(course, EXERCISE, submissions, **options).read_text(encoding="utf-8")


def text_of(page):
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split())


def test_the_commonest_comes_first_and_named_mistakes_before_others():
    found = findings(CLASS)
    assert [(f.name, f.students) for f in found] == [
        ("backward-ignores-stride", ("b", "c")),
        ("not written", ("c", "d")),
        ("dx-kernel-flipped", ("a",)),
        ("no known pattern in input", ("d",)),
    ]
    assert found[0].question == "Which patch?"
    assert [f.mistaken for f in found] == [True, False, True, True]


def test_one_student_counts_once_however_often_a_mistake_shows():
    both = [submission("a", *(mark(c, "wrong", "dx-kernel-flipped") for c in ("input", "stride")))]
    assert [(f.students, f.capabilities) for f in findings(both)] == [(("a",), ("input", "stride"))]


def test_the_capability_that_most_lost_comes_first():
    more = submission("e", mark("stride", "wrong", "dx-kernel-flipped"))
    twice = submission("f", mark("stride", "wrong", "dx-kernel-flipped"))
    assert findings([CLASS[0], more, twice])[0].capabilities == ("stride", "input")


def test_the_summary_counts():
    numbers = summary(CLASS)
    assert (numbers["mean"], numbers["median"], numbers["full"]) == (1.25, 1, 0)
    assert numbers["solved"] == {0: 1, 1: 1}


def test_a_report_of_nobody_is_a_report(course):
    text = text_of(report(course, [], similar=[]))
    for words in (
        "None: what was written is right.",
        "Nobody has handed in yet.",
        "Nothing ran yet.",
        "None stand",
    ):
        assert words in text


def test_misconceptions_have_counts_and_lead_into_the_book(course):
    page = report(course, CLASS)
    assert "2 students 50 % backward-ignores-stride : Which patch?" in text_of(page).replace(" , ", " ")
    assert 'href="../../book/ch08_conv_backward.html#stride-dilates-dy"' in page


def test_names_are_left_out_unless_asked_for(course):
    everybody = [
        submission("zoë", *marks(), troubles=("zoë's text",), note="found zoë.ipynb", status="misnamed"),
        submission("ada", *marks(stride={"status": "wrong", "finding": "ada says", "case": "of ada"})),
        submission("bob", *marks(), repairs=("bob's",), advice="bob.ipynb"),
    ]
    pairs = [Pair("ada", "bob", 0.9, 100, ("adas_function",))]
    write_report(course, EXERCISE, everybody, similar=pairs)
    files = [path.read_text(encoding="utf-8") for path in (course.report / EXERCISE.slug).iterdir()]
    assert len(files) == 3
    for text in files:
        assert not re.search("zoë|\\bada|bob", text)
        assert "Student 3" in text
    page = report(course, everybody, similar=pairs, names=True)
    for words in (
        "zoë",
        "found zoë.ipynb",
        "bob&#39;s",
        "adas_function",
        "feedback/ch08_conv_backward/zo%C3%AB.html",
    ):
        assert words in page


def test_without_a_secret_one_is_made_and_kept(tmp_path, monkeypatch):
    monkeypatch.delenv("CNNLAB_SECRET")
    course = Course(ROOT, tmp_path / "build")
    assert report(course, class_of(5)) == report(course, class_of(5)[::-1])
    assert (tmp_path / "build" / "secret").exists()


def test_one_number_is_one_student_on_the_page_and_in_both_tables(course):
    everybody = [submission(f"s{n}", mark("input", "wrong", earned=n)) for n in range(4)]
    page = report(course, everybody)
    folder = course.report / EXERCISE.slug
    rows = list(csv.reader(io.StringIO((folder / "marks.csv").read_text(encoding="utf-8"))))[1:]
    entries = json.loads((folder / "marks.json").read_text(encoding="utf-8"))["students"]
    earned = {row[0]: row[2] for row in rows}
    assert earned == {entry["student"]: f"{entry['earned']:g}" for entry in entries}
    on_page = re.findall(r'<th scope="row">(Student \d)</th><td class="sum">(\d)</td>', page)
    assert on_page[:4] == list(earned.items())
    assert [points for _, points in on_page[4:]] == ["3", "2", "1", "0"]


def test_a_spreadsheet_takes_no_name_for_a_formula():
    rows = list(csv.reader(io.StringIO(as_csv([submission('=1+"', mark("bias"))]))))
    assert rows[0] == ["student", "status", "earned", "points", "bias", "isolation"]
    assert rows[1] == ["'=1+\"", "graded", "1", "1", "1", ""]


@pytest.mark.parametrize("names", [False, True])
def test_whatever_a_student_can_write_arrives_as_text(course, names):
    page = report(
        course, [evil(), *class_of(2)], names=names, similar=[Pair(evil().student, EVIL, 1, 9, (EVIL,))]
    )
    assert not re.search(r"<(script|img src=x|a href=java|svg onload|!--)", page)
    assert not re.search("[\0-\x08\x0e-\x1f\u202a-\u202e\ud800-\udfff]", page)
    assert ("&lt;svg onload" in page) is names
    tables = [course.report / EXERCISE.slug / name for name in ("marks.csv", "marks.json")]
    assert not re.search("[\0\x1b\u202e]", "".join(path.read_text(encoding="utf-8") for path in tables))


def test_the_lack_of_isolation_is_said_before_any_number(course):
    page = report(course, CLASS, isolation="Landlock is missing.")
    assert page.index("without isolation.</strong> Landlock is missing.") < page.index("Submissions</dt>")
    assert "Graded without isolation" not in report(course, CLASS)


def test_submissions_say_themselves_that_they_ran_without_isolation(course):
    apart = [submission(s, *marks(), isolation="bubblewrap, seccomp") for s in "ab"]
    bare = [submission(s, *marks(), isolation="without isolation (nothing)") for s in "cd"]
    assert "2 of 4 submissions ran without isolation (nothing)." in report(course, apart + bare)
    page = report(course, apart)
    assert "Graded without isolation" not in page
    assert "kept apart by: bubblewrap, seccomp" in page
    report(course, apart + bare)
    folder = course.report / EXERCISE.slug
    rows = list(csv.DictReader(io.StringIO((folder / "marks.csv").read_text(encoding="utf-8"))))
    entries = json.loads((folder / "marks.json").read_text(encoding="utf-8"))["students"]
    said = [entry["isolation"] for entry in entries]
    assert said == [row["isolation"] for row in rows]
    assert sorted(said) == ["bubblewrap, seccomp"] * 2 + ["without isolation (nothing)"] * 2


def test_similar_submissions_are_shown_where_somebody_looked(course):
    assert "Similar submissions" not in report(course, CLASS)
    assert "None stand out." in report(course, CLASS, similar=[])
    text = text_of(report(course, CLASS, similar=PAIRS))
    assert re.search(r"Student \d Student \d 93 %", text)
    assert re.search(r"Student \d not here 71 %", text)
    assert "my_secret_name" not in text


def test_a_large_class_is_shown_by_bands_first(course):
    assert "Each row gathers" not in report(course, class_of(MANY))
    page = report(course, class_of(MANY + 1))
    assert page.index("Each row gathers") < page.index(f"All {MANY + 1} students, one by one")


def test_bands_hold_everybody_once_and_the_share_of_each_capability():
    submissions = class_of(300)
    found = bands(submissions)
    assert sum(band.count for band in found) == 300
    top = [s for s in submissions if s.earned >= 12]
    two = [band for band in found if band.points in ("12–13", "14")]
    for place in range(8):
        right = sum(s.marks[place].earned > 0 for s in top)
        assert sum(band.count * band.shares[place] for band in two) == pytest.approx(right)


def test_a_report_on_two_thousand_fits_into_three_megabytes(course):
    assert len(report(course, class_of(2000)).encode()) < 2_000_000
