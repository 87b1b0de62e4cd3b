"""Into the school's systems and out: who is who, where their work lies, and what the tables say."""

import csv
import io
import json
import os
import zipfile

import pytest
from traitlets.config import Config

from cnnlab.grading.core import Graded, Status
from cnnlab.grading.reading.finding import Misnamed, find_submission
from cnnlab.grading.school import collect, export
from cnnlab.grading.school.archives import ArchiveError, Limits
from cnnlab.grading.school.gradescope import results
from cnnlab.grading.school.students import Roster, guarded, safe_id
from cnnlab.grading.school.systems import recognised
from cnnlab.grading.store import Entry, Store
from tests.grading.gradebooks import OTHER, SLUG, course_in, enter

NOTEBOOK = b'{"cells": [{"metadata": {"nbgrader": {"grade_id": "dx"}}}]}'
EMPTY = b'{"cells": []}'


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def packed(path, files):
    """Zip files given as contents by name, or as a list of names that hold a notebook each."""
    files = files if isinstance(files, dict) else {name: NOTEBOOK + name.encode() for name in files}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


def handed_in(course, slug=SLUG):
    """What lies where the grader looks, by student."""
    return {
        path.parent.parent.name: path.read_bytes() for path in course.submitted.glob(f"*/{slug}/{slug}.ipynb")
    }


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def moodle(*people, ending="/ch08_conv_backward.ipynb"):
    return [f"{name}_{number}_assignsubmission_file_{ending}" for name, number in people]


# --- who is who


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Ada Lovelace", "Ada-Lovelace"),
        ("日本 太郎", "日本-太郎"),
        ("E\u0301mile", "Émile"),
        ("../../etc", "etc"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("a\x1b[31mb\nc\0d", "a-31mb-c-d"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("a/b\\c:d*e?f", "a-b-c-d-e-f"),
        ("a+b", "a-b"),
        ("nul", "student-nul"),
        ("Com1.x", "student-Com1.x"),
        ("", "student"),
        ("\u202e...", "student"),
        ("a..b", "a-b"),
        ("ada@x.org", "ada@x.org"),
    ],
)
def test_an_id_is_one_folder_everywhere(name, safe):
    assert safe_id(name) == safe
    assert safe_id(safe) == safe


def test_a_long_name_is_cut_between_letters():
    assert safe_id("é" * 300) == "é" * 50


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-", "-5", "+3.5", "a"]
)
def test_no_cell_is_a_formula(text):
    harmless = text in ("-", "-5", "+3.5", "a")
    assert guarded(text) == (text if harmless else f"'{text}")


def test_the_table_of_students_is_read_as_it_was_written(course):
    roster = Roster(course)
    roster.rows["x"] = {"student": "x", "name": '=HYPERLINK("http://x","a,b")', "note": "mine"}
    roster.headings.append("note")
    roster.write()
    assert table(roster.path)[1][1] == '\'=HYPERLINK("http://x","a,b")'
    assert Roster(course).rows["x"]["name"] == '=HYPERLINK("http://x","a,b")'
    assert Roster(course).get("x", "note") == "mine"


# --- Moodle


@pytest.mark.parametrize("ending", ["/work.ipynb", "work.ipynb", "/sub/work.ipynb"])
def test_moodle_with_folders_and_without(course, tmp_path, ending):
    names = moodle(("Ada Lovelace", 11), ("Émile Ñandú", 12), ending=ending)
    done = collect(course, SLUG, packed(tmp_path / "CS-Ex8.zip", names))
    assert sorted(handed_in(course)) == ["Ada-Lovelace", "Émile-Ñandú"]
    assert done.problems == []
    assert [placed.note for placed in done.placed] == ["new", "new"]
    assert Roster(course).get("Ada-Lovelace", f"moodle {SLUG}") == "11"


def test_moodle_without_its_last_underscore_and_inside_a_folder(course, tmp_path):
    packed(tmp_path / "x.zip", ["top/Ada B_7_assignsubmission_file/w.ipynb"])
    collect(course, SLUG, tmp_path / "x.zip")
    assert list(handed_in(course)) == ["Ada-B"]


