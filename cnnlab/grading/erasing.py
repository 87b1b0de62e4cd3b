"""Take a student out of the database, rows and bytes: nbgrader's tables, and those beside them."""

from contextlib import contextmanager

from cnnlab.grading.convert import open_gradebook


def students_in_gradebook(course):
    """List everybody whom the database names.

    Parameters
    ----------
    course : Course

    Returns
    -------
    set of str
    """
    from sqlalchemy import select

    if not course.has_gradebook():
        return set()
    with open_tables(course) as (connection, columns):
        return {name for column in columns for name in connection.execute(select(column)).scalars()}


def exercises_in_gradebook(course, student):
    """List the exercises that a student has marks in."""
    if not course.has_gradebook():
        return set()
    with open_gradebook(course) as gradebook:
        return {submission.assignment.name for submission in gradebook.student_submissions(student)}


@contextmanager
def open_tables(course):
    """Lend a connection to the database, and its columns of students' names, nbgrader's first."""
    from sqlalchemy import column, inspect, table

    with open_gradebook(course) as gradebook, gradebook.engine.begin() as connection:
        look = inspect(connection)
        ours = [
            name
            for name in look.get_table_names()
            if name.startswith("cnnlab_") and "student" in {found["name"] for found in look.get_columns(name)}
        ]
        places = [("student", "id"), *((name, "student") for name in ours)]
        yield connection, [table(name, column(kept)).c[kept] for name, kept in places]


def erase(course, student):
    """Delete a student's rows, and have the database write its file anew without them.

    Parameters
    ----------
    course : Course
    student : str

    Returns
    -------
    removed, left : list of str
        A line for what was deleted, and for what the database keeps elsewhere.
    """
    from nbgrader.api import MissingEntry
    from sqlalchemy import delete

    if not course.has_gradebook():
        return [], []
    removed = []
    with open_gradebook(course) as gradebook:
        count = len(gradebook.student_submissions(student))
        try:
            gradebook.remove_student(student)
            removed.append(f"gradebook: the student, {count} submissions, their marks and remarks")
        except MissingEntry:
            pass  # only the tables beside nbgrader's know of them
    with open_tables(course) as (connection, columns):
        for column in columns[1:]:
            gone = connection.execute(delete(column.table).where(column == student)).rowcount
            if gone:
                removed.append(f"gradebook: {gone} rows of {column.table.name}")
    return removed, rewrite(course)


def rewrite(course):
    """Have the database drop the bytes that deleted rows leave behind; say what stays elsewhere."""
    from sqlalchemy import text

    with open_gradebook(course) as gradebook:
        kind = gradebook.engine.dialect.name
        lines = ["VACUUM FULL"] if kind == "postgresql" else []
        if kind == "sqlite":
            lines = ["PRAGMA secure_delete = ON", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]
        with gradebook.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            for line in lines:
                connection.execute(text(line))
    return [] if kind == "sqlite" else [f"the logs and backups of {kind}: by its own means"]
