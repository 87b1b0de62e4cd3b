"""Whoever is forgotten is nowhere: not in a table, not in a folder, not in the bytes of a file."""

import contextlib
import json
import shutil
import sqlite3

import pytest
from nbgrader.utils import notebook_hash
from sqlalchemy import text
from traitlets.config import Config

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.core import Graded, Status
from cnnlab.grading.course import Course
from cnnlab.grading.forget import Forgotten, forget, still_there
from cnnlab.grading.school import collect
from cnnlab.grading.school.students import Roster
from cnnlab.grading.store import Entry, Store
from tests.grading.gradebooks import OTHER, SLUG, course_in, enter

WHO, NAME = "zaphod-b", "Zaphod Beeblebrox"
OTHERS = ["trillian", "zaphod-b2", "zaphod"]


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A course in which the student is wherever students are, and others beside them."""
    course = course_in(tmp_path_factory.mktemp("full"))
    for student in [WHO, *OTHERS]:
        enter(course, student, {"dx-input": 2}, by_hand=1)
        enter(course, student, {"dx-input": 1}, OTHER)
        for kind in ("submitted", "autograded", "nbgrader_feedback", "earlier"):
            path = course.build / kind / student / SLUG / f"{SLUG}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(f"of {student}")
        write(course.feedback / SLUG / f"{student}.html", "a page")
    with Store(course, SLUG, SLUG) as store:
        for student in (WHO, "trillian"):
            graded = Graded(Status("graded", note=f"found {student}.ipynb"), {"dx-input": 2.0})
            store.record([Entry(student, graded, "f")])
    statuses = {student: {"name": "graded"} for student in (WHO, "trillian")}
    write(course.build / "status" / f"{SLUG}.json", json.dumps(statuses))
    write(course.report / SLUG / "index.html", "Student 1, Student 2")
    write(course.build / "site" / "index.html", f"feedback/{SLUG}/{WHO}.html")
    write(course.report / "ch04_convolution" / "marks.csv", f"student\n{WHO}\n")
    write(course.report / "ch06_geometry" / "marks.csv", "student\nzaphod-b2\n")
    write(course.build / "export" / "plain.csv", f"{WHO},{NAME}\n")
    write(course.build / "export" / "gradescope" / SLUG / WHO / "results.json", "{}")
    write(course.build / "notes.txt", f"call {WHO}")
    shutil.copy(course.gradebook, course.build / "gradebook.db.2026-10-01")
    roster = Roster(course)
    for student in (WHO, "trillian"):
        roster.rows[student] = {"student": student, "name": NAME if student == WHO else "Trillian"}
    roster.write()
    return course


@pytest.fixture
def course(full, tmp_path):
    """That course, for each test anew."""
    shutil.copytree(full.build, tmp_path / "build")
    return Course(full.root, tmp_path / "build", tmp_path / "exercises")


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def everything(course):
    """All that is in the build: bytes by path, none for a folder."""
    return {path: path.read_bytes() if path.is_file() else b"" for path in course.build.rglob("*")}


def naming(course, *names):
    """The files with one of these names in them or in their path, the longer names of others aside."""
    found = []
    for path, content in everything(course).items():
        whole = str(path.relative_to(course.build)).encode() + content
        for other in OTHERS:
            whole = whole.replace(other.encode(), b"") if other.startswith(WHO) else whole
        if any(name.encode() in whole for name in names):
            found.append(path.relative_to(course.build).as_posix())
    return found


def test_nothing_is_left_but_what_is_listed(course):
    assert len(naming(course, WHO, NAME)) == 23
    done = forget(course, WHO, config=Config())
    assert naming(course, WHO, NAME) == ["notes.txt"]
    assert done.left == ["notes.txt still has the name in it"]
    with open_gradebook(course) as gradebook:
        assert sorted(student.id for student in gradebook.students) == sorted(OTHERS)
        for table in ("submitted_assignment", "submitted_notebook"):
            assert gradebook.db.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 2 * len(OTHERS)
        assert gradebook.db.execute(text("SELECT count(*) FROM grade")).scalar() == 6 * len(OTHERS)
        assert gradebook.db.execute(text("SELECT count(*) FROM comment")).scalar() == 2 * len(OTHERS)


def test_the_others_keep_everything(course):
    forget(course, WHO, config=Config())
    for student in OTHERS:
        for kind in ("submitted", "autograded", "nbgrader_feedback", "earlier"):
            assert (course.build / kind / student / SLUG / f"{SLUG}.ipynb").read_text() == f"of {student}"
        assert (course.feedback / SLUG / f"{student}.html").exists()
    assert (course.report / "ch06_geometry" / "marks.csv").exists()
    assert list(Roster(course).rows) == ["trillian"]
    assert list(json.loads((course.build / "status" / f"{SLUG}.json").read_text())) == ["trillian"]
    with Store(course, SLUG, SLUG) as store:
        assert list(store.endings()) == ["trillian"]


def test_a_table_that_nbgrader_exported_into_the_checkout_is_listed(tmp_path):
    course, done = Course(tmp_path), Forgotten(WHO)
    write(tmp_path / "grades.csv", f"assignment,student_id\n{SLUG},zaphod-b2\n")
    still_there(course, WHO, done)
    assert done.left == []
    write(tmp_path / "grades.csv", f"assignment,student_id\n{SLUG},{WHO}\n")
    still_there(course, WHO, done)
    assert done.left == ["grades.csv in the checkout still has the name in it: remove it, or export again"]


def test_what_somebody_else_says_of_them_is_listed(course):
    with open_gradebook(course) as gradebook:
        comment = gradebook.find_comment("dx", SLUG, SLUG, "trillian")
        comment.manual_comment = f"As {WHO} has it."
        gradebook.db.commit()
    assert "gradebook.db still has the name in it" in forget(course, WHO, config=Config()).left


def test_what_was_removed_is_listed(course):
    said = "\n".join(forget(course, WHO, config=Config()).removed)
    for part in [
        "gradebook: the student, 2 submissions",
        "gradebook: 1 rows of cnnlab_submission",
        "gradebook.db.2026-10-01",
        f"submitted/{WHO}",
        f"earlier/{WHO}",
        f"feedback/{SLUG}/{WHO}.html",
        f"report/{SLUG}",
        "students.csv: the row",
        f"status/{SLUG}.json: the entry",
        "export/plain.csv",
    ]:
        assert part in said


def test_reports_of_their_exercises_go_though_they_name_nobody(course):
    forget(course, WHO, config=Config())
    assert sorted(path.name for path in course.report.iterdir() if any(path.iterdir())) == ["ch06_geometry"]


def test_what_was_deleted_long_ago_leaves_the_file_too(course):
    with contextlib.closing(sqlite3.connect(course.gradebook)) as connection, connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE gone AS SELECT ? || hex(randomblob(2000)) AS id", [WHO])
        connection.execute("DROP TABLE gone")
    with contextlib.closing(sqlite3.connect(course.gradebook)) as idle:
        idle.execute("PRAGMA journal_mode = WAL")
        idle.execute("SELECT count(*) FROM student").fetchall()
        forget(course, WHO, config=Config())
        for path in course.build.glob("gradebook.db*"):
            assert WHO.encode() not in path.read_bytes().replace(b"zaphod-b2", b"")


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_the_bytes_of_the_database_are_written_anew(course, journal):
    with open_gradebook(course) as gradebook:
        gradebook.db.execute(text(f"PRAGMA journal_mode = {journal}"))
        gradebook.db.commit()
    forget(course, WHO, config=Config())
    for path in course.build.glob("gradebook.db*"):
        assert WHO.encode() not in path.read_bytes().replace(b"zaphod-b2", b"")


@pytest.mark.parametrize(
    "name", ["../trillian", "*", "%", "?", "", ".", "..", "trillian/ch08_conv_backward", "Trillian'"]
)
def test_a_pattern_or_a_path_is_nobody(course, name):
    before = everything(course)
    with pytest.raises(LookupError, match="there is no student"):
        forget(course, name, config=Config())
    assert everything(course) == before


def test_somebody_with_a_name_like_it_is_suggested(course):
    with pytest.raises(LookupError, match='there is no student "trilian"; did you mean trillian'):
        forget(course, "trilian", config=Config())
    with pytest.raises(LookupError, match='there is no student "xyz"; there are 4 students'):
        forget(course, "xyz", config=Config())


@pytest.mark.parametrize("name", ["%", "*", "[a-z]*"])
def test_somebody_whose_id_is_a_pattern_is_forgotten_alone(course, name):
    enter(course, name, {})
    forget(course, name, config=Config())
    with open_gradebook(course) as gradebook:
        assert sorted(student.id for student in gradebook.students) == sorted([WHO, *OTHERS])
    assert len(list(course.submitted.iterdir())) == 4


def test_somebody_known_only_by_a_folder_is_forgotten(course):
    write(course.submitted / "ford" / SLUG / "w.ipynb", "x")
    forget(course, "ford", config=Config())
    assert not (course.submitted / "ford").exists()


def test_a_link_is_removed_and_not_what_it_points_at(course, tmp_path):
    write(tmp_path / "elsewhere" / "keep", "x")
    (course.submitted / "ford").symlink_to(tmp_path / "elsewhere")
    forget(course, "ford", config=Config())
    assert (tmp_path / "elsewhere" / "keep").exists() and not (course.submitted / "ford").is_symlink()


def test_broken_off_it_can_be_done_again(course, monkeypatch):
    def broken(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("cnnlab.grading.forget.from_statuses", broken)
    with pytest.raises(KeyboardInterrupt):
        forget(course, WHO, config=Config())
    monkeypatch.undo()
    forget(course, WHO, config=Config())
    assert naming(course, WHO, NAME) == ["notes.txt"]


def test_a_course_without_a_gradebook_forgets_too(course):
    course.gradebook.unlink()
    forget(course, WHO, config=Config())
    assert naming(course, WHO, NAME) == ["notes.txt"]
    assert not course.gradebook.exists()


def test_the_exchange_forgets_too(course, tmp_path):
    config, root = Config(), tmp_path / "exchange" / "cs101"
    config.Exchange.root, config.CourseDirectory.course_id = str(root.parent), "cs101"
    for student in (WHO, "zaphod"):
        write(root / "inbound" / f"{student}+{SLUG}+2026-10-01 10:00:00 UTC+x" / f"{SLUG}.ipynb", student)
        write(course.submitted / student / SLUG / "submission_secret.txt", f"secret of {student}")
        given = notebook_hash(secret=f"secret of {student}", notebook_id=SLUG)
        write(root / "feedback" / f"{given}.html", student)
    forget(course, WHO, config=config)
    assert [path.name.split("+")[0] for path in (root / "inbound").iterdir()] == ["zaphod"]
    assert [path.read_text() for path in (root / "feedback").iterdir()] == ["zaphod"]


def test_what_cannot_be_removed_is_said(course, monkeypatch):
    def refuse(path, *arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("shutil.rmtree", refuse)
    done = forget(course, WHO, config=Config())
    assert f"{course.submitted / WHO}: Permission denied" in done.left


def test_who_was_forgotten_may_come_back(course, tmp_path):
    forget(course, WHO, config=Config())
    write(tmp_path / "again" / f"{WHO}.ipynb", "{}")
    assert [placed[::2] for placed in collect(course, SLUG, tmp_path / "again").placed] == [(WHO, "new")]