def test_moodle_numbers_people_anew_and_they_are_found_by_name(course, tmp_path):
    collect(course, SLUG, packed(tmp_path / "8.zip", moodle(("Ada B", 11))))
    collect(course, OTHER, packed(tmp_path / "7.zip", moodle(("Ada B", 99))))
    assert list(handed_in(course, OTHER)) == ["Ada-B"]
    assert (
        Roster(course).rows["Ada-B"] | {f"moodle {SLUG}": "11", f"moodle {OTHER}": "99"}
        == Roster(course).rows["Ada-B"]
    )


def test_namesakes_are_two_people_and_this_is_said(course, tmp_path):
    names = moodle(("Kim Lee", 11), ("Kim Lee", 12))
    done = collect(course, SLUG, packed(tmp_path / "8.zip", names))
    assert sorted(handed_in(course)) == ["Kim-Lee-11", "Kim-Lee-12"]
    assert done.problems[0].startswith("Kim-Lee-11: 2 people are called Kim Lee, whom Moodle numbers anew")
    again = collect(course, SLUG, tmp_path / "8.zip")
    assert [placed.note for placed in again.placed] == ["as before", "as before"]


def test_neither_of_two_namesakes_is_taken_for_the_one_that_is_known(course, tmp_path):
    collect(course, OTHER, packed(tmp_path / "7.zip", moodle(("Kim Lee", 5))))
    collect(course, SLUG, packed(tmp_path / "8.zip", moodle(("Kim Lee", 11), ("Kim Lee", 12))))
    assert sorted(handed_in(course)) == ["Kim-Lee-11", "Kim-Lee-12"]


def test_names_that_a_disk_takes_for_the_same_are_kept_apart(course, tmp_path):
    collect(course, SLUG, packed(tmp_path / "8.zip", moodle(("ADA B", 1), ("Ada B", 2), ("Ada-B", 3))))
    assert sorted(name.casefold() for name in handed_in(course)) == ["ada-b", "ada-b-2", "ada-b-3"]


def test_a_folder_that_nobody_is_known_for_is_not_written_over(course, tmp_path):
    path = course.notebook("submitted", SLUG, "Ada-B")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"somebody's")
    collect(course, SLUG, packed(tmp_path / "8.zip", moodle(("Ada B", 1))))
    assert sorted(handed_in(course)) == ["Ada-B", "Ada-B-2"]
    assert path.read_bytes() == b"somebody's"


# --- Canvas


def test_canvas_and_its_marks_of_lateness_and_of_another_attempt(course, tmp_path):
    names = [
        "lovelaceada_501_77001_work.ipynb",
        "LATE_502_77002_work.ipynb",
        "turingalan2_LATE_503_77003_w-1.ipynb",
    ]
    done = collect(course, SLUG, packed(tmp_path / "submissions.zip", names))
    assert sorted(handed_in(course)) == ["502", "lovelaceada", "turingalan2"]
    assert [placed.note for placed in done.placed] == [
        "new; late, says the system",
        "new",
        "new; late, says the system",
    ]
    assert [Roster(course).get(student, "canvas") for student in sorted(handed_in(course))] == [
        "502",
        "501",
        "503",
    ]


def test_canvas_keeps_its_number_when_the_name_changes(course, tmp_path):
    collect(course, SLUG, packed(tmp_path / "8.zip", ["lovelaceada_501_1_w.ipynb"]))
    collect(course, OTHER, packed(tmp_path / "7.zip", ["kingada_501_2_w.ipynb"]))
    assert list(handed_in(course, OTHER)) == ["lovelaceada"]


def test_canvas_anonymous(course, tmp_path):
    names = ["anon_x7YzQ_77001_w.ipynb", "LATE_anon_b2Cd_77002_w.ipynb"]
    collect(course, SLUG, packed(tmp_path / "s.zip", names))
    assert sorted(handed_in(course)) == ["anon-b2Cd", "anon-x7YzQ"]


def test_canvas_takes_the_latest_of_several_that_fit(course, tmp_path):
    files = {
        "adab_5_11_ch08_conv_backward-1.ipynb": NOTEBOOK + b"new",
        "adab_5_10_ch08_conv_backward.ipynb": NOTEBOOK + b"old",
        "adab_5_12_scratch.ipynb": EMPTY,
    }
    done = collect(course, SLUG, packed(tmp_path / "s.zip", files))
    assert handed_in(course) == {"adab": NOTEBOOK + b"new"}
    assert done.problems == [
        "adab handed in several notebooks: ch08_conv_backward-1.ipynb was taken, "
        "not ch08_conv_backward.ipynb, scratch.ipynb."
    ]


