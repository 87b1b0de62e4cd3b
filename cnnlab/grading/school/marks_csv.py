"""Tables of marks: our own, Moodle's, Canvas's, and any that a school's system gave out to be filled in.

Moodle takes the grading worksheet by "Identifier", "Grade" and "Last modified (grade)" (its importer is
mod/assign/feedback/offline/importgradeslib.php), and a gradebook by email or id number. Canvas wants
"Student" and "ID" first, "Section" before the assignments, a row "Points Possible", and finds an assignment
by the number in its heading, "Exercise 8 (4711)" (its importer is lib/gradebook_importer.rb).
"""

import re

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
KEYS = {  # headings by which a row of a school's table is told, and where the roster keeps them
    "identifier": "moodle {slug}",
    "email address": "email",
    "id number": "id_number",
    "username": "student",
    "student": "student",
    "id": "canvas",
    "sis user id": "sis_user_id",
    "sis login id": "sis_login_id",
}


def plain(totals, roster, columns, problems):
    """Make a table of one row a submission, with what was earned and what was taken off."""
    yield ["student", "name", "exercise", "points", "earned", "late penalty", "mark"]
    for slug, marks in totals.items():
        for student, total in sorted(marks.items()):
            numbers = (total.points, total.raw, total.penalty, total.mark)
            yield [student, roster.get(student, "name"), columns.get(slug, slug), *map(number, numbers)]


def moodle(totals, roster, columns, problems):
    """Make Moodle's grading worksheet of one exercise, or a table for its gradebook of several."""
    known, one = students(totals), len(totals) == 1
    worksheet = one and any(roster.get(student, f"moodle {slug}") for student in known for slug in totals)
    extra = ["Maximum Grade", "Last modified (grade)"] if one else []
    grades = ["Grade"] if one and not columns else [columns.get(slug, slug) for slug in totals]
    first = ["Identifier"] if worksheet else []
    yield [*first, "Full name", "Username", "ID number", "Email address", *grades, *extra]
    for student in known:
        participant = [roster.get(student, f"moodle {slug}") for slug in totals] if worksheet else []
        person = [roster.get(student, heading) for heading in ("name", "id_number", "email")]
        if not any([*participant, *person[1:]]):
            problems.append(
                f"{student}: no number of Moodle's is known; the row is found by Username, if at all."
            )
        identifier = [f"Participant {participant[0]}" if participant[0] else ""] if worksheet else []
        username = "" if any(participant) else student  # ours, which need not be Moodle's
        most = [number(next(iter(totals.values()))[student].points), "-"] if one else []
        yield [*identifier, person[0], username, *person[1:], *marks_of(student, totals), *most]


def canvas(totals, roster, columns, problems):
    """Make Canvas's gradebook: a row a student below the row of points."""
    for slug in totals:
        if slug not in columns:
            problems.append(
                f'{slug}: without a heading such as "Exercise 8 (4711)" Canvas asks which assignment it is.'
            )
    yield [*CANVAS, *(columns.get(slug, slug) for slug in totals)]
    most = [number(max(total.points for total in marks.values())) for marks in totals.values()]
    yield ["    Points Possible", *[""] * (len(CANVAS) - 1), *most]
    unknown = []
    for student in students(totals):
        person = [roster.get(student, heading) for heading in ("canvas", "sis_user_id", "sis_login_id")]
        if not any(person):
            unknown.append(student)
        name = roster.get(student, "name") or student
        yield [name, *person, roster.get(student, "section"), *marks_of(student, totals)]
    if unknown:
        named = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        problems.append(
            f"No number of Canvas's is known of {named}: Canvas looks for their names. `cnnlab collect` "
            "learns the numbers from a download of Canvas's; else write them into build/students.csv."
        )


def filled(headings, rows, totals, roster, columns, problems):
    """Fill marks into the table that a school's system gave out; everything else in it stays.

    A row is somebody's where a number or address in it is theirs in the roster; names are not compared.
    """
    where = {slug: mark_column(headings, slug, totals, columns) for slug in totals}
    for slug, marks in totals.items():
        known = identities(marks, slug, roster)
        for row in rows:
            found = {known[key] for key in keys(row) if key in known}
            if len(found) > 1:
                problems.append(
                    f"A row of {slug} fits several students, {', '.join(sorted(found))}; it stays."
                )
            elif found:
                row[where[slug]] = number(marks[found.pop()].mark)
        given = {known[key] for row in rows for key in keys(row) if key in known}
        problems.extend(
            f"{student}: no row of the table is theirs." for student in sorted(marks.keys() - given)
        )
    return [headings, *([row[heading] for heading in headings] for row in rows)]


def mark_column(headings, slug, totals, columns):
    """Find an exercise's column: the one that is named, or holds its slug, or Moodle's only "Grade"."""
    if slug in columns:
        candidates = [heading for heading in headings if heading == columns[slug]]
    else:
        candidates = [heading for heading in headings if slug.casefold() in heading.casefold()]
        if not candidates and len(totals) == 1:
            candidates = [heading for heading in headings if heading.strip() == "Grade"]
    if len(candidates) != 1:
        raise LookupError(f"no one column is {columns.get(slug, slug)}; there are {', '.join(headings)}")
    return candidates[0]


def identities(marks, slug, roster):
    """Return who has which key, for the keys that only one student has."""
    known = {}
    for student in marks:
        for heading, kept in KEYS.items():
            value = student if kept == "student" else roster.get(student, kept.format(slug=slug))
            if value:
                known.setdefault((heading, value.casefold()), set()).add(student)
    return {key: owners.pop() for key, owners in known.items() if len(owners) == 1}


def keys(row):
    """Return the keys in a row of a school's table; of "Participant 123" the number counts."""
    for heading, value in row.items():
        named = heading.strip().casefold()
        if named in KEYS and value:
            value = re.sub(r"^\D*", "", value) if named == "identifier" else value
            yield named, value.strip().casefold()


def students(totals):
    """List everybody who has a mark."""
    return sorted(set().union(*totals.values()))


def marks_of(student, totals):
    """Return a student's marks in the order of the exercises; nothing where nothing was handed in."""
    return [number(marks[student].mark) if student in marks else "" for marks in totals.values()]


def number(value):
    """Write a mark with at most two digits behind the point.

    Examples
    --------
    >>> number(14.0), number(6.125), number(1234.5)
    ('14', '6.12', '1234.5')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")
