"""The one writer: marks into nbgrader's gradebook and, in the same transaction, how each submission ended.

Rows are written many at a time and past nbgrader's objects, whose queries take most of the time of a class.
"""

import json
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.core import Graded, Status

TABLE = "cnnlab_submission"
AS_JSON = ("repairs", "troubles", "results")


@dataclass(frozen=True)
class Entry:
    """What is to be written about one submission.

    Parameters
    ----------
    student : str
    graded : Graded
    fingerprint : str
        Of all that the marks depend on.
    isolation : str
        What the student's code was kept apart by.
    timestamp : datetime, optional
        When it was handed in, in UTC.
    """

    student: str
    graded: Graded
    fingerprint: str
    isolation: str = ""
    timestamp: datetime | None = None


def ended_table():
    """Describe the table that stands beside nbgrader's: how each submission ended."""
    from sqlalchemy import Column, DateTime, Float, MetaData, String, Table, Text

    return Table(
        TABLE,
        MetaData(),
        *(Column(name, String(128), primary_key=True) for name in ("student", "assignment", "notebook")),
        *(
            Column(name, Text, nullable=False)
            for name in ("note", "advice", "isolation", "fingerprint", *AS_JSON)
        ),
        Column("status", String(32), nullable=False),
        Column("seconds", Float, nullable=False),
        Column("graded_at", DateTime, nullable=False),
    )