def test_a_notebook_with_graded_cells_goes_before_one_of_the_right_name(course, tmp_path):
    files = {"ada/mine.ipynb": NOTEBOOK, f"ada/{SLUG}.ipynb": EMPTY}
    done = collect(course, SLUG, packed(tmp_path / "x.zip", files))
    assert handed_in(course) == {"ada": NOTEBOOK}
    assert done.problems == [f"ada handed in several notebooks: mine.ipynb was taken, not {SLUG}.ipynb."]


def test_a_text_instead_of_a_notebook_is_said(course, tmp_path):
    done = collect(
        course, SLUG, packed(tmp_path / "s.zip", ["adab_5_text.html", "bobc_6_7_w.pdf", "c_8_9_w.ipynb"])
    )
    assert done.problems == ["adab handed in no notebook: text.html.", "bobc handed in no notebook: w.pdf."]
    assert [placed.student for placed in done.placed] == ["c"]


def files_of(course, student):
    """What lies in a student's folder, by name."""
    return {path.name: path.read_bytes() for path in (course.submitted / student / SLUG).iterdir()}


def ending(course, student):
    """The status that grading would find for a student."""
    with pytest.raises(Misnamed) as caught:
        find_submission(course.submitted / student / SLUG, f"{SLUG}.ipynb")
    return caught.value.name, caught.value.note


def test_who_hands_in_something_else_has_a_place_and_a_status(course, tmp_path):
    files = {"ada/my work.pdf": b"%PDF", "bob/a.pdf": b"1", "bob/b.pdf": b"2", "eve/timestamp.txt": b"soon"}
    done = collect(course, SLUG, packed(tmp_path / "s.zip", files))
    assert course.students(SLUG) == sorted(Roster(course).rows) == ["ada", "bob", "eve"]
    assert files_of(course, "ada") == {"my-work.pdf": b"%PDF"}
    assert ending(course, "ada") == ("misnamed", "No notebook was handed in, but my-work.pdf.")
    assert files_of(course, "bob") == files_of(course, "eve") == {}
    assert ending(course, "eve") == ("missing", "Nothing was handed in.")
    assert done.placed == []
    assert "bob handed in no notebook: a.pdf, b.pdf." in done.problems


def test_a_lone_file_takes_the_place_of_nothing(course, tmp_path):
    collect(course, SLUG, packed(tmp_path / "1.zip", {"ada.ipynb": NOTEBOOK, "bob/a.pdf": b"1"}))
    done = collect(course, SLUG, packed(tmp_path / "2.zip", {"ada/a.pdf": b"1", "bob.ipynb": NOTEBOOK}))
    assert handed_in(course) == {"ada": NOTEBOOK, "bob": NOTEBOOK}
    assert done.problems == ["ada handed in no notebook: a.pdf; what was there stays."]
    assert done.placed[0].note.startswith("replaces what was there, which is kept: build/earlier/bob/")


def test_a_place_that_is_empty_is_taken_as_if_it_were_new(course, tmp_path):
    collect(course, SLUG, packed(tmp_path / "1.zip", {"bob/a.pdf": b"1", "bob/b.pdf": b"2"}))
    assert collect(course, SLUG, packed(tmp_path / "2.zip", ["bob.ipynb"])).placed[0].note == "new"


@pytest.mark.parametrize("name", ["timestamp.txt", "Submission_Secret.TXT"])
def test_nobody_hands_in_a_time_of_their_own(course, tmp_path, name):
    path = f"Ada B_1_assignsubmission_file_/{name}"
    done = collect(course, SLUG, packed(tmp_path / "s.zip", {path: b"2026-01-01 00:00:00 UTC"}))
    assert done.problems == [f"Ada-B handed in no notebook: {name}."]
    assert list(files_of(course, "Ada-B")) == [f"student-{name}"]
    assert course.timestamp(SLUG, "Ada-B") is None


def test_a_dry_run_gives_nobody_a_place(course, tmp_path):
    done = collect(course, SLUG, packed(tmp_path / "s.zip", {"ada/a.pdf": b"1"}), dry=True)
    assert done.problems == ["ada handed in no notebook: a.pdf."]
    assert not course.submitted.exists()


def test_the_folder_of_a_program_is_nobodys(course, tmp_path):
    done = collect(course, SLUG, packed(tmp_path / "s.zip", {".git/config": b"1", "ada.ipynb": NOTEBOOK}))
    assert done.problems == [".git/config was left out: folder does not name submissions so."]
    assert course.students(SLUG) == ["ada"]


# --- plain folders, and whatever is packed


def test_a_plain_folder(course, tmp_path):
    folder = tmp_path / "downloads"
    (folder / "bob" / "x").mkdir(parents=True)
    (folder / "ada.ipynb").write_bytes(NOTEBOOK)
    (folder / "bob" / "x" / "anything.ipynb").write_bytes(NOTEBOOK)
    (folder / "bob" / "timestamp.txt").write_text("2026-10-02 03:04:05 UTC")
    (folder / "ch08_conv_backward (2).ipynb").write_bytes(NOTEBOOK)
    (folder / "README.md").write_text("x")
    done = collect(course, SLUG, folder)
    assert sorted(handed_in(course)) == ["ada", "bob"]
    assert course.timestamp(SLUG, "bob").isoformat() == "2026-10-02T03:04:05"
    assert sorted(done.problems) == [
        "README.md was left out: folder does not name submissions so.",
        "ch08_conv_backward (2).ipynb was left out: folder does not name submissions so.",
    ]


def test_a_time_that_is_none_is_left_out(course, tmp_path):
    (tmp_path / "f" / "ada").mkdir(parents=True)
    (tmp_path / "f" / "ada" / "w.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "f" / "ada" / "timestamp.txt").write_bytes(b"\xff soon")
    done = collect(course, SLUG, tmp_path / "f")
    assert done.problems[0].startswith("ada: timestamp.txt was left out: 'utf-8' codec")
    assert [p.name for p in course.notebook("submitted", SLUG, "ada").parent.iterdir()] == [f"{SLUG}.ipynb"]


def test_a_folder_that_was_packed_under_its_own_name(course, tmp_path):
    collect(
        course,
        SLUG,
        packed(tmp_path / "class.zip", ["class/ada.ipynb", "class/bob/w.ipynb", "__MACOSX/._class"]),
    )
    assert sorted(handed_in(course)) == ["ada", "bob"]


def test_a_download_that_the_browser_unpacked(course, tmp_path):
    for name in moodle(("Ada B", 1), ("Bob C", 2)):
        (tmp_path / "d" / name).parent.mkdir(parents=True)
        (tmp_path / "d" / name).write_bytes(NOTEBOOK)
    collect(course, SLUG, tmp_path / "d")
    assert sorted(handed_in(course)) == ["Ada-B", "Bob-C"]


def test_a_notebook_under_a_browsers_ending_is_one(course, tmp_path):
    collect(course, SLUG, packed(tmp_path / "x.zip", ["ada.ipynb.txt", "bob/w.IPYNB", "eve/w.ipynb.json"]))
    assert sorted(handed_in(course)) == ["ada", "bob", "eve"]


def test_a_student_may_zip_their_notebook_once(course, tmp_path):
    inner, outer = io.BytesIO(), io.BytesIO()
    packed(inner, {"deep/w.ipynb": NOTEBOOK, "__MACOSX/deep/._w.ipynb": b"x", "../evil.ipynb": b"x"})
    packed(outer, {"more.zip": inner.getvalue()})
    files = {"ada/work.zip": inner.getvalue(), "bob/twice.zip": outer.getvalue(), "eve/broken.zip": b"PK"}
    done = collect(course, SLUG, packed(tmp_path / "x.zip", files))
    assert handed_in(course) == {"ada": NOTEBOOK}
    assert done.placed[0].note == "new; from work.zip"
    assert "../evil.ipynb was left out: its name points out of the archive." in done.problems
    assert "bob handed in no notebook: twice.zip." in done.problems
    assert any(
        problem.startswith("eve: broken.zip: it is not a zip that can be read") for problem in done.problems
    )
    assert list(tmp_path.glob("**/evil*")) == []


def test_one_students_bomb_costs_nobody_else(course, tmp_path):
    inner = io.BytesIO()
    packed(inner, {"w.ipynb": bytes(20 * 2**20)})
    files = {"ada/bomb.zip": inner.getvalue(), "bob.ipynb": bytes(20 * 2**20), "eve.ipynb": NOTEBOOK}
    done = collect(course, SLUG, packed(tmp_path / "x.zip", files))
    assert list(handed_in(course)) == ["eve"]
    assert sum("it unpacks to more than 200 times its size" in problem for problem in done.problems) == 2


def test_what_was_read_before_an_archive_ends_counts(course, tmp_path):
    noise = {f"s{number}.ipynb": os.urandom(1000) for number in range(5)}
    done = collect(course, SLUG, packed(tmp_path / "x.zip", noise), limits=Limits(total=3500))
    assert sorted(handed_in(course)) == ["s0", "s1", "s2"]
    assert done.problems == ["x.zip: it holds more than is read of one archive; the rest was left out."]


def test_nothing_is_written_outside_and_a_problem_is_said_once(course, tmp_path):
    before = {path for path in tmp_path.rglob("*") if course.build not in path.parents}
    names = ["../ada.ipynb", "/tmp/ada.ipynb", "bob/../../ada.ipynb", *moodle(("../../Eve", 1)), "ok.ipynb"]
    done = collect(course, SLUG, packed(tmp_path / "x.zip", names), system="folder")
    assert handed_in(course) == {"ok": NOTEBOOK + b"ok.ipynb"}
    assert [problem.endswith("its name points out of the archive.") for problem in done.problems] == [
        True
    ] * 4
    outside = {path for path in tmp_path.rglob("*") if course.build not in path.parents}
    assert outside - before == {tmp_path / "x.zip"}


def test_an_archive_that_is_none_is_an_error(course, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no")
    with pytest.raises(ArchiveError, match=r"x\.zip: it is not a zip that can be read"):
        collect(course, SLUG, tmp_path / "x.zip")
    assert not course.submitted.exists()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("ch99", "x"), LookupError, 'there is no exercise "ch99"; there are ch'),
        ((SLUG, "nowhere.zip"), FileNotFoundError, "there is no file or folder nowhere.zip"),
        (
            (SLUG, "x", "blackboard"),
            ValueError,
            'there is no system "blackboard"; there are auto, exchange, moodle',
        ),
        ((SLUG, None, "moodle"), ValueError, "moodle needs a source: the zip that was downloaded"),
    ],
)
def test_errors_come_before_any_work(course, arguments, error, words):
    slug, source, system = (*arguments, "auto")[:3]
    with pytest.raises(error, match=words):
        collect(course, slug, source, system=system)