class Store:
    """Write the submissions of one notebook; use it in a ``with`` block.

    Parameters
    ----------
    course : cnnlab.grading.course.Course
    assignment, notebook : str
    penalty : callable, optional
        ``penalty(student, score, seconds_late) -> points or None``: nbgrader's late penalty.
    """

    def __init__(self, course, assignment, notebook, penalty=None):
        self.course, self.assignment, self.notebook, self.penalty = course, assignment, notebook, penalty
        self.ended = ended_table()

    def __enter__(self):
        self.opened = ExitStack()
        self.gradebook = self.opened.enter_context(open_gradebook(self.course))
        self.db = self.gradebook.db
        self.ended.metadata.create_all(self.gradebook.engine)
        found = self.gradebook.find_assignment(self.assignment)
        self.assignment_id, self.due = found.id, found.duedate
        self.cells = {notebook.id: Cells.of(notebook) for notebook in found.notebooks}
        self.notebook_id = next(n.id for n in found.notebooks if n.name == self.notebook)
        self.db.commit()
        return self

    def __exit__(self, *failure):
        return self.opened.__exit__(*failure)

    def here(self):
        """Say which rows of the table of endings are this notebook's."""
        return self.ended.c.assignment == self.assignment, self.ended.c.notebook == self.notebook

    def endings(self):
        """Read how the submissions ended: a dict of the columns for each, by student."""
        from sqlalchemy import select

        rows = [dict(row) for row in self.db.execute(select(self.ended).where(*self.here())).mappings()]
        self.db.commit()
        return {row["student"]: row | {name: json.loads(row[name]) for name in AS_JSON} for row in rows}

    def marks(self):
        """Read the automatic marks: points by grade id, by student."""
        return self.read_grades("auto_score")

    def scores(self):
        """Read what counts: a mark given by hand before the automatic one, and extra credit."""
        return self.read_grades("score")

    def read_grades(self, column):
        """Read a column of nbgrader's grades, by student and grade id."""
        from nbgrader.api import Grade, SubmittedAssignment, SubmittedNotebook
        from sqlalchemy import func, select

        grade, notebook, submission = (t.__table__.c for t in (Grade, SubmittedNotebook, SubmittedAssignment))
        score = func.coalesce(grade.manual_score, grade.auto_score, 0.0) + func.coalesce(
            grade.extra_credit, 0.0
        )
        rows = select(
            submission.student_id, grade.cell_id, score if column == "score" else grade[column]
        ).where(
            notebook.notebook_id == self.notebook_id,
            grade.notebook_id == notebook.id,
            notebook.assignment_id == submission.id,
        )
        found, names = {}, self.cells[self.notebook_id].graded
        for student, cell, points in self.db.execute(rows):
            found.setdefault(student, {})[names.get(cell, cell)] = points
        self.db.commit()
        return found

    def penalties(self):
        """Read what was taken off for being late, by student."""
        from nbgrader.api import SubmittedAssignment, SubmittedNotebook
        from sqlalchemy import select

        notebook, submission = SubmittedNotebook.__table__.c, SubmittedAssignment.__table__.c
        rows = select(submission.student_id, notebook.late_submission_penalty).where(
            notebook.notebook_id == self.notebook_id, notebook.assignment_id == submission.id
        )
        found = dict(self.db.execute(rows).all())
        self.db.commit()
        return found

    def write(self, entries):
        """Write some submissions, all of them or none; of two of one student the last.

        Parameters
        ----------
        entries : sequence of Entry
        """
        entries = {entry.student: entry for entry in entries}
        try:
            rows = self.find(entries)
            rows |= self.create(entries.keys() - rows.keys())
            self.mark({rows[student]: entry for student, entry in entries.items()})
            self.replace_endings(entries)
            for student, entry in entries.items():
                self.penalise(entry, *rows[student])
            self.db.commit()
        except BaseException:
            self.db.rollback()
            raise

    def record(self, entries):
        """Write how some submissions ended, and no marks: for those that nbgrader itself has entered."""
        self.replace_endings({entry.student: entry for entry in entries})
        self.db.commit()

    def replace_endings(self, entries):
        """Put new rows in the place of earlier ones, in a transaction that is open."""
        from sqlalchemy import delete, insert

        self.db.execute(delete(self.ended).where(*self.here(), self.ended.c.student.in_(entries)))
        self.db.execute(insert(self.ended), [self.ending(entry) for entry in entries.values()])

    def find(self, students):
        """Find the ids of the submissions that the gradebook holds already, and of their notebooks."""
        from nbgrader.api import SubmittedAssignment, SubmittedNotebook
        from sqlalchemy import select

        submission, notebook = SubmittedAssignment.__table__.c, SubmittedNotebook.__table__.c
        rows = select(submission.student_id, submission.id, notebook.id).where(
            notebook.assignment_id == submission.id,
            notebook.notebook_id == self.notebook_id,
            submission.student_id.in_(students),
        )
        return {student: tuple(ids) for student, *ids in self.db.execute(rows)}

    def create(self, students):
        """Make the rows of submissions with all their notebooks, as nbgrader's `add_submission` does."""
        from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
        from sqlalchemy import insert, select

        id_, made = Student.__table__.c.id, {}
        known = set(self.db.scalars(select(id_).where(id_.in_(students))))
        rows = {kind: [] for kind in (Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment)}
        rows[Student] = [{"id": student} for student in students if student not in known]
        for student in students:
            submission, ids = new_id(), {notebook: new_id() for notebook in self.cells}
            made[student] = submission, ids[self.notebook_id]
            rows[SubmittedAssignment].append(
                {"id": submission, "assignment_id": self.assignment_id, "student_id": student}
            )
            for notebook, cells in self.cells.items():
                here = {"notebook_id": ids[notebook]}
                rows[SubmittedNotebook].append(
                    {"id": ids[notebook], "assignment_id": submission, "notebook_id": notebook}
                )
                blank = {"needs_manual_grade": True, **here}
                rows[Grade] += [{"id": new_id(), "cell_id": cell, **blank} for cell in cells.graded]
                rows[Comment] += [{"id": new_id(), "cell_id": cell, **here} for cell in cells.commented]
        for kind, new in rows.items():
            if new:
                self.db.execute(insert(kind.__table__), new)
        return made

    def mark(self, entries):
        """Enter marks and remarks; a mark given by hand stays, and is to be looked at again.

        Parameters
        ----------
        entries : dict of (str, str) to Entry
            By the ids of their submissions and of their notebooks.
        """
        from nbgrader.api import Comment, Grade, SubmittedAssignment
        from sqlalchemy import Boolean, bindparam, or_, update

        grade, comment, handed_in = (kind.__table__ for kind in (Grade, Comment, SubmittedAssignment))
        cells, points, words, times = self.cells[self.notebook_id], [], [], []
        for (submission, notebook), entry in entries.items():
            graded = entry.graded
            for cell, name in cells.graded.items():
                mark = graded.marks.get(name, 0.0)
                points.append({"of": notebook, "cell": cell, "points": mark, "by_hand": mark is None})
            for cell, name in cells.commented.items():
                remark = "No response." if name in graded.unanswered else None
                words.append({"of": notebook, "cell": cell, "words": remark})
            if entry.timestamp:
                times.append({"of": submission, "time": entry.timestamp})

        def in_a_cell(table):
            return update(table).where(
                table.c.notebook_id == bindparam("of"), table.c.cell_id == bindparam("cell")
            )

        again = or_(grade.c.manual_score.is_not(None), bindparam("by_hand", type_=Boolean))
        of_submission = update(handed_in).where(handed_in.c.id == bindparam("of"))
        for change, rows in (
            (in_a_cell(grade).values(auto_score=bindparam("points"), needs_manual_grade=again), points),
            (in_a_cell(comment).values(auto_comment=bindparam("words")), words),
            (of_submission.values(timestamp=bindparam("time")), times),
        ):
            if rows:
                self.db.connection().execute(change, rows)

    def penalise(self, entry, submission, notebook):
        """Enter what nbgrader's plugin takes off for being late, never more than there is."""
        from nbgrader.api import SubmittedAssignment, SubmittedNotebook

        if not (self.penalty and self.due and entry.timestamp):
            return
        late = self.db.get(SubmittedAssignment, submission).total_seconds_late
        row = self.db.get(SubmittedNotebook, notebook)
        taken = self.penalty(entry.student, row.score, late) if late > 0 else None
        row.late_submission_penalty = None if taken is None else min(max(taken, 0.0), row.score)

    def ending(self, entry):
        """Put together the row that tells how a submission ended."""
        graded, status = entry.graded, entry.graded.status
        return {
            "student": entry.student,
            "assignment": self.assignment,
            "notebook": self.notebook,
            "status": status.name,
            "note": status.note,
            "advice": status.advice,
            "seconds": status.seconds,
            "graded_at": datetime.now(UTC).replace(tzinfo=None),
            "fingerprint": entry.fingerprint,
            "isolation": entry.isolation,
            **{name: json.dumps(getattr(graded, name), ensure_ascii=False) for name in AS_JSON},
        }


@dataclass(frozen=True)
class Cells:
    """The cells of a notebook that have a mark, and those that have a remark: grade ids by nbgrader's ids."""

    graded: dict
    commented: dict

    @classmethod
    def of(cls, notebook):
        """Read them from nbgrader's notebook."""
        graded = {cell.id: cell.name for cell in [*notebook.grade_cells, *notebook.task_cells]}
        return cls(graded, {cell.id: cell.name for cell in [*notebook.solution_cells, *notebook.task_cells]})


def status_of(ending):
    """Read a status out of a row that tells how a submission ended."""
    return Status(ending["status"], ending["note"], ending["advice"], ending["seconds"])


def new_id():
    """Make an id of nbgrader's kind."""
    return uuid.uuid4().hex