# --- nothing is lost


def test_an_earlier_submission_is_kept_if_it_differs(course, tmp_path):
    for number, data in enumerate([b"one", b"one", b"two", b"three"]):
        done = collect(course, SLUG, packed(tmp_path / f"{number}.zip", {"ada.ipynb": data}))
    assert handed_in(course) == {"ada": b"three"}
    kept = sorted(course.build.glob(f"earlier/ada/{SLUG}/*/{SLUG}.ipynb"))
    assert sorted(path.read_bytes() for path in kept) == [b"one", b"two"]
    assert done.placed[0].note.startswith(
        f"replaces what was there, which is kept: build/earlier/ada/{SLUG}/20"
    )
    assert [path.name for path in course.build.iterdir() if path.name.startswith(".new")] == []


def test_a_dry_run_says_it_and_does_nothing(course, tmp_path):
    collect(course, SLUG, packed(tmp_path / "1.zip", {"ada.ipynb": b"one", "bob.ipynb": b"one"}))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    packed(tmp_path / "2.zip", {"ada.ipynb": b"two", "bob.ipynb": b"one", "eve.ipynb": b"one"})
    done = collect(course, SLUG, tmp_path / "2.zip", dry=True)
    assert [placed[::2] for placed in done.placed] == [
        ("ada", "replaces what was there"),
        ("bob", "as before"),
        ("eve", "new"),
    ]
    (tmp_path / "2.zip").unlink()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_stopped_in_the_middle_every_submission_is_whole(course, tmp_path, monkeypatch):
    collect(course, SLUG, packed(tmp_path / "1.zip", {"ada.ipynb": b"one", "bob.ipynb": b"one"}))
    packed(tmp_path / "2.zip", {"ada.ipynb": b"two", "bob.ipynb": b"two"})
    replace, calls = os.replace, []

    def stopped(*paths):
        calls.append(paths)
        if len(calls) == 5:
            raise KeyboardInterrupt
        replace(*paths)

    monkeypatch.setattr("os.replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        collect(course, SLUG, tmp_path / "2.zip")
    monkeypatch.undo()
    everything = [path.read_bytes() for path in course.build.rglob(f"{SLUG}.ipynb")]
    assert set(everything) <= {b"one", b"two"} and everything.count(b"one") >= 2
    collect(course, SLUG, tmp_path / "2.zip")
    assert handed_in(course) == {"ada": b"two", "bob": b"two"}


# --- nbgrader's exchange


@pytest.fixture
def exchange(tmp_path):
    """An exchange as nbgrader lays it out, with three submissions."""
    inbound = tmp_path / "exchange" / "cs101" / "inbound"
    for student, time, data in [
        ("ada", "01 10:00:00", b"old"),
        ("ada", "02 10:00:00", b"new"),
        ("eve", "01 10:00:00", b"e"),
    ]:
        folder = inbound / f"{student}+{SLUG}+2026-10-{time} UTC+r{data.hex()}"
        folder.mkdir(parents=True)
        (folder / f"{SLUG}.ipynb").write_bytes(data)
        (folder / "timestamp.txt").write_text(f"2026-10-{time} UTC")
        (folder / "submission_secret.txt").write_text("s" + student)
    return tmp_path / "exchange"


def test_nbgraders_exchange_is_collected_by_nbgrader(course, exchange):
    done = collect(course, SLUG, exchange, config=Config())
    assert handed_in(course) == {"ada": b"new", "eve": b"e"}
    assert course.timestamp(SLUG, "ada").isoformat() == "2026-10-02T10:00:00"
    beside = course.notebook("submitted", SLUG, "ada").with_name("submission_secret.txt")
    assert beside.read_text() == "sada"
    assert all("claims to be submitted by" in problem for problem in done.problems)


def test_the_exchange_that_is_configured_is_found(course, exchange):
    config = Config()
    config.Exchange.root, config.CourseDirectory.course_id = str(exchange), "cs101"
    config.ExchangeCollect.check_owner = False
    config.ExchangeCollect.before_duedate = True
    done = collect(course, SLUG, config=config)
    assert (handed_in(course), done.problems) == ({"ada": b"old", "eve": b"e"}, [])


def test_a_link_in_the_exchange_is_not_followed(course, exchange, tmp_path):
    (tmp_path / "private").write_text("private")
    folder = exchange / "cs101" / "inbound" / f"mal+{SLUG}+2026-10-01 10:00:00 UTC+x"
    folder.mkdir()
    (folder / f"{SLUG}.ipynb").symlink_to(tmp_path / "private")
    done = collect(course, SLUG, exchange, config=Config())
    assert sorted(handed_in(course)) == ["ada", "eve"]
    assert any(
        problem.startswith("mal+ch08") and "there is a link in it" in problem for problem in done.problems
    )


def test_without_an_exchange_it_says_what_else_there_is(course, tmp_path):
    config = Config()
    config.Exchange.root, config.CourseDirectory.course_id = str(tmp_path / "none"), "cs101"
    with pytest.raises(FileNotFoundError, match=r"; name a zip or a folder, or set c\.Exchange\.root$"):
        collect(course, SLUG, config=config)


def test_no_exchange_is_an_error(course, tmp_path):
    config = Config()
    config.Exchange.root, config.CourseDirectory.course_id = str(tmp_path / "none"), "cs101"
    with pytest.raises(FileNotFoundError, match="the exchange: "):
        collect(course, SLUG, system="exchange", config=config)


# --- out again


@pytest.fixture
def marked(course, tmp_path):
    """Three students with marks: one late, one with a name like a formula, one whose essay waits."""
    enter(course, "ada", {"dx-input": 2, "dx-padding": 1.5}, by_hand=3, penalty=1.25)
    enter(course, "formula", {"dx-input": 1}, by_hand=0)
    enter(course, "waiting", {"dx-input": 2, "dx-padding": 3})
    roster = Roster(course)
    roster.headings.append(f"moodle {SLUG}")
    people = [
        ("ada", "Ada Lovelace", "11", "501"),
        ("formula", "=1+1", "12", "502"),
        ("waiting", "Wei", "13", "503"),
    ]
    for student, name, participant, user in people:
        roster.rows[student] = {
            "student": student,
            "name": name,
            f"moodle {SLUG}": participant,
            "canvas": user,
        }
    roster.rows["ada"]["email"] = "ada@x.org"
    roster.write()
    return course


def test_the_plain_table(marked):
    done = export(marked, SLUG)
    assert done.path == marked.build / "export" / f"plain-{SLUG}.csv"
    assert table(done.path) == [
        ["student", "name", "exercise", "points", "earned", "late penalty", "mark"],
        ["ada", "Ada Lovelace", SLUG, "9", "6.5", "1.25", "5.25"],
        ["formula", "'=1+1", SLUG, "9", "1", "0", "1"],
        ["waiting", "Wei", SLUG, "9", "5", "0", "5"],
    ]
    assert done.problems == [f"waiting: an answer in {SLUG} still waits to be graded by hand."]


def test_moodles_grading_worksheet(marked):
    rows = table(export(marked, SLUG, "moodle").path)
    headings = ["Identifier", "Full name", "Username", "ID number", "Email address", "Grade", "Maximum Grade"]
    assert rows[0] == [*headings, "Last modified (grade)"]
    assert rows[1] == ["Participant 11", "Ada Lovelace", "", "", "ada@x.org", "5.25", "9", "-"]
    assert rows[2][:2] == ["Participant 12", "'=1+1"]


def test_moodles_gradebook_of_several_exercises(marked):
    enter(marked, "ada", {"dx-input": 2}, OTHER)
    done = export(marked, [OTHER, SLUG], "moodle", columns={SLUG: "Exercise 8"})
    rows = table(done.path)
    assert rows[0] == ["Full name", "Username", "ID number", "Email address", OTHER, "Exercise 8"]
    assert rows[1] == ["Ada Lovelace", "ada", "", "ada@x.org", "2", "5.25"]
    assert rows[3][-2:] == ["", "5"]
    assert any(problem.startswith("formula: no number of Moodle's is known") for problem in done.problems)


def test_canvas_gradebook(marked):
    done = export(marked, SLUG, "canvas", columns={SLUG: "Exercise 8 (4711)"})
    assert table(done.path) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Exercise 8 (4711)"],
        ["    Points Possible", "", "", "", "", "9"],
        ["Ada Lovelace", "501", "", "", "", "5.25"],
        ["'=1+1", "502", "", "", "", "1"],
        ["Wei", "503", "", "", "", "5"],
    ]
    assert 'without a heading such as "Exercise 8 (4711)"' in export(marked, SLUG, "canvas").problems[1]


def test_whom_canvas_does_not_know_is_one_line(marked):
    for number in range(7):
        enter(marked, f"new{number}", {"dx-input": 2}, by_hand=0)
    problems = export(marked, SLUG, "canvas", columns={SLUG: "Exercise 8 (4711)"}).problems
    assert [problem.partition(":")[0] for problem in problems[1:]] == [
        "No number of Canvas's is known of new0, new1, new2, new3, new4 and 2 more"
    ]


def test_a_mark_that_is_none_is_said(marked):
    graded = {"one": "missing", "two": "failed", "three": "timed out"}
    with Store(marked, SLUG, SLUG) as store:
        entries = [Entry(s, Graded(Status(n), {"dx-input": 0.0}), "f") for s, n in graded.items()]
        store.write([*entries, Entry("four", Graded(Status("failed"), {"dx-input": 2.0}), "f")])
    said = [problem for problem in export(marked, SLUG).problems if "no mark" in problem]
    assert said == [
        f"one: {SLUG} was missing: the 0 stands for no mark.",
        f"two: {SLUG} was failed: the 0 stands for no mark.",
    ]


def test_a_table_of_the_schools_is_filled_in_and_otherwise_stays(marked, tmp_path):
    given = tmp_path / "grades.csv"
    given.write_text(
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Other (1),ch08_conv_backward (4711),Final Score\n"
        '"    Points Possible",,,,,10,9,(read only)\n'
        '"Lovelace, Ada",501,,,S1,7,,70\n'
        '"Lee, @Kim",777,,,S1,7,3,70\n',
        encoding="utf-8",
    )
    done = export(marked, SLUG, "canvas", template=given)
    rows = table(done.path)
    assert rows[0][6] == "ch08_conv_backward (4711)"
    assert rows[1] == ["    Points Possible", "", "", "", "", "10", "9", "(read only)"]
    assert rows[2] == ["Lovelace, Ada", "501", "", "", "S1", "7", "5.25", "70"]
    assert rows[3] == ["Lee, @Kim", "777", "", "", "S1", "7", "3", "70"]
    assert done.problems[1:] == [
        "formula: no row of the table is theirs.",
        "waiting: no row of the table is theirs.",
    ]


def test_moodles_own_worksheet_is_filled_in(marked, tmp_path):
    given = tmp_path / "worksheet.csv"
    given.write_text(
        "Identifier,Full name,Grade,Last modified (grade)\nParticipant 12,=1+1,-,-\nParticipant 9,X,-,-\n"
    )
    rows = table(export(marked, SLUG, "moodle", template=given).path)
    assert rows[1:] == [["Participant 12", "'=1+1", "1", "-"], ["Participant 9", "X", "-", "-"]]


def test_a_row_that_fits_two_people_stays(marked, tmp_path):
    given = tmp_path / "worksheet.csv"
    given.write_text("Identifier,Email address,Grade\nParticipant 12,ada@x.org,-\n")
    done = export(marked, SLUG, "moodle", template=given)
    assert table(done.path)[1][-1] == "-"
    assert f"A row of {SLUG} fits several students, ada, formula; it stays." in done.problems


def test_a_table_without_the_exercise_is_an_error(marked, tmp_path):
    (tmp_path / "t.csv").write_text("Student,ID,Section,Other\n")
    with pytest.raises(LookupError, match=f"no one column is {SLUG}; there are Student, ID, Section, Other"):
        export(marked, SLUG, "canvas", template=tmp_path / "t.csv")


def test_nothing_graded_is_an_error(course):
    with pytest.raises(LookupError, match="nothing of ch07_conv_forward was graded yet: `cnnlab grade"):
        export(course, OTHER)


def test_gradescope(course):
    result = {"status": "wrong", "function": "dx", "capability": "input", "finding": "You return <b>[1]</b>."}
    graded = Graded(
        Status("graded"), {"dx-input": 0.5, "dx-padding": 3.0, "essay": 0.0}, results={"dx-input": result}
    )
    with Store(course, SLUG, SLUG) as store:
        store.write([Entry("ada", graded, "f")])
    done = export(course, SLUG, "gradescope")
    page = json.loads((done.path / SLUG / "ada" / "results.json").read_text(encoding="utf-8"))
    assert page["score"] == 3.5
    assert (page["stdout_visibility"], page["output_format"]) == ("hidden", "text")
    assert [(t["name"], t["score"], t["max_score"], t["status"]) for t in page["tests"][:2]] == [
        ("input", 0.5, 2, "failed"),
        ("padding", 3, 3, "passed"),
    ]
    assert page["tests"][0]["output"] == "wrong\nYou return <b>[1]</b>."
    documented = set(
        "score execution_time output output_format test_output_format test_name_format visibility".split()
    )
    assert page.keys() <= documented | {"stdout_visibility", "extra_data", "tests", "leaderboard"}
    of_a_test = set(
        "score max_score status name name_format number output output_format tags visibility".split()
    )
    assert all(test.keys() <= of_a_test | {"extra_data"} for test in page["tests"])


def test_results_for_gradescope_leave_a_folder_as_it_is(marked, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    export(marked, SLUG, "gradescope", to=tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").exists()


def test_a_course_without_a_gradebook_has_no_marks(course):
    course.gradebook.unlink()
    with pytest.raises(LookupError, match="nothing of"):
        export(course, SLUG)
    assert not course.gradebook.exists()


def test_gradescope_says_a_penalty(marked):
    from cnnlab.grading.results import Mark, Submission
    from cnnlab.grading.school.exporting import read_totals

    submission = Submission("ada", Status("graded"), (Mark("input", 9, 6.5, "wrong"),), penalty=1.25)
    page = json.loads(results(submission, read_totals(marked, SLUG)["ada"]))
    assert (page["score"], page["output"]) == (
        5.25,
        "graded; 5.25 of 9 points; 1.25 taken off for coming late.",
    )


def test_a_system_is_told_by_the_greater_part_of_the_names():
    assert recognised([*moodle(("Ada", 1), ("Bob", 2)), "notes.txt"], SLUG) == "moodle"
    assert recognised(["a_1_2_x.ipynb", "b.ipynb", "c.ipynb"], SLUG) == "folder"
